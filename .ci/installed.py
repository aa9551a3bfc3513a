"""Whether an installed wheel is whole: run it where nothing else is installed, outside of the repository."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

import tracegraph as tg


def program() -> tg.Tensor:
    w = tg.parameter([[0.5], [-1.5]], "w")
    return tg.mse(tg.sigmoid(tg.tensor([[0.6, 0.2]], "x") @ w), 1.0)


def main() -> None:
    home = Path(tg.__file__).parent
    assert "site-packages" in home.parts, f"{home} is not installed"
    assert (home / "py.typed").is_file()
    assert list((home / "fonts").glob("*.ttf")) and (home / "fonts" / "fonts.conf").is_file()
    loss = program()
    loss.backward()
    drawing = tg.draw(loss, detail="full")
    with tempfile.TemporaryDirectory() as folder:
        for suffix in ("svg", "png", "pdf", "dot", "txt", "json"):
            drawing.save(Path(folder) / f"net.{suffix}")
        tg.frames(drawing).save(Path(folder) / "net.html")
        tg.trace(loss).save(Path(folder) / "net.tgraph")
        tg.explain(loss).save(Path(folder) / "net.tex")
        sizes = {path.name: path.stat().st_size for path in sorted(Path(folder).iterdir())}
    assert len(sizes) == 9 and min(sizes.values()) > 200, sizes
    for command in ("--help", "doctor"):
        subprocess.run([sys.executable, "-m", "tracegraph", command], check=True, stdout=subprocess.DEVNULL)
    print(f"tracegraph {tg.__version__} draws from its wheel: {', '.join(sizes)}")


if __name__ == "__main__":
    main()
