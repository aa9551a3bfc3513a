"""The presentation file around the slides: python-pptx's template with our theme, pictures, notes, fixed dates.

Slides come as XML in one piece, and are put into the file when it is written. Adding shapes one by one through
python-pptx, which looks for a free number among all shapes for each new one, would take minutes for 500 cards; to move
them from one tree of lxml to another takes most of the time of all that is written.
"""

from __future__ import annotations

import re
from datetime import datetime
from io import BytesIO
from itertools import count
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from ...errors import MissingExtra
from ...layout.page import HEIGHT, WIDTH
from ...picture.theme import Theme
from ...text.numbers import clean
from .slide_shapes import DARK, EMU, SPACES, emu, is_dark, slots

THEN = datetime(1980, 1, 1)  # the first day that a zip file knows: the same program writes the same bytes
LAYOUTS = {"title": 0, "drawing": 5}  # Title Slide and Title Only, by their places in the template
TEMPLATE = 720 * EMU  # width of the template's slides
SLIDE = (
    '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<p:sld {spaces}><p:cSld><p:bg><p:bgPr>{background}'
    '<a:effectLst/></p:bgPr></p:bg><p:spTree><p:nvGrpSpPr><p:cNvPr id="1" name=""/><p:cNvGrpSpPr/><p:nvPr/>'
    "</p:nvGrpSpPr><p:grpSpPr/>{shapes}</p:spTree></p:cSld><p:clrMapOvr><a:masterClrMapping/></p:clrMapOvr>{timing}"
    "</p:sld>"
)
LENGTHS = (("a:off", "x"), ("a:ext", "cx"))  # across


class Book:
    """A presentation in the making; `MissingExtra` without python-pptx."""

    def __init__(self, title: str, theme: Theme) -> None:
        try:
            import pptx
            from pptx.util import Emu
        except ImportError:
            raise MissingExtra("a .pptx needs python-pptx: pip install 'tracegraph[pptx]'") from None
        self.file: Any = pptx.Presentation()
        self.file.slide_width, self.file.slide_height = Emu(emu(WIDTH)), Emu(emu(HEIGHT))
        self.numbers, self.pictures = count(1), dict[bytes, Any]()
        self.slides: dict[str, bytes] = {}
        self._properties(clean(title))
        self._template(theme)

    def slide(self, layout: str) -> Any:
        """A new slide without shapes."""
        slide = self.file.slides.add_slide(self.file.slide_layouts[LAYOUTS[layout]])
        for shape in [*slide.placeholders]:
            shape._element.getparent().remove(shape._element)
        return slide

    def fill(self, slide: Any, shapes: str, background: str, timing: str = "", notes: str = "") -> None:
        """Put shapes, background, builds and speaker notes, as XML and text, on a slide."""
        self.slides["ppt" + slide.part.partname.partition("ppt")[2]] = SLIDE.format(
            spaces=SPACES, background=background, shapes=shapes, timing=timing
        ).encode()
        if notes:
            slide.notes_slide.notes_text_frame.text = notes

    def picture(self, slide: Any, png: bytes) -> str:
        """The name by which a slide knows an image; the same image is kept once."""
        from pptx.opc.constants import RELATIONSHIP_TYPE
        from pptx.opc.packuri import PackURI
        from pptx.parts.image import ImagePart

        if png not in self.pictures:
            where = PackURI(f"/ppt/media/image{next(self.numbers)}.png")
            self.pictures[png] = ImagePart(where, "image/png", self.file.part.package, png)
        name: str = slide.part.relate_to(self.pictures[png], RELATIONSHIP_TYPE.IMAGE)
        return name

    def bytes(self) -> bytes:
        """The file, with the same dates always."""
        written, fixed = BytesIO(), BytesIO()
        self.file.save(written)
        with ZipFile(written) as old, ZipFile(fixed, "w", ZIP_DEFLATED) as new:
            for name in old.namelist():
                data = self.slides.get(name) or old.read(name)
                new.writestr(ZipInfo(name, THEN.timetuple()[:6]), data, ZIP_DEFLATED)
        return fixed.getvalue()

    def _properties(self, title: str) -> None:
        found = self.file.core_properties
        found.title, found.author, found.last_modified_by, found.revision = title[:255], "", "", 1
        found.created = found.modified = THEN

    def _template(self, theme: Theme) -> None:
        """Our colours and font in the template, which is made as wide as the slides; its preview is of none of them."""
        from pptx.opc.constants import RELATIONSHIP_TYPE

        master = self.file.slide_master
        part = master.part.part_related_by(RELATIONSHIP_TYPE.THEME)
        part._blob = themed(part.blob.decode(), theme).encode()
        if is_dark(theme):
            master._element.find("{*}clrMap").attrib.update(DARK)
        for page in (master, *master.slide_layouts):
            for name, length in LENGTHS:
                for element in page._element.xpath(f".//a:xfrm/{name}"):
                    element.set(length, str(int(element.get(length)) * round(WIDTH * EMU) // TEMPLATE))
        package = self.file.part.package
        for name, relation in [*package._rels.items()]:
            if relation.reltype == RELATIONSHIP_TYPE.THUMBNAIL:
                package.drop_rel(name)


def themed(xml: str, theme: Theme) -> str:
    """A theme part with our colours and Arial."""
    colors = "".join(f'<a:{slot}><a:srgbClr val="{color[1:].upper()}"/></a:{slot}>' for slot, color in slots(theme))
    scheme = f'<a:clrScheme name="{theme.name}">{colors}</a:clrScheme>'
    xml = re.sub("<a:clrScheme .*?</a:clrScheme>", lambda _: scheme, xml, flags=re.DOTALL)
    return re.sub('<a:latin typeface="[^"]*"', '<a:latin typeface="Arial"', xml)
