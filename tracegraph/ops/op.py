"""What an operation is: one declaration with its formula, its rules, the NumPy functions it answers to, and samples.

Formulas are Python expressions in the names of the inputs and options; in a rule, ``g`` is the cotangent of the output
and ``y`` the output. The same string is compiled into the rule and shown in the picture, so that the two cannot differ.
Only where a closed formula would be slow or unstable does a rule come as a function; the tests evaluate the formula
against it.

Three conventions keep the formulas short. ``n`` is the number of elements that one element of the output is the mean
of (`Op.count`). Where an op reduces axes, ``g``, ``y`` and each sum inside the formula keep them with length 1. And an
op of any number of inputs has ``*xs`` in its formula for all of them, and ``slot`` in its rule for the number of one.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from .traits import UNKNOWN, Traits

if TYPE_CHECKING:  # ops that bring no words, which are all of ours, need not load them
    from ..text.formula_words import Word

Rule = Callable[..., Any]
NO_WORDS: Mapping[str, Word] = {}


class Sample(NamedTuple):
    """Inputs to try an op on: shapes (filled with seeded numbers of the op's domain) or arrays, and options."""

    inputs: tuple[Any, ...]
    attrs: Mapping[str, Any] = {}


class Vjp(NamedTuple):
    """The way back through one input: formula to show, rule to run (cotangent of the output in, of the input out)."""

    formula: str
    rule: Rule


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """One operation.

    ``inputs`` names its inputs; a single name that starts with ``*`` stands for any number of them, and then the one
    rule takes the slot as a keyword. ``attrs`` are its options with their defaults (``...`` where there is none).
    ``scalar`` and ``pull`` are `forward` and all rules at once for Python floats, compiled from the formulas;
    ``arithmetic`` are those rules as text, where they are plain arithmetic without a call: the engine writes them out.
    ``variants`` are the same op with the formulas that hold for some of its options; ``choose`` tells which.
    ``traits``: what other code may ask of it. ``variadic``: whether it takes any number of inputs.
    ``sums``: whether its parts may leave the range of float16 though the result does not; scans round each, as NumPy's.
    """

    name: str
    formula: str
    inputs: tuple[str, ...]
    attrs: Mapping[str, Any]
    forward: Callable[..., Any]
    vjps: tuple[Vjp | None, ...]
    symbol: str
    numpy: tuple[Callable[..., Any], ...] = ()
    samples: tuple[Sample, ...] = ()
    domain: tuple[float, float] = (-2.0, 2.0)
    analytic: bool = True
    traits: Traits = UNKNOWN
    required: int = 0
    scalar: Callable[..., Any] | None = None
    pull: Callable[..., Any] | None = None
    arithmetic: tuple[str, ...] = ()
    doc: str = ""
    variants: Mapping[Hashable, Op] = field(default_factory=dict)
    choose: Callable[..., Hashable] | None = None
    n: Callable[..., int] | None = None
    variadic: bool = field(init=False)
    sums: bool = field(init=False)

    def __post_init__(self) -> None:
        sums = not self.elementwise and self.traits.element != "copy" and self.traits.kind != "scan"
        object.__setattr__(self, "sums", sums)
        object.__setattr__(self, "variadic", self.inputs[:1] != () and self.inputs[0].startswith("*"))

    @property
    def elementwise(self) -> bool:
        """Whether each element of the result is made from the elements at its place, with broadcasting."""
        return self.traits.elementwise

    def vjp(self, slot: int) -> Vjp | None:
        """The way back through input number ``slot``; None where no gradient flows."""
        return self.vjps[0 if self.variadic else slot] if self.vjps else None

    def chosen(self, values: tuple[Any, ...], attrs: Mapping[str, Any]) -> Op:
        """The variant whose formulas hold for these inputs and options; itself where there is only one."""
        return self.variants.get(self.choose(*values, **attrs), self) if self.choose else self

    def count(self, y: Any, *values: Any, **attrs: Any) -> int:
        """What ``n`` stands for in the formulas: how many elements one element of the output is the mean of."""
        if self.n is not None:
            return self.n(*values, **attrs)
        return int(np.size(values[0])) // max(int(np.size(y)), 1)

    def __repr__(self) -> str:
        return f"Op({self.name}: {self.formula})"


OPS: dict[str, Op] = {}
"""Every operation by name, in the order of declaration."""

ON_DECLARATION: list[Callable[[Op], None]] = []
"""What is called with each op that joins `OPS` later: the engine gives tensors what comes with it."""


def op(
    formula: str,
    *vjps: tuple[str, Rule] | None,
    inputs: str = "x",
    numpy: Callable[..., Any] | tuple[Callable[..., Any], ...] = (),
    symbol: str = "",
    samples: tuple[Sample, ...] = (),
    domain: tuple[float, float] = (-2.0, 2.0),
    analytic: bool = True,
    traits: Traits = UNKNOWN,
    words: Mapping[str, Word] = NO_WORDS,
    variants: Mapping[Any, tuple[str | None, ...]] | None = None,
    choose: Callable[..., Hashable] | None = None,
    n: Callable[..., int] | None = None,
) -> Callable[[Callable[..., Any]], Op]:
    """Declare the operation whose forward function is decorated; its other parameters are the options.

    ``vjps``: one ``(formula, rule)`` per input. A rule takes ``(g, y, *inputs, **options)``. ``variants``: the
    formulas of the value and of each rule under the key that ``choose(*inputs, **options)`` returns. ``words``: what
    the formulas call that no other does.
    """

    def declare(forward: Callable[..., Any]) -> Op:
        declare_words(words)
        names = tuple(inputs.split())
        parameters = inspect.signature(forward).parameters
        own = {n.lstrip("*") for n in names}
        attrs = {k: (... if p.default is p.empty else p.default) for k, p in parameters.items() if k not in own}
        needed = sum(k in own and p.default is p.empty for k, p in parameters.items())
        plain = Op(
            forward.__name__.rstrip("_"),
            formula,
            names,
            attrs,
            forward,
            tuple(None if v is None else Vjp(*v) for v in vjps),
            symbol or forward.__name__.rstrip("_"),
            numpy if isinstance(numpy, tuple) else (numpy,),
            samples,
            domain,
            analytic,
            traits,
            required=0 if inputs.startswith("*") else needed,
            doc=inspect.getdoc(forward) or "",
            choose=choose,
            n=n,
        )
        return register(with_variants(plain, variants))

    return declare


def with_variants(plain: Op, variants: Mapping[Any, tuple[str | None, ...]] | None) -> Op:
    """An op with the formulas that hold for some of its options."""
    others = {key: _variant(plain, *formulas) for key, formulas in (variants or {}).items()}
    return replace(plain, variants=others) if others else plain


def _variant(plain: Op, formula: str | None, *shown: str | None) -> Op:
    rules = (v and v._replace(formula=f or v.formula) for v, f in zip(plain.vjps, shown, strict=True))
    return replace(plain, formula=formula or plain.formula, vjps=tuple(rules))


def register(new: Op, registry: dict[str, Op] = OPS) -> Op:
    """Add an op to `OPS` or another registry; a second one of the same name is an error."""
    if new.name in OPS or new.name in registry:
        raise ValueError(f"op {new.name!r} is declared twice")
    registry[new.name] = new
    for listener in ON_DECLARATION if registry is OPS else ():
        listener(new)
    return new


def declare_words(words: Mapping[str, Word]) -> None:
    """Add what the formulas of an op call to the words of formulas."""
    if words:
        from ..text.formula_words import declare

        declare(words)
