"""Thousands of steps of training in constant memory: full graphs of chosen steps, and summaries of all."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, overload

import numpy as np

from ..engine.leaves import parameter
from ..engine.optimizer import Optimizer
from ..engine.tensor import Tensor
from ..errors import GraphError
from ..frontends.numpy.trace import from_tensor
from ..graph import Graph
from ..graph.measure import norm
from ..notebook import bundle
from ..text.names import pretty
from ..text.numbers import number
from ..text.table import columns

if TYPE_CHECKING:
    from ..drawing import Drawing
    from ..picture.theme import Theme
    from .small_multiples import Layer, Multiples

ROWS = 12  # of a table
PATIENCE = 1.0  # seconds until a bar shows how far it is


@dataclass(frozen=True, eq=False)
class History:
    """The result of `history`.

    ``losses``: the loss of each step, before its update. ``values``, ``gradients``, ``updates``: by parameter, for each
    step the norm of the parameter after it, of the gradient, and of the change; ``first``: the norm before all steps.
    ``parameters``: the last values. ``graphs``: those kept, by step. ``planned``: steps that were asked for; fewer were
    made if it was interrupted.
    """

    losses: np.ndarray[Any, Any]
    values: Mapping[str, np.ndarray[Any, Any]]
    gradients: Mapping[str, np.ndarray[Any, Any]]
    updates: Mapping[str, np.ndarray[Any, Any]]
    first: Mapping[str, float]
    parameters: Mapping[str, Any]
    graphs: Mapping[int, Graph]
    planned: int

    @property
    def steps(self) -> int:
        """The number of steps."""
        return len(self.losses)

    @property
    def layers(self) -> dict[str, Layer]:
        """The norms by layer: of the parameters whose names are the same up to the last dot or slash, all together."""
        from .small_multiples import layered

        return layered(self.values, self.gradients, self.updates, self.first)

    @overload
    def draw(self, *, theme: str | Theme = "light") -> Multiples: ...

    @overload
    def draw(self, *, step: int, theme: str | Theme = "light", **options: Any) -> Drawing: ...

    def draw(self, *, step: int | None = None, theme: str | Theme = "light", **options: Any) -> Multiples | Drawing:
        """The loss and the norms of each layer over the steps, or the graph of a step that was kept.

        The columns are the norm of the values, of the gradient, and the update divided by the value before it, with a
        line at the healthy 0.001. ``options``: with a step, those of `draw`. Raises `GraphError` for a step not kept.
        """
        if step is not None:
            return self._drawn(step, theme=theme, **options)
        for option in options:
            raise GraphError(f"draw: option {option!r} goes with a step; curves take a theme only")
        from .small_multiples import Multiples

        return Multiples(self.losses, self.layers, theme)

    def _drawn(self, step: int, **options: Any) -> Drawing:
        if step not in self.graphs:
            available = f"there are {', '.join(map(str, self.graphs))}" if self.graphs else "there is none"
            raise GraphError(f"draw: the graph of step {step!r} was not kept; {available}; keep=({step!r},) keeps it")
        from ..drawing import draw

        return draw(self.graphs[step], **options)

    def table(self, rows: int = ROWS, digits: int = 4) -> str:
        """Some of the steps as text: the loss, and the three norms of each parameter."""
        series: list[tuple[str, np.ndarray[Any, Any]]] = [("loss", self.losses)]
        for name in self.values:
            p = pretty(name)
            series += [(f"‖{p}‖", self.values[name]), (f"‖∂L/∂{p}‖", self.gradients[name])]
            series.append((f"‖Δ{p}‖", self.updates[name]))
        lines = [["step", *(title for title, _ in series)]]
        for step in self._shown(rows):
            lines.append([str(step), *(number(float(c[step - 1]), digits) for _, c in series)])
        return "\n".join(columns(lines, right=range(len(lines[0]))))

    def _shown(self, rows: int) -> list[int]:
        """Steps for a table: the first and the last, those kept, and others evenly in between."""
        some = {round(s) for s in np.linspace(1, self.steps, max(2, rows))} if self.steps else set()
        return sorted(some | self.graphs.keys())

    def __str__(self) -> str:
        return self.table()

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        return bundle(lambda: self.draw().svg, lambda: repr(self), include, exclude)

    def __repr__(self) -> str:
        progress = f"{self.steps} steps" if self.steps == self.planned else f"{self.steps} of {self.planned} steps"
        graphs = f", graphs of {', '.join(map(str, self.graphs))}" if self.graphs else ""
        return f"History({progress}{graphs})"


def history(
    loss: Callable[[dict[str, Tensor]], Tensor],
    parameters: Mapping[str, Any],
    optimizer: Optimizer,
    *,
    steps: int,
    keep: int | Iterable[int] = (1,),
    progress: bool | None = None,
) -> History:
    """Train for many steps, and keep the full graphs of some of them.

    ``parameters``: arrays by name. For each step they become fresh leaves, ``loss`` makes the loss of them, and
    ``optimizer`` the next values; its states go on from step to step, the record does not. ``progress``: whether a bar
    is shown; by default on a terminal, if it takes long. Ctrl-C ends the training and keeps what was done.

    >>> import tracegraph as tg
    >>> run = tg.history(lambda p: (p["w"] - 3) ** 2, {"w": 0.0}, tg.optim.SGD(lr=0.25), steps=1000, keep=(1, 9))
    >>> run.parameters["w"], run.graphs[1]["w_1"].value
    (3.0, 1.5)
    """
    chosen = _chosen(keep, _whole("steps", steps))
    book = _Book(_first(parameters), steps)
    with _bar(progress, steps) as advance:
        try:
            for step in range(1, steps + 1):
                _make(loss, optimizer, book, step in chosen)
                advance(step)
        except KeyboardInterrupt:
            optimizer.detach()
            if not book.done:
                raise
    return book.history()


class _Book:
    """The summaries of the steps as they are made."""

    def __init__(self, values: dict[str, Any], steps: int) -> None:
        self.values, self.planned, self.done = values, steps, 0
        self.losses = np.empty(steps)
        self.norms = {what: {name: np.empty(steps) for name in values} for what in ("values", "gradients", "updates")}
        self.graphs: dict[int, Graph] = {}
        self.first: dict[str, float] = {}

    def enter(self, loss: Tensor, old: dict[str, Tensor], new: dict[str, Tensor]) -> None:
        self.losses[self.done] = loss.item()
        self.first = self.first or {name: norm(w.value) for name, w in old.items()}
        for name, w in new.items():
            self.norms["values"][name][self.done] = norm(w.value)
            self.norms["gradients"][name][self.done] = norm(old[name].grad)
            self.norms["updates"][name][self.done] = norm(np.subtract(w.value, old[name].value))
        self.values, self.done = {name: w.value for name, w in new.items()}, self.done + 1

    def history(self) -> History:
        cut = {what: {name: a[: self.done] for name, a in arrays.items()} for what, arrays in self.norms.items()}
        return History(
            self.losses[: self.done],
            **cut,
            first=self.first,
            parameters=self.values,
            graphs=self.graphs,
            planned=self.planned,
        )


def _make(loss: Callable[[dict[str, Tensor]], Tensor], optimizer: Optimizer, book: _Book, keep: bool) -> None:
    """One step; nothing of its record is left but the graph, if it is to be kept."""
    old = {name: parameter(value, name) for name, value in book.values.items()}
    result = loss(dict(old))
    new = dict(zip(old, optimizer.step(result, list(old.values())), strict=True))
    optimizer.detach()
    graph = from_tensor(list(new.values()), {}, before=book.done) if keep else None
    book.enter(result, old, new)
    if graph is not None:
        book.graphs[book.done] = graph


def _first(parameters: Mapping[str, Any]) -> dict[str, Any]:
    if not isinstance(parameters, Mapping) or not all(isinstance(name, str) for name in parameters):
        raise GraphError("history: give the first parameters as a dictionary of arrays by name")
    if not parameters:
        raise GraphError("history: there are no parameters")
    return {name: w.value if isinstance(w, Tensor) else w for name, w in parameters.items()}


def _chosen(keep: int | Iterable[int], steps: int) -> set[int]:
    chosen = {_whole("keep", step) for step in (keep if isinstance(keep, Iterable) else (keep,))}
    if max(chosen, default=0) > steps:
        raise GraphError(f"history: step {max(chosen)} cannot be kept, there are {steps}")
    return chosen


def _whole(what: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)) or value < 1:
        raise GraphError(f"history: {what} must be a whole number from 1, not {value!r}")
    return int(value)


@contextmanager
def _bar(progress: bool | None, steps: int) -> Iterator[Callable[[int], None]]:
    """A function that shows how many steps are done: at once, never, or on a terminal when it has taken a while."""
    if progress is False or progress is None and not sys.stderr.isatty():
        yield lambda step: None
        return
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
    next_update = time.monotonic() + PATIENCE * (progress is None)
    task = bar.add_task("training", total=steps)

    def advance(step: int) -> None:
        nonlocal next_update
        if time.monotonic() >= next_update:
            bar.start()
            bar.update(task, completed=step)
            next_update += 0.1

    try:
        yield advance
    finally:
        bar.stop()
