"""The key of a picture: what its colours, lines and signs mean, as far as they occur in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from .panels import GRADIENT, SIGNS, Line
from .parts import Arrow, Box, Entry

ROLES = {
    "input": "input",
    "parameter": "parameter, learned",
    "constant": "constant",
    "op": "computed",
    "output": "result",
    "update": "updated parameter",
    "group": "several operations",
}
NO_GRADIENT = "–"
FACTOR = "·"
WORDS = {"‖·‖": "norm: root of the sum of squares", "⋆": "convolution", "⊙": "product element by element"}
MARKS = {
    "agrees": "right",
    "rounding": "right but for rounding",
    "slip": "wrong",
    "carried": "follows from a wrong one",
    "left blank": "left blank",
}


def key_of(cards: Sequence[Box], arrows: Sequence[Arrow]) -> tuple[Entry, ...]:
    """An entry for each role, kind of line and sign that occurs in these cards and arrows, and no other."""
    boxes = [box for card in cards for box in (card, *card.rows)]
    signs = (*_numbers(boxes, arrows), *_signs(boxes, arrows), *_marks(boxes), *_rows(cards))
    return (*_roles(boxes), *_lines(arrows), *signs)


def _roles(boxes: Sequence[Box]) -> Iterator[Entry]:
    roles = {box.role for box in boxes}
    return (Entry("role", role, meaning) for role, meaning in ROLES.items() if role in roles)


def _lines(arrows: Sequence[Arrow]) -> Iterator[Entry]:
    """Looks of lines; those that a legend of magnitudes explains are left to it."""
    plain = [a for a in arrows if a.contributes and a.paint is None]
    if any(a.sign > 0 for a in plain):
        yield Entry("line", "positive", "above 0 flows back")
    if any(a.sign < 0 for a in plain):
        yield Entry("line", "negative", "below 0 flows back")
    if len({a.weight for a in plain if a.finite}) > 1:
        yield Entry("line", "width", "the wider, the more flows back")
    if any(a.update for a in arrows):
        yield Entry("line", "update", "into an update")
    if any(a.weight is None and not a.update for a in arrows):
        yield Entry("line", "none", "no gradient flows back")
    if any(not a.finite for a in plain):
        yield Entry("line", "nan", "NaN or ∞ flows back")


def _numbers(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> Iterator[Entry]:
    panels = [panel for box in boxes for panel in box.panels]
    if any(panel.grids or panel.heat for panel in panels):
        yield Entry("cells", "", "cells: below 0, 0, above 0")
    if any(panel.mark for panel in panels):
        yield Entry("sign", GRADIENT, "gradient of the array beside it or above")
    if any(panel.number == NO_GRADIENT for panel in panels):
        yield Entry("sign", NO_GRADIENT, "no gradient reaches here")
    factors = [line.text for arrow in arrows for line in arrow.lines if line.text.startswith(FACTOR)]
    if factors:
        yield Entry("sign", factors[0], "local derivative: what flows back is multiplied by it")


def _signs(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> Iterator[Entry]:
    shown = [line.text for line in _texts(boxes, arrows)]
    for sign, meaning in WORDS.items():
        if any(sign in text for text in shown):
            yield Entry("sign", sign, meaning)
    rules = [line.text for arrow in arrows for line in arrow.lines if line.style == "caption"]
    if any(re.search(r"\bg\b", text) for text in rules) and not any(box.title == "g" for box in boxes):
        yield Entry("sign", "g", "gradient that arrives at the end of the arrow")


def _texts(boxes: Sequence[Box], arrows: Sequence[Arrow]) -> Iterator[Line]:
    for arrow in arrows:
        yield from arrow.lines
    for box in boxes:
        yield from box.lines
        yield from (line for panel in box.panels for line in panel.lines)


def _marks(boxes: Sequence[Box]) -> Iterator[Entry]:
    shown = {line.text[:1] for box in boxes for line in box.marks}
    return (Entry("sign", SIGNS[v], meaning) for v, meaning in MARKS.items() if SIGNS[v] in shown)


def _rows(cards: Sequence[Box]) -> Iterator[Entry]:
    """What rows of another colour in a card are."""
    roles = {row.role for card in cards for row in card.rows}
    if roles - {"update"}:
        yield Entry("sign", "row", "in a card: a leaf that only this card uses")
    if "update" in roles:
        yield Entry("sign", "row", "in a card: the next value, after the last update")
