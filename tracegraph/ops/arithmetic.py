"""The operators of Python: arithmetic and comparison."""

import numpy as np

from .op import elementwise

elementwise("add", "a + b", "g", "g", numpy=np.add, symbol="+")
elementwise("sub", "a - b", "g", "-g", numpy=np.subtract, symbol="−")
elementwise("mul", "a * b", "g * b", "g * a", numpy=np.multiply, symbol="×")
elementwise("div", "a / b", "g / b", "-g * a / b ** 2", numpy=np.divide, symbol="÷", domain=(0.5, 2.0))
elementwise("neg", "-x", "-g", numpy=np.negative, symbol="−")
for _name, _sign, _function in (
    ("less", "<", np.less),
    ("less_equal", "<=", np.less_equal),
    ("greater", ">", np.greater),
    ("greater_equal", ">=", np.greater_equal),
    ("equal", "==", np.equal),
    ("not_equal", "!=", np.not_equal),
):
    elementwise(_name, f"a {_sign} b", None, None, numpy=_function, symbol=_sign)
