"""Tensors on NumPy: recording, calling, walking back. Knows no graph and no picture."""

from . import operators  # noqa: F401  (gives tensors their operators)
