"""The laws about memory, threads and interruptions; each also meets a fault planted on purpose, and must fail."""

from __future__ import annotations

import gc
import json
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from importlib import import_module
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.engine.call import apply
from tracegraph.ops.op import Op, Vjp

engine = import_module("tracegraph.engine.backward")  # `tracegraph.engine.backward` is the function
MILLION = Path(__file__).parents[2] / "benchmarks" / "million.py"


# --- long chains -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_million_operations_there_and_back() -> None:
    """Forward, backward, into a graph and away again in 1.5 GB, at the default recursion limit."""
    done = subprocess.run([sys.executable, str(MILLION)], check=True, capture_output=True, text=True)
    found = json.loads(done.stdout)
    assert found["limit"] == 1000
    assert found["megabytes"] <= 1500


def check_chain(backward: Callable[[tg.Tensor], Any]) -> None:
    x = y = tg.tensor(1.0)
    for _ in range(20_000):
        y = y + 0.0
    backward(y)
    assert x.grad == 1.0


def test_a_chain_goes_back_without_recursion() -> None:
    check_chain(tg.backward)


@pytest.mark.slow
def test_recursion_is_found() -> None:
    def walk(t: tg.Tensor, g: float) -> None:
        t.grad = g
        for i in t.inputs:
            walk(i, g)

    with pytest.raises(RecursionError):
        check_chain(lambda t: walk(t, 1.0))


# --- growth ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def no_collector() -> Iterator[None]:
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def scalars() -> Callable[[], Any]:
    w, b = tg.parameter(0.5, name="w"), tg.parameter(0.0, name="b")

    def step() -> Any:
        with tg.scope("net"):
            loss = (tg.sigmoid(w * 2.0 + b) - 1.0) ** 2
        grads = loss.backward()
        return loss, grads

    return step


def tensors() -> Callable[[], Any]:
    held = {"w": tg.parameter([[0.5, -0.5], [0.25, 1.0]])}
    x = np.array([[1.0, 2.0]])

    def step() -> Any:
        w = held["w"]
        loss = tg.mse(tg.tanh(x @ w)[:, ::-1], np.zeros((1, 2)))
        grads = loss.backward()
        held["w"] = tg.parameter(w.value - 0.01 * grads[w])
        return loss, grads

    return step


def check_growth(step: Callable[[], Any], steps: int = 10_000) -> None:
    for _ in range(50):  # what is made once: details of a scope, NumPy's caches
        step()
    objects, blocks = len(gc.get_objects()), sys.getallocatedblocks()
    for _ in range(steps):
        step()
    assert len(gc.get_objects()) - objects < 20
    assert sys.getallocatedblocks() - blocks < 200


@pytest.mark.slow
@pytest.mark.parametrize("make", [scalars, tensors])
def test_training_leaves_no_growth(make: Callable[[], Callable[[], Any]], no_collector: None) -> None:
    check_growth(make())


def _keeping(step: Callable[[], Any]) -> Callable[[], Any]:
    kept: list[Any] = []
    return lambda: kept.append(step())


def _cyclic(step: Callable[[], Any]) -> Callable[[], Any]:
    def cycle() -> None:
        loss, grads = step()
        loss.grad = grads  # as a link back would be

    return cycle


@pytest.mark.slow
@pytest.mark.parametrize("fault", [_keeping, _cyclic])
def test_growth_is_found(fault: Callable[..., Any], no_collector: None) -> None:
    with pytest.raises(AssertionError):
        check_growth(fault(scalars()), steps=100)
    gc.collect()


# --- threads ---------------------------------------------------------------------------------------------------------


def check_threads() -> None:
    """While one thread is in the middle of its way back, another that shares a parameter wants to go back too."""
    started, resume = threading.Event(), threading.Event()

    def slow(g: Any, y: Any, x: Any) -> Any:
        started.set()
        resume.wait(0.2)  # the other comes in now, unless it has to wait
        return g

    pause = Op("pause", "x", ("x",), {}, lambda x: x, (Vjp("g", slow),), "pause")
    p = tg.parameter(1.0)
    first = p * 2.0 + apply(pause, (p * 3.0,), {}, None) + p * 4.0
    second = p * 10.0
    found: dict[str, float] = {}

    def other() -> None:
        started.wait()
        found["second"] = second.backward()[p]
        resume.set()

    thread = threading.Thread(target=other)
    thread.start()
    try:
        found["first"] = first.backward()[p]
    finally:
        thread.join()
    assert found == {"first": 9.0, "second": 10.0}


def test_threads_wait_for_each_other() -> None:
    check_threads()


def test_threads_that_do_not_wait_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "one_at_a_time", nullcontext())
    with pytest.raises((AssertionError, TypeError)):
        check_threads()


def test_threads_record_and_differentiate_graphs_of_their_own() -> None:
    found: list[float] = []

    def work(number: int) -> None:
        with tg.scope(f"thread{number}"):
            for _ in range(200):
                x = y = tg.tensor(float(number))
                for _ in range(20):
                    y = y * 1.0 + 1.0
                assert y.scope == f"thread{number}"
                y.backward()
                found.append(x.grad)

    threads = [threading.Thread(target=work, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [1.0] * 800


# --- interruptions ---------------------------------------------------------------------------------------------------


def check_interrupted() -> None:
    def stop(g: Any, y: Any, x: Any) -> Any:
        raise KeyboardInterrupt

    halt = Op("halt", "x", ("x",), {}, lambda x: x, (Vjp("g", stop),), "halt")
    x = tg.tensor([1.0, 2.0])
    y = x * 2.0
    loss = tg.sum(apply(halt, (y,), {}, None) + tg.exp(y) * x)
    with pytest.raises(KeyboardInterrupt):
        loss.backward()
    assert all(t.grad is None for t in (x, y, loss))
    tg.sum(y).backward()  # nothing stays locked
    np.testing.assert_array_equal(x.grad, [2.0, 2.0])


def test_an_interruption_leaves_no_half_sums() -> None:
    check_interrupted()


def test_half_sums_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    reach, calls = engine.reach, [0]

    def once(loss: tg.Tensor) -> Any:
        calls[0] += 1
        return reach(loss) if calls[0] == 1 else (None, [])

    monkeypatch.setattr(engine, "reach", once)
    with pytest.raises(AssertionError):
        check_interrupted()


@pytest.mark.parametrize(
    "program",
    [
        lambda x, y: tg.tile(x, 10**15),
        lambda x, y: y * 2.0,
        lambda x, y: np.exp(y),
        lambda x, y: np.outer(x, np.broadcast_to(1.0, 10**15)),
        lambda x, y: tg.tensor(y.value),
    ],
)
def test_an_array_that_no_memory_holds_is_one_typed_error(program: Callable[..., Any]) -> None:
    x = tg.parameter(np.ones(3), "x")
    y = tg.broadcast_to(tg.reshape(x, (3, 1)), (3, 10**15))  # a view, which takes no memory
    with pytest.raises(tg.OutOfMemory, match=r"^\w+: Unable to allocate .* use smaller arrays, or float32$"):
        program(x, y)
    assert isinstance(tg.OutOfMemory(), MemoryError)
