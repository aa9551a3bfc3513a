"""Where Arial is missing, text stays in its box: in fonts of its widths wholly, in DejaVu Sans but for a hair.

Helvetica, Liberation Sans and Nimbus Sans have Arial's widths; DejaVu Sans, the last one that is named, is up to a
seventh wider. Lines are held at their left, so that all of that sticks out at the right of a long line.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from stories import story
from test_browser import CHROMIUM
from test_browser import measured as in_browser

import tracegraph as tg
from tracegraph.formats.svg import FONTS, still

NAMES = [
    "example backprop",
    "example conv",
    "tale long names",
    "tale grid",
    "heat, full",
    "tale wide",
    "theme slides",
    "flow of layers",
    "marked",
    "run",
]
ALIKE = [FONTS, "Arial", "Helvetica", "'Liberation Sans'", "'Nimbus Sans'"]
ROOM = 0.5  # points: the browser rounds glyphs to fractions of a pixel
# When lines were held in their middle, the two bounds below were 8 points and 0.04. Since every line of a card begins
# at its left, all that a wider font needs more is at one side, and more lines are as long as their card is wide.
HAIR = 14.0  # points, at scale 1, by which a long line may stick out in DejaVu Sans
OFTEN = 0.125  # of all texts do so at most
MANY = 1000  # texts are measured at least; it was 1400 when every card had more lines
MEASURE = """
const found = [];
for (const card of document.querySelectorAll("g[id]")) {
  if (!/_n\\d+$|_node\\d+$/.test(card.id)) continue;
  const box = card.querySelector("path, rect").getBBox();
  for (const text of card.querySelectorAll("text")) {
    const b = text.getBBox();
    found.push([text.textContent, Math.max(box.x - b.x, b.x + b.width - box.x - box.width), b.width]);
  }
}
document.body.innerHTML = "<pre id=found></pre>";
document.getElementById("found").textContent = JSON.stringify(found);
"""
REACHES = """
const found = [], cards = [...document.querySelectorAll("g[id]")].filter(g => /_n\\d+$|_node\\d+$/.test(g.id));
const boxes = cards.map(card => card.querySelector("path, rect").getBoundingClientRect());
cards.forEach((card, i) => {
  for (const text of card.querySelectorAll("text")) {
    const t = text.getBoundingClientRect();
    const into = boxes.map((b, k) => k == i ? 0 : Math.min(
      Math.min(t.right, b.right) - Math.max(t.left, b.left), Math.min(t.bottom, b.bottom) - Math.max(t.top, b.top)));
    found.push([text.textContent, Math.max(0, ...into), t.width]);
  }
});
document.body.innerHTML = "<pre id=found></pre>";
document.getElementById("found").textContent = JSON.stringify(found);
"""

needs_chromium = pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")


def svgs() -> list[str]:
    """Drawings, and the last frames of their slides."""
    drawings = [story(name) for name in NAMES]
    frames = [tg.frames(d, by="step") for d in drawings]
    return [d.svg for d in drawings] + [still(f, len(f) - 1).decode() for f in frames]


def measured(folder: Path, pictures: list[str], family: str) -> list[tuple[str, float, float]]:
    """What the browser measures of the texts, drawn with another family of fonts."""
    return in_browser(folder, [svg.replace(FONTS, family) for svg in pictures], MEASURE)


@pytest.mark.browser
@needs_chromium
@pytest.mark.parametrize("family", ALIKE)
def test_no_text_leaves_its_card_in_a_font_of_the_same_widths(family: str, tmp_path: Path) -> None:
    rows = measured(tmp_path, svgs(), family)
    assert len(rows) > MANY and not [row for row in rows if row[1] > ROOM]


@pytest.mark.browser
@needs_chromium
def test_in_a_wider_font_few_lines_leave_their_card_by_a_hair(tmp_path: Path) -> None:
    if "DejaVu Sans" not in subprocess.run(["fc-list"], capture_output=True, text=True).stdout:
        pytest.skip("DejaVu Sans is not installed")
    pictures = svgs()
    wide, due = (measured(tmp_path, pictures, family) for family in ("'DejaVu Sans'", FONTS))
    assert sum(row[2] for row in wide) > 1.05 * sum(row[2] for row in due)  # it is another font
    out = [row for row in wide if row[1] > ROOM]
    assert len(wide) > MANY and len(out) < OFTEN * len(wide)
    assert max(row[1] for row in out) < HAIR  # also in the pictures of a larger scale
    reaching = in_browser(tmp_path, [svg.replace(FONTS, "'DejaVu Sans'") for svg in pictures], REACHES)
    assert len(reaching) == len(wide) and not [row for row in reaching if row[1] > ROOM]  # none is in another card


@pytest.mark.browser
@needs_chromium
def test_text_that_leaves_is_noticed(tmp_path: Path) -> None:
    svg = story("example backprop").svg
    larger = svg.replace('font-size="13"', 'font-size="24"')
    assert larger != svg
    assert [row for row in measured(tmp_path, [larger], FONTS) if row[1] > ROOM]


@pytest.mark.office
@pytest.mark.skipif(not (shutil.which("soffice") and shutil.which("pdftotext")), reason="no soffice or pdftotext")
def test_slides_in_libreoffice_with_another_font(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A font that is not there at all, and the wider one."""
    pptx = pytest.importorskip("test_pptx_files")
    deck = tg.Deck("", tuple(tg.frames(story(name), steps="") for name in NAMES)).render("pptx")
    counts = {}
    for family in ("No Such Font", "DejaVu Sans"):
        fonts = 'typeface="Arial"', f'typeface="{family}"'
        data = pptx.changed(deck, r"ppt/(slides/slide\d+|theme/theme1)\.xml", *fonts)
        (tmp_path / family).mkdir()
        pages = pptx.words(tmp_path / family, data)
        for room in (pptx.ROOM, HAIR):
            monkeypatch.setattr(pptx, "ROOM", room)
            inside, out = pptx.leaving(data, pages)
            counts[family, room] = len(out)
            assert inside > 300
        monkeypatch.undo()
    assert [n for (_, room), n in counts.items() if room == HAIR] == [0, 0], counts
