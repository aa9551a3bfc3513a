"""Python's garbage collector is put off while records are made, and is as the program had it afterwards."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

import tracegraph as tg
from tracegraph.engine.collector import PUT_OFF


@pytest.fixture(autouse=True)
def usual() -> Iterator[None]:
    """Thresholds that are easy to reach, and none of before in the young generation."""
    before, enabled = gc.get_threshold(), gc.isenabled()
    gc.enable()
    gc.collect()
    gc.set_threshold(500, 7, 9)
    yield
    gc.set_threshold(*before)
    gc.enable() if enabled else gc.disable()


def chain(length: int = 3000) -> tg.Tensor:
    y = tg.parameter(1.0)
    for _ in range(length):
        y = y + 1.0
    return y


def test_records_put_the_collector_off_until_the_way_back_ends() -> None:
    loss = chain()
    assert gc.get_threshold() == (PUT_OFF, 7, 9)
    loss.backward()
    assert gc.get_threshold() == (500, 7, 9)
    kept = [[loss] for _ in range(100)]  # the run that was put off finds records of before
    assert gc.get_threshold() == (500, 7, 9) and len(kept) == 100


def test_few_records_do_not() -> None:
    for _ in range(100):
        chain(20)
        kept = [[] for _ in range(200)]  # type: ignore[var-annotated]
        assert gc.get_threshold() == (500, 7, 9) and len(kept) == 200


def test_without_a_way_back_the_next_run_brings_it_back() -> None:
    loss = chain()
    gc.collect()
    gc.collect()
    assert gc.get_threshold() == (500, 7, 9) and loss.value == 3001.0


def test_a_threshold_that_the_program_sets_stays() -> None:
    loss = chain()
    gc.set_threshold(600, 5, 5)
    loss.backward()
    assert gc.get_threshold() == (600, 5, 5)


def test_a_collector_that_is_off_stays_off() -> None:
    gc.disable()
    chain().backward()
    assert not gc.isenabled() and gc.get_threshold() == (500, 7, 9)


class Cyclic:
    def __init__(self) -> None:
        self.own = self


def test_cycles_of_a_training_loop_are_found() -> None:
    cycles = []
    for _ in range(30):
        cycles.append(weakref.ref(Cyclic()))
        chain(1000).backward()
    assert sum(c() is not None for c in cycles) < 10
