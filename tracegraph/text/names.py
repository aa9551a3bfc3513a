"""Notation of names: Greek letters, accents and subscripts, where they are built like symbols."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from .numbers import LOW, SUB, clean, lowered, subscript

# Greek letters that LaTeX has as commands under the same name.
GREEK = dict(
    zip(
        "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi pi rho sigma tau upsilon phi chi psi "
        "omega Gamma Delta Theta Lambda Xi Pi Sigma Upsilon Phi Psi Omega eps".split(),
        "αβγδεζηθικλμνξπρστυφχψωΓΔΘΛΞΠΣΥΦΨΩε",
    )
)
ACCENTS = {
    "hat": ("\u0302", r"\hat{%s}"),
    "bar": ("\u0304", r"\bar{%s}"),
    "tilde": ("\u0303", r"\tilde{%s}"),
    "dot": ("\u0307", r"\dot{%s}"),
    "prime": ("′", "%s'"),
}
ELEMENT = re.compile(r"(.+)(\[\d+(?:,\d+)*\])")  # x[0,1]
_WORDS = {"that", "what", "chat"}  # English, and no accented t, w or c


def gradient_name(loss: str, name: str) -> str:
    """Write the gradient of a loss with respect to a tensor.

    >>> gradient_name("L", "z_5")
    '∂L/∂z₅'
    """
    return f"∂{pretty(loss)}/∂{pretty(name)}"


class Symbol(NamedTuple):
    """A name that is built like a symbol."""

    base: str  # a Greek letter, or one to three letters
    accent: str  # a key of ACCENTS, or nothing
    parts: tuple[str, ...]  # what stands below the line


def symbol_of(name: str) -> Symbol | None:
    """Take a name apart into letter, accent and subscripts; None if it is not built like that."""
    name = re.sub("^lambda_", "lambda", name)  # `lambda` is a word of Python
    match = re.fullmatch(r"([^\W\d_]+)(\d*)((?:_[^\W_]+)*)", name)
    if not match:
        return None
    base, digits, rest = match.groups()
    parts = rest.split("_")[1:]
    accent = next((part for part in parts if part in ACCENTS), "")
    parts = [part for part in parts if part != accent]
    if base[1:] in ACCENTS and base not in _WORDS and not accent:
        base, accent = base[0], base[1:]
    base = GREEK.get(base, base)
    parts = [digits] * bool(digits) + [GREEK.get(part, part) for part in parts]
    # A word is not a symbol: `conv1`, `learning_rate` and `max_pool` stay as they are.
    letters = max((sum(map(str.isalpha, part)) for part in parts), default=0)
    if len(base) > (1 if accent else 2 if letters else 3) or letters > 3:
        return None
    return Symbol(base, accent, tuple(parts))


@lru_cache(maxsize=4096)
def pretty(name: str) -> str:
    """Write a name with Greek letters, accents and subscripts, where it is built like a symbol.

    >>> pretty("w_35"), pretty("delta5"), pretty("y_hat"), pretty("W_xh"), pretty("fc1.weight"), pretty("z_5[0,1]")
    ('w₃₅', 'δ₅', 'ŷ', 'Wₓₕ', 'fc1.weight', 'z₅[0,1]')
    >>> pretty("h_1_2"), pretty("loss_3"), pretty("max_pool_2"), pretty("hs[1]_2")
    ('h₁,₂', 'loss₃', 'max_pool₂', 'hs[1]₂')
    """
    if element := ELEMENT.fullmatch(name):
        return pretty(element[1]) + element[2]
    split = symbol_of(name)
    below = subscript(",".join(split.parts)) if split else ""
    if not split or re.search(r"\w", below.translate(_IS_SUB)):
        words, numbers = numbered(name)
        return clean(words) + subscript(",".join(numbers))
    base = split.base + (ACCENTS[split.accent][0] if split.accent else "")
    return clean(unicodedata.normalize("NFC", base)) + below


_NUMBERED = re.compile(r"([^\W\d_]+(?:_[^\W\d_]+)*|.+\])((?:_[0-9]+)+)")


def numbered(name: str) -> tuple[str, list[str]]:
    """Words, or an element of a list, and the numbers that tell them from others of that name."""
    found = _NUMBERED.fullmatch(name)
    return (found[1], found[2].split("_")[1:]) if found else (name, [])


_IS_SUB = {code: None for code in SUB.values()}


def unpretty(name: str) -> str:
    """Undo `pretty`, so that names can be handed on in either form."""
    for accent, (mark, _) in ACCENTS.items():
        name = unicodedata.normalize("NFD", name).replace(mark, "_" + accent)
    return re.sub(f"[{LOW}]+(,[{LOW}]+)*", lambda found: "_" + lowered(found[0]).replace(",", "_"), name)
