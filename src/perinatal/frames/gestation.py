"""Gestational age as it is written (days, weeks, ``32+4``, ``32.4``), read into completed days."""

from __future__ import annotations

import numpy as np

from perinatal.clinical.dating import DAYS_PER_WEEK, gestation_from_text

FORMS = ("days", "weeks", "weeks+days", "weeks.days")
_ROUNDING = 1e-6  # decimal weeks rarely have a finite binary fraction; 32.571428... must not lose a day
_LAST_DAY_DIGIT = 6
_ENOUGH_FRACTIONS = 20


def is_gestation(name: str) -> bool:
    """Whether a variable is a gestational age, in completed days.

    >>> is_gestation("gestational_age_at_birth_days"), is_gestation("age_at_death_days")
    (True, False)
    """
    return name.startswith("gestational_age_")


def days_from_weeks(weeks: np.ndarray | float) -> np.ndarray | float:
    """Completed days from decimal weeks.

    >>> float(days_from_weeks(32.5)), float(days_from_weeks(32 + 4 / 7))
    (227.0, 228.0)
    """
    return np.floor(weeks * DAYS_PER_WEEK + _ROUNDING)


def days_from_weeks_dot_days(written: np.ndarray | float) -> np.ndarray:
    """Completed days from numbers in which 32.4 means 32 weeks and 4 days; ``NaN`` where the digit is no day.

    >>> days_from_weeks_dot_days(np.array([32.4, 40.0, 32.7, 32.45]))
    array([228., 280.,  nan,  nan])
    """
    tenths = np.asarray(written, dtype=np.float64) * 10
    with np.errstate(invalid="ignore"):
        whole = np.rint(tenths)
        weeks, day = np.divmod(whole, 10)
        valid = (np.abs(tenths - whole) < 10 * _ROUNDING) & (day <= _LAST_DAY_DIGIT)
    return np.where(valid, weeks * DAYS_PER_WEEK + day, np.nan)


def days_from_text(written: object) -> np.ndarray:
    """Completed days from texts such as ``32+4``; ``NaN`` for anything else.

    >>> days_from_text(["32+4", "32+7", None])
    array([228.,  nan,  nan])
    """
    cells = np.asarray(written, dtype=object).ravel()
    days = [gestation_from_text(cell) if isinstance(cell, str) else None for cell in cells]
    return np.array([np.nan if d is None else d for d in days], dtype=np.float64)


def looks_like_weeks_dot_days(weeks: np.ndarray) -> bool:
    """Whether numbers stated in decimal weeks are probably ``weeks.days``.

    True when there are at least 20 fractional values, all of them .1 to .6, and not all of them halves.

    >>> looks_like_weeks_dot_days(np.tile([32.1, 33.6, 38.0], 20))
    True
    >>> looks_like_weeks_dot_days(np.tile([32.1, 33.9, 38.0], 20))
    False
    """
    known = weeks[np.isfinite(weeks)]
    fraction = known - np.floor(known)
    fraction = fraction[(fraction > _ROUNDING) & (fraction < 1 - _ROUNDING)] * 10
    if fraction.size < _ENOUGH_FRACTIONS:
        return False
    digit = np.rint(fraction)
    are_days = (np.abs(fraction - digit) < 10 * _ROUNDING) & (digit >= 1) & (digit <= _LAST_DAY_DIGIT)
    return bool(are_days.all() and (digit != 5).any())
