"""Write into docs/flow.md what its first program prints, and the kinds of findings from their registry.

python tests/project/make_flow_doc.py
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

import doc_tables
from doc_tables import code, table

from tracegraph.analysis import DIAGNOSTICS

FILE = Path(__file__).parents[2] / "docs" / "flow.md"


def kinds():
    """A table of all kinds, and what each measures and where its threshold comes from."""
    known = DIAGNOSTICS.values()
    rows = [[code(d.kind), d.meaning, code(d.threshold)] for d in known]
    return "\n".join([table(["kind", "what is found", "threshold"], rows), "", *map(detail, known)])


def detail(diagnostic):
    rest = " ".join((diagnostic.find.__doc__ or "").partition("\n\n")[2].split()).replace("``", "`")
    return f"- **{diagnostic.kind}**: {rest}"


def output(text):
    """What the first program of the page prints."""
    program = re.search(r"^```python\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1]
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "net.py").write_text(program, "utf-8")
        done = subprocess.run([sys.executable, "net.py"], cwd=folder, capture_output=True, check=True)
    return f"```text\n{done.stdout.decode()}```"


def filled(text):
    return doc_tables.filled(text, "make_flow_doc.py", {"output": output(text), "kinds": kinds()})


if __name__ == "__main__":
    FILE.write_text(filled(FILE.read_text("utf-8")), "utf-8")
