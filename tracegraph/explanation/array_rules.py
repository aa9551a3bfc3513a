"""Rules of arrays in terms of their operands, where the operation's own rule names an algorithm instead."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import TracegraphError
from ..graph import Edge, Node
from ..ops.linear import labels

EINSUM = "einsum"


def rule_of(edge: Edge, target: Node, values: Mapping[str, Any]) -> str:
    """The way back through one use, as a formula; ``values`` are those of the target's inputs, by name."""
    if target.op != EINSUM or "spec" not in target.attrs or edge.vjp is None:
        return edge.vjp or ""
    inputs = [np.asarray(values[a]) if values[a] is not None else np.zeros(()) for a in target.args]
    return einsum_rule(target.attrs["spec"], inputs, target.args, edge.slot) or edge.vjp


def einsum_rule(spec: Any, inputs: Sequence[Any], args: Sequence[str], slot: int) -> str | None:
    """The einsum that gives the gradient of one operand from ``g`` and the others; None where no einsum does.

    >>> einsum_rule("ij,jk->ik", [np.ones((2, 3)), np.ones((3, 4))], ["a", "b"], 0)
    "einsum('ik,jk->ij', g, b)"
    """
    try:
        terms, output = labels(spec, tuple(inputs))
    except TracegraphError:
        return None
    own, others = terms[slot], [(t, a) for i, (t, a) in enumerate(zip(terms, args)) if i != slot]
    known = set(output).union(*(t for t, _ in others))
    if len(set(own)) < len(own) or not set(own) <= known:  # a diagonal, or a label that is spread
        return None
    lengths = {c: n for t, x in zip(terms, inputs) for c, n in zip(t, np.shape(x)) if n != 1}
    if any(lengths.get(c, 1) != n for c, n in zip(own, np.shape(inputs[slot]))):  # a length of 1 is stretched
        return None
    operands = ", ".join(["g", *(a for _, a in others)])
    return f"einsum('{','.join([output, *(t for t, _ in others)])}->{own}', {operands})"
