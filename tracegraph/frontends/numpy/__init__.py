"""The frontend for programs on `tracegraph.Tensor`."""

from . import trace  # noqa: F401  (enters the frontend)
