"""Numbers, names and shapes as they are written."""

import math
import re
import unicodedata
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tracegraph.text import numbers
from tracegraph.text.latex import latex_name, latex_number
from tracegraph.text.names import GREEK, gradient_name, pretty

RAISED = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻−", "0123456789--")
ANY = st.floats(allow_nan=False, allow_infinity=False)


def read(written):
    """Return the value of a written number, and half a unit of its last digit."""
    mantissa, _, exponent = written.translate(RAISED).replace("×10", "e").partition("e")
    decimals = len(mantissa.partition(".")[2])
    return Decimal(f"{mantissa}e{exponent or 0}"), Decimal(5).scaleb(int(exponent or 0) - decimals - 1)


@pytest.mark.slow
@given(ANY | st.floats(-1e7, 1e7) | st.integers(-(10**8), 10**8), st.integers(1, 17))
def test_number_is_within_half_a_unit_of_its_last_digit(x, digits):
    for written in (numbers.number(x, digits), numbers.cell(x, digits)):
        value, half = read(written)
        assert abs(Fraction(value) - Fraction(x)) <= Fraction(half)
        assert (value == 0) == (x == 0)
        assert re.fullmatch(r"−?\d+(\.\d*[1-9])?((×10[⁻⁰¹²³⁴-⁹]+)|e−?\d+)?", written)
        assert written.startswith("−") == (x < 0)


@given(ANY, st.integers(1, 17))
def test_number_has_at_least_its_digits_unless_they_are_zeros(x, digits):
    mantissa = re.split("×", numbers.number(x, digits).lstrip("−"))[0]
    shown = len(mantissa.replace(".", "").lstrip("0"))
    assert shown <= max(digits, 7)
    if "." in mantissa and shown < digits:
        assert float(f"{abs(x):.{digits - 1}e}") == float(f"{abs(x):.{max(shown - 1, 0)}e}")


@pytest.mark.parametrize(
    "x, expected",
    [
        (0.512497, "0.5125"),
        (-0.00102871, "−0.001029"),
        (12, "12"),
        (12.0, "12"),
        (1.5, "1.5"),
        (0.05, "0.05"),
        (17, "17"),
        (61706, "61706"),
        (9_999_999, "9999999"),
        (10_000_000, "1×10⁷"),
        (61706.4, "61706"),
        (1.2345e-7, "1.235×10⁻⁷"),
        (0.0001, "0.0001"),
        (0.00009999999, "0.0001"),
        (0.00002, "2×10⁻⁵"),
        (9.99996, "10"),
        (1e6, "1000000"),
        (999999.7, "1×10⁶"),
        (1234567.8, "1.235×10⁶"),
        (float("nan"), "NaN"),
        (float("inf"), "∞"),
        (-float("inf"), "−∞"),
        (True, "True"),
        (np.bool_(False), "False"),
        (0.0, "0"),
        (-0.0, "0"),
        (-3.2e-17, "−3.2×10⁻¹⁷"),
        (5e-324, "4.941×10⁻³²⁴"),
        (10**400, "1×10⁴⁰⁰"),
        (0.1 + 0.2, "0.3"),
        (0.125, "0.125"),
        (np.float32(0.1), "0.1"),
        (np.float16(0.1), "0.1"),
        (np.float64(-0.0), "0"),
        (np.array(0.25), "0.25"),
        (np.int8(-3), "−3"),
        (np.uint64(2**63), "9.223×10¹⁸"),
        (np.longdouble(0.5), "0.5"),
        (np.float32("nan"), "NaN"),
        (None, "–"),
        ("a\nb", "a b"),
        (1j, "1j"),
    ],
)
def test_number(x, expected):
    assert numbers.number(x) == expected


def test_number_has_the_digits_asked_for():
    shown = {digits: numbers.number(math.pi, digits) for digits in (0, 1, 2, 6, 99)}
    assert shown == {0: "3", 1: "3", 2: "3.1", 6: "3.14159", 99: "3.1415926535897931"}
    assert numbers.number(np.float32(0.1), 12) == "0.1" and numbers.number(-(10**5000)) == "−1×10⁵⁰⁰⁰"
    assert numbers.number(2.675, 3) == "2.67" and numbers.number(0.5, 1) == "0.5"


@pytest.mark.parametrize(
    "x, expected",
    [
        (-0.0421, "−0.042"),
        (0.0421, "0.0421"),
        (1.23e-5, "1.2e−5"),
        (-1.23e-5, "−1.2e−5"),
        (123.456, "123"),
        (-12345.6, "−12346"),
        (3, "3"),
        (1234567, "1.23e6"),
        (0.001, "0.001"),
        (-0.00123, "−0.0012"),
        (float("nan"), "NaN"),
        (1e-300, "1e−300"),
        (0.5, "0.5"),
        (None, "–"),
    ],
)
def test_cell(x, expected):
    assert numbers.cell(x) == expected


@given(st.floats(-1e5, 1e5).filter(lambda x: x == 0 or abs(x) > 1e-9))
def test_cell_is_short(x):
    assert len(numbers.cell(x)) <= 7


