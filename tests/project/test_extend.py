"""What is added through `tracegraph.extend`, in one statement, is found everywhere with nothing else edited."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import doc_tables
import make_cli_doc
import make_flow_doc
import pytest
from commands import PYTHON, error, run, write

import tracegraph as tg
from tracegraph import extend
from tracegraph.cli import main

REGISTRIES: list[dict[str, Any]] = [getattr(extend, name) for name in extend.__all__ if name.isupper()]
DRAWING = [name for name, c in main.commands.items() if any(p.name == "theme" for p in c.params)]


@pytest.fixture(autouse=True)
def restored() -> Iterator[None]:
    """The registries as they were before a test."""
    before = [dict(registry) for registry in REGISTRIES]
    yield
    for registry, entries in zip(REGISTRIES, before, strict=True):
        registry.clear()
        registry.update(entries)


def shown(*args: object) -> str:
    """What a command writes to standard output, in one line, without the breaks of a narrow terminal."""
    result = run(*args)
    assert result.exit_code == 0, result.stderr
    return " ".join(result.stdout.split())


def page() -> str:
    """The tables of docs/cli.md."""
    return "\n".join(make_cli_doc.parts().values())


def test_the_door_has_a_registry_for_everything_that_can_be_added() -> None:
    assert {"op", "view", "theme", "format", "diagnostic", "frontend"} <= {*extend.__all__}
    assert {"OPS", "VIEWS", "THEMES", "FORMATS", "DIAGNOSTICS", "FRONTENDS"} <= {*extend.__all__}
    assert all(REGISTRIES)


def test_a_theme(here: Path) -> None:
    assert "'sepia' is not one of" in run("render", "net.py", "--theme", "sepia").stderr
    extend.theme(replace(extend.THEMES["light"], name="sepia", background="#f4ecd8", about="brown on cream"))
    assert tg.draw(tg.tensor(1.0), theme="sepia").svg.count("#f4ecd8")
    assert run("render", "net.py", "--theme", "sepia").exit_code == 0
    assert "#f4ecd8" in Path("net.svg").read_text("utf-8")
    assert "| `sepia` | brown on cream |" in page()
    with pytest.raises(tg.GraphError, match="no theme 'sepya'.*sepia"):
        tg.draw(tg.tensor(1.0), theme="sepya")


@pytest.mark.parametrize("command", DRAWING)
def test_every_command_that_draws_offers_a_new_theme(command: str) -> None:
    extend.theme(replace(extend.THEMES["light"], name="sepia"))
    assert "sepia" in shown(command, "--help")


def test_commands_that_draw_share_their_options() -> None:
    assert {"render", "flow", "mark", "slides"} == {*DRAWING}
    helps = [{p.name: type(p.type) for p in main.commands[c].params} for c in DRAWING]
    shared = set.intersection(*map(set, helps))
    assert {"detail", "theme", "direction", "digits", "depth", "step", "fold", "engine"} <= shared


LOOKS = ("--detail full", "--theme dark", "--direction TB", "--digits 7", "--depth 0", "--no-fold")
SCOPED = """
def build():
    with tg.scope("part"):
        h = tg.sin(tg.parameter(0.123456789, "w"))
    return h * 3 + 1
