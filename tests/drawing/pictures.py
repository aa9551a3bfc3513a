"""What is where in the SVG of a drawing: texts with their measured boxes, cards, cells; and programs to draw."""

from __future__ import annotations

import importlib.util
import re
import unicodedata
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np

import tracegraph as tg
from tracegraph.drawing import Drawing
from tracegraph.text.metrics import EM, table

SVG = "{http://www.w3.org/2000/svg}"
ROOM = 0.01  # points: coordinates in the SVG have two decimals


@dataclass(frozen=True)
class Rect:
    """Left, top, right, bottom; y grows downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def holds(self, other: Rect) -> bool:
        return (
            self.left - ROOM <= other.left
            and other.right <= self.right + ROOM
            and self.top - ROOM <= other.top
            and other.bottom <= self.bottom + ROOM
        )

    def meets(self, other: Rect) -> bool:
        return (
            self.left + ROOM < other.right
            and other.left + ROOM < self.right
            and self.top + ROOM < other.bottom
            and other.top + ROOM < self.bottom
        )

    @property
    def area(self) -> float:
        return (self.right - self.left) * (self.bottom - self.top)


@dataclass(frozen=True)
class Text:
    """A text and the box of its glyphs: as wide as any format draws it, from the digits' height to the descenders."""

    text: str
    rect: Rect
    fill: str


@dataclass(frozen=True)
class Group:
    """A node, edge or cluster, or what stands around them: its frame, texts, and filled shapes from back to front."""

    kind: str
    id: str
    frame: Rect | None
    texts: tuple[Text, ...]
    shapes: tuple[tuple[Rect, str], ...]


def groups(svg: str) -> list[Group]:
    """Everything that is drawn."""
    root = ET.fromstring(svg.encode())
    inner = [_group(g) for g in root.iter(f"{SVG}g") if g.get("class") in ("node", "edge", "cluster", "header")]
    header = [g for g in inner if g.kind == "header"]
    page = tuple(_shapes(root))[:1]
    texts, shapes = (tuple(x for g in header for x in getattr(g, what)) for what in ("texts", "shapes"))
    return [Group("graph", "graph", page[0][0], texts, (*page, *shapes)), *(g for g in inner if g.kind != "header")]


def _group(g: ET.Element) -> Group:
    kind = g.attrib["class"]
    texts = tuple(_text(t) for t in g.iter(f"{SVG}text"))
    shapes = tuple(_shapes(g))
    frame = shapes[0][0] if kind != "edge" and shapes else None
    return Group(kind, g.attrib["id"], frame, texts, shapes)


def _text(t: ET.Element) -> Text:
    x, y, size = (float(t.attrib[k]) for k in ("x", "y", "font-size"))
    written = t.text or ""
    width = exact_width(written, size, t.get("font-weight") == "bold")
    left = x - width * {"start": 0.0, "middle": 0.5, "end": 1.0}[t.attrib["text-anchor"]]
    return Text(written, Rect(left, y - 0.72 * size, left + width, y + 0.21 * size), t.attrib["fill"])


def exact_width(text: str, size: float, bold: bool) -> float:
    """Width as a browser draws it with Arial's metrics; what the font lacks takes an em, what combines takes none."""
    known = table(bold)
    ems = [known[c] / EM if c in known else 0.0 if unicodedata.category(c) in ("Mn", "Me", "Cf") else 1.0 for c in text]
    return sum(ems) * size


def _shapes(g: ET.Element) -> Iterator[tuple[Rect, str]]:
    for e in g.iter():
        if e.tag == f"{SVG}rect" and e.attrib["fill"] != "none":
            x, y, w, h = (float(e.attrib[k]) for k in ("x", "y", "width", "height"))
            yield Rect(x, y, x + w, y + h), e.attrib["fill"]
        elif e.tag == f"{SVG}polygon":
            yield bounds([tuple(map(float, p.split(","))) for p in e.attrib["points"].split()]), e.attrib["fill"]
        elif e.tag == f"{SVG}path" and e.attrib["fill"] != "none":
            points = e.attrib["d"].replace("M", " ").replace("C", " ").split()
            yield bounds([tuple(map(float, p.split(","))) for p in points]), e.attrib["fill"]


def bounds(points: list[Any]) -> Rect:
    xs, ys = [p[0] for p in points], [p[1] for p in points]
    return Rect(min(xs), min(ys), max(xs), max(ys))


