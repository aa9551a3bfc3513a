"""A NaN out of nothing: where(x > 0, √x, 0) has a value everywhere, and at x = 0 a gradient that is not a number.

Both branches are computed, and both are differentiated. At 0 the branch of the root gets a gradient of 0, its
derivative there is infinite, and 0·∞ is NaN. ``mended`` gives the root a number of which nothing is wrong, where its
result is not used anyway; the values are the same.
"""

from training import save

import tracegraph as tg

TITLES = {"where_nan": "A NaN out of nothing", "where_nan-mended": "The same, mended"}

X = [4.0, 1.0, 0.0, 0.25]


def build() -> tg.Tensor:
    """The root of what is positive, the usual way."""
    x = tg.tensor(X)
    positive = x > 0
    root = tg.sqrt(x)
    y = tg.where(positive, root, 0.0)
    L = tg.sum(y)
    return L


def mended() -> tg.Tensor:
    """With a second `where`, inside of the root."""
    x = tg.tensor(X)
    positive = x > 0
    safe = tg.where(positive, x, 1.0)
    root = tg.sqrt(safe)
    y = tg.where(positive, root, 0.0)
    L = tg.sum(y)
    return L


def drawings() -> "dict[str, tg.Drawing | str]":
    """Both, each with its table."""
    pictures = {}
    for name, program in {"where_nan": build, "where_nan-mended": mended}.items():
        flow = tg.flow(program)
        pictures |= {f"{name}.svg": tg.draw(flow, detail="full", title=TITLES[name]), f"{name}.txt": flow.table()}
    return pictures


def lesson() -> tg.Lesson:
    """The fault, and the mended twin."""
    return tg.Lesson(
        title="A NaN out of nothing",
        subject="Where gradients die",
        place=60,
        summary="where(x > 0, √x, 0) has a value everywhere, and at x = 0 a gradient that is not a number.",
        question="""
The root of what is positive, and 0 elsewhere. All values are right; why is the gradient NaN at x = 0, and how is it
mended?""",
        answer="""
Both branches are computed and differentiated. At 0 the branch of the root gets a gradient of 0, its derivative
there is infinite, and 0·∞ is NaN. A second `where`, inside of the root, gives it a number of which nothing is
wrong.""",
        code=(build, mended),
        without={"solution": "what is wrong is in the table", "marked": "no exercise asks for it by hand"},
    )


if __name__ == "__main__":
    save(drawings())
