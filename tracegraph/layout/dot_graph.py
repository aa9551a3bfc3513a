"""A picture as DOT text, with labels of any kind: what `dot` is given to find places, and what users read.

User text appears in labels only; ids are ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from ..picture.parts import Arrow, Cluster, Picture
from ..picture.theme import Theme
from .arrows import stroke
from .cells import Table
from .measured import Measured, clusters
from .pieces import ClusterFrame, Places, Rect, Route
from .scene import Point

CROWD = 4  # arrows into a card from which on they keep the order of the formula
LARGE = 300  # cards from which on straight lines are drawn, which is much faster
FAR = 500  # ranks that all arrows cross together, from which on they are, too: curves take 13 s for 33 steps of a run

Label = Callable[[Table], str]
"""Writes a table as an HTML-like label."""


def placed(picture: Picture, theme: Theme, measured: Measured, places: Places, label: Label) -> str:
    """The DOT text with the place of everything: ``neato -n2`` draws it so; `dot` would look for places of its own."""
    pins = _Pins(places)
    statements = [*_head(picture, theme), f"  graph [{pins.page()}];"]
    if measured.header and places.header:
        at = pins.label(measured.header, places.header)
        statements.append(f'  graph [labelloc="t" labeljust="l" label=<{label(measured.header)}> {at}];')
    for (key, card), corner in zip(measured.cards.items(), places.cards, strict=True):
        statements.append(f'  {key} [label=<{label(card)}> pos="{pins.middle(card, corner)}"];')
    keys = {key: (x + c.width / 2, y + c.height / 2) for (key, c), (x, y) in zip(measured.cards.items(), places.cards)}
    statements += _frames(theme, places.frames, keys, pins, label, "  ")
    arrows = zip(picture.arrows, measured.captions, places.routes, places.captions, strict=True)
    for arrow, caption, route, place in arrows:
        text = f" label=<{label(caption)}> {pins.label(caption, place)}" if caption and place else ""
        statements.append(f'  {arrow.source} -> {arrow.target} [{_look(theme, arrow)}{text} pos="{pins.way(route)}"];')
    return "\n".join(["digraph tracegraph {", *statements, "}", ""])


class _Pins:
    """Places as Graphviz writes them: in points, counted from the lower left corner."""

    def __init__(self, places: Places) -> None:
        self.width, self.height = places.width, places.height

    def point(self, x: float, y: float) -> str:
        return f"{x:.6g},{self.height - y:.6g}"

    def page(self) -> str:
        return f'bb="0,0,{self.width:.6g},{self.height:.6g}"'

    def middle(self, table: Table, corner: Point) -> str:
        return self.point(corner[0] + table.width / 2, corner[1] + table.height / 2)

    def label(self, table: Table, corner: Point) -> str:
        inches = f'lwidth="{table.width / 72:.4g}" lheight="{table.height / 72:.4g}"'
        return f'lp="{self.middle(table, corner)}" {inches}'

    def box(self, box: Rect) -> str:
        left, top, width, height = box
        return f'bb="{self.point(left, top + height)},{self.point(left + width, top)}"'

    def way(self, route: Route) -> str:
        tip = route.head[1] if len(route.head) == 3 else route.head[0]
        return f"e,{self.point(*tip)} " + " ".join(self.point(*p) for p in route.curve)


def _frames(
    theme: Theme, frames: Sequence[ClusterFrame], keys: dict[str, Point], pins: _Pins, label: Label, indent: str
) -> Iterator[str]:
    """A cluster for each frame, those inside of it in it: a scope in two rows has two."""
    for i, frame in enumerate(frames):
        if any(_holds(other.box, frame.box[:2]) for other in frames if other is not frame):
            continue
        inner = [f for f in frames if f is not frame and _holds(frame.box, f.box[:2])]
        cards = [key for key, middle in keys.items() if _holds(frame.box, middle)]
        title = f" label=<{label(frame.title)}> {pins.label(frame.title, frame.corner)}" if frame.title else ""
        yield f"{indent}subgraph cluster_{'_'.join(str(n) for n in (frame.cluster, i, len(indent)))} {{"
        look = f'style="rounded,filled" fillcolor="{theme.cluster}" color="{theme.cluster_border}"'
        yield f"{indent}  graph [{look} {pins.box(frame.box)}{title}];"
        inside = {key for f in inner for key, middle in keys.items() if _holds(f.box, middle)}
        if own := [key for key in cards if key not in inside]:
            yield f"{indent}  {'; '.join(own)};"
        yield from _frames(theme, inner, keys, pins, label, indent + "  ")
        yield f"{indent}}}"


def _holds(box: Rect, point: Sequence[float]) -> bool:
    return box[0] < point[0] < box[0] + box[2] and box[1] < point[1] < box[1] + box[3]


def source(picture: Picture, theme: Theme, measured: Measured, label: Label) -> str:
    """The DOT text without places: graph, cards, clusters, and arrows in the order of the picture."""
    statements = [*_head(picture, theme)]
    if measured.header:
        statements.append(f'  graph [labelloc="t" labeljust="l" label=<{label(measured.header)}>];')
    crowded = {key for key, n in Counter(a.target for a in picture.arrows).items() if n > CROWD}
    order = {key: ' ordering="in"' if key in crowded else "" for key in measured.cards}
    statements += [f"  {key} [label=<{label(card)}>{order[key]}];" for key, card in measured.cards.items()]
    titles = iter([label(table) for table in measured.titles])
    for i, cluster in enumerate(picture.clusters):
        statements += _cluster(theme, cluster, titles, str(i), "  ")
    arrows = zip(picture.arrows, measured.captions, _pulls(picture), strict=True)
    statements += [f"  {a.source} -> {a.target} [{_look(theme, a)}{_label(t, label)}{pull}];" for a, t, pull in arrows]
    return "\n".join(["digraph tracegraph {", *statements, "}", ""])


def _pulls(picture: Picture) -> Iterator[str]:
    """The length and the straightness of each arrow: minlen and weight.

    Two ranks between clusters leave room for the parameters of the next one, so clusters follow each other instead of
    standing side by side; the way of the data is kept straight, and what only feeds it is put beside it.
    """
    home = {key: name for name, cluster in clusters(picture.clusters) for key in cluster.boxes}
    beside = {b.key for b in picture.boxes if b.docks}
    for arrow in picture.arrows:
        between = home.get(arrow.source) != home.get(arrow.target)
        yield (' minlen="2"' if between else "") + ("" if arrow.source in beside else ' weight="8"')


def _head(picture: Picture, theme: Theme) -> Iterator[str]:
    gap = {"LR": (0.3, 0.45), "RL": (0.3, 0.45)}.get(picture.direction, (0.4, 0.4))
    # Presets by size, measured: a limited simplex does no visible harm, straight lines are much faster.
    large = max(len(picture.boxes), len(picture.arrows) / 2) > LARGE or ranks_crossed(picture) > FAR
    fast = 'splines="line" nslimit="0.1" mclimit="0.1"' if large else 'nslimit="1"'
    yield (
        f'  graph [rankdir="{picture.direction}" bgcolor="{theme.background}" pad="0.2" margin="0" '
        f'nodesep="{gap[0] * theme.scale:.3g}" ranksep="{gap[1] * theme.scale:.3g}" fontname="Arial" {fast}];'
    )
    yield '  node [shape="plain" fontname="Arial"];'
    yield f'  edge [fontname="Arial" arrowsize="{0.8 * theme.scale**0.5:.3g}"];'


def ranks_crossed(picture: Picture) -> int:
    """How many ranks all arrows cross together: where tensors are used over and over, curves take minutes."""
    rank = {box.key: 0 for box in picture.boxes}
    place = {box.key: i for i, box in enumerate(picture.boxes)}
    for arrow in sorted(picture.arrows, key=lambda arrow: place[arrow.source]):
        rank[arrow.target] = max(rank[arrow.target], rank[arrow.source] + 1)
    return sum(rank[arrow.target] - rank[arrow.source] - 1 for arrow in picture.arrows)


def _look(theme: Theme, arrow: Arrow) -> str:
    look = stroke(theme, arrow)
    head = "" if look.head == "normal" else f' arrowhead="{look.head}"'
    tail = ' dir="both" arrowtail="dot"' if look.dot else ""
    return f'color="{look.color}" style="{look.style}" penwidth="{look.width:.3g}"{head}{tail}'


def _label(caption: Table | None, label: Label) -> str:
    return f" label=<{label(caption)}>" if caption else ""


def _cluster(theme: Theme, cluster: Cluster, titles: Iterator[str], path: str, indent: str) -> Iterator[str]:
    yield f"{indent}subgraph cluster_{path} {{"
    yield (
        f'{indent}  graph [style="rounded,filled" fillcolor="{theme.cluster}" color="{theme.cluster_border}" '
        f'margin="{12 * theme.scale:.3g}" labeljust="l" label=<{next(titles)}>];'
    )
    if cluster.boxes:
        yield f"{indent}  {'; '.join(cluster.boxes)};"
    for i, inner in enumerate(cluster.inner):
        yield from _cluster(theme, inner, titles, f"{path}_{i}", indent + "  ")
    yield f"{indent}}}"
