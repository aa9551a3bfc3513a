"""The diagnostics, a file for each family; importing this package enters them all into `DIAGNOSTICS`."""

# The order of the registry.
# isort: off
from . import nonfinite, cancellation, drop, unreached, initialization, gradient_size, units  # noqa: F401
