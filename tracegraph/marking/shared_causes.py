"""One cause for several slips: inputs in common were used with fewer digits, or with a wrong last one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import product

from ..text.numbers import number
from .judge import SLIP, Judge
from .slip_causes import Explained
from .targets import Index
from .worked_formula import Place, Worked, worked
from .written import cut, decimal, rounded

FEWEST = 3  # slips that one cause must explain
DIGITS = range(1, 5)  # decimals that an input may have been left with
MOST = 3  # inputs that are changed at once
TRIED = 4000  # combinations that are tried

Slip = tuple[int, Index]
Choice = tuple[float, str]


def shared_causes(judge: Judge) -> dict[Slip, Explained]:
    """The slips that one change of common inputs explains, with that cause."""
    works = {slip: w for slip in _slips(judge) if (w := worked(judge, _place(judge, slip), "each right")) is not None}
    common = Counter(place for w in works.values() for place in set(w.places.values()))
    first = next(iter(common.most_common(1)), None)
    group = {slip: w for slip, w in works.items() if first is not None and first[0] in w.places.values()}
    if len(group) < FEWEST:
        return {}
    places = [p for p, count in common.most_common(MOST) if all(p in w.places.values() for w in group.values())]
    explained = max(_explanations(judge, places, group), key=lambda found: (len(found[1]), -found[2]), default=None)
    if explained is None or len(explained[1]) < FEWEST:
        return {}
    cause = Explained(explained[0], False)
    return dict.fromkeys(explained[1], cause)


def _slips(judge: Judge) -> Iterator[Slip]:
    for i, verdicts in enumerate(judge.verdicts):
        yield from ((i, at) for at, judged in verdicts.items() if judged.verdict == SLIP)


def _place(judge: Judge, slip: Slip) -> Place:
    return judge.targets[slip[0]].quantity, slip[1]


def _explanations(
    judge: Judge, places: Sequence[Place], group: Mapping[Slip, Worked]
) -> Iterator[tuple[str, list[Slip], int]]:
    """What was put in for the common inputs, the slips that it gives, and how far it is from the right inputs."""
    one = next(iter(group.values()))
    names = {place: variable for variable, place in one.places.items()}
    inputs = [(one.names[names[p]], one.values[names[p]]) for p in places]
    choices = [list(_choices(value)) for _, value in inputs]
    for tried, chosen in enumerate(product(*choices)):
        if tried >= TRIED:
            return
        given = [slip for slip, w in group.items() if _reproduced(judge, slip, w, places, chosen)]
        changed = [(n, v, c) for (n, v), (c, _) in zip(inputs, chosen) if c != v]
        if given and changed:
            put = " and ".join(f"{n} = {number(c, 8)} (for {number(v, 6)})" for n, v, c in changed)
            yield f"worked out with {put}", given, sum(rank == "other" for _, rank in chosen)


def _choices(value: float) -> Iterator[Choice]:
    """An input as it is, with fewer decimals, and with one more or less in the last of them."""
    yield value, "same"
    for decimals in DIGITS:
        unit = Decimal(1).scaleb(-decimals)
        exact = decimal(value, unit)
        if exact is None:
            return
        shorter = dict.fromkeys((rounded(exact, unit), cut(exact, unit)))
        yield from ((float(d), "shorter") for d in shorter if float(d) != value)
        yield from ((float(d + s * unit), "other") for d in shorter for s in (1, -1))


def _reproduced(judge: Judge, slip: Slip, work: Worked, places: Sequence[Place], chosen: Sequence[Choice]) -> bool:
    """Whether the changed inputs give the written number."""
    written = judge.targets[slip[0]].atoms[slip[1]]
    names = {place: variable for variable, place in work.places.items()}
    changed = {names[p]: value for p, (value, _) in zip(places, chosen, strict=True)}
    return written is not None and written.reproduces(work.value(work.formula, changed))
