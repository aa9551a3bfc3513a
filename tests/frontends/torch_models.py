"""Models of PyTorch, each with its inputs and the loss of what it returns."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import torch
import torch.nn.functional as F
from torch import nn


class Case(NamedTuple):
    """A model (or a function), its inputs, and its loss."""

    model: Any
    inputs: tuple[Any, ...]
    loss: Callable[[Any], Any]


def mlp() -> Case:
    y = torch.randint(0, 4, (8,))
    model = nn.Sequential(nn.Linear(10, 32), nn.ReLU(), nn.Linear(32, 4))
    return Case(model, (torch.randn(8, 10),), lambda out: F.cross_entropy(out, y))


class LeNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.c1, self.c2 = nn.Conv2d(1, 6, 5), nn.Conv2d(6, 16, 5)
        self.f1, self.f2, self.f3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, image: Any) -> Any:
        h = F.max_pool2d(torch.tanh(self.c1(image)), 2)
        h = F.max_pool2d(torch.tanh(self.c2(h)), 2)
        h = torch.flatten(h, 1)
        return self.f3(torch.tanh(self.f2(torch.tanh(self.f1(h)))))


def lenet() -> Case:
    y = torch.tensor([3, 5])
    return Case(LeNet(), (torch.randn(2, 1, 32, 32),), lambda out: F.cross_entropy(out, y))


class Block(nn.Module):
    """A residual block with changes in place, as ResNet's."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        self.conv2, self.bn2 = nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width)
        self.relu = nn.ReLU(inplace=True)

    def forward(self, x: Any) -> Any:
        out = self.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += x
        return self.relu(out)


def residual() -> Case:
    model = nn.Sequential(
        nn.Conv2d(3, 8, 3), Block(8), Block(8), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(8, 2)
    )
    return Case(model, (torch.randn(2, 3, 10, 10),), lambda out: out.square().mean())


def encoder() -> Case:
    layer = nn.TransformerEncoderLayer(16, 2, 32, batch_first=True, dropout=0.1)
    model = nn.TransformerEncoder(layer, 2, enable_nested_tensor=False)
    return Case(model, (torch.randn(2, 5, 16),), lambda out: out.pow(2).mean())


def lstm() -> Case:
    model = nn.LSTM(4, 6, num_layers=2)
    return Case(model, (torch.randn(5, 2, 4),), lambda out: out[0].mean() + out[1][0].sum() + out[1][1].square().sum())


class Loop(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.cell, self.out = nn.GRUCell(3, 5), nn.Linear(5, 1)

    def forward(self, steps: Any) -> Any:
        h = steps.new_zeros(2, 5)
        for x in steps:
            h = self.cell(x, h)
        return self.out(h)


def gru() -> Case:
    return Case(Loop(), (torch.randn(4, 2, 3),), lambda out: out.abs().sum())


class Tied(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(7, 4)

    def forward(self, tokens: Any) -> Any:
        h = torch.tanh(self.embedding(tokens))
        return h @ self.embedding.weight.T


def tied() -> Case:
    tokens = torch.tensor([[1, 2, 3], [4, 5, 1]])
    return Case(Tied(), (tokens,), lambda out: F.cross_entropy(out.flatten(0, 1), tokens.flatten()))


class Twice(nn.Module):
    """One layer used twice, a square by itself, a chunk, a detached part, and a part without gradients."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 4)

    def forward(self, x: Any) -> Any:
        h = torch.relu(self.layer(x))
        h = torch.sigmoid(self.layer(h))
        left, right = h.chunk(2, dim=-1)
        with torch.no_grad():
            scale = h.max()
        return left * left + right.detach() * left / scale


def twice() -> Case:
    return Case(Twice(), (torch.randn(3, 4),), lambda out: out.sum())


class Square(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, x: Any) -> Any:
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    def backward(ctx: Any, g: Any) -> Any:
        (x,) = ctx.saved_tensors
        return 2 * x * g


class Own(nn.Module):
    """A function of the user's own, and changes in place of a part."""

    def __init__(self) -> None:
        super().__init__()
        self.layer = nn.Linear(4, 6)

    def forward(self, x: Any) -> Any:
        h = Square.apply(self.layer(x)) * 1.0
        h[:, 0] *= 2
        h[:, 1:3].relu_()
        return h


def own() -> Case:
    return Case(Own(), (torch.randn(3, 4),), lambda out: out.sum())


def norms() -> Case:
    model = nn.Sequential(nn.Linear(6, 6), nn.LayerNorm(6), nn.GELU(), nn.Dropout(0.3), nn.GroupNorm(2, 6), nn.SiLU())
    return Case(model, (torch.randn(4, 6, requires_grad=True),), lambda out: F.mse_loss(out, torch.zeros(4, 6)))


CASES = {f.__name__: f for f in (mlp, lenet, residual, encoder, lstm, gru, tied, twice, own, norms)}
