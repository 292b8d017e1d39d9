"""Discrimination: AUROC with DeLong's interval, the paired comparison of two, and average precision."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike
from scipy.special import expit
from scipy.stats import norm

from perinatal.evaluate.inputs import Estimate, as_risk, check_arrays, check_level, check_same_length
from perinatal.evaluate.measures import prepare_average_precision

_UNKNOWABLE_VARIANCE = 0.25  # of one placement: the largest variance of a number between 0 and 1


class AurocComparison(NamedTuple):
    """Two areas under the ROC curve on the same rows, and their difference.

    Parameters
    ----------
    first : the area of the first risks. second : that of the others.
    difference : first minus second, with its interval.
    p_value : of DeLong's two-sided paired test.
    """

    first: float
    second: float
    difference: Estimate
    p_value: float


class _Placements(NamedTuple):
    """Area, and for each row the share of the other outcome's weight that it is correctly ranked against."""

    area: float
    share: np.ndarray


def auroc(
    observed: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Area under the ROC curve with DeLong's interval on the logit scale (10.2307/2531595, 10.1109/LSP.2014.2337313).

    Ties count a half. With ``clusters`` the interval is Obuchowski's (10.2307/2533958); with ``weights`` (sampling
    weights) it is the same formula on weighted placements. A perfect area gets an exact one-sided bound,
    ``((1 - level) / 2) ** (1 / rows of the rarer outcome)`` (independent clusters of it, where they are given);
    risks that are all the same have area 0.5 exactly.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), any increasing scale, none missing.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    level : of the confidence interval.

    Raises
    ------
    InputError : as :func:`~perinatal.evaluate.inputs.check_arrays`.

    Examples
    --------
    >>> round(auroc([0, 0, 1, 1, 0, 1], [0.1, 0.4, 0.35, 0.8, 0.2, 0.7]).value, 4)
    0.8889
    """
    rows = check_arrays(observed, risk, weights=weights, clusters=clusters, any_scale=True)
    check_level(level)
    placements = _compute_placements(rows.observed, rows.risk, rows.row_weights)
    if placements.area in (0.0, 1.0):
        bound = ((1 - level) / 2) ** (1 / _count_rarer_units(rows.observed, rows.row_weights, rows.clusters))
        return Estimate(placements.area, *((bound, 1.0) if placements.area else (0.0, 1 - bound)))
    variance = _covariance(rows.observed, rows.row_weights, rows.clusters, (placements,))[0, 0]
    half = norm.ppf((1 + level) / 2) * np.sqrt(variance) / (placements.area * (1 - placements.area))
    centre = np.log(placements.area / (1 - placements.area))
    low, high = (float(expit(centre + sign * half)) for sign in (-1, 1))
    return Estimate(placements.area, low, high)


def compare_auroc(
    observed: ArrayLike,
    risk: ArrayLike,
    other: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> AurocComparison:
    """Whether ``risk`` discriminates better than ``other`` on the same rows: DeLong's paired test and interval.

    If both rank every pair of rows alike, the difference is exactly 0 and p is 1.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), any increasing scale, none missing.
    other : shape (n,), the risks it is compared with, on any increasing scale.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    level : of the confidence interval.

    Raises
    ------
    InputError : as :func:`auroc`.

    Examples
    --------
    >>> comparison = compare_auroc([0, 0, 1, 1, 0, 1], [1, 4, 3, 8, 2, 7], [1, 4, 3, 2, 6, 7])
    >>> round(comparison.difference.value, 4)
    0.3333
    """
    rows = check_arrays(observed, risk, weights=weights, clusters=clusters, any_scale=True)
    other_risk = as_risk(other, any_scale=True)
    check_same_length(rows.observed, other_risk, "other")
    check_level(level)
    placements = tuple(
        _compute_placements(rows.observed, values, rows.row_weights) for values in (rows.risk, other_risk)
    )
    covariance = _covariance(rows.observed, rows.row_weights, rows.clusters, placements)
    difference = placements[0].area - placements[1].area
    error = np.sqrt(max(covariance[0, 0] + covariance[1, 1] - 2 * covariance[0, 1], 0.0))
    half = float(norm.ppf((1 + level) / 2) * error)
    if error == 0:
        p_value = 1.0 if difference == 0 else 0.0
    else:
        p_value = float(2 * norm.sf(abs(difference) / error))
    return AurocComparison(
        placements[0].area, placements[1].area, Estimate(difference, difference - half, difference + half), p_value
    )


def average_precision(observed: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Area under the precision–recall steps (scikit-learn's definition); an uninformative risk has the prevalence.

    For an interval use :func:`~perinatal.evaluate.bootstrap` with ``"average_precision"``.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), any increasing scale, none missing.
    weights : shape (n,), sampling weights, at least 0.

    Examples
    --------
    >>> round(average_precision([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8]), 4)
    0.8333
    """
    rows = check_arrays(observed, risk, weights=weights, any_scale=True)
    return float(prepare_average_precision(rows.observed, rows.risk)(rows.row_weights))


def _compute_placements(observed: np.ndarray, risk: np.ndarray, weights: np.ndarray) -> _Placements:
    share = np.empty(len(risk))
    for rows, others, is_event in ((observed, ~observed, True), (~observed, observed, False)):
        order = np.argsort(risk[others])
        ranked = risk[others][order]
        below = np.concatenate(([0.0], np.cumsum(weights[others][order])))
        weight_below = (
            below[np.searchsorted(ranked, risk[rows])] + below[np.searchsorted(ranked, risk[rows], "right")]
        ) / 2
        share[rows] = weight_below / below[-1] if is_event else 1 - weight_below / below[-1]
    return _Placements(float(np.average(share[observed], weights=weights[observed])), share)


def _covariance(
    observed: np.ndarray, weights: np.ndarray, clusters: np.ndarray | None, placements: tuple[_Placements, ...]
) -> np.ndarray:
    """Covariance of areas on the same rows: weighted residuals of the placements, summed within clusters."""
    sums = []
    for outcome in (observed, ~observed):
        used = outcome & (weights > 0)
        residual = (
            np.stack([np.where(used, weights * (placement.share - placement.area), 0.0) for placement in placements])
            / weights[outcome].sum()
        )
        units = int(used.sum()) if clusters is None else len(np.unique(clusters[used]))
        total = residual if clusters is None else _sum_by_cluster(residual, clusters)
        sums.append((units, total))
    # An event and a non-event are correlated only within a cluster; clusters of one row add nothing.
    result = np.zeros((len(placements), len(placements)))
    for units, total in sums:
        if units > 1:
            result += units / (units - 1) * total @ total.T
        else:
            result += _UNKNOWABLE_VARIANCE * np.eye(len(placements))
    if clusters is not None:
        n_clusters = len(np.unique(clusters[weights > 0]))
        cross = n_clusters / (n_clusters - 1) * sums[0][1] @ sums[1][1].T
        result += cross + cross.T
    return result


def _sum_by_cluster(residual: np.ndarray, clusters: np.ndarray) -> np.ndarray:
    return np.stack([np.bincount(clusters, row) for row in residual])


def _count_rarer_units(observed: np.ndarray, weights: np.ndarray, clusters: np.ndarray | None) -> int:
    used = [outcome & (weights > 0) for outcome in (observed, ~observed)]
    return min(int(rows.sum()) if clusters is None else len(np.unique(clusters[rows])) for rows in used)
