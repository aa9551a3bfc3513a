"""Points in the plane as SVG: each is a disc with its label in it, so that nobody has to tell the colours apart."""

import math
import xml.etree.ElementTree as ET

from tracegraph.formats.svg import FONTS
from tracegraph.picture.theme import ink
from tracegraph.text.numbers import number

# The ten colours of Petroff 2021, "Accessible color sequences for data visualization".
COLORS = ("#3f90da", "#ffa90e", "#bd1f01", "#94a4a2", "#832db6", "#a96b59", "#e76300", "#b9ac70", "#717581", "#92dadd")
LEFT, TOP, SIDE, MARGIN, RADIUS = 70, 60, 560, 130, 9
GREY, BLACK = "#c3ccd5", "#16191d"


def scatter(points, labels, *, title, x, y, legend):
    """Draw points (n, 2) with labels, whole numbers from 0 to 9; ``x`` and ``y`` are what the axes show."""
    size = {"width": f"{LEFT + SIDE + MARGIN}", "height": f"{TOP + SIDE + LEFT}"}
    root = ET.Element("svg", {"xmlns": "http://www.w3.org/2000/svg", **size, "role": "img", "font-family": FONTS})
    ET.SubElement(root, "title").text = title
    _add(root, "rect", **size, fill="#ffffff")
    _text(root, title, LEFT, TOP - 24, 18, weight="bold")
    across, up = (round_ticks(points[:, axis].min(), points[:, axis].max()) for axis in (0, 1))
    for at in across:
        _line(root, place := _place(at, across, LEFT), TOP, place, TOP + SIDE)
        _text(root, number(at), place, TOP + SIDE + 20, 13, "middle")
    for at in up:
        _line(root, LEFT, place := _place(at, up[::-1], TOP), LEFT + SIDE, place)
        _text(root, number(at), LEFT - 8, place + 4, 13, "end")
    _text(root, x, LEFT + SIDE / 2, TOP + SIDE + 46, 15, "middle")
    _text(root, y, 22, TOP + SIDE / 2, 15, "middle", turned=True)
    for (right, high), label in zip(points, labels, strict=True):
        _disc(root, _place(right, across, LEFT), _place(high, up[::-1], TOP), label)
    _text(root, legend, LEFT + SIDE + 30, TOP + 12, 15)
    for place, label in enumerate(sorted(set(labels))):
        _disc(root, LEFT + SIDE + 42, TOP + 40 + 26 * place, label)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode") + "\n"


def round_ticks(low, high):
    """Round numbers, evenly spaced, the first below everything and the last above."""
    rough = (high - low) / 8
    power = 10 ** math.floor(math.log10(rough))
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    return [step * i for i in range(math.floor(low / step), math.ceil(high / step) + 1)]


def _place(value, ticks, start):
    return start + SIDE * (value - ticks[0]) / (ticks[-1] - ticks[0])


def _add(parent, tag, **attributes):
    named = {
        name.replace("_", "-"): value if isinstance(value, str) else f"{value:.1f}"
        for name, value in attributes.items()
    }
    return ET.SubElement(parent, tag, named)


def _line(root, x1, y1, x2, y2):
    _add(root, "line", x1=x1, y1=y1, x2=x2, y2=y2, stroke=GREY)


def _text(root, said, x, y, size, anchor="start", weight="normal", fill=BLACK, turned=False):
    turn = {"transform": f"rotate(-90 {x} {y})"} if turned else {}
    _add(root, "text", x=x, y=y, font_size=size, text_anchor=anchor, font_weight=weight, fill=fill, **turn).text = said


def _disc(root, x, y, label):
    _add(root, "circle", cx=x, cy=y, r=RADIUS, fill=COLORS[label], stroke="#ffffff")
    _text(root, str(label), x, y + 4.5, 13, "middle", "bold", ink(COLORS[label]))
