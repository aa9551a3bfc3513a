"""Draw docs/architecture.svg: what the packages hand on to each other, as a graph of tracegraph.

python docs/architecture.py
"""

from __future__ import annotations

from pathlib import Path

import tracegraph as tg
from tracegraph.graph import Edge, Graph, Node

FILE = Path(__file__).with_suffix(".svg")

FLOW: dict[str, tuple[str, tuple[str, ...]]] = {
    "your program": ("input", ()),
    "declared operations": ("ops", ()),
    "tensors and records": ("engine", ("your program", "declared operations")),
    "Graph": ("frontends", ("tensors and records",)),
    "Graph in another form": ("views", ("Graph",)),
    "findings, checks, paths": ("analysis", ("Graph",)),
    "Picture: every word": ("picture", ("Graph in another form", "findings, checks, paths")),
    "Sheet: every place": ("layout", ("Picture: every word",)),
    "Frames: step by step": ("slides", ("Sheet: every place",)),
    "a file": ("formats", ("Sheet: every place", "Frames: step by step")),
    "a worked solution": ("explanation", ("Graph in another form",)),
    "marks and a report": ("marking", ("Graph",)),
    "curves and a history": ("training", ("tensors and records",)),
}
"""What there is, by name: the package that makes it, and from what."""


def build() -> Graph:
    """A node for each thing that is handed on, with the package that makes it as its operation."""
    keys = {name: key for key, name in enumerate(FLOW)}
    used = {source for _, sources in FLOW.values() for source in sources}
    nodes = [
        Node(keys[name], name, made_by, _role(made_by, name in used), None, symbol=made_by)
        for name, (made_by, _) in FLOW.items()
    ]
    edges = [
        Edge(keys[source], keys[name], slot, source)
        for name, (_, sources) in FLOW.items()
        for slot, source in enumerate(sources)
    ]
    return Graph(nodes, edges)


def _role(made_by: str, used: bool) -> str:
    if made_by == "input":
        return "input"
    return "op" if used else "output"


def main() -> None:
    tg.draw(build(), detail="outline", direction="TB", fold=False).save(FILE)


if __name__ == "__main__":
    main()
