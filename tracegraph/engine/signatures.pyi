"""The functions of `tracegraph` and the methods of `Tensor` that the registry of operations makes.

Written by tests/project/make_signatures.py.
"""

from collections.abc import Iterator, Sequence
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
    "conv_transpose1d",
    "conv_transpose2d",
    "conv_transpose3d",
    "max_pool1d",
    "max_pool2d",
    "max_pool3d",
    "avg_pool1d",
    "avg_pool2d",
    "avg_pool3d",
    "adaptive_max_pool1d",
    "adaptive_max_pool2d",
    "adaptive_max_pool3d",
    "adaptive_avg_pool1d",
    "adaptive_avg_pool2d",
    "adaptive_avg_pool3d",
    "transpose",
    "swapaxes",
    "reshape",
    "flatten",
    "squeeze",
    "expand_dims",
    "broadcast_to",
    "astype",
    "flip",
    "fliplr",
    "flipud",
    "rot90",
    "roll",
    "repeat",
    "tile",
    "moveaxis",
    "rollaxis",
    "matrix_transpose",
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "getitem",
    "concatenate",
    "stack",
    "pad",
    "mse",
    "binary_cross_entropy",
    "nll_loss",
    "cross_entropy",
    "exp2",
    "log2",
    "log10",
    "cbrt",
    "arcsinh",
    "arccosh",
    "arctanh",
    "degrees",
    "radians",
    "sinc",
    "i0",
    "nan_to_num",
    "arctan2",
    "hypot",
    "logaddexp",
    "logaddexp2",
    "remainder",
    "fmod",
    "copysign",
    "heaviside",
    "fmax",
    "fmin",
    "take",
    "take_along_axis",
    "compress",
    "extract",
    "delete",
    "sort",
    "partition",
    "diag",
    "diagflat",
    "diagonal",
    "diagonal_sum",
    "tril",
    "triu",
    "vstack",
    "hstack",
    "dstack",
    "column_stack",
    "insert",
    "put_along_axis",
    "cumprod",
    "diff",
    "slopes",
    "interp",
    "convolve",
    "correlate",
    "polyval",
    "quantile",
    "median",
    "ptp",
    "cov",
    "corrcoef",
    "inner",
    "outer",
    "vdot",
    "vecdot",
    "matvec",
    "vecmat",
    "tensordot",
    "kron",
    "cross",
    "inv",
    "det",
    "logabsdet",
    "solve",
    "pinv",
    "lstsq",
    "matrix_power",
    "cholesky",
    "eigvalsh",
    "eigenvectors",
    "svdvals",
    "left_singular_vectors",
    "right_singular_vectors",
    "orthonormal_factor",
    "triangular_factor",
    "erf",
    "erfc",
    "gammaln",
    "logit",
    "xlogy",
    "logsumexp",
    "silu",
    "mish",
    "hardtanh",
    "relu6",
    "glu",
    "layer_norm",
    "rms_norm",
    "batch_norm",
    "group_norm",
    "scaled_dot_product_attention",
    "embedding",
    "dropout",
    "lstm_cell",
    "gru_cell",
    "huber",
    "hinge",
    "kl_div",
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
    """Limit each element to [min, max]; None is no limit; the gradient passes inside, not at the limits."""

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

def gelu(x: _Operand, approximate: str = "none") -> Tensor:
    """x · Φ(x), Φ the distribution function of the standard normal, φ its density (Hendrycks and Gimpel 2016)."""

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

