"""The cross entropy of logits, with labels or with probabilities."""

from typing import Any

import numpy as np

from .activations import log_softmax
from .causes import SMALLER, Cause, nan
from .likelihood import LABELS, REDUCTIONS, WEIGHTS, check, home, is_labels, rates_of, reduced, sent_of, table_of
from .op import Sample, op
from .traits import Traits

Array = Any


def _targets(
    x: Array, t: Array, weight: Any, ignore_index: int, label_smoothing: float, axis: int
) -> tuple[Array, Array]:
    """How much of each class each row wants, and what each row counts in the mean."""
    table = table_of("cross_entropy", x, axis)
    classes = table.shape[-1]
    weights = np.ones(classes, table.dtype) if weight is None else np.asarray(weight).astype(table.dtype)
    even = np.asarray(label_smoothing / classes, table.dtype)
    if not is_labels(x, t, axis):
        wanted = np.moveaxis(t, axis, -1).reshape(-1, classes)
        return weights * (wanted * (1 - label_smoothing) + even), np.ones(len(wanted), table.dtype)
    chosen, rates = rates_of("cross_entropy", t, weight, ignore_index, table)
    wanted = np.multiply.outer(np.ravel(t) != ignore_index, weights * even)
    wanted[np.arange(len(chosen)), chosen] += rates * (1 - label_smoothing)
    return wanted, rates


def _cross_back(
    g: Array, y: Array, x: Array, t: Array, reduction: str = "mean", axis: int = -1, **options: Any
) -> Array:
    back = np.ascontiguousarray(np.exp(log_softmax.forward(np.moveaxis(x, axis, -1))))
    back = back.reshape(-1, back.shape[-1])
    if _case(x, t, reduction, axis=axis, **options)[1:] == ("labels", False):  # the usual one, in one array
        back[np.arange(len(back)), np.ravel(t)] -= 1
        rates: Array = np.ones(len(back), back.dtype)
    else:
        wanted, rates = _targets(x, t, **_options(options), axis=axis)
        back *= np.sum(wanted, axis=-1, keepdims=True)
        back -= wanted
    back *= sent_of(g, rates, reduction, axis)
    return home(back, x, axis)


