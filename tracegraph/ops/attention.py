"""Attention, embeddings and dropout."""

import math
from typing import Any

import numpy as np

from ..errors import OpError
from .activations import softmax
from .linear import SUM_OF_PRODUCTS
from .op import Sample, op
from .traits import Traits

Array = Any


def _turned(x: Array) -> Array:
    return np.swapaxes(x, -1, -2)


def _factor(q: Array, scale: float | None) -> float:
    return 1 / math.sqrt(np.shape(q)[-1]) if scale is None else scale


def _shares(q: Array, k: Array, mask: Any, causal: bool, scale: float | None) -> Array:
    """How much each query takes of each value: the softmax of the scaled products with the keys."""
    scores = q @ _turned(k) * _factor(q, scale)
    if causal:
        scores = np.where(np.tri(*scores.shape[-2:]) > 0, scores, -np.inf)
    if mask is not None:
        mask = np.asarray(mask)
        scores = np.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask.astype(scores.dtype)
        blind = np.all(scores == -np.inf, axis=-1, keepdims=True)
        if np.any(blind):
            return np.where(blind, 0, softmax.forward(np.where(blind, 0, scores)))
    return softmax.forward(scores)


def _scores_back(g: Array, q: Array, k: Array, v: Array, mask: Any, causal: bool, scale: float | None) -> Array:
    shares = _shares(q, k, mask, causal, scale)
    sent = g @ _turned(v)
    return shares * (sent - np.sum(sent * shares, axis=-1, keepdims=True)) * _factor(q, scale)


def _queries(
    g: Array, y: Array, q: Array, k: Array, v: Array, mask: Any = None, causal: bool = False, scale: Any = None
) -> Array:
    return _scores_back(g, q, k, v, mask, causal, scale) @ k


def _keys(
    g: Array, y: Array, q: Array, k: Array, v: Array, mask: Any = None, causal: bool = False, scale: Any = None
) -> Array:
    return _turned(_scores_back(g, q, k, v, mask, causal, scale)) @ q


def _values(
    g: Array, y: Array, q: Array, k: Array, v: Array, mask: Any = None, causal: bool = False, scale: Any = None
) -> Array:
    return _turned(_shares(q, k, mask, causal, scale)) @ g


_ALLOWED = np.array([[True, False, True, True], [True, True, False, True], [False, True, True, True]])


@op(
    "attention(q, k, v)",
    ("attention_back(g, q, k, v)[0]", _queries),
    ("attention_back(g, q, k, v)[1]", _keys),
    ("attention_back(g, q, k, v)[2]", _values),
    inputs="q k v",
    symbol="attention",
    samples=(
        Sample(((3, 2), (4, 2), (4, 5))),
        Sample(((2, 3, 2), (2, 3, 2), (2, 3, 2)), {"causal": True}),
        Sample(((3, 2), (4, 2), (4, 2)), {"mask": _ALLOWED, "scale": 0.3}),
        Sample(((3, 2), (4, 2), (4, 2)), {"mask": np.where(_ALLOWED, 0.5, -1.0)}),
    ),
    analytic=False,
    traits=Traits("product", singular=SUM_OF_PRODUCTS, masks=True),
)
def scaled_dot_product_attention(
    q: Array, k: Array, v: Array, mask: Any = None, causal: bool = False, scale: float | None = None
) -> Array:
    """softmax(q kᵀ scale) v: for each query a mean of the values, weighted by its keys (Vaswani et al. 2017).

    ``q`` (..., queries, d), ``k`` (..., keys, d), ``v`` (..., keys, e). ``mask``: where it is false nothing is taken; a
    mask of numbers is added. A query that may take nothing gets 0, as PyTorch has it. ``causal``: nothing is taken from
    later keys. ``scale``: 1/√d where None.
    """
    if min(map(np.ndim, (q, k, v))) < 2:
        raise OpError(f"attention: shapes {np.shape(q)}, {np.shape(k)}, {np.shape(v)} need two axes: (places, width)")
    return _shares(q, k, mask, causal, scale) @ v


def _table_back(g: Array, y: Array, indices: Array, weight: Array) -> Array:
    back = np.zeros(np.shape(weight), np.asarray(g).dtype)
    np.add.at(back, np.asarray(indices), g)
    return back


@op(
    "weight[indices]",
    None,
    ("scatter(g, indices, weight)", _table_back),
    inputs="indices weight",
    samples=(Sample((np.array([0, 2, 2]), (4, 3))), Sample((np.array([[1, 0], [3, 1]]), (4, 2)))),
    traits=Traits("arrange"),
)
def embedding(indices: Array, weight: Array) -> Array:
    """The rows of a table that stand for integers; a row that is used twice gets both gradients."""
    if np.asarray(indices).dtype.kind not in "iu":
        raise OpError(f"embedding: indices are integers, not {np.asarray(indices).dtype}")
    if np.size(indices) and not 0 <= np.min(indices) <= np.max(indices) < len(weight):
        raise OpError(
            f"embedding: indices from {np.min(indices)} to {np.max(indices)} are not rows of {np.shape(weight)}"
        )
    return weight[np.asarray(indices)]


@op(
    "x * mask / (1 - p)",
    ("g * mask / (1 - p)", lambda g, y, x, mask, p=0.5: np.where(mask, g / (1 - p), 0)),
    samples=(
        Sample(((3,),), {"mask": np.array([True, False, True])}),
        Sample(((2, 3),), {"mask": np.array([[True, False, True], [True, True, False]]), "p": 0.2}),
    ),
    traits=Traits("choice", masks=True, keeps_axes=True),
)
def dropout(x: Array, mask: Any, p: float = 0.5) -> Array:
    """The elements at which the mask is true, divided by the share 1 − p that is kept; 0 elsewhere.

    The program draws the mask, ``random(x.shape) >= p``, so that the picture and a second run have the same one.
    """
    if not 0 <= p < 1:
        raise OpError(f"dropout: the probability p is in [0, 1), not {p}")
    return np.where(mask, x / (1 - p), 0)
