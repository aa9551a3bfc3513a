"""Options for the look of a picture, which the commands share; each takes its names from the registry."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import isnan
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    Choice = click.Choice[str]
else:
    Choice = click.Choice  # of one type only since click 8.2

if TYPE_CHECKING:
    Param = click.ParamType[Any]
else:
    Param = click.ParamType

Names = Callable[[], Iterable[str]]
Command = Callable[..., Any]
USUAL = {
    "detail": "values",
    "theme": "light",
    "fit": "16:9",
    "layout": "layered",
    "digits": "4; slides 3",
    "engine": "embedded",
}
"""What `draw` takes if an option is not given."""


class OneOf(Choice):
    """A choice among names that are asked for when they are needed: importing a command loads no drawing."""

    def __init__(self, names: Names) -> None:
        self.names, self.case_sensitive = names, True

    @property
    def choices(self) -> Sequence[str]:  # type: ignore[override]
        """The names, as they are now."""
        return tuple(self.names())


class Finite(click.FloatRange):
    """A number between bounds; NaN, which no comparison leaves out, is none."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """The number; a usage error for what is none."""
        number = super().convert(value, param, ctx)
        if isnan(number):
            self.fail(f"{value!r} is not a number.", param, ctx)
        return number


class Late(click.Option):
    """An option whose help is worded when it is asked for, from the registries as they are then."""

    def __init__(self, names: Sequence[str], *, help_text: Callable[[], str], **declared: Any) -> None:
        self.help_text = help_text
        super().__init__(names, **declared)

    @property
    def help(self) -> str:
        """The help, as it is now."""
        return self.help_text()

    @help.setter
    def help(self, text: str | None) -> None:
        """Nothing: click sets what it was declared with."""


def _details() -> Iterable[str]:
    from ..picture.words import DETAILS

    return DETAILS


def _themes() -> Iterable[str]:
    from ..picture.theme import THEMES

    return THEMES


def _directions() -> Iterable[str]:
    from ..picture.words import DIRECTIONS

    return DIRECTIONS


def _layouts() -> Iterable[str]:
    from ..layout.laying import LAYOUTS

    return LAYOUTS


class Page(Param):
    """The name of a page, or its width and height in points."""

    name = "page"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        from ..errors import GraphError
        from ..layout.page import page_of

        width, _, height = str(value).partition("x")
        try:
            return page_of(value if ":" in width or not height else (float(width), float(height)))
        except (GraphError, ValueError) as error:
            self.fail(str(error), param, ctx)


OPTIONS: dict[str, dict[str, Any]] = {
    "detail": {"type": OneOf(_details), "help": "How much is on the cards; full: the chain rule on the arrows too."},
    "theme": {"type": OneOf(_themes), "help": "Colours and sizes."},
    "direction": {
        "type": OneOf(_directions),
        "help": "From the inputs to the loss: left to right, top to bottom, ...; by default, "
        "whichever shows the cards larger.",
    },
    "fit": {
        "type": Page(),
        "help": "The page to be filled: 16:9, 4:3, A4, README, slide (without its title), or WIDTHxHEIGHT in points.",
    },
    "layout": {"type": OneOf(_layouts), "help": "Our own, in rows that fill the page, or Graphviz's dot, in one row."},
    "digits": {"type": click.IntRange(1, 15), "help": "Significant digits."},
    "depth": {"type": click.IntRange(0), "metavar": "N", "help": "Draw scopes deeper than N levels as one card each."},
    "step": {
        "type": click.IntRange(1),
        "multiple": True,
        "metavar": "K",
        "help": "Of a training run, take this step only; repeat it for more.",
    },
    "scope": {"metavar": "NAME", "help": "Draw one scope only, or one of the groups of a large drawing."},
    "fold": {
        "default": None,
        "help": "Put unnamed arithmetic into the formula that uses it, or give every operation a card (an equation) "
        "of its own.  [default: fold]",
    },
    "compact": {
        "is_flag": True,
        "default": None,
        "help": "Show inputs, parameters and constants that one card uses as rows of that card.",
    },
    "title": {"metavar": "TEXT", "help": "A title above the picture."},
    "caption": {"metavar": "TEXT", "help": "A sentence below the title."},
    "key": {"is_flag": True, "default": None, "help": "Explain the colours, lines and signs that occur."},
    "engine": {
        "type": click.Choice(("embedded", "system")),
        "help": "Graphviz: the one that was installed with tracegraph, or `dot` on the PATH.",
    },
}
"""Each option of `draw` that the command line has, and how click declares it."""


def look(*names: str, **usual: str) -> Callable[[Command], Command]:
    """Add these options to a command, by default all; ``usual``: where its defaults are others than those of `draw`."""

    def add(command: Command) -> Command:
        for name in reversed(names or tuple(OPTIONS)):
            declared = dict(OPTIONS[name])
            if default := {**USUAL, **usual}.get(name):
                declared["help"] += f"  [default: {default}]"
            command = click.option(f"--{name}/--no-{name}" if name == "fold" else f"--{name}", **declared)(command)
        return command

    return add


def given(options: dict[str, Any]) -> dict[str, Any]:
    """Those that the user gave; who draws knows the defaults of the others."""
    return {name: value for name, value in options.items() if value not in (None, ())}
