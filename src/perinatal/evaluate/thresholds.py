"""Alerts at thresholds or at a capacity: how many there are, what they detect, and what they miss."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from perinatal.errors import InputError
from perinatal.evaluate.inputs import as_thresholds, check_arrays, check_level
from perinatal.evaluate.measures import Score, prepare_counts
from perinatal.evaluate.proportions import wilson_interval
from perinatal.evaluate.resampling import draw_scores, percentile_interval

_SHARES = ("sensitivity", "specificity", "ppv", "npv")


def at_thresholds(
    observed: ArrayLike,
    risk: ArrayLike,
    thresholds: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
    times: int = 1000,
    seed: int = 0,
    jobs: int = 1,
) -> pd.DataFrame:
    """Alerts per 1,000, sensitivity, specificity, PPV and NPV where a risk of the threshold or above is an alert.

    Each share has ``_low`` and ``_high`` beside it: Wilson's interval for independent rows; with ``weights`` or
    ``clusters``, percentiles of ``times`` bootstraps. A share of nothing (the PPV of no alerts) is ``NaN``.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), 0 to 1.
    thresholds : one or several, strictly between 0 and 1.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    level : of the confidence intervals.
    times : number of bootstrap draws, with weights or clusters. seed : of the draws.
    jobs : threads, -1 for one per core.

    Returns
    -------
    One row per threshold: ``threshold, alerts_per_1000, sensitivity, specificity, ppv, npv`` and the intervals.

    Examples
    --------
    >>> table = at_thresholds([0, 0, 1, 1], [0.1, 0.4, 0.3, 0.8], 0.3)
    >>> table[["alerts_per_1000", "sensitivity", "specificity"]].iloc[0].tolist()
    [750.0, 1.0, 0.5]
    """
    rows = check_arrays(observed, risk, weights=weights, clusters=clusters)
    levels = as_thresholds(thresholds)
    check_level(level)
    counts = prepare_counts(levels, rows.observed, rows.risk)
    observed_counts = counts(rows.row_weights)
    table = _build_table(levels, observed_counts)
    if rows.weights is None and rows.clusters is None:
        return _insert_intervals(table, *_compute_wilson_bounds(observed_counts, level))
    share_draws = draw_scores(partial(_compute_weighted_shares, counts), rows, times=times, seed=seed, jobs=jobs)
    low, high = percentile_interval(share_draws, level)
    return _insert_intervals(table, low, high)


def at_capacity(
    observed: ArrayLike,
    risk: ArrayLike,
    *,
    alerts: float,
    of: float = 1000,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
    times: int = 1000,
    seed: int = 0,
    jobs: int = 1,
) -> pd.DataFrame:
    """Performance when only ``alerts`` of every ``of`` people, those at highest risk, can be alerted: 20 of 150 births.

    The threshold is the lowest risk with which the capacity is not exceeded, so that tied risks are all included or
    all left out; where even the highest tie is too many, there is no alert and the threshold is infinite. Intervals are
    percentiles of ``times`` bootstraps, each with a threshold of its own.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), any increasing scale.
    alerts : how many people can be alerted, above 0.
    of : of how many, at least ``alerts``.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    level : of the confidence intervals.
    times : number of bootstrap draws, at least 20. seed : of the draws. jobs : threads, -1 for one per core.

    Returns
    -------
    One row, with the columns of :func:`at_thresholds`.

    Raises
    ------
    InputError : for a capacity that is not above 0 and at most ``of``, and as :func:`~perinatal.evaluate.auroc`.

    Examples
    --------
    >>> table = at_capacity([0, 0, 1, 1], [0.1, 0.4, 0.3, 0.8], alerts=20, of=40, times=50)
    >>> table[["threshold", "sensitivity", "ppv"]].iloc[0].tolist()
    [0.4, 0.5, 0.5]
    """
    rows = check_arrays(observed, risk, weights=weights, clusters=clusters, any_scale=True)
    check_level(level)
    if not 0 < alerts <= of:
        raise InputError(
            f"The capacity must be above 0 and at most everyone, and is {alerts:g} alerts of {of:g} people."
        )
    order = np.argsort(-rows.risk, kind="stable")
    ranked, event = rows.risk[order], rows.observed[order]
    ends = np.append(np.flatnonzero(np.diff(ranked) != 0), len(ranked) - 1) + 1

    def counts(row_weights: np.ndarray) -> np.ndarray:
        return _count_alerts(row_weights[order], event, _count_within_capacity(row_weights[order], ends, alerts / of))

    last = _count_within_capacity(rows.row_weights[order], ends, alerts / of)
    threshold = np.array([ranked[last[0] - 1] if last[0] else np.inf])
    table = _build_table(threshold, counts(rows.row_weights))
    low, high = percentile_interval(
        draw_scores(partial(_compute_weighted_shares, counts), rows, times=times, seed=seed, jobs=jobs), level
    )
    return _insert_intervals(table, low, high)


def _compute_weighted_shares(counts: Score, weights: np.ndarray) -> np.ndarray:
    return _compute_shares(counts(weights))


def _count_within_capacity(weights: np.ndarray, ends: np.ndarray, share: float) -> np.ndarray:
    """How many ranked rows fit into a share of the whole, ties together; shape (1,)."""
    cumulative = np.cumsum(weights)
    fits = np.searchsorted(cumulative[ends - 1], share * cumulative[-1] * (1 + 1e-12), side="right")
    return np.array([ends[fits - 1] if fits else 0])


def _count_alerts(weights: np.ndarray, event: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Weight of true and false alerts, of all events and all others; shape (4, thresholds)."""
    cumulative = np.concatenate(([0.0], np.cumsum(weights)))
    cumulative_events = np.concatenate(([0.0], np.cumsum(weights * event)))
    true_alerts = cumulative_events[last]
    return np.stack(
        (
            true_alerts,
            cumulative[last] - true_alerts,
            np.full(len(last), cumulative_events[-1]),
            np.full(len(last), cumulative[-1] - cumulative_events[-1]),
        )
    )


def _compute_fractions(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numerators and denominators of sensitivity, specificity, PPV and NPV; each of shape (4, thresholds)."""
    true_alerts, false_alerts, events, others = counts
    true_negatives = others - false_alerts
    return np.stack((true_alerts, true_negatives, true_alerts, true_negatives)), np.stack(
        (events, others, true_alerts + false_alerts, true_negatives + events - true_alerts)
    )


def _compute_shares(counts: np.ndarray) -> np.ndarray:
    numerators, denominators = _compute_fractions(counts)
    return np.divide(numerators, denominators, out=np.full_like(numerators, np.nan), where=denominators > 0)


def _compute_wilson_bounds(counts: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    low, high = wilson_interval(*_compute_fractions(counts), level)
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def _build_table(thresholds: np.ndarray, counts: np.ndarray) -> pd.DataFrame:
    true_alerts, false_alerts, events, others = counts
    table = pd.DataFrame(
        {"threshold": thresholds, "alerts_per_1000": 1000 * (true_alerts + false_alerts) / (events + others)}
    )
    return table.assign(**dict(zip(_SHARES, _compute_shares(counts), strict=True)))


def _insert_intervals(table: pd.DataFrame, low: np.ndarray, high: np.ndarray) -> pd.DataFrame:
    for i, name in enumerate(_SHARES):
        position = list(table.columns).index(name) + 1
        table.insert(position, f"{name}_low", low.reshape(len(_SHARES), -1)[i])
        table.insert(position + 1, f"{name}_high", high.reshape(len(_SHARES), -1)[i])
    return table
