"""A value together with the record of the operation that made it.

A tensor links to its inputs and to nothing else: no closure, no set, no link back, so a whole computation is freed by
reference counts as soon as its last tensor is let go. Ids come from one counter, so that the order of creation is a
topological order and no walk over a user's graph ever recurses.
"""

from __future__ import annotations

import operator
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from itertools import count
from typing import TYPE_CHECKING, Any

import numpy as np

from . import ops  # noqa: F401  (declares the operations)
from .errors import OpError, UntracedError
from .op import OPS, Op

if TYPE_CHECKING:
    from .backward import Gradients

Value = Any
"""A float for scalars, a read-only array otherwise; NumPy scalars for other types than float64."""

INPUT, PARAMETER, CONSTANT = (
    Op(role, "", (), {}, lambda: None, (), "") for role in ("input", "parameter", "constant")
)

_next_id = count().__next__
_frame = sys._getframe


class Details:
    """What most records do not have: a name, a scope, options, a third input. One object serves a whole scope."""

    __slots__ = ("name", "scope", "attrs", "more")

    def __init__(self, name: str | None, scope: str, attrs: dict[str, Any], more: tuple[Tensor, ...]) -> None:
        self.name, self.scope, self.attrs, self.more = name, scope, attrs, more


_NO_ATTRS: dict[str, Any] = {}
_PLAIN = Details(None, "", _NO_ATTRS, ())
_scope: ContextVar[Details] = ContextVar("tracegraph_scope", default=_PLAIN)
_get_scope = _scope.get


