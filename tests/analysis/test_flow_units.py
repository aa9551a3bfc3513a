"""Dead and saturated units: nets that have them, found on the right node with the right units, and nets that do not."""

from __future__ import annotations

import importlib
import random
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tracegraph as tg
from tracegraph.analysis import DIAGNOSTICS
from tracegraph.analysis.findings import roles as layers
from tracegraph.analysis.findings import units

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))
RELUS = {
    "relu": tg.relu,
    "maximum": lambda x: np.maximum(x, 0),
    "maximum, turned": lambda x: np.maximum(np.zeros(1), x),
    "where": lambda x: np.where(x > 0, x, 0.0),
    "where >=": lambda x: np.where(x >= 0, x, np.zeros(1)),
    "clip": lambda x: np.clip(x, 0, None),
    "relu6": lambda x: np.clip(x, 0, 6),
}


def found(graph, kind, limit=None):
    with np.errstate(all="raise"):
        graph = tg.trace(graph)
        return list(DIAGNOSTICS[kind].find(graph, DIAGNOSTICS[kind].limit if limit is None else limit))


def named(graph, findings):
    return [graph.node(f.node).name for f in findings]


def net(relu=tg.relu, rows=64, width=16, depth=3, bias=None, seed=0, gain=2.0, dtype=np.float64):
    """He's initialization (2015); ``bias``: by layer, what is added to some units' biases, as a fault."""
    rng = np.random.default_rng(seed)
    h = tg.tensor(rng.normal(size=(rows, 10)).astype(dtype), "x")
    for layer in range(depth):
        w = tg.parameter((rng.normal(size=(h.shape[1], width)) * np.sqrt(gain / h.shape[1])).astype(dtype), f"w{layer}")
        b = np.zeros(width, dtype)
        for unit, value in (bias or {}).get(layer, {}).items():
            b[unit] = value
        z = h @ w + tg.parameter(b, f"b{layer}")
        h = relu(z)
        h.name = f"h{layer}"
    return tg.trace(tg.mean(h * h))


# --- dead ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("form", RELUS)
def test_planted_dead_units_are_found_with_their_numbers(form):
    graph = net(RELUS[form], bias={1: dict.fromkeys((2, 3, 5, 7, 11, 13), -100.0)})
    (dead,) = found(graph, "dead")
    assert named(graph, [dead]) == ["h1"]
    assert dead.index == ((2,), (3,), (5,), (7,), (11,), (13,)) and dead.badge == "6 of 16 units dead (2, 3, 5, 7, …)"
    assert "(2, 3, 5, 7, 11, 13)" in dead.cause and "all 64 rows" in dead.cause
    assert dead.measure > dead.threshold == 0.1 and dead.excess > 0


@pytest.mark.parametrize("layer", [12, 100, 12_345, 10**9])
def test_the_badge_names_as_many_units_as_there_is_room_for(layer):
    for count in range(1, 12):
        off = np.zeros(12, bool)
        off[:count] = True
        badge = units.badge_text(f"{count} of {layer} units dead", off)
        named = [int(n) for n in badge.partition("(")[2].strip(")").replace(", …", "").split(", ") if n]
        assert named == list(range(len(named))) and len(badge) <= 34
        assert ("…" in badge) == (0 < len(named) < count) and (named or layer == 10**9)
    assert units.badge_text("12 of 12 units dead", np.ones(12, bool)) == "12 of 12 units dead"


@pytest.mark.parametrize("form", RELUS)
def test_their_clean_twins_raise_nothing(form):
    assert not found(net(RELUS[form]), "dead")


def test_a_whole_layer_that_is_dead_is_found_even_if_it_is_small():
    for width in (1, 2, 4):
        graph = net(width=width, depth=1, bias={0: dict.fromkeys(range(width), -100.0)})
        (dead,) = found(graph, "dead")
        assert named(graph, [dead]) == ["h0"] and len(dead.index) == width


def test_a_large_learning_rate_kills():
    for rate, alarm in ((0.01, False), (3.0, True)):
        rng = np.random.default_rng(0)
        x, t = rng.uniform(size=(64, 8)), rng.uniform(size=(64, 1))
        w, b = tg.parameter(rng.normal(size=(8, 32)) / 2, "w"), tg.parameter(np.zeros(32), "b")
        v = tg.parameter(rng.normal(size=(32, 1)) / 4, "v")
        for _ in range(4):
            h = tg.relu(x @ w + b)
            loss = tg.mse(h @ v, t)
            w, b, v = tg.optim.SGD(lr=rate).step(loss, [w, b, v])
        graph = tg.trace(loss)
        alarms = found(graph, "dead")
        assert bool(alarms) == alarm
        assert all(graph.node(f.node).op == "relu" and graph.node(f.node).step > 1 for f in alarms)


