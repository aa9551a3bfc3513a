"""Files of graphs, damaged at random: each is refused with `StoreError`, or is a graph that all that reads it can use.

A mutation flips bytes of the file, or puts another value anywhere into its record, with checksums that fit. What is
run from those that load (findings, gradient check, explanation, tables, JSON) may refuse with a `TracegraphError`.
"""

import json
import random
import sys
import tempfile
import tracemalloc
import zipfile
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / folder) for folder in ("graph", "engine")]

FULL, QUICK = 100_000, 300
MOST = 300e6
"""Bytes that a file of some KB may make its readers take."""
ODD = (None, True, -1, 0, 1, 7, 2**40, 2**63, 1e308, "", "x", "\ud800", "a/b", "g @ b.T", "x" * 200_000, [], {}, [[[]]])
MARKED = ({"float": "nan"}, {"float": "inf"}, {"array": 0}, {"tuple": [10**6, 10**6]}, {"slice": [None, None, 2]})


def spots(record):
    """Every place in a record that another value can be put into."""
    for key, value in list(record.items()) if isinstance(record, dict) else list(enumerate(record)):
        yield record, key
        if isinstance(value, (dict, list)):
            yield from spots(value)


def flipped(rng, data):
    data = bytearray(data)
    for _ in range(rng.randint(1, 4)):
        data[rng.randrange(len(data))] ^= rng.randint(1, 255)
    return bytes(data)


def replaced(rng, data):
    from test_store import members, zipped

    parts = members(data)
    record = json.loads(parts["graph.json"])
    places = list(spots(record))
    for _ in range(rng.randint(1, 3)):
        holder, key = rng.choice(places)
        other = rng.choice(places)
        holder[key] = rng.choice([*ODD, *MARKED, other[0][other[1]] if other[1] in other[0] else None])
    try:
        text = json.dumps(record).encode()
    except (ValueError, RecursionError):  # a record that was put into itself
        return data
    return zipped({**parts, "graph.json": text}, zipfile.ZIP_DEFLATED)


def uses(graph):
    """What reads a graph, each alone."""
    import tracegraph as tg

    yield "flow", lambda: str(tg.flow(graph))
    yield "gradcheck", lambda: str(tg.gradcheck(graph))
    yield "explain", lambda: str(tg.explain(graph))
    yield "table", lambda: str(tg.draw(graph, layout="dot"))
    yield "json", lambda: tg.draw(graph, layout="dot").render("json")


def originals(folder):
    """The bytes of some graphs: all kinds of values and options, and a small network."""
    from test_store import example_file

    import tracegraph as tg

    x, w, k = tg.tensor([[0.5, -1.0]], "x"), tg.parameter([[0.1, 0.2], [0.3, -0.4]], "w"), tg.parameter([[1.0]], "k")
    image = tg.conv2d(tg.tensor([[0.1, 0.2, 0.3], [0.4, 0.5, 0.6], [0.7, 0.8, 0.9]], "i"), k, padding=1)
    tg.trace(tg.mse(tg.sigmoid(x @ w), 0.5) + image[1:, 1].sum()).save(folder / "net.tgraph")
    return [example_file(folder), (folder / "net.tgraph").read_bytes()]


def run(count=FULL, seed=0):
    """How many were refused and loaded; faults: errors of another type, and memory beyond what is due."""
    import tracegraph as tg

    faults, refused, loaded, peak = [], 0, 0, 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        whole = originals(folder)
        path = folder / "mutated.tgraph"
        tracemalloc.start()
        for i in range(seed, seed + count):
            rng = random.Random(i)
            path.write_bytes(rng.choice((flipped, replaced, replaced))(rng, rng.choice(whole)))
            tracemalloc.reset_peak()
            try:
                graph = tg.load(path)
            except tg.StoreError:
                refused += 1
                continue
            except Exception as error:
                faults.append((i, "load", repr(error)[:200]))
                continue
            loaded += 1
            for what, use in uses(graph):
                try:
                    use()
                except tg.TracegraphError:
                    pass
                except Exception as error:
                    faults.append((i, what, repr(error)[:200]))
            if (most := tracemalloc.get_traced_memory()[1]) > MOST:
                faults.append((i, "memory", f"{most / 1e6:.0f} MB"))
            peak = max(peak, most)
        tracemalloc.stop()
    return {"mutations": count, "refused": refused, "loaded": loaded, "megabytes": peak / 1e6, "faults": faults}


if __name__ == "__main__":
    found = run(*map(int, sys.argv[1:]))
    for fault in found["faults"]:
        print(*fault)
    print({**found, "faults": len(found["faults"])})
