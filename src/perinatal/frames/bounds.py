"""Numbers against the declared bounds, possible and plausible, and the units that they look like."""

from __future__ import annotations

import math

import numpy as np

from perinatal.frames.gestation import is_gestation
from perinatal.frames.problems import ColumnFinding, ProblemRule
from perinatal.frames.units import convert, other_units
from perinatal.frames.unknowns import SENTINELS
from perinatal.vocabulary import Variable

_ENOUGH_FOR_A_MEDIAN = 20
_UNIT_SPELLINGS = {"Cel": "°C"}  # as people write a unit, and as ``units=`` takes it
_UNIT_TEXTS = {"Cel": " °C", "count": "", "count/day": " a day", "%": " %", "[pH]": ""}


def check_bounds(
    values: np.ndarray, raw: np.ndarray, variable: Variable, unit: str | None, findings: list[ColumnFinding]
) -> np.ndarray:
    """The values, missing where they lie outside ``possible``; findings are appended.

    ``raw`` are the same numbers as in the table, in ``unit`` (the variable's own where ``None``); codes for
    unknown are searched among them.
    """
    lowest, highest = np.fmin.reduce(values), np.fmax.reduce(values)
    low, high = variable.number.possible
    if lowest < low or highest > high:
        with np.errstate(invalid="ignore"):
            outside = (values < low) | (values > high)
        _report_impossible(np.flatnonzero(outside), raw, variable, unit, findings)
        values = np.where(outside, np.nan, values)
        lowest, highest = np.fmin.reduce(values), np.fmax.reduce(values)
    low, high = variable.number.plausible
    if lowest < low or highest > high:
        with np.errstate(invalid="ignore"):
            positions = np.flatnonzero((values < low) | (values > high))
        inside = variable.number.typical or variable.number.plausible
        covered, unit_names = _find_likely_units(raw[positions], variable, unit, inside)
        hint = (
            _describe_units(raw[positions][covered], unit_names, variable, _is_bulk(covered, raw))
            if covered.any()
            else _format_near(values[positions])
        )
        text = f"outside {format_bounds(variable, low, high)}, possible but unusual{hint}; not changed"
        findings.append(ColumnFinding(ProblemRule.IMPLAUSIBLE, positions, text, changed=False))
    return values


def check_typical(
    values: np.ndarray, raw: np.ndarray, variable: Variable, unit: str | None, findings: list[ColumnFinding]
) -> None:
    """Report a column whose median suggests another unit."""
    typical = variable.number.typical
    if typical is None or values.size < _ENOUGH_FOR_A_MEDIAN:
        return
    low, high = typical
    with np.errstate(invalid="ignore"):
        below, above = np.count_nonzero(values < low), np.count_nonzero(values > high)
    if 2 * max(below, above) < _ENOUGH_FOR_A_MEDIAN:
        return
    known = np.flatnonzero(~np.isnan(values))
    if len(known) < _ENOUGH_FOR_A_MEDIAN or 2 * max(below, above) < len(known):
        return
    median = np.median(values[known])
    if low <= median <= high:
        return
    stated = np.array([np.median(raw[known])])
    unit_names = _find_likely_units(stated, variable, unit, typical)[1]
    if unit_names:
        findings.append(
            ColumnFinding(
                ProblemRule.SUSPICIOUS_UNIT,
                known,
                f"have a median of {median:.3g}{format_unit(variable)}, outside the usual "
                f"{format_bounds(variable, low, high)}{_describe_units(stated, unit_names, variable, True)}; not "
                "converted",
                changed=False,
            )
        )


def _report_impossible(
    positions: np.ndarray, raw: np.ndarray, variable: Variable, unit: str | None, findings: list[ColumnFinding]
) -> None:
    is_code = np.isin(raw[positions], SENTINELS) & ~_reads_in_fahrenheit(raw[positions], variable, unit)
    span = format_bounds(variable, *variable.number.possible)
    if is_code.any():
        text = (
            f"hold a code for unknown ({_format_codes(raw[positions[is_code]])}) outside {span}; they are now unknown"
        )
        findings.append(ColumnFinding(ProblemRule.SENTINEL, positions[is_code], text))
    rest = positions[~is_code]
    while rest.size:
        covered, unit_names = _find_likely_units(raw[rest], variable, unit, variable.number.plausible)
        if not covered.any():
            text = f"outside {span}{_format_near(raw[rest], unit)}; they are now unknown"
            findings.append(ColumnFinding(ProblemRule.IMPOSSIBLE, rest, text))
            return
        advice = _describe_units(raw[rest[covered]], unit_names, variable, _is_bulk(covered, raw))
        findings.append(
            ColumnFinding(ProblemRule.SUSPICIOUS_UNIT, rest[covered], f"outside {span}{advice}; they are now unknown")
        )
        rest = rest[~covered]


