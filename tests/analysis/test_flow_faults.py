"""200 random networks with a planted fault: each is found on the right node, and the twin without it raises nothing."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from network_faults import case, cases
from random_networks import Case

import tracegraph as tg
from tracegraph.analysis import DIAGNOSTICS, Flow

FIRST = 8  # elements that a finding names


def inspected(program: Any) -> Flow:
    """Every diagnostic, with its own threshold; of what is no number NumPy may warn."""
    with np.errstate(all="ignore"):
        return tg.flow(program)


def wrong(case: Case) -> list[str]:
    """What is not as planted: of each kind the nodes, the elements, the share."""
    flow = inspected(case.faulty)
    told = []
    for kind, must in case.must.items():
        there = {flow.node(f.node).name: f for f in flow.findings if f.kind == kind}
        if missed := must - there.keys():
            told.append(f"{kind} not found at {', '.join(sorted(missed))}")
        if more := there.keys() - must - case.may:
            told.append(f"{kind} at {', '.join(sorted(more))}")
        for name, finding in there.items():
            if name in case.index and finding.index != tuple(map(tuple, case.index[name][:FIRST].tolist())):
                told.append(f"{kind} at {name}: elements {finding.index}")
            if case.share is not None and abs(finding.measure - case.share) > 1e-3:
                told.append(f"{kind} at {name}: measured {finding.measure}, share {case.share}")
    return told


def alarms(case: Case) -> list[str]:
    flow = inspected(case.twin)
    return [f"{f.kind} at {flow.node(f.node).name}: {f.badge}" for f in flow.findings]


@pytest.mark.slow
@pytest.mark.parametrize("kind, seed", cases())
def test_found_on_the_right_node_and_the_clean_twin_raises_nothing(kind: str, seed: int) -> None:
    planted = case(kind, seed)
    assert wrong(planted) == []
    assert alarms(planted) == []


# --- the tests can fail ----------------------------------------------------------------------------------------------


def test_there_are_as_many_of_each_kind() -> None:
    counts = Counter(kind for kind, _ in cases())
    assert sum(counts.values()) == 200 and set(counts.values()) == {33, 34} and len(counts) == 6


@pytest.mark.parametrize("kind", ["dead", "saturated", "vanishing", "dies", "exploding", "nan", "inf", "unused"])
def test_a_diagnostic_that_is_off_is_noticed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    planted = next(made for made in (case(*which) for which in cases()) if kind in made.must)
    assert wrong(planted) == []
    silent = DIAGNOSTICS[kind]._replace(find=lambda graph, limit: ())
    monkeypatch.setitem(DIAGNOSTICS, kind, silent)
    assert wrong(planted) == [f"{kind} not found at {', '.join(sorted(planted.must[kind]))}"]


@pytest.mark.parametrize("kind, seed", cases()[:6])
def test_another_node_and_an_alarm_are_noticed(kind: str, seed: int) -> None:
    planted = case(kind, seed)
    elsewhere = replace(planted, must={kind: frozenset(["Wo"])}, may=frozenset())
    assert len(wrong(elsewhere)) == 2 or kind == "exploding"
    assert alarms(replace(planted, twin=planted.faulty)) != []


@pytest.mark.parametrize("kind", ["dead", "saturated", "nan"])
def test_other_elements_are_noticed(kind: str) -> None:
    planted = next(made for made in (case(*which) for which in cases()) if kind in made.must and made.index)
    (where,) = planted.must[kind]
    assert wrong(replace(planted, index={where: planted.index[where] + 1})) != []
