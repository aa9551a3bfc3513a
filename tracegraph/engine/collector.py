"""Put Python's garbage collector off while records are made, which have no cycles.

The collector runs whenever the program has made some hundreds of objects that it has not let go of, and walks them in
vain if most are records: it took 40 % of the time of scalar programs. So when most of the objects since its last run
were records, the threshold is raised until the next way back ends, or until a run finds few records. A threshold that
the program sets itself stays.
"""

from __future__ import annotations

import gc
from typing import Any

from .tensor import ids

PUT_OFF = 200_000
"""The threshold while records are made: cycles that a program leaves among them wait so many objects at most."""


class _Collector:
    """``usual``: the thresholds of the program, while they are raised; ``seen``: the id of a tensor at the last run."""

    def __init__(self) -> None:
        self.usual: tuple[int, ...] | None = None
        self.seen = 0

    def after_run(self, phase: str, info: dict[str, Any]) -> None:
        """Raise the threshold where most objects were records, or bring it back."""
        if phase != "stop":
            return
        thresholds, last = gc.get_threshold(), next(ids)
        records, self.seen = last - self.seen, last
        if 2 * records <= thresholds[0]:
            self.restore()
        elif 0 < thresholds[0] < PUT_OFF:
            self.usual = thresholds
            gc.set_threshold(PUT_OFF, *thresholds[1:])

    def restore(self) -> None:
        """Bring the threshold of the program back, unless it has set another one in the meantime."""
        usual, self.usual = self.usual, None
        if usual is not None and gc.get_threshold()[0] == PUT_OFF:
            gc.set_threshold(*usual)
            self.seen = next(ids)  # or the run that comes now, for all that was put off, would raise it again


_collector = _Collector()
restore = _collector.restore


def watch() -> None:
    """From now on, see at each run of the collector whether records are being made."""
    gc.callbacks.append(_collector.after_run)
