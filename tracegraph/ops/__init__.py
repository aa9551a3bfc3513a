"""The operations: importing this package declares them all in `tracegraph.op.OPS`.

Those of optimizers are in a registry of their own, which loads with them.
"""

from . import arithmetic, elementwise, activations, reductions, linear  # noqa: F401
from . import conv, pool, shapes, losses  # noqa: F401
