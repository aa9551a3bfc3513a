"""The laws of frames, over every kind of drawing, every choice of steps and every order; and that they can fail."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

import pytest
from frame_laws import LAWS, STAGES, broken, final, lasting, worked_out
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import HOSTILE, random_program
from stories import QUICK, built, called, scoped, story, training

import tracegraph as tg
from tracegraph.errors import GraphError
from tracegraph.slides.story import CAPTION, Frame, Frames

CHOICES = ["", "forward,backward", "forward", "backward", "update", "network", ",".join(STAGES), "forward,update"]
COARSE = {name: law for name, law in LAWS.items() if name not in ("once", "captions")}


def happens(drawing: tg.Drawing, steps: str) -> bool:
    asked = [s for s in steps.split(",") if s]
    return not asked or any(s == "network" or worked_out(drawing.graph, s) for s in asked)


def every(drawing: tg.Drawing, by: str) -> Iterator[tuple[str, Frames]]:
    """The frames of a drawing, for each choice of steps that there is something for."""
    for steps in CHOICES:
        if happens(drawing, steps):
            yield steps, tg.frames(drawing, steps=steps, by=by)


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_the_laws_hold_operation_by_operation(name: str) -> None:
    for steps, frames in every(story(name), "operation"):
        assert broken(frames, steps) == [], steps


@pytest.mark.slow
@pytest.mark.parametrize("by", ["scope", "step"])
@pytest.mark.parametrize("name", QUICK)
def test_the_laws_hold_for_frames_of_several_operations(name: str, by: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for law in {*LAWS} - {*COARSE}:
        monkeypatch.delitem(LAWS, law)
    for steps, frames in every(story(name), by):
        assert broken(frames, steps) == [], steps
        fine = tg.frames(story(name), steps=steps)
        assert len(frames) <= len(fine) and subsequence(frames, fine), steps
        assert lasting(frames[-1]) == lasting(fine[-1])
        for stage in STAGES[1:]:  # nothing is left out
            both = [[f for f in many if by == "step" or f.stage == stage] for many in (frames, fine)]
            coarse, single = ({key for f in many for key in f.focus} for many in both)
            assert coarse >= single, (steps, stage)


def subsequence(coarse: Frames, fine: Frames) -> bool:
    """Whether each coarse frame shows what some fine one does, in the same order; but for what they look at."""
    rest = iter(fine)
    return all(any(lasting(frame) == lasting(other) for other in rest) for frame in coarse)


@pytest.mark.slow
@settings(max_examples=40, deadline=None)
@given(st.integers(0, 2**20), st.sampled_from(CHOICES[:4] + CHOICES[5:7]), st.booleans())
def test_the_laws_hold_for_random_graphs(seed: int, steps: str, scalars: bool) -> None:
    drawing = tg.draw(random_program(seed, scalars), detail="full")
    for by in ("operation", "scope", "step") if happens(drawing, steps) else ():
        frames = tg.frames(drawing, steps=steps, by=by)
        wrong = broken(frames, steps)
        assert [w for w in wrong if by == "operation" or w.partition(":")[0] in COARSE] == []


@pytest.mark.parametrize("by", ["operation", "scope", "step"])
def test_every_frame_is_of_one_scene(by: str) -> None:
    frames = tg.frames(story("layers"), by=by)
    assert frames.scene is frames.drawing.sheet.scene
    assert frames.drawing is story("layers")
    assert [*frames] == [frames[i] for i in range(len(frames))] and frames[-1] == [*frames][-1]


# --- what is said ----------------------------------------------------------------------------------------------------


def test_the_captions_of_the_worked_example() -> None:
    frames = tg.frames(tg.draw(built("backprop"), detail="full"))
    assert [f.caption for f in frames if f.stage == "forward"] == [
        "z₃ = x₁·w₁₃ = 0.5·0.1 = 0.05",
        "h₃ = σ(z₃) = σ(0.05) = 0.5125",
        "z₄ = x₂·w₂₄ = 0.6·0.3 = 0.18",
        "h₄ = σ(z₄) = σ(0.18) = 0.5449",
        "z₅ = h₃·w₃₅ + h₄·w₄₅ = 0.5125·0.5 + 0.5449·0.6 = 0.5832",
        "o₅ = σ(z₅) = σ(0.5832) = 0.6418",
        "L = 0.5(t − o₅)² = 0.5(1 − 0.6418)² = 0.06415",
    ]
    assert frames[7].caption == "∂L/∂L = 1" and frames[9].caption.endswith("= −0.3582·0.6418·(1 − 0.6418) = −0.08235")
    assert tg.frames(frames.drawing, steps="")[0].caption == "L = 0.5(t − o₅)² = 0.5(1 − 0.6418)² = 0.06415"


@pytest.mark.slow
@pytest.mark.parametrize("name", QUICK)
def test_captions_are_one_line_that_is_not_too_long(name: str) -> None:
    for by in ("operation", "scope", "step"):
        for frame in tg.frames(story(name), steps="network,forward,backward", by=by):
            assert "\n" not in frame.caption and len(frame.caption) <= CAPTION + 80
            assert frame.caption.isprintable() or name.startswith(("name", "tale names"))


def test_a_run_step_by_step() -> None:
    drawing = tg.draw(training(), detail="full")
    assert [f.step for f in tg.frames(drawing, by="step")] == [1, 2, None]
    assert [f.caption for f in tg.frames(drawing, by="step")][:2] == ["Step 1: L₁ = 5.76", "Step 2: L₂ = 6.052"]
    fine = tg.frames(drawing, steps="forward,backward,update")
    stages = [(f.step, f.stage) for f in fine]
    assert [key for key, _ in itertools.groupby(stages)] == [
        *((step, stage) for step in (1, 2) for stage in ("forward", "backward", "update")),
        (None, "forward"),
        (None, "backward"),
    ]


@pytest.mark.parametrize(
    ("steps", "by", "said"),
    [
        ("forwards", "operation", "no steps are called 'forwards'.*forward.*use network, forward, backward, update"),
        ("forward,", "layer", "by='layer' is not one of operation, scope, step"),
        ("given", "operation", "no steps are called 'given'"),
        ("update", "operation", "nothing happens in update; this drawing has forward, backward"),
        ("forward backward", "scope", "no steps are called 'forward backward'"),
    ],
)
def test_errors_say_what_there_is(steps: str, by: str, said: str) -> None:
    with pytest.raises(GraphError, match=said) as told:
        tg.frames(story("layers"), steps=steps, by=by)
    assert "\n" not in str(told.value)


def test_a_drawing_in_which_nothing_happens_is_one_frame() -> None:
    drawing = story("tale one node")
    with pytest.raises(GraphError, match="nothing happens in forward; this drawing has"):
        tg.frames(drawing, steps="forward")
    (frame,) = tg.frames(drawing, steps="")
    assert {*frame.shown} == final(tg.frames(drawing, steps=""))


@pytest.mark.parametrize("name", HOSTILE.values(), ids=HOSTILE)
def test_names_do_not_get_out_of_a_title(name: str) -> None:
    frames = tg.frames(tg.draw(called(name)), title=name)
    assert frames.title.isprintable() or name != "control"
    assert "\ud800" not in frames.title + "".join(f.caption for f in frames) and "\x00" not in frames.title


def test_the_network_has_the_rows_of_leaves_without_numbers() -> None:
    drawing = story("layers, compact")
    first = tg.frames(drawing, steps="network,forward")[0]
    rows = {(box.key, row.key) for box in drawing.sheet.picture.boxes for row in box.rows}
    assert rows and {*first.shown} >= rows
    assert not [part for _, part in first.shown if part.endswith(("value", "gradient"))]


# --- that the laws can fail ------------------------------------------------------------------------------------------


Fault = Callable[[Frames], list[Frame]]


def _each(change: Callable[[Frame], Frame]) -> Fault:
    """The same fault in every frame."""
    return lambda frames: [change(f) for f in frames]


def _shows(frames: Frames, frame: Frame, keys: Iterable[tuple[str, str]]) -> Frame:
    """A frame that shows these parts, in the order of the scene."""
    wanted = {*keys}
    every = ((p.key, part.name) for p in frames.scene.pieces for part in p.parts)
    return replace(frame, shown=tuple(key for key in every if key in wanted))


def _more(wanted: str, beside: str) -> Fault:
    """A part appears together with another one of its piece."""

    def change(frames: Frames) -> list[Frame]:
        more = [{(key, wanted) for key, part in f.shown if part == beside} for f in frames]
        return [_shows(frames, f, {*f.shown} | keys) for f, keys in zip(frames, more, strict=True)]

    return change


def _without(frame: Frame, part: str) -> Frame:
    return replace(frame, shown=tuple(s for s in frame.shown if s[1] != part))


def _later(part: str) -> Fault:
    """What has this name comes two frames too late."""

    def change(frames: Frames) -> list[Frame]:
        before = [(), (), *(f.shown for f in frames)]
        late = [tuple(s for s in f.shown if s[1] != part or s in old) for f, old in zip(frames, before)]
        return [replace(f, shown=shown) for f, shown in zip(frames, late, strict=True)]

    return change


def _turned(frames: Frames) -> list[Frame]:
    """What each frame adds to the one before it, from the last to the first."""
    seen = [set(), *(lasting(f) for f in frames)]
    added = [new - old for old, new in itertools.pairwise(seen)][::-1]
    rings = [{*f.shown} - lasting(f) for f in frames]
    return [_shows(frames, f, set().union(*added[: i + 1], rings[i])) for i, f in enumerate(frames)]


def _one_is_enough(frames: Frames) -> list[Frame]:
    """One contribution is forgotten, of a tensor that has more."""
    graph = frames.graph
    sent = [
        (arrow.key, "contribution")
        for arrow, edge in zip(frames.scene.of("arrow"), graph.edges, strict=True)
        if len(graph.uses(graph.node(edge.source))) > 1
    ]
    return [_shows(frames, f, {*f.shown} - {sent[0]}) for f in frames]


PLANTED: dict[str, tuple[str, Fault]] = {
    "a part that is not there": ("parts", lambda f: [replace(f[0], shown=(*f[0].shown, ("n999", "card")))]),
    "out of order": ("parts", _each(lambda f: replace(f, shown=f.shown[::-1]))),
    "focus forgotten": ("focus", _each(lambda f: replace(f, focus=()))),
    "ring of another": ("focus", _each(lambda f: replace(f, focus=(*f.focus, "n0")))),
    "line and contribution": ("arrows", _more("line", "contribution")),
    "values vanish": ("nothing goes", lambda f: [*f[:-2], _without(f[-2], "value"), f[-1]]),
    "backward order": ("values", _turned),
    "an arrow is late": ("values", _later("line")),
    "contributions are late": ("gradients", _later("contribution")),
    "gradients are late": ("gradients", _later("gradient")),
    "one contribution is enough": ("gradients", _one_is_enough),
    "the end is missing": ("stages", lambda f: [*f[:-1]]),
    "a stage too many": ("stages", lambda f: [replace(f[0], stage="given"), *f[1:]]),
    "gradients with the values": ("stages", _more("gradient", "value")),
    "said twice": ("once", lambda f: [*f, f[-1]]),
    "of another step": ("once", _each(lambda f: replace(f, step=7))),
    "another sentence": ("captions", _each(lambda f: replace(f, caption=f.caption + "1"))),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_breaks_its_law(fault: str) -> None:
    law, change = PLANTED[fault]
    drawing = tg.draw(square_of_sum() if fault == "one contribution is enough" else built("backprop"), detail="full")
    steps = "forward" if fault == "gradients with the values" else "forward,backward"
    right = tg.frames(drawing, steps=steps)
    assert broken(right, steps) == []
    wrong = replace(right, frames=tuple(change(right)))
    assert law in {said.partition(":")[0] for said in broken(wrong, steps)}


def _row_numbers_at_once(frames: Frames) -> list[Frame]:
    """What an optimizer makes last is there from the beginning, in the row of its card."""
    rows = {(key, part) for key, part in final(frames) if re.fullmatch(r"n\d+(_value)?", part)}
    return [_shows(frames, f, {*f.shown} | rows) for f in frames]


def _row_numbers_first(frames: Frames) -> list[Frame]:
    """The numbers of rows without their names."""
    return [_shows(frames, f, {s for s in f.shown if not re.fullmatch(r"n\d+", s[1])}) for f in frames]


ROW_FAULTS: dict[str, tuple[str, Fault]] = {
    "a row without its card": ("rows", _each(lambda f: _without(f, "card"))),
    "numbers of rows before their card": ("rows", _row_numbers_first),
    "the numbers of rows too early": ("once", _row_numbers_at_once),
}


@pytest.mark.parametrize("fault", ROW_FAULTS)
def test_a_fault_planted_in_rows_breaks_its_law(fault: str) -> None:
    law, change = ROW_FAULTS[fault]
    steps = "forward,backward,update"
    right = tg.frames(tg.draw(built("backprop_steps"), detail="full"), steps=steps)
    assert broken(right, steps) == []
    wrong = replace(right, frames=tuple(change(right)))
    assert law in {said.partition(":")[0] for said in broken(wrong, steps)}


def square_of_sum() -> tg.Tensor:
    """A tensor with three uses."""
    x = tg.tensor(0.5, "x")
    a = tg.tanh(x)
    return a * a + a  # type: ignore[no-any-return]


def test_spans_that_do_not_agree_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    frames = tg.frames(tg.draw(scoped()))
    assert broken(frames, "forward,backward") == []
    frames.spans[next(iter(frames.spans))] = ((2, 2),)
    assert [w.partition(":")[0] for w in broken(frames, "forward,backward")] == ["spans"]


def test_a_notebook_shows_them_moving() -> None:
    shown = tg.frames(tg.draw(lambda a, b: a * b + a, 2.0, 3.0))._repr_mimebundle_()
    assert "@keyframes" in shown["image/svg+xml"] and shown["text/plain"].startswith("Frames(")
    assert 0 < float(re.search(r'width="([\d.]+)pt"', shown["image/svg+xml"])[1]) <= 1100  # type: ignore[index]
