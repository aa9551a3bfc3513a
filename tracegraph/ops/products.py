"""Products that are sums over axes that the function names: inner, outer, tensordot, Kronecker, cross and so on.

Each is an einsum in its own way, and its rules are those of `einsum`.
"""

from collections.abc import Callable
from string import ascii_lowercase
from typing import Any

import numpy as np

from ..errors import OpError
from .axes import one_axis
from .linear import SUM_OF_PRODUCTS, einsum_back
from .op import Op, Rule, Sample, op
from .traits import Traits

Array = Any
Spec = Callable[..., str]
_TRAITS = Traits("product", singular=SUM_OF_PRODUCTS)


def _by_labels(spec: Spec) -> tuple[tuple[str, Rule], tuple[str, Rule]]:
    """The rules for both inputs of a product that is the einsum with these labels."""

    def rule(slot: int) -> Rule:
        def back(g: Array, y: Array, a: Array, b: Array, **options: Any) -> Array:
            return einsum_back(g, y, a, b, spec=spec(a, b, **options), slot=slot)

        return back

    return ("scatter(g, a)", rule(0)), ("scatter(g, b)", rule(1))


def _labels(a: Array, b: Array) -> tuple[str, str]:
    n = np.ndim(a)
    return ascii_lowercase[:n], ascii_lowercase[n : n + np.ndim(b)]


def _last_axes(a: Array, b: Array) -> str:
    left, right = _labels(a, b)
    if not left or not right:
        return f"{left},{right}->{left}{right}"
    return f"{left},{right[:-1]}{left[-1]}->{left[:-1]}{right[:-1]}"


@op(
    "inner(a, b)",
    *_by_labels(_last_axes),
    inputs="a b",
    numpy=np.inner,
    samples=(Sample(((3,), (3,))), Sample(((2, 3), (4, 3))), Sample(((2, 2, 3), (3,))), Sample(((), (2,)))),
    traits=_TRAITS,
)
def inner(a: Array, b: Array) -> Array:
    """The sums of products over the last axes of both."""
    return np.inner(a, b)


@op(
    "outer(a, b)",
    ("scatter(g, a)", lambda g, y, a, b: np.reshape(g @ np.ravel(b), np.shape(a))),
    ("scatter(g, b)", lambda g, y, a, b: np.reshape(np.ravel(a) @ g, np.shape(b))),
    inputs="a b",
    numpy=np.outer,
    symbol="⊗",
    samples=(Sample(((3,), (2,))), Sample(((2, 2), (3,))), Sample(((), (3,)))),
    traits=_TRAITS,
)
def outer(a: Array, b: Array) -> Array:
    """All products of an element of a with one of b, as a matrix."""
    return np.outer(a, b)


@op(
    "vdot(a, b)",
    ("g * reshape_as(b, a)", lambda g, y, a, b: g * np.reshape(b, np.shape(a))),
    ("g * reshape_as(a, b)", lambda g, y, a, b: g * np.reshape(a, np.shape(b))),
    inputs="a b",
    numpy=np.vdot,
    samples=(Sample(((3,), (3,))), Sample(((2, 3), (3, 2)))),
    analytic=False,
    traits=_TRAITS,
)
def vdot(a: Array, b: Array) -> Array:
    """The sum of the products of all elements, in their order."""
    return np.vdot(a, b)


def _over_batches(spec: str, *shapes: tuple[Any, ...]) -> Callable[[Callable[..., Array]], Op]:
    """Declare a product over the last axes, which is the einsum of these labels; axes before them broadcast."""

    def declare(forward: Callable[..., Array]) -> Op:
        name = forward.__name__
        return op(
            f"{name}(a, b)",
            *_by_labels(lambda a, b: spec),
            inputs="a b",
            numpy=getattr(np, name, ()),
            samples=tuple(map(Sample, shapes)),
            analytic=False,
            traits=_TRAITS,
        )(forward)

    return declare


@_over_batches("...i,...i->...", ((3,), (3,)), ((2, 3), (3,)), ((4, 1, 3), (2, 3)))
def vecdot(a: Array, b: Array) -> Array:
    """The products of vectors with vectors, which the last axes hold."""
    return np.einsum("...i,...i->...", a, b)[()]


@_over_batches("...ij,...j->...i", ((2, 3), (3,)), ((4, 2, 3), (4, 3)), ((2, 3), (4, 3)))
def matvec(a: Array, b: Array) -> Array:
    """The products of matrices with vectors, which the last axes hold."""
    return np.einsum("...ij,...j->...i", a, b)


