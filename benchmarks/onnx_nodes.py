"""ONNX's own tests of its operators, against the operations here: value, and gradient by differences.

python -m benchmarks.onnx_nodes [OPERATOR ...]

A case is one operator on numbers, whose result has a derivative. Its inputs are taken as float64; the value must be
ONNX's, the derivative along a random direction that of differences. Needs the package onnx.
"""

import warnings
from collections import Counter

import numpy as np

import tracegraph as tg

from .onnx_calls import CALLS, LAST, OPTIONS

QUICK = ("Add", "Conv", "MaxPool", "Softmax", "ReduceSum", "LSTM")
"""A few of them, for a look."""

FLOATS = ("float16", "float32", "float64")


def cases(names=()):
    """Each test of one operator on floats: its name, operator, attributes, inputs, and the output to compare."""
    from onnx.backend.test.loader import load_model_tests
    from onnx.helper import get_attribute_value

    for case in load_model_tests(kind="node"):
        nodes = case.model.graph.node if case.model is not None else ()
        if len(nodes) != 1 or nodes[0].op_type not in CALLS or names and nodes[0].op_type not in names:
            continue
        values, results = case.data_sets[0]
        place = LAST.get(nodes[0].op_type, 0)
        by_name = dict(zip((v.name for v in case.model.graph.input), values))
        inputs = [by_name.get(name) for name in nodes[0].input]
        kinds = [str(np.asarray(v).dtype) for v in (*inputs, results[min(place, len(results) - 1)])]
        if kinds[-1] in FLOATS and any(kind in FLOATS for kind in kinds[:-1]):
            attributes = {a.name: get_attribute_value(a) for a in nodes[0].attribute}
            if nodes[0].op_type == "Split" and len(inputs) == 1:
                attributes["num_outputs"] = len(nodes[0].output)
            yield case.name, nodes[0].op_type, attributes, inputs, np.asarray(results[min(place, len(results) - 1)])


def tensors(name, inputs):
    """Tensors of float64 for floats, arrays for the rest and for what is an option here."""
    floats = [v is not None and str(np.asarray(v).dtype) in FLOATS for v in inputs]
    wide = [np.asarray(v, np.float64) if f else v for v, f in zip(inputs, floats)]
    options = OPTIONS.get(name, ())
    return [tg.tensor(v) if f and i not in options else v for i, (v, f) in enumerate(zip(wide, floats))]


def outcome(name, attributes, inputs, expected):
    """ "right", "constant" where nothing takes a gradient, "refused: why", or "wrong: what"."""
    given = tensors(name, inputs)
    while given and given[-1] is None:
        given.pop()
    try:
        result = CALLS[name](*given, **attributes)
    except (tg.TracegraphError, TypeError, ValueError, AttributeError, IndexError) as error:
        return f"refused: {error}"
    value = result.value if isinstance(result, tg.Tensor) else result
    tolerance = 2e-2 if expected.dtype == np.float16 else 1e-3
    wide = expected.astype(np.float64)
    if np.shape(value) != wide.shape or not np.allclose(value, wide, tolerance, tolerance, equal_nan=True):
        return f"wrong: value of shape {np.shape(value)}, ONNX's {wide.shape}"
    if not isinstance(result, tg.Tensor) or not result.needs or not np.all(np.isfinite(wide)):
        return "constant"
    return slope(CALLS[name], attributes, given)


def slope(call, attributes, given):
    """The derivative along a random direction, by the gradients and by differences, a little off ties and kinks."""
    rng, h = np.random.default_rng(0), 1e-6
    ways = [rng.choice((-1.0, 1.0), t.shape) if isinstance(t, tg.Tensor) else None for t in given]
    noise = [None if way is None else rng.uniform(1e-3, 5e-3, way.shape) for way in ways]
    at = [t if way is None else tg.tensor(t.value * 0.99 + n) for t, way, n in zip(given, ways, noise)]
    result = call(*at, **attributes)
    g = rng.uniform(0.5, 1.5, result.shape)
    grads = result.backward(g)
    sent = sum(np.sum(grads.get(t, 0.0) * way) for t, way in zip(at, ways) if way is not None)
    ends = []
    for step in (h, -h):
        moved = [t if way is None else tg.tensor(t.value + step * way) for t, way in zip(at, ways)]
        ends.append(np.sum(g * np.asarray(call(*moved, **attributes).value)))
    found = (ends[0] - ends[1]) / (2 * h)
    same = np.isclose(sent, found, 1e-4, 1e-4, equal_nan=True)
    return "right" if same else f"wrong: derivative {sent:.6g}, by differences {found:.6g}"


def run(names=()):
    """How many cases came out how, and what fell short by operator."""
    totals, short = Counter(), {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for case, name, attributes, inputs, expected in cases(names):
            result = outcome(name, attributes, inputs, expected)
            totals[result.split(":")[0]] += 1
            if result not in ("right", "constant"):
                short.setdefault(name, Counter())[f"{case}: {result}"] += 1
    return totals, short


if __name__ == "__main__":
    import sys

    totals, short = run(sys.argv[1:])
    for name, outcomes in short.items():
        print(name, *outcomes, sep="\n    ")
    print(dict(totals))