def test_a_batch_that_is_too_small_says_nothing():
    fault = {1: dict.fromkeys(range(16), -100.0)}
    assert not found(net(rows=1), "dead")
    assert not found(net(rows=7, bias=fault), "dead")
    assert found(net(rows=8, bias=fault), "dead")


@pytest.mark.parametrize("seed", range(40))
def test_healthy_nets_by_he_raise_nothing(seed):
    rng = random.Random(seed)
    rows, width, depth = rng.choice([32, 64]), rng.choice([16, 32, 64, 128]), rng.choice([1, 2, 3, 4])
    graph = net(rows=rows, width=width, depth=depth, seed=seed)
    assert not found(graph, "dead")


def test_samples_that_are_all_alike_are_no_fault():
    """One direction only: half of the units are off for all rows, and half are on."""
    rng = np.random.default_rng(3)
    x = rng.uniform(0.5, 1, size=(64, 1))
    h = tg.relu(tg.tensor(x) @ tg.parameter(rng.normal(size=(1, 64)), "w"))
    assert 20 < int((h.value == 0).all(axis=0).sum()) < 44
    assert not found(tg.sum(h), "dead")


@pytest.mark.parametrize("alive", [tg.leaky_relu, tg.elu, tg.gelu, tg.softplus, np.tanh, lambda x: np.maximum(x, -1)])
def test_other_activations_are_not_dead(alive):
    assert not found(net(alive, bias={1: dict.fromkeys(range(16), -100.0)}), "dead")


def test_zeros_that_are_no_relu_are_not_dead():
    h = tg.tensor(np.random.default_rng(0).normal(size=(32, 16))) * tg.constant(np.arange(16) % 2)
    assert not found(tg.sum(h), "dead") and not found(tg.sum(np.maximum(h, -1) + np.clip(h, -1, 0)), "dead")


@pytest.mark.parametrize("pool", [False, True])
def test_channels_of_a_convolution(pool):
    rng = np.random.default_rng(0)
    k, b = rng.normal(size=(12, 1, 3, 3)), np.zeros((12, 1, 1))
    b[[1, 4, 6, 7, 9]] = -100
    x = tg.tensor(rng.normal(size=(16, 1, 8, 8)), "x")
    z = tg.conv2d(x, tg.parameter(k, "k"), padding=1) + tg.parameter(b, "b")
    h = tg.relu(tg.max_pool2d(z, 2) if pool else z)
    (dead,) = found(tg.sum(h), "dead")
    assert dead.index == ((1,), (4,), (6,), (7,), (9,)) and dead.badge == "5 of 12 channels dead (1, 4, 6, …)"
    assert "all 16 rows" in dead.cause
    single = tg.relu(tg.conv2d(tg.tensor(x.value[0]), k) + b)  # one picture is one sample
    assert not found(tg.sum(single), "dead")
    assert not found(tg.sum(tg.relu(tg.conv2d(x, k))), "dead")


