"""Names and source lines: from the variables and the bytecode of the program, on every version of Python."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.frontends.numpy.places import readable

HERE = "test_naming.py"


def traced(*tensors: Any) -> list[str]:
    """The names of tensors that no variable holds any more."""
    total = tg.stack([-t for t in tensors]).sum()
    del tensors
    graph = tg.trace(total)
    return [graph.node(graph.inputs(n)[0].source).name for n in graph if n.op == "neg"]


def pair() -> tuple[Any, Any]:
    return tg.tensor(2.0, name="x"), tg.tensor(3.0, name="y")


def assigned(case: str) -> Any:
    """Statements of every kind that gives a result a name; returned, so that only the bytecode tells it."""
    x, y = pair()
    held, table = SimpleNamespace(), {}
    if case == "plain":
        z = x * y
        return z
    if case == "call":
        z = tg.exp(x)
        return z
    if case == "numpy":
        z = np.exp(x)
        return z
    if case == "numpy function":
        z = np.sum(x, axis=None)
        return z
    if case == "method":
        z = x.exp()
        return z
    if case == "keyword":
        z = tg.clip(x, min=-1.0, max=1.0)
        return z
    if case == "walrus":
        return (z := x * y)
    if case == "augmented":
        z = x
        z *= y
        return z
    if case == "annotated":
        z: Any = x * y
        return z
    if case == "chained":
        z = other = x * y
        return other
    if case == "either":
        z = x * y if x > y else x + y
        return z
    if case == "attribute":
        held.z = x * y
        return held.z
    if case == "key":
        table["z"] = x * y
        return table["z"]
    if case == "parameter":
        z = tg.parameter(2.0)
        return z
    if case == "index":
        z = tg.tensor([1.0, 2.0])[0]
        return z
    global GLOBAL
    GLOBAL = x * y
    return GLOBAL


KINDS = (
    "plain call numpy method keyword walrus augmented annotated chained either attribute key parameter index".split()
    + ["numpy function"]
)


@pytest.mark.parametrize("case", KINDS)
def test_kinds_of_assignment(case: str) -> None:
    assert traced(assigned(case)) == ["z"]


def test_global() -> None:
    made = assigned("global")
    globals().pop("GLOBAL")
    assert traced(made) == ["GLOBAL"]


def several(count: int) -> tuple[Any, ...]:
    x, y = pair()
    if count == 2:
        a, b = x * y, tg.exp(x)
        return a, b
    if count == 3:
        a, b, c = x * y, np.exp(y), x.exp()
        return a, b, c
    if count == 4:
        a, b, c, d = x * y, x + y, tg.exp(x), x - y
        return a, b, c, d
    [a], b = [x * y], x + y
    return a, b


@pytest.mark.parametrize("count", [2, 3, 4])
def test_several_at_once(count: int) -> None:
    assert traced(*several(count)) == list("abcd"[:count])


def closure() -> Any:
    x, y = pair()
    z = None

    def inner() -> None:
        nonlocal z
        z = x * y

    inner()
    return z


def test_closure_generator_lambda_comprehension() -> None:
    x, y = pair()

    def produce() -> Any:
        step = x * y
        yield step

    assert traced(closure()) == ["z"]
    assert traced(*produce()) == ["step"]
    assert traced((lambda: x * y)()) == ["mul_1"]
    assert traced(*[x * y for _ in range(2)]) == ["mul_1", "mul_2"]


def test_a_name_is_the_same_whoever_asks() -> None:
    x, y = pair()
    hidden = closure()
    layers, table = [x * y, x + y], {"one": x - y, "two": 3, 1: y}
    loss = hidden + layers[0] + layers[1] + table["one"]  # type: ignore[operator]
    names = [n.name for n in tg.trace(loss) if n.op in ("add", "mul", "sub")]
    assert names == ["z", "layers[0]", "layers[1]", "one", "add_1", "add_2", "loss"]


def test_an_alias_does_not_rename() -> None:
    x, y = pair()
    first = x * y
    alias = first
    assert "first" in tg.trace(alias * 2.0)


def test_a_leaf_keeps_its_name_and_what_is_computed_is_numbered() -> None:
    x, y = pair()
    h, start = x, tg.tensor(1.0)
    for _ in range(3):
        h = h * y
    start = start * h
    graph = tg.trace(start)
    names = [(n.name, n.named) for n in graph]
    assert names == [(name, True) for name in ("x", "y", "start", "h_1", "h_2", "h_3", "start_1")]
    assert graph["h"] is graph["h_3"] is graph.find("h") and "h" in graph and "g" not in graph


def test_names_are_unique() -> None:
    mul_1 = tg.tensor(1.0, name="mul_1")
    twins = [tg.tensor(1.0, name="same"), tg.tensor(2.0, name="same"), tg.tensor(3.0, name="same_1")]
    names = [n.name for n in tg.trace(mul_1 * twins[0] * twins[1] * twins[2])]
    assert len(set(names)) == len(names) and {"same_1", "same_2", "same_3"} < set(names)


@pytest.mark.parametrize("name", ["a b", "\n", "<b>", "{0}", "\ud800", "x" * 10_000, "名前", "__"])
def test_hostile_names_in_a_namespace(name: str) -> None:
    space: dict[str, Any] = {"tg": tg, name: tg.tensor(2.0)}
    exec("loss = tg.exp(list(globals().values())[1])\ngraph = tg.trace(loss)", space)
    assert [n.name for n in space["graph"]] == [name if name != "__" else "input_1", "loss"]


def test_odd_keys_lend_no_name() -> None:
    table = {object(): tg.tensor(2.0), 1.5: tg.tensor(3.0)}
    a, b = table.values()
    del table[1.5]
    loss = a * b  # an address in a name would differ from run to run
    assert [n.name for n in tg.trace(loss)] == ["a", "b", "loss"]


# --- lines -----------------------------------------------------------------------------------------------------------


def test_lines_of_all_kinds_of_calls() -> None:
    x = tg.tensor([[1.0, 2.0]], name="x")
    start = sys._getframe().f_lineno
    a = np.exp(x)
    b = a.sum(axis=0)
    c = np.sum(b)
    d = c * 2.0
    e = tg.sigmoid(d)
    graph = tg.trace(e)
    lines = {name: int(str(graph[name].line).removeprefix(f"{HERE}:")) - start for name in "abcd"}
    assert lines == {"a": 1, "b": 2, "c": 3, "d": 4}
    assert graph["e"].line in (f"{HERE}:{start + 5}", f"{HERE}:{start + 6}")


def test_lines_inside_the_engine_are_not_shown() -> None:
    first, second = tg.tensor([1.0, 2.0], name="x")
    assert all(n.line is None or n.line.startswith(HERE) for n in tg.trace(first * second))


def test_code_that_was_never_in_a_file() -> None:
    space: dict[str, Any] = {"tg": tg}
    exec(compile("\nx = tg.tensor(1.0)\ny = tg.exp(x)\n", "<stdin>", "exec"), space)
    assert [(n.name, n.line) for n in tg.trace(space["y"])] == [("x", "<stdin>:2"), ("y", "<stdin>:3")]


def test_same_bytecode_in_two_files() -> None:
    lines = []
    for name in ("one.py", "two.py"):
        space: dict[str, Any] = {"tg": tg, "x": tg.tensor(1.0)}
        exec(compile("y = tg.exp(x)", f"/somewhere/{name}", "exec"), space)
        lines.append(tg.trace(space["y"]).output.line)
    assert lines == ["one.py:1", "two.py:1"]


def test_cells_of_notebooks(monkeypatch: pytest.MonkeyPatch) -> None:
    file = "/tmp/ipykernel_4711/1234567890.py"
    assert readable("<ipython-input-12-0a1b2c>") == "In[12]" and readable(file) == "cell"
    shell = SimpleNamespace(compile=SimpleNamespace(_filename_map={file: 7}))
    fake = ModuleType("IPython")
    fake.get_ipython = lambda: shell  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "IPython", fake)
    assert readable(file) == "In[7]"


def test_what_is_added_on_the_way_has_no_name() -> None:
    def sums() -> tg.Tensor:
        terms = [tg.tensor(float(i), f"x{i}") for i in range(4)]
        total = sum(terms)
        for _ in range(2):
            total = total * 2.0
        return total

    named = [n.name for n in tg.trace(sums) if n.formula and n.named]
    assert named == ["total_1", "total_2", "total_3"]  # of the sum only the last; of the loop each, as each was held
