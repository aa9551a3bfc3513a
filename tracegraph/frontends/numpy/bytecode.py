"""The variable that the result of each instruction is stored in, read from Python's bytecode."""

from __future__ import annotations

import dis
from collections.abc import Iterator
from types import CodeType

_Stack = list["dis.Instruction | None"]
_IDLE = {"NOP", "RESUME", "CACHE", "EXTENDED_ARG", "KW_NAMES", "MAKE_CELL", "COPY_FREE_VARS"}
_ROTATIONS = {"ROT_TWO": 2, "ROT_THREE": 3, "ROT_FOUR": 4}


def stores(code: CodeType) -> dict[int, str]:
    """The name that the result of each instruction is stored under at once: a variable, an attribute or a text key.

    Follows the interpreter's stack through the code, so that ``a, b = x * y, x + y`` gives each result its own name.
    """
    names: dict[int, str] = {}
    stack: _Stack = []
    elsewhere: dict[int, dis.Instruction | None] = {}  # what `p if c else q` leaves for where both ways lead to
    steps = [s for s in dis.get_instructions(code) if s.opname not in _IDLE]
    extent = _extents(steps)
    for step in _without_packing(steps, stack):
        for name, made in _stored(step, stack):
            for maker in filter(None, (made, elsewhere.get(step.offset))):
                for offset in extent[maker.offset]:
                    names.setdefault(offset, name)
        if step.opname == "JUMP_FORWARD" and stack:
            elsewhere[step.argval] = stack.pop()
        else:
            _follow(step, stack)
    return names


def calls(code: CodeType) -> set[int]:
    """Where the interpreter may say it is while it runs a call."""
    steps = [s for s in dis.get_instructions(code) if s.opname not in _IDLE]
    extent = _extents(steps)
    return {offset for step in steps if "CALL" in step.opname for offset in extent[step.offset]}


def _extents(steps: list[dis.Instruction]) -> dict[int, range]:
    """Where the interpreter may say it is while it runs a step: also in its caches, or at the prelude of a call."""
    extents: dict[int, range] = {}
    start, previous = 0, ""
    for step, after in zip(steps, [*steps[1:], None]):
        start = start if (previous, step.opname) == ("PRECALL", "CALL") else step.offset
        extents[step.offset] = range(start, after.offset if after else step.offset + 2, 2)
        previous = step.opname
    return extents


def _without_packing(steps: list[dis.Instruction], stack: _Stack) -> Iterator[dis.Instruction]:
    """The steps, without tuples that are made to be unpacked at once: these turn the top of the stack around."""
    rest = iter(zip(steps, [*steps[1:], None]))
    for step, after in rest:
        count = step.arg or 0
        unpacked = after is not None and (after.opname, after.arg) == ("UNPACK_SEQUENCE", count)
        if unpacked and step.opname in ("BUILD_TUPLE", "BUILD_LIST"):
            stack[len(stack) - count :] = stack[: len(stack) - count - 1 : -1] if count < len(stack) else stack[::-1]
            next(rest)
        else:
            yield step


def _stored(step: dis.Instruction, stack: _Stack) -> list[tuple[str, dis.Instruction | None]]:
    """The names that a step stores under, and the instructions that made what it stores."""
    first, second, third = [*stack[:-4:-1], None, None, None][:3]
    if step.opname == "STORE_FAST_STORE_FAST":
        return list(zip(step.argval, (first, second)))
    if step.opname == "STORE_FAST_LOAD_FAST":
        return [(step.argval[0], first)]
    if step.opname == "STORE_ATTR":
        return [(step.argval, second)]
    if step.opname == "STORE_SUBSCR":
        key = first.argval if first and first.opname == "LOAD_CONST" else None
        return [(key, third)] if isinstance(key, str) else []
    return [(step.argval, first)] if step.opname.startswith("STORE_") and isinstance(step.argval, str) else []


def _follow(step: dis.Instruction, stack: _Stack) -> None:
    """Change the stack as the interpreter does; what is not known to be the result of one instruction is None."""
    name, count = step.opname, step.arg or 0
    if name in ("COPY", "DUP_TOP"):
        count = count or 1
        stack.append(stack[-count] if count <= len(stack) else None)
    elif name == "SWAP" or name in _ROTATIONS:
        count = _ROTATIONS.get(name, count)
        stack[:0] = [None] * (count - len(stack))
        if name == "SWAP":
            stack[-1], stack[-count] = stack[-count], stack[-1]
        else:
            stack.insert(len(stack) - count, stack.pop())
    else:
        _grow(step, stack, dis.stack_effect(step.opcode, step.arg, jump=False))


def _grow(step: dis.Instruction, stack: _Stack, effect: int) -> None:
    depth = len(stack) + effect
    if step.opname.startswith(("STORE_", "POP_", "DELETE_")):
        del stack[max(depth, 0) :]
        return
    stack.extend([None] * effect)
    del stack[max(depth - 1, 0) :]
    stack.append(None if step.opname.startswith("UNPACK_") else step)
