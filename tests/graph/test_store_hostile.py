"""A hostile or damaged file is an error of one type, with one line, and never worse."""

from __future__ import annotations

import io
import json
import os
import struct
import tracemalloc
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from test_store import check_same, example, example_file, members, with_json, zipped

import tracegraph as tg
from tracegraph.errors import StoreError


@pytest.fixture
def whole(tmp_path: Path) -> bytes:
    return example_file(tmp_path)


def refused(path: Path, data: bytes | None = None) -> str:
    """The message with which a file is refused, within bounds of memory."""
    if data is not None:
        path.write_bytes(data)
    tracemalloc.start()
    try:
        with pytest.raises(StoreError) as caught:
            tg.load(path)
        assert tracemalloc.get_traced_memory()[1] < 50e6
    finally:
        tracemalloc.stop()
    said = str(caught.value)
    assert type(caught.value) is StoreError and repr(str(path)) in said and "\n" not in said and len(said) < 1000
    return said


def test_files_that_are_none(tmp_path: Path, whole: bytes) -> None:
    assert "No such file" in refused(tmp_path / "missing")
    assert "not a regular file" in refused(tmp_path)
    for data in (b"", b"PK", b"not a zip" * 100, zipped({}), zipped({"a": b""}), b"{}", whole + b"more"):
        refused(tmp_path / "a", data)
    with pytest.raises(StoreError):
        tg.load(None)  # type: ignore[arg-type]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_pipes_and_devices_do_not_hang(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "not a regular file" in refused(tmp_path / "pipe")
    assert "not a regular file" in refused(Path("/dev/zero"))


def test_deflated_files_are_read(tmp_path: Path, whole: bytes) -> None:
    (tmp_path / "a").write_bytes(zipped(members(whole), zipfile.ZIP_DEFLATED))
    check_same(example(), tg.load(tmp_path / "a"))


@pytest.mark.slow
def test_every_truncation(tmp_path: Path, whole: bytes) -> None:
    for end in range(0, len(whole), 7):
        refused(tmp_path / "a", whole[:end])


def test_bombs(tmp_path: Path, whole: bytes) -> None:
    zeros = b"\0" * 20_000_000
    npy = members(whole)["arrays/0.npy"][:128] + zeros
    packed = zipped({**members(whole), "arrays/0.npy": npy}, zipfile.ZIP_DEFLATED)
    assert "1000 times" in refused(tmp_path / "a", packed)
    lying = packed.replace(struct.pack("<L", len(npy)), struct.pack("<L", 5000))
    refused(tmp_path / "a", lying)
    refused(tmp_path / "a", whole.replace(struct.pack("<L", len(members(whole)["arrays/0.npy"])), b"\xff\xff\xff\x7f"))


@pytest.mark.slow
def test_too_many_members(tmp_path: Path) -> None:
    many = zipped({"graph.json": b"{}", **{f"arrays/{i}.npy": b"" for i in range(65_001)}})
    assert "at most 65000" in refused(tmp_path / "a", many)


@pytest.mark.parametrize("names", [["x"], ["graph.json", "../evil"], ["graph.json", "/arrays/0.npy"], ["arrays/0.npy"]])
def test_other_members(names: list[str], tmp_path: Path) -> None:
    assert "was due" in refused(tmp_path / "a", zipped(dict.fromkeys(names, b"{}")))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_duplicate_members(tmp_path: Path, whole: bytes) -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name in ("graph.json", "graph.json"):
            archive.writestr(name, members(whole)["graph.json"])
    assert "was due" in refused(tmp_path / "a", file.getvalue())


@pytest.mark.parametrize(
    "header",
    [
        "{'descr': '|O', 'fortran_order': False, 'shape': (2, 2), }",
        "{'descr': '<U1', 'fortran_order': False, 'shape': (), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (99999999, 99999999), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (-2, -2), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (2, 2, 0), }",
        "[" * 5000,
        "__import__('os').abort()",
        "{'descr': '<f2', 'fortran_order': False, 'shape': (2, 2), }",
        "{'descr': '|b1', 'fortran_order': False, 'shape': (32,), }",
        "{'descr': '<f8', 'fortran_order': False, 'shape': (" + "1, " * 40 + "4), }",
    ],
)
def test_headers_of_arrays(header: str, tmp_path: Path, whole: bytes) -> None:
    old = members(whole)["arrays/0.npy"]
    text = header.encode() + b"\n"
    npy = b"\x93NUMPY\1\0" + struct.pack("<H", len(text)) + text + old[128:]
    assert "array" in refused(tmp_path / "a", zipped({**members(whole), "arrays/0.npy": npy}))


def set_at(*path: Any) -> Callable[[Any], None]:
    *way, last, value = path

    def change(record: Any) -> None:
        for step in way:
            record = record[step]
        record[last] = value

    return change


TEXTS = {"name", "op", "symbol", "scope", "line", "tensor"}


