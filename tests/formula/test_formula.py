"""Formulas: what is written must evaluate to what the formula evaluates to, and no string may do harm."""

import math
import re

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tracegraph import formula
from tracegraph.errors import GraphError
from tracegraph.formula import notation
from tracegraph.text import names

NAMES = ("a", "b", "x", "y")
VALUES = {"a": 0.75, "b": -1.5, "x": 2.25, "y": 0.5}
SHOWN = {"a": "0.75", "b": "−1.5", "x": "2.25", "y": "5×10⁻¹"}


def grown(inner):
    """One step of the grammar; everything in parentheses, so that trees of every shape come up."""
    pair = st.tuples(inner, inner)
    return st.one_of(
        st.tuples(pair, st.sampled_from("+-*/")).map(lambda p: f"({p[0][0]} {p[1]} {p[0][1]})"),
        st.tuples(inner, st.sampled_from(("2", "3", "-1", "0.5", "a"))).map(lambda p: f"({p[0]} ** {p[1]})"),
        inner.map("(-{})".format),
        st.tuples(st.sampled_from(("sigmoid", "exp", "log", "sqrt", "tanh", "log1p", "square", "expm1")), inner).map(
            lambda p: f"{p[0]}({p[1]})"
        ),
        pair.map(lambda p: f"maximum({p[0]}, {p[1]})"),
        st.tuples(inner, inner, inner).map(lambda p: f"where({p[0]} >= {p[1]}, {p[1]}, {p[2]})"),
    )


def grammar(*names):
    leaves = st.sampled_from((*names, "1", "2", "0.5", "1 / 2", "1e-7"))
    return st.recursive(leaves.map("({})".format), grown, max_leaves=8)


FORMULAS = grammar(*NAMES)


class Root:
    """`√x` is read back as `ROOT ** x`, which binds in the same way."""

    def __pow__(self, x):
        return np.sqrt(x)


WORDS = {
    "ROOT": Root(),
    "F": np.float64,
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "exp": np.exp,
    "ln": np.log,
    "tanh": np.tanh,
    "max": np.maximum,
    "sqrt": np.sqrt,
    "frac": lambda above: lambda below: above / below,
}
RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")


def run(python):
    """Evaluate with NumPy's arithmetic, which has NaN where Python has exceptions or complex numbers."""
    python = re.sub(r"(?<!\w)(\d+(?:\.\d+)?)(?=\()", r"\1*", python)
    python = re.sub(r"(?<!\w)\d+(?:\.\d+)?", r"F(\g<0>)", python)
    with np.errstate(all="ignore"):
        return float(eval(python, {**WORDS, **{name: np.float64(value) for name, value in VALUES.items()}}))


def read_text(written):
    python = re.sub("[⁰¹²³⁴⁵⁶⁷⁸⁹⁻]+", lambda found: f"**({found[0].translate(RAISED)})", written)
    for mark, code in {
        "½(": "(1/2)*(",
        "½": "(1/2)",
        "−": "-",
        "·": "*",
        "×": "*",
        "^": "**",
        "√": "ROOT**",
        "σ": "sigmoid",
        "≥": ">=",
    }.items():
        python = python.replace(mark, code)
    return run(python)


def read_latex(written):
    python = re.sub(r"\\operatorname{(\w+)}", r"\1", written)
    python = re.sub(r"\\text{( \w+ )}", r"\1", python)
    for mark, code in {
        r"}\left(": ")*(",
        r"\left": "",
        r"\right": "",
        "^{": "**(",
        "{": "(",
        "}": ")",
        r"\cdot": "*",
        r"\times": "*",
        r"\sigma": "sigmoid",
        r"\ge": ">=",
    }.items():
        python = python.replace(mark, code)
    return run(python.replace("\\", ""))


def same(a, b):
    return math.isclose(a, b, rel_tol=1e-6, abs_tol=1e-12) or (math.isnan(a) and math.isnan(b))


def value(written, values=VALUES):
    """Evaluate a formula where it is well-conditioned: rounding must not decide."""
    near = {name: number * (1 + 1e-10) for name, number in values.items()}
    number = formula.evaluate(written, values)
    assume(math.isfinite(number) and abs(number) < 1e12 and same(number, formula.evaluate(written, near)))
    return number


@pytest.mark.slow
@settings(max_examples=500)
@given(FORMULAS)
def test_written_formula_reads_back_to_the_same_value(written):
    number = value(written)
    assert same(read_text(notation.text(written, {})), number)
    assert same(read_text(notation.text(written, SHOWN)), number)
    assert same(read_latex(notation.latex(written, {})), number)
    assert same(read_latex(notation.latex(written, SHOWN)), number)


