"""Fetal growth: INTERGROWTH-21st crown–rump length, biometry, fundal height and estimated fetal weight.

The equations are those of the papers; ``g`` is the gestational age in weeks (completed days over seven).
"""

from __future__ import annotations

import numpy as np

from perinatal.clinical.growth.curves import LmsOfLog, Normal
from perinatal.clinical.growth.standard import INTERGROWTH_TERMS, Standard

POPULATION = (
    "Singletons of healthy, well-nourished women at low risk, dated by ultrasound before 14+0 weeks and followed to "
    "birth, in eight countries."
)
MEASURED_AT = "gestational_age_at_measurement_days"


def _crl_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    return -50.6562 + 0.815118 * days + 0.00535302 * days**2


def _crl_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    return -2.21626 + 0.0984894 * days


def _hc_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    g = days / 7
    return -28.2849 + 1.69267 * g**2 - 0.397485 * g**2 * np.log(g)


def _hc_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    g = days / 7
    return 1.98735 + 0.0136772 * g**3 - 0.00726264 * g**3 * np.log(g) + 0.000976253 * g**3 * np.log(g) ** 2


def _bpd_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    g = days / 7
    return 5.60878 + 0.158369 * g**2 - 0.00256379 * g**3


def _bpd_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    g = days / 7
    return np.exp(0.101242 + 0.00150557 * g**3 - 0.000771535 * g**3 * np.log(g) + 0.0000999638 * g**3 * np.log(g) ** 2)


def _ac_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    g = days / 7
    return -81.3243 + 11.6772 * g - 0.000561865 * g**3


def _ac_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    g = days / 7
    return -4.36302 + 0.121445 * g**2 - 0.0130256 * g**3 + 0.00282143 * g**3 * np.log(g)


def _fl_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    g = days / 7
    return -39.9616 + 4.32298 * g - 0.0380156 * g**2


def _fl_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    g = days / 7
    return np.exp(0.605843 - 42.0014 * g**-2 + 0.00000917972 * g**3)


def _ofd_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    g = days / 7
    return -12.4097 + 0.626342 * g**2 - 0.148075 * g**2 * np.log(g)


def _ofd_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    g = days / 7
    return np.exp(-0.880034 + 0.0631165 * g**2 - 0.0317136 * g**2 * np.log(g) + 0.00408302 * g**2 * np.log(g) ** 2)


def _sfh_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    g = days / 7
    return 5.133374 + 0.1058353119 * g**2 - 0.0231295 * g**2 * np.log(g)


def _sfh_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    return 0.9922667 + 0.0258087 * days / 7


def _efw_lms(days: np.ndarray, male: np.ndarray) -> tuple[np.ndarray, ...]:
    """L, M, S of ln(estimated fetal weight in g)."""
    g = days / 7
    return (
        -4.257629 - 2162.234 * g**-2 + 0.0002301829 * g**3,
        4.956737 + 0.0005019687 * g**3 - 0.0001227065 * g**3 * np.log(g),
        1e-4 * (-6.997171 + 0.057559 * g**3 - 0.01493946 * g**3 * np.log(g)),
    )


def _biometry(name: str, label: str, measure: str, curve: Normal, notes: str = "") -> Standard:
    return Standard(
        f"intergrowth_{name}",
        f"INTERGROWTH-21st {label} for gestation",
        measure,
        MEASURED_AT,
        98,
        280,
        by_sex=False,
        curve=curve,
        population=POPULATION,
        citation="Papageorghiou 2014, Lancet 384:869",
        doi="10.1016/S0140-6736(14)61490-2",
        terms=INTERGROWTH_TERMS,
        notes=notes,
    )


CROWN_RUMP_LENGTH = Standard(
    "intergrowth_crown_rump_length",
    "INTERGROWTH-21st crown–rump length for gestation",
    "crown_rump_length_mm",
    MEASURED_AT,
    58,
    105,
    by_sex=False,
    curve=Normal(_crl_mean, _crl_sd),
    population="Singletons of healthy, well-nourished women at low risk with a certain last menstrual period, in eight "
    "countries.",
    citation="Papageorghiou 2014, Ultrasound Obstet Gynecol 44:641",
    doi="10.1002/uog.13448",
    terms=INTERGROWTH_TERMS,
    notes="For a pregnancy that was dated by other means; to date one, see gestational_age_from_crown_rump_length.",
)
FUNDAL_HEIGHT = Standard(
    "intergrowth_fundal_height",
    "INTERGROWTH-21st symphysis–fundal height for gestation",
    "symphysis_fundal_height_cm",
    MEASURED_AT,
    112,
    294,
    by_sex=False,
    curve=Normal(_sfh_mean, _sfh_sd),
    population=POPULATION,
    citation="Papageorghiou 2016, BMJ 355:i5662",
    doi="10.1136/bmj.i5662",
    terms=INTERGROWTH_TERMS,
    notes="The published table gives 36.9 cm as the 10th centile at 42+0 weeks; the equation, used here, gives 36.7.",
)
ESTIMATED_FETAL_WEIGHT = Standard(
    "intergrowth_estimated_fetal_weight",
    "INTERGROWTH-21st estimated fetal weight for gestation",
    "estimated_fetal_weight_g",
    MEASURED_AT,
    154,
    280,
    by_sex=False,
    curve=LmsOfLog(_efw_lms),
    population=POPULATION,
    citation="Stirnemann 2017, Ultrasound Obstet Gynecol 49:478",
    doi="10.1002/uog.17347",
    terms=INTERGROWTH_TERMS,
    notes="For weights by Stirnemann's own formula (fetal_weight_stirnemann), not Hadlock's. The published table of "
    "z-scores departs from the equation by up to 32 g at 3 standard deviations, 39 to 40 weeks.",
)
FETAL = (
    CROWN_RUMP_LENGTH,
    _biometry(
        "fetal_head_circumference", "fetal head circumference", "fetal_head_circumference_mm", Normal(_hc_mean, _hc_sd)
    ),
    _biometry("biparietal_diameter", "biparietal diameter", "biparietal_diameter_mm", Normal(_bpd_mean, _bpd_sd)),
    _biometry(
        "occipitofrontal_diameter",
        "occipitofrontal diameter",
        "occipitofrontal_diameter_mm",
        Normal(_ofd_mean, _ofd_sd),
    ),
    _biometry(
        "fetal_abdominal_circumference",
        "fetal abdominal circumference",
        "fetal_abdominal_circumference_mm",
        Normal(_ac_mean, _ac_sd),
    ),
    _biometry("femur_length", "femur length", "femur_length_mm", Normal(_fl_mean, _fl_sd)),
    FUNDAL_HEIGHT,
    ESTIMATED_FETAL_WEIGHT,
)
