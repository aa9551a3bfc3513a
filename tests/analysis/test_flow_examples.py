"""The examples of gradient flow: what each claims, computed again by plain NumPy."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.analysis import Flow

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))

import broadcast_loss  # noqa: E402
import dead_relu  # noqa: E402
import optimizers  # noqa: E402
import residual  # noqa: E402
import softmax_twice  # noqa: E402
import unscaled  # noqa: E402
import vanishing  # noqa: E402
import where_nan  # noqa: E402
from digits import digits  # noqa: E402

Array = np.ndarray[Any, Any]
MODULES = [broadcast_loss, dead_relu, optimizers, residual, softmax_twice, unscaled, vanishing, where_nan]


def kinds(flow: Flow) -> dict[str, set[str]]:
    """The names of the nodes, by kind of finding."""
    found: dict[str, set[str]] = {}
    for finding in flow.findings:
        found.setdefault(finding.kind, set()).add(flow.node(finding.node).name)
    return found


def relu(z: Array) -> Array:
    return np.maximum(z, 0)


def step(z: Array) -> Array:
    return (z > 0).astype(float)


def sigmoid(z: Array) -> Array:
    return 1 / (1 + np.exp(-z))


def slope(z: Array) -> Array:
    return sigmoid(z) * (1 - sigmoid(z))


def back(
    weights: list[Array], biases: list[Array], act: Any, derivative: Any, n: int
) -> tuple[list[Array], list[Array]]:
    """The gradients of all weights and biases of a classifier of the first n digits."""
    images, labels = digits()
    inputs, sums = [images[:n].reshape(n, 64)], []
    for w, b in zip(weights, biases, strict=True):
        sums.append(inputs[-1] @ w + b)
        inputs.append(act(sums[-1]))
    p = np.exp(sums[-1])
    delta = (p / p.sum(axis=1, keepdims=True) - np.eye(10)[labels[:n]]) / n
    found: tuple[list[Array], list[Array]] = ([], [])
    for i in reversed(range(len(weights))):
        found[0].insert(0, inputs[i].T @ delta)
        found[1].insert(0, delta.sum(axis=0))
        delta = delta @ weights[i].T * derivative(sums[i - 1]) if i else delta
    return found


# --- vanishing -------------------------------------------------------------------------------------------------------


def means(act: str) -> dict[str, float]:
    """By name, the mean size of the gradient of each parameter, by NumPy."""
    random, widths = np.random.default_rng(0), [64] + [32] * 20
    weights = [random.normal(size=(n, 32)) * np.sqrt((2 if act == "relu" else 1) / n) for n in widths[:20]]
    weights.append(random.normal(size=(32, 10)) / np.sqrt(32))
    biases = [np.zeros(w.shape[1]) for w in weights]
    w, b = back(weights, biases, *((relu, step) if act == "relu" else (sigmoid, slope)), 100)
    return (
        {f"W_{i + 1}": float(np.mean(np.abs(g))) for i, g in enumerate(w[:20])}
        | {f"b_{i + 1}": float(np.mean(np.abs(g))) for i, g in enumerate(b[:20])}
        | {"V": float(np.mean(np.abs(w[20])))}
    )


@pytest.mark.parametrize("act", ["sigmoid", "relu"])
def test_vanishing_sizes_are_those_of_numpy(act: str) -> None:
    flow = tg.flow(lambda: vanishing.of(act))
    ours, theirs = {row.name: row.gradient.mean for row in flow.parameters}, means(act)
    assert ours.keys() == theirs.keys()
    assert all(ours[name] == pytest.approx(theirs[name], rel=1e-6) for name in ours)
    small = {name for name, mean in theirs.items() if mean < 1e-7}
    assert kinds(flow) == ({"vanishing": small} if small else {})
    assert bool(small) == (act == "sigmoid")


def test_vanishing_is_by_twelve_decades_in_one_network_and_by_none_in_the_other() -> None:
    first = {act: means(act)["W_1"] / means(act)["W_20"] for act in ("sigmoid", "relu")}
    assert first["sigmoid"] < 1e-11 and 0.1 < first["relu"] < 10


def test_vanishing_shows_both_side_by_side() -> None:
    drawing = tg.draw(tg.flow(vanishing.build), depth=1, detail="outline")
    assert len(drawing.graph) == 2 * 22 + 3 and {c.title for c in drawing.picture.clusters} == {"sigmoid", "relu"}
    assert kinds(tg.flow(vanishing.build)).keys() == {"vanishing"}


# --- dead ------------------------------------------------------------------------------------------------------------


def off_after(steps: int, rate: float) -> list[int]:
    """The units that are 0 for all images after steps of gradient descent, by NumPy."""
    start = dead_relu.initial(dead_relu.SHAPES, seed=0)
    weights, biases = [start["W_1"], start["W_2"]], [start["b_1"], start["b_2"]]
    for _ in range(steps):
        w, b = back(weights, biases, relu, step, 60)
        weights = [old - rate * g for old, g in zip(weights, w, strict=True)]
        biases = [old - rate * g for old, g in zip(biases, b, strict=True)]
    x = digits()[0][:60].reshape(60, 64)
    return [int(i) for i in np.flatnonzero((x @ weights[0] + biases[0] <= 0).all(axis=0))]


def test_dead_units_are_those_of_numpy() -> None:
    flow, dead = tg.flow(dead_relu.build), off_after(2, 5.0)
    (finding,) = flow.findings
    assert (finding.kind, flow.node(finding.node).name) == ("dead", "h")
    assert finding.badge.startswith(f"{len(dead)} of 24 units dead ({', '.join(map(str, dead[:3]))}")
    assert finding.index == tuple((i,) for i in dead[:8])
    assert flow.table().count(", ".join(map(str, dead[:8]))) == 1 and "(at [" not in flow.table()
    assert dead_relu.off(dead_relu.build()) == dead and len(dead) > 24 / 2


def test_with_a_small_rate_no_unit_dies() -> None:
    assert tg.flow(dead_relu.healthy).findings == ()
    assert all(off_after(k, 0.1) == off_after(0, 0.1) == [3, 6, 9] for k in range(9))


def test_the_counts_are_those_of_numpy() -> None:
    rows = [line.split() for line in dead_relu.counts().splitlines()[1:]]
    assert rows[0] == ["step", *map(str, range(9))]
    for row, rate in zip(rows[1:], (5.0, 0.1), strict=True):
        expected = [len(off_after(k, rate)) for k in range(4)]  # the first steps; then digits are lost
        assert row[:2] == ["rate", str(rate)] and [int(n) for n in row[2:6]] == expected


# --- NaN -------------------------------------------------------------------------------------------------------------


def test_the_nan_is_at_zero_only_and_the_mended_version_has_none() -> None:
    x = np.array(where_nan.X)
    broken, mended = tg.flow(where_nan.build), tg.flow(where_nan.mended)
    expected = np.where(x > 0, 0.5 / np.sqrt(np.where(x > 0, x, 1)), np.nan)
    np.testing.assert_allclose(broken["x"].gradient, expected)
    np.testing.assert_allclose(mended["x"].gradient, np.nan_to_num(expected))
    assert np.array_equal(broken["y"].value, mended["y"].value) and np.array_equal(broken["y"].value, np.sqrt(x))
    assert kinds(broken) == {"nan": {"root"}} and mended.findings == ()
    assert broken.findings[0].index == ((2,),) and "branch of `where` that was not taken" in broken.findings[0].cause


# --- updates ---------------------------------------------------------------------------------------------------------


def by_hand(name: str) -> tuple[Array, Array]:
    """For each step ‖Δw‖/‖w‖ and ‖Δb‖/‖b‖, and the loss before it."""
    x, y = np.arange(1.0, 6), np.arange(3.0, 12, 2)
    p, state = np.array([0.5, 0.1]), np.zeros(2)
    ratios, losses = [], []
    for _ in range(200):
        e = p[0] * x + p[1] - y
        g = np.array([np.mean(e * x), np.mean(e)])
        state = {"SGD": state, "momentum": 0.9 * state + 0.01 * g, "AdaGrad": state + g**2}[name]
        delta = {"SGD": 0.01 * g, "momentum": state, "AdaGrad": 0.1 * g / (np.sqrt(np.abs(state)) + 1e-8)}[name]
        ratios.append(np.abs(delta / p))
        losses.append(0.5 * np.mean(e**2))
        p = p - delta
    return np.array(ratios), np.array(losses)


@pytest.mark.parametrize("name", list(optimizers.OPTIMIZERS))
def test_ratios_are_those_by_hand(name: str) -> None:
    run = optimizers.trained(name)
    theirs, losses = by_hand(name)
    ours = np.array(list(optimizers.ratios(run).values())).T
    np.testing.assert_allclose(ours, theirs, rtol=1e-6, atol=1e-12)
    np.testing.assert_allclose(run.losses, losses, rtol=1e-9)


def test_the_table_has_these_numbers() -> None:
    runs = {name: optimizers.trained(name) for name in optimizers.OPTIMIZERS}
    rows = [line.split() for line in optimizers.table(runs).splitlines()[4:]]
    for row in rows:
        at = int(row[0]) - 1
        expected = [x for name in runs for x in (*by_hand(name)[0][at], by_hand(name)[1][at])]
        np.testing.assert_allclose([float(x) for x in row[1:]], expected, rtol=0.06)
    assert [int(row[0]) for row in rows] == list(optimizers.SHOWN)


# --- residual --------------------------------------------------------------------------------------------------------


def test_shares_of_the_two_paths_are_by_their_norms() -> None:
    random = np.random.default_rng(1)
    x, target = random.normal(size=(4, 3)), random.normal(size=(4, 3))
    first, second = random.normal(size=(3, 5)) * np.sqrt(2 / 3), random.normal(size=(5, 3)) * np.sqrt(0.3 / 5)
    z = x @ first
    shortcut = 2 * (x + relu(z) @ second - target) / 12
    through = (shortcut @ second.T * step(z)) @ first.T
    norms = np.array([np.linalg.norm(shortcut), np.linalg.norm(through)])
    paths = tg.paths(residual.build, "x", k=2)
    np.testing.assert_allclose(paths.graph["x"].gradient, shortcut + through)
    assert [p.names for p in paths] == [("x", "y", "L"), ("x", "z", "h", "r", "y", "L")]
    assert [p.share for p in paths] == pytest.approx(norms / norms.sum(), rel=1e-12)


def test_three_blocks_have_eight_paths() -> None:
    paths = tg.paths(residual.deep, "x", k=8)
    assert paths.total == 8 and sum(p.share for p in paths) == pytest.approx(1)
    assert sorted(len(p.nodes) for p in paths) == sorted(5 + 3 * through for through in (0, 1, 1, 1, 2, 2, 2, 3))


# --- in the gallery --------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("module", MODULES, ids=lambda m: m.__name__)
def test_every_picture_has_its_table_in_the_gallery(module: Any) -> None:
    made = module.drawings()
    output = EXAMPLES.parent / "output" / module.__name__
    assert all((output / name).exists() for name in made)
    assert {Path(name).suffix for name in made} == {".svg", ".txt"}
    texts = [text for name, text in made.items() if name.endswith(".txt")]
    assert texts and all(text.endswith("\n") and len(text) > 100 for text in texts)


# --- three stories ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "module, kind", [(broadcast_loss, "broadcast"), (softmax_twice, "twice"), (unscaled, "scale")], ids=str
)
def test_a_story_names_its_root_cause_alone_and_the_mended_twin_has_none(module: Any, kind: str) -> None:
    (cause,) = tg.flow(module.build).causes
    assert (cause.kind, cause.severity) == (kind, "fault") and cause.excerpt and cause.remedy
    assert tg.flow(module.mended).causes == ()


def test_the_best_line_of_a_broadcast_loss_is_the_mean() -> None:
    x, t = broadcast_loss.X, broadcast_loss.T
    a = np.stack([np.broadcast_to(x, (8, 8)).ravel(), np.ones(64)], axis=1)
    slope, offset = np.linalg.lstsq(a, np.broadcast_to(t, (8, 8)).ravel(), rcond=None)[0]
    assert abs(slope) < 1e-12 and offset == pytest.approx(t.mean())


def test_the_least_loss_of_a_softmax_twice() -> None:
    p = np.eye(3)[0]
    e = np.exp(p)
    assert -np.log(e[0] / e.sum()) == pytest.approx(0.551, abs=1e-3)
    assert "0.551" in tg.flow(softmax_twice.build).causes[0].sentence


def test_the_step_raises_the_loss_on_raw_data_and_lowers_it_on_standardised_ones() -> None:
    def losses(x: Array) -> tuple[float, float]:
        w, v, t = unscaled.W1, unscaled.W2, unscaled.T
        h = np.maximum(x @ w, 0)
        off = 2 * (h @ v - t) / len(x)
        wide, deep = x.T @ (off @ v.T * (h > 0)), h.T @ off
        after = np.maximum(x @ (w - 0.1 * wide), 0) @ (v - 0.1 * deep)
        return float(np.mean((h @ v - t) ** 2)), float(np.mean((after - t) ** 2))

    raw, standardised = losses(unscaled.X), losses((unscaled.X - unscaled.X.mean(0)) / unscaled.X.std(0))
    assert raw[1] > 1.5 * raw[0] and standardised[1] < standardised[0]
