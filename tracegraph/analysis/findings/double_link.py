"""The findings ``twice``, ``axis``, ``one_class`` and ``log``: softmax and sigmoid where they do not belong."""

from __future__ import annotations

from collections.abc import Iterator
from math import e, log1p

import numpy as np

from ...graph import Graph, Node, traits_of
from ...text.names import pretty
from ...text.numbers import number
from ..finding import Finding, diagnostic
from .predictions import SUM, behind, further, is_head, is_simplex, learning, link_name
from .roles import rectified


@diagnostic("twice", rank=14, depth=0)
def twice(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """Probabilities given to what makes probabilities itself: softmax into a softmax or a loss that has one inside.

    Nothing is measured: cross_entropy, binary_cross_entropy of logits and softmax get a softmax, a sigmoid (also one
    that is written by hand, or is only reshaped or clipped since) or, in a loss, a ReLU. Source: the second of the
    common mistakes that A. Karpathy lists (2018): softmaxed outputs given to a loss that expects raw logits.
    """
    learns = learning(graph)
    for node in graph:
        if not _takes_any_numbers(node) or not graph.inputs(node):
            continue
        given = graph.node(graph.inputs(node)[0].source)
        what = _link_before(graph, node, given) if given.key in learns else ""
        if what:
            yield _twice(node, given, what)


def _takes_any_numbers(node: Node) -> bool:
    """Whether an operation has a softmax or a sigmoid inside."""
    traits = traits_of(node)
    return traits.normalizes or traits.kind == "loss" and bool(node.attrs.get("from_logits"))


def _link_before(graph: Graph, node: Node, given: Node) -> str:
    source = behind(graph, given)
    is_loss = traits_of(node).kind == "loss"
    if name := link_name(graph, source):
        return name
    if is_loss and rectified(graph, source) is not None:
        return "relu"
    return "softmax" if is_loss and traits_of(node).normalizes and is_simplex(given.value) else ""


def _twice(node: Node, given: Node, what: str) -> Finding:
    name = pretty(given.name)
    if what == "relu":
        cause = f"{node.op} gets {name}, which is a ReLU: what should be far below 0 is 0, and no gradient corrects it"
    elif traits_of(node).kind == "loss":
        classes = given.shape[-1] if traits_of(node).normalizes else 2
        least = number(log1p((classes - 1) / e), 3)
        cause = (
            f"{node.op} gets {name}, which is already a {what}: even a perfect prediction has a loss of {least}, and "
            "the gradient is small"
        )
    else:
        cause = f"{node.op} gets {name}, which is already a {what}: its results are all nearly alike"
    remedy = f"give {node.op} the values before the {what}"
    return Finding("twice", node.key, f"{what} twice" if what != "relu" else "logits from a ReLU", cause, remedy=remedy)


@diagnostic("axis", rank=15, depth=0)
def axis(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """A softmax over the rows of a batch in place of its classes: columns sum to 1, and rows do not.

    Nothing is measured but these sums, within 1e-6. Left out: what goes into a product, as attention does.
    """
    learns = learning(graph)
    for node in graph:
        value = np.asarray(node.value)
        if node.key not in learns or value.ndim != 2 or min(value.shape) < 2 or value.dtype.kind != "f":
            continue
        made = traits_of(node).link and traits_of(node).normalizes or traits_of(node).operator == "truediv"
        if made and _sums_down(value) and is_head(graph, node) and _into_loss(graph, node):
            rows, classes = value.shape
            cause = (
                f"{pretty(node.name)} sums to 1 over its {rows} rows, and not over its {classes} classes: the samples "
                "of the batch compete"
            )
            remedy = "sum over the last axis: axis=-1, with keepdims=True where it is written by hand"
            yield Finding("axis", node.key, "softmax over the batch", cause, remedy=remedy)


def _sums_down(value: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> bool:
    if not np.isfinite(value).all() or (value < 0).any():
        return False
    return bool(np.abs(value.sum(axis=0) - 1).max() <= SUM and np.abs(value.sum(axis=1) - 1).max() > SUM)


def _into_loss(graph: Graph, node: Node) -> bool:
    return any(traits_of(n).kind == "loss" or traits_of(n).logarithm for n in further(graph, node))


@diagnostic("one_class", rank=16, depth=0)
def one_class(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """A softmax, or the cross entropy, over a single class, which is 1 whatever the network says.

    Nothing is measured. Left out: what goes into a product, as attention over a single place does.
    """
    learns = learning(graph)
    for node in graph:
        edges = graph.inputs(node)
        if not traits_of(node).normalizes or not edges or edges[0].source not in learns:
            continue
        shape = np.shape(graph.carried(edges[0]))
        along = node.attrs.get("axis", -1)
        if shape and isinstance(along, int) and shape[along] == 1 and np.prod(shape) > 1 and is_head(graph, node):
            cause = f"{node.op} over one output is always 1, whatever the network says, so nothing is learned"
            remedy = "use a sigmoid with binary_cross_entropy, or one output for each class"
            yield Finding("one_class", node.key, "softmax of one class", cause, remedy=remedy)


@diagnostic("log", rank=42, depth=8, alone="hint")
def log(graph: Graph, limit: None = None) -> Iterator[Finding]:
    """The logarithm of a softmax or a sigmoid, which is −∞ as soon as a probability rounds to 0: a hint.

    Nothing is measured. Source: the log-sum-exp form, for instance Goodfellow, Bengio and Courville, Deep Learning
    (2016), section 4.1.
    """
    learns = learning(graph)
    for node in graph:
        if (what := log_of(graph, node)) and node.key in learns:
            cause = f"the logarithm of a {what} is −∞ as soon as a probability rounds to 0"
            yield Finding("log", node.key, f"log of a {what}", cause, remedy=stable(what))


def log_of(graph: Graph, node: Node) -> str:
    """The link that a logarithm is taken of; "" for none."""
    traits, edges = traits_of(node), graph.inputs(node)
    if not traits.logarithm or traits.kind != "arithmetic" or len(edges) != 1:
        return ""
    return link_name(graph, behind(graph, graph.node(edges[0].source), clips=False))


def stable(what: str) -> str:
    """The function to take in place of the logarithm of a link."""
    if what == "softmax":
        return "use log_softmax (or cross_entropy, which has it)"
    return "use binary_cross_entropy with from_logits=True, or −softplus(−x)"
