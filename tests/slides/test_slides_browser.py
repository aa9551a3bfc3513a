"""A real browser shows at each step what the frame shows: in the page, in reveal.js, and in an SVG that moves."""

from __future__ import annotations

import html
import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from pictures import TALES

import tracegraph as tg
from tracegraph.formats.html.reveal import fragments
from tracegraph.formats.moving_svg import REST, SECONDS
from tracegraph.formats.svg import still
from tracegraph.slides import Deck, Frame, Frames

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome", "chrome"))), None)
HOMES = [os.environ.get("REVEAL_JS", ""), *(f"{p}/lib/node_modules/reveal.js" for p in ("/usr", "/usr/local"))]
REVEAL = next((Path(home) for home in HOMES if home and (Path(home) / "dist" / "reveal.js").is_file()), None)
ROOM = 0.5  # points: the browser rounds glyphs to fractions of a pixel
pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")]

SEEN = """
const seen = (root) => [...root.querySelectorAll("g[id]")].filter((g) =>
  g.id.split("_").length > 2 && getComputedStyle(g).visibility === "visible").map((g) => g.id);
const tell = (found) => {
  const pre = document.createElement("pre");
  pre.id = "found"; pre.textContent = JSON.stringify(found);
  document.body.appendChild(pre);
};
"""


@pytest.fixture(scope="module")
def deck() -> Deck:
    """Two chapters: two scalars of a net with everything on the arrows, and grids on a dark ground."""
    one = tg.frames(tg.draw(TALES["backprop"](), detail="full"), steps="network,forward,backward")
    return Deck("Back & forth", (one, tg.frames(tg.draw(TALES["conv"](), theme="dark"))))


def chromium(folder: Path, page: str, *options: str, at: str = "") -> str:
    """Open a page, and return what the browser prints."""
    assert CHROMIUM
    path = folder / "page.html"
    path.write_text(page, encoding="utf-8")
    return subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            "--allow-file-access-from-files",
            f"--user-data-dir={folder / 'profile'}",
            "--virtual-time-budget=5000",
            *options,
            path.as_uri() + at,
        ],
        capture_output=True,
        text=True,
        timeout=90,
        encoding="utf-8",
    ).stdout


def asked(folder: Path, page: str, script: str, *options: str, at: str = "") -> Any:
    """What a script at the end of a page tells."""
    if "<body" not in page:
        page = f"<!DOCTYPE html><meta charset='utf-8'><body>{page}</body>"
    page = page.replace("</body>", f"<script>{SEEN}{script}</script></body>")
    told = re.search('<pre id="found">(.*?)</pre>', chromium(folder, page, "--dump-dom", *options, at=at), re.DOTALL)
    assert told, "the browser did not run the page"
    return json.loads(html.unescape(told[1]))


def compare(ids: list[str], frame: Frame) -> str:
    """How what is seen differs from a frame; exactly one caption is part of it."""
    names = [i.split("_")[1:] for i in ids]
    shown = {(n[0], n[1]) for n in names if n[0] != "caption"}
    captions = [n for n in names if n[0] == "caption"]
    return f"{shown ^ {*frame.shown}} {captions}" if shown != {*frame.shown} or len(captions) != 1 else ""


