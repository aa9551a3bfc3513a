"""How much running an op would allocate, told by shapes and options alone.

A graph from a stranger's file says which op made a value, with which options; before the op is run again, `admitted`
compares what it would make with the shape that was recorded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from math import prod
from typing import Any

import numpy as np

from .op import Op

Shape = tuple[int, ...]
SMALL = 2**24
"""Elements that are always admitted: 128 MiB."""


def admitted(op: Op, values: Sequence[Any], attrs: Mapping[str, Any], made: Shape) -> bool:
    """Whether an op, at these inputs and options, makes no more than a value of the recorded shape ``made``."""
    shapes = [np.shape(v) for v in values]
    try:
        if op.elementwise:
            return np.broadcast_shapes(*shapes) == made
        size = _SIZES.get(op.name, _product if op.traits.kind == "product" else _scaled)(values, shapes, attrs, made)
    except (ValueError, TypeError, IndexError, KeyError, AttributeError, OverflowError):
        return False  # the op itself would refuse them
    return size <= max(SMALL, 16 * (prod(made) + sum(map(prod, shapes))))


def _scaled(values: Any, shapes: list[Shape], attrs: Mapping[str, Any], made: Shape) -> int:
    """Of an op that is not known better: any whole number among its options may repeat or extend what it is given."""
    return sum(map(prod, shapes)) * prod(max(1, abs(n)) for n in _integers(list(attrs.values())))


def _integers(options: Any) -> Iterator[int]:
    for option in options:
        if isinstance(option, (int, np.integer)):
            yield int(option)
        elif isinstance(option, (tuple, list)):
            yield from _integers(option)


def _product(values: Any, shapes: list[Shape], attrs: Mapping[str, Any], made: Shape) -> int:
    """Of a product of any kind, such as an outer one."""
    return prod(map(prod, shapes))


def _matmul(values: Any, shapes: list[Shape], attrs: Mapping[str, Any], made: Shape) -> int:
    a, b = shapes
    return prod((*np.broadcast_shapes(a[:-2], b[:-2]), *a[-2:-1], *b[-1:][: len(b) - 1]))


def _einsum(values: Any, shapes: list[Shape], attrs: Mapping[str, Any], made: Shape) -> int:
    """An explicit result of letters; with ``...`` or without ``->`` the most that it can be."""
    inputs, arrow, output = attrs["spec"].replace(" ", "").partition("->")
    lengths: dict[str, int] = {}
    for letters, shape in zip(inputs.split(","), shapes, strict=True):
        if "." in letters:
            return prod(map(prod, shapes))
        for letter, length in zip(letters, shape, strict=True):
            lengths[letter] = max(length, lengths.get(letter, 0))
    return prod(lengths[c] for c in (output if arrow else lengths))


def _windowed(n: int, values: Any, shapes: list[Shape], attrs: Mapping[str, Any], made: Shape) -> int:
    """The padded input of a convolution or pooling over the last ``n`` axes; windows take little more."""
    kernel = shapes[1][-n:] if len(shapes) > 1 else np.broadcast_to(attrs["kernel"], n).tolist()
    reach = [k * d for k, d in zip(kernel, np.broadcast_to(attrs.get("dilation", 1), n).tolist(), strict=True)]
    padding = attrs.get("padding", 0)
    wide = reach if isinstance(padding, str) else np.broadcast_to(padding, n).tolist()
    inner = [length + 2 * abs(w) for length, w in zip(shapes[0][-n:], wide, strict=True)]
    return int(prod(shapes[0][:-n]) * prod(inner))


def _transposed(n: int, values: Any, shapes: list[Shape], attrs: Mapping[str, Any], made: Shape) -> int:
    """The result of a transposed convolution, before the padding is cut off."""
    stride, dilation = (np.broadcast_to(attrs[key], n).tolist() for key in ("stride", "dilation"))
    parts = zip(shapes[0][-n:], shapes[1][-n:], stride, dilation, strict=True)
    lengths = [size * abs(s) + length * abs(d) for size, length, s, d in parts]
    return int(
        prod(shapes[0][: -n - 1]) * prod(shapes[1][1 : len(shapes[1]) - n]) * abs(attrs["groups"]) * prod(lengths)
    )


def _padded(values: Any, shapes: list[Shape], attrs: Mapping[str, Any], made: Shape) -> int:
    width = np.broadcast_to(np.asarray(attrs["width"]), (len(shapes[0]), 2)).tolist()
    return prod(n + before + after for n, (before, after) in zip(shapes[0], width, strict=True))


def _broadcast(values: Any, shapes: list[Shape], attrs: Mapping[str, Any], made: Shape) -> int:
    return prod(_integers([attrs["shape"]]))


def _taken(values: Any, shapes: list[Shape], attrs: Mapping[str, Any], made: Shape) -> int:
    """As many elements as the arrays among the indices give together, times what plain indices leave."""
    index = attrs["index"]
    parts = [np.asarray(i) if isinstance(i, list) else i for i in (index if isinstance(index, tuple) else (index,))]
    arrays = [i for i in parts if isinstance(i, np.ndarray)]
    chosen = [(int(np.count_nonzero(i)),) if i.dtype == bool else i.shape for i in arrays]
    plain: list[Any] = []
    for i in parts:
        axes = (i.ndim if i.dtype == bool else 1) if isinstance(i, np.ndarray) else 0
        plain += [slice(0, 1)] * axes or [i]
    return prod(np.broadcast_shapes(*chosen)) * int(np.broadcast_to(np.False_, shapes[0])[tuple(plain)].size)


_SIZES: dict[str, Callable[[Any, list[Shape], Mapping[str, Any], Shape], int]] = {
    "matmul": _matmul,
    "dot": _matmul,
    "einsum": _einsum,
    "pad": _padded,
    "broadcast_to": _broadcast,
    "getitem": _taken,
    **{f"{kind}{n}d": partial(_windowed, n) for kind in ("conv", "max_pool", "avg_pool") for n in (1, 2, 3)},
    **{f"conv_transpose{n}d": partial(_transposed, n) for n in (1, 2, 3)},
    **dict.fromkeys(
        ("transpose", "swapaxes", "reshape", "flatten", "squeeze", "expand_dims", "concatenate", "stack"),
        lambda values, shapes, attrs, made: sum(map(prod, shapes)),
    ),
}
"""Elements that each makes at most."""
