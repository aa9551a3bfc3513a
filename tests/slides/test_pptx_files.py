"""What other programs make of the slides: validators of the format, and LibreOffice, which draws them."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import xml.etree.ElementTree as ET
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest

pytest.importorskip("pptx")

import backprop
from pictures import TALES
from pptx_reader import POINT, opened, shapes

import tracegraph as tg
from tracegraph.slides import Deck, frames

SOFFICE, PDFTOTEXT = shutil.which("soffice"), shutil.which("pdftotext")
SCHEMAS = os.environ.get("OOXML_SCHEMAS", "")
"""A folder with the schemas of ISO/IEC 29500-4 (transitional): pml.xsd, dml-main.xsd and what they include."""
ROOM = 1.0  # points by which LibreOffice rounds
DECKS: dict[str, Callable[[], bytes]] = {
    "builds": lambda: Deck("By hand", (frames(tg.draw(backprop.build(), detail="full")),)).render("pptx"),
    "steps": lambda: Deck("", (frames(tg.draw(TALES["scopes"](), theme="dark"), by="scope"),), True).render("pptx"),
    "several": lambda: Deck(
        "Grids, pictures, odd names",
        tuple(
            frames(tg.draw(TALES[tale](), detail="full", theme="slides", direction=direction), steps="")
            for tale, direction in (("conv", "LR"), ("conv", "TB"), ("heat", "LR"), ("names", "TB"), ("wide", "LR"))
        ),
    ).render("pptx"),
    "upright": lambda: Deck("", (frames(tg.draw(TALES["conv"](), theme="print", direction="TB")),)).render("pptx"),
}


def changed(data: bytes, part: str, old: str, new: str) -> bytes:
    """The same file with a fault in one part, or in all that match."""
    made = BytesIO()
    with ZipFile(BytesIO(data)) as file, ZipFile(made, "w", ZIP_DEFLATED) as faulty:
        for name in file.namelist():
            content = file.read(name)
            if re.fullmatch(part, name):
                wrong = re.sub(old, new, content.decode())
                assert wrong != content.decode()
                content = wrong.encode()
            faulty.writestr(name, content)
    return made.getvalue()


FAULTS = {  # where, what, and what it becomes
    "an unknown attribute": (r"ppt/slides/slide2\.xml", "<p:cNvPr id=", '<p:cNvPr upside="down" id='),
    "elements in another order": (r"ppt/slides/slide2\.xml", "<a:prstGeom", "<a:noFill/><a:prstGeom"),
    "no such effect": (r"ppt/slides/slide2\.xml", 'presetClass="entr"', 'presetClass="bang"'),
    "a colour that is none": (r"ppt/theme/theme1\.xml", r'srgbClr val="\w+"', 'srgbClr val="red"'),
}


def against_schemas(data: bytes) -> list[str]:
    """What the XML schemas of the standard find in slides, notes, master, layouts and theme."""
    from lxml import etree

    schemas = [etree.XMLSchema(etree.parse(Path(SCHEMAS) / f"{name}.xsd")) for name in ("pml", "dml-main")]
    found = []
    with ZipFile(BytesIO(data)) as file:
        for name in file.namelist():
            if name.startswith("ppt/") and name.endswith(".xml"):
                schema = schemas["theme" in name or "tableStyles" in name]
                if not schema.validate(etree.fromstring(file.read(name))):
                    found.append(f"{name}: {schema.error_log.last_error}")
    return found


@pytest.mark.skipif(not SCHEMAS, reason="OOXML_SCHEMAS does not name a folder with the schemas of ISO/IEC 29500-4")
def test_valid_against_the_schemas_of_the_standard() -> None:
    for name, deck in DECKS.items():
        assert not against_schemas(deck()), name
    for fault, where in FAULTS.items():
        assert against_schemas(changed(DECKS["builds"](), *where)), fault


@pytest.mark.slow
def test_valid_by_the_rules_of_office(tmp_path: Path) -> None:
    """Those of Microsoft's Open XML SDK: the schemas, and what they cannot say (numbers, relations, references)."""
    audit = pytest.importorskip("openxml_audit", reason="openxml-audit is not installed")

    def errors(data: bytes) -> list[Any]:
        path = tmp_path / "deck.pptx"
        path.write_bytes(data)
        return [*audit.OpenXmlValidator().validate(path).errors]

    for name, deck in DECKS.items():
        assert not errors(deck()), name
    for fault, where in FAULTS.items():
        assert errors(changed(DECKS["builds"](), *where)), fault


def words(folder: Path, data: bytes) -> list[list[tuple[str, float, float, float, float]]]:
    """For each page as LibreOffice draws it, the words: text, left, top, right and bottom in points of the slide."""
    (folder / "deck.pptx").write_bytes(data)
    assert SOFFICE and PDFTOTEXT
    subprocess.run(
        [
            SOFFICE,
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            "--headless",
            "--convert-to",
            "pdf",
            "--outdir",
            str(folder),
            str(folder / "deck.pptx"),
        ],
        check=True,
        capture_output=True,
        timeout=120,
    )
    told = subprocess.run([PDFTOTEXT, "-bbox", str(folder / "deck.pdf"), "-"], check=True, capture_output=True).stdout
    found = []
    for page in ET.fromstring(told).iter("{http://www.w3.org/1999/xhtml}page"):
        assert (round(float(page.attrib["width"])), round(float(page.attrib["height"]))) == (960, 540)
        sides = ("xMin", "yMin", "xMax", "yMax")
        found.append([(w.text or "", *(float(w.attrib[side]) for side in sides)) for w in page])
    return found


def leaving(data: bytes, pages: list[list[tuple[str, float, float, float, float]]]) -> tuple[int, list[str]]:
    """How many words lie in a card or a cell, and those that reach over its left or right side.

    The boxes of words are as high as the line is, not as the letters are, so that top and bottom say nothing.
    """
    inside, out = 0, []
    for slide, found in zip(opened(data).slides, pages, strict=True):
        holders = [
            s
            for s in shapes(slide.shapes)
            if s.name == "outline"
            or s.has_text_frame
            and s.text_frame.text
            and not s.is_placeholder
            and s._element.nvSpPr.cNvSpPr.get("txBox") is None
        ]
        for shape in holders:
            left, top = shape.left / POINT, shape.top / POINT
            right, bottom = left + shape.width / POINT, top + shape.height / POINT
            for text, x, y, to_x, to_y in found:
                if left < (x + to_x) / 2 < right and top < (y + to_y) / 2 < bottom:
                    inside += 1
                    out += [text] * (x < left - ROOM or to_x > right + ROOM)
    return inside, out


@pytest.mark.office
@pytest.mark.skipif(not (SOFFICE and PDFTOTEXT), reason="no soffice or no pdftotext on the PATH")
def test_libreoffice_finds_every_text_in_its_card(tmp_path: Path) -> None:
    data = DECKS["several"]()
    inside, out = leaving(data, words(tmp_path, data))
    assert inside > 100 and not out
    larger = changed(data, r"ppt/slides/slide2\.xml", r' sz="(\d+)"', r' sz="\g<1>0"')
    assert leaving(larger, words(tmp_path, larger))[1]
