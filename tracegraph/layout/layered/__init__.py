"""The layered layout: cards in layers along the flow, the layers in rows that fill a page.

Sugiyama's method (Sugiyama, Tagawa, Toda 1981) with rows: leaves are docked beside the card that uses them, layers are
cut into rows by dynamic programming, captions have a zone of their own at the head of each arrow, and lines change
their place across the flow only where neither cards nor captions can be.
"""

from .choosing import place
from .filling import Filling
from .plan import Block, Link, Placement, Plan, ScopeFrame
from .strips import Strip, strips

__all__ = ["Block", "Filling", "Link", "Placement", "Plan", "ScopeFrame", "Strip", "place", "strips"]
