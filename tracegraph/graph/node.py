"""The parts of a graph: nodes and the edges between them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, make_dataclass
from typing import Any, TypeVar

import numpy as np

from ..ops.registry import find
from ..ops.traits import UNKNOWN, Traits
from ..ops.updates import GRADIENT

LEAVES = ("parameter", "input", "constant")
ROLES = ("input", "parameter", "constant", "op", "output", "update", "group")
_NOTHING: Mapping[str, Any] = {}


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """One tensor and the operation that made it.

    ``key``: a number that views keep. ``formula`` is an expression in ``args`` (a name for each input, by slot) and in
    the keys of ``attrs``; empty for leaves. ``value`` and ``gradient``: a number or an array; ``gradient`` is None
    where none arrives. ``named``: whether the program gave the name. ``line``: file and line of the program.
    In a training run, ``step`` is the step that the node belongs to, ``loss`` the name of what was differentiated
    there, and ``base`` the name without the number of the step. ``traits``: what the operation is, where it is none of
    ours (a frontend may take those of one of ours); `traits_of` answers for every node.
    """

    key: int
    name: str
    op: str
    role: str
    value: Any
    gradient: Any = None
    symbol: str = ""
    formula: str = ""
    args: tuple[str, ...] = ()
    attrs: Mapping[str, Any] = field(default_factory=lambda: _NOTHING)
    scope: str = ""
    line: str | None = None
    named: bool = True
    step: int | None = None
    loss: str = ""
    base: str = ""
    traits: Traits | None = None

    @property
    def leaf(self) -> str:
        """The kind of leaf that was recorded, whatever its role here (an output, an updated value); "" for results."""
        return next((kind for kind in LEAVES if kind in (self.role, self.op)), "")

    @property
    def is_input(self) -> bool:
        """Whether it is a leaf that takes gradients and is not learned."""
        return self.role == "input"

    @property
    def is_parameter(self) -> bool:
        """Whether it is a leaf that is learned."""
        return self.role == "parameter"

    @property
    def is_constant(self) -> bool:
        """Whether it is a leaf that takes no gradient."""
        return self.role == "constant"

    @property
    def is_result(self) -> bool:
        """Whether an operation made it on the way to the output."""
        return self.role == "op"

    @property
    def is_output(self) -> bool:
        """Whether the node is the traced tensor."""
        return self.role == "output"

    @property
    def is_update(self) -> bool:
        """Whether it belongs to an optimizer's step: a gradient, a state or a new parameter."""
        return self.role == "update"

    @property
    def is_gradient(self) -> bool:
        """Whether the node is a gradient taken by an optimizer, which no operation computed."""
        return self.op == GRADIENT.name

    @property
    def is_group(self) -> bool:
        """Whether it stands for a part of the graph that a view has closed."""
        return self.role == "group"

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes of the value; ``()`` for a scalar."""
        return shape(self.value)

    def __repr__(self) -> str:
        return f"Node({self.name!r}, {self.op}, shape {self.shape})"


@dataclass(frozen=True, slots=True, eq=False)
class Edge:
    """One use of a tensor: from the node that holds it to input number ``slot`` of another.

    ``vjp``: the way back as a formula (``g`` is the gradient of the target, ``y`` its value). ``local``: the local
    derivative where both ends are scalars. ``contribution``: what flows back; None where no gradient does.
    ``tensor``: name of the tensor, which differs from the source's only where the source is a group, or hands on a
    value that is not its own: ``handed``, where a view has put away the card in between. ``index``: the element of it
    that is used, and that the contribution goes to; None for all of it.
    """

    source: int
    target: int
    slot: int
    tensor: str
    vjp: str | None = None
    local: float | None = None
    contribution: Any = None
    index: tuple[int, ...] | None = None
    handed: Any = None


def traits_of(node: Node) -> Traits:
    """The traits of the operation that made a node: its own, else those declared, else neutral ones."""
    if node.traits is not None:
        return node.traits
    op = find(node.op)
    return op.traits if op is not None else UNKNOWN


_Part = TypeVar("_Part", Node, Edge)


def maker(kind: type[_Part]) -> Callable[..., _Part]:
    """A function that makes nodes or edges from the values of their fields, in a fifth of the time.

    A frozen dataclass sets each field through a call. Here a twin that is not frozen is filled, and then turned over.
    """
    names = [(f.name, f.type, field(default=f.default, default_factory=f.default_factory)) for f in fields(kind)]
    twin: Any = make_dataclass(kind.__name__, names, slots=True, eq=False)

    def make(*values: Any) -> _Part:
        made = twin(*values)
        made.__class__ = kind
        return made  # type: ignore[no-any-return]

    return make


def shape(value: Any) -> tuple[int, ...]:
    """Lengths of the axes of a value; unlike ``np.shape``, without making an array of a number."""
    return () if isinstance(value, (float, int)) else value.shape if isinstance(value, np.ndarray) else np.shape(value)
