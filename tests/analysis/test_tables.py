"""The table of layers: shapes and parameters as they are in the graph."""

from __future__ import annotations

import random
import sys
from pathlib import Path

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.analysis.layers import Row, Table
from tracegraph.cli.example_file import example

EXAMPLES = Path(__file__).parents[2] / "examples"
sys.path.insert(0, str(EXAMPLES))

import autoencoder  # noqa: E402
import backprop  # noqa: E402
import lenet5  # noqa: E402

LENET = """\
layer   operations                  output shape  parameters
──────  ──────────────────────────  ────────────  ──────────
image   input                          1×1×32×32           0
conv1   conv2d, tanh                   1×6×28×28         156
pool1   avg_pool2d                     1×6×14×14           0
conv2   conv2d, tanh                  1×16×10×10       2,416
pool2   avg_pool2d                      1×16×5×5           0
dense3  reshape, matmul, add, tanh         1×120      48,120
dense4  matmul, add, tanh                   1×84      10,164
dense5  matmul, add                         1×10         850
L       cross_entropy                     scalar           0
──────  ──────────────────────────  ────────────  ──────────
total                                                 61,706
"""


@pytest.fixture(scope="module")
def lenet() -> tg.Graph:
    weights = {name: np.zeros(shape) for name, shape in lenet5.SHAPES.items()}
    return tg.trace(lenet5.loss_of(weights, np.zeros((1, 1, 32, 32)), [4]))


def test_lenet5_is_the_table_of_the_textbook(lenet: tg.Graph) -> None:
    assert str(tg.layers(lenet)) == LENET
    assert tg.layers(lenet).parameters == 61_706


def test_lenet5_operation_by_operation(lenet: tg.Graph) -> None:
    opened = tg.layers(lenet, depth=1)
    assert [(r.layer, r.output[1:], r.parameters) for r in opened] == [
        ("image", (1, 32, 32), 0),
        ("conv1/c1", (6, 28, 28), 156),
        ("conv1/h1", (6, 28, 28), 0),
        ("pool1/s1", (6, 14, 14), 0),
        ("conv2/c2", (16, 10, 10), 2416),
        ("conv2/h2", (16, 10, 10), 0),
        ("pool2/s2", (16, 5, 5), 0),
        ("dense3/x3", (400,), 0),
        ("dense3/z3", (120,), 48120),
        ("dense3/h3", (120,), 0),
        ("dense4/z4", (84,), 10164),
        ("dense4/h4", (84,), 0),
        ("dense5/logits", (10,), 850),
        ("L", (), 0),
    ]
    assert opened.rows == tg.layers(lenet, depth=None).rows and opened.parameters == 61_706


def test_collapsed_graphs_have_the_same_shapes_and_parameters(lenet: tg.Graph) -> None:
    table, collapsed = tg.layers(lenet), tg.layers(tg.collapse(lenet))
    assert [(r.layer, r.output, r.parameters) for r in collapsed] == [(r.layer, r.output, r.parameters) for r in table]
    assert [r.operations for r in collapsed][1:3] == [("2 operations",), ("1 operation",)]


def test_operations_that_come_again_are_counted() -> None:
    weights = {name: np.zeros(shape) for name, shape in autoencoder.SHAPES.items()}
    table = tg.layers(autoencoder.loss_of(weights, np.zeros((10, 8, 8))))
    assert [r.layer for r in table] == ["images", "encoder", "decoder", "L"]
    assert table.rows[1] == Row("encoder", ("reshape", "matmul ×2", "add ×2", "relu"), (10, 8), 2344)
    assert table.parameters == sum(int(np.prod(shape)) for shape in autoencoder.SHAPES.values())


def test_without_scopes_there_is_a_row_for_each_card() -> None:
    table = tg.layers(backprop.build)
    leaves = ("parameter", "constant")
    assert [r.layer for r in table] == [n.name for n in tg.draw(backprop.build).graph if n.role not in leaves]
    assert table.rows[6] == Row("z5", ("mul ×2", "add"), (), 2)  # w35 and w45
    assert table.parameters == 4


def nested() -> tg.Tensor:
    """A weight outside that is used twice, and scopes two deep, one of which is left and entered again."""
    shared = tg.parameter(np.eye(2), "shared")
    x = tg.tensor(np.ones((3, 2)), "x")
    with tg.scope("body"):
        with tg.scope("first"):
            a = tg.tanh(x @ shared)
        with tg.scope("second"):
            b = tg.relu(a @ tg.parameter(np.ones((2, 5)), "V"))
    outside = b * 2.0
    with tg.scope("body"):
        c = outside + tg.parameter(np.zeros(5), "bias")
    return tg.sum(c @ tg.parameter(np.ones(5), "head")) + tg.sum(a @ shared)


def test_depth_opens_scopes() -> None:
    rows = {r.layer: (r.output, r.parameters) for r in tg.layers(nested)}
    assert rows.pop("body") == ((3, 5), 4 + 10 + 5)
    assert list(rows)[:2] == ["x", "outside"] and sum(p for _, p in rows.values()) == 5
    opened = [(r.layer, r.output, r.parameters) for r in tg.layers(nested, depth=1)]
    assert opened[:5] == [
        ("x", (3, 2), 0),
        ("body/first", (3, 2), 4),
        ("body/second", (3, 5), 10),
        ("outside", (3, 5), 0),
        ("body/c", (3, 5), 5),
    ]


