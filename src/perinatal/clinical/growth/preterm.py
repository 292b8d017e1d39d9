"""Growth after a preterm birth: the INTERGROWTH-21st postnatal standards, 27 to 64 weeks of postmenstrual age.

``x`` is the postmenstrual age in weeks: gestation at birth plus age, completed days over seven.
"""

from __future__ import annotations

import numpy as np

from perinatal.clinical.growth.curves import Curve, LogNormal, Normal
from perinatal.clinical.growth.standard import INTERGROWTH_TERMS, Standard


def _weight_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    x = days / 7
    return 2.591277 - 0.01155 * np.sqrt(x) - 2201.705 * x**-2 + 0.0911639 * male


def _weight_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    x = days / 7
    return 0.1470258 + 505.92394 * x**-2 - 140.0576 * x**-2 * np.log(x)


def _length_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    x = days / 7
    return 4.136244 - 547.0018 * x**-2 + 0.0026066 * x + 0.0314961 * male


def _length_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    x = days / 7
    return 0.050489 + 310.44761 * x**-2 - 90.0742 * x**-2 * np.log(x)


def _head_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    return 55.53617 - 852.0059 / (days / 7) + 0.7957903 * male


def _head_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    x = days / 7
    return 3.0582292 + 3910.05 * x**-2 - 180.5625 / x


def _preterm(name: str, measure: str, curve: Curve) -> Standard:
    return Standard(
        f"intergrowth_preterm_{name.replace(' ', '_')}",
        f"INTERGROWTH-21st {name} of preterm infants for postmenstrual age and sex",
        measure,
        "postmenstrual_age_at_follow_up_days",
        27 * 7,
        64 * 7,
        by_sex=True,
        curve=curve,
        population="Preterm singletons (26 to under 37 weeks at birth) of healthy women at low risk, without severe "
        "illness, followed to eight months, in eight countries. For measures after birth, not at birth.",
        citation="Villar 2015, Lancet Glob Health 3:e681",
        doi="10.1016/S2214-109X(15)00163-1",
        terms=INTERGROWTH_TERMS,
        notes="From 64 weeks of postmenstrual age on, the WHO standards at the age corrected for prematurity.",
    )


PRETERM = (
    _preterm("weight", "weight_at_follow_up_kg", LogNormal(_weight_mean, _weight_sd)),
    _preterm("length", "length_at_follow_up_cm", LogNormal(_length_mean, _length_sd)),
    _preterm("head circumference", "head_circumference_at_follow_up_cm", Normal(_head_mean, _head_sd)),
)
