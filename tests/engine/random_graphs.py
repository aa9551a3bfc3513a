"""Random small graphs over all operations of the registry, and rules made wrong on purpose."""

import sys
from dataclasses import replace

import numpy as np

import tracegraph as tg
from tracegraph.engine.call import apply
from tracegraph.engine.leaves import lift
from tracegraph.engine.values import settle
from tracegraph.ops.op import OPS, Sample

SMOOTH = [op for op in OPS.values() if op.vjps]
BY_RANK = ("median", "quantile", "sort", "partition", "ptp")
"""In a tie no difference in one element is the derivative in all of them: these get no whole numbers."""
LARGEST = 30  # elements of an input
SHAPES = [(), (3,), (2, 3), (2, 1), (1, 3)]


class Maker:
    """Grows one graph: each step applies a random op to tensors that are there, or to new ones."""

    def __init__(self, seed, whole_numbers=False):
        self.rng = np.random.default_rng(seed)
        self.whole_numbers = whole_numbers  # those bring ties and zeros
        self.tensors = []

    def leaf(self, shape, low=-2.0, high=2.0):
        if self.whole_numbers:
            choice = np.arange(np.ceil(low), np.floor(high) + 1)
            if len(choice) and self.rng.random() < 0.7:
                return tg.parameter(self.rng.choice(choice, shape))
        return tg.parameter(self.rng.uniform(low, high, shape))

    def operand(self, shape, domain):
        """A tensor of this shape whose values an op can take."""
        there = [t for t in self.tensors if t.shape == shape]
        if not there or self.rng.random() < 0.3:
            return self.leaf(shape, *domain)
        t = there[self.rng.integers(len(there))]
        low, high = domain
        if domain == (-2.0, 2.0):
            return t if np.all(np.abs(t.value) < 20) else tg.tanh(t)
        return low + (high - low) * tg.sigmoid(t)

    def sample(self, op):
        if op.elementwise and None not in op.attrs.values() and op.name != "where":
            one, two = (SHAPES[i] for i in self.rng.integers(len(SHAPES), size=2))
            if self.tensors and self.rng.random() < 0.8:
                one = self.tensors[self.rng.integers(len(self.tensors))].shape
                two = one if self.rng.random() < 0.6 or len(one) > 2 else ()
            shapes = (one, two)[: len(op.inputs)] + (one,) * (len(op.inputs) - 2)
            return Sample(shapes)
        fit = [
            s
            for s in op.samples
            if all(
                0 < np.prod(np.shape(np.empty(i) if isinstance(i, tuple) else i), dtype=int) <= LARGEST
                for i in s.inputs
            )
        ]
        return fit[self.rng.integers(len(fit))] if fit else None

    def step(self, change=lambda op, tensor, slots: op):
        """Apply a random op; ``change`` makes another one of it, given what came out and the slots that learn."""
        op = SMOOTH[self.rng.integers(len(SMOOTH))]
        sample = self.sample(op)
        if sample is None or self.whole_numbers and op.name in BY_RANK:
            return None
        inputs = tuple(
            self.operand(i, op.domain) if isinstance(i, tuple) else lift(settle(np.array(i))) for i in sample.inputs
        )
        attrs = {**{k: v for k, v in op.attrs.items() if v is not ...}, **sample.attrs}
        op = op.chosen(tuple(t.value for t in inputs), attrs)
        made = apply(op, inputs, attrs, sys._getframe())
        slots = [s for s, t in enumerate(inputs) if t.needs and op.vjp(s) is not None]
        changed = change(op, made, slots)
        if changed is not op:
            made = apply(changed, inputs, attrs, sys._getframe())
        self.tensors.append(made)
        return made

    def loss(self):
        """All that nothing has used, weighted and added up, so that a gradient of any size arrives everywhere."""
        total = tg.constant(0.0)
        used = {i for t in self.tensors for i in t.inputs}
        for t in self.tensors:
            if t.needs and t not in used:
                weight = tg.constant(self.rng.uniform(0.5, 1.5, t.shape) * self.rng.choice([-1, 1], t.shape))
                total = total + tg.sum(weight * t)
        return total


