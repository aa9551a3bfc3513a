"""The words of PyTorch in those of this package: which operation a call is, its inputs and its options."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from ...ops.op import OPS
from ...ops.traits import Traits

Given = Mapping[str, Any]
Option = str | Callable[[Given], Any]


class Spelling(NamedTuple):
    """How PyTorch spells an operation.

    ``op``: its name here. ``takes``: the parameters of PyTorch's function, in order; those called like the inputs of
    the op are its inputs. ``options``: by option of the op, the parameter that it is, or a function of all that was
    given. ``plain``: what parameters have to be for this to hold. ``turned``: the operands stand the other way round.
    ``commutes``: PyTorch hears ``2 * x`` as it hears ``x * 2``.
    """

    op: str
    takes: str = "x"
    options: Mapping[str, Option] = {}
    plain: Mapping[str, tuple[Any, ...]] = {}
    turned: bool = False
    commutes: bool = False


class Words(NamedTuple):
    """An operation that is none of ours, with formulas: of the value, and of the way back to each input."""

    inputs: tuple[str, ...]
    formula: str
    rules: tuple[str, ...]
    symbol: str
    traits: Traits


PRODUCT = Traits(kind="product", singular=OPS["matmul"].traits.singular)
ELSEWHERE = {
    "linear": Words(("x", "w", "b"), "x @ w.T + b", ("g @ w", "g.T @ x", "sum(g)"), "+", PRODUCT),
    "linear_no_bias": Words(("x", "w"), "x @ w.T", ("g @ w", "g.T @ x"), "·", PRODUCT),
}
"""Operations that PyTorch has and this package has not, by name."""

REDUCED: dict[str, Option] = {"axis": lambda given: _axes(given.get("dim")), "keepdims": "keepdim"}
AXIS: dict[str, Option] = {"axis": "dim"}
NO_TYPE = {"dtype": (None,)}
WINDOW: dict[str, Option] = {
    "kernel": "kernel_size",
    "stride": lambda given: _window(given.get("stride") or given["kernel_size"]),
    "padding": "padding",
    "ceil_mode": "ceil_mode",
}
LOSS = {"size_average": (None,), "reduce": (None,)}
CONVOLVED: dict[str, Option] = {"stride": "stride", "padding": "padding", "dilation": "dilation", "groups": "groups"}
BOTH = "a b alpha"
ONE = {"alpha": (None, 1)}

SPELLINGS: dict[str, Spelling] = {
    **{name: Spelling("add", BOTH, plain=ONE, commutes=True) for name in ("add", "add_", "__add__", "__iadd__")},
    "__radd__": Spelling("add", BOTH, turned=True),
    **{name: Spelling("sub", BOTH, plain=ONE) for name in ("sub", "sub_", "subtract", "__sub__", "__isub__")},
    **{name: Spelling("sub", BOTH, plain=ONE, turned=True) for name in ("rsub", "__rsub__")},
    **{name: Spelling("mul", "a b", commutes=True) for name in ("mul", "mul_", "multiply", "__mul__", "__imul__")},
    "__rmul__": Spelling("mul", "a b", turned=True),
    **{
        name: Spelling("div", "a b rounding_mode", plain={"rounding_mode": (None,)})
        for name in ("div", "div_", "divide", "true_divide", "__truediv__", "__itruediv__")
    },
    "__rdiv__": Spelling("div", "a b", turned=True),
    "__rtruediv__": Spelling("div", "a b", turned=True),
    **{name: Spelling("pow", "a b") for name in ("pow", "pow_", "__pow__")},
    "__rpow__": Spelling("pow", "a b", turned=True),
    **{name: Spelling("matmul", "a b") for name in ("matmul", "mm", "bmm", "mv", "__matmul__")},
    "__rmatmul__": Spelling("matmul", "a b", turned=True),
    **{
        name: Spelling(op)
        for op, names in {
            "neg": "neg neg_ negative __neg__",
            "abs": "abs absolute __abs__",
            "exp": "exp exp_",
            "expm1": "expm1",
            "log": "log log_",
            "log1p": "log1p",
            "log2": "log2",
            "log10": "log10",
            "sqrt": "sqrt sqrt_",
            "square": "square",
            "reciprocal": "reciprocal",
            "sin": "sin",
            "cos": "cos",
            "tan": "tan",
            "arcsin": "asin arcsin",
            "arccos": "acos arccos",
            "arctan": "atan arctan",
            "sinh": "sinh",
            "cosh": "cosh",
            "tanh": "tanh tanh_",
            "sigmoid": "sigmoid sigmoid_",
            "erf": "erf",
            "erfc": "erfc",
        }.items()
        for name in names.split()
    },
    "relu": Spelling("relu", "x inplace"),
    "relu_": Spelling("relu"),
    "relu6": Spelling("relu6", "x inplace"),
    "silu": Spelling("silu", "x inplace"),
    "mish": Spelling("mish", "x inplace"),
    "gelu": Spelling("gelu", "x approximate", {"approximate": "approximate"}),
    "leaky_relu": Spelling("leaky_relu", "x negative_slope inplace", {"slope": "negative_slope"}),
    "elu": Spelling("elu", "x alpha inplace", {"alpha": "alpha"}),
    "softplus": Spelling("softplus", "x beta threshold", plain={"beta": (None, 1, 1.0), "threshold": (None, 20, 20.0)}),
    "hardtanh": Spelling("hardtanh", "x min_val max_val inplace", {"low": "min_val", "high": "max_val"}),
    "softmax": Spelling("softmax", "x dim _stacklevel dtype", AXIS, NO_TYPE),
    "log_softmax": Spelling("log_softmax", "x dim _stacklevel dtype", AXIS, NO_TYPE),
    "logsumexp": Spelling("logsumexp", "x dim keepdim", REDUCED),
    "sum": Spelling("sum", "x dim keepdim dtype", REDUCED, NO_TYPE),
    "mean": Spelling("mean", "x dim keepdim dtype", REDUCED, NO_TYPE),
    "cumsum": Spelling("cumsum", "x dim dtype", AXIS, NO_TYPE),
    "maximum": Spelling("maximum", "a b"),
    "minimum": Spelling("minimum", "a b"),
    "where": Spelling("where", "c a b"),
    "clamp": Spelling("clip", "x min max", {"min": "min", "max": "max"}),
    "clip": Spelling("clip", "x min max", {"min": "min", "max": "max"}),
    "flatten": Spelling("reshape", "x start_dim end_dim", {"shape": "result"}),
    "reshape": Spelling("reshape", "x *shape", {"shape": "result"}),
    "view": Spelling("reshape", "x *shape", {"shape": "result"}),
    "unsqueeze": Spelling("expand_dims", "x dim", AXIS),
    "squeeze": Spelling("squeeze", "x dim", {"axis": lambda given: _axes(given.get("dim"))}),
    "expand": Spelling("broadcast_to", "x *shape", {"shape": "result"}),
    "transpose": Spelling("swapaxes", "x dim0 dim1", {"axis1": "dim0", "axis2": "dim1"}),
    "permute": Spelling("transpose", "x *dims", {"axes": lambda given: _spread(given["dims"])}),
    "t": Spelling("transpose"),
    "T": Spelling("transpose"),
    "mT": Spelling("matrix_transpose"),
    "cat": Spelling("concatenate", "xs dim", AXIS),
    "concat": Spelling("concatenate", "xs dim", AXIS),
    "stack": Spelling("stack", "xs dim", AXIS),
    "__getitem__": Spelling("getitem", "x index", {"index": lambda given: _index(given["index"])}),
    "conv1d": Spelling("conv1d", "x k bias stride padding dilation groups", CONVOLVED),
    "conv2d": Spelling("conv2d", "x k bias stride padding dilation groups", CONVOLVED),
    "conv3d": Spelling("conv3d", "x k bias stride padding dilation groups", CONVOLVED),
    **{
        f"max_pool{n}d": Spelling(
            f"max_pool{n}d",
            "x kernel_size stride padding dilation ceil_mode return_indices",
            {**WINDOW, "dilation": "dilation"},
            {"return_indices": (None, False)},
        )
        for n in (1, 2, 3)
    },
    **{
        f"avg_pool{n}d": Spelling(
            f"avg_pool{n}d",
            "x kernel_size stride padding ceil_mode count_include_pad divisor_override",
            {**WINDOW, "count_include_pad": "count_include_pad", "divisor_override": "divisor_override"},
        )
        for n in (1, 2, 3)
    },
    **{
        f"adaptive_avg_pool{n}d": Spelling(f"adaptive_avg_pool{n}d", "x output_size", {"output_size": "output_size"})
        for n in (1, 2, 3)
    },
    "layer_norm": Spelling(
        "layer_norm",
        "x normalized_shape weight bias eps",
        {"axes": lambda given: len(given["normalized_shape"]), "eps": "eps"},
    ),
    "batch_norm": Spelling(
        "batch_norm",
        "x running_mean running_var weight bias training momentum eps",
        {"eps": "eps"},
        {"training": (True,)},
    ),
    "group_norm": Spelling("group_norm", "x num_groups weight bias eps", {"groups": "num_groups", "eps": "eps"}),
    "gru_cell": Spelling("gru_cell", "x h w_ih w_hh b_ih b_hh"),
    "embedding": Spelling("embedding", "indices weight"),
    "mse_loss": Spelling("mse", "a b size_average reduce reduction weight", {"reduction": "reduction"}, LOSS),
    "cross_entropy": Spelling(
        "cross_entropy",
        "x t weight size_average ignore_index reduce reduction label_smoothing",
        {
            "reduction": "reduction",
            "ignore_index": "ignore_index",
            "label_smoothing": "label_smoothing",
            "axis": lambda given: 1 if given["x"].ndim > 1 else 0,
        },
        {**LOSS, "weight": (None,)},
    ),
    "nll_loss": Spelling(
        "nll_loss",
        "x t weight size_average ignore_index reduce reduction",
        {"reduction": "reduction", "ignore_index": "ignore_index"},
        {**LOSS, "weight": (None,)},
    ),
    "binary_cross_entropy": Spelling(
        "binary_cross_entropy",
        "p t weight size_average reduce reduction",
        {"reduction": "reduction"},
        {**LOSS, "weight": (None,)},
    ),
    "binary_cross_entropy_with_logits": Spelling(
        "binary_cross_entropy",
        "p t weight size_average reduce reduction pos_weight",
        {"reduction": "reduction", "from_logits": lambda given: True},
        {**LOSS, "weight": (None,), "pos_weight": (None,)},
    ),
    "scaled_dot_product_attention": Spelling(
        "scaled_dot_product_attention",
        "q k v attn_mask dropout_p is_causal scale enable_gqa",
        {"causal": "is_causal", "scale": "scale"},
        {"attn_mask": (None,), "dropout_p": (None, 0, 0.0), "enable_gqa": (None, False)},
    ),
}
"""By the name of PyTorch's function, how it spells an operation of ours."""

