"""What a run of the tests left out, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any


def reasons(reports: Iterable[Any]) -> list[str]:
    """A line for each reason, the most frequent first; ``reports``: pytest's, of what was skipped."""
    counts = Counter(_reason(report.longrepr) for report in reports)
    return [f"{count:5} skipped: {reason}" for reason, count in sorted(counts.items(), key=lambda c: (-c[1], c[0]))]


def _reason(longrepr: Any) -> str:
    """Of a file, a line and "Skipped: why"; or of a longer text, its last line."""
    said = longrepr[-1] if isinstance(longrepr, tuple) else str(longrepr)
    return said.strip().splitlines()[-1].removeprefix("Skipped: ")
