"""Reverse mode: everything that a loss depends on, last made first, and the gradients that `sweep` finds on its way.

The rules know neither broadcasting nor accumulation; the contribution of every edge is kept as it comes by.
"""

from __future__ import annotations

import os
from _thread import allocate_lock  # `threading` adds nothing that is needed here, but time to the import
from collections.abc import Iterator, Mapping
from itertools import accumulate
from operator import attrgetter
from typing import Any

import numpy as np

from ..errors import OpError
from . import collector
from .sweep import sweep
from .tensor import Tensor
from .values import Value, is_float, out_of_memory, settle

_by_id = attrgetter("id")
one_at_a_time = allocate_lock()  # while it runs, the loop keeps its sums in the tensors' grad
_walked: Tensor | None = None  # where the walk that runs now has started


class Gradients(Mapping[Tensor, Value]):
    """The result of `backward`: the gradient of every tensor it reached, and the contribution of every edge."""

    __slots__ = ("_order", "_values", "_parts", "_index")

    def __init__(self, order: list[Tensor], values: list[Value], parts: list[Value]) -> None:
        self._order, self._values, self._parts = order, values, parts
        self._index: dict[Tensor, tuple[int, int]] | None = None

    def __getitem__(self, tensor: Tensor) -> Value:
        value = self._values[self._find(tensor)[0]]
        if value is None:
            raise KeyError(f"no gradient reaches {tensor!r}")
        return value

    def __iter__(self) -> Iterator[Tensor]:
        return (t for t, v in zip(self._order, self._values, strict=True) if v is not None)

    def __len__(self) -> int:
        return sum(v is not None for v in self._values)

    def contribution(self, tensor: Tensor, slot: int) -> Value:
        """The contribution of ``tensor`` to its input number ``slot``; None where no gradient flows."""
        if not 0 <= slot < len(tensor.inputs):
            raise IndexError(f"{tensor!r} has {len(tensor.inputs)} inputs; slot {slot} is not one of them")
        if tensor.a is None or not tensor.inputs[slot].needs:  # the walk ends at an update
            return None
        return self._parts[self._find(tensor)[1] + slot]

    def _find(self, tensor: Tensor) -> tuple[int, int]:
        """The place of a tensor in the order, and that of its first contribution."""
        if self._index is None:
            starts = accumulate((0 if t.a is None else len(t.inputs) for t in self._order), initial=0)
            self._index = {t: (i, start) for i, (t, start) in enumerate(zip(self._order, starts, strict=False))}
        try:
            return self._index[tensor]
        except KeyError:
            raise KeyError(f"no gradient reaches {tensor!r}") from None


def backward(loss: Tensor, seed: Any = None) -> Gradients:
    """Differentiate ``loss`` with respect to everything it depends on, and fill ``grad``.

    ``seed``: cotangent of the loss, of its shape; 1 by default, which takes a loss of one element.
    Called again, it gives the same gradients, not their double.
    """
    global _walked
    start = _seed(loss, seed)
    with one_at_a_time, np.errstate(all="ignore"):
        _walked = loss
        try:
            mark, order = reach(loss)
            loss.grad = start
            return Gradients(order, *sweep()(order, mark))
        except MemoryError as error:
            _clear(loss)
            raise out_of_memory("backward", error) from None
        except BaseException:
            _clear(loss)
            raise
        finally:
            _walked = None
            collector.restore()


def _clear(loss: Tensor) -> None:
    """Leave no marks and no sums of half a walk behind."""
    for t in reach(loss)[1]:
        t.grad = None


def _forked() -> None:
    """In a forked process no other thread goes on: neither holds one the lock, nor will one finish its walk."""
    global one_at_a_time, _walked
    one_at_a_time = allocate_lock()
    if _walked is not None:
        _clear(_walked)
    _walked = None


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forked)


def _seed(loss: Tensor, seed: Any) -> Value:
    if not loss.needs:
        kind = "an integer or boolean" if not is_float(loss.value) else "made of constants only"
        raise OpError(f"backward: nothing to differentiate, the tensor is {kind}")
    if seed is None:
        if loss.size != 1:
            raise OpError(f"backward: shape {loss.shape} is not scalar; give a seed of that shape, or sum it first")
        seed = np.ones(loss.shape)
    try:
        seed = np.array(seed.value if isinstance(seed, Tensor) else seed, loss.dtype)
    except (TypeError, ValueError):
        raise OpError(f"backward: a seed is a number or an array of shape {loss.shape}, not {seed!r}") from None
    if seed.shape != loss.shape:
        raise OpError(f"backward: the seed has shape {seed.shape}, the tensor {loss.shape}")
    return settle(seed)


def reach(loss: Tensor) -> tuple[object, list[Tensor]]:
    """Everything that the loss depends on and that takes gradients, last made first.

    Each tensor's grad is set to a mark that stands for "nothing has arrived yet"; one per walk, so that those that
    another has left behind cannot be mistaken.
    """
    loss.grad = mark = object()
    order: list[Tensor] = []
    stack = [loss]
    pop, push, add = stack.pop, stack.append, order.append
    while stack:
        t = pop()
        add(t)
        a, b = t.a, t.b
        if a is None:
            continue
        if a.grad is not mark and a.details.needs:
            a.grad = mark
            push(a)
        if b is not None:
            if b.grad is not mark and b.details.needs:
                b.grad = mark
                push(b)
            if more := t.details.extra_inputs:
                for i in more:
                    if i.grad is not mark and i.details.needs:
                        i.grad = mark
                        push(i)
    order.sort(key=_by_id, reverse=True)
    return mark, order
