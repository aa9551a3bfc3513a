"""Where the nodes and edges of a graph are in the scene of its frames."""

from __future__ import annotations

import re

from tracegraph.graph import Edge, Node
from tracegraph.slides.story import Frames

Seen = set[tuple[str, str]]


class Places:
    """Where a graph is in a scene: a node is a card or a row of one, an edge belongs to one arrow or none."""

    def __init__(self, frames: Frames) -> None:
        cards, graph = frames.scene.of("card"), frames.graph
        self.parts = {(p.key, part.name) for p in cards for part in p.parts}
        self.rows = {name: key for key, name in self.parts if re.fullmatch(r"n\d+", name)}
        drawn = [*zip(frames.picture.arrows, frames.scene.of("arrow"), strict=True)]
        self.edges = {piece: [graph.edges[place] for place in arrow.edges] for arrow, piece in drawn}
        self.arrows = {edge: piece.key for piece, edges in self.edges.items() for edge in edges}

    def part(self, node: Node, name: str = "card") -> tuple[str, str]:
        """The part of a card, or of a row, that has this of a node; it need not be there."""
        key = f"n{node.key}"
        return (self.rows[key], key if name == "card" else f"{key}_{name}") if key in self.rows else (key, name)

    def without(self, edge: Edge, seen: Seen, *parts: str) -> bool:
        """Whether an edge has an arrow, of which none of these parts is seen."""
        return edge in self.arrows and not {(self.arrows[edge], part) for part in parts} & seen
