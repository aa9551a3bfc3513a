"""A plain number is taken of a tensor with a gradient: on purpose, or by a call that would lose the record.

``float(loss)`` and ``"%.3f" % loss`` are what people log with. `math.exp` of a tensor, or storing one in an array,
takes the number and drops the record, and gradients would be wrong in silence: an error names the recorded way.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from inspect import getattr_static
from types import FrameType
from typing import Any

import numpy as np

from ..errors import UntracedError
from .site import UNKNOWN, Site, function_at, site, variable
from .ways import spelled, way

ON_PURPOSE = (float, int, round, bool)
"""Functions that are called to get a plain number."""

QUESTIONS = (math.isnan, math.isinf, math.isfinite, math.isclose, math.floor, math.ceil, math.trunc)
"""Functions without a derivative: a plain answer loses nothing."""

HANDS_ON = (list, tuple, set, sorted, sum, max, min, dict, next)
"""Functions that ask for no number themselves; ``list(map(float, losses))`` does."""

SEVERAL = "the tensor itself, or np.stack of several"
PLAIN = ", or .tolist() for plain numbers on purpose"
TAKEN = "a plain number of a tensor has no record, and no gradient; if that is on purpose, write float(t) or t.item()"
ENDING = ", or .item() for the plain number on purpose"


def number(frame: FrameType) -> None:
    """Let a plain number be taken where the program asks for it on purpose, and raise where it would be lost.

    Where it cannot be told from the program, a warning shows its line.
    """
    here = site(frame)
    if here.kind == "format":
        return
    if here.kind == "store":
        raise UntracedError(_lost("storing a tensor in an array", "np.stack of a list of tensors, or np.where"))
    function = function_at(frame, here.path)
    hands_on = any(function is f for f in HANDS_ON)
    if any(function is f for f in (*ON_PURPOSE, *QUESTIONS)) or hands_on and {"float", "int"} & here.words:
        return
    if here.kind != "call" or hands_on or function is UNKNOWN and len(here.path) < 2:
        warnings.warn(TAKEN, UserWarning, stacklevel=3)
        return
    raise UntracedError(_by_call(here, function))


def _by_call(here: Site, function: Any) -> str:
    name = here.path[-1] if function is UNKNOWN else str(getattr(function, "__name__", here.path[-1]))
    function_name = ".".join(here.path) if function is UNKNOWN else spelled(function)
    return _lost(function_name, way(name) or f"what np and tg record instead of {function_name}")


def _lost(what: str, instead: str) -> str:
    return f"{what} would take the number out of its record, and lose its gradient; use {instead}{ENDING}"


def array(frame: FrameType) -> bool:
    """Whether a list with a tensor in it is turned into an array, and not a tensor itself.

    NumPy's own functions, written in Python or in C, meet a tensor itself under its own protocols, before this.
    """
    if str(frame.f_globals.get("__name__")).split(".")[0] == "numpy":
        return True
    here = site(frame)
    if here.kind == "operator":
        return True
    if here.kind != "call":
        return False
    if _asks_first(function_at(frame, here.path)) or here.argument == "[":
        return True
    return here.argument != "" and isinstance(_found(frame, here.argument.split(".")), (list, tuple))


def _found(frame: FrameType, path: list[str]) -> Any:
    """The value of a dotted name, as far as looking it up runs no code."""
    value = variable(frame, path[0])
    for name in path[1:]:
        value = getattr_static(value, name, UNKNOWN)
    return value


def _asks_first(function: Any) -> bool:
    return isinstance(function, np.ufunc) or type(function).__name__ == "_ArrayFunctionDispatcher"


def refusal(frame: FrameType, shape: tuple[int, ...]) -> UntracedError:
    """The error for a tensor that is turned into an array; it names the outermost function of a library."""
    here = site(frame)
    if here.kind == "store":
        return UntracedError(_lost("storing a tensor in an array", "np.stack of a list of tensors, or np.where"))
    name = ""
    for caller in _library(frame):
        name = caller.f_code.co_name
    if way(name):
        return UntracedError(f"{name} is not recorded; use {way(name)}")
    caller_name, instead = ".".join(here.path) or "an array", way(here.path[-1]) if here.path else ""
    what = f"{caller_name} of a tensor would lose its record, and its gradient"
    return UntracedError(f"{what}; use {instead or SEVERAL}{ENDING if shape == () else PLAIN}")


def _library(frame: FrameType | None) -> Iterator[FrameType]:
    """The frames of NumPy and SciPy from here outwards."""
    while frame is not None and str(frame.f_globals.get("__name__")).split(".")[0] in ("numpy", "scipy"):
        yield frame
        frame = frame.f_back
