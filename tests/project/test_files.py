"""Files are written whole or not at all, and errors say what to do."""

from __future__ import annotations

import errno
import os
import stat
import sys
from pathlib import Path

import pytest

from tracegraph import files
from tracegraph.errors import TracegraphError
from tracegraph.files import write_atomic

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes and links of POSIX")


def test_writes_and_replaces(tmp_path: Path) -> None:
    path = tmp_path / "a.svg"
    write_atomic(path, b"one")
    write_atomic(str(path), b"two")
    assert path.read_bytes() == b"two" and os.listdir(tmp_path) == ["a.svg"]


def test_a_name_without_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_atomic("a.svg", b"one")
    assert os.listdir(tmp_path) == ["a.svg"]


@posix
def test_modes(tmp_path: Path) -> None:
    path, old = tmp_path / "new", os.umask(0o027)
    try:
        write_atomic(path, b"")
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    path.chmod(0o604)
    write_atomic(path, b"more")
    assert stat.S_IMODE(path.stat().st_mode) == 0o604


@posix
def test_links_are_followed(tmp_path: Path) -> None:
    target, link = tmp_path / "target", tmp_path / "link"
    target.write_bytes(b"old")
    link.symlink_to(target)
    write_atomic(link, b"new")
    assert link.is_symlink() and target.read_bytes() == b"new"


@posix
def test_devices_are_written_directly() -> None:
    write_atomic("/dev/null", b"gone")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)


def _said(path: object) -> str:
    with pytest.raises(TracegraphError) as caught:
        write_atomic(path, b"data")  # type: ignore[arg-type]
    assert isinstance(caught.value, OSError) and "\n" not in str(caught.value)
    return str(caught.value)


@posix
def test_errors_name_the_path_and_the_remedy(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    assert _said(tmp_path / "none" / "a.svg").endswith("none/a.svg': the folder does not exist; create it first")
    assert "it is a folder" in _said(tmp_path)
    assert "a part of the path is a file" in _said(tmp_path / "file" / "a.svg")
    assert "too long" in _said(tmp_path / ("x" * 300))
    assert "null" in _said("a\0b")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "circle" in _said(tmp_path / "loop")


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_no_permission(tmp_path: Path) -> None:
    path = tmp_path / "fixed"
    path.write_bytes(b"old")
    path.chmod(0o444)
    assert "no permission" in _said(path) and path.read_bytes() == b"old"


@pytest.mark.parametrize("fault", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_failed_save_leaves_the_old_file_and_no_litter(
    fault: BaseException, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.svg"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise fault

    monkeypatch.setattr(files.os, "replace", fail)
    with pytest.raises((TracegraphError, KeyboardInterrupt)) as caught:
        write_atomic(path, b"new")
    assert path.read_bytes() == b"old" and os.listdir(tmp_path) == ["a.svg"]
    if isinstance(fault, OSError):
        assert "disk is full" in str(caught.value)


@posix
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="no /dev/full")
def test_a_full_disk() -> None:
    assert "disk is full" in _said("/dev/full")


def test_what_killed_processes_left_is_removed_and_nothing_else(tmp_path: Path) -> None:
    """A file and a folder that are old; one that somebody may still write, and the user's own, stay."""
    old, whole, young = (tmp_path / f".tracegraph-{digit * 16}.tmp" for digit in "012")
    own = [tmp_path / name for name in (".tracegraph-notes.tmp", "a.tmp", f".tracegraph-{'3' * 16}.tmp.txt")]
    whole.mkdir()
    for path in (old, whole / "part", young, *own):
        path.write_bytes(b"")
    for path in (old, whole, *own):
        os.utime(path, (0, 0))
    write_atomic(tmp_path / "a.svg", b"")
    assert sorted(os.listdir(tmp_path)) == sorted(["a.svg", young.name, *(path.name for path in own)])
