"""Optimizers: each against PyTorch, against the formula that is shown, and against numbers worked out by hand."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.formula import evaluate
from tracegraph.ops.updates import UPDATES
from tracegraph.optim import OPTIMIZERS

START = {"W": np.random.default_rng(0).normal(size=(3, 2)), "b": np.array([0.1, -0.2]), "s": 0.5}
X = np.random.default_rng(1).normal(size=(20, 4, 3))

SAME: list[tuple[tg.optim.Optimizer, str, dict[str, Any]]] = [
    (tg.optim.SGD(lr=0.1), "SGD", {"lr": 0.1}),
    (tg.optim.Momentum(lr=0.1, beta=0.8, form="plain"), "SGD", {"lr": 0.1, "momentum": 0.8}),
    (tg.optim.Momentum(lr=0.1, beta=0.8), "SGD", {"lr": 0.1, "momentum": 0.8}),  # with one lr, the same steps
    (tg.optim.Momentum(lr=0.1, beta=0.8, form="mean"), "SGD", {"lr": 0.1 * 0.2, "momentum": 0.8}),
    (tg.optim.Nesterov(lr=0.1, beta=0.8, form="plain"), "SGD", {"lr": 0.1, "momentum": 0.8, "nesterov": True}),
    (tg.optim.Nesterov(lr=0.1, beta=0.8), "SGD", {"lr": 0.1, "momentum": 0.8, "nesterov": True}),
    (tg.optim.AdaGrad(lr=0.1, eps=1e-6), "Adagrad", {"lr": 0.1, "eps": 1e-6}),
    (tg.optim.RMSProp(lr=0.02, rho=0.8, eps=1e-6), "RMSprop", {"lr": 0.02, "alpha": 0.8, "eps": 1e-6}),
    (tg.optim.Adam(lr=0.05, beta1=0.8, beta2=0.95), "Adam", {"lr": 0.05, "betas": (0.8, 0.95)}),
]


@pytest.mark.slow
@pytest.mark.torch
@pytest.mark.parametrize(("dtype", "rtol"), [(np.float64, 1e-12), (np.float32, 2e-4)])
@pytest.mark.parametrize(("ours", "theirs", "options"), SAME, ids=lambda x: repr(x) if not isinstance(x, dict) else "")
def test_twenty_steps_are_those_of_pytorch(
    ours: tg.optim.Optimizer, theirs: str, options: dict[str, Any], dtype: Any, rtol: float
) -> None:
    torch = pytest.importorskip("torch")
    ours = type(ours)(**{k: v for k, v in vars(ours).items() if not k.startswith("_")})
    held = [torch.tensor(np.asarray(v, dtype), requires_grad=True) for v in START.values()]
    reference = getattr(torch.optim, theirs)(held, **options)
    weights = [tg.parameter(np.asarray(v, dtype), name) for name, v in START.items()]
    for x in X.astype(dtype):
        W, b, s = weights
        weights = ours.step(((tg.tanh(x @ W + b) * s - 1) ** 2).mean(), weights)
        tW, tb, ts = held
        reference.zero_grad()
        ((torch.tanh(torch.tensor(x) @ tW + tb) * ts - 1) ** 2).mean().backward()
        reference.step()
        for w, t in zip(weights, held, strict=True):
            assert w.dtype == dtype
            np.testing.assert_allclose(w.value, t.detach().numpy(), rtol=rtol, atol=rtol * 0.1)


def epoch(optimizer: tg.optim.Optimizer, points: list[tuple[float, float]], w: float, b: float | None) -> tg.Graph:
    parameters = [tg.parameter(w, "w")] + ([] if b is None else [tg.parameter(b, "b")])
    for point in points:
        x, y = tg.constant(point[0], "x"), tg.constant(point[1], "y")
        yhat = parameters[0] * x + (0 if b is None else parameters[1])
        L = 0.5 * (y - yhat) ** 2
        parameters = optimizer.step(L, parameters)
    return tg.trace(parameters)


POINTS = [(1.0, 3.0), (2.0, 5.0), (3.0, 7.0)]
BY_HAND: list[tuple[tg.Graph, dict[tuple[str, int], float]]] = [
    (epoch(tg.optim.SGD(0.1), [(1, 3)], 0.5, 0.1), {("w", 1): 0.74, ("b", 1): 0.34}),
    (
        epoch(tg.optim.Momentum(0.01), POINTS, 0.5, 0.1),
        {("v_w", 1): -0.024, ("v_w", 2): -0.09816, ("v_w", 3): -0.2368332, ("w", 3): 0.8589932, ("b", 3): 0.2872684},
    ),
    (epoch(tg.optim.Momentum(0.01, form="plain"), POINTS, 0.5, 0.1), {("v_w", 3): -23.68332, ("w", 3): 0.8589932}),
    (
        epoch(tg.optim.AdaGrad(0.1), [(3, 4), (4, 5)], 0.5, None),
        {("G_w", 1): 56.25, ("w", 1): 0.59999999986666667, ("G_w", 2): 164.41, ("w", 2): 0.6811090329870528},
    ),
    (epoch(tg.optim.AdaGrad(0.1, inside=True), [(3, 4)], 0.5, None), {("w", 1): 0.59999999999111111}),
]


@pytest.mark.parametrize(("graph", "numbers"), BY_HAND)
def test_numbers_worked_out_by_hand(graph: tg.Graph, numbers: dict[tuple[str, int], float]) -> None:
    for (name, step), value in numbers.items():
        assert graph.find(name, step).value == pytest.approx(value, rel=1e-9 if name == "G_w" else 1e-13)


# --- the formula that is shown ---------------------------------------------------------------------------------------


def wrong_formulas(graph: tg.Graph) -> list[str]:
    """The updates and states whose value is not that of their formula."""
    wrong = []
    for node in graph:
        if node.role == "update" and node.op != "gradient":
            given = {a: graph.node(e.source).value for a, e in zip(node.args, graph.inputs(node), strict=True)}
            if evaluate(node.formula, {**given, **node.attrs}) != pytest.approx(node.value, rel=1e-14):
                wrong.append(node.op)
    return wrong


def kinds() -> list[tg.optim.Optimizer]:
    forms = [tg.optim.Momentum(form="plain"), tg.optim.Momentum(form="mean"), tg.optim.Nesterov(form="plain")]
    inside = [tg.optim.AdaGrad(inside=True), tg.optim.RMSProp(inside=True)]
    return [kind() for kind in OPTIMIZERS.values()] + forms + inside


def test_every_formula_is_the_computation() -> None:
    seen: set[str] = set()
    for optimizer in kinds():
        graph = epoch(optimizer, POINTS, 0.5, 0.1)
        assert not wrong_formulas(graph)
        seen |= {n.op for n in graph}
    assert UPDATES.keys() <= seen


def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    from dataclasses import replace

    monkeypatch.setitem(UPDATES, "sgd", replace(UPDATES["sgd"], formula="w + lr * dw"))
    assert wrong_formulas(epoch(tg.optim.SGD(), POINTS, 0.5, None)) == ["sgd"] * 3


def test_states_are_named_by_what_they_carry() -> None:
    for name in (n for n, op in UPDATES.items() if op.traits.kind == "state"):
        carried, gradient = UPDATES[name].inputs
        assert UPDATES[name].formula.count(carried) and gradient == "dw"


# --- wrong use -------------------------------------------------------------------------------------------------------


def leaves() -> tuple[tg.Tensor, tg.Tensor, tg.Tensor]:
    w, b = tg.parameter(0.5, "w"), tg.parameter([1.0, 2.0], "b")
    return w, b, (w * b).sum()


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"lr": float("nan")}, "SGD: lr is a number from 0, not nan"),
        ({"lr": -0.1}, "a number from 0, not -0.1"),
        ({"lr": "big"}, "lr is a number from 0, not 'big'"),
        ({"lr": None}, "not None"),
        ({"lr": True}, "not True"),
        ({"lr": float("inf")}, "not inf"),
        ({"lr": np.ones(2)}, "lr is a number"),
        ({"lr": 1j}, "lr is a number"),
    ],
)
def test_a_learning_rate_that_is_none(options: dict[str, Any], said: str) -> None:
    with pytest.raises(tg.OpError) as caught:
        tg.optim.SGD(**options)
    assert said in str(caught.value) and "\n" not in str(caught.value)


def test_other_options() -> None:
    with pytest.raises(tg.OpError, match="Momentum: beta is a number from 0 to less than 1, not 1"):
        tg.optim.Momentum(beta=1)
    with pytest.raises(tg.OpError, match="Adam: beta2 is a number from 0 to less than 1, not 1.5"):
        tg.optim.Adam(beta2=1.5)
    with pytest.raises(tg.OpError, match="RMSProp: eps is a number from 0, not -1"):
        tg.optim.RMSProp(eps=-1)
    with pytest.raises(tg.OpError, match="Nesterov: form 'mean' is not one of classic, plain"):
        tg.optim.Nesterov(form="mean")
    assert tg.optim.SGD(np.float32(0.5)).lr == 0.5 and tg.optim.SGD(1).lr == 1


def test_a_schedule_may_change_the_options_and_is_checked() -> None:
    w, sgd = tg.parameter(1.0), tg.optim.SGD(lr=0.5)
    [w] = sgd.step(w * 1.0, [w])
    sgd.lr = 0.25
    [w] = sgd.step(w * 1.0, [w])
    assert w.value == 0.25 and sgd.count == 2
    sgd.lr = -1
    with pytest.raises(tg.OpError, match="lr is a number"):
        sgd.step(w * 1.0, [w])


def test_what_is_no_loss() -> None:
    w, b, L = leaves()
    with pytest.raises(tg.OpError, match=r"step: the loss has shape \(2,\); make it a number with sum or mean"):
        tg.optim.SGD().step(w * b, [w])
    with pytest.raises(tg.OpError, match="step: the loss is float, not a tensor"):
        tg.optim.SGD().step(1.0, [w])  # type: ignore[arg-type]
    with pytest.raises(tg.OpError, match="nothing to differentiate"):
        tg.optim.SGD().step(tg.constant(2.0) * 1.0, [w])


def test_what_are_no_parameters() -> None:
    w, b, L = leaves()
    h = w * 2
    for given in (w, {"w": w}):
        with pytest.raises(tg.OpError, match=r"give a list of parameters, also for one: step\(loss, \[w\]\)"):
            tg.optim.SGD().step(L, given)  # type: ignore[arg-type]
    with pytest.raises(tg.OpError, match="parameter 1 is ndarray, not a tensor; make it with tg.parameter"):
        tg.optim.SGD().step(L, [w, np.ones(2)])  # type: ignore[list-item]
    with pytest.raises(tg.OpError, match="parameter 0 is the result of mul; only parameters are updated"):
        tg.optim.SGD().step(h * 1.0, [h])
    with pytest.raises(tg.OpError, match="w is given twice"):
        tg.optim.SGD().step(L, [w, b, w])
    with pytest.raises(tg.OpError, match="k is the result of constant"):
        tg.optim.SGD().step(L, [tg.constant(1.0, "k")])
    assert tg.optim.SGD().step(L, []) == []


def test_a_parameter_that_no_gradient_reaches() -> None:
    w, b, L = leaves()
    other, adam = tg.parameter([1.0], "other"), tg.optim.Adam()
    with pytest.raises(tg.OpError, match=r"no gradient reaches other of shape \(1,\) from the loss"):
        adam.step(L, [w, other])
    assert adam.count == 0 and adam == tg.optim.Adam(), "nothing has changed"
    [w1] = adam.step(L, [w])
    assert adam != tg.optim.Adam()
    with pytest.raises(tg.OpError, match="no gradient reaches w"):  # the loss is of w1
        adam.step(w1 * 1.0, [w])


def test_an_order_that_changed() -> None:
    for shapes in ((1.0, 2.0), (1.0, [2.0])):
        w, b = tg.parameter(shapes[0], "w"), tg.parameter(shapes[1], "b")
        sgd = tg.optim.Momentum()
        w, b = sgd.step((w * b).sum(), [w, b])
        with pytest.raises(tg.OpError, match="parameter 0 was w and is another now; keep their order"):
            sgd.step((w * b).sum(), [b, w])
        with pytest.raises(tg.OpError, match="1 parameters, but 2 in the step before"):
            sgd.step((w * b).sum(), [w])


def test_fresh_leaves_are_known_by_their_names_and_shapes() -> None:
    momentum = tg.optim.Momentum()
    for _ in range(2):
        w = tg.parameter([1.0, 2.0], "w")
        momentum.step(w.sum(), [w])
    for name, value in (("v", [1.0, 2.0]), (None, [1.0])):
        w = tg.parameter(value, name)
        with pytest.raises(tg.OpError, match="parameter 0 was w and is another now"):
            momentum.step(w.sum(), [w])


# --- what is left of a step ------------------------------------------------------------------------------------------


def test_detached_states_go_on() -> None:
    def last(detached: bool) -> Any:
        w, adam = tg.parameter([0.5, -1.0], "w"), tg.optim.Adam(lr=0.1)
        for _ in range(10):
            [w] = adam.step((w * w).sum(), [w])
            if detached:
                w = tg.parameter(w.value, "w")
                adam.detach()
        return w.value

    assert np.array_equal(last(True), last(False))


def test_links_are_kept_until_they_are_detached() -> None:
    def grown(detached: bool) -> int:
        w, momentum = tg.parameter(np.ones(1000), "w"), tg.optim.Momentum()
        tracemalloc.start()
        for _ in range(100):
            [w] = momentum.step((w * w).sum(), [w])
            if detached:
                w = tg.parameter(w.value, "w")
                momentum.detach()
        grown = tracemalloc.get_traced_memory()[0]
        tracemalloc.stop()
        return grown

    assert grown(True) < 100_000 < 2_000_000 < grown(False)


@pytest.mark.slow
def test_a_long_record_is_freed_without_deep_recursion() -> None:
    w, momentum = tg.parameter(1.0, "w"), tg.optim.Momentum(lr=0.001)
    for _ in range(20_000):
        [w] = momentum.step(w * 1.0, [w])
    del w, momentum
