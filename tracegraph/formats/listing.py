"""A table of nodes, values and gradients, for terminals and for `print`."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..graph.measure import norm
from ..layout.sheet import Draft
from ..text.names import gradient_name, pretty
from ..text.numbers import clean, number, shape
from ..text.table import aligned
from ..text.width import cut
from . import Options

WIDEST = 44  # characters of a column


def write(draft: Draft, options: Options = Options()) -> bytes:
    """One row for each node: name, formula or role, shape, value and gradient; arrays by their norm.

    The header of a `Flow` stands above it.
    """
    graph, words = draft.graph, draft.picture
    losses = {n.loss or graph.output.name for n in graph if n.gradient is not None}
    gradients = gradient_name(losses.pop(), "·").replace("·", "…") if len(losses) == 1 else "gradient"
    head = ["name", "formula", "shape", "value", gradients]
    rows = [head]
    boxes = words.box_of
    for node in graph.nodes:
        box = boxes[f"n{node.key}"]
        made = box.lines[0].text.removeprefix("= ") if box.lines and node.formula else node.role
        gradient = "–" if node.gradient is None else _brief(draft, node.gradient)
        rows.append([pretty(node.name), made, shape(node.shape), _brief(draft, node.value), gradient])
    rows = [[cut(clean(text), WIDEST) for text in row] for row in rows]
    above = [clean(line.text) for line in words.header]
    lines = [*above, *[""] * bool(above), *aligned(rows[0], rows[1:])]
    if words.note:
        lines.append(words.note)
    return ("\n".join(lines) + "\n").encode("utf-8", "replace")


def _brief(draft: Draft, value: Any) -> str:
    written = number(norm(value) if np.ndim(value) else value, draft.digits)
    return f"‖·‖ {written}" if np.ndim(value) else written
