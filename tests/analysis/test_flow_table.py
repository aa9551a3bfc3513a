"""The rows and the report of a flow: each number again by NumPy from the graph, each form read back."""

from __future__ import annotations

import json
import math
import os
import random
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import programs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import tracegraph as tg
from tracegraph.analysis import Finding, Flow
from tracegraph.analysis.flow import annotated
from tracegraph.analysis.flow_report import named, wanted
from tracegraph.analysis.flow_rows import MeasureRow
from tracegraph.analysis.flow_summary import layers, summary
from tracegraph.analysis.flow_tables import sections
from tracegraph.errors import GraphError
from tracegraph.graph import Edge, Graph, Node
from tracegraph.graph.measure import Size, size
from tracegraph.text.width import width

pytestmark = pytest.mark.usefixtures("simple_diagnostics")
HOSTILE = ["a|b", "new\nline", "<b>bold</b>", "`code`", "\x1b[31mred", "日本語", "x" * 300, "\ud800", "*_[]()", ""]


def measured(value: Any) -> Size:
    """The same four numbers in the words of the documentation."""
    x = np.abs(np.asarray(value, np.float64))
    return Size(float(np.sqrt(np.mean(x**2))), float(np.sqrt(np.sum(x**2))), float(np.mean(x)), float(np.mean(x == 0)))


def close(a: float, b: float) -> bool:
    return math.isclose(a, b, rel_tol=1e-12)


def check(flow: Flow) -> int:
    """Assert that each row holds what NumPy finds in the graph; how many rows there are."""
    nodes = {n.key: n for n in flow.whole}
    for row in (*flow.parameters, *flow.operations):
        node = nodes[row.node]
        assert (row.name, row.op, row.shape, row.source) == (node.name, node.op, np.shape(node.value), node.line)
        assert all(map(close, row.value, measured(node.value)))
        assert (row.gradient is None) == (node.gradient is None)
        if row.gradient is not None:
            assert all(map(close, row.gradient, measured(node.gradient)))
    for row in flow.operations:
        into = [e for e in flow.whole.edges if e.target == row.node and e.contribution is not None]
        received = 0.0 if row.gradient is None else row.gradient.rms
        assert (row.ratio is None) == (not into or not received)
        if row.ratio is not None:
            assert close(row.ratio, max(measured(e.contribution).rms for e in into) / received)
    return len(flow.parameters) + len(flow.operations)


def test_every_number_of_random_programs() -> None:
    count = 0
    for seed in range(40):
        loss, _ = programs.build(random.Random(seed).randrange, 20)
        flow = tg.flow(loss)
        assert [r.node for r in flow.operations] == [n.key for n in flow if flow.inputs(n)]
        count += check(flow)
    assert count > 1000


