"""What a program calls in PyTorch: each call with its tensors, its place in the source, and its module."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import PurePath
from types import CodeType
from typing import Any

import torch
from torch.nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook
from torch.overrides import TorchFunctionMode

Key = tuple[int, int]
"""The identity of a tensor at one time: that of its node of autograd and the number of the output, else its own and
its version, which is another one after each change in place."""

SILENT = frozenset(
    "__get__ __set__ backward requires_grad_ register_hook retain_grad size stride numel dim item tolist numpy "
    "is_floating_point is_complex __len__ __repr__ __format__ __hash__ __bool__ __float__ __int__ __index__ zero_grad "
    "has_names is_same_size storage_offset data_ptr element_size type is_contiguous __reduce_ex__ __deepcopy__ "
    "__dlpack__ __array__ manual_seed get_device".split()
)
"""Calls that compute nothing."""
PROPERTIES = ("T", "mT", "H", "mH", "real", "imag")
"""Attributes of a tensor that are computed."""
_PACKAGES = (PurePath(torch.__file__).parent, PurePath(__file__).parents[2])


@dataclass(eq=False, slots=True)
class Call:
    """One call: the ``function`` by its name, its arguments, the keys of the tensors that went in and came out.

    ``values``: copies of what came out. ``nodes``: those of autograd that came out. ``code`` and ``lasti``: the
    instruction of the program; ``module``: the path of the module that it is in, and ``leaf``: whether that has no
    modules inside. ``whole``: it changed a part of a tensor in place; the part and the whole came out.
    """

    function: str
    args: tuple[Any, ...]
    kwargs: dict[str, Any]
    inputs: tuple[tuple[Key, Any], ...]
    outputs: tuple[Key, ...]
    values: tuple[Any, ...]
    nodes: tuple[Any, ...]
    code: CodeType | None
    lasti: int
    module: str
    leaf: bool
    whole: bool = False


@dataclass(eq=False)
class Record:
    """All calls of a program, leaves and values by key; by identity, names of leaves, parameters and modules."""

    calls: list[Call] = field(default_factory=list)
    leaves: dict[Key, Any] = field(default_factory=dict)
    values: dict[Key, Any] = field(default_factory=dict)
    parameters: dict[int, str] = field(default_factory=dict)
    names: dict[int, str] = field(default_factory=dict)
    modules: dict[int, str] = field(default_factory=dict)
    held: list[Any] = field(default_factory=list)


def key_of(tensor: Any) -> Key:
    """The identity of a tensor as it is now."""
    node = tensor.grad_fn
    return (id(tensor), tensor._version) if node is None else (id(node), -1 - tensor.output_nr)


def tensors_in(value: Any) -> Iterator[Any]:
    """Every tensor in arguments or results, in order."""
    if isinstance(value, torch.Tensor):
        yield value
    elif isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors_in(part)
    elif isinstance(value, dict):
        for part in value.values():
            yield from tensors_in(part)


class Recorder(TorchFunctionMode):  # type: ignore[misc, unused-ignore]  # without PyTorch, its types are unknown
    """Hears the calls that the program makes itself; what they call in turn is theirs."""

    def __init__(self) -> None:
        super().__init__()
        self.record = Record()
        self.inside: list[Any] = []

    def __torch_function__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        kwargs = kwargs or {}
        name = func.__name__
        if name == "__get__" and (prop := getattr(func.__self__, "__name__", "")) in PROPERTIES:
            name = prop
        if name in SILENT or name.startswith(("is_", "_is_")):
            return func(*args, **kwargs)
        changed = args[0] if _in_place(name) and args and isinstance(args[0], torch.Tensor) else None
        base = changed._base if changed is not None and changed._is_view() else None
        used = (*tensors_in((args, kwargs)), *([base] if base is not None else []))
        inputs = tuple((self._used(t), t) for t in used)
        result = func(*args, **kwargs)
        outputs = (changed,) if changed is not None else tuple(tensors_in(result))
        if base is not None:  # a part was changed, and the whole with it
            outputs = (*outputs, base)
        if outputs:
            self._heard(name, args, kwargs, inputs, outputs, base is not None)
        return result

    def _used(self, tensor: Any) -> Key:
        """The key of an input; a leaf's value is kept when it is used first."""
        key = key_of(tensor)
        record = self.record
        record.held.append(tensor.grad_fn)
        if key not in record.values:
            record.leaves[key] = tensor
            record.names.setdefault(id(tensor), _variable(tensor))
            record.values[key] = _copied(tensor)
        return key

    def _heard(
        self,
        name: str,
        args: Any,
        kwargs: Any,
        inputs: tuple[tuple[Key, Any], ...],
        outputs: tuple[Any, ...],
        whole: bool,
    ) -> None:
        record, keys = self.record, tuple(key_of(t) for t in outputs)
        values = tuple(_copied(t) for t in outputs)
        nodes = tuple(t.grad_fn for t in outputs)
        record.values.update(zip(keys, values, strict=True))
        record.held += [outputs, nodes]  # an identity holds as long as the object does
        code, lasti = _place()
        module = self.inside[-1] if self.inside else None
        path = record.modules.get(id(module), "") if module is not None else ""
        leaf = module is not None and not any(True for _ in module.children())
        record.calls.append(Call(name, args, kwargs, inputs, keys, values, nodes, code, lasti, path, leaf, whole))

    def entered(self, module: Any, inputs: Any) -> None:
        """A module is called; the first one outside all others names everything in it."""
        if not self.inside:
            self._named(module)
        self.inside.append(module)

    def left(self, module: Any, inputs: Any, result: Any) -> None:
        """A module has returned."""
        while self.inside and self.inside.pop() is not module:
            pass

    def _named(self, root: Any) -> None:
        record = self.record
        record.held.append(root)
        paths = {"": ""}
        for path, module in root.named_modules():
            before, _, last = path.rpartition(".")
            last = f"{type(module).__name__.lower()}_{last}" if last.isdecimal() else last
            paths[path] = f"{paths.get(before, before)}.{last}".lstrip(".")
            record.modules.setdefault(id(module), paths[path])
        for path, tensor in (*root.named_parameters(), *root.named_buffers()):
            before, _, last = path.rpartition(".")
            record.parameters.setdefault(id(tensor), f"{paths.get(before, before)}.{last}".lstrip("."))


