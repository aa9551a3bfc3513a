"""The nodes and edges of a large graph as columns: all values of a field together, numbers as arrays.

A column has one of these forms, with values as `records` has them:

- ``{"all": value}``: the same value everywhere.
- ``{"values": [...], "at": array}``: the different values, and for each part the place of its own.
- ``{"floats": array, "at": array, "others": [[place, value], ...]}``: floats and others at some places, else None.
- ``{"each": [...]}``: a value for each part.
- ``{"numbers": array}``: whole numbers; the ends of edges are places of nodes.
- ``{"sources": true}``: the names of the sources of the edges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from ..errors import GraphError
from .node import Edge, Node, maker
from .packing import Packer, Unpacker
from .records import DEFAULTS, LARGEST, NUMBERS, packed, unpacked

Column = dict[str, Any]

_ENDS = ("source", "target")
_BY_IDENTITY = ("attrs", "traits")  # what cannot be hashed; frontends share one object among many nodes

_make_node, _make_edge = maker(Node), maker(Edge)


# --- writing ---------------------------------------------------------------------------------------------------------


def write(nodes: Sequence[Node], edges: Sequence[Edge], packer: Packer) -> dict[str, Any]:
    """The columns of nodes and edges, each under the name of its field."""
    columns = {name: _written(name, [getattr(n, name) for n in nodes], packer) for name in DEFAULTS[Node]}
    columns["key"] = _numbers([n.key for n in nodes], packer)
    columns["name"] = {"each": [n.name for n in nodes]}
    return {"nodes": columns, "edges": _edges(nodes, edges, packer)}


def _edges(nodes: Sequence[Node], edges: Sequence[Edge], packer: Packer) -> dict[str, Column]:
    places = {n.key: i for i, n in enumerate(nodes)}
    own = all(e.tensor == nodes[places[e.source]].name for e in edges)
    columns = {}
    for name in DEFAULTS[Edge]:
        if name in _ENDS:
            columns[name] = _numbers([places[getattr(e, name)] for e in edges], packer)
        elif name == "tensor" and own:
            columns[name] = {"sources": True}
        else:
            columns[name] = _written(name, [getattr(e, name) for e in edges], packer)
    return columns


def _written(name: str, column: list[Any], packer: Packer) -> Column:
    """A column in the form that suits its field."""
    if name in ("key", "name"):
        return {}
    if name in NUMBERS:
        return _floats(name, column, packer)
    keys = [id(v) for v in column] if name in _BY_IDENTITY else column
    held = dict(zip(keys, column, strict=True))
    order = {key: i for i, key in enumerate(held)}
    values = [packed(name, value, packer) for value in held.values()]
    if len(values) == 1:
        return {"all": values[0]}
    return {"values": values, "at": _packed_array([order[key] for key in keys], len(values), packer)}


def _floats(name: str, column: list[Any], packer: Packer) -> Column:
    at = [i for i, value in enumerate(column) if type(value) is float]
    floats = packer.pack(np.array([column[i] for i in at], np.float64))
    others = [[i, packed(name, v, packer)] for i, v in enumerate(column) if v is not None and type(v) is not float]
    return {"floats": floats, "at": _packed_array(at, len(column), packer), "others": others}


def _numbers(numbers: list[int], packer: Packer) -> Column:
    return {"numbers": _packed_array(numbers, max(numbers, default=0), packer)}


def _packed_array(numbers: list[int], largest: int, packer: Packer) -> Any:
    return packer.pack(np.array(numbers, np.min_scalar_type(largest)))


# --- reading ---------------------------------------------------------------------------------------------------------


def read(record: Mapping[str, Any], values: Unpacker, most: int) -> tuple[list[Node], list[Edge]]:
    """Nodes and edges from their columns; ValueError for what does not fit, or for more than ``most`` of them."""
    of_nodes, of_edges = (_checked(record[part], kind) for part, kind in (("nodes", Node), ("edges", Edge)))
    names = of_nodes["name"].get("each")
    ends = [_whole(of_edges[end], "numbers", values) for end in _ENDS]
    if not isinstance(names, list) or len(names) + len(ends[0]) > most:
        raise ValueError(f"its nodes have no names, or there are more than {most} nodes and edges")
    reader = _Reader(values, len(names))
    fields = [reader.column(name, of_nodes[name]) for name in DEFAULTS[Node]]
    nodes = [_make_node(*parts) for parts in zip(*fields, strict=True)]
    return nodes, _read_edges(of_edges, nodes, ends, values)


def _read_edges(columns: dict[str, Column], nodes: list[Node], ends: list[Any], values: Unpacker) -> list[Edge]:
    reader = _Reader(values, len(ends[0]))
    sources, targets = (reader.checked(end, len(nodes)) for end in ends)
    fields: dict[str, list[Any]] = {
        "source": [nodes[i].key for i in sources],
        "target": [nodes[i].key for i in targets],
    }
    if columns["tensor"] == {"sources": True}:
        fields["tensor"] = [nodes[i].name for i in sources]
    for name in DEFAULTS[Edge]:
        if name not in fields:
            fields[name] = reader.column(name, columns[name])
    return [_make_edge(*parts) for parts in zip(*(fields[name] for name in DEFAULTS[Edge]), strict=True)]


def _checked(columns: Any, kind: type) -> dict[str, Column]:
    fields = DEFAULTS[kind].keys()
    whole = isinstance(columns, dict) and columns.keys() == fields and all(type(c) is dict for c in columns.values())
    if not whole:
        raise ValueError(f"the columns of a {kind.__name__.lower()} are {', '.join(fields)}")
    return columns  # type: ignore[no-any-return]


def _whole(column: Column, name: str, values: Unpacker) -> Any:
    """The array of whole numbers under a name."""
    array = values.unpack(column.get(name))
    if not isinstance(array, np.ndarray) or array.ndim != 1 or array.dtype.kind not in "iu":
        raise ValueError(f"{name} of a column is no array of whole numbers")
    return array


class _Reader:
    """Reads the columns of ``count`` parts."""

    def __init__(self, values: Unpacker, count: int) -> None:
        self.values, self.count = values, count
        self._forms: dict[tuple[str, ...], Callable[[str, Column], list[Any]]] = {
            ("all",): self._all,
            ("at", "values"): self._chosen,
            ("at", "floats", "others"): self._floats,
            ("each",): self._each,
            ("numbers",): lambda name, column: self.checked(_whole(column, "numbers", self.values), LARGEST),
        }

    def column(self, name: str, column: Column) -> list[Any]:
        """The values of a field."""
        form = self._forms.get(tuple(sorted(column)))
        fits = name in NUMBERS if form == self._floats else name == "key" or "numbers" not in column
        if form is None or not fits:
            raise ValueError(f"a column of {', '.join(column)!r:.60} has not the form of its field")
        try:
            return form(name, column)
        except (ValueError, TypeError, GraphError) as error:
            raise ValueError(f"{name}: {error}") from None

    def checked(self, array: Any, below: int, count: int | None = None) -> list[int]:
        """The numbers of an array of the right length, each from 0 to less than ``below``."""
        count = self.count if count is None else count
        if len(array) != count or count and not 0 <= int(array.min()) <= int(array.max()) < below:
            raise ValueError(f"{len(array)} numbers where {count} from 0 to less than {below} were due")
        return array.tolist()  # type: ignore[no-any-return]

    def _all(self, name: str, column: Column) -> list[Any]:
        return [unpacked(name, column["all"], self.values)] * self.count

    def _each(self, name: str, column: Column) -> list[Any]:
        if type(column["each"]) is not list or len(column["each"]) != self.count:
            raise ValueError(f"no list of {self.count} values")
        return [unpacked(name, value, self.values) for value in column["each"]]

    def _chosen(self, name: str, column: Column) -> list[Any]:
        if type(column["values"]) is not list:
            raise ValueError("its values are no list")
        values = [unpacked(name, value, self.values) for value in column["values"]]
        return [values[i] for i in self.checked(_whole(column, "at", self.values), len(values))]

    def _floats(self, name: str, column: Column) -> list[Any]:
        floats, others = self.values.unpack(column["floats"]), column["others"]
        if not isinstance(floats, np.ndarray) or floats.ndim != 1 or floats.dtype != np.float64:
            raise ValueError("no array of floats")
        found: list[Any] = [None] * self.count
        for i, number in zip(self.checked(_whole(column, "at", self.values), self.count, len(floats)), floats.tolist()):
            found[i] = number
        for pair in others if type(others) is list else [None]:
            if type(pair) is not list or len(pair) != 2 or type(pair[0]) is not int or not 0 <= pair[0] < self.count:
                raise ValueError("other values are no list of places and values")
            found[pair[0]] = unpacked(name, pair[1], self.values)
        return found
