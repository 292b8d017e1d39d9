"""Size at birth for gestation and sex: the INTERGROWTH-21st newborn standards, 24+0 to 42+6 weeks.

From 33+0 weeks they are skew t distributions, one for each day, from a table of parameters. Before 33+0
weeks they are the equations of the very-preterm references. The two were fitted separately, so the curves have a small
step between 230 and 231 days.
"""

from __future__ import annotations

import csv
import functools
from dataclasses import dataclass
from importlib import resources

import numpy as np
from scipy.special import ndtr

from perinatal.clinical.growth.curves import LogNormal, Normal, PiecewiseCurve, SkewT
from perinatal.clinical.growth.reading import z_scores
from perinatal.clinical.growth.standard import INTERGROWTH_TERMS, Standard
from perinatal.vocabulary import VARIABLES

FIRST_DAY, STANDARD_FROM, LAST_DAY = 168, 231, 300  # 24+0, 33+0, 42+6
GRAMS_PER_KG = 1000.0
SEXES = VARIABLES["newborn_sex"].levels


@functools.cache
def _table(measure: str) -> np.ndarray:
    """Mu, sigma, nu, tau of a measure: shape (2, 4, days), girls first, from ``STANDARD_FROM`` on."""
    table = np.full((2, 4, LAST_DAY - STANDARD_FROM + 1), np.nan)
    text = resources.files(__package__).joinpath("intergrowth_newborn_st3.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        if row["measure"] == measure:
            day = int(row["ga_days"]) - STANDARD_FROM
            table[int(row["sex"] == "male"), :, day] = [float(row[name]) for name in ("mu", "sigma", "nu", "tau")]
    return table


@dataclass(frozen=True, slots=True)
class TabulatedSkewT:
    """The four skew t parameters of a measure, by day and sex."""

    measure: str

    def __call__(self, at: np.ndarray, male: np.ndarray) -> tuple[np.ndarray, ...]:
        """Mu, sigma, nu, tau of each row."""
        rows = _table(self.measure)[male.astype(np.intp), :, at.astype(np.intp) - STANDARD_FROM]
        return tuple(rows.T)


def _weight_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    return -7.00303 + 1.325911 * np.sqrt(days / 7) + 0.0571937 * male


def _weight_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    return np.full(days.shape, np.sqrt(0.0373218))


def _length_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    return 1.307633 + 1.270022 * days / 7 + 0.4263885 * male


def _length_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    return np.full(days.shape, np.sqrt(6.757543))


def _head_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    return 0.7866522 + 0.887638 * days / 7 + 0.2513385 * male


def _head_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    return np.full(days.shape, np.sqrt(2.433481))


def _newborn(name: str, label: str, measure: str, curve: PiecewiseCurve) -> Standard:
    return Standard(
        name,
        label,
        measure,
        "gestational_age_at_birth_days",
        FIRST_DAY,
        LAST_DAY,
        by_sex=True,
        curve=curve,
        population="Live-born singletons of healthy, well-nourished mothers at low risk, dated by ultrasound, in eight "
        "countries; before 33+0 weeks, the few that were born so early.",
        citation="Villar 2014, Lancet 384:857; before 33+0 weeks Villar 2016, Lancet 387:844 "
        "(10.1016/S0140-6736(16)00384-6)",
        doi="10.1016/S0140-6736(14)60932-6",
        terms=INTERGROWTH_TERMS,
        notes="Two fits meet at 33+0 weeks: the curves have a small step between 230 and 231 days.",
    )


BIRTH_WEIGHT = _newborn(
    "intergrowth_birth_weight",
    "INTERGROWTH-21st birth weight for gestation and sex",
    "birth_weight_g",
    PiecewiseCurve(
        LogNormal(_weight_mean, _weight_sd, unit=GRAMS_PER_KG),
        STANDARD_FROM,
        SkewT(TabulatedSkewT("weight_kg"), unit=GRAMS_PER_KG),
    ),
)
BIRTH_LENGTH = _newborn(
    "intergrowth_birth_length",
    "INTERGROWTH-21st length at birth for gestation and sex",
    "birth_length_cm",
    PiecewiseCurve(Normal(_length_mean, _length_sd), STANDARD_FROM, SkewT(TabulatedSkewT("length_cm"))),
)
BIRTH_HEAD_CIRCUMFERENCE = _newborn(
    "intergrowth_birth_head_circumference",
    "INTERGROWTH-21st head circumference at birth for gestation and sex",
    "head_circumference_cm",
    PiecewiseCurve(Normal(_head_mean, _head_sd), STANDARD_FROM, SkewT(TabulatedSkewT("head_circumference_cm"))),
)
NEWBORN = (BIRTH_WEIGHT, BIRTH_LENGTH, BIRTH_HEAD_CIRCUMFERENCE)


def birth_weight_z_score(
    birth_weight_g: np.ndarray, gestational_age_at_birth_days: np.ndarray, newborn_sex: np.ndarray
) -> np.ndarray:
    """INTERGROWTH-21st z-score of birth weight, from encoded arrays.

    NaN where a value is missing or the gestation is outside 168 to 300 days.

    Parameters
    ----------
    birth_weight_g, gestational_age_at_birth_days : in g and completed days.
    newborn_sex : the position of the level, 0 for female and 1 for male.

    Examples
    --------
    >>> birth_weight_z_score(np.array([3377.0]), np.array([280.0]), np.array([1.0])).round(2)
    array([0.])
    """
    male = np.where(np.isnan(newborn_sex), np.nan, newborn_sex == SEXES.index("male"))
    return z_scores(BIRTH_WEIGHT, birth_weight_g, gestational_age_at_birth_days, male)


def birth_weight_centile(
    birth_weight_g: np.ndarray, gestational_age_at_birth_days: np.ndarray, newborn_sex: np.ndarray
) -> np.ndarray:
    """INTERGROWTH-21st centile of birth weight, 0 to 100, from encoded arrays.

    Parameters
    ----------
    birth_weight_g, gestational_age_at_birth_days, newborn_sex : as for :func:`birth_weight_z_score`.

    Examples
    --------
    >>> birth_weight_centile(np.array([3377.0]), np.array([280.0]), np.array([1.0])).round()
    array([50.])
    """
    return 100 * ndtr(birth_weight_z_score(birth_weight_g, gestational_age_at_birth_days, newborn_sex))
