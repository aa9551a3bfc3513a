"""The operations: importing this package declares them all in `tracegraph.op.OPS`."""

from . import arithmetic, conv, pool  # noqa: F401
