"""What an operation is: one declaration with its formula, its rules, the NumPy functions it answers to, and samples.

Formulas are Python expressions in the names of the inputs and options; in a rule, ``g`` is the cotangent of the output
and ``y`` the output. The same string is compiled into the rule and shown in the picture, so that the two cannot differ.
Only where a closed formula would be slow or unstable does a rule come as a function; the tests evaluate the formula
against it.
"""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

Rule = Callable[..., Any]


@dataclass(frozen=True, slots=True)
class Sample:
    """Inputs to try an op on: shapes (filled with seeded numbers of the op's domain) or arrays, and options."""

    inputs: tuple[Any, ...]
    attrs: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vjp:
    """The way back through one input: formula to show, rule to run (cotangent of the output in, of the input out)."""

    formula: str
    rule: Rule


@dataclass(frozen=True, slots=True, eq=False)
class Op:
    """One operation.

    ``inputs`` names its inputs; a single name that starts with ``*`` stands for any number of them, and then the one
    rule takes the slot as a keyword. ``attrs`` are its options with their defaults (``...`` where there is none).
    ``scalar`` and ``pull`` are `forward` and all rules at once for Python floats, compiled from the formulas.
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
    elementwise: bool = False
    required: int = 0
    scalar: Callable[..., Any] | None = None
    pull: Callable[..., Any] | None = None
    doc: str = ""

    @property
    def variadic(self) -> bool:
        """Whether it takes any number of inputs."""
        return self.inputs[:1] != () and self.inputs[0].startswith("*")

    def vjp(self, slot: int) -> Vjp | None:
        """The way back through input number ``slot``; None where no gradient flows."""
        return self.vjps[0 if self.variadic else slot] if self.vjps else None

    def __repr__(self) -> str:
        return f"Op({self.name}: {self.formula})"


OPS: dict[str, Op] = {}
"""Every operation by name, in the order of declaration."""

ARRAY: dict[str, Any] = {"sign": np.sign, "pi": np.pi, "where": np.where, "abs": np.abs, "broadcast_to": np.broadcast_to}
"""What the formulas of elementwise ops may call, for arrays; each op adds itself."""

FLOAT: dict[str, Any] = {"pi": math.pi, "where": lambda c, a, b: a if c else b, "abs": abs}
"""The same for Python floats, which are five to ten times faster than arrays without axes."""


def elementwise(
    name: str,
    formula: str,
    *vjps: str | tuple[str, str] | None,
    inputs: str | None = None,
    array: Callable[..., Any] | None = None,
    scalar: Callable[..., Any] | None = None,
    numpy: Callable[..., Any] | tuple[Callable[..., Any], ...] = (),
    symbol: str = "",
    domain: tuple[float, float] = (-2.0, 2.0),
    analytic: bool = True,
    doc: str = "",
    **attrs: Any,
) -> Op:
    """Declare an operation that works element by element, with broadcasting.

    ``formula`` gives the value and ``vjps`` one rule per input (None: no gradient flows). ``array`` and ``scalar``
    define the function called ``name`` in formulas, where NumPy or the formula itself does not. A rule that needs
    care at a kink is a pair: the formula to show and the one to compute.
    """
    functions = numpy if isinstance(numpy, tuple) else (numpy,)
    names = tuple((inputs or ("x" if len(vjps) == 1 else "a b")).split())
    if array or functions:
        ARRAY.setdefault(name, array or functions[0])
    if scalar:
        FLOAT.setdefault(name, scalar)
    options = "".join(f", {key}" for key in attrs)
    signature, back = ", ".join(names) + options, "g, y, " + ", ".join(names) + options
    pairs = [v if isinstance(v, tuple) else (v, v) for v in vjps]
    rules = tuple(Vjp(f, eval(f"lambda {back}: {code}", ARRAY)) if f else None for f, code in pairs)
    fused = "".join(f"{code}, " for _, code in pairs)
    known = all(word in FLOAT or word in names or word in attrs for word in _words(f"{formula}, {fused}"))
    return register(
        Op(
            name,
            formula,
            names,
            attrs,
            eval(f"lambda {signature}: {formula}", ARRAY),
            rules if any(rules) else (),
            symbol or name,
            functions,
            domain=domain,
            analytic=analytic,
            elementwise=True,
            required=len(names),
            scalar=eval(f"lambda {signature}: {formula}", FLOAT) if known else None,
            pull=eval(f"lambda {back}: ({fused})", FLOAT) if known else None,
            doc=doc or f"``{formula}``, element by element.",
        )
    )


def op(
    formula: str,
    *vjps: tuple[str, Rule] | None,
    inputs: str = "x",
    numpy: Callable[..., Any] | tuple[Callable[..., Any], ...] = (),
    symbol: str = "",
    samples: tuple[Sample, ...] = (),
    domain: tuple[float, float] = (-2.0, 2.0),
    analytic: bool = True,
) -> Callable[[Callable[..., Any]], Op]:
    """Declare the operation whose forward function is decorated; its other parameters are the options.

    ``vjps``: one ``(formula, rule)`` per input. A rule takes ``(g, y, *inputs, **options)``.
    """

    def declare(forward: Callable[..., Any]) -> Op:
        names = tuple(inputs.split())
        parameters = inspect.signature(forward).parameters
        own = {n.lstrip("*") for n in names}
        attrs = {k: (... if p.default is p.empty else p.default) for k, p in parameters.items() if k not in own}
        needed = sum(k in own and p.default is p.empty for k, p in parameters.items())
        return register(
            Op(
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
                required=0 if inputs.startswith("*") else needed,
                doc=inspect.getdoc(forward) or "",
            )
        )

    return declare


def register(new: Op) -> Op:
    """Add an op to `OPS`; a second one of the same name is an error."""
    if new.name in OPS:
        raise ValueError(f"op {new.name!r} is declared twice")
    OPS[new.name] = new
    return new


def _words(expression: str) -> set[str]:
    code = compile(expression, "<formula>", "eval")
    return set(code.co_names) - {"g", "y"}