@pytest.mark.parametrize("depth", [0, 1, 2, None])
def test_every_parameter_counts_once_at_every_depth(depth: int | None) -> None:
    assert tg.layers(nested, depth=depth).parameters == 4 + 10 + 5 + 5


@pytest.mark.parametrize("depth", [-1, 0.5, "1", True])
def test_a_depth_that_is_none_is_refused(depth: object) -> None:
    with pytest.raises(tg.GraphError, match="depth must be a whole number"):
        tg.layers(nested, depth=depth)  # type: ignore[arg-type]


def test_inputs_and_constants() -> None:
    """What is given is a row; what is only compared with, or a number in a formula, is none."""
    x, target = tg.tensor([1.0, 2.0], "x"), tg.constant([0.0, 1.0], "target")
    loss = tg.mse(3.0 * x, target)
    assert [(r.layer, r.operations) for r in tg.layers(loss)][0] == ("x", ("input",))
    assert all(r.layer != "target" for r in tg.layers(loss))


def test_a_leaf_alone() -> None:
    assert tg.layers(tg.parameter([1.0, 2.0], "w")).rows == (Row("w", ("parameter",), (2,), 2),)
    assert tg.layers(tg.tensor(1.0, "x")).rows == (Row("x", ("input",), (), 0),)


def test_an_empty_graph_has_no_layers() -> None:
    table = tg.layers(tg.Graph([], []))
    assert len(table) == table.parameters == 0 and str(table).splitlines()[-1].split() == ["total", "0"]
    assert len(table.to_markdown().splitlines()) == 3


def test_random_graphs_lose_no_parameter() -> None:
    for seed in range(20):
        choice = random.Random(seed)
        made = [tg.tensor(np.ones(3), "x"), *(tg.parameter(np.ones(3), f"w{i}") for i in range(4))]
        for _ in range(15):
            with tg.scope("/".join(choice.choices("abc", k=choice.randrange(1, 4)))):
                made.append(choice.choice([tg.add, tg.mul])(*choice.sample(made, 2)))
        graph = tg.trace(sum(made[5:], made[1]))
        due = sum(n.value.size for n in graph if n.role == "parameter")
        for depth in (0, 1, 2, None):
            table = tg.layers(graph, depth=depth)
            assert table.parameters == due
            assert len({r.layer for r in table}) == len(table)


def test_markdown(lenet: tg.Graph) -> None:
    lines = tg.layers(lenet).to_markdown().splitlines()
    assert lines[0] == "| layer | operations | output shape | parameters |"
    assert lines[1] == "| :-- | :-- | --: | --: |"
    assert lines[4] == "| pool1 | avg_pool2d | 1×6×14×14 | 0 |"
    assert lines[-1] == "| **total** |  |  | **61,706** |"
    assert tg.layers(lenet)._repr_markdown_() == tg.layers(lenet).to_markdown()


HOSTILE = [
    "a|b",
    "x\ny",
    "<script>",
    "`code`",
    "*_bold_*",
    "[a](javascript:1)",
    "\\|",
    "$x$",
    "\x1b[31m",
    "w" * 500,
    "\ud800",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_stay_in_their_cell(name: str) -> None:
    table = Table((Row(name, ("relu",), (2, 3), 6),))
    lines = str(table).splitlines()
    assert len(lines) == 5 and len({len(line) for line in (lines[1], lines[2], lines[4])}) == 1
    (row,) = table.to_markdown().splitlines()[2:-1]
    row.encode()
    assert row.count("|") == 5 and row.endswith("| relu | 2×3 | 6 |") and len(row) < 150
    for mark in "`*<[$":
        assert row.count(mark) == row.count("\\" + mark)


def test_hostile_names_of_tensors_and_scopes() -> None:
    x = tg.tensor([1.0], "x|y\n")
    with tg.scope("a|b"):
        y = tg.relu(x)
    assert "a&#124;b" in tg.layers(y).to_markdown() and "x|y" in str(tg.layers(y))


def test_a_training_run_counts_its_parameters_once() -> None:
    """A weight after an update is the same weight."""
    w, optimizer = tg.parameter([1.0, 2.0], "w"), tg.optim.SGD(0.1)
    for _ in range(3):
        loss = tg.sum(w * w)
        (w,) = optimizer.step(loss, [w])
    loss = tg.sum(w * w)
    assert tg.layers(loss).parameters == 2


def test_the_gallery_writes_texts_as_they_are(tmp_path: Path) -> None:
    program = tmp_path / "net.py"
    program.write_text("def drawings():\n    return {'net-table.md': '| ü |\\n', 'plain': 'x'}\n", encoding="utf-8")
    assert example(program, tmp_path) == (["net-table", "plain"], None)
    assert (tmp_path / "net-table.md").read_bytes() == "| ü |\n".encode()
    assert (tmp_path / "plain.txt").read_text() == "x"
