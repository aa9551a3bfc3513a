"""The table of an exercise: what is asked for, in order, to be filled in and to be marked."""

from __future__ import annotations

import csv
import html
import io
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from ..graph import Graph, Node
from ..graphviz import run as graphviz
from ..marking.replay import Quantity
from ..text.escape import markdown as escaped
from ..text.latex import ascii_only, latex_name
from ..text.names import gradient_name, pretty
from ..views.element import element_name

MOST = 25  # elements of an array that are asked for one by one


class Asked(NamedTuple):
    """One row: the name as it is read, the name as the claims of a table have it, the quantity, the right number."""

    title: str
    name: str
    quantity: Quantity
    value: float


def rows(graph: Graph) -> list[Asked]:
    """Every named result, and the gradient of every parameter, in the order of computation."""
    return [*_values(graph), *_gradients(graph)]


def _values(graph: Graph) -> Iterator[Asked]:
    for node in graph:
        if node.named and node.formula and not node.is_gradient and np.size(node.value) <= MOST:
            for place in np.ndindex(*node.shape):
                name = element_name(node.name, place)
                yield Asked(pretty(name), name, (node.key, None), float(np.asarray(node.value)[place]))


def _gradients(graph: Graph) -> Iterator[Asked]:
    for node in graph:
        if node.is_parameter and node.gradient is not None and np.size(node.value) <= MOST:
            loss = _loss(graph, node)
            step = f" step {loss.step}" if loss.step is not None else ""
            base = node.base if step and node.base else node.name
            for place in np.ndindex(*node.shape):
                title = gradient_name(node.loss or graph.output.name, element_name(node.name, place))
                value = float(np.asarray(node.gradient)[place])
                yield Asked(title, f"∂L/∂{element_name(base, place)}{step}", (node.key, loss.key), value)


def _loss(graph: Graph, node: Node) -> Node:
    return graph[node.loss] if node.loss and node.loss in graph else graph.output


def as_csv(asked: Sequence[Asked]) -> str:
    """The table with an empty column, for a spreadsheet."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerows([("name", "value"), *((row.name, "") for row in asked)])
    return text.getvalue()


def as_markdown(asked: Sequence[Asked]) -> str:
    """The table in Markdown."""
    return "\n".join(["| quantity | value |", "| :-- | --: |", *(f"| {escaped(r.title)} |  |" for r in asked)]) + "\n"


def as_latex(asked: Sequence[Asked]) -> str:
    """The table in LaTeX, with room to write."""
    body = "\n".join(rf"${latex_name(r.title)}$ & \rule{{4cm}}{{0pt}} \\[4pt] \hline" for r in asked)
    return ascii_only("\\begin{tabular}{|l|l|}\n\\hline\n" + body + "\n\\end{tabular}\n")


def as_pdf(title: str, given: Sequence[str], asked: Sequence[Asked], attributes: Mapping[str, Any]) -> bytes:
    """A page with what is given and the table, to be printed."""
    head = f'<TR><TD COLSPAN="2" BORDER="0"><B>{_safe(title)}</B></TD></TR>'
    lines = "".join(f'<TR><TD COLSPAN="2" BORDER="0" ALIGN="LEFT">{_safe(line)}</TD></TR>' for line in given)
    cells = "".join(f'<TR><TD ALIGN="LEFT">{_safe(r.title)}</TD><TD WIDTH="180"> </TD></TR>' for r in asked)
    table = f'<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" CELLPADDING="5">{head}{lines}{cells}</TABLE>'
    node = f'graph [margin="0.5"]; node [shape=plain fontname="{attributes["font"]}" fontsize=11]; n0 [label=<{table}>]'
    return graphviz.render(f"digraph {{ {node} }}", "pdf")


def _safe(text: str) -> str:
    return html.escape(text)