def matrices(inner):
    pair = st.tuples(inner, st.sampled_from("+-*@"), inner)
    return st.one_of(pair.map(lambda p: f"({p[0]} {p[1]} {p[2]})"), inner.map("(-{})".format), inner.map("{}.T".format))


@given(st.recursive(st.sampled_from("abx"), matrices, max_leaves=8))
def test_products_of_matrices_are_told_apart(written):
    arrays = {name: np.random.default_rng(ord(name)).integers(-3, 4, (2, 2)) for name in "abx"}
    shown = notation.text(written, {}, tensors=True)
    terms = re.split("[()]| [+−] ", shown)
    assert not any("·" in term and "⊙" in term for term in terms)
    python = shown.replace("·", "@").replace("⊙", "*").replace("−", "-").replace("ᵀ", ".T")
    assert (eval(python, {}, arrays) == eval(written, {}, arrays)).all()


@pytest.mark.slow
@settings(max_examples=200)
@given(FORMULAS, FORMULAS, FORMULAS)
def test_substitution_evaluates_like_its_parts(outer, first, second):
    inner = {"a": value(first), "b": value(second), "x": 2.25, "y": 0.5}
    number = value(outer, inner)
    together = formula.substitute(outer, {"a": first, "b": second})
    assert same(formula.evaluate(together, VALUES), number)


@pytest.mark.slow
@given(grammar("g", *NAMES), FORMULAS, FORMULAS)
def test_local_derivative_times_g_is_the_vjp(anything, first, second):
    values = {**VALUES, "g": -1.25}
    for vjp in (
        anything,
        f"g * ({first}) / ({second})",
        f"-({first}) * (g * ({second}))",
        f"where(x > 0, g * {first}, 0)",
    ):
        factor = formula.local(vjp)
        assert factor or vjp is anything
        if factor:
            number = formula.evaluate(vjp, values)
            assume(abs(number) < 1e100)
            assert same(formula.evaluate(f"g * ({factor})", values), number)


@pytest.mark.parametrize(
    "vjp, expected",
    [
        ("g * b", "b"),
        ("g", "1"),
        ("-g", "-1"),
        ("g / b", "1 / b"),
        ("-g * a / b ** 2", "-a / b ** 2"),
        ("g * y * (1 - y)", "y * (1 - y)"),
        ("(g * w) * (y * (1 - y))", "w * (y * (1 - y))"),
        ("b * g", "b"),
        ("2 * g", "2"),
        ("where(x > 0, g, 0)", "where(x > 0, 1, 0)"),
        ("where(a > b, 0, g * y)", "where(a > b, 0, y)"),
        ("g @ b.T", None),
        ("sum(g)", None),
        ("a / g", None),
        ("g * g", None),
        ("g + a", None),
        ("a * b", None),
        ("g ** 2", None),
        ("where(g > 0, g, 0)", None),
        ("where(x > 0, g, a)", None),
        ("where(x, 0, 0)", None),
        ("reshape(g, shape)", None),
    ],
)
def test_local(vjp, expected):
    assert formula.local(vjp) == expected


@pytest.mark.parametrize(
    "written, expected",
    [
        ("1 * x", "x"),
        ("x * 1", "x"),
        ("--x", "x"),
        ("x + 0", "x"),
        ("0 + x", "x"),
        ("x - 0", "x"),
        ("x / 1", "x"),
        ("x ** 1", "x"),
        ("g * -1", "-g"),
        ("-1 * (a + b)", "-(a + b)"),
        ("-(-1 * x)", "x"),
        ("0 * x", "0 * x"),
        ("0 - x", "0 - x"),
        ("sum(1 * x, axis=1)", "sum(x, axis=1)"),
        ("x * 0.5 * 2", "x"),
        ("x * 3 * 2", "x * 6"),
        ("2 - 1 + x", "1 + x"),
        ("-(g * 0.5 * 2 * x ** (2 - 1))", "-(g * x)"),
    ],
)
def test_substitute_drops_what_is_neutral(written, expected):
    assert formula.substitute(written, {}) == expected


def test_substitute_is_simultaneous_and_leaves_functions_and_the_cache_alone():
    assert formula.substitute("a * b", {"a": "b", "b": "a + 1"}) == "b * (a + 1)"
    assert formula.substitute("exp(exp)", {"exp": "x"}) == "exp(x)"
    before = notation.text("1 * a", {})
    formula.substitute("1 * a", {"a": "1 * a"})
    formula.local("1 * a * g")
    assert notation.text("1 * a", {}) == before == "1·a"
    assert formula.names("clip(x, lo, hi) * x + f(n=k)") == ("x", "lo", "hi", "k")


