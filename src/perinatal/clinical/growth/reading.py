"""A measure read off a standard: its z-score and back, on bare arrays; NaN wherever none can be read."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from perinatal.clinical.growth.standard import Standard
from perinatal.vocabulary import VARIABLES

Read = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def z_scores(standard: Standard, value: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
    """Z-scores of measures.

    Parameters
    ----------
    standard : the chart.
    value, at, male : float arrays of one shape, unknown NaN: the measure and what it is judged against, in the units
        of ``standard.measure`` and ``standard.at``; 1 for boys and 0 for girls.
    """
    readable = possible(standard, value) & inside(standard, at) & sexed(standard, male)
    return _where(readable, standard.curve.z, value, completed(standard, at), male)


def values_at(standard: Standard, z: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
    """The measures that have these z-scores; NaN, too, where no living person can measure that."""
    readable = np.isfinite(z) & inside(standard, at) & sexed(standard, male)
    with np.errstate(over="ignore"):  # a z-score of a thousand: infinite, and so not possible
        value = _where(readable, standard.curve.value, z, completed(standard, at), male)
    return np.where(possible(standard, value), value, np.nan)


def possible(standard: Standard, value: np.ndarray) -> np.ndarray:
    """Where the measure can be true in its unit."""
    low, high = VARIABLES[standard.measure].kind.possible
    return (value >= low) & (value <= high)


def inside(standard: Standard, at: np.ndarray) -> np.ndarray:
    """Where the age or length lies in the standard's range."""
    at = completed(standard, at)
    return (at >= standard.first) & (at <= standard.last)


def sexed(standard: Standard, male: np.ndarray) -> np.ndarray:
    """Where the sex is known, or does not matter."""
    return (male == 0) | (male == 1) if standard.by_sex else np.ones(male.shape, dtype=bool)


def completed(standard: Standard, at: np.ndarray) -> np.ndarray:
    """Ages in completed days; lengths as they are.

    Weeks turned into days may fall a hair short of a whole day (38.571428571428569 × 7 is 269.99999999999994).
    """
    return np.floor(at + 1e-6) if standard.at.endswith("_days") else at


def _where(rows: np.ndarray, read: Read, first: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
    if rows.all():
        return read(first, at, male)
    result = np.full(rows.shape, np.nan)
    if rows.any():
        result[rows] = read(first[rows], at[rows], male[rows])
    return result
