"""Contradictions between columns: declared once, for a whole frame and for a single record alike.

Every check is a function of plain numbers or arrays of them: quantities and counts in their units, flags as 1
and 0, a category as the position of its level, unknown as ``NaN``. A comparison with ``NaN`` is false, so
that unknown never contradicts anything.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perinatal.frames.problems import ProblemRule
from perinatal.vocabulary import VARIABLES

Numbers = np.ndarray | float
Truths = np.ndarray | bool


@dataclass(frozen=True, slots=True)
class CrossCheck:
    """Variables that can contradict each other.

    Parameters
    ----------
    variables : canonical names, in the order of the function's arguments; the first is the one reported.
    contradicts : where they do; works on arrays and on single floats.
    sentence : what a contradiction is, in words that follow ``3 of 600 rows:``.
    rule : what it is reported as.
    """

    variables: tuple[str, ...]
    contradicts: Callable[..., Truths]
    sentence: str
    rule: ProblemRule = ProblemRule.CONTRADICTION

    def has_contradiction(self, values: tuple[Numbers, ...]) -> Truths:
        """Where the values, in the order of ``variables``, contradict each other.

        >>> CROSS_CHECKS[0].variables
        ('diastolic_bp_mmhg', 'systolic_bp_mmhg')
        >>> [CROSS_CHECKS[0].has_contradiction((90.0, systolic)) for systolic in (80.0, np.nan)]
        [True, False]
        """
        return self.contradicts(*values)


def as_plain_numbers(column: pd.Series) -> np.ndarray:
    """A canonical column as the numbers that the checks read.

    >>> as_plain_numbers(pd.Series([True, None], dtype="boolean"))
    array([ 1., nan])
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy()
        return np.where(codes < 0, np.nan, codes)
    if isinstance(column.dtype, pd.BooleanDtype):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    return column.to_numpy(dtype=np.float64)


# Fetal weight, ln(g) = 0.578 + 0.332 weeks - 0.00354 weeks2: Hadlock 1991, 10.1148/radiology.181.1.1887021.
_LN_WEIGHT = (0.578, 0.332, -0.00354)
# Far beyond the +/- 5 SD (a factor of about 1.6) that Joseph 2001, 10.1093/aje/153.2.110, found to exclude
# 0.02 % of births, many of them truly ill: only what must be a slip of the pen or of the dates.
_LIGHTEST, _HEAVIEST = 0.25, 2.0
_BMI_TOLERANCE = 3.0  # kg/m2; weight and height are often rounded, or measured at another visit
_CAESAREAN = VARIABLES["mode_of_birth"].kind.levels.index("caesarean")


def _is_at_least(one: Numbers, other: Numbers) -> Truths:
    return one >= other


def _exceeds(one: Numbers, other: Numbers) -> Truths:
    return one > other


def _has_any_without_births(some: Numbers, parity: Numbers) -> Truths:
    return (some > 0) & (parity == 0)


def _are_both_positive(one: Numbers, other: Numbers) -> Truths:
    return (one > 0) & (other > 0)


def _has_first_without_second(one: Numbers, other: Numbers) -> Truths:
    return (one == 1) & (other == 0)


def _mode_denies_caesarean(caesarean: Numbers, mode: Numbers) -> Truths:
    return ((caesarean == 0) & (mode == _CAESAREAN)) | ((caesarean == 1) & (mode >= 0) & (mode != _CAESAREAN))


def _weight_denies_gestation(weight: Numbers, days: Numbers) -> Truths:
    weeks = days / 7
    expected = np.exp(_LN_WEIGHT[0] + _LN_WEIGHT[1] * weeks + _LN_WEIGHT[2] * weeks * weeks)
    return (weight < _LIGHTEST * expected) | (weight > _HEAVIEST * expected)


def _bmi_denies_weight(index: Numbers, weight: Numbers, height: Numbers) -> Truths:
    return abs(index - weight * 10_000 / (height * height)) > _BMI_TOLERANCE


CROSS_CHECKS: tuple[CrossCheck, ...] = (
    CrossCheck(
        ("diastolic_bp_mmhg", "systolic_bp_mmhg"),
        _is_at_least,
        "the diastolic pressure is not below the systolic",
    ),
    CrossCheck(
        ("parity", "gravidity"),
        _is_at_least,
        "as many earlier births as pregnancies; gravidity counts this pregnancy, parity does not",
    ),
    CrossCheck(("living_children", "previous_live_births"), _exceeds, "more living children than earlier live births"),
    CrossCheck(("children_who_died", "previous_live_births"), _exceeds, "more children died than were born alive"),
    CrossCheck(("living_children", "parity"), _has_any_without_births, "living children, but no earlier birth"),
    CrossCheck(
        ("previous_live_births", "parity"), _has_any_without_births, "earlier live births, but no earlier birth"
    ),
    CrossCheck(("previous_stillbirths", "parity"), _exceeds, "more earlier stillbirths than births (unless of twins)"),
    CrossCheck(
        ("previous_caesarean_sections", "parity"),
        _exceeds,
        "more earlier caesarean sections than births; right only where one was before viability",
    ),
    CrossCheck(("previous_preterm_birth", "parity"), _has_any_without_births, "an earlier preterm birth, but no birth"),
    CrossCheck(
        ("birth_weight_g", "gestational_age_at_birth_days"),
        _weight_denies_gestation,
        "the birth weight is less than a quarter, or more than twice, what is usual at this gestation",
    ),
    CrossCheck(
        ("gestational_age_at_booking_days", "gestational_age_at_birth_days"),
        _exceeds,
        "the first visit is later in gestation than the birth",
    ),
    CrossCheck(
        ("gestational_age_at_measurement_days", "gestational_age_at_birth_days"),
        _exceeds,
        "the measurements are later in gestation than the birth",
    ),
    CrossCheck(
        ("gestational_age_at_booking_days", "gestational_age_at_measurement_days"),
        _exceeds,
        "the first visit is later in gestation than these measurements",
    ),
    CrossCheck(
        ("body_mass_index_kg_m2", "pre_pregnancy_weight_kg", "maternal_height_cm"),
        _bmi_denies_weight,
        "the body mass index differs by more than 3 kg/m2 from weight and height",
    ),
    CrossCheck(
        ("no_antenatal_care", "antenatal_contacts"), _are_both_positive, "no antenatal care, but visits are counted"
    ),
    CrossCheck(
        ("no_antenatal_care", "first_antenatal_visit_month"),
        _are_both_positive,
        "no antenatal care, but a month of the first visit",
    ),
    CrossCheck(
        ("caesarean_birth", "mode_of_birth"),
        _mode_denies_caesarean,
        "a caesarean in one column, not in the other",
    ),
    CrossCheck(("stillbirth", "apgar_5min"), _are_both_positive, "a stillbirth with an Apgar score above 0"),
    CrossCheck(
        ("stillbirth", "neonatal_death"), _are_both_positive, "a stillbirth and a neonatal death; only one can be"
    ),
    CrossCheck(
        ("early_neonatal_death", "neonatal_death"), _has_first_without_second, "dead by day 6, but not by day 27"
    ),
    CrossCheck(
        ("neonatal_death", "infant_death"), _has_first_without_second, "dead by day 27, but not within the year"
    ),
)
"""Every contradiction that is looked for; both values are kept."""
