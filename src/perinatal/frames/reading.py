"""What was found while a file was read, kept with the table; and the line of the file that a row comes from."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from perinatal.frames.problems import Problem, ProblemRule

LINE, ROW = "line", "row"
_KEY = "perinatal.reading"
_MAX_POSITIONS = 5


@dataclass(slots=True)
class FileReading:
    """The name of a file as messages give it, and what is found in it while it is read."""

    name: str
    findings: list[tuple[ProblemRule, int, str]] = field(default_factory=list)

    def add(self, rule: ProblemRule, count: int, text: str) -> None:
        """A finding about ``count`` lines or columns; the text follows the name of the file."""
        self.findings.append((rule, count, f"{self.name} {text}"))

    def attach(self, table: pd.DataFrame, lines: Sequence[int] | np.ndarray | None = None) -> pd.DataFrame:
        """The table with the findings in its ``attrs``, as JSON has them, and the line of each of its rows."""
        stored: dict[str, object] = {}
        if self.findings:
            stored["problems"] = [[rule.name, count, len(table), text] for rule, count, text in self.findings]
        if lines is not None and table.index.name not in (LINE, ROW):
            stored |= {"starts": _as_runs(np.asarray(lines)), "labels": _digest(table.index)}
        if stored:
            table.attrs[_KEY] = stored
        return table


def reading_problems(table: pd.DataFrame) -> list[Problem]:
    """The problems that :meth:`Reading.attach` left in a table; none in others."""
    stored = table.attrs.get(_KEY, {}).get("problems", [])
    return [Problem("file", ProblemRule[rule], count, total, message) for rule, count, total, message in stored]


def describe_positions(index: pd.Index, attrs: dict, positions: np.ndarray) -> str:
    """Where the first of these rows are: lines of the file where they are known, otherwise positions from 0.

    >>> describe_positions(pd.RangeIndex(2, 9, name="line"), {}, np.array([0, 3]))
    'lines 2, 5'
    >>> describe_positions(pd.Index(["a", "b"]), {}, np.array([1]))
    '0-based positions 1'
    """
    first = positions[:_MAX_POSITIONS]
    stored = attrs.get(_KEY, {})
    if index.name in (LINE, ROW) and pd.api.types.is_integer_dtype(index.dtype):
        where, numbers = f"{index.name}s", index[first].tolist()
    elif "starts" in stored and stored["labels"] == _digest(index):
        starts = np.array(stored["starts"])
        run = np.searchsorted(starts[:, 0], first, side="right") - 1
        where, numbers = "lines", (starts[run, 1] + first - starts[run, 0]).tolist()
    else:
        where, numbers = "0-based positions", first.tolist()
    return f"{where} {', '.join(map(str, numbers))}{', ...' if len(positions) > _MAX_POSITIONS else ''}"


def _as_runs(lines: np.ndarray) -> list[list[int]]:
    """Where consecutive lines start: (position, line) each."""
    if not lines.size:
        return [[0, 2]]
    starts = np.flatnonzero(np.diff(lines, prepend=lines[0] - 2) != 1)
    return [[int(position), int(lines[position])] for position in starts]


def _digest(index: pd.Index) -> int:
    return zlib.crc32("\x1f".join(map(str, index.tolist())).encode("utf-8", "surrogatepass"))
