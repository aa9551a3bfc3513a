"""The worked solution of the backpropagation example, written out for a notebook, for LaTeX and as text."""

from backprop import build

import tracegraph as tg


def drawings() -> dict[str, str]:
    """The same solution three times."""
    solution = tg.explain(build)
    return {
        "solution.md": solution.to_markdown(),
        "solution.tex": solution.to_latex(),
        "solution.txt": solution.to_text(),
    }


if __name__ == "__main__":
    print(tg.explain(build))
