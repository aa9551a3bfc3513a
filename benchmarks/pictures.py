"""Graphs drawn: processor seconds of large, dense and deep ones, and against other tools that draw the same network.

Processor time includes that of programs that are run, as the system's `dot` is. A graph is made before it is timed.
"""

import os
import random
import sys
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from time import perf_counter

SIZES = 2, 16, 16, 1
EXAMPLES = Path(__file__).parent.parent / "examples"


def network(operations: int):
    """Layers of eight scalars, each made from two of the layer before, with eight shared weights."""
    import tracegraph as tg

    rng = random.Random(0)
    layer = [tg.tensor(rng.uniform(-1, 1)) for _ in range(8)]
    w = [tg.parameter(rng.uniform(-1, 1)) for _ in range(8)]
    for _ in range(operations // 32):
        layer = [tg.tanh(layer[i] * w[i] + layer[(i + 1) % 8] * w[(i + 3) % 8]) for i in range(8)]
    return tg.trace(sum(layer[1:], layer[0]))


def recurrent(steps: int):
    import tracegraph as tg

    w, b, y = tg.parameter(0.5, "w"), tg.parameter(0.1, "b"), tg.tensor(0.3, "y")
    for _ in range(steps):
        y = tg.tanh(y * w + b)
    return tg.trace(y)


def dense(layers: int):
    """Each layer takes all before it."""
    import numpy as np

    import tracegraph as tg

    made = [tg.tensor(1.0, "x0"), tg.tensor(2.0, "x1")]
    while len(made) < layers:
        made.append(np.sum(tg.stack(*made)))
    return tg.trace(made[-1] * 1.0)


def scopes(count: int):
    import tracegraph as tg

    y = tg.tensor(0.5, "x")
    for i in range(count):
        with tg.scope(f"block{i}"):
            for _ in range(5):
                y = tg.sin(y)
    return tg.trace(y)


def cards(count: int):
    """Cards of the layout alone: layers of eight, each card with two lines from the layer before."""
    from tracegraph.layout.layered import Block, Link, Plan

    links = [Link(i - 8, i) for i in range(8, count)] + [
        Link((i // 8 - 1) * 8 + (i + 1) % 8, i) for i in range(8, count)
    ]
    return Plan([Block(90.0, 40.0)] * count, links)


def seconds(call: Callable[[], object], repeats: int) -> float:
    """The least processor seconds of some turns."""
    times = []
    for _ in range(repeats):
        start = sum(os.times()[:4])
        call()
        times.append(sum(os.times()[:4]) - start)
    return min(times)


def drawn(graph, repeats: int) -> float:
    """Processor seconds from a graph to an SVG."""
    import tracegraph as tg

    return seconds(lambda: tg.draw(graph).svg, repeats)


def placed(count: int, repeats: int) -> float:
    from tracegraph.layout.layered import place

    plan = cards(count)
    return seconds(lambda: place(plan), repeats)


def of_dot(repeats: int) -> float:
    """From a graph to an SVG, in times of what Graphviz takes for the DOT text of the same cards: elapsed time."""
    import tracegraph as tg
    from tracegraph.formats.dot import source
    from tracegraph.graphviz.run import render

    graph = network(1_100)
    drawing = tg.draw(graph)
    dot, images = source(drawing.picture, drawing.theme)
    render("digraph { a }", images={})  # its process runs already
    ours, theirs = [], []
    for _ in range(repeats):
        for call, times in ((lambda: tg.draw(graph).svg, ours), (lambda: render(dot, images=images), theirs)):
            start = perf_counter()
            call()
            times.append(perf_counter() - start)
    return min(ours) / min(theirs)


def neurons(value: Callable[[float], object], relu: Callable[[object], object]):
    """A network of scalars for one point: 979 values, which micrograd draws with 648 nodes for operations."""
    rng = random.Random(1337)
    x = [value(rng.uniform(-1, 1)) for _ in range(SIZES[0])]
    for n, m in zip(SIZES, SIZES[1:], strict=False):
        rows = [[value(rng.uniform(-1, 1)) for _ in range(n + 1)] for _ in range(m)]
        x = [sum((w * v for w, v in zip(row, x, strict=False)), row[-1]) for row in rows]
        x = [relu(v) for v in x] if m > 1 else x
    return x[0]


def of_micrograd(repeats: int) -> float | None:
    """In times of the function with which micrograd's notebook draws, and the system's `dot`."""
    if not find_spec("micrograd") or not which("dot"):
        return None
    import graphviz
    from micrograd.engine import Value

    import tracegraph as tg

    root, ours = neurons(Value, Value.relu), tg.trace(neurons(tg.parameter, tg.relu))
    root.backward()

    def draw_dot() -> bytes:
        nodes, pending = {root}, [root]
        while pending:
            for child in pending.pop()._prev:
                if child not in nodes:
                    nodes.add(child)
                    pending.append(child)
        dot = graphviz.Digraph(format="svg", graph_attr={"rankdir": "LR"})
        for n in nodes:
            dot.node(name=str(id(n)), label=f"{{ data {n.data:.4f} | grad {n.grad:.4f} }}", shape="record")
            if n._op:
                dot.node(name=str(id(n)) + n._op, label=n._op)
                dot.edge(str(id(n)) + n._op, str(id(n)))
            for child in n._prev:
                dot.edge(str(id(child)), str(id(n)) + n._op)
        return dot.pipe()

    return seconds(lambda: tg.draw(ours).svg, repeats) / seconds(draw_dot, 1)


def of_torchviz(repeats: int) -> float | None:
    """LeNet-5 with all its numbers, in times of torchviz, which shows none."""
    if not find_spec("torchviz") or not find_spec("torch") or not which("dot"):
        return None
    import runpy

    import torch
    from torchviz import make_dot

    import tracegraph as tg

    sys.path.insert(0, str(EXAMPLES))
    graph = tg.trace(runpy.run_path(str(EXAMPLES / "lenet5.py"))["build"]())
    net = torch.nn.Sequential(
        torch.nn.Conv2d(1, 6, 5, padding=2), torch.nn.Sigmoid(), torch.nn.AvgPool2d(2),
        torch.nn.Conv2d(6, 16, 5), torch.nn.Sigmoid(), torch.nn.AvgPool2d(2), torch.nn.Flatten(),
        torch.nn.Linear(400, 120), torch.nn.Sigmoid(), torch.nn.Linear(120, 84), torch.nn.Sigmoid(),
        torch.nn.Linear(84, 10),
    )  # fmt: skip
    out = torch.nn.functional.cross_entropy(net(torch.zeros(1, 1, 28, 28)), torch.tensor([0]))
    theirs = seconds(lambda: make_dot(out, dict(net.named_parameters())).pipe("svg"), repeats)
    return seconds(lambda: tg.draw(graph).svg, repeats) / theirs


def run(repeats: int = 3) -> dict[str, float]:
    """Each row by its name; what needs a package that is not installed is left out."""
    import tracegraph as tg

    rows: dict[str, float | None] = {"60 cards": drawn(network(160), repeats)}
    for count in (10_000, 100_000, 1_000_000):
        graph = network(count)
        rows[f"{count:,} operations"] = drawn(graph, repeats if count < 1_000_000 else 1)
        rows[f"kilobytes: {count:,} operations"] = len(tg.draw(graph).svg) / 1000 if count < 1_000_000 else None
        del graph
    rows["recurrent net of 33 steps"] = drawn(recurrent(33), repeats)
    rows["recurrent net of 100 steps"] = drawn(recurrent(100), repeats)
    rows["30 layers of dense skips"] = drawn(dense(30), repeats)
    rows["800 scopes"] = drawn(scopes(800), repeats)
    for count in (1_000, 10_000, 100_000):
        rows[f"layout of {count:,} cards"] = placed(count, repeats if count < 100_000 else 1)
    rows["290 cards, of dot alone"] = of_dot(repeats)
    rows["network of 979 scalars, of micrograd"] = of_micrograd(repeats)
    rows["LeNet-5, of torchviz"] = of_torchviz(repeats)
    return {name: value for name, value in rows.items() if value is not None}


if __name__ == "__main__":
    for what, value in run(int(sys.argv[1]) if len(sys.argv) > 1 else 3).items():
        print(f"{what:42} {value:8.3f}")
