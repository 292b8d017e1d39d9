"""Quantities and counts: read from any column, converted where a unit is stated, checked against bounds."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perinatal.frames.bounds import check_bounds, check_typical
from perinatal.frames.cells import as_floats, classify_content, distinct_cells, spread
from perinatal.frames.gestation import is_gestation, looks_like_weeks_dot_days
from perinatal.frames.problems import ColumnFinding, ProblemRule, no_positions
from perinatal.frames.readers import How, NumberReader, build_number_reader
from perinatal.frames.units import accepted_units, convert, find_unit
from perinatal.vocabulary import Count, Variable

_NO_NUMBERS = (How.TEXT, How.DECIMAL_COMMA, How.TWO_PRESSURES)
_CODE_READER = NumberReader()


def conform_number(
    column: pd.Series, variable: Variable, unit: str | None, unknown: tuple[object, ...]
) -> tuple[pd.Series | np.ndarray, list[ColumnFinding]]:
    """A column as ``float64`` in the variable's unit, missing where unknown, and what was found.

    The column itself comes back when nothing had to be changed.
    """
    findings: list[ColumnFinding] = []
    stated_unit = find_unit(unit, variable.name).name if unit else None
    reader = build_number_reader(variable.name, stated_unit, unknown)
    in_days = original = None
    column_kind = classify_content(column)
    if column_kind == "cells":
        raw, how = _read_cells(column, reader)
        findings += _report_readings(how, variable)
        in_days = how == How.WEEKS_AND_DAYS if reader.weeks_and_days else None
    elif column_kind == "truth":
        known = np.flatnonzero(~np.isnan(as_floats(column)))
        raw = np.full(len(column), np.nan)
        if known.size:
            findings.append(
                ColumnFinding(ProblemRule.NOT_A_NUMBER, known, "hold True or False, not a number; they are now unknown")
            )
    else:
        raw = as_floats(column)
        original = raw if column.dtype == np.float64 else None
        codes = [number for number, how in map(_CODE_READER.read, reader.unknown) if how is How.CLEAN]
        code_positions = np.flatnonzero(np.isin(raw, codes)) if codes else no_positions()
        if code_positions.size:
            raw = _blank_positions(raw, code_positions)
            findings.append(
                ColumnFinding(
                    ProblemRule.SENTINEL, code_positions, "hold a stated code for unknown; they are now unknown"
                )
            )
    if not raw.size:
        return raw, findings
    lowest, highest = np.fmin.reduce(raw), np.fmax.reduce(raw)
    if lowest == -np.inf or highest == np.inf:
        infinite_positions = np.flatnonzero(np.isinf(raw))
        raw = _blank_positions(raw, infinite_positions)
        findings.append(
            ColumnFinding(ProblemRule.NOT_FINITE, infinite_positions, "infinite, not a number; they are now unknown")
        )
    values = raw
    if stated_unit is not None and stated_unit != accepted_units(variable.name)[0].name:
        values = _convert_numbers(raw, variable, stated_unit, in_days, findings)
    if in_days is not None and in_days.any():
        values = np.where(in_days, raw, values)
        day_positions = np.flatnonzero(in_days)
        findings.append(ColumnFinding(ProblemRule.CONVERTED, day_positions, "written as weeks+days; converted to days"))
    values = check_bounds(values, raw, variable, stated_unit, findings)
    if isinstance(variable.kind, Count):
        values = _require_whole(values, findings)
    check_typical(values, raw, variable, stated_unit, findings)
    return (column if values is original else values), findings


def _blank_positions(values: np.ndarray, positions: np.ndarray) -> np.ndarray:
    """A copy in which these positions are unknown."""
    values = values.copy()
    values[positions] = np.nan
    return values


def _read_cells(column: pd.Series, reader: NumberReader) -> tuple[np.ndarray, np.ndarray]:
    """The number in each row, and how it was read; each distinct cell is read once."""
    codes, cells = distinct_cells(column)
    readings = [reader.read(cell) for cell in cells]
    values = spread(codes, np.array([value for value, _ in readings], dtype=np.float64), np.nan)
    return values, spread(codes, np.array([how for _, how in readings], dtype=np.int8), How.CLEAN)


def _report_readings(how: np.ndarray, variable: Variable) -> list[ColumnFinding]:
    findings = []
    for reading, rule, text in (
        (How.WRITTEN_UNKNOWN, ProblemRule.WRITTEN_UNKNOWN, "hold a word for unknown; they are now unknown"),
        (How.CODE_FOR_UNKNOWN, ProblemRule.SENTINEL, "hold a stated code for unknown; they are now unknown"),
    ):
        positions = np.flatnonzero(how == reading)
        if positions.size:
            findings.append(ColumnFinding(rule, positions, text))
    positions = np.flatnonzero(np.isin(how, _NO_NUMBERS))
    if positions.size:
        commas = np.count_nonzero(how == How.DECIMAL_COMMA)
        hint = f" ({commas:,} with a decimal comma: write 11.2, not 11,2)" if commas else ""
        pairs = np.count_nonzero(how == How.TWO_PRESSURES)
        hint += f" ({pairs:,} such as 120/80: give each of the two numbers a column of its own)" if pairs else ""
        expected = "a number or weeks+days such as 32+4" if is_gestation(variable.name) else "a number"
        findings.append(
            ColumnFinding(
                ProblemRule.NOT_A_NUMBER,
                positions,
                f"hold text where {expected} is expected{hint}; they are now unknown",
            )
        )
    return findings


def _convert_numbers(
    raw: np.ndarray, variable: Variable, unit: str, in_days: np.ndarray | None, findings: list[ColumnFinding]
) -> np.ndarray:
    """The numbers in the variable's own unit; texts already read as days are put back by the caller."""
    if unit == "weeks+days":
        number_positions = np.flatnonzero(~np.isnan(raw) if in_days is None else ~np.isnan(raw) & ~in_days)
        if number_positions.size:
            findings.append(
                ColumnFinding(
                    ProblemRule.NOT_A_NUMBER,
                    number_positions,
                    "not written as weeks+days such as 32+4; they are now unknown",
                )
            )
        return np.full(len(raw), np.nan)
    numbers = raw if in_days is None else np.where(in_days, np.nan, raw)
    if unit == "weeks" and looks_like_weeks_dot_days(numbers):
        positions = np.flatnonzero(~np.isnan(numbers))
        findings.append(
            ColumnFinding(
                ProblemRule.SUSPICIOUS_UNIT,
                positions,
                "stated in weeks, but looks like weeks.days (32.4 meaning 32 weeks and 4 days): every "
                f"fraction is .1 to .6. If so, state units={{'{variable.name}': 'weeks.days'}}; read as "
                "decimal weeks",
                changed=False,
            )
        )
    values = convert(numbers, unit, variable.name)
    invalid_positions = np.flatnonzero(np.isnan(values) & ~np.isnan(numbers))
    if invalid_positions.size:
        findings.append(
            ColumnFinding(
                ProblemRule.NOT_A_NUMBER,
                invalid_positions,
                "not weeks.days (the digit after the point is 0 to 6); now unknown",
            )
        )
    converted_positions = np.flatnonzero(~np.isnan(values))
    if converted_positions.size:
        own_unit = accepted_units(variable.name)[0].name
        findings.append(
            ColumnFinding(ProblemRule.CONVERTED, converted_positions, f"converted from {unit} to {own_unit}")
        )
    return values


def _require_whole(values: np.ndarray, findings: list[ColumnFinding]) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        fraction = (np.rint(values) != values) & ~np.isnan(values)
    positions = np.flatnonzero(fraction)
    if not positions.size:
        return values
    findings.append(ColumnFinding(ProblemRule.NOT_WHOLE, positions, "not a whole number; they are now unknown"))
    return _blank_positions(values, positions)
