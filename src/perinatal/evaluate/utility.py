"""Clinical utility: net benefit and decision curves (Vickers and Elkin 2006)."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from perinatal.evaluate.inputs import as_thresholds, check_arrays, check_level
from perinatal.evaluate.measures import Score, compute_net_benefit, prepare_counts
from perinatal.evaluate.resampling import draw_scores, percentile_interval

_THRESHOLDS = np.arange(1, 100) / 100


def net_benefit(observed: ArrayLike, risk: ArrayLike, threshold: float, *, weights: ArrayLike | None = None) -> float:
    """True alerts per person, less false alerts at the exchange rate that the threshold states.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), 0 to 1; a risk equal to the threshold is an alert.
    threshold : strictly between 0 and 1: 0.1 says that missing one event is as bad as nine needless alerts.
    weights : shape (n,), sampling weights, at least 0.

    Examples
    --------
    >>> round(net_benefit([0, 0, 1, 1], [0.1, 0.4, 0.3, 0.8], 0.2), 4)
    0.4375
    """
    rows = check_arrays(observed, risk, weights=weights)
    levels = as_thresholds(threshold)
    return float(compute_net_benefit(prepare_counts(levels, rows.observed, rows.risk)(rows.row_weights), levels)[0])


def decision_curve(
    observed: ArrayLike,
    risk: ArrayLike,
    thresholds: ArrayLike | None = None,
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    times: int = 0,
    level: float = 0.95,
    seed: int = 0,
    jobs: int = 1,
    progress: bool = False,
) -> pd.DataFrame:
    """Net benefit of the risks, of treating all and of treating none, over thresholds.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), 0 to 1.
    thresholds : strictly between 0 and 1; by default 0.01 to 0.99.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    times : number of bootstrap draws for the intervals; with the default, 0, the intervals are ``NaN``.
    level : of the confidence intervals.
    seed : of the draws.
    jobs : threads, -1 for one per core.
    progress : whether to show a progress bar.

    Returns
    -------
    One row per threshold: ``threshold``, ``model`` with ``low`` and ``high``, ``treat_all``, ``treat_none``,
    ``standardised`` (of the most there is to gain, the prevalence), ``gain`` (over the better of all and none) with
    ``gain_low`` and ``gain_high``.

    Examples
    --------
    >>> decision_curve([0, 0, 1, 1], [0.1, 0.4, 0.3, 0.8], [0.2])[["model", "treat_all", "gain"]].round(4)
        model  treat_all    gain
    0  0.4375      0.375  0.0625
    """
    rows = check_arrays(observed, risk, weights=weights, clusters=clusters)
    levels = as_thresholds(_THRESHOLDS if thresholds is None else thresholds)
    check_level(level)
    gains = partial(_compute_benefit_and_gain, prepare_counts(levels, rows.observed, rows.risk), levels)
    model, gain = gains(rows.row_weights)
    low, high = np.full((2, 2, len(levels)), np.nan)
    if times:
        low, high = percentile_interval(
            draw_scores(gains, rows, times=times, seed=seed, jobs=jobs, progress=progress), level
        )
    prevalence = float(np.average(rows.observed, weights=rows.weights))
    return pd.DataFrame(
        {
            "threshold": levels,
            "model": model,
            "low": low[0],
            "high": high[0],
            "treat_all": prevalence - levels / (1 - levels) * (1 - prevalence),
            "treat_none": 0.0,
            "standardised": model / prevalence,
            "gain": gain,
            "gain_low": low[1],
            "gain_high": high[1],
        }
    )


def _compute_benefit_and_gain(count: Score, thresholds: np.ndarray, weights: np.ndarray) -> np.ndarray:
    """Net benefit, and what it is above the better of treating all and none; shape (2, thresholds)."""
    counts = count(weights)
    _, _, events, others = counts
    model, treat_all = (
        compute_net_benefit(outcome_counts, thresholds)
        for outcome_counts in (counts, np.stack((events, others, events, others)))
    )
    return np.stack((model, model - np.maximum(treat_all, 0.0)))
