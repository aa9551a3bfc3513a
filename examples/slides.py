"""A talk on backpropagation by hand: the network, forward and backward step by step, the update, a marked solution.

The numbers are those of backprop.py and backprop_steps.py, the solution with its slips is marked/backprop.toml. A slide
shows as much as can be read from the last row, so the network is on two slides where its numbers are shown.
"""

import backprop
import backprop_steps
from marked.backprop_notes import build as notes

import tracegraph as tg
from tracegraph.views.cut import keep

HIDDEN = ("x1", "x2", "w13", "w24", "z3", "z4", "h3", "h4")
OUTPUT = ("h3", "h4", "w35", "w45", "z5", "o5", "t", "L")


def network() -> tg.Graph:
    """The network that the talk is about, without what has no name."""
    return tg.fold(tg.trace(backprop.build))


def only(graph: tg.Graph, *names: str) -> tg.Graph:
    """A part of a graph."""
    return keep(graph, {graph[name].key for name in names})


def fed(graph: tg.Graph, *names: str) -> tg.Graph:
    """Some nodes with what goes into them."""
    nodes = [graph[name] for name in names]
    return keep(graph, {n.key for n in nodes} | {e.source for n in nodes for e in graph.inputs(n)})


def chapter(graph: tg.Graph, steps: str, title: str, **look: str) -> tg.Frames:
    """A slide with clicks."""
    return tg.frames(tg.draw(graph, **{"theme": "slides", **look}), steps=steps, title=title)


def talk() -> tg.Deck:
    """All slides."""
    net = network()
    step = tg.fold(tg.steps(tg.trace(backprop_steps.build), 1))
    solution = tg.fold(tg.mark(tg.trace(notes), backprop_steps.MARKED / "backprop.toml").graph)
    return tg.Deck(
        "Backpropagation by hand",
        (
            chapter(net, "", "The network", detail="shapes"),
            chapter(only(net, *HIDDEN), "forward", "Forward: the hidden neurons"),
            chapter(only(net, *OUTPUT), "forward", "Forward: the output and the loss"),
            chapter(only(net, *OUTPUT), "backward", "Backward: from the loss"),
            chapter(only(net, *HIDDEN), "backward", "Backward: to the first weights"),
            chapter(fed(step, "w35_1", "w45_1"), "update", "The update of two weights"),
            chapter(fed(solution, "z3", "h3", "z4", "h4"), "", "What a student wrote: forward"),
            chapter(fed(solution, "w45_new", "w24_new"), "", "What a student wrote: the update"),
        ),
    )


if __name__ == "__main__":
    talk().save("output/backprop/slides.html")
