"""Arrays split, joined, selected and reshaped: functions of NumPy that are several operations or give several results.

Each has the signature of NumPy's after ``run``, which records an operation by its name.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import reduce
from itertools import pairwise
from typing import Any

import numpy as np

from ..errors import OpError
from .questions import plain

Run = Callable[..., Any]


def itself(run: Run, x: Any, *options: Any, **more: Any) -> Any:
    """What a real tensor that never changes is under `positive`, `real`, `conjugate` and `copy`."""
    return x


# --- splitting -------------------------------------------------------------------------------------------------------


def array_split(run: Run, ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """One slice for each part; the first parts are one longer where the length does not divide."""
    length = ary.shape[axis]
    if isinstance(indices_or_sections, (int, np.integer)):
        each, more = divmod(length, int(indices_or_sections))
        ends = np.cumsum([0, *[each + 1] * more, *[each] * (int(indices_or_sections) - more)]).tolist()
    else:
        ends = [0, *map(int, indices_or_sections), length]
    before = (slice(None),) * (axis % ary.ndim)
    return [run("getitem", ary, (*before, slice(a, b))) for a, b in pairwise(ends)]


def split(run: Run, ary: Any, indices_or_sections: Any, axis: int = 0) -> list[Any]:
    """Equal parts, or parts that begin at indices."""
    if isinstance(indices_or_sections, (int, np.integer)) and ary.shape[axis] % indices_or_sections:
        raise OpError(
            f"split: axis {axis} of shape {ary.shape} does not divide into {indices_or_sections} equal parts; "
            "use array_split"
        )
    return array_split(run, ary, indices_or_sections, axis)


def vsplit(run: Run, ary: Any, indices_or_sections: Any) -> list[Any]:
    """Parts along the first axis."""
    return split(run, ary, indices_or_sections, 0)


def hsplit(run: Run, ary: Any, indices_or_sections: Any) -> list[Any]:
    """Parts along the second axis, of a vector along its only one."""
    return split(run, ary, indices_or_sections, min(1, ary.ndim - 1))


def dsplit(run: Run, ary: Any, indices_or_sections: Any) -> list[Any]:
    """Parts along the third axis."""
    return split(run, ary, indices_or_sections, 2)


def unstack(run: Run, x: Any, /, *, axis: int = 0) -> tuple[Any, ...]:
    """The parts along an axis, without that axis."""
    before = (slice(None),) * (axis % x.ndim)
    return tuple([run("getitem", x, (*before, i)) for i in range(x.shape[axis])])


def broadcast_arrays(run: Run, *args: Any, subok: bool = False) -> tuple[Any, ...]:
    """Each in the shape that all have in common."""
    shape = np.broadcast_shapes(*[np.shape(plain(a)) for a in args])
    return tuple([run("broadcast_to", a, shape) for a in args])


def meshgrid(run: Run, *xi: Any, copy: bool = True, sparse: bool = False, indexing: str = "xy") -> tuple[Any, ...]:
    """The coordinates of a grid, one array for each axis."""
    n = len(xi)
    order = [1, 0, *range(2, n)] if indexing == "xy" and n > 1 else list(range(n))
    bent = [run("reshape", x, [-1 if order[i] == k else 1 for k in range(n)]) for i, x in enumerate(xi)]
    return tuple(bent) if sparse else broadcast_arrays(run, *bent)


# --- joining and selecting -------------------------------------------------------------------------------------------


def append(run: Run, arr: Any, values: Any, axis: int | None = None) -> Any:
    """The second after the first; both in a row where no axis is given."""
    return run("concatenate", [arr, values], axis=axis)


def insert(run: Run, arr: Any, obj: Any, values: Any, axis: int | None = None) -> Any:
    """With values before the places ``obj``."""
    return run("insert", arr, values, obj=obj, axis=axis)


def block(run: Run, arrays: Any) -> Any:
    """A matrix of matrices: the innermost lists along the last axis, those around them along the axis before."""
    depth, inner = 0, arrays
    while isinstance(inner, list):
        depth, inner = depth + 1, inner[0]
    return _joined(run, arrays, -depth)


def _joined(run: Run, arrays: Any, axis: int) -> Any:
    if not isinstance(arrays, list):
        return arrays
    parts = [_joined(run, part, axis + 1) for part in arrays]
    wide = [run("atleast_1d", p) if axis == -1 else run("atleast_2d", p) for p in parts]
    return run("concatenate", wide, axis=axis)


def choose(run: Run, a: Any, choices: Sequence[Any], out: None = None, mode: Any = "raise") -> Any:
    """At each place the element of the choice that has the number that stands there."""
    numbers = np.choose(plain(a), np.arange(len(choices)), mode=mode)
    chosen = choices[0]
    for number in range(1, len(choices)):
        chosen = run("where", numbers == number, choices[number], chosen)
    return chosen


def select(run: Run, condlist: Sequence[Any], choicelist: Sequence[Any], default: Any = 0) -> Any:
    """At each place the element of the first choice whose condition holds."""
    pairs = list(zip(condlist, choicelist, strict=True))[::-1]
    return reduce(lambda chosen, pair: run("where", pair[0], pair[1], chosen), pairs, default)


def compress(run: Run, condition: Any, a: Any, axis: int | None = None) -> Any:
    """The parts for which a condition holds."""
    return run("compress", a, condition=plain(condition), axis=axis)


def extract(run: Run, condition: Any, arr: Any) -> Any:
    """The elements at which a condition holds."""
    return run("extract", arr, condition=plain(condition))


def fftshift(run: Run, x: Any, axes: Any = None, back: bool = False) -> Any:
    """Rolled by half of each length, so that frequency 0 is in the middle."""
    over = range(x.ndim) if axes is None else np.atleast_1d(axes).tolist()
    lengths = [x.shape[a] for a in over]
    return run("roll", x, tuple([-(n // 2) if back else n // 2 for n in lengths]), axis=tuple(over))


def ifftshift(run: Run, x: Any, axes: Any = None) -> Any:
    """What undoes `fftshift`."""
    return fftshift(run, x, axes, back=True)


def reshape(run: Run, a: Any, /, shape: Any = None, order: str = "C", *, newshape: Any = None, copy: Any = None) -> Any:
    """In another shape; in column order it is the transpose of the transpose reshaped."""
    shape = newshape if shape is None else shape
    if order in ("C", "A"):
        return run("reshape", a, shape)
    if order != "F":
        raise OpError(f"reshape: order {order!r} is not recorded; 'C' and 'F' are")
    lengths = (shape,) if isinstance(shape, (int, np.integer)) else tuple(shape)
    return run("transpose", run("reshape", run("transpose", a), lengths[::-1]))


def ravel(run: Run, a: Any, order: str = "C") -> Any:
    """In a row; in column order the transpose is."""
    return run("flatten", run("transpose", a) if order == "F" else a)


def ufunc_divmod(run: Run, a: Any, b: Any) -> tuple[Any, Any]:
    """The whole quotient, which is a plain number, and the remainder."""
    return np.floor_divide(plain(a), plain(b)), run("remainder", a, b)


def float_power(run: Run, a: Any, b: Any) -> Any:
    """The power in float64 at least."""
    return run("pow", *[v if np.result_type(plain(v)).char == "d" else run("astype", v, "float64") for v in (a, b)])


def angle(run: Run, z: Any, deg: bool = False) -> Any:
    """Of real numbers 0 or half a turn, which has no derivative."""
    return np.angle(plain(z), deg)


def nan_to_num(
    run: Run, x: Any, copy: bool = True, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None
) -> Any:
    """Numbers in the place of NaN and infinities."""
    return run("nan_to_num", x, nan=nan, posinf=posinf, neginf=neginf)


def piecewise(run: Run, x: Any, condlist: Any, funclist: Sequence[Any], *args: Any, **kw: Any) -> Any:
    """At each place the function whose condition holds; of several the last; one more function is for the rest."""
    conditions = [plain(c) for c in (condlist if isinstance(condlist, (list, tuple)) else [condlist])]
    pieces = [f(x, *args, **kw) if callable(f) else f for f in funclist]
    chosen = pieces[len(conditions)] if len(pieces) > len(conditions) else 0.0
    return reduce(lambda rest, pair: run("where", pair[0], pair[1], rest), zip(conditions, pieces), chosen)


def clip(run: Run, a: Any, a_min: Any = None, a_max: Any = None, out: None = None, **limits: Any) -> Any:
    """Limited to numbers, or element by element to tensors, to which the gradient goes where they are the limit."""
    low, high = limits.pop("min", a_min), limits.pop("max", a_max)
    if low is plain(low) and high is plain(high):
        return run("clip", a, low, high, **limits)
    raised = a if low is None else run("maximum", a, low)
    return raised if high is None else run("minimum", raised, high)


ARRAYS: dict[Any, Callable[..., Any]] = {
    np.copy: itself,
    np.clip: clip,
    np.real: itself,
    np.angle: angle,
    np.nan_to_num: nan_to_num,
    np.split: split,
    np.array_split: array_split,
    np.vsplit: vsplit,
    np.hsplit: hsplit,
    np.dsplit: dsplit,
    np.broadcast_arrays: broadcast_arrays,
    np.meshgrid: meshgrid,
    np.append: append,
    np.insert: insert,
    np.block: block,
    np.choose: choose,
    np.select: select,
    np.piecewise: piecewise,
    np.compress: compress,
    np.extract: extract,
    np.fft.fftshift: fftshift,
    np.fft.ifftshift: ifftshift,
    np.reshape: reshape,
    np.ravel: ravel,
}
if hasattr(np, "unstack"):  # since NumPy 2.1
    ARRAYS[np.unstack] = unstack

UFUNC_CALLS: dict[Any, Callable[..., Any]] = {
    np.positive: itself,
    np.conjugate: itself,
    np.divmod: ufunc_divmod,
    np.float_power: float_power,
}
