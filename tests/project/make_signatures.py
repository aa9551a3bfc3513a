"""Write tracegraph/engine/signatures.pyi: the types of what the registry of operations makes, for editors and checkers.

python tests/project/make_signatures.py
"""

from __future__ import annotations

import inspect
import operator
import subprocess
import sys
from pathlib import Path
from typing import Any

import tracegraph as tg
from tracegraph.engine import call, generated, operators
from tracegraph.ops.op import OPS, Op

FILE = Path(__file__).parents[2] / "tracegraph" / "engine" / "signatures.pyi"

HEAD = '''"""The functions of `tracegraph` and the methods of `Tensor` that the registry of operations makes.

Written by tests/project/make_signatures.py.
"""

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from .backward import Gradients
from .tensor import Tensor

_Operand = Tensor | float | list[Any] | tuple[Any, ...] | np.ndarray[Any, Any] | np.generic

'''

SHARED = {
    "axis": "int | tuple[int, ...] | None",
    "keepdims": "bool",
    "stride": "int | Sequence[int] | None",
    "padding": "int | Sequence[int]",
    "dilation": "int | Sequence[int]",
    "kernel": "int | Sequence[int]",
    "shape": "int | Sequence[int]",
    "slope": "float",
}
"""The types of options where an operation does not declare them."""


def option(op: Op, name: str, default: Any) -> str:
    """An option as a parameter."""
    declared = inspect.signature(op.forward).parameters.get(name)
    known = inspect.Parameter.empty if declared is None else declared.annotation
    text = known if isinstance(known, str) else inspect.formatannotation(known)
    text = text.replace("collections.abc.", "").replace("typing.", "")
    text = SHARED.get(name, "Any") if text in ("Any", "empty") or known is inspect.Parameter.empty else text
    return f"{name}: {text}" + ("" if default is ... else f" = {default!r}")


def parameters(op: Op) -> list[str]:
    """The inputs, then the options, as they stand in a call."""
    options = [option(op, k, v) for k, v in op.attrs.items()]
    if op.variadic:
        needed = [o for o in options if "=" not in o]
        return [*needed, f"{op.inputs[0]}: _Operand | Sequence[_Operand]", *(o for o in options if "=" in o)]
    inputs = [f"{name}: _Operand" + " | None = None" * (i >= op.required) for i, name in enumerate(op.inputs)]
    return [*inputs, *options]


def function(op: Op) -> str:
    return f"def {op.name}({', '.join(parameters(op))}) -> Tensor:\n    {doc(op)}\n"


def doc(op: Op) -> str:
    text = op.doc.split("\n")[0]
    return f'"""{text}"""' if "\\" not in text else f'r"""{text}"""'


def method(name: str, member: Any) -> str:
    """A method of tensors: an operation, or an operator of Python."""
    if isinstance(member, property):
        kind = inspect.signature(member.fget).return_annotation  # type: ignore[arg-type]
        return f"@property\ndef {name}(self) -> {kind}:\n    " + f'"""{member.__doc__}"""\n'
    if name == "backward":
        return f'def backward(self, seed: Any = None) -> Gradients:\n    """{member.__doc__.rstrip()}\n    """\n'
    if name in OPS:
        rest = parameters(OPS[name])[1:]
        if OPS[name].traits.method == "spread":  # its numbers may come one by one
            rest = [f"*{rest[0].split(':')[0]}: int | Sequence[int]"]
        return f"def {name}({', '.join(['self', *rest])}) -> Tensor:\n    {doc(OPS[name])}\n"
    if name[0] != "_":
        rest = list(inspect.signature(member).parameters.values())[1:]
        parts = ", ".join(["self", *map(str, rest)]).replace("kwargs", "options").replace("'", "")
        return f"def {name}({parts}) -> Tensor:\n    " + f'"""{member.__doc__.splitlines()[-1]}"""\n'
    if name == "__getitem__":
        return "def __getitem__(self, index: Any) -> Tensor: ...\n"
    if name in ("__eq__", "__ne__"):
        return f"def {name}(self, other: object) -> Tensor: ...  # type: ignore[override]\n"
    return f"def {name}(self{', other: _Operand' if takes_two(name) else ''}) -> Tensor: ...\n"


def takes_two(name: str) -> bool:
    known = getattr(operator, name, None) or getattr(operator, name.replace("__r", "__"))
    return len(inspect.signature(known).parameters) == 2


def home(member: Any) -> str | None:
    """The module of a method or property."""
    return getattr(getattr(member, "fget", member), "__module__", None)


def inherited(kind: type) -> dict[str, Any]:
    """The members of a class and of those it is made from; some are made when they are first looked up."""
    for name in dir(kind):
        getattr(kind, name, None)
    return {name: member for part in reversed(kind.__mro__) for name, member in vars(part).items()}


MAKERS = (call.__name__, operators.__name__, generated.__name__)
"""The modules that make methods of tensors."""


def made() -> str:
    """The text of the file, as it should be."""
    ops = [op for op in OPS.values() if hasattr(tg, op.name)]
    members = {k: m for k, m in inherited(tg.Tensor).items() if home(m) in MAKERS}
    methods = [method(k, m) for k, m in members.items() if not k.startswith("__array")]
    body = "".join("    " + line + "\n" if line else "" for text in methods for line in text.splitlines())
    names = f"__all__ = {[op.name for op in ops]}\n"
    text = "\n".join(
        [HEAD + names, *map(function, ops), 'class Methods:\n    """What tensors have from the operations."""\n', body]
    )
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", str(FILE), "-"]
    return subprocess.run(command, input=text.encode(), capture_output=True, check=True).stdout.decode()


if __name__ == "__main__":
    FILE.write_text(made(), "utf-8")
