"""The findings ``dead`` and ``saturated``: units that do nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from math import log10, sqrt
from typing import Any, NamedTuple

import numpy as np

from ...graph import Graph, Node, traits_of
from ..finding import Finding, diagnostic
from .dead_blame import Blame, blame
from .roles import channel_axes, hidden, rectified

Array = np.ndarray[Any, Any]

LEAST = 8  # rows of a batch; a healthy unit is off for 8 independent ones in less than one of 200 cases
CLEAR, VARIED = 3.5, 2.0  # standard deviations that dead units must be ahead; where the samples differ much
MIXED = 0.3  # and they do where the typical unit is on for this share of the rows, and off for as many
FAR, FEW = 6.0, 12.0  # how many times farther off than the others is no chance; and more where they are few
MOST = 0.75  # of a layer, more of which are off than always on: no chance whatever the samples are
FIRST = 8  # units that a finding names
WIDEST = 34  # letters of a badge


@diagnostic("dead", rank=7, limit=0.1, depth=4)
def dead(graph: Graph, limit: float) -> Iterator[Finding]:
    """Layers with units whose ReLU is zero for the whole batch: no gradient gets through them, so they never recover.

    Found for relu, and for maximum, where and clip where they are written as one. Units are along the last axis, or
    channels after a convolution (a channel is off where it is at all places of all samples). ``measure``: the share of
    units that are off for all rows, beyond what chance explains; finding where it is over the limit, or where all units
    are off. ``index``: the first units that are off. At least 8 rows.

    Samples that are alike switch units off without a fault, and as many on, because w and −w are as likely. So
    either those always on are taken off, and the rest must be 3.5 standard deviations of that difference (2 where
    the median of the units that live is on for 30 to 70 % of the rows); or only those count that are far below all
    others in what goes into the ReLU. Certain are units that no input in the range of the data can switch on:
    negative weights over inputs that are not, or a bias below all that the weights can give; and three quarters of
    a layer, of 16 rows. The sentence says what is to blame: a negative bias, where the rest alone would be above 0;
    else the weights, or what comes in. The numbers are a convention, chosen on healthy nets (by He, and as PyTorch
    has them), of which about 1 in 100 with 5 layers is blamed. Source of the fault: the notes of Stanford's CS231n,
    Neural Networks part 1: as much as 40 % of a network is dead where the learning rate is too high.
    """
    axes = channel_axes(graph)
    for node in graph:
        x = rectified(graph, node)
        if x is not None:
            axis = axes.get(node.key)
            rows, before = rows_of(node, axis, samples=True), rows_of(x, axis, samples=True)
            if rows is not None and before is not None:
                why = partial(blame, graph, x, -1 if axis is None else axis)
                yield from _dead(node, rows, before.astype(float), limit, why)


def _dead(node: Node, rows: Array, before: Array, limit: float, why: Callable[[Array], Blame]) -> Iterator[Finding]:
    on: Array = (rows > 0).mean(axis=(0, 2))
    off: Array = (rows == 0).all(axis=(0, 2))
    units, count, counter = len(off), int(off.sum()), int((on == 1).sum())
    share = (count - counter) / units
    far = far_off(before, off)
    clear = count == units or share > limit and is_clear(count, counter, on[on > 0])
    clear |= share >= MOST and len(rows) >= 2 * LEAST and units >= LEAST
    if not count:
        return
    reason = why(off)
    certain = float(reason.certain.mean())
    if clear or far / units > limit or certain >= max(limit, reason.chance):
        share = max(share, far / units, certain)
        what = "channels" if rows.shape[2] > 1 else "units"
        cause = f"{count} of {units} {what} are 0 for all {len(rows)} rows{_listed(off)}"
        cause += f": {reason.words}" if reason.words else ""
        badge = badge_text(f"{count} of {units} {what} dead", off)
        finding = _finding("dead", node, badge, cause, reason.remedy or _REMEDY, share, limit, off)
        yield replace(finding, way=reason.way, trial=reason.trial)


def is_clear(off: int, always: int, on: Array) -> bool:
    """Whether more units are off than chance would have it; ``on``: the share of rows that each of the others is on."""
    varied = on.size > 0 and float(np.median(np.minimum(on, 1 - on))) >= MIXED
    return off - always >= (VARIED if varied else CLEAR) * sqrt(off + always)


def far_off(before: Array, off: Array) -> int:
    """The number of units that are off by more than chance, by size and by mean over deviation of the ReLU's input."""
    others = ~off
    if not others.any():
        return 0
    with np.errstate(all="ignore"):
        t = before.mean(axis=(0, 2)) / before.std(axis=(0, 2))
        usual = FAR * (1 + FEW / others.sum()) * np.sqrt(np.mean(t[others] ** 2))
        outside = (t < -usual) & (before.max(axis=(0, 2)) < -np.abs(before[:, others]).max())
    return int((outside & off).sum())


_REMEDY = "a smaller learning rate, a bias of 0 or a leaky ReLU keeps units alive"


class Bounds(NamedTuple):
    """The limits of an activation beyond which its derivative is below about a tenth of the largest."""

    low: float
    high: float
    words: str


