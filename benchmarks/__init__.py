"""Comparisons with the code that a user would otherwise write, as ratios within one run; no test depends on a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import NamedTuple


class Row(NamedTuple):
    """One comparison: what was done, ours and theirs, in one run on one machine."""

    task: str
    ours: float
    theirs: float
    unit: str
    aim: str

    @property
    def ratio(self) -> float:
        """Ours over theirs: below 1 is less time (or memory) than by hand."""
        return self.ours / self.theirs


def best_seconds(work: Callable[[], object], repeat: int = 5) -> float:
    """The shortest of ``repeat`` runs, in seconds: the least disturbed one on a noisy machine."""
    seconds = []
    for _ in range(repeat):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return min(seconds)
