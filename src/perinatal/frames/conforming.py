"""The door: somebody's table in, a canonical frame out, with every departure counted and placed."""

from __future__ import annotations

import difflib
import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perinatal.errors import InputError, MissingVariables, UnknownLevels, UnknownName
from perinatal.frames.column_map import Column, ColumnMap
from perinatal.frames.crosschecks import CROSS_CHECKS
from perinatal.frames.problems import ColumnFinding, Problem, ProblemRule, problems_frame
from perinatal.frames.problems import absent_column_problem as _absent
from perinatal.frames.quantities import conform_number
from perinatal.frames.units import find_unit
from perinatal.frames.words import conform_category, conform_flag
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
        with pd.option_context("display.max_colwidth", None):
            table = self.report().to_html(index=False, border=0) if self.problems else ""
        return f"<p>{html.escape(self._headline())}</p>{table}"


def conform(
    table: pd.DataFrame | Mapping[str, object] | Sequence[Mapping[str, object]],
    columns: ColumnMap | Mapping[object, str | Column] | None = None,
    *,
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
    table : a DataFrame of any dtypes, a mapping that is one record, or a list of such records.
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
    >>> conformed = conform(clinic, {"Hb": Column("haemoglobin_g_dl", unit="g/L")})
    >>> conformed.frame
       haemoglobin_g_dl mode_of_birth
    a              11.2     caesarean
    b               9.5           NaN
    >>> for problem in conformed.problems:
    ...     print(problem)
    haemoglobin_g_dl (column 'Hb'): 2 of 2 rows converted from g/L to g/dL
    mode_of_birth: 1 of 2 rows spell a declared word another way; taken as that word
    """
    table = _as_table(table)
    column_map = _as_column_map(columns)
    wanted = None if needed is None else _check_needed(needed)
    headings = _map_headings(table, column_map)
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
            problems.append(_absent(name, total))
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


_EXPECTED = {
    "Quantity": "numbers",
    "Count": "whole numbers",
    "Category": "words",
    "Flag": "True and False, 1 and 0, or yes and no",
}


def _describe_column(name: str, heading: object) -> str:
    return name if heading == name else f"{name} (column {heading!r})"


def _as_table(table: object) -> pd.DataFrame:
    if isinstance(table, pd.DataFrame):
        if table.columns.nlevels > 1:
            raise InputError("The table has headings of several levels; expected one. Flatten table.columns first.")
        if not table.columns.is_unique:
            twice = table.columns[table.columns.duplicated()].unique()
            raise InputError(f"The table has the column {twice[0]!r} more than once. Keep one, or rename them.")
        return table
    if isinstance(table, Mapping):
        return pd.DataFrame(
            {heading: [value] for heading, value in _check_record(table).items()}, index=pd.RangeIndex(1)
        )
    if isinstance(table, (list, tuple)) and all(isinstance(record, Mapping) for record in table):
        records = [_check_record(record) for record in table]
        headings = list(dict.fromkeys(heading for record in records for heading in record))
        return pd.DataFrame(
            {heading: [record.get(heading) for record in records] for heading in headings},
            index=pd.RangeIndex(len(records)),
        )
    raise InputError(
        f"Expected a DataFrame, a mapping that is one record, or a list of such records; got {type(table).__name__}."
    )


def _check_record(record: Mapping[object, object]) -> Mapping[object, object]:
    for heading, value in record.items():
        if isinstance(value, (list, tuple, set, dict, np.ndarray, pd.Series, pd.Index)):
            raise InputError(
                f"A mapping is one record, with one value under each heading; {heading!r} holds a "
                f"{type(value).__name__}. For several rows, pass a DataFrame."
            )
    return record


def _as_column_map(columns: object) -> ColumnMap:
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


def _map_headings(table: pd.DataFrame, column_map: ColumnMap) -> dict[str, object]:
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
        more = f" and {len(wanted) - _MAX_NAMES} more" if len(wanted) > _MAX_NAMES else ""
        expected = ", ".join(wanted[:_MAX_NAMES])
        raise MissingVariables(
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
