"""The drawing of a `Flow`: what colours, widths, badges, histograms, header and legend say, against the numbers."""

from __future__ import annotations

import json
import math
import re
import subprocess
import sys
import xml.etree.ElementTree as ET
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest
from pictures import HOSTILE, SVG, TALES, crowding, example, faults, groups, random_program

import tracegraph as tg
from tracegraph.analysis import Finding, Flow
from tracegraph.analysis.flow import annotated
from tracegraph.graph import Badge, Graph, Note
from tracegraph.graph.note import ChecksNote, Path
from tracegraph.layout.scene import Image
from tracegraph.picture import flow_overlay as painting
from tracegraph.picture import heat
from tracegraph.picture.heat import TALL
from tracegraph.picture.theme import THEMES, Theme, contrast, rgb
from tracegraph.picture.words import DETAILS, DIRECTIONS
from tracegraph.text.numbers import number, percent


def flow_of(what: tg.Tensor | Graph, findings: tuple[Finding, ...] = (), paths: Any = ()) -> Flow:
    graph = what if isinstance(what, Graph) else tg.trace(what)
    return annotated(graph, findings, paths)


def way(nodes: tuple[int, ...], share: float, slots: tuple[int, ...] = ()) -> Path:
    return Path(nodes, (), slots, share)


def network(layers: int = 4, act: Any = tg.sigmoid, seed: int = 0) -> tg.Tensor:
    random, h, width = np.random.default_rng(seed), tg.tensor(np.random.default_rng(1).normal(size=(10, 12)), "x"), 12
    for i in range(1, layers + 1):
        with tg.scope(f"layer{i}"):
            W = tg.parameter(random.normal(size=(width, 14)) / math.sqrt(width), f"W{i}")
            b = tg.parameter(np.zeros(14), f"b{i}")
            h, width = act(h @ W + b), 14
    return tg.mse(h, 1.0)


def branches() -> tg.Tensor:
    """Shares of 3/4 and 1/4, a path of nothing, one of exactly zero, and a constant that no gradient reaches."""
    x, k = tg.tensor([1.0, 2.0], "x"), tg.constant([1.0, 1.0], "k")
    return tg.sum(x * 3.0) + tg.sum(x) + tg.sum(x * k) * 0.0


def broken() -> tg.Tensor:
    with np.errstate(all="ignore"):
        x = tg.tensor(np.array([0.0, 1.0, 4.0]), "x")
        y = tg.where(x > 0, tg.sqrt(x), 0.0)
        return tg.sum(y * tg.parameter(np.array([np.nan, 1.0, 2.0]), "w"))


PROGRAMS = {
    "network": network,
    "branches": branches,
    "broken": broken,
    "backprop": lambda: example("backprop"),
    "conv": lambda: example("conv"),
    "dead": lambda: network(3, lambda z: tg.relu(z - 1e3)),
    **{f"random {seed}": (lambda seed=seed: random_program(seed)) for seed in range(6)},
}


@dataclass
class Drawn:
    """An arrow as it is in the SVG."""

    stroke: str
    width: float
    dashes: bool
    texts: list[str]
    shapes: int


def arrows_of(drawing: tg.Drawing) -> list[Drawn]:
    """The arrows in the order of the edges."""
    found = [g for g in ET.fromstring(drawing.svg).iter(f"{SVG}g") if g.get("class") == "edge"]
    return [_drawn(g) for g in sorted(found, key=lambda g: int(g.attrib["id"].rpartition("_a")[2]))]


def _drawn(g: ET.Element) -> Drawn:
    line = next(g.iter(f"{SVG}path"))
    texts = [t.text or "" for t in g.iter(f"{SVG}text")]
    shapes = sum(e.tag in (f"{SVG}polygon", f"{SVG}rect") for e in g.iter())
    dashes = "stroke-dasharray" in line.attrib
    return Drawn(line.attrib["stroke"], float(line.get("stroke-width", 1)), dashes, texts, shapes)


def expected_color(theme: Theme, sent: Any) -> str:
    """The colour of a contribution, worked out once more, by way of NumPy."""
    decades = np.log10(np.sqrt(np.mean(np.square(np.asarray(sent, np.longdouble)))))
    place = float(np.clip((decades + 8) / 8, 0, 1)) * (len(theme.magnitude) - 1)
    channels = np.array([rgb(c) for c in theme.magnitude], float).T
    return "#" + "".join(f"{round(np.interp(place, range(len(theme.magnitude)), c)):02x}" for c in channels)