def _reads_in_fahrenheit(raw: np.ndarray, variable: Variable, unit: str | None) -> np.ndarray:
    """Which numbers, such as 99.0, are everyday temperatures in degF rather than codes for unknown."""
    if unit not in (None, "Cel") or not any(other.name == "degF" for other in other_units(variable, unit)):
        return np.zeros(len(raw), dtype=bool)
    low, high = variable.number.plausible
    converted = np.asarray(convert(raw, "degF", variable.name))
    return (converted >= low) & (converted <= high)


def _find_likely_units(
    raw: np.ndarray, variable: Variable, unit: str | None, inside: tuple[float, float]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Which of the numbers would lie ``inside`` bounds in the unit that explains most of them, and that unit.

    Two units that explain them equally well are both named.
    """
    low, high = inside
    usual_low, usual_high = variable.number.typical or inside
    best, best_score = np.zeros(len(raw), dtype=bool), (0, 0)
    unit_names: list[str] = []
    for other in other_units(variable, unit):
        converted = np.asarray(convert(raw, other.name, variable.name))
        with np.errstate(invalid="ignore"):
            covered = (converted >= low) & (converted <= high)
            usual = (converted >= usual_low) & (converted <= usual_high)
        score = (int(covered.sum()), int(usual.sum()))
        if score[0] and score > best_score:
            best, best_score, unit_names = covered, score, [other.name]
        elif score[0] and score == best_score and np.array_equal(covered, best):
            unit_names.append(other.name)
    return best, tuple(unit_names)


def _is_bulk(covered: np.ndarray, raw: np.ndarray) -> bool:
    """Whether at least half of the numbers of a column are meant."""
    return bool(2 * np.count_nonzero(covered) >= np.count_nonzero(~np.isnan(raw)))


def _describe_units(raw: np.ndarray, unit_names: tuple[str, ...], variable: Variable, bulk: bool) -> str:
    """The unit that numbers look like, and what to do: state it where it is that of the column's bulk."""
    if not bulk:
        return (
            f" (values near {_format_median(raw)} look like {' or '.join(unit_names)}, and the rest does not: "
            "write the unit in these cells, or correct them)"
        )
    if is_gestation(variable.name) and unit_names == ("weeks",):
        low, high = variable.number.plausible
        return (
            f" (values between {low // 7:g} and {math.ceil(high / 7):g} look like weeks: state "
            f"units={{'{variable.name}': 'weeks'}})"
        )
    names = [_UNIT_SPELLINGS.get(name, name) for name in unit_names]
    return (
        f" (values near {_format_median(raw)} look like {' or '.join(names)}: state the unit with units= or a "
        "ColumnMap)"
    )


def _format_near(raw: np.ndarray, unit: str | None = None) -> str:
    """What the numbers are near, with the unit where one was stated."""
    return f" (near {_format_median(raw)}{'' if unit is None else f' {_UNIT_SPELLINGS.get(unit, unit)}'})"


def _format_codes(raw: np.ndarray) -> str:
    return ", ".join(_format_number(code) for code in np.unique(raw))


def _format_median(raw: np.ndarray) -> str:
    with np.errstate(over="ignore"):
        return _format_number(np.median(raw))


def _format_number(number: float) -> str:
    return f"{number:.4g}" if abs(number) >= 1000 else f"{number:.3g}"


def format_unit(variable: Variable) -> str:
    """The unit as it follows a number in a message, with its space."""
    return _UNIT_TEXTS.get(variable.unit or "", f" {variable.unit}")


def format_bounds(variable: Variable, low: float, high: float) -> str:
    """Bounds as a message shows them: ``2 to 25 g/dL``."""
    return f"{low:g} to {high:g}{format_unit(variable)}"
