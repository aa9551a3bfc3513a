"""The operations: importing this package declares them all in `tracegraph.op.OPS`."""

from . import arithmetic, elementwise, activations, reductions, linear, conv, pool, shapes, losses, updates  # noqa: F401