def close(a: str, b: str) -> bool:
    """The same colour but for rounding."""
    return max(abs(p - q) for p, q in zip(rgb(a), rgb(b), strict=True)) <= 1


def wrong_colors(drawing: tg.Drawing) -> list[str]:
    wrong = []
    for edge, arrow in zip(drawing.graph.edges, arrows_of(drawing), strict=True):
        sent, theme = edge.contribution, drawing.theme
        if sent is None:
            right = arrow.stroke == theme.none and arrow.dashes
        elif not np.isfinite(sent).all():
            right = arrow.stroke == theme.invalid and arrow.dashes
        elif not np.any(sent):
            right = arrow.stroke == theme.neutral and not arrow.dashes and arrow.width <= theme.scale
        else:
            right = close(arrow.stroke, expected_color(theme, sent)) and not arrow.dashes
        if not right:
            wrong.append(f"{edge.tensor}: {arrow}")
    return wrong


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("program", PROGRAMS)
def test_colour_is_the_size_of_what_flows_back(program: str, theme: str) -> None:
    flow = flow_of(PROGRAMS[program]())
    assert not wrong_colors(tg.draw(flow, theme=theme, detail="outline"))
    assert not wrong_colors(tg.draw(flow, theme=theme, depth=0, direction="TB"))


def test_a_wrong_colour_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(painting, "rms", lambda value: 3 * painting.norm(value))
    assert wrong_colors(tg.draw(flow_of(network())))


def shares(graph: Graph) -> list[float | None]:
    """For each edge the share of its norm among those of the same tensor, from the numbers alone."""
    sizes = [None if e.contribution is None else float(np.linalg.norm(np.ravel(e.contribution))) for e in graph.edges]
    total: dict[str, float] = {}
    for edge, size in zip(graph.edges, sizes, strict=True):
        total[edge.tensor] = total.get(edge.tensor, 0.0) + (size or 0.0)
    return [None if s is None or not total[e.tensor] else s / total[e.tensor] for e, s in zip(graph.edges, sizes)]


@pytest.mark.parametrize("program", ["network", "branches", "backprop", "random 1", "random 4"])
def test_width_grows_with_the_share(program: str) -> None:
    drawing = tg.draw(flow_of(PROGRAMS[program]()), fold=False)
    due = shares(drawing.graph)
    for share, arrow, drawn in zip(due, drawing.picture.arrows, arrows_of(drawing), strict=True):
        if share is not None:
            assert arrow.paint and arrow.paint.share == pytest.approx(share)
            text = drawn.texts[-1]
            assert text.endswith(f" {percent(share)}") or share == 1 or share == 0 and "zero" in text
    pairs = sorted((s, d.width) for s, d in zip(due, arrows_of(drawing)) if s is not None)
    assert all(a[1] <= b[1] + 1e-9 for a, b in zip(pairs, pairs[1:], strict=False))
    if program == "branches":
        assert {round(s, 2) for s, _ in pairs} >= {0.0, 0.25, 0.75, 1.0} and pairs[0][1] < pairs[-1][1] / 2


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
def test_lines_of_every_size_can_be_seen(theme: Theme) -> None:
    fills = {theme.background, theme.cluster}
    tones = [expected_color(theme, 10.0**d) for d in np.linspace(-8, 0, 200)]
    least = [min(contrast(c, fill) for fill in fills) for c in tones]
    assert min(least) >= 3
    assert all(a < b + 0.05 for a, b in zip(least, least[1:], strict=False))  # what is larger stands out more
    for color in (theme.warning, theme.calm, theme.invalid):
        assert contrast(color, theme.card) >= 4.5


def test_a_map_that_is_too_pale_is_noticed() -> None:
    with pytest.raises(AssertionError):
        test_lines_of_every_size_can_be_seen(replace(THEMES["light"], magnitude=("#fde725", "#440154")))


