"""Click-by-click builds of a slide (PresentationML timing): what appears and disappears with each click.

What has its first effect as an entrance is hidden when the slide comes up, and what leaves first is there: so the
slide shows frame 1, and click k leads to frame k + 1. PowerPoint animates what lies directly on the slide (shapes,
groups as a whole, connectors) and nothing inside a group. The effects are "Appear" and "Disappear" (preset 1), in the
form in which PowerPoint writes them: one outer element for each click, its first effect on the click and all others
with it; an effect on a shape with text has a build of its own in the list at the end.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import count
from typing import NamedTuple

Spans = tuple[tuple[int, int], ...]


class Build(NamedTuple):
    """Something on the slide: its id, the first and last frames it is seen in, and whether it is a shape of its own.

    ``filled``: a shape with more than text.
    """

    id: int
    spans: Spans
    shape: bool = False
    filled: bool = False


class _Effect(NamedTuple):
    build: Build
    enters: bool
    number: int  # of the effects on the same shape


def timing(builds: Sequence[Build], frames: int) -> str:
    """The timing element of a slide of so many frames; nothing where nothing changes."""
    clicks: list[list[_Effect]] = [[] for _ in range(frames + 1)]
    shapes = []
    for build in builds:
        for effect, click in _effects(build, frames):
            clicks[click].append(effect)
            if build.shape:
                shapes.append(effect)
    if not any(clicks):
        return ""
    ids = count(3)
    done = "".join(_click(sorted(effects, key=lambda e: e.enters), ids) for effects in clicks if effects)
    listed = "".join(_listed(effect) for effect in shapes)
    return (
        '<p:timing><p:tnLst><p:par><p:cTn id="1" dur="indefinite" restart="never" nodeType="tmRoot"><p:childTnLst>'
        '<p:seq concurrent="1" nextAc="seek"><p:cTn id="2" dur="indefinite" nodeType="mainSeq"><p:childTnLst>'
        f"{done}</p:childTnLst></p:cTn>{_turn('prev', 'onPrev')}{_turn('next', 'onNext')}</p:seq></p:childTnLst>"
        f"</p:cTn></p:par></p:tnLst>{f'<p:bldLst>{listed}</p:bldLst>' if listed else ''}</p:timing>"
    )


def _effects(build: Build, frames: int) -> Iterator[tuple[_Effect, int]]:
    """What happens to a shape, and with which click."""
    number = count()
    for first, last in build.spans:
        if first > 1:
            yield _Effect(build, True, next(number)), first - 1
        if last < frames:
            yield _Effect(build, False, next(number)), last


def _click(effects: Sequence[_Effect], ids: Iterator[int]) -> str:
    outer, inner = next(ids), next(ids)
    done = "".join(_set(effect, "with" if i else "click", ids) for i, effect in enumerate(effects))
    return (
        f'<p:par><p:cTn id="{outer}" fill="hold"><p:stCondLst><p:cond delay="indefinite"/></p:stCondLst>'
        f'<p:childTnLst><p:par><p:cTn id="{inner}" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst>'
        f"<p:childTnLst>{done}</p:childTnLst></p:cTn></p:par></p:childTnLst></p:cTn></p:par>"
    )


def _set(effect: _Effect, on: str, ids: Iterator[int]) -> str:
    kind, to = ("entr", "visible") if effect.enters else ("exit", "hidden")
    group = f' grpId="{effect.number}"' if effect.build.shape else ""
    return (
        f'<p:par><p:cTn id="{next(ids)}" presetID="1" presetClass="{kind}" presetSubtype="0" fill="hold"{group} '
        f'nodeType="{on}Effect"><p:stCondLst><p:cond delay="0"/></p:stCondLst><p:childTnLst><p:set><p:cBhvr>'
        f'<p:cTn id="{next(ids)}" dur="1" fill="hold"><p:stCondLst><p:cond delay="0"/></p:stCondLst></p:cTn>'
        f'<p:tgtEl><p:spTgt spid="{effect.build.id}"/></p:tgtEl><p:attrNameLst><p:attrName>style.visibility'
        f'</p:attrName></p:attrNameLst></p:cBhvr><p:to><p:strVal val="{to}"/></p:to></p:set></p:childTnLst>'
        "</p:cTn></p:par>"
    )


def _listed(effect: _Effect) -> str:
    filled = ' animBg="1"' if effect.build.filled else ""
    return f'<p:bldP spid="{effect.build.id}" grpId="{effect.number}"{filled}/>'


def _turn(name: str, event: str) -> str:
    return f'<p:{name}CondLst><p:cond evt="{event}" delay="0"><p:tgtEl><p:sldTgt/></p:tgtEl></p:cond></p:{name}CondLst>'