class Tensor:
    """A recorded value.

    ``value``: float or read-only array. ``op``, ``inputs``, ``attrs``: the operation that made it. ``grad``: its
    gradient after `backward`, None where none arrives. ``needs``: whether gradients can flow to it. ``name``,
    ``scope``, and ``code`` with ``lasti``: the place in the program that made it.

    The first two inputs have slots of their own: a tuple for each record would double the work of Python's garbage
    collector, which is most of what a small operation costs.
    """

    __slots__ = ("value", "op", "a", "b", "details", "needs", "grad", "code", "lasti", "id")
    __hash__ = object.__hash__

    value: Value
    op: Op
    a: Tensor | None
    b: Tensor | None
    details: Details
    needs: bool
    grad: Value
    code: Any
    lasti: int
    id: int

    if TYPE_CHECKING:  # operators and methods come from the registry, below

        def __getattr__(self, name: str) -> Any: ...
        def __add__(self, other: Any) -> Tensor: ...
        def __radd__(self, other: Any) -> Tensor: ...
        def __sub__(self, other: Any) -> Tensor: ...
        def __rsub__(self, other: Any) -> Tensor: ...
        def __mul__(self, other: Any) -> Tensor: ...
        def __rmul__(self, other: Any) -> Tensor: ...
        def __truediv__(self, other: Any) -> Tensor: ...
        def __rtruediv__(self, other: Any) -> Tensor: ...
        def __pow__(self, other: Any) -> Tensor: ...
        def __rpow__(self, other: Any) -> Tensor: ...
        def __matmul__(self, other: Any) -> Tensor: ...
        def __rmatmul__(self, other: Any) -> Tensor: ...
        def __lt__(self, other: Any) -> Tensor: ...
        def __le__(self, other: Any) -> Tensor: ...
        def __gt__(self, other: Any) -> Tensor: ...
        def __ge__(self, other: Any) -> Tensor: ...
        def __neg__(self) -> Tensor: ...
        def __abs__(self) -> Tensor: ...

    def backward(self, seed: Any = None) -> Gradients:
        """Differentiate this tensor; fill ``grad`` of every tensor that a gradient reaches.

        ``seed`` is the cotangent of this tensor, of its shape; it is needed unless there is one element only.
        """
        from .backward import backward

        return backward(self, seed)

    @property
    def inputs(self) -> tuple[Tensor, ...]:
        """The tensors that it was made from."""
        if self.a is None:
            return ()
        return (self.a,) if self.b is None else (self.a, self.b, *self.details.more)

    @property
    def attrs(self) -> dict[str, Any]:
        """The options of the op, such as axis or stride."""
        return self.details.attrs

    @property
    def scope(self) -> str:
        """The scopes around it, outermost first, joined by ``/``."""
        return self.details.scope

    @property
    def name(self) -> str | None:
        """The name it was given."""
        return self.details.name

    @name.setter
    def name(self, name: str | None) -> None:
        old = self.details
        self.details = Details(name, old.scope, old.attrs, old.more)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes; ``()`` for a scalar."""
        return np.shape(self.value)

    @property
    def ndim(self) -> int:
        """Number of axes."""
        return len(self.shape)

    @property
    def size(self) -> int:
        """Number of elements."""
        return int(np.size(self.value))

    @property
    def dtype(self) -> np.dtype[Any]:
        """Type of the elements."""
        return np.dtype(np.float64) if type(self.value) is float else np.asarray(self.value).dtype

    @property
    def T(self) -> Tensor:
        """The transpose."""
        return apply(OPS["transpose"], (self,), {}, _frame(1))

    def item(self) -> Any:
        """The one element as a Python number."""
        return np.asarray(self.value).item()

    def __len__(self) -> int:
        if not self.shape:
            raise TypeError("len: a scalar tensor has no length")
        return self.shape[0]

    def __iter__(self) -> Iterator[Tensor]:
        return (self[i] for i in range(len(self)))

    def __getitem__(self, index: Any) -> Tensor:
        return apply(OPS["getitem"], (self,), {"index": _still(OPS["getitem"], index)}, _frame(1))

    def __setitem__(self, index: Any, value: Any) -> None:
        raise OpError("setitem: a recorded value cannot be changed in place; use where(mask, new, old)")

    def __bool__(self) -> bool:
        return bool(self.value)

    def __float__(self) -> float:
        return float(self.value)

    def __int__(self) -> int:
        return int(self.value)

    def __index__(self) -> int:
        return self.value.__index__()  # type: ignore[no-any-return]

    def __array__(self, dtype: Any = None, copy: Any = None) -> np.ndarray[Any, Any]:
        raise UntracedError("turning a tensor into an array would lose its record; use .value")

    def __array_ufunc__(self, ufunc: np.ufunc, method: str, *inputs: Any, **kwargs: Any) -> Tensor:
        known = UFUNCS.get(ufunc)
        if known is None:
            raise _untraced(f"np.{ufunc.__name__}", UFUNCS)
        if method != "__call__" or kwargs:
            what = f".{method}" if method != "__call__" else f"(..., {', '.join(kwargs)}=...)"
            raise UntracedError(f"np.{ufunc.__name__}{what} is not recorded; np.{ufunc.__name__}(...) is")
        return call(known, inputs, {}, _frame(1))

    def __array_function__(self, func: Any, types: Any, args: Any, kwargs: Any) -> Any:
        if func in METADATA:
            return METADATA[func](*(a.value if isinstance(a, Tensor) else a for a in args), **kwargs)
        known = FUNCTIONS.get(func)
        if known is None:
            raise _untraced(f"np.{getattr(func, '__name__', func)}", FUNCTIONS)
        return call(known, args, kwargs, _frame(1))

    def __repr__(self) -> str:
        value = np.array2string(np.asarray(self.value), precision=4, threshold=20, separator=", ")
        grad = "" if self.grad is None else f", grad={np.array2string(np.asarray(self.grad), precision=4, threshold=20)}"
        return f"Tensor({value}, {self.op.name}{f', name={self.name!r}' if self.name else ''}{grad})"


def tensor(value: Any, name: str | None = None) -> Tensor:
    """An input of the computation: a copy of a number, a (nested) list or an array.

    Python numbers and lists become float64; arrays keep their type. Gradients flow to float tensors only.
    """
    return _leaf(INPUT, value, name, _frame(1))


def parameter(value: Any, name: str | None = None) -> Tensor:
    """A leaf that is learned: a copy of ``value`` as float64 (float32 is kept)."""
    made = _leaf(PARAMETER, value, name, _frame(1))
    if not made.needs:
        made.value, made.needs = settle(np.asarray(made.value, np.float64)), True
    return made


def constant(value: Any, name: str | None = None) -> Tensor:
    """A leaf that takes no gradient; integers stay integers."""
    return _leaf(CONSTANT, value, name, _frame(1))


@contextmanager
def scope(name: str) -> Iterator[None]:
    """Name a part of the graph: what is recorded inside belongs to it; scopes nest."""
    outer = _get_scope().scope
    token = _scope.set(Details(None, f"{outer}/{name}" if outer else str(name), _NO_ATTRS, ()))
    try:
        yield
    finally:
        _scope.reset(token)


def settle(value: Any) -> Value:
    """Bring a result into its one form: a Python float for a float64 scalar, else a read-only array or NumPy scalar."""
    if type(value) is float:
        return value
    if isinstance(value, np.ndarray):
        if value.ndim:
            value.flags.writeable = False
            return value
        value = value[()]
    return float(value) if isinstance(value, np.float64) else value


def is_float(value: Value) -> bool:
    """Whether a value can carry a gradient: float64, float32 or float16, not integers or booleans."""
    return type(value) is float or getattr(value, "dtype", np.dtype(int)).kind == "f"


def apply(op: Op, inputs: tuple[Tensor, ...], attrs: dict[str, Any], frame: Any) -> Tensor:
    """Run an op on tensors and record it; ``frame`` is that of the program's line."""
    values = [t.value for t in inputs]
    try:
        value = settle(op.forward(*values, **attrs))
    except (ValueError, IndexError, TypeError) as error:
        if isinstance(error, OpError):
            raise
        raise OpError(misfit(op, values, error)) from error
    needs = bool(op.vjps) and any(t.needs for t in inputs) and is_float(value)
    return _record(op, inputs, attrs, value, needs, frame)


