"""``tracegraph gallery``: every example drawn, as the example says."""

from __future__ import annotations

import ast
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ..errors import MissingExtra
from ..files import write_atomic
from .failures import Failure, debug
from .program import DEFAULT

if TYPE_CHECKING:
    from ..lessons import Example


@click.command(short_help="Draw every example of a folder.")
@click.argument("names", nargs=-1)
@click.option(
    "--output",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("output"),
    show_default=True,
    help="Folder for the drawings; made if it is not there.",
)
@click.option(
    "--examples",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("examples"),
    show_default=True,
    help="Folder of the examples.",
)
@debug
def gallery(names: tuple[str, ...], output: Path, examples: Path) -> None:
    """Draw every example of a folder, or those with the NAMES given.

    An example is a Python file with a function build() that returns the loss. It may say which drawings to make, and
    how, by file name:

    \b
        DRAWINGS = {"net": {"detail": "full"},
                    "net-slides": {"theme": "slides", "formats": ("svg", "png"), "scale": 2}}

    or build them itself, in a function drawings() that returns a dictionary of names and Drawings ("net.svg" is written
    in this format only); a text in there is written as it is, to a file called like its key ("table.txt"), and so is a
    Deck ("slides/net.pptx"). In DRAWINGS, "of" names another function than build(). Otherwise
    there is one drawing, called like the file. With a function lesson() that returns a tg.Lesson, an example gets a
    folder with a page: question, pictures, program, worked solution, a marked one and slides; and README.md lists all
    pages. A file with none of these functions is taken for a helper. All examples are drawn, even if one fails; those
    that need an extra that is not installed are left out.

    \b
    Examples:
        tracegraph gallery
        tracegraph gallery backprop conv --output pictures
    """
    from .example_file import INDEX, example, index

    files = _chosen(examples, names)
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Failure(f"cannot make the folder {output}: {error.strerror}") from None
    failed: dict[str, Exception] = {}
    lessons: list[Example] = []
    with _progress(len(files)) as report:
        for file in files:
            began = time.perf_counter()
            try:
                drawn, lesson = example(file, output)
            except MissingExtra as error:
                report(file.stem, f"left out: {error}")
            except Exception as error:  # the others are drawn all the same
                failed[file.stem] = error
                report(file.stem, f"FAILED: {' '.join(str(error).split())}")
            else:
                lessons += [lesson] if lesson else []
                report(file.stem, f"{', '.join(drawn)} ({time.perf_counter() - began:.1f} s)")
    if lessons and not names:
        write_atomic(output / INDEX, index(lessons))
    if failed:
        cause = next(iter(failed.values()))
        raise Failure(f"{len(failed)} of {len(files)} examples failed: {', '.join(failed)}") from cause
    click.echo(f"The drawings are in {output}/")


def _chosen(folder: Path, names: tuple[str, ...]) -> list[Path]:
    examples = {p.stem: p for p in sorted(folder.glob("*.py")) if is_example(p)}
    if not examples:
        raise Failure(f"no examples in {folder}/: run this in a clone of the project, or give --examples FOLDER")
    wanted = [name.removesuffix(".py") for name in names]
    unknown = [name for name in wanted if name not in examples]
    if unknown:
        raise click.UsageError(f"no example is called {', '.join(unknown)}; there are {', '.join(examples)}.")
    return [examples[name] for name in wanted or examples]


def is_example(file: Path) -> bool:
    """Whether a file defines what the gallery draws; one that cannot be read is drawn too, so that it is reported."""
    try:
        body = ast.parse(file.read_bytes()).body
    except (OSError, SyntaxError, ValueError):
        return True
    return any(isinstance(part, ast.FunctionDef) and part.name in (DEFAULT, "drawings") for part in body)


@contextmanager
def _progress(total: int) -> Iterator[Callable[[str, str], None]]:
    """A function that reports an example as done: a bar with lines above it on a terminal, else plain lines."""
    if not sys.stdout or not sys.stdout.isatty():
        count = iter(range(1, total + 1))
        yield lambda name, what: click.echo(f"[{next(count)}/{total}] {name}: {what}")
        return
    from rich.markup import escape
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

    columns: tuple[Any, ...] = (TextColumn("drawing"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True) as bar:
        task = bar.add_task("", total=total)

        def report(name: str, what: str) -> None:
            bar.console.print(f"[bold]{escape(name)}[/bold]: {escape(what)}", highlight=False)
            bar.advance(task)

        yield report
