"""``tracegraph exercise``: sheets with other numbers, one for each seed, with their keys."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

from .failures import Failure, debug, say
from .program import DEFAULT, located, prints_aside, program

if TYPE_CHECKING:
    from ..exercises import Exercise

FORMATS = ("md", "csv", "tex", "pdf", "txt", "svg")
MOST = 1000


def seeds_of(text: str) -> list[int]:
    """``1-3,7`` as 1, 2, 3, 7.

    >>> seeds_of("1-3,7")
    [1, 2, 3, 7]
    """
    seeds: list[int] = []
    for part in text.split(","):
        found = re.fullmatch(r"\s*(\d{1,6})(?:-(\d{1,6}))?\s*", part)
        if found is None or found[2] and int(found[2]) < int(found[1]):
            raise click.BadParameter(f"{text!r}: numbers such as 7, 1-30 or 1-3,7", param_hint="--seeds")
        seeds += range(int(found[1]), int(found[2] or found[1]) + 1)
        if len(seeds) > MOST:
            raise click.BadParameter(f"{text!r} are more than {MOST} sheets", param_hint="--seeds")
    return list(dict.fromkeys(seeds))


@click.command(short_help="Write exercise sheets with other numbers, and their keys.")
@click.argument("file", metavar="FILE.py[:NAME]")
@click.option("--seeds", default="1", show_default=True, help="Numbers of the sheets: 7, 1-30 or 1-3,7.")
@click.option("-o", "--output", "folder", required=True, metavar="FOLDER", help="Folder to write them into.")
@click.option("--fixed", multiple=True, metavar="NAME", help="A leaf that keeps its number. Repeat it for more.")
@click.option(
    "--digits", type=click.IntRange(2, 12), default=4, show_default=True, help="Significant digits of the answers."
)
@click.option(
    "--format",
    "formats",
    multiple=True,
    type=click.Choice(FORMATS),
    help="Format of the sheet; .md, .csv, .tex, .pdf and .svg without it. Repeat it for more.",
)
@debug
def exercise(file: str, seeds: str, folder: str, fixed: tuple[str, ...], digits: int, formats: tuple[str, ...]) -> None:
    """Write exercise sheets: the computation of a program with other numbers, one sheet for each seed.

    sheet-07.md is the question with the table to fill in, sheet-07.csv the table alone, sheet-07.svg the picture with
    blanks; key-07.md is the worked solution, and key-07.tgraph what answers are marked with. The same seed gives the
    same sheet.

    \b
    Examples:
        tracegraph exercise net.py --seeds 1-30 -o sheets/
        tracegraph mark sheets/key-07.tgraph anna-07.csv
        tracegraph mark sheets/ answers/
    """
    numbers = seeds_of(seeds)
    path, name = located(file)
    if path.suffix.lower() == ".tgraph":
        raise Failure(f"{path.name} is a saved graph; other numbers need the program (.py) that made it")
    into = Path(folder).absolute()  # the program may change the current folder
    with prints_aside(), program(path) as module:
        sheets = [_sheet(vars(module), name or DEFAULT, path, seed, fixed, digits) for seed in numbers]
        for sheet in sheets:
            sheet.save(into, formats or FORMATS_BY_DEFAULT)
    say(f"wrote {len(sheets)} sheet{'s'[: len(sheets) != 1]} and their keys to {folder}")


FORMATS_BY_DEFAULT = ("md", "csv", "tex", "pdf", "svg")


def _sheet(names: dict[str, object], name: str, path: Path, seed: int, fixed: tuple[str, ...], digits: int) -> Exercise:
    from ..exercises import exercise as made

    build = names.get(name)
    if not callable(build):
        raise Failure(
            f"{path.name} has no function {name}(); other numbers need the function that builds the computation"
        )
    return made(build, seed, fixed=fixed, digits=digits)
