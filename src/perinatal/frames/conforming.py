"""The door: somebody's table in, a canonical frame out, with every departure counted and placed."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd

from perinatal._html import html, join_html, table_html
from perinatal._json import Json, jsonable
from perinatal.errors import InputError, MissingVariables, UnknownLevels, UnknownName
from perinatal.frames.column_map import Column, ColumnMap
from perinatal.frames.crosschecks import CROSS_CHECKS
from perinatal.frames.problems import ColumnFinding, Problem, ProblemRule, absent_column_problem, problems_frame
from perinatal.frames.quantities import conform_number
from perinatal.frames.tables import RawTable, as_dataframe
from perinatal.frames.units import find_unit
from perinatal.frames.words import conform_category, conform_flag, is_declared_category
from perinatal.vocabulary import VARIABLES, Category, Flag, Identifier, Variable, nearest_name, variable
from perinatal.vocabulary.rules.columns import as_plain_numbers

_MAX_NAMES = 12
_MAX_PROBLEMS = 5


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Conformed:
    """A canonical frame, and what was found on the way.

    Parameters
    ----------
    frame : canonical names, units and dtypes, on the caller's index and in the caller's order.
    problems : one for each kind of finding in each column.
    """

    frame: pd.DataFrame
    problems: tuple[Problem, ...]

    def report(self) -> pd.DataFrame:
        """The problems as a table: ``variable, rule, rows, of, message``."""
        return problems_frame(self.problems)

    def select(self, names: Sequence[str]) -> Conformed:
        """The same rows with these variables, in this order; one that is absent is unknown in every row.

        Raises :class:`~perinatal.errors.MissingVariables` where none of them is there, and
        :class:`~perinatal.errors.InputError` where a column is not as :func:`conform` leaves it.

        Parameters
        ----------
        names : canonical names of the columns.

        Examples
        --------
        >>> conform({"parity": 1}).select(["parity", "plurality"]).problems[0].message
        'plurality: the table has no such column; unknown in all 1 row'
        """
        present = [name for name in names if name in self.frame.columns]
        for name in present:
            _check_canonical(self.frame[name], VARIABLES[name])
        if len(present) == len(names):
            return Conformed(self.frame[present], self.problems)
        if names and not present:
            raise MissingVariables(_describe_nothing_needed(names))
        total = len(self.frame)
        reported = {problem.variable for problem in self.problems if problem.rule is ProblemRule.ABSENT_COLUMN}
        absent = tuple(
            absent_column_problem(name, total) for name in names if name not in present and name not in reported
        )
        columns = {
            name: self.frame[name] if name in present else _build_unknown_column(VARIABLES[name], total)
            for name in names
        }
        return Conformed(_assemble_frame(self.frame, columns, unchanged=False), (*self.problems, *absent))

    def select_rows(self, rows: np.ndarray) -> Conformed:
        """Some of the rows, by a boolean mask or 0-based positions.

        The problems are those of the whole table: their counts and messages stay, their positions become positions
        among the rows selected.

        Parameters
        ----------
        rows : shape (n,), which rows: booleans or positions.

        Examples
        --------
        >>> conform({"parity": 1}).select_rows(np.array([False])).frame.shape
        (0, 1)
        """
        frame = self.frame.iloc[rows]
        positions = np.arange(len(self.frame))[rows]
        return Conformed(frame, tuple(problem.select_rows(positions) for problem in self.problems))

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


def conform(
    table: Table,
    *,
    columns: ColumnMap | Mapping | None = None,
    units: Mapping[str, str] | None = None,
    needed: Sequence[str] | None = None,
) -> Conformed:
    """A table in the library's own names, units and dtypes, with every departure reported.

    Quantities and counts become ``float64`` (unknown ``NaN``), categories the declared ``category``, flags
    nullable ``boolean``; labels of the row stay as they are. What cannot be true becomes unknown; what is
    surprising is kept; both are counted. Nothing is clipped, imputed, dropped or guessed, and the caller's
    table is not touched.

    Parameters
    ----------
    table : a DataFrame of any dtypes (pandas, polars, or anything that offers an Arrow stream), a list of records,
        or one record: a mapping, or a row as a Series. A :class:`Conformed` and a :class:`~perinatal.Cohort` are
        canonical already and are not conformed again.
    columns : which heading is which variable, in which unit and words. Headings it does not name are taken as
        canonical names.
    units : canonical name -> the unit its column is in, for tables with canonical headings.
    needed : the columns of the result, in this order. A needed column that is absent is unknown in every row,
        and said so; where another heading seems to mean it, that is an error (list the heading under
        ``ignore=`` of a ColumnMap if it does not). ``None``: every column that is in the vocabulary.

    Raises
    ------
    MissingVariables : a mapped heading is absent, or every needed column, or one is there by another name.
    UnknownLevels : words or codes of a category or flag that are not declared and not mapped.
    UnknownName, UnitError : no such variable; no such unit for it.
    InputError : not a table; a heading twice, two headings for one variable; dates where numbers should be.

    Examples
    --------
    >>> clinic = pd.DataFrame({"Hb": [112.0, 95.0], "mode_of_birth": ["Caesarean", None]}, index=["a", "b"])
    >>> conformed = conform(clinic, columns={"Hb": Column("haemoglobin_g_dl", unit="g/L")})
    >>> conformed.frame
       haemoglobin_g_dl mode_of_birth
    a              11.2     caesarean
    b               9.5           NaN
    >>> for problem in conformed.problems:
    ...     print(problem)
    haemoglobin_g_dl (column 'Hb'): 2 of 2 rows converted from g/L to g/dL
    mode_of_birth: 1 of 2 rows spell a declared word another way; taken as that word
    """
    conformed = as_conformed(table, columns, units)
    if conformed is not None:
        return conformed if needed is None else conformed.select(_check_needed(needed))
    table = as_dataframe(table)
    column_map = as_column_map(columns)
    wanted = None if needed is None else _check_needed(needed)
    headings = map_headings(table, column_map)
    stated = _collect_units(units, column_map)
    total = len(table)
    problems: list[Problem] = []
    if wanted is None:
        chosen = list(headings)
        problems += _find_unmapped(table, headings, column_map)
    else:
        _refuse_other_names(table, headings, column_map, wanted)
        chosen = wanted

    canonical: dict[str, object] = {}
    level_errors: list[str] = []
    unchanged = True
    for name in chosen:
        declared = VARIABLES[name]
        if name not in headings:
            canonical[name] = _build_unknown_column(declared, total)
            problems.append(absent_column_problem(name, total))
            unchanged = False
            continue
        heading = headings[name]
        column = table[heading]
        spec = column_map.columns.get(heading)
        try:
            values, findings = _conform_column(column, declared, spec, stated.get(name))
        except UnknownLevels as error:
            level_errors.append(f"{_describe_column(name, heading)}: {error}")
            continue
        except InputError as error:
            raise InputError(
                f"{_describe_column(name, heading)} {error}. Expected {_EXPECTED[type(declared.kind).__name__]}; "
                "convert the column first."
            ) from None
        canonical[name] = values
        unchanged = unchanged and values is column
        problems += [finding.to_problem(name, total, heading) for finding in findings]
    if level_errors:
        raise UnknownLevels("\n".join(level_errors))
    frame = _assemble_frame(table, canonical, unchanged)
    problems += _find_contradictions(frame, headings)
    return Conformed(frame, tuple(problems))


def as_conformed(
    table: Table, columns: ColumnMap | Mapping | None = None, units: Mapping[str, str] | None = None
) -> Conformed | None:
    """What is canonical already, a :class:`Conformed` or a cohort, as a ``Conformed``; ``None`` for other tables.

    Raises :class:`~perinatal.errors.InputError` where ``columns`` or ``units`` are stated for a canonical table.
    """
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


_EXPECTED = {
    "Quantity": "numbers",
    "Count": "whole numbers",
    "Category": "words",
    "Flag": "True and False, 1 and 0, or yes and no",
}


def _describe_column(name: str, heading: object) -> str:
    return name if heading == name else f"{name} (column {heading!r})"


def as_column_map(columns: ColumnMap | Mapping | None) -> ColumnMap:
    """What the headings mean as a :class:`ColumnMap`; empty where nothing is stated."""
    if columns is None:
        return _NO_MAP
    return columns if isinstance(columns, ColumnMap) else ColumnMap(columns)


_NO_MAP = ColumnMap({})


def _check_needed(needed: Sequence[str]) -> list[str]:
    if isinstance(needed, str):
        raise InputError(f"needed= is a sequence of canonical names; got one text. Write needed=[{needed!r}].")
    wanted = list(needed)
    for name in wanted:
        variable(name)
    if len(set(wanted)) < len(wanted):
        raise InputError("needed= names a variable more than once. Name each once.")
    return wanted


def map_headings(table: pd.DataFrame, column_map: ColumnMap) -> dict[str, object]:
    """The heading of each variable the table has, in the table's order."""
    present = set(table.columns)
    absent = [heading for heading in column_map.columns if heading not in present]
    if absent:
        raise MissingVariables(_describe_missing_headings(absent, table))
    headings: dict[str, object] = {}
    for heading in table.columns:
        spec = column_map.columns.get(heading)
        name = spec.variable if spec else heading
        if heading in column_map.ignore or name not in VARIABLES:
            continue
        if name in headings:
            raise InputError(
                f"The columns {headings[name]!r} and {heading!r} would both become '{name}'. Keep one, or "
                "put the other under ignore= of a ColumnMap."
            )
        headings[name] = heading
    return headings


