"""What `import tracegraph` and a first tensor take, against `import numpy`, each in a new process: processor time."""

import resource
import subprocess
import sys
from statistics import median

PROGRAMS = {
    "tracegraph": "import tracegraph",
    "first tensor": "import tracegraph; tracegraph.tensor(1.0)",  # loads NumPy and the operations
    "numpy": "import numpy",
    "nothing": "pass",
}


def seconds(program):
    start = used()
    subprocess.run([sys.executable, "-c", program], check=True)
    return used() - start


def used():
    """Processor seconds of all processes that have ended."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def run(repeats):
    """Median seconds of each import, without what Python itself needs to start."""
    times = {name: [] for name in PROGRAMS}
    for _ in range(repeats + 1):
        for name, program in PROGRAMS.items():
            times[name].append(seconds(program))
    found = {name: median(t[1:]) for name, t in times.items()}  # the first turn may compile
    return {name: found[name] - found["nothing"] for name in PROGRAMS if name != "nothing"}


if __name__ == "__main__":
    result = run(int(sys.argv[1]) if len(sys.argv) > 1 else 25)
    for name, took in result.items():
        print(f"{name:15} {took * 1e3:8.1f} ms  {took / result['numpy']:.2f}")
