"""The documentation site: ``sphinx-build -W docs site``, with `pip install '.[docs]'`.

The pages are the Markdown files that GitHub shows, and the lessons are those of the gallery: they are copied here while
the site is built, as Sphinx reads one folder.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from sphinx.application import Sphinx

import tracegraph

HERE = Path(__file__).parent
LESSONS = HERE / "gallery"

project = "tracegraph"
author = "The tracegraph contributors"
release = tracegraph.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc"]
myst_enable_extensions = ["dollarmath", "amsmath", "html_image"]
myst_heading_anchors = 3
html_theme = "furo"
html_title = "tracegraph"
default_role = "code"  # `name` in a docstring
autodoc_typehints = "description"
autodoc_member_order = "bysource"
exclude_patterns = ["_build", "site"]
suppress_warnings = ["myst.xref_missing", "toc.not_included"]  # links to files of the project; pages of lessons


def copied(gallery: Path, to: Path) -> None:
    """The gallery as Sphinx can read it: README.md is the index of its folder, and links say so."""
    shutil.rmtree(to, ignore_errors=True)
    shutil.copytree(gallery, to)
    for page in to.rglob("README.md"):
        text = page.read_text(encoding="utf-8").replace("README.md", "index.md")
        page.with_name("index.md").write_text(_linked(text, to, page), encoding="utf-8")
        page.unlink()


def _linked(text: str, to: Path, page: Path) -> str:
    """The index with a table of contents that is not shown, which Sphinx asks for."""
    if page.parent != to:
        return text
    folders = re.findall(r"\(([^)/]+)/index\.md\)", text)
    pages = "\n".join(f"{folder}/index" for folder in dict.fromkeys(folders))
    return f"{text}\n```{{toctree}}\n:hidden:\n\n{pages}\n```\n"


copied(HERE.parent / "output", LESSONS)


def setup(app: Sphinx) -> None:
    """Links of the pages to the gallery of the project lead to its copy."""

    def read(app: Sphinx, name: str, source: list[str]) -> None:
        source[0] = source[0].replace("../output/README.md", "gallery/index.md").replace("../output/", "gallery/")
        source[0] = source[0].replace("/README.md", "/index.md")

    app.connect("source-read", read)
