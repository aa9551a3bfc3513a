"""The layered layout: no arrow through anything, nothing over anything, rows that fill a page."""

from __future__ import annotations

import random
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from placement_lint import faults

from tracegraph.layout.layered import Block, Filling, Link, Placement, Plan, ScopeFrame, place

NAMES = ("a", "b", "encoder", "a longer name of a scope")


def random_plan(seed: int, most: int = 45) -> Plan:
    """Cards of many sizes, arrows with and without captions, scopes that are entered again, leaves that dock."""
    rng = random.Random(seed)
    blocks: list[Block] = []
    links: list[Link] = []
    scope: tuple[str, ...] = ()
    scoped = rng.random() < 0.6
    for i in range(rng.randint(1, most)):
        if scoped and rng.random() < 0.25:
            scope = tuple(f"{rng.choice(NAMES)} {rng.randint(0, 1)}" for _ in range(rng.randint(0, 3)))
        blocks.append(Block(rng.uniform(40, 220), rng.uniform(30, 150), scope, rng.random() < 0.3))
        for _ in range(rng.choice((0, 1, 1, 1, 2, 2, 3, 6)) if i and not blocks[i].docks else 0):
            source = max(0, i - 1 - int(rng.expovariate(0.4))) if rng.random() < 0.8 else rng.randrange(i)
            caption = (rng.uniform(20, 150), rng.choice((15.0, 15.0, 30.0))) if rng.random() < 0.7 else (0.0, 0.0)
            links.append(Link(source, i, caption))
    titles = {b.scope[:d]: 8.0 * len(b.scope[d - 1]) for b in blocks for d in range(1, len(b.scope) + 1)}
    return Plan(blocks, links, titles)


def chain(cards: int) -> Plan:
    blocks = [Block(150.0, 60.0) for _ in range(cards)]
    return Plan(blocks, [Link(i, i + 1, (40.0, 18.0)) for i in range(cards - 1)])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200))
def test_nothing_meets_anything(seed: int) -> None:
    plan = random_plan(seed)
    assert faults(plan, place(plan)) == []


@pytest.mark.slow
@pytest.mark.parametrize("direction", ["LR", "TB", "RL", "BT"])
@pytest.mark.parametrize("seed", range(12))
def test_nothing_meets_anything_in_any_direction(direction: str, seed: int) -> None:
    plan = random_plan(1000 + seed)
    placement = place(plan, directions=(direction,))
    assert placement.direction == direction and faults(plan, placement) == []


@pytest.mark.parametrize("one, other", [("LR", "RL"), ("TB", "BT")])
def test_a_mirrored_direction_is_the_mirror_image(one: str, other: str) -> None:
    plan = random_plan(7)
    a, b = (place(plan, directions=(d,)) for d in (one, other))
    flat = one == "LR"
    for block, (x, y), (u, v) in zip(plan.blocks, a.blocks, b.blocks, strict=True):
        mirrored = (a.width - x - block.width, y) if flat else (x, a.height - y - block.height)
        assert (u, v) == pytest.approx(mirrored, abs=0.01)


def test_a_long_chain_fills_the_page_in_rows() -> None:
    plan = chain(30)
    placement = place(plan)
    assert placement.rows > 1 and 1.2 <= placement.width / placement.height <= 2.5
    one_row = place(plan, Filling((1e6, 540.0)))
    assert one_row.rows == 1 and one_row.height == 60.0


def test_steps_are_never_cut() -> None:
    scopes = [(f"step {i // 4}",) for i in range(24)]
    whole = replace(chain(24), blocks=[Block(150.0, 60.0, s) for s in scopes], whole=frozenset(scopes))
    placement = place(whole)
    assert placement.rows > 1 and len(placement.frames) == 6 and faults(whole, placement) == []


def test_a_leaf_of_one_use_stands_beside_its_card() -> None:
    blocks = [Block(80.0, 40.0), Block(80.0, 40.0, docks=True), Block(150.0, 60.0)]
    placement = place(Plan(blocks, [Link(0, 2), Link(1, 2)]), directions=("LR",))
    (_, _), (x, y), (u, v) = placement.blocks
    assert u <= x + 40 <= u + 150 and (y + 40 < v or y > v + 60)


def test_the_same_plan_gives_the_same_places_in_any_process() -> None:
    program = (
        "from test_layered import *\n"
        "p = [place(random_plan(s)) for s in range(12)]\n"
        "print([(q.blocks, q.routes, q.captions, q.frames) for q in p])"
    )
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            check=True,
            cwd=Path(__file__).parent,
            env={"PYTHONHASHSEED": seed, "PYTHONPATH": ":".join(filter(None, sys.path))},
        ).stdout
        for seed in ("1", "2")
    }
    assert len(outputs) == 1


def test_nothing_at_all_and_one_card() -> None:
    assert place(Plan([], [])).blocks == ()
    assert place(Plan([Block(80.0, 40.0)], [])).blocks == [(0.0, 0.0)]


def planted() -> dict[str, tuple[Plan, Placement]]:
    """A right placement, made wrong in one way each."""
    blocks = [Block(100.0, 50.0, ("s",)), Block(100.0, 50.0), Block(100.0, 50.0)]
    plan = Plan(blocks, [Link(0, 1, (40.0, 15.0)), Link(1, 2)], {("s",): 30.0})
    right = place(plan, directions=("LR",))
    assert faults(plan, right) == []
    corners, frame = list(right.blocks), right.frames[0]
    left, top, *_ = frame.box
    u, v = corners[0][0] + 100, corners[0][1]
    through = [(0.0, 0.0), *[(left + 10, top + 5)] * 3]
    return {
        "overlaps": (plan, replace(right, blocks=[corners[0], corners[0], corners[2]])),
        "runs through card": (plan, replace(right, routes=[right.routes[0], [corners[1], *[(u - 50, v + 20)] * 3]])),
        "runs through title": (plan, replace(right, routes=[[*through, *right.routes[0]], right.routes[1]])),
        "does not end": (plan, replace(right, routes=[right.routes[0], right.routes[1][:-3]])),
        "stands in frame": (plan, replace(right, frames=[ScopeFrame(("s",), (left, top, 999.0, 999.0), (0, 0), 0)])),
        "is not in its frame": (plan, replace(right, frames=[])),
        "is not on the page": (plan, replace(right, width=50.0)),
    }


@pytest.mark.parametrize("fault", planted())
def test_a_planted_fault_is_found(fault: str) -> None:
    assert any(fault in line for line in faults(*planted()[fault]))
