"""Run all benchmarks, or those named, and print what was measured beside what was promised.

python -m benchmarks                     everything: about ten minutes
python -m benchmarks chain startup       some of it
python -m benchmarks --repeats 3         fewer turns of each
python -m benchmarks reliability         goals of reliability, each with verdict; --quick: smaller counts
"""

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

THREADS = {f"{library}_NUM_THREADS": "1" for library in ("OPENBLAS", "MKL", "OMP", "VECLIB_MAXIMUM", "BLIS")}
Found = dict[str, float]


@dataclass(frozen=True)
class Row:
    """One line of the table: a number, the most or the least that it should be, or neither."""

    what: str
    value: float
    most: float | None = None
    least: float | None = None

    def __str__(self) -> str:
        sign, target = ("<=", self.most) if self.most is not None else (">=", self.least)
        if target is None:
            return f"  {self.what:58} {self.value:9.2f}"
        holds = self.value <= target if sign == "<=" else self.value >= target
        return f"  {self.what:58} {self.value:9.2f}   {sign} {target:<7g} {'holds' if holds else 'FALLS SHORT'}"


def faster(found: Found, least: dict[str, float]) -> Iterator[Row]:
    """How many times faster tracegraph is than each of the others."""
    ours = found.pop("tracegraph")
    for name, seconds in found.items():
        yield Row(f"times faster than {name}", seconds / ours, least=least.get(name))


def shares(found: Found, of: str, most: float) -> Iterator[Row]:
    """The time of each contestant, in times of one of them; a target for tracegraph."""
    for name, seconds in found.items():
        if of in found and name != of:
            yield Row(f"{name}, of the time of {of}", seconds / found[of], most=most if name == "tracegraph" else None)


def drawn(found: Found) -> Iterator[Row]:
    """The whole way, and against Graphviz alone; and what a new process needs more than to import NumPy."""
    for name, alone in found.items():
        model = name.removesuffix(", Graphviz alone")
        if model != name:
            busy = found[f"{model}, processor"] * 1000
            yield Row(f"{model}: processor milliseconds from model to SVG", busy, most=150)
            yield Row(f"{model}: model to SVG, of Graphviz alone", found[model] / alone)
    more = found["new process"] - found["import numpy"]
    yield Row("new process to SVG, seconds more than import numpy", more, most=1 / 3)


def million(found: Found) -> Iterator[Row]:
    yield Row("processor seconds there and back", found["seconds"], most=30)
    yield Row("megabytes at most", found["megabytes"], most=1500)
    yield Row("processor seconds of a million nodes saved and loaded", found["file seconds"], most=30)
    yield Row("megabytes at most", found["file megabytes"], most=1500)


PICTURES = {
    "60 cards": 0.15,
    "10,000 operations": 0.5,
    "100,000 operations": 3,
    "1,000,000 operations": 30,
    "kilobytes: 10,000 operations": 300,
    "kilobytes: 100,000 operations": 300,
    "recurrent net of 33 steps": 0.5,
    "recurrent net of 100 steps": 2,
    "30 layers of dense skips": 2,
    "800 scopes": 0.3,
    "layout of 1,000 cards": 0.1,
    "layout of 10,000 cards": 0.7,
    "layout of 100,000 cards": 5,
    "290 cards, of dot alone": 1,
    "network of 979 scalars, of micrograd": 0.3,
    "LeNet-5, of torchviz": 4,
}
"""The most of each row of `pictures`: processor seconds, unless its name says another unit."""


def pictures(found: Found) -> Iterator[Row]:
    for what, value in found.items():
        yield Row(what, value, most=PICTURES[what])


LARGE = {
    "1,000 widths of text": 0.2,
    "10,000 steps of training": 8.0,
    "paths through 40,000 operations": 5.0,
    "findings of 100,000 operations": 20.0,
    "explanation of 10,000 operations": 60.0,
    "picture of 20,000 operations": 30.0,
    "slide of 400 cards": 30.0,
    "PowerPoint of 284 cards laid out": 0.6,
    "the same with a click for each step": 1.5,
}
"""The most seconds that each large graph may take."""


