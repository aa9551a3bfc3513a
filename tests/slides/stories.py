"""Drawings of every kind that slides are made of: examples, runs, groups, marks, diagnostics, hostile names."""

from __future__ import annotations

import runpy
from collections.abc import Callable
from functools import cache
from typing import Any

import numpy as np
from pictures import EXAMPLES, HOSTILE, TALES, by_hand

import tracegraph as tg
from tracegraph.graph import Badge, Note
from tracegraph.picture.theme import THEMES
from tracegraph.picture.words import DETAILS, DIRECTIONS

HEAVY = sorted({p.stem for p in EXAMPLES.glob("*.py") if "def build(" in p.read_text("utf-8")} - {*by_hand()})
"""Examples that train a network: drawn as outlines, with each scope and each step as one card."""


@cache
def built(name: str) -> tg.Graph:
    """The graph of an example, built once."""
    build = runpy.run_path(str(EXAMPLES / f"{name}.py"))["build"]
    found = build()
    return found if isinstance(found, tg.Graph) else tg.trace(build)


def training(optimizer: tg.optim.Optimizer = tg.optim.SGD(lr=0.1)) -> tg.Tensor:
    """Two steps of gradient descent with a scope in each, and the loss after them."""
    w, b = tg.parameter(0.5, "w"), tg.parameter(0.1, "b")
    for x, y in ((1.0, 3.0), (2.0, 5.0)):
        with tg.scope("model"):
            yhat = w * x + b
        L = (yhat - y) ** 2
        w, b = optimizer.step(L, [w, b])
    return (w * 3.0 + b - 7.0) ** 2  # type: ignore[no-any-return]


def marked() -> tg.Graph:
    """A number that is right, one that is wrong, and one that is wrong because of it."""
    x, w = tg.tensor(0.5, "x"), tg.parameter(2.0, "w")
    p = x * w
    p.name = "p"
    loss = (p - 3.0) ** 2
    loss.name = "L"
    return tg.mark(
        tg.trace(loss),
        [{"value": "p", "written": "1.5"}, {"value": "L", "written": "2.25"}, {"grad": "w", "written": "-2.0"}],
    ).graph


def tagged() -> tg.Graph:
    """Every card has a badge."""
    graph = tg.trace(TALES["scopes"]())
    return graph.with_note("mine", Note(tuple(Badge(n.key, text) for n in graph for text in ("dead", "● mine"))))


def paths() -> Any:
    """A network whose most travelled paths are marked on their arrows."""
    random = np.random.default_rng(0)
    h: Any = tg.tensor(random.normal(size=(10, 12)), "x")
    for i in (1, 2):
        with tg.scope(f"layer{i}"):
            h = h + tg.tanh(h @ tg.parameter(random.normal(size=(12, 12)) / 4, f"W{i}"))
    return tg.paths(tg.mse(h, 1.0), "W1").flow


def scoped() -> tg.Tensor:
    """Two layers as scopes, with arrays."""
    random = np.random.default_rng(3)
    h: Any = tg.tensor(random.normal(size=(3, 2)), "x")
    for i in (1, 2):
        with tg.scope(f"layer{i}"):
            h = tg.tanh(h @ tg.parameter(random.normal(size=(2, 2)), f"W{i}"))
    return tg.mse(h, 0.0)


def bundled() -> tg.Tensor:
    """A tensor with five uses in one scope: closed, they are one arrow."""
    x = tg.tanh(tg.tensor(0.5, "x"))
    with tg.scope("powers"):
        y = x * x + x * x * x
    return y**2  # type: ignore[no-any-return]


def called(name: str) -> tg.Tensor:
    """A tensor, a parameter and a scope of this name."""
    x = tg.tensor(0.5, name)
    with tg.scope(name.replace("/", "") or "s"):
        h = tg.tanh(x * tg.parameter(2.0, name))
    return h * x


def _styled(i: int) -> dict[str, Any]:
    """Each look in its turn."""
    themes, details, ways = [*THEMES], DETAILS[::-1], DIRECTIONS
    return {"theme": themes[i % len(themes)], "detail": details[i % len(details)], "direction": ways[i % len(ways)]}


Story = Callable[[], tg.Drawing]
STORIES: dict[str, Story] = {
    **{f"example {n}": (lambda n=n: tg.draw(built(n), detail="full")) for n in by_hand()},
    **{f"example {n}": (lambda n=n: tg.draw(built(n), detail="outline", depth=0)) for n in HEAVY},
    **{f"tale {n}": (lambda n=n, i=i: tg.draw(TALES[n](), **_styled(i))) for i, n in enumerate(TALES)},
    **{f"theme {n}": (lambda n=n: tg.draw(TALES["scopes"](), theme=n, detail="full")) for n in THEMES},
    **{f"detail {n}": (lambda n=n: tg.draw(TALES["scopes"](), detail=n, direction="TB")) for n in DETAILS},
    "heat, full": lambda: tg.draw(TALES["heat"](), detail="full"),
    "not a number, full": lambda: tg.draw(TALES["extremes"](), detail="full", theme="dark"),
    "run": lambda: tg.draw(training(), detail="full"),
    "run with momentum": lambda: tg.draw(training(tg.optim.Momentum(lr=0.1)), detail="full", direction="TB"),
    "run, one step": lambda: tg.draw(training(), step=2, detail="full"),
    "run, compact": lambda: tg.draw(training(tg.optim.Momentum(lr=0.1)), compact=True, detail="full"),
    "run, closed": lambda: tg.draw(training(), depth=0),
    "layers": lambda: tg.draw(scoped(), detail="full"),
    "layers, compact": lambda: tg.draw(scoped(), compact=True, detail="full"),
    "layers, closed": lambda: tg.draw(scoped(), depth=0),
    "bundled": lambda: tg.draw(bundled(), depth=0, detail="full"),
    "unfolded": lambda: tg.draw(TALES["wide"](), fold=False),
    "marked": lambda: tg.draw(marked(), detail="full"),
    "tagged": lambda: tg.draw(tagged(), theme="slides"),
    "flow": lambda: tg.draw(tg.flow(TALES["extremes"]()), detail="full"),
    "flow of layers": lambda: tg.draw(tg.flow(scoped()), theme="dark"),
    "flow of paths": lambda: tg.draw(paths(), theme="print"),
}
NASTY: dict[str, Story] = {n: (lambda n=n: tg.draw(called(HOSTILE[n]), detail="full")) for n in HOSTILE}
"""One drawing for each hostile name."""


@cache
def story(name: str) -> tg.Drawing:
    """A drawing, made once."""
    return ({**STORIES, **{f"name {n}": s for n, s in NASTY.items()}})[name]()


SLOW = [f"example {n}" for n in HEAVY if n.startswith("autoencoder")]
"""Stories that take seconds to compute; of each kind there is a quicker one."""
QUICK = [name for name in (*STORIES, *(f"name {n}" for n in NASTY)) if name not in SLOW]
