"""One exercise sheet: the question, the picture with blanks, the table to fill in, and the key as a worked solution."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from ..drawing import Drawing, draw
from ..errors import GraphError
from ..explanation import Explanation, explain
from ..explanation.as_latex import HEAD
from ..explanation.as_markdown import write as markdown
from ..explanation.as_text import write as text
from ..explanation.equation_parts import Equation, Section, Shown
from ..explanation.equations import moves, title
from ..files import write_atomic
from ..graph import Graph
from ..picture.panels import Grid, Panel
from ..picture.parts import Arrow, Box, Picture
from ..text.latex import ascii_only, latex_text
from ..views.fold import fold
from .answer_table import Asked, as_csv, as_latex, as_markdown, as_pdf

BLANK = "…"
FONT = "Arial"


@dataclass(frozen=True)
class Exercise:
    """The result of `exercise`: ``graph`` with its numbers, and what is ``asked``; ``save`` writes sheet and key."""

    graph: Graph
    seed: int
    digits: int
    asked: tuple[Asked, ...]

    @property
    def title(self) -> str:
        """The heading of the sheet."""
        return f"Exercise {self.seed}"

    @property
    def task(self) -> str:
        """What is to be done."""
        return (
            f"Compute the quantities in the table. Round each to {self.digits} significant digits, and go on with that."
        )

    @property
    def key(self) -> Explanation:
        """The worked solution."""
        solution = explain(self.graph, digits=self.digits)
        return Explanation(f"Key to exercise {self.seed}", solution.sections)

    @property
    def sections(self) -> tuple[Section, ...]:
        """What is given, and the formulas of what is asked for, without numbers."""
        graph = fold(self.graph)
        every = [m for m in moves(graph, self.digits) if m.stage != "backward"]
        given = tuple(e for m in every if m.stage == "given" for e in m.equations)
        formulas = tuple(_question(e) for m in every if m.stage != "given" for e in m.equations if e.formula)
        return (Section("Given", "", given), Section("To compute", self.task, formulas))

    def picture(self, **options: Any) -> Drawing:
        """The computation with blanks where the results stand; ``options`` as for `draw`."""
        drawing = draw(self.graph, title=self.title, **options)
        computed = {f"n{n.key}" for n in drawing.graph if n.formula}
        return drawing.reworded(blank(drawing.picture, computed))

    def render(self, format: str) -> bytes:
        """The sheet as csv (the table alone), md, tex, txt or pdf; raises `GraphError` for another format."""
        if format not in WRITERS:
            raise GraphError(f"an exercise is written as {', '.join(WRITERS)}, not {format!r}")
        written = WRITERS[format](self)
        return written if isinstance(written, bytes) else written.encode()

    def save(self, folder: str | Path, formats: tuple[str, ...] = ("md", "csv", "tex", "pdf", "svg")) -> list[Path]:
        """Write sheet-07.md and so on, key-07.md and key-07.tgraph (to mark with) into a folder; return the paths."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        number = f"{self.seed:02}"
        paths = []
        for format in formats:
            paths.append(folder / f"sheet-{number}.{format}")
            data = self.picture().render("svg") if format == "svg" else self.render(format)
            write_atomic(paths[-1], data)
        paths += [self.key.save(folder / f"key-{number}.md"), folder / f"key-{number}.tgraph"]
        self.graph.save(paths[-1])
        return paths

    def to_markdown(self) -> str:
        """The sheet in Markdown."""
        return f"{markdown(self.title, self.sections)}\n{as_markdown(self.asked)}"

    def to_latex(self) -> str:
        """The sheet as a LaTeX document."""
        from ..explanation.as_latex import STYLE, displays

        parts = [HEAD + rf"\section*{{{self.title}}}"]
        for section in self.sections:
            parts += [rf"\subsection*{{{section.title}}}", latex_text(section.lead)]
            parts += [f"\\begin{{align*}}\n{body}\n\\end{{align*}}" for body in displays(section, STYLE)]
        return ascii_only("\n".join([*parts, as_latex(self.asked), r"\end{document}", ""]))

    def to_text(self) -> str:
        """The sheet as plain text."""
        return text(self.title, self.sections) + "\n" + "\n".join(f"{r.title} = ________" for r in self.asked) + "\n"

    def to_pdf(self) -> bytes:
        """The sheet as a page to print."""
        lines = text(self.title, self.sections).splitlines()[1:]
        return as_pdf(self.title, [line for line in lines if line.strip()], self.asked, {"font": FONT})

    def _repr_markdown_(self) -> str:
        return self.to_markdown()

    def __str__(self) -> str:
        return self.to_text()

    def __repr__(self) -> str:
        return f"Exercise({title(self.graph)!r}, seed {self.seed}, {len(self.asked)} quantities)"


WRITERS: dict[str, Callable[[Exercise], str | bytes]] = {
    "md": Exercise.to_markdown,
    "csv": lambda sheet: as_csv(sheet.asked),
    "tex": Exercise.to_latex,
    "pdf": Exercise.to_pdf,
    "txt": Exercise.to_text,
}
"""How a sheet is written, by the suffix of the file."""


def _question(e: Equation) -> Equation:
    """The formula of an equation, without its numbers and its result."""
    return replace(e, values=None, result=Shown(BLANK))


def blank(picture: Picture, computed: set[str]) -> Picture:
    """A picture without the numbers of these cards, without gradients, and without numbers on arrows."""
    boxes = tuple(_blank_box(box, box.key in computed) for box in picture.boxes)
    return replace(picture, boxes=boxes, arrows=tuple(_blank_arrow(a) for a in picture.arrows))


def _blank_box(box: Box, computed: bool) -> Box:
    values = [panel for panel in box.panels if not panel.heading and not panel.mark]
    panels = tuple(_blank_panel(p) for p in values) if computed else tuple(values)
    rows = tuple(_blank_box(row, False) for row in box.rows)
    return replace(box, panels=panels, rows=rows, tags=(), label=box.title)


def _blank_panel(panel: Panel) -> Panel:
    grids = tuple(_blank_grid(grid) for grid in panel.grids)
    return Panel(panel.heading, BLANK if panel.number or not grids else "", grids=grids, names=panel.names)


def _blank_grid(grid: Grid) -> Grid:
    cells = tuple(tuple(BLANK for _ in row) for row in grid.cells)
    return replace(grid, cells=cells, tones=tuple(tuple(0.0 for _ in row) for row in grid.tones))


def _blank_arrow(arrow: Arrow) -> Arrow:
    return replace(arrow, lines=(), weight=None, sign=0, label="")
