"""A table of nodes, values and gradients, for terminals and for `print`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..numbers import gradient_name, pretty, shape

if TYPE_CHECKING:
    from ..drawing import Drawing

WIDEST = 44  # characters of a column


def render(drawing: Drawing, scale: float) -> bytes:
    """One row for each node: name, formula or role, shape, value and gradient; arrays by their norm."""
    graph, words = drawing.graph, drawing.picture
    loss = graph.output.name
    head = ["name", "formula", "shape", "value", gradient_name(loss, "·").replace("·", "…")]
    rows = [head]
    for node, box in zip(graph.nodes, words.boxes, strict=True):
        made = box.lines[0].text.partition(" = ")[2] if box.lines and node.formula else node.role
        gradient = "–" if node.gradient is None else _brief(drawing, node.gradient)
        rows.append([pretty(node.name), made, shape(node.shape), _brief(drawing, node.value), gradient])
    rows = [[_cut(text) for text in row] for row in rows]
    widths = [max(len(row[i]) for row in rows) for i in range(len(head))]
    lines = ["  ".join(text.ljust(width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _brief(drawing: Drawing, value: Any) -> str:
    from ..numbers import number

    if np.ndim(value) == 0:
        return number(value, drawing.digits)
    with np.errstate(all="ignore"):
        return f"‖·‖ {number(float(np.linalg.norm(np.asarray(value, float).ravel())), drawing.digits)}"


def _cut(text: str) -> str:
    return text if len(text) <= WIDEST else text[: WIDEST - 1] + "…"
