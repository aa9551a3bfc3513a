"""Numbers for an exercise: short decimals near the program's own, without ties or saturation, good to work by hand."""

from __future__ import annotations

from decimal import Decimal
from random import Random
from typing import Any

import numpy as np

from ..explanation.conventions import tied_windows
from ..graph import Graph, Node, traits_of
from ..marking.replay import Quantity, Replay, States

MOST = 64  # elements of a leaf that changes; a larger one is no work for paper
PLACES = 2  # decimals of a number that is put in, at most
SMALLEST = 1e-3  # of a result that is not 0: smaller ones are tedious


def other_number(value: Any, random: Random, role: str) -> Any:
    """Another value of the same shape, type and number of decimals; targets of 0 and 1 and large arrays stay."""
    array: Any = np.asarray(value)
    flags = role == "constant" and (array.ndim > 0 or array.dtype.kind == "f") and bool(np.isin(array, (0, 1)).all())
    if array.dtype.kind not in "fi" or array.size > MOST or not array.size or flags or not np.isfinite(array).all():
        return value
    places = 0 if array.dtype.kind == "i" else max(_decimals(v) for v in array.ravel().tolist())
    step = 10.0**-places
    if array.ndim:
        low, high = float(array.min()), float(array.max())
        low, high = (low - 2 * step, high + 2 * step) if low == high else (low, high)
        every = np.array([_between(low, high, step, random) for _ in range(array.size)])
        return np.round(every, places).reshape(array.shape).astype(array.dtype)
    size = abs(float(array))
    new = round(_between(step, max(2 * size, 5 * step), step, random), places) * (-1 if array < 0 else 1)
    return float(new) if isinstance(value, float) else np.asarray(new).astype(array.dtype)[()]


def _decimals(value: float) -> int:
    exponent = Decimal(repr(round(value, PLACES))).normalize().as_tuple().exponent
    return min(PLACES, max(0, -exponent)) if isinstance(exponent, int) else 0


def _between(low: float, high: float, step: float, random: Random) -> float:
    """A multiple of the step from low to high."""
    return low + step * int(random.random() * (round((high - low) / step) + 1))


def difficulty(graph: Graph, digits: int, quantities: list[Quantity]) -> str:
    """Why the numbers of a graph are not good to work with by hand; "" where they are."""
    for node in graph:
        if not np.all(np.isfinite(np.asarray(node.value, float))):
            return f"{node.name} is not finite"
        if node.formula and (why := _awkward(graph, node)):
            return f"{node.name}: {why}"
    return _rounding(graph, digits, quantities)


def _awkward(graph: Graph, node: Node) -> str:
    traits = traits_of(node)
    values = [np.asarray(graph.carried(e), float) for e in graph.inputs(node)]
    if traits.saturates is not None and np.any(_outside(node.value, traits.saturates)):
        return "saturated"
    if traits.gate == "rectifier" and (np.any(values[0] == 0) or np.all(values[0] < 0)):
        return "closed, or at the corner"
    if traits.kind == "pooling" and traits.kink and tied_windows(values[0], node.attrs, traits.places):
        return "a tie"
    if traits.kink in ("halved", "shared") and _tied(node, values):
        return "a tie"
    if node.named and not node.shape and 0 < abs(float(node.value)) < SMALLEST:
        return "tiny"
    return ""


def _outside(value: Any, limits: tuple[float, float]) -> Any:
    return (np.asarray(value) < limits[0]) | (np.asarray(value) > limits[1])


def _tied(node: Node, values: list[Any]) -> bool:
    if len(values) > 1:
        return bool(np.any(np.equal(*np.broadcast_arrays(*values[:2]))))
    return bool(np.size(node.value) == 1 and (values[0] == np.max(node.value)).sum() > 1)


def _rounding(graph: Graph, digits: int, quantities: list[Quantity]) -> str:
    """Whether who rounds every answer to so many digits, and goes on with that, gets all others right."""
    replay = Replay(graph)
    exact: States = {}
    worked: States = {}
    asked = set(quantities)
    for quantity in replay.needed(quantities):
        exact[quantity] = replay.compute(quantity, exact)
        worked[quantity] = replay.compute(quantity, worked)
        if quantity in asked:
            right, found = rounded(exact[quantity], digits), rounded(worked[quantity], digits)
            if not np.array_equal(right, found):
                return f"{graph.node(quantity[0]).name} does not survive rounding"
            worked[quantity] = found
    return ""


def rounded(value: Any, digits: int) -> Any:
    """A number or an array with so many significant digits, half up as people round."""
    array = np.asarray(value, float)
    flat = [float(written(v, digits)) for v in array.ravel().tolist()]
    return np.array(flat).reshape(array.shape) if array.ndim else flat[0]


def written(value: float, digits: int) -> str:
    """A number with so many significant digits, as one writes it on paper."""
    exact = Decimal(repr(float(f"{value:.13g}")))
    if not exact:
        return "0"
    unit = Decimal(1).scaleb(exact.adjusted() - digits + 1)
    text = f"{exact.quantize(unit, rounding='ROUND_HALF_UP'):f}" if exact != exact.to_integral() else f"{exact:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
