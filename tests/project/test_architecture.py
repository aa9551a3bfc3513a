"""The page about the architecture: every package is on it, in order, and in the picture what the script says."""

from __future__ import annotations

import re
import runpy
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest
from test_imports import ORDER

DOCS = Path(__file__).parents[2] / "docs"
SCRIPT = runpy.run_path(str(DOCS / "architecture.py"))


def test_the_page_has_a_line_for_each_package_from_the_bottom_up() -> None:
    page = (DOCS / "architecture.md").read_text("utf-8")
    assert re.findall(r"^\| `(\w+)` \| .+ \|$", page, re.MULTILINE) == [*ORDER]


def test_what_is_handed_on_is_made_by_packages() -> None:
    makers = {made_by for made_by, _ in SCRIPT["FLOW"].values()} - {"input"}
    assert makers <= {*ORDER} and len(makers) == len(SCRIPT["FLOW"]) - 1


@pytest.mark.parametrize("name", SCRIPT["FLOW"])
def test_the_picture_is_of_the_script(name: str) -> None:
    texts = [text for e in ET.parse(DOCS / "architecture.svg").iter() if (text := (e.text or "").strip())]
    assert name in texts and SCRIPT["FLOW"][name][0] in texts
