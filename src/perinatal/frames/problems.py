"""Problems of a table, counted and located, with what to do about each."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import Enum

import numpy as np
import pandas as pd


class ProblemRule(Enum):
    """What kind of thing a :class:`Problem` reports; ``unknown`` in it: the value became missing."""

    ABSENT_COLUMN = "the table has no such column; unknown in every row"
    LINES_LEFT_OUT = "lines of the file that are no rows (titles, blank lines); left out"
    READ_AS = "the file says it in another form; read as the message states"
    UNMAPPED_COLUMN = "the column is not in the vocabulary; left out of the frame"
    WRITTEN_UNKNOWN = "a word for unknown; unknown"
    SENTINEL = "a code for unknown (-1, 88, 99, ...) where the column cannot mean it; unknown"
    NOT_A_NUMBER = "text where a number is expected; unknown"
    NOT_FINITE = "infinite; unknown"
    NOT_WHOLE = "a fraction where a whole number is expected; unknown"
    IMPOSSIBLE = "outside what can be true; unknown"
    IMPLAUSIBLE = "possible but unusual; not changed"
    SUSPICIOUS_UNIT = "looks like another unit; not converted"
    CONVERTED = "converted from the unit that was stated"
    SPELLING = "another spelling of a declared word or a number; read as that word or number"
    CONTRADICTION = "two columns contradict each other; not changed"
    LINE_OF_TOTALS = "a line of totals, which is about no one; unknown"
    NOTHING_KNOWN = "nothing that the model reads is known in the row; no answer"
    NOT_ANSWERED = "a published score needs what is unknown here, or was not published for it; no answer"
    COUNTED_AS = "unknown; counted as the value that the publication states"
    BOUNDED = "outside the bounds of the publication; counted as the bound"


VALUES_LOST = frozenset(
    (
        ProblemRule.NOT_A_NUMBER,
        ProblemRule.NOT_FINITE,
        ProblemRule.NOT_WHOLE,
        ProblemRule.IMPOSSIBLE,
        ProblemRule.SUSPICIOUS_UNIT,
    )
)
"""Rules by which a recorded value became unknown; a code or word for unknown is not among them."""


def no_positions() -> np.ndarray:
    """The positions of a finding about a column as such: none."""
    return np.empty(0, dtype=np.intp)


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of finding in one column.

    Parameters
    ----------
    variable : canonical name, or the heading of the table where there is none.
    rule : what kind of finding.
    count : rows it concerns.
    total : rows of the table.
    message : what was expected, what came, what to do; never repeats a text that fewer than five rows share.
    positions : 0-based row positions it concerns (empty when it concerns the column as such).
    """

    variable: str
    rule: ProblemRule
    count: int
    total: int
    message: str
    positions: np.ndarray = field(default_factory=no_positions, repr=False, compare=False)

    def __str__(self) -> str:
        return self.message

    def select_rows(self, rows: np.ndarray) -> Problem:
        """The same problem with its positions among the rows (0-based, in their new order) of a smaller table.

        Parameters
        ----------
        rows : shape (n,), the positions of the rows that remain.
        """
        if not len(self.positions):
            return self
        return replace(self, positions=np.flatnonzero(np.isin(rows, self.positions)))


@dataclass(frozen=True, slots=True)
class ColumnFinding:
    """A finding before it has a name: the rule, where, and the words that follow ``3 of 600 rows``.

    ``changed``: whether the values at ``positions`` were changed.
    """

    rule: ProblemRule
    positions: np.ndarray
    text: str
    changed: bool = True

    def to_problem(self, variable: str, total: int, heading: object = None) -> Problem:
        """The problem of a variable, counted; it names the heading where that differs."""
        count = len(self.positions)
        where = variable if heading is None or heading == variable else f"{variable} (column {heading!r})"
        message = f"{where}: {count:,} of {total:,} {'row' if total == 1 else 'rows'} {self.text}"
        return Problem(variable, self.rule, count, total, message, self.positions)


def absent_column_problem(variable: str, total: int) -> Problem:
    """The problem of a needed variable that the table does not have.

    >>> print(absent_column_problem("parity", 600))
    parity: the table has no such column; unknown in all 600 rows
    """
    rows = f"{total:,} {'row' if total == 1 else 'rows'}"
    message = f"{variable}: the table has no such column; unknown in all {rows}"
    return Problem(variable, ProblemRule.ABSENT_COLUMN, total, total, message)


def problems_frame(problems: Iterable[Problem]) -> pd.DataFrame:
    """Problems as a table: ``variable, rule, rows, of, message``, one row each."""
    rows = [(p.variable, p.rule.name.lower(), p.count, p.total, p.message) for p in problems]
    return pd.DataFrame(rows, columns=["variable", "rule", "rows", "of", "message"])
