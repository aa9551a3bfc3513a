"""`tg.flow` on networks of nine families: with ten planted faults, healthy ones, and healthy training.

Counts, and no seconds. ``python -m benchmarks.diagnosis`` lists what falls short.
"""

import sys
from collections import Counter
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parents[1] / "tests" / "analysis")]

RATES = {"SGD": 0.01, "Momentum": 0.01, "Nesterov": 0.01, "AdaGrad": 0.01, "RMSProp": 0.001, "Adam": 0.001}
STEPS, RUNS = 5, 4


def faulty(seeds, short):
    from faults import judged, planted

    found = Counter()
    for fault, family, seed, case in planted(range(seeds)):
        outcome = judged(case)
        found.update(nets=1, first=outcome.first, entries=outcome.entries)
        if not outcome.first or outcome.entries != 1:
            short.append((fault, family, seed, outcome.said))
    return found


def clean(seeds, short):
    from faults import flow_of, healthy

    found = Counter()
    for family, seed, net in healthy(range(seeds)):
        causes = flow_of(net.loss).causes
        found.update(nets=1, flagged=any(c.severity == "fault" for c in causes), hints=len(causes) > 0)
        short += [("clean", family, seed, f"{c.kind} at {c.place}") for c in causes]
    return found


def training(seeds, short):
    from faults import flow_of, healthy
    from test_root_causes import trained

    found = Counter()
    for family, seed, net in healthy(range(seeds)):
        for optimizer in RATES:
            causes = flow_of(lambda net=net, optimizer=optimizer: trained(net, optimizer)).causes
            found.update(runs=1, flagged=bool(causes))
            short += [(optimizer, family, seed, f"{c.kind} at {c.place}") for c in causes]
    return found


def born(seeds, short):
    from births import amiss, births
    from faults import flow_of

    found = Counter()
    for name, seed, birth in births(seeds):
        causes = flow_of(birth.program).causes
        fault = amiss(birth, causes)
        found.update(births=1, right=not fault, entries=len(causes))
        if fault or len(causes) != 1:
            short.append(("birth", name, seed, fault or f"{len(causes)} entries"))
    return found


def counted(seeds=30, healthy=100, runs=RUNS, births=31):
    """All counts, and what falls short."""
    short = []
    return faulty(seeds, short), clean(healthy, short), training(runs, short), born(births, short), short


def run(repeats=1):
    nets, healthy, runs, births, _ = counted()
    return {
        "nets": nets["nets"],
        "first": nets["first"] / nets["nets"],
        "entries": nets["entries"] / nets["nets"],
        "healthy": healthy["nets"],
        "flagged": healthy["flagged"],
        "runs": runs["runs"],
        "flagged runs": runs["flagged"],
        "births": births["births"],
        "right": births["right"] / births["births"],
    }


if __name__ == "__main__":
    *counts, short = counted(*map(int, sys.argv[1:]))
    for row in short:
        print(*row)
    for count in counts:
        print(dict(count))
