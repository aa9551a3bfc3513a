"""PyTorch: its own gradients to the bit, whole sums, and no trace left in the program."""

from __future__ import annotations

import copy
import subprocess
import sys
from collections.abc import Callable
from operator import attrgetter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.errors import GraphError
from tracegraph.ops.op import OPS
from tracegraph.ops.running import run_forward, run_vjp

torch = pytest.importorskip("torch")
import torch.nn.functional as F  # noqa: E402
from torch_models import CASES  # noqa: E402

pytestmark = pytest.mark.torch


def made(name: str) -> Any:
    torch.manual_seed(7)
    return CASES[name]()


def of_torch(path: str) -> Any:
    """Something inside of PyTorch that shows whether a record has left anything there."""
    return attrgetter(path)(torch)


def names_of(model: Any) -> dict[str, Any]:
    """The parameters of a model by the names that they have in a graph."""
    paths = {"": ""}
    for path, module in model.named_modules():
        before, _, last = path.rpartition(".")
        last = f"{type(module).__name__.lower()}_{last}" if last.isdecimal() else last
        paths[path] = f"{paths.get(before, before)}.{last}".lstrip(".")
    found = {}
    for path, tensor in model.named_parameters():
        before, _, last = path.rpartition(".")
        found[f"{paths[before]}.{last}".lstrip(".")] = tensor
    return found


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> Any:
    return made(request.param)


def test_gradients_are_those_of_pytorch_to_the_bit(case: Any) -> None:
    twin = copy.deepcopy(case.model)
    torch.manual_seed(3)
    graph = tg.trace(case.model, *case.inputs, loss=case.loss)
    torch.manual_seed(3)
    case.loss(twin(*case.inputs)).backward()
    parameters = names_of(twin)
    assert parameters
    for name, tensor in parameters.items():
        np.testing.assert_array_equal(graph[name].gradient, tensor.grad.numpy(), err_msg=name)


def test_what_comes_back_adds_up_to_each_gradient(case: Any) -> None:
    graph = tg.trace(case.model, *case.inputs, loss=case.loss)
    checked = 0
    for node in graph:
        parts = [e.contribution for e in graph.uses(node) if e.contribution is not None]
        if node.gradient is None or node.is_output or not parts:
            continue
        total, size = np.sum(parts, axis=0), np.sum(np.abs(parts), axis=0)
        assert np.all(np.abs(total - node.gradient) <= 1e-6 * size + 1e-12), node
        checked += 1
    assert checked > 3


def test_the_program_is_as_it_was(case: Any) -> None:
    twin = copy.deepcopy(case.model)
    torch.manual_seed(3)
    plain = case.loss(twin(*case.inputs))
    after = torch.get_rng_state()
    torch.manual_seed(3)
    graph = tg.trace(case.model, *case.inputs, loss=case.loss)
    assert graph[graph.nodes[-1].name].value == plain.item()
    assert torch.equal(torch.get_rng_state(), after)
    for ours, theirs in zip(case.model.state_dict().values(), twin.state_dict().values(), strict=True):
        assert torch.equal(ours, theirs)
    assert all(p.grad is None and not attrgetter("_backward_hooks")(p) for p in case.model.parameters())
    assert all(p.untyped_storage().resizable() for p in case.model.parameters())
    assert of_torch("_C._len_torch_function_stack")() == 0
    assert not of_torch("nn.modules.module._global_forward_hooks")
    assert not of_torch("nn.modules.module._global_forward_pre_hooks")


def test_nothing_is_left_after_an_error() -> None:
    def fails(x: Any) -> Any:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        tg.trace(fails, torch.ones(2))
    assert of_torch("_C._len_torch_function_stack")() == 0
    assert not of_torch("nn.modules.module._global_forward_hooks")


def test_every_word_says_what_pytorch_computed(case: Any) -> None:
    """The formulas are those of our ops, so our ops have to give the same numbers, forward and back."""
    case = case._replace(model=case.model.double(), inputs=tuple(_double(t) for t in case.inputs))
    graph = tg.trace(case.model, *case.inputs, loss=lambda out: case.loss(out) * 1.0)
    checked = 0
    for node in graph:
        op = OPS.get(node.op)
        if op is None or not node.formula:
            continue
        edges = graph.inputs(node)
        values = [graph.node(e.source).value for e in edges]
        np.testing.assert_allclose(
            run_forward(op, values, node.attrs), node.value, rtol=1e-9, atol=1e-12, err_msg=node.op
        )
        for edge in edges:
            if edge.contribution is not None and node.gradient is not None and op.vjp(edge.slot) is not None:
                back = run_vjp(op, edge.slot, node.gradient, node.value, values, dict(node.attrs))
                np.testing.assert_allclose(
                    back, edge.contribution, rtol=1e-7, atol=1e-10, err_msg=f"{node} {edge.slot}"
                )
                checked += 1
    assert checked or case.model.__class__.__name__ == "LSTM"


def _double(tensor: Any) -> Any:
    return tensor.detach().double().requires_grad_(tensor.requires_grad) if tensor.is_floating_point() else tensor


