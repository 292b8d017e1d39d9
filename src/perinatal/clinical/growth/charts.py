"""Every growth standard by its name, and what is read off them: z-scores, centiles, the measure at either, counts."""

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
    """How many rows a standard can be applied to, and why not to the others; each row is counted once.

    Parameters
    ----------
    rows : all of them. read : those with a result.
    unknown : the measure, the age or, where it matters, the sex is missing.
    impossible : the measure cannot be true in the standard's unit: another unit, or a typing error.
    outside : the age or length is outside the standard's range.
    """

    rows: int
    read: int
    unknown: int
    impossible: int
    outside: int


def z_score(standard: str | Standard, value: Numbers, at: Numbers, sex: Words | None = None) -> Result:
    """How many standard deviations above the median a measure is.

    Parameters
    ----------
    standard : a name of ``STANDARDS``, or one of them.
    value : the measure, in the unit of ``standard.measure`` (its suffix).
    at : the age in days or the length in cm, as ``standard.at`` says; a part of a day does not count.
    sex : ``"female"`` or ``"male"``, where the standard is by sex.

    Returns
    -------
    A Series on the caller's index where a Series came in, a number where only numbers did, an array otherwise. NaN
    where something is unknown, impossible in its unit, or outside the standard's range: :func:`coverage` counts those.

    Raises
    ------
    :class:`~perinatal.errors.UnknownName`, :class:`~perinatal.errors.UnknownLevels` or
    :class:`~perinatal.errors.InputError` for a name, a word or a column that cannot be read.

    Examples
    --------
    >>> round(z_score("intergrowth_birth_weight", 2400.0, 266, "female"), 2)
    -1.56
    """
    return _read_standard(z_scores, standard, {"value": value, "at": at}, sex)


def centile(standard: str | Standard, value: Numbers, at: Numbers, sex: Words | None = None) -> Result:
    """The percentage of the standard's population that measures less, 0 to 100; for the rest see :func:`z_score`.

    Parameters
    ----------
    standard, value, at, sex : as for :func:`z_score`.

    Examples
    --------
    >>> round(centile("intergrowth_birth_weight", 2400.0, 266, "female"), 1)
    5.9
    """
    return _read_standard(_centiles, standard, {"value": value, "at": at}, sex)


def value_at_z(standard: str | Standard, z: Numbers, at: Numbers, sex: Words | None = None) -> Result:
    """The measure that has this z-score, in the unit of ``standard.measure``; NaN where nobody can measure that.

    Parameters
    ----------
    standard, at, sex : as for :func:`z_score`. z : standard deviations above the median.

    Examples
    --------
    >>> round(value_at_z("intergrowth_fundal_height", 0.0, 30 * 7), 1)
    29.6
    """
    return _read_standard(values_at_z, standard, {"z": z, "at": at}, sex)


def value_at_centile(standard: str | Standard, centile: Numbers, at: Numbers, sex: Words | None = None) -> Result:
    """The measure that has this centile, above 0 and under 100, in the unit of ``standard.measure``.

    Parameters
    ----------
    standard, at, sex : as for :func:`z_score`. centile : strictly between 0 and 100.

    Examples
    --------
    >>> round(value_at_centile("intergrowth_birth_weight", 10, 280, "male"))
    2882
    """
    return _read_standard(_values_at_centiles, standard, {"centile": centile, "at": at}, sex)


def coverage(standard: str | Standard, value: Numbers, at: Numbers, sex: Words | None = None) -> Coverage:
    """How many rows :func:`z_score` can read, and why not the others; arguments as there.

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
        raise InputError(f"'{chart.name}' has curves of their own for girls and boys: say the sex.")
    arrays, restore = align_columns(numbers, sex)
    return (arrays if sex is not None else [*arrays, np.full(arrays[0].shape, np.nan)]), restore


def _find_standard(standard: str | Standard) -> Standard:
    if isinstance(standard, Standard):
        return standard
    if not isinstance(standard, str) or standard not in STANDARDS:
        raise UnknownName(f"There is no growth standard {standard!r}. Expected one of: {', '.join(STANDARDS)}.")
    return STANDARDS[standard]
