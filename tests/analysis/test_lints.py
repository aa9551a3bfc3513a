"""Mistakes that a network can have: each is the first entry where it was planted, and silent on its clean twins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from faults import flow_of
from lint_nets import NETS, TWINS
from nets import rng

from tracegraph.analysis import DIAGNOSTICS

SEEDS = range(3)
HINTS = ("log", "no_effect", "summed", "overflow")


def by_net(nets: dict[str, list[Any]]) -> list[Any]:
    return [pytest.param(kind, net, id=f"{kind}-{net.__name__}") for kind, known in nets.items() for net in known]


def said(net: Callable[[Any], Any], seed: int) -> list[tuple[str, str]]:
    """Kind and severity of each entry."""
    return [(c.kind, c.severity) for c in flow_of(lambda: net(rng(seed))).causes]


@pytest.mark.parametrize("kind, net", by_net(NETS))
def test_a_planted_mistake_is_the_first_entry(kind: str, net: Callable[[Any], Any]) -> None:
    for seed in SEEDS:
        entries = said(net, seed)
        assert entries and entries[0][0] == kind, (seed, entries)
        assert kind not in HINTS or entries[0][1] == "hint"


@pytest.mark.parametrize("kind, net", by_net(TWINS))
def test_a_clean_twin_has_no_such_entry_and_no_fault(kind: str, net: Callable[[Any], Any]) -> None:
    for seed in SEEDS:
        entries = said(net, seed)
        assert all(k != kind and severity == "hint" for k, severity in entries), (seed, entries)


def test_each_has_planted_networks_and_clean_twins() -> None:
    assert NETS.keys() == TWINS.keys() and NETS.keys() <= DIAGNOSTICS.keys()


def test_each_says_where_its_threshold_comes_from() -> None:
    for kind in NETS:
        text = DIAGNOSTICS[kind].find.__doc__ or ""
        assert DIAGNOSTICS[kind].meaning and ("Source" in text or "convention" in text or "Nothing is measured" in text)


@pytest.mark.parametrize("kind", NETS)
def test_a_lint_that_is_off_is_noticed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(DIAGNOSTICS, kind, DIAGNOSTICS[kind]._replace(find=lambda graph, limit: ()))
    assert all(k != kind for k, _ in said(NETS[kind][0], 0)[:1])
