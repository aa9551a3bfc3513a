"""Frames as a Beamer document or as frames for one: TikZ with overlays, from the coordinates of the layout."""

from __future__ import annotations

from collections.abc import Iterator

from ..layout.page import WIDTH, place
from ..layout.scene import Area, Curve, Image, Item, Text
from ..layout.sheet import Document, Sheet
from ..picture.heat import pixels
from ..text.latex import maths
from ..text.metrics import text_width
from . import Options

PAPER = 455.24  # points of TeX that a 16:9 slide of Beamer is wide
CELLS = 24  # rows and columns of a heat map; TeX draws each cell
CAPTION = 8.0  # points of the sentence below the drawing
DASH = {"solid": "", "dashed": ",dashed", "dotted": ",dotted"}
ANCHOR = {"start": "base west", "middle": "base", "end": "base east"}

NEEDS = r"""\usepackage{amsmath,amssymb,tikz}
% \tgtext{width}{size}{text}: set at 10 points and scaled, as mathematical fonts do not come in every size; a text
% that is wider here than in the drawing is made as wide as it is there
\providecommand{\tgtext}[3]{\sbox0{\fontsize{10}{12}\selectfont\scalebox{#2}{#3}}%
  \ifdim\wd0>#1pt\resizebox{#1pt}{\ht0}{\usebox0}\else\usebox0\fi}"""
HEAD = r"""\documentclass[aspectratio=169,10pt]{beamer}
%s
\setbeamertemplate{navigation symbols}{}
\title{%s}
\date{}
\begin{document}
"""


def write(deck: Document, options: Options = Options()) -> bytes:
    """A document that compiles by itself; it needs beamer, tikz and amsmath."""
    first = "\\begin{frame}\n\\titlepage\n\\end{frame}\n" if deck.title else ""
    frames = [_frame(chapter) for chapter in deck.chapters]
    return "\n".join([HEAD % (NEEDS, maths(deck.title)), first, *frames, "\\end{document}\n"]).encode("ascii")


def write_frame(deck: Document, options: Options = Options()) -> bytes:
    r"""The frames alone, for ``\input`` in a document of one's own; a comment says what its preamble needs."""
    needs = "".join(f"% {line}\n" for line in ["The preamble needs:", *NEEDS.split("\n")])
    return "\n".join([needs, *map(_frame, deck.chapters)]).encode("ascii")


def _frame(chapter: Sheet) -> str:
    """One frame of Beamer, with an overlay for each step; colours are known in it only."""
    scene, painter = chapter.scene, _Painter(chapter)
    body, title = list(painter.body()), "".join([maths(chapter.title), *painter.overview()])
    x, y = f"{scene.width:.2f}", f"{scene.height:.2f}"
    background, text = painter.color(scene.theme.background), painter.color(scene.theme.text)
    return "\n".join(
        [
            "{%",
            *painter.colors(),
            rf"\setbeamercolor{{background canvas}}{{bg={background}}}\setbeamercolor{{frametitle}}{{fg={text}}}",
            rf"\begin{{frame}}{{{title}}}",
            r"\centering",
            rf"\makebox[\textwidth]{{\begin{{tikzpicture}}[x={painter.unit:.4f}pt,y=-{painter.unit:.4f}pt]",
            r"\tikzset{every node/.style={inner sep=0pt}}",
            rf"\useasboundingbox (0,0) rectangle ({x},{y});",
            *body,
            r"\end{tikzpicture}}\par\vspace{3pt}",
            rf"\color{{{text}}}\fontsize{{{CAPTION}}}{{{CAPTION + 2}}}\selectfont",
            *painter.captions(),
            r"\end{frame}}",
            "",
        ]
    )