@pytest.mark.parametrize("theme", THEMES)
def test_the_legend_is_the_map(theme: str) -> None:
    """Each cell of the bar has the colour of the size that its place between the tick marks stands for."""
    drawing = tg.draw(flow_of(network()), theme=theme)
    legend = drawing.picture.legend
    assert legend is not None
    assert [t.strip("≤≥") for t in legend.ticks] == ["10⁻⁸", "10⁻⁶", "10⁻⁴", "10⁻²", "10⁰"]
    texts, shapes = next((g.texts, g.shapes) for g in groups(drawing.svg) if g.kind == "graph")
    middles = {t.text: (t.rect.left + t.rect.right) / 2 for t in texts if t.text in legend.ticks}
    first, last = middles[legend.ticks[0]], middles[legend.ticks[-1]]
    bar = [(r, fill) for r, fill in shapes[1:] if fill != drawing.theme.background]
    assert len(bar) == len(legend.tones) == 16
    for rect, fill in bar:
        decade = ((rect.left + rect.right) / 2 - first) / (last - first) * 8 - 8
        assert max(abs(a - b) for a, b in zip(rgb(fill), rgb(expected_color(drawing.theme, 10.0**decade)))) <= 4


def test_other_looks_are_explained_where_they_are() -> None:
    def told(what: tg.Tensor) -> str:
        legend = tg.draw(flow_of(what)).picture.legend
        return " ".join(line.text for line in legend.lines) if legend else ""

    assert "dashed" not in told(network()) and "dotted" not in told(network())
    assert "dotted: NaN or ∞" in told(broken()) and "no gradient" in told(broken())
    assert "exactly zero" in told(branches()) and "dotted" not in told(branches())


def test_captions_say_size_and_share() -> None:
    def captions(what: tg.Tensor, **options: Any) -> list[str]:
        return [line.text for a in tg.draw(flow_of(what), **options).picture.arrows for line in a.lines]

    said = captions(branches())
    assert "rms 3 · 75 %" in said and "rms 1 · 25 %" in said
    assert "exactly zero" in said and not any("NaN" in s for s in said)
    assert [s for s in captions(broken()) if "NaN" in s].count("1 of 3 NaN or ∞") == 2
    x = tg.tensor(3.0, "x")
    assert captions(x * x) == ["3 · 50 %", "3 · 50 %"]
    assert "share 50 %" in captions(x * x, detail="full") and any("=" in s for s in captions(x * x, detail="full"))
    assert not captions(x * x, detail="outline") and not captions(x * x, detail="shapes")


def in_words(graph: Graph) -> tuple[str, float, float]:
    """How many parameters are reached, and the smallest and largest norm of a layer, counted once more."""
    due = [n for n in graph if n.role == "parameter"] or [n for n in graph if n.role == "input"]
    layers: dict[str, list[Any]] = {}
    for node in due:
        if node.gradient is not None:
            layers.setdefault(node.scope or node.name, []).append(np.ravel(node.gradient))
    norms = [float(np.linalg.norm(np.concatenate(parts))) for parts in layers.values()]
    return f"{sum(n.gradient is not None for n in due)} of {len(due)} ", min(norms), max(norms)


@pytest.mark.parametrize("seed", range(20))
def test_the_header_counts_right(seed: int) -> None:
    random = np.random.default_rng(seed)
    loss = network(int(random.integers(1, 6)), tg.tanh, seed)
    unused = [tg.parameter(1.0, f"u{i}") for i in range(random.integers(0, 3))]
    graph = tg.trace(tg.mse(loss, 0.5) if seed % 2 else loss)
    extra = [
        replace(graph.nodes[0], key=10**6 + i, name=u.name, role="parameter", gradient=None, scope="", value=1.0)
        for i, u in enumerate(unused)
    ]
    graph = Graph([*extra, *graph.nodes], graph.edges)
    reached, least, most = in_words(graph)
    first, second, third = (line.text for line in tg.draw(flow_of(graph), detail="outline").picture.header)
    assert reached in first and third == "nothing wrong was found"
    for size in {number(least, 3), number(most, 3)}:
        assert size in second


