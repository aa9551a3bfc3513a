"""Random damage to a file that is valid: refused with one line, or still a graph."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_store import check_same, example_file, members, with_json, zipped
from test_store_hostile import set_at

import tracegraph as tg
from tracegraph.errors import StoreError
from tracegraph.graph import Graph, Node, records, store


@pytest.fixture(params=["rows", "columns"])
def whole(tmp_path: Path, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> bytes:
    if request.param == "columns":
        monkeypatch.setattr(store, "MAX_ROWS", 0)
    return example_file(tmp_path)


fuzz = settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.mark.slow
@fuzz
@given(flips=st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(1, 255)), min_size=1, max_size=4))
def test_flipped_bytes(flips: list[tuple[float, int]], tmp_path: Path, whole: bytes) -> None:
    data = bytearray(whole)
    for place, mask in flips:
        data[int(place * len(data))] ^= mask
    harmless(tmp_path / "a", bytes(data))


TAGS = st.sampled_from(["float", "array", "tuple", "slice", "scalar", "dtype", "ellipsis"])
PLAIN = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=9)
VALUES = st.recursive(
    PLAIN | st.sampled_from(["nan", "inf", "-inf", "int8"]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(TAGS, inner, max_size=2),
)


@pytest.mark.slow
@fuzz
@given(data=st.data())
def test_changed_records(data: st.DataObject, tmp_path: Path, whole: bytes) -> None:
    """Any value anywhere in the record replaced by another, with checksums that fit."""
    record = json.loads(members(whole)["graph.json"])
    spots = list(_spots(record))
    for _ in range(data.draw(st.integers(1, 3))):
        holder, key = data.draw(st.sampled_from(spots))
        holder[key] = data.draw(VALUES)
    harmless(tmp_path / "a", zipped({**members(whole), "graph.json": json.dumps(record).encode()}))


def _spots(record: Any) -> Any:
    for key, value in list(record.items()) if isinstance(record, dict) else list(enumerate(record)):
        yield record, key
        if isinstance(value, (dict, list)):
            yield from _spots(value)


def harmless(path: Path, data: bytes) -> None:
    """A damaged file is refused, or is still a graph that can be saved."""
    path.write_bytes(data)
    try:
        graph = tg.load(path)
    except StoreError as error:
        assert "\n" not in str(error)
    else:
        graph.save(path)
        check_same(graph, tg.load(path))


def test_the_fuzz_finds_a_planted_fault(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Graph([Node(0, "a", "constant", "constant", 1.0)], []).save(tmp_path / "a")
    whole = (tmp_path / "a").read_bytes()
    monkeypatch.setitem(records.READERS, "value", lambda value: value)
    with pytest.raises(StoreError, match="cannot save"):
        harmless(tmp_path / "a", with_json(whole, set_at("nodes", 0, "value", {"slice": [1, 2, 3]})))
