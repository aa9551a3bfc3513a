"""The strongest paths of a gradient, and where contributions cancel."""

from __future__ import annotations
