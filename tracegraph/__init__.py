"""Record a computation on NumPy, differentiate it, and draw it so that the whole chain rule can be read."""

from __future__ import annotations

from typing import Any

from . import hooks
from .engine.backward import Gradients, backward
from .engine.call import function
from .engine.tensor import Tensor, constant, parameter, scope, tensor
from .errors import GraphError, LayoutError, MissingExtra, OpError, StoreError, TracegraphError, UntracedError
from .ops.op import OPS

__version__ = "0.1.0"
__all__ = [
    "Gradients",
    "GraphError",
    "LayoutError",
    "MissingExtra",
    "OPS",
    "OpError",
    "StoreError",
    "Tensor",
    "TracegraphError",
    "UntracedError",
    "backward",
    "constant",
    "parameter",
    "scope",
    "tensor",
]

_LATER = {  # imported where they are first used: a program that only computes loads no drawing
    "Graph": "graph",
    "Node": "graph",
    "Edge": "graph",
    "trace": "frontends",
    "load": "graph",
    "collapse": "views",
    "hide": "views",
    "between": "views",
    "upto": "views",
    "fold": "views",
    "draw": "drawing",
    "Drawing": "drawing",
    "optim": "",
    "history": "training.history",
    "History": "training.history",
    "steps": "views",
    "expand": "views",
    "mark": "marking",
    "Claim": "marking",
    "Marking": "marking",
    "explain": "explanation",
    "Explanation": "explanation",
    "layers": "analysis.layers",
    "frames": "slides",
    "Frames": "slides",
    "Deck": "slides",
    "flow": "analysis",
    "Flow": "analysis",
    "Finding": "analysis",
    "gradcheck": "analysis.gradcheck.check",
    "Checked": "analysis.gradcheck.check",
    "paths": "analysis.paths",
    "Path": "analysis.paths",
    "Paths": "analysis.paths",
}

globals().update({name: function(op) for name, op in OPS.items() if name not in __all__})


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"tracegraph has no {name!r}")
    from importlib import import_module

    if not _LATER[name]:
        return import_module(f".{name}", __name__)
    return getattr(import_module(f".{_LATER[name]}", __name__), name)


def _draw(*args: Any, **options: Any) -> Any:
    return __getattr__("draw")(*args, **options)


hooks.draw = _draw


def __dir__() -> list[str]:
    return sorted({*globals(), *_LATER})