def test_keys_go_through_all_frames_and_back(tmp_path: Path, deck: Deck) -> None:
    frames = [frame for chapter in deck.chapters for frame in chapter]
    script = """
      const state = () => [seen(document.querySelector(".now")), location.hash, said.textContent,
                           document.querySelectorAll("section.now").length];
      const press = (key, more) => dispatchEvent(new KeyboardEvent("keydown", {key, cancelable: true, ...more}));
      const touch = (type, x) => dispatchEvent(Object.assign(new Event(type), {touches: [0].fill({clientX: x}),
                                                                               changedTouches: [{clientX: x}]}));
      const there = [state()], again = [], jumps = [];
      const jumped = (...acts) => { for (const act of acts) act(); jumps.push(location.hash); };
      for (let i = 0; i < 36; i++) {
        press(["ArrowRight", " ", "PageDown", "ArrowDown", "Enter"][i % 5]); there.push(state());
      }
      for (let i = 0; i < 36; i++) {
        press(["ArrowLeft", "ArrowUp", "PageUp", "Backspace"][i % 4]); again.push(state());
      }
      jumped(() => press("End"));
      jumped(() => press("Home"));
      jumped(() => press("ArrowRight", {ctrlKey: true}));
      jumped(() => on.dispatchEvent(new KeyboardEvent("keydown", {key: " ", bubbles: true})), () => on.click());
      jumped(() => document.querySelector(".now svg").dispatchEvent(new Event("click", {bubbles: true})));
      jumped(() => press(" ", {shiftKey: true}));
      jumped(() => touch("touchstart", 300), () => touch("touchend", 100));
      jumped(() => touch("touchstart", 100), () => touch("touchend", 300));
      jumped(() => touch("touchstart", 100), () => touch("touchend", 110));
      tell([there, again, jumps, performance.getEntriesByType("resource").length]);
    """
    there, again, jumps, loaded = asked(tmp_path, deck.render("html").decode(), script)
    assert loaded == 0
    steps = there[1 : len(frames) + 1]
    assert there[0][0] == [] and there[0][1:] == ["#/0/0", "Back & forth", 1]
    assert not [wrong for step, frame in zip(steps, frames, strict=True) if (wrong := compare(step[0], frame))]
    assert [step[2] for step in steps] == [frame.caption for frame in frames]
    hashes = [f"#/{i}/{n}" for i, chapter in enumerate(deck.chapters, 1) for n in range(len(chapter))]
    assert [step[1] for step in steps] == hashes and {step[1] for step in there[len(frames) :]} == {hashes[-1]}
    back = [*reversed(there[: len(frames)])]
    assert again[: len(frames)] == back and {step[3] for step in there + again} == {1}
    assert jumps == [hashes[-1], "#/0/0", "#/0/0", "#/1/0", "#/1/1", "#/1/0", "#/1/1", "#/1/0", "#/1/0"]


@pytest.mark.parametrize(
    ("at", "chapter", "step"),
    [("#/1/7", 0, 7), ("#/2/999", 1, -1), ("#/99", 1, 0), ("#/1/<b>", 0, 0), ("#/1/-3", 0, 0)],
)
def test_an_address_opens_a_step(tmp_path: Path, deck: Deck, at: str, chapter: int, step: int) -> None:
    found = asked(tmp_path, deck.render("html").decode(), 'tell(seen(document.querySelector(".now")))', at=at)
    assert not compare(found, deck.chapters[chapter][step])


def test_without_its_script_a_page_shows_the_last_frames(tmp_path: Path, deck: Deck) -> None:
    page = re.sub("<script>.*?</script>", "", deck.render("html").decode(), flags=re.DOTALL)
    found = asked(tmp_path, page, 'tell([...document.querySelectorAll("section svg")].map(seen))')
    assert [compare(ids, chapter[-1]) for ids, chapter in zip(found, deck.chapters, strict=True)] == ["", ""]


def test_a_page_for_each_frame_is_printed(tmp_path: Path, deck: Deck) -> None:
    pypdf = pytest.importorskip("pypdf")
    chromium(tmp_path, deck.render("html").decode(), f"--print-to-pdf={tmp_path / 'out.pdf'}", "--no-pdf-header-footer")
    pages = pypdf.PdfReader(tmp_path / "out.pdf").pages
    assert len(pages) == 1 + sum(map(len, deck.chapters))
    assert {(round(float(p.mediabox.width)), round(float(p.mediabox.height))) for p in pages} == {(960, 540)}
    told = ["".join((p.extract_text() or "").split()) for p in pages]
    assert "Back&forth" in told[0] and "0.06415" in told[-1 - len(deck.chapters[1])] and "0.06415" not in told[2]


@pytest.mark.skipif(REVEAL is None, reason="no reveal.js (npm install --global reveal.js, or its folder as REVEAL_JS)")
def test_reveal_js_goes_through_all_frames(tmp_path: Path, deck: Deck) -> None:
    assert REVEAL
    dist = (REVEAL / "dist").as_uri()
    slides = "".join(f"<section>{fragments(f, str(i))}</section>" for i, f in enumerate(deck.chapters))
    page = f"""<link rel="stylesheet" href="{dist}/reveal.css">
      <style>.fragment {{ transition: none !important; }}</style>
      <div class="reveal"><div class="slides">{slides}</div></div><script src="{dist}/reveal.js"></script>"""
    script = """
      Reveal.initialize({transition: "none"}).then(() => {
        const found = [seen(Reveal.getCurrentSlide())];
        while (!Reveal.isLastSlide() || Reveal.availableFragments().next) {
          Reveal.next(); found.push(seen(Reveal.getCurrentSlide()));
        }
        const box = Reveal.getCurrentSlide().querySelector("svg").getBoundingClientRect();
        tell([found, [box.left, box.top, innerWidth - box.right, innerHeight - box.bottom]]);
      });
    """
    found, room = asked(tmp_path, page, script, "--window-size=1280,720")
    frames = [frame for chapter in deck.chapters for frame in chapter]
    assert not [wrong for ids, frame in zip(found, frames, strict=True) if (wrong := compare(ids, frame))]
    assert min(room) >= 0


