"""The finding ``initialization``: the signal grows or shrinks from layer to layer."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp, inf, sqrt

import numpy as np

from ...graph import Graph
from ...graph.measure import size
from ...text.names import pretty
from ...text.numbers import number
from ..finding import Finding, diagnostic
from .loss_head import decades
from .weight_layers import WeightLayer, layer_of, weights_by_key

LAYERS = 3


@diagnostic("initialization", rank=10, limit=(1e-2, 1e2), depth=5)
def initialization(graph: Graph, limit: tuple[float, float]) -> Iterator[Finding]:
    """Weights with which the signal fades or grows from layer to layer.

    Measured: along the path with the most layers, the rms of the last layer's result by that of the first layer's
    input, less what the first activation does (which depends on the scale of the data). At least 3 layers of 16
    elements (products with weights of 16 elements). Source: Glorot and Bengio 2010 and He et al. 2015, by whom the
    variance should be the same in all layers, because a factor per layer becomes its power over the depth. Threshold:
    0.01 and 100 in all, a convention of ours; wider for narrow layers, where chance does as much (Hanin 2018). The
    finding is at the weights with the largest part in it. In a training run, of its first step.
    """
    least, most = limit
    chain = _longest(graph)
    gains = [_gain(graph, chain, i) for i in range(len(chain))]
    with np.errstate(all="ignore"):
        total = float(np.prod(gains))
    spread = _spread(chain)
    if len(chain) < LAYERS or not 0 < total < inf or least / spread <= total <= most * spread:
        return
    grows = total > 1
    worst = (max if grows else min)(range(len(chain)), key=gains.__getitem__)
    weights, change = chain[worst].weights, "grows" if grows else "fades"
    cause = (
        f"over {len(chain)} layers the signal {change} to {number(total)} times its size, in the one of "
        f"{pretty(weights.name)} to {number(gains[worst])} times"
    )
    remedy = (
        "for n inputs of a unit, the standard deviation that keeps its size is √(2/n) before ReLU, √(1/n) before tanh"
    )
    badge, bound = f"{change} ×{number(total, 3)} in {len(chain)} layers", most if grows else least
    excess, way = decades(total, bound), "large" if grows else "small"
    yield Finding("initialization", weights.key, badge, cause, total, bound, (), excess, remedy=remedy, way=way)


def _spread(chain: list[WeightLayer]) -> float:
    """The factor that well initialized layers may differ by: two standard deviations of the logarithm.

    For Gaussian weights and ReLU its variance is 5/4 over the width, summed over the layers, as in Hanin 2018.
    """
    return exp(2 * sqrt(sum(1.25 / sqrt(np.size(layer.weights.value)) for layer in chain)))


def _gain(graph: Graph, chain: list[WeightLayer], i: int) -> float:
    """The factor by which a layer and the activation before it change the signal; of the first two, the layer alone."""
    before = graph.carried(chain[i].data) if i < 2 else chain[i - 1].node.value
    start = size(before).rms
    return size(chain[i].node.value).rms / start if start else 0.0


def _longest(graph: Graph) -> list[WeightLayer]:
    """The layers along the path that has the most of them."""
    first = min((n.step for n in graph if n.step is not None), default=None)
    weights = weights_by_key(graph)
    depth: dict[int, int] = {}
    last: dict[int, WeightLayer] = {}  # by node, the last layer on the longest path to it
    before: dict[int, WeightLayer | None] = {}  # by layer, the one before
    for node in graph:
        if node.is_update or node.step not in (None, first):
            continue
        candidates = [e.source for e in graph.inputs(node) if e.source in depth]
        best = max(candidates, key=depth.__getitem__, default=None)
        depth[node.key] = 0 if best is None else depth[best]
        if best in last:
            last[node.key] = last[best]
        layer = layer_of(graph, node, weights)
        if layer is not None and layer.data.source in depth:
            before[node.key] = last.get(layer.data.source)
            depth[node.key], last[node.key] = depth[layer.data.source] + 1, layer
    end = max(last, key=depth.__getitem__, default=None)
    return _followed(before, None if end is None else last[end])


def _followed(before: dict[int, WeightLayer | None], layer: WeightLayer | None) -> list[WeightLayer]:
    """The layers up to one, from the first."""
    chain = []
    while layer is not None:
        chain.append(layer)
        layer = before[layer.node.key]
    return chain[::-1]
