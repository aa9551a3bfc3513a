"""The strongest paths of a gradient, and where contributions cancel."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Path:
    """One way of a gradient back from the loss to a tensor.

    ``nodes``: keys, from the tensor to the loss. ``names``: their names. ``slots``: for each arrow the number of the
    input that it ends at. ``share``: of the gradient of the tensor. ``contribution``: its part of that gradient; None
    where there are tensors on the way.
    """

    nodes: tuple[int, ...]
    names: tuple[str, ...]
    slots: tuple[int, ...]
    share: float
    contribution: float | None = None
