"""Reads every format back, without the code that wrote it: which cards and which arrows are in it.

A reader is ``read(data, laid)``, where ``laid`` says where everything is due: the cards and the arrows that were found,
each in the words of its format. ``due`` says the same of a drawing. A new renderer or writer needs an entry here.
"""

from __future__ import annotations

import io
import json
import re
import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from typing import Any, NamedTuple

import numpy as np
import pptx_reader
from svg_lint import SVG

import tracegraph as tg
from tracegraph.layout.page import place
from tracegraph.layout.scene import Area, Curve, Point, Scene
from tracegraph.text.names import pretty
from tracegraph.text.numbers import clean

Found = tuple[Counter[Any], Counter[Any]]
Read = Callable[[bytes, Scene], Found]
Due = Callable[[tg.Drawing, Scene], Found]


class Reader(NamedTuple):
    """How a format is read, and what should come out."""

    read: Read
    due: Due


def found(cards: Iterable[Any], arrows: Iterable[Any]) -> Found:
    return Counter(cards), Counter(arrows)


# --- what is due -----------------------------------------------------------------------------------------------------


def keys(drawing: tg.Drawing, laid: Scene) -> Found:
    """Cards by their keys, arrows by number."""
    return found((b.key for b in drawing.picture.boxes), (f"a{i}" for i in range(len(drawing.picture.arrows))))


def ends(drawing: tg.Drawing, laid: Scene) -> Found:
    """Cards by their keys, arrows by those of their ends."""
    return found((b.key for b in drawing.picture.boxes), ((a.source, a.target) for a in drawing.picture.arrows))


def labels(drawing: tg.Drawing, laid: Scene) -> Found:
    """What is said aloud."""
    return found((b.label for b in drawing.picture.boxes), (a.label for a in drawing.picture.arrows))


def names(drawing: tg.Drawing, laid: Scene) -> Found:
    """Names as the program has them, with what UTF-8 cannot hold replaced."""
    graph, held = drawing.graph, {n.key: n.name.encode("utf-8", "replace").decode() for n in drawing.graph}
    return found(held.values(), ((held[e.source], held[e.target], e.slot) for e in graph.edges))


def table(drawing: tg.Drawing, laid: Scene) -> Found:
    """A row for each card; arrows are not asked for, as a table has none but the names in its formulas."""
    return found((_squeezed(pretty(n.name)) for n in drawing.graph), ())


def places(drawing: tg.Drawing, laid: Scene) -> Found:
    """Cards and arrows by their places in the layout."""
    return found((p.key for p in laid.of("card")), (p.key for p in laid.of("arrow")))


# --- SVG and what holds it -------------------------------------------------------------------------------------------


def svg(data: bytes, laid: Scene) -> Found:
    """The labels of groups of Graphviz in which something is drawn."""
    groups = [g for g in ET.fromstring(data).iter(f"{SVG}g") if g.get("role") == "graphics-symbol" and _drawn(g)]
    return found(*([g.get("aria-label") for g in groups if g.get("class") == kind] for kind in ("node", "edge")))


def layered(data: bytes, laid: Scene) -> Found:
    """Keys in the ids of groups in which something is drawn."""
    every = [
        m[1]
        for g in ET.fromstring(data).iter(f"{SVG}g")
        if (m := re.fullmatch(r"tg[0-9a-f]{8}_([an]\d+)", g.get("id", ""))) and _drawn(g)
    ]
    return found((k for k in every if k[0] == "n"), (k for k in every if k[0] == "a"))


def page(data: bytes, laid: Scene) -> Found:
    """The one picture on a page."""
    (picture,) = re.findall(rb"<svg .*?</svg>", data, re.DOTALL)
    return layered(picture, laid)


def _drawn(group: ET.Element) -> bool:
    return any(e.tag in (f"{SVG}path", f"{SVG}polygon", f"{SVG}rect") for e in group.iter())


# --- words -----------------------------------------------------------------------------------------------------------


