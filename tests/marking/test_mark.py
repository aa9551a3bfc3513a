"""Marking: what is said of numbers that were written for any computation."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import tracegraph as tg
from tracegraph.graph.lookup import find_gradient
from tracegraph.marking.digits import slips_of_the_pen
from tracegraph.marking.replay import Replay
from tracegraph.marking.variants import variants
from tracegraph.marking.written import decimal, read, rounded

WEIGHTS = st.floats(-2, 2, allow_nan=False).map(lambda x: round(x, 3)).filter(lambda x: abs(x) > 0.05)


def neuron(w: float = 0.8, v: float = -1.3) -> tg.Graph:
    """A chain of named numbers with a gradient: z, h, y, L."""
    a, b = tg.parameter(w, "w"), tg.parameter(v, "v")
    z = a * 3 - 0.7
    h = tg.sigmoid(z)
    y = h * b + z
    L = 0.5 * (1.5 - y) ** 2
    return tg.trace(L)


def run(steps: int = 3) -> tg.Graph:
    """A training run with momentum."""
    w, b = tg.parameter(0.5, "w"), tg.parameter(0.1, "b")
    optimizer = tg.optim.Momentum(lr=0.01)
    for x in range(1, steps + 1):
        yhat = w * x + b
        L = 0.5 * (2 * x + 1 - yhat) ** 2
        w, b = optimizer.step(L, [w, b])
    return tg.trace([w, b])


def shown(value: float, digits: int) -> str:
    """A number with so many decimals, half up."""
    unit = Decimal(1).scaleb(-digits)
    exact = decimal(value, unit)
    assert exact is not None
    return f"{rounded(exact, unit):f}"


def verdicts(graph: tg.Graph, *claims: dict[str, Any]) -> list[str]:
    return [r.verdict for r in tg.mark(graph, list(claims)).results]


@pytest.mark.parametrize(
    ("right", "text", "verdict"),
    [
        (0.60056, "0.601", "agrees"),
        (0.60056, "0.600", "rounding"),
        (0.60056, "0.60056", "agrees"),
        (0.60056, "0.6006", "agrees"),
        (0.60056, "0.6", "agrees"),
        (0.60056, "0.602", "slip"),
        (0.60056, "6.0056e-1", "agrees"),
        (8.354999999999999, "8.36", "agrees"),
        (8.355, "8.35", "rounding"),
        (-8.355, "-8.36", "agrees"),
        (14.0, "15", "slip"),
        (14.0, "14", "agrees"),
        (14.4, "15", "rounding"),
        (0.0005, "5×10⁻⁴", "agrees"),
        (0.0005, "−0.0005", "slip"),
        (1e-17, "0.00", "agrees"),
        (float("nan"), "0", "slip"),
        (float("inf"), "9", "slip"),
        (123456.0, "123456", "agrees"),
        (123456.0, "1.2e5", "agrees"),
    ],
)
def test_digits_decide(right: float, text: str, verdict: str) -> None:
    x = tg.constant(right, "x")
    with np.errstate(all="ignore"):
        assert verdicts(tg.trace([x + 0.0, x]), {"value": "x", "written": text}) == [verdict]


def test_no_number_is_none() -> None:
    texts = ("", "abc", "1,5", "1/3", "nan", "inf", "0x1", "1e9999", "1" * 99, "--1", "1_000")
    assert [t for t in texts if read(t) is not None] == []


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(w=WEIGHTS, v=WEIGHTS, digits=st.integers(1, 12))
def test_exact_values_agree_with_any_number_of_digits(w: float, v: float, digits: int) -> None:
    graph = neuron(w, v)
    claims = [{"value": n, "written": shown(graph[n].value, digits)} for n in ("z", "h", "y", "L")]
    claims += [{"grad": n, "written": shown(graph[n].gradient, digits)} for n in ("y", "h", "z", "w", "v")]
    assert set(verdicts(graph, *claims)) == {"agrees"}


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(w=WEIGHTS, v=WEIGHTS, shift=st.sampled_from([0.5, -0.7, 1.25]))
def test_a_planted_slip_is_found_and_what_follows_is_carried(w: float, v: float, shift: float) -> None:
    graph = neuron(w, v)
    z = round(graph["z"].value + shift, 6)
    h = 1 / (1 + np.exp(-round(z, 6)))
    y = float(shown(h, 6)) * v + z
    loss = 0.5 * (1.5 - float(shown(y, 6))) ** 2
    numbers = {"z": z, "h": h, "y": y, "L": loss}
    claims = [{"value": n, "written": shown(x, 6)} for n, x in numbers.items()]
    claims.append({"grad": "y", "written": shown(-(1.5 - float(shown(y, 6))), 6)})
    marking = tg.mark(graph, claims)
    assert marking.results[0].verdict == "slip"
    for result in marking.results[1:]:
        same = abs(result.exact - float(str(result.written))) < 2e-6
        assert same or (result.verdict, result.carried_from) == ("carried", ("z",))


def test_a_misprint_that_was_not_used_spoils_nothing() -> None:
    graph = neuron()
    claims = [{"value": n, "written": shown(graph[n].value, 5)} for n in ("z", "h", "y", "L")]
    claims[1]["written"] = "0.48450"
    results = tg.mark(graph, claims).results
    assert [r.verdict for r in results] == ["agrees", "slip", "agrees", "agrees"]
    assert "not used" in results[2].remark


def test_a_claimed_gradient_feeds_what_lies_below_and_the_update() -> None:
    graph = run()
    claims = [
        {"grad": "yhat", "step": 2, "written": "-3.8"},
        {"grad": "w", "step": 2, "written": "-7.6"},
        {"value": "v_w", "step": 2, "written": "-0.0976"},
        {"value": "w", "step": 2, "written": "0.6216"},
    ]
    results = tg.mark(graph, claims).results
    assert [r.verdict for r in results] == ["agrees"] * 4
    assert results[1].from_yours == pytest.approx(-7.6) and results[3].from_yours == pytest.approx(0.6216)


def test_the_history_left_out_is_named() -> None:
    graph = run()
    g = find_gradient(graph.nodes, "w", 2).value
    result = tg.mark(graph, [{"value": "v_w", "step": 2, "written": shown(0.01 * g, 6)}]).results[0]
    assert result.verdict == "slip" and "history is left out" in result.causes[0]


@settings(max_examples=30, deadline=None)
@given(w=WEIGHTS, v=WEIGHTS)
def test_a_planted_loss_of_sign_is_named(w: float, v: float) -> None:
    graph = neuron(w, v)
    wrong = shown(-graph["y"].value, 5)
    if abs(float(wrong)) > 0.01:
        result = tg.mark(graph, [{"value": "y", "written": wrong}]).results[0]
        assert result.verdict == "slip" and "the sign is wrong" in result.causes[0]


@settings(max_examples=60, deadline=None)
@given(number=st.integers(10_000, 99_999), place=st.integers(0, 3))
def test_planted_slips_of_the_pen_are_named(number: int, place: int) -> None:
    text = f"0.{number}"
    i = place + 2
    swapped = text[:i] + text[i + 1] + text[i] + text[i + 2 :]
    dropped = text[:i] + text[i + 1 :]
    doubled = text[: i + 1] + text[i] + text[i + 1 :]
    changed = text[:i] + str((int(text[i]) + 5) % 10) + text[i + 1 :]
    cases = ((swapped, "swapped"), (dropped, "dropped"), (doubled, "doubled"), (changed, "one digit is wrong"))
    for wrong, word in cases:
        written = read(wrong)
        assert written is not None
        told = [what for _, what in slips_of_the_pen(written, float(text))]
        right = written.number == Decimal(text) or (word == "dropped" and written.agrees(float(text)))
        assert right or any(word in what or (word == "dropped" and "wrong" in what) for what in told), (wrong, told)


@pytest.mark.parametrize(
    ("wrong", "word"),
    [
        (lambda z, h, v: z - h * v, "sign"),
        (lambda z, h, v: h + z, "factor"),
        (lambda z, h, v: h * v, "term"),
        (lambda z, h, v: h * (v + z), "order of operations"),
        (lambda z, h, v: z * v + z, "put in for"),
    ],
)
def test_mistakes_in_the_formula_are_named(wrong: Any, word: str) -> None:
    graph = neuron()
    z, h, v = (float(shown(graph[n].value, 5)) for n in ("z", "h", "v"))
    claims = [{"value": "z", "written": shown(z, 5)}, {"value": "h", "written": shown(h, 5)}]
    result = tg.mark(graph, [*claims, {"value": "y", "written": shown(wrong(z, h, v), 5)}]).results[-1]
    assert result.verdict == "slip" and word in " ".join(result.causes), result.causes


def test_variants_stay_formulas() -> None:
    found = dict(reversed(v) for v in variants("-(v1 - v2) * v3"))
    assert {"-(v1 - v2 * v3)", "(v1 - v2) * v3", "-(v1 - v2)", "-v1 * v3"} <= found.keys()


@pytest.mark.parametrize("graph", [neuron(), run()])
def test_a_replay_gives_what_was_recorded(graph: tg.Graph) -> None:
    replay = Replay(graph)
    reached = [(n.key, loss) for loss in replay.losses() for n in graph if replay.reaches(n.key, loss)]
    states: dict[Any, Any] = {}
    for quantity in replay.needed([*((n.key, None) for n in graph), *reached]):
        states[quantity] = replay.compute(quantity, states)
    for node in graph:
        assert states[node.key, None] == pytest.approx(node.value, rel=1e-12)
        parts = [states[node.key, loss] for loss in replay.losses() if (node.key, loss) in states]
        assert sum(parts) == pytest.approx(node.gradient or 0, rel=1e-12)


def test_matrices_are_judged_element_by_element() -> None:
    x = tg.tensor(np.arange(9.0).reshape(3, 3), "x")
    y = tg.relu(x - 4)
    total = y.sum()
    graph = tg.trace(total)
    written = [["0", "0", "0"], ["0", "", "1"], ["3", "3", "4.0"]]
    claims = [
        {"value": "y", "written": written},
        {"value": "y", "index": [2, 1], "written": "3"},
        {"value": "y", "index": [1], "written": ["0", "0", "1"]},
        {"value": "total", "written": "11"},
    ]
    whole, one, row, total_of = tg.mark(graph, claims).results
    assert whole.verdict == "slip" and whole.elements[2, 0].verdict == "slip" and whole.elements[2, 0].from_yours == 2
    assert whole.elements[1, 1].verdict == "left blank" and whole.elements[1, 2].verdict == "agrees"
    assert (one.verdict, row.verdict) == ("agrees", "agrees")
    assert (total_of.verdict, total_of.carried_from) == ("carried", ("y",))


def test_claims_may_be_objects() -> None:
    result = tg.mark(neuron(), [tg.Claim("-0.7", grad="w")]).results[0]
    assert (result.label, result.verdict, result.line) == ("grad w", "slip", None)


def test_a_blank_gets_its_right_value() -> None:
    result = tg.mark(neuron(), [{"value": "y", "written": ""}]).results[0]
    assert result.verdict == "left blank" and result.exact == neuron()["y"].value == pytest.approx(result.from_yours)


def test_marks_survive_drawing_and_files(tmp_path: Any) -> None:
    marking = tg.mark(neuron(), [{"value": "y", "written": "9.5"}, {"value": "z", "written": "1.7"}])
    marking.graph.save(tmp_path / "m.tgraph")
    again = tg.load(tmp_path / "m.tgraph")
    assert again.notes == marking.graph.notes and again.notes["marks"].at(again["y"].key)[0].written == "9.5"
    svg = tg.draw(again).svg
    assert 'text-decoration="line-through"' in svg and "✗" in svg and "✓" in svg and ">9.5<" in svg


def test_many_wrong_elements_are_four_rows_and_a_count() -> None:
    x = tg.tensor(np.zeros((3, 3)), "x")
    marking = tg.mark(tg.trace((x * 2).sum()), [{"value": "x", "written": [["7"] * 3] * 3}])
    box = next(b for b in marking.draw().picture.boxes if b.title == "x")
    assert len(box.marks) == 5 and box.marks[-1].text == "… 5 more" and box.marks[0].struck == "7"


def test_json_is_valid_for_what_is_not_finite() -> None:
    x = tg.tensor(np.array([0.0, 1.0]), "x")
    with np.errstate(all="ignore"):
        y = 1 / x
        graph = tg.trace([y, y / y[0]])
    records = json.loads(tg.mark(graph, [{"value": "y", "written": ["9", "1"]}]).to_json())
    assert records[0]["exact"] == ["inf", 1.0] and records[0]["verdict"] == "slip"
    assert {"claim", "written", "from_yours", "exact", "verdict", "causes", "carried_from"} <= records[0].keys()


def test_reports_save_themselves(tmp_path: Any) -> None:
    marking = tg.mark(neuron(), [{"value": "y", "written": "9.5"}])
    for suffix, start in (("md", "**0 of 1 right"), ("txt", "0 of 1 right"), ("json", "["), ("svg", "<?xml")):
        assert marking.save(tmp_path / f"r.{suffix}").read_text("utf-8").startswith(start)
    assert marking._repr_markdown_() == marking.to_markdown() and "y" in str(marking)


def test_names_and_steps() -> None:
    graph = run()
    assert graph.find("w", 2).name == "w_2" and graph.find("yhat", 3).name == "yhat_3"
    assert find_gradient(graph.nodes, "w", 2).name == "∂L₂/∂w₁"
    wrong = (("w", 9, "1 to 3"), ("yhat", None, "give the step"), ("yhatt", 1, "nearest"), ("qq", None, "qq"))
    for name, step, word in wrong:
        with pytest.raises(tg.GraphError, match=word):
            graph.find(name, step)
    with pytest.raises(tg.GraphError, match="no step"):
        neuron().find("z", 1)
