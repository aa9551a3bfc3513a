"""A table of nodes, values and gradients, for terminals and for `print`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from ..graph.measure import norm
from ..text.names import gradient_name, pretty
from ..text.numbers import clean, number, shape
from ..text.table import aligned
from ..text.width import cut

if TYPE_CHECKING:
    from ..drawing import Drawing

WIDEST = 44  # characters of a column


def render(drawing: Drawing, scale: float) -> bytes:
    """One row for each node: name, formula or role, shape, value and gradient; arrays by their norm.

    The header of a `Flow` stands above it.
    """
    graph, words = drawing.graph, drawing.picture
    losses = {n.loss or graph.output.name for n in graph if n.gradient is not None}
    gradients = gradient_name(losses.pop(), "·").replace("·", "…") if len(losses) == 1 else "gradient"
    head = ["name", "formula", "shape", "value", gradients]
    rows = [head]
    for node, box in zip(graph.nodes, words.boxes, strict=True):
        made = box.lines[0].text.partition(" = ")[2] if box.lines and node.formula else node.role
        gradient = "–" if node.gradient is None else _brief(drawing, node.gradient)
        rows.append([pretty(node.name), made, shape(node.shape), _brief(drawing, node.value), gradient])
    rows = [[cut(clean(text), WIDEST) for text in row] for row in rows]
    above = [clean(line.text) for line in words.header]
    lines = [*above, *[""] * bool(above), *aligned(rows[0], rows[1:])]
    if words.note:
        lines.append(words.note)
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _brief(drawing: Drawing, value: Any) -> str:
    written = number(norm(value) if np.ndim(value) else value, drawing.digits)
    return f"‖·‖ {written}" if np.ndim(value) else written