def _describe_missing_headings(absent: list[object], table: pd.DataFrame) -> str:
    present = [str(heading) for heading in table.columns]
    folded = {heading.casefold(): heading for heading in present}
    parts = []
    for heading in absent[:_MAX_NAMES]:
        close = difflib.get_close_matches(str(heading).casefold(), list(folded), n=1, cutoff=0.6)
        parts.append(f"{heading!r}" + (f" (is it {folded[close[0]]!r}?)" if close else ""))
    more = f" and {len(absent) - _MAX_NAMES} more" if len(absent) > _MAX_NAMES else ""
    return (
        f"The ColumnMap names {_format_columns(len(absent))} that the table does not have: {', '.join(parts)}"
        f"{more}. Correct the heading in the map, or leave it out."
    )


def _format_columns(count: int) -> str:
    return f"{count} column{'' if count == 1 else 's'}"


def _collect_units(units: Mapping[str, str] | None, column_map: ColumnMap) -> dict[str, str]:
    unit_names = {spec.variable: spec.unit for spec in column_map.columns.values() if spec.unit is not None}
    if units is None:
        return unit_names
    if not isinstance(units, Mapping):
        raise InputError(f"units= is a mapping of canonical names to units; got {type(units).__name__}.")
    for name, unit in units.items():
        if not isinstance(name, str):
            raise UnknownName(f"units= is keyed by canonical names; got {name!r}.")
        variable(name)
        stated_unit = find_unit(unit, name)
        if name in unit_names and find_unit(unit_names[name], name) is not stated_unit:
            raise InputError(f"{name}: units= says {unit!r}, the ColumnMap says {unit_names[name]!r}. State it once.")
        unit_names[name] = unit
    return unit_names


