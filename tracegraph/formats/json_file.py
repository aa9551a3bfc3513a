"""The numbers of a drawing for other programs."""

from __future__ import annotations

import json
from itertools import accumulate
from operator import mul
from typing import Any

import numpy as np

from ..graph.measure import norm
from ..layout.sheet import Draft
from ..picture.flow_overlay import Paint, paints
from ..picture.on_cards import Badges, marks_of
from . import Options

WHOLE = 256  # elements up to which an array is written out


def write(draft: Draft, options: Options = Options()) -> bytes:
    """Nodes and edges with values, gradients, local derivatives and contributions.

    Of a `Flow` also its header, and rms and share of each contribution.

    Numbers have 12 significant digits, as the last ones depend on the processor; NaN and infinities are strings. Arrays
    of more than 256 elements come as shape, type, minimum, mean, maximum and norm (those of none as shape and type).
    `Graph.save` keeps everything.
    """
    graph, picture = draft.graph, draft.picture
    names = {n.key: n.name for n in graph.nodes}
    badges, marks = Badges(graph), marks_of(graph)
    nodes = [
        {
            "name": n.name,
            "op": n.op,
            "role": n.role,
            "scope": n.scope,
            "line": n.line,
            "formula": n.formula,
            "inputs": {a: e.tensor for a, e in zip(n.args, graph.inputs(n), strict=False)},
            "value": _value(n.value),
            "gradient": _value(n.gradient),
            "tags": badges.texts(n),
            "marks": [[m.verdict, m.quantity, m.written, m.right, list(m.index)] for m in marks.get(n.key, ())],
        }
        for n in graph.nodes
    ]
    edges = [
        {
            "source": names[e.source],
            "target": names[e.target],
            "slot": e.slot,
            "tensor": e.tensor,
            "vjp": e.vjp,
            "local": _value(e.local),
            "contribution": _value(e.contribution),
            **_paint(paint),
        }
        for e, paint in zip(graph.edges, paints(graph), strict=True)
    ]
    header = {"header": [x.text for x in picture.header]} if picture.header else {}
    record = {"output": graph.output.name, **header, "nodes": nodes, "edges": edges}
    text = json.dumps(record, indent=1, ensure_ascii=False)
    return text.encode("utf-8", "replace") + b"\n"


def _paint(paint: Paint | None) -> dict[str, Any]:
    """What an arrow of a `Flow` tells besides."""
    return {} if paint is None else {"rms": _value(paint.rms), "share": _value(paint.share)}


def _value(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, np.bool_, np.integer)):
        return value if value is None else value.item() if isinstance(value, np.generic) else value
    if np.ndim(value) == 0:
        return _float(value)
    array = np.asarray(value)
    if max(accumulate(array.shape, mul)) <= WHOLE:  # of no elements, too, there can be lists without end
        return _listed(array.tolist())
    if not array.size:
        return {"shape": list(array.shape), "dtype": str(array.dtype)}
    with np.errstate(all="ignore"):
        numbers = (array.min(), array.mean(), array.max(), norm(array))
    summary = dict(zip(("min", "mean", "max", "norm"), map(_float, numbers), strict=True))
    return {"shape": list(array.shape), "dtype": str(array.dtype), **summary}


def _listed(values: Any) -> Any:
    return [_listed(v) for v in values] if isinstance(values, list) else _value(values)


def _float(value: Any) -> float | str:
    x = float(value)
    return float(f"{x:.12g}") if np.isfinite(x) else str(x)
