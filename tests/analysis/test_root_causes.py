"""Root causes: a planted fault is the first entry, of one; healthy networks have none; groups are flat and ordered."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from births import BIRTHS, amiss, births
from families import FAMILIES, Net
from faults import FAULTS, Planted, flow_of, healthy, judged, planted
from nets import he, rng

import tracegraph as tg
from tracegraph.analysis import DIAGNOSTICS, Finding, explains, remedies, root_causes
from tracegraph.analysis.flow import annotated

RATES = {"SGD": 0.01, "Momentum": 0.01, "Nesterov": 0.01, "AdaGrad": 0.01, "RMSProp": 0.001, "Adam": 0.001}


@pytest.mark.parametrize("fault", FAULTS)
def test_the_culprit_is_the_first_entry_and_the_only_one(fault: str) -> None:
    """Quick form of ``python -m benchmarks diagnosis``, where 30 seeds of each are run."""
    for name, family, seed, case in planted(range(1)):
        if name == fault:
            outcome = judged(case)
            assert outcome.first and outcome.entries == 1, (family, seed, outcome.said)


def test_healthy_networks_have_no_entry() -> None:
    assert [
        (family, seed, flow_of(net.loss).causes) for family, seed, net in healthy(range(2)) if _said(net.loss)
    ] == []


@pytest.mark.parametrize("optimizer", RATES)
@pytest.mark.parametrize("family", FAMILIES)
def test_healthy_training_has_no_entry(family: str, optimizer: str) -> None:
    net = FAMILIES[family](rng(7))
    assert _said(lambda: trained(net, optimizer)) == []


def trained(net: Net, optimizer: str) -> list[tg.Tensor]:
    """Five steps."""
    parameters, steps = net.parameters(), getattr(tg.optim, optimizer)(lr=RATES[optimizer])
    for _ in range(5):
        new = steps.step(net.loss(parameters), list(parameters.values()))
        parameters = dict(zip(parameters, new, strict=True))
    return list(parameters.values())


def _said(program: Callable[[], Any]) -> list[str]:
    return [f"{c.kind} at {c.place}" for c in flow_of(program).causes]


def first(fault: str) -> Planted:
    return next(case for name, _, _, case in planted(range(1)) if name == fault)


@pytest.mark.parametrize("name", BIRTHS)
def test_a_birth_is_the_first_entry_with_its_element(name: str) -> None:
    for kind, seed, birth in births(2):
        if kind == name:
            causes = flow_of(birth.program).causes
            assert amiss(birth, causes) == "" and len(causes) == 1, (seed, causes)


# --- what an entry says ----------------------------------------------------------------------------------------------


def test_a_cause_has_its_line_the_code_there_the_numbers_and_a_remedy_for_this_case() -> None:
    def program() -> tg.Tensor:
        x = tg.tensor(rng().normal(size=(32, 8)), "x")
        b = tg.parameter(np.full(12, -6.0), "b")
        h = tg.relu(x @ tg.parameter(he(rng(1), 8, 12), "W") + b)
        return tg.cross_entropy(h @ tg.parameter(he(rng(2), 12, 3), "V"), np.arange(32) % 3)

    flow = tg.flow(program)
    (cause,) = flow.causes
    assert (cause.kind, cause.place, cause.severity, cause.measure, cause.threshold) == ("dead", "h", "fault", 1, 0.1)
    assert cause.excerpt == 'h = tg.relu(x @ tg.parameter(he(rng(1), 8, 12), "W") + b)'
    assert cause.line == f"{__file__.rpartition('/')[2]}:{program.__code__.co_firstlineno + 3}"
    assert "12 of 12 units are 0 for all 32 rows: their biases in b are −6, and the rest is at most" in cause.sentence
    assert cause.remedy == "start b at 0"
    assert {f.kind for f in cause.consequences} == {"vanishing", "dies"}
    assert Counter(f.kind for f in flow.findings) == Counter(["dead", *(f.kind for f in cause.consequences)])
    table = str(flow)
    assert table.startswith("1 root cause: dead at h (12 of 12 units dead)\n") and "so: " in table
    (record,) = json.loads(flow.to_json())["causes"]
    assert list(record) == (
        "kind node place line excerpt measure threshold sentence remedy consequences severity".split()
    )
    assert record["sentence"] in flow.to_markdown().replace("\\", "")


def test_a_cut_names_the_tensor_that_was_copied() -> None:
    (cause,) = flow_of(first("detached").program).causes
    assert "is a copy of the numbers of" in cause.sentence and "not the tensor itself" in cause.sentence
    assert {f.kind for f in cause.consequences} == {"unused"}


def test_a_copy_on_purpose_is_no_entry() -> None:
    """A target of the network's own numbers; the largest of a log-sum-exp."""
    w = tg.parameter(he(rng(), 8, 4), "w")

    def program() -> tg.Tensor:
        y = tg.tensor(rng(1).normal(size=(16, 8)), "x") @ w
        top = tg.constant(y.value.max(axis=1, keepdims=True))
        return tg.mean((y - tg.tensor(0.9 * y.value)) ** 2) + tg.mean(tg.log(tg.sum(tg.exp(y - top), axis=1)))

    assert _said(program) == []


def test_a_step_that_raises_the_loss_says_which_rate_would_lower_it() -> None:
    (cause,) = flow_of(first("rate_too_large").program).causes
    assert "on the same data it takes the loss from" in cause.sentence and "at a learning rate of 10" in cause.sentence
    assert "a learning rate of about" in cause.remedy


