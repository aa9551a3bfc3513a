"""Losses: one number for how far an output is from what it should be."""

from typing import Any

import numpy as np

from ..errors import OpError
from .activations import _sigmoid, softplus
from .causes import SMALLER, inf, nan
from .op import Sample, op
from .traits import Traits

Array = Any


def _reduction(name: str, reduction: Any, known: tuple[str, ...]) -> None:
    if reduction not in known:
        raise OpError(f"{name}: reduction {reduction!r} is not one of {', '.join(known)}")


def _alike(name: str, a: Array, b: Array) -> None:
    """Shapes must be equal: broadcasting (n,) against (n, 1) is the classic silent mistake."""
    if np.shape(a) != np.shape(b) and np.ndim(a) and np.ndim(b):
        raise OpError(f"{name}: shapes {np.shape(a)} and {np.shape(b)} differ; reshape one of them")
    if not np.size(a) or not np.size(b):
        raise OpError(f"{name}: shapes {np.shape(a)} and {np.shape(b)} have no elements")


def _size(a: Array, b: Array, **options: Any) -> int:
    return int(max(np.size(a), np.size(b)))


_HALVES = {"mean": 1.0, "sum": 1.0, "half": 0.5, "half_mean": 0.5, "none": 1.0}


def _scale(a: Array, b: Array, reduction: str) -> float:
    """The factor of the sum of squares."""
    return _HALVES[reduction] / (_size(a, b) if "mean" in reduction else 1)


def _square_back(g: Array, y: Array, a: Array, b: Array, reduction: str = "mean") -> Array:
    off = a - b
    off *= g * (2 * _scale(a, b, reduction))
    return off


_MSE_SAMPLES = tuple(
    Sample(shapes, {"reduction": reduction})
    for reduction in _HALVES
    for shapes in (((), ()), ((4,), (4,)), ((2, 3), (2, 3)), ((2, 3), ()))
)


@op(
    "mean((a - b) ** 2)",
    ("2 * g * (a - b) / n", _square_back),
    ("2 * g * (b - a) / n", lambda g, y, a, b, reduction="mean": _square_back(g, y, b, a, reduction)),
    inputs="a b",
    samples=_MSE_SAMPLES,
    traits=Traits(
        "loss",
        implied=("reduction",),
        singular=(
            nan("∞ − ∞ in the squared error", lambda a, b: np.any(np.isinf(a)) | np.any(np.isinf(b))),
            inf("the squared error {over}", lambda a: np.size(a) > 0, SMALLER),
        ),
    ),
    variants={
        "sum": ("sum((a - b) ** 2)", "2 * g * (a - b)", "2 * g * (b - a)"),
        "half": ("1 / 2 * sum((a - b) ** 2)", "g * (a - b)", "g * (b - a)"),
        "half_mean": ("1 / 2 * mean((a - b) ** 2)", "g * (a - b) / n", "g * (b - a) / n"),
        "none": ("(a - b) ** 2", "2 * g * (a - b)", "2 * g * (b - a)"),
    },
    choose=lambda a, b, reduction="mean": reduction,
    n=_size,
)
def mse(a: Array, b: Array, reduction: str = "mean") -> Array:
    """The squared error of two tensors of one shape, by one of four conventions.

    ``reduction``: "mean", 1/n Σ(a - b)² (statistics, PyTorch); "sum", Σ(a - b)²; "half", ½ Σ(a - b)² (Rumelhart, Hinton
    and Williams 1986; Bishop, PRML, 5.11); "half_mean", 1/(2n) Σ(a - b)² (Ng's lectures). "none": each (a - b)².
    """
    _reduction("mse", reduction, tuple(_HALVES))
    _alike("mse", a, b)
    if reduction == "none":
        return (a - b) ** 2
    off = np.ravel(a - b)
    return np.dot(off, off) * _scale(a, b, reduction)


def _log(p: Array) -> Array:
    """PyTorch's logarithm of a probability: not below -100, so that 0 · ln 0 is 0 and a sure miss costs 100."""
    with np.errstate(divide="ignore"):
        return np.maximum(np.log(p), -100)


def _bce_back(g: Array, y: Array, p: Array, t: Array, reduction: str = "mean", from_logits: bool = False) -> Array:
    off = (_sigmoid(p) if from_logits else p) - t
    off *= g / (_size(p, t) if reduction == "mean" else 1)
    return off if from_logits else off / np.maximum(p * (1 - p), 1e-12)


def _bce_target(g: Array, y: Array, p: Array, t: Array, reduction: str = "mean", from_logits: bool = False) -> Array:
    back = -p if from_logits else _log(1 - p) - _log(p)
    return back * (g / (_size(p, t) if reduction == "mean" else 1)) + 0 * t


_SUMS = ("mean", "sum", "none")
_BCE_SAMPLES = tuple(
    Sample((p, t), {"reduction": reduction, "from_logits": logits})
    for reduction in _SUMS
    for logits in (False, True)
    for p, t in (((), ()), ((3,), (3,)), ((2, 3), (2, 3)))
)


@op(
    "-mean(t * log(p) + (1 - t) * log(1 - p))",
    ("g * (p - t) / (p * (1 - p)) / n", _bce_back),
    ("g * (log(1 - p) - log(p)) / n", _bce_target),
    inputs="p t",
    symbol="cross entropy",
    samples=_BCE_SAMPLES,
    traits=Traits(
        "loss",
        logarithm=True,
        implied=("reduction",),
        singular=(nan("∞ − ∞: a logit is infinite", lambda p: np.any(np.isinf(p))),),
    ),
    domain=(0.1, 0.9),
    variants={
        ("sum", False): (
            "-sum(t * log(p) + (1 - t) * log(1 - p))",
            "g * (p - t) / (p * (1 - p))",
            "g * (log(1 - p) - log(p))",
        ),
        ("mean", True): ("mean(log(1 + exp(p)) - t * p)", "g * (sigmoid(p) - t) / n", "-g * p / n"),
        ("sum", True): ("sum(log(1 + exp(p)) - t * p)", "g * (sigmoid(p) - t)", "-g * p"),
        ("none", False): (
            "-(t * log(p) + (1 - t) * log(1 - p))",
            "g * (p - t) / (p * (1 - p))",
            "g * (log(1 - p) - log(p))",
        ),
        ("none", True): ("log(1 + exp(p)) - t * p", "g * (sigmoid(p) - t)", "-g * p"),
    },
    choose=lambda p, t, reduction="mean", from_logits=False: (reduction, bool(from_logits)),
    n=_size,
)
def binary_cross_entropy(p: Array, t: Array, reduction: str = "mean", from_logits: bool = False) -> Array:
    """How far probabilities ``p`` in [0, 1] are from targets ``t``, of one shape: -Σ t ln p + (1 - t) ln(1 - p).

    ``reduction``: "mean", "sum", or "none". ``from_logits``: ``p`` is what a sigmoid would make probabilities
    of; exact also where it is large. At p = 0 and 1 logarithms stop at -100, as PyTorch's do.
    """
    _reduction("binary_cross_entropy", reduction, _SUMS)
    _alike("binary_cross_entropy", p, t)
    if from_logits:
        losses = softplus.forward(p) - t * p
    else:
        if not np.iscomplexobj(p) and (np.min(p) < 0 or np.max(p) > 1):
            raise OpError("binary_cross_entropy: probabilities must lie in [0, 1]; for others use from_logits=True")
        losses = -(t * _log(p) + (1 - t) * _log(1 - p))
    return losses if reduction == "none" else np.mean(losses) if reduction == "mean" else np.sum(losses)
