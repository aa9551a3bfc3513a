"""Large graphs as a few groups: how many, how they are named and opened, and work that grows with the graph only."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from counting import growth

import tracegraph as tg
from tracegraph.graph import Graph
from tracegraph.views.coarse import RUNS, SCOPES, reduced

MOST = 500


def chain(count: int) -> Graph:
    """Operations in a row, every other one with the same parameter."""
    y = x = tg.parameter(0.5, "x")
    for _ in range(count // 2):
        y = tg.sin(y) + x
    return tg.trace(y)


def blocks(count: int) -> Graph:
    """Scopes one behind the other, of five operations each."""
    y = tg.tensor(0.5, "x")
    for i in range(count):
        with tg.scope(f"block{i}"):
            for _ in range(5):
                y = tg.sin(y)
    return tg.trace(y)


def stages(count: int) -> Graph:
    """Blocks in stages of ten."""
    y = tg.tensor(0.5, "x")
    for i in range(count):
        with tg.scope(f"stage{i // 10}"), tg.scope(f"block{i}"):
            for _ in range(5):
                y = tg.sin(y)
    return tg.trace(y)


def rounds(count: int) -> Graph:
    """Scopes one behind the other, gone through twice: a cycle of all of them."""
    y = tg.tensor(0.5, "x")
    for i in (*range(count), *range(count)):
        with tg.scope(f"block{i}"):
            y = tg.sin(tg.sin(y))
    return tg.trace(y)


@pytest.mark.parametrize("make", [chain, blocks, stages, rounds])
def test_groups_are_few_whatever_the_size(make: Callable[[int], Graph]) -> None:
    for count in (600, 2400):
        made, note = reduced(whole := make(count), None, MOST)
        groups = [n.name for n in made if n.is_group]
        count = f"{len(whole):,} operations in {len(groups)} groups"
        assert len(made) <= SCOPES and note == f'{count}; open one with scope="{groups[0]}"'


def test_scopes_that_are_few_are_the_groups() -> None:
    made, _ = reduced(stages(600), None, MOST)
    assert [n.name for n in made if n.is_group] == [f"stage{i}" for i in range(60)]
    assert not reduced(stages(20), None, MOST)[1], "few operations are drawn as they are"


@pytest.mark.parametrize("make", [chain, blocks])
def test_every_group_can_be_opened(make: Callable[[int], Graph]) -> None:
    whole = make(1200)
    made, _ = reduced(whole, None, MOST)
    parts = [[n.key for n in tg.inside(whole, group.name)] for group in made if group.is_group]
    assert len(parts) <= RUNS and max(map(len, parts)) < MOST
    inside = [key for part in parts for key in part]
    loose = {n.key for n in made if not n.is_group}
    assert len(inside) == len(set(inside)) and {*inside} | loose == {n.key for n in whole}


def test_a_group_that_is_not_there() -> None:
    graph = blocks(3)
    with pytest.raises(
        tg.GraphError, match="no scope is called 'blok1'; nearest: block1, .*; nor is it a place from 1 to 16"
    ):
        tg.inside(graph, "block0 to blok1")
    with pytest.raises(tg.GraphError, match="'99'.* from 1 to 16"):
        tg.inside(graph, "1 to 99")
    assert [n.scope for n in tg.inside(graph, "block1 to block2")] == ["block1"] * 5 + ["block2"] * 5
    assert len(tg.inside(graph, "2 to 4")) == 3 and len(tg.draw(graph, scope="block1").graph) == 5


@pytest.mark.slow
@pytest.mark.parametrize("make", [chain, blocks, stages, rounds])
def test_work_grows_with_the_graph_only(make: Callable[[int], Graph]) -> None:
    def draw(count: int) -> Callable[[], object]:
        graph = make(count)
        return lambda: tg.draw(graph).sheet

    assert growth(draw, 1_200, 4_800) < 1.2
    assert growth(lambda n: lambda g=make(n): tg.collapse(g), 200, 800) < 1.3  # type: ignore[misc]
