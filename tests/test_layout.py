"""Graphviz as a child process: what it draws, what it must survive, and that nothing of the machine shows."""
import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
import zlib

import pytest

from tracegraph import layout
from tracegraph._child import FONTS
from tracegraph.errors import LayoutError

ROOT = os.path.dirname(os.path.dirname(os.path.abspath(layout.__file__)))
TEXT = "z₅ = h₃·w₃₅ + hₙ₋₁ ∂L/∂z ŷ ✓ ‖·‖ δ Привет"
SIMPLE = "digraph { a -> b }"
RICH = f"""digraph {{ node [shape=plain fontname="Arial" fontsize=14]
  subgraph cluster_0 {{ a [label=<<TABLE><TR><TD BGCOLOR="#aabbcc">{TEXT}</TD><TD><B>{TEXT}</B></TD></TR></TABLE>>] }}
  b [style=radial shape=box fillcolor="red:blue"]; a -> b [label="x*x"]; a -> b [penwidth=2] }}"""
IMAGE = 'digraph { a [label=<<TABLE><TR><TD><IMG SRC="h3.png"/></TD></TR></TABLE>>] }'
ENDLESS = "digraph { " + " ".join(f"n{i} -> n{j};" for i in range(100) for j in range(i)) + "}"
needs_dot = pytest.mark.skipif(not shutil.which("dot"), reason="no `dot` on the PATH")
linux = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")

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
WRONG = ["malformed label", "unknown tag", "empty table", "control character", "unknown entity", "no XML character", "NUL",
         "missing image", "missing node image", "syntax", "empty", "penwidth nan", "font breaks out", "long text"]


@pytest.fixture(autouse=True, scope="module")
def no_child_is_left():
    yield
    layout._drop()


def png(red: int, side: int = 4) -> bytes:
    """A square of one colour, without an imaging library."""
    def chunk(kind: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + kind + data + zlib.crc32(kind + data).to_bytes(4, "big")
    size = side.to_bytes(4, "big") * 2
    rows = (b"\0" + bytes([red, 0, 0]) * side) * side
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", size + b"\x08\x02\0\0\0") + chunk(b"IDAT", zlib.compress(rows))
            + chunk(b"IEND", b""))


def fresh(dot: str, format: str) -> bytes:
    """A drawing by a child that has drawn nothing else."""
    layout._drop()
    return layout.render(dot, format)


def python(code: str, **environment: str) -> str:
    """What a new interpreter prints; a warning is an error there, and stderr must stay empty."""
    done = subprocess.run([sys.executable, "-W", "error", "-c", code], capture_output=True, text=True, timeout=60,
                          cwd=ROOT, env={**os.environ, "PYTHONPATH": ROOT, **environment})
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


# What it draws

@pytest.mark.parametrize("engine", ["embedded", pytest.param("system", marks=needs_dot)])
@pytest.mark.parametrize("format", layout.FORMATS)
def test_each_format_is_drawn(engine, format):
    begin, end = layout.MARKS[format]
    data = layout.render(RICH, format, engine=engine, expect=(2, 2))
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
    layout._drop()
    assert second == layout.render(IMAGE, "png", images={"h3.png": png(10, 9)}) != first


# Failures

@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_input_is_drawn_or_refused(name):
    try:
        layout.render(HOSTILE[name], timeout=5)
    except LayoutError as error:
        assert "\n" not in str(error) and len(str(error)) > 20
    else:
        assert name not in WRONG
    assert b"<title>b</title>" in layout.render(SIMPLE, expect=(2, 1))


@needs_dot
@pytest.mark.parametrize("name", set(WRONG) - {"penwidth nan", "control character", "long text"})
def test_the_system_engine_refuses_the_same(name):
    with pytest.raises(LayoutError):
        layout.render(HOSTILE[name], engine="system", timeout=5)


def test_a_death_is_told_and_the_next_graph_is_drawn():
    with pytest.raises(LayoutError, match="Graphviz died on this graph"):
        layout.render(HOSTILE["penwidth nan"])
    assert layout.render(SIMPLE)


@pytest.mark.parametrize("expect", [(2, 2), (3, 1), (0, 0)])
def test_a_lost_edge_or_node_is_an_error(expect):
    with pytest.raises(LayoutError, match="drew 2 nodes and 1 edges"):
        layout.render(SIMPLE, expect=expect)


