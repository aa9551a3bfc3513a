"""Write the tables of docs/ops.md: the operations from the registry, the kinks from their tests.

python tests/project/make_ops_doc.py
"""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[1] / "ops"))

import doc_tables
from doc_tables import code, table
from test_kinks import KINKS

import tracegraph as tg
from tracegraph.ops.op import OPS

FILE = Path(__file__).parents[2] / "docs" / "ops.md"


def public():
    """The operations that users call by name; those of the optimizers are not among them."""
    return [op for op in OPS.values() if hasattr(tg, op.name)]


def ops_table():
    rows = []
    for op in public():
        options = ", ".join(k if v is ... else f"{k}={v!r}" for k, v in op.attrs.items())
        back = [code(v.formula) if v else "–" for v in op.vjps] or ["–"]
        numpy = ", ".join(sorted({f"np.{'linalg.' * (op.name == 'norm')}{f.__name__}" for f in op.numpy}))
        said = op.doc.split("\n")[0].replace("``", "`")
        rows.append([code(op.name), code(options), code(op.formula), "; ".join(back), numpy, said])
    return table(["op", "options", "formula", "way back (g: gradient of the result)", "also as", "what it is"], rows)


def kinks_table():
    rows = []
    for k in KINKS:
        at, slopes = (", ".join(str(v).replace("nan", "NaN") for v in values) for values in (k.at, k.derivatives))
        rows.append([code(k.call), at, slopes, k.why])
    return table(["call", "at", "derivative", "why"], rows)


def filled(text):
    return doc_tables.filled(text, "make_ops_doc.py", {"ops": ops_table(), "kinks": kinks_table()})


if __name__ == "__main__":
    FILE.write_text(filled(FILE.read_text("utf-8")), "utf-8")
