"""Traits: what other code may ask of an operation, so that nobody has to know it by its name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from .causes import Cause

Kind = Literal[
    "",
    "arithmetic",
    "comparison",
    "function",
    "activation",
    "choice",
    "product",
    "reduction",
    "scan",
    "pooling",
    "shape",
    "arrange",
    "loss",
    "update",
    "state",
    "gradient",
]
Element = Literal["", "formula", "products", "total", "average", "greatest", "least", "copy"]
Kink = Literal["", "corner", "leak", "length", "shared", "halved", "first", "limit"]
Gate = Literal["", "rectifier", "leak", "larger", "smaller", "limits", "condition"]


class Traits(NamedTuple):
    """What an operation is. All fields have a neutral default: an op that nobody knows has no traits.

    What it does:

    - ``kind``: "arithmetic" (what formulas of losses are made of: + − × ÷, powers, exponentials, logarithms),
      "comparison", "function" (other functions of mathematics), "activation", "choice" (of one of several operands),
      "product" (of data with weights: matrix products and convolutions), "reduction" and "scan" (along axes),
      "pooling", "shape" (the same elements in another shape or order), "arrange" (elements taken, repeated or joined),
      "loss"; "update", "state" and "gradient" are an optimizer's.
    - ``element``: what one element of the result is: the "formula" of the elements at its place, a sum of "products"
      of two inputs, the "total", "average", "greatest" or "least" of some elements, a "copy" of one; "" for anything
      else, which cannot be opened into scalars.
    - ``along``: the axes it works along where its option ``axis`` is not given: "all" or "last"; "" for none.
    - ``places``: how many of the last axes a kernel or a window slides over.
    - ``keeps_axes``: each axis of the result is that axis of the input.
    - ``factors``: the slots of the inputs that the result is a multiple of, element by element.
    - ``gate``: what lets an element pass or not: its sign ("rectifier" max(0, x), "leak"), being the "larger" or
      "smaller" of two, the options ``min`` and ``max`` ("limits"), the first input ("condition").

    How gradients fare in it:

    - ``kink``: the convention where there is no derivative: 0 at the "corner" at 0, the smaller slope of a "leak"
      there, 0 at a "length" of 0; a tie is "shared" equally, "halved" between two, or taken by the "first" of a window;
      nothing passes at a "limit" of the options ``min`` and ``max``.
    - ``saturates``: (low, high), outside of which the result is so near to a limit of the function that the derivative
      is below an eighth of the largest.
    - ``singular``: how it makes NaN and infinities, forward and back.
    - ``rescales``: a small derivative is no fault, because it changes the scale, and another op gives it back.
    - ``link``: it makes probabilities of any numbers. ``logarithm``: it takes a logarithm of its first input.
    - ``normalizes``: it divides by a sum along an axis, as softmax does, so that one element takes from the others.

    How it is written:

    - ``operator``: that of Python, by its name in the module `operator`. ``method``: it is one of tensors; "spread",
      if also ``t.reshape(2, 3)`` is understood. ``masks``: its options may be tensors, taken by value.
    - ``fold``: in one line with others: "both" if it may go into a formula and take others up, "outer" if only that.
    - ``neutral``: options that say nothing at these values. ``implied``: options that the formula shows by its form.
    """

    kind: Kind = ""
    element: Element = ""
    along: Literal["", "all", "last"] = ""
    places: int = 0
    keeps_axes: bool = False
    factors: tuple[int, ...] = ()
    gate: Gate = ""
    kink: Kink = ""
    saturates: tuple[float, float] | None = None
    singular: tuple[Cause, ...] = ()
    rescales: bool = False
    link: bool = False
    logarithm: bool = False
    normalizes: bool = False
    operator: str = ""
    method: Literal["", "plain", "spread"] = ""
    masks: bool = False
    fold: Literal["", "outer", "both"] = ""
    neutral: Mapping[str, Any] = {}
    implied: tuple[str, ...] = ()

    @property
    def elementwise(self) -> bool:
        """Whether each element of the result is made from the elements at its place."""
        return self.element == "formula"

    @property
    def of_optimizer(self) -> bool:
        """Whether it is a part of an optimizer's step."""
        return self.kind in ("update", "state", "gradient")


UNKNOWN = Traits()
"""Those of an operation that nobody has declared."""
