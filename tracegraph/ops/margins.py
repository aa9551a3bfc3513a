"""Losses of regression and of margins, and the divergence of distributions: as mean, sum, or element by element."""

from collections.abc import Callable
from typing import Any

import numpy as np

from ..errors import OpError
from .op import Op, Sample, op
from .special import xlogy
from .traits import Traits

Array = Any
_REDUCTIONS = ("mean", "sum", "none")


def _alike(name: str, a: Array, b: Array) -> None:
    if np.shape(a) != np.shape(b) or not np.size(a):
        raise OpError(f"{name}: shapes {np.shape(a)} and {np.shape(b)} must be equal, with elements")


def _reduced(name: str, losses: Array, reduction: str) -> Array:
    if reduction not in _REDUCTIONS:
        raise OpError(f"{name}: reduction {reduction!r} is not one of {', '.join(_REDUCTIONS)}")
    return losses if reduction == "none" else np.mean(losses) if reduction == "mean" else np.sum(losses)


def _loss(
    each: str,
    first: tuple[str, Callable[..., Array]],
    second: tuple[str, Callable[..., Array]] | None,
    samples: tuple[Sample, ...],
    domain: tuple[float, float] = (-2.0, 2.0),
) -> Callable[[Callable[..., Array]], Op]:
    """Declare a loss by its formula for one element and the slopes of that, each with its formula, in both inputs."""
    slopes = (first, second)

    def rule(slope: Callable[..., Array]) -> Callable[..., Array]:
        def back(g: Array, y: Array, a: Array, b: Array, reduction: str = "mean", **options: Any) -> Array:
            return g / (np.size(a) if reduction == "mean" else 1) * slope(a, b, **options)

        return back

    whole = [s and f"g * {s[0]}" for s in slopes]
    return op(
        f"mean({each})",
        *(s and (f"g * {s[0]} / n", rule(s[1])) for s in slopes),
        inputs="a b",
        samples=tuple(s._replace(attrs={**s.attrs, "reduction": r}) for r in _REDUCTIONS for s in samples),
        domain=domain,
        analytic=False,
        traits=Traits("loss", implied=("reduction",)),
        variants={"sum": (f"sum({each})", *whole), "none": (each, *whole)},
        choose=lambda a, b, reduction="mean", **options: reduction,
        n=lambda a, b, **options: int(np.size(a)),
    )


def _limited(a: Array, b: Array, delta: float = 1.0) -> Array:
    return np.clip(a - b, -delta, delta)


@_loss(
    "where(abs(a - b) < delta, 1 / 2 * (a - b) ** 2, delta * (abs(a - b) - delta / 2))",
    ("minimum(maximum(a - b, -delta), delta)", _limited),
    ("minimum(maximum(b - a, -delta), delta)", lambda a, b, delta=1.0: -_limited(a, b, delta)),
    (Sample(((4,), (4,))), Sample(((2, 3), (2, 3)), {"delta": 0.5})),
)
def huber(a: Array, b: Array, delta: float = 1.0, reduction: str = "mean") -> Array:
    """Half the squared error up to ``delta``, from there on a line, so that outliers count less (Huber 1964)."""
    _alike("huber", a, b)
    off = np.abs(a - b)
    return _reduced("huber", np.where(off < delta, off * off / 2, delta * (off - delta / 2)), reduction)


@_loss(
    "maximum(0, margin - a * b)",
    ("where(a * b < margin, -b, 0)", lambda a, b, margin=1.0: np.where(a * b < margin, -b, 0)),
    ("where(a * b < margin, -a, 0)", lambda a, b, margin=1.0: np.where(a * b < margin, -a, 0)),
    (Sample(((4,), (4,))), Sample(((2, 3), (2, 3)), {"margin": 0.5})),
)
def hinge(a: Array, b: Array, margin: float = 1.0, reduction: str = "mean") -> Array:
    """How far scores ``a`` are from lying beyond the margin on the side of labels ``b``, which are −1 and 1."""
    _alike("hinge", a, b)
    return _reduced("hinge", np.maximum(margin - a * b, 0), reduction)


@_loss(
    "b * (log(b) - a)",
    ("(-b)", lambda a, b: -b),
    ("(log(b) + 1 - a)", lambda a, b: np.log(b) + 1 - a),
    (Sample(((4,), (4,))), Sample(((2, 3), (2, 3)))),
    domain=(0.1, 0.9),
)
def kl_div(a: Array, b: Array, reduction: str = "mean") -> Array:
    """The divergence of the logarithms of probabilities ``a`` from probabilities ``b``: b (ln b − a)."""
    _alike("kl_div", a, b)
    return _reduced("kl_div", xlogy.forward(b, b) - b * a, reduction)
