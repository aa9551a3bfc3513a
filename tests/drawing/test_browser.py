"""A real browser measures the texts of drawings against their cards."""

from __future__ import annotations

import html
import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from pictures import TALES

import tracegraph as tg

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
ROOM = 0.5  # points: the browser rounds glyphs to fractions of a pixel
MEASURE = """
const found = [];
for (const node of document.querySelectorAll("g.node")) {
  const card = node.querySelector("path, rect").getBBox();
  for (const text of node.querySelectorAll("text")) {
    const b = text.getBBox();
    const out = Math.max(card.x - b.x, b.x + b.width - card.x - card.width,
                         card.y - b.y, b.y + b.height - card.y - card.height);
    found.push([text.textContent, out, b.width]);
  }
}
const pre = document.createElement("pre");
pre.id = "found"; pre.textContent = JSON.stringify(found);
document.body.appendChild(pre);
"""


def measured(folder: Path, svgs: list[str], script: str = MEASURE) -> list[tuple[str, float, float]]:
    """For each text in the browser: what it says, by how much it leaves its card, and its width."""
    assert CHROMIUM
    page = folder / "page.html"
    bodies = "\n".join(svg.partition("?>")[2] for svg in svgs)
    page.write_text(f"<!DOCTYPE html><meta charset='utf-8'><body>{bodies}<script>{script}</script>", encoding="utf-8")
    told = subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            f"--user-data-dir={folder / 'profile'}",
            "--virtual-time-budget=5000",
            "--dump-dom",
            page.as_uri(),
        ],
        capture_output=True,
        text=True,
        timeout=90,
        encoding="utf-8",
    ).stdout
    found = re.search('<pre id="found">(.*?)</pre>', told, re.DOTALL)
    assert found, "the browser did not run the page"
    return [tuple(row) for row in json.loads(html.unescape(found[1]))]


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")
def test_a_browser_finds_every_text_in_its_card(tmp_path: Path) -> None:
    svgs = [
        tg.draw(TALES[tale](), detail="full", theme=theme).svg
        for tale, theme in [
            ("backprop", "light"),
            ("conv", "slides"),
            ("long names", "dark"),
            ("grid", "print"),
            ("heat", "light"),
            ("wide", "slides"),
        ]
    ]
    rows = measured(tmp_path, svgs)
    assert len(rows) > 300 and all(width > 0 for text, _, width in rows if text.strip())
    assert not [row for row in rows if row[1] > ROOM]
    planted = svgs[0].replace('font-size="13"', 'font-size="24"')
    assert planted != svgs[0]
    assert [row for row in measured(tmp_path, [planted]) if row[1] > ROOM]