@_over_batches("...i,...ij->...j", ((2,), (2, 3)), ((4, 2), (4, 2, 3)))
def vecmat(a: Array, b: Array) -> Array:
    """The products of vectors with matrices, which the last axes hold."""
    return np.einsum("...i,...ij->...j", a, b)


def _of_tensordot(a: Array, b: Array, axes: Any = 2) -> str:
    left, right = _labels(a, b)
    pairs = _summed(a, b, axes)
    for i, j in pairs:
        right = right[:j] + left[i] + right[j + 1 :]
    mine, theirs = {i for i, _ in pairs}, {j for _, j in pairs}
    kept = [c for i, c in enumerate(left) if i not in mine] + [c for j, c in enumerate(right) if j not in theirs]
    return f"{left},{right}->{''.join(kept)}"


def _summed(a: Array, b: Array, axes: Any) -> list[tuple[int, int]]:
    """The pairs of axes that are summed over, counted from the front."""
    if isinstance(axes, (int, np.integer)):
        n = int(axes)
        return [(np.ndim(a) - n + i, i) for i in range(n)]
    first, second = ([k] if isinstance(k, (int, np.integer)) else list(k) for k in axes)
    if len(first) != len(second):
        raise OpError(f"tensordot: axes {axes} name {len(first)} axes of a and {len(second)} of b")
    return [(one_axis("tensordot", a, i), one_axis("tensordot", b, j)) for i, j in zip(first, second)]


@op(
    "tensordot(a, b, axes)",
    *_by_labels(_of_tensordot),
    inputs="a b",
    numpy=np.tensordot,
    samples=(
        Sample(((2, 3, 4), (3, 4, 2))),
        Sample(((2, 3), (3, 4)), {"axes": 1}),
        Sample(((2, 3, 4), (4, 2)), {"axes": ((0, -1), (1, 0))}),
        Sample(((2,), (3,)), {"axes": 0}),
    ),
    traits=_TRAITS,
)
def tensordot(a: Array, b: Array, axes: Any = 2) -> Array:
    """The sums of products over pairs of axes: the last of a and the first of b (a number), or those that are named."""
    return np.tensordot(a, b, axes)


def _kron_parts(g: Array, a: Array, b: Array) -> tuple[Array, Array, Array]:
    """The cotangent with an axis for each of a and one for each of b, in turn; a and b with as many axes."""
    n = max(np.ndim(a), np.ndim(b))
    a, b = (np.reshape(v, (1,) * (n - np.ndim(v)) + np.shape(v)) for v in (a, b))
    apart = np.reshape(g, [length for pair in zip(a.shape, b.shape) for length in pair])
    return apart, np.expand_dims(a, tuple(range(1, 2 * n, 2))), np.expand_dims(b, tuple(range(0, 2 * n, 2)))


def _kron_left(g: Array, y: Array, a: Array, b: Array) -> Array:
    apart, _, right = _kron_parts(g, a, b)
    return np.sum(apart * right, axis=tuple(range(1, apart.ndim, 2))).reshape(np.shape(a))


def _kron_right(g: Array, y: Array, a: Array, b: Array) -> Array:
    apart, left, _ = _kron_parts(g, a, b)
    return np.sum(apart * left, axis=tuple(range(0, apart.ndim, 2))).reshape(np.shape(b))


@op(
    "kron(a, b)",
    ("scatter(g, a)", _kron_left),
    ("scatter(g, b)", _kron_right),
    inputs="a b",
    numpy=np.kron,
    samples=(Sample(((2, 2), (2, 3))), Sample(((3,), (2,))), Sample(((2, 2), (2,)))),
    traits=_TRAITS,
)
def kron(a: Array, b: Array) -> Array:
    """The Kronecker product: b in the place of each element of a, times that element."""
    return np.kron(a, b)


@op(
    "cross(a, b, axis=axis)",
    ("cross(b, g, axis=axis)", lambda g, y, a, b, axis=-1: np.cross(b, g, axis=axis)),
    ("cross(g, a, axis=axis)", lambda g, y, a, b, axis=-1: np.cross(g, a, axis=axis)),
    inputs="a b",
    numpy=np.cross,
    symbol="×",
    samples=(Sample(((3,), (3,))), Sample(((2, 3), (3,))), Sample(((3, 2), (3, 2)), {"axis": 0})),
    traits=_TRAITS,
)
def cross(a: Array, b: Array, axis: int = -1) -> Array:
    """The vector product of the vectors of three elements along an axis."""
    if np.shape(a)[axis] != 3 or np.shape(b)[axis] != 3:
        raise OpError(f"cross: shapes {np.shape(a)} and {np.shape(b)} need 3 elements along axis {axis}")
    return np.cross(a, b, axis=axis)