def test_the_header_is_that_of_the_whole_graph_in_every_view() -> None:
    found = Finding("vanishing", tg.trace(network())["W2"].key, "too small", "why")
    flow = flow_of(network(), (found, replace(found, kind="unused", badge="less bad")))
    header = tg.draw(flow).picture.header
    assert header[2].text.startswith("worst of 2 root causes: ") and header[2].text.endswith(" – too small")
    views = [tg.collapse(flow), tg.collapse(flow, "layer2"), tg.upto(flow, "W2"), tg.hide(flow, roles="parameter")]
    assert all(tg.draw(view).picture.header == header for view in views)
    assert tg.draw(flow, depth=0).picture.header == tg.draw(flow, fold=False).picture.header == header


def test_zero_is_not_called_none() -> None:
    header = tg.draw(flow_of(network(3, lambda z: tg.relu(z - 1e3)))).picture.header
    assert header[0].text == "gradient reaches 6 of 6 parameters; it is exactly zero at 6"
    assert header[1].text.startswith("layer norms from 0 (")


def test_nan_everywhere_is_said() -> None:
    flow = flow_of(network(2, lambda z: tg.sigmoid(z * float("nan"))))
    drawing = tg.draw(flow)
    assert "not a finite number in 2 of 2 layers" in drawing.picture.header[1].text
    assert not wrong_colors(drawing) and not faults(drawing)


def test_shares_are_of_all_uses_also_of_those_that_are_hidden() -> None:
    x = tg.tensor([1.0, 2.0], "x")
    a, b = tg.exp(x), tg.sum(x * 3.0)
    flow = flow_of(tg.sum(a) + b)
    before = {(e.source, e.target): p.share for e, p in zip(flow.edges, painting.paints(flow), strict=True) if p}
    part = tg.between(flow, "x", flow.inputs(flow.output)[1].tensor)
    assert len(part.edges) < len(flow.edges)
    after = {(e.source, e.target): p.share for e, p in zip(part.edges, painting.paints(part), strict=True) if p}
    assert after and all(before[k] == v for k, v in after.items()) and min(after.values()) < 1


def test_paths_are_marked_on_their_arrows() -> None:
    x = tg.parameter(0.5, "x")
    a = tg.tanh(x)
    y = a * a
    graph = tg.trace(y + a)
    keys = [graph["x"].key, *(e.source for e in graph.inputs(graph.output))]
    inner, product, loss = graph.uses(graph["x"])[0].target, keys[1], graph.output.key
    ways = (way((keys[0], inner, product, loss), 0.62, (0, 1, 0)), way((keys[0], inner, loss), 0.38))
    for theme in THEMES:
        drawing = tg.draw(flow_of(graph, paths=ways), theme=theme, fold=False)
        marked = {}
        for edge, arrow, drawn in zip(graph.edges, drawing.picture.arrows, arrows_of(drawing), strict=True):
            named = [line.text for line in arrow.lines if line.text.startswith("path")]
            marked[edge.source, edge.target, edge.slot] = named
            assert (drawn.shapes == 2) == bool(named)  # a head, and a dot at the start
        assert marked[keys[0], inner, 0] == ["path 1 · 62 %", "path 2 · 38 %"]
        assert marked[inner, product, 1] == ["path 1 · 62 %"] and not marked[inner, product, 0]
        assert not faults(drawing) + [f for f in crowding(drawing) if f.startswith("card")]
        assert "dot at the start" in drawing.svg
    many = flow_of(graph, paths=[way((keys[0], inner, loss), 0.1)] * 9)
    assert any("… 6 more paths" in line.text for a in tg.draw(many).picture.arrows for line in a.lines)


@pytest.mark.slow
def test_badges_have_a_sign_and_a_colour_of_their_own() -> None:
    graph = tg.trace(network(2))
    key = graph["W1"].key
    checks = Badge(key, "✓ 1×10⁻¹⁵", "calm"), Badge(key, "✗ off by 2", "invalid")
    graph = graph.with_note("gradcheck", ChecksNote(checks)).with_note("mine", Note((Badge(key, "mine"),)))
    found = (Finding("unused", key, "vanishing 3e-9", ""), Finding("nan", key, "NaN born here", "", tone="invalid"))
    for theme in THEMES.values():
        drawing = tg.draw(annotated(graph, found), theme=theme)
        texts = {t.text: t.fill for g in groups(drawing.svg) for t in g.texts}
        assert texts["✓ 1×10⁻¹⁵"] == theme.calm and texts["✗ off by 2"] == theme.invalid
        assert texts["● vanishing 3e-9"] == theme.warning and texts["● NaN born here"] == theme.invalid
        assert texts["● mine"] == theme.positive and not faults(drawing)
        assert "; NaN born here; vanishing 3e-9" in drawing.svg


