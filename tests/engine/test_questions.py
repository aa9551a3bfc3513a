"""Functions without a derivative answer plainly; any other that is refused names a recorded way, which is right."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import tracegraph as tg
from tracegraph.engine.ways import WAYS, way
from tracegraph.errors import UntracedError

A = np.array([0.5, -1.25, 2.0, 0.75])

QUESTIONS: list[Callable[[Any], Any]] = [
    lambda t: np.argmax(t),
    lambda t: np.argmin(t, axis=0),
    lambda t: np.argsort(t),
    lambda t: np.argpartition(t, 1),
    lambda t: np.isnan(t),
    lambda t: np.isfinite(t),
    lambda t: np.signbit(t),
    lambda t: np.floor(t),
    lambda t: np.ceil(t),
    lambda t: np.trunc(t),
    lambda t: np.rint(t),
    lambda t: np.round(t, 1),
    lambda t: np.around(t),
    lambda t: np.floor_divide(t, 0.3),
    lambda t: np.zeros_like(t),
    lambda t: np.ones_like(t, dtype=int),
    lambda t: np.full_like(t, 3.0),
    lambda t: np.allclose(t, t),
    lambda t: np.isclose(t, 0.5),
    lambda t: np.array_equal(t, A),
    lambda t: np.unique(t),
    lambda t: np.searchsorted([0.0, 1.0], t),
    lambda t: np.digitize(t, [0.0, 1.0]),
    lambda t: np.nonzero(t),
    lambda t: np.where(t > 0),
    lambda t: np.count_nonzero(t > 0),
    lambda t: np.any(t > 0),
    lambda t: np.all(t > 0),
    lambda t: np.logical_and(t > 0, t < 1),
    lambda t: np.logical_not(t > 0),
    lambda t: np.logical_or.reduce(t > 0),
    lambda t: np.isin(t, [0.5]),
    lambda t: np.histogram(t, 2),
    lambda t: np.array2string(np.zeros_like(t)),
    lambda t: np.result_type(t.dtype, np.float32),
    lambda t: np.histogram_bin_edges(t, 3),
]


@pytest.mark.parametrize("program", QUESTIONS)
def test_what_has_no_derivative_answers_plainly(program: Callable[[Any], Any]) -> None:
    found, expected = program(tg.tensor(A)), program(A)
    assert "Tensor" not in type(found).__name__
    for f, e in zip(*((r if isinstance(r, tuple) else (r,)) for r in (found, expected)), strict=True):
        assert np.asarray(f).dtype == np.asarray(e).dtype
        np.testing.assert_array_equal(f, e)


def test_tensors_are_saved_as_arrays(tmp_path: Path) -> None:
    t = tg.parameter(A)
    np.save(tmp_path / "a.npy", t)
    np.savez(tmp_path / "b.npz", w=t)
    np.savetxt(tmp_path / "c.txt", t)
    saved = np.load(tmp_path / "a.npy"), np.load(tmp_path / "b.npz")["w"], np.loadtxt(tmp_path / "c.txt")
    for array in saved:
        np.testing.assert_array_equal(array, A)


def functions() -> dict[str, Any]:
    """NumPy's functions by name, with those of linalg and fft."""
    found = {f"np.{k}": f for k, f in vars(np).items()}
    for part in ("linalg", "fft"):
        found |= {f"np.{part}.{k}": f for k, f in vars(getattr(np, part)).items()}
    kinds = (np.ufunc, type(np.sum))
    return {k: f for k, f in found.items() if isinstance(f, kinds) and k.split(".")[-1][0] != "_"}


CALLS: list[Callable[[Any, Any], tuple[Any, ...]]] = [
    lambda t, k: (t,) * k,
    lambda t, k: (t, 1),
    lambda t, k: ([t, t],),
    lambda t, k: ("ij->ji", t),
    lambda t, k: (A > 0, t),
    lambda t, k: (t, [0], t),
]


