"""Growth standards by name: z-scores, centiles, the measurement at either, and the number of rows they apply to."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr, ndtri

from perinatal.clinical.growth.columns import Numbers, Result, Words, align_columns
from perinatal.clinical.growth.fetal import FETAL
from perinatal.clinical.growth.newborn import NEWBORN
from perinatal.clinical.growth.preterm import PRETERM
from perinatal.clinical.growth.reading import has_required_sex, is_in_range, is_possible, values_at_z, z_scores
from perinatal.clinical.growth.standard import Standard
from perinatal.clinical.growth.weight_gain import WEIGHT_GAIN
from perinatal.clinical.growth.who import WHO
from perinatal.errors import InputError, UnknownName

StandardFunction = Callable[[Standard, np.ndarray, np.ndarray, np.ndarray], np.ndarray]

STANDARDS: Mapping[str, Standard] = MappingProxyType(
    {standard.name: standard for standard in (*FETAL, WEIGHT_GAIN, *NEWBORN, *PRETERM, *WHO)}
)
"""Every standard by its name, in the order of care."""


class Coverage(NamedTuple):
    """The numbers of rows with and without a z-score, by reason; each row is counted once.

    Parameters
    ----------
    rows : all rows.
    read : rows with a z-score.
    unknown : rows in which the measurement, the age or, where the standard is by sex, the sex is missing.
    impossible : rows whose measurement is impossible in the standard's unit: another unit, or an error.
    outside : rows whose age or length is outside the standard's range.
    """

    rows: int
    read: int
    unknown: int
    impossible: int
    outside: int


def z_score(standard: str | Standard, value: Numbers, at: Numbers, sex: Words | None = None) -> Result:
    """The z-score of a measurement: standard deviations above the median.

    Parameters
    ----------
    standard : a standard, or its name in ``STANDARDS``.
    value : the measurement, in the unit of ``standard.measure``.
    at : the age in completed days or the length in cm, as ``standard.at`` says.
    sex : ``"female"`` or ``"male"``; needed where ``standard.by_sex``.

    Returns
    -------
    Series, array or float
        On the caller's index where a Series was passed; a number where only numbers were. NaN where a value is missing,
        impossible in its unit, or outside the standard's range: :func:`coverage` counts those rows.

    Raises
    ------
    UnknownName
        There is no standard of this name.
    UnknownLevels
        A sex is neither female nor male.
    InputError
        A column is not numeric, the lengths differ, or the sex is needed and was not given.

    Examples
    --------
    >>> round(z_score("intergrowth_birth_weight", 2400.0, 266, "female"), 2)
    -1.56
    """
    return _read_standard(z_scores, standard, {"value": value, "at": at}, sex)


def centile(standard: str | Standard, value: Numbers, at: Numbers, sex: Words | None = None) -> Result:
    """The percentage of the standard's population with a smaller measurement, 0 to 100.

    Parameters
    ----------
    standard, value, at, sex : as for :func:`z_score`, which also describes the result and the errors.

    Examples
    --------
    >>> round(centile("intergrowth_birth_weight", 2400.0, 266, "female"), 1)
    5.9
    """
    return _read_standard(_centiles, standard, {"value": value, "at": at}, sex)


def value_at_z(standard: str | Standard, z: Numbers, at: Numbers, sex: Words | None = None) -> Result:
    """The measurement that has this z-score, in the unit of ``standard.measure``; NaN where it would be impossible.

    Parameters
    ----------
    z : standard deviations above the median.
    standard, at, sex : as for :func:`z_score`.

    Examples
    --------
    >>> round(value_at_z("intergrowth_fundal_height", 0.0, 30 * 7), 1)
    29.6
    """
    return _read_standard(values_at_z, standard, {"z": z, "at": at}, sex)


def value_at_centile(standard: str | Standard, centile: Numbers, at: Numbers, sex: Words | None = None) -> Result:
    """The measurement at this centile, in the unit of ``standard.measure``.

    Parameters
    ----------
    centile : above 0 and below 100; NaN otherwise.
    standard, at, sex : as for :func:`z_score`.

    Examples
    --------
    >>> round(value_at_centile("intergrowth_birth_weight", 10, 280, "male"))
    2882
    """
    return _read_standard(_values_at_centiles, standard, {"centile": centile, "at": at}, sex)


def coverage(standard: str | Standard, value: Numbers, at: Numbers, sex: Words | None = None) -> Coverage:
    """The numbers of rows for which :func:`z_score` gives a value, and for which it does not, by reason.

    Parameters
    ----------
    standard, value, at, sex : as for :func:`z_score`.

    Examples
    --------
    >>> coverage("intergrowth_birth_weight", [3200.0, 3.2, 3200.0, None], [280, 280, 310, 280], "female")
    Coverage(rows=4, read=1, unknown=1, impossible=1, outside=1)
    """
    chart = _find_standard(standard)
    (values, positions, male), _ = _align_arrays(chart, {"value": value, "at": at}, sex)
    known = ~np.isnan(values) & ~np.isnan(positions) & has_required_sex(chart, male)
    valid, in_range = is_possible(chart, values), is_in_range(chart, positions)
    return Coverage(
        len(known),
        int((known & valid & in_range).sum()),
        int((~known).sum()),
        int((known & ~valid).sum()),
        int((known & valid & ~in_range).sum()),
    )


def _centiles(standard: Standard, value: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
    return 100 * ndtr(z_scores(standard, value, at, male))


def _values_at_centiles(standard: Standard, centile: np.ndarray, at: np.ndarray, male: np.ndarray) -> np.ndarray:
    return values_at_z(standard, ndtri(np.where((centile > 0) & (centile < 100), centile / 100, np.nan)), at, male)


def _read_standard(
    reading: StandardFunction, standard: str | Standard, numbers: Mapping[str, Numbers], sex: Words | None
) -> Result:
    chart = _find_standard(standard)
    arrays, restore = _align_arrays(chart, numbers, sex)
    return restore(reading(chart, *arrays))


def _align_arrays(
    chart: Standard, numbers: Mapping[str, Numbers], sex: Words | None
) -> tuple[list[np.ndarray], Callable[[np.ndarray], Result]]:
    if chart.by_sex and sex is None:
        raise InputError(
            f"'{chart.name}' has separate curves for girls and boys: pass sex='female', sex='male' or a column."
        )
    arrays, restore = align_columns(numbers, sex)
    return (arrays if sex is not None else [*arrays, np.full(arrays[0].shape, np.nan)]), restore


def _find_standard(standard: str | Standard) -> Standard:
    if isinstance(standard, Standard):
        return standard
    if not isinstance(standard, str) or standard not in STANDARDS:
        raise UnknownName(f"There is no growth standard {standard!r}. Expected one of: {', '.join(STANDARDS)}.")
    return STANDARDS[standard]