@pytest.mark.parametrize("part", ["nodes", "edges"])
def test_every_field_of_a_wrong_type(part: str, tmp_path: Path, whole: bytes) -> None:
    records = json.loads(members(whole)["graph.json"])[part]
    place = max(range(len(records)), key=lambda i: len(records[i]))
    for field in records[place]:
        for wrong in ([[]], {"odd": []} if field != "attrs" else 1, 5 if field in TEXTS else "\n?"):
            refused(tmp_path / "a", with_json(whole, set_at(part, place, field, wrong)))


@pytest.mark.parametrize(
    "change",
    [
        set_at("version", 4),
        set_at("version", 0),
        set_at("version", True),
        set_at("version", None),
        set_at("version", [[]]),
        set_at("format", "other"),
        set_at("nodes", {}),
        set_at("edges", None),
        set_at("nodes", [1]),
        set_at("nodes", 0, "role", "king"),
        set_at("nodes", 0, "extra", 1),
        set_at("nodes", 0, "key", -1),
        set_at("nodes", 0, "key", True),
        set_at("nodes", 0, "formula", "().__class__"),
        set_at("nodes", 0, "formula", "(" * 5000),
        set_at("edges", 0, "slot", 7),
        set_at("edges", 0, "source", 999),
        set_at("edges", 0, "vjp", "(lambda: 0)()"),
        set_at("nodes", 0, "value", {"array": 99}),
        set_at("nodes", 0, "value", {"array": True}),
        set_at("nodes", 0, "value", {"float": "1"}),
        set_at("nodes", 0, "value", {"tuple": [1]}),
        set_at("nodes", 0, "value", {"scalar": ["int8", 300]}),
        set_at("nodes", 0, "value", {"scalar": ["object", 1]}),
        set_at("nodes", 0, "value", {"scalar": ["float16", 1e9]}),
        set_at("nodes", 0, "key", 2**61 - 1),
        set_at("nodes", 0, "attrs", {"a": {"slice": [1]}}),
        lambda record: [record],
        lambda record: record["nodes"][0].pop("op") and None,
        lambda record: record["nodes"].reverse(),
    ],
)
def test_records_that_do_not_fit(change: Callable[[Any], Any], tmp_path: Path, whole: bytes) -> None:
    refused(tmp_path / "a", with_json(whole, change))


@pytest.mark.parametrize(
    "text", ["[" * 100_000, '{"a":' * 100_000, "NaN", '{"nodes": NaN}', "\xff", "9" * 100_000, '{"a":1,}', "[1]", ""]
)
def test_bad_json(text: str, tmp_path: Path) -> None:
    refused(tmp_path / "a", zipped({"graph.json": text.encode("latin-1")}))


def test_nested_options(tmp_path: Path, whole: bytes) -> None:
    for depth in (80, 400):
        deep: Any = 1
        for _ in range(depth):
            deep = [deep]
        refused(tmp_path / "a", with_json(whole, set_at("nodes", 0, "value", deep)))
        assert "nested too deeply" in refused(
            tmp_path / "a", with_json(whole, set_at("nodes", 0, "attrs", {"a": deep}))
        )


@pytest.mark.parametrize(
    "field, length", [("name", 100_001), ("scope", 100_001), ("symbol", 100_001), ("line", 100_001)]
)
def test_names_without_end(field: str, length: int, tmp_path: Path, whole: bytes) -> None:
    assert "100000 characters" in refused(tmp_path / "a", with_json(whole, set_at("nodes", 0, field, "x" * length)))


def test_scopes_without_end(tmp_path: Path) -> None:
    nodes = [dict(key=i, name=f"n{i}", op="input", role="input", scope="a/" * 4990 + str(i)) for i in range(20)]
    record = dict(format="tracegraph", version=2, nodes=[{**n, "value": 1.0} for n in nodes], edges=[])
    tg_file = zipped({"graph.json": json.dumps(record).encode()}, zipfile.ZIP_DEFLATED)
    assert "nested too deeply" in refused(tmp_path / "a", tg_file)


def test_a_long_name_is_refused_where_the_graph_is_made() -> None:
    with pytest.raises(tg.GraphError, match="more than 100000 characters"):
        tg.trace(tg.tensor(1.0, name="x" * 50_000_000) * 2.0)


def test_more_parts_than_memory(tmp_path: Path) -> None:
    assert "parts" in refused(tmp_path / "a", zipped({"graph.json": b"[" + b"[]," * 6_000_000 + b"1]"}))


def test_a_declared_terabyte_takes_no_memory(tmp_path: Path, whole: bytes) -> None:
    header = b"{'descr': '<f8', 'fortran_order': False, 'shape': (400000, 400000), }\n"
    npy = b"\x93NUMPY\1\0" + struct.pack("<H", len(header)) + header + b"\0" * 64
    said = refused(tmp_path / "a", zipped({**members(whole), "arrays/0.npy": npy}))
    assert "shape (400000, 400000) and type float64 does not fit its 64 bytes" in said