def test_a_group_carries_the_tags_of_its_members() -> None:
    graph = tg.trace(network(2))
    keys = [n.key for n in graph if n.scope == "layer1"]
    inside = len(keys)
    fine = ChecksNote(tuple(Badge(key, "✓ fine", "calm") for key in keys))
    flow = annotated(graph.with_note("gradcheck", fine), [Finding("dead", key, "dead", "") for key in keys])
    card = next(b for b in tg.draw(flow, depth=0, fold=False).picture.boxes if b.title == "layer1")
    assert [b.text for b in card.tags] == [
        "● W₁: dead",
        "● b₁: dead",
        *(b.text for b in card.tags[2:3] if b.text.endswith(": dead")),
        f"… {2 * inside - 3} more",
    ]
    assert {b.tone for b in card.tags[:3]} == {"warning"}
    twice = tg.collapse(tg.collapse(flow, "layer1"), "layer2")
    assert set(twice.badges(twice["layer1"])) == set(tg.collapse(flow).badges(tg.collapse(flow)["layer1"]))


def test_a_tagged_node_is_not_folded_away() -> None:
    x = tg.tensor(2.0, "x")
    y = x * 3.0
    graph = tg.trace(tg.tanh(y + 1.0))
    inner = next(n for n in graph if n.op == "mul")
    noted = annotated(graph.with_note("mine", Note((Badge(inner.key, "exploding"),))), ())
    assert [b.text for box in tg.draw(noted).picture.boxes for b in box.tags] == ["● exploding"]


@pytest.mark.slow
def test_views_and_sizes() -> None:
    """A graph of more than 500 cards is drawn coarser, with header, legend, paint and note."""
    x = tg.parameter(0.5, "x")
    y = x
    for _ in range(700):
        y = tg.sin(y)
    drawing = tg.draw(flow_of(y))
    assert len(drawing.picture.boxes) == 24 and drawing.picture.note.startswith("701 operations in 24 groups")
    assert drawing.picture.header[0].text == "gradient reaches 1 of 1 parameter"
    assert not wrong_colors(drawing)
    shown = [t.text for g in groups(drawing.svg) if g.kind == "graph" for t in g.texts]
    assert drawing.picture.header[0].text in shown and any("operations" in t for t in shown)


def above_is_free(drawing: tg.Drawing) -> bool:
    """Whether what stands above the picture meets no card, no caption and no border."""
    everything = groups(drawing.svg)
    above = [t.rect for g in everything if g.kind == "graph" for t in g.texts]
    frames = [g.frame for g in everything if g.kind in ("node", "cluster") and g.frame]
    frames += [t.rect for g in everything if g.kind == "edge" for t in g.texts]
    page = next(g.frame for g in everything if g.kind == "graph")
    assert above and page
    return not any(a.meets(f) for a in above for f in frames) and all(page.holds(a) for a in above)


@pytest.mark.slow
@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("direction", DIRECTIONS)
def test_text_stays_in_its_box_in_every_direction(theme: str, direction: str) -> None:
    for i, program in enumerate(["network", "branches", "broken", "backprop", "random 3"]):
        detail = DETAILS[2 + i % 2]
        drawing = tg.draw(flow_of(PROGRAMS[program]()), theme=theme, direction=direction, detail=detail)
        assert not faults(drawing), (program, detail)
        assert not [f for f in crowding(drawing) if f.startswith("card")] and above_is_free(drawing)


@pytest.mark.parametrize("tale", [t for t in TALES if t != "many terms"])
def test_every_tale_can_be_told_as_a_flow(tale: str) -> None:
    flow = flow_of(TALES[tale]())
    drawing = tg.draw(flow, detail="full", theme=list(THEMES)[len(tale) % len(THEMES)])
    assert not faults(drawing) and above_is_free(drawing)
    assert not any(n.gradient is not None for n in flow) or not wrong_colors(drawing)
    assert drawing.picture.header and str(drawing).startswith(drawing.picture.header[0].text)


