"""The functions of `tracegraph` and the methods of `Tensor` that the registry of operations makes.

Written by tests/project/make_signatures.py.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np

from .backward import Gradients
from .tensor import Tensor

_Operand = Tensor | float | list[Any] | tuple[Any, ...] | np.ndarray[Any, Any] | np.generic

__all__ = [
    "add",
    "sub",
    "mul",
    "div",
    "neg",
    "less",
    "less_equal",
    "greater",
    "greater_equal",
    "equal",
    "not_equal",
    "pow",
    "square",
    "reciprocal",
    "exp",
    "expm1",
    "log",
    "log1p",
    "sqrt",
    "sign",
    "abs",
    "sin",
    "cos",
    "tan",
    "arcsin",
    "arccos",
    "arctan",
    "sinh",
    "cosh",
    "tanh",
    "maximum",
    "minimum",
    "clip",
    "where",
    "sigmoid",
    "relu",
    "leaky_relu",
    "elu",
    "gelu",
    "softplus",
    "softmax",
    "log_softmax",
    "sum",
    "mean",
    "max",
    "min",
    "var",
    "std",
    "prod",
    "cumsum",
    "norm",
    "matmul",
    "dot",
    "einsum",
    "conv1d",
    "conv2d",
    "conv3d",
    "max_pool1d",
    "max_pool2d",
    "avg_pool1d",
    "avg_pool2d",
    "transpose",
    "swapaxes",
    "reshape",
    "flatten",
    "squeeze",
    "expand_dims",
    "getitem",
    "concatenate",
    "stack",
    "pad",
    "broadcast_to",
    "mse",
    "binary_cross_entropy",
    "cross_entropy",
]

def add(a: _Operand, b: _Operand) -> Tensor:
    """``a + b``, element by element."""

def sub(a: _Operand, b: _Operand) -> Tensor:
    """``a - b``, element by element."""

def mul(a: _Operand, b: _Operand) -> Tensor:
    """``a * b``, element by element."""

def div(a: _Operand, b: _Operand) -> Tensor:
    """``a / b``, element by element."""

def neg(x: _Operand) -> Tensor:
    """``-x``, element by element."""

def less(a: _Operand, b: _Operand) -> Tensor:
    """``a < b``, element by element."""

def less_equal(a: _Operand, b: _Operand) -> Tensor:
    """``a <= b``, element by element."""

def greater(a: _Operand, b: _Operand) -> Tensor:
    """``a > b``, element by element."""

def greater_equal(a: _Operand, b: _Operand) -> Tensor:
    """``a >= b``, element by element."""

def equal(a: _Operand, b: _Operand) -> Tensor:
    """``a == b``, element by element."""

def not_equal(a: _Operand, b: _Operand) -> Tensor:
    """``a != b``, element by element."""

def pow(a: _Operand, b: _Operand) -> Tensor:
    """``a ** b``, element by element."""

def square(x: _Operand) -> Tensor:
    """``x ** 2``, element by element."""

def reciprocal(x: _Operand) -> Tensor:
    """``1 / x``, element by element."""

def exp(x: _Operand) -> Tensor:
    """``exp(x)``, element by element."""

def expm1(x: _Operand) -> Tensor:
    """``expm1(x)``, element by element."""

def log(x: _Operand) -> Tensor:
    """``log(x)``, element by element."""

def log1p(x: _Operand) -> Tensor:
    """``log1p(x)``, element by element."""

def sqrt(x: _Operand) -> Tensor:
    """``sqrt(x)``, element by element."""

def sign(x: _Operand) -> Tensor:
    """``sign(x)``, element by element."""

def abs(x: _Operand) -> Tensor:
    """``abs(x)``, element by element."""

def sin(x: _Operand) -> Tensor:
    """``sin(x)``, element by element."""

def cos(x: _Operand) -> Tensor:
    """``cos(x)``, element by element."""

def tan(x: _Operand) -> Tensor:
    """``tan(x)``, element by element."""

def arcsin(x: _Operand) -> Tensor:
    """``arcsin(x)``, element by element."""

def arccos(x: _Operand) -> Tensor:
    """``arccos(x)``, element by element."""

def arctan(x: _Operand) -> Tensor:
    """``arctan(x)``, element by element."""

def sinh(x: _Operand) -> Tensor:
    """``sinh(x)``, element by element."""

def cosh(x: _Operand) -> Tensor:
    """``cosh(x)``, element by element."""

def tanh(x: _Operand) -> Tensor:
    """``tanh(x)``, element by element."""

def maximum(a: _Operand, b: _Operand) -> Tensor:
    """The larger of two, element by element; at a tie each takes half of the gradient."""

def minimum(a: _Operand, b: _Operand) -> Tensor:
    """The smaller of two, element by element; at a tie each takes half of the gradient."""

def clip(x: _Operand, min: float | None = None, max: float | None = None) -> Tensor:
    """Limit each element to [min, max]; None is no limit; the gradient passes inside and at the limits."""

def where(c: _Operand, a: _Operand, b: _Operand) -> Tensor:
    """``a`` where the condition ``c`` holds, ``b`` elsewhere; no gradient flows to the condition."""

def sigmoid(x: _Operand) -> Tensor:
    """The logistic function 1 / (1 + e⁻ˣ), element by element, without overflow."""

def relu(x: _Operand) -> Tensor:
    """max(0, x), element by element; no gradient flows where x <= 0 (Nair and Hinton 2010)."""

def leaky_relu(x: _Operand, slope: float = 0.01) -> Tensor:
    """x where x > 0, else slope · x (Maas, Hannun and Ng 2013)."""

def elu(x: _Operand, alpha: float = 1.0) -> Tensor:
    """x where x > 0, else alpha · (eˣ - 1) (Clevert, Unterthiner and Hochreiter 2015)."""

def gelu(x: _Operand) -> Tensor:
    """x · Φ(x), Φ the distribution function of the standard normal and φ its density (Hendrycks and Gimpel 2016)."""

def softplus(x: _Operand) -> Tensor:
    """ln(1 + eˣ), element by element, without overflow (Dugas et al. 2001)."""

def softmax(x: _Operand, axis: int = -1) -> Tensor:
    """Exponentials along an axis, divided by their sum: positive numbers that sum to 1; never overflows."""

def log_softmax(x: _Operand, axis: int = -1) -> Tensor:
    """The logarithm of softmax along an axis, exact also where softmax is too small for a number."""

def sum(x: _Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
    """The sum along axes; 0 where there is nothing to add."""

def mean(x: _Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
    """The arithmetic mean along axes."""

def max(x: _Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
    """The largest element along axes; elements that tie share the gradient equally."""

def min(x: _Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
    """The smallest element along axes; elements that tie share the gradient equally."""

def var(x: _Operand, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> Tensor:
    """The variance along axes: squared deviations from the mean, summed and divided by n - ddof."""

def std(x: _Operand, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> Tensor:
    """The standard deviation along axes, the square root of `var`; its gradient at constant data is 0."""

def prod(x: _Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
    """The product along axes; the gradient is exact also where elements are 0."""

def cumsum(x: _Operand, axis: int | None = None) -> Tensor:
    """The running sum along an axis; None runs over all elements in a row."""

def norm(x: _Operand, ord: Any = None, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
    """The length √Σx² along axes, of vectors (ord None or 2) or whole arrays (None or "fro"); gradient 0 at 0."""

def matmul(a: _Operand, b: _Operand) -> Tensor:
    """The product of matrices ``(..., m, n) @ (..., n, p)``; leading axes are batches, vectors are 1-d."""

def dot(a: _Operand, b: _Operand) -> Tensor:
    """The product of vectors and matrices, as ``a @ b``; for more than two axes use matmul or einsum."""

def einsum(spec: str, *xs: _Operand | Sequence[_Operand]) -> Tensor:
    """A sum of products by the labels of axes, as NumPy's: ``einsum("ij,jk->ik", a, b)`` is ``a @ b``."""

