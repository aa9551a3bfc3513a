"""A table of nodes, values and gradients, for terminals and for `print`."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate
from typing import TYPE_CHECKING, Any
from unicodedata import category, east_asian_width

import numpy as np

from ..numbers import clean, gradient_name, number, pretty, shape
from ..panels import norm

if TYPE_CHECKING:
    from ..drawing import Drawing

WIDEST = 44  # characters of a column


def render(drawing: Drawing, scale: float) -> bytes:
    """One row for each node: name, formula or role, shape, value and gradient; arrays by their norm."""
    graph, words = drawing.graph, drawing.picture
    losses = {n.loss or graph.output.name for n in graph if n.gradient is not None}
    gradients = gradient_name(losses.pop(), "·").replace("·", "…") if len(losses) == 1 else "gradient"
    head = ["name", "formula", "shape", "value", gradients]
    rows = [head]
    for node, box in zip(graph.nodes, words.boxes, strict=True):
        made = box.lines[0].text.partition(" = ")[2] if box.lines and node.formula else node.role
        gradient = "–" if node.gradient is None else _brief(drawing, node.gradient)
        rows.append([pretty(node.name), made, shape(node.shape), _brief(drawing, node.value), gradient])
    rows = [[_cut(clean(text)) for text in row] for row in rows]
    widths = [max(_columns(row[i]) for row in rows) for i in range(len(head))]
    lines = ["  ".join(_padded(text, width) for text, width in zip(row, widths, strict=True)).rstrip() for row in rows]
    lines.insert(1, "  ".join("─" * width for width in widths))
    if words.note:
        lines.append(words.note)
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _brief(drawing: Drawing, value: Any) -> str:
    written = number(norm(value) if np.ndim(value) else value, drawing.digits)
    return f"‖·‖ {written}" if np.ndim(value) else written


def _cut(text: str) -> str:
    """A text that takes at most so many columns."""
    if _columns(text) <= WIDEST:
        return text
    used = list(accumulate(map(_columns, text)))
    return text[: bisect_right(used, WIDEST - 1)] + "…"


def _padded(text: str, width: int) -> str:
    return text + " " * (width - _columns(text))


def _columns(text: str) -> int:
    """The places that a text takes in a terminal: two for a wide character, none for one that combines."""
    return sum(0 if category(c) in ("Mn", "Me", "Cf") else 2 if east_asian_width(c) in "WF" else 1 for c in text)
