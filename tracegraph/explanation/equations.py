"""A graph as a list of equations: given values, forward pass, chain rule, updates."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Sequence
from itertools import groupby

from ..graph import Graph, Node
from ..text.names import pretty
from ..text.width import cut
from .closer_look import closer_look
from .equation_parts import Equation, Move, Section, Shown
from .equation_writer import LONGEST, EquationWriter
from .improvement import run_sentences, step_sentence
from .named_deltas import delta
from .settings import Setting, settings, starts
from .stage_sentences import backward_lead, forward_lead, update_lead
from .step_size import step_size

TITLES = 4  # outputs that the title names

Look = Callable[[Node], Iterator[Equation]]


def title(graph: Graph) -> str:
    """The heading of a solution: the computed tensor, or the number of training steps."""
    steps = len({n.step for n in graph} - {None})
    named = [n.name for n in graph if n.is_output] or [graph.output.name]
    if steps:
        named = list(dict.fromkeys(n.base for n in graph if n.is_parameter and n.base)) or named
    names = ", ".join(pretty(cut(n, LONGEST)) for n in named[:TITLES])
    names += f" and {len(named) - TITLES} more" if len(named) > TITLES else ""
    return f"Training of {names}, {steps} step{'s'[: steps != 1]}" if steps else f"Solution for {names}"


def solution(graph: Graph, whole: Graph, digits: int, of: Container[int]) -> Iterator[Section]:
    """The sections of a solution, step by step where the graph is a training run.

    ``whole``: the graph as it was traced, from which single elements are opened and steps are computed again. ``of``:
    the nodes whose gradients are written out.
    """
    known = settings(whole)
    parts = groupby(moves(graph, digits, of, known, whole), key=lambda move: (move.stage, move.step))
    seen: set[str] = set()
    for (stage, step), stage_moves in parts:
        equations = tuple(e for move in stage_moves for e in move.equations)
        lead, end = _sentences(whole, stage, step, digits, stage not in seen)
        seen.add(stage)
        if stage == "given":
            equations += tuple(_settings(whole, known, digits))
        if equations:
            yield Section(stage.capitalize() + (f" (step {step})" if step is not None else ""), lead, equations, end)


def _settings(graph: Graph, known: dict[str, Setting], digits: int) -> Iterator[Equation]:
    writer = EquationWriter(graph, digits)
    for setting in known.values():
        yield Equation(setting.symbol, writer.shown(setting.value), note=setting.meaning)
    for name, value in starts(graph):
        yield Equation(name, Shown(f"{value:g}"), note="before the first step")


def _sentences(graph: Graph, stage: str, step: int | None, digits: int, first: bool) -> tuple[str, str]:
    """The sentences before and after the equations of a stage."""
    if stage == "forward":
        tail = step is None and any(n.step is not None for n in graph)
        return forward_lead(graph, step) if first else "", " ".join(run_sentences(graph, digits)) if tail else ""
    if stage == "backward":
        return backward_lead(graph, step, digits, first), ""
    if stage == "update" and step is not None:
        return update_lead(graph, step) if first else "", step_sentence(graph, step, digits)
    return "", ""


def moves(
    graph: Graph,
    digits: int,
    of: Container[int] | None = None,
    known: dict[str, Setting] | None = None,
    whole: Graph | None = None,
) -> Iterator[Move]:
    """The moves of a solution in order: given, forward, backward, update; again for each step of a training run.

    ``of``: the nodes whose gradients are written out, None for all. ``known``: settings of the updates that have a
    symbol, found where they are not given. ``whole``: the graph as it was traced, if single elements and the error
    signals of neurons are to be written out, too.
    """
    words = EquationWriter(graph, digits, settings(graph) if known is None else known)
    for node in graph:
        if not graph.inputs(node) and not node.formula:
            yield Move("given", None, node.key, (words.given(node),))
    for step, nodes in _steps(graph):
        computed = [n for n in nodes if (n.formula or graph.inputs(n)) and not n.is_gradient]
        for node in computed:
            if not node.is_update:
                look = closer_look(whole, whole.node(node.key), digits) if whole is not None else ()
                yield Move("forward", step, node.key, (*look, words.forward(node)))
        back = [n for n in nodes if n.gradient is not None and not n.is_update]
        keys = {n.key for n in nodes}
        back += [n for n in graph if n.is_update and n.gradient is not None and words.used_in(n) in keys]
        for node in _by_distance(graph, back) if whole is not None else _backwards(graph, back):
            if of is None or node.key in of:
                signal = delta(graph, node, words) if whole is not None else ()
                yield Move("backward", step, node.key, (*words.backward(node), *signal))
        for node in computed:
            if node.is_update:
                yield Move("update", step, node.key, step_size(node, words) or (words.forward(node),))


def _backwards(graph: Graph, nodes: Sequence[Node]) -> list[Node]:
    """From the loss on, with updated parameters last."""
    return sorted(reversed(nodes), key=lambda n: n.is_update)


def _by_distance(graph: Graph, nodes: Sequence[Node]) -> list[Node]:
    """Nodes by the longest way from them to the loss, and in the order of the graph where that is the same."""
    distance: dict[int, int] = {}
    among = {n.key for n in nodes}
    order = sorted(nodes, key=lambda n: graph._place(n.key))
    for node in reversed(order):
        uses = [distance[e.target] for e in graph.uses(node) if e.contribution is not None and e.target in distance]
        distance[node.key] = max(uses, default=-1) + 1
    return sorted((n for n in order if n.key in among), key=lambda n: distance[n.key])


def _steps(graph: Graph) -> Iterator[tuple[int | None, list[Node]]]:
    """The nodes of each step; those of none come before the steps if a step needs them, else after."""
    numbers = sorted({n.step for n in graph if n.step is not None})
    if not numbers:
        yield None, list(graph)
        return
    first = next(i for i, n in enumerate(graph) if n.step is not None and n.formula)
    yield None, [n for n in graph.nodes[:first] if n.step is None and graph.inputs(n)]
    for step in numbers:
        yield step, [n for n in graph if n.step == step]
    early = [n for n in graph.nodes[:first] if n.step is None and not graph.inputs(n)]
    yield None, early + [n for n in graph.nodes[first:] if n.step is None]
