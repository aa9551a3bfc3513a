"""Graphs in ``.tgraph`` files: a zip of ``graph.json`` and one ``.npy`` for each array.

A file may come from a stranger. Nothing in it is run or unpickled; what it declares is checked before memory is taken;
whatever is wrong with it, `load` raises `StoreError`. See the limits below.
"""

from __future__ import annotations

import json
import os
import re
import stat
import struct
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from io import BytesIO
from math import prod
from typing import IO, Any, NamedTuple, TypeVar

import numpy as np

from ..errors import StoreError
from ..files import write_atomic
from . import columns, note_records
from .node import Edge, Node
from .note import Note
from .old_records import upgraded
from .packing import DTYPES, Array, Packer, Unpacker
from .records import read, write

VERSION = 3
"""1 had no notes: what they hold was in the nodes. 2 had no columns."""
MAX_ROWS = 10_000
"""Nodes and edges that are written as an object each, which people can read; more of them go into columns."""
MAX_TOTAL = 2 * 2**30
"""Bytes that all members may take together, uncompressed."""
MAX_TEXT = 256 * 2**20
"""Bytes of ``graph.json``."""
MAX_PARTS = 5_000_000
"""Objects and lists in ``graph.json``, and nodes and edges; each takes up to 250 bytes of memory."""
MAX_MEMBERS = 65_000
MAX_RATIO = 1000
"""Uncompressed to compressed size, of a member above 1 MiB."""

Made = TypeVar("Made")

_TEXT = "graph.json"
_END = struct.Struct("<4s4H2LH")  # the record at the end of a zip
_HEADER = re.compile(
    rb"\{'descr': '([<>|][bfiu][1248])', 'fortran_order': False, 'shape': \(((?:\d{1,18}(?:, |,)?)*)\), \} *\n"
)
_DESCRS = {d.str.encode(): d for kind in DTYPES.values() for d in (kind.newbyteorder("<"), kind.newbyteorder(">"))}


class Parts(NamedTuple):
    """The parts of a graph in a file; ``whole``: nodes and edges before views, where these differ."""

    nodes: Sequence[Node]
    edges: Sequence[Edge]
    notes: Mapping[str, Note] = {}
    whole: tuple[Sequence[Node], Sequence[Edge]] | None = None


def save(path: str | os.PathLike[str], parts: Parts) -> None:
    """Write the parts of a graph to a ``.tgraph`` file, whole or not at all; the same graph gives the same bytes.

    Raises `StoreError` for a graph beyond the limits, and `FileError` if the file cannot be written.
    """
    packer = Packer()
    try:
        record: dict[str, Any] = {
            "format": "tracegraph",
            "version": VERSION,
            **_written(parts.nodes, parts.edges, packer),
        }
        if parts.notes:
            record["notes"] = note_records.write(parts.notes, packer)
        if parts.whole is not None:
            record["whole"] = _written(*parts.whole, packer)
        text = json.dumps(record, separators=(",", ":"), allow_nan=False).encode()
        parts_in_all = len(parts.nodes) + len(parts.edges)
        if len(text) > MAX_TEXT or max(_count(text), parts_in_all) > MAX_PARTS or len(packer.arrays) >= MAX_MEMBERS:
            raise ValueError(f"{len(parts.nodes)} nodes are too many; save a part of the graph, or a collapsed one")
        if len(text) + sum(a.nbytes + 128 for a in packer.arrays) > MAX_TOTAL:
            raise ValueError(f"the arrays take more than {MAX_TOTAL >> 20} MiB; save a part of the graph")
    except (ValueError, RecursionError) as error:
        raise StoreError(f"cannot save {os.fspath(path)!r}: {_line(error)}") from None
    write_atomic(path, _zipped(text, packer.arrays))


def _written(nodes: Sequence[Node], edges: Sequence[Edge], packer: Packer) -> dict[str, Any]:
    if len(nodes) + len(edges) > MAX_ROWS:
        return columns.write(nodes, edges, packer)
    return {"nodes": [write(n, packer) for n in nodes], "edges": [write(e, packer) for e in edges]}


def load(path: str | os.PathLike[str], make: Callable[[Parts], Made]) -> Made:
    """The graph that ``make`` builds from the parts in a ``.tgraph`` file; arrays are read-only.

    Raises `StoreError`, and nothing else, for a file that cannot be read, is damaged, too large, or whose parts do not
    fit together.
    """
    try:
        with open(os.fspath(path), "rb", opener=_open_regular) as file:
            return make(_read(file))
    except Exception as error:  # a damaged zip raises a dozen different ones
        raise StoreError(f"cannot read {str(path)!r}: {_line(error)}") from None


def _line(error: BaseException) -> str:
    """The message of an error, on one line of bounded length."""
    message = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
    if isinstance(error, RecursionError):
        message = "it is nested too deeply"
    return " ".join(message.split())[:300] or type(error).__name__


def _zipped(text: bytes, arrays: Iterable[Array]) -> bytes:
    file = BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_member(_TEXT), text)
        for i, array in enumerate(arrays):
            buffer = BytesIO()
            np.lib.format.write_array(buffer, np.asarray(array, order="C"), version=(1, 0), allow_pickle=False)
            archive.writestr(_member(f"arrays/{i}.npy"), buffer.getvalue())
    return file.getvalue()