@diagnostic("saturated", rank=8, limit=0.5, depth=4)
def saturated(graph: Graph, limit: float) -> Iterator[Finding]:
    """Layers of tanh or sigmoid most of whose values are at the flat ends, where hardly any gradient gets through.

    ``measure``: the share of values with |tanh| > 0.97, or sigmoid outside 0.03 to 0.97; finding where it is over the
    limit. Of clip (a hard tanh; not from 0, which is a ReLU) those at a bound. Only where something is learned from it
    further on, a product with weights or another activation: an output that is sure of itself is no fault, and a loss
    such as the cross entropy cancels its flat ends. At least 8 values. ``index``: the first of the units (along the
    last axis) that are saturated for the whole batch. Source: what saturation does, Glorot and Bengio, Understanding
    the difficulty of training deep feedforward neural networks (2010); 0.97, Karpathy's lecture Building makemore,
    part 3; that of sigmoid is the same distance from its ends, and a half as the limit a convention.
    """
    further = hidden(graph)
    for node in graph:
        bounds = _bounds(node)
        if bounds is not None and node.key in further:
            rows = rows_of(node, None, samples=False)
            if rows is not None:
                yield from _saturated(node, rows, bounds, limit)


def _bounds(node: Node) -> Bounds | None:
    traits = traits_of(node)
    if traits.saturates is not None:
        return _declared(node.op, *traits.saturates)
    return _of_limits(node) if traits.gate == "limits" else None


def _declared(op: str, low: float, high: float) -> Bounds:
    return Bounds(low, high, f"|{op}| > {high:g}" if low == -high else f"{op} outside {low:g} to {high:g}")


def _of_limits(node: Node) -> Bounds | None:
    """Those of a clip between a negative and a positive number."""
    low, high = node.attrs.get("min"), node.attrs.get("max")
    if not isinstance(low, (int, float)) or not isinstance(high, (int, float)) or not low < 0 < high:
        return None
    return Bounds(float(np.nextafter(low, high)), float(np.nextafter(high, low)), "clip at a bound")


def _saturated(node: Node, rows: Array, bounds: Bounds, limit: float) -> Iterator[Finding]:
    flat = np.asarray((rows < bounds.low) | (rows > bounds.high))
    share = float(flat.mean())
    if share > limit:
        always: Array = np.asarray(flat.all(axis=(0, 2)))
        count, units = int(always.sum()), len(always)
        cause = f"{share:.0%} of {rows.size} values are saturated ({bounds.words})"
        if units > 1 and count:
            cause += f", {count} of {units} units for all {len(rows)} rows{_listed(always)}"
        cause += ": hardly any gradient gets through"
        remedy = "draw smaller weights, or normalize what comes in"
        yield _finding("saturated", node, f"{share:.0%} saturated", cause, remedy, share, limit, always)


# --- what both share -------------------------------------------------------------------------------------------------


def rows_of(node: Node, channel: int | None, samples: bool) -> Array | None:
    """The value as (rows, units, places of a channel); None where it is too small to tell, or not of real numbers."""
    value = np.asarray(node.value)
    if value.dtype.kind != "f" or not value.size:
        return None
    if channel is not None and value.ndim > channel + 1:
        moved = np.moveaxis(value, channel, 0)
        rows = np.moveaxis(moved.reshape(len(moved), *_split(moved.shape[1:], channel)), 0, 1)
    else:
        rows = value.reshape(-1, value.shape[-1] if value.ndim else 1, 1)
    return rows if (len(rows) if samples else rows.size) >= LEAST else None


def _split(rest: tuple[int, ...], channel: int) -> tuple[int, int]:
    """The number of samples, and of places in each: the axes before that of the channel are samples."""
    return int(np.prod(rest[:channel])), int(np.prod(rest[channel:]))


def _finding(
    kind: str, node: Node, badge: str, cause: str, remedy: str, measure: float, limit: float, units: Array
) -> Finding:
    first = tuple((int(i),) for i in np.flatnonzero(units)[:FIRST])
    excess = log10(measure / limit) if measure > 0 and limit > 0 else 0.0
    return Finding(kind, node.key, badge, cause, measure, limit, first, excess, remedy=remedy)


def badge_text(text: str, units: Array) -> str:
    """The text with the numbers of the first units, as many as there is room for."""
    numbers = np.flatnonzero(units)
    fitting = [text]
    for count in range(1, len(numbers) + 1 if len(numbers) < len(units) else 0):
        ellipsis = ", …" if count < len(numbers) else ""
        fitting.append(f"{text} ({', '.join(map(str, numbers[:count]))}{ellipsis})")
        if len(fitting[-1]) > WIDEST + len(", …"):
            break
    return next(t for t in reversed(fitting) if t == text or len(t) <= WIDEST)


def _listed(units: Array) -> str:
    """The numbers of the first units, unless it is all of them."""
    numbers = np.flatnonzero(units)
    if len(numbers) == len(units):
        return ""
    return f" ({', '.join(map(str, numbers[:FIRST]))}{', ...' if len(numbers) > FIRST else ''})"
