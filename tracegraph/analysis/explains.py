"""Which finding explains which: the table behind the root causes.

A kind explains only those of its own depth and of larger ones, never the other way: data that are too large explain
units that are saturated, and these a gradient that vanishes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from ..graph.note import Finding
from .relations import Relations

Holds = Callable[[Relations, Finding, Finding], bool]

BIRTHS = frozenset(("nan", "inf"))
STARVED = frozenset(("vanishing", "dies", "no_gradient", "update", "initialization"))
SIZES = frozenset(("vanishing", "exploding", "dies", "cancellation", "update", "no_gradient"))
UNITS = frozenset(("dead", "saturated"))
GROWN = frozenset("exploding initialization update step big_step dies vanishing".split()) | BIRTHS | UNITS
LINTS = frozenset(("broadcast", "twice", "axis", "one_class", "range", "targets", "leak"))
HALF = 0.5


class Rule(NamedTuple):
    """A finding of one of ``causes`` explains one of ``effects`` where ``holds``; ``way``: only that form of it."""

    causes: frozenset[str]
    effects: frozenset[str]
    holds: Holds
    way: str = ""


def explains(relations: Relations, cause: Finding, effect: Finding) -> bool:
    """Whether one finding explains another."""
    return any(
        cause.kind in rule.causes
        and effect.kind in rule.effects
        and rule.way in ("", cause.way)
        and rule.holds(relations, cause, effect)
        for rule in RULES
    )


def is_forward(finding: Finding) -> bool:
    """Whether a NaN or an infinity is born on the way forward, or is in the data."""
    return finding.way in ("forward", "data")


def _always(relations: Relations, cause: Finding, effect: Finding) -> bool:
    return True


def _related(relations: Relations, cause: Finding, effect: Finding) -> bool:
    return relations.related(cause, effect)


def _later_birth(relations: Relations, cause: Finding, effect: Finding) -> bool:
    """Of what is not finite: forward all that is made of it and every gradient; backward what lies before it."""
    if is_forward(cause):
        return not is_forward(effect) or relations.reaches(cause.node, effect.node)
    return not is_forward(effect) and relations.reaches(effect.node, cause.node)


def _later_step(relations: Relations, cause: Finding, effect: Finding) -> bool:
    """What comes after a step, and what its own update shows."""
    own = effect.kind in ("update", "big_step") and relations.step(effect) == relations.step(cause)
    return own or relations.step(effect) > relations.step(cause)


def _behind(relations: Relations, cause: Finding, effect: Finding) -> bool:
    """Dead or saturated units further on: of a layer half of which is off, or that gets zeros only."""
    weighty = cause.kind == "saturated" or (cause.measure or 0.0) >= HALF or relations.gets_zeros(effect)
    return weighty and relations.reaches(cause.node, effect.node)


def _not_by_bias(relations: Relations, cause: Finding, effect: Finding) -> bool:
    return effect.way not in ("bias", "negative") and relations.related(cause, effect)


def _smaller(relations: Relations, cause: Finding, effect: Finding) -> bool:
    return effect.way != "large" and relations.related(cause, effect)


def _alike(relations: Relations, cause: Finding, effect: Finding) -> bool:
    return effect.way == cause.way and relations.related(cause, effect)


def _further_on(relations: Relations, cause: Finding, effect: Finding) -> bool:
    return relations.reaches(cause.node, effect.node)


def _towards_inputs(relations: Relations, cause: Finding, effect: Finding) -> bool:
    return relations.reaches(effect.node, cause.node)


def _is_0(relations: Relations, cause: Finding, effect: Finding) -> bool:
    return effect.measure == 0


def _copied(relations: Relations, cause: Finding, effect: Finding) -> bool:
    """The parameters that were lost by a copy."""
    return effect.node in cause.others


def _kinds(text: str) -> frozenset[str]:
    return frozenset(text.split())


RULES = (
    Rule(BIRTHS, BIRTHS, _later_birth),
    Rule(BIRTHS, SIZES | UNITS | _kinds("initialization step big_step"), _related),
    Rule(_kinds("cut"), _kinds("unused no_gradient"), _copied),
    Rule(BIRTHS, _kinds("log overflow"), _related),
    Rule(LINTS, SIZES | _kinds("step big_step log initialization"), _always),
    Rule(_kinds("scale"), GROWN, _related, "large"),
    Rule(_kinds("scale"), STARVED | _kinds("dead"), _smaller, "small"),
    Rule(_kinds("step"), SIZES | UNITS | BIRTHS | _kinds("step big_step initialization"), _later_step),
    Rule(_kinds("zero tied"), SIZES | UNITS, _related),
    Rule(_kinds("tied"), _kinds("tied"), _related),
    Rule(_kinds("zero first_step"), _kinds("vanishing dies"), _is_0),
    Rule(_kinds("zero"), _kinds("first_step"), _always),
    Rule(_kinds("first_step"), _kinds("dead"), _further_on),
    Rule(_kinds("weights"), GROWN, _not_by_bias, "large"),
    Rule(_kinds("weights"), STARVED, _smaller, "small"),
    Rule(_kinds("weights"), _kinds("dead"), _further_on, "small"),
    Rule(_kinds("weights"), _kinds("weights"), _alike),
    Rule(_kinds("big_step"), _kinds("update"), _later_step),
    Rule(UNITS, STARVED, _related),
    Rule(UNITS, UNITS, _behind),
    Rule(_kinds("initialization"), _kinds("vanishing exploding dies update"), _related),
    Rule(_kinds("first_step no_effect"), _kinds("vanishing dies update"), _related),
    Rule(_kinds("dies"), _kinds("vanishing no_gradient update"), _towards_inputs),
    Rule(_kinds("vanishing exploding"), _kinds("update"), _related),
    Rule(_kinds("dies"), _kinds("dies"), _always),
)
"""What explains what, and when; by depth and place, the first that explains a finding is its cause."""
