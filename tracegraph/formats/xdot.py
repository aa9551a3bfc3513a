"""Shapes and texts as a graph that Graphviz draws and does not lay out: what PNG, PDF, EPS and GIF are made by.

Everything stands in the graph's ``_background``, in the drawing operations of xdot; images are nodes with a place. So
there are no labels, and no card for Graphviz to move. Of 14 cards a PNG takes 25 ms and a page of PDF 15 ms.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from math import ceil

from ..graphviz.run import render
from ..layout.canvas import Canvas
from ..layout.scene import Area, Curve, Image, Item, Point, Text
from ..layout.sheet import Draft

CIRCLE = 0.5522847498
"""How far the control points of a Bézier curve that is a quarter of a circle are from its ends, for a radius of 1."""
BOLD, STRUCK = 1, 32
"""Of the characteristics of a font."""
LONGEST = 16_000  # bytes of a quoted string
HALVINGS = 6  # of a curve, at most: 64 pieces
JOINER = "\u2060"
"""A character without a width."""


def drawn(draft: Draft, at: Canvas, items: Iterable[Item], format: str, dpi: float = 72.0) -> bytes:
    """The bytes of a picture, drawn by the engine of a drawing; its sides are whole points, as those of a page are."""
    source, images = graph((ceil(at.width), ceil(at.height)), items, dpi, draft.theme.background)
    return render(source, format, engine=draft.engine, timeout=draft.timeout, images=images)


def graph(
    size: Point, items: Iterable[Item], dpi: float = 72.0, ground: str = "#ffffff"
) -> tuple[str, dict[str, bytes]]:
    """The DOT text of a picture, and the images it refers to by file name."""
    every = list(items)
    width, height = size
    operations = _joined(operation for item in every for operation in _operations(item, size))
    pictures = {f"i{i}.png": item for i, item in enumerate(x for x in every if isinstance(x, Image))}
    head = (
        f'  graph [layout="nop2" bb="0,0,{_n(width)},{_n(height)}" pad="0" margin="0" outputorder="edgesfirst" '
        f'bgcolor="{ground}" dpi="{dpi:.6g}" _background={operations}];'
    )
    node = '  node [shape="box" style="invis" label="" fixedsize="true" penwidth="0"];'
    nodes = [f"  all [{_placed((0, 0, width, height), height)}];"]
    nodes += [
        f'  i{i} [style="" shape="none" image="{name}" imagescale="both" '
        f"{_placed((x.x, x.y, x.width, x.height), height)}];"
        for i, (name, x) in enumerate(pictures.items())
    ]
    source = "\n".join(["digraph tracegraph {", head, node, *nodes, "}", ""])
    return source, {name: image.data for name, image in pictures.items()}


def _joined(operations: Iterable[str]) -> str:
    """Operations as quoted strings with a plus between them, since Graphviz reads none that is longer than 16 KB."""
    pieces: list[list[str]] = [[]]
    size = 0
    for operation in operations:
        size += 4 * len(operation)  # no character has more bytes
        if size > LONGEST:
            pieces.append([])
            size = 4 * len(operation)
        pieces[-1].append(operation)
    return " + ".join(f'"{" ".join(piece)} "' for piece in pieces)


def _placed(box: tuple[float, float, float, float], height: float) -> str:
    x, y, w, h = box
    return f'pos="{_n(x + w / 2)},{_n(height - y - h / 2)}" width="{w / 72:.6f}" height="{h / 72:.6f}"'


def _operations(item: Item, size: Point) -> Iterator[str]:
    """What draws an item; xdot counts from the lower left corner."""
    height = size[1]
    if isinstance(item, Text):
        yield from _text(item, height)
    elif isinstance(item, Curve):
        yield from (
            f"c {_string(item.stroke)}",
            _pen(item.width, item.dash),
            _shape("B", _within(item.points, size), height),
        )
    elif isinstance(item, Area):
        yield from _area(item, height)


def _within(points: tuple[Point, ...], size: Point) -> tuple[Point, ...]:
    """A curve whose control points are on the page too, as Graphviz makes the page larger for one that is not.

    Halves of a Bézier curve have control points nearer to it.
    """
    for _ in range(HALVINGS):
        if all(0 <= x <= size[0] and 0 <= y <= size[1] for x, y in points):
            break
        pieces = zip(points[:-1:3], points[1::3], points[2::3], points[3::3], strict=True)
        points = (points[0], *(point for piece in pieces for point in _halves(*piece)))
    return points


def _halves(a: Point, b: Point, c: Point, d: Point) -> tuple[Point, ...]:
    """De Casteljau's construction, without the start."""
    ab, bc, cd = _middle(a, b), _middle(b, c), _middle(c, d)
    abc, bcd = _middle(ab, bc), _middle(bc, cd)
    return ab, abc, _middle(abc, bcd), bcd, cd, d


