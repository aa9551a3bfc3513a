"""A value or a gradient as it is shown on a card: a number, a grid of numbers, or a heat map with a summary."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ..graph import Mark
from ..graph.measure import norm
from ..text.numbers import MINUS, clean, element, number
from .heat import BINS, LARGE, Heat, MapSize, heat, histogram

GRID = 8  # rows up to which an array is shown number by number
WIDE = 12  # columns of such an array
VECTOR = 32  # elements of a vector that is shown so, in several rows
NAMED = 32  # rows of an array whose rows have names
GRADIENT = "∂"  # what stands beside an array that is a gradient
CAUSE = 32  # characters of the name of a slip that stands beside its cross
MARKS = 4  # marks that are listed one by one on a card
SIGNS = {"agrees": "✓", "rounding": "≈", "slip": "✗", "carried": "→", "left blank": "·"}
"""How a verdict is shown; none rests on colour."""
WRONG = ("slip", "carried")
SAME = 1e-12  # of the largest: a range in which rounding decides the bins
FEW = 2  # digits of the ends of a histogram; the summary above it has all
SLICES = 4  # matrices of a small three-dimensional array that are shown side by side


@dataclass(frozen=True, slots=True)
class Line:
    """One line of text; ``style`` is one of `theme.STYLES`. ``struck`` is struck through, and ``after`` follows it."""

    text: str
    style: str
    struck: str = ""
    after: str = ""


@dataclass(frozen=True, slots=True)
class Grid:
    """A matrix number by number; ``tones`` from -1 to 1 colour the cells, None where a number is not finite.

    ``focus``: which cells are framed; empty for none. ``names`` of its rows stand before them. A last row may be short.
    """

    cells: tuple[tuple[str, ...], ...]
    tones: tuple[tuple[float | None, ...], ...]
    focus: tuple[tuple[bool, ...], ...] = ()
    names: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Panel:
    """A value or a gradient: a number, grids, or a heat map and a summary; ``sign`` colours a number.

    ``heading``: what the gradient is called, empty for a value; beside an array stands the short ``mark`` instead.
    ``names`` of its rows stand before a heat map. ``spark``: a histogram below them, with ``spread`` under it.
    """

    heading: str = ""
    number: str = ""
    sign: int = 0
    mark: str = ""
    grids: tuple[Grid, ...] = ()
    lines: tuple[Line, ...] = ()
    heat: Heat | None = None
    names: tuple[str, ...] = ()
    spark: Heat | None = None
    spread: tuple[Line, ...] = ()


@dataclass(frozen=True, slots=True)
class ArrayStyle:
    """How much is said of arrays.

    ``cells``: significant digits in a grid and of a range; those of a number by default. ``maps``: how large heat maps
    are. ``norm``: stands beside the range. ``zeros``: their share does, and ``histogram``: there is one as well.
    """

    cells: int | None = None
    maps: MapSize = LARGE
    norm: bool = True
    zeros: bool = False
    histogram: bool = False


FULL = ArrayStyle()


def panel(
    heading: str,
    value: Any,
    digits: int,
    style: ArrayStyle = FULL,
    *,
    signed: bool = False,
    focus: tuple[Any, ...] = (),
    names: tuple[str, ...] = (),
) -> Panel:
    """Word a value; ``signed`` gives a number the colour of its sign, ``focus`` are the elements to be framed.

    ``names`` of its rows, or of the elements of a vector, stand before them.
    """
    if np.ndim(value) == 0:
        return Panel(heading, number(value, digits), int(np.sign(value)) if signed and np.isfinite(value) else 0)
    array, mark = np.asarray(value), GRADIENT if heading else ""
    if array.size == 0:
        return Panel(heading, "empty")
    shown = array.reshape(-1, 1) if names and array.ndim == 1 else array
    matrices = _matrices(shown, bool(names))
    if matrices is None:
        image = heat(shown, style.maps)
        note = (Line(image.note, "note"),) if image.note else ()
        lines = (Line(_summary(array, digits, style), "note"), *note, *_extent(focus))
        made = Panel(heading, mark=mark, lines=lines, heat=image, names=names)
        return _with_spark(made, array, digits) if style.histogram else made
    largest = _largest(array)
    grids = [_grid(m, largest, style.cells or digits, names) for m in matrices]
    framed = _matrices(_mask(array, focus).reshape(shown.shape), bool(names)) if focus else None
    for i, mask in enumerate(framed or ()):
        grids[i] = replace(grids[i], focus=tuple(tuple(row.tolist()) for row in mask))
    return Panel(heading, mark=mark, grids=tuple(grids))


def marked(marks: tuple[Mark, ...], gradient: str) -> tuple[Line, ...]:
    """Word what a teacher found: a sign, what was written, struck through if it is not right, and what is right.

    Of a matrix only what is wrong is listed. ``gradient`` is how the gradient is called.
    """
    wrong = [m for m in marks if m.verdict in WRONG]
    listed = wrong if len(marks) > 1 and any(m.index for m in marks) else list(marks)
    lines = [_marked(m, gradient) for m in listed[:MARKS]]
    if len(listed) > MARKS:
        lines.append(Line(f"… {len(listed) - MARKS} more", "mark"))
    elif not listed and marks:
        signs = dict.fromkeys(SIGNS.get(m.verdict, m.verdict) for m in marks)
        lines.append(Line(" ".join(s for s in signs if len(signs) == 1 or s != SIGNS["left blank"]), "mark"))
    return tuple(lines)


def _marked(mark: Mark, gradient: str) -> Line:
    name = f" {gradient}" if mark.quantity == "gradient" else ""
    place = f" [{', '.join(map(str, mark.index))}]" if mark.index else ""
    head = f"{SIGNS.get(mark.verdict, mark.verdict)}{name}{place} "
    written, right = (clean(text).replace("-", MINUS) for text in (mark.written, mark.right))
    if not right:
        return Line(head + written, "mark")
    why = f" ({clean(mark.cause)})" if 0 < len(mark.cause) <= CAUSE else ""
    return Line(head, "mark", written, (f" {right}" if written else right) + why)


def _largest(array: Any) -> float:
    sizes = np.abs(np.asarray(array, float))
    return float(sizes[np.isfinite(sizes)].max(initial=0.0))


def _summary(array: Any, digits: int, style: ArrayStyle) -> str:
    """The range of what is finite, how many entries are not, and the norm or the share of zeros if asked for."""
    flat = np.asarray(array, float).ravel()
    finite = flat[np.isfinite(flat)]
    parts = [_range(finite, style.cells or digits)] if finite.size else []
    if bad := flat.size - finite.size:
        parts.append(f"{bad} of {flat.size} NaN or ∞")
    elif style.norm:
        parts.append(f"‖·‖ {number(norm(array), digits)}")
    if style.zeros and not style.histogram and parts and (zeros := _zeros(finite)):
        parts.append(zeros)
    return ", ".join(parts)


def _zeros(finite: Any) -> str:
    """The share of exact zeros, if there are many and others as well."""
    zeros = finite.size - int(np.count_nonzero(finite))
    return f"{100 * zeros / finite.size:.0f} % exactly 0" if finite.size / BINS < zeros < finite.size else ""


def _range(finite: Any, digits: int) -> str:
    low, high = element(finite.min(), digits), element(finite.max(), digits)
    return f"{low} … {high}" if low != high else f"{'all' if finite.min() == finite.max() else 'about'} {low}"


def _with_spark(panel: Panel, array: Any, digits: int) -> Panel:
    """The panel with a histogram of what is finite; in words where all of it is the same."""
    flat = np.asarray(array, float).ravel()
    finite = flat[np.isfinite(flat)]
    if not finite.size:
        return panel
    low, high = float(finite.min()), float(finite.max())
    if high - low <= SAME * _largest(finite):
        same = "all exactly 0" if low == high == 0 else f"all {number(low, digits)}"
        return replace(panel, spread=(Line(same, "note"),))
    text = f"histogram: {BINS} bins, {number(low, FEW)} to {number(high, FEW)}"
    ends = Line(", ".join(part for part in (text, _zeros(finite)) if part), "note")
    return replace(panel, spark=histogram(finite), spread=(ends,))


def _matrices(array: Any, named: bool) -> list[list[Any]] | None:
    """A small array as matrices to be shown number by number, as rows; None where it is too large."""
    rows = np.atleast_2d(array)
    height, width = rows.shape[-2:]
    if not named and WIDE < array.size == max(array.shape) <= VECTOR:
        return [_wrapped(array.ravel())]
    if height > (NAMED if named else GRID) or width > WIDE or rows.size > SLICES * height * width:
        return None
    return [list(matrix) for matrix in rows.reshape(-1, height, width)]


def _wrapped(vector: Any) -> list[Any]:
    """A vector in rows of about the same length."""
    rows = -(-len(vector) // GRID)
    length = -(-len(vector) // rows)
    return [vector[i : i + length] for i in range(0, len(vector), length)]


def _mask(array: Any, focus: tuple[Any, ...]) -> Any:
    """Where the elements of interest are."""
    mask = np.zeros(array.shape, bool)
    mask[tuple(np.transpose(focus))] = True
    return mask


def _extent(focus: tuple[Any, ...]) -> tuple[Line, ...]:
    """Where the elements of interest are, in words, for an array too large to frame them."""
    if not focus:
        return ()
    ends = zip(np.min(focus, axis=0).tolist(), np.max(focus, axis=0).tolist(), strict=True)
    return (Line("reads " + ", ".join(f"{a}" if a == b else f"{a} to {b}" for a, b in ends), "note"),)


def _grid(rows: list[Any], largest: float, digits: int, names: tuple[str, ...]) -> Grid:
    def tone(x: Any) -> float | None:
        return None if not np.isfinite(x) else float(x) / largest if largest else 0.0

    cells = tuple(tuple(element(x, digits) for x in row) for row in rows)
    return Grid(cells, tuple(tuple(tone(x) for x in row) for row in rows), names=names)
