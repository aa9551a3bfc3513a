"""Formulas of operations: Python expressions, read, combined and evaluated; `notation` writes them as people do."""

from .evaluation import evaluate
from .expression import names, parse
from .merged_signs import merged
from .substitution import local, substitute

__all__ = ["evaluate", "local", "merged", "names", "parse", "substitute"]