@pytest.mark.parametrize("field", ["value", "gradient", "ratio", "name"])
def test_a_wrong_number_would_be_noticed(field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    w = tg.parameter([[1.0, 2], [3, 4]])
    flow = tg.flow(tg.sum(tg.tanh(w)))
    check(flow)
    wrong = {"value": Size(1.0, 2.0, 1.0, 0.0), "gradient": Size(1.0, 2.0, 1.0, 0.5), "ratio": 0.5, "name": "x"}
    rows = [replace(r, **{field: wrong[field]}) for r in flow.operations]
    monkeypatch.setattr(Flow, "operations", tuple(rows))
    with pytest.raises(AssertionError):
        check(flow)


@settings(max_examples=200, deadline=None)
@given(arrays.arrays(np.float64, arrays.array_shapes(max_side=4), elements=st.floats(-1e100, 1e100)))
def test_sizes_are_those_of_numpy(x: Any) -> None:
    found, known = size(x), measured(x)
    assert all(math.isclose(a, b, rel_tol=1e-12, abs_tol=1e-150) for a, b in zip(found, known, strict=True))


def test_sizes_at_the_ends_of_the_range() -> None:
    assert size(np.full(4, 1e300)) == (1e300, 2e300, 1e300, 0.0)
    assert size(np.full(4, 5e-324)) == (5e-324, 1e-323, 5e-324, 0.0)
    assert size(np.zeros((0, 3))) == (0.0, 0.0, 0.0, 0.0)
    assert size(np.zeros(5)) == (0.0, 0.0, 0.0, 1.0) and size(0.0).zeros == 1
    assert size(np.array([-3, 0, 4])) == pytest.approx((math.sqrt(25 / 3), 5, 7 / 3, 1 / 3))
    assert size(np.array([True, False])).norm == 1 and size(np.float32(-2)) == (2, 2, 2, 0)
    assert size([1.0, math.inf])[:3] == (math.inf,) * 3
    assert all(map(math.isnan, size([1.0, math.nan])[:3])) and size([0.0, math.nan]).zeros == 0.5
    assert size(np.full(4, 1.7e308)).norm == math.inf and size(np.full(4, 1.7e308)).rms == 1.7e308


@pytest.mark.parametrize(
    "optimizer",
    [tg.optim.SGD(0.1), tg.optim.Momentum(0.05), tg.optim.AdaGrad(0.1), tg.optim.Adam(0.01), tg.optim.RMSProp(0.01)],
    ids=lambda o: type(o).__name__,
)
def test_update_ratios_are_those_of_the_weights(optimizer: Any) -> None:
    w, b = tg.parameter([[0.5, -1.0]], "w"), tg.parameter(0.0, "b")
    held = [(w, b)]
    for _ in range(3):
        w, b = held[-1]
        loss = tg.mse(w @ [[1.0], [2.0]] + b, [[3.0]])
        held.append(tuple(optimizer.step(loss, [w, b])))
    flow = tg.flow(tg.trace(list(held[-1])))
    for place, name in enumerate("wb"):
        rows = [r for r in flow.parameters if re.fullmatch(f"{name}_\\d", r.name)]
        assert len(rows) == 3
        for row, before, after in zip(rows, held, held[1:], strict=False):
            old, new = (np.asarray(t[place].value) for t in (before, after))
            norm = float(np.sqrt(np.sum(old**2)))
            moved = float(np.sqrt(np.sum((new - old) ** 2)))
            assert row.update == pytest.approx(moved / norm if norm else math.inf, rel=1e-12)
    assert flow.parameters[1].update == math.inf and flow.parameters[0].update is not None
    assert summary(flow).parameters == summary(flow).reached == 2


def net(depth: int = 3, names: Any = None) -> tg.Tensor:
    """A chain of scopes; half of the parameters have a name."""
    h = tg.tensor(np.linspace(-1, 1, 6).reshape(2, 3), "x")
    for k in range(depth):
        with tg.scope(f"layer{k + 1}"):
            h = tg.sigmoid(h @ tg.parameter(np.eye(3) * 0.5, names[k] if names else f"w_{k + 1}") + tg.parameter(0.1))
    return tg.mse(h, np.zeros((2, 3)))


def test_the_summary_counts_what_is_reached_and_finds_the_ends() -> None:
    flow = tg.flow(net())
    known = summary(flow)
    assert (known.parameters, known.reached, known.leaf) == (6, 6, "parameter")
    parts: dict[str, float] = {}
    for n in flow:
        if n.role == "parameter":
            parts[n.scope] = parts.get(n.scope, 0.0) + float(np.sum(np.square(n.gradient)))
    ends = [(name, math.sqrt(parts[name])) for name in sorted(parts, key=parts.__getitem__)]
    assert list(layers(flow)) == ["layer1", "layer2", "layer3"]
    assert known.smallest == (ends[0][0], pytest.approx(ends[0][1]))
    assert known.largest == (ends[-1][0], pytest.approx(ends[-1][1]))


def test_in_a_training_run_each_value_of_a_parameter_is_a_layer_and_no_update_an_operation() -> None:
    with tg.scope("part"):
        w = tg.parameter(1.0, "w")
        first = tg.optim.SGD(0.1).step(w * w, [w])[0]
        flow = tg.flow(first * first)
    assert list(layers(flow)) == ["w_0", "w_1"]
    assert {r.op for r in flow.operations} == {"mul"} and any(n.role == "update" for n in flow)


def test_what_is_not_reached_has_a_dash_and_no_zero() -> None:
    w, v, flat = tg.parameter(2.0, "w"), tg.parameter(3.0, "v"), tg.parameter(0.5, "flat")
    flow = tg.flow(w * 2 + tg.constant((v * 1.0).value) + tg.relu(flat - 1), parameters=[w, v, flat])
    rows = {r.name: r for r in flow.parameters}
    assert rows["v"].gradient is None and rows["flat"].gradient == (0, 0, 0, 1)
    assert summary(flow).lines[0].startswith("the gradient reaches 2 of 3 parameters")
    cells = {line.split()[0]: line.split() for line in str(flow).partition("operation")[0].splitlines() if line}
    assert cells["v"][3:7] == ["–"] * 4 and cells["flat"][3:7] == ["0", "0", "0", "100"]


def test_of_a_program_without_parameters_the_inputs_are_told() -> None:
    flow = tg.flow(tg.sum(tg.tensor([1.0, 2], "x") * 2))
    assert [r.name for r in flow.parameters] == ["x"] and summary(flow).leaf == "input"
    assert "1 of 1 input;" in str(flow) and "\ninput " in str(flow)


def faulty() -> Flow:
    """Two kinds of findings, of one kind several."""
    a, b, c = tg.parameter(1e-3, "a"), tg.parameter([1e-9, 1e-8], "b"), tg.parameter(50.0, "c")
    with np.errstate(all="ignore"):
        bad = tg.constant([1.0, np.nan, np.nan, np.nan, np.nan], "bad")
    return tg.flow(a * 1e-8 + tg.sum(b) * 1e-12 + c + tg.sum(tg.where([True] + [False] * 4, bad, 0.0)))


def test_findings_come_first_and_the_worst_first() -> None:
    flow = faulty()
    assert [f.kind for f in flow.findings] == ["nan", "very_small", "very_small", "span"]
    text = str(flow)
    places = [text.index(word) for word in ("nan at bad", "4 findings", "\nnan at", "\nparameter ", "\noperation ")]
    assert places == sorted(places)
    heads = re.findall(r"^(\w+) at (\w+) · ", text, re.MULTILINE)
    assert heads == [("nan", "bad"), ("very_small", "a"), ("span", "c")]
    assert [(c.kind, c.place) for c in flow.causes] == heads
    assert [[flow.node(f.node).name for f in c.consequences] for c in flow.causes] == [[], ["b"], []]
    assert "4 findings: 1 nan, 2 very_small, 1 span" in text
    assert "(at [1], [2], [3], …)" in text
    [parameters] = [s for s in sections(flow) if s.head[0] == "parameter"]
    assert [row[-1] for row in parameters.rows] == ["very_small", "very_small", "span"]


def test_each_finding_names_its_line() -> None:
    flow, here = faulty(), faulty.__code__.co_firstlineno
    lines = {f["name"]: f["source"] for f in json.loads(flow.to_json())["findings"]}
    assert lines["a"] == f"{Path(__file__).name}:{here + 2}" and lines["bad"].endswith(f":{here + 4}")


def test_long_tables_show_the_worst_and_say_what_is_left_out() -> None:
    w = tg.parameter(1.0, "w")
    h = w
    for _ in range(40):
        h = h * 1.5
    h = h + sum(tg.parameter(float(k % 9), f"p_{k}") for k in range(30))
    flow = tg.flow(h + tg.parameter(99.0, "late"))
    parameters = next(s for s in sections(flow) if s.head[0] == "parameter")
    assert len(parameters.rows) == 20 and parameters.more == len(flow.parameters) - 20 == 12
    assert "late" in {row[0] for row in parameters.rows} and "… 12 more rows; JSON has all\n" in str(flow)
    order = [r.name for r in flow.parameters]
    shown = [row[0] for row in parameters.rows]
    assert [n for n in map(tg_pretty, order) if n in shown] == shown
    assert "more row" not in flow.table(most=None)
    assert len(json.loads(flow.to_json())["parameters"]) == len(flow.parameters)


def tg_pretty(name: str) -> str:
    from tracegraph.text.names import pretty

    return pretty(name)


def strict(text: str) -> Any:
    """JSON as the standard has it: no NaN, no Infinity."""

    def refuse(word: str) -> Any:
        raise AssertionError(word)

    return json.loads(text, parse_constant=refuse)


def test_json_has_the_keys_and_the_numbers() -> None:
    flow = faulty()
    told = strict(flow.to_json())
    assert list(told) == ["summary", "causes", "findings", "parameters", "operations"]
    keys = "kind node name measure threshold cause remedy index source".split()
    assert all(list(f) == keys for f in told["findings"])
    assert told["findings"][0]["index"] == [[1], [2], [3], [4]] and told["findings"][0]["measure"] is None
    assert told["findings"][1]["measure"] == pytest.approx(1e-12) and told["findings"][1]["threshold"] == 1e-7
    assert told["summary"]["findings"] == {"nan": 1, "very_small": 2, "span": 1}
    assert told["summary"]["loss"] == flow.output.name
    for rows, key, own in ((flow.parameters, "parameters", "update"), (flow.operations, "operations", "ratio")):
        for row, record in zip(rows, told[key], strict=True):
            assert list(record) == ["node", "name", "op", "shape", "value", "gradient", own, "source"]
            for mine, theirs in ((row.value, record["value"]), (row.gradient, record["gradient"])):
                if mine is None:
                    assert theirs is None
                    continue
                for quantity, x in mine._asdict().items():
                    assert theirs[quantity] == (pytest.approx(x, rel=1e-11) if math.isfinite(x) else str(x))


def test_what_is_not_finite_is_a_text_in_json() -> None:
    x = tg.parameter([1.0, np.inf, np.nan], "x")
    told = strict(tg.flow(tg.sum(x * 2)).to_json())
    assert told["parameters"][0]["value"] == {"rms": "nan", "norm": "nan", "mean": "nan", "zeros": 0.0}
    graph = Graph(
        [Node(0, "w", "parameter", "parameter", 1.0, math.inf), Node(1, "L", "neg", "output", 1.0, math.nan)],
        [Edge(0, 1, 0, "w", contribution=math.nan)],
    )
    told = strict(annotated(graph, [Finding("nan", 0, "", "", math.inf, math.nan)]).to_json())
    assert told["findings"][0]["measure"] == "inf" and told["findings"][0]["threshold"] == "nan"
    assert told["summary"]["smallest"] is None and told["summary"]["reached"] == 1


@pytest.mark.parametrize("most", [2, None])
def test_hostile_names(most: int | None) -> None:
    sources = [Node(i, n, "parameter", "parameter", 99.0, 1e-9, scope=n, line=n) for i, n in enumerate(HOSTILE)]
    loss = Node(len(HOSTILE), "L", HOSTILE[4], "output", 1.0, 1.0, line="a\x00b|")
    edges = [Edge(n.key, loss.key, i, n.name, contribution=1e-9) for i, n in enumerate(sources)]
    found = [Finding("nan", n.key, n.name, n.name, index=((i,),)) for i, n in enumerate(sources)]
    flow = annotated(Graph([*sources, loss], edges), found)
    texts = [flow.table(most), flow.to_markdown(most), flow.to_json()]
    for text in texts[:2]:
        text.encode()
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text)
    for table in flow.table(most).split("\n\n")[1:]:
        lines = [line for line in table.splitlines() if not line.startswith("…")]
        assert max(map(width, lines)) < 450
    for line in filter(lambda line: line.startswith("|"), texts[1].splitlines()):
        assert "<b>" not in line.replace("\\<", "") and line.count("|") == bars(texts[1], line)
    assert [f["name"] for f in strict(texts[2])["findings"]] == HOSTILE


