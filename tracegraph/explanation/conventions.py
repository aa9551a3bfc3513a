"""Conventions at kinks, for the equations in which they bind: what a derivative is taken for where there is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np

from ..graph import Edge, Graph
from ..graph.rerun import as_declared, input_values, op_of

At = Callable[..., Any]
"""Whether a convention binds, from the value, the inputs and the options of an operation."""


def _at_zero(y: Any, x: Any, **options: Any) -> Any:
    return np.asarray(x) == 0


def _tied(y: Any, x: Any, axis: Any = None, keepdims: bool = False, **options: Any) -> Any:
    axes = tuple(axis) if isinstance(axis, list) else axis
    best = np.asarray(y) if keepdims or axis is None else np.expand_dims(y, axes)
    return (np.asarray(x) == best).sum(axis=axes) > 1


def _equal(y: Any, a: Any, b: Any, **options: Any) -> Any:
    return np.equal(a, b)


def _at_limit(y: Any, x: Any, min: Any = None, max: Any = None, **options: Any) -> Any:
    return (min is not None and np.equal(x, min)) | np.asarray(max is not None and np.equal(x, max))


def _no_length(y: Any, x: Any, **options: Any) -> Any:
    return np.asarray(y) == 0


CONVENTIONS: dict[str, tuple[At, str]] = {
    "corner": (_at_zero, "at 0 the slope is taken as 0"),
    "leak": (_at_zero, "at 0 the slope on the left is taken"),
    "length": (_no_length, "0/0 is taken as 0 where the length is 0"),
    "shared": (_tied, "a tie: the gradient is shared equally"),
    "halved": (_equal, "a tie: half to each"),
    "limit": (_at_limit, "at a limit no gradient passes"),
}
"""By kind of kink: where its convention binds, and what it says; the table in docs/ops.md has all."""


def conventions(graph: Graph, edge: Edge) -> Iterator[str]:
    """What is to be said of the way back through one use."""
    target = graph.node(edge.target)
    op = op_of(target)
    if op is None or not op.traits.kink or not as_declared(target, op) or not np.any(target.gradient):
        return
    if op.traits.kink not in CONVENTIONS:
        if tied_windows(graph.carried(edge), target.attrs, op.traits.places):
            yield "a tie in a window: the first one takes it"
        return
    binds, sentence = CONVENTIONS[op.traits.kink]
    with np.errstate(all="ignore"):
        if np.any(binds(target.value, *input_values(graph, target), **target.attrs)):
            yield sentence


def tied_windows(x: Any, attrs: Mapping[str, Any], places: int) -> bool:
    """Whether a window that lies inside the input holds its greatest element twice."""
    padded = any(np.any(attrs.get(k, 0)) for k in ("padding", "ceil_mode"))
    if padded or np.any(np.not_equal(attrs.get("dilation", 1), 1)):
        return False
    kernel = np.broadcast_to(attrs["kernel"], (places,))
    steps = np.broadcast_to(kernel if attrs.get("stride") is None else attrs["stride"], (places,))
    last = tuple(range(-places, 0))
    windows = np.lib.stride_tricks.sliding_window_view(x, tuple(map(int, kernel)), axis=last)
    apart = tuple(slice(None, None, int(s)) for s in steps) + (slice(None),) * places
    taken: Any = windows[(Ellipsis,) + apart]
    return bool(np.any((taken == taken.max(axis=last, keepdims=True)).sum(axis=last) > 1))
