"""Large graphs through all that reads them: seconds of each, beside the most that it may take."""

import gc
import sys
import tempfile
from pathlib import Path
from time import perf_counter


def chain(length):
    """A value that is used at every second operation."""
    import tracegraph as tg

    x = tg.parameter(1.0, "x")
    y = x
    for _ in range(length // 2):
        y = tg.sin(y) + x
    return y


def doubled(length):
    """More paths than can be counted."""
    import tracegraph as tg

    x = tg.parameter(1.0, "x")
    y = x
    for _ in range(length // 2):
        y = (y + y) * 0.5
    return tg.trace(y)


def square(p):
    return (p["w"] * 2 + p["b"] - 1) ** 2


def ways(folder):
    """Each way with its graph made before: what is timed, by its name."""
    import tracegraph as tg
    from tracegraph.text import metrics

    paths, flow = doubled(40_000), tg.trace(chain(100_000))
    written, long, slide = chain(10_000), tg.trace(chain(20_000)), tg.draw(tg.trace(chain(400)))
    laid = tg.draw(tg.trace(chain(284)))
    stepped = tg.Deck("", (tg.frames(laid),))
    return {
        "1,000 widths of text": lambda: [metrics.text_width(f"weight_{i}", 10) for i in range(1000)],
        "10,000 steps of training": lambda: tg.history(
            square, {"w": 3.0, "b": 0.0}, tg.optim.SGD(lr=0.01), steps=10_000
        ),
        "paths through 40,000 operations": lambda: tg.paths(paths, "x", k=4),
        "findings of 100,000 operations": lambda: tg.flow(flow),
        "explanation of 10,000 operations": lambda: tg.explain(written, fold=False).save(folder / "large.tex"),
        "picture of 20,000 operations": lambda: tg.draw(long).save(folder / "large.svg"),
        "slide of 400 cards": lambda: tg.Deck("", (tg.frames(slide, steps=""),)).save(folder / "large.pptx"),
        "PowerPoint of 284 cards laid out": lambda: laid.save(folder / "laid.pptx"),
        "the same with a click for each step": lambda: stepped.save(folder / "stepped.pptx"),
    }


def run(repeats=1):
    """Least seconds of each way."""
    with tempfile.TemporaryDirectory() as name:
        least = {}
        for what, way in ways(Path(name)).items():
            for _ in range(repeats):
                gc.collect()
                start = perf_counter()
                way()
                least[what] = min(least.get(what, float("inf")), perf_counter() - start)
    return least


if __name__ == "__main__":
    for what, seconds in run(int(sys.argv[1]) if len(sys.argv) > 1 else 1).items():
        print(f"{what:34} {seconds:8.2f} s")