def _cross_target(
    g: Array,
    y: Array,
    x: Array,
    t: Array,
    reduction: str = "mean",
    weight: Any = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Array:
    logs = log_softmax.forward(np.moveaxis(x, axis, -1))
    logs = logs.reshape(-1, logs.shape[-1])
    logs *= sent_of(g, np.ones(len(logs), logs.dtype), reduction, axis) * (label_smoothing - 1)
    return home(logs if weight is None else logs * np.asarray(weight).astype(logs.dtype), x, axis)


def _options(given: dict[str, Any]) -> dict[str, Any]:
    return {"weight": None, "ignore_index": -100, "label_smoothing": 0.0, **given}


def _case(
    x: Array,
    t: Array,
    reduction: str = "mean",
    weight: Any = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> tuple[str, str, bool]:
    """Which formulas hold: the reduction, the kind of targets, and whether classes or labels count differently."""
    labels = is_labels(x, t, axis)
    uneven = weight is not None or label_smoothing != 0 or reduction == "none" or axis not in (-1, np.ndim(x) - 1)
    return reduction, "labels" if labels else "", bool(uneven or (labels and np.any(np.equal(t, ignore_index))))


_CROSS_SAMPLES = tuple(
    Sample((shape, target), {"reduction": reduction})
    for reduction in ("mean", "sum")
    for shape, target in (
        ((4, 3), LABELS),
        ((3,), np.array(1)),
        ((2, 2, 3), LABELS.reshape(2, 2)),
        ((4, 3), (4, 3)),
        ((3,), (3,)),
    )
) + tuple(
    Sample((shape, target), {"reduction": reduction, **options})
    for reduction in REDUCTIONS
    for shape, target, options in (
        ((4, 3), LABELS, {"weight": WEIGHTS, "ignore_index": 0, "label_smoothing": 0.1}),
        ((2, 3, 2), LABELS.reshape(2, 2), {"axis": 1}),
        ((4, 3), (4, 3), {"weight": WEIGHTS, "label_smoothing": 0.2}),
    )
)
_LOGS = "log_softmax(x, axis=axis)"
_WANTED = "wanted(t) * " + _LOGS
_OFF = "(softmax(x, axis=axis) * sum(wanted(t), axis=axis) - wanted(t))"
_TO_T = f"-g * (1 - label_smoothing) * by_class({_LOGS})"


@op(
    "-sum(t * log_softmax(x)) / n",
    ("g * (softmax(x) * sum(t, axis=-1) - t) / n", _cross_back),
    ("-g * log_softmax(x) / n", _cross_target),
    inputs="x t",
    symbol="cross entropy",
    samples=_CROSS_SAMPLES,
    traits=Traits(
        "loss",
        logarithm=True,
        normalizes=True,
        masks=True,
        implied=("reduction",),
        neutral={"weight": None, "ignore_index": -100, "label_smoothing": 0.0, "axis": -1},
        singular=(
            nan("∞ − ∞: a logit is ∞", lambda x: np.any(x == np.inf)),
            nan("0·∞: a logit is −∞", lambda x: np.any(x == -np.inf), "give it a large negative number"),
            Cause("forward", ("inf", "nan"), "a difference of logits {over}", lambda x: np.size(x) > 0, SMALLER),
        ),
    ),
    variants={
        ("sum", "", False): (
            "-sum(t * log_softmax(x))",
            "g * (softmax(x) * sum(t, axis=-1) - t)",
            "-g * log_softmax(x)",
        ),
        ("mean", "labels", False): ("-sum(onehot(t) * log_softmax(x)) / n", "g * (softmax(x) - onehot(t)) / n", None),
        ("sum", "labels", False): ("-sum(onehot(t) * log_softmax(x))", "g * (softmax(x) - onehot(t))", None),
        ("mean", "", True): (f"-sum({_WANTED}) / n", f"g * {_OFF} / n", f"{_TO_T} / n"),
        ("sum", "", True): (f"-sum({_WANTED})", f"g * {_OFF}", _TO_T),
        ("none", "", True): (
            f"-sum({_WANTED}, axis=axis)",
            f"expand_dims(g, axis) * {_OFF}",
            _TO_T.replace("g", "expand_dims(g, axis)", 1),
        ),
        ("mean", "labels", True): (f"-sum({_WANTED}) / sum(rates(t))", f"g * {_OFF} / sum(rates(t))", None),
        ("sum", "labels", True): (f"-sum({_WANTED})", f"g * {_OFF}", None),
        ("none", "labels", True): (f"-sum({_WANTED}, axis=axis)", f"expand_dims(g, axis) * {_OFF}", None),
    },
    choose=_case,
    n=lambda x, t, axis=-1, **options: int(np.size(x) // np.shape(x)[axis]),
)
def cross_entropy(
    x: Array,
    t: Array,
    reduction: str = "mean",
    weight: Any = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Array:
    """The cross entropy of softmax(x) along an axis, the last by default: x are logits, not probabilities.

    ``t``: integer labels, without that axis, or probabilities of the shape of ``x``. ``reduction``: "mean" over the
    rows, by what they count, "sum", or "none". ``weight``: what each class counts. Labels ``ignore_index`` count
    nothing. ``label_smoothing``: the share of each target that is spread evenly over the classes. As PyTorch's.
    """
    check("cross_entropy", x, t, axis, reduction, weight, probabilities=True)
    logs = log_softmax.forward(np.moveaxis(x, axis, -1))
    rows = logs.reshape(-1, logs.shape[-1])
    if _case(x, t, reduction, weight, ignore_index, label_smoothing, axis)[1:] == ("labels", False):
        chosen, rates = rates_of("cross_entropy", t, None, ignore_index, logs)
        losses = -rows[np.arange(len(rows)), chosen]
    else:
        wanted, rates = _targets(x, t, weight, ignore_index, label_smoothing, axis)
        losses = -np.sum(wanted * rows, axis=-1)
    return reduced(losses, rates, reduction, logs.shape[:-1])
