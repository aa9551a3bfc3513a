"""Which vectors of a formula stand upright: beside a matrix a vector is a column on the right, a row on the left."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from .. import formula

RANK_ONE = "rank_one("
"""A column times a row, in formulas."""


def columns(text: str, values: Mapping[str, Any]) -> tuple[frozenset[str], bool]:
    """The names of a formula whose vectors are columns, and whether its result is one.

    >>> columns("w @ x + b", {"w": np.ones((2, 3)), "x": np.ones(3), "b": np.ones(2)})[1]
    True
    """
    vectors = {k for k, v in values.items() if np.ndim(v) == 1}
    if not vectors or "@" not in text and RANK_ONE not in text:
        return frozenset(), False
    pairs = list(_pairs(text))
    rows = {left for left, _ in pairs if left in vectors}
    upright = {right for _, right in pairs if right in vectors}
    if RANK_ONE in text or any(right in vectors and left not in vectors for left, right in pairs):
        return frozenset(vectors - rows), RANK_ONE not in text
    return frozenset(upright), False


def _pairs(text: str) -> Iterator[tuple[str, str]]:
    """The names on both sides of each matrix product; "" for what is no name."""
    for node in ast.walk(formula.parse(text)):
        if isinstance(node, ast.BinOp) and isinstance(node.op, ast.MatMult):
            yield _name(node.left), _name(node.right)


def _name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else ""
