"""Curves over steps in panels with axes, as SVG with attributes only."""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ET
from typing import Protocol

import numpy as np

from ..formats.svg import FONTS, SVG
from ..picture.theme import Theme
from ..text.metrics import fit
from ..text.names import pretty
from ..text.numbers import number
from .curve_panel import Array, CurvePanel
from .plot_axes import runs

GAP, GUTTER = 14.0, 52.0  # points around everything, and for the numbers at an axis
TICKS = 4  # of an axis, at most


class Plot(Protocol):
    """The content of the drawing: panels with a theme and a size in points, and the names of their rows.

    ``parameters``: those of each row by its name. ``left_out``: the names of layers without a row.
    """

    theme: Theme
    steps: int
    panels: tuple[CurvePanel, ...]
    parameters: dict[str, tuple[str, ...]]
    left_out: tuple[str, ...]
    size: tuple[float, float]


def drawn(plot: Plot) -> str:
    """The SVG of all panels of a plot."""
    return _Paper(plot).drawn()


class _Paper:
    """The SVG as it is being drawn."""

    def __init__(self, plot: Plot) -> None:
        self.plot, self.look, self.s = plot, plot.theme, plot.theme.scale
        width, height = (f"{side:.2f}" for side in plot.size)
        box = {"width": f"{width}pt", "height": f"{height}pt", "viewBox": f"0 0 {width} {height}"}
        self.root = self.at = ET.Element("svg", {"xmlns": SVG, **box, "role": "graphics-document"})

    def drawn(self) -> str:
        """The document: titles of columns above the first row, numbers of steps below the last."""
        self._describe()
        self._rect(0, 0, *self.plot.size, self.look.background)
        loss, *others = self.plot.panels
        many = self.plot.steps
        self._text(f"Training, {number(many)} step{'s' * (many > 1)}", GAP * self.s, 26 * self.s, "title", bold=True)
        for panel in self.plot.panels:
            self._panel(panel)
        self.at = self.root
        for panel in others[:3]:
            what = panel.what + (f", dashed: {number(panel.line)}" if panel.line is not None else "")
            self._text(what, panel.x, panel.y - 18 * self.s, "numbers", colour=self.look.faint)
        for panel in (loss, *others[-3:]):
            self._steps(panel)
        for panel in (loss, *others[::3]):
            self._row(panel)
        self._left_out()
        return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(self.root, encoding="unicode")}\n'

    def _describe(self) -> None:
        description = "\n".join(panel.label for panel in self.plot.panels)
        prefix = "tg" + hashlib.sha256(f"{description}{self.look.name}".encode()).hexdigest()[:8]
        self.root.set("aria-labelledby", f"{prefix}_title {prefix}_desc")
        for tag, text in (("title", "Curves of a training"), ("desc", description)):
            ET.SubElement(self.root, tag, {"id": f"{prefix}_{tag}"}).text = text

    def _panel(self, panel: CurvePanel) -> None:
        """The frame with its ticks, what has no number, and the line."""
        self.at = ET.SubElement(self.root, "g", {"role": "graphics-symbol", "aria-label": panel.label})
        self._rect(panel.x, panel.y, panel.width, panel.height, self.look.card, self.look.cluster_border)
        for place, text in panel.axis.ticks(TICKS):
            y = panel.y + panel.height * (1 - place)
            self._across(panel, y, self.look.cluster_border, 0.5)
            self._fitted(text, GUTTER * self.s - 8 * self.s, panel.x - 5 * self.s, y + 4 * self.s, "end")
        if panel.line is not None:
            y = panel.y + panel.height * float(1 - panel.axis.place(panel.line))
            self._across(panel, y, self.look.faint, 1.0, "4 3")
        most = int(panel.width)
        self._marks(panel, ~np.isfinite(panel.values), self.look.invalid, most)
        self._marks(panel, panel.zeros, self.look.none, most)
        for run in runs(np.where(panel.zeros, np.nan, panel.values), most):
            self._curve(panel.points(run), panel.colour)
        self._note(panel)

    def _across(self, panel: CurvePanel, y: float, colour: str, width: float, dash: str = "") -> None:
        self._line([(panel.x, y), (panel.x + panel.width, y)], colour, width, dash)

    def _marks(self, panel: CurvePanel, where: Array, colour: str, most: int) -> None:
        """A short bar at the bottom for each step, or stretch of steps, without a number."""
        cuts = np.linspace(0, len(where), min(len(where), most) + 1).astype(int).tolist()
        tall, right = 8 * self.s, panel.x + panel.width - 2
        for start, end in zip(cuts, cuts[1:]):
            if where[start:end].any():
                x = panel.points([start + int(where[start:end].argmax())])[0][0] - 1
                self._rect(min(max(x, panel.x), right), panel.y + panel.height - tall, 2, tall, colour)

    def _curve(self, points: list[tuple[float, float]], colour: str) -> None:
        if len(points) > 1:
            return self._line(points, colour, 1.4 * self.s)
        (x, y), r = points[0], f"{2.2 * self.s:.2f}"
        self._add("ellipse", {"cx": f"{x:.2f}", "cy": f"{y:.2f}", "rx": r, "ry": r, "fill": colour, "stroke": "none"})

    def _note(self, panel: CurvePanel) -> None:
        """The steps without a number, in words above the panel."""
        note = fit(panel.note, self.look.size("note"), True, panel.width)
        colour = self.look.faint if np.isfinite(panel.values).all() else self.look.invalid
        if note:
            self._text(note, panel.x + panel.width, panel.y - 3 * self.s, "note", "end", colour, True)

    def _steps(self, panel: CurvePanel) -> None:
        """The numbers of the first and the last step below a panel."""
        y, last, right = panel.y + panel.height + 15 * self.s, len(panel.values), panel.x + panel.width
        if last > 1:
            self._text("1", panel.x, y, "note", "start", self.look.faint)
            self._text(number(last), right, y, "note", "end", self.look.faint)
        self._text("step" if last > 1 else "step 1", panel.x + panel.width / 2, y, "note", "middle", self.look.faint)

    def _row(self, panel: CurvePanel) -> None:
        """The name of a layer beside its panels, and those of its parameters."""
        y, room = panel.y + panel.height / 2, panel.x - (GUTTER + 2 * GAP) * self.s
        parameters = self.plot.parameters.get(panel.row, ()) if panel.what != "loss" else ()
        title = fit(pretty(panel.row), self.look.size("formula"), True, room)
        self._text(title, GAP * self.s, y, "formula", bold=True)
        if parameters and parameters != (panel.row,):
            names = ", ".join(pretty(name[len(panel.row) + 1 :]) for name in parameters)
            self._fitted(names, room, GAP * self.s, y + 15 * self.s)

    def _left_out(self) -> None:
        many = len(self.plot.left_out)
        if many:
            width, height = self.plot.size
            names = f"{many} more layer{'s' * (many > 1)}: {', '.join(map(pretty, self.plot.left_out))}"
            self._fitted(names, width - 2 * GAP * self.s, GAP * self.s, height - 10 * self.s)

    def _fitted(self, text: str, room: float, x: float, y: float, anchor: str = "start") -> None:
        short = fit(text, self.look.size("note"), False, room)
        self._text(short, x, y, "note", anchor, self.look.faint)

    def _text(
        self, text: str, x: float, y: float, style: str, anchor: str = "start", colour: str = "", bold: bool = False
    ) -> None:
        look = {"fill": colour or self.look.text, "font-family": FONTS, "font-size": f"{self.look.size(style):.2f}"}
        place = {"x": f"{x:.2f}", "y": f"{y:.2f}", "text-anchor": anchor, **({"font-weight": "bold"} if bold else {})}
        self._add("text", {**place, **look}).text = text

    def _line(self, points: list[tuple[float, float]], colour: str, width: float, dash: str = "") -> None:
        coordinates = " ".join(f"{x:.2f},{y:.2f}" for x, y in points)
        dashes = {"stroke-dasharray": dash} if dash else {}
        look = {"fill": "none", "stroke": colour, "stroke-width": f"{width:.2f}", "stroke-linejoin": "round"}
        self._add("polyline", {"points": coordinates, **look, **dashes})

    def _rect(self, x: float, y: float, width: float, height: float, fill: str, stroke: str = "none") -> None:
        place = {"x": f"{x:.2f}", "y": f"{y:.2f}", "width": f"{width:.2f}", "height": f"{height:.2f}"}
        self._add("rect", {**place, "fill": fill, "stroke": stroke})

    def _add(self, tag: str, attributes: dict[str, str]) -> ET.Element:
        return ET.SubElement(self.at, tag, attributes)
