"""Likely causes of a slip: the usual mistakes, tried one by one on the writer's own numbers."""

from __future__ import annotations

from collections.abc import Iterator

from ..graph import traits_of
from ..text.numbers import clean, number
from .digits import sign_lost, slips_of_the_pen
from .judge import SLIP, WAYS, Judge, Judged
from .targets import Index, element
from .variants import variants
from .worked_formula import Place, Worked, worked
from .written import Written

MOST = 3
"""Causes that are named for one slip."""
Cause = tuple[int, str]
"""How likely it is, 0 the most, and what it says."""
SIGN, COPY, MISTAKE, INPUT, PEN = 0, 1, 2, 4, 5
FEW = 2  # significant digits from which a number is not met by chance


class Causes:
    """Looks for the causes of the slips that a judge has found."""

    def __init__(self, judge: Judge) -> None:
        self.judge = judge
        self._pool: list[tuple[int, Index, Written]] = [
            (i, at, n) for i, t in enumerate(judge.targets) for at, n in t.atoms.items() if n is not None
        ]

    def of(self, claim: int, at: Index) -> tuple[str, tuple[str, ...]]:
        """The way that the right value is taken from, and at most three causes, the most likely first."""
        judged, written = self.judge.verdicts[claim][at], self.judge.targets[claim].atoms[at]
        assert written is not None
        ways = [judged.way, *(w for w in WAYS if w != judged.way and judged.rights[w] != judged.rights[judged.way])]
        for way in ways:
            ranked = sorted(self._all(claim, at, written, judged, way), key=lambda cause: cause[0])
            if ranked:
                return (way if way in WAYS[:2] else judged.way), tuple(dict.fromkeys(t for _, t in ranked))[:MOST]
        return judged.way, ()

    def _all(self, claim: int, at: Index, written: Written, judged: Judged, way: str) -> Iterator[Cause]:
        right = judged.rights[way]
        place = (self.judge.targets[claim].quantity, at)
        if sign_lost(written, right):
            yield SIGN, f"the sign is wrong: {number(right, written.significant + 1)}"
        yield from self._copied(claim, at, written)
        working = worked(self.judge, place, way)
        if working is not None:
            yield from self._mistaken(written, working)
            yield from self._history(place, written, working)
            if written.significant >= FEW:
                yield from self._put_in(claim, at, written, working)
        yield from ((PEN + rank, text) for rank, text in slips_of_the_pen(written, right))

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
            elif other != claim and not place and written.significant >= FEW and self._close(target, near):
                yield COPY, f"{near.claim.label} = {value.text} is copied"

    def _close(self, a: object, b: object) -> bool:
        """Whether two claims are about the same name, or one is computed from the other directly."""
        from .targets import Target

        assert isinstance(a, Target) and isinstance(b, Target)
        same = (a.claim.value, a.claim.grad) == (b.claim.value, b.claim.grad)
        return same or b.quantity in self.judge.replay.inputs(a.quantity)

    def _mistaken(self, written: Written, working: Worked) -> Iterator[Cause]:
        for rank, (what, wrong) in enumerate(variants(working.formula)):
            value = working.value(wrong)
            if written.reproduces(value) and (written.significant >= FEW or rank < 8):
                mistake, _, part = what.partition("|")
                name = f"{working.names[part]} = " if part in working.names else ""
                named = mistake.format(name + working.text(part)) if "{}" in mistake else mistake
                yield MISTAKE, f"{named}: {_equation(working.text(wrong), value)}"

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
                yield f"{self.judge.targets[other].claim.label} = {value.text}", value.value
        for quantity, state in self.judge.states[WAYS[0]].items():
            node = self.judge.graph.node(quantity[0])
            if base and node.base == base and node.key != key and quantity[1] == loss and not node.shape:
                yield f"{node.name} = {number(element(state, ()), 6)}", element(state, ())


def _equation(text: str, value: float) -> str:
    """A formula with its numbers, and its result."""
    written = number(value, 7)
    return clean(text) if text == written else f"{clean(text)} = {written}"
