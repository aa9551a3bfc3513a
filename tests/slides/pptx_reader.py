"""Reads slides back, without the code that wrote them: what is visible after each click, and what connects to what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from tracegraph.slides import Frame, Frames

A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
POINT = 12700


def opened(data: bytes) -> Any:
    import pptx

    return pptx.Presentation(BytesIO(data))


def texts(slide: Any) -> list[str]:
    """Every line of text on a slide."""
    return ["".join(t.text or "" for t in p.iter(f"{A}t")) for p in slide._element.iter(f"{A}p")]


def shapes(inside: Any) -> Iterator[Any]:
    """All shapes, those in groups too."""
    for shape in inside:
        yield shape
        if hasattr(shape, "shapes"):
            yield from shapes(shape.shapes)


def clicks(slide: Any) -> list[list[tuple[int, str]]]:
    """For each click the effects in their order: the shape's number, and visible or hidden."""
    sequence = slide._element.find(f".//{P}cTn[@nodeType='mainSeq']/{P}childTnLst")
    found = []
    for click in sequence if sequence is not None else []:
        assert click.find(f"{P}cTn/{P}stCondLst/{P}cond").get("delay") == "indefinite"
        effects = [e for e in click.iter(f"{P}cTn") if e.get("presetClass")]
        assert [e.get("nodeType") for e in effects] == ["clickEffect"] + ["withEffect"] * (len(effects) - 1)
        found.append([(int(e.find(f".//{P}spTgt").get("spid")), e.find(f".//{P}strVal").get("val")) for e in effects])
        wanted = {"entr": "visible", "exit": "hidden"}
        assert [wanted[e.get("presetClass")] for e in effects] == [state for _, state in found[-1]]
    return found


def states(slide: Any) -> list[set[int]]:
    """The numbers of the shapes that are visible at first, and after each click.

    As PowerPoint does it: what has its first effect as an entrance is hidden when the slide comes up.
    """
    told = clicks(slide)
    first: dict[int, str] = {}
    for click in told:
        for shape, state in click:
            first.setdefault(shape, state)
    visible = {s.shape_id for s in slide.shapes if first.get(s.shape_id) != "visible"}
    found = [set(visible)]
    for click in told:
        for shape, state in click:
            assert (shape in visible) == (state == "hidden"), "an effect that changes nothing"
            (visible.add if state == "visible" else visible.remove)(shape)
        found.append(set(visible))
    return found


def expected(frames: Frames, frame: Frame) -> set[str]:
    """The names of everything that a frame shows."""
    titles = {box.key: box.title for box in frames.drawing.picture.boxes}
    pieces = {piece.key: piece for piece in frames.scene.pieces}
    found = set()
    for key, part in frame.shown:
        piece = pieces[key]
        name = titles.get(key, piece.label)
        if piece.kind == "arrow":
            name = f"{titles[piece.source]} to {titles[piece.target]}"
            if any(type(item).__name__ == "Text" for p in piece.parts if p.name == part for item in p.items):
                found.add(f"{name}: caption")
        found.add(name if part == "card" else f"{name}: {part}")
    return found


def names(slide: Any, ids: set[int]) -> set[str]:
    """The names of what is visible; a group of several parts goes by the names of the groups in it."""
    found = set()
    for shape in slide.shapes:
        if shape.shape_id in ids and not shape.is_placeholder and not shape.name.endswith(", joint"):
            inner = [s.name for s in shapes(shape.shapes) if hasattr(s, "shapes")] if hasattr(shape, "shapes") else []
            found |= {*inner, *([] if ", " in shape.name and inner else [shape.name])}
    return found - {"caption"}


@dataclass(frozen=True)
class Chain:
    """A connector, or several from joint to joint: the shapes at its ends, and by how many points it misses a place."""

    name: str
    source: int
    target: int
    off: float


def chains(slide: Any) -> list[Chain]:
    """All arrows of a slide."""
    by_id = {s.shape_id: s for s in shapes(slide.shapes)}
    joints = {i for i, s in by_id.items() if s.name.endswith(", joint")}
    found: list[Chain] = []
    open_end: int | None = None
    start, off = 0, 0.0
    for shape in slide.shapes:
        if shape._element.tag != f"{P}cxnSp":
            continue
        ends = [shape._element.find(f".//{A}{end}") for end in ("stCxn", "endCxn")]
        begin, end = (int(e.get("id")) for e in ends)
        assert open_end is None or begin == open_end
        start = begin if open_end is None else start
        placed = [(shape.begin_x, shape.begin_y), (shape.end_x, shape.end_y)]
        off = max([off, *(_miss(by_id[int(e.get("id"))], int(e.get("idx")), at) for e, at in zip(ends, placed))])
        open_end = end if end in joints else None
        heads = shape._element.findall(f".//{A}tailEnd")
        assert len(heads) == (open_end is None)
        if open_end is None:
            found.append(Chain(shape.name, start, end, off))
            off = 0.0
    assert open_end is None
    return found


def _miss(shape: Any, index: int, at: tuple[int, int]) -> float:
    """How far in points an end is from the place that it is glued to."""
    guides = {g.get("name"): g.get("fmla") for g in shape._element.iter(f"{A}gd")}
    place = shape._element.findall(f".//{A}cxn/{A}pos")[index]
    x, y = (int(guides[place.get(axis)].split()[2]) / 1e6 for axis in "xy")
    dx, dy = shape.left + x * shape.width - at[0], shape.top + y * shape.height - at[1]
    return float((dx * dx + dy * dy) ** 0.5) / POINT