@pytest.mark.parametrize(
    "x, expected",
    [
        (-1.5e-7, r"-1.5 \times 10^{-7}"),
        ("1.2×10⁻⁷", r"1.2 \times 10^{-7}"),
        ("1.2e−5", r"1.2 \times 10^{-5}"),
        (-0.25, "-0.25"),
        (-float("inf"), r"-\infty"),
        (float("nan"), r"\mathrm{NaN}"),
        (None, r"\text{--}"),
    ],
)
def test_latex_number(x, expected):
    assert latex_number(x) == expected


@pytest.mark.parametrize(
    "name, expected, latex",
    [
        ("w_35", "w₃₅", "w_{35}"),
        ("z5", "z₅", "z_{5}"),
        ("w13", "w₁₃", "w_{13}"),
        ("conv1", "conv1", r"\text{conv1}"),
        ("lenet5", "lenet5", r"\text{lenet5}"),
        ("fc1.weight", "fc1.weight", r"\text{fc1.weight}"),
        ("delta_5", "δ₅", r"\delta_{5}"),
        ("delta5", "δ₅", r"\delta_{5}"),
        ("Delta", "Δ", r"\Delta"),
        ("alpha", "α", r"\alpha"),
        ("lambda_", "λ", r"\lambda"),
        ("y_hat", "ŷ", r"\hat{y}"),
        ("yhat", "ŷ", r"\hat{y}"),
        ("that", "that", r"\text{that}"),
        ("x_bar", "x̄", r"\bar{x}"),
        ("x_hat_1", "x̂₁", r"\hat{x}_{1}"),
        ("x1_hat", "x̂₁", r"\hat{x}_{1}"),
        ("theta_hat", "θ̂", r"\hat{\theta}"),
        ("x_prime", "x′", "x'"),
        ("x_i", "xᵢ", "x_{i}"),
        ("W_xh", "Wₓₕ", "W_{xh}"),
        ("w_B", "w_B", "w_{B}"),
        ("h_t", "hₜ", "h_{t}"),
        ("w_1_2", "w₁,₂", "w_{1,2}"),
        ("w_12", "w₁₂", "w_{12}"),
        ("dW_1", "dW₁", r"\mathit{dW}_{1}"),
        ("learning_rate", "learning_rate", r"\text{learning\_rate}"),
        ("max_pool", "max_pool", r"\text{max\_pool}"),
        ("_x", "_x", r"\text{\_x}"),
        ("", "", r"\text{}"),
        ("z_beta", "zᵦ", r"z_{\beta}"),
        ("δ5", "δ₅", r"\delta_{5}"),
        ("x", "x", "x"),
        ("L", "L", "L"),
        ("x²", "x²", r"\text{x²}"),
        (
            "a%b&c#d_e$f{g}h~i^j\\k",
            "a%b&c#d_e$f{g}h~i^j\\k",
            r"\text{a\%b\&c\#d\_e\$f\{g\}h\textasciitilde{}i\textasciicircum{}j\textbackslash{}k}",
        ),
        ("a\r\nb\x00\ud800\ufffe\u202e", "a b\ufffd\ufffd\ufffd\ufffd", r"\text{a b????}"),
    ],
)
def test_names(name, expected, latex):
    assert unicodedata.normalize("NFC", pretty(name)) == unicodedata.normalize("NFC", expected)
    assert latex_name(name) == latex


NAMES = (
    st.text()
    | st.text("abwxyzWhti_0123459", max_size=8)
    | st.from_regex(r"(delta|x|W)_?(hat_|bar_)?[a-z0-9]{0,3}(_[0-9])?", fullmatch=True)
)


@pytest.mark.slow
@given(NAMES)
def test_pretty_is_harmless_and_settled(name):
    written = pretty(name)
    assert pretty(written) == written
    assert not any(unicodedata.category(mark) in ("Cc", "Cs") for mark in written)
    assert not set(written) & {"\ufffe", "\uffff"}
    assert written.encode().decode() == written


@pytest.mark.slow
@given(NAMES)
def test_latex_name_is_the_same_for_a_name_that_is_pretty_already(name):
    if pretty(name) != name and name.isascii() and name.isprintable():
        assert latex_name(pretty(name)) == latex_name(name)


OURS = "|".join(
    (
        *GREEK,
        "text",
        "textasciitilde",
        "textasciicircum",
        "textbackslash",
        "hat",
        "bar",
        "tilde",
        "dot",
        "mathit",
        "frac",
        "partial",
    )
)


@given(NAMES)
def test_latex_name_holds_no_command_of_the_name(name):
    bare = re.sub(rf"\\[%&#_${{}}]|\\({OURS})(?![a-zA-Z])", "", latex_name(name))
    assert bare.count("{") == bare.count("}") and not set(bare) & set("%&#$~\\")


INDEXED = st.lists(st.integers(0, 150), min_size=1, max_size=4).map(lambda parts: "_".join(["w", *map(str, parts)]))


@given(INDEXED, INDEXED)
def test_subscripts_of_several_parts_stay_apart(first, second):
    assert (pretty(first) == pretty(second)) == (first == second)


def test_shapes_and_gradients():
    assert [numbers.shape(s) for s in ((3, 4), (), (5,), (0, 2))] == ["3×4", "scalar", "5", "0×2"]
    assert gradient_name("L", "z_5") == "∂L/∂z₅"
    assert latex_name("∂L/∂z₅") == latex_name("∂L/∂z_5") == r"\frac{\partial L}{\partial z_{5}}"