def _find_unmapped(table: pd.DataFrame, headings: Mapping[str, object], column_map: ColumnMap) -> list[Problem]:
    used, total = set(headings.values()), len(table)
    open_names = [name for name in VARIABLES if name not in headings]
    problems = []
    for heading in table.columns:
        if heading in used or heading in column_map.ignore:
            continue
        close = nearest_name(str(heading), open_names)
        hint = f" Is it '{close}'? Rename it, or pass a ColumnMap." if close else ""
        message = f"The column {heading!r} is not in the vocabulary and was left out.{hint}"
        problems.append(Problem(str(heading), ProblemRule.UNMAPPED_COLUMN, total, total, message))
    return problems


def _refuse_other_names(
    table: pd.DataFrame, headings: Mapping[str, object], column_map: ColumnMap, wanted: list[str]
) -> None:
    """Refuse a table in which a needed column is there under another name, or none is there at all."""
    absent = [name for name in wanted if name not in headings]
    if not absent:
        return
    used = set(headings.values())
    questions = []
    for heading in table.columns:
        if heading in used or heading in column_map.ignore:
            continue
        close = nearest_name(str(heading), absent)
        if close is not None:
            questions.append(f"The table has no column '{close}'. Is {str(heading)!r} the same thing?")
            absent.remove(close)
    if questions:
        raise MissingVariables(
            f"{' '.join(questions)} Rename {'it' if len(questions) == 1 else 'them'}, or pass a ColumnMap."
        )
    if len(absent) == len(wanted):
        raise MissingVariables(_describe_nothing_needed(wanted))


