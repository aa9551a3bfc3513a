"""Judging: every number is compared with what follows from the writer's own numbers before it.

The computation is replayed side by side from several sets of values:

as written   what was written, wherever something was
each right   the same, but for each slip the right value from what was written before it
all right    the same, but what is wrong or follows from a slip is computed again from the right values
exact        as recorded
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, product
from math import inf, isfinite
from typing import Any

import numpy as np

from ..graph import Graph
from ..graph.walk import reachable
from .replay import Quantity, Replay, States
from .targets import Index, Target, element
from .written import Written, cut, decimal, rounded

WAYS = ("as written", "each right", "all right", "exact")
AGREES, ROUNDING, SLIP, CARRIED, BLANK = "agrees", "rounding", "slip", "carried", "left blank"
VERDICTS = (AGREES, ROUNDING, SLIP, CARRIED, BLANK)
WORST = (BLANK, AGREES, CARRIED, ROUNDING, SLIP)
"""The verdict on a matrix is the last of these that one of its elements has."""
READINGS = 2000
"""How many combinations of readings of earlier slips are tried for one number."""

Origins = frozenset[int]


@dataclass(slots=True)
class Judged:
    """The verdict on one number: ``way`` it was reached, ``rights`` by way, ``origins``: the slips it follows from."""

    verdict: str
    way: str
    rights: Mapping[str, float]
    origins: Origins = frozenset()
    before: Origins = frozenset()
    reading: dict[int, str] = field(default_factory=dict)

    @property
    def sound(self) -> bool:
        """Whether the written number is kept when slips are corrected."""
        return self.verdict in (AGREES, ROUNDING) and not self.origins


class Judge:
    """Judges all targets in the order of computation."""

    def __init__(self, graph: Graph, replay: Replay, targets: Sequence[Target]) -> None:
        self.graph, self.replay, self.targets = graph, replay, targets
        self.states: dict[str, States] = {way: {} for way in WAYS}
        self.own: dict[str, States] = {way: {} for way in WAYS}
        self.verdicts: list[dict[Index, Judged]] = [{} for _ in targets]
        self._origins: dict[Quantity, Origins] = {}
        self.claimed: dict[Quantity, list[int]] = {}
        for i, t in enumerate(targets):
            self.claimed.setdefault(t.quantity, []).append(i)
        self.order = replay.needed(self.claimed)

    def run(self) -> list[dict[Index, Judged]]:
        """The verdict on each element of each target."""
        for quantity in self.order:
            inputs = self.replay.inputs(quantity)
            for way in reversed(WAYS):  # the exact one first: the others are the same until something was written
                self.own[way][quantity] = self.states[way][quantity] = self._computed(way, quantity, inputs)
            before = frozenset().union(*(self._origins[q] for q in inputs))
            claims = self.claimed.get(quantity, [])
            for i in claims:
                for index, number in self.targets[i].atoms.items():
                    self.verdicts[i][index] = self._judged(i, quantity, index, number, before)
            self._settle(quantity, claims, before)
        return self.verdicts

    def _computed(self, way: str, quantity: Quantity, inputs: Sequence[Quantity]) -> Any:
        key, loss = quantity
        if way == "exact":
            return self.graph.node(key).value if loss is None else self.replay.compute(quantity, self.states[way])
        states, exact = self.states[way], self.states["exact"]
        if all(states[q] is exact[q] for q in inputs):
            return self.own["exact"][quantity]
        return self.replay.compute(quantity, states)

    def _settle(self, quantity: Quantity, claims: list[int], before: Origins) -> None:
        """Set the value of the quantity for all later ones, each way."""
        if not claims:
            self._origins[quantity] = before
            return
        marks: dict[Index, tuple[int, Written, Judged]] = {}
        for i in claims:
            for index, number in self.targets[i].atoms.items():
                if number is not None:  # what was written last is what was used
                    marks[index] = (i, number, self.verdicts[i][index])
        for way, changed in (
            ("as written", {i: n.value for i, (_, n, _) in marks.items()}),
            ("each right", {i: j.rights[j.way] if j.verdict == SLIP else n.value for i, (_, n, j) in marks.items()}),
            ("all right", {i: n.value for i, (_, n, j) in marks.items() if j.sound}),
        ):
            self.states[way][quantity] = put(self.own[way][quantity], changed)
        size = int(np.size(self.own["exact"][quantity]))
        kept = before if len(marks) < size else frozenset[int]()
        slips = [frozenset({i}) if j.verdict == SLIP else j.origins for i, _, j in marks.values()]
        self._origins[quantity] = kept.union(*slips)

    def _judged(self, i: int, quantity: Quantity, index: Index, number: Written | None, before: Origins) -> Judged:
        rights = {way: element(self.own[way][quantity], index) for way in WAYS}
        if number is None:
            return Judged(BLANK, "each right", rights, before=before)
        match = self._matched(quantity, index, number, rights, before)
        if match is not None:
            return match
        near = min(WAYS[:2], key=lambda way: abs(rights[way] - number.value) if isfinite(rights[way]) else inf)
        return Judged(SLIP, near, rights, before=before)

    def _matched(
        self, quantity: Quantity, index: Index, number: Written, rights: Mapping[str, float], before: Origins
    ) -> Judged | None:
        """The first way in which a number is right, or right up to rounding."""
        ranked = [(AGREES, way) for way in WAYS] + [(ROUNDING, way) for way in WAYS]
        for verdict, way in ranked:
            test = number.agrees if verdict == AGREES else number.rounding
            if (verdict, way) == (ROUNDING, WAYS[1]) and (read := self._reading(quantity, index, number, before)):
                return Judged(AGREES, way, rights, before=before, reading=read)
            if not test(rights[way]):
                continue
            if way != WAYS[0] or not before or number.agrees(rights["exact"]) or test(rights["all right"]):
                return Judged(verdict, way, rights, before=before)
            origins = self.narrowed(quantity, index, test, before)
            return Judged(CARRIED if verdict == AGREES else verdict, way, rights, origins, before)
        return None

    def narrowed(self, quantity: Quantity, index: Index, test: Callable[[Any], bool], before: Origins) -> Origins:
        """Those of the slips before a number that make a difference to it."""
        if len(before) < 2:
            return before
        found = frozenset(s for s in before if not test(self._without(quantity, index, s)))
        return found or before

    def _without(self, quantity: Quantity, index: Index, slip: int) -> float:
        """A number as it would follow from the written ones if one slip, and what followed from it, were right."""
        kept: dict[Quantity, dict[Index, float]] = {}
        for i, judged in enumerate(self.verdicts):
            for place, j in judged.items():
                number = self.targets[i].atoms[place]
                if number is not None and i != slip and slip not in j.origins:
                    kept.setdefault(self.targets[i].quantity, {})[place] = number.value
        return self._from(kept, quantity, index)

    def _from(self, kept: Mapping[Quantity, Mapping[Index, float]], quantity: Quantity, index: Index) -> float:
        states: States = {}
        for q in self.replay.needed([quantity]):
            computed = self.replay.compute(q, states)
            if q == quantity:
                return element(computed, index)
            states[q] = put(computed, kept.get(q, {}))
        raise AssertionError("a quantity is needed for itself")

    def _reading(self, quantity: Quantity, index: Index, number: Written, before: Origins) -> dict[int, str]:
        """The misreadings of the slips just before a number that would make it right.

        A slip, or what follows from one, may stand for its right value, with the digits that were written or one more,
        rounded or cut off.
        """
        doubtful = sorted(self.nearest(quantity)) if before else []
        if not doubtful:
            return {}
        names = [self.targets[i].quantity for i in doubtful]
        between = self._between(quantity, set(names))
        states = dict(self.states["each right"])
        for chosen in islice(product(*map(self._readings, doubtful)), READINGS):
            states.update(zip(names, (value for _, value in chosen), strict=True))
            for q in between:
                states[q] = self.replay.compute(q, states)
            if number.agrees(element(self.replay.compute(quantity, states), index)):
                return {i: text for i, (text, _) in zip(doubtful, chosen, strict=True)}
        return {}

    def _between(self, quantity: Quantity, changed: set[Quantity]) -> list[Quantity]:
        """The unclaimed quantities between a quantity and the claims that it is computed from."""
        affected = set(changed)
        for q in self.replay.needed([quantity]):
            if q not in self.claimed and not affected.isdisjoint(self.replay.inputs(q)):
                affected.add(q)
        return [q for q in self.replay.needed([quantity]) if q in affected - changed and q != quantity]

    def nearest(self, quantity: Quantity) -> set[int]:
        """The claims that a quantity is computed from, with no other in between, that are slips or follow from one."""

        def inputs(q: Quantity) -> list[Quantity]:
            return self.replay.inputs(q) if q == quantity or q not in self.claimed else []

        near = reachable([quantity], inputs) - {quantity}
        return {i for q in near for i in self.claimed.get(q, ()) if self._doubtful(self.verdicts[i].get(()))}

    def _doubtful(self, judged: Judged | None) -> bool:
        return judged is not None and (judged.verdict == SLIP or bool(judged.origins))

    def _readings(self, slip: int) -> list[tuple[str, float]]:
        """The numbers that may have been used in place of a slip: as written, right, or right to some digits."""
        number, judged = self.targets[slip].atoms[()], self.verdicts[slip][()]
        assert number is not None
        readings = {number.text: number.value}
        for right, unit in product(dict.fromkeys(judged.rights.values()), (number.unit, number.unit / 10)):
            exact = decimal(right, unit)
            if exact is not None:
                readings.update((f"{d:f}", float(d)) for d in (rounded(exact, unit), cut(exact, unit)))
        return list(readings.items())


def put(value: Any, changed: Mapping[Index, float]) -> Any:
    """A value with some of its elements replaced."""
    if not changed:
        return value
    if () in changed:
        return changed[()]
    array = np.array(value, float)
    for index, new in changed.items():
        array[index] = new
    return array
