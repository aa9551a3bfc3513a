"""Programs in the styles of NumPy code, and what their tensors are called, whoever asks for the graph."""

from __future__ import annotations

import linecache
import sys
import zipfile
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from click.testing import CliRunner

import tracegraph as tg
from tracegraph import cli

HEAD = "import numpy as np\nimport tracegraph as tg\n"

PROGRAMS: dict[str, tuple[str, str]] = {
    "script": (
        "x w _ _ _ _ loss",
        """\
x = tg.tensor(2.0)
w = tg.parameter(3.0)
loss = (w * x - 1.0) ** 2
""",
    ),
    "dict literal in a function": (
        "W1 b1 x _ z _ loss",
        """\
def build():
    p = {'W1': tg.parameter(1.0), 'b1': tg.parameter(2.0)}
    x = tg.tensor(3.0)
    z = p['W1'] * x + p['b1']
    return z ** 2.0
""",
    ),
    "dict() keywords": (
        "w c y",
        """\
def build():
    p = dict(w=tg.parameter(1.0), c=tg.parameter(2.0))
    y = p['w'] + p['c']
    return y
""",
    ),
    "dictionary filled with f-string keys": (
        "w1 w2 y",
        """\
def build():
    p = {}
    for i in range(1, 3):
        p[f'w{i}'] = tg.parameter(float(i))
    y = p['w1'] * p['w2']
    return y
""",
    ),
    "string sum as key, loop from 0": (
        "w0 w1 y",
        """\
def build():
    p = {}
    for i in range(2):
        p['w' + str(i)] = tg.parameter(float(i))
    y = p['w0'] * p['w1']
    return y
""",
    ),
    "one object": (
        "W x y loss",
        """\
class D:
    def __init__(self):
        self.W = tg.parameter(1.0)
    def __call__(self, x):
        return self.W * x
def build():
    net = D()
    x = tg.tensor(2.0)
    y = net(x)
    return tg.exp(y)
""",
    ),
    "two objects of a class": (
        "l1.W l1.b l2.W l2.b x _ l1.z h _ _ l2.z out _ loss",
        """\
class D:
    def __init__(self):
        self.W = tg.parameter(1.0)
        self.b = tg.parameter(0.0)
    def __call__(self, x):
        z = self.W * x + self.b
        return np.tanh(z)
def build():
    l1, l2 = D(), D()
    x = tg.tensor(2.0)
    h = l1(x)
    out = l2(np.exp(h))
    return out - 1.0
""",
    ),
    "list of objects": (
        "layers[0].W layers[1].W x _ x_1 _ y",
        """\
class D:
    def __init__(self):
        self.W = tg.parameter(1.0)
    def __call__(self, x):
        return self.W * x
def build():
    layers = [D() for _ in range(2)]
    x = tg.tensor(2.0)
    for layer in layers:
        x = layer(x)
    y = x * 2.0
    return y
""",
    ),
    "objects in objects": (
        "ns[0].w[0] ns[0].w[1] ns[1].w[0] ns[1].w[1] _ _ s",
        """\
class N:
    def __init__(self):
        self.w = [tg.parameter(0.1) for _ in range(2)]
class L:
    def __init__(self):
        self.ns = [N() for _ in range(2)]
def build():
    net = L()
    s = net.ns[0].w[0] + net.ns[0].w[1] + net.ns[1].w[0] + net.ns[1].w[1]
    return s
""",
    ),
    "dataclass made with keywords and without": (
        "a.w a.c b.w b.c _ _ y",
        """\
from dataclasses import dataclass
@dataclass
class P:
    w: object
    c: object
def build():
    a, b = P(w=tg.parameter(1.0), c=tg.parameter(2.0)), P(tg.parameter(3.0), tg.parameter(4.0))
    y = a.w * a.c + b.w * b.c
    return y
""",
    ),
    "default_factory": (
        "w _ y",
        """\
from dataclasses import dataclass, field
@dataclass
class P:
    w: object = field(default_factory=lambda: tg.parameter(1.0))
def build():
    p = P()
    y = p.w * 2.0
    return y
""",
    ),
    "comprehension": (
        "ws[0] ws[1] y",
        """\
def build():
    ws = [tg.parameter(float(i)) for i in range(2)]
    y = ws[0] * ws[1]
    return y
""",
    ),
    "unpacked generator": (
        "u v y",
        """\
def build():
    u, v = (tg.parameter(s) for s in (0.1, 0.2))
    y = u * v
    return y
""",
    ),
    "nested literal": (
        "layers[0][0] layers[0][1] layers[1][0] layers[1][1] a _ _ a_1 _ _ a_2",
        """\
def build():
    layers = [[tg.parameter(1.0), tg.parameter(2.0)], [tg.parameter(3.0), tg.parameter(4.0)]]
    a = tg.tensor(1.0)
    for w, b in layers:
        a = tg.sigmoid(w * a + b)
    return a
""",
    ),
    "append to a list": (
        "hs[0] hs[1] hs[2]",
        """\
def build():
    hs = [tg.tensor(1.0)]
    for _ in range(2):
        hs.append(np.tanh(hs[-1]))
    return hs[-1]
""",
    ),
    "returned by a helper": (
        "U V y",
        """\
def init(v):
    return tg.parameter(v)
def build():
    U = init(1.0)
    V = init(2.0)
    y = U * V
    return y
""",
    ),
    "tuple returned by a helper": (
        "W1 b1 W2 b2 _ _ y",
        """\
def make(v):
    W = tg.parameter(v)
    b = tg.parameter(v)
    return W, b
def build():
    W1, b1 = make(1.0)
    W2, b2 = make(2.0)
    y = W1 * b1 + W2 * b2
    return y
""",
    ),
    "closure": (
        "f.W g.W x h _ y _ loss",
        """\
def dense(v):
    W = tg.parameter(v)
    def apply(x):
        return W * x
    return apply
def build():
    f, g = dense(1.0), dense(2.0)
    x = tg.tensor(1.0)
    h = f(x)
    y = g(np.tanh(h))
    return y + 1.0
""",
    ),
    "raw arrays": (
        "w X _ mask _ h loss",
        """\
def build():
    X = np.array([1.0, 2.0])
    w = tg.parameter([0.1, 0.2])
    mask = np.array([True, False])
    h = tg.where(mask, X * w, 0.0)
    return h.sum()
""",
    ),
    "raw array handed to a function": (
        "p y|target _ _ _ mse|loss",
        """\
def mse(p, target):
    return np.mean((p - target) ** 2)
def build():
    y = np.array([1.0, 2.0])
    p = tg.parameter([0.1, 0.2])
    return mse(p, y)
""",
    ),
    "labels in a list": (
        "logits labels loss",
        """\
def build():
    logits = tg.parameter([[0.1, 0.2]])
    labels = [1]
    loss = tg.cross_entropy(logits, labels)
    return loss
""",
    ),
    "returned expression of the traced function": (
        "w _ loss",
        """\
def build():
    w = tg.parameter(1.0)
    return -tg.exp(w)
""",
    ),
    "value of a helper, used by name": (
        "w e _ p _ _ loss",
        """\
def softmax(z):
    e = np.exp(z)
    return e / e.sum()
def build():
    w = tg.parameter([1.0, 2.0])
    p = softmax(w)
    loss = -np.log(p[0])
    return loss
""",
    ),
    "value of a helper, used in another helper only": (
        "x w z sq|loss",
        """\
def affine(x, w):
    return w * x
def sq(v):
    return v * v
def build():
    x, w = tg.tensor(1.0), tg.parameter(2.0)
    z = affine(x, w)
    return sq(z)
""",
    ),
    "expression handed to a helper": (
        "w _ z_1 a _ z_2 b loss",
        """\
def act(z):
    return np.tanh(z)
def build():
    w = tg.parameter(1.0)
    a = act(w * 2.0)
    b = act(a * 3.0)
    return a + b
""",
    ),
    "loop": (
        "h w _ h_1 _ h_2 _ h_3",
        """\
def build():
    h = tg.tensor(0.5)
    w = tg.parameter(2.0)
    for _ in range(3):
        h = np.tanh(w * h)
    return h
""",
    ),
    "augmented assignment": (
        "x total_1 _ total_2 _ total_3",
        """\
def build():
    x = tg.parameter([1.0, 2.0])
    total = x[0]
    total += x[1]
    total *= 2.0
    return total
""",
    ),
    "several statements and results in one line": (
        "a b c d _ _ e",
        """\
def build():
    a = tg.parameter(1.0); b = tg.parameter(2.0); c, d = a * b, a * b
    e = (a * b) * (c * d)
    return e
""",
    ),
    "walrus and condition": (
        "w _ z out",
        """\
def build():
    w = tg.parameter(2.0)
    if (z := w * 3.0) > 0:
        out = tg.exp(z) if True else z
    return out
""",
    ),
    "methods in several lines": (
        "w _ out",
        """\
def build():
    w = tg.parameter([1.0, 2.0])
    out = (
        w
        .exp()
        .sum()
    )
    return out
""",
    ),
    "sum() keeps its steps unnamed": (
        "ws[0] ws[1] ws[2] _ _ _ _ _ _ _ _ _ s",
        """\
def build():
    ws = [tg.parameter(float(i)) for i in range(3)]
    s = sum(w * 2.0 for w in ws)
    return s
""",
    ),
    "decorated": (
        "w loss",
        """\
import functools
def deco(f):
    @functools.wraps(f)
    def inner(*a):
        r = f(*a)
        return r
    return inner
@deco
def build():
    w = tg.parameter(2.0)
    loss = tg.exp(w)
    return loss
""",
    ),
    "setattr": (
        "w1 w2 y",
        """\
class N:
    def __init__(self):
        for i in (1, 2):
            setattr(self, f'w{i}', tg.parameter(float(i)))
def build():
    n = N()
    y = n.w1 * n.w2
    return y
""",
    ),
    "namedtuple": (
        "w c y",
        """\
from collections import namedtuple
P = namedtuple('P', 'w c')
def build():
    p = P(tg.parameter(1.0), tg.parameter(2.0))
    y = p.w * p.c
    return y
""",
    ),
}
"""By style: the names in the order of creation (``_``: none, ``a|b``: either) and the program."""

