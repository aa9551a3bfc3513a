"""The examples: the numbers they show, what the trained networks have learned, and that the scripts run."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest

import tracegraph as tg

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))

import autoencoder  # noqa: E402
import backprop  # noqa: E402
import conv  # noqa: E402
import lenet5  # noqa: E402
import training  # noqa: E402
from digits import DATA, TRAINING, digits  # noqa: E402


@pytest.fixture(scope="module")
def pixels():
    return digits()[0]


# --- worked by hand --------------------------------------------------------------------------------------------------


FORWARD = {
    "z3": 0.05,
    "z4": 0.18,
    "h3": 0.5124973964842103,
    "h4": 0.54487889237358,
    "z5": 0.5831760336662533,
    "o5": 0.6417978837463577,
    "L": 0.06415437804429391,
}
BACKWARD = {
    "w13": -0.00514355261756125,
    "w24": -0.0073516367196728655,
    "w35": -0.04220328326837054,
    "w45": -0.044869844021747464,
}


@pytest.mark.parametrize("name", FORWARD)
def test_backprop_goes_forward_as_by_hand(name):
    assert tg.trace(backprop.build)[name].value == pytest.approx(FORWARD[name], rel=1e-14)


@pytest.mark.parametrize("name", BACKWARD)
def test_backprop_comes_back_as_by_hand(name):
    assert tg.trace(backprop.build)[name].gradient == pytest.approx(BACKWARD[name], rel=1e-14)


def test_conv_goes_forward_as_by_hand():
    graph = tg.trace(conv.build)
    assert graph["feature_map"].value.tolist() == [[12, 12, 17], [10, 17, 19], [9, 6, 14]]
    assert graph["activated"].value.tolist() == graph["feature_map"].value.tolist()
    assert graph["pooled"].value.tolist() == [[17, 19], [17, 19]]
    assert graph["flat"].value.tolist() == [17, 19, 17, 19]


@pytest.mark.torch
def test_conv_comes_back_as_in_pytorch():
    torch = pytest.importorskip("torch")
    graph = tg.trace(conv.build)
    x, K = (torch.tensor(graph[name].value[None, None], requires_grad=True) for name in ("x", "K"))
    pooled = torch.nn.functional.max_pool2d(torch.relu(torch.nn.functional.conv2d(x, K)), 2, stride=1)
    loss = torch.nn.functional.mse_loss(pooled.flatten(), torch.tensor(graph["target"].value))
    loss.backward()
    assert graph["L"].value == pytest.approx(loss.item(), rel=1e-14)
    np.testing.assert_allclose(graph["x"].gradient, x.grad[0, 0], rtol=1e-13)
    np.testing.assert_allclose(graph["K"].gradient, K.grad[0, 0], rtol=1e-13)


# --- the data --------------------------------------------------------------------------------------------------------


def test_digits_are_in_order_and_in_range():
    images, labels = digits()
    assert images.shape == (500, 8, 8) and images.dtype == float
    assert images.min() == 0 and images.max() == 1
    assert labels.tolist() == list(range(10)) * 50


@pytest.mark.slow
def test_digits_are_those_of_scikit_learn():
    datasets = pytest.importorskip("sklearn.datasets")
    pixels, labels = datasets.load_digits(return_X_y=True)
    places = [np.flatnonzero(labels == label) for label in range(10)]
    rows = np.array([place[np.linspace(0, len(place) - 1, 50).astype(int)] for place in places]).T.ravel()
    ours, names = digits()
    assert len(set(rows)) == 500
    assert np.array_equal(ours.reshape(-1, 64) * 16, pixels[rows]) and np.array_equal(names, labels[rows])


def test_data_states_its_source_and_licence():
    said = (DATA.parent / "README.md").read_text(encoding="utf-8")
    assert "10.24432/C50P49" in said and "Attribution 4.0" in said
    assert DATA.stat().st_size < 20_000


# --- training --------------------------------------------------------------------------------------------------------


def test_first_weights_are_even_in_size():
    weights = training.initial({"W": (300, 100), "K": (40, 10, 5, 5), "b": (7,)}, seed=0)
    assert weights["W"].std() == pytest.approx(np.sqrt(2 / 400), rel=0.02)
    assert weights["K"].std() == pytest.approx(np.sqrt(2 / 1250), rel=0.02)
    assert not weights["b"].any()


@pytest.mark.torch
def test_training_takes_the_steps_of_adam():
    torch = pytest.importorskip("torch")
    start, targets = np.array([[1.0, -2.0]]), np.random.default_rng(0).normal(size=(20, 1, 2))

    def loss_of(weights, target):
        return tg.mse(tg.parameter(weights["W"], "W"), target)

    weights, theirs = {"W": start.copy()}, torch.tensor(start, requires_grad=True)
    losses = training.train(loss_of, weights, [[t] for t in targets], rate=0.1)
    adam = torch.optim.Adam([theirs], lr=0.1)
    for ours, target in zip(losses, targets, strict=True):
        loss = torch.nn.functional.mse_loss(theirs, torch.tensor(target))
        adam.zero_grad()
        loss.backward()
        adam.step()
        assert ours == pytest.approx(loss.item(), rel=1e-10)
    np.testing.assert_allclose(weights["W"], theirs.detach(), rtol=1e-10)


@pytest.mark.parametrize(
    ("part", "left"), [(slice(TRAINING), 0.23), (slice(TRAINING, None), 0.3)], ids=["for training", "held out"]
)
def test_autoencoder_beats_the_mean_image_and_principal_components(pixels, part, left):
    weights, losses = autoencoder.trained()
    mean = pixels[:TRAINING].mean(axis=0)
    main = np.linalg.svd((pixels[:TRAINING] - mean).reshape(-1, 64))[2][:8]
    off = (pixels[part] - mean).reshape(-1, 64)
    error = autoencoder.loss_of(weights, pixels[part]).item()
    assert error < left * np.mean(off**2)
    assert error < 0.9 * np.mean((off - off @ main.T @ main) ** 2)
    assert max(losses[-50:]) < 0.15 * losses[0]


def test_autoencoder_shows_the_digits_beside_their_reconstruction(pixels):
    graph = tg.trace(autoencoder.build)
    shapes = {name: graph[name].shape for name in ("images", "x", "code", "y", "reconstruction", "original")}
    assert shapes == {
        "images": (10, 8, 8),
        "x": (10, 64),
        "code": (10, 8),
        "y": (10, 64),
        "reconstruction": (10, 8, 8),
        "original": (10, 8, 8),
    }
    assert graph.scopes == ("encoder", "decoder")
    assert graph["W2"].scope == graph["code"].scope == "encoder"
    assert graph["W3"].scope == graph["reconstruction"].scope == "decoder"
    assert np.array_equal(graph["images"].value, pixels[TRAINING : TRAINING + 10])
    assert np.corrcoef(graph["reconstruction"].value.ravel(), graph["images"].value.ravel())[0, 1] > 0.8


def test_lenet5_has_61706_parameters_in_five_layers():
    graph = tg.trace(lenet5.build)
    counts = dict.fromkeys(graph.scopes, 0)
    for node in graph:
        if node.role == "parameter":
            counts[node.scope] += node.value.size
    assert counts == {
        "conv1": 156,
        "pool1": 0,
        "conv2": 2416,
        "pool2": 0,
        "dense3": 48120,
        "dense4": 10164,
        "dense5": 850,
    }
    assert sum(counts.values()) == 61706


def test_lenet5_has_the_maps_of_the_paper():
    graph = tg.draw(lenet5.build, detail="shapes").graph
    assert {n.name: n.shape[1:] for n in graph if n.role == "op" or n.name == "image"} == {
        "image": (1, 32, 32),
        "c1": (6, 28, 28),
        "h1": (6, 28, 28),
        "s1": (6, 14, 14),
        "c2": (16, 10, 10),
        "h2": (16, 10, 10),
        "s2": (16, 5, 5),
        "x3": (400,),
        "z3": (120,),
        "h3": (120,),
        "z4": (84,),
        "h4": (84,),
        "logits": (10,),
    }


def test_lenet5_learns():
    weights, losses = lenet5.trained()
    assert losses[0] > 2 and max(losses[-10:]) < 0.3
    images, labels = lenet5.enlarged()
    found = lenet5.logits_of(weights, images[TRAINING:]).value.argmax(axis=1)
    assert np.mean(found == labels[TRAINING:]) > 0.85


def test_lenet5_spreads_each_pixel_over_a_block(pixels):
    images, _ = lenet5.enlarged()
    assert images.shape == (500, 1, 32, 32)
    assert np.array_equal(images[:, 0].reshape(500, 8, 4, 8, 4).mean(axis=(2, 4)), pixels)
    assert np.array_equal(images[:, 0, ::4, ::4], images[:, 0, 3::4, 3::4])


@pytest.mark.slow
@pytest.mark.torch
def test_lenet5_is_that_of_pytorch():
    torch = pytest.importorskip("torch")
    images, labels = lenet5.enlarged()
    weights, _ = lenet5.trained()
    w = {name: torch.tensor(array, requires_grad=True) for name, array in weights.items()}
    functional = torch.nn.functional
    h = torch.tensor(images[:20])
    for n in "12":
        h = functional.avg_pool2d(torch.tanh(functional.conv2d(h, w[f"K{n}"], w[f"b{n}"])), 2)
    h = h.flatten(1)
    for n in "34":
        h = torch.tanh(h @ w[f"W{n}"] + w[f"b{n}"])
    logits = h @ w["W5"] + w["b5"]
    loss = functional.cross_entropy(logits, torch.tensor(labels[:20]))
    loss.backward()

    ours = tg.trace(lenet5.loss_of(weights, images[:20], labels[:20]))
    np.testing.assert_allclose(ours["logits"].value, logits.detach(), rtol=1e-10, atol=1e-12)
    assert ours["L"].value == pytest.approx(loss.item(), rel=1e-10)
    for name, array in w.items():
        np.testing.assert_allclose(ours[name].gradient, array.grad, rtol=1e-8, atol=1e-13, err_msg=name)


# --- drawn, and run as scripts ---------------------------------------------------------------------------------------


def test_every_card_of_a_network_has_a_name_of_the_program():
    for example in (backprop, conv, autoencoder, lenet5):
        drawing = tg.draw(example.build, detail="shapes")
        assert all(node.named for node in drawing.graph), example.__name__


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "cards"),
    [("autoencoder", 20), ("autoencoder-overview", 5), ("lenet5", 16), ("lenet5-shapes", 25), ("lenet5-layers", 10)],
)
def test_drawings_have_few_cards(name, cards):
    example = autoencoder if name.startswith("autoencoder") else lenet5
    assert len(example.drawings()[name].picture.boxes) == cards


ONE_THREAD = {**os.environ, "OPENBLAS_NUM_THREADS": "1"}  # on a busy machine, more take many times longer
STRUCTURE = """
import json, sys
sys.path.insert(0, sys.argv[1])
import autoencoder, lenet5
import tracegraph as tg
for example in (autoencoder, lenet5):
    graph = tg.trace(example.build)
    nodes = [(n.name, n.op, n.scope, n.role, n.shape) for n in graph]
    edges = [(e.source, e.target, e.slot, e.vjp) for e in graph.edges]
    print(json.dumps([nodes, edges]))
    print(json.dumps(example.trained()[1]))
