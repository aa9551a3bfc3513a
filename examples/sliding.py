"""The window of a convolution slides over its input: a slide for each position, with the products and their sum.

The input and the kernel are those of conv.py.
"""

from conv import build as whole

import tracegraph as tg
from tracegraph.graph.note import FocusNote


def position(x: tg.Tensor, K: tg.Tensor, row: int, column: int) -> tg.Graph:
    """The window at one position, what it multiplies, and the sum; where it is, is framed in the input."""
    height, width = K.shape
    window = x[row : row + height, column : column + width]
    products = window * K
    total = tg.sum(products)
    graph = tg.trace([total])  # several, so that nothing is differentiated: this is about the way forward
    cells = tuple((row + i, column + j) for i in range(height) for j in range(width))
    return graph.with_note("focus", FocusNote(focus=((graph["x"].key, cells),)))


def positions(stride: int = 1) -> list[tg.Graph]:
    """All positions, row by row."""
    graph = tg.trace(whole)
    x, K = (tg.constant(graph[name].value, name) for name in ("x", "K"))
    rows, columns = graph["feature_map"].shape
    return [position(x, K, i, j) for i in range(0, rows, stride) for j in range(0, columns, stride)]


def deck(*strides: int) -> tg.Deck:
    """A slide for each position, with each of the strides in turn; with stride 1 if none is given."""
    found, titles = [], []
    for stride in strides or (1,):
        graphs = positions(stride)
        found += [tg.draw(graph, theme="slides") for graph in graphs]
        where = f"Stride {stride}, position" if strides else "Position"
        titles += [f"{where} {i} of {len(graphs)}" for i in range(1, len(graphs) + 1)]
    chapters = [tg.frames(drawing, steps="", title=title) for drawing, title in zip(found, titles, strict=True)]
    return tg.Deck("The window of a convolution", tuple(chapters))


if __name__ == "__main__":
    deck().save("output/conv/slides.html")