PUT = {"a": "0.5", "b": "−0.25", "c": "1.2×10⁻⁷", "w": "w_35", "n": "2"}


@pytest.mark.parametrize(
    "written, expected",
    [
        ("sqrt(x ** 2)", "√(x²)"),
        ("x * (y / z) * w", "(x·y/z)·w₃₅"),
        ("x * (-y * z)", "x·(−y·z)"),
        ("x / b", "x/(−0.25)"),
        ("(x / y) ** 2", "(x/y)²"),
        ("-(x + y)", "−(x + y)"),
        ("2 * b ** 2", "2·(−0.25)²"),
        ("x * (y * (z / w))", "x·y·z/w₃₅"),
        ("Phi(x)", "Φ(x)"),
        ("(x ** 2) ** 3", "(x²)³"),
        ("(x ** y) ** z", "(x^y)^z"),
        ("x ** (y ** z)", "x^(y^z)"),
        ("log1p(where(x > 0, x, 0))", "ln(1 + (x if x > 0 else 0))"),
        ("a * b", "0.5·(−0.25)"),
        ("b ** 2", "(−0.25)²"),
        ("a + b", "0.5 − 0.25"),
        ("a - b", "0.5 − (−0.25)"),
        ("b * a", "−0.25·0.5"),
        ("a * c", "0.5·(1.2×10⁻⁷)"),
        ("c + a", "1.2×10⁻⁷ + 0.5"),
        ("w * h_3", "w₃₅·h₃"),
        ("a ** n", "0.5²"),
        ("2 * b", "2·(−0.25)"),
        ("x + -y", "x − y"),
        ("x + -y * z", "x − y·z"),
        ("x - (y - z)", "x − (y − z)"),
        ("-x ** 2", "−x²"),
        ("(-x) ** 2", "(−x)²"),
        ("x / (y * z)", "x/(y·z)"),
        ("(x + y) / z", "(x + y)/z"),
        ("x / y * z", "(x/y)·z"),
        ("x ** y", "x^y"),
        ("x ** -1", "x⁻¹"),
        ("x ** 0.5", "√x"),
        ("sqrt(x + y)", "√(x + y)"),
        ("1 / 2 * (t - o) ** 2", "½(t − o)²"),
        ("1 / 2 * x", "½·x"),
        ("0.5 * (t - o)", "0.5(t − o)"),
        ("2 * x", "2·x"),
        ("y * (1 - y)", "y·(1 − y)"),
        ("sigmoid(x)", "σ(x)"),
        ("log(x)", "ln(x)"),
        ("sum(x)", "Σ x"),
        ("sum(x * y)", "Σ(x·y)"),
        ("sum(x, axis=1)", "Σ₁ x"),
        ("sum(x, axis=(0, -1))", "Σ x"),
        ("sum(x, axis=axis)", "Σ x"),
        ("sum(x) * y", "(Σ x)·y"),
        ("sum(x * y) / z", "Σ(x·y)/z"),
        ("mean(x ** 2, axis=0)", "mean₀(x²)"),
        ("abs(x)", "|x|"),
        ("norm(x)", "‖x‖"),
        ("x.T @ y", "xᵀ·y"),
        ("transpose(x * y)", "(x·y)ᵀ"),
        ("maximum(x, y)", "max(x, y)"),
        ("conv2d(x, k, stride=stride)", "x ⋆ k"),
        ("conv2d(x, k, bias)", "x ⋆ k + bias"),
        ("conv_transpose(g, k)", "g ∗ k"),
        ("correlate(x, g)", "x ⋆ g"),
        ("where(x > 0, g, 0)", "g if x > 0 else 0"),
        ("(x > 0) * g", "(x > 0)·g"),
        ("1e-12 + x", "1×10⁻¹² + x"),
        ("0.044715 * x", "0.044715·x"),
        ("einsum('ij,jk->ik', x, y)", "einsum(ij,jk→ik, x, y)"),
        ("x[1:, 0]", "x[1:, 0]"),
        ("reshape(x, (3, 1))", "reshape(x, (3, 1))"),
        ("relu()", "relu()"),
        ("sum()", "sum()"),
        ("what_is_this(x, y=2)", "what_is_this(x)"),
        ("stack([x, y])", "stack([x, y])"),
        ("0 <= x <= 1", "0 ≤ x ≤ 1"),
    ],
)
def test_text(written, expected):
    assert notation.text(written, PUT) == expected


