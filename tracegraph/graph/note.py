"""Notes: the results of analyses and views, as values beside a graph; they refer to nodes by key."""

from __future__ import annotations

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass, replace

from ..errors import GraphError

Index = tuple[int, ...]
Homes = Mapping[int, tuple[int, str]]
"""By the key of a node that a view puts into a card: the key of the card, and the name that is told there."""

TONES = ("positive", "calm", "warning", "invalid", "faint")
"""Colours of a theme that a badge may have: neutral, right, wrong, no longer a number, a mark on the side."""


@dataclass(frozen=True, slots=True)
class Badge:
    """A few words on a card: the key of its ``node``, and one of `TONES`.

    ``name``: of the node that it is about, where a view has put that into the card.
    """

    node: int
    text: str
    tone: str = "positive"
    name: str = ""

    def __post_init__(self) -> None:
        if self.tone not in TONES:
            raise GraphError(f"badge {self.text!r:.40}: tone {self.tone!r:.40} is not one of {', '.join(TONES)}")


@dataclass(frozen=True, slots=True)
class Trial:
    """A remedy that can be tried: what is done to the values of some leaves, by their keys, and with which number.

    ``action``: "set", "multiply", "standardise", "draw" (at random, with this deviation), or "rate" (of learning).
    """

    nodes: tuple[int, ...]
    action: str
    number: float = 0.0


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that is wrong at one node.

    ``kind``: a key of `DIAGNOSTICS`. ``node``: the key of the node. ``badge``: a few words for the card, with the
    number. ``cause``: one sentence, without a full stop; ``remedy``: what to do. ``measure`` was compared with
    ``threshold`` (both None where nothing is measured). ``index``: the elements, or the units along the last axis, that
    it is about; the first few. ``excess``: how far the measure is beyond the threshold, in decades; orders findings of
    one kind. ``tone``: the colour of the badge, ``invalid`` where numbers are no longer numbers. ``way``: which of the
    forms of its kind it is, such as forward or backward, large or small. ``others``: the keys of further nodes that it
    is about. ``alone``: fault, hint or silent, where it explains nothing and that differs from its kind. ``trial``: the
    remedy as what can be tried, and ``outcome``: what has come of it.
    """

    kind: str
    node: int
    badge: str
    cause: str
    measure: float | None = None
    threshold: float | None = None
    index: tuple[Index, ...] = ()
    excess: float = 0.0
    tone: str = "warning"
    remedy: str = ""
    way: str = ""
    others: tuple[int, ...] = ()
    alone: str = ""
    trial: Trial | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Cause:
    """A root cause: the finding that explains others, which are its ``consequences``.

    ``kind`` and ``node``: of that finding. ``place``: the name of the node. ``line``: file and line of the program, and
    ``excerpt``: what stands there (empty where the source is not at hand). ``measure`` was compared with ``threshold``.
    ``sentence``: what is wrong, and why. ``remedy``: what to do in this case; ``trial``: the same as what can be tried,
    and ``outcome``: what has come of it. ``severity``: "fault", or "hint" where nothing went wrong by it. ``badge`` and
    ``tone``: of its card.
    """

    kind: str
    node: int
    place: str
    line: str | None
    excerpt: str
    measure: float | None
    threshold: float | None
    sentence: str
    remedy: str
    consequences: tuple[Finding, ...] = ()
    severity: str = "fault"
    badge: str = ""
    tone: str = "warning"
    index: tuple[Index, ...] = ()
    trial: Trial | None = None
    outcome: str = ""


@dataclass(frozen=True, slots=True)
class Check:
    """The result of checking the backward rule of one node.

    ``verdict``: ok, kink, wrong or "not checked", and then ``reason`` says why. ``error``: the largest, relative to the
    sum of the sizes of the terms that a contribution consists of (None for kinks and what is not checked).
    ``method``: complex step, central differences, or sum of the uses. ``wrong``: the derivatives whose contributions
    are wrong, each with its error. ``where``: the derivative that is worst, and ``index`` its worst element (None: a
    random direction of all), with the value that was ``expected`` there and the one ``found``. ``line``: file and line
    of the program. ``tags``: what stands on the card.
    """

    node: int
    name: str
    op: str
    verdict: str
    error: float | None = None
    method: str = ""
    wrong: tuple[tuple[str, float], ...] = ()
    where: str = ""
    index: Index | None = None
    expected: float | None = None
    found: float | None = None
    line: str | None = None
    reason: str = ""
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Path:
    """One way of a gradient back from the loss to a tensor.

    ``nodes``: keys, from the tensor to the loss. ``names``: their names. ``slots``: for each arrow the number of the
    input that it ends at. ``share``: of the gradient of the tensor, NaN where that is zero. ``contribution``: its part
    of the gradient; None where there are tensors on the way.
    """

    nodes: tuple[int, ...]
    names: tuple[str, ...]
    slots: tuple[int, ...]
    share: float
    contribution: float | None = None


@dataclass(frozen=True, slots=True)
class Mark:
    """A teacher's mark beside a number: the ``verdict`` on a written value or gradient (``quantity``).

    ``written`` and ``right`` are numbers as text; ``right`` is empty where what was written is right. ``index`` is the
    place in a matrix. ``cause``: the name of a slip, such as "order of operations".
    """

    verdict: str
    quantity: str
    written: str
    right: str = ""
    index: Index = ()
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Note:
    """A result about a graph, of one kind: badges for its cards; kinds with more fields are in `NOTES`."""

    badges: tuple[Badge, ...] = ()

    @property
    def shown(self) -> set[int]:
        """Keys of the nodes whose cards show something of it; they are in the graph."""
        return {b.node for b in self.badges}

    @property
    def known(self) -> set[int]:
        """Keys of the nodes that it speaks of; they are in the graph as it was before views."""
        return set()

    def moved(self, kept: Container[int], homes: Homes) -> Note:
        """The note for a view: badges of nodes that are put into a card go there, those of nodes that are gone go."""
        order = {key: place for place, key in enumerate(homes)}
        badges = (_moved(b, homes) for b in sorted(self.badges, key=lambda b: order.get(b.node, -1)))
        return replace(self, badges=tuple(b for b in badges if b.node in kept))


@dataclass(frozen=True, slots=True)
class FlowNote(Note):
    """The findings of `tracegraph.flow`, and their root causes, worst first."""

    findings: tuple[Finding, ...] = ()
    causes: tuple[Cause, ...] = ()

    @property
    def known(self) -> set[int]:
        consequences = (f.node for cause in self.causes for f in cause.consequences)
        return {f.node for f in self.findings} | {c.node for c in self.causes} | set(consequences)


@dataclass(frozen=True, slots=True)
class Copy:
    """A leaf made of the numbers of a tensor, to which no gradient gets back through it.

    ``leaf``: its key. ``source`` and ``line``: name and place of the tensor. ``lost``: keys of the parameters that the
    loss does not depend on because of it.
    """

    leaf: int
    source: str
    line: str | None
    lost: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class CopiesNote(Note):
    """The leaves that are copies of tensors, as seen while the program ran."""

    copies: tuple[Copy, ...] = ()

    @property
    def known(self) -> set[int]:
        return {c.leaf for c in self.copies} | {key for c in self.copies for key in c.lost}


@dataclass(frozen=True, slots=True)
class PathsNote(Note):
    """The paths that are marked on the arrows, see `tracegraph.paths`."""

    paths: tuple[Path, ...] = ()


@dataclass(frozen=True, slots=True)
class ChecksNote(Note):
    """The results of `tracegraph.gradcheck`: one for each operation that receives a gradient."""

    results: tuple[Check, ...] = ()
    tolerance: float = 1e-12


@dataclass(frozen=True, slots=True)
class MarksNote(Note):
    """The marks of `tracegraph.mark`, each with the key of its node."""

    marks: tuple[tuple[int, Mark], ...] = ()

    @property
    def shown(self) -> set[int]:
        return {key for key, _ in self.marks}

    def moved(self, kept: Container[int], homes: Homes) -> MarksNote:
        """The marks of the nodes that are still there as they were."""
        return replace(self, marks=tuple((key, m) for key, m in self.marks if key in kept and key not in homes))

    def at(self, node: int) -> tuple[Mark, ...]:
        """The marks of a node."""
        return tuple(m for key, m in self.marks if key == node)


@dataclass(frozen=True, slots=True)
class FocusNote(Note):
    """Elements that are framed, with the key of their node, and inputs that get more gradient than is shown."""

    focus: tuple[tuple[int, tuple[Index, ...]], ...] = ()

    @property
    def shown(self) -> set[int]:
        return {b.node for b in self.badges} | {key for key, _ in self.focus}

    def moved(self, kept: Container[int], homes: Homes) -> FocusNote:
        focus = tuple((key, at) for key, at in self.focus if key in kept and key not in homes)
        return replace(self, badges=Note.moved(self, kept, homes).badges, focus=focus)

    def at(self, node: int) -> tuple[Index, ...]:
        """The elements of a node that are framed."""
        return next((places for key, places in self.focus if key == node), ())


NOTES: dict[str, type[Note]] = {
    "flow": FlowNote,
    "copies": CopiesNote,
    "paths": PathsNote,
    "gradcheck": ChecksNote,
    "marks": MarksNote,
    "focus": FocusNote,
}
"""By kind; a kind that is not here is a plain `Note`."""


def check_notes(notes: Mapping[str, Note], keys: Container[int], all_keys: Container[int]) -> None:
    """Raise `GraphError` for the first note about a node that is not there."""
    for kind, note in notes.items():
        if type(note) is not NOTES.get(kind, Note):
            raise GraphError(f"note {kind!r:.40} is a {type(note).__name__}, not a {NOTES.get(kind, Note).__name__}")
        for key in (*_missing(note.shown, keys), *_missing(note.known, all_keys)):
            raise GraphError(f"note {kind!r:.40} speaks of node {key}, which the graph does not have")


def _missing(keys: Iterable[int], present: Container[int]) -> list[int]:
    return sorted(key for key in keys if key not in present)


def _moved(badge: Badge, homes: Homes) -> Badge:
    if badge.node not in homes:
        return badge
    card, name = homes[badge.node]
    return replace(badge, node=card, name=badge.name or name)
