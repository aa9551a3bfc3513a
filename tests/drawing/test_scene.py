"""The scene is what Graphviz draws from the DOT text: the same things at the same places, each in its part."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from math import nan
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import random_program
from stories import QUICK, story

import tracegraph as tg
from tracegraph.errors import LayoutError
from tracegraph.formats.dot import source
from tracegraph.graphviz import run
from tracegraph.layout import cards, cells, dot_layout
from tracegraph.layout.laying import LAYOUTS
from tracegraph.layout.measured import measured
from tracegraph.layout.pieces import compose
from tracegraph.layout.scene import RING, Area, Curve, Image, Item, Part, Piece, Scene, Text
from tracegraph.picture.parts import Box, Picture
from tracegraph.picture.theme import THEMES, Theme
from tracegraph.picture.words import DIRECTIONS
from tracegraph.text.metrics import laid_width, table, text_width

SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
SPACES = dict.fromkeys((32, 160))
NUMBER = re.compile(r"-?[\d.]+(?:e-?\d+)?")
NEAR = {"text": 0.85, "image": 0.02, "curve": 0.02, "area": 0.02}
"""Points by which coordinates may differ: Graphviz puts a baseline by the metrics of the font, the scene by a rule."""
Look = tuple[Any, ...]
"""A drawn thing in plain words: kind, what it is, its coordinates."""


def scene(drawing: tg.Drawing) -> Scene:
    return dot_scene(drawing.picture, drawing.theme)


def dot_scene(picture: Picture, theme: Theme, **options: Any) -> Scene:
    """The scene with the places that Graphviz's `dot` finds."""
    picture = flowing(picture)
    sizes = measured(picture, theme)
    return compose(picture, theme, sizes, dot_layout.places(picture, theme, sizes, **options))


def flowing(picture: Picture) -> Picture:
    """A picture for `dot`, which does not choose a direction."""
    return replace(picture, direction=picture.direction or "LR")


# --- what Graphviz draws from the DOT text ----------------------------------------------------------------------------


def drawn(drawing: tg.Drawing) -> tuple[list[float], dict[str, list[Look]]]:
    """The size of the SVG; what is in the group of each card, arrow and cluster, and in the header."""
    dot, images = source(flowing(drawing.picture), drawing.theme)
    root = ET.fromstring(run.render(dot, "svg", images=images))
    graph = root.find(f"{SVG}g")
    assert graph is not None
    dx, dy = (float(n) for n in re.findall(r"translate\(([-\d.]+) ([-\d.]+)\)", graph.attrib["transform"])[0])
    found = {"header": [*_looks(loose(graph), dx, dy, images)]}
    clusters = 0
    for group in graph.iter(f"{SVG}g"):
        kind, number = group.get("class"), int("".join(re.findall(r"\d+$", group.get("id", ""))) or 0)
        if kind == "cluster":
            found[f"c{clusters}"] = [*_looks(group, dx, dy, images)]
            clusters += 1
        elif kind in ("node", "edge"):
            key = drawing.picture.boxes[number - 1].key if kind == "node" else f"a{number - 1}"
            found[key] = [*_looks(group, dx, dy, images)]
    return [float(n) for n in root.attrib["viewBox"].split()[2:]], found


def loose(graph: ET.Element) -> ET.Element:
    """What is in no group but the whole, without the background."""
    every = ET.Element("g")
    inner = [e for e in graph if e.get("class") is None and e.tag != f"{SVG}title"]
    assert inner[0].tag == f"{SVG}polygon" and inner[0].get("stroke") in ("none", "transparent")
    every.extend(inner[1:])
    return every


