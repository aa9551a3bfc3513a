"""Files of version 1, whose nodes held what notes hold now: tags, marks and framed elements."""

from __future__ import annotations

from typing import Any

TONES = {"✓ ": "calm", "✗ ": "invalid"}


def upgraded(record: dict[str, Any]) -> dict[str, Any]:
    """The record of a file of version 1 as one of today; what does not fit is left for the reader to refuse."""
    badges: list[Any] = []
    marks: list[Any] = []
    focus: list[Any] = []
    nodes = [dict(n) if isinstance(n, dict) else n for n in record["nodes"]]
    for node in (n for n in nodes if isinstance(n, dict)):
        key = node.get("key")
        badges += [{"node": key, "text": t, "tone": _tone(t)} for t in _taken(node, "tags")]
        marks += [[key, _mark(m)] for m in _taken(node, "marks")]
        focus += [[key, places] for places in [_taken(node, "focus")] if places]
    held = {"tags": {"badges": badges}, "marks": {"marks": marks}, "focus": {"focus": focus}}
    notes = {kind: note for kind, note in held.items() if any(note.values())}
    return {**record, "nodes": nodes, "notes": notes}


def _taken(node: dict[str, Any], name: str) -> list[Any]:
    return node.pop(name) if isinstance(node.get(name), list) else []


def _tone(tag: Any) -> str:
    return next((tone for sign, tone in TONES.items() if sign in str(tag)), "positive")


def _mark(parts: Any) -> Any:
    names = ("verdict", "quantity", "written", "right", "index")
    return dict(zip(names, parts)) if isinstance(parts, list) and len(parts) == len(names) else parts
