"""How large gradients, updates and values are on the way: vanishing, exploding, badly initialized."""

from __future__ import annotations
