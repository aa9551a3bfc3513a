"""The child process behind the drawings: the same bytes on every machine, no leaks, no orphans, nothing left behind."""

import os
import re
import subprocess
import sys
import threading
import time

import pytest
from counting import wait_for

from tracegraph.graphviz import child
from tracegraph.graphviz import run as layout
from tracegraph.graphviz.home import FONTS

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(layout.__file__))))
TEXT = "z₅ = h₃·w₃₅ + hₙ₋₁ ∂L/∂z ŷ ✓ ‖·‖ δ Привет"
SIMPLE = "digraph { a -> b }"
RICH = f"""digraph {{ node [shape=plain fontname="Arial" fontsize=14]
  subgraph cluster_0 {{ a [label=<<TABLE><TR><TD BGCOLOR="#aabbcc">{TEXT}</TD><TD><B>{TEXT}</B></TD></TR></TABLE>>] }}
  b [style="filled,rounded" shape=box fillcolor="red"]; a -> b [label="x*x"]; a -> b [penwidth=2] }}"""
linux = pytest.mark.skipif(not os.path.isdir("/proc/self/fd"), reason="needs /proc")


@pytest.fixture(autouse=True, scope="module")
def no_child_is_left():
    yield
    layout.end_child()


def fresh(dot: str, format: str) -> bytes:
    """A drawing by a child that has drawn nothing else."""
    layout.end_child()
    return layout.render(dot, format)


def python(code: str, **environment: str) -> str:
    """What a new interpreter prints; a warning is an error there, and stderr must stay empty."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", code],
        capture_output=True,
        text=True,
        timeout=60,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": ROOT, **environment},
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


# The same bytes everywhere


@pytest.mark.slow
@pytest.mark.parametrize("format", layout.FORMATS)
def test_bytes_depend_on_the_text_alone(format, monkeypatch, tmp_path):
    first = fresh(RICH, format)
    assert layout.render(RICH, format) == first
    other = tmp_path / "fonts.conf"
    other.write_text(
        "<fontconfig><dir>/usr/share/fonts</dir><alias><family>Arial</family><prefer><family>DejaVu Serif"
        "</family></prefer></alias></fontconfig>"
    )
    elsewhere = {
        "HOME": str(tmp_path),
        "FONTCONFIG_FILE": str(other),
        "LANG": "de_DE.UTF-8",
        "TZ": "Asia/Tokyo",
        "XDG_DATA_HOME": "/usr/share",
        "DOTFONTPATH": "/usr/share/fonts",
        "SOURCE_DATE_EPOCH": "99999",
    }
    for name, value in elsewhere.items():
        monkeypatch.setenv(name, value)
    time.sleep(1.1)  # past the second that a date would show
    assert fresh(RICH, format) == first
    assert os.listdir(tmp_path) == ["fonts.conf"]


def test_a_pdf_holds_no_date_and_its_table_is_right():
    pdf = layout.render(RICH, "pdf")
    assert b"CreationDate" not in pdf
    start = int(re.findall(rb"startxref\s+(\d+)", pdf)[-1])
    assert pdf[start : start + 4] == b"xref"
    assert b"CreationDate" not in layout.render(RICH, "eps")


def test_only_our_fonts_are_drawn_with():
    assert set(layout.describe()["font"].split(", ")) == {
        "TracegraphSans-Regular",
        "TracegraphSans-Bold",
        "TracegraphSymbols-Regular",
    }


@linux
def test_no_font_of_the_system_is_opened():
    layout.render(RICH, "png")
    with open(f"/proc/{layout.running().process.pid}/maps", encoding="utf-8") as file:
        mapped = {line.split(maxsplit=5)[5].strip() for line in file if ".ttf" in line or "/fonts/" in line}
    assert mapped and all(path.startswith(os.path.realpath(layout.running().home)) for path in mapped)


def test_the_fonts_are_small_and_nothing_is_left_beside_them():
    folder = os.path.join(ROOT, "tracegraph", "fonts")
    layout.render(RICH, "png")
    assert set(os.listdir(folder)) - {"__pycache__", "__init__.py"} == {
        *FONTS,
        "fonts.conf",
        "widths.json",
        "LICENSE-OFL.txt",
        "LICENSE-DEJAVU.txt",
    }
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


@pytest.mark.slow
@linux
def test_nothing_leaks_over_200_drawings():
    def state() -> tuple[int, int, int]:
        with open(f"/proc/{layout.running().process.pid}/status", encoding="utf-8") as file:
            resident = next(int(line.split()[1]) for line in file if line.startswith("VmRSS"))
        return len(os.listdir("/proc/self/fd")), len(os.listdir(f"/proc/{layout.running().process.pid}/fd")), resident

    for _ in range(20):
        layout.render(RICH, "png")
    ours, theirs, resident = state()
    for _ in range(200):
        layout.render(RICH, "png", images={"h3.png": b"unused"})
    assert state()[:2] == (ours, theirs)
    assert state()[2] - resident < 4000, "KB more in the child"


def test_warming_starts_the_child_and_does_not_wait():
    layout.end_child()
    layout.warm()
    child = layout.running()
    layout.warm()
    assert layout.render(SIMPLE) and layout.running() is child


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
def test_a_forked_process_draws_with_a_child_of_its_own():
    assert (
        python(f"""
