"""Units that do nothing: dead and saturated ones."""

from __future__ import annotations