def test_zeros_on_purpose_are_a_hint_and_no_fault() -> None:
    def program() -> tg.Tensor:
        h = tg.relu(tg.tensor(rng().normal(size=(32, 8)), "x") @ tg.parameter(he(rng(1), 8, 16), "W"))
        return tg.mse(h @ tg.parameter(np.zeros((16, 2)), "V"), rng(2).normal(size=(32, 2)))

    flow = tg.flow(program)
    assert [(c.kind, c.place, c.severity) for c in flow.causes] == [("first_step", "V", "hint")]
    assert flow.findings == () and not flow.fails("any") and flow.fails("hint") == {"first_step": 1}


# --- groups ----------------------------------------------------------------------------------------------------------


def test_every_finding_is_in_one_group() -> None:
    for name, _, _, case in planted(range(1)):
        flow = flow_of(case.program)
        inside = [f for c in flow.causes for f in c.consequences]
        assert len(inside) + len(flow.causes) >= len(flow.findings), name
        assert len({(f.kind, f.node, f.way) for f in inside}) == len(inside), name


def test_a_cause_comes_before_its_consequences_in_depth() -> None:
    for _, _, _, case in planted(range(1)):
        for cause in flow_of(case.program).causes:
            depth = DIAGNOSTICS[cause.kind].depth
            assert all(DIAGNOSTICS[f.kind].depth >= depth for f in cause.consequences)


def test_births_go_by_place_and_an_infinity_before_the_nan_that_it_makes() -> None:
    def program() -> tg.Tensor:
        e = tg.exp(tg.tensor([[1000.0, 2.0], [3.0, 4.0]], "x") * tg.parameter(1.0, "w"))
        p = e / tg.sum(e, axis=1, keepdims=True)
        return -tg.mean(tg.log(p))

    flow = flow_of(program)
    assert (flow.causes[0].kind, flow.causes[0].place) == ("inf", "e") and len(flow.causes) == 1
    assert {f.kind for f in flow.causes[0].consequences} >= {"nan"}


# --- the tests can fail ----------------------------------------------------------------------------------------------


def test_without_the_table_each_finding_is_an_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    case = first("all_dead")
    monkeypatch.setattr(explains, "RULES", ())
    assert judged(case).entries > 1


def test_without_depth_a_consequence_may_come_first(monkeypatch: pytest.MonkeyPatch) -> None:
    for kind, diagnostic in DIAGNOSTICS.items():
        monkeypatch.setitem(DIAGNOSTICS, kind, diagnostic._replace(depth=-diagnostic.depth))
    assert not all(judged(first(fault)).first for fault in FAULTS)


@pytest.mark.parametrize("kind", ["dead", "zero", "update", "cut"])
def test_a_kind_that_is_off_is_noticed(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    fault = {"dead": "all_dead", "zero": "zero", "update": "rate_too_small", "cut": "detached"}[kind]
    monkeypatch.setitem(DIAGNOSTICS, kind, DIAGNOSTICS[kind]._replace(find=lambda graph, limit: ()))
    assert not judged(first(fault)).first


def test_a_kind_that_nobody_declared_stands_for_itself() -> None:
    graph = tg.trace(tg.sum(tg.parameter([1.0, 2.0], "w")))
    flow = annotated(graph, [Finding("theirs", 0, "odd", "is odd"), Finding("others", 0, "strange", "is strange")])
    assert [c.kind for c in flow.causes] == ["theirs", "others"] and root_causes.UNKNOWN.alone == "fault"


# --- remedies that are tried -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("fault", ["dead_by_bias", "dead_by_weights", "all_dead", "saturated", "large", "zero"])
def test_the_remedy_mends_the_fault(fault: str) -> None:
    """With the number of the remedy the same network has no fault left at the culprit."""
    for name, family, seed, case in planted(range(1)):
        if name != fault:
            continue
        with np.errstate(all="ignore"):
            flow = tg.flow(case.program, try_remedies=True)
        cause = flow.causes[0]
        assert cause.outcome and "still there" not in cause.outcome, (family, seed, cause)
        assert flow.remedy == f"{cause.remedy}: {cause.outcome}" and f"tried: {cause.outcome}" in str(flow)


def test_what_is_replayed_is_what_the_program_gives() -> None:
    """Values and gradients with another bias, by the graph and by the program itself."""
    net = FAMILIES["conv"](rng(3))
    graph, other = tg.trace(net.loss), net.but(b1=np.full_like(net.arrays["b1"], 0.5))
    again, right = remedies.replayed(graph, {graph["b1"].key: other.arrays["b1"]}), tg.trace(other.loss)
    assert again is not None
    for mine, theirs in zip(again, right, strict=True):
        np.testing.assert_allclose(mine.value, theirs.value, rtol=1e-12)
        assert (mine.gradient is None) == (theirs.gradient is None)
        if mine.gradient is not None:
            np.testing.assert_allclose(mine.gradient, theirs.gradient, rtol=1e-9, atol=1e-15)


def test_a_remedy_that_does_not_help_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(remedies.ACTIONS, "set", lambda value, to: value)
    flow = tg.flow(first("all_dead").program, try_remedies=True)
    assert "the fault is still there" in flow.causes[0].outcome


def test_without_being_asked_nothing_is_tried_but_a_rate_is() -> None:
    assert all(c.outcome == "" for fault in FAULTS for c in flow_of(first(fault).program).causes)
    with np.errstate(all="ignore"):
        flow = tg.flow(first("rate_too_large").program, try_remedies=True)
    assert flow.remedy.endswith("the loss falls") and tg.flow(tg.parameter(1.0, "w")).remedy == ""