"""


@pytest.mark.slow
def test_two_processes_train_the_same_network():
    def run(seed):
        environment = {**ONE_THREAD, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", STRUCTURE, str(EXAMPLES)]
        return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout.splitlines()

    first, second = run("1"), run("2")
    assert first[::2] == second[::2]
    for a, b in zip(first[1::2], second[1::2], strict=True):
        np.testing.assert_allclose(json.loads(a), json.loads(b), rtol=1e-3)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("script", "files"),
    [
        ("backprop", ["backprop"]),
        ("conv", ["conv"]),
        ("autoencoder", ["autoencoder", "autoencoder-overview"]),
        ("lenet5", ["lenet5", "lenet5-shapes", "lenet5-layers", "lenet5-table.txt"]),
    ],
)
def test_script_writes_what_it_says(tmp_path, script, files):
    shutil.copytree(EXAMPLES, tmp_path / "examples", ignore=shutil.ignore_patterns("__pycache__"))
    (tmp_path / "output").mkdir()
    command = [sys.executable, f"examples/{script}.py"]
    done = subprocess.run(command, cwd=tmp_path, env=ONE_THREAD, capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stderr
    written = {p.name for p in (tmp_path / "output").iterdir()}
    assert written == {name if "." in name else f"{name}.svg" for name in files}
    for name in sorted(name for name in written if name.endswith(".svg")):
        assert ET.parse(tmp_path / "output" / name).getroot().tag.endswith("svg")
