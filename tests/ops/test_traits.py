"""Traits are true: what an op says of itself holds for its numbers."""

from __future__ import annotations

import operator
from typing import Any, get_args

import numpy as np
import pytest

from tracegraph.graph.packing import Packer, Unpacker
from tracegraph.graph.trait_records import read, write
from tracegraph.ops.causes import Cause
from tracegraph.ops.op import OPS, Op, Sample
from tracegraph.ops.registry import everything, find
from tracegraph.ops.traits import UNKNOWN, Gate, Kind, Traits

ALL = list(everything())
GRID = (-np.inf, -1e200, -2.0, -1.0, -0.5, -0.0, 0.0, 1e-310, 0.5, 1.0, 2.0, 1e200, np.inf)


def named(ops: list[Op]) -> Any:
    return pytest.mark.parametrize("op", ops, ids=lambda op: op.name)


def results(op: Op) -> list[tuple[list[Any], Any, Any]]:
    """The inputs of each sample with numbers filled in, its options, and the result."""
    random = np.random.default_rng(1)
    found = []
    for sample in op.samples or (Sample(((2, 3),) * len(op.inputs)),):
        inputs = [random.uniform(*op.domain, i) if isinstance(i, tuple) else np.asarray(i) for i in sample.inputs]
        found.append((inputs, sample.attrs, np.asarray(op.forward(*inputs, **sample.attrs))))
    return found


@named(ALL)
def test_each_op_has_a_kind_and_traits_that_exist(op: Op) -> None:
    assert op.traits.kind in get_args(Kind) and op.traits.kind
    assert op.traits.gate in get_args(Gate)
    assert {*op.traits.neutral, *op.traits.implied} <= op.attrs.keys()
    assert not op.traits.along or "axis" in op.attrs or op.traits.kind == "loss"
    assert all(0 <= slot < len(op.inputs) for slot in op.traits.factors)
    assert not op.traits.operator or hasattr(operator, op.traits.operator)


def test_an_op_without_traits_is_unknown() -> None:
    assert Op("f", "f(x)", ("x",), {}, lambda x: x, (), "f").traits is UNKNOWN and not UNKNOWN.kind
    assert find("no such op") is None and find("sgd") is not None and find("tanh") is OPS["tanh"]


@named([op for op in ALL if op.traits.saturates])
def test_outside_of_its_range_an_activation_is_flat_and_inside_it_is_not(op: Op) -> None:
    assert op.traits.saturates is not None
    low, high = op.traits.saturates
    x = np.linspace(-20, 20, 4001)
    y = op.forward(x)
    slope = np.abs(op.vjps[0].rule(np.ones_like(x), y, x))  # type: ignore[union-attr]
    flat = (y < low) | (y > high)
    assert flat.any() and slope[flat].max() < slope.max() / 8
    assert slope[~flat].min() > slope.max() / 20


@named([op for op in OPS.values() if op.traits.along == "all"])
def test_axes_are_all_where_none_is_given(op: Op) -> None:
    x = np.random.default_rng(0).uniform(0.5, 1.5, (2, 3))
    if op.traits.kind == "scan":
        assert op.forward(x).shape == (6,)
    else:
        np.testing.assert_allclose(op.forward(x), op.forward(x, axis=(0, 1)))


@named([op for op in OPS.values() if op.traits.along == "last"])
def test_the_axis_is_the_last_where_none_is_given(op: Op) -> None:
    x = np.random.default_rng(0).uniform(0.5, 1.5, (2, 3))
    np.testing.assert_allclose(op.forward(x), op.forward(x, axis=1))


@named([op for op in OPS.values() if op.traits.factors])
def test_the_result_is_a_multiple_of_its_factors(op: Op) -> None:
    random = np.random.default_rng(0)
    inputs = [random.uniform(0.5, 2.0, 5) for _ in op.inputs]
    for slot in range(len(inputs)):
        doubled = [2 * x if i == slot else x for i, x in enumerate(inputs)]
        proportional = np.allclose(op.forward(*doubled), 2 * op.forward(*inputs))
        assert proportional == (slot in op.traits.factors)


@named([op for op in OPS.values() if op.traits.kind == "shape"])
def test_another_shape_has_the_same_elements(op: Op) -> None:
    for (x,), _, y in results(op):
        assert sorted(np.ravel(x)) == sorted(np.ravel(y))


