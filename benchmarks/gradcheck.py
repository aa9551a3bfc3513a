"""The gradient check on many random graphs: false alarms on right rules, and planted wrong rules that are not found.

It makes its graphs as the tests do; nothing here is about time.
"""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "engine"))

CLEAN, PLANTED = 10_000, 2_000


def clean(count):
    """Graphs, operations and false alarms."""
    from random_graphs import random_graph

    import tracegraph as tg

    losses = (random_graph(seed, whole_numbers=seed % 3 == 0) for seed in range(count))
    checked = [tg.gradcheck(loss).results for loss in losses if loss is not None]
    results = [c for results in checked for c in results]
    counts = {v: sum(c.verdict == v for c in results) for v in ("ok", "kink", "not checked", "wrong")}
    return {"graphs": len(checked), **counts}


def missed(count):
    """How many planted wrong rules are not found, or on another node."""
    from random_graphs import planted

    import tracegraph as tg

    found, seed, amiss = 0, 10**6, 0
    while found < count:
        seed += 1
        if (case := planted(seed)) is not None:
            found += 1
            amiss += [c.name for c in tg.gradcheck(case[0]).results if c.verdict == "wrong"] != ["bad"]
    return amiss


def run(repeats):
    """Counts of graphs and of what is amiss; there is nothing to repeat."""
    return {**clean(CLEAN), "planted": PLANTED, "missed": missed(PLANTED)}


if __name__ == "__main__":
    for name, value in run(1).items():
        print(f"{name:12} {value:>8}")
