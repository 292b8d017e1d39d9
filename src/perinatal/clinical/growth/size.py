"""Size for gestation at birth: small, appropriate, large; and the types of vulnerable newborn that follow from it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import ndtri

from perinatal.clinical.growth.columns import Numbers, Words, align_columns
from perinatal.clinical.growth.newborn import BIRTH_WEIGHT
from perinatal.clinical.growth.reading import z_scores
from perinatal.clinical.vitals import any_known
from perinatal.vocabulary import VARIABLES
from perinatal.vocabulary.outcomes import LOW_BIRTH_WEIGHT_BELOW_G, TERM_FROM_DAYS

SMALL_BELOW, LARGE_ABOVE = ndtri(0.10), ndtri(0.90)  # z-scores of the 10th and the 90th centile; WHO
SIZES = pd.CategoricalDtype(["small", "appropriate", "large"], ordered=True)
NEWBORN_TYPES = pd.CategoricalDtype([f"{term}_{size}" for term in ("preterm", "term") for size in SIZES.categories])


def size_for_gestation(
    birth_weight_g: Numbers, gestational_age_at_birth_days: Numbers, newborn_sex: Words
) -> pd.Series:
    """Small (under the 10th centile), appropriate or large (over the 90th) for gestation and sex: INTERGROWTH-21st.

    Parameters
    ----------
    birth_weight_g, gestational_age_at_birth_days : numbers in g and completed days.
    newborn_sex : ``"female"`` or ``"male"``.

    Returns
    -------
    An ordered categorical Series, ``size_for_gestation_intergrowth``, on the caller's index where there is one.
    Missing where a value is missing or impossible, or the gestation is outside 24+0 to 42+6 weeks.

    Examples
    --------
    >>> size_for_gestation([2400.0, 3200.0, 3200.0], [280, 280, 280], ["male", "male", None]).tolist()
    ['small', 'appropriate', nan]
    """
    table = vulnerable_newborns(birth_weight_g, gestational_age_at_birth_days, newborn_sex)
    return table["size_for_gestation_intergrowth"]


def vulnerable_newborns(
    birth_weight_g: Numbers, gestational_age_at_birth_days: Numbers, newborn_sex: Words
) -> pd.DataFrame:
    """Size for gestation, the types of newborn, and the small vulnerable newborn (2023).

    Parameters
    ----------
    birth_weight_g, gestational_age_at_birth_days, newborn_sex : as for :func:`size_for_gestation`.

    Returns
    -------
    A table on the caller's index with ``size_for_gestation_intergrowth``; ``newborn_type``, preterm or term by size
    (Suárez-Idueta 2023, 10.1111/1471-0528.17505); ``low_birth_weight``; and ``small_vulnerable_newborn``, which is true
    where any of preterm, small for gestation and low birth weight is true, false where all three are false, and
    unknown otherwise (Ashorn 2023, 10.1016/S0140-6736(23)00354-9).

    Examples
    --------
    >>> vulnerable_newborns([2400.0, 2600.0], [280, 250], ["male", "female"])["newborn_type"].tolist()
    ['term_small', 'preterm_appropriate']
    """
    (weight, days, male), restore = align_columns(
        {"birth_weight_g": birth_weight_g, "gestational_age_at_birth_days": gestational_age_at_birth_days},
        pd.NA if newborn_sex is None else newborn_sex,
    )
    z = z_scores(BIRTH_WEIGHT, weight, days, male)
    size = np.where(z < SMALL_BELOW, 0, np.where(z > LARGE_ABOVE, 2, np.where(np.isnan(z), -1, 1)))
    preterm = _is_below("gestational_age_at_birth_days", days, TERM_FROM_DAYS)
    light = _is_below("birth_weight_g", weight, LOW_BIRTH_WEIGHT_BELOW_G)
    small = np.where(size < 0, np.nan, size == 0)
    kind = np.where(size < 0, -1, size + np.where(preterm == 1, 0, len(SIZES.categories)))
    whole = restore(weight)
    return pd.DataFrame(
        {
            "size_for_gestation_intergrowth": pd.Categorical.from_codes(size, dtype=SIZES),
            "newborn_type": pd.Categorical.from_codes(kind, dtype=NEWBORN_TYPES),
            "low_birth_weight": _to_boolean(light),
            "small_vulnerable_newborn": _to_boolean(any_known(preterm, small, light)),
        },
        index=whole.index if isinstance(whole, pd.Series) else None,
    )


def _is_below(name: str, value: np.ndarray, cut: float) -> np.ndarray:
    """Whether a variable is below a limit, as 1 or 0; NaN where it is unknown or impossible in its unit."""
    low, high = VARIABLES[name].number.possible
    return np.where((value >= low) & (value <= high), value < cut, np.nan)


def _to_boolean(value: np.ndarray) -> pd.arrays.BooleanArray:
    return pd.arrays.BooleanArray(value == 1, np.isnan(value))