def _looks(group: ET.Element, dx: float, dy: float, images: dict[str, bytes]) -> Iterator[Look]:
    for e in group.iter():
        get, tag = e.attrib.get, e.tag.removeprefix(SVG)
        fill, stroke = _colour(get("fill")), _colour(get("stroke"))
        width = round(float(get("stroke-width", "1")), 2) if stroke else 0
        if tag == "text":
            style = get("font-weight") == "bold", get("text-decoration") == "line-through"
            yield (
                said(e.text or "", float(get("font-size", "0")), get("fill", "black"), *style),
                (float(get("x", "0")) + dx, float(get("y", "0")) + dy),
            )
        elif tag == "image":
            x, y, w, h = (float(get(k, "0").removesuffix("px")) for k in ("x", "y", "width", "height"))
            yield ("image", images[get(f"{XLINK}href", "")]), (x + dx, y + dy, w, h)
        elif tag in ("polygon", "path", "polyline") and (fill or stroke):
            numbers = [float(n) for n in NUMBER.findall(get("points") or get("d", ""))]
            points = [(x + dx, y + dy) for x, y in zip(numbers[::2], numbers[1::2])]
            if tag == "path" and points[0] != points[-1]:
                yield ("curve", stroke, width, get("stroke-dasharray", "")), tuple(n for p in points for n in p)
            else:
                yield ("area", fill, stroke, width), _bounds(points)
        elif tag == "ellipse":
            x, y, rx, ry = (float(get(k, "0")) for k in ("cx", "cy", "rx", "ry"))
            corners = [(x + dx - rx, y + dy - ry), (x + dx + rx, y + dy + ry)]
            yield ("area", fill, stroke, width), _bounds(corners)


def said(text: str, size: float, color: str, bold: bool, struck: bool) -> Look:
    """Graphviz draws HTML-like labels in whole points, and writes some spaces as no-break spaces."""
    return ("text", text.replace("\xa0", " "), int(size), _colour(color), bold, struck)


def _colour(name: str | None) -> str | None:
    return {None: None, "none": None, "transparent": None, "white": "#ffffff", "black": "#000000"}.get(name, name)


def _bounds(points: list[tuple[float, float]]) -> tuple[float, ...]:
    xs, ys = zip(*points)
    return min(xs), min(ys), max(xs), max(ys)


# --- the same words for the items of a scene --------------------------------------------------------------------------


def look(item: Item, kind: str = "card") -> Look:
    if isinstance(item, Text):
        left = item.x - laid_width(item.text, int(item.size), item.bold) * ANCHORS[item.anchor]
        if kind in ("header", "cluster") and item.size % 1:  # centred in Graphviz, and smaller by a part of a point
            left = nan
        return said(item.text, item.size, item.color, item.bold, item.struck), (left, item.y)
    if isinstance(item, Image):
        return ("image", item.data), (item.x, item.y, item.width, item.height)
    if isinstance(item, Curve):
        dash = {"solid": "", "dashed": "5,2", "dotted": "1,5"}[item.dash]
        return ("curve", item.stroke, round(item.width, 2), dash), tuple(n for p in item.points for n in p)
    return ("area", item.fill, item.stroke, round(item.width, 2) if item.stroke else 0), _bounds([*item.points])


ANCHORS = {"start": 0.0, "middle": 0.5, "end": 1.0}


def final(piece: Piece) -> list[Part]:
    gone = {"focus", "line"} if piece.part("contribution") else {"focus"}
    return [part for part in piece.parts if part.name not in gone]


def close(a: Look, b: Look) -> bool:
    """Whether two things are the same, at the same place; how wide letters of other scripts are is not known."""
    (what, here), (other, there) = a, b
    free = what[0] == "text" and any(c not in table(what[4]) for c in what[1])
    apart = [abs(x - y) for x, y in zip(here, there)][free:]
    return bool(what == other and len(here) == len(there) and not any(n > NEAR[what[0]] for n in apart))


def differences(drawing: tg.Drawing, laid: Scene) -> list[str]:
    """What is in one of the two only."""
    size, theirs = drawn(drawing)
    ours: dict[str, list[Look]] = {"header": []}
    ours |= {p.key: [look(i, p.kind) for part in final(p) for i in part.items] for p in laid.pieces}
    found = [] if ours.keys() == theirs.keys() else [f"pieces {sorted({*ours} ^ {*theirs})}"]
    found += [] if [laid.width, laid.height] == size else [f"{laid.width}×{laid.height} for {size}"]
    for key in ours.keys() & theirs.keys():
        more = ours[key]
        for one in theirs[key]:
            twin = next((other for other in more if close(one, other)), None)
            more.remove(twin) if twin else found.append(f"{key}: {one} is lost")
        found += [f"{key}: {one} is new" for one in more]
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_a_scene_is_what_graphviz_draws_from_the_dot_text(name: str) -> None:
    drawing = story(name)
    laid = scene(drawing)
    assert differences(drawing, laid) == []
    assert len({p.key for p in laid.pieces}) == len(laid.pieces)
    order = [p.kind for p in laid.pieces]
    assert order == sorted(order, key=["header", "cluster", "arrow", "card"].index)


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_pieces_are_those_of_the_picture(name: str) -> None:
    drawing = story(name)
    picture, laid = drawing.picture, scene(drawing)
    assert {p.key: p.label for p in laid.of("card")} == {b.key: b.label for b in picture.boxes}
    arrows = [(a.source, a.target, a.label) for a in picture.arrows]
    assert [(p.source, p.target, p.label) for p in laid.of("arrow")] == arrows
    assert len(laid.of("cluster")) == sum(1 for c in picture.clusters for _ in within(c))
    assert bool(laid.of("header")) == bool(picture.header or picture.note or picture.legend or picture.key)


