"""The laws of frames, over every kind of drawing, every choice of steps and every order; and that they can fail."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
from frame_laws import LAWS, STAGES, broken, final, lasting, worked_out
from hypothesis import given, settings
from hypothesis import strategies as st
from pictures import HOSTILE, random_program
from stories import QUICK, built, called, scoped, story, training

import tracegraph as tg
from tracegraph.errors import GraphError
from tracegraph.slides.story import CAPTION, Frame, Frames, _Story

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


# --- that the laws can fail ------------------------------------------------------------------------------------------


def _changed(method: str, change: Callable[..., Any]) -> Callable[[pytest.MonkeyPatch], None]:
    """Plant a change of what a method returns."""
    right = getattr(_Story, method)
    return lambda patch: patch.setattr(_Story, method, lambda self, *given: change(self, right(self, *given), *given))


def _frames(change: Callable[[list[Frame]], list[Frame]]) -> Callable[[pytest.MonkeyPatch], None]:
    return _changed("frames", lambda self, made, by: change(made))


def _without(part: str) -> Callable[[Frame], Frame]:
    return lambda f: replace(f, shown=tuple(s for s in f.shown if s[1] != part))


def _later(part: str) -> Callable[[list[Frame]], list[Frame]]:
    """What has this name comes two frames too late."""

    def change(made: list[Frame]) -> list[Frame]:
        before = [(), (), *(f.shown for f in made)]
        return [replace(f, shown=tuple(s for s in f.shown if s[1] != part or s in old)) for f, old in zip(made, before)]

    return change


def _turned(beats: list[Any]) -> list[Any]:
    """The way forward, from its end."""
    return [b for stage in ("given", "forward") for b in beats[::-1] if b.stage == stage]


PLANTED: dict[str, tuple[str, Callable[[pytest.MonkeyPatch], None]]] = {
    "a part that is not there": ("parts", _frames(lambda m: [replace(m[0], shown=(*m[0].shown, ("n999", "card")))])),
    "out of order": ("parts", _frames(lambda m: [replace(f, shown=f.shown[::-1]) for f in m])),
    "focus forgotten": ("focus", _frames(lambda m: [replace(f, focus=()) for f in m])),
    "ring of another": ("focus", _frames(lambda m: [replace(f, focus=(*f.focus, "n0")) for f in m])),
    "line and contribution": (
        "arrows",
        _changed(
            "ordered",
            lambda self, shown, state, focus: tuple(
                k
                for k in ((p.key, part.name) for p in self.pieces.values() for part in p.parts)
                if k in state or k in {(key, "focus") for key in focus}
            ),
        ),
    ),
    "values vanish": ("nothing goes", _frames(lambda m: [*m[:-2], _without("value")(m[-2]), m[-1]])),
    "backward order": ("values", _changed("beats", lambda self, beats: _turned([*beats]))),
    "an arrow is late": ("values", _frames(_later("line"))),
    "contributions are late": ("gradients", _frames(_later("contribution"))),
    "gradients are late": ("gradients", _frames(_later("gradient"))),
    "one contribution is enough": ("gradients", _changed("back", lambda self, parts, node: parts[-3:])),
    "the end is missing": ("stages", _frames(lambda m: m[:-1])),
    "a stage too many": ("stages", _frames(lambda m: [replace(m[0], stage="given"), *m[1:]])),
    "gradients with the values": (
        "stages",
        _changed("made", lambda self, parts, node: (*parts, *self.has(node, "gradient"))),
    ),
    "said twice": ("once", _frames(lambda m: [*m, m[-1]])),
    "of another step": ("once", _frames(lambda m: [replace(f, step=7) for f in m])),
    "another sentence": ("captions", _frames(lambda m: [replace(f, caption=f.caption + "1") for f in m])),
}


@pytest.mark.slow
@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_breaks_its_law(fault: str, monkeypatch: pytest.MonkeyPatch) -> None:
    law, plant = PLANTED[fault]
    drawing = tg.draw(square_of_sum() if fault == "one contribution is enough" else built("backprop"), detail="full")
    steps = "forward" if fault == "gradients with the values" else "forward,backward"
    assert broken(tg.frames(drawing, steps=steps), steps) == []
    plant(monkeypatch)
    assert law in {said.partition(":")[0] for said in broken(tg.frames(drawing, steps=steps), steps)}


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
