"""README and docs: every Python block runs, links lead somewhere, and the two commands are where CI reads them."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
BLOCK = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LATER = re.search(r"^_LATER = \{(.*?)^\}", (ROOT / "tracegraph/__init__.py").read_text("utf-8"), re.M | re.S)
WITH_CODE = [page for page in PAGES if "```python" in page.read_text("utf-8")]


def blocks(page: Path, language: str) -> list[str]:
    return [text for kind, text in BLOCK.findall(page.read_text("utf-8")) if kind == language]


@pytest.mark.slow
@pytest.mark.parametrize("page", WITH_CODE, ids=lambda p: p.name)
def test_the_python_of_a_page_runs_from_top_to_bottom(page: Path, tmp_path: Path) -> None:
    program = tmp_path / "page.py"
    program.write_text("\n".join(blocks(page, "python")), "utf-8")
    done = subprocess.run([sys.executable, program], cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr


def test_what_the_readme_saves_is_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    exec("".join(blocks(ROOT / "README.md", "python")), {})
    assert (tmp_path / "net.svg").stat().st_size > 5000


def test_the_readme_is_short() -> None:
    text = (ROOT / "README.md").read_text("utf-8")
    assert len(text.splitlines()) <= 130
    assert len(blocks(ROOT / "README.md", "python")[0].splitlines()) <= 12


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_links_and_pictures_are_there(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#\s]+)", page.read_text("utf-8")):
        if not target.startswith("http"):
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


@pytest.mark.parametrize(
    "name, command",
    [("gallery", "pip install . && tracegraph gallery"), ("test", "pip install '.[test]' && python -m pytest")],
)
def test_a_marked_command_is_one_line_and_ci_finds_it(name: str, command: str) -> None:
    awk = re.search(r"^ +(awk .*) README\.md$", (ROOT / ".ci/run").read_text("utf-8"), re.MULTILINE)
    assert awk is not None
    script = awk[1].replace("$1", name)
    found = subprocess.run(["bash", "-c", f"{script} README.md"], cwd=ROOT, capture_output=True, text=True, check=True)
    assert found.stdout == command + "\n"


def test_every_option_of_render_is_in_the_docs() -> None:
    from tracegraph.cli import main

    page = (ROOT / "docs/cli.md").read_text("utf-8")
    for option in main.commands["render"].params:
        names = [name for name in [*option.opts, *option.secondary_opts] if name.startswith("-")]
        assert not names or any(f"`{name}" in page for name in names), names


def test_no_machine_shows_in_what_users_read() -> None:
    others = ("CHANGELOG.md", "CITATION.cff", ".ci/run", ".github/workflows/ci.yml", ".pre-commit-config.yaml")
    for page in [*PAGES, *(ROOT / name for name in others)]:
        text = page.read_text("utf-8")
        assert not re.search(r"/(home|root|Users|work|tmp)/|index-url|https?://(?!github\.com/)", text), page.name


def test_the_reference_lists_every_public_name() -> None:
    page = (ROOT / "docs/reference.md").read_text("utf-8")
    assert LATER is not None
    public = {name for names in re.findall(r': "([^"]+)"', LATER[1]) for name in names.split()}
    assert len(public) > 40 and public <= set(re.findall(r"tracegraph\.(\w+)", page))


def test_every_page_is_in_the_documentation() -> None:
    index = (ROOT / "docs/index.md").read_text("utf-8")
    pages = {page.stem for page in (ROOT / "docs").glob("*.md")} - {"index"}
    assert pages <= set(index.split())