class _Painter:
    """Writes the items of one chapter."""

    def __init__(self, chapter: Sheet) -> None:
        self.chapter = chapter
        self.unit = place(chapter.scene).scale * PAPER / WIDTH
        self.used: dict[str, None] = {}

    def body(self) -> Iterator[str]:
        r"""Each part, inside ``\uncover`` where it is not always there."""
        spans = self.chapter.spans
        for piece in self.chapter.scene.pieces:
            for part in piece.parts:
                if (piece.key, part.name) in spans:
                    lines = [line for item in part.items for line in self.item(item)]
                    yield from self.covered(spans[piece.key, part.name], lines)

    def overview(self) -> Iterator[str]:
        """The small map of a drawing on several slides, at the right end of the title."""
        if self.chapter.overview:
            unit = PAPER / WIDTH
            yield rf"\hfill\begin{{tikzpicture}}[x={unit:.4f}pt,y=-{unit:.4f}pt,baseline=(current bounding box.center)]"
            yield from map(self.area, self.chapter.overview)
            yield r"\end{tikzpicture}"

    def covered(self, spans: tuple[tuple[int, int], ...], lines: list[str]) -> list[str]:
        last = len(self.chapter)
        if spans == ((1, last),):
            return lines
        when = ",".join(f"{a}-" if b == last else f"{a}-{b}" for a, b in spans)
        return [rf"\uncover<{when}>{{%", *lines, "}"]

    def captions(self) -> Iterator[str]:
        return (rf"\only<{i}>{{{maths(frame.caption)}}}%" for i, frame in enumerate(self.chapter, 1))

    def colors(self) -> Iterator[str]:
        return (rf"\definecolor{{{_name(color)}}}{{HTML}}{{{color[1:].upper()}}}" for color in self.used)

    def color(self, color: str) -> str:
        """The name of a colour, which is to be defined."""
        self.used[color] = None
        return _name(color)

    def item(self, item: Item) -> Iterator[str]:
        if isinstance(item, Area):
            yield self.area(item)
        elif isinstance(item, Curve):
            start, *rest = (f"({x:.2f},{y:.2f})" for x, y in item.points)
            bends = "".join(f" .. controls {a} and {b} .. {c}" for a, b, c in zip(*[iter(rest)] * 3, strict=True))
            yield rf"\draw[{self.color(item.stroke)},{self.line(item.width)}{DASH[item.dash]}] {start}{bends};"
        elif isinstance(item, Text):
            yield self.text(item)
        else:
            yield from self.image(item)

    def line(self, width: float) -> str:
        return f"line width={width * self.unit:.3f}pt"

    def area(self, area: Area) -> str:
        paint = [f"fill={self.color(area.fill)}"] if area.fill else []
        paint += [f"draw={self.color(area.stroke)}", self.line(area.width)] if area.stroke else []
        if area.radius:
            x, y, w, h = area.box
            paint.append(f"rounded corners={area.radius * self.unit:.2f}pt")
            return rf"\path[{','.join(paint)}] ({x:.2f},{y:.2f}) rectangle ({x + w:.2f},{y + h:.2f});"
        corners = " -- ".join(f"({x:.2f},{y:.2f})" for x, y in area.points)
        return rf"\path[{','.join(paint)}] {corners} -- cycle;"

    def text(self, text: Text) -> str:
        width = text_width(text.text, text.size, text.bold) * self.unit
        written = rf"\textcolor{{{self.color(text.color)}}}{{{_bold(maths(text.text), text.bold)}}}"
        inner = rf"\tgtext{{{width:.2f}}}{{{text.size * self.unit / 10:.4f}}}{{{written}}}"
        if text.struck:  # a line through the middle of the letters
            inner = rf"\rlap{{\raisebox{{.6ex}}{{\rule{{{width:.2f}pt}}{{.4pt}}}}}}{inner}"
        return rf"\node[anchor={ANCHOR[text.anchor]}] at ({text.x:.2f},{text.y:.2f}) {{{inner}}};"

    def image(self, image: Image) -> Iterator[str]:
        """Cell by cell, neighbours of one colour in a row as one rectangle."""
        rows = pixels(image.data, CELLS)
        w, h = image.width / len(rows[0]), image.height / len(rows)
        for i, row in enumerate(rows):
            starts = [j for j in range(len(row)) if j == 0 or row[j] != row[j - 1]]
            for a, b in zip(starts, [*starts[1:], len(row)], strict=True):
                left, right, top = image.x + a * w, image.x + b * w, image.y + i * h
                corners = f"({left:.2f},{top:.2f}) rectangle ({right:.2f},{top + h:.2f})"
                yield rf"\fill[{self.color(row[a])}] {corners};"


def _bold(text: str, bold: bool) -> str:
    return rf"\bfseries\boldmath {text}" if bold else text


def _name(color: str) -> str:
    return f"tg{color[1:].lower()}"