def random_graph(seed, steps=4, whole_numbers=False):
    """The loss of a graph with so many random operations; None where no gradient flows."""
    maker = Maker(seed, whole_numbers)
    with np.errstate(all="ignore"):
        for _ in range(steps):
            maker.step()
        loss = maker.loss()
    return loss if loss.needs else None


def rolled(c):
    return np.roll(c, 1) if np.ndim(c) else c


def turned(c):
    return c.T if np.ndim(c) == 2 and c.shape[0] == c.shape[1] else c


def first_forgotten(c):
    c = np.array(c)
    c.flat[:1] = 0
    return c


FAULTS = {
    "sign": lambda c, g, y, x: -c,
    "factor 2": lambda c, g, y, x: 2 * c,
    "a little off": lambda c, g, y, x: 1.0001 * c,
    "nothing": lambda c, g, y, x: 0 * c,
    "constant added": lambda c, g, y, x: c + 0.1,
    "rolled": lambda c, g, y, x: rolled(c),
    "turned": lambda c, g, y, x: turned(c),
    "first forgotten": lambda c, g, y, x: first_forgotten(c),
    "times x": lambda c, g, y, x: c * (1 + x) if np.shape(c) == np.shape(x) else 3 * c,
    "mean not divided": lambda c, g, y, x: c * (np.size(x) / max(np.size(y), 1)),
    "term missing": lambda c, g, y, x: c - np.mean(c),
    "gradient that passes": lambda c, g, y, x: g if np.shape(c) == np.shape(g) else c / 2,
}


def wrong(op, slot, fault):
    """The op with the rule of one input made wrong."""
    place = 0 if op.variadic else slot
    right = op.vjps[place]

    def rule(g, y, *values, **options):
        c = np.asarray(right.rule(g, y, *values, **options))
        return c if options.get("slot", slot) != slot else FAULTS[fault](c, g, y, np.asarray(values[slot]))

    return replace(op, vjps=(*op.vjps[:place], right._replace(rule=rule), *op.vjps[place + 1 :]), pull=None)


def swapped(op):
    """The op with the rules of its two inputs exchanged."""
    return replace(op, vjps=(op.vjps[1], op.vjps[0], *op.vjps[2:]), pull=None)


def planted(seed):
    """A random graph with one wrong rule, the tensor made by it, and the inputs it is wrong for; None: draw again.

    That is where the fault changes no number, where a rule made wrong fails, and where there may be a kink, at which it
    may be a fair choice: an input that is there twice, or has a zero in it.
    """
    maker = Maker(seed)
    pick = maker.rng.choice
    slot = -1

    def change(op, tensor, slots):
        nonlocal slot
        if not slots:
            return op
        slot = int(pick(slots))
        fault = str(pick([*FAULTS, "swapped"]))
        if fault == "swapped":
            return swapped(op) if len(op.vjps) == 2 and None not in op.vjps and not op.variadic else op
        return wrong(op, slot, fault)

    with np.errstate(all="ignore"):
        maker.step(), maker.step()
        bad = maker.step(change)
        maker.step()
        loss = maker.loss()
    if bad is None or slot < 0 or not bad.needs or not loss.needs:
        return None
    bad.name = "bad"
    try:
        grads = loss.backward()
    except ValueError:
        return None
    if bad not in grads or len({*bad.inputs}) < len(bad.inputs) or any(np.any(t.value == 0) for t in bad.inputs):
        return None
    good = apply(OPS[bad.op.name], bad.inputs, bad.attrs, sys._getframe())
    with np.errstate(all="ignore"):
        right = good.backward(grads[bad])
    if any(c.verdict == "kink" and c.op == good.op.name for c in tg.gradcheck(good).results[-1:]):
        return None  # what is sent at a kink can be right or wrong by a convention only
    changed = [s for s in range(len(bad.inputs)) if differs(grads, right, bad, good, s)]
    return (loss, bad, changed) if changed else None


def differs(grads, right, bad, good, slot):
    ours, theirs = grads.contribution(bad, slot), right.contribution(good, slot)
    if theirs is None or not np.isfinite(theirs).all() or not np.isfinite(ours).all():
        return False
    return bool(np.max(np.abs(np.subtract(ours, theirs)), initial=0) > 1e-5 * np.max(np.abs(theirs), initial=1e-300))