def _describe_nothing_needed(wanted: Sequence[str]) -> str:
    more = f" and {len(wanted) - _MAX_NAMES} more" if len(wanted) > _MAX_NAMES else ""
    expected = ", ".join(wanted[:_MAX_NAMES])
    return (
        f"The table has none of the {_format_columns(len(wanted))} needed: {expected}{more}. "
        "Rename its columns, or pass a ColumnMap."
    )


def _conform_column(
    column: pd.Series, declared: Variable, spec: Column | None, unit: str | None
) -> tuple[object, list[ColumnFinding]]:
    unknown = spec.unknown if spec else ()
    words = spec.words if spec else None
    if isinstance(declared.kind, Identifier):
        return column, []
    if isinstance(declared.kind, Category):
        return conform_category(column, declared.kind, words, unknown)
    if isinstance(declared.kind, Flag):
        return conform_flag(column, words, unknown)
    return conform_number(column, declared, unit, unknown)


def _build_unknown_column(declared: Variable, total: int) -> object:
    if isinstance(declared.kind, Category):
        return pd.Categorical.from_codes(np.full(total, -1, dtype=np.int8), dtype=declared.kind.dtype, validate=False)
    if isinstance(declared.kind, Flag):
        return pd.arrays.BooleanArray(np.zeros(total, dtype=bool), np.ones(total, dtype=bool))
    if isinstance(declared.kind, Identifier):
        return np.full(total, None, dtype=object)
    return np.full(total, np.nan)


def _assemble_frame(table: pd.DataFrame, canonical: Mapping[str, object], unchanged: bool) -> pd.DataFrame:
    """The canonical frame; columns that did not change are shared copy-on-write, never aliased."""
    if unchanged and type(table) is pd.DataFrame and list(table.columns) == list(canonical):
        frame = table.copy(deep=False)
        frame.attrs = {}
        return frame
    frame = pd.DataFrame(canonical, index=table.index, columns=pd.Index(list(canonical), dtype="str"), copy=False)
    return frame


def _find_contradictions(frame: pd.DataFrame, headings: Iterable[str]) -> list[Problem]:
    present = set(headings).intersection(frame.columns)
    numbers: dict[str, np.ndarray] = {}
    problems = []
    for check in CROSS_CHECKS:
        if not present.issuperset(check.variables):
            continue
        for name in check.variables:
            if name not in numbers:
                numbers[name] = as_plain_numbers(frame[name])
        rows = np.flatnonzero(check.rule.evaluate(numbers, len(frame)) == 1)
        if rows.size:
            total = len(frame)
            message = (
                f"{', '.join(check.variables)}: {rows.size:,} of {total:,} "
                f"{'row' if total == 1 else 'rows'}: {check.message}; kept"
            )
            problems.append(Problem(check.variables[0], ProblemRule.CONTRADICTION, rows.size, total, message, rows))
    return problems
