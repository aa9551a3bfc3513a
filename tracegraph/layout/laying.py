"""Layouts: each finds a place for everything of a picture; what is put there, and how, is the same for all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields

from . import dot_layout, layered_layout
from .measured import Measured, measured, widest
from .pieces import Places, compose
from .sheet import Draft, Sheet, still


def _layered(draft: Draft, sizes: Measured) -> Places:
    return layered_layout.places(draft.picture, draft.theme, sizes, draft.page)


def _dot(draft: Draft, sizes: Measured) -> Places:
    return dot_layout.places(draft.picture, draft.theme, sizes, engine=draft.engine, timeout=draft.timeout)


LAYOUTS: dict[str, Callable[[Draft, Measured], Places]] = {"layered": _layered, "dot": _dot}
"""By name: our own, which fills a page with rows, and Graphviz's `dot`, which makes one row of everything."""


def lay(draft: Draft) -> Sheet:
    """A drawing with places, and one frame that shows everything; the only one that asks for places."""
    sizes = measured(draft.picture, draft.theme)
    return _sheet(draft, sizes, LAYOUTS[draft.layout](draft, sizes))


def lay_alike(drafts: Sequence[Draft]) -> list[Sheet]:
    """Drawings of one structure with all at the same place: one layout, with room for the largest of each card."""
    first = drafts[0]
    room = widest([draft.picture for draft in drafts], first.theme)
    places = LAYOUTS[first.layout](first, room)
    return [_sheet(d, measured(d.picture, d.theme, room=room), places) for d in drafts]


def _sheet(draft: Draft, sizes: Measured, places: Places) -> Sheet:
    scene = compose(draft.picture, draft.theme, sizes, places)
    of_draft = {f.name: getattr(draft, f.name) for f in fields(Draft)}
    return Sheet(**of_draft, sizes=sizes, places=places, scene=scene, title=draft.picture.title, frames=(still(scene),))
