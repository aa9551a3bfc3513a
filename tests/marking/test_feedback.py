"""Marks as feedback: one cause, shared causes once, the change for the new value, points, tables of answers."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from commands import run

import tracegraph as tg
from tracegraph.marking.claim_tables import table_rows


def line(points: list[tuple[int, int]] | None = None) -> tg.Graph:
    """A step of gradient descent, then predictions with what it gives."""
    w, b = tg.parameter(0.5, "w"), tg.parameter(0.1, "b")
    yhat = w * 4 + b
    L = 0.5 * (9 - yhat) ** 2
    w, b = tg.optim.SGD(lr=0.0437).step(L, [w, b])
    predicted = []
    for i, (x, _) in enumerate(points or [(1, 0), (2, 0), (3, 0), (4, 0)]):
        p = w * x + b
        p.name = f"p{i}"
        predicted.append(p)
    return tg.trace(predicted)


def causes(graph: tg.Graph, *claims: dict[str, Any]) -> list[str]:
    return ["; ".join(r.causes) for r in tg.mark(graph, list(claims)).results]


def test_a_cause_that_several_share_is_named_once() -> None:
    """w = 1.70612 and b = 0.40153, cut to two decimals, stand behind four predictions."""
    w, b = 1.70612, 0.40153
    cut = [(x, 1.70 * x + 0.40) for x in (1, 2, 3, 4)]
    assert all(round(1.70612 * x + 0.40153, 3) != round(p, 3) for x, p in cut)
    claims = [{"value": "w", "step": 1, "written": str(w)}, {"value": "b", "step": 1, "written": str(b)}]
    claims += [{"value": f"p{x - 1}", "written": f"{p:.3f}"} for x, p in cut]
    marking = tg.mark(line(), claims)
    slips = [r for r in marking.results if r.verdict == "slip"]
    assert len(slips) == 4 and len({r.causes for r in slips}) == 1
    assert "w₁ = 1.7" in slips[0].causes[0] and "b₁ = 0.4" in slips[0].causes[0]
    assert marking.to_markdown().count("worked out with") == 2  # in the list, and once in the table
    assert "as p₀" in str(marking)


def test_unlike_slips_share_nothing() -> None:
    claims = [{"value": f"p{i}", "written": text} for i, text in enumerate(("5.111", "9.877", "2.345", "7.654"))]
    assert len(set(causes(line(), *claims)) - {""}) == len([c for c in causes(line(), *claims) if c])


@pytest.mark.parametrize("written", ["1.206", "-1.206"])
def test_the_change_written_for_the_new_value(written: str) -> None:
    """The gradient is −27.6; times the learning rate it is the change of w."""
    found = causes(line(), {"value": "w", "step": 1, "written": written})
    assert found == ["the change is written for the new value: 0.5 + 1.206 = 1.70612"]


def test_at_most_one_cause_each() -> None:
    marking = tg.mark(
        line(), [{"value": "yhat", "step": 1, "written": "2.2"}, {"grad": "w", "step": 1, "written": "27"}]
    )
    assert all(len(r.causes) <= 1 for r in marking.results)


def test_two_mistakes_at_once() -> None:
    """The square forgotten, and subtracted instead of added."""
    y = tg.parameter(1.2345, "y")
    L = 0.5 * (4.5 - y) ** 2 + 0.125
    found = causes(tg.trace(L), {"value": "L", "written": f"{0.5 * (4.5 - 1.2345) - 0.125:.5f}"})
    assert found[0].startswith("two mistakes at once, ") and "not squared" in found[0]


def test_misprints_are_counted_apart() -> None:
    marking = tg.mark(
        line(), [{"value": "w", "step": 1, "written": "1.70162"}, {"value": "yhat", "step": 1, "written": "7.9"}]
    )
    assert [r.misprint for r in marking.results] == [True, False]
    assert "1 slip, 1 misprint" in marking.summary and "first slip: yhat" not in marking.summary
    assert "Looks like a misprint:" in marking.to_markdown()


def test_points_do_not_punish_twice() -> None:
    z = tg.parameter(2.0, "a") * 3.0 + 1.0
    z.name = "z"
    y = z * 2.0
    y.name = "y"
    claims = [
        {"value": "z", "written": "8", "points": 1},
        {"value": "y", "written": "16", "points": 2.5},
        {"grad": "a", "written": "6", "points": 1},
    ]
    marking = tg.mark(tg.trace(y), claims)
    assert [r.verdict for r in marking.results] == ["slip", "carried", "agrees"]
    assert marking.points == (3.5, 4.5) and "Points: 3.5 of 4.5." in marking.to_markdown()
    assert "Look again at: the rule of sums" not in str(marking) and "Look again at:" in str(marking)
    wrong = tg.mark(tg.trace(y), [{"value": "z", "written": "8", "points": "many"}])
    assert "points = 'many': a number was due" in str(wrong.problems[0])


def test_what_to_look_at_again_names_the_rule() -> None:
    a, b = tg.parameter(2.0, "a"), tg.parameter(3.0, "b")
    L_4 = a * b
    marking = tg.mark(tg.trace(L_4), [{"grad": "a", "written": "2"}])
    assert "Look again at: the product rule at L₄." in str(marking)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", "name,value\nz,7\n∂L/∂a,\n"),
        ("a.csv", "z;7\ngrad a;\n"),
        ("a.tsv", "z\t7\ndL/da\t\n"),
        ("a.md", "# Anna\n\n| quantity | value |\n| :-- | --: |\n| z | 7 |\n| ∂L/∂a |  |\n"),
    ],
)
def test_a_plain_table_of_answers(tmp_path: Path, name: str, text: str) -> None:
    a = tg.parameter(2.0, "a")
    z = a * 3.0 + 1.0
    L = z * z
    path = tmp_path / name
    path.write_text(text, "utf-8")
    marking = tg.mark(tg.trace(L), path)
    assert [(r.title, r.verdict) for r in marking.results] == [("z", "agrees"), ("∂L/∂a", "left blank")]
    assert marking.missing == ("L",) and "Missing: L." in str(marking)


def test_names_of_a_table() -> None:
    text = "map[0, 1];1\nw₃₅ (step 2);2\ngradient of w_3;3\nŷ;4\n"
    found = [row for _, row in table_rows(text, "x.csv")]
    assert [next(iter(r[k] for k in ("value", "grad") if k in r)) for r in found][1:] == ["w_35", "w_3", "y_hat"]
    assert found[1]["step"] == 2 and found[0]["index"] == [0, 1] and found[0]["value"] == "map"


def test_the_cause_stands_beside_its_cross_and_the_key_has_the_signs() -> None:
    yhat = tg.parameter(0.75, "w") * 4 + 0.2
    yhat.name = "yhat"
    L = 0.5 * (9 - yhat) ** 2
    marking = tg.mark(tg.trace(L), [{"value": "yhat", "written": "3.2"}, {"grad": "w", "written": "3.8"}])
    assert "order of operations" in marking.draw().svg
    assert "slip" in marking.draw(key=True).svg


@pytest.mark.usefixtures("here")
def test_a_table_on_the_command_line() -> None:
    Path("answers.csv").write_text("name,value\nloss,3\n", "utf-8")
    done = run("mark", "net.py", "answers.csv")
    assert done.exit_code == 0 and "Missing:" in done.stdout
    Path("empty.csv").write_text("name,value\n", "utf-8")
    assert "there is no row" in run("mark", "net.py", "empty.csv").stderr
