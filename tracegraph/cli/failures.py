"""Options and small helpers that several commands share."""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import Any

import click

from ..errors import TracegraphError


class Failure(TracegraphError):
    """A command that cannot do what was asked."""


def _remember(ctx: click.Context, option: click.Parameter, value: bool) -> None:
    ctx.meta["debug"] = value  # shared with the group, which reports the error


def debug(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--debug``."""
    show = click.option(
        "--debug",
        is_flag=True,
        expose_value=False,
        callback=_remember,
        is_eager=True,
        help="On an error, show where it was raised.",
    )
    return show(command)


def say(text: str) -> None:
    """A message for people, on standard error: standard output may hold a drawing."""
    click.echo(text, file=sys.stderr)
