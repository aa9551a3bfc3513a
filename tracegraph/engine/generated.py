"""Code that is written out, for speed, from the declarations of operations, and compiled when it is first used."""

from __future__ import annotations

import linecache
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from types import CodeType
from typing import Any

from .record import current_scope
from .tensor import Tensor, ids

RECORD = """
    t = Tensor()
    t.held = value
    t.a = a
    t.b = b
    details = current_scope()[op]
    t.details = details if {needs} else details.no_grad
    t.grad = None
    frame = frame_at(1)
    t.code = frame.f_code
    t.lasti = frame.f_lasti
    t.id = next(ids)
    return t
"""
"""The end of a function that makes a record as `record` does, with the details that its op has in the scope."""

_NAMES = {"__name__": __name__, "Tensor": Tensor, "current_scope": current_scope, "ids": ids, "frame_at": sys._getframe}


def compiled(name: str, text: str, **names: Any) -> Any:
    """The function of this name that a text defines; ``names``: what it may use besides the parts of a record."""
    space = _NAMES | names
    exec(_code(name, text), space)
    return space[name]


@lru_cache
def _code(name: str, text: str) -> CodeType:
    """Code whose lines tracebacks show; its file seems to lie in this folder, so that they count as the engine's."""
    file = str(Path(__file__).with_name(f"<{name}>"))
    linecache.cache[file] = (len(text), None, text.splitlines(keepends=True), file)
    return compile(text, file, "exec")


class Deferred:
    """A member of a class that is made when it is first looked up, and then takes its own place."""

    def __init__(self, owner: type, name: str, make: Callable[[], Any]) -> None:
        self.owner, self.name, self.make = owner, name, make

    def __get__(self, instance: Any, owner: type | None = None) -> Any:
        member = self.make()
        setattr(self.owner, self.name, member)
        return member.__get__(instance, owner)
