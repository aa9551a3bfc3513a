"""Files damaged at random, as `benchmarks/mutated.py` does it a hundred thousand times."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parents[2]))

from benchmarks.mutated import QUICK, run


@pytest.mark.slow
def test_damage_is_refused_or_harmless() -> None:
    found = run(QUICK)
    assert found["faults"] == [] and found["refused"] > QUICK / 2 and found["loaded"] > 0


def test_a_planted_fault_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    import tracegraph as tg

    monkeypatch.setattr(tg, "explain", lambda graph: 1 / 0)
    assert {what for _, what, _ in run(60)["faults"]} == {"explain"}
