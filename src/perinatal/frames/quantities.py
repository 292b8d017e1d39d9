"""Quantities and counts: read from any column, converted where a unit is stated, checked against bounds."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from perinatal.frames.bounds import check_bounds, check_typical
from perinatal.frames.cells import as_floats, classify_content, distinct_cells, spread
from perinatal.frames.gestation import is_gestation, looks_like_weeks_dot_days
from perinatal.frames.notation import clean_text, has_thousands
from perinatal.frames.problems import ColumnFinding, ProblemRule, no_positions
from perinatal.frames.readers import LAST_WEEK, OWN_UNIT, How, NumberReader, Reading, build_number_reader
from perinatal.frames.units import accepted_units, convert, find_unit
from perinatal.vocabulary import Count, Variable

_NO_NUMBERS = (How.TEXT, How.DECIMAL_COMMA, How.TWO_PRESSURES, How.BOUND)
_CODE_READER = NumberReader()


def conform_number(
    column: pd.Series,
    variable: Variable,
    unit: str | None,
    unknown: tuple[object, ...],
    decimal: str | None = None,
) -> tuple[pd.Series | np.ndarray, list[ColumnFinding]]:
    """A column as ``float64`` in the variable's unit, missing where unknown, and what was found.

    The column itself comes back when nothing had to be changed.
    """
    findings: list[ColumnFinding] = []
    stated_unit = find_unit(unit, variable.name).name if unit else None
    reader = build_number_reader(variable.name, stated_unit, unknown, decimal)
    settled = original = None
    column_kind = classify_content(column)
    if column_kind == "cells":
        raw, how = _read_cells(column, reader, variable, stated_unit)
        findings += _report_readings(how, variable)
        settled = np.isin(how, OWN_UNIT)
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
        values = _convert_numbers(raw, variable, stated_unit, settled, findings)
    if settled is not None and settled.any():
        values = np.where(settled, raw, values)
        findings += _report_settled(how, variable)
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
    column: pd.Series, reader: NumberReader, variable: Variable, unit: str | None
) -> tuple[np.ndarray, np.ndarray]:
    """The number in each row, and how it was read; each distinct cell is read once."""
    codes, cells = distinct_cells(column)
    readings = [reader.read(cell) for cell in cells]
    if reader.decimal is None and any(how is How.DECIMAL_COMMA for _, how in readings):
        readings = _read_thousands(cells, readings, reader, variable, unit)
    values = spread(codes, np.array([value for value, _ in readings], dtype=np.float64), np.nan)
    return values, spread(codes, np.array([how for _, how in readings], dtype=np.int8), How.CLEAN)


def _read_thousands(
    cells: list[object], readings: list[Reading], reader: NumberReader, variable: Variable, unit: str | None
) -> list[Reading]:
    """The readings, where every comma of the column marks thousands, and as decimal marks they would make less sense.

    Where the numbers are possible in both ways, or only as decimals, they stay unread.
    """
    texts = {n: clean_text(str(cells[n])) for n, (_, how) in enumerate(readings) if how is How.DECIMAL_COMMA}
    if not all(has_thousands(text) for text in texts.values()):
        return readings
    as_thousands = {n: reader.read(text.replace(",", "")) for n, text in texts.items()}
    as_decimals = {n: reader.read(text.replace(",", ".")) for n, text in texts.items()}
    if _count_possible(as_decimals.values(), variable, unit):
        return readings
    return [
        (as_thousands[n][0], How.NOTATION if as_thousands[n][1] is How.CLEAN else as_thousands[n][1])
        if n in texts
        else reading
        for n, reading in enumerate(readings)
    ]


def _count_possible(readings: Iterable[Reading], variable: Variable, unit: str | None) -> int:
    """How many of the numbers are possible, those without a unit of their own in ``unit``."""
    low, high = variable.number.possible
    own = accepted_units(variable.name)
    values = [
        value if how in OWN_UNIT or unit is None or unit == own[0].name else float(convert(value, unit, variable.name))
        for value, how in readings
        if value == value
    ]
    return sum(low <= value <= high for value in values)


def _report_settled(how: np.ndarray, variable: Variable) -> list[ColumnFinding]:
    """What was found in cells that say their unit themselves."""
    own = accepted_units(variable.name)
    name = own[0].name if own else ""
    findings = []
    for reading, text in (
        (How.WEEKS_AND_DAYS, "written as weeks+days; converted to days"),
        (How.WHOLE_WEEKS, "written as whole weeks among weeks+days; converted to days"),
        (How.WITH_UNIT, f"written with their unit; read in {name}"),
    ):
        positions = np.flatnonzero(how == reading)
        if positions.size:
            findings.append(ColumnFinding(ProblemRule.CONVERTED, positions, text))
    return findings


def _report_readings(how: np.ndarray, variable: Variable) -> list[ColumnFinding]:
    findings = []
    for reading, rule, text in (
        (How.WRITTEN_UNKNOWN, ProblemRule.WRITTEN_UNKNOWN, "hold a word for unknown; they are now unknown"),
        (How.CODE_FOR_UNKNOWN, ProblemRule.SENTINEL, "hold a stated code for unknown; they are now unknown"),
        (
            How.NOTATION,
            ProblemRule.SPELLING,
            "written in another way (digits of another script, invisible characters, marks of thousands, 8/10); read "
            "as numbers",
        ),
    ):
        positions = np.flatnonzero(how == reading)
        if positions.size:
            findings.append(ColumnFinding(rule, positions, text))
    positions = np.flatnonzero(np.isin(how, _NO_NUMBERS))
    if positions.size:
        commas = np.count_nonzero(how == How.DECIMAL_COMMA)
        hint = (
            f" ({commas:,} with a comma: state Column(..., decimal=',') where 11,2 is 11.2, and decimal='.' where "
            "1,500 is 1500)"
            if commas
            else ""
        )
        bounds = np.count_nonzero(how == How.BOUND)
        hint += f" ({bounds:,} such as <1500, a bound and not a number)" if bounds else ""
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
    raw: np.ndarray, variable: Variable, unit: str, settled: np.ndarray | None, findings: list[ColumnFinding]
) -> np.ndarray:
    """The numbers in the variable's own unit; texts that say their unit are put back by the caller."""
    if unit == "weeks+days":
        numbers = raw if settled is None else np.where(settled, np.nan, raw)
        with np.errstate(invalid="ignore"):
            whole = (numbers == np.floor(numbers)) & (numbers > 0) & (numbers <= LAST_WEEK)
        if whole.any():
            text = "written as whole weeks among weeks+days; converted to days"
            findings.append(ColumnFinding(ProblemRule.CONVERTED, np.flatnonzero(whole), text))
        number_positions = np.flatnonzero(~np.isnan(numbers) & ~whole)
        if number_positions.size:
            findings.append(
                ColumnFinding(
                    ProblemRule.NOT_A_NUMBER,
                    number_positions,
                    "not written as weeks+days such as 32+4; they are now unknown",
                )
            )
        return np.where(whole, 7 * numbers, np.nan)
    numbers = raw if settled is None else np.where(settled, np.nan, raw)
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
    if unit == "ft":
        numbers = _read_feet(numbers, findings)
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
        text = f"converted from {unit} to {own_unit}"
        with np.errstate(invalid="ignore"):
            if unit == "weeks" and (numbers != np.floor(numbers))[converted_positions].any():
                text += " (decimal weeks, in completed days: 30.4 is 30 weeks and 2 days)"
        findings.append(ColumnFinding(ProblemRule.CONVERTED, converted_positions, text))
    return values


