"""A picture as DOT text: cards, arrows with captions, clusters.

User text appears in labels only, escaped; ids are ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from math import ceil

from ..layout.cards import CAPTION, WIDEST, Cards
from ..layout.header import above
from ..picture.parts import Arrow, Cluster, Picture
from ..picture.theme import Theme, magnitude
from ..text.metrics import fit
from .dot_tables import gap, table

CROWD = 4  # arrows into a card from which on they keep the order of the formula
CAPTIONED = "contribution"  # the part of an arrow that its caption is
ASIDE = 8  # between an arrow that points up or down and its caption


def source(picture: Picture, theme: Theme, *, images: bool = True, parts: bool = False) -> tuple[str, dict[str, bytes]]:
    """The DOT text, and the images it refers to by file name (none, and no heat maps, without ``images``).

    ``parts``: with titles in the cells that `scene` looks for.
    """
    cards, across = Cards(theme, images, parts), picture.direction in ("LR", "RL")
    statements = [*_head(picture, theme)]
    if label := above(cards, picture):
        statements.append(f'  graph [labelloc="t" labeljust="l" label=<{label}>];')
    crowded = {key for key, n in Counter(a.target for a in picture.arrows).items() if n > CROWD}
    order = {b.key: ' ordering="in"' if b.key in crowded else "" for b in picture.boxes}
    statements += [f"  {b.key} [label=<{cards.card(b)}>{order[b.key]}];" for b in picture.boxes]
    statements += [line for i, c in enumerate(picture.clusters) for line in _cluster(cards, c, str(i), "  ")]
    pulls = _pulls(picture)
    arrows = [(a, _arrow(cards, a, across)) for a in picture.arrows]
    statements += [f"  {a.source} -> {a.target} [{drawn}{pull}];" for (a, drawn), pull in zip(arrows, pulls)]
    return "\n".join(["digraph tracegraph {", *statements, "}", ""]), cards.images


def _pulls(picture: Picture) -> Iterator[str]:
    """What Graphviz is told of the length and straightness of each arrow.

    Two ranks between clusters leave room for the parameters of the next one, so clusters follow each other instead of
    standing side by side; the way of the data is kept straight, and what only feeds it is put beside it.
    """
    home: dict[str, str] = {}

    def enter(clusters: Sequence[Cluster], path: str) -> None:
        for i, cluster in enumerate(clusters):
            home.update((key, f"{path}_{i}") for key in cluster.boxes)
            enter(cluster.inner, f"{path}_{i}")

    enter(picture.clusters, "")
    beside = {b.key for b in picture.boxes if b.role in ("parameter", "constant")}
    for arrow in picture.arrows:
        between = home.get(arrow.source) != home.get(arrow.target)
        yield (' minlen="2"' if between else "") + ("" if arrow.source in beside else ' weight="8"')


def _head(picture: Picture, theme: Theme) -> Iterator[str]:
    gap = {"LR": (0.3, 0.45), "RL": (0.3, 0.45)}.get(picture.direction, (0.4, 0.4))
    # Presets by size, measured: a limited simplex does no visible harm, straight lines are much faster.
    large = max(len(picture.boxes), len(picture.arrows) / 2) > 300
    fast = 'splines="line" nslimit="0.1" mclimit="0.1"' if large else 'nslimit="1"'
    yield (
        f'  graph [rankdir="{picture.direction}" bgcolor="{theme.background}" pad="0.2" margin="0" '
        f'nodesep="{gap[0] * theme.scale:.3g}" ranksep="{gap[1] * theme.scale:.3g}" fontname="Arial" {fast}];'
    )
    yield '  node [shape="plain" fontname="Arial"];'
    yield f'  edge [fontname="Arial" arrowsize="{0.8 * theme.scale**0.5:.3g}"];'


def _arrow(cards: Cards, arrow: Arrow, across: bool) -> str:
    theme = cards.theme
    if arrow.update:
        return f'color="{theme.update}" style="solid" penwidth="{theme.scale:.3g}"'
    if arrow.weight is None:
        return f'color="{theme.none}" style="dashed" penwidth="1" arrowhead="empty"'
    color, style = _look(theme, arrow)
    label = ""
    if arrow.lines:
        lines = [part for line in arrow.lines for part in cards.wrapped(line, CAPTION)]
        width = ceil(max(cards.width(x.text, x.style, x.style == "contribution") for x in lines))
        said = theme.text if arrow.paint and arrow.finite else color  # a colour of the map is too pale for text
        colors = {"caption": theme.faint, "contribution": said}
        rows = [cards.row(x.text, x.style, width, colors[x.style], x.style == "contribution") for x in lines]
        beside = gap(0 if across else ceil(ASIDE * theme.scale))  # or the text would touch the arrow
        label = f" label=<{table([f'<TR>{beside}<TD{cards.titled(CAPTIONED)}>{table(rows)}</TD></TR>'])}>"
    marked = arrow.paint is not None and bool(arrow.paint.paths)
    start = ' dir="both" arrowtail="dot"' if marked else ""
    pen = (1 + 2.5 * arrow.weight + marked) * theme.scale
    return f'color="{color}" style="{style}" penwidth="{pen:.3g}"{start}{label}'


def _look(theme: Theme, arrow: Arrow) -> tuple[str, str]:
    """Colour and style of the line: by the size of what flows back in a `Flow`, by its sign elsewhere."""
    if not arrow.finite:
        return theme.invalid, "dotted"
    if arrow.paint is not None:
        return theme.neutral if arrow.paint.tone is None else magnitude(theme, arrow.paint.tone), "solid"
    color = {1: theme.positive, -1: theme.negative}.get(arrow.sign, theme.neutral)
    return color, theme.negative_style if arrow.sign < 0 else "solid"


def _cluster(cards: Cards, cluster: Cluster, path: str, indent: str) -> Iterator[str]:
    theme = cards.theme
    name = fit(cluster.title, theme.size("cluster"), True, WIDEST * theme.scale)
    title = cards.row(name, "cluster", cards.width(name, "cluster", True), theme.faint, bold=True)
    yield f"{indent}subgraph cluster_{path} {{"
    yield (
        f'{indent}  graph [style="rounded,filled" fillcolor="{theme.cluster}" color="{theme.cluster_border}" '
        f'margin="{12 * theme.scale:.3g}" labeljust="l" label=<{table([title])}>];'
    )
    if cluster.boxes:
        yield f"{indent}  {'; '.join(cluster.boxes)};"
    for i, inner in enumerate(cluster.inner):
        yield from _cluster(cards, inner, f"{path}_{i}", indent + "  ")
    yield f"{indent}}}"
