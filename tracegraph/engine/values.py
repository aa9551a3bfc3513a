"""The value of a tensor: a Python float for a float64 scalar, a NumPy scalar of another type, or a read-only array."""

from __future__ import annotations

from typing import Any

import numpy as np

from ..errors import OpError, OutOfMemory, UntracedError

Value = Any
"""A float for scalars, a read-only array otherwise; NumPy scalars for other types than float64."""


NO_COMPLEX = "complex numbers are not recorded; write the real and the imaginary part as two tensors"


class Held(OpError):
    """The error for a list or an array of objects that holds tensors, which have a record already."""


def own(role: str, value: Any, keep_int: bool = False) -> Value:
    """A copy of a user's number, list or array, in its settled form.

    Python's integers become floats, as in a list of data; with ``keep_int`` they stay, as in an exponent.
    """
    if type(value) is float or keep_int and (type(value) is bool or type(value) is int and abs(value) < 2**63):
        return value
    try:
        array = np.array(value)
    except UntracedError:
        raise Held(f"{role}: holds a tensor already; np.stack of the list goes on with its record") from None
    except MemoryError as error:
        raise out_of_memory(role, error) from None
    except (ValueError, OverflowError) as error:
        raise OpError(f"{role}: not a rectangular array of numbers: {error}") from None
    if array.dtype.kind == "O" and any(hasattr(part, "details") for part in array.flat):
        raise Held(f"{role}: holds tensors already; np.stack of them goes on with their record")
    if array.dtype.kind not in "fiub":
        raise OpError(f"{role}: cannot hold {array.dtype}; give real numbers")
    python = not isinstance(value, (np.ndarray, np.generic))
    if python and not keep_int and array.dtype.kind in "iu" or array.dtype.itemsize > 8:
        array = array.astype(np.float64)
    return settle(array)


def settle(value: Any) -> Value:
    """Bring a result into its one form: a Python float for a float64 scalar, else a read-only array or NumPy scalar."""
    if type(value) is float:
        return value
    if isinstance(value, np.ndarray):
        if value.ndim:
            value.flags.writeable = False
            return value
        value = value[()]
    return float(value) if isinstance(value, np.float64) else value


def is_float(value: Value) -> bool:
    """Whether a value can carry a gradient: float64, float32 or float16, not integers or booleans."""
    return type(value) is float or isinstance(value, (np.ndarray, np.floating)) and value.dtype.kind == "f"


def out_of_memory(where: str, error: MemoryError) -> OutOfMemory:
    """The error of an array that is too large, with its size and where it was asked for."""
    return OutOfMemory(f"{where}: {error or 'no memory is left'}; use smaller arrays, or float32")