def dot(data: bytes, laid: Scene) -> Found:
    """Statements of nodes and edges, as pydot reads them; nothing that is invisible."""
    import pydot

    (graph,) = pydot.graph_from_dot_data(data.decode())
    every = [n for g in _graphs(graph) for n in g.get_nodes() if n.get_name() != "graph"]
    nodes = [n.get_name() for n in every if n.get_label() and not _hidden(n)]
    edges = [e for g in _graphs(graph) for e in g.get_edges() if not _hidden(e)]
    return found(nodes, ((e.get_source(), e.get_destination()) for e in edges))


def _hidden(part: Any) -> bool:
    return "invis" in str(part.get_style())


def _graphs(graph: Any) -> Iterator[Any]:
    yield graph
    for inner in graph.get_subgraphs():
        yield from _graphs(inner)


def listed(data: bytes, laid: Scene) -> Found:
    """The names in JSON."""
    told = json.loads(data)
    return found((n["name"] for n in told["nodes"]), ((e["source"], e["target"], e["slot"]) for e in told["edges"]))


def rows(data: bytes, laid: Scene) -> Found:
    """The first column of the table, below its line of headings."""
    lines = data.decode().split("\n")
    start = next(i for i, x in enumerate(lines) if x.startswith("name "))
    return found((_squeezed(re.split(" {2,}", x)[0]) for x in lines[start + 2 :] if x.strip()), ())


def _squeezed(name: str) -> str:
    """The start of a name, as wide ones are cut and combining characters take no place."""
    return "".join(c for c in clean(name) if c.isalnum() and c.isascii())[:4]


def mermaid(data: bytes, laid: Scene) -> Found:
    text = data.decode()
    arrows = re.findall(r"^ +(n\d+) (?:-->|-\.->)(?:\|\"[^\"]*\"\|)? (n\d+)$", text, re.MULTILINE)
    return found(re.findall(r"^ +(n\d+)\[\"", text, re.MULTILINE), arrows)


# --- shapes at their places ------------------------------------------------------------------------------------------


def native(drawing: tg.Drawing, laid: Scene) -> Found:
    """Cards by their places, arrows by what is said aloud."""
    return places(drawing, laid)[0], labels(drawing, laid)[1]


def pptx(data: bytes, laid: Scene) -> Found:
    """What is visible on the last slide after the last click: filled shapes where cards are due, and connectors."""
    slide = pptx_reader.opened(data).slides[-1]
    visible = pptx_reader.states(slide)[-1]
    pptx_reader.chains(slide)  # which says where a connector is not glued
    there = [s for s in slide.shapes if s.shape_id in visible]
    filled = [s for s in pptx_reader.shapes(there) if s._element.xpath("./p:spPr/a:solidFill")]
    (scale, x, y), point = place(laid), pptx_reader.POINT
    corners = ((s.left, s.top, s.left + s.width, s.top + s.height) for s in filled)
    boxes = [tuple((v / point - d) / scale for v, d in zip(box, (x, y, x, y))) for box in corners]
    lines = [s for s in there if s._element.findall(f".//{pptx_reader.A}tailEnd")]
    return _placed(boxes, [], laid)[0], Counter(map(_alt, lines))


def _alt(shape: Any) -> str:
    return str(shape._element.xpath(".//p:cNvPr")[0].get("descr", ""))


def tikz(data: bytes, laid: Scene) -> Found:
    """Filled areas where cards are due, and curves from and to where arrows are."""
    text = data.decode("ascii")
    number = r"\((-?[\d.]+),(-?[\d.]+)\)"
    boxes = re.findall(rf"\\path\[fill=tg\w+,[^\]]*\] {number} rectangle {number};", text)
    curves = re.findall(rf"\\draw\[[^\]]*\] {number} \.\. .*{number};", text)
    return _placed([tuple(map(float, b)) for b in boxes], [tuple(map(float, c)) for c in curves], laid)


