"""Colours that can be read, for every role and style of every theme."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from pictures import TALES, groups

import tracegraph as tg
from tracegraph.graph import ROLES
from tracegraph.layout.arrays import DEEPEST
from tracegraph.picture.theme import STYLES, THEMES, Theme, contrast, ink, luminance, rgb, shade

READABLE = 4.5  # WCAG 2.2, level AA


def unreadable(theme: Theme) -> list[str]:
    """Every text colour that is too close to what is behind it."""
    behind = {
        "text": [theme.card, *theme.roles.values()],
        "faint": [theme.card, theme.background, theme.cluster, *theme.roles.values()],
        **dict.fromkeys(("positive", "negative"), [theme.card, theme.background, theme.cluster]),
        **dict.fromkeys(("neutral", "invalid"), [theme.card, theme.background, theme.cluster]),
    }
    pairs = [(name, fill) for name, fills in behind.items() for fill in fills]
    return [f"{name} on {fill}" for name, fill in pairs if contrast(getattr(theme, name), fill) < READABLE]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_text_can_be_read(theme: Theme) -> None:
    assert not unreadable(theme)
    for tone in np.linspace(-1, 1, 401):
        fill = shade(theme.diverging, DEEPEST * tone)
        assert contrast(ink(fill), fill) >= READABLE


def test_faint_text_that_is_too_faint_is_noticed() -> None:
    assert unreadable(replace(THEMES["light"], faint="#9aa4ae"))


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_lines_can_be_seen(theme: Theme) -> None:
    for color in (theme.positive, theme.negative, theme.neutral, theme.none, theme.update, theme.focus, theme.invalid):
        assert contrast(color, theme.background) >= 3 and contrast(color, theme.cluster) >= 3


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_every_role_has_a_colour(theme: Theme) -> None:
    assert set(theme.roles) == set(ROLES)
    assert all(theme.size(style) == round(max(size, theme.least) * theme.scale, 2) for style, size in STYLES.items())


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("tale", ["backprop", "conv", "extremes", "scopes", "grid"])
def test_texts_in_drawings_can_be_read(tale: str, theme: str) -> None:
    """What the table above does not know: the pairs of colours that drawings really hold."""
    for group in groups(tg.draw(TALES[tale](), theme=theme, detail="full").svg):
        for text in group.texts:
            fills = [c for r, c in group.shapes if group.kind in ("node", "cluster") and r.holds(text.rect)]
            behind = fills[-1] if fills else THEMES[theme].background
            assert contrast(text.fill, behind) >= READABLE, text.text


def test_print_is_grey() -> None:
    theme = THEMES["print"]
    colors = [v for v in vars_of(theme) if isinstance(v, str) and v.startswith("#")]
    maps = [*theme.diverging, *theme.image, *theme.roles.values()]
    assert all(len(set(rgb(c))) == 1 for c in [*colors, *maps])
    svg = tg.draw(TALES["heat"](), theme="print", detail="full").svg
    assert all(len(set(rgb(c))) == 1 for c in set(_colors(svg)))


def vars_of(theme: Theme) -> list[object]:
    return [getattr(theme, name) for name in Theme.__dataclass_fields__]


def _colors(svg: str) -> list[str]:
    import re

    return re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', svg)


def test_sign_is_not_told_by_colour_alone() -> None:
    a = tg.tensor(2.0, "a")
    drawing = tg.draw(a - 3.0 * tg.tensor(1.0, "b"), theme="print", detail="values")
    signs = {arrow.sign: arrow.lines[0].text for arrow in drawing.picture.arrows}
    assert signs[1] == "·1" and signs[-1] == "·(−3)"
    assert ["−3" in b.label for b in drawing.picture.boxes if b.title == "b"] == [True]
    assert drawing.dot.count('style="dashed"') == 1
    image = THEMES["print"].image
    assert luminance(shade(image, -1)) > luminance(shade(image, 0)) > luminance(shade(image, 1))


def test_contrast_is_that_of_the_standard() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_shade_is_clamped() -> None:
    assert shade(("#000000", "#ffffff"), -7) == "#000000" and shade(("#000000", "#ffffff"), 7) == "#ffffff"
    assert shade(("#000000", "#ffffff"), 0) == "#808080"
