"""What SVG must not hold if PowerPoint, Keynote, LibreOffice and a README are to show it as it is."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator

SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}"
XML = "{http://www.w3.org/XML/1998/namespace}"
SHAPES = ("rect", "path", "polygon", "polyline", "ellipse")
ELEMENTS = ("svg", "g", "title", "desc", "text", "image", *SHAPES)
COLOUR = re.compile(r"none|black|white|#[0-9a-f]{6}")
ID = re.compile(r"tg[0-9a-f]{8}_\w+", re.ASCII)
MOTION = re.compile(r"@media \(prefers-reduced-motion: no-preference\) \{\n(.*)\n\}", re.DOTALL)
RULE = re.compile(r"\.(\w+)\{animation:(\w+) [\d.]+s step-end infinite\}")
KEYS = re.compile(r"@keyframes (\w+)\{(?:[\d.]+%\{visibility:(?:visible|hidden)\})+\}")


def faults(svg: bytes, animated: bool = False) -> list[str]:
    """Everything that some program would show otherwise, or load; ``animated`` allows one style sheet that moves."""
    if b"<!" in svg.replace(b"<!--", b""):
        return ["a document type or section"]
    try:
        root = ET.fromstring(svg)
    except ET.ParseError as error:
        return [f"does not parse: {error}"]
    found = [f"{e.tag}: {fault}" for e in root.iter() for fault in _element(e, root, animated)]
    return [*found, *_background(root), *_names(root), *(_motion(root) if animated else [])]


def layers(svg: bytes | str) -> dict[tuple[str, str], ET.Element]:
    """The groups of parts, by key of the piece and name of the part."""
    root = ET.fromstring(svg)
    found = [(g.attrib["id"].split("_")[1:], g) for g in root.iter(f"{SVG}g") if "id" in g.attrib]
    return {(names[0], names[1]): g for names, g in found if len(names) == 2 and names[0] != "caption"}


def _element(e: ET.Element, root: ET.Element, animated: bool) -> Iterator[str]:
    tag = e.tag.removeprefix(SVG)
    if tag not in ELEMENTS and not (animated and tag == "style"):
        yield "not an element that everything reads"
    if tag == "svg" and e is not root:
        yield "an SVG in an SVG"
    if (tag in SHAPES or tag == "text") and "fill" not in e.attrib:
        yield "takes its colour from elsewhere"
    if tag in SHAPES and "stroke" not in e.attrib:
        yield "takes its line from elsewhere"
    if tag == "text" and not {"text-anchor", "font-size", "x", "y"} <= {*e.attrib}:
        yield "is placed by what is around it"
    if tag == "image" and e.get("image-rendering") != "pixelated":
        yield "is smoothed when it is enlarged"
    if tag == "text" and not e.get("font-family", "").endswith("sans-serif"):
        yield "has no font to fall back on"
    for name, value in e.attrib.items():
        yield from _attribute(name, value)


def _attribute(name: str, value: str) -> Iterator[str]:
    if name in ("style", "baseline-shift", "dominant-baseline", "href") or name.startswith("on"):
        yield f"attribute {name}"
    if name.startswith("{") and name not in (f"{XLINK}href", f"{XML}space"):
        yield f"attribute {name}"
    if name in ("fill", "stroke", "color", "stop-color") and not COLOUR.fullmatch(value):
        yield f"colour {value}"
    if name == f"{XLINK}href" and not value.startswith("data:image/png;base64,"):
        yield f"loads {value}"
    elif name != "aria-label" and re.search(r"url\(|rgba|transparent|://", value):
        yield f"{name} {value}"


def _background(root: ET.Element) -> Iterator[str]:
    """The first shape is as large as the picture, and opaque."""
    x, y, width, height = map(float, root.attrib["viewBox"].split())
    first = next((e for e in root.iter() if e.tag.removeprefix(SVG) in SHAPES), None)
    if first is None or not COLOUR.fullmatch(first.get("fill", "")) or first.get("fill") == "none":
        yield "no background"
        return
    xs, ys = _corners(first)
    if max(xs) - min(xs) <= width - 1 or max(ys) - min(ys) <= height - 1:  # Graphviz rounds the size up
        yield f"the background is smaller than the picture: {min(xs)} {min(ys)} {max(xs)} {max(ys)}"


def _corners(shape: ET.Element) -> tuple[list[float], list[float]]:
    if shape.tag == f"{SVG}rect":
        x, y, width, height = (float(shape.attrib[k]) for k in ("x", "y", "width", "height"))
        return [x, x + width], [y, y + height]
    numbers = [float(n) for n in re.findall(r"-?[\d.]+", shape.get("points", "0 0"))]
    return numbers[::2], numbers[1::2]


def _names(root: ET.Element) -> Iterator[str]:
    """Ids are safe, of this picture only, and there where they are used; the whole has a title."""
    ids = [e.attrib["id"] for e in root.iter() if "id" in e.attrib]
    yield from (f"id {i!r}" for i in ids if not ID.fullmatch(i))
    if len({*ids}) < len(ids) or len({i[:10] for i in ids}) > 1:
        yield "ids that are not unique, or not all with one prefix"
    used = f"{root.get('aria-labelledby', '')} {root.get('aria-describedby', '')}".split()
    named = root.get("aria-label") or root.get("aria-labelledby")
    if root.get("role") != "graphics-document" or not named or not {*used} <= {*ids}:
        yield "nothing says what the picture is"


def _motion(root: ET.Element) -> Iterator[str]:
    """One style sheet, of key frames that only hide and show, where motion is not unwelcome."""
    sheets = [e.text or "" for e in root.iter(f"{SVG}style")]
    found = MOTION.fullmatch(sheets[0]) if len(sheets) == 1 else None
    if found is None:
        yield "not one style sheet for where motion is welcome"
        return
    lines = found[1].split("\n")
    rules, keys = [RULE.fullmatch(line) for line in lines[::2]], [KEYS.fullmatch(line) for line in lines[1::2]]
    if None in rules or None in keys:
        yield "a rule that does more than hide and show"
    names = {r[1] for r in rules if r} & {k[1] for k in keys if k}
    if {e.attrib["class"] for e in root.iter() if "class" in e.attrib} != names:
        yield "classes and rules differ"