OPERATOR = re.compile(rb"\((?:\\.|[^()\\])*\)|<[0-9a-fA-F]*>|-?\d*\.?\d+|[A-Za-z*]+")


def strokes(stream: bytes, laid: Scene) -> Found:
    """Filled areas and stroked curves of a page that cairo has written, moved to where the scene has them."""
    filled, drawn, path, numbers = [], [], [], []
    for token in OPERATOR.findall(stream):
        if token[:1] in b"(<":
            continue
        if token[:1].isdigit() or token[:1] in b"-.":
            numbers.append(float(token))
            continue
        if token in (b"m", b"l", b"c"):
            path = [] if token == b"m" else path
            path += zip(numbers[::2], numbers[1::2])
        elif token in (b"f", b"S", b"B") and path:
            xs, ys = zip(*path)
            (drawn if token == b"S" else filled).append(path)
            path = path if token == b"f" else []
        numbers = []
    boxes = [(min(x for x, _ in p), min(y for _, y in p), max(x for x, _ in p), max(y for _, y in p)) for p in filled]
    curves = [(*p[0], *p[-1]) for p in drawn]
    return max((_placed(boxes, curves, laid, by) for by in _shifts(boxes, laid)), key=lambda f: sum(map(len, f)))


def _shifts(boxes: list[Any], laid: Scene) -> set[Point]:
    """By how much the page may be shifted: a filled area of about the size of the first card is where that is."""
    left, top, width, height = laid.of("card")[0].box
    like = (b for b in boxes if abs(b[2] - b[0] - width) < 4 and abs(b[3] - b[1] - height) < 4)
    middles = (((a + c - width) / 2 - left, (b + d - height) / 2 - top) for a, b, c, d in like)
    return {(0.0, 0.0), *((round(dx, 1), round(dy, 1)) for dx, dy in middles)}


def _placed(boxes: list[Any], curves: list[Any], laid: Scene, by: Point = (0.0, 0.0)) -> Found:
    """The cards and arrows of a scene that are among these boxes (left, top, right, bottom) and curves (two ends)."""
    areas, lines, (dx, dy) = Counter(map(_grid, boxes)), Counter(map(_grid, curves)), by
    cards = [p.key for p in laid.of("card") if _take(areas, _box(p.box, dx, dy), 2.01)]  # a ring is as much wider
    paths = [(p.key, next(i for i in p.parts[-1].items if isinstance(i, Curve)).points) for p in laid.of("arrow")]
    arrows = [k for k, p in paths if _take(lines, (p[0][0] + dx, p[0][1] + dy, p[-1][0] + dx, p[-1][1] + dy))]
    return found(cards, arrows)


def _box(box: tuple[float, float, float, float], dx: float, dy: float) -> tuple[float, float, float, float]:
    left, top, width, height = box
    return left + dx, top + dy, left + width + dx, top + height + dy


def _grid(numbers: Iterable[float]) -> tuple[int, ...]:
    return tuple(round(n) for n in numbers)


def _take(there: Counter[tuple[int, ...]], place: tuple[float, ...], off: float = 1.01) -> bool:
    """Whether one of these is at a place, to about a point; it is taken away, or two there would count double."""
    twin = next((t for t, n in there.items() if n and all(abs(a - b) <= off for a, b in zip(t, place))), None)
    if twin is not None:
        there[twin] -= 1
    return twin is not None


def pdf(data: bytes, laid: Scene) -> Found:
    """The last page."""
    import pypdf

    contents = pypdf.PdfReader(io.BytesIO(data)).pages[-1].get_contents()
    assert contents is not None
    return strokes(contents.get_data(), laid)


def eps(data: bytes, laid: Scene) -> Found:
    return strokes(data.partition(b"%%EndPageSetup")[2], laid)


# --- pixels ----------------------------------------------------------------------------------------------------------


