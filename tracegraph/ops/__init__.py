"""The operations: importing this package declares them all in `tracegraph.op.OPS`."""

from . import arithmetic  # noqa: F401
