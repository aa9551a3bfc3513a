"""Worked examples marked: the verdicts are those of an independent recomputation, but for the differences listed."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import tracegraph as tg
from tracegraph.cli.program import target
from tracegraph.marking import judge as judging
from tracegraph.marking.written import Written

HERE = Path(__file__).parent
MARKED = HERE.parents[1] / "examples" / "marked"
FILES = json.loads((HERE / "data" / "worked_verdicts.json").read_text("utf-8"))
SAME = {"agrees": {"agrees", "carried"}, "rounding": {"rounding"}, "left blank": {"left blank"}}
"""Verdicts that mean the same; all others are slips: software cannot tell damage from them."""

ACCEPTED = {
    "sgd.final.b": (
        "rounding",
        "0.3287 follows from a chain of four decimals that was not written down; from the "
        "exact values, which give 0.3286, it is one unit of the last digit away",
    ),
    "sgd.mse1": ("carried", "5.6005 is 56.005 / 10: right from the sum, which is the slip"),
    "mom.x2.vw": ("rounding", "-0.099 for -0.0982 is within one unit of the last digit"),
    "bp.it1.d5": ("agrees", "0.0823 is cut off from what was written before, but it is also the exact value, rounded"),
    "bp.it1.w35": ("carried", "0.504521 is 0.5 + 0.004521: right from the change of the weight, which is the slip"),
    "bp.it1.d4": ("rounding", "0.01222 follows, cut off, from h4 = 0.549, which is the slip"),
    "bp.it2.h3": ("agrees", "0.512 is the sigmoid of 0.05, which is what was written before it"),
    "cnn2.pool": ("agrees", "three numbers fit no convention of pooling; each is right in its place in the maps"),
    "cnn2.flat": ("agrees", "the same three numbers, in their places among eight"),
}


def graph_of(name: str) -> tg.Graph:
    """The graph of an example."""
    file, _, function = FILES[name]["program"].partition(":")
    what = target((MARKED / file).resolve(), function or None)
    assert isinstance(what, tg.Graph)
    return what


@pytest.fixture(autouse=True)
def _path() -> Iterator[None]:
    before = list(sys.path), set(sys.modules)
    yield
    sys.path[:] = before[0]
    for name in set(sys.modules) - before[1] & {"sgd_notes"}:
        if name == "sgd_notes":
            del sys.modules[name]


def different(name: str) -> list[str]:
    """What marking an example says otherwise than the recomputation, beyond the differences listed."""
    marking = tg.mark(graph_of(name), MARKED / f"{name}.toml")
    claims = FILES[name]["claims"]
    assert not marking.problems and len(claims) == len(marking.results)
    found = []
    for result, claim in zip(marking.results, claims, strict=True):
        wanted = SAME.get(claim["verdict"], {"slip"})
        if claim["id"] in ACCEPTED:
            wanted = {ACCEPTED[claim["id"]][0]}
        if result.verdict not in wanted:
            found.append(f"{claim['id']}: {result.written} is {result.verdict}, not {' or '.join(wanted)}")
    return found


@pytest.mark.parametrize("name", FILES)
def test_verdicts_are_those_of_the_recomputation(name: str) -> None:
    assert different(name) == []


def test_each_accepted_difference_is_one() -> None:
    verdicts = {claim["id"]: claim["verdict"] for file in FILES.values() for claim in file["claims"]}
    for name, (ours, reason) in ACCEPTED.items():
        assert ours not in SAME.get(verdicts[name], {"slip"}) and reason


def test_differences_are_documented() -> None:
    text = (HERE.parents[1] / "docs" / "marking.md").read_text("utf-8")
    assert [name for name in ACCEPTED if name not in text] == []


@pytest.mark.parametrize("name", FILES)
def test_exact_values_are_those_of_the_recomputation(name: str) -> None:
    marking = tg.mark(graph_of(name), MARKED / f"{name}.toml")
    for result, claim in zip(marking.results, FILES[name]["claims"], strict=True):
        if isinstance(claim["exact"], float):
            assert result.exact == pytest.approx(claim["exact"], rel=1e-9), claim["id"]


def test_forty_five_numbers_do_not_flatten_sixteen() -> None:
    """One numeric step is no claim that fits: the flattened column, of another length."""
    marking = tg.mark(graph_of("cnn1_padding"), [{"value": "flat_p1", "written": ["14"] * 45}])
    assert "written is 45, the quantity 16" in str(marking.problems[0])


def test_the_error_after_training_is_seen_in_a_minute() -> None:
    marking = tg.mark(graph_of("sgd"), MARKED / "sgd.toml")
    text = marking.to_markdown()
    mse = marking.results[-1]
    assert (mse.written, mse.verdict, mse.carried_from) == ("5.6005", "carried", ("sum",))
    assert mse.exact == pytest.approx(4.5903, abs=1e-4) and "exact is 4.590293" in text
    first = text.splitlines()[0]
    assert "first slip: ∂L/∂w (step 4)" in first and "3.864 for −23.136" in first
    causes = {r.label: " ".join(r.causes) for r in marking.results}
    assert "−(9 − 3.216·4) = 3.864" in causes["grad w step 4"]
    assert "3.864 is put in for ŷ₄" in causes["grad b step 4"]
    assert "5 for 4" in causes["sum"]
    assert next(r for r in marking.results if r.label == "yhat1").verdict == "agrees"


def test_other_causes_that_are_known() -> None:
    def causes(name: str, label: str) -> str:
        marking = tg.mark(graph_of(name), MARKED / f"{name}.toml")
        return " ".join(c for r in marking.results if r.label == label for c in r.causes)

    assert "exp instead of sigmoid: exp(0.58787) = 1.80015" in causes("backprop", "o5_2")
    assert "a digit is dropped (4): 0.5449" in causes("backprop", "h4")
    assert "the term G₁ = 56.25 is left out" in causes("adagrad", "G2")
    assert "a digit is dropped (7): 12.75" in causes("cnn1_strides", "avg_s1")
    assert "beside it" in causes("cnn1_padding", "max_p1")


def _fault(patch: pytest.MonkeyPatch, name: str) -> None:
    faults: dict[str, Any] = {
        "every rounding agrees": (Written, "agrees", Written.rounding),
        "a whole unit is no rounding": (Written, "rounding", Written.truncated),
        "judged from the exact values only": (judging, "WAYS", ("exact",) * 4),
        "slips are followed by force": (judging.Judge, "nearest", lambda self, q: set()),
        "nothing is carried": (judging.Judge, "narrowed", lambda self, q, i, t, b: frozenset()),
    }
    patch.setattr(*faults[name])


@pytest.mark.parametrize(
    "fault",
    [
        "every rounding agrees",
        "a whole unit is no rounding",
        "judged from the exact values only",
        "slips are followed by force",
    ],
)
def test_a_fault_in_the_judge_is_found(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    _fault(monkeypatch, fault)
    try:
        found = [d for name in ("sgd", "backprop", "adagrad") for d in different(name)]
    except (KeyError, AssertionError):
        return
    assert found


def test_a_fault_in_what_is_carried_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    _fault(monkeypatch, "nothing is carried")
    with pytest.raises(AssertionError):
        test_the_error_after_training_is_seen_in_a_minute()