def test_sequences_have_their_units_last():
    rng = np.random.default_rng(0)
    b = np.zeros(12)
    b[:6] = -100
    h = tg.relu(tg.tensor(rng.normal(size=(4, 5, 8))) @ tg.parameter(rng.normal(size=(8, 12))) + tg.parameter(b))
    (dead,) = found(tg.sum(h), "dead")
    assert dead.index == tuple((i,) for i in range(6)) and "all 20 rows" in dead.cause


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_random_faults_are_found_where_they_were_planted(seed):
    rng = random.Random(seed)
    depth, width = rng.randint(1, 4), rng.choice([16, 24, 32])
    layer = rng.randrange(depth)
    dead = sorted(rng.sample(range(width), rng.randint(width * 2 // 5, width)))
    bias = {layer: dict.fromkeys(dead, -1000.0)}
    rows, form = rng.choice([32, 64]), rng.choice(list(RELUS.values()))
    graph = net(form, rows, width, depth, bias, seed)
    findings = found(graph, "dead")
    assert f"h{layer}" in named(graph, findings)
    (there,) = (f for f in findings if graph.node(f.node).name == f"h{layer}")
    off = np.flatnonzero((graph[f"h{layer}"].value == 0).all(axis=0)).tolist()
    assert {*dead} <= {*off} and [i for (i,) in there.index] == off[:8]
    if len(dead) < width:  # of a layer of zeros, those behind it may be zero too
        assert all(n in (f"h{i}" for i in range(layer, depth)) for n in named(graph, findings))


# --- saturated -------------------------------------------------------------------------------------------------------


def layered(activation, scale, rows=32, width=16, bias=0.0, depth=3, dtype=np.float64):
    """``scale``: by layer, the factor of weights that keep the variance (Glorot and Bengio 2010)."""
    rng = np.random.default_rng(1)
    h = tg.tensor(rng.normal(size=(rows, 16)).astype(dtype), "x")
    for i in range(depth):
        w = tg.parameter((rng.normal(size=(16, width)) * scale.get(i, 1.0) / 4).astype(dtype), f"w{i}")
        h = activation(h @ w + (bias if i in scale else 0.0))
        h.name = f"h{i}"
    return tg.trace(tg.mean(h @ tg.parameter(rng.normal(size=(width, 1)).astype(dtype), "v")))


ACTIVATIONS = {"tanh": np.tanh, "sigmoid": tg.sigmoid, "clip": lambda x: np.clip(x, -1, 1)}


@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("layer", range(3))
def test_saturated_layers_and_their_clean_twins(name, layer):
    graph = layered(ACTIVATIONS[name], {layer: 60.0})
    (finding,) = found(graph, "saturated")
    assert named(graph, [finding]) == [f"h{layer}"]
    y = graph[f"h{layer}"].value
    flat = {"tanh": np.abs(y) > 0.97, "sigmoid": np.abs(y - 0.5) > 0.47, "clip": np.abs(y) == 1}[name]
    assert finding.measure == flat.mean() > finding.threshold == 0.5
    assert finding.badge == f"{flat.mean():.0%} saturated"
    assert finding.index == tuple((int(i),) for i in np.flatnonzero(flat.all(axis=0))[:8])
    assert not found(layered(ACTIVATIONS[name], {}), "saturated")


def test_units_that_are_always_saturated_are_named():
    graph = layered(np.tanh, {1: 1.0}, bias=np.where(np.arange(16) % 3 > 0, 50.0, 0.0))
    (finding,) = found(graph, "saturated")
    assert finding.index == ((1,), (2,), (4,), (5,), (7,), (8,), (10,), (11,))
    assert "10 of 16 units for all 32 rows (1, 2, 4, 5, 7, 8, 10, 11, ...)" in finding.cause


@pytest.mark.parametrize(
    "loss",
    [
        lambda z, t: tg.binary_cross_entropy(tg.sigmoid(z), t),
        lambda z, t: tg.mse(tg.sigmoid(z), t),
        lambda z, t: -tg.mean(t * np.log(tg.sigmoid(z) + 1e-9)),
        lambda z, t: tg.mse(np.tanh(z), t),
        lambda z, t: tg.cross_entropy(z, t) + tg.mean(tg.softmax(z)),
    ],
)
def test_a_classifier_that_is_sure_is_no_fault(loss):
    rng = np.random.default_rng(0)
    w = tg.parameter(rng.normal(size=(8, 4)) * 50, "w")
    z = tg.tensor(rng.normal(size=(32, 8)), "x") @ w
    t = tg.constant((z.value > 0) * 1.0)
    assert not found(loss(z, t) + 0.01 * tg.sum(w * w), "saturated")


def test_the_output_of_one_step_of_training_stays_an_output_in_the_next():
    w = tg.parameter(np.ones((4, 2)) * 50, "w")
    x, t = np.ones((8, 4)), np.ones((8, 2))
    for _ in range(3):
        loss = tg.binary_cross_entropy(tg.sigmoid(x @ w), t)
        (w,) = tg.optim.SGD(lr=0.1).step(loss, [w])
    assert not found(loss, "saturated")


def test_few_values_say_nothing():
    h = np.tanh(tg.tensor(5.0, "x") * tg.parameter(3.0, "w"))
    assert not found(np.tanh(h * tg.parameter(2.0, "v")), "saturated")


# --- both ------------------------------------------------------------------------------------------------------------


def test_limits_are_options():
    graph = net(bias={1: dict.fromkeys(range(6), -100.0)})
    assert not found(graph, "dead", 0.5)
    graph = layered(np.tanh, {1: 3.0})
    assert not found(graph, "saturated", 0.9) and found(graph, "saturated", 0.1)


def test_other_types_empty_arrays_nan_groups_and_files(tmp_path):
    bias = {1: dict.fromkeys(range(8), -100.0)}
    graph = net(bias=bias, dtype=np.float32)
    assert named(graph, found(graph, "dead")) == ["h1"]
    graph.save(tmp_path / "g.tgraph")
    assert found(tg.load(tmp_path / "g.tgraph"), "dead") == found(graph, "dead")
    for empty in (np.zeros((0, 3)), np.zeros((3, 0)), np.full((9, 3), np.nan), np.zeros((9, 3), int)):
        h = tg.relu(tg.tensor(empty)) * 1.0
        alarms = found(tg.sum(h), "dead") + found(tg.sum(np.tanh(h) @ np.ones((empty.shape[1], 1))), "saturated")
        assert not alarms
    with tg.scope("inner"):
        h = tg.relu(tg.tensor(np.full((9, 3), -1.0)))
    assert not found(tg.collapse(tg.trace(tg.sum(h * 2.0))), "dead")  # what is inside is not looked at
    assert found(tg.sum(h), "dead")
    assert not found(tg.Graph([], []), "dead") and not found(tg.Graph([], []), "saturated")


@pytest.mark.parametrize("path", sorted(EXAMPLES.glob("*.py")), ids=lambda p: p.stem)
def test_the_examples(path):
    """Two true findings: in the example of dead ReLUs, and in the sparse autoencoder.

    Of its 100 units, most of those off for ten digits never are on.
    """
    module = importlib.import_module(path.stem)
    if not hasattr(module, "build"):
        return
    graph = tg.trace(module.build())
    dead = found(graph, "dead")
    assert not found(graph, "saturated")
    assert named(graph, dead) == (["h"] if path.stem in ("autoencoder_variants", "dead_relu") else [])
    if path.stem == "autoencoder_variants":
        off = {i for i in np.flatnonzero((graph["h"].value == 0).all(axis=0)).tolist()}
        images, _ = module.digits()
        code = module.reconstructed(module.sparse(), tg.tensor(images))[0].value.reshape(-1, 100)
        never = {*np.flatnonzero((code == 0).all(axis=0)).tolist()}
        assert never <= off and len(never) >= 15


FAULTS = {
    "units": lambda patch: patch.setattr(units, "rows_of", lambda node, *a, **b: node.value.reshape(-1, 1, 1)),
    "any op": lambda patch: patch.setattr(units, "rectified", lambda graph, node: node),
    "chance": lambda patch: patch.setattr(units, "is_clear", lambda *a: True),
    "far": lambda patch: patch.setattr(units, "far_off", lambda before, off: int(off.sum())),
    "channels": lambda patch: patch.setattr(units, "channel_axes", lambda graph: {}),
    "output": lambda patch: patch.setattr(units, "hidden", lambda graph: {n.key for n in graph}),
    "inner": lambda patch: patch.setattr(units, "hidden", lambda graph: set()),
    "sign": lambda patch: patch.setattr(layers, "is_zero", lambda graph, edge: True),
    "least": lambda patch: patch.setattr(units, "LEAST", 1),
}


def checks():
    test_planted_dead_units_are_found_with_their_numbers("relu")
    test_planted_dead_units_are_found_with_their_numbers("where")
    test_planted_dead_units_are_found_with_their_numbers("maximum")
    for seed in range(40):
        test_healthy_nets_by_he_raise_nothing(seed)
    test_samples_that_are_all_alike_are_no_fault()
    test_zeros_that_are_no_relu_are_not_dead()
    test_channels_of_a_convolution(False)
    test_saturated_layers_and_their_clean_twins("tanh", 1)
    test_a_classifier_that_is_sure_is_no_fault(lambda z, t: tg.mse(tg.sigmoid(z), t))
    test_a_batch_that_is_too_small_says_nothing()


def test_the_checks_hold_without_a_fault():
    checks()


@pytest.mark.slow
@pytest.mark.parametrize("fault", FAULTS)
def test_a_planted_fault_in_the_diagnostics_is_noticed(monkeypatch, fault):
    FAULTS[fault](monkeypatch)
    with pytest.raises((AssertionError, ValueError, IndexError)):
        checks()


# --- what else could be mistaken -------------------------------------------------------------------------------------


def test_units_that_are_just_off_are_found_where_the_samples_differ():
    graph = net(depth=1, bias={0: dict.fromkeys(range(8), -6.0)})
    h, before = graph["h0"].value, graph.node(graph.inputs(graph["h0"])[0].source).value
    assert (h[:, :8] == 0).all() and units.far_off(before[:, :, None], (h == 0).all(axis=0)) == 0
    assert named(graph, found(graph, "dead")) == ["h0"]


def test_far_off_is_both_by_size_and_by_deviation():
    rng = np.random.default_rng(0)
    z = rng.normal(size=(32, 12, 1))
    z[:, 0] -= 100
    z[:, 1] = z[:, 1] * 1e-3 - 1  # far by its own deviation, but not by size
    z[:, 2] = z[:, 2] * 100 - 500  # far by size, but varied
    z[:, 3:] += 1
    off = (z <= 0).all(axis=(0, 2))
    assert off[:3].all() and units.far_off(z, off) == 1


def test_a_clip_from_zero_is_not_saturated_and_where_of_another_condition_no_relu():
    graph = layered(lambda x: np.clip(x - 3, 0, 6), {})
    assert not found(graph, "saturated")
    x, y = tg.tensor(np.ones((32, 16)), "x"), tg.tensor(-np.ones((32, 16)), "y")
    assert not found(tg.sum(np.where(y > 0, x, 0.0)), "dead")
