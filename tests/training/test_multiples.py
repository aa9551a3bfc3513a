"""Curves of a training: each point computed once more, what cannot be drawn, and what is said about it."""

from __future__ import annotations

import io
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import svg_lint
from test_browser import CHROMIUM

import tracegraph as tg
from tracegraph.errors import GraphError
from tracegraph.notebook import fitted
from tracegraph.picture.theme import THEMES
from tracegraph.text.metrics import text_width
from tracegraph.training.plot_axes import axis, runs
from tracegraph.training.small_multiples import ROWS, Layer, Multiples

SVG = "{http://www.w3.org/2000/svg}"
RANDOM = np.random.default_rng(1)
HOSTILE = ["a\x00b<&>\"'", "é" * 200, "../..", "", "x\ny", "w.", "/w"]


def plot(steps: int, layers: int = 3, theme: str = "light", seed: int = 0, **changed: Any) -> Multiples:
    rng = np.random.default_rng(seed)
    walks = [np.exp(np.cumsum(rng.normal(size=steps) * scale)) for scale in (0.3, 0.01) for _ in range(2 * layers + 1)]
    made = {}
    for i in range(layers):
        values, gradients, updates = walks[-1 - i], walks[2 * i + 1], walks[2 * i + 2]
        made[f"layer{i}"] = Layer(values, gradients, updates * 1e-3, (f"layer{i}/W", f"layer{i}/b"), 1.0)
    return Multiples(changed.get("losses", walks[0]), changed.get("made", made), theme)


def parts(drawn: Multiples) -> list[tuple[ET.Element, Any]]:
    """The groups of the SVG, each with its panel."""
    groups = ET.fromstring(drawn.svg).findall(f"{SVG}g")
    return list(zip(groups, drawn.panels, strict=True))


def curves(group: ET.Element, colour: str) -> list[list[tuple[float, float]]]:
    """The points of each line in a panel."""
    solid = [e for e in group.iter(f"{SVG}polyline") if "stroke-dasharray" not in e.attrib]
    lines = [e for e in solid if e.get("stroke") == colour]
    dots = [e for e in group.iter(f"{SVG}ellipse") if e.get("fill") == colour]
    found = [[tuple(map(float, pair.split(","))) for pair in line.attrib["points"].split()] for line in lines]
    return [*found, *([(float(d.attrib["cx"]), float(d.attrib["cy"]))] for d in dots)]  # type: ignore[list-item]


def value_at(y: float, ticks: list[tuple[float, str]], logarithmic: bool) -> float:
    """What a height in the picture stands for, read from two ticks as a person would."""
    (y0, a), (y1, b) = [(y, number(text)) for y, text in (ticks[0], ticks[-1])]
    a, b = (np.log10(a), np.log10(b)) if logarithmic else (a, b)
    read = a + (b - a) * (y - y0) / (y1 - y0)
    return float(10**read if logarithmic else read)


