"""The command line: draw, explain, inspect and mark programs, draw every example, and say what is installed."""

from __future__ import annotations

import sys
import traceback
from importlib import import_module
from typing import Any

import click

from .. import __version__
from ..errors import MissingExtra, TracegraphError
from ..interrupt import EXIT_CODE as INTERRUPTED
from ..interrupt import raises
from .doctor_command import doctor
from .exercise_command import exercise
from .explain_command import explain
from .flow_command import flow
from .gallery_command import gallery
from .mark_command import mark
from .render_command import render
from .slides_command import slides

DONE, FAILED, USAGE, MISSING = 0, 1, 2, 3


class Program(click.Group):
    """A group of commands whose errors are one line each, with an exit code that scripts can rely on."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; turn what it raises into a line on standard error and an exit code."""
        try:
            with raises():
                return super().invoke(ctx)
        except (click.ClickException, click.Abort, click.exceptions.Exit, BrokenPipeError):
            raise  # click knows these: usage, --help, and a reader that has gone
        except KeyboardInterrupt:
            click.echo("\ninterrupted", err=True)
            ctx.exit(INTERRUPTED)
        except Exception as error:
            if ctx.meta.get("debug"):
                traceback.print_exception(error)
            click.echo(f"error: {_worded(error)}", err=True)
            ctx.exit(_code(error))


def _worded(error: Exception) -> str:
    """The message on one line; what tracegraph did not raise on purpose is a bug, and says so."""
    text = " ".join(str(error).split())
    if isinstance(error, TracegraphError):
        return text
    return f"{type(error).__name__}: {text} (not meant to happen; --debug shows where)"


def _code(error: BaseException) -> int:
    """3 for an optional extra that is missing, also where the user's program ran into it; else 1."""
    return MISSING if isinstance(error, MissingExtra) or isinstance(error.__cause__, MissingExtra) else FAILED


def _extended(ctx: click.Context, option: click.Parameter, modules: tuple[str, ...]) -> None:
    """Import what adds to the registries, before a command asks them for names; also from the current folder."""
    sys.path.insert(0, "")
    try:
        for module in modules:
            import_module(module)
    except Exception as error:
        raise click.UsageError(f"--extend {module}: {type(error).__name__}: {' '.join(str(error).split())}") from error
    finally:
        sys.path.remove("")


@click.group(cls=Program, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, message="%(prog)s %(version)s")
@click.option(
    "--extend",
    metavar="MODULE",
    multiple=True,
    callback=_extended,
    expose_value=False,
    help="Import a module that adds themes, views, diagnostics or others by tracegraph.extend. Repeat it for more.",
)
def main() -> None:
    """Draw a computation so that the whole chain rule can be read.

    \b
    Example: net.py holds
        import tracegraph as tg
        def build():
            w = tg.parameter(0.5)
            loss = (w * 2 - 3) ** 2
            return loss
    and this draws it, with every value and gradient:
        tracegraph render net.py -o net.svg

    Exit codes: 0 done, 1 failed, 2 wrong usage, 3 an optional extra is missing.
    """
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a name that the terminal cannot show is no reason to stop
            stream.reconfigure(errors="backslashreplace")


for command in (render, slides, explain, exercise, flow, mark, gallery, doctor):
    main.add_command(command)