@pytest.mark.parametrize("data, format", [(b"", "png"), (b"\x89PNG\r\n\x1a\n", "png"), (b"%PDF-1.5\n", "pdf"),
                                          (b"<?xml ?><svg>", "svg"), (b"{", "json")])
def test_half_a_file_is_an_error(data, format):
    with pytest.raises(LayoutError, match="no complete"):
        layout.check(data, format, "")


@pytest.mark.parametrize("engine", ["embedded", pytest.param("system", marks=needs_dot)])
def test_the_deadline_holds(engine):
    start = time.monotonic()
    with pytest.raises(LayoutError, match="within 1 s"):
        layout.render(ENDLESS, engine=engine, timeout=1)
    assert time.monotonic() - start < 3
    assert layout.render(SIMPLE, engine=engine)


@pytest.mark.skipif(os.name == "nt", reason="a signal cannot be sent to oneself there")
def test_ctrl_c_ends_a_long_layout_and_the_next_graph_is_drawn():
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        layout.render(ENDLESS, timeout=10)
    timer.join()
    assert layout._child is None and layout.render(SIMPLE)


def test_harmless_warnings_are_no_error():
    assert layout.render('digraph { a [fixedsize=true width=0.1 label="a long text"] }')


def test_unknown_words_are_named_with_those_known():
    with pytest.raises(LayoutError, match="gif.*svg, png, pdf"):
        layout.render(SIMPLE, "gif")
    with pytest.raises(LayoutError, match="neato.*embedded, system"):
        layout.render(SIMPLE, engine="neato")


def test_missing_engines_say_what_to_do(monkeypatch):
    layout._drop()
    monkeypatch.setitem(sys.modules, "pygraphviz", None)
    monkeypatch.setenv("PATH", "")
    layout.warm()
    with pytest.raises(LayoutError, match="pip install"):
        layout.render(SIMPLE)
    with pytest.raises(LayoutError, match="install Graphviz"):
        layout.render(SIMPLE, engine="system")
    assert {name: text.split(":")[0] for name, text in layout.describe().items()} == dict.fromkeys(
        ["embedded", "system", "font"], "none")


# The same bytes everywhere

@pytest.mark.parametrize("format", ["svg", "png", "pdf", "eps", "json"])
def test_bytes_depend_on_the_text_alone(format, monkeypatch, tmp_path):
    first = fresh(RICH, format)
    assert layout.render(RICH, format) == first
    other = tmp_path / "fonts.conf"
    other.write_text("<fontconfig><dir>/usr/share/fonts</dir><alias><family>Arial</family><prefer><family>DejaVu Serif"
                     "</family></prefer></alias></fontconfig>")
    elsewhere = {"HOME": str(tmp_path), "FONTCONFIG_FILE": str(other), "LANG": "de_DE.UTF-8", "TZ": "Asia/Tokyo",
                 "XDG_DATA_HOME": "/usr/share", "DOTFONTPATH": "/usr/share/fonts", "SOURCE_DATE_EPOCH": "99999"}
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)
    time.sleep(1.1)  # past the second that a date would show
    assert fresh(RICH, format) == first
    assert os.listdir(tmp_path) == ["fonts.conf"]


def test_a_pdf_holds_no_date_and_its_table_is_right():
    pdf = layout.render(RICH, "pdf")
    assert b"CreationDate" not in pdf
    start = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    assert pdf[start:start + 4] == b"xref"
    assert b"CreationDate" not in layout.render(RICH, "eps")


def test_gradients_are_numbered_per_drawing():
    two = 'digraph { a [style=filled fillcolor="red:blue"]; b [style=radial fillcolor="red:blue" label="url(#x_l_7)"] }'
    first = fresh(two, "svg")
    layout.render(two.replace("radial", "filled"))
    assert first == layout.render(two) == layout.render(two)
    assert b"_l_0" in first and b"_r_0" in first and b">url(#x_l_7)<" in first


def test_only_our_fonts_are_drawn_with():
    assert set(layout.describe()["font"].split(", ")) == {"TracegraphSans-Regular", "TracegraphSans-Bold",
                                                          "TracegraphSymbols-Regular"}


