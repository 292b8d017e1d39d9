"""Calibration: observed over expected, intercept and slope, proper scores, and a table by groups of risk."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike
from scipy.stats import norm

from perinatal.errors import InputError
from perinatal.evaluate.inputs import Estimate, EvaluationRows, check_arrays, check_level
from perinatal.evaluate.logistic import build_slope_design, compute_log_odds, fit_logistic, robust_covariance
from perinatal.evaluate.measures import prepare_brier, prepare_log_loss, prepare_scaled_brier
from perinatal.evaluate.proportions import wilson_interval
from perinatal.vocabulary.disclosure import SMALLEST_CELL

TOP_SHARES = (0.5, 0.2, 0.1, 0.05)  # shares of the highest group at which it is divided further


def calibration_slope(
    observed: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Slope of the outcome's log-odds on the risk's (1 is ideal; under 1, risks are too extreme), Wald interval.

    With ``weights`` or ``clusters`` the interval is Huber and White's (R: ``rms::robcov``).

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), strictly between 0 and 1.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    level : of the confidence interval.

    Raises
    ------
    InputError : for a risk of 0 or 1, risks that are all the same, and as :func:`~perinatal.evaluate.auroc`.
    NotEnoughData : the risks separate the outcomes completely, so that no slope is finite.

    Examples
    --------
    >>> round(calibration_slope([0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.6, 0.9]).value, 3)
    2.17
    """
    rows = check_arrays(observed, risk, weights=weights, clusters=clusters)
    design, unit = build_slope_design(compute_log_odds(rows.risk))
    scaled_slope = _estimate_last_coefficient(design, np.zeros(len(design)), rows, level)
    return Estimate(*(bound / unit for bound in scaled_slope))


def calibration_intercept(
    observed: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Calibration-in-the-large: log-odds by which risks are too low (above 0) or too high (below 0), slope fixed at 1.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), strictly between 0 and 1; they may all be the same.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    level : of the confidence interval.

    Raises
    ------
    InputError : for a risk of 0 or 1, and as :func:`~perinatal.evaluate.auroc`.

    Examples
    --------
    >>> round(calibration_intercept([0, 1], [0.2, 0.2]).value, 3)  # log-odds of 0.5 less those of 0.2
    1.386
    """
    rows = check_arrays(observed, risk, weights=weights, clusters=clusters)
    log_odds = compute_log_odds(rows.risk)
    return _estimate_last_coefficient(np.ones((len(log_odds), 1)), log_odds, rows, level)


def observed_over_expected(
    observed: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
) -> Estimate:
    """Observed events divided by expected events (1 is ideal), with a log-scale Poisson interval.

    With ``weights`` or ``clusters`` the interval is the linearised one of a ratio of totals, on the log scale.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), 0 to 1, not all 0.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    level : of the confidence interval.

    Raises
    ------
    InputError : where every risk is 0, and as :func:`~perinatal.evaluate.auroc`.

    Examples
    --------
    >>> round(observed_over_expected([0, 1, 0, 1], [0.1, 0.6, 0.2, 0.7]).value, 3)
    1.25
    """
    rows = check_arrays(observed, risk, weights=weights, clusters=clusters)
    check_level(level)
    events, expected = float(rows.row_weights @ rows.observed), float(rows.row_weights @ rows.risk)
    if expected == 0:
        raise InputError("Observed over expected needs a risk above 0 in some row; every risk is 0.")
    ratio = events / expected
    error = 1 / np.sqrt(events)
    if rows.weights is not None or rows.clusters is not None:
        residual = rows.row_weights * (rows.observed - ratio * rows.risk)
        total = residual if rows.clusters is None else np.bincount(rows.clusters, residual)
        error = np.sqrt(len(total) / (len(total) - 1) * np.sum((total - total.mean()) ** 2)) / events
    half = norm.ppf((1 + level) / 2) * error
    return Estimate(ratio, float(ratio * np.exp(-half)), float(ratio * np.exp(half)))


def brier(observed: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Mean squared difference of risk and outcome: 0 is perfect, 0.25 is that of a risk of 0.5 for everyone.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), 0 to 1.
    weights : shape (n,), sampling weights, at least 0.

    Examples
    --------
    >>> round(brier([0, 1], [0.1, 0.6]), 3)
    0.085
    """
    rows = check_arrays(observed, risk, weights=weights)
    return float(prepare_brier(rows.observed, rows.risk)(rows.row_weights))


