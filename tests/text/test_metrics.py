"""The width table against the fonts, and against what Graphviz measures. Run as a script, it writes the table anew."""

import json
import os
import sys
import unicodedata

import pytest
from counting import lines_run

from tracegraph.graphviz import run as layout
from tracegraph.text import metrics

FONTS = os.path.dirname(str(metrics.WIDTHS))
# What the pictures use beyond Latin: all of it has to be in the bundled fonts.
USED = (
    "₀₁₂₃₄₅₆₇₈₉₊₋₌₍₎ₐₑₒₓₔₕₖₗₘₙₚₛₜᵢⱼᵣᵤᵥ⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁼⁽⁾ⁿⁱᵀ\u0302\u0303\u0304ŷẑĥŵ‖∂∇∑∏√∞≈≠≤≥·×÷⊙∘⊗⊕∗⋅∈⌊⌋⟨⟩"
    "−–—…→←↑↓⇒✓✗✔✘ℓℝ𝟙αβγδεζηθικλμνξοπρςστυφχψωΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩϵϕабвгдежзийклмнопрстуфхцчшщъыьэюя"
    "ÀÉÎÕÜßçñøœŁž“”„‘’«»€°±½•▲▼●○■□◆◇★⚠"
)
TEXTS = [
    "z₅ = h₃·w₃₅ + h₋₄·wₙ₅",
    "∂L/∂z₅ = 0.5125",
    "‖·‖ 6.364",
    "Hello world, AVATAR To 0.1234",
    "iiiiiiiiiiiiiiiiiiiitttt",
    "w̄ p̂ x̃ ✓ ✗",
    "WWWWWWWWWW",
    "0.000011111",
    "中文标签",
    "😀😀",
]


def measured() -> dict[str, dict[str, str]]:
    """The table as the font files have it: Symbols where Sans has no glyph."""
    ttlib = pytest.importorskip("fontTools.ttLib")
    tables = {}
    for style in ("Regular", "Bold"):
        widths: dict[str, int] = {}
        for family in ("Symbols", "Sans"):
            with ttlib.TTFont(os.path.join(FONTS, f"Tracegraph{family}-{style}.ttf")) as font:
                assert font["head"].unitsPerEm == metrics.EM
                widths |= {chr(code): font["hmtx"][glyph][0] for code, glyph in font.getBestCmap().items()}
        groups: dict[int, list[str]] = {}
        for char in sorted(widths):
            groups.setdefault(widths[char], []).append(char)
        tables[style.lower()] = {str(width): "".join(groups[width]) for width in sorted(groups)}
    return tables


def graphviz_widths(texts: list[str], size: float, bold: bool) -> list[float]:
    """Width in points that Graphviz gives to each text."""
    tags = ("<B>", "</B>") if bold else ("", "")
    nodes = " ".join(f"n{i} [label=<{tags[0]}{text}{tags[1]}>];" for i, text in enumerate(texts))
    dot = f"digraph {{ node [shape=plain fontname=Arial fontsize={size}] {nodes} }}"
    drawn = json.loads(layout.render(dot, "json"))
    return [float(node["width"]) * 72 for node in drawn["objects"]]


def test_the_table_is_that_of_the_fonts():
    with open(str(metrics.WIDTHS), encoding="utf-8") as file:
        assert json.load(file) == measured()


@pytest.mark.parametrize("bold", [False, True])
def test_every_used_character_is_in_the_fonts(bold):
    assert not [char for char in USED if char not in metrics.table(bold)]
    assert set(map(chr, range(0x20, 0x7F))) <= set(metrics.table(bold))


@pytest.mark.parametrize("bold", [False, True])
@pytest.mark.parametrize("size", [8, 9, 10, 10.5, 12, 14, 20])
def test_graphviz_draws_no_text_wider(size, bold):
    for text, width in zip(TEXTS, graphviz_widths(TEXTS, size, bold)):
        assert width <= metrics.text_width(text, size, bold) + 0.05, text


@pytest.mark.parametrize("bold", [False, True])
def test_graphviz_draws_no_character_wider(bold):
    chars = [char for char in metrics.table(bold) if char not in '<>&"\\' and not char.isspace()]
    texts = ["o" + char if unicodedata.combining(char) else char * 4 for char in chars]
    for text, width in zip(texts, graphviz_widths(texts, 11, bold)):
        assert width <= metrics.text_width(text, 11, bold) + 0.1, text


@pytest.mark.parametrize("bold", [False, True])
def test_a_space_after_a_symbol_is_a_space(bold):
    symbols = [char for char in metrics.table(bold) if 0x2190 <= ord(char) < 0x2800 and char not in "⟨⟩"]
    texts = [char + " " + char for char in symbols]
    for text, width in zip(texts, graphviz_widths(texts, 11, bold)):
        assert width <= metrics.text_width(text, 11, bold) + 0.1, text


def test_the_estimate_is_close():
    for text, width in zip(TEXTS[:4], graphviz_widths(TEXTS[:4], 12, False)):
        assert metrics.text_width(text, 12) < 1.06 * width


def test_bold_is_wider_and_width_is_additive():
    assert metrics.text_width("gradient", 10, True) > metrics.text_width("gradient", 10)
    assert metrics.text_width("ab", 10) == metrics.text_width("a", 10) + metrics.text_width("b", 10)
    assert metrics.text_width("", 10) == 0


@pytest.mark.parametrize("width", [0, 3, 8, 20, 60.5, 1000])
@pytest.mark.parametrize("text", [*TEXTS, ""])
def test_fitted_text_fits(text, width):
    fitted = metrics.fit(text, 10, False, width)
    assert metrics.text_width(fitted, 10) <= width
    assert fitted == text or fitted == "" or fitted.endswith(metrics.ELLIPSIS)
    assert (fitted == text) == (metrics.text_width(text, 10) <= width)


def test_the_work_for_a_width_is_a_step_for_each_letter():
    metrics.text_width("weight", 10)  # reads the table
    assert lines_run(lambda: metrics.text_width("weight" * 1000, 10)) < 4 * 6000
    assert lines_run(lambda: [metrics.text_width(f"weight_{number}", 10) for number in range(1000)]) < 100_000


if __name__ == "__main__":
    with open(str(metrics.WIDTHS), "w", encoding="utf-8") as target:
        target.write(json.dumps(measured(), indent=0, ensure_ascii=False) + "\n")
    sys.exit()
