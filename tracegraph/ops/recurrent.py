"""One step of a recurrent network as one operation: LSTM and GRU, with the gates in PyTorch's order."""

from typing import Any, NamedTuple

import numpy as np

from ..errors import OpError
from .activations import _sigmoid
from .linear import SUM_OF_PRODUCTS
from .op import Rule, Sample, op
from .traits import Traits

Array = Any
_NAMES = ("x", "h", "c", "w_ih", "w_hh", "b_ih", "b_hh")


def _check(name: str, gates: int, x: Array, h: Array, w_ih: Array, w_hh: Array) -> None:
    wide = np.shape(h)[-1:] or (0,)
    ih, hh = (gates * wide[0], *np.shape(x)[-1:]), (gates * wide[0], *wide)
    if np.shape(w_ih) != ih or np.shape(w_hh) != hh or np.shape(x)[:-1] != np.shape(h)[:-1]:
        given = f"input {np.shape(x)} and state {np.shape(h)} do not fit {np.shape(w_ih)} and {np.shape(w_hh)}"
        raise OpError(f"{name}: {given}; the weights are {ih} and {hh}")


def _affine(x: Array, w: Array, b: Any) -> Array:
    return x @ w.T if b is None else x @ w.T + b


def _sums(a: Array, b: Array) -> Array:
    """The sum over the batch of the outer products of rows."""
    return a.reshape(-1, a.shape[-1]).T @ b.reshape(-1, b.shape[-1])


def _total(a: Array) -> Array:
    return a.reshape(-1, a.shape[-1]).sum(axis=0)


def _slope(z: Array) -> Array:
    """The derivative of the logistic function; σ(−z) keeps the digits that 1 − σ(z) loses where that is nearly 1."""
    return _sigmoid(z) * _sigmoid(-z)


def _tanh_slope(z: Array) -> Array:
    with np.errstate(over="ignore"):
        return 1 / np.cosh(z) ** 2


# --- LSTM ------------------------------------------------------------------------------------------------------------


class _Gates(NamedTuple):
    """What goes into the gates of an LSTM and into the candidate, and the new cell state."""

    i: Array
    f: Array
    g: Array
    o: Array
    c: Array


def _gates(x: Array, h: Array, c: Array, w_ih: Array, w_hh: Array, b_ih: Any, b_hh: Any) -> _Gates:
    i, f, g, o = np.split(_affine(x, w_ih, b_ih) + _affine(h, w_hh, b_hh), 4, axis=-1)
    return _Gates(i, f, g, o, _sigmoid(f) * c + _sigmoid(i) * np.tanh(g))


def _lstm_back(sent: Array, *inputs: Array) -> dict[str, Array]:
    """What each input gets."""
    x, h, c, w_ih, w_hh, b_ih, b_hh = (*inputs, None, None)[:7]
    i, f, g, o, new = _gates(x, h, c, w_ih, w_hh, b_ih, b_hh)
    to_c = sent[1] + sent[0] * _sigmoid(o) * _tanh_slope(new)
    gates = to_c * np.tanh(g) * _slope(i), to_c * c * _slope(f), to_c * _sigmoid(i) * _tanh_slope(g)
    z = np.concatenate([*gates, sent[0] * np.tanh(new) * _slope(o)], axis=-1)
    return {
        **{"x": z @ w_ih, "h": z @ w_hh, "c": to_c * _sigmoid(f), "w_ih": _sums(z, x), "w_hh": _sums(z, h)},
        **dict.fromkeys(("b_ih", "b_hh"), _total(z)),
    }


def _lstm_rule(name: str) -> tuple[str, Rule]:
    return f"lstm_back(g, {name})", lambda g, y, *inputs: _lstm_back(g, *inputs)[name]


