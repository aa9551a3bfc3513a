"""Notes beside a graph: they come together, views carry them, and files keep them whole."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_store import members, with_json, zipped
from test_store_hostile import refused, set_at

import tracegraph as tg
from tracegraph.errors import GraphError
from tracegraph.graph import NOTES, Badge, Graph, Note
from tracegraph.graph.note import CopiesNote, Copy, FocusNote, MarksNote
from tracegraph.views import VIEWS

CLAIMS = [{"value": "h", "index": [0, 0], "written": "0.9"}, {"value": "loss", "written": "7"}]


def program() -> tg.Tensor:
    """A layer that is saturated, one whose gradient vanishes, NaN, and one that is all right."""
    random = np.random.default_rng(0)
    x = tg.tensor(random.normal(size=(10, 6)), "x")
    with tg.scope("first"):
        h = tg.sigmoid(x @ tg.parameter(100 * random.normal(size=(6, 6)), "w"))
    with tg.scope("second"):
        z = tg.sqrt(tg.relu(h @ tg.parameter(1e-9 * random.normal(size=(6, 4)), "v")))
    loss = tg.mean(z * z)
    loss.name = "loss"
    return loss


def everything() -> Graph:
    """A graph that was flowed, searched for paths, checked and marked."""
    with np.errstate(all="ignore"):
        graph = tg.mark(tg.gradcheck(tg.paths(tg.flow(program), "w").flow), CLAIMS).graph
    note = FocusNote(focus=((graph["w"].key, ((0, 0),)),))
    graph = graph.with_note("copies", CopiesNote(copies=(Copy(graph["x"].key, "h", "p.py:3", (graph["w"].key,)),)))
    return graph.with_note("focus", note).with_note("mine", Note((Badge(graph["v"].key, "mine", "calm"),)))


def told(graph: Any) -> dict[str, str]:
    """Everything that the notes of a graph hold, in their order; NaN is the same as NaN."""
    return {kind: repr(note).replace("np.float64(nan)", "nan") for kind, note in graph.notes.items()}


def test_one_graph_has_every_kind_at_once() -> None:
    graph = everything()
    assert {*graph.notes} == {*NOTES, "mine"}
    flow, checked = tg.flow(program), tg.gradcheck(program)
    with_all = tg.Flow(graph)
    assert with_all.findings == flow.findings != () and str(with_all) == str(flow)
    assert told(graph)["gradcheck"] == told(checked)["gradcheck"]
    picture = tg.draw(graph).picture
    tags = {t.text for box in picture.boxes for t in box.tags}
    for alone in (tg.draw(flow).picture, tg.draw(checked).picture):
        assert {t.text for box in alone.boxes for t in box.tags} <= tags
    assert picture.header == tg.draw(flow).picture.header
    assert any(box.marks for box in picture.boxes)


VIEWED: dict[str, Callable[[Graph], Graph]] = {
    "as it is": lambda graph: graph,
    "between": lambda graph: tg.between(graph, "v", "loss"),
    "collapse": lambda graph: tg.collapse(graph),
    "collapse twice": lambda graph: tg.collapse(tg.collapse(graph, "first"), "second"),
    "expand": lambda graph: tg.expand(graph, "h", (0, 0)),
    "fold": lambda graph: tg.fold(graph),
    "hide": lambda graph: tg.hide(graph, "x"),
    "inside": lambda graph: tg.inside(graph, "1 to 4"),
    "upto": lambda graph: tg.upto(graph, "h"),
    "window": lambda graph: tg.window(graph, "h", (0, 0)),
}


def test_every_view_is_tried() -> None:
    assert {*VIEWS} - {"steps"} <= {*VIEWED}  # of a training run; see test_a_run


@pytest.mark.parametrize("view", VIEWED)
def test_what_is_saved_is_loaded_and_looks_the_same(view: str, tmp_path: Path) -> None:
    graph = VIEWED[view](everything())
    graph.save(tmp_path / "a.tgraph")
    again = tg.load(tmp_path / "a.tgraph")
    assert told(again) == told(graph)
    assert str(tg.Flow(again)) == str(tg.Flow(graph)) == str(tg.flow(program))
    for options in ({}, {"detail": "full"}, {"depth": 0, "theme": "dark"}):
        first, second = tg.draw(graph, **options), tg.draw(again, **options)
        assert first.dot == second.dot and first.render("json") == second.render("json")
    again.save(tmp_path / "b.tgraph")
    assert (tmp_path / "a.tgraph").read_bytes() == (tmp_path / "b.tgraph").read_bytes()


def test_the_picture_of_a_saved_flow_is_the_same_to_the_byte(tmp_path: Path) -> None:
    flow = tg.flow(program)
    flow.save(tmp_path / "a.tgraph")
    assert tg.draw(tg.load(tmp_path / "a.tgraph")).svg == tg.draw(flow).svg


@pytest.mark.parametrize("view", VIEWED)
def test_a_view_says_nothing_of_nodes_that_are_gone(view: str) -> None:
    before = everything()
    graph = VIEWED[view](before)
    keys = {n.key for n in graph}
    for kind, note in graph.notes.items():
        assert note.shown <= keys, kind
        texts = {b.text for b in note.badges}
        assert kind == "focus" or texts <= {b.text for b in before.notes[kind].badges}
        if "collapse" in view:
            assert texts == {b.text for b in before.notes[kind].badges}
    assert graph.whole is (before if graph is not before else graph)


def test_a_result_gives_results_of_its_kind() -> None:
    for result in (tg.flow(program), tg.gradcheck(program)):
        for view in VIEWED.values():
            assert type(view(result)) is type(result)  # type: ignore[arg-type]
    assert tg.trace(tg.flow(program)).notes.keys() == {"flow"}


def test_a_run(tmp_path: Path) -> None:
    w, opt = tg.parameter([1.0, -2.0], "w"), tg.optim.SGD(1e-9)
    with np.errstate(all="ignore"):
        for _ in range(3):
            loss = tg.sum(w * w)
            (w,) = opt.step(loss, [w])
    flow = tg.flow(tg.trace(w))
    assert flow.findings
    for graph in (flow.graph, tg.steps(flow, 2).graph):
        graph.save(tmp_path / "a.tgraph")
        again = tg.load(tmp_path / "a.tgraph")
        assert told(again) == told(graph)
        for depth in (None, 0):
            assert tg.draw(again, depth=depth).dot == tg.draw(graph, depth=depth).dot


def test_looking_again_replaces_what_was_found() -> None:
    flow = tg.flow(program)
    again = tg.flow(tg.collapse(tg.gradcheck(flow)), saturated=None)
    assert [*again.notes] == ["gradcheck", "flow"] and again.whole is again.graph
    assert not any(f.kind == "saturated" for f in again.findings)


@pytest.mark.parametrize(
    ("notes", "said"),
    [
        ({"mine": Note((Badge(99, "far"),))}, "speaks of node 99"),
        ({"flow": Note()}, "is a Note, not a FlowNote"),
        ({"marks": MarksNote(marks=((99, None),))}, "speaks of node 99"),  # type: ignore[arg-type]
    ],
)
def test_a_note_fits_its_graph(notes: dict[str, Note], said: str) -> None:
    graph = tg.trace(lambda x: x * x, 2.0)
    with pytest.raises(GraphError, match=said):
        Graph(graph.nodes, graph.edges, notes)
    with pytest.raises(GraphError, match="tone 'pink' is not one of"):
        Badge(0, "a", "pink")


# --- files ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    tg.collapse(everything(), "first").save(tmp_path / "whole.tgraph")
    return (tmp_path / "whole.tgraph").read_bytes()


def _spots(record: Any, path: tuple[Any, ...] = ()) -> Any:
    for key, value in list(record.items()) if isinstance(record, dict) else list(enumerate(record)):
        yield *path, key
        if isinstance(value, (dict, list)):
            yield from _spots(value, (*path, key))


@pytest.mark.slow
def test_every_field_of_a_wrong_type_is_refused(tmp_path: Path, whole: bytes) -> None:
    """Of each list the first part; what comes after it is of the same type."""
    notes = json.loads(members(whole)["graph.json"])["notes"]
    spots = [path for path in _spots(notes) if not any(i not in (0, 1) for i in path if isinstance(i, int))]
    assert len(spots) > 40
    for path in spots:
        for wrong in ({"odd": []}, 1.5 if path[-1] in ("node", "index") else [[[[]]]], {"array": 0}):
            refused(tmp_path / "a", with_json(whole, set_at("notes", *path, wrong)))


@pytest.mark.parametrize(
    "change",
    [
        set_at("notes", []),
        set_at("notes", "flow", "badges", 0, "node", 10**6),
        set_at("notes", "flow", "badges", 0, "node", -1),
        set_at("notes", "flow", "badges", 0, "tone", "text"),
        set_at("notes", "flow", "badges", 0, "more", 1),
        set_at("notes", "flow", "findings", 0, "node", 10**6),
        set_at("notes", "flow", "findings", 0, "measure", {"float": "1"}),
        set_at("notes", "flow", "findings", 0, "measure", True),
        set_at("notes", "marks", "marks", 0, [1]),
        set_at("notes", "marks", "marks", 0, 0, 10**6),
        set_at("notes", "other", {"findings": []}),
        set_at("whole", []),
        set_at("whole", "nodes", {}),
        set_at("whole", "nodes", 0, "key", 10**6),
        lambda record: record.pop("whole") and None,
        lambda record: record["notes"]["flow"]["findings"][0].pop("cause") and None,
    ],
)
def test_notes_that_do_not_fit_are_refused(change: Callable[[Any], Any], tmp_path: Path, whole: bytes) -> None:
    refused(tmp_path / "a", with_json(whole, change))


def test_an_old_file_is_read(tmp_path: Path) -> None:
    graph = tg.trace(lambda x: x * x, 2.0)
    graph.save(tmp_path / "a.tgraph")
    held = members((tmp_path / "a.tgraph").read_bytes())
    record = json.loads(held["graph.json"])
    record["version"] = 1
    record["nodes"][0] |= {"tags": ["✓ 1e-16", "kink"], "marks": [["slip", "value", "3", "2", []]], "focus": [[0]]}
    (tmp_path / "old.tgraph").write_bytes(zipped({**held, "graph.json": json.dumps(record).encode()}))
    old = tg.load(tmp_path / "old.tgraph")
    assert old.badges(old["x"]) == (Badge(0, "✓ 1e-16", "calm"), Badge(0, "kink"))
    card = tg.draw(old).picture.boxes[0]
    assert [(t.text, t.tone) for t in card.tags] == [("✓ 1e-16", "calm"), ("● kink", "positive")]
    assert card.marks[0].struck == "3" and old.notes["focus"] == FocusNote(focus=((0, ((0,),)),))
    for name, wrong in [("tags", 1), ("tags", [1]), ("marks", [["slip"]]), ("focus", [["a"]]), ("focus", [[-1]])]:
        record["nodes"][0] |= {"tags": [], "marks": [], "focus": [], name: wrong}
        refused(tmp_path / "bad", zipped({**held, "graph.json": json.dumps(record).encode()}))
