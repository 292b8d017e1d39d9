"""Estimates from ultrasound: gestational age from crown–rump length, and the weight of the fetus."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from perinatal.clinical.growth.columns import Numbers, Result, align_columns
from perinatal.vocabulary import VARIABLES

CRL_RANGE_MM = (15.0, 95.0)
MM_PER_CM, MM_PER_M = 10.0, 1000.0


class DatedPregnancy(NamedTuple):
    """A gestational age estimated from a measurement.

    Parameters
    ----------
    gestational_age_days : the estimate.
    sd_days : its standard deviation.
    """

    gestational_age_days: Result
    sd_days: Result


def gestational_age_from_crown_rump_length(crown_rump_length_mm: Numbers) -> DatedPregnancy:
    """The gestational age and its standard deviation, in days (not rounded), from the crown–rump length.

    Source: Papageorghiou 2014 (INTERGROWTH-21st), 10.1002/uog.13448.

    Parameters
    ----------
    crown_rump_length_mm : 15 to 95 mm; NaN outside that range.

    Examples
    --------
    >>> days, sd = gestational_age_from_crown_rump_length(60)
    >>> round(days, 3), round(sd, 3)
    (86.751, 3.552)
    """
    (crl,), restore = align_columns({"crown_rump_length_mm": crown_rump_length_mm})
    crl = np.where((crl >= CRL_RANGE_MM[0]) & (crl <= CRL_RANGE_MM[1]), crl, np.nan)
    return DatedPregnancy(
        restore(40.9041 + 3.21585 * np.sqrt(crl) + 0.348956 * crl),
        restore(2.39102 + 0.0193474 * crl),
    )


def fetal_weight_stirnemann(fetal_abdominal_circumference_mm: Numbers, fetal_head_circumference_mm: Numbers) -> Result:
    """The weight of a fetus in g, from abdominal and head circumference (INTERGROWTH-21st).

    This is the weight for which the standard ``intergrowth_estimated_fetal_weight`` was made.
    Source: Stirnemann 2017, 10.1002/uog.17347.

    Parameters
    ----------
    fetal_abdominal_circumference_mm, fetal_head_circumference_mm : in mm; NaN where missing or impossible.

    Examples
    --------
    >>> round(fetal_weight_stirnemann(260, 290), 1)
    1498.6
    """
    (ac, hc), restore = _align_measures(
        {
            "fetal_abdominal_circumference_mm": fetal_abdominal_circumference_mm,
            "fetal_head_circumference_mm": fetal_head_circumference_mm,
        }
    )
    ac, hc = ac / MM_PER_M, hc / MM_PER_M
    return restore(np.exp(5.084820 - 54.06633 * ac**3 - 95.80076 * ac**3 * np.log(ac) + 3.136370 * hc))


def fetal_weight_hadlock(
    fetal_head_circumference_mm: Numbers, fetal_abdominal_circumference_mm: Numbers, femur_length_mm: Numbers
) -> Result:
    """The weight of a fetus in g, from head and abdominal circumference and femur length (Hadlock's third formula).

    Source: Hadlock 1985, 10.1016/0002-9378(85)90298-4.

    Parameters
    ----------
    fetal_head_circumference_mm, fetal_abdominal_circumference_mm, femur_length_mm : in mm; NaN where missing or
        impossible.

    Examples
    --------
    >>> round(fetal_weight_hadlock(280, 260, 58), 1)
    1545.9
    """
    (hc, ac, fl), restore = _align_measures(
        {
            "fetal_head_circumference_mm": fetal_head_circumference_mm,
            "fetal_abdominal_circumference_mm": fetal_abdominal_circumference_mm,
            "femur_length_mm": femur_length_mm,
        }
    )
    hc, ac, fl = hc / MM_PER_CM, ac / MM_PER_CM, fl / MM_PER_CM
    return restore(10 ** (1.326 - 0.00326 * ac * fl + 0.0107 * hc + 0.0438 * ac + 0.158 * fl))


def fetal_weight_hadlock_with_biparietal(
    biparietal_diameter_mm: Numbers,
    fetal_head_circumference_mm: Numbers,
    fetal_abdominal_circumference_mm: Numbers,
    femur_length_mm: Numbers,
) -> Result:
    """The weight of a fetus in g, from four measurements (Hadlock's fourth formula).

    Source: Hadlock 1985, 10.1016/0002-9378(85)90298-4.

    Parameters
    ----------
    biparietal_diameter_mm, fetal_head_circumference_mm, fetal_abdominal_circumference_mm, femur_length_mm : in mm; NaN
        where missing or impossible.

    Examples
    --------
    >>> round(fetal_weight_hadlock_with_biparietal(76, 280, 260, 58), 1)
    1544.7
    """
    (bpd, hc, ac, fl), restore = _align_measures(
        {
            "biparietal_diameter_mm": biparietal_diameter_mm,
            "fetal_head_circumference_mm": fetal_head_circumference_mm,
            "fetal_abdominal_circumference_mm": fetal_abdominal_circumference_mm,
            "femur_length_mm": femur_length_mm,
        }
    )
    bpd, hc, ac, fl = bpd / MM_PER_CM, hc / MM_PER_CM, ac / MM_PER_CM, fl / MM_PER_CM
    return restore(10 ** (1.3596 - 0.00386 * ac * fl + 0.0064 * hc + 0.00061 * bpd * ac + 0.0424 * ac + 0.174 * fl))


def _align_measures(measures: dict[str, Numbers]) -> tuple[list[np.ndarray], Callable[[np.ndarray], Result]]:
    """The measurements as arrays, NaN where impossible; and a function that restores the caller's form."""
    arrays, restore = align_columns(measures)
    for i, name in enumerate(measures):
        low, high = VARIABLES[name].number.possible
        arrays[i] = np.where((arrays[i] >= low) & (arrays[i] <= high), arrays[i], np.nan)
    return arrays, restore