@op(
    "lstm_cell(x, h, c, w_ih, w_hh)",
    *map(_lstm_rule, _NAMES),
    inputs=" ".join(_NAMES),
    symbol="LSTM",
    samples=(
        Sample(((2,), (3,), (3,), (12, 2), (12, 3))),
        Sample(((2, 3), (2, 2), (2, 2), (8, 3), (8, 2), (8,), (8,))),
    ),
    traits=Traits("product", singular=SUM_OF_PRODUCTS),
)
def lstm_cell(x: Array, h: Array, c: Array, w_ih: Array, w_hh: Array, b_ih: Any = None, b_hh: Any = None) -> Array:
    """One step of an LSTM (Hochreiter and Schmidhuber 1997): the new hidden and cell state, stacked.

    ``x`` (..., D), ``h`` and ``c`` (..., H), weights (4H, D) and (4H, H), biases (4H,); the gates are input, forget,
    candidate, output: c' = f c + i g, h' = o tanh(c'). As PyTorch's LSTMCell; written ``h, c = tg.lstm_cell(...)``.
    """
    _check("lstm_cell", 4, x, h, w_ih, w_hh)
    new = _gates(x, h, c, w_ih, w_hh, b_ih, b_hh)
    return np.stack([_sigmoid(new.o) * np.tanh(new.c), new.c])


# --- GRU -------------------------------------------------------------------------------------------------------------

_GRU_NAMES = tuple(n for n in _NAMES if n != "c")


def _gru_parts(x: Array, h: Array, w_ih: Array, w_hh: Array, b_ih: Any, b_hh: Any) -> tuple[Array, ...]:
    """What goes into the reset and update gates and into the candidate, and the part of the state in that."""
    r, z, n = np.split(_affine(x, w_ih, b_ih), 3, axis=-1)
    r_h, z_h, n_h = np.split(_affine(h, w_hh, b_hh), 3, axis=-1)
    r, z = r + r_h, z + z_h
    return r, z, n + _sigmoid(r) * n_h, n_h


def _gru_back(sent: Array, *inputs: Array) -> dict[str, Array]:
    """What each input gets."""
    x, h, w_ih, w_hh, b_ih, b_hh = (*inputs, None, None)[:6]
    r, z, n, n_h = _gru_parts(x, h, w_ih, w_hh, b_ih, b_hh)
    to_n = sent * _sigmoid(-z) * _tanh_slope(n)
    gates = to_n * n_h * _slope(r), sent * (h - np.tanh(n)) * _slope(z)
    a, b = np.concatenate([*gates, to_n], axis=-1), np.concatenate([*gates, to_n * _sigmoid(r)], axis=-1)
    back = {"x": a @ w_ih, "h": sent * _sigmoid(z) + b @ w_hh, "w_ih": _sums(a, x), "w_hh": _sums(b, h)}
    return {**back, "b_ih": _total(a), "b_hh": _total(b)}


def _gru_rule(name: str) -> tuple[str, Rule]:
    return f"gru_back(g, {name})", lambda g, y, *inputs: _gru_back(g, *inputs)[name]


@op(
    "gru_cell(x, h, w_ih, w_hh)",
    *map(_gru_rule, _GRU_NAMES),
    inputs=" ".join(_GRU_NAMES),
    symbol="GRU",
    samples=(Sample(((2,), (3,), (9, 2), (9, 3))), Sample(((2, 3), (2, 2), (6, 3), (6, 2), (6,), (6,)))),
    traits=Traits("product", singular=SUM_OF_PRODUCTS),
)
def gru_cell(x: Array, h: Array, w_ih: Array, w_hh: Array, b_ih: Any = None, b_hh: Any = None) -> Array:
    """One step of a GRU (Cho et al. 2014): the new state (1 − z) n + z h.

    ``x`` (..., D), ``h`` (..., H), weights (3H, D) and (3H, H), biases (3H,); the gates are reset, update, candidate
    n = tanh(W x + b + r (U h + b')). As PyTorch's GRUCell.
    """
    _check("gru_cell", 3, x, h, w_ih, w_hh)
    _, z, n, _ = _gru_parts(x, h, w_ih, w_hh, b_ih, b_hh)
    return _sigmoid(-z) * np.tanh(n) + _sigmoid(z) * h
