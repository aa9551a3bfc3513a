"""The window of a convolution slides over its input: a slide for each position, with the products, their sum, and the
output that fills cell by cell.

The input and the kernel are those of conv.py.
"""

import numpy as np
from conv import build as whole

import tracegraph as tg
from tracegraph.graph.note import FocusNote


def position(x: tg.Tensor, K: tg.Tensor, done: np.ndarray, cell: tuple[int, int], stride: int = 1) -> tg.Graph:
    """The window for one cell of the output, what it multiplies, and the sum, which fills that cell.

    Where the window is, is framed in the input, and the cell in the output. What is not done yet is 0.
    """
    (height, width), (rows, columns), (i, j) = K.shape, done.shape, cell
    row, column = stride * i, stride * j
    window = x[row : row + height, column : column + width]
    products = window * K
    total = tg.sum(products, axis=(0, 1), keepdims=True)
    added = tg.pad(total, ((i, rows - 1 - i), (j, columns - 1 - j)))
    feature_map = tg.constant(done, "so_far") + added
    graph = tg.hide(tg.trace([feature_map]), "so_far")  # a list is not differentiated: this is about the way forward
    cells = tuple((row + i, column + j) for i in range(height) for j in range(width))
    framed = (graph["x"].key, cells), (graph["feature_map"].key, (cell,))
    return graph.with_note("focus", FocusNote(focus=framed))


def sentence(graph: tg.Graph) -> str:
    """All products and their sum."""
    window, kernel = graph["window"].value.ravel(), graph["K"].value.ravel()
    terms = " + ".join(f"{a:g}·{b:g}" for a, b in zip(window, kernel, strict=True))
    return f"{terms} = {graph['total'].value.item():g}"


def positions(stride: int = 1) -> list[tg.Graph]:
    """All positions, row by row."""
    graph = tg.trace(whole)
    x, K = (tg.constant(graph[name].value, name) for name in ("x", "K"))
    output = graph["feature_map"].value[::stride, ::stride]
    graphs = []
    for number, cell in enumerate(np.ndindex(output.shape)):
        done = np.where(np.arange(output.size) < number, output.ravel(), 0.0)
        graphs.append(position(x, K, done.reshape(output.shape), cell, stride))
    return graphs


def deck(*strides: int) -> tg.Deck:
    """A slide for each position, with each of the strides in turn; with stride 1 if none is given."""
    chapters = []
    for stride in strides or (1,):
        graphs = positions(stride)
        where = f"Stride {stride}, position" if strides else "Position"
        for i, graph in enumerate(graphs, 1):
            title = f"{where} {i} of {len(graphs)}"
            drawing = tg.draw(graph, theme="slides", fit="slide")
            chapters.append(tg.frames(drawing, steps="", title=title, caption=sentence(graph)))
    return tg.Deck("The window of a convolution", tuple(chapters))


if __name__ == "__main__":
    deck().save("output/conv/slides.html")
