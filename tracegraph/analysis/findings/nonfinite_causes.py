"""Why a NaN or an infinity is born: for each operation, what its operands are like then, and the words for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import CodeType
from typing import Any, NamedTuple

import numpy as np

from ...text.numbers import number

Operands = Mapping[str, Any]
"""The numbers that one element is made from, by the name of the input: arrays of one axis."""


class Cause(NamedTuple):
    """One way in which an operation makes a number that is not finite.

    ``when`` is a condition on the names of its inputs (``g`` and ``y`` too on the way back). In ``words`` stand the
    names of inputs, for their numbers, and ``op``, ``row``, ``column``, ``over`` (overflows, and what) and ``n``.
    """

    ops: str
    kind: str
    when: str
    words: str
    remedy: str = ""


Table = Mapping[str, Sequence[Cause]]


def _table(*causes: Cause) -> Table:
    """The causes of each operation, in their order."""
    found: dict[str, list[Cause]] = {}
    for cause in causes:
        for op in cause.ops.split():
            found.setdefault(op, []).append(cause)
    return found


POSITIVE = "add a small number, or clip: {op}(maximum(x, 1e-12))"
SMALLER = "make its input smaller: scale or normalize it, or clip it"
STABLE = "use log_softmax, softplus or logits, which do not overflow"
APART = "add a small number to the denominator"

FORWARD = _table(
    Cause("log", "nan", "x < 0", "log of {x}", POSITIVE),
    Cause("log", "inf", "x == 0", "log of 0", POSITIVE),
    Cause("log1p", "nan", "x < -1", "log1p of {x}", "keep x above −1"),
    Cause("log1p", "inf", "x == -1", "log1p of −1", "keep x above −1"),
    Cause("sqrt", "nan", "x < 0", "sqrt of {x}", "clip at 0: sqrt(maximum(x, 0))"),
    Cause("arcsin arccos", "nan", "abs(x) > 1", "{op} of {x}", "clip to [−1, 1]"),
    Cause("sin cos tan", "nan", "isinf(x)", "{op} of {x}"),
    Cause("pow", "nan", "(a < 0) & (b != floor(b))", "{a} to the power {b}", "take the power of abs(x)"),
    Cause("pow", "inf", "(a == 0) & (b < 0)", "0 to the power {b}", APART),
    Cause("pow", "inf", "a == a", "{a} to the power {b} {over}", SMALLER),
    Cause("div", "nan", "(a == 0) & (b == 0)", "0 / 0", APART),
    Cause("div", "nan", "isinf(a) & isinf(b)", "∞ / ∞"),
    Cause("div", "inf", "b == 0", "{a} / 0", APART),
    Cause("div", "inf", "b != 0", "{a} / {b} {over}", APART),
    Cause("reciprocal", "inf", "x == 0", "1 / 0", APART),
    Cause("reciprocal", "inf", "x != 0", "1 / {x} {over}", APART),
    Cause("exp expm1", "inf", "x > 0", "{op} of {x} {over}", STABLE),
    Cause("sinh cosh", "inf", "x == x", "{op} of {x} {over}", SMALLER),
    Cause("square", "inf", "x == x", "square of {x} {over}", SMALLER),
    Cause("leaky_relu elu", "inf", "x == x", "{op} of {x} {over}", SMALLER),
    Cause("gelu", "nan", "x == -inf", "0·∞ in {op} of −∞"),
    Cause("add", "nan", "isinf(a) & isinf(b)", "∞ − ∞"),
    Cause("add", "inf", "a == a", "{a} + {b} {over}", SMALLER),
    Cause("sub", "nan", "isinf(a) & isinf(b)", "∞ − ∞"),
    Cause("sub", "inf", "a == a", "{a} − {b} {over}", SMALLER),
    Cause("mul", "nan", "isinf(a) | isinf(b)", "0·∞"),
    Cause("mul", "inf", "a == a", "{a} · {b} {over}", SMALLER),
    Cause("scaled scaled_inside", "nan", "(dw == 0) & (G == 0)", "0 / 0", "give eps above 0"),
    Cause("scaled scaled_inside", "inf", "G == 0", "{dw} / 0", "give eps above 0"),
    Cause("adam", "nan", "(m == 0) & (s == 0)", "0 / 0", "give eps above 0"),
    Cause("adam", "inf", "s == 0", "{m} / 0", "give eps above 0"),
    Cause("clip", "nan", "x == x", "the limit is NaN"),
    Cause("clip", "inf", "x == x", "the limit is infinite"),
    Cause("pad", "nan", "size(x) >= 0", "the padding is NaN"),
    Cause("pad", "inf", "size(x) >= 0", "the padding is infinite"),
    Cause("mean var std avg_pool1d avg_pool2d", "nan", "size(x) == 0", "0 / 0: {op} of nothing", "give it elements"),
    Cause("var std", "nan", "any(isinf(x))", "∞ − ∞ in {op}: x − mean"),
    Cause("prod", "nan", "any(x == 0)", "0·∞ in the product"),
    Cause("prod", "nan", "size(x) > 0", "0·∞: a part of the product {over}", "sum the logarithms"),
    Cause("prod", "inf", "size(x) > 0", "the product of {n} {over}", "sum the logarithms"),
    Cause("norm", "inf", "size(x) > 0", "a square in the norm {over}", "divide by the largest element first"),
    Cause("var std", "inf", "size(x) > 0", "a square in {op} {over}", SMALLER),
    Cause("softmax log_softmax", "nan", "all(x == -inf)", "{op} of −∞ only", "leave one element unmasked"),
    Cause("softmax log_softmax", "nan", "any(isinf(x))", "∞ − ∞ in {op}"),
    Cause("log_softmax softmax", "inf nan", "size(x) > 0", "a difference in {op} {over}", SMALLER),
    Cause("sum mean cumsum", "nan", "any(isinf(x))", "∞ − ∞ in the {op}"),
    Cause("sum mean cumsum avg_pool1d avg_pool2d", "nan", "size(x) > 0", "∞ − ∞: a part of the {op} {over}"),
    Cause("sum mean cumsum avg_pool1d avg_pool2d", "inf", "size(x) > 0", "the {op} of {n} {over}", SMALLER),
    Cause("matmul dot", "nan", "any(isnan(a * b))", "0·∞ in row {row}, column {column}"),
    Cause("matmul dot", "nan", "size(a) > 0", "∞ − ∞ in row {row}, column {column}"),
    Cause("matmul dot", "inf", "size(a) > 0", "row {row} · column {column} {over}", SMALLER),
    Cause("mse", "nan", "any(isinf(a)) | any(isinf(b))", "∞ − ∞ in the squared error"),
    Cause("mse", "inf", "size(a) > 0", "the squared error {over}", SMALLER),
    Cause("binary_cross_entropy", "nan", "any(isinf(p))", "∞ − ∞: a logit is infinite"),
    Cause("cross_entropy", "nan", "any(x == inf)", "∞ − ∞: a logit is ∞"),
    Cause("cross_entropy", "nan", "any(x == -inf)", "0·∞: a logit is −∞", "give it a large negative number"),
    Cause("cross_entropy", "inf nan", "size(x) > 0", "a difference of logits {over}", SMALLER),
    Cause("einsum conv1d conv2d conv3d", "nan", "y != y", "0·∞ or ∞ − ∞ in a sum of products"),
    Cause("einsum conv1d conv2d conv3d", "inf", "isinf(y)", "a sum of products {over}", SMALLER),
)
"""On the way forward; the first that holds is the cause."""

INSIDE = "put the condition inside: {op}(where(x > 0, x, 1))"

BACKWARD = _table(
    Cause("sqrt", "", "y == 0", "{op} at 0", INSIDE),
    Cause("log", "", "x == 0", "{op} at 0", INSIDE),
    Cause("log1p", "", "x == -1", "{op} at −1", INSIDE),
    Cause("reciprocal", "", "x == 0", "1 / x at 0", INSIDE),
    Cause("div", "0", "b == 0", "a / b at b = 0", "put the condition inside: a / where(b != 0, b, 1)"),
    Cause("div", "1", "b * b == 0", "a / b at b = 0", "put the condition inside: a / where(b != 0, b, 1)"),
    Cause("pow", "0", "(a == 0) & (b < 1)", "power {b} at 0", INSIDE),
    Cause("arcsin arccos", "", "abs(x) == 1", "{op} at {x}", "clip to a little less than 1"),
)
"""Where a derivative is infinite, by the slot of the input (any, if empty)."""

BACK = _table(
    Cause("pow", "nan", "(a < 0) & (g == g)", "log of {a}, for the exponent", "make the exponent a constant"),
    Cause("prod", "inf", "size(x) > 0", "a product of others {over}", "sum the logarithms"),
    Cause("prod", "nan", "size(x) > 0", "0·∞: a product of others {over}", "sum the logarithms"),
)
"""Other ways for the gradient to turn, on the way back."""


def why(table: Table, op: str, kind: str, at: Operands) -> tuple[Cause, int] | None:
    """The first cause in a table that holds for some of these operands, and the number of the first such element."""
    for cause in table.get(op, ()):
        code = _compiled(cause.when)
        if kind in (cause.kind or kind) and {*code.co_names} <= {*at, *_WORDS}:
            holds = _holds(code, at)
            if holds.any():
                return cause, int(np.argmax(holds))
    return None


def _holds(code: CodeType, at: Operands) -> Any:
    try:
        with np.errstate(all="ignore"):
            return np.asarray(eval(code, {"__builtins__": {}}, {**_WORDS, **at}))
    except (TypeError, ValueError):  # the shapes in a file need not fit the operation that it names
        return np.asarray(False)


def said(words: str, op: str, at: Operands, place: int, index: Sequence[int], over: str, digits: int = 4) -> str:
    """The words of a cause with the numbers in them."""
    n = max((np.size(v) for v in at.values()), default=0)
    row, column = (0, 0, *index)[-2:] if len(index) != 1 else (index[0], index[0])
    numbers = {k: _at(v, place, digits) for k, v in at.items()}
    return words.format(**{**numbers, "op": op, "over": over, "row": row, "column": column, "n": f"{n} numbers"})


def overflows(value: Any) -> str:
    """The word, with the type where it is not the one that everybody expects."""
    kind = "float64" if isinstance(value, float) else np.asarray(value).dtype.name
    return "overflows" if kind == "float64" else f"overflows {kind}"


def _at(values: Any, place: int, digits: int) -> str:
    flat = np.ravel(values)
    return number(flat[place if place < flat.size else 0], digits) if flat.size else ""


_WORDS = {name: getattr(np, name) for name in "abs any all isinf isnan floor size inf".split()}


@lru_cache(maxsize=256)
def _compiled(when: str) -> CodeType:
    return compile(when, "cause", "eval")
