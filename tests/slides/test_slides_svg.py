"""Every SVG is what all programs read, the same in each frame but for what the frame shows, and safely written."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import HOSTILE, TALES, by_hand, example, random_program
from svg_lint import SVG, faults, layers

import tracegraph as tg
from tracegraph.formats.html.reveal import fragments
from tracegraph.formats.moving_svg import REST, SECONDS
from tracegraph.formats.svg import still, stills
from tracegraph.picture.theme import THEMES
from tracegraph.slides import Deck, Frames

THEME = {name: [*THEMES][i % len(THEMES)] for i, name in enumerate(TALES)}


@pytest.fixture(scope="module")
def backprop() -> Frames:
    return tg.frames(tg.draw(TALES["backprop"](), detail="full"))


@pytest.fixture(scope="module")
def deck(backprop: Frames) -> Deck:
    return Deck("", (backprop,))


def told(tale: str) -> Frames:
    drawing = tg.draw(TALES[tale](), theme=THEME[tale])
    steps = "forward,backward" if len(drawing.graph) > 1 else ""
    return tg.frames(drawing, steps=steps)


@pytest.mark.slow
@pytest.mark.parametrize("tale", TALES)
def test_every_svg_of_a_program_is_what_all_programs_read(tale: str) -> None:
    frames = told(tale)
    assert not faults(frames.drawing.svg.encode())
    for i in {0, len(frames) // 2, len(frames) - 1}:
        assert not faults(still(frames, i)) and loose(still(frames, i)) == []
    deck = Deck("", (frames,))
    assert not faults(deck.render("svg"), animated=len(frames) > 1) and loose(deck.render("svg")) == []
    assert not faults(deck.render("fragments"))


@pytest.mark.slow
@pytest.mark.parametrize("name", by_hand())
def test_every_svg_of_an_example_is_what_all_programs_read(name: str) -> None:
    built = example(name)
    graph = built if isinstance(built, tg.Graph) else tg.trace(built)
    for theme in THEMES:
        assert not faults(tg.draw(graph, theme=theme, detail="full").svg.encode())


def loose(svg: bytes) -> list[str]:
    """Coordinates with more than two decimals, or a minus before a zero."""
    root = ET.fromstring(svg)
    places = ("x", "y", "width", "height", "rx", "d", "points", "font-size", "stroke-width", "viewBox", "transform")
    values = " ".join(v for e in root.iter() for k, v in e.attrib.items() if k in places)
    return re.findall(r"[\d.]+\.\d{3,}|-0(?![\d.])|nan|inf|e[-+]", values)


PLANTED = {
    "style element": ("<g ", "<style>.a{fill:red}</style><g "),
    "style attribute": ("<text ", '<text style="fill:red" '),
    "colour of a class": (' fill="#ffffff"', ' class="card"'),
    "no fill of a text": (' fill="#16191d">', ' class="ink">'),
    "rgba": ('"#8a949e"', '"rgba(0,0,0,0.5)"'),
    "transparent": ('fill="none"', 'fill="transparent"'),
    "named colour": ('"#8a949e"', '"inherit"'),
    "foreignObject": ("<g ", "<foreignObject/><g "),
    "script": ("<g ", "<script/><g "),
    "use": ("<g ", '<use xlink:href="#a"/><g '),
    "link": ("<g ", '<a xlink:href="https://example.org"/><g '),
    "baseline-shift": ("<text ", '<text baseline-shift="sub" '),
    "nested svg": ("<g ", "<svg/><g "),
    "external image": ("<g ", '<image xlink:href="http://example.org/a.png"/><g '),
    "smooth image": ("<g ", '<image xlink:href="data:image/png;base64,AA=="/><g '),
    "plain href": ("<g ", '<image href="a.png"/><g '),
    "paint from elsewhere": ('"#8a949e"', '"url(#paint)"'),
    "event": ("<g ", '<g onclick="alert(1)" '),
    "no background": ("<rect ", '<rect x="0" y="0" width="9999" height="9999" fill="none" stroke="none"/><rect '),
    "small background": (' y="0" width="1', ' y="0" width="'),
    "id of all": ('id="tg', 'id="n'),
    "same id twice": ("<g ", '<g id="tg00000000_a"/><g id="tg00000000_a"/><g '),
    "unlabelled": ('role="graphics-document"', ""),
    "no anchor": ('text-anchor="start"', ""),
    "one font only": (", sans-serif", ""),
    "foreign attribute": ("<g ", '<g xmlns:i="urn:i" i:x="1" '),
    "document type": ("<svg ", "<!DOCTYPE svg><svg "),
    "cut off": ("</svg>", ""),
}


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_found(fault: str, backprop: Frames) -> None:
    good = still(backprop, 0).decode()
    bad = good.replace(*PLANTED[fault], 1)
    assert bad != good and not faults(good.encode())
    assert faults(bad.encode()), fault


MOVED = {
    "second sheet": ("<g ", "<style/><g "),
    "colour": ("visibility:hidden", "fill:red"),
    "always": ("no-preference", "reduce"),
    "unused": ('class="', 'id="tg00000000_x" data-was="'),
    "import": ("@keyframes", "@import 'a.css';@keyframes"),
    "smooth": ("step-end", "linear"),
}


@pytest.mark.parametrize("fault", MOVED)
def test_a_planted_fault_of_what_moves_is_found(fault: str, deck: Deck) -> None:
    good = deck.render("svg").decode()
    assert not faults(good.encode(), animated=True) and faults(good.encode())
    assert faults(good.replace(*MOVED[fault], 1).encode(), animated=True)


@pytest.mark.slow
@pytest.mark.parametrize("tale", ["backprop", "conv", "names", "heat", "scopes", "one node", "long names"])
@pytest.mark.parametrize("to", ["svg", "fragments", "html"])
def test_every_card_and_arrow_is_there(tale: str, to: str) -> None:
    frames = told(tale)
    written = Deck("", (frames,)).render(to).decode()
    keys = {p.key for p in frames.scene.pieces}
    assert len(keys) == len(frames.drawing.picture.boxes) + len(frames.drawing.picture.arrows) + len(
        frames.scene.of("cluster") + frames.scene.of("header")
    )
    assert keys <= {*re.findall(r'id="tg[0-9a-f]{8}_([a-z]+\d*)"', written)}
    if to != "html":
        texts = [t for e in ET.fromstring(written).iter(f"{SVG}text") if (t := e.text)]
        drawn = [t for e in ET.fromstring(frames.drawing.svg).iter(f"{SVG}text") if (t := e.text)]
        texts, drawn = ([t.replace("\xa0", " ") for t in both] for both in (texts, drawn))
        assert {*drawn} <= {*texts}


def keyframes(svg: str) -> dict[str, list[tuple[float, str]]]:
    """For each name the times, as shares of the period, at which something is shown or hidden."""
    return {
        name: [(float(at) / 100, seen) for at, seen in re.findall(r"([\d.]+)%\{visibility:(\w+)\}", keys)]
        for name, keys in re.findall(r"@keyframes (\w+)\{(.*)\}", svg)
    }


def seen_at(group: ET.Element, share: float, keys: dict[str, list[tuple[float, str]]]) -> bool:
    name = group.get("class")
    if name is None:
        return group.get("visibility") != "hidden"
    return [seen for at, seen in keys[name] if at <= share][-1] == "visible"


@pytest.mark.parametrize("tale", ["backprop", "square", "scopes"])
def test_what_moves_shows_each_frame_in_its_time_and_the_last_one_where_nothing_moves(tale: str) -> None:
    frames = told(tale)
    svg = Deck("", (frames,)).render("svg").decode()
    keys, groups = keyframes(svg), layers(svg)
    captions = [g for g in ET.fromstring(svg).iter(f"{SVG}g") if "_caption_" in g.get("id", "")]
    period = SECONDS * (len(frames) - 1) + REST
    assert {*re.findall(r"([\d.]+)s step-end", svg)} == {f"{period:g}"}
    for i, frame in enumerate(frames):
        for late in (0.001, SECONDS - 0.001):
            share = (SECONDS * i + late) / period
            assert {k for k, g in groups.items() if seen_at(g, share, keys)} == {*frame.shown}
            assert [seen_at(g, share, keys) for g in captions].index(True) == i
    assert {k for k, g in groups.items() if g.get("visibility") != "hidden"} == {*frames[-1].shown}
    assert [g.get("visibility") for g in captions] == ["hidden"] * (len(frames) - 1) + [None]


@pytest.mark.slow
@given(st.integers(0, 2**20))
@settings(max_examples=8, deadline=None)
def test_fragments_show_what_the_frames_show(seed: int) -> None:
    """As reveal.js counts: a fragment has been reached from its index on, what fades out is seen before that."""
    frames = tg.frames(tg.draw(random_program(seed, scalars=True)))
    root = ET.fromstring(fragments(frames, "a"))
    parents = {child: parent for parent in root.iter() for child in parent}
    for step, frame in enumerate(frames):
        seen = set()
        for group in root.iter(f"{SVG}g"):
            names = re.fullmatch(r"[^_]+_(?!caption)(\w+?)_([a-z]+)(_\d+)?", group.get("id", ""))
            if names and reached(group, step, parents):
                seen.add((names[1], names[2]))
        assert seen == {*frame.shown}
    indices = {int(i) for i in re.findall(r'fragment-index="(\d+)"', fragments(frames, "a"))}
    assert indices == {*range(1, len(frames))}


def reached(group: ET.Element, step: int, parents: dict[ET.Element, ET.Element]) -> bool:
    while group in parents:
        classes = group.get("class", "").split()
        if "fragment" in classes:
            if (int(group.attrib["data-fragment-index"]) <= step) == ("fade-out" in classes):
                return False
        group = parents[group]
    return True


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_hostile_names_harm_no_svg_and_no_page(name: str) -> None:
    with tg.scope(name):
        made = tg.tanh(tg.tensor(0.5, name)) * tg.tensor(2.0, "b")
    frames = tg.frames(tg.draw(made, detail="full"), steps="network,forward,backward", title=name)
    deck = Deck(name, (frames, frames))
    assert not faults(still(frames, 0)) and not faults(Deck(name, (frames,)).render("svg"), animated=True)
    page = deck.render("html").decode()
    assert page.count("<script") == page.count("</script>") == 1 and page.count("<section") == 2 + bool(name.strip())
    assert "<b>&" not in page and len({*re.findall('id="(.*?)"', page)}) == page.count(' id="')


def test_the_page_loads_nothing(backprop: Frames) -> None:
    page = Deck("A title", (backprop,)).render("html").decode()
    # Names of XML, not addresses: xmlns:xlink of the picture.
    addresses = {a for a in re.findall(r"""[a-z]+://[^"'\s)]*""", page) if not a.startswith("http://www.w3.org/")}
    policy = "default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline'; img-src data:"
    assert not addresses and f'content="{policy}"' in page
    assert not re.search(r"<link|<iframe|@import|\bsrc=|\bfetch\(|XMLHttp", page)


def test_the_same_program_gives_the_same_bytes() -> None:
    one, two = (Deck("a", (told("backprop"),)) for _ in range(2))
    for to in ("svg", "html", "fragments"):
        assert one.render(to) == two.render(to)
    assert [*stills(one)] == [*stills(two)]


def test_an_animation_holds_one_drawing(backprop: Frames) -> None:
    for to in ("svg", "fragments"):
        with pytest.raises(tg.GraphError, match="holds one drawing, and the deck has 2"):
            Deck("", (backprop, backprop)).render(to)
