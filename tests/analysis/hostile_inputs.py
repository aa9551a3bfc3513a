"""Every operation at inputs that are hard to check: zeros, whole numbers, rounding noise, ties and near ties."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

import tracegraph as tg
from tracegraph.engine.call import function
from tracegraph.ops.op import OPS, Op, Sample


def inputs(random: np.random.Generator, op: Op, sample: Sample) -> list[Any]:
    """Those of a sample; in place of its random numbers, others."""
    return [tg.tensor(_hard(random, op, a)) if isinstance(a, (tuple, list)) else a for a in sample.inputs]


def _hard(random: np.random.Generator, op: Op, shape: Any) -> Any:
    low, high = op.domain
    x = random.uniform(low, high, size=tuple(shape))
    alike = np.full_like(x, random.uniform(low, high)) * (1 + 1e-16 * random.normal(size=x.shape))
    kinds = [x, x * 1e-17, np.round(x), np.zeros_like(x), alike]
    chosen = kinds[int(random.integers(len(kinds)))]
    return np.clip(chosen, low, high) if low > 0 else chosen


def losses(seed: int) -> Iterator[tg.Tensor]:
    """A loss for every sample of every operation that takes such inputs."""
    random = np.random.default_rng(seed)
    for op in list(OPS.values()):
        for sample in op.samples if op.vjps else ():
            try:
                with np.errstate(all="ignore"):
                    y = function(op)(*inputs(random, op, sample), **sample.attrs)
                    yield tg.sum(y * random.normal(size=np.shape(y.value)))
            except (tg.TracegraphError, np.linalg.LinAlgError, ValueError, TypeError):
                continue
