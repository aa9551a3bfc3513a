"""Names of the tensors that the variables of a frame hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ...engine.tensor import Tensor


def bound(variables: Mapping[str, Any]) -> dict[Tensor, str]:
    """Names of the tensors that variables hold, one level into lists, tuples and dictionaries."""
    found: dict[Tensor, str] = {}
    seen = [(name, held) for name, held in variables.items() if isinstance(name, str) and not name.startswith("_")]
    for name, held in seen:
        if isinstance(held, Tensor):
            found.setdefault(held, name)
    for name, held in seen:
        if isinstance(held, (list, tuple, dict)) and len(held) <= 1000 and held is not variables.get("_oh"):
            for item, own in _items(name, held):
                found.setdefault(item, own)
    return found


def _items(name: str, held: Any) -> Iterable[tuple[Tensor, str]]:
    items = held.items() if isinstance(held, dict) else enumerate(held)
    for key, item in list(items):
        if isinstance(item, Tensor) and isinstance(key, (str, int)):  # the text of other keys may hold an address
            yield item, key if isinstance(key, str) else f"{name}[{key}]"