def _in_place(name: str) -> bool:
    """Whether a call changes its first argument, by PyTorch's convention for names."""
    plain = name.endswith("_") and not name.startswith("__")
    return (
        plain or name == "__setitem__" or name.startswith("__i") and name not in ("__index__", "__invert__", "__int__")
    )


def _copied(tensor: Any) -> Any:
    """The values as they are now. The storage of the program's own tensor must never be shared with NumPy."""
    with torch.no_grad(), torch._C.DisableTorchFunction():
        return tensor.detach().clone()


def _variable(tensor: Any) -> str:
    """The variable that holds a leaf where it is used, if there is one."""
    frame = _frame()
    if frame is None:
        return ""
    return next((n for held in (frame.f_locals, frame.f_globals) for n, v in held.items() if v is tensor), "")


def _place() -> tuple[CodeType | None, int]:
    """The instruction of the program that led to a call: the innermost outside of PyTorch and of this package."""
    frame = _frame()
    return (None, 0) if frame is None else (frame.f_code, frame.f_lasti)


def _frame() -> Any:
    """The innermost frame outside of PyTorch and of this package."""
    frame: Any = sys._getframe(1)
    while frame is not None and _foreign(frame.f_code.co_filename):
        frame = frame.f_back
    return frame


_KNOWN: dict[str, bool] = {}


def _foreign(filename: str) -> bool:
    if filename not in _KNOWN:
        parents = PurePath(filename).parents
        _KNOWN[filename] = any(package in parents for package in _PACKAGES)
    return _KNOWN[filename]


_RECORDERS: list[Recorder] = []


def heard() -> Record | None:
    """The record of the innermost function that is being called; None outside of one."""
    return _RECORDERS[-1].record if _RECORDERS else None


@contextmanager
def hearing() -> Iterator[None]:
    """Hear everything that is called inside; afterwards no hook and no mode is left."""
    recorder = Recorder()
    _RECORDERS.append(recorder)
    hooks = [
        register_module_forward_pre_hook(recorder.entered),
        register_module_forward_hook(recorder.left, always_call=True),
    ]
    try:
        with recorder:
            yield
    finally:
        for hook in hooks:
            hook.remove()
        _RECORDERS.remove(recorder)