def scaled_brier(observed: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Index of prediction accuracy: 1 is perfect, 0 is as good as the prevalence for everyone, below 0 is worse.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), 0 to 1.
    weights : shape (n,), sampling weights, at least 0.

    Examples
    --------
    >>> round(scaled_brier([0, 1], [0.1, 0.6]), 3)
    0.66
    """
    rows = check_arrays(observed, risk, weights=weights)
    return float(prepare_scaled_brier(rows.observed, rows.risk)(rows.row_weights))


def log_loss(observed: ArrayLike, risk: ArrayLike, *, weights: ArrayLike | None = None) -> float:
    """Mean negative log-likelihood, in nats; risks of exactly 0 or 1 are refused, as one such error would be infinite.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), strictly between 0 and 1.
    weights : shape (n,), sampling weights, at least 0.

    Examples
    --------
    >>> round(log_loss([0, 1], [0.5, 0.5]), 4)
    0.6931
    """
    rows = check_arrays(observed, risk, weights=weights)
    return float(prepare_log_loss(rows.observed, rows.risk)(rows.row_weights))


def calibration_table(observed: ArrayLike, risk: ArrayLike, *, bins: int = 10) -> pd.DataFrame:
    """Mean risk and observed share in groups by risk: ``n, events, mean_risk, observed_share, low, high``.

    Groups have equal size; the highest is divided further, and small ones are merged until each has ten rows with and
    ten without the outcome, so a rare outcome gives fewer groups. If all rows together have fewer, events and share
    are suppressed (``NaN``). Intervals are Wilson's. Risks that tie stay in one group.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), 0 to 1.
    bins : number of groups of equal size before the small ones are merged, at least 1.

    Examples
    --------
    >>> import numpy as np
    >>> calibration_table(np.arange(40) % 2, np.linspace(0.2, 0.8, 40), bins=2)["observed_share"].tolist()
    [0.5, 0.5]
    """
    rows = check_arrays(observed, risk)
    if bins < 1:
        raise InputError(f"bins must be at least 1, and is {bins}.")
    shares = [*np.linspace(0, 1, bins + 1)[1:-1], *(1 - np.array(TOP_SHARES) / bins)]
    edges = np.unique(np.quantile(rows.risk, shares))
    group = np.searchsorted(edges, rows.risk, side="right")
    group = _merge_small_groups(group, rows.observed.astype(bool))[group]
    table = pd.DataFrame({"risk": rows.risk, "observed": rows.observed.astype(float)}).groupby(group)
    n, events = table.size(), table["observed"].sum()
    low, high = wilson_interval(events, n)
    printed = (events >= SMALLEST_CELL) & (n - events >= SMALLEST_CELL)
    return pd.DataFrame(
        {
            "n": n,
            "events": events.where(printed),
            "mean_risk": table["risk"].mean(),
            "observed_share": (events / n).where(printed),
            "low": low.where(printed),
            "high": high.where(printed),
        }
    ).reset_index(drop=True)


def _merge_small_groups(group: np.ndarray, event: np.ndarray) -> np.ndarray:
    """The new number of each group of rising risk, once small ones are joined to their neighbours, from the top."""
    events = np.bincount(group, weights=event)
    others = np.bincount(group, weights=~event)
    number = np.zeros(len(events), dtype=np.intp)
    current, with_event, without = 0, 0.0, 0.0
    for i in range(len(events) - 1, -1, -1):
        if min(with_event, without) >= SMALLEST_CELL:
            current, with_event, without = current + 1, 0.0, 0.0
        number[i] = current
        with_event, without = with_event + events[i], without + others[i]
    if min(with_event, without) < SMALLEST_CELL and current:
        number[number == current] = current - 1
    return number.max() - number


def _estimate_last_coefficient(design: np.ndarray, offset: np.ndarray, rows: EvaluationRows, level: float) -> Estimate:
    """The last coefficient of a logistic regression with its Wald interval."""
    check_level(level)
    event = rows.observed.astype(np.float64)
    solution = fit_logistic(design, event, offset, weights=rows.weights)
    covariance = robust_covariance(design, event, offset, solution, rows.weights, rows.clusters)
    half = norm.ppf((1 + level) / 2) * np.sqrt(covariance[-1, -1])
    value = solution.beta[-1]
    return Estimate(float(value), float(value - half), float(value + half))