def _middle(a: Point, b: Point) -> Point:
    return (a[0] + b[0]) / 2, (a[1] + b[1]) / 2


def _area(item: Area, height: float) -> Iterator[str]:
    """What has no stroke gets one of no width, as xdot knows no fill without."""
    yield f"c {_string(item.stroke or item.fill or '#000000')}"
    yield from (f"C {_string(fill)}" for fill in [item.fill] if fill)
    yield _pen(item.width if item.stroke else 0.0)
    kind = "b" if item.radius else "p"
    yield _shape(kind.upper() if bool(item.fill) != bool(item.radius) else kind, _corners(item), height)


def _text(item: Text, height: float) -> Iterator[str]:
    align = {"start": -1, "middle": 0, "end": 1}[item.anchor]
    yield f"c {_string(item.color)}"
    yield f"t {BOLD * item.bold + STRUCK * item.struck}"
    yield f"F {_n(item.size)} {_string('Arial')}"
    yield f"T {_n(item.x)} {_n(height - item.y)} {align} 0 {_string(item.text)}"


def _pen(width: float, dash: str = "solid") -> str:
    return f"S {_string(f'setlinewidth({_n(width)}),{dash}')}"


def _shape(kind: str, points: Iterable[Point], height: float) -> str:
    places = [f"{_n(x)} {_n(height - y)}" for x, y in points]
    return " ".join([kind, str(len(places)), *places])


def _corners(area: Area) -> Sequence[Point]:
    """Of a rectangle with rounded corners, Bézier curves end to end, from the upper left corner on."""
    if not area.radius:
        return area.points
    x, y, w, h = area.box
    r = min(area.radius, w / 2, h / 2)
    k = r * (1 - CIRCLE)
    right, low = x + w, y + h
    return [
        (x + r, y),
        *((x + r, y), (right - r, y), (right - r, y)),
        *((right - k, y), (right, y + k), (right, y + r)),
        *((right, y + r), (right, low - r), (right, low - r)),
        *((right, low - k), (right - k, low), (right - r, low)),
        *((right - r, low), (x + r, low), (x + r, low)),
        *((x + k, low), (x, low - k), (x, low - r)),
        *((x, low - r), (x, y + r), (x, y + r)),
        *((x, y + k), (x + k, y), (x + r, y)),
    ]


def _string(text: str) -> str:
    """A text with the number of its bytes before it; a backslash is counted only after another one.

    One before a quote would hide it from Graphviz's parser, and one at the end the next operation.
    """
    text = text.replace('\\"', f'\\{JOINER}"') + JOINER * text.endswith("\\")
    data = text.encode("utf-8", "replace")
    count = sum(byte != 92 or data[i - 1 : i] == b"\\" for i, byte in enumerate(data))
    return f"{count} -{text}".replace('"', '\\"')


def _n(value: float) -> str:
    return f"{value + 0.0:.2f}".rstrip("0").rstrip(".")
