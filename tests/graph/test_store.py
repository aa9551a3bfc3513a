"""Graphs in files: what comes back is what went in."""

from __future__ import annotations

import io
import json
import os
import zipfile
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import tracegraph as tg
from tracegraph.errors import StoreError, TracegraphError
from tracegraph.graph import Badge, Edge, Graph, Node, Note, store
from tracegraph.graph.packing import DTYPES
from tracegraph.views import VIEWS


@pytest.fixture(params=["rows", "columns"], autouse=True)
def form(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both forms of nodes and edges; files choose by their number."""
    if request.param == "columns":
        monkeypatch.setattr(store, "MAX_ROWS", 0)


def example() -> Graph:
    x = tg.tensor([[0.5, -1.0], [2.0, 3.0]], name="x")
    w = tg.parameter(np.array([[0.1], [0.3]], np.float32), name="w")
    with tg.scope("layer"):
        h = x @ w
    loss = (h * h)[np.array([True, False])].sum(axis=0, keepdims=True)[0] * float("inf")
    return tg.trace(loss)


def same(a: Any, b: Any) -> bool:
    """Whether two values are the same to the last bit, and of one type."""
    if isinstance(a, np.ndarray):
        return isinstance(b, np.ndarray) and a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, (list, tuple)):
        return type(a) is type(b) and len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, slice):
        return isinstance(b, slice) and same((a.start, a.stop, a.step), (b.start, b.stop, b.step))
    if isinstance(a, float) and a != a:
        return type(a) is type(b) and b != b
    return type(a) is type(b) and (a == b or a != a and b != b) and repr(a) == repr(b)


def check_same(a: Graph, b: Graph) -> None:
    assert (len(a.nodes), len(a.edges)) == (len(b.nodes), len(b.edges)) and a.notes == b.notes
    for kind, pairs in ((Node, zip(a.nodes, b.nodes)), (Edge, zip(a.edges, b.edges))):
        for one, two in pairs:
            for field in fields(kind):
                left, right = getattr(one, field.name), getattr(two, field.name)
                if field.name == "attrs":
                    assert left.keys() == right.keys() and all(same(left[k], right[k]) for k in left)
                else:
                    assert same(left, right), (one, field.name, left, right)


def saved(graph: Graph, folder: Path) -> Graph:
    graph.save(folder / "a.tgraph")
    return tg.load(folder / "a.tgraph")


def test_a_trace_comes_back(tmp_path: Path) -> None:
    graph = example()
    back = saved(graph, tmp_path)
    check_same(graph, back)
    assert not any(n.value.flags.writeable for n in back if isinstance(n.value, np.ndarray))


def steps() -> Graph:
    """Two steps of gradient descent."""
    w, sgd = tg.parameter([0.5, -0.5], "w"), tg.optim.SGD(0.1)
    for _ in range(2):
        [w] = sgd.step((w * w).sum(), [w])
    return tg.trace([w])


GIVEN: dict[str, tuple[Any, ...]] = {
    "between": ("x", "h"),
    "upto": ("h",),
    "expand": ("h", (0, 0)),
    "window": ("h", (0, 0)),
    "steps": (1,),
    "inside": ("1 to 3",),
}
"""What a view is given besides the graph; one that needs nothing is called with the graph alone."""


@pytest.mark.parametrize("view", VIEWS)
def test_a_view_comes_back(view: str, tmp_path: Path) -> None:
    graph = VIEWS[view](steps() if view == "steps" else example(), *GIVEN.get(view, ()))
    check_same(graph, saved(graph, tmp_path))


def test_public_names(tmp_path: Path) -> None:
    example().save(tmp_path / "a.tgraph")
    check_same(example(), tg.load(tmp_path / "a.tgraph"))


def test_the_same_bytes(tmp_path: Path) -> None:
    example().save(tmp_path / "a")
    tg.load(tmp_path / "a").save(tmp_path / "b")
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes()


def test_shared_arrays_are_stored_once(tmp_path: Path) -> None:
    x = tg.tensor([1.0, 2.0], name="x")
    graph = tg.trace((x + 1.0).sum())
    back = saved(graph, tmp_path)
    (edge,) = [e for e in back.edges if e.tensor == "x"]
    assert edge.contribution is back["x"].gradient
    with zipfile.ZipFile(tmp_path / "a.tgraph") as archive:
        names = archive.namelist()
    assert names == ["graph.json", *(f"arrays/{i}.npy" for i in range(len(names) - 1))]


scalars = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=5)
generics = st.one_of(
    st.floats(width=32).map(np.float32),
    st.integers(-128, 127).map(np.int8),
    st.booleans().map(np.bool_),
    st.floats().map(np.float64),
    st.integers(0, 2**64 - 1).map(np.uint64),
    st.floats(width=16).map(np.float16),
)
arrays = st.tuples(st.sampled_from(list(DTYPES.values())), st.lists(st.integers(0, 3), max_size=3)).map(
    lambda pair: np.arange(int(np.prod(pair[1]))).reshape(pair[1]).astype(pair[0])
)
options = st.recursive(
    scalars | generics | arrays | st.just(...) | st.builds(slice, st.none() | st.integers(), st.none() | st.integers()),
    lambda inner: st.lists(inner, max_size=3) | st.lists(inner, max_size=3).map(tuple),
    max_leaves=6,
)
quick = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@quick
@given(value=st.floats() | generics | arrays | st.booleans() | st.integers(), option=options, name=st.text())
def test_values_and_options_come_back(value: Any, option: Any, name: str, tmp_path: Path) -> None:
    graph = Graph([Node(3, name, "getitem", "op", value, value, attrs={"index": option})], [])
    check_same(graph, saved(graph, tmp_path))


@pytest.mark.parametrize("name", ["\ud800", "\0", "a\u2028b", "../../etc/passwd", "名前", "x" * 100_000])
def test_hostile_names_come_back(name: str, tmp_path: Path) -> None:
    graph = Graph([Node(0, name, name, "op", 1.0, scope=name, line=name)], [], {"mine": Note((Badge(0, name),))})
    check_same(graph, saved(graph, tmp_path))


def test_special_numbers(tmp_path: Path) -> None:
    values = [-0.0, 5e-324, 1.7976931348623157e308, 0.1, float("nan"), float("inf"), -float("inf")]
    graph = Graph([Node(i, str(i), "c", "constant", v, -v) for i, v in enumerate(values)], [])
    check_same(graph, saved(graph, tmp_path))


@pytest.mark.parametrize("dtype", [">f8", ">i4", "<f4"])
def test_byte_orders(dtype: str, tmp_path: Path) -> None:
    graph = Graph([Node(0, "a", "c", "constant", np.asfortranarray(np.arange(6, dtype=dtype).reshape(2, 3)))], [])
    check_same(graph, saved(graph, tmp_path))


def test_other_options_become_their_repr(tmp_path: Path) -> None:
    odd = {"f": example, "set": {1}, "huge": 10**5000, "object": np.array([None]), "type": np.dtype("f4"), "z": 1j}
    back = saved(Graph([Node(0, "a", "b", "op", 1.0, attrs=odd)], []), tmp_path)["a"].attrs
    assert back["f"] == "<function example>" and back["set"] == "{1}" and back["type"] == np.dtype("f4")
    assert back["huge"] == hex(10**5000) and back["object"] == "array([None], dtype=object)" and back["z"] == "1j"


@pytest.mark.parametrize(
    "node",
    [
        Node(0, "a", "b", "op", np.array([None])),
        Node(0, "a", "b", "op", "text"),
        Node(0, "a", "b", "op", 1j),
        Node(0, "a", "b", "op", 1.0, formula="__import__('os')"),
        Node(0, "a", "b", "op", np.array(["t"])),
    ],
)
def test_what_cannot_be_saved(node: Node, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot save .*a.tgraph"):
        Graph([node], []).save(tmp_path / "a.tgraph")
    assert not os.listdir(tmp_path)


def test_a_failed_save_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.tgraph"
    example().save(path)
    before = path.read_bytes()
    monkeypatch.setattr(store, "MAX_TEXT", 10)
    with pytest.raises(StoreError, match="too many"):
        example().save(path)
    monkeypatch.undo()
    with pytest.raises(TracegraphError, match="folder does not exist"):
        example().save(tmp_path / "none" / "a.tgraph")
    assert path.read_bytes() == before and os.listdir(tmp_path) == ["a.tgraph"]


def test_the_comparison_finds_a_planted_fault(tmp_path: Path) -> None:
    graph = example()
    for fault in ({"symbol": "?"}, {"named": False}, {"attrs": {"a": 1.0}}, {"args": ("b", "a")}):
        changed = Graph([*graph.nodes[:-1], replace(graph.nodes[-1], **fault, formula="")], graph.edges)
        with pytest.raises(AssertionError):
            check_same(changed, saved(graph, tmp_path))


# --- files to damage, for the tests of hostile ones ------------------------------------------------------------------


def example_file(folder: Path) -> bytes:
    example().save(folder / "whole")
    return (folder / "whole").read_bytes()


def members(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def zipped(content: dict[str, bytes], method: int = zipfile.ZIP_STORED) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", method) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return file.getvalue()


def with_json(data: bytes, change: Callable[[Any], Any]) -> bytes:
    """The same file with its record changed."""
    content = members(data)
    record = json.loads(content["graph.json"])
    changed = change(record)
    content["graph.json"] = json.dumps(record if changed is None else changed).encode()
    return zipped(content)
