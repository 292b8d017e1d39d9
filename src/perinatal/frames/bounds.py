"""What can be true and what is surprising: numbers against declared bounds, and units they look like."""

from __future__ import annotations

import math

import numpy as np

from perinatal.frames.gestation import is_gestation
from perinatal.frames.problems import Finding, Rule
from perinatal.frames.units import convert, other_units
from perinatal.frames.unknowns import SENTINELS
from perinatal.vocabulary import Variable

_ENOUGH_FOR_A_MEDIAN = 20
_SHOWN_UNITS = {"Cel": " °C", "count": "", "count/day": " a day", "%": " %", "[pH]": ""}


def check_bounds(
    values: np.ndarray, raw: np.ndarray, variable: Variable, unit: str | None, findings: list[Finding]
) -> np.ndarray:
    """The values without those outside ``possible``; what was found is appended.

    ``raw`` are the same numbers as the table has them, in ``unit`` (the variable's own where ``None``): codes
    for unknown are looked for among them.
    """
    lowest, highest = np.fmin.reduce(values), np.fmax.reduce(values)
    low, high = variable.kind.possible
    if lowest < low or highest > high:
        with np.errstate(invalid="ignore"):
            outside = (values < low) | (values > high)
        _report_impossible(np.flatnonzero(outside), raw, variable, unit, findings)
        values = np.where(outside, np.nan, values)
        lowest, highest = np.fmin.reduce(values), np.fmax.reduce(values)
    low, high = variable.kind.plausible
    if lowest < low or highest > high:
        with np.errstate(invalid="ignore"):
            positions = np.flatnonzero((values < low) | (values > high))
        inside = variable.kind.typical or variable.kind.plausible
        covered, names = _looks_like(raw[positions], variable, unit, inside)
        hint = _advice(raw[positions][covered], names, variable) if covered.any() else _near(values[positions])
        text = f"outside {bounds_text(variable, low, high)}, possible but surprising{hint}; kept"
        findings.append(Finding(Rule.IMPLAUSIBLE, positions, text, changed=False))
    return values


def check_typical(
    values: np.ndarray, raw: np.ndarray, variable: Variable, unit: str | None, findings: list[Finding]
) -> None:
    """Notice a whole column whose median is that of another unit."""
    typical = variable.kind.typical
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
    names = _looks_like(stated, variable, unit, typical)[1]
    if names:
        findings.append(
            Finding(
                Rule.SUSPICIOUS_UNIT,
                known,
                f"have a median of {median:.3g}{unit_text(variable)}, outside the usual "
                f"{bounds_text(variable, low, high)}{_advice(stated, names, variable)}; not converted, kept",
                changed=False,
            )
        )


def _report_impossible(
    positions: np.ndarray, raw: np.ndarray, variable: Variable, unit: str | None, findings: list[Finding]
) -> None:
    coded = np.isin(raw[positions], SENTINELS)
    span = bounds_text(variable, *variable.kind.possible)
    if coded.any():
        text = f"hold a code for unknown ({_shown(raw[positions[coded]])}) outside {span}; they are now unknown"
        findings.append(Finding(Rule.SENTINEL, positions[coded], text))
    rest = positions[~coded]
    while rest.size:
        covered, names = _looks_like(raw[rest], variable, unit, variable.kind.plausible)
        if not covered.any():
            text = f"outside {span}{_near(raw[rest])}; they are now unknown"
            findings.append(Finding(Rule.IMPOSSIBLE, rest, text))
            return
        advice = _advice(raw[rest[covered]], names, variable)
        findings.append(Finding(Rule.SUSPICIOUS_UNIT, rest[covered], f"outside {span}{advice}; they are now unknown"))
        rest = rest[~covered]


def _looks_like(
    raw: np.ndarray, variable: Variable, unit: str | None, inside: tuple[float, float]
) -> tuple[np.ndarray, tuple[str, ...]]:
    """Which of the numbers would lie ``inside`` bounds in the unit that explains most of them, and that unit.

    Two units that explain them equally well are both named.
    """
    low, high = inside
    usual_low, usual_high = variable.kind.typical or inside
    best, best_score, names = np.zeros(len(raw), dtype=bool), (0, 0), []
    for other in other_units(variable, unit):
        converted = np.asarray(convert(raw, other.name, variable.name))
        with np.errstate(invalid="ignore"):
            covered = (converted >= low) & (converted <= high)
            usual = np.count_nonzero((converted >= usual_low) & (converted <= usual_high))
        score = (np.count_nonzero(covered), usual)
        if score[0] and score > best_score:
            best, best_score, names = covered, score, [other.name]
        elif score[0] and score == best_score and np.array_equal(covered, best):
            names.append(other.name)
    return best, tuple(names)


def _advice(raw: np.ndarray, names: tuple[str, ...], variable: Variable) -> str:
    if is_gestation(variable.name) and names == ("weeks",):
        low, high = variable.kind.plausible
        return (
            f" (values between {low // 7:g} and {math.ceil(high / 7):g} look like weeks: say "
            f"units={{'{variable.name}': 'weeks'}})"
        )
    return f" (values near {_middle(raw)} look like {' or '.join(names)}: state the unit with units= or a ColumnMap)"


def _near(raw: np.ndarray) -> str:
    return f" (near {_middle(raw)})"


def _shown(raw: np.ndarray) -> str:
    return ", ".join(_rounded(code) for code in np.unique(raw))


def _middle(raw: np.ndarray) -> str:
    with np.errstate(over="ignore"):
        return _rounded(np.median(raw))


def _rounded(number: float) -> str:
    return f"{number:.4g}" if abs(number) >= 1000 else f"{number:.3g}"


def unit_text(variable: Variable) -> str:
    """The unit as it follows a number in a message, with its space."""
    return _SHOWN_UNITS.get(variable.unit, f" {variable.unit}")


def bounds_text(variable: Variable, low: float, high: float) -> str:
    """Bounds as a message shows them: ``2 to 25 g/dL``."""
    return f"{low:g} to {high:g}{unit_text(variable)}"
