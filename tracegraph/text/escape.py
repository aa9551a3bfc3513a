"""Text in which a markup language finds nothing of its own: Markdown, XML and HTML. For LaTeX see `latex`."""

from __future__ import annotations

import html
import re

from .numbers import clean

_MARKDOWN = re.compile(r"[\\`*\[\]<>~$&#{}@]|(?<!\w)_|_(?!\w)")


def markdown(text: str) -> str:
    """A text for a line or a table cell of Markdown; underscores inside words are left, as they mean nothing there.

    Readers differ: GitHub has ``~``, ``$``, ``@`` and ``#``, Pandoc and GitLab ``{``.

    >>> print(markdown("a|b *c* d_e"))
    a&#124;b \\*c\\* d_e
    """
    return _MARKDOWN.sub(lambda found: "\\" + found[0], clean(text)).replace("|", "&#124;")


def xml(text: str) -> str:
    """A text for XML or HTML, between tags as well as between the quotes of an attribute.

    >>> xml('a < "b" & c')
    'a &lt; &quot;b&quot; &amp; c'
    """
    return html.escape(clean(text), quote=True)
