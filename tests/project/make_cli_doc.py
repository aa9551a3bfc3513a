"""Write the tables of docs/cli.md: the options of the commands, and what their names stand for, from the registries.

python tests/project/make_cli_doc.py
"""

from __future__ import annotations

from inspect import signature
from pathlib import Path

import click
import doc_tables
from doc_tables import code, summary, table

from tracegraph.cli import main
from tracegraph.cli.look import OPTIONS
from tracegraph.extend import FORMATS, FRONTENDS, THEMES, VIEWS

FILE = Path(__file__).parents[2] / "docs" / "cli.md"


def options(command: click.Command) -> str:
    """The options that a command has besides `--debug`; those that several share have a table of their own."""
    every = [p for p in command.params if isinstance(p, click.Option) and p.name != "debug"]
    shared = [p for p in every if p.name in OPTIONS and (p.help or "").startswith(OPTIONS[p.name]["help"])]
    own = [p for p in every if p not in shared]
    rest = [[", ".join(names(p) for p in shared), "see [below](#how-a-picture-looks)"]] if shared else []
    return table(["option", ""], [*map(row, own), *rest])


def names(option: click.Option) -> str:
    """Its names, in code."""
    return ", ".join(code(name) for name in (*option.opts, *option.secondary_opts))


def row(option: click.Option) -> list[str]:
    """Its names, and what it is for with the words that it takes."""
    shown = names(option) + (f" {code(option.metavar)}" if option.metavar else "")
    choices = ", ".join(map(code, getattr(option.type, "choices", ())))
    default = code(str(option.default)) + " by default" if option.show_default and option.default is not None else ""
    said = " ".join((option.help or "").split()).replace("<", "\\<")
    return [shown, "; ".join(filter(None, [said.rstrip("."), choices, default]))]


def views() -> str:
    """What ``--view`` takes."""
    return table(["view", "words", ""], [[code(k), code(words(v)), summary(v)] for k, v in VIEWS.items()])


def words(view: object) -> str:
    """The parameters besides the graph."""
    _, *rest = signature(view).parameters.values()  # type: ignore[arg-type]
    return ", ".join(str(p.replace(annotation=p.empty)) for p in rest if p.kind is not p.KEYWORD_ONLY)


def parts() -> dict[str, str]:
    """Each table by its name in the page."""
    tables = {f"{name} options": options(command) for name, command in main.commands.items() if name != "doctor"}
    look = [p for p in main.commands["render"].params if isinstance(p, click.Option) and p.name in OPTIONS]
    tables["look options"] = table(["option", ""], map(row, look))
    tables["views"] = views()
    tables["themes"] = table(["theme", ""], [[code(t.name), t.about] for t in THEMES.values()])
    shown = [(f"{n} (.{f.suffix})" if n != f.suffix else n, f) for n, f in FORMATS.items()]
    tables["formats"] = table(
        ["format", "", "of a drawing", "of slides"],
        [[code(n), f.about, "yes" if f.still else "–", "yes" if f.steps else "–"] for n, f in shown],
    )
    tables["programs"] = table(["frontend", "takes"], [[code(f.name), f.what] for f in FRONTENDS.values()])
    return tables


def filled(text: str) -> str:
    """The page with its tables as they should be."""
    return doc_tables.filled(text, "make_cli_doc.py", parts())


if __name__ == "__main__":
    FILE.write_text(filled(FILE.read_text("utf-8")), "utf-8")
