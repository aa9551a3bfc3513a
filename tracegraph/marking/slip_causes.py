"""Likely causes of a slip: the usual mistakes, tried one by one on the writer's own numbers."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from .. import formula
from ..graph import Node, traits_of
from ..text.numbers import clean, number
from .digits import sign_lost, slips_of_the_pen
from .judge import SLIP, WAYS, Judge, Judged
from .targets import Index, Target, element
from .variants import variants
from .worked_formula import Place, Worked, worked
from .written import Written

Cause = tuple[int, str]
"""How likely it is, 0 the most, and what it says."""
SIGN, CHANGE, COPY, MISTAKE, INPUT, TWICE, PEN = 0, 0, 1, 2, 4, 5, 6
FEW = 2  # significant digits from which a number is not met by chance
MANY = 4  # and from which not even two mistakes at once meet it
FIRST, SECOND = 25, 40  # mistakes that are tried first, and after each of them
CLOSE = 5e-3  # of a change: how near to it the number must be that was written in the place of the new value


@dataclass(frozen=True, slots=True)
class Explained:
    """The likely cause of a slip; ``misprint``: it is one of the pen, not of the computation."""

    text: str
    misprint: bool


class Causes:
    """Looks for the causes of the slips that a judge has found."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self._pool: list[tuple[int, Index, Written]] = [
            (i, at, n) for i, t in enumerate(judge.targets) for at, n in t.atoms.items() if n is not None
        ]

    def of(self, claim: int, at: Index) -> tuple[str, Explained | None]:
        """The way that the right value is taken from, and the most likely cause; None where none gives the number."""
        judged, written = self.judge.verdicts[claim][at], self.judge.targets[claim].atoms[at]
        assert written is not None
        ways = [judged.way, *(w for w in WAYS if w != judged.way and judged.rights[w] != judged.rights[judged.way])]
        for way in ways:
            ranked = sorted(self._all(claim, at, written, judged, way), key=lambda cause: cause[0])
            if ranked:
                rank, text = ranked[0]
                return (way if way in WAYS[:2] else judged.way), Explained(text, rank >= PEN)
        return judged.way, None

    def _all(self, claim: int, at: Index, written: Written, judged: Judged, way: str) -> Iterator[Cause]:
        right = judged.rights[way]
        place = (self.judge.targets[claim].quantity, at)
        if sign_lost(written, right):
            yield SIGN, f"the sign is wrong: {number(right, written.significant + 1)}"
        yield from self._change(place, written, judged)
        yield from self._copied(claim, at, written)
        working = worked(self.judge, place, way)
        if working is not None:
            yield from self._mistaken(written, working)
            yield from self._history(place, written, working)
            if written.significant >= FEW:
                yield from self._put_in(claim, at, written, working)
            if written.significant >= MANY:
                yield from self._mistaken_twice(written, working)
        yield from ((PEN + rank, text) for rank, text in slips_of_the_pen(written, right))

    def _change(self, place: Place, written: Written, judged: Judged) -> Iterator[Cause]:
        """The change of a quantity written for its new value."""
        node = self.judge.graph.node(place[0][0])
        first = next(iter(self.judge.graph.inputs(node)), None)
        if place[0][1] is not None or first is None or not _is_updated(node, self.judge.graph.node(first.source)):
            return
        for way in WAYS if not place[1] else ():
            old, new = element(self.judge.states[way][first.source, None], ()), judged.rights[way]
            change = new - old
            if old and abs(abs(written.value) - abs(change)) <= CLOSE * abs(change) < abs(new) / 10:
                sign = "+" if change > 0 else "−"
                what = f"{number(old, 6)} {sign} {number(abs(change), 4)} = {number(new, 6)}"
                yield CHANGE, f"the change is written for the new value: {what}"

    def _copied(self, claim: int, at: Index, written: Written) -> Iterator[Cause]:
        """Copying mistakes: a number of the same matrix, of another step, or of an operand."""
        target = self.judge.targets[claim]
        for other, place, value in self._pool:
            slip = self.judge.verdicts[other][place].verdict == SLIP
            if value.number != written.number or (other, place) == (claim, at) or slip:
                continue
            near = self.judge.targets[other]
            if other == claim and sum(abs(a - b) for a, b in zip(at, place, strict=True)) == 1:
                yield COPY, f"the element beside it, [{', '.join(map(str, place))}] = {value.text}, is copied"
            elif other == claim or place or written.significant < FEW:
                continue
            elif self._close(target, near, claim, other):
                yield COPY, f"{near.claim.title} = {value.text} is copied"

    def _close(self, a: Target, b: Target, place: int, other: int) -> bool:
        """Whether a claim is about the same name, stands on the line before or after, or is computed from the other."""
        same = (a.claim.value, a.claim.grad) == (b.claim.value, b.claim.grad)
        return same or abs(place - other) == 1 or b.quantity in self.judge.replay.inputs(a.quantity)

    def _mistaken(self, written: Written, working: Worked) -> Iterator[Cause]:
        for rank, (what, wrong) in enumerate(variants(working.formula)):
            value = working.value(wrong)
            if written.reproduces(value) and (written.significant >= FEW or rank < 8):
                yield MISTAKE, f"{_named(what, working)}: {_equation(working.text(wrong), value)}"

    def _mistaken_twice(self, written: Written, working: Worked) -> Iterator[Cause]:
        """Two mistakes in one formula; only where no single one gives the number."""
        if any(written.reproduces(working.value(wrong)) for _, wrong in variants(working.formula)):
            return
        for what, once in islice(variants(working.formula), FIRST):
            for more, twice in islice(variants(once), SECOND):
                value = working.value(twice)
                if written.reproduces(value):
                    both = " and ".join(_named(w, working) for w in (what, more))
                    yield TWICE, f"two mistakes at once, {both}: {_equation(working.text(twice), value)}"
                    return

    def _history(self, place: Place, written: Written, work: Worked) -> Iterator[Cause]:
        """An optimizer's state that starts from nothing again."""
        node = self.judge.graph.node(place[0][0])
        for variable, ((key, loss), _) in work.places.items():
            source = self.judge.graph.node(key)
            state = traits_of(node).kind == "state" and loss is None and bool(source.base) and source.base == node.base
            if state and work.values[variable] and written.reproduces(work.value(work.formula, {variable: 0.0})):
                lost = f"the history is left out, {work.names[variable]} = {number(work.values[variable], 6)}"
                yield COPY, f"{lost}: {work.text(work.formula, {variable: 0.0})}"

    def _put_in(self, claim: int, at: Index, written: Written, working: Worked) -> Iterator[Cause]:
        """Another number in the place of one that the formula takes."""
        for variable, value in working.values.items():
            for mistaken, other in self._others(claim, at, working, variable):
                changed = {variable: other}
                if other != value and written.reproduces(result := working.value(working.formula, changed)):
                    put = f"{mistaken} is put in for {working.names[variable]}"
                    yield INPUT, f"{put}: {_equation(working.text(working.formula, changed), result)}"

    def _others(self, claim: int, at: Index, known: Worked, variable: str) -> Iterator[tuple[str, float]]:
        """Numbers that may have been taken for an input by mistake: written elsewhere, or computed nearby."""
        (key, loss), _ = known.places[variable]
        base = self.judge.graph.node(key).base
        for other, place, value in self._pool:
            if (other, place) != (claim, at) and not place:
                yield f"{self.judge.targets[other].claim.title} = {value.text}", value.value
        for quantity, state in self.judge.states[WAYS[0]].items():
            node = self.judge.graph.node(quantity[0])
            if base and node.base == base and node.key != key and quantity[1] == loss and not node.shape:
                yield f"{node.name} = {number(element(state, ()), 6)}", element(state, ())


def _is_updated(node: Node, old: Node) -> bool:
    """Whether a node is the new value of another: by an optimizer, or as a sum written out, w_new = w + dw."""
    traits = traits_of(node)
    learned = old.is_parameter or node.name.startswith(old.name)
    outermost = getattr(formula.parse(node.formula), "op", None) if node.formula else None
    return traits.kind == "update" or isinstance(outermost, (ast.Add, ast.Sub)) and learned


def _named(what: str, working: Worked) -> str:
    """A mistake with the part of the formula that it concerns."""
    mistake, _, part = what.partition("|")
    name = f"{working.names[part]} = " if part in working.names else ""
    return mistake.format(name + working.text(part)) if "{}" in mistake else mistake


def _equation(text: str, value: float) -> str:
    """A formula with its numbers, and its result."""
    written = number(value, 7)
    return clean(text) if text == written else f"{clean(text)} = {written}"
