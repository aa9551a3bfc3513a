"""The examples: each is drawn in every manner, and the same bytes come out of every process."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tracegraph.cli.example_file import pictures_of
from tracegraph.cli.gallery_command import is_example
from tracegraph.cli.program import made, program
from tracegraph.drawing import Drawing, draw
from tracegraph.picture.theme import THEMES
from tracegraph.picture.words import DETAILS

ROOT = Path(__file__).parents[2]
OUTPUT = ROOT / "output"
EXAMPLES = [file for file in sorted((ROOT / "examples").glob("*.py")) if is_example(file)]
QUICK = ["backprop", "conv"]  # nothing is trained in these


def test_there_are_examples() -> None:
    assert {"backprop", "conv", "autoencoder", "lenet5"} <= {file.stem for file in EXAMPLES}


@pytest.mark.slow
@pytest.mark.parametrize("file", EXAMPLES, ids=lambda f: f.stem)
def test_an_example_can_be_drawn_in_every_theme_and_detail(file: Path) -> None:
    with program(file) as module:
        result = made(module, "build")
        committed = {name for picture in pictures_of(module, file) for name in picture.files}
    graph = result.graph if isinstance(result, Drawing) else result
    looks = {(detail, theme): draw(graph, detail=detail, theme=theme) for detail in DETAILS for theme in THEMES}
    for detail in DETAILS:
        assert len({looks[detail, theme].dot for theme in THEMES}) == len(THEMES)
    for i in range(max(len(DETAILS), len(THEMES))):  # laid out once for each, not for each pair
        drawing = looks[DETAILS[i % len(DETAILS)], [*THEMES][i % len(THEMES)]]
        drawn = (drawing.svg.count('class="node"'), drawing.svg.count('class="edge"'))
    assert drawn == (len(drawing.picture.boxes), len(drawing.picture.arrows))
    assert committed <= {p.name for p in (OUTPUT / file.stem).iterdir()}


def test_the_output_is_small() -> None:
    assert sum(p.stat().st_size for p in OUTPUT.rglob("*.*")) < 12_000_000  # 26 lessons, each with its slides


PROGRAM = """
import hashlib, sys
from pathlib import Path
from tracegraph.cli.example_file import example
example(Path(sys.argv[1]), Path(sys.argv[2]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("name", [*QUICK, "autoencoder"])
def test_every_process_makes_the_same_bytes(name: str, tmp_path: Path) -> None:
    seen = []
    for seed, zone in (("0", "UTC"), ("12345", "Asia/Tokyo")):
        folder = tmp_path / seed
        folder.mkdir()
        environment = {**os.environ, "PYTHONHASHSEED": seed, "TZ": zone, "LC_ALL": "C"}
        command = [sys.executable, "-c", PROGRAM, str(ROOT / f"examples/{name}.py"), str(folder)]
        subprocess.run(command, env=environment, cwd=ROOT, check=True, timeout=300)
        files = [p for p in sorted(folder.rglob("*.*")) if name in QUICK or p.suffix != ".png"]
        seen.append({p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in files})
    assert seen[0] == seen[1] and len(seen[0]) >= 4
