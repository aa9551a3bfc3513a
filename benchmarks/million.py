"""A chain of a million operations: forward, backward, into a graph, and away again; prints seconds and megabytes.

Processor time, at Python's own recursion limit; the memory is the most that the process ever held.
"""

import json
import resource
import subprocess
import sys
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


def run(repeats=1):
    """Processor seconds from start to end, and the most megabytes held, of a new process."""
    command = [sys.executable, __file__, str(LENGTH)]
    found = [json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout) for _ in range(repeats)]
    return {"seconds": min(sum(f["times"].values()) for f in found), "megabytes": max(f["megabytes"] for f in found)}


if __name__ == "__main__":
    laps = chain(int(sys.argv[1]) if len(sys.argv) > 1 else LENGTH)
    unit = 1 << 20 if sys.platform == "darwin" else 1 << 10
    megabytes = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
    print(json.dumps({"times": laps, "megabytes": megabytes, "limit": sys.getrecursionlimit()}))
