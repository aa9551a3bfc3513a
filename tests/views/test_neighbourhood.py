"""What lies around the findings of a large flow, with the rest in groups."""

from __future__ import annotations

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.views.neighbourhood import neighbourhood


def network(layers: int, scoped: bool) -> tg.Tensor:
    """Sigmoids, under which the gradient of the first layers vanishes."""
    random, h = np.random.default_rng(0), tg.constant(np.random.default_rng(1).normal(size=(5, 8)), "x")
    for k in range(1, layers + 1):
        with tg.scope(f"layer {k}" if scoped else ""):
            w = tg.parameter(random.normal(size=(8, 8)) * 0.3, f"w_{k}")
            z = h @ w
            h = tg.sigmoid(z)
    return tg.mean(h)


@pytest.mark.parametrize("scoped", [True, False])
def test_the_rest_is_in_groups_and_no_gradient_is_lost(scoped: bool) -> None:
    graph = tg.trace(network(30, scoped))
    start = graph["w_20"]
    near, note = neighbourhood(graph, [start.key])
    named = {n.name for n in near if not n.is_group}
    assert {"w_20", "z_20", "h_20", "h_19"} <= named and graph.output.name in named and "w_10" not in named
    assert len(near) < 20 and sum(n.is_group for n in near) >= 2 and "depth=1" in note
    for node in near:
        uses = [e.contribution for e in near.uses(node) if e.contribution is not None]
        if uses and not node.is_group:
            assert np.allclose(sum(uses), node.gradient)


def test_a_large_flow_is_drawn_around_its_findings() -> None:
    flow = tg.flow(network(30, scoped=True))
    causes = [c.place for c in flow.causes if c.severity == "fault"]
    drawing, whole = tg.draw(flow), tg.draw(flow, depth=1)
    titles = {b.title for b in drawing.picture.boxes}
    assert causes and {*causes} <= {n.name for n in drawing.graph} and len(drawing.graph) < len(whole.graph)
    assert "depth=1" in drawing.picture.note and not whole.picture.note
    assert any("layer" in title for title in titles)
    small = tg.flow(network(10, scoped=True))
    assert len(tg.draw(small).graph) == len(tg.draw(small, depth=1).graph)  # few enough to be drawn all


def test_a_flow_without_a_fault_is_drawn_whole() -> None:
    graph = tg.trace(network(30, scoped=True))
    assert len(tg.draw(graph).graph) == len(tg.draw(graph, depth=1).graph)