def test_text_that_leaves_the_header_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tracegraph.layout.cards.Cards.width", lambda self, text, style, bold=False: 10)
    assert not above_is_free(tg.draw(flow_of(tg.tensor(2.0, "x") * 1.0))) or faults(tg.draw(flow_of(branches())))


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_and_tags(name: str) -> None:
    with tg.scope(name):
        w = tg.parameter([1.0, 2.0], name)
    graph = tg.trace(tg.sum(tg.tanh(w) * 2.0))
    node = next(n for n in graph if n.role == "parameter")
    mine = Note((Badge(node.key, name), Badge(node.key, f"✗ {name}", "invalid")))
    found = [Finding("dead", node.key, name, name)]
    flow = annotated(graph.with_note(name, mine), found, [way((node.key, graph.output.key), 0.5)])
    for options in ({"theme": "slides"}, {"depth": 0, "direction": "TB"}):
        drawing = tg.draw(flow, **options)
        assert not faults(drawing) and above_is_free(drawing)
        assert drawing.render("json") and str(drawing) and drawing.render("pdf")
        assert max(g.frame.right - g.frame.left for g in groups(drawing.svg) if g.kind == "node" and g.frame) < 1000


def test_one_node_and_nothing_that_flows() -> None:
    drawing = tg.draw(flow_of(tg.parameter(1.0, "x")))
    assert drawing.picture.legend is None and not faults(drawing) and above_is_free(drawing)
    said = [line.text for line in drawing.picture.header]
    assert said == ["gradient reaches 1 of 1 parameter", "layer norm 1 (x)", "nothing wrong was found"]
    inputs = tg.draw(flow_of(tg.tensor(2.0, "a") * tg.tensor(3.0, "b"))).picture.header
    assert [line.text for line in inputs[:2]] == ["gradient reaches 2 of 2 inputs", "layer norms from 2 (b) to 3 (a)"]
    bare = tg.draw(flow_of(Graph([replace(n, gradient=None) for n in tg.trace(tg.constant(1.0, "k"))], ())))
    assert bare.picture.header[0].text == "no parameters and no inputs"


def test_other_formats_have_the_header() -> None:
    drawing = tg.draw(flow_of(branches()))
    texts = [line.text for line in drawing.picture.header]
    assert str(drawing).splitlines()[: len(texts) + 1] == [*texts, ""]
    told = json.loads(drawing.render("json"))
    assert told["header"] == texts and all({"rms", "share"} <= e.keys() for e in told["edges"] if e["contribution"])
    desc = ET.fromstring(drawing.svg).findtext(f"{SVG}desc") or ""
    assert all(text in desc for text in texts)


def test_a_plain_graph_is_drawn_as_before() -> None:
    for program in ("network", "backprop", "broken"):
        graph = tg.trace(PROGRAMS[program]())
        drawing, painted = tg.draw(graph, detail="full"), tg.draw(flow_of(graph), detail="full")
        assert drawing.picture.header == () and drawing.picture.legend is None
        assert all(a.paint is None for a in drawing.picture.arrows)
        assert not any(panel.spark for box in drawing.picture.boxes for panel in box.panels)
        assert drawing.dot != painted.dot and "labelloc" not in drawing.dot
        assert "header" not in json.loads(drawing.render("json")) and b'"rms"' not in drawing.render("json")


