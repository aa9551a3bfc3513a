"""Formats that show a drawing on slides, here with everything at once; `tracegraph.frames` shows it in steps."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ..drawing import Drawing


def writer(to: str) -> Callable[[Drawing, float], bytes]:
    """The renderer for one of the formats of `slides.WRITERS`."""

    def render(drawing: Drawing, scale: float) -> bytes:
        from ..slides import Deck, frames

        return Deck("", (frames(drawing, steps=""),)).render(to)

    return render


pptx, tex, mmd = map(writer, ("pptx", "tex", "mmd"))