def within(cluster: Any) -> Iterator[Any]:
    yield cluster
    for inner in cluster.inner:
        yield from within(inner)


# --- the parts -------------------------------------------------------------------------------------------------------


def words(part: Part | None) -> str:
    """What a part says, without the spaces at which lines are broken."""
    return "".join(i.text for i in (part.items if part else ()) if isinstance(i, Text)).translate(SPACES)


def misplaced(drawing: tg.Drawing, laid: Scene) -> list[str]:
    """Cards and rows whose parts are not what their boxes say, and arrows without a caption that they have."""
    found, pieces = [], {p.key: p for p in laid.pieces}
    for card in drawing.picture.boxes:
        piece = pieces[card.key]
        due = contents(card) | {f"{row.key}_{name}": text for row in card.rows for name, text in contents(row).items()}
        for name, text in due.items():
            if sorted(words(piece.part(name))) != sorted(text.translate(SPACES)) and "…" not in words(piece.part(name)):
                found.append(f"{card.key} {name}: {words(piece.part(name))!r} for {text!r}")
        for row in card.rows:
            if not words(piece.part(row.key)).startswith(row.title.translate(SPACES)) and "…" not in row.title:
                found.append(f"{card.key}: the row {row.key} without its name {row.title!r}")
        names = {*due, "card", "focus", *(row.key for row in card.rows)}
        found += [f"{card.key}: part {p.name}" for p in piece.parts if p.name not in names]
        images = illustrated(card).union(*({f"{row.key}_{name}" for name in illustrated(row)} for row in card.rows))
        for part in piece.parts:
            if any(isinstance(i, Image) for i in part.items) != (part.name in images):
                found.append(f"{card.key}: an image in {part.name}")
    return found + uncaptioned(drawing, laid)


def contents(box: Box) -> dict[str, str]:
    """What each part of a card, or of a row, has to say."""
    due: dict[str, str] = dict.fromkeys(("value", "gradient"), "")
    for name, panel in zip(due, box.panels):
        cells = "".join(cell for g in panel.grids for cell in rows(g.cells))
        notes = "".join(x.text for x in (*panel.lines, *panel.spread))
        due[name] = f"{panel.heading} = {panel.number}" if panel.number else f"{panel.mark}{cells}{notes}"
    due["value"] = "".join(x.text for x in box.lines if x.style == "numbers") + due["value"]
    due["tags"] = "".join(t.text for t in box.tags)
    due["marks"] = "".join(f"{x.text}{x.struck}{x.after}" for x in box.marks)
    return due


def illustrated(box: Box) -> set[str]:
    """The parts that have a heat map, or a small curve."""
    return {name for name, p in zip(("value", "gradient"), box.panels) if p.heat or p.spark}


def uncaptioned(drawing: tg.Drawing, laid: Scene) -> list[str]:
    """Arrows that do not say what flows along their edges, and edges in no arrow though both ends are cards."""
    found, edges = [], drawing.graph.edges
    inside = {row.key for card in drawing.picture.boxes for row in card.rows}
    drawn = sorted(place for arrow in drawing.picture.arrows for place in arrow.edges)
    if drawn != [i for i, e in enumerate(edges) if not {f"n{e.source}", f"n{e.target}"} & inside]:
        found.append(f"arrows for {drawn} of {len(edges)} edges")
    for arrow, piece in zip(drawing.picture.arrows, laid.of("arrow"), strict=True):
        flows = any(edges[place].contribution is not None for place in arrow.edges)
        names = ["line", "contribution"] if flows else ["line"]
        caption = "".join(x.text for x in arrow.lines).translate(SPACES)
        said = words(piece.part(names[-1]))
        if [p.name for p in piece.parts] != names or said != caption and "…" not in said:
            found.append(f"{piece.key}: {said!r} for {caption!r}")
    return found


