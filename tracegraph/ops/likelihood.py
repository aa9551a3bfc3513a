"""The negative log-likelihood of labels, and what it shares with the cross entropy.

Labels are integers along all axes but that of the classes; what each counts is its rate, the weight of its class, 0 if
it is ignored.
"""

from typing import Any

import numpy as np

from ..errors import OpError
from .axes import one_axis
from .op import Sample, op
from .traits import Traits

Array = Any
REDUCTIONS = ("mean", "sum", "none")
_INPUTS = {"cross_entropy": "logits", "nll_loss": "log-probabilities"}


def table_of(name: str, x: Array, axis: int) -> Array:
    """The input with its classes along the last axis."""
    if not np.ndim(x) or not np.size(x):
        holder = "the last axis" if axis == -1 else f"axis {axis}"
        raise OpError(f"{name}: {_INPUTS[name]} of shape {np.shape(x)} have no classes; {holder} holds them")
    return np.moveaxis(x, one_axis(name, x, axis), -1)


def is_labels(x: Array, t: Array, axis: int = -1) -> bool:
    """Whether targets are integers, one for each row of classes."""
    shape = list(np.shape(x))
    if -len(shape) <= axis < len(shape):
        del shape[axis]
    return bool(np.asarray(t).dtype.kind in "iu" and list(np.shape(t)) == shape)


def check(name: str, x: Array, t: Array, axis: int, reduction: str, weight: Any, probabilities: bool) -> None:
    """Raise where targets, weights or the reduction do not fit the input."""
    if reduction not in REDUCTIONS:
        raise OpError(f"{name}: reduction {reduction!r} is not one of {', '.join(REDUCTIONS)}")
    shape = table_of(name, x, axis).shape
    if weight is not None and np.shape(weight) != shape[-1:]:
        raise OpError(f"{name}: weights of shape {np.shape(weight)} do not fit {shape[-1]} classes")
    if not is_labels(x, t, axis) and not (probabilities and np.shape(t) == np.shape(x)):
        instead = f" or probabilities {np.shape(x)}" if probabilities else ""
        fits = f"do not fit {_INPUTS[name]} {np.shape(x)}; give integer labels {shape[:-1]}{instead}"
        raise OpError(f"{name}: targets of shape {np.shape(t)} {fits}")


def rates_of(name: str, t: Array, weight: Any, ignore_index: int, like: Array) -> tuple[Array, Array]:
    """The labels in a row, with 0 for those that are ignored, and what each counts."""
    labels, classes = np.ravel(t), like.shape[-1]
    kept = labels != ignore_index
    chosen = np.where(kept, labels, 0)
    if len(wrong := chosen[(chosen < 0) | (chosen >= classes)]):
        raise OpError(f"{name}: label {wrong[0]} is not one of {classes} classes")
    weights = np.ones(classes, like.dtype) if weight is None else np.asarray(weight).astype(like.dtype)
    return chosen, kept * weights[chosen]


def reduced(losses: Array, rates: Array, reduction: str, shape: tuple[int, ...]) -> Array:
    """The losses of all rows as one number, or in their places."""
    if reduction == "none":
        return losses.reshape(shape)[()]
    return np.sum(losses) / np.sum(rates) if reduction == "mean" else np.sum(losses)


def sent_of(g: Array, rates: Array, reduction: str, axis: int) -> Array:
    """What the loss of each row sends back, as a column."""
    return np.reshape(g, (-1, 1)) if reduction == "none" else g / (np.sum(rates) if reduction == "mean" else 1)


def home(rows: Array, x: Array, axis: int) -> Array:
    """Rows of classes in the shape of the input."""
    return np.moveaxis(rows.reshape(np.moveaxis(x, axis, -1).shape), -1, axis)


LABELS = np.array([2, 0, 1, 2])
WEIGHTS = np.array([0.5, 1.0, 2.0])


def _nll_back(
    g: Array,
    y: Array,
    x: Array,
    t: Array,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    axis: int = -1,
) -> Array:
    table = table_of("nll_loss", x, axis)
    chosen, rates = rates_of("nll_loss", t, weight, ignore_index, table)
    back = np.zeros((len(chosen), table.shape[-1]), np.asarray(g).dtype)
    back[np.arange(len(chosen)), chosen] = -rates
    back *= sent_of(g, rates, reduction, axis)
    return home(back, x, axis)


@op(
    "-sum(rates(t) * x) / sum(rates(t))",
    ("-g * rates(t) / sum(rates(t))", _nll_back),
    None,
    inputs="x t",
    samples=tuple(
        Sample((shape, labels), {**options, "reduction": reduction})
        for reduction in REDUCTIONS
        for shape, labels, options in (
            ((4, 3), LABELS, {}),
            ((4, 3), LABELS, {"weight": WEIGHTS}),
            ((4, 3), LABELS, {"ignore_index": 2}),
            ((2, 3, 2), LABELS.reshape(2, 2), {"axis": 1, "weight": WEIGHTS}),
        )
    ),
    traits=Traits(
        "loss", masks=True, implied=("reduction",), neutral={"weight": None, "ignore_index": -100, "axis": -1}
    ),
    variants={
        "sum": ("-sum(rates(t) * x)", "-g * rates(t)", None),
        "none": ("-sum(rates(t) * x, axis=axis)", "-expand_dims(g, axis) * rates(t)", None),
    },
    choose=lambda x, t, weight=None, ignore_index=-100, reduction="mean", axis=-1: reduction,
)
def nll_loss(
    x: Array, t: Array, weight: Any = None, ignore_index: int = -100, reduction: str = "mean", axis: int = -1
) -> Array:
    """The negative log-likelihood of integer labels ``t`` under log-probabilities ``x``, classes along an axis.

    ``weight``: what each class counts. Labels ``ignore_index`` count nothing. ``reduction``: the mean with these
    weights, "sum", or "none".
    """
    check("nll_loss", x, t, axis, reduction, weight, probabilities=False)
    table = table_of("nll_loss", x, axis)
    chosen, rates = rates_of("nll_loss", t, weight, ignore_index, table)
    losses = -rates * table.reshape(-1, table.shape[-1])[np.arange(len(chosen)), chosen]
    return reduced(losses, rates, reduction, table.shape[:-1])