ALSO = {"input": 0, "self": 0, "other": 1, "tensors": 0, "condition": 0, "exponent": 1, "target": 1, "query": 0}
ALSO |= {"key": 1, "value": 2, "mat2": 1, "vec": 1}
"""Other names of parameters, with their places."""


class Spelled(NamedTuple):
    """A call in our words: the name of the op, its inputs (tensors and numbers) in order, and its options.

    ``commutes``: whether the program may have written the inputs the other way round.
    """

    op: str
    inputs: tuple[Any, ...]
    options: dict[str, Any]
    commutes: bool = False


def spelled(function: str, args: tuple[Any, ...], kwargs: Mapping[str, Any], shape: tuple[int, ...]) -> Spelled | None:
    """A call in our words; None where there are none for it. ``shape``: that of its result."""
    if function == "linear":
        given = bound("x w b", args, {**kwargs})
        given = {"b": given.pop("bias", None), **given} if "bias" in given else given
        weight = given.get("w", given.get("weight"))
        bias = given.get("b")
        name = "linear" if bias is not None else "linear_no_bias"
        return Spelled(name, (given["x"], weight, *([bias] if bias is not None else [])), {})
    known = SPELLINGS.get(function)
    if known is None or known.op not in OPS:
        return None
    given = bound(known.takes, args, kwargs)
    if any(given.get(name) not in allowed for name, allowed in known.plain.items() if name in given):
        return None
    op = OPS[known.op]
    inputs = tuple(given["xs"]) if op.variadic else tuple(given[n] for n in op.inputs if given.get(n) is not None)
    if not op.variadic and len(inputs) < op.required:
        return None
    inputs = inputs[::-1] if known.turned else inputs
    given["result"] = shape
    return Spelled(known.op, inputs, _options(known, given), known.commutes)