def number(text: str) -> float:
    plain = text.translate(str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--"))
    power = re.fullmatch(r"(?:(.+)×)?10(-?\d+)", plain) if text != plain.replace("-", "−") else None
    return float(power[1] or 1) * 10.0 ** int(power[2]) if power else float(plain)


def ticks_of(group: ET.Element) -> list[tuple[float, str]]:
    """The heights of the lines across a panel, with the numbers beside them."""
    lines = [e for e in group.iter(f"{SVG}polyline") if e.get("stroke-width") == "0.50"]
    heights = [float(e.attrib["points"].split()[0].split(",")[1]) for e in lines]
    texts = [e for e in group.iter(f"{SVG}text") if e.get("text-anchor") == "end" and not e.get("font-weight")]
    return list(zip(heights, [e.text or "" for e in texts], strict=True))


def wrong(drawn: Multiples) -> list[str]:
    """Panels whose lines are not those of their numbers, as read from the ticks of the picture alone."""
    found = []
    for group, panel in parts(drawn):
        read = sorted(point for line in curves(group, panel.colour) for point in line)
        ticks = ticks_of(group)
        steps = np.array([1 + (x - panel.x) / panel.width * (len(panel.values) - 1) for x, _ in read])
        seen = np.array([value_at(y, ticks, panel.axis.logarithmic) for _, y in read])
        off = 0.006 * (len(panel.values) - 1) / panel.width  # steps, as places are written with two decimals
        best = np.full(len(read), np.inf)
        for shift in range(-int(off + 0.5), int(off + 0.5) + 1):
            true = panel.values[np.clip(np.rint(steps).astype(int) - 1 + shift, 0, len(panel.values) - 1)]
            span = np.abs(true) if panel.axis.logarithmic else np.ptp(panel.values)
            best = np.minimum(best, np.abs(seen - true) / span)
        if np.any(np.abs(steps - np.rint(steps)) > max(off, 0.02)) or np.any(best > 0.02):
            found.append(panel.label)
    return found


@pytest.mark.parametrize("seed", range(8))
def test_points_are_where_the_ticks_say(seed: int) -> None:
    drawn = plot(100, seed=seed)
    assert not wrong(drawn)
    assert all(sum(map(len, curves(g, p.colour))) == 100 for g, p in parts(drawn))
    assert any(p.axis.logarithmic for p in drawn.panels) and any(not p.axis.logarithmic for p in drawn.panels)


@pytest.mark.parametrize("fault", ["flipped", "shifted", "linear"])
def test_a_planted_fault_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from tracegraph.training.plot_axes import Axis

    place = Axis.place
    planted = {
        "flipped": lambda self, v: 1 - place(self, v),
        "shifted": lambda self, v: place(self, v) * 0.9,
        "linear": lambda self, v: place(Axis(10**self.low, 10**self.high), v) if self.logarithmic else place(self, v),
    }
    monkeypatch.setattr(Axis, "place", planted[fault])
    assert wrong(plot(100))


def texts_outside(svg: str) -> list[str]:
    root = ET.fromstring(svg)
    width, height = map(float, root.attrib["viewBox"].split()[2:])
    found, boxes = [], []
    for e in root.iter(f"{SVG}text"):
        size, x, y = (float(e.attrib[k]) for k in ("font-size", "x", "y"))
        wide = text_width(e.text or "", size, e.get("font-weight") == "bold")
        left = x - wide * {"start": 0, "middle": 0.5, "end": 1}[e.attrib["text-anchor"]]
        box = (left, y - size * 0.75, left + wide, y + size * 0.2)
        if box[0] < 0 or box[1] < 0 or box[2] > width or box[3] > height:
            found.append(e.text or "")
        found += [f"{e.text} over {t}" for t, b in boxes if _meet(box, b)]
        boxes.append((e.text, box))
    return found


def _meet(a: tuple[float, ...], b: tuple[float, ...]) -> bool:
    return a[0] < b[2] - 0.1 and b[0] < a[2] - 0.1 and a[1] < b[3] - 0.1 and b[1] < a[3] - 0.1


def hostile() -> dict[str, Layer]:
    rows = RANDOM.normal(size=(len(HOSTILE), 3, 40)) ** 2
    rows[0, 1, 3:9], rows[1, 2, 5], rows[2, 0, 7], rows[3, 1] = np.nan, np.inf, 0, 1e300
    rows[4, 0], rows[4, 1], rows[5, 2], rows[6, 0] = 0, np.nan, 5e-324, 12345.678 + 1e-9 * np.arange(40)
    return {name: Layer(*row, (name + "/w",), 1.0) for name, row in zip(HOSTILE, rows)}


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("case", ["plain", "hostile", "one", "thirty", "long"])
def test_every_theme_is_clean_and_no_text_leaves_or_meets_another(theme: str, case: str) -> None:
    steps = {"one": 1, "long": 10_000}.get(case, 60)
    changed = {"made": hostile(), "losses": np.linspace(-3, 5, 40)} if case == "hostile" else {}
    drawn = plot(steps, 30 if case == "thirty" else 3, theme, **changed)
    assert svg_lint.faults(drawn.svg.encode()) == []
    assert texts_outside(drawn.svg) == []
    look = THEMES[theme]
    assert f'fill="{look.background}"' in drawn.svg
    larger = drawn.svg.replace(f'font-size="{look.size("note"):.2f}"', 'font-size="40.00"')
    assert texts_outside(larger)


def test_gaps_where_there_is_no_number() -> None:
    losses = np.linspace(1, 2, 30)
    losses[9:12], losses[20] = np.nan, -np.inf
    drawn = plot(30, losses=losses)
    group, panel = parts(drawn)[0]
    lines = [[round(1 + (x - panel.x) / panel.width * 29) for x, _ in line] for line in curves(group, panel.colour)]
    assert lines == [[*range(1, 10)], [*range(13, 21)], [*range(22, 31)]]
    marks = [e for e in group.iter(f"{SVG}rect") if e.get("fill") == drawn.theme.invalid]
    assert len(marks) == 4
    assert panel.note == "NaN at 10 to 12, ∞ at 21" and panel.note in drawn.svg and panel.note in panel.label
    assert not np.isfinite(losses[9]) and "from 1 to 2, at most 2" in panel.label


def test_zeros_on_a_logarithmic_axis() -> None:
    updates = np.full(20, 1e-5)
    updates[5::4] = 0
    drawn = plot(20, made={"w": Layer(np.ones(20), np.ones(20), updates, ("w",), 1.0)})
    group, panel = parts(drawn)[-1]
    assert panel.note == "0 at 6 and 3 more" and panel.axis.logarithmic
    assert len([e for e in group.iter(f"{SVG}rect") if e.get("fill") == drawn.theme.none]) == 4


def test_one_step_is_a_dot() -> None:
    drawn = plot(1)
    assert all(len(curves(g, p.colour)) == 1 and len(curves(g, p.colour)[0]) == 1 for g, p in parts(drawn))
    assert "step 1" in drawn.svg and "Training, 1 step<" in drawn.svg


def test_ten_thousand_steps_keep_their_peaks() -> None:
    losses = np.full(10_000, 1.0) + np.arange(10_000) * 1e-9
    losses[[1234, 7777]] = 3.0, 0.5
    drawn = plot(10_000, losses=losses)
    group, panel = parts(drawn)[0]
    (line,) = curves(group, panel.colour)
    assert len(line) <= 2 * panel.width and len(drawn.svg) < 500_000
    heights = {y: x for x, y in line}
    assert heights[min(heights)] == pytest.approx(panel.x + panel.width * 1234 / 9999, abs=0.01)
    assert heights[max(heights)] == pytest.approx(panel.x + panel.width * 7777 / 9999, abs=0.01)
    assert not wrong(drawn)


@pytest.mark.parametrize("seed", range(20))
def test_runs_hold_extremes_of_each_stretch(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = rng.normal(size=rng.integers(1, 500))
    values[rng.random(len(values)) < 0.05] = np.nan
    most = int(rng.integers(1, 300))
    found = runs(values, most)
    flat = [i for run in found for i in run]
    assert flat == sorted(set(flat)) and np.isfinite(values[flat]).all() and len(flat) <= 2 * most
    if np.isfinite(values).any():
        assert {np.nanargmin(values), np.nanargmax(values)} <= set(flat)
    if len(values) <= most:
        assert flat == np.flatnonzero(np.isfinite(values)).tolist()
        assert all(np.isfinite(values[run[0] : run[-1] + 1]).all() for run in found)
    assert runs(np.array([np.nan, np.inf]), 5) == []


@pytest.mark.parametrize("seed", range(200))
def test_axes_hold_their_values_and_ticks_are_few_and_round(seed: int) -> None:
    rng = np.random.default_rng(seed)
    values = 10.0 ** rng.uniform(-320, 308) * rng.normal(size=rng.integers(1, 30))
    values = [values, np.abs(values) ** rng.uniform(0, 1), values[:1], values * 0, 7 + values * 1e-9][seed % 5]
    scale = axis(values)
    assert scale.low < scale.high
    place = scale.place(values)
    assert np.all((place >= 0) & (place <= 1)) and np.all(np.diff(place[np.argsort(values)]) >= 0)
    ticks = scale.ticks(4)
    assert 1 <= len(ticks) <= 5 and all(-1e-9 <= at <= 1 + 1e-9 for at, _ in ticks)
    assert len({text for _, text in ticks}) == len(ticks)
    for at, text in ticks:
        shown = float(scale.place(number(text)))
        assert shown == pytest.approx(at, abs=0.02), (text, scale)


def test_a_layer_is_what_parameters_share() -> None:
    names = ["encoder/w", "encoder/b", "decoder.fc.weight", "decoder.fc.bias", "V", "/odd", "end."]
    start = {n: RANDOM.normal(size=(2, 2)) for n in names}

    def loss(p: dict[str, tg.Tensor]) -> tg.Tensor:
        L = tg.sum(p["encoder/w"] * p["V"])
        for name in names:
            L = L + tg.mean(p[name] ** 2)
        return L

    run = tg.history(loss, start, tg.optim.SGD(lr=0.1), steps=7, keep=(2, 5))
    assert {k: v.parameters for k, v in run.layers.items()} == {
        "encoder": ("encoder/w", "encoder/b"),
        "decoder.fc": ("decoder.fc.weight", "decoder.fc.bias"),
        "V": ("V",),
        "/odd": ("/odd",),
        "end.": ("end.",),
    }
    for layer in run.layers.values():
        for kind in ("values", "gradients", "updates"):
            parts = np.stack([getattr(run, kind)[name] for name in layer.parameters])
            np.testing.assert_allclose(getattr(layer, kind), np.sqrt(np.sum(parts**2, axis=0)), rtol=1e-12)
    drawn = run.draw()
    assert [p.row for p in drawn.panels] == ["loss", *(name for name in run.layers for _ in range(3))]
    ratio = next(p for p in drawn.panels if p.row == "encoder" and p.line)
    first = np.sqrt(sum(np.sum(start[name] ** 2) for name in ("encoder/w", "encoder/b")))
    before = np.append(first, run.layers["encoder"].values[:-1])
    np.testing.assert_allclose(ratio.values, run.layers["encoder"].updates / before)
    assert ratio.line == 1e-3 and 0 < ratio.axis.place(1e-3) < 1


def small(p: dict[str, tg.Tensor]) -> tg.Tensor:
    L = (p["w"] - 3) ** 2
    return L


def test_pictures_of_kept_steps_and_wrong_options(tmp_path: Path) -> None:
    run = tg.history(small, {"w": 0.0}, tg.optim.SGD(lr=0.25), steps=9, keep=(1, 9))
    assert run.draw(step=9, theme="dark", detail="full").svg == tg.draw(run.graphs[9], theme="dark", detail="full").svg
    with pytest.raises(GraphError, match=r"step 3 was not kept; there are 1, 9; keep=\(3,\) keeps it"):
        run.draw(step=3)
    with pytest.raises(GraphError, match="option 'detail' goes with a step"):
        run.draw(detail="full")  # type: ignore[call-overload]
    with pytest.raises(GraphError, match="no theme 'pink'; there are light"):
        run.draw(theme="pink")
    with pytest.raises(GraphError, match="'run.png': the curves of a training are an .svg"):
        run.draw().save(tmp_path / "run.png")
    assert not list(tmp_path.iterdir())
    assert run.draw().save(tmp_path / "run.svg").read_text("utf-8") == run.draw().svg
    none = tg.history(small, {"w": 0.0}, tg.optim.SGD(lr=0.25), steps=2, keep=())
    with pytest.raises(GraphError, match="there is none"):
        none.draw(step=1)


def test_a_notebook_shows_it() -> None:
    drawn = plot(5)
    said = "Multiples(3 layers, 5 steps, theme light)"
    assert drawn._repr_mimebundle_() == {"image/svg+xml": fitted(drawn.svg), "text/plain": said}
    assert list(drawn._repr_mimebundle_(include=["text/plain"])) == ["text/plain"]


def test_what_has_no_row_is_said() -> None:
    drawn = plot(10, layers=30)
    rows = list(dict.fromkeys(p.row for p in drawn.panels))[1:]
    assert len(rows) == ROWS and rows[0] == "layer0" and rows[-1] == "layer29"
    assert len(drawn.left_out) == 30 - ROWS and "18 more layers: layer" in drawn.svg
    assert plot(10, layers=ROWS).left_out == ()


@pytest.mark.slow
def test_same_numbers_same_bytes() -> None:
    program = "import sys; sys.path[:0] = sys.argv[1:]; from test_multiples import plot; print(plot(50, 4).svg)"
    root = Path(__file__).parents[2]
    made = {
        subprocess.run(
            [sys.executable, "-c", program, "tests/training", "tests/drawing"],
            cwd=root,
            capture_output=True,
            check=True,
            env={"PYTHONHASHSEED": seed, "PYTHONIOENCODING": "utf-8", "OPENBLAS_NUM_THREADS": "1"},
        ).stdout
        for seed in "12"
    }
    assert len(made) == 1 and made.pop().decode() == plot(50, 4).svg + "\n"


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no chromium on the PATH")
@pytest.mark.parametrize("theme", THEMES)
def test_a_browser_draws_the_lines_in_their_colours(theme: str, tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    drawn = plot(80, theme=theme)
    path, shot = drawn.save(tmp_path / "run.svg"), tmp_path / "run.png"
    size = ",".join(str(round(side * 4 / 3)) for side in drawn.size)
    assert CHROMIUM
    subprocess.run(
        [
            CHROMIUM,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--hide-scrollbars",
            f"--user-data-dir={tmp_path / 'profile'}",
            f"--window-size={size}",
            f"--screenshot={shot}",
            path.as_uri(),
        ],
        capture_output=True,
        timeout=90,
        check=True,
    )
    pixels = np.asarray(image.open(io.BytesIO(shot.read_bytes())).convert("RGB")).astype(int)
    for panel in drawn.panels:
        x, y = panel.x * 4 / 3, panel.y * 4 / 3
        inside = pixels[round(y) : round(y + panel.height * 4 / 3), round(x) : round(x + panel.width * 4 / 3)]
        colour = np.array([int(panel.colour[i : i + 2], 16) for i in (1, 3, 5)])
        near = np.abs(inside - colour).max(axis=-1) < 40
        assert near.any(axis=0).mean() > 0.8, panel.label
