"""The parts of a solution: equations with what is put into them, in sections."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Shown:
    """A value in the form of the picture: a number, small matrices, or words and the norm of a large array."""

    number: str = ""
    matrices: tuple[tuple[tuple[str, ...], ...], ...] = ()
    words: str = ""


@dataclass(frozen=True, slots=True)
class Equation:
    """``name = formula = formula with numbers = result``; the parts that do not apply are empty.

    ``names`` are what stands for each name of the formula, ``values`` the numbers in their place (None where they
    would not fit). ``tensors``: whether arrays take part. ``note``: what the formula does not show, such as options of
    the operation, the case of it that holds, or a convention.
    """

    name: str
    result: Shown
    formula: str = ""
    names: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Shown] | None = None
    tensors: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Section:
    """A heading, sentences before and after its equations (or none), and the equations."""

    title: str
    lead: str
    equations: tuple[Equation, ...]
    end: str = ""


@dataclass(frozen=True, slots=True)
class Move:
    """The equations of one node (its key) in one ``stage``: given, forward, backward or update."""

    stage: str
    step: int | None
    node: int
    equations: tuple[Equation, ...]
