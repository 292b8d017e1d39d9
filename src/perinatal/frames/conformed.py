"""What conforming gives: a canonical frame with its problems, which every verb believes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from perinatal._html import html, join_html, table_html
from perinatal._json import Json, jsonable
from perinatal.errors import InputError, MissingVariables
from perinatal.frames.column_map import ColumnMap
from perinatal.frames.problems import Problem, ProblemRule, absent_column_problem, problems_frame
from perinatal.frames.tables import RawTable
from perinatal.frames.words import is_declared_category
from perinatal.vocabulary import VARIABLES, Category, Flag, Identifier, Variable

MAX_NAMES = 12
_MAX_PROBLEMS = 5


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Conformed:
    """A canonical frame, and what was found on the way.

    Parameters
    ----------
    frame : canonical names, units and dtypes, on the caller's index and in the caller's order.
    problems : one for each kind of finding in each column.
    unread : headings of the table that were not understood and whose columns hold numbers.
    """

    frame: pd.DataFrame
    problems: tuple[Problem, ...]
    unread: tuple[str, ...] = ()

    def report(self) -> pd.DataFrame:
        """The problems as a table: ``variable, rule, rows, of, message``."""
        return problems_frame(self.problems)

    def select(self, names: Sequence[str]) -> Conformed:
        """The same rows with these variables, in this order; one that is absent is unknown in every row.

        Raises :class:`~perinatal.errors.MissingVariables` where none of them is there, and
        :class:`~perinatal.errors.InputError` where a column is not as :func:`perinatal.conform` leaves it.

        Parameters
        ----------
        names : canonical names of the columns.

        Examples
        --------
        >>> import perinatal as pn
        >>> pn.conform({"parity": 1}).select(["parity", "plurality"]).problems[0].message
        'plurality: the table has no such column; unknown in all 1 row'
        """
        present = [name for name in names if name in self.frame.columns]
        for name in present:
            _check_canonical(self.frame[name], VARIABLES[name])
        if len(present) == len(names):
            return Conformed(self.frame[present], self.problems, self.unread)
        if names and not present:
            raise MissingVariables(describe_nothing_needed(names))
        total = len(self.frame)
        reported = {problem.variable for problem in self.problems if problem.rule is ProblemRule.ABSENT_COLUMN}
        absent = tuple(
            absent_column_problem(name, total) for name in names if name not in present and name not in reported
        )
        columns = {
            name: self.frame[name] if name in present else build_unknown_column(VARIABLES[name], total)
            for name in names
        }
        frame = assemble_frame(self.frame, columns, unchanged=False)
        return Conformed(frame, (*self.problems, *absent), self.unread)

    def select_rows(self, rows: np.ndarray) -> Conformed:
        """Some of the rows, by a boolean mask or 0-based positions.

        The problems are those of the whole table: their counts and messages stay, their positions become positions
        among the rows selected.

        Parameters
        ----------
        rows : shape (n,), which rows: booleans or positions.

        Examples
        --------
        >>> import perinatal as pn
        >>> pn.conform({"parity": 1}).select_rows(np.array([False])).frame.shape
        (0, 1)
        """
        frame = self.frame.iloc[rows]
        positions = np.arange(len(self.frame))[rows]
        problems = tuple(problem.select_rows(positions) for problem in self.problems)
        return Conformed(frame, problems, self.unread)

    def to_frame(self) -> pd.DataFrame:
        """A copy of the canonical frame."""
        return self.frame.copy()

    def to_dict(self) -> Json:
        """``rows, columns, problems``, ready for JSON; no value of a row."""
        columns = [str(name) for name in self.frame.columns]
        return {"rows": len(self.frame), "columns": columns, "problems": jsonable(self.report())}

    def _headline(self) -> str:
        rows, columns = self.frame.shape
        kinds = len(self.problems)
        problem_text = f"{kinds} kind{'' if kinds == 1 else 's'} of problems" if kinds else "no problems"
        return f"Conformed: {rows:,} × {columns:,} (rows × columns), {problem_text}"

    def __repr__(self) -> str:
        lines = [self._headline(), *(f"  {problem}" for problem in self.problems[:_MAX_PROBLEMS])]
        if len(self.problems) > _MAX_PROBLEMS:
            lines.append(f"  ... {len(self.problems) - _MAX_PROBLEMS} more: see .report()")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        table = table_html(self.report(), index=False) if self.problems else None
        return join_html(html("p", self._headline()), table)


class ReadingReportLike(Protocol):
    """What the door reads of a :class:`~perinatal.registers.ReadingReport`."""

    @property
    def rows_read(self) -> int:
        """Rows of the file."""

    @property
    def rows_included(self) -> int:
        """Rows that were not excluded while reading."""

    @property
    def exclusions(self) -> Sequence[tuple[str, int]]:
        """Reason and rows of each exclusion."""

    @property
    def problems(self) -> Sequence[Problem]:
        """What was found wrong or odd."""


@runtime_checkable
class CohortLike(Protocol):
    """What the door reads of a :class:`~perinatal.Cohort`, whose class lies in a layer above."""

    @property
    def frame(self) -> pd.DataFrame:
        """A canonical frame."""

    @property
    def report(self) -> ReadingReportLike:
        """How it was read."""

    @property
    def register(self) -> str:
        """The name of the register."""


Table = RawTable | Conformed | CohortLike
"""Everything that the verbs take as their table."""


def as_conformed(
    table: Table, columns: ColumnMap | Mapping | None = None, units: Mapping[str, str] | None = None
) -> Conformed | None:
    """What is canonical already, a :class:`Conformed` or a cohort, as a ``Conformed``; ``None`` for other tables.

    Raises :class:`~perinatal.errors.InputError` where ``columns`` or ``units`` are stated for a canonical table.
    """
    if isinstance(table, (pd.DataFrame, pd.Series, Mapping)):  # its columns may have the names of a cohort's attributes
        return None
    if isinstance(table, Conformed):
        conformed = table
    elif isinstance(table, CohortLike):
        conformed = Conformed(table.frame, tuple(table.report.problems))
    else:
        return None
    if columns is not None or units is not None:
        raise InputError(
            "columns= and units= say what the headings of a table mean; this one is canonical already. Leave them out, "
            "or give them to perinatal.conform with the table as it was."
        )
    return conformed


def describe_nothing_needed(wanted: Sequence[str]) -> str:
    """The sentence for a table that has none of the needed variables."""
    more = f" and {len(wanted) - MAX_NAMES} more" if len(wanted) > MAX_NAMES else ""
    expected = ", ".join(wanted[:MAX_NAMES])
    return (
        f"The table has none of the {format_column_count(len(wanted))} needed: {expected}{more}. "
        "Rename its columns, or pass a ColumnMap."
    )


def format_column_count(count: int) -> str:
    """``1 column``, ``2 columns``."""
    return f"{count} column{'' if count == 1 else 's'}"


def build_unknown_column(declared: Variable, total: int) -> object:
    """A column of a variable that is unknown in every row."""
    if isinstance(declared.kind, Category):
        return pd.Categorical.from_codes(np.full(total, -1, dtype=np.int8), dtype=declared.kind.dtype, validate=False)
    if isinstance(declared.kind, Flag):
        return pd.arrays.BooleanArray(np.zeros(total, dtype=bool), np.ones(total, dtype=bool))
    if isinstance(declared.kind, Identifier):
        return np.full(total, None, dtype=object)
    return np.full(total, np.nan)


def assemble_frame(table: pd.DataFrame, canonical: Mapping[str, object], unchanged: bool) -> pd.DataFrame:
    """The canonical frame; columns that did not change are shared copy-on-write, never aliased."""
    if unchanged and type(table) is pd.DataFrame and list(table.columns) == list(canonical):
        frame = table.copy(deep=False)
        frame.attrs = {}
        return frame
    frame = pd.DataFrame(canonical, index=table.index, columns=pd.Index(list(canonical), dtype="str"), copy=False)
    return frame


def _check_canonical(column: pd.Series, declared: Variable) -> None:
    """Refuse a column that conforming cannot have left like this: it was changed since, or never conformed."""
    kind = declared.kind
    if isinstance(kind, Category):
        canonical = is_declared_category(column.dtype, kind)
    elif isinstance(kind, Flag):
        canonical = bool(column.dtype == "boolean" or column.dtype == bool)
    elif isinstance(kind, Identifier):
        canonical = True
    else:
        canonical = column.dtype == np.float64
        low, high = kind.possible
        values = column.to_numpy() if canonical else np.empty(0)
        if values.size and (np.fmin.reduce(values) < low or np.fmax.reduce(values) > high):
            raise InputError(
                f"{declared.name}: a Conformed holds values from {low:g} to {high:g} {declared.unit}, and this one "
                "others. Pass the table through perinatal.conform again."
            )
    if not canonical:
        raise InputError(
            f"{declared.name}: the column of this Conformed has the dtype {column.dtype}, which is not canonical. Pass "
            "the table through perinatal.conform first."
        )
