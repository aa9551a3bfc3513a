"""What a notebook shows of a tensor: the graph of what it was computed from, if that can be looked at."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from ..errors import LayoutError
from ..notebook import TEXT, bundle

MOST = 2000
"""Operations behind a tensor that is drawn by itself: tracing more would take seconds each time it is shown."""


def forms(tensor: Any, include: Collection[str] | None, exclude: Collection[str] | None) -> dict[str, str]:
    """Its graph as a picture, and itself as text; of a leaf, and where something is larger than `MOST`, the text."""
    if not tensor.inputs:
        return {TEXT: repr(tensor)}
    return bundle(lambda: _svg(tensor), lambda: repr(tensor), include, exclude)


def _svg(tensor: Any) -> str:
    if _behind(tensor) > MOST:
        raise LayoutError(f"more than {MOST} operations; tg.draw(...) draws them in groups")
    from ..hooks import draw  # filled in when the package has been imported

    svg: str = draw(tensor).svg
    return svg


def _behind(tensor: Any) -> int:
    """How many tensors it was computed from, counted up to one more than `MOST`."""
    seen, stack = {id(tensor)}, [tensor]
    while stack and len(seen) <= MOST:
        for source in stack.pop().inputs:
            if id(source) not in seen:
                seen.add(id(source))
                stack.append(source)
    return len(seen)
