"""Where no gradient arrives."""

from __future__ import annotations
