"""Analysis of the gradients of a graph: diagnostics, paths and the check of the rules.

A diagnostic is a function ``(graph, limit) -> findings`` under `@diagnostic`, in one of the files of `findings`; its
threshold, its option and its place among the worst come from that one declaration.
"""

from . import findings  # noqa: F401  (enters the diagnostics)
from .finding import DIAGNOSTICS, Finding
from .flow import Flow, flow

__all__ = ["DIAGNOSTICS", "Finding", "Flow", "flow"]