@pytest.mark.parametrize("name", functions())
def test_no_function_is_refused_without_a_way(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One short line that begins with the function as programs write it, and ends with something recorded."""
    monkeypatch.chdir(tmp_path)  # np.save and its like take some of the arguments for names of files
    function = functions()[name]
    said = []
    for call in CALLS:
        for t in (tg.tensor(A), tg.tensor(np.eye(3))):
            try:
                function(*call(t, getattr(function, "nin", 1)))
            except UntracedError as error:
                said.append(str(error))
            except Exception:  # arguments of another function
                continue
    for line in said:
        assert "\n" not in line and len(line) < 200 and ".value" not in line
        if " is not recorded" in line and line.startswith("np."):  # the name is that of something that exists
            eval(re.split(r" is not|\(", line)[0].removesuffix(".at"), {"np": np})


def test_modules_are_named_right() -> None:
    m = tg.tensor(np.eye(2))
    for function, said in (
        (np.linalg.cond, "np.linalg.cond is not recorded"),
        (np.linalg.eig, "np.linalg.eig is not recorded; use np.matmul, np.einsum or np.linalg.norm"),
        (np.fft.fft, "np.fft.fft is not recorded"),
    ):
        if way(function.__name__).startswith("np." + function.__name__):
            continue  # recorded meanwhile
        with pytest.raises(UntracedError, match=re.escape(said)):
            function(m)


def test_scipy_is_refused_by_its_name() -> None:
    special = pytest.importorskip("scipy.special")
    t = tg.tensor([0.25, 0.75])
    with pytest.raises(UntracedError, match=r"scipy\.special\.log_expit is not recorded; use -tg\.softplus"):
        special.log_expit(t)
    assert special.expit(t).op is tg.OPS["sigmoid"] and special.xlogy(t, t).op is tg.OPS["xlogy"]


BY_ELEMENT = [n for n in WAYS if isinstance(getattr(np, n, None), np.ufunc)]


@pytest.mark.parametrize("name", BY_ELEMENT)
def test_the_way_of_a_ufunc_gives_its_numbers(name: str) -> None:
    function, text = getattr(np, name), WAYS[name].split(", or")[0]
    if function.signature or name in ("divmod", "matmul"):
        return
    x, y = np.array([1.25, 1.5, 2.75]), np.array([0.75, 1.0, 0.5])
    x = x - 1 if name == "arctanh" else x
    x = x if name != "arctanh" else x / 2
    found = eval(text, {"np": np, "tg": tg, "x": tg.tensor(x), "y": tg.tensor(y)})
    assert isinstance(found, tg.Tensor) and found.needs
    np.testing.assert_allclose(found.value, function(*(x, y)[: function.nin]), rtol=1e-12)


@pytest.mark.parametrize("name", WAYS)
def test_a_way_is_python_that_nothing_refuses(name: str) -> None:
    text = re.split(r", (?:or|and|of|then|once|one|with) ", WAYS[name])[0]
    vector, matrix = np.array([0.5, 0.75, 0.25]), np.array([[0.5, 0.25], [0.75, 0.5]])
    for x, y in ((vector, vector), (matrix, matrix), (matrix, matrix[0])):
        try:
            with np.errstate(all="ignore"):
                eval(text, {"np": np, "tg": tg, "x": tg.tensor(x), "y": tg.tensor(y)})
        except tg.OpError:  # shapes of another function
            continue
        return
    raise AssertionError(text)


def test_in_place_is_said_as_programs_write_it() -> None:
    total, t = np.zeros(4), tg.tensor(A)
    with pytest.raises(UntracedError, match=r"\+= writes into an array in place; write a = a \+ b instead"):
        total += t
    with pytest.raises(UntracedError, match=r"np\.add\.at is not recorded"):
        np.add.at(total, [0], t[:1])
    with pytest.raises(UntracedError, match=r"np\.add\.reduceat is not recorded; use np\.sum\(x, axis=0\)"):
        np.add.reduceat(t, [0])
    total *= t > 0  # no gradient flows here


FOLDED = ("subtract", "divide", "maximum", "minimum", "logaddexp", "hypot", "fmax", "copysign")
"""Not power and arctan2: what NumPy 2.4 reduces with those is not what it accumulates."""


@pytest.mark.parametrize("method", ["reduce", "accumulate"])
@pytest.mark.parametrize("name", FOLDED)
def test_methods_of_ufuncs_are_recorded_one_operation_after_the_other(name: str, method: str) -> None:
    function = getattr(getattr(np, name), method)
    for axis in (0, 1, -1):
        x = tg.tensor(np.array([[1.5, 0.4, 0.7], [0.9, 1.2, 0.3]]), "x")
        y = function(x, axis=axis)
        np.testing.assert_allclose(y.value, function(x.value, axis=axis), rtol=1e-15)
        y.backward(np.ones(y.shape))
        for place in np.ndindex(x.shape):
            moved = [np.array(x.value) for _ in range(2)]
            for array, step in zip(moved, (1e-6, -1e-6)):
                array[place] += step
            slope = float(np.sum(function(moved[0], axis=axis) - function(moved[1], axis=axis))) / 2e-6
            assert x.grad[place] == pytest.approx(slope, abs=1e-8)


def test_options_of_ufuncs_that_change_nothing_do_not_matter() -> None:
    x = tg.tensor(A, "x")
    assert np.exp(x, where=True, casting="same_kind").op.name == "exp"
    with pytest.raises(
        UntracedError, match=r"np\.exp\(\.\.\., dtype=\.\.\.\) is not recorded; use np\.exp\(\.\.\.\)\.astype"
    ):
        np.exp(x, dtype=np.float32)
    with pytest.raises(UntracedError, match=r"np\.exp\(\.\.\., where=\.\.\.\) is not recorded; use np\.where"):
        np.exp(x, where=A > 0)
