"""Texts that come out of a reader of the markup as they went in."""

from __future__ import annotations

import html
import re
from xml.etree import ElementTree

import pytest

from tracegraph.text.escape import markdown, xml

TEXTS = [
    "a < b & c",
    '"it\'s"',
    "]]>",
    "<!-- -->",
    "&amp;",
    "w_new",
    "漢字",
    "*bold* _it_ `code` [x](y) ~s~ $m$",
    "a|b",
    "",
]


@pytest.mark.parametrize("text", TEXTS)
def test_xml_reads_it_back_between_tags_and_in_attributes(text: str) -> None:
    tree = ElementTree.fromstring(f'<a b="{xml(text)}">{xml(text)}</a>')
    assert (tree.text or "") == text == tree.get("b")
    assert html.unescape(xml(text)) == text


@pytest.mark.parametrize("text", TEXTS)
def test_markdown_is_the_text_once_its_escapes_are_read(text: str) -> None:
    written = markdown(text)
    assert re.sub(r"\\(.)", r"\1", written.replace("&#124;", "|")) == text
    assert not re.search(r"(?<!\\)[*`\[\]<>~$]|\|", written)


def test_nothing_breaks_the_line() -> None:
    assert "\n" not in markdown("a\n# b") and "\x00" not in xml("a\x00b")