def rows(cells: tuple[tuple[str, ...], ...]) -> Iterator[str]:
    return (cell for row in cells for cell in row)


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_what_is_shown_by_itself_is_in_its_part(name: str) -> None:
    drawing = story(name)
    assert misplaced(drawing, scene(drawing)) == []


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_the_ring_is_around_the_card_and_the_plain_line_where_the_arrow_is(name: str) -> None:
    laid = scene(story(name))
    theme = laid.theme
    for piece in laid.of("card"):
        (ring,) = piece.part("focus").items  # type: ignore[union-attr]
        assert isinstance(ring, Area) and ring.box == piece.box and ring.fill is None
        assert (ring.stroke, ring.width) == (theme.focus, RING * theme.scale)
    for piece in laid.of("arrow"):
        if coloured := piece.part("contribution"):
            plain = piece.parts[0]
            shapes = [i for i in coloured.items if not isinstance(i, Text)]
            assert [i.points for i in shapes] == [i.points for i in plain.items]  # type: ignore[union-attr]
            assert {i.stroke for i in plain.items} == {theme.neutral}  # type: ignore[union-attr]


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**20), st.sampled_from([*THEMES]), st.sampled_from(DIRECTIONS), st.booleans())
def test_random_graphs_are_placed_as_graphviz_draws_them(seed: int, theme: str, direction: str, scalars: bool) -> None:
    drawing = tg.draw(random_program(seed, scalars), theme=theme, direction=direction, detail="full")
    laid = scene(drawing)
    assert differences(drawing, laid) == [] and misplaced(drawing, laid) == []


# --- laws -------------------------------------------------------------------------------------------------------------


def outside(laid: Scene) -> list[str]:
    """Texts that leave the card, the cluster or the drawing that they are in."""
    whole, found = (0.0, 0.0, laid.width, laid.height), []
    for piece in laid.pieces:
        box = piece.box if piece.kind in ("card", "cluster") else whole
        for text in (i for part in piece.parts for i in part.items if isinstance(i, Text)):
            wide = text_width(text.text, text.size, text.bold)
            left = text.x - wide * ANCHORS[text.anchor]
            within = box[0] <= left and left + wide <= box[0] + box[2]
            if not within or not box[1] <= text.y - 0.75 * text.size <= text.y + 0.25 * text.size <= box[1] + box[3]:
                found.append(f"{piece.key}: {text}")
    return found


@pytest.mark.parametrize("name", QUICK)
def test_no_text_leaves_its_box(name: str) -> None:
    assert outside(scene(story(name))) == []


def test_graphviz_runs_once_with_this_engine_and_timeout(monkeypatch: pytest.MonkeyPatch) -> None:
    runs = []

    def counted(dot: str, format: str, **options: Any) -> bytes:
        runs.append(options)
        return run.render(dot, format)

    monkeypatch.setattr(dot_layout, "render", counted)
    picture = story("layers").picture
    dot_scene(picture, THEMES["light"], engine="system", timeout=7.0)
    assert runs == [{"engine": "system", "timeout": 7.0}]


