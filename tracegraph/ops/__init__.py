"""The operations: importing this package declares them all in `tracegraph.ops.op.OPS`.

Those of optimizers are in a registry of their own, which loads with them.
"""

# The order of the registry, and with it of every table of operations.
# isort: off
from . import arithmetic, powers, angles, choices, activations, reductions, linear  # noqa: F401
from . import conv, transposed_conv, pool, adaptive_pool, shapes, arranging, losses, likelihood, classification  # noqa: F401
from . import functions, pairs, moving, selecting, joining, scans, signals, statistics  # noqa: F401
from . import products, inverses, decompositions, special  # noqa: F401
from . import gated, normalization, attention, recurrent, margins  # noqa: F401
