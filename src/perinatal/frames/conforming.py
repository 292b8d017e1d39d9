"""Any table in, a canonical frame out; every change is counted and located."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import pandas as pd

from perinatal.errors import InputError, UnknownLevels
from perinatal.frames.column_map import Column, ColumnMap
from perinatal.frames.conformed import Conformed, Table, as_conformed, assemble_frame, build_unknown_column
from perinatal.frames.crosschecks import CROSS_CHECKS
from perinatal.frames.headings import (
    as_column_map,
    collect_units,
    find_grouped,
    find_unmapped,
    find_unread,
    find_unused_map_entries,
    map_headings,
    refuse_other_names,
    require_names,
)
from perinatal.frames.problems import ColumnFinding, Problem, ProblemRule, absent_column_problem
from perinatal.frames.quantities import conform_number
from perinatal.frames.reading import reading_problems
from perinatal.frames.tables import as_dataframe
from perinatal.frames.totals import remove_totals
from perinatal.frames.words import conform_category, conform_flag, fill_blank
from perinatal.vocabulary import VARIABLES, Category, Flag, Identifier, Variable
from perinatal.vocabulary.rules.columns import as_plain_numbers


def conform(
    table: Table,
    *,
    columns: ColumnMap | Mapping | None = None,
    units: Mapping[str, str] | None = None,
    needed: Sequence[str] | None = None,
) -> Conformed:
    """Convert a table to canonical names, units and dtypes, and report every change.

    Quantities and counts become ``float64`` (unknown ``NaN``), categories the declared ``category``, flags
    nullable ``boolean``; identifiers are not changed. Impossible values become unknown, implausible values are
    not changed; both are counted. No value is clipped, imputed or guessed, no row is dropped, and the caller's table
    is not modified.

    Parameters
    ----------
    table : a DataFrame of any dtypes (pandas, polars, or anything that offers an Arrow stream), a list of records,
        or one record: a mapping, or a row as a Series. A :class:`Conformed` and a :class:`~perinatal.Cohort` are
        canonical already and are not conformed again.
    columns : which heading is which variable, in which unit and words. Headings it does not name are read as
        canonical names.
    units : canonical name -> the unit its column is in, for tables with canonical headings.
    needed : the columns of the result, in this order. A needed column that is absent is unknown in every row,
        and reported; where another heading seems to mean it, an error is raised (list the heading under ``ignore=`` of
        a ColumnMap if it does not). ``None``: every column that is in the vocabulary.

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
    mode_of_birth: 1 of 2 rows hold another spelling of a declared word; read as that word
    """
    conformed = as_conformed(table, columns, units)
    if conformed is not None:
        return conformed if needed is None else conformed.select(require_names(needed))
    table = as_dataframe(table)
    column_map = as_column_map(columns)
    wanted = None if needed is None else require_names(needed)
    headings = map_headings(table, column_map, wanted)
    stated = collect_units(units, column_map)
    total = len(table)
    if wanted is not None:
        refuse_other_names(table, headings, column_map, wanted)
    chosen = list(headings) if wanted is None else wanted
    problems = [*reading_problems(table), *find_grouped(headings, column_map, total)]
    table, totals = remove_totals(table)
    problems += totals
    problems += find_unmapped(table, headings, column_map)
    problems += find_unused_map_entries(table, column_map, chosen)

    canonical: dict[str, object] = {}
    level_errors: list[str] = []
    unchanged = True
    for name in chosen:
        declared = VARIABLES[name]
        if name not in headings:
            canonical[name] = build_unknown_column(declared, total)
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
    frame = assemble_frame(table, canonical, unchanged)
    problems += _find_contradictions(frame, headings)
    return Conformed(frame, tuple(problems), find_unread(table, column_map))


def refuse_other_numbers(table: pd.DataFrame) -> None:
    """Refuse a table in which a flag of the vocabulary holds numbers other than 0, 1 and codes for unknown.

    For a verb that reads a table as it stands. Words are not judged here.

    >>> refuse_other_numbers(pd.DataFrame({"married": [0, 1, 9]}))
    """
    errors = []
    for heading in table.columns:
        declared = VARIABLES.get(heading)
        if declared is None or not isinstance(declared.kind, Flag):
            continue
        numbers = pd.to_numeric(table[heading].astype(object), errors="coerce")
        try:
            conform_flag(numbers, None, ())
        except UnknownLevels as error:
            errors.append(f"{heading}: {error}")
    if errors:
        raise UnknownLevels("\n".join(errors))


_EXPECTED = {
    "Quantity": "numbers",
    "Count": "whole numbers",
    "Category": "words",
    "Flag": "True and False, 1 and 0, or yes and no",
}


def _describe_column(name: str, heading: object) -> str:
    return name if heading == name else f"{name} (column {heading!r})"


def _conform_column(
    column: pd.Series, declared: Variable, spec: Column | None, unit: str | None
) -> tuple[object, list[ColumnFinding]]:
    unknown = spec.unknown if spec else ()
    words = spec.words if spec else None
    values: object
    if isinstance(declared.kind, Identifier):
        return column, []
    if isinstance(declared.kind, Category):
        values, findings = conform_category(column, declared, words, unknown, spec.others if spec else None)
    elif isinstance(declared.kind, Flag):
        values, findings = conform_flag(column, words, unknown, spec.others if spec else None)
    else:
        return conform_number(column, declared, unit, unknown, spec.decimal if spec else None)
    if spec is None or spec.blank is None:
        return values, findings
    filled, blanks = fill_blank(column, values, spec.blank)
    known = {position for finding in blanks for position in finding.positions.tolist()}
    return filled, [*(f for f in findings if not known.issuperset(f.positions.tolist())), *blanks]


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
                f"{'row' if total == 1 else 'rows'}: {check.message}; not changed"
            )
            problems.append(Problem(check.variables[0], ProblemRule.CONTRADICTION, rows.size, total, message, rows))
    return problems