def faults(drawing: Drawing) -> list[str]:
    """Every text that leaves its card or cell, and every two texts of one card or caption that overlap."""
    found = []
    for group in groups(drawing.svg):
        for text in group.texts:
            around = [r for r, _ in group.shapes if group.kind != "edge" and _anchored(r, text.rect)]
            if group.kind != "edge" and group.kind != "graph" and not around:
                found.append(f"{text.text!r} is in no box of {group.id}")
            found += [f"{text.text!r} leaves {r} with {text.rect}" for r in around if not r.holds(text.rect)]
        found += [f"{a.text!r} overlaps {b.text!r}" for a, b in combinations(group.texts, 2) if a.rect.meets(b.rect)]
    return found


def _anchored(shape: Rect, text: Rect) -> bool:
    """Whether the middle of a text's left edge is in a shape."""
    return shape.left <= text.left + 0.5 <= shape.right and shape.top <= (text.top + text.bottom) / 2 <= shape.bottom


def crowding(drawing: Drawing) -> list[str]:
    """Every caption that meets a card or another caption, and every two cards that meet."""
    all_groups = groups(drawing.svg)
    cards = [(g.id, g.frame) for g in all_groups if g.kind == "node" and g.frame]
    captions = [(t.text, t.rect) for g in all_groups if g.kind == "edge" for t in g.texts]
    found = [f"caption {t!r} is on card {c}" for t, r in captions for c, frame in cards if r.meets(frame)]
    found += [f"captions {a[0]!r} and {b[0]!r} overlap" for a, b in combinations(captions, 2) if a[1].meets(b[1])]
    return found + [f"cards {a[0]} and {b[0]} overlap" for a, b in combinations(cards, 2) if a[1].meets(b[1])]


EXAMPLES = Path(__file__).parents[2] / "examples"


def by_hand() -> list[str]:
    """The names of the examples that compute a step by hand, and train nothing."""
    sources = {path.stem: path.read_text("utf-8") for path in sorted(EXAMPLES.glob("*.py"))}
    return [n for n, s in sources.items() if "def build(" in s and not re.search("^from (digits|training) ", s, re.M)]


