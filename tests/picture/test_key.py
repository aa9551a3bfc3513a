"""Title, caption and key: said where they are asked for, in every format, and about nothing that is not there."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from pictures import TALES, faults

import tracegraph as tg
from tracegraph.picture.key import ROLES, WORDS
from tracegraph.picture.theme import THEMES

LINES = {"positive", "negative", "update", "none", "nan"}


def told(drawing: tg.Drawing) -> str:
    return " ".join(t.text for p in drawing.sheet.scene.of("header") for t in p.parts[0].items if hasattr(t, "text"))


def strangers(drawing: tg.Drawing) -> list[str]:
    """What the key explains and the picture does not have, and the other way round."""
    picture = drawing.picture
    key = {kind: {e.sign for e in picture.key if e.kind == kind} for kind in ("role", "line", "cells", "sign")}
    texts = [x.text for a in picture.arrows for x in a.lines]
    texts += [x.text for b in picture.boxes for x in (*b.lines, *(y for p in b.panels for y in p.lines))]
    plain = [a for a in picture.arrows if a.contributes]
    panels = [p for b in picture.boxes for p in b.panels]
    there = {
        "role": {b.role for b in picture.boxes},
        "line": {w for w, s in (("positive", 1), ("negative", -1)) if any(a.sign == s for a in plain)}
        | {"update" for a in picture.arrows if a.update}
        | {"none" for a in picture.arrows if a.weight is None and not a.update}
        | {"nan" for a in plain if not a.finite},
        "cells": {"" for p in panels if p.grids or p.heat},
    }
    found = [f"{kind}: {key[kind] ^ there[kind]}" for kind in ("role", "cells") if key[kind] != there[kind]]
    if key["line"] & LINES != there["line"]:
        found.append(f"line: {key['line']} for {there['line']}")
    found += [f"sign {s}" for s in WORDS if (s in key["sign"]) != any(s in text for text in texts)]
    return found + [f"sign {s}" for s in ("–",) if (s in key["sign"]) != any(p.number == s for p in panels)]


@pytest.mark.parametrize("detail", ["outline", "shapes", "values", "full"])
@pytest.mark.parametrize("tale", ["backprop", "conv", "heat", "bad grid", "no gradient", "one node"])
def test_the_key_explains_what_occurs(tale: str, detail: str) -> None:
    drawing = tg.draw(TALES[tale](), detail=detail, key=True)
    assert strangers(drawing) == []
    for entry in drawing.picture.key:
        assert entry.meaning in told(drawing)


def test_a_key_that_says_too_much_or_too_little_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    from tracegraph.picture import key as module

    for roles in ({**ROLES, "output": "result"}, {k: v for k, v in ROLES.items() if k != "input"}):
        monkeypatch.setattr(module, "ROLES", roles)
        drawing = tg.draw(TALES["backprop"](), key=True)
        assert bool(strangers(drawing)) == ("input" not in roles)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tale", ["backprop", "conv", "names"])
def test_no_text_leaves_its_place(tale: str, theme: str) -> None:
    drawing = tg.draw(TALES[tale](), theme=theme, key=True, title="A title " * 20, caption="A sentence " * 30)
    assert not faults(drawing)


def test_title_and_caption_are_in_the_formats() -> None:
    words: dict[str, Any] = {"title": "One step", "caption": "A net of sigmoid neurons."}
    drawing = tg.draw(TALES["backprop"](), **words)
    assert told(drawing).startswith("One step A net") and drawing.picture.title == "One step"
    for format in ("svg", "dot", "json", "txt", "mmd"):
        assert all(text in drawing.render(format).decode() for text in words.values()), format
    plain = tg.draw(TALES["backprop"]())
    assert not plain.sheet.scene.of("header") and plain.picture.title == "Computation of L" and not plain.picture.key


def test_roles_have_a_sign_where_colour_is_missing() -> None:
    signs = THEMES["print"].signs
    drawing = tg.draw(tg.sum(tg.tensor([1.0], "x") * tg.parameter(2.0, "w")), theme="print", key=True)
    shown = drawing.svg
    assert all(shown.count(f">{signs[role]}<") == 2 for role in ("parameter",)) and f" {signs['input']}<" in shown
    assert len(np.unique([*signs.values()])) == len(signs)
