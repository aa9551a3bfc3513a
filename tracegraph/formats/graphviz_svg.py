"""SVG that every program reads, that says aloud what it shows, and of which several fit on one page."""

from __future__ import annotations

import hashlib
import xml.etree.ElementTree as ET
from base64 import b64encode
from typing import TYPE_CHECKING

from ..errors import LayoutError
from ..text.metrics import laid_width

if TYPE_CHECKING:
    from ..drawing import Drawing

SVG, XLINK = "http://www.w3.org/2000/svg", "http://www.w3.org/1999/xlink"
# With Arial alone some converters draw no text.
FONTS = "Arial, Helvetica, 'Liberation Sans', 'DejaVu Sans', sans-serif"
ET.register_namespace("", SVG)
ET.register_namespace("xlink", XLINK)


def render(drawing: Drawing, scale: float) -> bytes:
    """The drawing with attributes only: no style sheet, no script, nothing from elsewhere."""
    counts = (len(drawing.picture.boxes), len(drawing.picture.arrows))
    try:
        root = ET.fromstring(drawing.layout("svg", expect=counts))
    except ET.ParseError as error:
        raise LayoutError(f"Graphviz wrote SVG that does not parse: {error}") from None
    prefix = "tg" + hashlib.sha256(drawing.source.encode()).hexdigest()[:8]
    _describe(root, drawing, prefix)
    for element in root.iter():
        if "id" in element.attrib:
            element.set("id", f"{prefix}_{element.attrib['id']}")
        if "font-family" in element.attrib:
            element.set("font-family", FONTS)
        if element.tag == f"{{{SVG}}}image":
            name = element.attrib.get(f"{{{XLINK}}}href", "")
            if name in drawing.images:
                element.set(f"{{{XLINK}}}href", "data:image/png;base64," + b64encode(drawing.images[name]).decode())
            element.set("image-rendering", "pixelated")
    for group in root.iter(f"{{{SVG}}}g"):
        if group.get("class") in ("node", "edge"):
            anchored(group)
    _label(root, drawing)
    text: str = ET.tostring(root, encoding="unicode")
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{text}\n'.encode()


def _describe(root: ET.Element, drawing: Drawing, prefix: str) -> None:
    """Give the whole drawing a role, a title and a description."""
    root.set("role", "graphics-document")
    root.set("aria-labelledby", f"{prefix}_title {prefix}_desc")
    picture = drawing.picture
    told = ". ".join([picture.description, *(line.text for line in picture.header)])
    for place, (tag, text) in enumerate((("title", picture.title), ("desc", told))):
        element = ET.Element(f"{{{SVG}}}{tag}", {"id": tag})
        element.text = text
        root.insert(place, element)


def anchored(group: ET.Element) -> None:
    """Hold each text where it is aligned, so that it stays there in whatever font it is drawn.

    Graphviz gives the left end only, of a line whose advances are whole pixels: in a browser a centred line would stand
    a few points beside the middle. In the head of a card the name is aligned left and the op right.
    """
    areas = 0
    for element in group.iter():
        if element.tag != f"{{{SVG}}}text":
            areas += element.get("fill", "none") != "none"
            continue
        bold, head = element.get("font-weight") == "bold", group.get("class") == "node" and areas < 2
        if not head or not bold:
            width = laid_width(element.text or "", float(element.attrib["font-size"]), bold)
            left = float(element.attrib["x"])
            element.set("text-anchor", "end" if head else "middle")
            element.set("x", f"{left + (width if head else width / 2):.2f}")


def _label(root: ET.Element, drawing: Drawing) -> None:
    """Say aloud what each card and each arrow shows; Graphviz numbers them in the order of the source."""
    groups = {kind: [g for g in root.iter(f"{{{SVG}}}g") if g.get("class") == kind] for kind in ("node", "edge")}
    boxes = {b.key: b.label for b in drawing.picture.boxes}
    arrows = sorted(groups["edge"], key=lambda g: int(g.attrib["id"].rpartition("edge")[2]))
    for group in groups["node"]:
        _say(group, boxes.get(group.findtext(f"{{{SVG}}}title", ""), ""))
    for group, arrow in zip(arrows, drawing.picture.arrows, strict=True):
        _say(group, arrow.label)
    for group in root.iter(f"{{{SVG}}}g"):
        if group.get("class") in ("graph", "cluster") and (title := group.find(f"{{{SVG}}}title")) is not None:
            group.remove(title)  # a tool tip that says "cluster_0" helps nobody


def _say(group: ET.Element, text: str) -> None:
    group.set("role", "graphics-symbol")
    group.set("aria-label", text)
    title = group.find(f"{{{SVG}}}title")
    if title is not None:
        title.text = text
