"""Frontends turn programs into graphs: one file each."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

from ..errors import GraphError
from ..graph import Graph
from ..tensor import Tensor
from . import numpy as _numpy


def trace(program: Tensor | Callable[..., Any], *arrays: Any) -> Graph:
    """Make the graph of a computation, with its gradients.

    ``program``: a tensor, or a function that is called with ``arrays`` as named inputs and returns one. A scalar is
    differentiated (a tensor with the seed of its last `backward`); of anything else without a seed, the graph holds
    values only. A tensor without a name takes that of the variable it is bound to.
    """
    caller = sys._getframe(1)
    if isinstance(program, Tensor) and not arrays:
        return _numpy.from_tensor(program, {**caller.f_globals, **caller.f_locals})
    if callable(program):
        return _numpy.from_function(program, arrays)
    raise GraphError(f"trace takes a tensor, or a function and its arrays, not {type(program).__name__}")
