"""CI's comparison of galleries notices what it must: each test plants a difference."""

from __future__ import annotations

import importlib.util
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parents[2]
NET = "autoencoder/autoencoder"  # trained: its numbers are free


@pytest.fixture(scope="module")
def compare() -> ModuleType:
    spec = importlib.util.spec_from_file_location("compare", ROOT / ".ci/compare.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def galleries(tmp_path: Path) -> tuple[Path, Path]:
    """The committed gallery, twice."""
    copies = tmp_path / "committed", tmp_path / "new"
    for copy in copies:
        shutil.copytree(ROOT / "output", copy)
    return copies


def numbers(text: str) -> str:
    """Other numbers, as another processor might make them: all that have a point are a little larger."""
    return re.sub(r"(?<![\w.\"])(\d+\.\d+)(?![\w.\"])", lambda m: f"{float(m[1]) * 1.0001 + 1e-9:.12g}", text)


def change(file: Path, how: Callable[[str], str]) -> None:
    before = file.read_text("utf-8")
    after = how(before)
    assert after != before, "the difference was not planted"
    file.write_text(after, "utf-8")


def put(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new, 1)


@pytest.mark.slow
def test_the_same_is_the_same(compare: ModuleType, galleries: tuple[Path, Path]) -> None:
    assert compare.compare(*galleries) == []


@pytest.mark.slow
@pytest.mark.parametrize("end", ["json", "txt", "dot"])
def test_numbers_of_a_trained_network_are_free(end: str, compare: ModuleType, galleries: tuple[Path, Path]) -> None:
    change(galleries[1] / f"{NET}.{end}", numbers)
    assert compare.compare(*galleries) == []


@pytest.mark.slow
@pytest.mark.parametrize("end", ["json", "txt", "dot"])
def test_a_worked_example_agrees_to_the_byte(end: str, compare: ModuleType, galleries: tuple[Path, Path]) -> None:
    change(galleries[1] / f"backprop/backprop.{end}", numbers)
    (told,) = compare.compare(*galleries)
    assert told.startswith(f"backprop/backprop.{end}: ")


def test_even_a_line_end_counts_there(compare: ModuleType, galleries: tuple[Path, Path]) -> None:
    change(galleries[1] / "conv/conv.txt", lambda text: text[:-1])
    assert len(compare.compare(*galleries)) == 1


@pytest.mark.slow
@pytest.mark.parametrize(
    "end, how",
    [
        ("json", put('"name": "W1"', '"name": "V1"')),
        ("json", put('"op": "relu"', '"op": "tanh"')),
        ("json", put('"role": "parameter"', '"role": "constant"')),
        ("json", put('"scope": "encoder"', '"scope": ""')),
        ("json", lambda text: re.sub('"formula": "(?=[a-z])', '"formula": "2 * ', text, count=1)),
        ("json", put('"slot": 1', '"slot": 0')),
        ("json", lambda text: re.sub(r'("shape": \[\s*)\d+', r"\g<1>7", text, count=1)),
        ("json", lambda text: re.sub(r'"gradient": \{[^}]*\}', '"gradient": null', text, count=1)),
        ("json", lambda text: re.sub(r'"local": null', '"local": [1.0]', text, count=1)),
        ("txt", put("parameter", "constant ")),
        ("txt", put("W₁", "V₁")),
        ("txt", lambda text: "\n".join(text.splitlines()[:-1]) + "\n"),
        ("dot", put("ReLU", "tanh")),
        ("dot", lambda text: re.sub(r"^  n0 -> n\d+.*\n", "", text, count=1, flags=re.MULTILINE)),
        ("dot", put("cluster_1", "cluster_7")),
    ],
)
def test_the_structure_of_a_trained_network_is_not_free(
    end: str, how: Callable[[str], str], compare: ModuleType, galleries: tuple[Path, Path]
) -> None:
    change(galleries[1] / f"{NET}.{end}", how)
    (told,) = compare.compare(*galleries)
    assert told.startswith(f"{NET}.{end}: ")


def test_files_that_come_and_go(compare: ModuleType, galleries: tuple[Path, Path]) -> None:
    for end in ("json", "svg"):
        (galleries[1] / f"conv/conv.{end}").rename(galleries[1] / f"conv/conv-new.{end}")
    assert compare.compare(*galleries) == [
        "conv/conv-new.json: drawn, but not committed",
        "conv/conv-new.svg: drawn, but not committed",
        "conv/conv.json: committed, but not drawn any more",
        "conv/conv.svg: committed, but not drawn any more",
    ]


def test_which_networks_are_trained(compare: ModuleType) -> None:
    folders = ["autoencoder", "autoencoder_uses", "lenet5", "autoencoder_scalar", "conv"]
    names = [f"{folder}/{folder}.txt" for folder in folders]
    assert [bool(compare.TRAINED.match(name)) for name in names] == [True, True, True, False, False]


def test_an_empty_gallery_is_no_agreement(compare: ModuleType, tmp_path: Path) -> None:
    assert compare.compare(tmp_path, tmp_path) == ["the new gallery is empty"]
