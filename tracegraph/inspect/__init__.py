"""What a graph tells about its gradients: diagnostics, paths and the check of the rules.

A diagnostic is a function ``(graph, limit) -> findings`` under `@diagnostic`, in one of the files imported here; its
threshold, its option and its place among the worst come from that one declaration.
"""

from __future__ import annotations

from . import births, cancel, passing, paths, reach, signals, sizes, units
from .finding import DIAGNOSTICS, Finding
from .flow import Flow, flow

__all__ = [
    "DIAGNOSTICS", "Finding", "Flow", "births", "cancel", "flow", "passing", "paths", "reach", "signals", "sizes",
    "units",
]  # fmt: skip