def call(op: Op, args: Sequence[Any], kwargs: dict[str, Any], frame: Any) -> Tensor:
    """Sort the arguments of a Python call into inputs and options, and `apply`."""
    try:
        values, attrs = _bind(op, args, kwargs)
        inputs = tuple([lift(v) for v in values])
        if attrs:
            attrs = {k: _still(op, v) for k, v in attrs.items()}
            op = op.chosen(tuple([t.value for t in inputs]), attrs) if op.choose else op
        return apply(op, inputs, attrs, frame)
    except TypeError as error:
        raise error if isinstance(error, UntracedError) else OpError(f"{op.name}: {error}") from None


def _still(op: Op, option: Any) -> Any:
    """An option that later changes of the user's arrays and lists cannot reach."""
    if isinstance(option, np.ndarray):
        option = option.copy()
        option.flags.writeable = False
    elif type(option) in (list, tuple):
        option = type(option)(_still(op, part) for part in option)
    elif type(option) is Tensor:
        if op.name != "getitem":
            raise OpError(f"{op.name}: an option cannot be a tensor, no gradient would flow to it; give its .value")
        option = option.value
    return option


def lift(value: Any) -> Tensor:
    """A tensor as it is; anything else as a constant."""
    if type(value) is Tensor:
        return value
    return _leaf(CONSTANT, value, None, None)


def function(op: Op) -> Callable[..., Tensor]:
    """The public function of an op: ``tg.sigmoid`` and the like."""

    def public(*args: Any, **kwargs: Any) -> Tensor:
        return call(op, args, kwargs, _frame(1))

    options = ", ".join(f"{k}={v!r}" if v is not ... else k for k, v in op.attrs.items())
    public.__name__ = public.__qualname__ = op.name
    public.__doc__ = f"{op.name}({', '.join(filter(None, [', '.join(op.inputs), options]))})\n\n{op.doc}"
    return public


