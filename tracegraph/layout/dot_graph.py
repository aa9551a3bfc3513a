"""A picture as DOT text, with labels of any kind: what `dot` is given to find places, and what users read.

User text appears in labels only; ids are ours.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator

from ..picture.parts import Arrow, Cluster, Picture
from ..picture.theme import Theme
from .arrows import stroke
from .cells import Table
from .measured import Measured, clusters

CROWD = 4  # arrows into a card from which on they keep the order of the formula
LARGE = 300  # cards from which on straight lines are drawn, which is much faster

Label = Callable[[Table], str]
"""Writes a table as an HTML-like label."""


def source(picture: Picture, theme: Theme, measured: Measured, label: Label) -> str:
    """The DOT text: graph, cards, clusters, and arrows in the order of the picture."""
    statements = [*_head(picture, theme)]
    if measured.header:
        statements.append(f'  graph [labelloc="t" labeljust="l" label=<{label(measured.header)}>];')
    crowded = {key for key, n in Counter(a.target for a in picture.arrows).items() if n > CROWD}
    order = {key: ' ordering="in"' if key in crowded else "" for key in measured.cards}
    statements += [f"  {key} [label=<{label(card)}>{order[key]}];" for key, card in measured.cards.items()]
    titles = iter([label(table) for table in measured.titles])
    for i, cluster in enumerate(picture.clusters):
        statements += _cluster(theme, cluster, titles, str(i), "  ")
    drawn = zip(picture.arrows, measured.captions, _pulls(picture), strict=True)
    statements += [f"  {a.source} -> {a.target} [{_look(theme, a)}{_said(t, label)}{pull}];" for a, t, pull in drawn]
    return "\n".join(["digraph tracegraph {", *statements, "}", ""])


def _pulls(picture: Picture) -> Iterator[str]:
    """The length and the straightness of each arrow: minlen and weight.

    Two ranks between clusters leave room for the parameters of the next one, so clusters follow each other instead of
    standing side by side; the way of the data is kept straight, and what only feeds it is put beside it.
    """
    home = {key: name for name, cluster in clusters(picture.clusters) for key in cluster.boxes}
    beside = {b.key for b in picture.boxes if b.role in ("parameter", "constant")}
    for arrow in picture.arrows:
        between = home.get(arrow.source) != home.get(arrow.target)
        yield (' minlen="2"' if between else "") + ("" if arrow.source in beside else ' weight="8"')


def _head(picture: Picture, theme: Theme) -> Iterator[str]:
    gap = {"LR": (0.3, 0.45), "RL": (0.3, 0.45)}.get(picture.direction, (0.4, 0.4))
    # Presets by size, measured: a limited simplex does no visible harm, straight lines are much faster.
    large = max(len(picture.boxes), len(picture.arrows) / 2) > LARGE
    fast = 'splines="line" nslimit="0.1" mclimit="0.1"' if large else 'nslimit="1"'
    yield (
        f'  graph [rankdir="{picture.direction}" bgcolor="{theme.background}" pad="0.2" margin="0" '
        f'nodesep="{gap[0] * theme.scale:.3g}" ranksep="{gap[1] * theme.scale:.3g}" fontname="Arial" {fast}];'
    )
    yield '  node [shape="plain" fontname="Arial"];'
    yield f'  edge [fontname="Arial" arrowsize="{0.8 * theme.scale**0.5:.3g}"];'


def _look(theme: Theme, arrow: Arrow) -> str:
    look = stroke(theme, arrow)
    head = "" if look.head == "normal" else f' arrowhead="{look.head}"'
    tail = ' dir="both" arrowtail="dot"' if look.dot else ""
    return f'color="{look.color}" style="{look.style}" penwidth="{look.width:.3g}"{head}{tail}'


def _said(caption: Table | None, label: Label) -> str:
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