"""


@pytest.mark.parametrize("option", LOOKS)
@pytest.mark.parametrize("command", DRAWING)
def test_every_look_reaches_every_picture(command: str, option: str, here: Path) -> None:
    Path("c.toml").write_text('[[claim]]\nvalue = "h"\nwritten = "0.123"\n')
    output = ("-o", "a.mmd" if command == "slides" else "a.dot")
    arguments = (command, write(SCOPED), *["c.toml"][: command == "mark"], *output)
    pictures = set()
    for more in ("", option):
        result = run(*arguments, "--detail", "values", *more.split())
        assert result.exit_code == 0, result.stderr
        pictures.add(Path(output[1]).read_bytes())
    assert len(pictures) == 2


def test_a_view(here: Path) -> None:
    assert "no view is called 'first'" in run("render", "net.py", "--view", "first=2").stderr

    @extend.view
    def first(graph: tg.Graph, count: int) -> tg.Graph:
        """Keep the first nodes."""
        return tg.upto(graph, graph.nodes[count - 1].name)

    text = shown("render", "net.py", "--no-fold", "--view", "first=1", "-o", "-", "--format", "txt")
    assert "w parameter scalar" in text and "z" not in text
    assert "first" in shown("render", "--help").partition("--view")[2]
    assert "| `first` | `count` | Keep the first nodes. |" in page()
    assert error(run("render", "net.py", "--view", "first")) == (
        "--view first takes (count): missing a required argument: 'count'"
    )


def test_a_format(here: Path) -> None:
    assert "no format .names" in run("render", "net.py", "-o", "a.names").stderr

    @extend.format("names", "the names of the cards", still=True, steps=True, laid=False)
    def names(what: Any, options: Any) -> bytes:
        return " ".join(box.title for box in what.picture.boxes).encode()

    assert run("render", "net.py", "-o", "a.names").exit_code == 0
    assert Path("a.names").read_text("utf-8") == "w z loss"
    assert shown("render", "net.py", "-o", "-", "--format", "names") == "w z loss"
    assert tg.draw(tg.tensor(1.0, "x")).render("names") == b"x"
    for command in DRAWING:
        assert ".names" in shown(command, "--help") or command == "flow"
    assert "names" in shown("slides", "--help").partition("--to")[2]
    assert run("flow", "net.py", "-o", "b.names").exit_code == 0 and Path("b.names").exists()
    assert "| `names` | the names of the cards | yes | yes |" in page()
    with pytest.raises(tg.GraphError, match="names"):
        tg.draw(tg.tensor(1.0)).render("nomes")


def test_a_diagnostic(here: Path) -> None:
    @extend.diagnostic("ones", rank=100, limit=0.5)
    def ones(graph: tg.Graph, limit: Any) -> Iterator[tg.Finding]:
        """Values that are one. This is measured."""
        for node in graph:
            if node.role == "output":
                yield tg.Finding("ones", node.key, "a one", "it is so")

    assert "ones Values that are one [0.5]" in shown("flow", "--help")
    result = run("flow", "net.py", "--fail-on", "ones")
    assert result.exit_code == 1 and "it is so" in result.stdout and "failed on: 1 ones" in result.stderr
    assert "| `ones` | Values that are one | `0.5` |" in make_flow_doc.kinds()
    assert "give ones=0.5" in run("flow", "net.py", "--limit", "ones=x").stderr


def test_diagnostics_have_ranks_of_their_own() -> None:
    ranks = [d.rank for d in extend.DIAGNOSTICS.values()]
    assert ranks == sorted({*ranks})


def test_a_frontend(here: Path) -> None:
    body = "from types import SimpleNamespace\ndef build():\n    return SimpleNamespace(value=2.0)\n"
    wrong = "p.py: build() returned SimpleNamespace, not a tensor or one of PyTorch (the loss), a Graph or a Drawing"
    assert error(run("render", write(body))) == wrong

    @extend.frontend("values", "a namespace", lambda what: isinstance(what, SimpleNamespace))
    def graph(what: SimpleNamespace, arrays: tuple[Any, ...], variables: Any) -> tg.Graph:
        return tg.trace(tg.constant(what.value, "held") * 3.0)

    assert "held" in shown("render", "p.py", "-o", "-", "--format", "txt")
    assert tg.trace(SimpleNamespace(value=2.0)).output.value == 6.0
    assert tg.trace(lambda: SimpleNamespace(value=2.0)).output.value == 6.0
    assert "held" in str(tg.draw(SimpleNamespace(value=2.0)))  # type: ignore[arg-type]
    assert "| `values` | a namespace |" in page()
    assert "not a tensor or one of PyTorch or a namespace (the loss)" in error(run("render", write("build = 3\n")))
    with pytest.raises(
        tg.GraphError, match="trace takes a tensor or one of PyTorch or a namespace, or a function and its arrays"
    ):
        tg.trace(3.0)  # type: ignore[arg-type]


def test_an_operation() -> None:
    extend.elementwise("swiss", "x * x + 1", "g * 2 * x", doc="One more than the square.")
    x = tg.parameter(3.0, "x")
    y = tg.swiss(x)  # type: ignore[attr-defined]
    y.backward()
    assert y.value == 10.0 and x.grad == 6.0
    assert "swiss" not in dir(tg.Tensor) and not hasattr(tg, "swish")


def test_a_module_is_imported_for_the_command_line(here: Path) -> None:
    Path("mine.py").write_text(
        "from dataclasses import replace\nfrom tracegraph import extend\n"
        "extend.theme(replace(extend.THEMES['light'], name='mine'))\n"
    )
    command = [*PYTHON, "--extend", "mine", "render", "net.py", "--theme", "mine"]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0 and Path("net.svg").exists(), done.stderr
    for module, told in (("none", "ModuleNotFoundError: No module named 'none'"), ("wrong", "ZeroDivisionError")):
        Path("wrong.py").write_text("1 / 0\n")
        result = run("--extend", module, "render", "net.py")
        assert result.exit_code == 2 and f"--extend {module}: {told}" in result.stderr
    assert "" not in sys.path


def test_the_tables_of_the_command_line_are_what_the_code_says() -> None:
    text = make_cli_doc.FILE.read_text("utf-8")
    assert make_cli_doc.filled(text) == text, "run python tests/project/make_cli_doc.py"


def test_a_table_escapes_what_would_end_a_cell() -> None:
    assert doc_tables.table(["a", "b"], [["x|y", "z"]]).endswith("| x\\|y | z |")


@pytest.mark.parametrize("name", main.commands)
def test_every_option_is_in_the_docs(name: str) -> None:
    options = [p for p in main.commands[name].params if isinstance(p, click.Option)]
    text = make_cli_doc.FILE.read_text("utf-8")
    assert all(f"`{o}`" in text for p in options for o in (*p.opts, *p.secondary_opts) if p.name != "debug")