@linux
def test_no_font_of_the_system_is_opened():
    layout.render(RICH, "png")
    with open(f"/proc/{layout._child.process.pid}/maps", encoding="utf-8") as file:
        mapped = {line.split(maxsplit=5)[5].strip() for line in file if ".ttf" in line or "/fonts/" in line}
    assert mapped and all(path.startswith(os.path.realpath(layout._child.home)) for path in mapped)


def test_the_fonts_are_small_and_nothing_is_left_beside_them():
    folder = os.path.join(ROOT, "tracegraph", "fonts")
    layout.render(RICH, "png")
    assert set(os.listdir(folder)) - {"__pycache__", "__init__.py"} == {
        *FONTS, "fonts.conf", "widths.json", "LICENSE-OFL.txt", "LICENSE-DEJAVU.txt"}
    assert sum(os.path.getsize(os.path.join(folder, name)) for name in FONTS) < 500_000


# One child, many callers

def test_two_threads_draw_at_once():
    dots = [SIMPLE.replace("b", f"thread{number}") for number in range(2)]
    drawn: list[tuple[int, bytes]] = []

    def draw(number: int) -> None:
        drawn.extend((number, layout.render(dots[number])) for _ in range(20))
    threads = [threading.Thread(target=draw, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(drawn) == 40 and all(b"thread%d" % number in svg for number, svg in drawn)


@linux
def test_nothing_leaks_over_200_drawings():
    def state() -> tuple[int, int, int]:
        with open(f"/proc/{layout._child.process.pid}/status", encoding="utf-8") as file:
            resident = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        return len(os.listdir("/proc/self/fd")), len(os.listdir(f"/proc/{layout._child.process.pid}/fd")), resident
    for _ in range(20):
        layout.render(RICH, "png")
    ours, theirs, resident = state()
    for _ in range(200):
        layout.render(RICH, "png", images={"h3.png": png(1)})
    assert state()[:2] == (ours, theirs)
    assert state()[2] - resident < 4000, "KB more in the child"


def test_warming_starts_the_child_and_does_not_wait():
    layout._drop()
    layout.warm()
    child = layout._child
    layout.warm()
    assert layout.render(SIMPLE) and layout._child is child


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_draws_with_a_child_of_its_own():
    assert python(f"""
import os, warnings
from tracegraph import layout
from tracegraph._child import FONTS
warnings.simplefilter("ignore", DeprecationWarning)  # NumPy's threads, for Python 3.12
first = layout.render({SIMPLE!r})
ours = layout._child.process.pid
pid = os.fork()
assert layout.render({SIMPLE!r}) == first
assert (layout._child.process.pid == ours) == bool(pid)
if pid:
    assert os.waitpid(pid, 0)[1] == 0
    assert layout.render({SIMPLE!r}) == first
    print("done")
""") == "done\n"


def test_the_end_is_silent_and_leaves_nothing(tmp_path):
    code = f"from tracegraph import layout; layout.render({SIMPLE!r}); print(layout._child.home)"
    home = python(code, TMPDIR=str(tmp_path), TEMP=str(tmp_path)).strip()
    assert home.startswith(str(tmp_path)) and os.listdir(tmp_path) == []


@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_a_parent_that_dies_takes_the_child_and_its_folder_along(tmp_path, end):
    code = (f"import os; from tracegraph import layout; layout.render({SIMPLE!r}); "
            f"print(layout._child.process.pid, flush=True); {end}")
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, cwd=ROOT,
                          env={**os.environ, "PYTHONPATH": ROOT, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)})
    assert done.stdout.strip().isdigit()
    deadline = time.monotonic() + 10
    while os.listdir(tmp_path) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert os.listdir(tmp_path) == []


def test_a_child_killed_from_outside_is_replaced():
    layout.render(SIMPLE)
    layout._child.process.kill()
    layout._child.process.wait()
    assert layout.render(SIMPLE)


def test_a_child_starts_without_our_packages():
    layout.render(SIMPLE)
    with open(os.path.join(ROOT, "tracegraph", "_worker.py"), encoding="utf-8") as file:
        imported = set(re.findall(r"^\s*(?:import|from) (\w+)", file.read(), re.MULTILINE))
    assert imported == {"faulthandler", "os", "sys", "types", "typing", "_graphviz"}


def test_describe_names_the_engine():
    assert re.match(r"Graphviz \d+\.\d+\.\d+ in ", layout.describe()["embedded"])
    assert re.match(r"none|.*dot.*graphviz version", layout.describe()["system"])
