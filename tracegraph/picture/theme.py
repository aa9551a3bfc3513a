"""How a picture looks: themes are data, and colour maps are lists of anchors.

Colour never stands alone: sign and number are always printed. The diverging map is Crameri's *vik* (F. Crameri,
"Scientific colour maps", 2018), that of magnitudes *viridis* (S. van der Walt and N. Smith, matplotlib 2015); both are
readable with every kind of colour blindness.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from ..errors import GraphError

VIK = (
    "#001260",
    "#023e7d",
    "#1d6e9c",
    "#71a7c4",
    "#c9dde7",
    "#f3f1ee",
    "#eacebd",
    "#d39774",
    "#be6533",
    "#8b2706",
    "#590007",
)
GREY = ("#8f8f8f", "#b4b4b4", "#d9d9d9", "#ffffff", "#d9d9d9", "#b4b4b4", "#8f8f8f")
INK = ("#e4e4e4", "#000000")
"""From the most negative to the most positive: in a heat map no minus sign tells two equal greys apart."""
NIGHT = ("#9fd0ff", "#5a9bd5", "#2f6693", "#26435c", "#262b33", "#5c4030", "#94603a", "#d08a52", "#ffc38f")
VIRIDIS = ("#1f9e89", "#26828e", "#31688e", "#3e4989", "#482878", "#440154")
"""From small to large: the darker half of viridis, turned round, so that what vanishes fades into a light background.

