"""Formulas of operations: read, combined and evaluated here, and written as people write them by `notation`."""

from .expression import evaluate, local, names, parse, substitute

__all__ = ["evaluate", "local", "names", "parse", "substitute"]