def shown_at(folder: Path, frames: Frames, *options: str) -> Any:
    """The parts of an SVG that moves which are seen shortly after each frame starts and shortly before it ends."""
    times = [SECONDS * i + late for i in range(len(frames)) for late in (0.01, SECONDS - 0.01)]
    times += [SECONDS * (len(frames) - 1) + REST - 0.01, SECONDS * (len(frames) - 1) + REST + 0.01]
    script = f"""
      const moving = document.getAnimations();
      for (const one of moving) one.pause();
      tell([moving.length, {times}.map((t) => {{
        for (const one of moving) one.currentTime = 1000 * t;
        return seen(document);
      }})]);
    """
    return asked(folder, Deck("", (frames,)).render("svg").decode().partition("?>")[2], script, *options)


def test_what_moves_shows_each_frame_in_its_time(tmp_path: Path, deck: Deck) -> None:
    frames = deck.chapters[0]
    moving, found = shown_at(tmp_path, frames)
    expected = [frame for frame in frames for _ in range(2)] + [frames[-1], frames[0]]
    assert moving > 30
    assert not [wrong for ids, frame in zip(found, expected, strict=True) if (wrong := compare(ids, frame))]


def test_nothing_moves_where_motion_is_unwelcome(tmp_path: Path, deck: Deck) -> None:
    moving, found = shown_at(tmp_path, deck.chapters[0], "--force-prefers-reduced-motion")
    assert moving == 0 and not [wrong for ids in found if (wrong := compare(ids, deck.chapters[0][-1]))]


MEASURE = """
const found = [];
for (const group of document.querySelectorAll("g[id]")) {
  const names = group.id.split("_"), home = names[1] === "caption" ? group.ownerSVGElement : group;
  if (names.length !== 2 || !/^n|caption/.test(names[1])) continue;
  const card = home.querySelector("rect").getBBox();
  for (const text of group.querySelectorAll("text")) {
    const b = text.getBBox();
    found.push([text.textContent, Math.max(card.x - b.x, b.x + b.width - card.x - card.width,
                                           card.y - b.y, b.y + b.height - card.y - card.height), b.width]);
  }
}
tell(found);
"""


def test_a_browser_finds_every_text_in_its_card_and_captions_in_the_picture(tmp_path: Path) -> None:
    told = []
    for tale, theme in [("backprop", "light"), ("long names", "dark"), ("grid", "print"), ("wide", "slides")]:
        frames = tg.frames(tg.draw(TALES[tale](), detail="full", theme=theme))
        told += [still(frames, i).decode().partition("?>")[2] for i in {0, len(frames) - 1}]
    rows = asked(tmp_path, "\n".join(told), MEASURE)
    assert len(rows) > 200 and all(width > 0 for text, _, width in rows if text.strip())
    assert not [row for row in rows if row[1] > ROOM]
    planted = re.sub(r'font-size="[\d.]+"', 'font-size="24"', told[0]) + told[2].replace('"middle"', '"start"')
    assert len([row for row in asked(tmp_path, planted, MEASURE) if row[1] > ROOM]) > 2


def test_a_still_of_everything_looks_like_the_drawing(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image", reason="pillow is needed to compare pictures")
    drawing = tg.draw(TALES["heat"](), detail="full", theme="dark")
    frames = tg.frames(drawing, steps="")
    width, height = int(frames.scene.width), int(frames.scene.height)
    pictures = [svg.partition("?>")[2].replace('pt"', '"') for svg in (drawing.svg, still(frames, 0).decode())]
    boxes = "".join(f"<div style='height:{height}px; overflow:hidden'>{picture}</div>" for picture in pictures)
    page = f"<!DOCTYPE html><meta charset='utf-8'><style>body{{margin:0}}</style><body>{boxes}"
    chromium(tmp_path, page, f"--screenshot={tmp_path / 'out.png'}", f"--window-size={width},{2 * height + 100}")
    taken = image.open(tmp_path / "out.png").convert("L")
    halves = [taken.crop((0, top, width, top + height)) for top in (0, height)]
    small = [half.reduce(6).tobytes() for half in halves]  # what moved by less than a pixel does not matter
    apart = [abs(a - b) for a, b in zip(*small, strict=True)]
    assert max(small[0]) - min(small[0]) > 100
    assert max(apart) < 48 and sum(apart) / len(apart) < 1.5, (max(apart), sum(apart) / len(apart))