@pytest.mark.slow
def test_a_plain_graph_is_drawn_without_what_finds_faults() -> None:
    program = "tg.draw(tg.tensor(1.0) * 2.0).dot; print('tracegraph.analysis' in sys.modules)"
    command = [sys.executable, "-c", f"import sys, tracegraph as tg; {program}"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_numbers_beyond_floats_are_painted() -> None:
    x = tg.tensor(np.full(4, 1e-200), "x")
    flow = flow_of(tg.sum(x * 1e-300))
    drawing = tg.draw(flow)
    assert all(a.paint and a.paint.tone in (0.0, 1.0) for a in drawing.picture.arrows)
    assert math.isfinite(float(re.findall(r'penwidth="([^"]+)"', drawing.dot)[0]))
    assert percent(1e-12) == "<1 %" and painting.tone(float("inf")) is None


def values_of(kind: str) -> Any:
    random = np.random.default_rng(3)
    normal = random.normal(size=(40, 50))
    return {
        "normal": normal,
        "all positive": np.exp(normal),
        "half zero": np.maximum(normal, 0),
        "huge": normal / 4.5 * 1.7e308,
        "tiny": normal * 1e-310,
        "single": normal.astype(np.float32),
        "with NaN": np.where(normal > 1, np.nan, normal),
        "skewed": np.exp(4 * normal),
        "two values": (normal > 0) * 1.0,
        "whole": np.rint(normal * 9).astype(int),
    }[kind]


SPREAD = ["normal", "all positive", "half zero", "huge", "tiny", "with NaN", "single", "skewed", "two values", "whole"]


@pytest.mark.parametrize("kind", SPREAD)
def test_bars_are_the_counts_of_numpy(kind: str) -> None:
    """Up to a number that lies on the edge of a bin, as rounding decides there."""
    finite = values_of(kind)[np.isfinite(values_of(kind))].astype(np.longdouble)
    due, edges = np.histogram(finite / np.abs(finite).max(), bins=24)
    found = heat.counts(finite.astype(float))
    assert found.sum() == due.sum() and np.abs(np.cumsum(found) - np.cumsum(due)).max() <= (kind == "whole") * 60
    tones = heat.histogram(finite.astype(float)).tones
    bars = tones[:TALL, ::3]
    assert tones.shape == (TALL + heat.FOOT, 24 * 3 - 1) and np.isnan(tones[:TALL, 2::3]).all()
    heights = (~np.isnan(bars)).sum(axis=0)
    assert (heights == np.ceil(found / found.max() * TALL)).all() and heights.max() == TALL
    middles = (edges[:-1] + edges[1:]) / 2
    for height, middle, column in zip(heights, middles, bars.T, strict=True):
        assert not height or np.unique(column[-height:]).tolist() == [math.copysign(0.75, middle)]
        assert np.isnan(column[: TALL - height]).all()
    marks = np.flatnonzero((~np.isnan(tones[TALL:])).any(axis=0))
    if finite.min() > 0:
        assert not marks.size
    else:
        zero = float(-edges[0] / (edges[-1] - edges[0])) * tones.shape[1]
        assert marks.size and abs(marks.mean() + 0.5 - zero) <= 2


def test_a_wrong_bin_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(heat, "counts", lambda finite: np.histogram(np.abs(finite), bins=24)[0])
    with pytest.raises(AssertionError):
        test_bars_are_the_counts_of_numpy("normal")


def spread(value: Any) -> tuple[str, bool]:
    """What the card of a large input says below its histogram, and whether there is one."""
    with np.errstate(all="ignore"):
        drawing = tg.draw(flow_of(tg.sum(tg.tensor(value, "x") * 1.0)), theme="print", detail="full")
    panel = next(b for b in drawing.picture.boxes if b.title == "x").panels[0]
    (card,) = (p for p in drawing.sheet.scene.of("card") if p.key == "n0")
    images = [i for part in card.parts if part.name == "value" for i in part.items if isinstance(i, Image)]
    assert not faults(drawing) and len(images) == bool(panel.spark) + bool(panel.heat)
    return " ".join(line.text for line in panel.spread), panel.spark is not None


@pytest.mark.slow
def test_histograms_say_what_they_show() -> None:
    assert spread(np.zeros((20, 20))) == ("all exactly 0", False)
    assert spread(np.full((20, 20), 0.5)) == ("all 0.5", False)
    assert spread(np.full((20, 20), np.nan)) == ("", False)
    assert spread(1.0 + np.arange(400.0) * 1e-16)[1] is False
    assert spread(np.where(np.arange(400) % 4, 0.0, 2.0)) == ("histogram: 24 bins, 0 to 2, 75 % exactly 0", True)
    assert spread(np.linspace(-1, 3, 400)) == ("histogram: 24 bins, −1 to 3", True)
    assert all(spread(values_of(kind))[1] for kind in SPREAD)
    small = tg.draw(flow_of(tg.sum(tg.tensor(np.eye(4), "x") * 1.0))).picture.boxes[0].panels[0]
    assert small.spark is None and not small.spread


def test_many_zeros_are_counted_where_there_is_no_histogram() -> None:
    x = tg.tensor(np.where(np.arange(400) % 4, 0.0, 2.0).reshape(20, 20), "x")
    flow, plain = (tg.draw(what).picture.boxes[0].panels[0] for what in (flow_of(tg.sum(x * 1.0)), tg.sum(x * 1.0)))
    assert [line.text for line in flow.lines] == ["0 … 2, 75 % exactly 0"] and flow.spark is None
    assert [line.text for line in plain.lines] == ["0 … 2"]


def run() -> list[tg.Tensor]:
    """Three steps of a run whose losses all depend on ``scale``, which is not learned."""
    w, scale, sgd = tg.parameter(0.5, "w"), tg.parameter(2.0, "scale"), tg.optim.SGD(0.01)
    for i in range(1, 4):
        L = (scale * tg.tanh(w * float(i)) - 1.0) ** 2
        (w,) = sgd.step(L, [w])
    return [w]


def test_of_some_steps_of_a_run_only_these_count() -> None:
    flow = flow_of(tg.trace(run))
    part = tg.draw(flow, step=2)
    norms = [abs(float(part.graph[name].gradient)) for name in ("w_1", "scale")]
    assert all(number(size, 3) in part.picture.header[1].text for size in norms)
    assert all(a.paint.share == 1 for a in part.picture.arrows if a.paint)
    assert tg.draw(flow, depth=0).picture.header == tg.draw(flow).picture.header != part.picture.header


def test_an_update_is_not_a_gradient_that_is_missing() -> None:
    drawing = tg.draw(flow_of(tg.trace(run)))
    legend = drawing.picture.legend
    assert any(a.update for a in drawing.picture.arrows) and legend
    assert all("no gradient" not in line.text for line in legend.lines)


def test_a_path_goes_on_through_what_is_folded() -> None:
    x = tg.parameter(0.5, "x")
    y = tg.tanh(x * 2.0 + 1.0)
    graph = tg.trace(y)
    keys, node = [graph["x"].key], graph["x"]
    while graph.uses(node):
        node = graph.node(graph.uses(node)[0].target)
        keys.append(node.key)
    drawing = tg.draw(flow_of(graph, paths=[way(tuple(keys), 1.0)]))
    assert len(drawing.graph) < len(keys)
    assert ["path 1 · 100 %" in [x.text for x in a.lines] for a in drawing.picture.arrows if a.paint] == [True] * (
        len([a for a in drawing.picture.arrows if a.paint])
    )


def test_beside_nan_nothing_has_a_share() -> None:
    with np.errstate(all="ignore"):
        x = tg.tensor([0.0, 1.0], "x")
        drawing = tg.draw(flow_of(tg.sum(tg.sqrt(x) * 0.0) + tg.sum(x * 3.0)))
    there = {line.text for a in drawing.picture.arrows if a.source == "n0" for line in a.lines}
    assert there == {"1 of 2 NaN or ∞", "rms 3"}
    assert all(a.weight == 0 for a in drawing.picture.arrows if a.source == "n0")


def test_the_smallest_number_is_not_called_zero() -> None:
    x = tg.tensor([1.0, 1.0, 1.0, 1.0], "x")
    drawing = tg.draw(flow_of(tg.sum(x * np.array([5e-324, 0.0, 0.0, 0.0]))))
    assert drawing.picture.arrows[0].paint and drawing.picture.arrows[0].paint.tone == 0.0
    assert drawing.picture.arrows[0].lines[0].text != "exactly zero"


def test_one_badge_on_the_culprit_quiet_marks_on_what_follows_and_the_rest_without_colour() -> None:
    graph = tg.trace(network())
    h, w = (n for n in graph if n.name in ("W1", "W2"))
    dead = Finding("dead", graph.output.key, "half are dead", "why")
    flow = flow_of(graph, (dead, Finding("vanishing", h.key, "small", "why"), Finding("vanishing", w.key, "small", "")))
    boxes = {b.key: b for b in tg.draw(flow, fold=False).picture.boxes}
    tags = {key: [(t.text, t.tone) for t in b.tags] for key, b in boxes.items() if b.tags}
    assert tags == {
        f"n{graph.output.key}": [("● half are dead", "warning")],
        f"n{h.key}": [("follows: vanishing", "faint")],
        f"n{w.key}": [("follows: vanishing", "faint")],
    }
    assert {key for key, b in boxes.items() if not b.faded} == tags.keys()
    assert not any(b.faded for b in tg.draw(tg.flow(graph), fold=False).picture.boxes)
