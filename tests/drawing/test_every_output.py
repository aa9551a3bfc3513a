"""Every card and every arrow of the picture is in every output: all renderers, all writers of slides, all examples."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from readers import READERS, Reader
from stories import STORIES, story

import tracegraph as tg
from tracegraph.formats import FORMATS, stepped, stills

pytest.importorskip("pypdf"), pytest.importorskip("PIL"), pytest.importorskip("pptx")
LARGE = 15  # cards over which a drawing is an outline here, or it takes seconds
KINDS = {"render": stills, "slides": stepped}
pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning:pydot")  # its own use of pyparsing
MANY = [n for n in STORIES if n.startswith("example")] + [
    "tale names",
    "tale scopes",
    "tale bad heat",
    "tale one node",
    "run",
    "layers, closed",
    "marked",
    "flow of paths",
    *(f"name {n}" for n in ("markup", "surrogate", "control", "hebrew", "emoji", "long", "empty", "dot", "backslash")),
]


def formats() -> Iterator[tuple[str, str]]:
    return ((kind, to) for kind, names in KINDS.items() for to in names())


def output(drawing: tg.Drawing, kind: str, to: str) -> bytes:
    """A file of a drawing; of slides as they are stepped through, where there are steps."""
    if kind == "render":
        return drawing.render(to)
    stepped = any(n.formula for n in drawing.graph)
    frames = tg.frames(drawing, steps="network,forward,backward,update" if stepped else "", by="step")
    return tg.Deck("", (frames,)).render(to)


def missing(drawing: tg.Drawing, kind: str, to: str, laid: Any = None) -> list[str]:
    """The cards and arrows that are due and not found, or found and not due."""
    reader: Reader = READERS[kind][to]
    laid = laid or drawing.sheet.scene
    due = reader.due(drawing, laid)
    found = reader.read(output(drawing, kind, to), laid)
    both = zip(("card", "arrow"), due, found, strict=True)
    return [f"{kind} {to}: {what} {x!r}" for what, a, b in both for x in [*(a - b), *(b - a)]]


def test_every_format_has_a_reader() -> None:
    assert {kind: [*readers] for kind, readers in READERS.items()} == {k: [*names()] for k, names in KINDS.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", MANY)
def test_every_card_and_arrow_is_in_every_output(name: str) -> None:
    drawing = story(name)
    if len(drawing.picture.boxes) > LARGE:
        drawing = tg.draw(drawing.graph, detail="outline")
    laid = drawing.sheet.scene
    assert [m for kind, to in formats() for m in missing(drawing, kind, to, laid)] == []


# --- that it can fail: the last card, or the last arrow, is left out before a format is written ----------------------


def unseen(monkeypatch: pytest.MonkeyPatch, drawing: tg.Drawing, key: str) -> None:
    """No frame shows it."""
    module = sys.modules["tracegraph.slides.story"]
    right = module.Frames.__init__

    def init(self: Any, **given: Any) -> None:
        less = [replace(f, shown=tuple(s for s in f.shown if s[0] != key)) for f in given["frames"]]
        right(self, **{**given, "frames": tuple(less)})

    monkeypatch.setattr(module.Frames, "__init__", init)


def invisible(monkeypatch: pytest.MonkeyPatch, drawing: tg.Drawing, key: str) -> None:
    """The one frame does not show it."""
    frame = drawing.sheet[0]
    less = replace(frame, shown=tuple(s for s in frame.shown if s[0] != key))
    monkeypatch.setattr(type(drawing), "sheet", replace(drawing.sheet, frames=(less,)))


def unwritten(monkeypatch: pytest.MonkeyPatch, drawing: tg.Drawing, key: str) -> None:
    """Its statement makes it invisible."""
    arrow = [line for line in drawing.dot.splitlines() if " -> " in line][int(key[1:])] if key[0] == "a" else ""
    lines = [line for line in drawing.dot.splitlines() if line == arrow or line.startswith(f"  {key} [")]
    (line,) = lines
    less = drawing.dot.replace(line, line.replace("];", ' style="invis"];'))
    monkeypatch.setitem(FORMATS, "dot", replace(FORMATS["dot"], write=lambda *_: less.encode()))


def removed(monkeypatch: pytest.MonkeyPatch, drawing: tg.Drawing, key: str) -> None:
    """It is in no list."""
    nodes, edges = drawing.graph.nodes, drawing.graph.edges
    if key[0] == "n":
        nodes, edges = nodes[:-1], tuple(e for e in edges if f"n{e.target}" != key)
    else:
        edges = edges[:-1]
    boxes, arrows = drawing.picture.boxes[: len(nodes)], drawing.picture.arrows[: len(edges)]
    fewer: Any = Fewer(nodes, edges)
    drawing.draft = replace(drawing.draft, graph=fewer, picture=replace(drawing.picture, boxes=boxes, arrows=arrows))


class Fewer:
    """What a renderer asks of a graph, without the checks that a whole one passes."""

    def __init__(self, nodes: Any, edges: Any) -> None:
        self.nodes, self.edges, self.output, self.notes = nodes, edges, nodes[-1], dict[str, Any]()

    def __iter__(self) -> Iterator[Any]:
        return iter(self.nodes)

    def inputs(self, node: Any) -> list[Any]:
        return [e for e in self.edges if e.target == node.key]


PLANTS: dict[str, Callable[[pytest.MonkeyPatch, tg.Drawing, str], None]] = {
    **dict.fromkeys(("svg", "png", "pdf", "eps"), invisible),
    "dot": unwritten,
    "json": removed,
    "txt": removed,
}


@pytest.mark.slow
@pytest.mark.parametrize("what", ["card", "arrow"])
@pytest.mark.parametrize(("kind", "to"), [*formats()])
def test_what_is_left_out_is_missed(kind: str, to: str, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if (to, what) == ("txt", "arrow"):
        pytest.skip("a table of values has no arrows")
    drawing = tg.draw(story("layers").graph, detail="full")
    laid, due = drawing.sheet.scene, READERS[kind][to].due(drawing, drawing.sheet.scene)
    assert missing(drawing, kind, to, laid) == []
    key = drawing.picture.boxes[-1].key if what == "card" else f"a{len(drawing.picture.arrows) - 1}"
    (PLANTS.get(to, unseen) if kind == "render" else unseen)(monkeypatch, drawing, key)
    found = READERS[kind][to].read(output(drawing, kind, to), laid)
    lost = (due[0] - found[0], due[1] - found[1])[what == "arrow"]
    assert lost.total() == 1, (lost, found)


def test_a_format_without_a_reader_is_missed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(FORMATS, "new", FORMATS["svg"])
    with pytest.raises(AssertionError):
        test_every_format_has_a_reader()
