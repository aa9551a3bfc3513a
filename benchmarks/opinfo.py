"""PyTorch's own samples of its operations (OpInfo), against the operation here that each one is.

python -m benchmarks.opinfo [NAME ...]

A sample counts as reached by one operation if the record of the call holds one; as composed if it holds several; as
refused if an error says so. Wrong is a value or a gradient that differs. Needs PyTorch and its test package expecttest.
"""

import warnings
from collections import Counter

import numpy as np

import tracegraph as tg

from .opinfo_calls import CALLS

QUICK = ("add", "matmul", "sum", "amax", "softmax", "nn.functional.conv2d", "nn.functional.cross_entropy", "cat")
"""A few of them, for a look."""

OUTPUT = {"linalg.slogdet": 1}
"""Which of several results is compared; the first of others."""

SYMMETRIC = {"linalg.cholesky", "linalg.eigvalsh"}
"""Of one triangle. PyTorch spreads its gradient over both: the symmetric parts are compared."""


def symmetric(x):
    return x + np.swapaxes(x, -1, -2)


def leaves(torch, value, made):
    """What a sample holds, with tensors here for those of PyTorch that take gradients, and arrays for the others."""
    if isinstance(value, torch.Tensor):
        array = value.detach().resolve_conj().numpy()
        if value.dtype != torch.float64:
            return array
        made.append((value, tg.tensor(array)))
        return made[-1][1]
    if isinstance(value, (list, tuple)) and not isinstance(value, torch.Size):
        return type(value)(leaves(torch, part, made) for part in value)
    if isinstance(value, dict):
        return {key: leaves(torch, part, made) for key, part in value.items()}
    return tuple(value) if isinstance(value, torch.Size) else value


def recorded_ops(result):
    """How many operations the record of a result holds."""
    seen, stack = set(), [result]
    while stack:
        t = stack.pop()
        if t not in seen and t.inputs:
            seen.add(t)
            stack.extend(t.inputs)
    return len(seen)


def outcome(torch, info, sample, call):
    """ "one", "composed", "refused", or a text that says what differs."""
    made = []
    args = leaves(torch, [sample.input, *sample.args], made)
    kwargs = leaves(torch, dict(sample.kwargs), made)
    expected = info(sample.input, *sample.args, **sample.kwargs)
    expected = expected[OUTPUT.get(info.name, 0)] if isinstance(expected, (tuple, list)) else expected
    try:
        result = call(*args, **kwargs)
    except (tg.TracegraphError, TypeError, ValueError, AttributeError, IndexError) as error:
        return f"refused: {error}"
    if not isinstance(result, tg.Tensor) or not expected.requires_grad:
        return "no gradient"
    value = expected.detach().numpy()
    if result.shape != value.shape or not np.allclose(result.value, value, 1e-8, 1e-8, equal_nan=True):
        return f"wrong: value of shape {result.shape}, PyTorch's {value.shape}"
    g = np.random.default_rng(0).uniform(0.5, 1.5, value.shape)
    inputs = [theirs for theirs, _ in made if theirs.requires_grad]
    grads = torch.autograd.grad(expected, inputs, torch.tensor(g), allow_unused=True)
    try:
        got = result.backward(g)
    except Exception as error:
        return f"wrong: {type(error).__name__} on the way back"
    for theirs, ours in ((b, t) for (a, t), b in zip([m for m in made if m[0].requires_grad], grads)):
        mine = got.get(ours, np.zeros(ours.shape))
        same = symmetric if info.name in SYMMETRIC else np.asarray
        if theirs is not None and not np.allclose(same(mine), same(theirs.numpy()), 1e-7, 1e-7, equal_nan=True):
            return "wrong: gradient"
    return "one" if recorded_ops(result) == 1 else "composed"


def samples(torch, info):
    if not info.supports_autograd or torch.float64 not in info.supported_dtypes("cpu"):
        return []
    return info.sample_inputs("cpu", torch.float64, requires_grad=True)


def run(names=()):
    """Outcomes of all samples whose operation is in the table: how many of each, and by operation what fell short."""
    import torch
    from torch.testing._internal.common_methods_invocations import op_db

    totals, short = Counter(), {}
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for info in op_db:
            key = info.name + (f".{info.variant_test_name}" if info.variant_test_name else "")
            call = CALLS.get(key)
            if call is None or names and key not in names:
                continue
            for sample in samples(torch, info):
                result = outcome(torch, info, sample, call)
                totals[result.split(":")[0]] += 1
                if result not in ("one", "no gradient"):
                    short.setdefault(key, Counter())[result] += 1
    return totals, short


if __name__ == "__main__":
    import sys

    totals, short = run(sys.argv[1:])
    for key, outcomes in short.items():
        print(key, *(f"{count} {what}" for what, count in outcomes.items()), sep="\n    ")
    print(dict(totals))