def conv_transpose1d(
    x: _Operand,
    k: _Operand,
    bias: _Operand | None = None,
    stride: int | Sequence[int] | None = 1,
    padding: int | Sequence[int] = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """Transposed convolution along one axis: (C, L) or (N, C, L) with (C, O/groups, kl). As `conv_transpose2d`."""

def conv_transpose2d(
    x: _Operand,
    k: _Operand,
    bias: _Operand | None = None,
    stride: int | Sequence[int] | None = 1,
    padding: int | Sequence[int] = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """Transposed convolution of (C, H, W) or (N, C, H, W) with a kernel (C, O/groups, kh, kw)."""

def conv_transpose3d(
    x: _Operand,
    k: _Operand,
    bias: _Operand | None = None,
    stride: int | Sequence[int] | None = 1,
    padding: int | Sequence[int] = 0,
    output_padding: Any = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """Transposed convolution of (C, D, H, W) or (N, C, D, H, W) with (C, O/groups, kd, kh, kw)."""

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

def max_pool3d(
    x: _Operand,
    kernel: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
) -> Tensor:
    """Greatest element of each window over the last three axes of (..., D, H, W). As `max_pool2d` otherwise."""

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
    divisor_override: int | None = None,
) -> Tensor:
    """Mean of each window over the last two axes of (..., H, W)."""

def avg_pool3d(
    x: _Operand,
    kernel: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Mean of each window over the last three axes of (..., D, H, W). As `avg_pool2d` otherwise."""

def adaptive_max_pool1d(x: _Operand, output_size: Any) -> Tensor:
    """Greatest element of each of ``output_size`` windows over the last 1 axes: a number, or one per axis."""

def adaptive_max_pool2d(x: _Operand, output_size: Any) -> Tensor:
    """Greatest element of each of ``output_size`` windows over the last 2 axes: a number, or one per axis."""

def adaptive_max_pool3d(x: _Operand, output_size: Any) -> Tensor:
    """Greatest element of each of ``output_size`` windows over the last 3 axes: a number, or one per axis."""

def adaptive_avg_pool1d(x: _Operand, output_size: Any) -> Tensor:
    """Mean element of each of ``output_size`` windows over the last 1 axes: a number, or one per axis."""

def adaptive_avg_pool2d(x: _Operand, output_size: Any) -> Tensor:
    """Mean element of each of ``output_size`` windows over the last 2 axes: a number, or one per axis."""

def adaptive_avg_pool3d(x: _Operand, output_size: Any) -> Tensor:
    """Mean element of each of ``output_size`` windows over the last 3 axes: a number, or one per axis."""

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

def broadcast_to(x: _Operand, shape: int | Sequence[int]) -> Tensor:
    """The same elements repeated along axes of length 1 and new leading ones."""

def astype(x: _Operand, dtype: Any = None) -> Tensor:
    """The same numbers in another type, such as "float32"; None keeps it."""

def flip(x: _Operand, axis: int | tuple[int, ...] | None = None) -> Tensor:
    """The elements in reverse order along axes, all where none is given."""

def fliplr(x: _Operand) -> Tensor:
    """The columns in reverse order."""

def flipud(x: _Operand) -> Tensor:
    """The rows in reverse order."""

def rot90(x: _Operand, k: int = 1, axes: Any = (0, 1)) -> Tensor:
    """Turned by ``k`` right angles in the plane of two axes."""

def roll(x: _Operand, shift: int | Sequence[int], axis: int | Sequence[int] | None = None) -> Tensor:
    """Moved along axes; what leaves at the end comes in at the front."""

def repeat(x: _Operand, repeats: Any, axis: int | None = None) -> Tensor:
    """Each element (or each part along an axis) several times in a row; ``repeats`` may differ."""

def tile(x: _Operand, reps: int | Sequence[int]) -> Tensor:
    """The whole several times side by side along each axis."""

def moveaxis(x: _Operand, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """Some axes moved to other places; the rest stay in their order."""

def rollaxis(x: _Operand, axis: int, start: int = 0) -> Tensor:
    """One axis moved backwards, until it stands before the place ``start``."""

def matrix_transpose(x: _Operand) -> Tensor:
    """The last two axes exchanged."""

def atleast_1d(x: _Operand) -> Tensor:
    """With an axis where there is none."""

def atleast_2d(x: _Operand) -> Tensor:
    """With new axes in front until there are two: a vector is one row."""

def atleast_3d(x: _Operand) -> Tensor:
    """With new axes until there are three: (n,) becomes (1, n, 1), (m, n) becomes (m, n, 1)."""

def getitem(x: _Operand, index: Any) -> Tensor:
    """The elements that ``x[index]`` takes: numbers, slices, integer arrays, masks; one taken twice counts twice."""

def concatenate(*xs: _Operand | Sequence[_Operand], axis: int | None = 0) -> Tensor:
    """Tensors one after the other along an axis that they have; None lays them out in a row first."""

def stack(*xs: _Operand | Sequence[_Operand], axis: int = 0) -> Tensor:
    """Tensors of one shape side by side along a new axis."""

def pad(x: _Operand, width: Any, mode: str = "constant", constant_values: float = 0) -> Tensor:
    """With ``width`` elements around: n, (before, after), or a pair for each axis."""

def mse(a: _Operand, b: _Operand, reduction: str = "mean") -> Tensor:
    """The squared error of two tensors of one shape, by one of four conventions."""

def binary_cross_entropy(p: _Operand, t: _Operand, reduction: str = "mean", from_logits: bool = False) -> Tensor:
    """How far probabilities ``p`` in [0, 1] are from targets ``t``, of one shape: -Σ t ln p + (1 - t) ln(1 - p)."""

def nll_loss(
    x: _Operand, t: _Operand, weight: Any = None, ignore_index: int = -100, reduction: str = "mean", axis: int = -1
) -> Tensor:
    """The negative log-likelihood of integer labels ``t`` under log-probabilities ``x``, classes along an axis."""

def cross_entropy(
    x: _Operand,
    t: _Operand,
    reduction: str = "mean",
    weight: Any = None,
    ignore_index: int = -100,
    label_smoothing: float = 0.0,
    axis: int = -1,
) -> Tensor:
    """The cross entropy of softmax(x) along an axis, the last by default: x are logits, not probabilities."""

def exp2(x: _Operand) -> Tensor:
    """``2 ** x``, element by element."""

def log2(x: _Operand) -> Tensor:
    """``log2(x)``, element by element."""

def log10(x: _Operand) -> Tensor:
    """``log10(x)``, element by element."""

def cbrt(x: _Operand) -> Tensor:
    """``cbrt(x)``, element by element."""

def arcsinh(x: _Operand) -> Tensor:
    """``arcsinh(x)``, element by element."""

def arccosh(x: _Operand) -> Tensor:
    """``arccosh(x)``, element by element."""

def arctanh(x: _Operand) -> Tensor:
    """``arctanh(x)``, element by element."""

def degrees(x: _Operand) -> Tensor:
    """Radians as degrees."""

def radians(x: _Operand) -> Tensor:
    """Degrees as radians."""

def sinc(x: _Operand) -> Tensor:
    """sin(πx) / (πx), element by element; 1 at 0."""

def i0(x: _Operand) -> Tensor:
    """The modified Bessel function I₀, element by element; its derivative is I₁."""

def nan_to_num(x: _Operand, nan: float = 0.0, posinf: float | None = None, neginf: float | None = None) -> Tensor:
    """Numbers in the place of NaN and of infinities (None: the largest that there is); no gradient flows to those."""

def arctan2(a: _Operand, b: _Operand) -> Tensor:
    """The angle of the point (b, a), element by element: the arctangent of a / b in the right quadrant."""

def hypot(a: _Operand, b: _Operand) -> Tensor:
    """The length √(a² + b²), element by element, without overflow; gradient 0 at 0."""

def logaddexp(a: _Operand, b: _Operand) -> Tensor:
    """ln(eᵃ + eᵇ), element by element, without overflow."""

def logaddexp2(a: _Operand, b: _Operand) -> Tensor:
    """log₂(2ᵃ + 2ᵇ), element by element, without overflow."""

def remainder(a: _Operand, b: _Operand) -> Tensor:
    """What a leaves when divided by b, with the sign of b, element by element: Python's %."""

def fmod(a: _Operand, b: _Operand) -> Tensor:
    """What a leaves when divided by b, with the sign of a, element by element: C's fmod."""

def copysign(a: _Operand, b: _Operand) -> Tensor:
    """The size of a with the sign of b, element by element; no gradient flows to b."""

def heaviside(x: _Operand, h: _Operand) -> Tensor:
    """The step: 0 where x < 0, 1 where x > 0 and h at 0, element by element; no gradient flows to x."""

def fmax(a: _Operand, b: _Operand) -> Tensor:
    """The larger of two, the other where one is NaN; a takes a tie."""

def fmin(a: _Operand, b: _Operand) -> Tensor:
    """The smaller of two, the other where one is NaN; a takes a tie."""

def take(x: _Operand, indices: Any, axis: int | None = None, mode: Any = "raise") -> Tensor:
    """The elements (or the parts along an axis) of these numbers; one that is taken twice counts twice."""

def take_along_axis(x: _Operand, indices: Any, axis: int | None = -1) -> Tensor:
    """For each line along an axis its own elements, by their numbers, as argsort and argmax give them."""

def compress(x: _Operand, condition: Any, axis: int | None = None) -> Tensor:
    """The elements (or the parts along an axis) for which a row of conditions holds."""

def extract(x: _Operand, condition: Any) -> Tensor:
    """The elements at which a condition holds, in a row."""

def delete(x: _Operand, obj: Any, axis: int | None = None) -> Tensor:
    """Without the elements (or the parts along an axis) of these numbers."""

def sort(x: _Operand, axis: int | None = -1) -> Tensor:
    """The elements along an axis in rising order."""

def partition(x: _Operand, kth: int | Sequence[int], axis: int | None = -1) -> Tensor:
    """The elements along an axis so that number ``kth`` has its place in the sorted order, smaller ones before it."""

def diag(x: _Operand, k: int = 0) -> Tensor:
    """The diagonal of a matrix, or the matrix that has a vector on it; ``k`` counts diagonals to the right."""

def diagflat(x: _Operand, k: int = 0) -> Tensor:
    """The matrix that has all elements on its diagonal."""

def diagonal(x: _Operand, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The diagonal of the matrices in two axes, as a new last axis."""

def diagonal_sum(x: _Operand, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
    """The sum of the diagonal of the matrices in two axes: what NumPy calls the trace."""

def tril(x: _Operand, k: int = 0) -> Tensor:
    """The lower triangle of the last two axes, up to diagonal ``k``; 0 elsewhere."""

def triu(x: _Operand, k: int = 0) -> Tensor:
    """The upper triangle of the last two axes, from diagonal ``k``; 0 elsewhere."""

def vstack(*xs: _Operand | Sequence[_Operand]) -> Tensor:
    """One above the other: along the first axis; vectors are rows."""

def hstack(*xs: _Operand | Sequence[_Operand]) -> Tensor:
    """Side by side: along the second axis, vectors along their only one."""

def dstack(*xs: _Operand | Sequence[_Operand]) -> Tensor:
    """One behind the other: along the third axis."""

def column_stack(*xs: _Operand | Sequence[_Operand]) -> Tensor:
    """Side by side; vectors are columns."""

def insert(x: _Operand, values: _Operand, obj: Any, axis: int | None = None) -> Tensor:
    """With values put in before the elements (or the parts along an axis) of these numbers."""

def put_along_axis(x: _Operand, values: _Operand, indices: Any, axis: int | None = -1) -> Tensor:
    """A copy in which, for each line along an axis, values stand at their own places, as argmax gives them."""

def cumprod(x: _Operand, axis: int | None = None) -> Tensor:
    """The running product along an axis; None runs over all elements in a row."""

def diff(x: _Operand, times: int = 1, axis: int = -1) -> Tensor:
    """The differences of neighbours along an axis, ``times`` over."""

def slopes(x: _Operand, spacing: Any = 1.0, axis: int = 0, edge_order: int = 1) -> Tensor:
    """The slopes along an axis by central differences, one-sided at the ends: what `numpy.gradient` computes."""

def interp(x: _Operand, xp: _Operand, fp: _Operand) -> Tensor:
    """The height at x of the broken line through the points (xp, fp), xp rising; constant outside."""

def convolve(a: _Operand, v: _Operand, mode: Any = "full") -> Tensor:
    """The convolution Σ a[k] v[n − k] of two rows; ``mode``: "full", "same" (as long as the longer) or "valid"."""

def correlate(a: _Operand, v: _Operand, mode: Any = "valid") -> Tensor:
    """The correlation Σ a[n + k] v[k] of two rows; ``mode``: "full", "same" (as long as the longer) or "valid"."""

def polyval(p: _Operand, x: _Operand) -> Tensor:
    """The polynomial with coefficients ``p``, that of the highest power first, at each x."""

def quantile(
    x: _Operand, q: Any, axis: int | tuple[int, ...] | None = None, method: Any = "linear", keepdims: bool = False
) -> Tensor:
    """The value that a share ``q`` of the elements along axes lies below; several q are a new first axis."""

def median(x: _Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
    """The element in the middle of the sorted order along axes; the mean of the two in the middle."""

def ptp(x: _Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
    """The largest less the smallest element along axes; elements that tie share the gradient equally."""

def cov(x: _Operand, ddof: float = 1) -> Tensor:
    """The covariances of the rows: of each pair the mean of the product of the deviations, with n − ddof for n."""

def corrcoef(x: _Operand) -> Tensor:
    """The correlations of the rows: their covariances divided by both standard deviations."""

def inner(a: _Operand, b: _Operand) -> Tensor:
    """The sums of products over the last axes of both."""

def outer(a: _Operand, b: _Operand) -> Tensor:
    """All products of an element of a with one of b, as a matrix."""

def vdot(a: _Operand, b: _Operand) -> Tensor:
    """The sum of the products of all elements, in their order."""

def vecdot(a: _Operand, b: _Operand) -> Tensor:
    """The products of vectors with vectors, which the last axes hold."""

def matvec(a: _Operand, b: _Operand) -> Tensor:
    """The products of matrices with vectors, which the last axes hold."""

def vecmat(a: _Operand, b: _Operand) -> Tensor:
    """The products of vectors with matrices, which the last axes hold."""

def tensordot(a: _Operand, b: _Operand, axes: Any = 2) -> Tensor:
    """The sums of products over pairs of axes: the last of a and the first of b (a number), or those that are named."""

def kron(a: _Operand, b: _Operand) -> Tensor:
    """The Kronecker product: b in the place of each element of a, times that element."""

def cross(a: _Operand, b: _Operand, axis: int = -1) -> Tensor:
    """The vector product of the vectors of three elements along an axis."""

def inv(x: _Operand) -> Tensor:
    """The inverse of matrices."""

def det(x: _Operand) -> Tensor:
    """The determinant of matrices; the gradient is exact also where it is 0."""

def logabsdet(x: _Operand) -> Tensor:
    """The logarithm of the size of the determinant, which neither overflows nor vanishes: that of `slogdet`."""

def solve(a: _Operand, b: _Operand) -> Tensor:
    """The solution x of the linear system a @ x = b."""

def pinv(x: _Operand, rcond: float | None = None) -> Tensor:
    """The pseudoinverse of matrices; their rank must not change nearby. ``rcond``: singular values taken for 0."""

def lstsq(a: _Operand, b: _Operand) -> Tensor:
    """The x with the least ‖a @ x − b‖, the shortest where there are several: the first result of NumPy's."""

def matrix_power(x: _Operand, power: int) -> Tensor:
    """The product of ``power`` times the same matrix, of its inverse where that is negative."""

def cholesky(x: _Operand) -> Tensor:
    """The lower triangle L with L @ L.T = x, for x symmetric and positive, of which the lower triangle is read."""

def eigvalsh(x: _Operand, UPLO: Any = "L") -> Tensor:
    """The eigenvalues of symmetric matrices, rising; ``UPLO``: the triangle that is read, "L" or "U"."""

def eigenvectors(x: _Operand, UPLO: Any = "L") -> Tensor:
    """The eigenvectors of symmetric matrices as columns, in the order of `eigvalsh`: the second result of `eigh`."""

def svdvals(x: _Operand) -> Tensor:
    """The singular values of matrices, falling."""

def left_singular_vectors(x: _Operand) -> Tensor:
    """The left singular vectors as columns, in the order of `svdvals`: u of `svd` without the full matrices."""

def right_singular_vectors(x: _Operand) -> Tensor:
    """The right singular vectors as rows, in the order of `svdvals`: vh of `svd` without the full matrices."""

def orthonormal_factor(x: _Operand) -> Tensor:
    """Q of the QR decomposition in its reduced form, for matrices with at least as many rows as columns."""

def triangular_factor(x: _Operand) -> Tensor:
    """R of the QR decomposition, for matrices with at least as many rows as columns."""

def erf(x: _Operand) -> Tensor:
    """The error function 2/√π ∫₀ˣ exp(−t²) dt, element by element."""

def erfc(x: _Operand) -> Tensor:
    """1 − erf(x), exact also where it is tiny, element by element."""

def gammaln(x: _Operand) -> Tensor:
    """The logarithm of |Γ(x)|, element by element; its derivative is the digamma function."""

def logit(x: _Operand) -> Tensor:
    """The logarithm of the odds x / (1 − x), element by element: what `sigmoid` undoes."""

def xlogy(a: _Operand, b: _Operand) -> Tensor:
    """a ln b, and 0 where a is 0, element by element: the terms of entropies and likelihoods."""

def logsumexp(x: _Operand, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
    """The logarithm of the sum of the exponentials along axes, without overflow."""

def silu(x: _Operand) -> Tensor:
    """x · σ(x), element by element (Elfwing, Uchibe and Doya 2018)."""

def mish(x: _Operand) -> Tensor:
    """x · tanh(softplus(x)), element by element (Misra 2020)."""

def hardtanh(x: _Operand, low: Any = -1.0, high: Any = 1.0) -> Tensor:
    """Limited to [low, high]; no gradient flows at the limits and beyond (Collobert 2004)."""

def relu6(x: _Operand) -> Tensor:
    """Limited to [0, 6]; no gradient flows at the limits and beyond (Krizhevsky 2010)."""

def glu(x: _Operand, axis: int = -1) -> Tensor:
    """The first half along an axis times the sigmoid of the second (Dauphin, Fan, Auli and Grangier 2017)."""

def layer_norm(
    x: _Operand, weight: _Operand | None = None, bias: _Operand | None = None, axes: int = 1, eps: float = 1e-05
) -> Tensor:
    """Each row to mean 0 and variance 1, times weight, plus bias (Ba, Kiros and Hinton 2016)."""

def rms_norm(x: _Operand, weight: _Operand | None = None, axes: int = 1, eps: float = 1e-06) -> Tensor:
    """Each row divided by the root of its mean square, times weight (Zhang and Sennrich 2019)."""

def batch_norm(x: _Operand, weight: _Operand | None = None, bias: _Operand | None = None, eps: float = 1e-05) -> Tensor:
    """Each channel of (batch, channels, ...) to mean 0 and variance 1 over the batch (Ioffe and Szegedy 2015)."""

def group_norm(
    x: _Operand, weight: _Operand | None = None, bias: _Operand | None = None, groups: int = 1, eps: float = 1e-05
) -> Tensor:
    """Each group of channels of (batch, channels, ...) to mean 0 and variance 1, sample by sample (Wu and He 2018)."""

def scaled_dot_product_attention(
    q: _Operand, k: _Operand, v: _Operand, mask: Any = None, causal: bool = False, scale: float | None = None
) -> Tensor:
    """softmax(q kᵀ scale) v: for each query a mean of the values, weighted by its keys (Vaswani et al. 2017)."""

def embedding(indices: _Operand, weight: _Operand) -> Tensor:
    """The rows of a table that stand for integers; a row that is used twice gets both gradients."""

def dropout(x: _Operand, mask: Any, p: float = 0.5) -> Tensor:
    """The elements at which the mask is true, divided by the share 1 − p that is kept; 0 elsewhere."""

def lstm_cell(
    x: _Operand,
    h: _Operand,
    c: _Operand,
    w_ih: _Operand,
    w_hh: _Operand,
    b_ih: _Operand | None = None,
    b_hh: _Operand | None = None,
) -> Tensor:
    """One step of an LSTM (Hochreiter and Schmidhuber 1997): the new hidden and cell state, stacked."""

def gru_cell(
    x: _Operand, h: _Operand, w_ih: _Operand, w_hh: _Operand, b_ih: _Operand | None = None, b_hh: _Operand | None = None
) -> Tensor:
    """One step of a GRU (Cho et al. 2014): the new state (1 − z) n + z h."""

def huber(a: _Operand, b: _Operand, delta: float = 1.0, reduction: str = "mean") -> Tensor:
    """Half the squared error up to ``delta``, from there on a line, so that outliers count less (Huber 1964)."""

def hinge(a: _Operand, b: _Operand, margin: float = 1.0, reduction: str = "mean") -> Tensor:
    """How far scores ``a`` are from lying beyond the margin on the side of labels ``b``, which are −1 and 1."""

def kl_div(a: _Operand, b: _Operand, reduction: str = "mean") -> Tensor:
    """The divergence of the logarithms of probabilities ``a`` from probabilities ``b``: b (ln b − a)."""

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
    def __neg__(self) -> Tensor: ...
    def neg(self) -> Tensor:
        """``-x``, element by element."""
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
    def __abs__(self) -> Tensor: ...
    def abs(self) -> Tensor:
        """``abs(x)``, element by element."""
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
        """Limit each element to [min, max]; None is no limit; the gradient passes inside, not at the limits."""
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
    def repeat(self, repeats: Any, axis: int | None = None) -> Tensor:
        """Each element (or each part along an axis) several times in a row; ``repeats`` may differ."""
    def exp2(self) -> Tensor:
        """``2 ** x``, element by element."""
    def log2(self) -> Tensor:
        """``log2(x)``, element by element."""
    def log10(self) -> Tensor:
        """``log10(x)``, element by element."""
    def cbrt(self) -> Tensor:
        """``cbrt(x)``, element by element."""
    def arcsinh(self) -> Tensor:
        """``arcsinh(x)``, element by element."""
    def arccosh(self) -> Tensor:
        """``arccosh(x)``, element by element."""
    def arctanh(self) -> Tensor:
        """``arctanh(x)``, element by element."""
    def degrees(self) -> Tensor:
        """Radians as degrees."""
    def radians(self) -> Tensor:
        """Degrees as radians."""
    def __mod__(self, other: _Operand) -> Tensor: ...
    def __rmod__(self, other: _Operand) -> Tensor: ...
    def take(self, indices: Any, axis: int | None = None, mode: Any = "raise") -> Tensor:
        """The elements (or the parts along an axis) of these numbers; one that is taken twice counts twice."""
    def diagonal(self, offset: int = 0, axis1: int = 0, axis2: int = 1) -> Tensor:
        """The diagonal of the matrices in two axes, as a new last axis."""
    def cumprod(self, axis: int | None = None) -> Tensor:
        """The running product along an axis; None runs over all elements in a row."""
    def ptp(self, axis: int | tuple[int, ...] | None = None, keepdims: bool = False) -> Tensor:
        """The largest less the smallest element along axes; elements that tie share the gradient equally."""
    @property
    def T(self) -> Tensor:
        """The transpose."""
    @property
    def mT(self) -> Tensor:
        """The matrices in the last two axes transposed."""
    @property
    def real(self) -> Tensor:
        """Itself: it has no imaginary part."""
    @property
    def flat(self) -> Iterator[Tensor]:
        """The elements one by one, in row order."""
    def conj(self) -> Tensor:
        """Itself: it never changes."""
    def copy(self) -> Tensor:
        """Itself: it never changes."""
    def astype(self, dtype: Any = None) -> Tensor:
        """The same numbers in another type, such as "float32"; None keeps it."""
    def ravel(self, **options: Any) -> Tensor:
        """All elements in a row."""
    def trace(self, **options: Any) -> Tensor:
        """The sum of the diagonal of the matrices in two axes: what NumPy calls the trace."""
    def backward(self, seed: Any = None) -> Gradients:
        """Differentiate this tensor; fill ``grad`` of every tensor that a gradient reaches.
        ``seed`` is the cotangent of this tensor, of its shape; it is needed unless there is one element only.
        """
    def __getitem__(self, index: Any) -> Tensor: ...
