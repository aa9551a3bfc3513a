"""What every list of frames obeys, told from the graph and the scene alone."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator

import numpy as np
from scene_places import Places, Seen

import tracegraph as tg
from tracegraph.graph import Edge, Graph, Node
from tracegraph.layout.scene import Piece
from tracegraph.slides.story import Frame, Frames
from tracegraph.text.names import pretty
from tracegraph.text.numbers import clean

STAGES = ("network", "forward", "backward", "update")


def lasting(frame: Frame) -> Seen:
    """What a frame shows, apart from what it looks at."""
    return {(key, part) for key, part in frame.shown if part != "focus"}


def final(frames: Frames) -> Seen:
    """Everything, when all is done."""
    return {(p.key, part.name) for p in frames.scene.pieces for part in p.parts if part.name not in gone(p)}


def gone(piece: Piece) -> set[str]:
    return {"focus", "line"} if piece.part("contribution") else {"focus"}


def worked_out(graph: Graph, stage: str) -> list[Node]:
    """The nodes that a stage has something to say about."""
    made = [n for n in graph if (n.formula or graph.inputs(n)) and n.op != "gradient"]
    if stage == "backward":
        return [n for n in graph if n.gradient is not None]
    return [n for n in made if (n.role == "update") == (stage == "update")]


def broken(frames: Frames, steps: str) -> list[str]:
    """The laws that these frames break, each with the first frame that does."""
    found: list[str] = []
    for name, law in LAWS.items():
        if not any(said.startswith("parts:") for said in found):  # the other laws look parts up
            found += [f"{name}: {what}" for what in [*law(frames, steps)][:1]]
    return found


def _parts_exist(frames: Frames, steps: str) -> Iterator[str]:
    order = {(p.key, part.name): i for i, p in enumerate(frames.scene.pieces) for part in p.parts}
    for i, frame in enumerate(frames):
        missing = [key for key in frame.shown if key not in order]
        if missing or len({*frame.shown}) < len(frame.shown):
            yield f"frame {i} shows {missing}, or something twice"
        elif [order[k] for k in frame.shown] != sorted(order[k] for k in frame.shown):
            yield f"frame {i} is not in the order of the scene"


def _focus_is_shown(frames: Frames, steps: str) -> Iterator[str]:
    cards = {p.key for p in frames.scene.of("card")}
    for i, frame in enumerate(frames):
        ringed = {key for key, part in frame.shown if part == "focus"}
        if ringed != {*frame.focus} or not ringed <= cards or bool(ringed) != (frame.stage in STAGES[1:]):
            yield f"frame {i} ({frame.stage}) looks at {frame.focus} and rings {sorted(ringed)}"
        if any((key, "card") not in frame.shown for key in ringed):
            yield f"frame {i} rings a card that is not there"


def _one_arrow(frames: Frames, steps: str) -> Iterator[str]:
    """An edge between two cards is of one arrow between them, one from or to a row of none; it is drawn once."""
    graph, places = frames.graph, Places(frames)
    drawn = Counter(edge for edges in places.edges.values() for edge in edges)
    for edge in graph.edges:
        if drawn[edge] != (not {f"n{edge.source}", f"n{edge.target}"} & places.rows.keys()):
            yield f"{edge.tensor} is in {drawn[edge]} arrows"
    for arrow, edges in places.edges.items():
        if {(f"n{e.source}", f"n{e.target}") for e in edges} != {(arrow.source, arrow.target)}:
            yield f"{arrow.key} has edges between other cards"
    for i, frame in enumerate(frames):
        both = [key for key, part in frame.shown if part == "line" and (key, "contribution") in frame.shown]
        if both:
            yield f"frame {i} draws {both} twice"


def _nothing_goes(frames: Frames, steps: str) -> Iterator[str]:
    for i, (old, new) in enumerate(zip(frames, frames[1:])):
        lost = lasting(old) - lasting(new)
        if lost - {(key, "line") for key, part in new.shown if part == "contribution"}:
            yield f"frame {i + 1} loses {sorted(lost)}"


def _values_in_order(frames: Frames, steps: str) -> Iterator[str]:
    """A value is there after those it is computed from, and with the arrows from them."""
    graph, places = frames.graph, Places(frames)
    for i, frame in enumerate(frames):
        seen = lasting(frame)
        for node in graph:
            part = "value" if places.part(node, "value") in places.parts else "card"
            if places.part(node, part) not in seen or part == "card" and "network" in steps:
                continue
            if places.part(node) not in seen:
                yield f"frame {i}: {node.name} without its card"
            for edge in graph.inputs(node):
                source = graph.node(edge.source)
                if not {places.part(source, part), places.part(source)} <= seen:
                    yield f"frame {i}: {node.name} before {edge.tensor}"
                if places.without(edge, seen, "line", "contribution"):
                    yield f"frame {i}: {node.name} without the arrow from {edge.tensor}"


def _rows_on_cards(frames: Frames, steps: str) -> Iterator[str]:
    """A row, and what stands in it, is there with its card."""
    for row, card in Places(frames).rows.items():
        for i, frame in enumerate(frames):
            shown = {part for key, part in frame.shown if key == card}
            if any(part.startswith(f"{row}_") for part in shown) and row not in shown:
                yield f"frame {i}: numbers of {row} without the row"
            if row in shown and "card" not in shown:
                yield f"frame {i}: {row} without the card {card}"


def _gradients_in_order(frames: Frames, steps: str) -> Iterator[str]:
    """A gradient is there with all that it is the sum of, which in turn comes after the gradients it is made from."""
    graph, places = frames.graph, Places(frames)
    for i, frame in enumerate(frames):
        seen = lasting(frame)
        for edge in graph.edges:
            sent = places.part(graph.node(edge.source), "gradient") in seen and edge.contribution is not None
            sent |= edge in places.arrows and (places.arrows[edge], "contribution") in seen
            above = places.part(graph.node(edge.target), "gradient")
            if sent and above in places.parts and above not in seen:
                yield f"frame {i}: what {edge.tensor} gets, before {graph.node(edge.target).name}"
        for node in graph:
            uses = [e for e in graph.uses(node) if e.contribution is not None]
            if node.gradient is None or places.part(node, "gradient") not in seen:
                continue
            there = [e for e in uses if not places.without(e, seen, "contribution")]
            if len(there) < len(uses) or not sums_up(node, there, graph):
                yield f"frame {i}: the gradient of {node.name} without all of its contributions"


def sums_up(node: Node, uses: list[Edge], graph: Graph) -> bool:
    """Whether contributions add up to the gradient; of what stands for several tensors that is not asked."""
    if not uses or "group" in (node.role, *(graph.node(e.target).role for e in uses)):
        return True
    total = np.zeros(np.shape(node.value))
    with np.errstate(all="ignore"):
        for edge in uses:
            total[edge.index if edge.index is not None else ...] += edge.contribution
        return np.allclose(total, node.gradient, rtol=1e-6, atol=1e-9 * _largest(uses), equal_nan=True)


def _largest(uses: list[Edge]) -> float:
    sizes = [float(np.nanmax(np.abs(e.contribution), initial=0.0)) for e in uses]
    return min(max(sizes), 1e300)


def _updates_in_order(frames: Frames, steps: str) -> Iterator[str]:
    """An updated parameter is there after the gradient that it is updated by."""
    graph, places = frames.graph, Places(frames)
    for i, frame in enumerate(frames):
        seen = lasting(frame)
        for node in worked_out(graph, "update"):
            for edge in graph.inputs(node) if places.part(node, "value") in seen else ():
                source = graph.node(edge.source)
                used = source.base == node.base and source.gradient is not None
                if used and places.part(source, "gradient") in places.parts - seen:
                    yield f"frame {i}: {node.name} before the gradient of {source.name}"


def _stages_as_asked(frames: Frames, steps: str) -> Iterator[str]:
    wanted, graph = [s for s in steps.split(",") if s], frames.drawing.graph
    for i, frame in enumerate(frames):
        if frame.stage not in (wanted or [""]):
            yield f"frame {i} is {frame.stage!r}"
    run, last = any(n.step is not None for n in graph), lasting(frames[-1])
    forward = wanted and {*wanted} <= {"network", "forward"} and not run
    sent = {(a.key, "contribution") for a in frames.scene.of("arrow")}
    if forward and any(part.endswith("gradient") or (key, part) in sent for f in frames for key, part in f.shown):
        yield "a gradient on the way forward"
    due = final(frames)
    if not run and "backward" in wanted and "forward" not in wanted and "network" not in wanted:
        values = {(key, part) for key, part in due if re.fullmatch(r"card|value|n\d+(_value)?", part)}
        if values - lasting(frames[0]):
            yield f"the way back starts without {sorted(values - lasting(frames[0]))}"
    everything = not wanted or {"forward", "backward", "update"} <= {*wanted} or not run and "backward" in wanted
    if everything and last != due:
        yield f"at the end {sorted(last ^ due)}"


def _said_once(frames: Frames, steps: str) -> Iterator[str]:
    """Frame by frame one operation, each in each stage once, in its own step of a run; and its number comes with it."""
    graph, places = frames.graph, Places(frames)
    for stage in (s for s in STAGES[1:] if s in steps.split(",")):
        nodes, back = worked_out(graph, stage), stage == "backward"
        said = Counter((key, back or f.step) for f in frames for key in f.focus if f.stage == stage)
        due = Counter((places.part(n)[0], back or n.step) for n in nodes)
        if said != due:
            yield f"{stage} of {[*(said - due), '|', *(due - said)]}"
        for node in nodes:
            number = places.part(node, "gradient" if back else "value")
            first = next((f for f in frames if number in f.shown), None)
            if number in places.parts and (first is None or (first.stage, first.focus) != (stage, number[:1])):
                yield f"{number} of {node.name} not in the frame that is about it"


def _spans_agree(frames: Frames, steps: str) -> Iterator[str]:
    seen = [
        {key for key, spans in frames.spans.items() if any(a <= i <= b for a, b in spans)}
        for i in range(1, len(frames) + 1)
    ]
    for i, frame in enumerate(frames):
        if seen[i] != {*frame.shown}:
            yield f"spans of frame {i}"
    for key, spans in frames.spans.items():
        if not spans or any(a > b for a, b in spans) or any(a[1] + 1 >= b[0] for a, b in zip(spans, spans[1:])):
            yield f"{key} has spans {spans}"


def _captions_are_explained(frames: Frames, steps: str) -> Iterator[str]:
    """Each sentence is one of the worked solution, whole, without its middle, or cut."""
    drawing = frames.drawing
    every = [n.name for n in drawing.graph if n.gradient is not None]
    text = flat(tg.explain(drawing.graph, digits=drawing.digits, fold=False, of=every or None).to_text())
    text += flat("".join(f"∂{pretty(n)}/∂{pretty(n)} = 1 " for n in every))  # where the way back starts
    for i, frame in enumerate(frames):
        for sentence in frame.caption.split("; ") if frame.stage in STAGES[1:] and "[" not in frame.caption else ():
            sides = [sentence.rstrip("…")] if sentence.endswith("…") else sentence.split(" = ")
            if any(flat(side) not in text for side in sides) or "\n" in sentence:
                yield f"frame {i} says {sentence!r}"


def flat(text: str) -> str:
    return re.sub(r"\s+", "", clean(text))


LAWS = {
    "parts": _parts_exist,
    "focus": _focus_is_shown,
    "arrows": _one_arrow,
    "nothing goes": _nothing_goes,
    "values": _values_in_order,
    "rows": _rows_on_cards,
    "gradients": _gradients_in_order,
    "updates": _updates_in_order,
    "stages": _stages_as_asked,
    "once": _said_once,
    "spans": _spans_agree,
    "captions": _captions_are_explained,
}
"""``once`` and ``captions`` are for frames of one operation each."""
