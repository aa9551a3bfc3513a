"""Tables whose columns align in a terminal, whatever the characters; and what is cut to a number of places."""

from __future__ import annotations

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.text.table import aligned, columns, markdown
from tracegraph.text.width import cut, width

TEXTS = ["w₃₅", "漢字層", "q\u0302", "∂L/∂w", "", "a" * 50, "ｗｉｄｅ"]


def cells(line: str, widths: list[int]) -> list[str]:
    """A line taken apart at the places where columns begin."""
    found = []
    for w in widths:
        end = next((i for i in range(len(line) + 1) if width(line[:i]) >= w + 2), len(line))
        end += len(line[end:]) - len(line[end:].lstrip("\u0302"))  # an accent belongs to the letter before it
        found.append(line[:end].strip())
        line = line[end:]
    return found


@pytest.mark.parametrize("right", [(), (1,), (0, 2)])
def test_columns_align_by_places(right: tuple[int, ...]) -> None:
    rows = [list(row) for row in zip(TEXTS, TEXTS[1:], TEXTS[2:])]
    widths = [max(map(width, column)) for column in zip(*rows)]
    head, rule, *lines = columns([rows[0], None, *rows[1:]], right)
    assert rule == "  ".join("─" * w for w in widths)
    assert [cells(line, widths) for line in (head, *lines)] == rows
    for line, row in zip((head, *lines), rows, strict=True):
        if 0 in right and row[0]:
            assert width(line[: line.index(row[0])]) == widths[0] - width(row[0])


def test_the_rule_under_sentences_is_short() -> None:
    lines = aligned(["a", "cause"], [["x", "word " * 30]])
    assert lines[1] == "─  " + "─" * 44


def test_tables_of_the_package_align_wide_names() -> None:
    with tg.scope("漢字層"):
        h = tg.tanh(tg.tensor(np.ones((1, 3)), "x") @ tg.parameter(np.ones((3, 2)), "w"))
    head, _, row, *_ = str(tg.layers(tg.sum(h), depth=0)).splitlines()
    assert width(head[: head.index("operations")]) == width(row[: row.index("matmul")])
    named = tg.exp(tg.parameter(1.0, "w"))
    named.name = "漢字"
    checked = str(tg.gradcheck(named)).splitlines()
    assert width(checked[0][: checked[0].index("op")]) == width(checked[2][: checked[2].index(" exp") + 1])


def test_markdown_has_a_cell_for_each_text() -> None:
    lines = markdown(["a", "b"], [["x|y", "`c`"]], right=[1])
    assert lines == ["| a | b |", "| :-- | --: |", "| x&#124;y | \\`c\\` |"]


@pytest.mark.parametrize("text", TEXTS)
@pytest.mark.parametrize("most", [1, 2, 5, 60])
def test_cut_keeps_within_the_places(text: str, most: int) -> None:
    short = cut(text, most)
    assert width(short) <= most
    assert short == text if width(text) <= most else short.endswith("…") and text.startswith(short[:-1])
