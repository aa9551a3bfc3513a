"""Record a computation on NumPy, differentiate it, and draw it so that the whole chain rule can be read."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

if os.path.basename(sys.argv[0] if sys.argv else "") in ("tracegraph", "tracegraph.exe") or (
    sys.argv[:1] == ["-m"] and sys.orig_argv[-len(sys.argv)] in ("tracegraph", "-mtracegraph")
):  # the command line: the imports take their time, and Ctrl-C may come
    from .interrupt import ends_at_once

    ends_at_once()

from . import hooks

__version__ = "0.1.0"
__all__ = [
    "Gradients",
    "GraphError",
    "LayoutError",
    "MissingExtra",
    "OPS",
    "OpError",
    "OutOfMemory",
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
    from .engine.backward import Gradients as Gradients, backward as backward
    from .engine.leaves import constant as constant, parameter as parameter, tensor as tensor
    from .engine.record import scope as scope
    from .engine.tensor import Tensor as Tensor
    from .errors import GraphError as GraphError, LayoutError as LayoutError, MissingExtra as MissingExtra
    from .errors import OpError as OpError, StoreError as StoreError, TracegraphError as TracegraphError
    from .errors import OutOfMemory as OutOfMemory, UntracedError as UntracedError
    from .exercises import Exercise as Exercise, ClassOverview as ClassOverview
    from .exercises import exercise as exercise, overview as overview
    from .explanation import Explanation as Explanation, explain as explain
    from .frontends import trace as trace
    from .graph import Edge as Edge, Graph as Graph, Node as Node, load as load
    from .lessons import Lesson as Lesson
    from .marking import Claim as Claim, Marking as Marking, mark as mark
    from .ops.op import OPS as OPS
    from .slides import Deck as Deck, Frames as Frames, frames as frames
    from .slides.talk import deck as deck
    from .training.history import History as History, history as history
    from .views.collapse import collapse as collapse
    from .views.cut import between as between, hide as hide, upto as upto
    from .views.expand import expand as expand
    from .views.fold import fold as fold
    from .views.inside import inside as inside
    from .views.steps import steps as steps
    from .views.window import window as window

    from .engine import signatures
    from .engine.signatures import *  # noqa: F403

    __all__ += signatures.__all__
# isort: on

_LATER = {
    "errors": "GraphError LayoutError MissingExtra OpError OutOfMemory StoreError TracegraphError UntracedError",
    "ops.op": "OPS",
    "engine.leaves": "constant parameter tensor",
    "engine.record": "scope",
    "engine.tensor": "Tensor",
    "engine.backward": "Gradients backward",
    "graph": "Graph Node Edge load",
    "frontends": "trace",
    "views": "collapse hide between upto inside fold steps expand window",
    "drawing": "draw Drawing",
    "": "extend optim",
    "training.history": "history History",
    "marking": "mark Claim Marking",
    "exercises": "exercise Exercise overview ClassOverview",
    "lessons": "Lesson",
    "explanation": "explain Explanation",
    "analysis.layers": "layers",
    "slides": "frames Frames Deck",
    "slides.talk": "deck",
    "analysis": "flow Flow Finding",
    "analysis.gradcheck.check": "gradcheck Checked",
    "analysis.paths": "paths Path Paths",
}
"""Names by module, imported where they are first used: the command line and many programs need few of them."""
_HOME = {name: module for module, names in _LATER.items() for name in names.split()}


if not TYPE_CHECKING:  # or every name that is misspelled would be Any

    def __getattr__(name: str) -> Any:
        if name not in _HOME:
            return _function(name)
        module = import_module(f".{_HOME[name] or name}", __name__)
        value = globals()[name] = getattr(module, name) if _HOME[name] else module
        return value


def _function(name: str) -> Any:
    """The function of an operation; made for all that are known, as a program that uses one uses others."""
    if not name.startswith("__") and find_spec(f"{__name__}.{name}") is None:  # a module asks while it is imported
        from .engine.call import function
        from .ops.op import OPS

        globals().update({key: function(op) for key, op in OPS.items() if key not in globals()})
    if name not in globals():
        raise AttributeError(f"tracegraph has no {name!r}")
    return globals()[name]


def _draw(*args: Any, **options: Any) -> Any:
    from .drawing import draw

    return draw(*args, **options)


hooks.draw = _draw


def __dir__() -> list[str]:
    from .ops.op import OPS

    return sorted({*globals(), *_HOME, *OPS})
