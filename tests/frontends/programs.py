"""Random programs of analytic operations, and the same program once more on complex numbers, as the oracle."""

import random

import numpy as np

import tracegraph as tg
from tracegraph.ops.op import OPS

SHAPES = [(), (), (3,), (2, 1), (1, 3), (2, 3)]
"""They all broadcast with one another."""

SMOOTH = [op for op in OPS.values() if op.elementwise and op.analytic and op.vjps and op.name != "clip"]
UNARY, BINARY = ([op for op in SMOOTH if len(op.inputs) == n and None not in op.vjps] for n in (1, 2))
SHAPED = [
    lambda t: tg.sum(t),
    lambda t: tg.mean(t, axis=0),
    lambda t: tg.sum(t, axis=-1, keepdims=True),
    lambda t: tg.var(t, axis=0),
    lambda t: tg.cumsum(t, axis=0),
    lambda t: tg.prod(t, axis=-1, keepdims=True),
    lambda t: tg.softmax(t),
    lambda t: tg.log_softmax(t, axis=0),
    lambda t: t[::-1],
    lambda t: t[[0, 0]][1],
    lambda t: tg.stack([t, t * t])[1],
    lambda t: t.reshape(-1)[-1],
    lambda t: tg.concatenate([t, t], axis=0)[1 : len(t) + 1],
    lambda t: (t @ np.ones(3)).sum() if t.shape[-1] == 3 else t,
    lambda t: tg.matmul(tg.swapaxes(t, 0, 1), t)[:1, :1] if t.ndim == 2 else t,
    lambda t: tg.transpose(t).T,
]


def build(choose, size):
    """A scalar made by ``size`` operations or a few more, and its leaves.

    ``choose(n)`` gives the next number below n.
    """
    leaves = [leaf(choose, number) for number in range(1 + choose(4))]
    pool = [*leaves, tg.constant(np.array([[0.5], [-0.25]]))]
    first = pool[-1].id
    while pool[-1].id - first < size:
        kind = choose(8)
        t = pool[-1 - choose(min(len(pool), 12))]
        if kind < 3:
            pool.append(apply(UNARY[choose(len(UNARY))], t))
        elif kind < 6:
            other = t if choose(4) == 0 else pool[choose(len(pool))]
            pool.append(apply(BINARY[choose(len(BINARY))], t, other))
        elif kind == 6 and t.ndim:
            pool.append(tame(SHAPED[choose(len(SHAPED))](t)))
        else:
            pool.append(t * 0.5 + pool[choose(len(pool))] if choose(2) else 1.25 - t)
    loss = tg.sum(pool[-1]) + tg.sum(leaves[0])
    for t in pool[-2 : -min(len(pool), 5) : -1]:
        loss = loss + tg.mean(t) * 0.5
    return loss, leaves


def leaf(choose, number):
    """An input; no two of its numbers, or of two leaves, are the same, so that no maximum is a tie."""
    shape = SHAPES[choose(len(SHAPES))]
    numbers = [choose(2001) / 1000 - 1 + (1 + 10 * number + k) * 1e-5 for k in range(int(np.prod(shape)))]
    return tg.tensor(np.array(numbers).reshape(shape))


def apply(op, *inputs):
    function = getattr(tg, op.name)
    return tame(function(*(within(t, op.domain) for t in inputs)))


def within(t, domain):
    """The tensor itself where the op takes all of its values; else squeezed into the op's domain."""
    low, high = domain
    value = np.asarray(t.value)
    if np.all((value > low) & (value < high)):
        return t
    return tg.tanh(t) * ((high - low) / 2.2) + (high + low) / 2


def tame(t):
    return tg.tanh(t) if np.max(np.abs(t.value), initial=0) > 3 else t


def reachable(loss):
    """The tensors that a loss depends on, in the order of creation."""
    found, stack = {loss}, [loss]
    while stack:
        for t in stack.pop().inputs:
            if t not in found:
                found.add(t)
                stack.append(t)
    return sorted(found, key=lambda t: t.id)


def slope(order, directions):
    """The derivative of the last of ``order`` along directions of the leaves: all of it again, a complex step off."""
    values = {}
    for t in order:
        if t.inputs:
            values[t] = t.op.forward(*(values[i] for i in t.inputs), **t.attrs)
        else:
            values[t] = t.value + 1e-100j * directions[t] if t in directions else t.value
    return np.imag(values[order[-1]]) / 1e-100


def check(loss, leaves, seed):
    """Assert that contributions sum to gradients, and gradients are those of complex steps."""
    grads = loss.backward()
    order = reachable(loss)
    sums = {loss: 1.0}
    for t in order:
        for slot, i in enumerate(t.inputs):
            if t in grads and (sent := grads.contribution(t, slot)) is not None:
                sums[i] = sums.get(i, 0.0) + sent
    assert sums.keys() == set(grads)
    for t, total in sums.items():
        np.testing.assert_allclose(total, grads[t], rtol=1e-12, atol=1e-12 * float(np.max(np.abs(grads[t]), initial=1)))
        assert np.shape(grads[t]) == t.shape
    rng = np.random.default_rng(seed)
    directions = {t: rng.uniform(-1, 1, t.shape) for t in leaves}
    terms = [float(np.sum(directions[t] * grads[t])) for t in leaves if t in grads]
    expected = slope(order, directions)
    assert abs(sum(terms) - expected) <= 1e-10 * max(1.0, *map(abs, terms)), (sum(terms), expected)


def check_seed(seed):
    rng = random.Random(seed)
    loss, leaves = build(rng.randrange, rng.randint(1, 54))
    check(loss, leaves, seed)
    return sum(bool(t.inputs) for t in reachable(loss))
