"""Converts measurements to z-scores and back, on arrays; NaN where the standard does not apply."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from perinatal.clinical.growth.standard import Standard
from perinatal.vocabulary import VARIABLES

CurveFunction = Callable[[np.ndarray, np.ndarray, np.ndarray], np.ndarray]


def z_scores(standard: Standard, value: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
    """Z-scores of measurements.

    Parameters
    ----------
    standard : the chart.
    value, at, male : float arrays of one shape, unknown NaN: the measurement in the unit of ``standard.measure``, the
        age or length in the unit of ``standard.at``, and 1 for boys and 0 for girls.
    """
    readable = is_possible(standard, value) & is_in_range(standard, at) & has_required_sex(standard, male)
    return _read_rows(readable, standard.curve.z, value, complete_days(standard, at), male)


def values_at_z(standard: Standard, z: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
    """The measurements that have these z-scores; NaN also where a measurement would be impossible."""
    readable = np.isfinite(z) & is_in_range(standard, at) & has_required_sex(standard, male)
    with np.errstate(over="ignore"):  # a z-score of a thousand: infinite, and so not possible
        value = _read_rows(readable, standard.curve.value, z, complete_days(standard, at), male)
    return np.where(is_possible(standard, value), value, np.nan)


def is_possible(standard: Standard, value: np.ndarray) -> np.ndarray:
    """A mask of the rows whose measurement is possible in its unit."""
    low, high = VARIABLES[standard.measure].number.possible
    return (value >= low) & (value <= high)


def is_in_range(standard: Standard, at: np.ndarray) -> np.ndarray:
    """A mask of the rows whose age or length is in the standard's range."""
    at = complete_days(standard, at)
    return (at >= standard.first) & (at <= standard.last)


def has_required_sex(standard: Standard, male: np.ndarray) -> np.ndarray:
    """A mask of the rows whose sex is known; all rows if the standard is not by sex."""
    return (male == 0) | (male == 1) if standard.by_sex else np.ones(male.shape, dtype=bool)


def complete_days(standard: Standard, at: np.ndarray) -> np.ndarray:
    """Ages rounded down to completed days; lengths unchanged.

    Weeks converted to days may fall just short of a whole day (38.571428571428569 × 7 is 269.99999999999994).
    """
    return np.floor(at + 1e-6) if standard.at.endswith("_days") else at


def _read_rows(
    rows: np.ndarray, function: CurveFunction, first: np.ndarray, at: np.ndarray, male: np.ndarray
) -> np.ndarray:
    if rows.all():
        return function(first, at, male)
    result = np.full(rows.shape, np.nan)
    if rows.any():
        result[rows] = function(first[rows], at[rows], male[rows])
    return result