@named([op for op in OPS.values() if op.traits.element == "copy"])
def test_copies_are_copies(op: Op) -> None:
    for inputs, attrs, y in results(op):
        held = np.concatenate([np.ravel(x) for x in inputs])
        assert np.isin(y, [*held, attrs.get("constant_values", 0.0)]).all()


@named([op for op in OPS.values() if op.traits.element in ("average", "greatest", "least")])
def test_a_mean_or_an_extreme_of_equal_elements_is_one_of_them(op: Op) -> None:
    attrs = {} if op.traits.kind == "reduction" else {"kernel": 2}
    assert np.all(op.forward(np.full((2, 4, 4), 7.0), **attrs) == 7.0)


@named([op for op in OPS.values() if op.traits.link or op.traits.normalizes])
def test_links_make_probabilities(op: Op) -> None:
    if op.traits.link:
        y = op.forward(np.linspace(-9, 9, 12).reshape(3, 4))
        assert (y > 0).all() and (y < 1).all()
        assert np.allclose(y.sum(-1), 1) == op.traits.normalizes


@named([op for op in ALL if op.traits.places])
def test_a_window_slides_over_as_many_axes_as_it_says(op: Op) -> None:
    n, random = op.traits.places, np.random.default_rng(0)
    x, kernel = random.uniform(size=(1, 2, *(8,) * n)), random.uniform(size=(2, 2, *(3,) * n))
    y = op.forward(x, kernel) if op.traits.kind == "product" else op.forward(x, kernel=3)
    assert y.shape[:2] == x.shape[:2] and y.ndim == x.ndim
    assert all(after < before for after, before in zip(y.shape[2:], x.shape[2:], strict=True))


@named([op for op in OPS.values() if op.traits.keeps_axes])
def test_axes_stay_where_they_are(op: Op) -> None:
    for (x, *_), _, y in results(op):
        assert x.ndim == y.ndim


CAUSES = [(op, cause) for op in OPS.values() if op.elementwise for cause in op.traits.singular if op.name != "clip"]


@pytest.mark.parametrize(("op", "cause"), CAUSES, ids=lambda part: getattr(part, "name", getattr(part, "words", "")))
def test_a_cause_holds_somewhere_and_there_the_number_is_not_finite(op: Op, cause: Cause) -> None:
    """Over a grid of numbers: where the condition holds, the value (or the derivative) can be NaN or infinite."""
    values = dict(zip(op.inputs, (np.ravel(v) for v in np.meshgrid(*[np.array(GRID)] * len(op.inputs)))))
    with np.errstate(all="ignore"):
        values["y"] = op.forward(*values.values(), **op.attrs)
        values["g"] = np.ones_like(values["y"])
        holds = cause.when(*(values[name] for name in cause.operands))
        inputs = [values[name] for name in op.inputs]
        slots = range(len(inputs)) if cause.slot is None else [cause.slot]
        if cause.way == "forward":
            found = [values["y"]]
        else:
            gradients = (values["g"], np.zeros_like(values["g"]))  # 0·∞ comes of a gradient of 0
            found = [op.vjps[s].rule(g, values["y"], *inputs, **op.attrs) for g in gradients for s in slots]  # type: ignore[union-attr]
    assert holds.any()
    for kind, is_ in (("nan", np.isnan), ("inf", np.isinf)):
        assert kind not in cause.kinds or any(is_(f)[holds].any() for f in found)


@named(ALL)
def test_traits_come_back_from_a_file(op: Op) -> None:
    packer = Packer()
    assert read(write(op.traits, packer), Unpacker(packer.arrays)) == op.traits


@pytest.mark.parametrize(
    "record",
    [
        "relu",
        {"kind": "friend"},
        {"kind": ["loss"]},
        {"colour": "red"},
        {"places": "2"},
        {"places": True},
        {"link": 1},
        {"saturates": {"tuple": [0.5]}},
        {"saturates": {"tuple": [0.5, "x"]}},
        {"factors": {"tuple": [1.5]}},
        {"neutral": [["a"]]},
        {"neutral": {"float": "nan"}},
    ],
)
def test_a_file_cannot_hold_other_traits(record: Any) -> None:
    with pytest.raises(ValueError):
        read(record, Unpacker([]))


def test_causes_of_an_op_that_is_not_known_here_are_left_out() -> None:
    assert read({"kind": "loss", "singular": "nobody's"}, Unpacker([])) == Traits("loss")
