"""Slides that cannot be written: one clear line, and nothing half done; pictures without cards, or with thousands."""

from __future__ import annotations

import builtins
import errno
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from commands import error, run, write

import tracegraph as tg
from tracegraph import files
from tracegraph.errors import GraphError
from tracegraph.files import FileError
from tracegraph.formats import stepped

for module in ("pypdf", "PIL", "pptx"):
    pytest.importorskip(module)

SMALL = """
def build():
    x = tg.tensor(0.5, "x")
    return (x * tg.parameter(2.0, "w") - 3.0) ** 2
"""
TARGETS = ["a.pptx", "a.tex", "a.html", "a.svg", "a.gif", "a.pdf", "a.mmd", "a/"]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.chdir(tmp_path)
    yield tmp_path


def told(target: str) -> str:
    """The error line of a run, in which what is said of the size of the type comes first."""
    result = run("slides", write(SMALL), "-o", target)
    assert result.exit_code == 1 and "Traceback" not in result.output, result.output
    *before, last = result.stderr.strip().splitlines()
    assert last.startswith("error: ") and all(line.startswith(("type:", "warning: type:")) for line in before)
    return last


@pytest.mark.parametrize("target", TARGETS)
def test_a_folder_that_is_not_there(target: str) -> None:
    assert "nowhere" in told(f"nowhere/{target}") and os.listdir() == ["p.py"]


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_of_another_kind(target: str) -> None:
    """A folder where a file should be, and the other way round."""
    if target.endswith("/"):
        Path("a").write_text("mine")
        said = told(target)
        assert Path("a").read_text() == "mine" and "it is a file" in said or "not a folder" in said
    else:
        Path(target).mkdir()
        result = run("slides", write(SMALL), "-o", target)
        assert result.exit_code in (0, 1) and "Traceback" not in result.output
        left = os.listdir(target)  # a folder that is there is taken for one of frames
        assert not left if result.exit_code else all(name.endswith(".svg") for name in left)


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="nothing is forbidden here")
@pytest.mark.parametrize("target", TARGETS)
def test_a_folder_without_permission(target: str) -> None:
    Path("locked").mkdir(mode=0o500)
    assert "no permission" in told(f"locked/{target}") and not os.listdir("locked")


class Full:
    """A file on a disk that is full after a few bytes."""

    def __init__(self, file: Any) -> None:
        self.file = file

    def __enter__(self) -> Full:
        return self

    def __exit__(self, *error: object) -> None:
        self.file.close()

    def write(self, data: bytes) -> None:
        self.file.write(data[:100])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> None:
    """No file can be written to its end."""
    monkeypatch.setattr(files, "open", lambda *given: Full(builtins.open(*given)), raising=False)

    def write_bytes(path: Path, data: bytes) -> None:
        with Full(builtins.open(path, "wb")) as file:
            file.write(data)

    monkeypatch.setattr(Path, "write_bytes", write_bytes)


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_a_full_disk(target: str, full: None) -> None:
    assert "the disk is full; free some space" in told(target) and os.listdir() == ["p.py"]


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS[:-1])
def test_a_full_disk_spares_what_was_there(target: str, full: None) -> None:
    with builtins.open(target, "w") as file:
        file.write("mine")
    told(target)
    assert Path(target).read_text() == "mine" and sorted(os.listdir()) == sorted([target, "p.py"])


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
@pytest.mark.parametrize("to", stepped())
def test_a_device_that_is_full(to: str) -> None:
    with pytest.raises(FileError, match="cannot write '/dev/full': the disk is full"):
        tg.Deck("", (tg.frames(tg.draw(lambda x: x * x, 3.0)),)).save("/dev/full", to=to)


# --- nothing, and much, to show --------------------------------------------------------------------------------------


@pytest.mark.parametrize("target", TARGETS)
def test_no_cards(target: str) -> None:
    program = "def build():\n    return tg.Graph([], [])\n"
    said = error(run("slides", write(program), "-o", target))
    assert "empty" in said and os.listdir() == ["p.py"]


def test_no_chapters() -> None:
    with pytest.raises(GraphError, match="a deck without chapters shows nothing; give it the frames of a drawing"):
        tg.Deck("", ())


def chain(length: int) -> tg.Drawing:
    h = tg.tensor(0.5, "x")
    for i in range(length):
        h = tg.tanh(h)
        h.name = f"h_{i}"
    return tg.draw(h, detail="full", theme="slides")


@pytest.fixture(scope="module")
def grouped() -> tg.Drawing:
    return chain(5000)


@pytest.fixture(scope="module")
def crowded() -> tg.Drawing:
    """As many cards as are drawn one by one."""
    return chain(499)


def groups_are_noted(text: str) -> bool:
    """Whether it says that there are groups, however a format writes spaces and commas."""
    return "5001operationsin24groupsopenonewithscope" in re.sub(r"\\text|quot|[\W_]", "", text)


@pytest.mark.slow
def test_five_thousand_operations_are_drawn_as_groups_and_that_is_said(grouped: tg.Drawing) -> None:
    frames = tg.frames(grouped)
    assert len(frames.scene.of("card")) <= 500
    assert "5,001 operations in 24 groups" in frames.scene.of("header")[0].label


@pytest.mark.slow
@pytest.mark.parametrize("to", stepped())
def test_five_thousand_operations_as_slides(to: str, grouped: tg.Drawing) -> None:
    """Written, with a note in it."""
    path = tg.Deck("", (tg.frames(grouped),)).save("a", to=to)
    assert path.stat().st_size > 1000 and os.listdir() == ["a"]
    if to in ("svg", "fragments", "html", "tex", "frame", "mmd"):
        assert groups_are_noted(path.read_text("utf-8"))


@pytest.mark.slow
def test_five_thousand_operations_as_a_folder(grouped: tg.Drawing) -> None:
    frames = tg.frames(grouped)
    assert len(tg.Deck("", (frames,)).save_all("a")) == len(frames) <= 100
    assert len(tg.Deck("", (tg.frames(grouped, by="step"),)).save_all("b")) == 2


@pytest.mark.slow
@pytest.mark.parametrize("to", stepped())
def test_five_hundred_cards_as_slides(to: str, crowded: tg.Drawing) -> None:
    """Written, or refused with what to do."""
    whole = tg.Deck("", (tg.frames(crowded),))
    if to in ("pdf", "gif"):
        with pytest.raises(GraphError, match="frames is too much .*; use by='scope' or 'step'"):
            whole.save(f"a.{to}", to=to)
        assert os.listdir() == []
        whole = tg.Deck("", (tg.frames(crowded, by="step"),))
    path = whole.save("a", to=to)
    assert path.stat().st_size > 1000 and os.listdir() == ["a"]


@pytest.mark.slow
def test_five_hundred_cards_as_a_folder(crowded: tg.Drawing) -> None:
    with pytest.raises(GraphError, match="frames is too much"):
        tg.Deck("", (tg.frames(crowded),)).save_all("a")
    assert os.listdir() == []
    assert len(tg.Deck("", (tg.frames(crowded, by="step"),)).save_all("a")) == 2
