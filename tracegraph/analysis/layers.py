"""The layers of a graph as a table: their operations, output shapes and numbers of parameters."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ..errors import GraphError
from ..frontends import graph_of
from ..graph import Graph, Node
from ..text.names import pretty
from ..text.numbers import clean, shape
from ..text.table import columns, markdown, markdown_row
from ..text.width import cut
from ..views.collapse import learned
from ..views.fold import fold

HEAD = ("layer", "operations", "output shape", "parameters")
NUMBERS = (2, 3)  # columns that are aligned to the right
WIDEST = 60  # places of a cell


@dataclass(frozen=True, slots=True)
class Row:
    """One layer: its distinct ``operations`` in order, the shape of its output, and its number of parameters."""

    layer: str
    operations: tuple[str, ...]
    output: tuple[int, ...]
    parameters: int


class Table:
    """The result of `layers`: ``rows``, and ``parameters``, their sum; prints itself, and a notebook shows it."""

    def __init__(self, rows: tuple[Row, ...]) -> None:
        self.rows = rows
        self.parameters = sum(row.parameters for row in rows)

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __str__(self) -> str:
        total = ("total", "", "", f"{self.parameters:,}")
        return "\n".join([*columns([HEAD, None, *self._cells(), None, total], NUMBERS), ""])

    def __repr__(self) -> str:
        return f"Table({len(self)} layers, {self.parameters:,} parameters)"

    def to_markdown(self) -> str:
        """The table as Markdown, for a notebook or a README."""
        total = ("**total**", "", "", f"**{self.parameters:,}**")
        return "\n".join([*markdown(HEAD, self._cells(), NUMBERS), markdown_row(total), ""])

    _repr_markdown_ = to_markdown

    def _cells(self) -> list[tuple[str, ...]]:
        return [
            (
                cut(_named(row.layer), WIDEST),
                cut(clean(", ".join(row.operations)), WIDEST),
                shape(row.output),
                f"{row.parameters:,}",
            )
            for row in self.rows
        ]


def layers(what: Any, *arrays: Any, depth: int | None = 0) -> Table:
    """Make a table of the layers of a tensor's computation, of a graph, or of a function applied to arrays.

    There is a row for each scope, and for each operation outside; ``depth``: levels of scopes that are opened, as in
    `draw`, None for all. A parameter outside of the scopes counts in the row that uses it first, and one that is used
    twice counts once. Of several tensors that a layer hands on, the shape is that of the last.

    >>> import tracegraph as tg
    >>> with tg.scope("dense"):
    ...     h = tg.tanh(tg.tensor([[1.0, 2.0]], "x") @ tg.parameter([[1.0] * 3] * 2) + tg.parameter([0.0] * 3))
    >>> print(layers(h))
    layer  operations         output shape  parameters
    ─────  ─────────────────  ────────────  ──────────
    dense  matmul, add, tanh           1×3           9
    ─────  ─────────────────  ────────────  ──────────
    total                                            9
    <BLANKLINE>
    """
    if depth is not None and (not isinstance(depth, int) or isinstance(depth, bool) or depth < 0):
        raise GraphError(f"depth must be a whole number, 0 or more, or None, not {depth!r}")
    graph = graph_of(what, arrays, sys._getframe(1))
    members: dict[str | int, list[Node]] = {}
    homes = _homes(graph, depth)
    for node in graph:
        members.setdefault(homes[node.key], []).append(node)
    rows = [(home, nodes) for home, nodes in members.items() if any(not n.is_constant for n in nodes)]
    place = {n.key: i for i, n in enumerate(graph)}
    rows.sort(key=lambda row: place[_acting(graph, row[1])[0].key])
    return Table(tuple(_row(graph, home, nodes) for home, nodes in rows))


def _homes(graph: Graph, depth: int | None) -> dict[int, str | int]:
    """The row of each node: the scope that is closed around it, or the node that it is drawn with, or its own."""
    closed = {scope: _closed(scope, depth) for scope in dict.fromkeys(n.scope for n in graph)}
    drawn = {n.key for n in fold(graph)} if "" in closed.values() else set()
    homes: dict[int, str | int] = {}
    for node in reversed(graph.nodes):  # who uses a node has a row before it
        uses = graph.uses(node)
        if scope := closed[node.scope]:
            homes[node.key] = scope
        elif uses and (node.is_parameter or node.key not in drawn):
            homes[node.key] = homes[uses[0].target]
        else:
            homes[node.key] = node.key
    return homes


def _closed(scope: str, depth: int | None) -> str:
    """The scope itself, or the one around it, that is not opened at this depth; empty if all are."""
    levels = scope.split("/") if scope else []
    return "/".join(levels[: depth + 1]) if depth is not None and len(levels) > depth else ""


def _row(graph: Graph, home: str | int, nodes: list[Node]) -> Row:
    acting = _acting(graph, nodes)
    inside = {n.key for n in nodes}
    handed_on = [n for n in acting if not graph.uses(n) or any(e.target not in inside for e in graph.uses(n))]
    name = home if isinstance(home, str) else _path(graph.node(home))
    counts = Counter(map(_operation, acting))
    operations = tuple(op if times == 1 else f"{op} ×{times}" for op, times in counts.items())
    return Row(name, operations, handed_on[-1].shape, sum(learned(n) for n in nodes))


def _operation(node: Node) -> str:
    many = node.attrs.get("ops", 0)
    return node.op if not node.is_group else f"{many} operation{'s' * (many != 1)}"


def _acting(graph: Graph, nodes: list[Node]) -> list[Node]:
    """The nodes that compute something; if there are none, all."""
    return [n for n in nodes if graph.inputs(n) or n.is_group] or nodes


def _path(node: Node) -> str:
    return f"{node.scope}/{node.name}" if node.scope else node.name


def _named(layer: str) -> str:
    return "/".join(map(pretty, layer.split("/")))
