"""Quantities computed from vital signs and flags, on arrays of numbers: unknown is NaN, a flag is 0 or 1."""

from __future__ import annotations

import numpy as np


def mean_arterial_pressure(systolic_bp_mmhg: np.ndarray, diastolic_bp_mmhg: np.ndarray) -> np.ndarray:
    """Mean arterial pressure in mmHg: the diastolic pressure plus a third of the pulse pressure.

    Parameters
    ----------
    systolic_bp_mmhg, diastolic_bp_mmhg : in mmHg.

    Examples
    --------
    >>> mean_arterial_pressure(np.array([120.0]), np.array([90.0]))
    array([100.])
    """
    return diastolic_bp_mmhg + (systolic_bp_mmhg - diastolic_bp_mmhg) / 3


def shock_index(heart_rate_bpm: np.ndarray, systolic_bp_mmhg: np.ndarray) -> np.ndarray:
    """Heart rate over systolic pressure, in beats per minute per mmHg (obstetric shock index).

    Parameters
    ----------
    heart_rate_bpm, systolic_bp_mmhg : in beats per minute, and in mmHg.

    Examples
    --------
    >>> shock_index(np.array([90.0]), np.array([120.0]))
    array([0.75])
    """
    return heart_rate_bpm / systolic_bp_mmhg


def any_known(*flags: np.ndarray) -> np.ndarray:
    """1 where any flag is 1, 0 where all are known to be 0, NaN otherwise.

    Parameters
    ----------
    *flags : arrays of 1, 0 and NaN, of one shape.

    Examples
    --------
    >>> any_known(np.array([1.0, 0.0, 0.0]), np.array([np.nan, np.nan, 0.0]))
    array([ 1., nan,  0.])
    """
    any_set, unknown = np.zeros(len(flags[0]), dtype=bool), np.zeros(len(flags[0]), dtype=bool)
    for flag in flags:
        any_set |= flag == 1
        unknown |= flag != flag  # NaN is not itself
    return np.where(any_set, 1.0, np.where(unknown, np.nan, 0.0))
