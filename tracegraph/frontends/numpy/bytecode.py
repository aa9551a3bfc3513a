"""The variable that the result of an instruction is stored in next: for programs whose source is not at hand."""

from __future__ import annotations

import dis
from types import CodeType

_IDLE = {"NOP", "RESUME", "CACHE", "EXTENDED_ARG", "KW_NAMES", "MAKE_CELL", "COPY_FREE_VARS"}


def stores(code: CodeType) -> dict[int, str]:
    """By the offset of an instruction, the name under which the next one stores: a variable, an attribute, a key."""
    steps = [s for s in dis.get_instructions(code) if s.opname not in _IDLE]
    names: dict[int, str] = {}
    for place, (step, extent) in enumerate(zip(steps, _extents(steps))):
        if not step.opname.startswith(("LOAD_", "STORE_")) and (name := _stored(steps[place + 1 : place + 4])):
            names.update(dict.fromkeys(extent, name))
    return names


def calls(code: CodeType) -> set[int]:
    """Where the interpreter may say it is while it runs a call."""
    steps = [s for s in dis.get_instructions(code) if s.opname not in _IDLE]
    return {offset for step, extent in zip(steps, _extents(steps)) if "CALL" in step.opname for offset in extent}


def _extents(steps: list[dis.Instruction]) -> list[range]:
    """Where the interpreter may say it is while it runs a step: also in its caches, or at the prelude of a call."""
    extents: list[range] = []
    start, previous = 0, ""
    for step, after in zip(steps, [*steps[1:], None]):
        start = start if (previous, step.opname) == ("PRECALL", "CALL") else step.offset
        extents.append(range(start, after.offset if after else step.offset + 2, 2))
        previous = step.opname
    return extents


def _stored(after: list[dis.Instruction]) -> str:
    """What the instructions that follow store the top of the stack as; nothing if they do something else."""
    names = [s.opname for s in after]
    loads = [n.startswith("LOAD_") for n in names]
    if names[:1] and names[0].startswith("STORE_") and names[0] not in ("STORE_SUBSCR", "STORE_ATTR"):
        stored = after[0].argval
        return str(stored[0]) if isinstance(stored, tuple) else stored if isinstance(stored, str) else ""
    if names[1:2] == ["STORE_ATTR"] and loads[0]:
        return str(after[1].argval)
    if names[2:3] == ["STORE_SUBSCR"] and loads[:2] == [True, True] and isinstance(after[1].argval, str):
        return after[1].argval if after[1].opname == "LOAD_CONST" else ""
    return ""