def misfit(op: Op, values: Sequence[Value], error: Exception) -> str:
    """One line that says which shapes an op could not take, and why."""
    shapes = " and ".join(str(np.shape(v)) for v in values)
    if not op.elementwise:
        return f"{op.name}: shapes {shapes} do not fit: {error}"
    axes = zip(*(reversed((1,) * (9 - np.ndim(v)) + np.shape(v)) for v in values), strict=False)
    clash = next((sorted({n for n in sizes if n != 1}) for sizes in axes if len({*sizes} - {1}) > 1), None)
    if clash is None:
        return f"{op.name}: cannot take {', '.join(type(v).__name__ for v in values)}: {error}"
    return f"{op.name}: shapes {shapes} do not fit: {' != '.join(map(str, clash))}; lengths must be equal or 1"


def _leaf(op: Op, value: Any, name: str | None, frame: Any) -> Tensor:
    if type(value) is not float:
        value = _own(op, value)
    return _record(op, (), _NO_ATTRS, value, op is not CONSTANT and is_float(value), frame, name)


def _own(op: Op, value: Any) -> Value:
    if isinstance(value, Tensor):
        raise OpError(f"{op.name}: the value is a tensor already; give its .value to start a new record")
    if op is CONSTANT and type(value) in (int, bool):
        return value
    try:
        array = np.array(value)
    except (ValueError, UntracedError) as error:
        raise OpError(f"{op.name}: not a rectangular array of numbers: {error}") from None
    if array.dtype.kind not in "fiub":
        raise OpError(f"{op.name}: cannot hold {array.dtype}; give real numbers")
    python = not isinstance(value, (np.ndarray, np.generic))
    if op is not CONSTANT and python and array.dtype.kind in "iu" or array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    return settle(array)


def _record(
    op: Op, inputs: tuple[Tensor, ...], attrs: dict[str, Any], value: Value, needs: bool, frame: Any, name: str | None = None
) -> Tensor:
    t: Tensor = _new(Tensor)
    t.value = value
    t.op = op
    t.a = inputs[0] if inputs else None
    t.b = inputs[1] if len(inputs) > 1 else None
    t.details = _get_scope()
    if name is not None or attrs or len(inputs) > 2:
        t.details = Details(None if name is None else str(name), t.details.scope, attrs, inputs[2:])
    t.needs = needs
    t.grad = None
    t.code = None if frame is None else frame.f_code
    t.lasti = -1 if frame is None else frame.f_lasti
    t.id = _next_id()
    return t


_new: Any = object.__new__


