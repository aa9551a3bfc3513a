"""Find and load the user's program as ``python FILE`` would, call it, and report its errors with its own lines."""

from __future__ import annotations

import inspect
import os
import sys
import traceback
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import FunctionType, ModuleType
from typing import TYPE_CHECKING, Any

import click

from .failures import Failure

if TYPE_CHECKING:
    from ..drawing import Drawing
    from ..graph import Graph

MODULE = "__program__"  # its __name__: not "__main__", so that a script does not run what is only for running it
DEFAULT = "build"
FILE = click.argument("file", metavar="FILE.py[:NAME]|FILE.tgraph")


def split(text: str) -> tuple[Path, str | None]:
    """``FILE:NAME`` as file and name; the name is None where none is given.

    >>> split("net.py:train")[1], split("net.py")[1], split("C:\\\\net.py")[1]
    ('train', None, None)
    """
    file, colon, name = text.rpartition(":")
    if not colon or not name.isidentifier() or os.path.lexists(text):
        return Path(text), None
    return Path(file), name


def located(text: str) -> tuple[Path, str | None]:
    """``FILE:NAME`` as file and name; raises `Failure` for anything but a program or a saved graph."""
    path, name = split(text)
    _check(path, name)
    return path, name


def target(path: Path, name: str | None) -> Graph | Drawing:
    """The graph of a program or a ``.tgraph`` file, or the `Drawing` that the program made itself."""
    if path.suffix.lower() == ".tgraph":
        from ..graph import load

        return load(path)
    with program(path) as module:
        return made(module, name or DEFAULT)


def _check(path: Path, name: str | None) -> None:
    if path.is_dir():
        raise Failure(f"{path} is a folder; give a .py or .tgraph file in it")
    if not path.exists():
        raise Failure(f"there is no file {path}{_similar(path)}")
    if path.suffix.lower() not in (".py", ".tgraph"):
        raise Failure(f"{path.name}: give a program (.py) or a saved graph (.tgraph)")
    if name and path.suffix.lower() == ".tgraph":
        raise Failure(f"{path.name} is one graph; :{name} is for programs")


def _similar(path: Path) -> str:
    from ..graph import nearest

    names = sorted(p.name for p in path.parent.glob("*") if p.suffix in (".py", ".tgraph")) if path.name else []
    return nearest(path.name, names)


@contextmanager
def program(path: Path) -> Iterator[ModuleType]:
    """Load a Python file; its folder is on the path, and its arguments are empty, while the context lasts."""
    path = path.absolute()
    module = ModuleType(MODULE)
    module.__file__ = str(path)
    before = sys.argv, sys.modules.get(MODULE)
    sys.argv, sys.modules[MODULE] = [str(path)], module  # dataclasses and pickle look a module up by its name
    sys.path.insert(0, str(path.parent))
    try:
        with blamed(path):
            exec(compile(_read(path), str(path), "exec", dont_inherit=True), module.__dict__)
        yield module
    finally:
        sys.argv = before[0]
        sys.modules.pop(MODULE, None)
        if before[1] is not None:
            sys.modules[MODULE] = before[1]
        if str(path.parent) in sys.path:
            sys.path.remove(str(path.parent))


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()  # Python finds the encoding
    except OSError as error:
        raise Failure(f"cannot read {path}: {error.strerror}") from None


def made(module: ModuleType, name: str) -> Graph | Drawing:
    """The graph or drawing that a function of the program returns, or a variable of it holds."""
    path = Path(str(module.__file__))
    value = _lookup(module, path, name)
    if callable(value):
        from ..frontends import recording

        with recording():
            return _as_graph(_called(value, path, name), {}, f"{path.name}: {name}() returned")
    return _as_graph(value, vars(module), f"{path.name}: {name} is")


def _lookup(module: ModuleType, path: Path, name: str) -> Any:
    if name in vars(module):
        return vars(module)[name]
    functions = [n for n, v in vars(module).items() if isinstance(v, FunctionType) and v.__module__ == MODULE]
    if functions:
        remedy = f"it has {', '.join(functions[:8])}: tracegraph render {path.name}:{functions[0]}"
    else:
        remedy = f"define a function {name}() that returns the loss"
    raise Failure(f"{path.name} has no {name}; {remedy}")


def _called(function: Any, path: Path, name: str) -> Any:
    try:
        signature = inspect.signature(function)
    except (TypeError, ValueError):  # some functions written in C do not tell
        signature = inspect.Signature()
    try:
        signature.bind()
    except TypeError:
        raise Failure(f"{path.name}: {name}{signature} is called without arguments; give them defaults") from None
    with blamed(path):
        return function()


def _as_graph(result: Any, variables: dict[str, Any], what: str) -> Graph | Drawing:
    """The graph of what a frontend takes; graphs and drawings are handed on. ``variables`` lend their names."""
    from ..drawing import Drawing
    from ..frontends import frontend_of, taken
    from ..graph import graph_in

    if isinstance(result, Drawing):
        return result
    if (graph := graph_in(result)) is not None:
        return graph
    if taker := frontend_of(result):
        return taker.graph(result, (), variables)
    kind = "None" if result is None else type(result).__name__
    raise Failure(f"{what} {kind}, not {taken()} (the loss), a Graph or a Drawing")


def recorded(what: Graph | Drawing) -> Graph:
    """The graph that a program gives, as it was recorded; also where the program made a drawing of it."""
    from ..graph import Graph

    return what if isinstance(what, Graph) else what.recorded


@contextmanager
def blamed(path: Path) -> Iterator[None]:
    """Tell any exception of the program in one line, with the line of the program that led to it."""
    try:
        yield
    except (KeyboardInterrupt, Failure):
        raise
    except BaseException as error:  # SystemExit too, and whatever a library may have derived from BaseException
        raise Failure(f"{_place(path, error)}: {_told(error)}") from error


def _place(path: Path, error: BaseException) -> str:
    if isinstance(error, SyntaxError) and error.filename:
        return f"{Path(error.filename).name}:{error.lineno or 1}"
    lines = [line for frame, line in traceback.walk_tb(error.__traceback__) if frame.f_code.co_filename == str(path)]
    return f"{path.name}:{lines[-1]}" if lines else path.name


def _told(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        code = "" if error.code is None else repr(error.code)
        return f"the program ended itself with sys.exit({code}) before it was drawn"
    message = traceback.format_exception_only(type(error), error)
    if isinstance(error, SyntaxError):
        return f"{type(error).__name__}: {error.msg}"
    return " ".join(" ".join(message).split()).removeprefix("tracegraph.errors.")


@contextmanager
def prints_aside() -> Iterator[None]:
    """Send to standard error what the program prints, and what the programs print that it starts."""
    if sys.stdout is None:  # closed before Python started
        with redirect_stdout(sys.stderr):
            yield
        return
    sys.stdout.flush()
    try:
        out, err = sys.stdout.fileno(), sys.stderr.fileno()
    except (AttributeError, OSError, ValueError):  # no files behind them: a test, or a program that calls the command
        with redirect_stdout(sys.stderr):
            yield
        return
    kept = os.dup(out)
    os.dup2(err, out)
    try:
        with redirect_stdout(sys.stderr):
            yield
    finally:
        sys.stdout.flush()
        os.dup2(kept, out)
        os.close(kept)
