"""The operations: importing this package declares them all in `tracegraph.op.OPS`."""

from . import arithmetic, elementwise, activations, reductions, linear  # noqa: F401
from . import conv, pool, shapes, losses, updates  # noqa: F401
