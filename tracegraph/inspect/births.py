"""Where NaN and infinities are born, forward and backward, and why."""

from __future__ import annotations