def bound(takes: str, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments by the names of parameters; ``*name`` takes all that are left."""
    names = takes.split()
    given: dict[str, Any] = {}
    for place, name in enumerate(names):
        if name.startswith("*"):
            given[name[1:]] = args[place:]
        elif place < len(args):
            given[name] = args[place]
    for name, value in kwargs.items():
        given[names[ALSO[name]] if name not in names and name in ALSO and ALSO[name] < len(names) else name] = value
    return given


def _options(known: Spelling, given: Given) -> dict[str, Any]:
    options = {}
    for option, source in known.options.items():
        if callable(source):
            options[option] = source(given)
        elif source in given:
            options[option] = _plain(given[source])
    return options


def _plain(value: Any) -> Any:
    return tuple(value) if isinstance(value, (list, tuple)) else value


def _axes(value: Any) -> Any:
    return None if value is None or value == [] or value == () else _plain(value)


def _window(value: Any) -> Any:
    return _plain(value)


def _spread(value: tuple[Any, ...]) -> tuple[int, ...]:
    parts = value[0] if len(value) == 1 and not isinstance(value[0], int) else value
    return tuple(operator.index(part) for part in parts)


def _index(value: Any) -> Any:
    """An index with arrays in the place of tensors."""
    if isinstance(value, tuple):
        return tuple(_index(part) for part in value)
    return value.detach().clone().cpu().numpy() if hasattr(value, "detach") else value