def _read_feet(numbers: np.ndarray, findings: list[ColumnFinding]) -> np.ndarray:
    """Feet from numbers in which 5.11 may mean 5 feet 11 inches.

    It does where every fraction can be inches and one is .11; there .1 may be 1 inch or 10, and is unknown. Where no
    fraction is .11, feet and inches cannot be told from decimal feet, and every number with a fraction is unknown.
    """
    with np.errstate(invalid="ignore"):
        whole = np.floor(numbers)
        hundredths = np.rint((numbers - whole) * 100)
        fraction = (numbers != whole) & np.isfinite(numbers)
    inch_like = (hundredths % 10 == 0) | (hundredths == 11)
    if not fraction.any() or not inch_like[fraction].all():
        return numbers
    certain = bool((hundredths[fraction] == 11).any())
    doubtful = np.flatnonzero(fraction & (hundredths == 10) if certain else fraction)
    if doubtful.size:
        example = "5.1 may be 5 feet 1 inch or 10 inches" if certain else "5.6 may be 5 feet 6 inches or 5.6 feet"
        text = f"ambiguous ({example}: write 5'6\" or 5 ft 6 in, or give centimetres or inches); they are now unknown"
        findings.append(ColumnFinding(ProblemRule.NOT_A_NUMBER, doubtful, text))
    if certain:
        text = "read as feet and inches (5.11 is 5 feet 11 inches)"
        findings.append(ColumnFinding(ProblemRule.CONVERTED, np.flatnonzero(fraction & (hundredths != 10)), text))
        inches = np.where(hundredths == 11, 11, hundredths / 10)
        numbers = np.where(fraction, whole + inches / 12, numbers)
    return _blank_positions(numbers, doubtful)


def _require_whole(values: np.ndarray, findings: list[ColumnFinding]) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        fraction = (np.rint(values) != values) & ~np.isnan(values)
    positions = np.flatnonzero(fraction)
    if not positions.size:
        return values
    findings.append(ColumnFinding(ProblemRule.NOT_WHOLE, positions, "not a whole number; they are now unknown"))
    return _blank_positions(values, positions)