The yellow half has less than 3:1 on white, which a line needs (WCAG 2.2, 1.4.11).
"""
VIRIDIS_NIGHT = ("#2a788e", "#21918c", "#22a884", "#44bf70", "#7ad151", "#bddf26", "#fde725")
VIRIDIS_INK = ("#909090", "#000000")


@dataclass(frozen=True, slots=True)
class Theme:
    """Colours by role, sizes in points, how many digits are shown; ``about``: itself in a few words.

    ``diverging`` is for cells, ``image`` for heat maps, ``magnitude`` for lines, from small to large. Badges are
    ``invalid``, ``warning`` or ``calm``. ``signs``: by role, what a card bears where its colour says too little.
    """

    name: str
    background: str = "#ffffff"
    card: str = "#ffffff"
    border: str = "#8a949e"
    text: str = "#16191d"
    faint: str = "#56606b"
    positive: str = "#a6400f"
    negative: str = "#02568f"
    neutral: str = "#4d5761"
    none: str = "#7d8791"
    invalid: str = "#a0008c"
    warning: str = "#8a5300"
    calm: str = "#1b6e3c"
    focus: str = "#1c7c54"
    update: str = "#3b8a55"
    cluster: str = "#f6f8fa"
    cluster_border: str = "#c3ccd5"
    diverging: tuple[str, ...] = VIK
    image: tuple[str, ...] = VIK
    magnitude: tuple[str, ...] = VIRIDIS
    roles: Mapping[str, str] = field(
        default_factory=lambda: {
            "input": "#d6e8fb",
            "parameter": "#fde6c0",
            "constant": "#e6e6ea",
            "op": "#e9edf1",
            "output": "#fbd5d9",
            "update": "#d8f0dc",
            "group": "#e6dff5",
        }
    )
    signs: Mapping[str, str] = field(default_factory=dict)
    negative_style: str = "solid"
    scale: float = 1.0
    least: float = 0.0
    digits: int = 4
    about: str = "dark on white"

    def size(self, style: str) -> float:
        """Type size in points of one of `STYLES`."""
        return round(max(STYLES[style], self.least) * self.scale, 2)


STYLES = {
    "title": 13.0,
    "kind": 13.0,
    "formula": 13.0,
    "numbers": 13.0,
    "note": 13.0,
    "value": 13.0,
    "cell": 13.0,
    "mark": 13.0,
    "caption": 13.0,
    "contribution": 13.0,
    "cluster": 14.0,
    "header": 14.0,
    "headline": 18.0,
}

_LIGHT = Theme("light")
THEMES: dict[str, Theme] = {
    "light": _LIGHT,
    "dark": replace(
        _LIGHT,
        name="dark",
        about="light on nearly black",
        background="#14171c",
        card="#1d2229",
        border="#5d6875",
        text="#f2f4f7",
        faint="#aeb8c4",
        positive="#ffab70",
        negative="#7cc0ff",
        neutral="#c3ccd6",
        none="#8d98a5",
        invalid="#ff8fe6",
        warning="#ffc861",
        calm="#79d6a0",
        focus="#6ee7a8",
        update="#6fc48a",
        cluster="#191d24",
        cluster_border="#3c4653",
        diverging=NIGHT,
        image=NIGHT,
        magnitude=VIRIDIS_NIGHT,
        roles={
            "input": "#1f3d5c",
            "parameter": "#553f16",
            "constant": "#3a3d45",
            "op": "#2c333d",
            "output": "#5b2630",
            "update": "#214a2b",
            "group": "#3c3259",
        },
    ),
    "print": replace(
        _LIGHT,
        name="print",
        about="greys, and dashes for negative",
        border="#000000",
        text="#000000",
        faint="#3c3c3c",
        positive="#000000",
        negative="#000000",
        neutral="#000000",
        none="#6e6e6e",
        invalid="#000000",
        warning="#000000",
        calm="#000000",
        focus="#000000",
        update="#000000",
        cluster="#ffffff",
        cluster_border="#6e6e6e",
        diverging=GREY,
        image=INK,
        magnitude=VIRIDIS_INK,
        signs={"input": "►", "parameter": "◆", "constant": "■", "update": "▲"},
        negative_style="dashed",
        roles={
            "input": "#ffffff",
            "parameter": "#d4d4d4",
            "constant": "#efefef",
            "op": "#efefef",
            "output": "#bdbdbd",
            "update": "#e0e0e0",
            "group": "#e6e6e6",
        },
    ),
    "slides": replace(_LIGHT, name="slides", about="larger type, fewer digits", scale=1.4, least=13.0, digits=3),
}


def theme(new: Theme) -> Theme:
    """Enter a theme under its name, so that it can be asked for everywhere; made from another by `replace`."""
    THEMES[new.name] = new
    return new


def theme_of(name: str | Theme) -> Theme:
    """The theme of a name; a theme is handed back. Raises `GraphError` for a name that is not known."""
    if isinstance(name, Theme):
        return name
    if not isinstance(name, str) or name not in THEMES:
        raise GraphError(f"no theme {name!r}; there are {', '.join(THEMES)}")
    return THEMES[name]


def rgb(color: str) -> tuple[int, int, int]:
    """Red, green and blue of ``#rrggbb``, 0 to 255."""
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def shade(anchors: tuple[str, ...], x: float) -> str:
    """The colour at ``x`` from -1 to 1 in a map of evenly spaced anchors; what lies beyond takes the end."""
    place = (min(max(x, -1.0), 1.0) + 1) / 2 * (len(anchors) - 1)
    low = min(int(math.floor(place)), len(anchors) - 2)
    a, b = rgb(anchors[low]), rgb(anchors[low + 1])
    mixed = [round(p + (q - p) * (place - low)) for p, q in zip(a, b, strict=True)]
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def magnitude(theme: Theme, tone: float) -> str:
    """The colour of a line for a size from 0 to 1."""
    return shade(theme.magnitude, 2 * tone - 1)


def luminance(color: str) -> float:
    """Relative luminance, 0 to 1 (WCAG 2.2)."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (v / 255 for v in rgb(color))]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(a: str, b: str) -> float:
    """Contrast ratio of two colours, 1 to 21 (WCAG 2.2)."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def ink(fill: str) -> str:
    """Black or white, whichever is easier to read on ``fill``; always at least 4.5:1."""
    return max("#000000", "#ffffff", key=lambda c: contrast(c, fill))
