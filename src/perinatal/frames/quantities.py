"""Quantities and counts: read from any column, converted where a unit is stated, checked against bounds."""

from __future__ import annotations

import re
from decimal import Decimal
from numbers import Real

import numpy as np
import pandas as pd

from perinatal.clinical.dating import gestation_from_text
from perinatal.frames.bounds import check_bounds, check_typical
from perinatal.frames.cells import as_floats, classify_content, distinct_cells, spread
from perinatal.frames.gestation import is_gestation, looks_like_weeks_dot_days
from perinatal.frames.problems import ColumnFinding, ProblemRule
from perinatal.frames.units import accepted_units, convert, find_unit
from perinatal.frames.unknowns import is_unknown_word
from perinatal.frames.words import normalise_word
from perinatal.vocabulary import Count, Variable

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.ASCII | re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+,\d+", re.ASCII)
_TWO_PRESSURES = re.compile(r"\d{2,3}\s*/\s*\d{2,3}", re.ASCII)

# How a cell was read; the positive ones are findings.
_AS_NUMBER, _AS_DAYS, _UNKNOWN_WORD, _UNKNOWN_CODE, _TEXT, _COMMA, _PRESSURES = 0, -1, 1, 2, 3, 4, 5


def conform_number(
    column: pd.Series, variable: Variable, unit: str | None, unknown: tuple[object, ...]
) -> tuple[pd.Series | np.ndarray, list[ColumnFinding]]:
    """A column as ``float64`` in the variable's unit, missing where unknown, and what was found.

    The column itself comes back when nothing had to be changed.
    """
    findings: list[ColumnFinding] = []
    stated_unit = find_unit(unit, variable.name).name if unit else None
    in_days = original = None
    column_kind = classify_content(column)
    if column_kind == "cells":
        raw, how = _read_cells(column, variable, unknown, stated_unit)
        findings += _report_readings(how, variable)
        in_days = how == _AS_DAYS if is_gestation(variable.name) else None
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
        codes = [float(code) for code in map(normalise_word, unknown) if _NUMBER.fullmatch(code)]
        code_positions = np.flatnonzero(np.isin(raw, codes)) if codes else ()
        if len(code_positions):
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


def _read_cells(
    column: pd.Series, variable: Variable, unknown: tuple[object, ...], unit: str | None
) -> tuple[np.ndarray, np.ndarray]:
    codes, cells = distinct_cells(column)
    unknown_codes = frozenset(normalise_word(code) for code in unknown)
    as_days = is_gestation(variable.name)
    texts_only = unit == "weeks+days"
    readings = [_read_cell(cell, as_days, texts_only, unknown_codes) for cell in cells]
    values = spread(codes, np.array([value for value, _ in readings], dtype=np.float64), np.nan)
    return values, spread(codes, np.array([how for _, how in readings], dtype=np.int8), _AS_NUMBER)


def _read_cell(cell: object, as_days: bool, texts_only: bool, unknown_codes: frozenset[str]) -> tuple[float, int]:
    """The number in a cell, and how it was read."""
    if isinstance(cell, str):
        text = cell.strip()
        if unknown_codes and normalise_word(text) in unknown_codes:
            return np.nan, _UNKNOWN_CODE
        if is_unknown_word(text):
            return np.nan, _UNKNOWN_WORD
        if as_days and (days := gestation_from_text(text)) is not None:
            return float(days), _AS_DAYS
        if _NUMBER.fullmatch(text):
            number = float(text)
            if unknown_codes and normalise_word(number) in unknown_codes:
                return np.nan, _UNKNOWN_CODE
            return (np.nan, _TEXT) if texts_only else (number, _AS_NUMBER)
        if _INFINITE.fullmatch(text):
            return (-np.inf if text.startswith("-") else np.inf), _AS_NUMBER
        if _TWO_PRESSURES.fullmatch(text):
            return np.nan, _PRESSURES
        return np.nan, _COMMA if _DECIMAL_COMMA.fullmatch(text) else _TEXT
    if isinstance(cell, (bool, np.bool_, np.timedelta64)) or not isinstance(cell, (Real, Decimal)):
        return np.nan, _TEXT
    if unknown_codes and normalise_word(cell) in unknown_codes:
        return np.nan, _UNKNOWN_CODE
    try:
        number = float(cell)
    except OverflowError:  # an int too large for a float
        number = np.inf if cell > 0 else -np.inf
    return (np.nan, _TEXT) if texts_only else (number, _AS_NUMBER)


def _report_readings(how: np.ndarray, variable: Variable) -> list[ColumnFinding]:
    if not (how > 0).any():
        return []
    findings = []
    for number, rule, text in (
        (_UNKNOWN_WORD, ProblemRule.WRITTEN_UNKNOWN, "hold a word for unknown; they are now unknown"),
        (_UNKNOWN_CODE, ProblemRule.SENTINEL, "hold a stated code for unknown; they are now unknown"),
    ):
        positions = np.flatnonzero(how == number)
        if positions.size:
            findings.append(ColumnFinding(rule, positions, text))
    text = np.flatnonzero(how >= _TEXT)
    if text.size:
        commas = np.count_nonzero(how == _COMMA)
        hint = f" ({commas:,} with a decimal comma: write 11.2, not 11,2)" if commas else ""
        pairs = np.count_nonzero(how == _PRESSURES)
        hint += f" ({pairs:,} such as 120/80: give each of the two numbers a column of its own)" if pairs else ""
        expected = "a number or weeks+days such as 32+4" if is_gestation(variable.name) else "a number"
        findings.append(
            ColumnFinding(
                ProblemRule.NOT_A_NUMBER, text, f"hold text where {expected} is expected{hint}; they are now unknown"
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
                f"fraction is .1 to .6. If so, say units={{'{variable.name}': 'weeks.days'}}; taken as "
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