@pytest.mark.parametrize(
    "written, expected",
    [
        ("correlate(x, g)", "x ⋆ ∂L/∂z₅"),
        ("g * x", "∂L/∂z₅·x"),
        ("-g / x ** 2", "−∂L/∂z₅/x²"),
        ("x.T @ g", "xᵀ·∂L/∂z₅"),
        ("g.T", "(∂L/∂z₅)ᵀ"),
        ("sum(g)", "Σ ∂L/∂z₅"),
        ("g ** 2", "(∂L/∂z₅)²"),
    ],
)
def test_gradients_in_the_place_of_g(written, expected):
    assert notation.text(written, {"g": names.gradient_name("L", "z_5")}) == expected


@pytest.mark.parametrize(
    "written, expected",
    [
        ("a * b", "a ⊙ b"),
        ("a @ b", "a·b"),
        ("2 * x", "2·x"),
        ("(a @ b) * c", "(a·b) ⊙ c"),
        ("a @ (b * c)", "a·(b ⊙ c)"),
        ("a @ b @ c", "a·b·c"),
        ("2 * (a @ b) * c", "(2·a·b) ⊙ c"),
        ("x @ w + b", "x·w + b"),
        ("(a @ b) / n", "(a·b)/n"),
    ],
)
def test_text_of_tensors(written, expected):
    assert notation.text(written, {}, tensors=True) == expected


@pytest.mark.parametrize(
    "written, expected",
    [
        ("x - (y - z)", r"x - \left(y - z\right)"),
        ("(x ** 2) ** 3", r"\left(x^{2}\right)^{3}"),
        ("sigmoid(w_35 * h)", r"\sigma\left(w_{35} \cdot h\right)"),
        ("-h / y", r"-\frac{h}{y}"),
        ("sqrt(x)", r"\sqrt{x}"),
        ("sum(x, axis=0)", r"\sum_{0} x"),
        ("1 / 2 * (t - o) ** 2", r"\frac{1}{2}\left(t - o\right)^{2}"),
        ("max_pool(x)", r"\operatorname{max\_pool}\left(x\right)"),
        ("x.T @ y", r"x^{\top} \cdot y"),
        ("delta_5", r"\delta_{5}"),
        ("2 * -x", r"2 \cdot \left(-x\right)"),
        ("Phi(x)", r"\operatorname{\Phi}\left(x\right)"),
        ("einsum('a_b', x)", r"\operatorname{einsum}\left(\text{a\_b}, x\right)"),
        ("abs(b)", r"\left|-0.25\right|"),
        ("g * x", r"\frac{\partial L}{\partial z_{5}} \cdot x"),
    ],
)
def test_latex(written, expected):
    assert notation.latex(written, {"b": "−0.25", "g": "∂L/∂z₅"}) == expected


HOSTILE = [
    "",
    " ",
    "(",
    "x +",
    "x y",
    "\0",
    "\ud800",
    "x\ufffe",
    "(" * 5000,
    "-" * 9000 + "x",
    "x" + ".T" * 3000,
    "+".join("x" * 4000),
    "[" * 180 + "]" * 180,
    "1" * 5000,
    "0x" + "f" * 9000,
    "1" * 400,
    "x" * 20_000,
    "lambda: 0",
    "[x for x in y]",
    "{x: y}",
    "{*x}",
    "f'{x}'",
    "x.__class__",
    "x.T.__class__",
    "f(x)(y)",
    "x.f()",
    "f(*x)",
    "f(**x)",
    "(x := 1)",
    "x if y else z",
    "x and y",
    "not x",
    "'text'",
    "x['a']",
    "b'a'",
    "1j",
    "...",
    "x // y",
    "x % y",
    "x & y",
    "~x",
    "+x",
    "x in y",
    "x is y",
    "await x",
    "yield",
    "__import__('os')",
    "f(b'a')",
    "f(1j)",
    "f(...)",
    "x;y",
    "x\ny",
    "import os",
    "f('a' + 'b')",
    "*x",
    "*x, y",
]


