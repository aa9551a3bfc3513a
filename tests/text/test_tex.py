"""The LaTeX of solutions compiles, and nothing in it is wider than the page."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest
from test_explain import CASES, HOSTILE, SCALAR, example, sample

import tracegraph as tg
from tracegraph.text.latex import ascii_only

PDFLATEX = shutil.which("pdflatex")
needs_pdflatex = pytest.mark.skipif(PDFLATEX is None, reason="pdflatex is not installed")
PICTURED = ("backprop", "conv", "cnn2", "momentum")


def log(document: str, folder: Path) -> str:
    """Compile a document; what LaTeX says."""
    (folder / "s.tex").write_text(document, "ascii")
    command = [str(PDFLATEX), "-interaction=nonstopmode", "-halt-on-error", "-no-shell-escape", "s.tex"]
    done = subprocess.run(command, cwd=folder, capture_output=True, timeout=120)
    said = done.stdout.decode("latin-1")
    assert done.returncode == 0, said[-2000:]
    return said


def too_wide(said: str) -> list[str]:
    """What sticks out by more than a hair."""
    return [line for line, points in re.findall(r"(Overfull \\hbox \(([\d.]+)pt.*)", said) if float(points) > 1]


def body(document: str) -> str:
    """What is between the head and the end."""
    return document.partition(r"\begin{document}")[2].partition(r"\end{document}")[0]


def joined(documents: list[str]) -> str:
    """Many documents as one, which compiles in a fraction of the time."""
    head = documents[0].partition(r"\begin{document}")[0]
    return f"{head}\\begin{{document}}\n" + "\n".join(map(body, documents)) + "\n\\end{document}\n"


@needs_pdflatex
def test_every_op_compiles_and_fits_the_page(tmp_path: Path) -> None:
    documents = [tg.explain(sample(op, number)).to_latex() for op, number in CASES]
    assert too_wide(log(joined(documents), tmp_path)) == []


@needs_pdflatex
def test_hostile_names_compile(tmp_path: Path) -> None:
    documents = []
    for name in HOSTILE:
        x = tg.tensor(2.0, name)
        documents.append(tg.explain(tg.maximum(x * 3.0, x)).to_latex())
    log(joined(documents), tmp_path)


@needs_pdflatex
@pytest.mark.parametrize("digits", [4, 15])
def test_examples_compile_and_fit_the_page(digits: int, tmp_path: Path) -> None:
    documents = [tg.explain(example(name), digits=digits).to_latex() for name in dict.fromkeys((*SCALAR, *PICTURED))]
    assert too_wide(log(joined(documents), tmp_path)) == []


@needs_pdflatex
def test_long_sums_wide_matrices_and_elements_fit_the_page(tmp_path: Path) -> None:
    random = np.random.default_rng(0)
    xs = [tg.parameter(v, f"quantity_{i}") for i, v in enumerate(random.normal(size=50))]
    total = xs[0] * 1.0
    for x in xs[1:]:
        total = total + x * xs[0]
    a, b = tg.tensor(random.normal(size=(8, 12)) * 1e-5, "activations_of_the_layer"), tg.parameter(np.ones(12), "b")
    wide = tg.sum(tg.tanh(a + b))
    stacked = tg.sum(tg.stack(xs))
    x, K = tg.tensor(random.normal(size=(9, 9)), "x"), tg.parameter(random.normal(size=(6, 6)), "K")
    f = tg.conv2d(x, K)
    pooled = tg.max_pool2d(x, 6, stride=1)
    both = tg.trace(tg.sum(f * f) + tg.sum(pooled))
    graphs = [tg.trace(t) for t in (total, wide, stacked)]
    graphs += [tg.expand(both, name, (1, 1)) for name in ("f", "pooled")]
    documents = [tg.explain(graph).to_latex() for graph in graphs]
    assert too_wide(log(joined(documents), tmp_path)) == []


@needs_pdflatex
def test_planted_faults_are_found(tmp_path: Path) -> None:
    document = tg.explain(example("backprop")).to_latex()
    wide = document.replace("&= 1 ", "&= 1" + " + 1" * 80 + " ", 1)
    assert wide != document and too_wide(log(wide, tmp_path))
    with pytest.raises(AssertionError):
        log(document.replace(r"\frac", r"\fraction", 1), tmp_path)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("é", r"\text{\'{e}}"),
        ("Größe", r"Gr\text{\"{o}}\text{\ss{}}e"),
        ("λ", r"\ensuremath{\lambda}"),
        ("w₃", r"w\text{\textsubscript{3}}"),
        ("x²", r"x\text{\textsuperscript{2}}"),
        ("数", r"\text{\texttt{U+6570}}"),
        ("x̂", r"\text{\^{x}}"),
        ("ﬁ", r"\text{{fi}}"),
        ("a→b", r"a\ensuremath{\to}b"),
        ("plain", "plain"),
    ],
)
def test_characters(text: str, written: str) -> None:
    assert ascii_only(text) == written
