"""A chain of a million operations: forward, backward, into a graph, and away again; prints seconds and megabytes.

And a graph of a million nodes into a file and back.

Processor time, at Python's own recursion limit; the memory is the most that the process ever held.
"""

import json
import resource
import subprocess
import sys
import tempfile
from time import process_time

LENGTH = 1_000_000


def chain(length):
    """Seconds of each part of the way. Sums, products, a function and an op of three inputs, in turn."""
    import tracegraph as tg

    times = {}

    def lap(name, since=[process_time()]):  # noqa: B006  (it remembers the last lap)
        now = process_time()
        times[name], since[0] = now - since[0], now

    y, slope, offset, yes = tg.tensor(0.5, name="x"), tg.constant(1.5), tg.constant(0.1), tg.constant(True)
    for _ in range(length // 4):
        y = tg.where(yes, tg.tanh(y * slope + offset), y)
    lap("forward")
    grads = y.backward()
    lap("backward")
    del grads
    graph = tg.trace(y)
    lap("graph")
    assert len(graph.nodes) > length
    del graph, y
    lap("away")
    return times


def stored(length):
    """Seconds to save a graph of as many nodes, and to load it."""
    import tracegraph as tg

    y = tg.parameter(0.5, name="w")
    for _ in range(length // 4):
        y = y * 0.999 + 0.1
    graph = tg.trace(y)
    with tempfile.TemporaryDirectory() as folder:
        since = process_time()
        graph.save(f"{folder}/a.tgraph")
        saved = process_time()
        del graph
        assert len(tg.load(f"{folder}/a.tgraph")) > length
        return {"save": saved - since, "load": process_time() - saved}


def run(repeats=1):
    """Processor seconds from start to end, and the most megabytes held, of new processes."""
    there, file = ([_apart(way) for _ in range(repeats)] for way in ("chain", "stored"))
    return {
        "seconds": min(sum(f["times"].values()) for f in there),
        "megabytes": max(f["megabytes"] for f in there),
        "file seconds": min(sum(f["times"].values()) for f in file),
        "file megabytes": max(f["megabytes"] for f in file),
    }


def _apart(way):
    command = [sys.executable, __file__, str(LENGTH), way]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


if __name__ == "__main__":
    way = stored if "stored" in sys.argv else chain
    laps = way(int(sys.argv[1]) if len(sys.argv) > 1 else LENGTH)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(json.dumps({"times": laps, "megabytes": megabytes, "limit": sys.getrecursionlimit()}))
