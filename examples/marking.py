"""A student's numbers marked with errors carried forward: each is judged from the values that were written before it.

The claims files are in examples/marked/; `tracegraph mark examples/marked/sgd_notes.py examples/marked/sgd.toml` prints
the first of these reports.
"""

import runpy
from pathlib import Path

import tracegraph as tg

MARKED = Path(__file__).parent / "marked"


def marked(name: str) -> "tg.Marking":
    """The marking of one of the solutions in the folder."""
    build = runpy.run_path(str(MARKED / f"{name}_notes.py"))["build"]
    return tg.mark(tg.trace(build), MARKED / f"{name}.toml")


def build() -> "tg.Graph":
    """The step of gradient descent in which the first slip was made."""
    return tg.steps(marked("sgd").graph, 4)


def drawings() -> dict[str, "tg.Drawing | str"]:
    """Reports on gradient descent and backpropagation, and a picture of that step."""
    return {
        "marked-sgd.md": marked("sgd").to_markdown(),
        "marked-backprop.md": marked("backprop").to_markdown(),
        "marked-sgd-step": tg.draw(build(), title="A student's numbers, marked with errors carried forward"),
    }


if __name__ == "__main__":
    print(marked("sgd"))
