"""Record a computation on NumPy, differentiate it, and draw it so that the whole chain rule can be read."""

from __future__ import annotations

from typing import Any

from .backward import Gradients, backward
from .calling import function
from .errors import (
    GraphError,
    LayoutError,
    MissingExtra,
    OpError,
    StoreError,
    TracegraphError,
    UntracedError,
)
from .op import OPS
from .tensor import Tensor, constant, parameter, scope, tensor

__version__ = "0.1.0"
__all__ = [
    "Gradients", "GraphError", "LayoutError", "MissingExtra", "OPS", "OpError", "StoreError", "Tensor",
    "TracegraphError", "UntracedError", "backward", "constant", "parameter", "scope", "tensor",
]  # fmt: skip

_LATER = {  # imported where they are first used: a program that only computes loads no drawing
    "Graph": "graph", "Node": "graph", "Edge": "graph",
    "trace": "frontends",
    "load": "store",
    "collapse": "views", "hide": "views", "between": "views", "upto": "views", "fold": "views",
    "draw": "drawing", "Drawing": "drawing", "optim": "", "history": "histories", "History": "histories",
    "steps": "views", "expand": "views",
    "mark": "marking", "Claim": "marking", "Marking": "marking",
    "explain": "explanation", "Explanation": "explanation",
    "layers": "tables",
    "frames": "slides", "Frames": "slides", "Deck": "slides",
    "flow": "inspect", "Flow": "inspect", "Finding": "inspect",
    "gradcheck": "inspect.gradcheck", "Checked": "inspect.gradcheck",
    "paths": "inspect.paths", "Path": "inspect.paths", "Paths": "inspect.paths",
}  # fmt: skip

globals().update({name: function(op) for name, op in OPS.items() if name not in __all__})


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"tracegraph has no {name!r}")
    from importlib import import_module

    if not _LATER[name]:
        return import_module(f".{name}", __name__)
    return getattr(import_module(f".{_LATER[name]}", __name__), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
