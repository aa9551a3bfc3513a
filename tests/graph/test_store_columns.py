"""Files of large graphs, whose nodes and edges are columns: what fits comes back, what does not is refused."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_store import check_same, example, example_file, members, with_json
from test_store_hostile import refused, set_at

import tracegraph as tg
from tracegraph.graph import store


@pytest.fixture
def whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(store, "MAX_ROWS", 0)
    return example_file(tmp_path)


def record_of(data: bytes) -> Any:
    return json.loads(members(data)["graph.json"])


def test_large_graphs_are_columns_and_small_ones_are_rows(tmp_path: Path) -> None:
    y = tg.parameter(1.0, "w")
    for _ in range(store.MAX_ROWS // 4 + 1):
        y = y + 0.5
    large, small = tg.trace(y), example()
    for graph, kind in ((large, dict), (small, list)):
        graph.save(tmp_path / "a")
        record = record_of((tmp_path / "a").read_bytes())
        assert type(record["nodes"]) is type(record["edges"]) is kind
        check_same(graph, tg.load(tmp_path / "a"))


def test_files_of_version_2_are_read(tmp_path: Path) -> None:
    data = with_json(example_file(tmp_path), set_at("version", 2))
    (tmp_path / "a").write_bytes(data)
    check_same(example(), tg.load(tmp_path / "a"))


def test_what_is_the_same_everywhere_is_written_once(whole: bytes) -> None:
    record = record_of(whole)
    assert record["nodes"]["step"] == {"all": None} and record["edges"]["tensor"] == {"sources": True}
    assert sorted(record["nodes"]["op"]) == ["at", "values"]


COLUMNS: list[Any] = [1, [], {}, {"all": 1, "each": []}, {"each": []}, {"each": 1}, {"odd": 1}, {"sources": True}]
COLUMNS += [{"numbers": {"array": 0}}, {"numbers": 3}, {"values": [], "at": {"array": 0}}, {"values": 1, "at": 1}]
COLUMNS += [{"floats": {"array": 0}, "at": {"array": 0}, "others": []}, {"floats": 1, "at": 1, "others": 1}]


@pytest.mark.parametrize("part", ["nodes", "edges"])
@pytest.mark.parametrize("column", COLUMNS, ids=str)
def test_columns_of_another_form(part: str, column: Any, tmp_path: Path, whole: bytes) -> None:
    for field in record_of(whole)[part]:
        if not isinstance(column, dict) or (field, *column) not in (("tensor", "sources"), ("key", "numbers")):
            refused(tmp_path / "a", with_json(whole, set_at(part, field, column)))


@pytest.mark.parametrize(
    "change",
    [
        lambda record: record["nodes"].pop("symbol") and None,
        set_at("nodes", "more", {"all": 1}),
        set_at("nodes", "role", {"all": "king"}),
        set_at("nodes", "name", "each", 0, 5),
        set_at("nodes", "name", "each", ["a"]),
        set_at("nodes", "formula", "values", 0, "().__class__"),
        set_at("nodes", "attrs", {"all": {"a": {"slice": [1]}}}),
        set_at("nodes", "value", "others", [[99, 1.0]]),
        set_at("nodes", "value", "others", [[-1, 1.0]]),
        set_at("nodes", "value", "others", [[True, 1.0]]),
        set_at("nodes", "value", "others", [[0]]),
        set_at("nodes", "value", "others", [[0, {"tuple": [1]}]]),
        lambda record: record["nodes"].update(symbol=record["nodes"]["value"]),
        lambda record: record["nodes"].update(step=record["nodes"]["key"]),
        set_at("edges", "vjp", {"all": "(lambda: 0)()"}),
        lambda record: record["edges"].update(source=record["edges"]["target"], target=record["edges"]["source"]),
        lambda record: record["edges"].update(source=record["nodes"]["key"]),
        lambda record: record.update(edges=[]),
        lambda record: record.update(nodes=[]),
    ],
)
def test_columns_that_do_not_fit(change: Callable[[Any], Any], tmp_path: Path, whole: bytes) -> None:
    refused(tmp_path / "a", with_json(whole, change))


def test_more_nodes_than_the_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    y = tg.parameter(1.0, "w")
    for _ in range(4000):
        y = y + 0.5
    tg.trace(y).save(tmp_path / "a")
    monkeypatch.setattr(store, "MAX_PARTS", 12_000)  # the text has fewer lists and objects
    assert "more than 12000 nodes and edges" in refused(tmp_path / "a")
    with pytest.raises(tg.StoreError, match="too many"):
        tg.trace(y).save(tmp_path / "b")
