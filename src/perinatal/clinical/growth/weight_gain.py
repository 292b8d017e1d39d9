"""Weight gained in pregnancy: the INTERGROWTH-21st standard, and the bands of the US Institute of Medicine."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from perinatal.clinical.growth.columns import Numbers, Result, align_columns
from perinatal.clinical.growth.curves import LogNormal
from perinatal.clinical.growth.standard import INTERGROWTH_TERMS, Standard
from perinatal.vocabulary import VARIABLES


def _gain_mean(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    g = days / 7
    return 1.382972 - 56.14743 * g**-2 + 0.2787683 * np.sqrt(g)


def _gain_sd(days: np.ndarray, male: np.ndarray) -> np.ndarray:
    g = days / 7
    return 0.2501993731 + 142.4297879 * g**-2 - 61.45345 * g**-2 * np.log(g)


WEIGHT_GAIN = Standard(
    "intergrowth_weight_gain",
    "INTERGROWTH-21st weight gained since the first trimester, for gestation",
    "weight_gain_since_first_trimester_kg",
    "gestational_age_at_measurement_days",
    98,
    280,
    by_sex=False,
    curve=LogNormal(_gain_mean, _gain_sd, shift=8.75),
    population="Healthy women at low risk with one fetus and a body mass index of 18.5 to under 25 kg/m² in the first "
    "trimester, in eight countries. Not for any other body mass index.",
    citation="Cheikh Ismail 2016, BMJ 352:i555",
    doi="10.1136/bmj.i555",
    terms=INTERGROWTH_TERMS,
    notes="Gain is counted from the first visit (before 14+0 weeks), not from the weight before pregnancy.",
)

IOM_BANDS_KG = ((18.5, 12.5, 18.0), (25.0, 11.5, 16.0), (30.0, 7.0, 11.5), (np.inf, 5.0, 9.0))
"""(body mass index below, least, most): IOM 2009, one fetus, whole pregnancy to term."""


class RecommendedGain(NamedTuple):
    """The range of weight gain that is recommended for a pregnancy that reaches term.

    Parameters
    ----------
    least_kg, most_kg : the ends of the range, in kg.
    """

    least_kg: Result
    most_kg: Result


def recommended_weight_gain(body_mass_index_kg_m2: Numbers) -> RecommendedGain:
    """The range of total weight gain that the Institute of Medicine recommends (2009), by body mass index.

    Parameters
    ----------
    body_mass_index_kg_m2 : before pregnancy, in kg/m²; the result is NaN where it is missing or impossible.

    Notes
    -----
    Made for women in the United States with one fetus; under 18.5, to under 25, to under 30, and 30 or more kg/m².
    Source: IOM 2009, Weight gain during pregnancy: reexamining the guidelines.

    Examples
    --------
    >>> recommended_weight_gain(22.0)
    RecommendedGain(least_kg=11.5, most_kg=16.0)
    """
    (index,), restore = align_columns({"body_mass_index_kg_m2": body_mass_index_kg_m2})
    low, high = VARIABLES["body_mass_index_kg_m2"].number.possible
    known = (index >= low) & (index <= high)
    upper, least, most = np.array(IOM_BANDS_KG).T
    band = np.searchsorted(upper, np.where(known, index, 0.0), side="right")
    return RecommendedGain(restore(np.where(known, least[band], np.nan)), restore(np.where(known, most[band], np.nan)))
