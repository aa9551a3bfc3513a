"""The findings ``weights``, ``zero``, ``tied`` and ``first_step``: weights that are drawn wrong."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from ...graph import Graph, traits_of
from ...graph.measure import rms
from ...graph.note import Trial
from ...text.names import pretty
from ...text.numbers import number
from ..finding import Finding, diagnostic
from .loss_head import decades
from .roles import hidden
from .weight_layers import WeightLayer, activation, deviation, gains, wanted_deviation, weight_layers

FADED = 0.1  # of the lower limit, before the activation of a layer
QUARTER = 0.25  # of the units


@diagnostic("weights", rank=20, limit=(0.15, 6.0), depth=3, alone="silent")
def weights(graph: Graph, limit: tuple[float, float]) -> Iterator[Finding]:
    """Weights that are drawn so large or so small that they explain another finding; they are silent alone.

    Measured: the rms of the product by the rms of its input; for the upper limit of those entries that are not 0,
    so that what is sparse does not count as small. Healthy layers have 0.34 to 1.91 in nine families of networks
    (perceptrons, convolutions, attention, recurrent, residual ones and autoencoders), initialized after He, Glorot
    or PyTorch; the limits leave a margin of two to three. In a training run, of its first step. Those that are too
    large, or a tenth of the lower limit before an activation, are a hint also where nothing follows.
    """
    least, most = limit
    extreme: dict[int, tuple[float, WeightLayer]] = {}
    for layer in weight_layers(graph):
        both = gains(graph, layer) if layer.weights.leaf == "parameter" else None
        if both is None or not 0 < both[1] < np.inf or both[0] <= most and both[1] >= least:
            continue
        measure = both[0] if both[0] > most else both[1]
        before = extreme.get(layer.weights.key)
        if before is None or abs(np.log(measure)) > abs(np.log(before[0])):
            extreme[layer.weights.key] = measure, layer
    for measure, layer in extreme.values():
        yield _extreme(graph, layer, measure, least if measure < least else most)


def _extreme(graph: Graph, layer: WeightLayer, measure: float, bound: float) -> Finding:
    node, way = layer.weights, "large" if measure > bound else "small"
    name, spread = pretty(node.name), number(float(np.std(node.value)), 3)
    cause = (
        f"the weights {name} are too {way}: their deviation is {spread}, "
        f"and they make their input {number(measure, 3)} times as large"
    )
    remedy = f"for {layer.inputs} inputs draw {name} with deviation {deviation(graph, layer)}"
    badge, excess = f"weights too {way}: ×{number(measure, 3)}", decades(measure, bound)
    faded = measure < FADED * bound and bool(activation(graph, layer.node))
    alone = "hint" if way == "large" or faded else ""
    found = Finding("weights", node.key, badge, cause, measure, bound, (), excess, remedy=remedy, way=way, alone=alone)
    before = float(np.std(node.value))
    trial = Trial((node.key,), "multiply", wanted_deviation(graph, layer) / before) if before else None
    return replace(found, trial=trial)


@diagnostic("zero", rank=21, depth=3)
def zero(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """Matrices of weights that are all 0, and get no gradient or lie right before the activation of a hidden layer.

    Nothing is measured. Left out: other matrices of zeros that get a gradient, such as a last layer that starts at
    0, which the first step mends (see ``first_step``). Source: that units of equal weights stay equal, Rumelhart,
    Hinton and Williams, Learning internal representations by error propagation (1986).
    """
    layers = _zeros(graph)
    stuck = [layer for layer in layers if not _moves(layer) or _is_activated(graph, layer)]
    if stuck:
        first = stuck[0]
        names = _listed(layers)
        cause = f"all numbers in {names} are 0: nothing of the input gets through, and no gradient comes back"
        remedy = f"draw weights at random, {pretty(first.weights.name)} with deviation {deviation(graph, first)}"
        others = tuple(layer.weights.key for layer in layers if layer is not first)
        spread = wanted_deviation(graph, first)
        trial = Trial((first.weights.key, *others), "draw", spread)
        yield Finding("zero", first.weights.key, "all weights 0", cause, remedy=remedy, others=others, trial=trial)


@diagnostic("tied", rank=22, limit=QUARTER, depth=3)
def tied(graph: Graph, limit: float) -> Iterator[Finding]:
    """Layers with units of equal weights that also get equal gradients, so that they stay the same unit forever.

    Measured: the share of units that have a twin in their layer. Threshold: a quarter, a convention of ours; in drawn
    weights there is none. Source: Rumelhart, Hinton and Williams 1986, who break the symmetry by random weights.
    """
    seen: set[int] = set()
    for layer in weight_layers(graph):
        node = layer.weights
        if node.key in seen or node.gradient is None or not np.any(node.value) or node.leaf != "parameter":
            continue
        seen.add(node.key)
        rows = np.concatenate([layer.columns, layer.by_unit(node.gradient)], axis=1)
        units, counts = len(rows), np.unique(rows, axis=0, return_counts=True)[1]
        share = float(counts[counts > 1].sum()) / units
        if units > 1 and share >= limit:
            count = int(counts[counts > 1].sum())
            cause = f"{count} of {units} units of {pretty(node.name)} have the same weights and get the same gradient"
            remedy = f"draw the weights at random, with deviation {deviation(graph, layer)}"
            badge, trial = f"{count} of {units} units alike", Trial((node.key,), "draw", wanted_deviation(graph, layer))
            yield Finding("tied", node.key, badge, cause, share, limit, remedy=remedy, trial=trial)


@diagnostic("first_step", rank=40, depth=3, alone="silent", excuses=True)
def first_step(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """A matrix of weights that is 0 and gets a gradient: what gets none because of it will, after the first step.

    Nothing is measured; a hint in place of gradients of 0. Source: on purpose so in Fixup (Zhang, Dauphin and Ma 2019)
    and LoRA (Hu and others 2021).
    """
    for layer in _zeros(graph):
        if _moves(layer) and not _is_activated(graph, layer):
            name = pretty(layer.weights.name)
            cause = f"{name} is all 0, so in this step no gradient gets through it; {name} itself gets one"
            remedy = f"nothing, if {name} starts at 0 on purpose; else draw it at random"
            yield Finding("first_step", layer.weights.key, "starts at 0", cause, remedy=remedy)


def _zeros(graph: Graph) -> list[WeightLayer]:
    """A layer for each matrix of weights that is all 0."""
    found: dict[int, WeightLayer] = {}
    for layer in weight_layers(graph):
        if layer.weights.leaf == "parameter" and not np.any(layer.weights.value):
            found.setdefault(layer.weights.key, layer)
    return list(found.values())


def _moves(layer: WeightLayer) -> bool:
    gradient = layer.weights.gradient
    return gradient is not None and rms(gradient) > 0


def _is_activated(graph: Graph, layer: WeightLayer) -> bool:
    """Whether nothing but a bias stands between a product and the activation of a hidden layer."""
    node = layer.node
    for _ in range(2):
        uses = graph.uses(node)
        if len(uses) != 1:
            return False
        node = graph.node(uses[0].target)
        others = [graph.node(e.source) for e in graph.inputs(node) if e.slot != uses[0].slot]
        if traits_of(node).kind == "activation":
            return node.key in hidden(graph)
        if traits_of(node).operator != "add" or any(n.leaf != "parameter" for n in others):
            return False
    return False


def _listed(layers: list[WeightLayer]) -> str:
    names = [pretty(layer.weights.name) for layer in layers[:3]]
    return ", ".join(names) + (f" and {len(layers) - 3} more" if len(layers) > 3 else "")