@pytest.mark.parametrize(("what", "said"), [("objects", "placed {} cards"), ("edges", "and {} arrows")])
def test_what_graphviz_does_not_place_is_told(what: str, said: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def less(dot: str, format: str, **options: Any) -> bytes:
        laid = json.loads(run.render(dot, format))
        laid[what].pop()
        return json.dumps(laid).encode()

    monkeypatch.setattr(dot_layout, "render", less)
    picture = story("layers").picture
    said = said.format(len(picture.boxes if what == "objects" else picture.arrows) - 1)
    with pytest.raises(LayoutError, match=said):
        dot_scene(picture, THEMES["light"])


@pytest.mark.slow
@pytest.mark.parametrize("layout", LAYOUTS)
def test_two_processes_place_alike(layout: str) -> None:
    program = (
        "import tracegraph as tg\n"
        "with tg.scope('s'): y = tg.tensor([1.0, 2.0], 'x') * tg.parameter(3.0, 'w')\n"
        f"d = tg.draw((y * y).sum(), detail='full', layout='{layout}'); print(d.sheet.scene)"
    )
    outputs = {
        subprocess.run([sys.executable, "-c", program], env={**os.environ, "PYTHONHASHSEED": seed}, **PIPES).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1 and outputs.pop().startswith("Scene(")


PIPES: dict[str, Any] = {"capture_output": True, "text": True, "check": True}


def test_both_engines_place_alike() -> None:
    if shutil.which("dot") is None:
        pytest.skip("no `dot` on the PATH")
    drawing = story("layers")
    placed = [dot_scene(drawing.picture, drawing.theme, engine=engine) for engine in run.ENGINES]
    assert [[p.key for p in laid.pieces] for laid in placed] == [[p.key for p in scene(drawing).pieces]] * len(placed)


# --- that the tests can fail ------------------------------------------------------------------------------------------


def _each(kind: type, change: Callable[[Any], Any]) -> Callable[[Scene], Scene]:
    """Change all items of one kind; None takes them away."""

    def changed(part: Part) -> Part:
        items = [change(i) if isinstance(i, kind) else i for i in part.items]
        return replace(part, items=tuple(i for i in items if i is not None))

    def plant(laid: Scene) -> Scene:
        return replace(laid, pieces=tuple(replace(p, parts=tuple(map(changed, p.parts))) for p in laid.pieces))

    return plant


def _pieces(change: Callable[[tuple[Piece, ...]], Any]) -> Callable[[Scene], Scene]:
    return lambda laid: replace(laid, pieces=tuple(change(laid.pieces)))


def _twice(pieces: tuple[Piece, ...]) -> Iterator[Piece]:
    return (replace(p, parts=(*p.parts, p.parts[0])) for p in pieces)


def _swapped(pieces: tuple[Piece, ...]) -> Iterator[Piece]:
    """What one arrow shows is given to another."""
    first, second, *_ = (i for i, p in enumerate(pieces) if p.kind == "arrow")
    parts = {first: pieces[second].parts, second: pieces[first].parts}
    return (replace(p, parts=parts.get(i, p.parts)) for i, p in enumerate(pieces))


PLANTED: dict[str, Callable[[Scene], Scene]] = {
    "a text is moved": _each(Text, lambda t: replace(t, x=t.x + 1)),
    "a text is too low": _each(Text, lambda t: replace(t, y=t.y + 1)),
    "a text is recoloured": _each(Text, lambda t: replace(t, color="#010203")),
    "a text is larger": _each(Text, lambda t: replace(t, size=t.size + 1)),
    "a text has another anchor": _each(Text, lambda t: replace(t, anchor="start" if t.anchor == "end" else "end")),
    "shapes are lost": _each(Area, lambda a: None if a.fill is None else a),
    "lines are thin": _each(Curve, lambda c: replace(c, width=0.5)),
    "lines are dashed": _each(Curve, lambda c: replace(c, dash="dashed")),
    "images are lost": _each(Image, lambda i: None),
    "a part is drawn twice": _pieces(_twice),
    "a card is lost": _pieces(lambda pieces: pieces[:-1]),
    "arrows are numbered otherwise": _pieces(_swapped),
    "nothing is moved": lambda laid: laid,
}
BUILT: dict[str, tuple[Any, str, Any]] = {
    "value and gradient are swapped": (cards, "PARTS", ("gradient", "value")),
    "nothing has a part": (cards, "named", lambda part, rows: rows),
    "text is high": (cells, "BASELINE", 0.2),
    "corners are wide": (dot_layout, "SIZED", dot_layout.SIZED.replace("{0.width}", "400")),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault: str) -> None:
    drawing = tg.draw(story("heat, full").graph, detail="full")
    laid = PLANTED[fault](scene(drawing))
    assert bool(differences(drawing, laid)) == (fault != "nothing is moved")


@pytest.mark.parametrize("fault", BUILT)
def test_a_fault_of_the_layout_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    drawing = tg.draw(story("run").graph, detail="full")
    assert not differences(drawing, scene(drawing)) and not misplaced(drawing, scene(drawing))
    monkeypatch.setattr(*BUILT[fault])
    laid = scene(drawing)
    assert differences(drawing, laid) or misplaced(drawing, laid)


def test_a_text_that_leaves_its_box_is_found() -> None:
    laid = scene(story("layers"))
    assert not outside(laid) and outside(_each(Text, lambda t: replace(t, x=t.x + 60))(laid))
