"""PNG, and GIF of several frames, drawn by Graphviz."""

from __future__ import annotations

from io import BytesIO
from typing import Any

from ..errors import LayoutError, MissingExtra
from ..layout.canvas import Canvas, canvas, canvases
from ..layout.sheet import Document, Frame, Sheet
from . import Options
from .painted import slide
from .xdot import drawn

DPI = 96.0  # at scale 1
SIDE = 32_767  # pixels that cairo takes in either direction; it shrinks a larger picture until nobody can read it
AREA = 200_000_000  # pixels in all: 800 MB while it is drawn
PIXELS = 1280  # that the longer side of a scene has at most in a GIF
PAUSE, REST = 1600, 4000  # milliseconds that a frame of a GIF is shown, and the last one


def png(document: Document, options: Options = Options()) -> bytes:
    """A bitmap of 96 dpi times ``scale``; LayoutError for one that would be too large to draw or to read."""
    sheet, scale = document.only("PNG"), options.scale
    if not 0.05 <= scale <= 20:
        raise LayoutError(f"scale {scale} is not between 0.05 and 20")
    at = canvas(sheet)
    width, height = (side / 72 * DPI * scale for side in (at.width, at.height))
    if max(width, height) > SIDE or width * height > AREA:
        raise LayoutError(f"a PNG of {width:.0f}×{height:.0f} pixels is too large: use .svg, .pdf or a smaller scale")
    return _drawn(document, sheet, sheet[-1], at, DPI * scale)


def gif(document: Document, options: Options = Options()) -> bytes:
    """The frames one after the other, for ever."""
    try:
        from PIL import Image, ImageColor
    except ImportError:
        raise MissingExtra("a .gif needs Pillow: pip install 'tracegraph[raster]'") from None
    document.few("a GIF")
    sheets = [*zip(document.chapters, canvases(document), strict=True)]
    dpi = min(DPI, 72 * PIXELS / max(at.scale * max(s.scene.width, s.scene.height) for s, at in sheets))
    pngs = [_drawn(document, sheet, frame, at, dpi) for sheet, at in sheets for frame in sheet]
    images = [Image.open(BytesIO(png)).convert("RGB") for png in pngs]
    color = ImageColor.getrgb(document.chapters[0].theme.background)
    blank: Any = Image.new("RGB", images[0].size, color)
    palette = images[-1].quantize(255)  # one for all, so that nothing flickers
    blank, *papers = [i.quantize(palette=palette, dither=Image.Dither.NONE) for i in (blank, *images)]
    ground = 3 * blank.getpixel((0, 0))  # where the palette has the background; off by a little it shows on a slide
    colors: Any = palette.getpalette()
    colors[ground : ground + 3] = color
    for paper in papers:
        paper.putpalette(colors)
    out = BytesIO()
    pauses = [PAUSE] * (len(images) - 1) + [REST]
    papers[0].save(out, "GIF", save_all=True, append_images=papers[1:], duration=pauses, loop=0, optimize=False)
    return out.getvalue()


def _drawn(document: Document, sheet: Sheet, frame: Frame, at: Canvas, dpi: float) -> bytes:
    return drawn(sheet, at, slide(document, sheet, frame, at), "png", dpi)
