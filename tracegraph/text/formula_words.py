"""The words of formulas: the functions that may be called in one, how each is computed and how it is written.

The table is small and fixed; an op that needs a word of its own brings it along with its declaration.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple

import numpy as np


class Form(NamedTuple):
    """The notation of a call: ``{0:power}`` is the first argument, in parentheses unless it binds like a power.

    ``{axis}`` is the axis as a subscript, ``{all}`` all arguments. ``level``: how tightly the whole holds together, or
    a sort of product: ``mul``, ``mat``, ``conv``, ``div``, or ``prefix`` (which swallows what follows).
    """

    text: str
    latex: str
    level: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """A function in formulas.

    ``scalar`` computes it for numbers; None where it has no meaning for them. ``form``: how it is written, None for an
    ordinary call; ``forms``: by the number of arguments, where that matters. ``shape``: "each" for element by element,
    "one" for one number of many. ``mistaken``: the words that people take for it. ``forgotten``: whether they may leave
    it out.
    """

    scalar: Callable[..., Any] | None = None
    form: Form | None = None
    shape: Literal["", "each", "one"] = ""
    mistaken: tuple[str, ...] = ()
    forgotten: bool = True
    forms: Mapping[int, Form] = field(default_factory=dict)


def _each(name: str, text: str = "", latex: str = "", level: str = "", mistaken: tuple[str, ...] = ()) -> Word:
    """A function of NumPy, element by element."""
    return Word(getattr(np, name), Form(text, latex, level) if text else None, "each", mistaken)


def _of_many(form: Form | None = None, forgotten: bool = True) -> Word:
    """One number of many, which of a scalar is the scalar."""
    return Word(lambda x, *axis: x, form, "one", forgotten=forgotten)


def _convolution() -> Word:
    with_bias = Form("{0:power} ⋆ {1:power} + {2:product}", r"{0:power} \star {1:power} + {2:product}", "sum")
    return Word(form=Form("{0:power} ⋆ {1:power}", r"{0:power} \star {1:power}", "conv"), forms={3: with_bias})


def _of_first(name: str) -> Word:
    """A rule for arrays that is written as a function of the gradient alone."""
    return Word(form=Form(name + "({0})", rf"\operatorname{{{{{name}}}}}\left({{0}}\right)"))


_CHOICE = r"{1:compare} \text{{ if }} {0:compare} \text{{ else }} {2:if}"

WORDS: dict[str, Word] = {
    "exp": _each("exp", "exp({0})", r"\exp\left({0}\right)", mistaken=("sigmoid",)),
    "exp2": _each("exp2"),
    "expm1": _each("expm1", "exp({0}) − 1", r"\exp\left({0}\right) - 1", "sum"),
    "log": _each("log", "ln({0})", r"\ln\left({0}\right)", mistaken=("log10", "exp")),
    "log1p": _each("log1p", "ln(1 + {0:sum})", r"\ln\left(1 + {0:sum}\right)"),
    "log2": _each("log2", "log₂({0})", r"\log_{{2}}\left({0}\right)"),
    "log10": _each("log10", "log₁₀({0})", r"\log_{{10}}\left({0}\right)"),
    "sqrt": _each("sqrt", "√{0:atom}", r"\sqrt{{{0}}}", "power"),
    "cbrt": _each("cbrt", "∛{0:atom}", r"\sqrt[3]{{{0}}}", "power"),
    "square": _each("square", "{0:atom}²", "{0:atom}^{{2}}", "power"),
    "reciprocal": _each("reciprocal"),
    "abs": _each("abs", "|{0}|", r"\left|{0}\right|"),
    "sign": _each("sign"),
    "floor": _each("floor", "⌊{0}⌋", r"\left\lfloor {0} \right\rfloor"),
    "ceil": _each("ceil", "⌈{0}⌉", r"\left\lceil {0} \right\rceil"),
    "sin": _each("sin", mistaken=("cos",)),
    "cos": _each("cos", mistaken=("sin",)),
    "tan": _each("tan"),
    "arcsin": _each("arcsin"),
    "arccos": _each("arccos"),
    "arctan": _each("arctan"),
    "arctan2": _each("arctan2"),
    "sinh": _each("sinh"),
    "cosh": _each("cosh"),
    "tanh": _each("tanh", mistaken=("sigmoid", "exp")),
    "arcsinh": _each("arcsinh"),
    "arccosh": _each("arccosh"),
    "arctanh": _each("arctanh"),
    "hypot": _each("hypot"),
    "logaddexp": _each("logaddexp"),
    "heaviside": _each("heaviside"),
    "trunc": _each("trunc"),
    "sinc": _each("sinc"),
    "maximum": _each("maximum", "max({all})", r"\max\left({all}\right)", mistaken=("minimum",)),
    "minimum": _each("minimum", "min({all})", r"\min\left({all}\right)", mistaken=("maximum",)),
    "clip": _each("clip"),
    "where": Word(lambda c, x, y: x if c else y, Form("{1:compare} if {0:compare} else {2:if}", _CHOICE, "if"), "each"),
    "sigmoid": Word(lambda x: 1 / (1 + np.exp(-x)), Form("σ({0})", r"\sigma\left({0}\right)"), "each", ("exp", "tanh")),
    "softplus": Word(lambda x: np.logaddexp(x, 0), shape="each", mistaken=("exp", "sigmoid")),
    "relu": Word(lambda x: np.maximum(x, 0), Form("ReLU({0})", r"\operatorname{{ReLU}}\left({0}\right)"), "each"),
    "erf": Word(math.erf, shape="each"),
    "erfc": Word(math.erfc, shape="each"),
    "Phi": Word(lambda x: math.erfc(-x / math.sqrt(2)) / 2, shape="each"),  # of the normal distribution
    "phi": Word(lambda x: np.exp(-x * x / 2) / math.sqrt(2 * math.pi), shape="each"),  # its density
    "sum": _of_many(Form("Σ{axis} {0:power}", r"\sum{axis} {0:power}", "prefix"), forgotten=False),
    "mean": _of_many(forgotten=False),
    "max": _of_many(),
    "min": _of_many(),
    "prod": _of_many(Form("Π{axis} {0:power}", r"\prod{axis} {0:power}", "prefix")),
    "var": Word(shape="one"),
    "std": Word(shape="one"),
    "norm": Word(abs, Form("‖{0}‖{axis}", r"\left\lVert {0} \right\rVert{axis}"), "one"),
    "transpose": Word(lambda x, *axes: x, Form("{0:atom}ᵀ", r"{0:atom}^{{\top}}", "power")),
    "matrix_transpose": Word(form=Form("{0:atom}ᵀ", r"{0:atom}^{{\top}}", "power")),
    "rank_one": Word(form=Form("{0:power}·{1:atom}ᵀ", r"{0:power} \cdot {1:atom}^{{\top}}", "mat")),
    "matvec": Word(form=Form("{0:power}·{1:power}", r"{0:power} \cdot {1:power}", "mat")),
    "outer": Word(form=Form("{0:power} ⊗ {1:power}", r"{0:power} \otimes {1:power}", "conv")),
    "conv1d": _convolution(),
    "conv2d": _convolution(),
    "conv3d": _convolution(),
    "correlate": Word(form=Form("{0:power} ⋆ {1:power}", r"{0:power} \star {1:power}", "conv")),
    "conv_transpose": Word(
        form=Form("{0:power} ∗ {1:power}", r"{0:power} \ast {1:power}", "conv"),
        forms={3: Form("{0:power} ∗ {1:power} + {2:product}", r"{0:power} \ast {1:power} + {2:product}", "sum")},
    ),
    "gradient": Word(form=Form("∂{0}/∂{1}", r"\frac{{\partial {0}}}{{\partial {1}}}", "div")),
    "scatter_max": _of_first("unpool"),
    "scatter_mean": _of_first("spread"),
    "scatter": _of_first("put back"),
    "reshape_as": _of_first("reshape"),
    "crop": _of_first("crop"),
}
"""Each word by its name. What is not here may still be called in a formula: it is written as it stands."""


def declare(words: Mapping[str, Word]) -> None:
    """Add words; a second one of the same name is an error, because formulas in files may use the first."""
    if twice := WORDS.keys() & words.keys():
        raise ValueError(f"the word {min(twice)!r} of formulas is declared twice")
    WORDS.update(words)
