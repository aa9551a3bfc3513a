"""The windows that a kernel is laid over, with strides 2 and 3 and with padding: each is a part of the input.

Mark what was written for them: tracegraph mark examples/marked/windows_notes.py examples/marked/windows.toml
"""

import tracegraph as tg

INPUT = [[3, 3, 2, 1, 0], [0, 0, 1, 3, 1], [3, 1, 2, 2, 3], [2, 0, 0, 2, 2], [2, 0, 0, 0, 1]]


def build() -> tg.Graph:
    """Four windows of stride 2, the one window of stride 3, and the top right one with padding."""
    x = tg.tensor(INPUT)
    s2_window1 = x[0:3, 0:3]
    s2_window2 = x[0:3, 2:5]
    s2_window3 = x[2:5, 0:3]
    s2_window4 = x[2:5, 2:5]
    s3_window = x[0:3, 0:3]
    padded = tg.pad(x, 1)
    p1_window = padded[0:3, 4:7]
    return tg.trace([s2_window1, s2_window2, s2_window3, s2_window4, s3_window, p1_window])