def conv1d(
    x: _Operand,
    k: _Operand,
    bias: _Operand | None = None,
    stride: int | Sequence[int] | None = 1,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """Convolution along one axis, of a signal (L,) with a kernel (kl,); (C, L) or (N, C, L) with (O, C/groups, kl)."""

def conv2d(
    x: _Operand,
    k: _Operand,
    bias: _Operand | None = None,
    stride: int | Sequence[int] | None = 1,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """Convolution of a picture (H, W) with a kernel (kh, kw); (C, H, W) or (N, C, H, W) with (O, C/groups, kh, kw)."""

def conv3d(
    x: _Operand,
    k: _Operand,
    bias: _Operand | None = None,
    stride: int | Sequence[int] | None = 1,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """Convolution of a volume (D, H, W) with (kd, kh, kw), or of (C, D, H, W) or (N, C, D, H, W) with (O, ...)."""

def max_pool1d(
    x: _Operand,
    kernel: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Greatest element of each window along the last axis of (..., L). As `max_pool2d` otherwise."""

def max_pool2d(
    x: _Operand,
    kernel: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Greatest element of each window over the last two axes of (..., H, W)."""

def avg_pool1d(
    x: _Operand,
    kernel: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Mean of each window along the last axis of (..., L). As `avg_pool2d` otherwise."""

def avg_pool2d(
    x: _Operand,
    kernel: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Mean of each window over the last two axes of (..., H, W)."""

def transpose(x: _Operand, axes: Sequence[int] | None = None) -> Tensor:
    """The axes in another order; reversed where none is given."""

def swapaxes(x: _Operand, axis1: int, axis2: int) -> Tensor:
    """Two axes exchanged."""

def reshape(x: _Operand, shape: int | Sequence[int]) -> Tensor:
    """The same elements, in row order, in another shape; one length may be -1, and is then what remains."""

def flatten(x: _Operand) -> Tensor:
    """All elements in a row."""

def squeeze(x: _Operand, axis: int | tuple[int, ...] | None = None) -> Tensor:
    """Without axes of length 1: those given, or all."""

def expand_dims(x: _Operand, axis: int | tuple[int, ...] | None) -> Tensor:
    """With new axes of length 1 at the given places of the result."""

def getitem(x: _Operand, index: Any) -> Tensor:
    """The elements that ``x[index]`` takes: numbers, slices, integer arrays, masks; one taken twice counts twice."""

def concatenate(*xs: _Operand | Sequence[_Operand], axis: int | None = 0) -> Tensor:
    """Tensors one after the other along an axis that they have; None lays them out in a row first."""

def stack(*xs: _Operand | Sequence[_Operand], axis: int = 0) -> Tensor:
    """Tensors of one shape side by side along a new axis."""

def pad(x: _Operand, width: Any, mode: str = "constant", constant_values: float = 0) -> Tensor:
    """With ``width`` constant elements around: n, (before, after), or a pair for each axis."""

def broadcast_to(x: _Operand, shape: int | Sequence[int]) -> Tensor:
    """The same elements repeated along axes of length 1 and new leading ones."""

def mse(a: _Operand, b: _Operand, reduction: str = "mean") -> Tensor:
    """The squared error of two tensors of one shape, by one of four conventions."""

def binary_cross_entropy(p: _Operand, t: _Operand, reduction: str = "mean", from_logits: bool = False) -> Tensor:
    """How far probabilities ``p`` in [0, 1] are from targets ``t``, of one shape: -Σ t ln p + (1 - t) ln(1 - p)."""

def cross_entropy(x: _Operand, t: _Operand, reduction: str = "mean") -> Tensor:
    """The cross entropy of softmax(x) along the last axis: x are logits of shape (..., classes), not probabilities."""

class Methods:
    """What tensors have from the operations."""

    def __lt__(self, other: _Operand) -> Tensor: ...
    def __le__(self, other: _Operand) -> Tensor: ...
    def __eq__(self, other: object) -> Tensor: ...  # type: ignore[override]
    def __ne__(self, other: object) -> Tensor: ...  # type: ignore[override]
    def __gt__(self, other: _Operand) -> Tensor: ...
    def __ge__(self, other: _Operand) -> Tensor: ...
    def __add__(self, other: _Operand) -> Tensor: ...
    def __radd__(self, other: _Operand) -> Tensor: ...
    def __sub__(self, other: _Operand) -> Tensor: ...
    def __rsub__(self, other: _Operand) -> Tensor: ...
    def __mul__(self, other: _Operand) -> Tensor: ...
    def __rmul__(self, other: _Operand) -> Tensor: ...
    def __truediv__(self, other: _Operand) -> Tensor: ...
    def __rtruediv__(self, other: _Operand) -> Tensor: ...
    def neg(self) -> Tensor:
        """``-x``, element by element."""
    def __neg__(self) -> Tensor: ...
    def __pow__(self, other: _Operand) -> Tensor: ...
    def __rpow__(self, other: _Operand) -> Tensor: ...
    def square(self) -> Tensor:
        """``x ** 2``, element by element."""
    def reciprocal(self) -> Tensor:
        """``1 / x``, element by element."""
    def exp(self) -> Tensor:
        """``exp(x)``, element by element."""
    def expm1(self) -> Tensor:
        """``expm1(x)``, element by element."""
    def log(self) -> Tensor:
        """``log(x)``, element by element."""
    def log1p(self) -> Tensor:
        """``log1p(x)``, element by element."""
    def sqrt(self) -> Tensor:
        """``sqrt(x)``, element by element."""
    def sign(self) -> Tensor:
        """``sign(x)``, element by element."""
    def abs(self) -> Tensor:
        """``abs(x)``, element by element."""
    def __abs__(self) -> Tensor: ...
    def sin(self) -> Tensor:
        """``sin(x)``, element by element."""
    def cos(self) -> Tensor:
        """``cos(x)``, element by element."""
    def tan(self) -> Tensor:
        """``tan(x)``, element by element."""
    def arcsin(self) -> Tensor:
        """``arcsin(x)``, element by element."""
    def arccos(self) -> Tensor:
        """``arccos(x)``, element by element."""
    def arctan(self) -> Tensor:
        """``arctan(x)``, element by element."""
    def sinh(self) -> Tensor:
        """``sinh(x)``, element by element."""
    def cosh(self) -> Tensor:
        """``cosh(x)``, element by element."""
    def tanh(self) -> Tensor:
        """``tanh(x)``, element by element."""
    def clip(self, min: float | None = None, max: float | None = None) -> Tensor:
        """Limit each element to [min, max]; None is no limit; the gradient passes inside and at the limits."""
    def sigmoid(self) -> Tensor:
        """The logistic function 1 / (1 + e⁻ˣ), element by element, without overflow."""
    def relu(self) -> Tensor:
        """max(0, x), element by element; no gradient flows where x <= 0 (Nair and Hinton 2010)."""
    def softmax(self, axis: int = -1) -> Tensor:
        """Exponentials along an axis, divided by their sum: positive numbers that sum to 1; never overflows."""
    def log_softmax(self, axis: int = -1) -> Tensor:
        """The logarithm of softmax along an axis, exact also where softmax is too small for a number."""
    def sum(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """The sum along axes; 0 where there is nothing to add."""
    def mean(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """The arithmetic mean along axes."""
    def max(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """The largest element along axes; elements that tie share the gradient equally."""
    def min(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """The smallest element along axes; elements that tie share the gradient equally."""
    def var(self, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> Tensor:
        """The variance along axes: squared deviations from the mean, summed and divided by n - ddof."""
    def std(self, axis: int | tuple[int, ...] | None = None, ddof: float = 0, keepdims: bool = False) -> Tensor:
        """The standard deviation along axes, the square root of `var`; its gradient at constant data is 0."""
    def prod(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """The product along axes; the gradient is exact also where elements are 0."""
    def cumsum(self, axis: int | None = None) -> Tensor:
        """The running sum along an axis; None runs over all elements in a row."""
    def norm(self, ord: Any = None, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """The length √Σx² along axes, of vectors (ord None or 2) or whole arrays (None or "fro"); gradient 0 at 0."""
    def __matmul__(self, other: _Operand) -> Tensor: ...
    def __rmatmul__(self, other: _Operand) -> Tensor: ...
    def dot(self, b: _Operand) -> Tensor:
        """The product of vectors and matrices, as ``a @ b``; for more than two axes use matmul or einsum."""
    def transpose(self, *axes: int | Sequence[int]) -> Tensor:
        """The axes in another order; reversed where none is given."""
    def swapaxes(self, axis1: int, axis2: int) -> Tensor:
        """Two axes exchanged."""
    def reshape(self, *shape: int | Sequence[int]) -> Tensor:
        """The same elements, in row order, in another shape; one length may be -1, and is then what remains."""
    def flatten(self) -> Tensor:
        """All elements in a row."""
    def squeeze(self, axis: int | tuple[int, ...] | None = None) -> Tensor:
        """Without axes of length 1: those given, or all."""
    def expand_dims(self, axis: int | tuple[int, ...] | None) -> Tensor:
        """With new axes of length 1 at the given places of the result."""
    @property
    def T(self) -> Tensor:
        """The transpose."""
    def backward(self, seed: Any = None) -> Gradients:
        """Differentiate this tensor; fill ``grad`` of every tensor that a gradient reaches.
        ``seed`` is the cotangent of this tensor, of its shape; it is needed unless there is one element only.
        """
    def __getitem__(self, index: Any) -> Tensor: ...
