"""What the examples of trained networks share: first weights, the steps that improve them, and writing pictures.

Weights are arrays in a dictionary. A network makes parameters of them anew for each step, so each step is one record.
"""

from pathlib import Path

import numpy as np
from digits import TRAINING

import tracegraph as tg


def initial(shapes, seed):
    """Draw first weights as Glorot and Bengio (2010) do, ``shapes`` by name; vectors are biases and start at 0."""
    random = np.random.default_rng(seed)
    weights = {}
    for name, shape in shapes.items():
        ways = sum(shape[:2]) * np.prod(shape[2:])  # into a neuron and out of it
        weights[name] = random.normal(size=shape) * np.sqrt(2 / ways) if len(shape) > 1 else np.zeros(shape)
    return weights


def parameters(weights, names):
    """Make parameters of the weights with these names, in the scope that is open."""
    return [tg.parameter(weights[name], name) for name in names.split()]


def batches(size, steps, seed=2):
    """Draw, for each step, the numbers of so many of the digits for training, none twice in a step."""
    random = np.random.default_rng(seed)
    return [random.choice(TRAINING, size, replace=False) for _ in range(steps)]


def train(loss_of, weights, batches, rate):
    """Improve the weights in place, one step of Adam (Kingma and Ba 2015) for each batch; return the losses."""
    mean = {name: np.zeros_like(w) for name, w in weights.items()}
    square = {name: np.zeros_like(w) for name, w in weights.items()}
    losses = []
    for step, batch in enumerate(batches, start=1):
        loss = loss_of(weights, *batch)
        for tensor, gradient in loss.backward().items():
            if tensor.name in weights:
                m, s = mean[tensor.name], square[tensor.name]
                m += 0.1 * (gradient - m)
                s += 0.001 * (gradient**2 - s)
                weights[tensor.name] -= rate * m / (1 - 0.9**step) / (np.sqrt(s / (1 - 0.999**step)) + 1e-8)
        losses.append(loss.item())
    return losses


def save(pictures, folder="output"):
    """Write pictures and texts under their names, drawings without a suffix as SVG; say what was written."""
    for name, picture in pictures.items():
        path = Path(folder, name if Path(name).suffix else f"{name}.svg")
        if isinstance(picture, str):
            path.write_text(picture, encoding="utf-8")
        else:
            picture.save(path)
        print(path)
