"""Declare operations that work element by element: their formulas are compiled for arrays and for Python floats."""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from .op import NO_WORDS, OPS, Op, Sample, Vjp, declare_words, register, with_variants
from .traits import UNKNOWN, Traits

if TYPE_CHECKING:
    from ..text.formula_words import Word

_FUNCTIONS = "exp expm1 log log1p sqrt sin cos tan sinh cosh tanh".split()

ARRAY: dict[str, Any] = {name: getattr(np, name) for name in (*_FUNCTIONS, "where", "minimum")}
"""What the formulas of elementwise ops may call, for arrays; each op adds itself."""

FLOAT: dict[str, Any] = {name: getattr(math, name) for name in _FUNCTIONS}
"""The same for Python floats, which are five to ten times faster than arrays without axes."""

FLOAT.update(where=lambda c, a, b: a if c else b, minimum=min)


def helper(name: str, array: Callable[..., Any], scalar: Callable[..., Any]) -> None:
    """Let the rules of elementwise ops call a function: its versions for arrays and for Python floats."""
    ARRAY[name], FLOAT[name] = array, scalar


def elementwise(
    name: str,
    formula: str,
    *vjps: str | tuple[str, ...] | None,
    inputs: str | None = None,
    array: Callable[..., Any] | None = None,
    scalar: Callable[..., Any] | None = None,
    numpy: Callable[..., Any] | tuple[Callable[..., Any], ...] = (),
    symbol: str = "",
    samples: tuple[Sample, ...] = (),
    domain: tuple[float, float] = (-2.0, 2.0),
    analytic: bool = True,
    traits: Traits = UNKNOWN,
    words: Mapping[str, Word] = NO_WORDS,
    variants: Mapping[Any, tuple[str | None, ...]] | None = None,
    choose: Callable[..., Hashable] | None = None,
    doc: str = "",
    registry: dict[str, Op] = OPS,
    **attrs: Any,
) -> Op:
    """Declare an operation that works element by element, with broadcasting.

    ``formula`` gives the value and ``vjps`` one rule per input (None: no gradient flows). ``array`` and ``scalar``
    compute the value where NumPy or the formula itself would not do; rules can call them by the name of the op. A
    rule that needs care, at a kink or for speed, is a pair: the formula to show and the one to compute; or three, the
    last of them for Python floats. Samples are made from ``domain``; those given come on top. ``words``, ``variants``
    and ``choose`` are as for `op`.
    """
    declare_words(words)
    functions = numpy if isinstance(numpy, tuple) else (numpy,)
    names = tuple((inputs or ("x" if len(vjps) == 1 else "a b")).split())
    options = "".join(f", {key}={value!r}" for key, value in attrs.items())
    signature, back = ", ".join(names) + options, "g, y, " + ", ".join(names) + options
    if scalar is None:
        scalar = _for_floats(signature, formula) if formula != _own(name, names, attrs) else FLOAT.get(name)
    array = array or (functions[0] if functions else eval(f"lambda {signature}: {formula}", ARRAY))
    ARRAY[name] = array
    if scalar:
        FLOAT[name] = scalar
    rules, codes = _rules(back, vjps)
    pull = _for_floats(back, f"({', '.join(codes)},)") if scalar and any(vjps) else None
    parts = name, formula, names, attrs, array, rules if any(rules) else (), symbol or name, functions
    new = Op(
        *parts,
        samples,
        domain,
        analytic,
        traits._replace(element="formula", fold=traits.fold or "outer"),
        required=len(names),
        scalar=scalar,
        pull=pull,
        arithmetic=codes if pull and all(vjps) and not attrs and not pull.__code__.co_names else (),
        doc=doc or f"``{formula}``, element by element.",
        choose=choose,
    )
    return register(with_variants(new, variants), registry)


def _rules(back: str, vjps: tuple[str | tuple[str, ...] | None, ...]) -> tuple[tuple[Vjp | None, ...], tuple[str, ...]]:
    """The rules compiled for arrays, and those for floats as expressions."""
    written = [v if isinstance(v, tuple) else (v,) for v in vjps]  # to show, for arrays, for floats
    rules = tuple(Vjp(w[0], eval(f"lambda {back}: {w[:2][-1]}", ARRAY)) if w[0] else None for w in written)
    return rules, tuple(str(w[-1]) for w in written)


def _own(name: str, inputs: tuple[str, ...], attrs: Mapping[str, Any]) -> str:
    """The formula of an op that is only a call of its own name."""
    return f"{name}({', '.join((*inputs, *attrs))})"


def _for_floats(signature: str, formula: str) -> Callable[..., Any] | None:
    """A formula compiled for Python floats; None where it has a word that only arrays know."""
    compiled: Callable[..., Any] = eval(f"lambda {signature}: {formula}", FLOAT)
    return compiled if FLOAT.keys() >= {*compiled.__code__.co_names} else None
