"""From a model to an SVG file, against Graphviz alone on the same DOT; and all of it in a new process.

Graphviz's child process runs already in both; what it needs to start is in the measurement of the new process.
"""

import runpy
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter, process_time

EXAMPLES = Path(__file__).parent.parent / "examples"
MODELS = "backprop", "conv", "autoencoder"

PROGRAM = f"""
import runpy
import tracegraph as tg
tg.draw(runpy.run_path({str(EXAMPLES / "backprop.py")!r})["build"]()).save("new.svg")
"""


def seconds(function):
    """Elapsed seconds, and those of this process."""
    start, busy = perf_counter(), process_time()
    function()
    return perf_counter() - start, process_time() - busy


def model(name, folder):
    """The contestants for one example: the whole way, and Graphviz alone. What is trained is trained before."""
    import tracegraph as tg
    from tracegraph.formats.dot import source
    from tracegraph.graphviz.run import render

    sys.path.insert(0, str(EXAMPLES))
    build = runpy.run_path(str(EXAMPLES / f"{name}.py"))["build"]
    loss = build()
    again = build if name != "autoencoder" else lambda: loss
    drawing = tg.draw(loss)
    dot, images = source(drawing.picture, drawing.theme)

    def ours():
        tg.draw(again()).save(folder / f"{name}.svg")

    def alone():
        (folder / f"{name}.alone.svg").write_bytes(render(dot, "svg", images=images))

    return ours, alone


def process(program, folder):
    subprocess.run([sys.executable, "-c", program], check=True, cwd=folder, stdout=subprocess.DEVNULL)


def run(repeats):
    """Median seconds: of each model (also of the processor), of Graphviz alone for it, and of new processes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        steps = {}
        for example in MODELS:
            steps[example], steps[f"{example}, Graphviz alone"] = model(example, folder)
        steps["new process"] = lambda: process(PROGRAM, folder)
        steps["import numpy"] = lambda: process("import numpy", folder)
        times = {what: [] for what in steps}
        for _ in range(repeats + 1):
            for what, step in steps.items():
                times[what].append(seconds(step))
    elapsed = {what: median(both[0] for both in t[1:]) for what, t in times.items()}
    return elapsed | {f"{name}, processor": median(both[1] for both in times[name][1:]) for name in MODELS}


if __name__ == "__main__":
    for what, took in run(int(sys.argv[1]) if len(sys.argv) > 1 else 9).items():
        print(f"{what:30} {took * 1e3:8.1f} ms")