def bars(text: str, line: str) -> int:
    """The number of bars in the head of the table that a line is in."""
    before = text[: text.index(line)].rpartition("\n\n")[2]
    return (before.splitlines() or [line])[0].count("|")


@pytest.mark.slow
def test_the_same_program_gives_the_same_bytes() -> None:
    code = (
        "from simple_diagnostics import plant; from test_flow_table import faulty, net; import tracegraph as tg;"
        "plant(); f = faulty(); g = tg.flow(net());"
        "print(f, g, f.to_json(), f.to_markdown(), g.to_json(), file=open(1, 'w', encoding='utf-8'))"
    )
    folders = os.pathsep.join(filter(None, sys.path))
    found = set()
    for seed in ("1", "2"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "COLUMNS": seed + "0", "PYTHONPATH": folders}
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, env=env, check=True)
        found.add(done.stdout)
    assert len(found) == 1


def test_views_keep_the_report() -> None:
    flow = faulty()
    for view in (tg.fold(flow), tg.upto(flow, "a"), tg.collapse(flow)):
        assert isinstance(view, Flow)
        assert (str(view), view.to_json()) == (str(flow), flow.to_json())


def test_a_flow_without_findings_or_operations() -> None:
    assert "no findings" in str(tg.flow(net(1)))
    alone = tg.flow(tg.parameter(1.0, "w"))
    assert str(alone).startswith("the gradient reaches 1 of 1 parameter; ‖g‖ of the layer 1 (w)\nno findings\n\nparam")
    assert "operation" not in str(alone)


def test_what_a_build_fails_on() -> None:
    flow = faulty()
    assert flow.fails("nan", "span") == {"nan": 1, "span": 1} and flow.fails("very-small") == {"very_small": 2}
    assert flow.fails("any") == {"nan": 1, "very_small": 2, "span": 1} and not flow.fails("never") and not flow.fails()
    assert wanted(["NAN", " very-small "]) == ("nan", "very_small") and named("Very-Small") == "very_small"
    with pytest.raises(GraphError, match="no finding is called 'spam'; nearest: span; there are nan, very_small, "):
        flow.fails("spam")


def test_what_was_not_differentiated_is_an_error() -> None:
    with pytest.raises(GraphError, match="nothing was differentiated; give the loss"):
        tg.flow(tg.constant(1.0) * 2)
    with pytest.raises(GraphError, match="nothing was differentiated"):
        tg.flow(Graph([], []))


def test_a_notebook_shows_the_drawing() -> None:
    assert "<svg" in faulty()._repr_mimebundle_()["image/svg+xml"]


def test_rows_are_values() -> None:
    row = tg.flow(net(1)).parameters[0]
    assert isinstance(row, MeasureRow) and row == tg.flow(net(1)).parameters[0]
