"""One sentence for each stage of a solution: what happens in it, and why the numbers have the signs that they have."""

from __future__ import annotations

from ..graph import Graph, traits_of
from ..text.names import pretty
from .named_deltas import has_delta
from .step_size import scale
from .targets_met import aim_sentence, aims

CHAIN = (
    "Chain rule: for every place where a value is used, multiply the gradient there by the local derivative; "
    "add the results."
)
DELTA = "The error signal δ of a neuron is minus the gradient of its weighted sum z."
PLAIN = "Each parameter takes a step against its gradient, as long as the learning rate times the gradient."
SCALED = "The larger the squared gradients were so far, the shorter the step against the gradient."
VELOCITY = "The velocity keeps a part of the last step and adds the new one; the parameter moves by it."
MOMENTS = "The step is the mean gradient over the root of the mean square, each put right for its start at 0."


def forward_lead(graph: Graph, step: int | None) -> str:
    """What the forward pass is for."""
    loss = _loss(graph, step)
    return f"From the given values to {pretty(loss)}, one operation after the other." if loss else ""


def backward_lead(graph: Graph, step: int | None, digits: int, first: bool) -> str:
    """The chain rule, once, and what the difference between output and target means."""
    nodes = [n for n in graph if n.step == step]
    loss = _loss(graph, step)
    aimed = next((text for aim in aims(graph, nodes) if (text := aim_sentence(aim, loss, digits))), "")
    signals = DELTA if first and any(has_delta(graph, n) for n in nodes) else ""
    return " ".join(part for part in (CHAIN if first else "", signals, aimed) if part)


def update_lead(graph: Graph, step: int | None) -> str:
    """What the optimizer does: seen from the states that an update uses."""
    update = next((n for n in graph if n.step == step and traits_of(n).kind == "update"), None)
    if update is None:
        return ""
    states = sum(traits_of(graph.node(e.source)).kind == "state" for e in graph.inputs(update))
    return SCALED if scale(update) else (PLAIN, VELOCITY, MOMENTS)[min(states, 2)]


def _loss(graph: Graph, step: int | None) -> str:
    """The name of what is differentiated in a step; "" where nothing is."""
    last = [n for n in graph if n.step == step and n.gradient is not None and not n.is_update]
    return last[-1].loss or last[-1].name if last else ""