def bitmap(data: bytes, laid: Scene) -> Found:
    """Pixels in the colour of the head where cards are due, and of the line where arrows are; of the last picture."""
    from PIL import Image

    image: Any = Image.open(io.BytesIO(data))
    image.seek(getattr(image, "n_frames", 1) - 1)
    pixels = np.asarray(image.convert("RGB"), int)
    dpi = 96.0 if image.format == "PNG" else min(96.0, 72 * 1280 / max(laid.width, laid.height))
    spare = max(pixels.shape[1] * 72 / dpi - laid.width, 0), max(pixels.shape[0] * 72 / dpi - laid.height, 0)
    views = (_View(pixels, dpi / 72, spare[0] / 2, dy) for dy in (0.0, spare[1]))
    return max((view.found(laid) for view in views), key=lambda f: sum(map(len, f)))


class _View(NamedTuple):
    pixels: Any
    scale: float
    dx: float
    dy: float

    def found(self, laid: Scene) -> Found:
        cards = (p.key for p in laid.of("card") if self.card(p.parts[0].items[0], p.box))
        curves = ((p.key, next(i for i in p.parts[-1].items if isinstance(i, Curve))) for p in laid.of("arrow"))
        return found(cards, (key for key, curve in curves if self.arrow(curve, laid.theme.background)))

    def card(self, head: Any, box: tuple[float, float, float, float]) -> bool:
        """In the middle, just under the upper edge."""
        assert isinstance(head, Area) and head.fill
        around = self.around((box[0] + box[2] / 2, box[1] + 2.5 + 1.0))
        return bool(len(around)) and int(np.abs(around - _rgb(head.fill)).sum(axis=1).min()) <= 40

    def arrow(self, curve: Curve, background: str) -> bool:
        """In the inner half of it, here and there, as dashed lines have gaps; a thin line is mixed with the ground."""
        points = [_bezier(curve.points, t) for t in np.linspace(0.25, 0.75, 21)]
        away, least = _rgb(curve.stroke) - _rgb(background), 0.4 * min(1.0, curve.width * self.scale)
        shares = [((self.around(p) - _rgb(background)) @ away / (away @ away)).max(initial=0.0) for p in points]
        return sum(share > least for share in shares) >= 5

    def around(self, point: Point) -> Any:
        """The pixels here, and next to here."""
        x, y = (round((p + d) * self.scale) for p, d in zip(point, (self.dx, self.dy)))
        return self.pixels[max(y - 1, 0) : y + 2, max(x - 1, 0) : x + 2].reshape(-1, 3)


def _rgb(color: str) -> Any:
    return np.array([int(color[i : i + 2], 16) for i in (1, 3, 5)])


def _bezier(points: tuple[Point, ...], t: float) -> Point:
    """A point of curves end to end, at a share of their number."""
    count = (len(points) - 1) // 3
    i = min(int(t * count), count - 1)
    u = t * count - i
    a, b, c, d = (np.array(p) for p in points[3 * i : 3 * i + 4])
    at = (1 - u) ** 3 * a + 3 * u * (1 - u) ** 2 * b + 3 * u * u * (1 - u) * c + u**3 * d
    return float(at[0]), float(at[1])


READERS: dict[str, dict[str, Reader]] = {
    "render": {
        "svg": Reader(svg, labels),
        "png": Reader(bitmap, places),
        "pdf": Reader(pdf, places),
        "eps": Reader(eps, places),
        "dot": Reader(dot, ends),
        "json": Reader(listed, names),
        "txt": Reader(rows, table),
        "pptx": Reader(pptx, native),
        "tex": Reader(tikz, places),
        "mmd": Reader(mermaid, ends),
    },
    "slides": {
        "svg": Reader(layered, keys),
        "pdf": Reader(pdf, places),
        "pptx": Reader(pptx, native),
        "tex": Reader(tikz, places),
        "mmd": Reader(mermaid, ends),
        "html": Reader(page, keys),
        "gif": Reader(bitmap, places),
        "frame": Reader(tikz, places),
        "fragments": Reader(layered, keys),
    },
}
"""Of the renderers of a drawing, and of the writers of slides."""
