"""Plots as SVG: points, curves and their labels between two axes."""

import math
import xml.etree.ElementTree as ET

from tracegraph.formats.svg import FONTS
from tracegraph.picture.theme import ink
from tracegraph.text.numbers import number

# The ten colours of Petroff 2021, "Accessible color sequences for data visualization".
COLORS = ("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd")
LEFT, TOP, MARGIN, RADIUS = 80, 60, 160, 9
GREY, BLACK = "#c3ccd5", "#16191d"


class Plot:
    """An empty plot: a title, and two axes with what they show.

    ``across`` and ``up``: the lowest and the highest number on each. ``logarithmic``: whether the axis that goes up is.
    """

    def __init__(self, title, *, x, y, across, up, size=(640, 560), logarithmic=False):
        self.width, self.height = size
        self.logarithmic = logarithmic
        self.across, self.up = round_ticks(*across), _decades(*up) if logarithmic else round_ticks(*up)
        page = {"width": f"{LEFT + self.width + MARGIN}", "height": f"{TOP + self.height + LEFT}"}
        page["viewBox"] = f"0 0 {page['width']} {page['height']}"
        self.root = ET.Element(
            "svg", {"xmlns": "http://www.w3.org/2000/svg", **page, "role": "img", "font-family": FONTS}
        )
        ET.SubElement(self.root, "title").text = title
        self._add("rect", width=page["width"], height=page["height"], fill="#ffffff")
        self.text(title, LEFT, TOP - 24, 20, weight="bold")
        self._axes(x, y)

    def _axes(self, x, y):
        for tick in self.across:
            place, _ = self.place(tick, self.up[0])
            self._add("line", x1=place, y1=TOP, x2=place, y2=TOP + self.height, stroke=GREY)
            self.text(number(tick), place, TOP + self.height + 22, 15, "middle")
        for tick in self.up:
            _, place = self.place(self.across[0], tick)
            self._add("line", x1=LEFT, y1=place, x2=LEFT + self.width, y2=place, stroke=GREY)
            self.text(number(tick), LEFT - 8, place + 5, 15, "end")
        self.text(x, LEFT + self.width / 2, TOP + self.height + 50, 17, "middle")
        self.text(y, 22, TOP + self.height / 2, 17, "middle", turned=True)

    def place(self, x, y):
        """Where a point of the plot is on the page."""
        low, high = (math.log10(self.up[0]), math.log10(self.up[-1])) if self.logarithmic else (self.up[0], self.up[-1])
        share = ((math.log10(y) if self.logarithmic else y) - low) / (high - low)
        first, last = self.across[0], self.across[-1]
        return LEFT + self.width * (x - first) / (last - first), TOP + self.height * (1 - share)

    def line(self, points, color, width=2.5):
        """A curve through points."""
        path = self._path(points)
        self._add("polyline", points=path, fill="none", stroke=color, stroke_width=width, stroke_linejoin="round")

    def curve(self, points, color, width=1.2):
        """A thin closed curve, of which only the part inside the plot is shown."""
        if not self.root.findall("clipPath"):
            clip = ET.SubElement(self.root, "clipPath", id="inside")
            size = {"width": str(self.width), "height": str(self.height)}
            ET.SubElement(clip, "rect", x=str(LEFT), y=str(TOP), **size)
        path = self._path(points)
        self._add("polygon", points=path, fill="none", stroke=color, stroke_width=width, clip_path="url(#inside)")

    def _path(self, points):
        return " ".join(f"{x:.1f},{y:.1f}" for x, y in (self.place(*p) for p in points))

    def dot(self, x, y, color, radius=3.5):
        """A small point."""
        place_x, place_y = self.place(x, y)
        self._add("circle", cx=place_x, cy=place_y, r=radius, fill=color)

    def disc(self, x, y, label):
        """A point with its label, a whole number from 0 to 9, in it."""
        self._disc(*self.place(x, y), label)

    def legend(self, heading, labels):
        """A column of discs beside the plot, one for each label."""
        right = LEFT + self.width + 30
        self.text(heading, right, TOP + 12, 17)
        for row, label in enumerate(labels):
            self._disc(right + 12, TOP + 40 + 26 * row, label)

    def names(self, colors):
        """A column of names in their colours beside the plot."""
        for row, (name, color) in enumerate(colors.items()):
            at = TOP + 14 + 28 * row
            self._add(
                "line",
                x1=LEFT + self.width + 16,
                y1=at - 5,
                x2=LEFT + self.width + 40,
                y2=at - 5,
                stroke=color,
                stroke_width=4,
            )
            self.text(name, LEFT + self.width + 48, at, 17)

    def __str__(self):
        ET.indent(self.root)
        return ET.tostring(self.root, encoding="unicode") + "\n"

    def text(self, text, x, y, size, anchor="start", weight="normal", fill=BLACK, turned=False):
        """A text at a place of the page."""
        turn = {"transform": f"rotate(-90 {x} {y})"} if turned else {}
        element = self._add("text", x=x, y=y, font_size=size, text_anchor=anchor, font_weight=weight, fill=fill, **turn)
        element.text = text

    def _disc(self, x, y, label):
        self._add("circle", cx=x, cy=y, r=RADIUS, fill=COLORS[label], stroke="#ffffff")
        self.text(str(label), x, y + 4.5, 13, "middle", "bold", ink(COLORS[label]))

    def _add(self, tag, **attributes):
        named = {
            name.replace("_", "-"): value if isinstance(value, str) else f"{value:.1f}"
            for name, value in attributes.items()
        }
        return ET.SubElement(self.root, tag, named)


def scatter(points, labels, *, title, x, y, legend):
    """Points (n, 2) with labels, whole numbers from 0 to 9, so that nobody has to tell the colours apart."""
    across, up = ((points[:, axis].min(), points[:, axis].max()) for axis in (0, 1))
    plot = Plot(title, x=x, y=y, across=across, up=up)
    for (right, high), label in zip(points, labels, strict=True):
        plot.disc(right, high, label)
    plot.legend(legend, sorted(set(labels)))
    return str(plot)


def round_ticks(low, high):
    """Round numbers, evenly spaced, the first below everything and the last above."""
    rough = (high - low) / 8
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [step * i for i in range(math.floor(low / step), math.ceil(high / step) + 1)]


def _decades(low, high):
    return [10.0**k for k in range(math.floor(math.log10(low)), math.ceil(math.log10(high)) + 1)]
