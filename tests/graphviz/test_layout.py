"""What Graphviz draws, what it must survive, and how a failure is told."""

import os
import re
import shutil
import signal
import sys
import threading
import zlib

import pytest

from tracegraph.errors import LayoutError
from tracegraph.graphviz import run as layout

TEXT = "z₅ = h₃·w₃₅ + hₙ₋₁ ∂L/∂z ŷ ✓ ‖·‖ δ Привет"
SIMPLE = "digraph { a -> b }"
RICH = f"""digraph {{ node [shape=plain fontname="Arial" fontsize=14]
  subgraph cluster_0 {{ a [label=<<TABLE><TR><TD BGCOLOR="#aabbcc">{TEXT}</TD><TD><B>{TEXT}</B></TD></TR></TABLE>>] }}
  b [style=radial shape=box fillcolor="red:blue"]; a -> b [label="x*x"]; a -> b [penwidth=2] }}"""
IMAGE = 'digraph { a [label=<<TABLE><TR><TD><IMG SRC="h3.png"/></TD></TR></TABLE>>] }'
ENDLESS = "digraph { " + " ".join(f"n{i} -> n{j};" for i in range(100) for j in range(i)) + "}"
needs_dot = pytest.mark.skipif(not shutil.which("dot"), reason="no `dot` on the PATH")

# What each does to Graphviz 14.1.5 in the caller's process: crashes, endless layouts, broken files, empty nodes.
HOSTILE = {
    "empty first line": "digraph { a [label=<<BR/>x>] }",
    "penwidth nan": "digraph { a -> b [penwidth=nan] }",
    "arrowsize inf": "digraph { a -> b [arrowsize=inf] }",
    "node penwidth nan": "digraph { a [penwidth=nan] }",
    "malformed label": "digraph { a [label=<<B>x>] }",
    "unknown tag": "digraph { a [label=<<BLINK>x</BLINK>>] }",
    "empty table": "digraph { a [label=<<TABLE></TABLE>>] }",
    "control character": "digraph { a [label=<a&#1;b>] }",
    "unknown entity": "digraph { a [label=<a&nope;b>] }",
    "no XML character": 'digraph { a [label="\ufffe\x01"] }',
    "lone surrogate": 'digraph { a [label="\ud800"] }',
    "NUL": "digraph { a\0b }",
    "missing image": IMAGE,
    "missing node image": 'digraph { a [image="q.png"] }',
    "syntax": "digraph {",
    "empty": "",
    "huge numbers": "digraph { nodesep=nan ranksep=inf a [width=1000000000 height=1000000000] }",
    "font breaks out": 'digraph { a [fontname="\\"><x"] }',
    "deep nesting": "digraph { a [label=<" + "<B>" * 3000 + "x" + "</B>" * 3000 + ">] }",
    "long text": 'digraph { a [label="' + "x" * 20000 + '"] }',
    "unknown layout": "digraph { layout=nope; a -> b }",
    "unknown port": "digraph { a; b -> a:q [headport=q] }",
}
WRONG = [
    "malformed label",
    "unknown tag",
    "empty table",
    "control character",
    "unknown entity",
    "no XML character",
    "NUL",
    "missing image",
    "missing node image",
    "syntax",
    "empty",
    "penwidth nan",
    "font breaks out",
    "long text",
]


@pytest.fixture(autouse=True, scope="module")
def no_child_is_left():
    yield
    layout.end_child()


