"""The operation that a program is performing, read from its bytecode: a call, a store, or formatting of text."""

from __future__ import annotations

import builtins
import dis
import inspect
import sys
from functools import lru_cache
from itertools import accumulate, takewhile
from types import CodeType, FrameType, ModuleType
from typing import Any, NamedTuple

UNKNOWN = object()
"""Stands for a function that cannot be found out."""

_IDLE = {"NOP", "RESUME", "CACHE", "EXTENDED_ARG", "KW_NAMES", "MAKE_CELL", "COPY_FREE_VARS"}
_ATTRIBUTES = {"LOAD_ATTR", "LOAD_METHOD"}
_STORES = {"STORE_SUBSCR", "STORE_SLICE", "STORE_ATTR"}
_SCOPES = {"LOAD_GLOBAL", "LOAD_NAME", "LOAD_FAST", "LOAD_FAST_BORROW", "LOAD_FAST_CHECK", "LOAD_DEREF"}
_SEQUENCES = {"BUILD_LIST", "BUILD_TUPLE", "LIST_EXTEND", "LIST_TO_TUPLE", "LIST_APPEND"}


class Site(NamedTuple):
    """One instruction of a program.

    ``kind``: ``"call"``, ``"store"``, ``"format"`` (the operator ``%`` of a text), ``"operator"`` or ``"unknown"``.
    Of a call, ``path``: the names that lead to the function, such as ``("math", "exp")``; ``words``: the names in its
    arguments; ``argument``: the dotted name of its only argument, ``[`` for a list that is made there, else nothing.
    """

    kind: str
    path: tuple[str, ...] = ()
    words: frozenset[str] = frozenset()
    argument: str = ""


def site(frame: FrameType) -> Site:
    """The instruction that a frame is executing."""
    return _site(frame.f_code, frame.f_lasti)


@lru_cache(maxsize=256)
def _site(code: CodeType, offset: int) -> Site:
    steps = [s for s in dis.get_instructions(code) if s.opname not in _IDLE]
    place = max((i for i, s in enumerate(steps) if s.offset <= offset), default=0)
    if steps[place].opname == "PRECALL":
        place += 1
    name = steps[place].opname
    if name in _STORES:
        return Site("store")
    if "CALL" in name:
        return _call(steps, place)
    if name.startswith(("BINARY_", "INPLACE_", "COMPARE_")):
        return Site("format" if "MODULO" in name or steps[place].argrepr in ("%", "%=") else "operator")
    return Site("unknown")


def _call(steps: list[dis.Instruction], place: int) -> Site:
    between = steps[_start(steps, place) : place]
    names = [s for s in between[:1] if s.opname != "PUSH_NULL"] or between[1:2]
    if not names or names[0].opname not in _SCOPES:
        return Site("call")
    first = between.index(names[0]) + 1
    names += takewhile(lambda s: s.opname in _ATTRIBUTES, between[first:])
    loads = between[first + len(names) - 1 :]
    if sys.version_info >= (3, 13) and loads and loads[0].opname == "PUSH_NULL":
        loads = loads[1:]  # before that, it came first
    if loads and loads[-1].opname == "PRECALL":
        loads = loads[:-1]
    heights = _heights(loads)
    if not any(map(_branches, loads)) and any(height < 1 for height in heights):
        return Site("call")  # f(a)(b): the function is what f(a) returns
    words = frozenset(s.argval for s in loads if isinstance(s.argval, str))
    return Site("call", tuple(str(s.argval) for s in names), words, _argument(loads, heights))


def _heights(steps: list[dis.Instruction]) -> list[int]:
    """The height of the interpreter's stack after each step."""
    return list(accumulate(dis.stack_effect(s.opcode, s.arg, jump=False) for s in steps))


def _start(steps: list[dis.Instruction], place: int) -> int:
    """The place where the function of a call is loaded: as far back as the stack has grown by the call's operands.

    Where the arguments branch, counting would mislead; the positions in the source tell, from Python 3.11 on.
    """
    height = dis.stack_effect(steps[place].opcode, steps[place].arg) - 1
    for i in range(place - 1, -1, -1):
        s = steps[i]
        if _branches(s):
            return _first_at(steps, place)
        height += dis.stack_effect(s.opcode, s.arg, jump=False)
        if height >= 0:
            return i
    return place


def _branches(step: dis.Instruction) -> bool:
    return "JUMP" in step.opname or step.opname in ("FOR_ITER", "SEND")


def _first_at(steps: list[dis.Instruction], place: int) -> int:
    here = getattr(steps[place], "positions", None)
    if here is None or here.col_offset is None:
        return place
    begins = (here.lineno, here.col_offset)
    for i in range(place):
        p = steps[i].positions  # type: ignore[attr-defined]
        if (p.lineno, p.col_offset) == begins and steps[i].opname in _SCOPES:
            return i
    return place


def _argument(loads: list[dis.Instruction], heights: list[int]) -> str:
    """The first argument of a call, from the instructions that load all of them; empty where it is computed."""
    if loads and loads[-1].opname == "STORE_FAST":  # the end of an inlined comprehension
        return "["
    first = loads[: max((i + 1 for i, height in enumerate(heights) if height == 1), default=0)]
    if first and first[0].opname in _SCOPES and all(s.opname in _ATTRIBUTES for s in first[1:]):
        return ".".join(str(s.argval) for s in first)
    builds = any(s.argval in ("list", "tuple") or "<listcomp>" in str(s.argval) for s in first[:2])
    return "[" if builds or first and first[-1].opname in _SEQUENCES else ""


def function_at(frame: FrameType, path: tuple[str, ...]) -> Any:
    """The function that is called, through modules and classes only; `UNKNOWN` where that is not enough."""
    if not path:
        return UNKNOWN
    value = variable(frame, path[0])
    for name in path[1:]:
        if not isinstance(value, (ModuleType, type)):
            return UNKNOWN
        value = getattr(value, name, UNKNOWN)
    return value


def variable(frame: FrameType, name: str) -> Any:
    """The value of a name in a frame."""
    for space in (own_variables(frame), frame.f_globals, vars(builtins)):
        if name in space:
            return space[name]
    return UNKNOWN


def own_variables(frame: FrameType) -> dict[str, Any]:
    """The local variables of a frame; those of a module are its global ones.

    Up to Python 3.12 the frame keeps the dictionary of its locals, and with it every tensor in there until the function
    ends. If nobody else holds that dictionary, it is emptied; whoever asks for it later gets it filled anew.
    """
    space = frame.f_locals
    variables = dict(space)
    if frame.f_code.co_flags & inspect.CO_OPTIMIZED and type(space) is dict and sys.getrefcount(space) <= 3:
        space.clear()
    return variables