def large(found: Found) -> Iterator[Row]:
    for what, seconds in found.items():
        yield Row(f"seconds: {what}", seconds, most=LARGE[what])


def alarms(found: Found) -> Iterator[Row]:
    """Of the gradient check: crosses on right rules, and wrong rules without one on their node alone."""
    yield Row(f"false alarms on {found['graphs']:,} graphs, {found['ok']:,} ticks", found["wrong"], most=0)
    yield Row(f"of {found['planted']:,} planted wrong rules, not found", found["missed"], most=0)


def culprits(found: Found) -> Iterator[Row]:
    """Of `tg.flow`: faults whose culprit is the first entry, entries for each, and alarms where there is no fault."""
    yield Row(f"of {found['nets']:,} faulty networks, the culprit is first in %", 100 * found["first"], least=98)
    yield Row("entries for each", found["entries"], most=1.1)
    yield Row(f"of {found['healthy']:,} healthy networks, flagged", found["flagged"], most=2)
    yield Row(f"of {found['runs']:,} healthy training runs, flagged", found["flagged runs"], most=0)
    what = f"of {found['births']:,} births of NaN and ∞, node and element right in %"
    yield Row(what, 100 * found["right"], least=98)


PROMISES: dict[str, tuple[str, int, Callable[[Found], Iterator[Row]]]] = {
    "micrograd_demo": (
        "micrograd's demo: 65,818 scalars, forward, backward and freeing",
        5,
        lambda found: faster(found, {"micrograd": 10, "PyTorch": 4}),
    ),
    "chain": ("a chain of 10,000 scalar operations", 15, lambda found: shares(found, "PyTorch", 0.35)),
    "million": ("a chain of a million operations, into a graph too", 1, million),
    "autoencoder": ("autoencoder 784-128-32-128-784, batch 64", 100, lambda found: shares(found, "NumPy by hand", 1.5)),
    "lenet": ("LeNet-5, batch 32", 30, lambda found: shares(found, "NumPy by hand", 1.9)),
    "large": ("large graphs through all that reads them", 1, large),
    "drawing": ("model to SVG", 9, drawn),
    "pictures": ("graphs drawn, small to a million operations", 3, pictures),
    "gradcheck": ("gradient check: random graphs, and wrong rules in them", 1, alarms),
    "diagnosis": ("root causes: ten faults in nine families of networks", 1, culprits),
    "startup": ("import", 25, lambda found: shares(found, "numpy", 1.05)),
}


LADDER = "reliability"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__.splitlines()[0])
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"of {', '.join((*PROMISES, LADDER))}; all by default")
    parser.add_argument("--repeats", type=int, help="turns of each contestant")
    parser.add_argument("--quick", action="store_true", help=f"smaller counts, for {LADDER}")
    wanted = parser.parse_args()
    if wanted.names == [LADDER]:
        pin()
        from .reliability import climb

        sys.exit(climb(wanted.quick))
    if unknown := [n for n in wanted.names if n not in PROMISES]:
        parser.error(f"no benchmark {unknown[0]!r}; there are {', '.join(PROMISES)}")
    pin()
    for name in wanted.names or PROMISES:
        title, repeats, rows = PROMISES[name]
        print(title, flush=True)
        for row in rows(measure(name, wanted.repeats or repeats)):
            print(row, flush=True)


def pin() -> None:
    """Start anew with one thread for linear algebra; the libraries read it once, when they are loaded."""
    if any(os.environ.get(key) != value for key, value in THREADS.items()):
        command = [sys.executable, "-m", "benchmarks", *sys.argv[1:]]
        os.execve(sys.executable, command, {**os.environ, **THREADS})


def measure(name: str, repeats: int) -> Any:
    from importlib import import_module

    return import_module(f"benchmarks.{name}").run(repeats)


if __name__ == "__main__":
    main()