def example(name: str) -> tg.Tensor:
    """What an example of the gallery builds."""
    path = EXAMPLES / f"{name}.py"
    spec = importlib.util.spec_from_file_location(f"example_{name}", path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    built: tg.Tensor = module.build()
    return built


HOSTILE = {
    "markup": "<b>&\"'</b>",
    "entity": "&lt;&#65;",
    "cdata": "]]>",
    "newline": "a\nb\r\nc\td",
    "control": "a\x00\x01\x1b[31m",
    "surrogate": "\ud800lone\udfff",
    "nonchar": "\ufffe\uffff",
    "hebrew": "שלום עולם",
    "arabic": "مرحبا",
    "emoji": "😀👩\u200d👧",
    "long": "W" * 10_000,
    "wordy": "word " * 2_000,
    "backslash": r"\N\G\l\n" + "\\",
    "percent": "%s%d%(x)s",
    "javascript": "javascript:alert(1)",
    "spaces": "   ",
    "empty": "",
    "override": "\u202eevil",
    "accents": "e\u0301\u0302\u0303",
    "han": "漢字かな",
    "dot": '"]; x [label=<',
    "invisible": "\u00ad\u200b\ufeff",
    "filler": "\u3164",
    "mark": "\u0301\ufe0f",
    "slash": "a/b//c",
    "number": "-3e5",
    "quote": "'''",
}


def _random(*shape: int) -> Any:
    return np.random.default_rng(0).normal(size=shape)


def _wide() -> tg.Tensor:
    terms = [tg.tensor(0.1 * i, f"weight_{i}") * tg.tensor(1.0 + i, f"input_{i}") for i in range(6)]
    total = terms[0]
    for term in terms[1:]:
        total = total + term
    return total


def _extremes() -> tg.Tensor:
    values = [np.nan, np.inf, -np.inf, 1e300, -1e-300, 5e-324, -0.0, 123456789.123]
    total = tg.tensor(0.0, "zero")
    for i, value in enumerate(values):
        total = total + tg.tensor(value, f"v_{i}") * 1e10
    return total


def _scopes() -> tg.Tensor:
    x = tg.tensor(0.5, "x")
    for outer in ("encoder", "decoder"):
        with tg.scope(outer):
            x = tg.tanh(x)
            with tg.scope("inner part with a rather long title"):
                x = tg.sigmoid(x * 2.0)
    return x


def _names() -> tg.Tensor:
    made = [tg.tensor(0.5, name) for name in HOSTILE.values()]
    return tg.sum(tg.stack(made))


def _quiet(build: Callable[[], tg.Tensor]) -> Callable[[], tg.Tensor]:
    def built() -> tg.Tensor:
        with np.errstate(all="ignore"):
            return build()

    return built


TALES: dict[str, Callable[[], tg.Tensor]] = {
    name: _quiet(build)
    for name, build in {
        "backprop": lambda: example("backprop"),
        "conv": lambda: example("conv"),
        "square": lambda: (lambda x: x * x)(tg.tensor(3.0, "x")),
        "one node": lambda: tg.tensor(1.0, "x"),
        "one array": lambda: tg.tensor([[1.0, -2.0]], "x"),
        "wide": _wide,
        "extremes": _extremes,
        "scopes": _scopes,
        "names": _names,
        "long names": lambda: tg.tensor(1.0, "a_very_long_name_" * 9) * tg.tensor(2.0, "x" * 400),
        "integers": lambda: tg.tensor(np.array([[2**62, -(2**63)], [0, 1]]), "n"),
        "booleans": lambda: tg.where(tg.tensor(np.eye(3, dtype=bool), "m"), tg.tensor(_random(3, 3), "a"), 1.0),
        "single": lambda: tg.tensor(np.float32(0.1), "x") * tg.tensor(np.float32([0.1, 0.2]), "y"),
        "empty": lambda: tg.sum(tg.tensor(np.zeros((0, 3)), "e") * 2.0),
        "vector": lambda: tg.sum(tg.tensor(_random(12) * 1e5, "v") ** 2),
        "grid": lambda: tg.sum(tg.tensor(_random(8, 8) * 10.0 ** np.arange(-280, 360, 80), "x") * 3.0),
        "bad grid": lambda: tg.sum(tg.exp(tg.tensor([[np.nan, np.inf], [-np.inf, 800.0]], "x"))),
        "cube": lambda: tg.sum(tg.tensor(_random(4, 8, 8), "x") ** 2),
        "eight axes": lambda: tg.sum(tg.tensor(_random(2, 1, 2, 1, 2, 2, 1, 3), "x") ** 2),
        "heat": lambda: tg.mean(tg.relu(tg.tensor(_random(40, 30), "x") @ tg.parameter(_random(30, 20), "W"))),
        "bad heat": lambda: tg.sum(
            tg.tensor(np.where(_random(30, 40) > 1, np.nan, _random(30, 40) * 1e300), "x") * 2.0
        ),
        "all bad": lambda: tg.sum(tg.tensor(np.full((30, 40), -np.inf), "x") * 2.0),
        "strip": lambda: tg.sum(tg.tensor(_random(3000), "x") * tg.tensor(_random(3000), "y")),
        "no gradient": lambda: tg.tensor(np.arange(4), "k") + tg.constant(2.0, "c"),
        "many terms": lambda: tg.sum(tg.stack([tg.tensor(0.5, "x")] * 300)),
    }.items()
}
"""Programs whose drawings are tested."""


def random_program(seed: int, scalars: bool = False) -> tg.Tensor:
    """A few leaves and operations, some of them named, some in a scope, some used twice."""
    random = np.random.default_rng(seed)
    shape = () if scalars or random.random() < 0.4 else tuple(random.integers(1, 5, random.integers(1, 4)))
    made = [tg.tensor(random.normal(size=shape), f"x_{i}") for i in range(random.integers(1, 4))]
    for _ in range(random.integers(1, 12)):
        a, b = (made[j] for j in random.integers(0, len(made), 2))
        with tg.scope("part") if random.random() < 0.2 else nullcontext():
            y = _operation(int(random.integers(0, 8)), a, b)
        made.append(y)
    return made[-1] if scalars or made[-1].ndim == 0 else tg.sum(made[-1])


def _operation(kind: int, a: tg.Tensor, b: tg.Tensor) -> tg.Tensor:
    made: list[Callable[[], Any]] = [
        lambda: a + b,
        lambda: a * b,
        lambda: a - b,
        lambda: -a,
        lambda: a**2,
        lambda: tg.tanh(a),
        lambda: a / (b * b + 1.5),
        lambda: 0.5 * a,
    ]
    return made[kind]()  # type: ignore[no-any-return]