def png(red: int, side: int = 4) -> bytes:
    """A square of one colour, without an imaging library."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")

    size = side.to_bytes(4, "big") * 2
    rows = (b"\0" + bytes([red, 0, 0]) * side) * side
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", size + b"\x08\x02\0\0\0")
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


# What it draws


@pytest.mark.parametrize("engine", ["embedded", pytest.param("system", marks=needs_dot)])
@pytest.mark.parametrize("format", layout.FORMATS)
def test_each_format_is_drawn(engine, format):
    begin, end = layout.MARKS[format]
    data = layout.render(RICH, format, engine=engine)
    assert data.startswith(begin) and data.rstrip().endswith(end)


@pytest.mark.parametrize("engine", ["embedded", pytest.param("system", marks=needs_dot)])
def test_an_image_is_drawn_and_gone(engine):
    images = {"h3.png": png(255)}
    assert b'href="h3.png"' in layout.render(IMAGE, engine=engine, images=images)
    red, black = (layout.render(IMAGE, "png", engine=engine, images={"h3.png": png(level)}) for level in (255, 0))
    assert red != black
    with pytest.raises(LayoutError, match="h3.png"):
        layout.render(IMAGE, engine=engine)


@pytest.mark.parametrize("name", ["../x.png", "/x.png", ".graph", "a b.png", "x.svg", ""])
def test_an_image_stays_in_its_folder(name):
    with pytest.raises(LayoutError, match="image name"):
        layout.render(IMAGE, images={name: b""})


def test_an_image_of_the_same_name_is_read_anew():
    first, second = (layout.render(IMAGE, "png", images={"h3.png": png(red, 9)}) for red in (255, 10))
    layout.end_child()
    assert second == layout.render(IMAGE, "png", images={"h3.png": png(10, 9)}) != first


# Failures


@pytest.mark.slow
@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_drawn_or_refused(name):
    try:
        layout.render(HOSTILE[name], timeout=5)
    except LayoutError as error:
        assert "\n" not in str(error) and len(str(error)) > 20
    else:
        assert name not in WRONG
    assert b"<title>b</title>" in layout.render(SIMPLE)


@needs_dot
@pytest.mark.parametrize("name", sorted({*WRONG} - {"penwidth nan", "control character", "long text"}))
def test_the_system_engine_refuses_the_same(name):
    with pytest.raises(LayoutError):
        layout.render(HOSTILE[name], engine="system", timeout=5)


def test_a_death_is_told_and_the_next_graph_is_drawn():
    with pytest.raises(LayoutError, match="Graphviz died on this graph"):
        layout.render(HOSTILE["penwidth nan"])
    assert layout.render(SIMPLE)


@pytest.mark.parametrize(
    "data, format",
    [(b"", "png"), (b"\x89PNG\r\n\x1a\n", "png"), (b"%PDF-1.5\n", "pdf"), (b"<?xml ?><svg>", "svg"), (b"{", "json")],
)
def test_half_a_file_is_an_error(data, format):
    with pytest.raises(LayoutError, match="no complete"):
        layout.check(data, format, "")


@pytest.mark.parametrize("engine", ["embedded", pytest.param("system", marks=needs_dot)])
def test_the_deadline_holds(engine):
    with pytest.raises(LayoutError, match="within 1 s"):
        layout.render(ENDLESS, engine=engine, timeout=1)
    assert layout.render(SIMPLE, engine=engine)


@pytest.mark.skipif(os.name == "nt", reason="a signal cannot be sent to oneself there")
@pytest.mark.usefixtures("interruptible")
def test_ctrl_c_ends_a_long_layout_and_the_next_graph_is_drawn():
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        layout.render(ENDLESS, timeout=10)
    timer.join()
    assert layout.running() is None and layout.render(SIMPLE)


def test_harmless_warnings_are_no_error():
    assert layout.render('digraph { a [fixedsize=true width=0.1 label="a long text"] }')


def test_unknown_words_are_named_with_those_known():
    with pytest.raises(LayoutError, match="gif.*svg, png, pdf"):
        layout.render(SIMPLE, "gif")
    with pytest.raises(LayoutError, match="neato.*embedded, system"):
        layout.render(SIMPLE, engine="neato")


def test_missing_engines_say_what_to_do(monkeypatch):
    layout.end_child()
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setenv("PATH", "")
    layout.warm()
    with pytest.raises(LayoutError, match="pip install"):
        layout.render(SIMPLE)
    with pytest.raises(LayoutError, match="install Graphviz"):
        layout.render(SIMPLE, engine="system")
    assert {name: text.split(":")[0] for name, text in layout.describe().items()} == dict.fromkeys(
        ["embedded", "system", "font"], "none"
    )


def test_describe_names_the_engine():
    assert re.match(r"Graphviz \d+\.\d+\.\d+ in ", layout.describe()["embedded"])
    assert re.match(r"none|.*dot.*graphviz version", layout.describe()["system"])