import os, warnings
from tracegraph.graphviz import run as layout
from tracegraph.graphviz.home import FONTS
warnings.simplefilter("ignore", DeprecationWarning)  # NumPy's threads, for Python 3.12
first = layout.render({SIMPLE!r})
ours = layout.running().process.pid
pid = os.fork()
assert layout.render({SIMPLE!r}) == first
assert (layout.running().process.pid == ours) == bool(pid)
if pid:
    assert os.waitpid(pid, 0)[1] == 0
    assert layout.render({SIMPLE!r}) == first
    print("done")
""")
        == "done\n"
    )


@pytest.mark.slow
def test_the_end_is_silent_and_leaves_nothing(tmp_path):
    code = f"from tracegraph.graphviz import run as layout; layout.render({SIMPLE!r}); print(layout.running().home)"
    home = python(code, TMPDIR=str(tmp_path), TEMP=str(tmp_path)).strip()
    assert home.startswith(str(tmp_path)) and os.listdir(tmp_path) == []


@pytest.mark.slow
@pytest.mark.parametrize("end", ["os._exit(0)", "os.kill(os.getpid(), 9)"])
def test_a_parent_that_dies_takes_the_child_and_its_folder_along(tmp_path, end):
    code = (
        f"import os; from tracegraph.graphviz import run as layout; layout.render({SIMPLE!r}); "
        f"print(layout.running().process.pid, flush=True); {end}"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": ROOT, "TMPDIR": str(tmp_path), "TEMP": str(tmp_path)},
    )
    assert done.stdout.strip().isdigit()
    wait_for(lambda: os.listdir(tmp_path) == [])


def test_a_child_killed_from_outside_is_replaced():
    layout.render(SIMPLE)
    layout.running().process.kill()
    layout.running().process.wait()
    assert layout.render(SIMPLE)


def test_a_child_starts_without_our_packages():
    layout.render(SIMPLE)
    with open(os.path.join(ROOT, "tracegraph", "graphviz", "worker.py"), encoding="utf-8") as file:
        imported = set(re.findall(r"^\s*(?:import|from) (\w+)", file.read(), re.MULTILINE))
    assert imported == {*("faulthandler", "os", "select", "signal", "sys", "time", "types", "typing"), "_graphviz"}


@linux
@pytest.mark.slow
def test_a_busy_child_dies_with_its_parent_and_leaves_no_folder(tmp_path):
    """At the parent's death Graphviz lays a complete graph out, which takes it minutes."""
    code = (
        "from tracegraph.graphviz import run; run.warm(); print(run.running().process.pid, flush=True); "
        "run.render('digraph {' + ''.join(f'n{i} -> n{j};' for i in range(90) for j in range(i)) + '}')"
    )
    parent = subprocess.Popen(
        [sys.executable, "-c", code],
        stdout=subprocess.PIPE,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": ROOT, "TMPDIR": str(tmp_path)},
    )
    child = int(parent.stdout.readline())
    wait_for(lambda: any(tmp_path.glob("*/.graph")))
    time.sleep(0.5)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    wait_for(lambda: not running(child) and os.listdir(tmp_path) == [])


def running(pid: int) -> bool:
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8") as file:
            return file.read().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


@linux
def test_a_worn_child_is_replaced(monkeypatch):
    monkeypatch.setattr(child, "RENEWED", 3)
    layout.end_child()
    pids = []
    for _ in range(6):
        layout.render(SIMPLE)
        pids.append(layout.running().process.pid)
    assert pids[0] == pids[2] != pids[3] == pids[5]
    assert not running(pids[0])


@linux
@pytest.mark.slow
def test_folders_of_killed_processes_are_swept(tmp_path):
    """All that draws is killed at once, as a container is; a folder in use stays, however old it is."""
    environment = {"TMPDIR": str(tmp_path), "TEMP": str(tmp_path)}
    drawing = f"from tracegraph.graphviz import run; run.render({SIMPLE!r})"
    command = [sys.executable, "-c", f"{drawing}; print(run.running().home, flush=True); input()"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    users = [
        subprocess.Popen(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": ROOT, **environment}, **pipes)
        for _ in range(2)
    ]
    used, left = (user.stdout.readline().strip() for user in users)
    abandoned = tmp_path / "tracegraph-drawing-abandoned"
    abandoned.mkdir()
    (abandoned / ".log").write_bytes(b"")
    for folder in (used, left, abandoned):
        os.utime(folder, (0, 0))
    python(drawing, **environment)
    assert sorted(os.listdir(tmp_path)) == sorted(map(os.path.basename, (used, left)))
    for user in users:
        user.communicate("\n")
    assert os.listdir(tmp_path) == []


@pytest.mark.slow
def test_a_relative_folder_for_temporary_files(tmp_path):
    code = (
        f"import os; os.chdir({str(tmp_path)!r}); from tracegraph.graphviz import run; "
        f"print(len(run.render({SIMPLE!r})))"
    )
    assert int(python(code, TMPDIR=".")) > 500
    assert os.listdir(tmp_path) == []
