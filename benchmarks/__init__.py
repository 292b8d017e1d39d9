"""Times of the library relative to code that a user would write by hand, in one run; no test depends on a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple


class Row(NamedTuple):
    """One comparison: a task, with the result of the library and of the alternative, in one run on one machine."""

    task: str
    ours: float
    theirs: float
    unit: str
    aim: str

    @property
    def ratio(self) -> float:
        """The library's result over the alternative's: below 1 means less time (or memory)."""
        return self.ours / self.theirs


def best_seconds(work: Callable[[], object], repeat: int = 5) -> float:
    """The shortest of ``repeat`` runs, in seconds, which is the least affected by other load."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
