"""What packages below ask of the drawing, which stands above them; ``tracegraph/__init__.py`` fills it in."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

draw: Callable[..., Any]
"""`tracegraph.draw`; the drawing is imported when it is first called."""