@pytest.mark.parametrize("written", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_formula_is_a_clean_error(written):
    for use in (
        formula.parse,
        formula.names,
        formula.local,
        lambda f: notation.text(f, {}),
        lambda f: notation.latex(f, {}),
        lambda f: formula.evaluate(f, {}),
        lambda f: formula.substitute(f, {}),
        lambda f: formula.substitute("a", {"a": f}),
    ):
        with pytest.raises(GraphError) as caught:
            use(written)
        assert len(str(caught.value)) < 1000 and "\n" not in str(caught.value)


@pytest.mark.slow
@given(st.text() | st.text(alphabet="abgx()[]*/+-@.,=<>'\" 0123456789eT:", max_size=40), st.text(), st.text())
def test_no_string_does_harm(written, first, second):
    shown = {"a": first, "b": second, "x": "1"}
    for use in (
        lambda: notation.text(written, shown),
        lambda: notation.latex(written, shown),
        lambda: formula.local(written),
        lambda: formula.evaluate(written, VALUES),
        lambda: formula.substitute(written, {"a": first, "b": "x + 1"}),
    ):
        try:
            use()
        except GraphError:
            pass
    for written in ("a * b ** 2", "f(a, b).T / a", "sum(a, axis=b)"):
        made = notation.latex(written, shown)
        assert made.count(r"\left") == made.count(r"\right")
        assert len(re.findall(r"(?<!\\){", made)) == len(re.findall(r"(?<!\\)}", made))


DEEP = [
    "x" + ".T" * 149,
    "+".join("x" * 150),
    "*".join("x" * 150),
    "-f(" * 70 + "x" + ")" * 70,
    "sigmoid(" * 140 + "x" + ")" * 140,
    "[" * 140 + "x" + "]" * 140,
    "(" * 140 + "x" + ",)" * 140,
    "x" + "[0]" * 149,
    "**".join("x" * 150),
    "f(a, " * 140 + "x" + ")" * 140,
    "a[" * 140 + "x" + "]" * 140,
]


@pytest.mark.parametrize("written", DEEP, ids=range(len(DEEP)))
def test_deepest_formula_is_handled_by_every_function(written):
    assert "x" in notation.text(written, {}) and "x" in notation.latex(written, {})
    assert "x" in formula.substitute(written, {"x": "x"}) and formula.names(written)
    assert formula.local(written) is None
    with pytest.raises(GraphError, match="deep|characters"):
        formula.substitute(written, {"x": "y" + ".T" * 140})


def test_an_absent_argument_is_left_out():
    assert notation.text("conv2d(x, k, bias)", {"bias": "None"}) == "x ⋆ k"
    assert notation.latex("conv2d(x, k, bias)", {"bias": "None"}) == r"x \star k"


def test_substitute_cannot_explode():
    wide = "(" + "+".join(["(" + "+".join("x" * 60) + ")"] * 60) + ")"
    with pytest.raises(GraphError, match="10000 characters"):
        formula.substitute(wide, {"x": "y" * 100})


@pytest.mark.parametrize(
    "written, expected",
    [
        ("1 / x", math.inf),
        ("-1 / x", -math.inf),
        ("x / x", math.nan),
        ("log(x)", -math.inf),
        ("sqrt(-1)", math.nan),
        ("exp(1e9)", math.inf),
        ("10 ** 1e9", math.inf),
        ("10 ** 1000000000", math.inf),
        ("(-8) ** 0.5", math.nan),
        ("x ** -1", math.inf),
        ("9 ** 9 ** 9 ** 9", math.inf),
        ("clip(7, 0, 2)", 2),
        ("where(x > 0, 1, 2)", 2),
        ("sum(3, axis=0)", 3),
        ("x.T", 0),
        ("0 <= x < 1", 1),
        ("relu(-2)", 0),
        ("erf(0)", 0),
        ("softplus(1e4)", 1e4),
        ("sigmoid(-1e9)", 0),
        ("Phi(0)", 0.5),
        ("Phi(-1e9)", 0),
        ("phi(1e200)", 0),
        ("maximum(2, minimum(5, 3))", 3),
        ("x ** 0", 1),
    ],
)
def test_evaluate_follows_ieee(written, expected):
    assert same(formula.evaluate(written, {"x": 0.0}), expected)


@pytest.mark.parametrize(
    "written, message",
    [
        ("x + z", "needs a value for z; there are x"),
        ("magic(x)", "calls magic"),
        ("x @ x", "MatMult"),
        ("exp(x, x)", "2 arguments"),
        ("exp()", "0 arguments"),
        ("where(x)", "1 arguments"),
        ("[x]", "List"),
        ("clip(x, min=2)", "Call"),
        ("None", "Constant"),
        ("f('a')", "Constant"),
        ("x[0]", "Subscript"),
    ],
)
def test_evaluate_says_what_is_missing(written, message):
    with pytest.raises(GraphError, match=message):
        formula.evaluate(written, {"x": 0.5})
