"""Small multiples: curves of the loss and of each layer over the steps of a training."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ..cached import cached
from ..errors import GraphError
from ..files import write_atomic
from ..notebook import bundle
from ..picture.theme import Theme, theme_of
from .curve_panel import Array, CurvePanel
from .curves import GAP, GUTTER, drawn
from .plot_axes import axis

ROWS = 12  # layers that are drawn
HEALTHY = 1e-3
"""Of the size of an update to that of the weights (A. Karpathy, CS231n, "Ratio of weights:updates")."""
SIDE, WIDE, TALL = 110.0, 190.0, 56.0  # points: titles of rows, a panel, its height


class Layer(NamedTuple):
    """For each step the norm of all values after it, of all gradients, and of all changes in a layer.

    ``first``: the norm of the values before the first step.
    """

    values: np.ndarray[Any, Any]
    gradients: np.ndarray[Any, Any]
    updates: np.ndarray[Any, Any]
    parameters: tuple[str, ...]
    first: float

    @property
    def ratios(self) -> np.ndarray[Any, Any]:
        """For each step the size of the change by that of the values before it."""
        with np.errstate(all="ignore"):
            found: np.ndarray[Any, Any] = self.updates / np.append(self.first, self.values[:-1])
        return found


def layered(
    values: Mapping[str, Array],
    gradients: Mapping[str, Array],
    updates: Mapping[str, Array],
    first: Mapping[str, float],
) -> dict[str, Layer]:
    """The norms of layers from those of parameters: the layer of ``encoder/w`` or ``encoder.w`` is ``encoder``."""
    members: dict[str, list[str]] = {}
    for name in values:
        members.setdefault(re.sub(r"(?<=.)[/.][^/.]+$", "", name), []).append(name)

    def together(of: Mapping[str, Any], names: list[str]) -> Any:
        return np.hypot.reduce([of[name] for name in names])

    layers = {}
    for layer, names in members.items():
        v, g, u, start = (together(of, names) for of in (values, gradients, updates, first))
        layers[layer] = Layer(v, g, u, tuple(names), float(start))
    return layers


class Multiples:
    """The result of ``History.draw``: ``save(path)`` writes it as .svg, and a notebook shows it.

    ``panels``: the lines, that of the loss first. ``left_out``: the names of layers that have no row.
    """

    def __init__(self, losses: Array, layers: Mapping[str, Layer], theme: str | Theme = "light") -> None:
        self.theme, self.steps = theme_of(theme), len(losses)
        rows_shown = _spread(list(layers), ROWS)
        self.left_out = tuple(name for name in layers if name not in rows_shown)
        self.parameters = {name: layers[name].parameters for name in rows_shown}
        s = self.theme.scale
        self._step = (WIDE + GUTTER + GAP) * s  # from one column to the next
        top, rows = 48 * s, [(106 + TALL + i * (TALL + GAP)) * s for i in range(len(rows_shown))]
        self.panels: tuple[CurvePanel, ...] = (
            self._panel("loss", "loss", losses, 0, top, self.theme.text, 3),
            *(p for name, y in zip(rows_shown, rows) for p in self._row(name, layers[name], y)),
        )
        below = (TALL + 30 + 18 * bool(self.left_out)) * s
        self.size = SIDE * s + 3 * self._step + GAP * s, self.panels[-1].y + below

    def _row(self, name: str, layer: Layer, y: float) -> list[CurvePanel]:
        look = self.theme
        return [
            self._panel(name, "norm of the values", layer.values, 0, y, look.negative),
            self._panel(name, "norm of the gradient", layer.gradients, 1, y, look.positive),
            self._panel(name, "update ÷ value", layer.ratios, 2, y, look.update, line=HEALTHY),
        ]

    def _panel(
        self,
        row: str,
        what: str,
        values: Array,
        column: int,
        y: float,
        colour: str,
        wide: int = 1,
        line: float | None = None,
    ) -> CurvePanel:
        s = self.theme.scale
        x, width = (SIDE + GUTTER) * s + column * self._step, wide * self._step - (GUTTER + GAP) * s
        scale = axis(values, () if line is None else (line,))
        return CurvePanel(row, what, values, x, y, width, TALL * s, scale, colour, line)

    @cached
    def svg(self) -> str:
        """The picture as SVG, with attributes only."""
        return drawn(self)

    def save(self, path: str | os.PathLike[str]) -> Path:
        """Write an .svg file, whole or not at all; return its path."""
        path = Path(path)
        if path.suffix.lower() != ".svg":
            raise GraphError(f"{path.name!r}: the curves of a training are an .svg; give a name that ends so")
        write_atomic(path, self.svg.encode())
        return path

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return bundle(lambda: self.svg, lambda: repr(self), include, exclude)

    def __repr__(self) -> str:
        return f"Multiples({len(self.parameters)} layers, {self.steps} steps, theme {self.theme.name})"


def _spread(names: list[str], most: int) -> list[str]:
    """Some of the names, the first and the last and others evenly in between."""
    if len(names) <= most:
        return names
    return [names[round(i)] for i in np.linspace(0, len(names) - 1, most).tolist()]
