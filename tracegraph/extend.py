"""For people who add something: what to declare it with, and the registry that it is then in.

What is declared here is known everywhere: to the functions of the package, the command line, and the tables of the
documentation. Importing the file that declares it is all that is needed.
"""

from __future__ import annotations

from .analysis import DIAGNOSTICS, Finding
from .analysis.finding import Diagnostic, diagnostic
from .formats import FORMATS, Format, format
from .frontends import FRONTENDS, Frontend, frontend
from .graph import Edge, Graph, Node, traits_of
from .ops.causes import Cause
from .ops.elementwise import elementwise
from .ops.op import OPS, Op, Sample, op
from .ops.traits import Traits
from .picture.theme import THEMES, Theme, theme
from .text.formula_words import Form, Word
from .views import VIEWS, view

__all__ = [
    "DIAGNOSTICS",
    "FORMATS",
    "FRONTENDS",
    "OPS",
    "THEMES",
    "VIEWS",
    "Cause",
    "Diagnostic",
    "Edge",
    "Finding",
    "Form",
    "Format",
    "Frontend",
    "Graph",
    "Node",
    "Op",
    "Sample",
    "Theme",
    "Traits",
    "Word",
    "diagnostic",
    "elementwise",
    "format",
    "frontend",
    "op",
    "theme",
    "traits_of",
    "view",
]
