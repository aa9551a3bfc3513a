"""What `import tracegraph` takes, against `import numpy`, each in a new process."""

import subprocess
import sys
from statistics import median
from time import perf_counter

PROGRAMS = {"tracegraph": "import tracegraph", "numpy": "import numpy", "nothing": "pass"}


def seconds(*command):
    start = perf_counter()
    subprocess.run([sys.executable, *command], check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - start


def run(repeats):
    """Median seconds of each import, without what Python itself needs to start."""
    times = {name: [] for name in PROGRAMS}
    for _ in range(repeats + 1):
        for name, program in PROGRAMS.items():
            times[name].append(seconds("-c", program))
    found = {name: median(t[1:]) for name, t in times.items()}  # the first turn may compile
    return {name: found[name] - found["nothing"] for name in PROGRAMS if name != "nothing"}


if __name__ == "__main__":
    result = run(int(sys.argv[1]) if len(sys.argv) > 1 else 25)
    for name, took in result.items():
        print(f"{name:15} {took * 1e3:8.1f} ms  {took / result['numpy']:.2f}")