def _member(name: str) -> zipfile.ZipInfo:
    made = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    made.create_system, made.external_attr = 3, 0o644 << 16  # the same on every system
    return made


def _open_regular(path: str, flags: int) -> int:
    """Open a file, but not a pipe or a device, which might never end."""
    handle = os.open(path, flags | getattr(os, "O_NONBLOCK", 0))
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    raise ValueError("it is not a regular file")


def _read(file: IO[bytes]) -> Parts:
    _check_end(file)
    with zipfile.ZipFile(file) as archive:
        members = archive.infolist()
        _check_members(members)
        text, *arrays = (_content(archive, m) for m in members)
        return _parts(text, [_array(a) for a in arrays])


def _check_end(file: IO[bytes]) -> None:
    """See how long the directory is before `zipfile` makes an object of each entry."""
    size = file.seek(0, os.SEEK_END)
    file.seek(max(0, size - _END.size - 20))
    tail = file.read()
    if len(tail) < _END.size or not tail[-_END.size :].startswith(b"PK\5\6"):
        raise ValueError("it is not a .tgraph file, or its end is missing")
    *_, count, length, _, comment = _END.unpack(tail[-_END.size :])
    if comment or tail.startswith(b"PK\6\7") or count > MAX_MEMBERS or length > 200 * count:
        raise ValueError(f"its directory is not that of a .tgraph file with at most {MAX_MEMBERS} members")
    file.seek(0)


def _check_members(members: list[zipfile.ZipInfo]) -> None:
    names = [_TEXT, *(f"arrays/{i}.npy" for i in range(len(members) - 1))]
    for member, name in zip(members, names):
        if member.orig_filename != name:
            raise ValueError(f"it holds {member.orig_filename[:100]!r} where {name!r} was due")
        if member.flag_bits & 1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise ValueError(f"{name} is encrypted, or compressed in another way than deflate")
        if member.file_size > 2**20 and member.file_size > MAX_RATIO * member.compress_size:
            raise ValueError(f"{name} unpacks to more than {MAX_RATIO} times its size")
    if not members or members[0].file_size > MAX_TEXT or sum(m.file_size for m in members) > MAX_TOTAL:
        raise ValueError(f"it unpacks to nothing, or to more than {MAX_TOTAL >> 20} MiB ({MAX_TEXT >> 20} of text)")


def _content(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
    """The bytes of a member; read in pieces, because `zipfile` unpacks a whole piece before it looks at the size."""
    with archive.open(member) as stream:
        stored = member.compress_type == zipfile.ZIP_STORED
        content = stream.read(member.file_size) if stored else b"".join(iter(lambda: stream.read(2**20), b""))
    if len(content) != member.file_size:
        raise ValueError(f"{member.filename} has {len(content)} bytes, {member.file_size} were due")
    return content


def _array(content: bytes) -> Array:
    """The array in the bytes of an ``.npy``, without a copy."""
    start = 10 + int.from_bytes(content[8:10], "little")
    header = _HEADER.fullmatch(content[10:start])
    if content[:8] != b"\x93NUMPY\1\0" or header is None or header[1] not in _DESCRS:
        raise ValueError("an array has another header than those of numbers in .npy files")
    kind, shape = _DESCRS[header[1]], tuple(int(n) for n in header[2].replace(b",", b" ").split())
    if len(shape) > 32 or prod(shape) * kind.itemsize != len(content) - start:
        raise ValueError(f"an array of shape {shape} and type {kind} does not fit its {len(content) - start} bytes")
    array = np.frombuffer(content, kind, offset=start).reshape(shape)
    if kind.kind == "b" and (array.view(np.uint8) > 1).any():
        raise ValueError("an array of booleans holds something else")
    return array


def _parts(text: bytes, arrays: list[Array]) -> Parts:
    if _count(text) > MAX_PARTS:
        raise ValueError(f"{_TEXT} has more than {MAX_PARTS} parts")
    record = json.loads(text, parse_constant=_refuse)
    if not isinstance(record, dict) or record.get("format") != "tracegraph":
        raise ValueError("it is not a .tgraph file")
    if type(record.get("version")) is not int or not 1 <= record["version"] <= VERSION:
        raise ValueError(f"it has version {record.get('version')!r:.20}; this tracegraph reads up to {VERSION}")
    values = Unpacker(arrays)
    if record["version"] == 1:
        _check_lists(record)
        record = upgraded(record)
    whole = record.get("whole")
    return Parts(
        *_graph(record, values),
        note_records.read(record.get("notes", {}), values),
        None if whole is None else _graph(whole, values),
    )


def _graph(record: Any, values: Unpacker) -> tuple[list[Node], list[Edge]]:
    if isinstance(record, dict) and isinstance(record.get("nodes"), dict) and isinstance(record.get("edges"), dict):
        return columns.read(record, values, MAX_PARTS)
    _check_lists(record)
    return [read(Node, n, values) for n in record["nodes"]], [read(Edge, e, values) for e in record["edges"]]


def _check_lists(record: Any) -> None:
    if not isinstance(record, dict) or not all(isinstance(record.get(name), list) for name in ("nodes", "edges")):
        raise ValueError("it has no lists of nodes and edges")


def _count(text: bytes) -> int:
    return text.count(b"{") + text.count(b"[")


def _refuse(word: str) -> None:
    raise ValueError(f"{word} is not JSON")
