"""Diagnostics with simple rules, planted in place of the real ones, for what is done with findings.

python simple_diagnostics.py flow FILE ...      # the command line with these diagnostics
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from tracegraph.analysis.finding import DIAGNOSTICS, Diagnostic, Finding
from tracegraph.graph import Graph


def nan(graph: Graph, limit: None) -> Iterator[Finding]:
    """A value that is not a number. This sentence is not for the help."""
    for n in graph:
        if places := [tuple(at) for at in np.argwhere(np.isnan(np.asarray(n.value, float)))]:
            yield Finding("nan", n.key, "NaN", "a NaN | in <the> value", index=tuple(places))


def small(graph: Graph, limit: float) -> Iterator[Finding]:
    """A gradient whose mean is below the threshold."""
    for n in graph:
        if n.role == "parameter" and n.gradient is not None and (m := float(np.mean(np.abs(n.gradient)))) < limit:
            yield Finding(
                "very_small",
                n.key,
                f"small {m:.1e}",
                "mean |g| is small",
                m,
                limit,
                excess=float(np.log10(limit / m)) if m else 9.0,
            )


def span(graph: Graph, limit: tuple[float, float]) -> Iterator[Finding]:
    """A value outside of a range."""
    low, high = limit
    for n in graph:
        if n.role == "parameter" and not low <= (x := float(np.max(n.value))) <= high:
            yield Finding("span", n.key, "out", "the largest value is out of range", x, high if x > high else low)


KINDS = (
    Diagnostic("nan", nan, None, 0),
    Diagnostic("very_small", small, 1e-7, 1),
    Diagnostic("span", span, (-9.0, 9.0), 2),
    Diagnostic("never", lambda graph, limit: (), 1.0, 3),
)


def plant() -> None:
    """Put them in place of the real ones."""
    DIAGNOSTICS.clear()
    DIAGNOSTICS.update((d.kind, d) for d in KINDS)


if __name__ == "__main__":
    from tracegraph.cli import main

    plant()
    main(prog_name="tracegraph")
