"""Parameters that the loss depends on, and that no gradient reaches."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.analysis import DIAGNOSTICS
from tracegraph.analysis.findings import unreached as reach
from tracegraph.ops.op import OPS, Op
from tracegraph.ops.traits import Traits

RANDOM = np.random.default_rng(5)
X = RANDOM.normal(size=(8, 4))


def found(flow: tg.Flow, *kinds: str) -> dict[str, str]:
    return {flow.node(f.node).name: f.cause for f in flow.findings if f.kind in (kinds or ("no_gradient", "unused"))}


def weights(*shape: int, name: str | None = None) -> tg.Tensor:
    return tg.parameter(RANDOM.normal(size=shape), name)


def test_ranks() -> None:
    assert [DIAGNOSTICS[k].rank for k in ("no_gradient", "unused")] == [4, 12]


COMPARISONS = "less less_equal greater greater_equal equal not_equal".split()


@pytest.mark.parametrize("name", COMPARISONS)
def test_the_cause_names_the_operation_where_the_way_is_cut(name: str) -> None:
    w, v = weights(4, 4, name="w"), weights(4, 1, name="v")
    mask = getattr(tg, name)(X @ w, 0.0)
    flow = tg.flow(tg.mse(tg.where(mask, 1.0, 0.0) @ v, 0.0))
    assert found(flow) == {"w": f"the loss depends on w, but {name} has no derivative: the way back ends at mask"}
    assert [b.text for b in flow.badges(flow["w"])] == ["no gradient reaches it"] and not flow.badges(flow["v"])


def test_a_condition_takes_no_gradient() -> None:
    w, v = weights(4, name="w"), weights(4, name="v")
    y = tg.where(w, v, 0.0)
    cause = "the loss depends on w, but where passes no gradient to its condition: the way back ends at y"
    assert found(tg.flow(tg.sum(y))) == {"w": cause}


def test_one_way_that_is_open_is_enough() -> None:
    w = weights(4, name="w")
    assert not found(tg.flow(tg.sum(tg.where(w > 0, w, 0.5 * w))))


def test_several_cuts_are_named_once_each_and_not_all() -> None:
    w = weights(4, name="w")
    a, b, c = w > 0, w < 1, w >= 2
    L = tg.sum(tg.where(a, 1.0, 0.0) + tg.where(b, 1.0, 0.0) + tg.where(c, 1.0, 0.0))
    assert found(tg.flow(L))["w"].count("has no derivative") == reach.NAMED


def test_a_loss_that_cannot_be_differentiated_at_all() -> None:
    w = weights(4, name="w")
    assert "greater has no derivative" in found(tg.flow(tg.sum(tg.where(w > 0, 1.0, 0.0))))["w"]


@pytest.fixture
def rounding() -> Iterator[Op]:
    OPS["rounding"] = Op("rounding", "rounding(x)", ("x",), {}, np.round, (), "round", traits=Traits(element="formula"))
    yield OPS["rounding"]
    del OPS["rounding"]


def test_an_operation_of_ones_own_without_rules(rounding: Op) -> None:
    from tracegraph.engine.call import function

    w = weights(4, name="w")
    q = function(rounding)(w)
    L = tg.sum(q * weights(4, name="v"))
    assert "rounding has no derivative: the way back ends at q" in found(tg.flow(L))["w"]


def test_missing_is_not_zero() -> None:
    w, v = weights(4, name="w"), weights(4, name="v")
    flow = tg.flow(tg.sum(tg.sign(w) * v + tg.where(w > 9, 1.0, 0.0)))
    assert not found(flow) and "exactly 0" in found(flow, "vanishing")["w"]
    assert next(f for f in flow.findings if f.kind == "vanishing").measure == 0


def test_inputs_count_only_where_nothing_else_does() -> None:
    x, m = tg.tensor(X, "x"), tg.tensor(X, "m")
    assert not found(tg.flow(tg.sum(tg.where(m > 0, x * weights(4, name="w"), 0.0))))
    assert not found(tg.flow(lambda x, m: tg.sum(tg.where(m > 0, x, 0.0)), X, X))
    with pytest.raises(tg.GraphError, match="nothing was differentiated"):
        tg.flow(lambda x: tg.sum(tg.where(x > 0, 1.0, 0.0)), X)


def test_a_group_is_named() -> None:
    w, v = weights(4, name="w"), weights(4, name="v")
    with tg.scope("gate"):
        open_ = tg.where(w > 0, 1.0, 0.0)
    flow = tg.flow(tg.collapse(tg.trace(tg.sum(open_ * v))))
    assert list(found(flow)) == ["w"] and "ends in gate" in found(flow)["w"]


def test_planted_every_use_counts_as_a_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reach, "needed_nodes", lambda graph: {n.key for n in graph})
    spare = weights(4)
    assert list(found(tg.flow(tg.sum(weights(4))), "no_gradient")) == ["spare"]
    del spare
