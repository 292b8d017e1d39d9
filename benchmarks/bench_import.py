"""Importing the library in a fresh process, against importing pandas."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks import Row

_REPEAT = 7
_TIMED = "import time; start = time.perf_counter(); {}; print(time.perf_counter() - start)"
_STATEMENTS = (
    ("import perinatal", "import perinatal", "< 1.2"),
    ("perinatal.conform", "import perinatal; perinatal.conform", "< 1.5"),
    ("perinatal.load_model", "import perinatal; perinatal.load_model", "reported, not limited"),
)


def _seconds(statement: str) -> float:
    """Seconds that a statement takes in a fresh process, without the start of the interpreter."""
    done = subprocess.run([sys.executable, "-c", _TIMED.format(statement)], capture_output=True, text=True, check=True)
    return float(done.stdout)


def rows() -> Iterator[Row]:
    """Each statement, alternating with ``import pandas``; the shortest of a few runs of each."""
    for name, statement, aim in _STATEMENTS:
        ours, theirs = [], []
        for _ in range(_REPEAT):
            ours.append(_seconds(statement))
            theirs.append(_seconds("import pandas"))
        yield Row(f"{name} in a fresh process, against import pandas", min(ours), min(theirs), "s", aim)