FILES = count()


@pytest.fixture
def load(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Run a program whose source can be read, as that of a cell of a notebook; its variables."""

    def run(text: str, shown: str | None = None) -> dict[str, Any]:
        file = f"<program {next(FILES)}>"
        source = text if shown is None else shown
        linecache.cache[file] = (len(source), None, source.splitlines(True), file)
        module = ModuleType("program")
        monkeypatch.setitem(sys.modules, "program", module)  # dataclasses look their module up
        exec(compile(text, file, "exec", dont_inherit=True), vars(module))
        return vars(module)

    yield run
    for file in [name for name in linecache.cache if name.startswith("<program ")]:
        del linecache.cache[file]


def names(graph: tg.Graph) -> list[str]:
    return [n.name if n.named else "_" for n in graph]


def fits(found: list[str], wanted: str, output: str = "") -> bool:
    """Whether the names are those wanted; the output may be called after the variable that it is assigned to."""
    options = [w.split("|") for w in wanted.split()]
    options[-1].append(output)
    return len(found) == len(options) and all(name in of for name, of in zip(found, options))


def as_script(text: str) -> str:
    """The body of ``build`` at the top level of a file."""
    above, _, body = text.partition("def build():\n")
    body = "".join(line.removeprefix("    ") for line in body.splitlines(True))
    return above.replace("@deco\n", "") + body.replace("\nreturn ", "\nloss = ") if body else above


FUNCTIONS = [style for style, (_, text) in PROGRAMS.items() if "def build" in text]


@pytest.mark.parametrize("style", FUNCTIONS)
def test_function(style: str, load: Any) -> None:
    wanted, text = PROGRAMS[style]
    assert fits(names(tg.trace(load(HEAD + text)["build"])), wanted)


@pytest.mark.parametrize("style", FUNCTIONS)
def test_result_of_a_function(style: str, load: Any) -> None:
    wanted, text = PROGRAMS[style]
    found = load(HEAD + text + "loss = build()\ngraph = tg.trace(loss)\n")["graph"]
    assert fits(names(found), wanted, "loss")


@pytest.mark.parametrize("style", PROGRAMS)
def test_script(style: str, load: Any) -> None:
    wanted, text = PROGRAMS[style]
    assert fits(names(load(HEAD + as_script(text) + "graph = tg.trace(loss)\n")["graph"]), wanted, "loss")


@pytest.mark.parametrize("style", PROGRAMS)
def test_command_line(style: str, tmp_path: Path) -> None:
    wanted, text = PROGRAMS[style]
    file, graph = tmp_path / "program.py", tmp_path / "graph.tgraph"
    file.write_text(HEAD + text, "utf-8")
    what = f"{file}:build" if "def build" in text else f"{file}:loss"
    result = CliRunner().invoke(cli.main, ["render", what, "-o", str(graph)])
    assert result.exit_code == 0 and fits(names(tg.load(graph)), wanted)


# --- sources that are not what ran ------------------------------------------------------------------------------------


def test_a_source_that_was_changed_names_nothing_wrong(load: Any) -> None:
    text = HEAD + "W = tg.parameter(1.0)\nloss = tg.exp(W)\ngraph = tg.trace(loss)\n"
    assert names(load(text, text.replace("W", "V"))["graph"]) == ["W", "loss"]
    assert names(load(text, "\n\n" + text)["graph"]) == ["W", "loss"]
    assert names(load(text, "def (")["graph"]) == ["W", "loss"]


def test_without_a_source() -> None:
    space: dict[str, Any] = {}
    exec(f"{HEAD}def build():\n    w = tg.parameter(1.0)\n    z = w * 2.0\n    return tg.exp(z)\n", space)
    assert names(tg.trace(space["build"]))[::2] == ["w", "z"]


def test_in_a_zip_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with zipfile.ZipFile(tmp_path / "nets.zip", "w") as archive:
        archive.writestr("zipped_net.py", HEAD + PROGRAMS["two objects of a class"][1])
    monkeypatch.syspath_prepend(tmp_path / "nets.zip")
    monkeypatch.delitem(sys.modules, "zipped_net", raising=False)
    from zipped_net import build  # type: ignore[import-not-found]

    assert fits(names(tg.trace(build)), PROGRAMS["two objects of a class"][0])


# --- paths and numbers ------------------------------------------------------------------------------------------------


def test_objects_do_not_live_longer_for_their_names(load: Any) -> None:
    import gc
    import weakref

    space = load(
        HEAD
        + "class D:\n    def __init__(self):\n        self.W = tg.parameter(1.0)\n"
        + "def build():\n    made = D()\n    refs.append(weakref.ref(made))\n    return made.W * 2.0\n"
    )
    space.update(refs=[], weakref=weakref)
    gc.disable()
    try:
        result = space["build"]()
        assert space["refs"][0]() is None and result.value == 2.0
    finally:
        gc.enable()


def test_what_objects_are_called_with_and_what_they_return(load: Any) -> None:
    """Layers of one class, each called once: the data, the values before and after, and a loss from a function."""
    text = """
class Dense:
    def __init__(self, start):
        self.W = tg.parameter(start)
    def __call__(self, x):
        z = x @ self.W
        return np.tanh(z)
def mse(p, target):
    return np.mean((p - target) ** 2)
def build():
    X, y = np.ones((1, 2)), np.ones((1, 2))
    l1, l2 = Dense(np.eye(2)), Dense(np.eye(2))
    h = l1(X)
    return mse(l2(h), y)
"""
    found = names(tg.trace(load(HEAD + text)["build"]))
    assert [n for n in found if n != "_"] == "l1.W l2.W X l1.z h l2.z p y loss".split()


def test_a_function_that_asks_does_not_name_what_it_is_given(load: Any) -> None:
    text = "def show(t):\n    return tg.trace(t)\ngraph = show(tg.tensor(2.0) * 3.0)\n"
    assert load(HEAD + text)["graph"].output.name == "mul_1"


def test_two_of_a_name_are_both_numbered(load: Any) -> None:
    text = (
        "def half():\n    b = tg.parameter(1.0)\n    return b * 2.0\ntotal = half() + half()\ngraph = tg.trace(total)\n"
    )
    graph = load(HEAD + text)["graph"]
    assert [n.name for n in graph if n.is_parameter] == ["b_1", "b_2"]
    assert graph["b"] is graph["b_2"]
