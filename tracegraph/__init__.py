"""Record a computation on NumPy, differentiate it, and draw it so that the whole chain rule can be read."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

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

# isort: off
if TYPE_CHECKING:  # the same names as in _LATER, for editors and type checkers
    from . import extend as extend, optim as optim
    from .analysis.finding import Finding as Finding
    from .analysis.flow import Flow as Flow, flow as flow
    from .analysis.gradcheck.check import Checked as Checked, gradcheck as gradcheck
    from .analysis.layers import layers as layers
    from .analysis.paths import Path as Path, Paths as Paths, paths as paths
    from .drawing import Drawing as Drawing, draw as draw
    from .explanation import Explanation as Explanation, explain as explain
    from .frontends import trace as trace
    from .graph import Edge as Edge, Graph as Graph, Node as Node, load as load
    from .marking import Claim as Claim, Marking as Marking, mark as mark
    from .slides import Deck as Deck, Frames as Frames, frames as frames
    from .training.history import History as History, history as history
    from .views.collapse import collapse as collapse
    from .views.cut import between as between, hide as hide, upto as upto
    from .views.expand import expand as expand
    from .views.fold import fold as fold
    from .views.steps import steps as steps

    from .engine import signatures
    from .engine.signatures import *  # noqa: F403

    __all__ += signatures.__all__
# isort: on

_LATER = {
    "graph": "Graph Node Edge load",
    "frontends": "trace",
    "views": "collapse hide between upto fold steps expand",
    "drawing": "draw Drawing",
    "": "extend optim",
    "training.history": "history History",
    "marking": "mark Claim Marking",
    "explanation": "explain Explanation",
    "analysis.layers": "layers",
    "slides": "frames Frames Deck",
    "analysis": "flow Flow Finding",
    "analysis.gradcheck.check": "gradcheck Checked",
    "analysis.paths": "paths Path Paths",
}
"""Names by module, imported where they are first used: a program that only computes loads no drawing."""
_HOME = {name: module for module, names in _LATER.items() for name in names.split()}

globals().update({name: function(op) for name, op in OPS.items() if name not in __all__})


if not TYPE_CHECKING:  # or every name that is misspelled would be Any

    def __getattr__(name: str) -> Any:
        if name in OPS:  # declared by somebody else, since
            return function(OPS[name])
        if name not in _HOME:
            raise AttributeError(f"tracegraph has no {name!r}")
        module = import_module(f".{_HOME[name] or name}", __name__)
        return getattr(module, name) if _HOME[name] else module


def _draw(*args: Any, **options: Any) -> Any:
    from .drawing import draw

    return draw(*args, **options)


hooks.draw = _draw


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