def _bind(op: Op, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    """Arguments by position, then by name, into (inputs, options); what is left over is an error."""
    if op.variadic:
        return _bind_variadic(op, args, kwargs)
    names = (*op.inputs, *op.attrs)
    if len(args) > len(names):
        raise OpError(f"{op.name} takes {', '.join(names)}; {len(args)} arguments were given")
    given = dict(zip(names, args, strict=False))
    for key, value in kwargs.items():
        key = ALIASES.get(key, key)
        if key not in names or key in given:
            raise OpError(f"{op.name} has no option {key!r}; it takes {', '.join(names)}")
        given[key] = value
    inputs = [given.pop(key, None) for key in op.inputs]
    while len(inputs) > op.required and inputs[-1] is None:
        inputs.pop()
    missing = [k for k, v in zip(op.inputs, inputs, strict=False) if v is None]
    missing += [k for k, v in op.attrs.items() if v is ... and k not in given]
    if missing:
        raise OpError(f"{op.name} needs {', '.join(missing)}; it takes {', '.join(names)}")
    return inputs, {**{k: v for k, v in op.attrs.items()}, **given}


def _bind_variadic(op: Op, args: Sequence[Any], kwargs: dict[str, Any]) -> tuple[list[Any], dict[str, Any]]:
    attrs = dict(op.attrs)
    first = [k for k, v in attrs.items() if v is ...]  # options that come before the inputs, as in einsum
    attrs.update(zip(first, args, strict=False))
    rest = list(args[len(first) :])
    if not first and rest and isinstance(rest[0], (list, tuple)):  # concatenate([a, b], axis)
        attrs.update(zip(attrs, rest[1:], strict=False))
        rest = list(rest[0])
    if unknown := [k for k in kwargs if k not in attrs]:
        raise OpError(f"{op.name} has no option {unknown[0]!r}; it takes {', '.join(attrs)}")
    if not rest:
        raise OpError(f"{op.name} needs at least one tensor")
    return rest, {**attrs, **kwargs}


def _operator(op: Op, scalar: Callable[..., Any], reflected: bool = False) -> Callable[..., Any]:
    """A Python operator. The record is written out here because this is the path that every scalar program takes."""

    def method(a: Tensor, b: Any) -> Any:
        if type(b) is not Tensor:
            if not isinstance(b, (int, float, list, tuple, np.ndarray, np.generic)):
                return NotImplemented
            b = _leaf(CONSTANT, b, None, None)
        if reflected:
            a, b = b, a
        x, z = a.value, b.value
        if type(x) is not float or type(z) is not float:
            return apply(op, (a, b), _NO_ATTRS, _frame(1))
        try:
            value = scalar(x, z)
        except (ArithmeticError, ValueError):
            value = None
        if type(value) is not float:  # NumPy's answer where Python has none: 1/0, (-1)**0.5, comparisons
            return apply(op, (a, b), _NO_ATTRS, _frame(1))
        t: Tensor = _new(Tensor)
        t.value = value
        t.op = op
        t.a = a
        t.b = b
        t.details = _get_scope()
        t.needs = a.needs or b.needs
        t.grad = None
        frame = _frame(1)
        t.code = frame.f_code
        t.lasti = frame.f_lasti
        t.id = _next_id()
        return t

    return method


def _method(op: Op) -> Callable[..., Tensor]:
    def method(self: Tensor, *args: Any, **kwargs: Any) -> Tensor:
        if op.name in SPREAD and len(args) > 1:  # t.reshape(2, 3), as well as t.reshape((2, 3))
            args = (args,)
        return call(op, (self, *args), kwargs, _frame(1))

    method.__name__, method.__doc__ = op.name, op.doc
    return method


def _untraced(name: str, table: dict[Any, Op]) -> UntracedError:
    known = ", ".join(sorted({f.__name__ for f in table}))
    return UntracedError(f"{name} is not recorded; use .value for a plain array, or one of np: {known}")


OPERATORS = {
    "add": "add", "sub": "sub", "mul": "mul", "truediv": "div", "pow": "pow", "matmul": "matmul",
    "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "eq": "equal", "ne": "not_equal",
}  # fmt: skip
METHODS = (
    "sum mean max min var std prod cumsum norm dot reshape transpose swapaxes flatten squeeze expand_dims "
    "clip exp log sqrt abs sigmoid tanh relu softmax log_softmax square"
).split()
SPREAD = ("reshape", "transpose")
ALIASES = {
    "a_min": "min", "a_max": "max", "exponent": "b", "newshape": "shape", "pad_width": "width", "correction": "ddof",
}  # fmt: skip
METADATA: dict[Any, Callable[..., Any]] = {np.shape: np.shape, np.ndim: np.ndim, np.size: np.size}
UFUNCS: dict[Any, Op] = {f: o for o in OPS.values() for f in o.numpy if isinstance(f, np.ufunc)}
FUNCTIONS: dict[Any, Op] = {f: o for o in OPS.values() for f in o.numpy if not isinstance(f, np.ufunc)}


def _equip() -> None:
    """Give the class its operators and methods, made from the registry."""
    for python, name in OPERATORS.items():
        if name in OPS:
            setattr(Tensor, f"__{python}__", _operator(OPS[name], getattr(operator, python)))
            if python not in ("lt", "le", "gt", "ge", "eq", "ne"):
                setattr(Tensor, f"__r{python}__", _operator(OPS[name], getattr(operator, python), True))
    for name in ("neg", "abs"):
        if name in OPS:
            setattr(Tensor, f"__{name}__", _method(OPS[name]))
    for name in METHODS:
        if name in OPS:
            setattr(Tensor, name, _method(OPS[name]))


_equip()