def two_two_one(sigmoid: Callable[..., Any], tensor: Callable[[float], Any]) -> Any:
    """The network of examples/backprop.py, for any library."""
    x1, x2, w13, w24, w35, w45 = (tensor(v) for v in (0.5, 0.6, 0.1, 0.3, 0.5, 0.6))
    z3 = x1 * w13
    h3 = sigmoid(z3)
    z4 = x2 * w24
    h4 = sigmoid(z4)
    z5 = h3 * w35 + h4 * w45
    o5 = sigmoid(z5)
    L = 0.5 * (1.0 - o5) ** 2
    return L


def test_the_net_of_the_notes_is_the_same_picture_and_the_same_solution() -> None:
    def leaf(value: float) -> Any:
        return torch.nn.Parameter(torch.tensor(value, dtype=torch.float64))

    theirs = tg.trace(lambda: two_two_one(torch.sigmoid, leaf))
    ours = tg.trace(two_two_one(tg.sigmoid, tg.parameter))
    lines = [sorted(tg.explain(graph).to_text().splitlines()) for graph in (theirs, ours)]
    assert lines[0] == lines[1]
    drawn, known = tg.draw(theirs, detail="full").picture, tg.draw(ours, detail="full").picture
    assert {(b.title, b.lines, b.label) for b in drawn.boxes} == {(b.title, b.lines, b.label) for b in known.boxes}
    assert {(a.lines, a.weight) for a in drawn.arrows} == {(a.lines, a.weight) for a in known.arrows}


def test_a_tensor_that_nobody_has_heard_is_refused_with_the_way_out() -> None:
    with pytest.raises(GraphError, match=r"computed unheard; give the function that computes it: tg\.trace\(lambda"):
        tg.trace((torch.ones(2, requires_grad=True) * 2).sum())


def test_backward_inside_of_the_function_is_refused() -> None:
    def trained() -> Any:
        w = torch.ones(2, requires_grad=True)
        loss = (w * w).sum()
        loss.backward()
        return loss

    with pytest.raises(GraphError, match="has called backward"):
        tg.trace(trained)


def test_a_function_may_trace_another() -> None:
    def outer(x: Any) -> Any:
        inner = tg.trace(lambda t: (t * t).sum(), x.detach().requires_grad_())
        assert inner["t"].gradient.tolist() == [2, 4]
        assert tg.trace(tg.parameter(2.0, "w") * 3.0)["w"].gradient == 3
        return (x * 3).sum()

    graph = tg.trace(outer, torch.tensor([1.0, 2.0], requires_grad=True))
    assert graph["x"].gradient.tolist() == [3, 3] and len(graph) == 4


def test_a_model_without_a_loss_shows_values_only() -> None:
    graph = tg.trace(torch.nn.Linear(2, 3), torch.ones(4, 2))
    assert graph.nodes[-1].shape == (4, 3) and all(n.gradient is None for n in graph)


def test_numbers_that_are_no_tensors_stand_in_the_formula() -> None:
    graph = tg.trace(lambda x: (2 * x + 1).sum(), torch.tensor([1.0, 2.0], requires_grad=True))
    assert graph["x"].gradient.tolist() == [2, 2]
    assert "2" in str(tg.draw(graph))


def test_bfloat16_is_shown_as_float32() -> None:
    graph = tg.trace(lambda x: x.sum(), torch.ones(2, dtype=torch.bfloat16, requires_grad=True))
    assert graph["x"].value.dtype == np.float32


def test_diagnostics_work_on_a_model() -> None:
    def loss(x: Any) -> Any:
        return torch.where(x > 0, torch.sqrt(x), torch.zeros_like(x)).sum()

    flow = tg.flow(tg.trace(loss, torch.tensor([4.0, 0.0], requires_grad=True)))
    assert any(f.kind == "nan" for f in flow.findings)


def test_flow_takes_a_model_and_its_loss() -> None:
    case = made("mlp")
    flow = tg.flow(case.model, *case.inputs, loss=case.loss)
    assert flow.graph["linear_0.weight"].gradient is not None


NET = """
import torch
def build():
    x = torch.tensor([1.0, 2.0], requires_grad=True)
    loss = (x * x).sum()
    return loss
"""


def test_the_command_line_draws_a_program_of_pytorch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from commands import run

    monkeypatch.chdir(tmp_path)
    Path("net.py").write_text(NET)
    result = run("render", "net.py", "-o", "net.svg")
    assert result.exit_code == 0, result.stderr
    assert "loss = 5" in Path("net.svg").read_text("utf-8")


def test_torch_is_not_imported_by_the_package() -> None:
    code = "import sys, tracegraph as tg; tg.draw(tg.trace(lambda x: x * x, 2.0)).svg; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


@pytest.mark.parametrize("name", ["mlp", "residual", "encoder"])
def test_a_model_is_drawn(name: str) -> None:
    case = made(name)
    graph = tg.trace(case.model, *case.inputs, loss=case.loss)
    assert tg.draw(graph, depth=1).svg.count('class="node"') > 3
    assert F.relu is torch.nn.functional.relu
