"""Renderers: a drawing in, the bytes of a file out; one for each suffix.

A renderer is a function ``(drawing, scale) -> bytes`` in a file of its own, entered here.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import graphviz_files as graphviz
from . import graphviz_svg as svg
from . import json_file as json
from . import listing as text
from . import stills as slides

RENDERERS: dict[str, Callable[[Any, float], bytes]] = {
    "svg": svg.render,
    "png": graphviz.png,
    "pdf": graphviz.pdf,
    "eps": graphviz.eps,
    "dot": graphviz.dot,
    "json": json.render,
    "txt": text.render,
    "pptx": slides.pptx,
    "tex": slides.tex,
    "mmd": slides.mmd,
}
