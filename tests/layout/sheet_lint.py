"""What is wrong with a sheet: arrows through cards, captions or titles, overlaps, foreign cards in frames."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations

from placement_lint import NEAR, Box, enters, meet, sampled

from tracegraph.layout.scene import Curve, Image, Piece, Scene, Text
from tracegraph.layout.sheet import Sheet
from tracegraph.text.metrics import text_width

PAGE = (960.0, 540.0)


def type_size(scene: Scene, page: tuple[float, float] = PAGE) -> float:
    """The smallest type in points, if the scene fills a page (and is enlarged twice at most)."""
    sizes = [i.size for p in scene.pieces for part in p.parts for i in part.items if isinstance(i, Text)]
    return min(sizes, default=0.0) * min(page[0] / scene.width, page[1] / scene.height, 2.0)


def faults(sheet: Sheet) -> list[str]:
    """A line for each fault of a sheet that our own layout has placed."""
    scene = sheet.scene
    cards = {p.key: p.box for p in scene.of("card")}
    captions = {p.key: box for p in scene.of("arrow") if (box := _texts(p))}
    titles = {p.key: box for p in scene.of("cluster") if (box := _texts(p))}
    header = {p.key: box for p in scene.of("header") if (box := _texts(p))}
    fixed = {**cards, **captions, **titles, **header}
    return [
        *(f"{a} overlaps {b}" for (a, one), (b, two) in combinations(fixed.items(), 2) if meet(one, two)),
        *_crossed(scene, fixed),
        *_strangers(sheet, cards),
        *(f"{k} leaves the page" for k, b in fixed.items() if not _inside(b, (0.0, 0.0, scene.width, scene.height))),
    ]


def _texts(piece: Piece) -> Box | None:
    """The box around the texts of a piece, as high as their letters."""
    items = [i for part in piece.parts for i in part.items if isinstance(i, (Text, Image))]
    boxes = [_text(i) if isinstance(i, Text) else (i.x, i.y, i.width, i.height) for i in items]
    if not boxes:
        return None
    left, top = min(b[0] for b in boxes), min(b[1] for b in boxes)
    return left, top, max(b[0] + b[2] for b in boxes) - left, max(b[1] + b[3] for b in boxes) - top


def _text(text: Text) -> Box:
    width = text_width(text.text, text.size, text.bold)
    left = text.x - {"start": 0.0, "middle": width / 2, "end": width}[text.anchor]
    return left, text.y - 0.72 * text.size, width, 0.92 * text.size


def _crossed(scene: Scene, fixed: dict[str, Box]) -> Iterator[str]:
    for arrow in scene.of("arrow"):
        curve = next(i for i in arrow.parts[0].items if isinstance(i, Curve))
        points = sampled(curve.points)
        for key, box in fixed.items():
            if any(enters(p, q, box) for p, q in zip(points, points[1:])):
                yield f"arrow {arrow.source} -> {arrow.target} runs through {key}"


def _strangers(sheet: Sheet, cards: dict[str, Box]) -> Iterator[str]:
    """Cards in the frame of a scope that they are not in; parameters and constants go where they are used."""
    inside = {key: cluster for cluster in sheet.picture.clusters for key in _members(cluster)}
    moves = {b.key for b in sheet.picture.boxes if b.docks}
    outer = {f"c{i}": cluster for i, cluster in _numbered(sheet.picture.clusters)}
    for frame in sheet.scene.of("cluster"):
        cluster = outer.get(frame.key.partition("_")[0])
        if cluster is None:
            continue
        for key, box in cards.items():
            if key not in moves and inside.get(key) is not cluster and meet(frame.box, box):
                yield f"{key} stands in the frame of {cluster.title}"


def _members(cluster: object) -> Iterator[str]:
    yield from cluster.boxes  # type: ignore[attr-defined]
    for inner in cluster.inner:  # type: ignore[attr-defined]
        yield from _members(inner)


def _numbered(clusters: tuple[object, ...], at: int = 0) -> Iterator[tuple[int, object]]:
    """The outermost clusters with their numbers, as `measured.clusters` counts them."""
    for cluster in clusters:
        yield at, cluster
        at += 1 + sum(1 for _ in _inner(cluster))


def _inner(cluster: object) -> Iterator[object]:
    for inner in cluster.inner:  # type: ignore[attr-defined]
        yield inner
        yield from _inner(inner)


def _inside(box: Box, page: Box) -> bool:
    across = page[0] - NEAR <= box[0] and box[0] + box[2] <= page[2] + NEAR
    return across and page[1] - NEAR <= box[1] and box[1] + box[3] <= page[3] + NEAR
