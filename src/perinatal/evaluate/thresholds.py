"""What acting on risks means for a clinic: alerts, what they find and what they miss, at thresholds or a capacity."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from perinatal.errors import InputError
from perinatal.evaluate.inputs import as_thresholds, checked, confidence
from perinatal.evaluate.measures import Score, prepare_counts
from perinatal.evaluate.proportions import wilson
from perinatal.evaluate.resampling import draws, interval

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
    observed : shape (n,), 0/1. risk : shape (n,), 0 to 1. thresholds : one or several, strictly between 0 and 1.
    weights, clusters : shape (n,).

    Returns
    -------
    One row per threshold: ``threshold, alerts_per_1000, sensitivity, specificity, ppv, npv`` and the intervals.

    Examples
    --------
    >>> table = at_thresholds([0, 0, 1, 1], [0.1, 0.4, 0.3, 0.8], 0.3)
    >>> table[["alerts_per_1000", "sensitivity", "specificity"]].iloc[0].tolist()
    [750.0, 1.0, 0.5]
    """
    rows = checked(observed, risk, weights=weights, clusters=clusters)
    levels = as_thresholds(thresholds)
    confidence(level)
    counts = prepare_counts(levels, rows.observed, rows.risk)
    found = counts(rows.mass)
    table = _table(levels, found)
    if rows.weights is None and rows.clusters is None:
        return _with_intervals(table, *_wilson(found, level))
    drawn = draws(partial(_drawn_shares, counts), rows, times=times, seed=seed, jobs=jobs)
    low, high = interval(drawn, level)
    return _with_intervals(table, low, high)


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
    """What the highest risks hold when there is room for ``alerts`` of every ``of`` people: 20 visits of 150 births.

    The threshold is the lowest risk with which the capacity is not exceeded, so that tied risks are all taken or all
    left; where even the highest tie is too many, there is no alert and the threshold is infinite. Intervals are
    percentiles of ``times`` bootstraps in which the threshold is found anew.

    Parameters
    ----------
    observed : shape (n,), 0/1. risk : shape (n,), any increasing scale. alerts : above 0. of : at least ``alerts``.
    weights, clusters : shape (n,).

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
    rows = checked(observed, risk, weights=weights, clusters=clusters, any_scale=True)
    confidence(level)
    if not 0 < alerts <= of:
        raise InputError(f"The capacity must be above 0 and at most everyone; here {alerts:g} alerts of {of:g} people.")
    order = np.argsort(-rows.risk, kind="stable")
    ranked, event = rows.risk[order], rows.observed[order]
    ends = np.append(np.flatnonzero(np.diff(ranked) != 0), len(ranked) - 1) + 1

    def counts(mass: np.ndarray) -> np.ndarray:
        return _counts(mass[order], event, _last_within(mass[order], ends, alerts / of))

    last = _last_within(rows.mass[order], ends, alerts / of)
    threshold = np.array([ranked[last[0] - 1] if last[0] else np.inf])
    table = _table(threshold, counts(rows.mass))
    low, high = interval(draws(partial(_drawn_shares, counts), rows, times=times, seed=seed, jobs=jobs), level)
    return _with_intervals(table, low, high)


def _drawn_shares(counts: Score, mass: np.ndarray) -> np.ndarray:
    return _shares(counts(mass))


def _last_within(mass: np.ndarray, ends: np.ndarray, share: float) -> np.ndarray:
    """How many ranked rows fit into a share of the whole, ties together; shape (1,)."""
    taken = np.cumsum(mass)
    fits = np.searchsorted(taken[ends - 1], share * taken[-1] * (1 + 1e-12), side="right")
    return np.array([ends[fits - 1] if fits else 0])


def _counts(mass: np.ndarray, event: np.ndarray, last: np.ndarray) -> np.ndarray:
    """Weight of true and false alerts, of all events and all others; shape (4, thresholds)."""
    every = np.concatenate(([0.0], np.cumsum(mass)))
    events = np.concatenate(([0.0], np.cumsum(mass * event)))
    right = events[last]
    return np.stack(
        (right, every[last] - right, np.full(len(last), events[-1]), np.full(len(last), every[-1] - events[-1]))
    )


def _parts(counts: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Numerators and denominators of sensitivity, specificity, PPV and NPV; each of shape (4, thresholds)."""
    right, wrong, events, others = counts
    spared = others - wrong
    return np.stack((right, spared, right, spared)), np.stack((events, others, right + wrong, spared + events - right))


def _shares(counts: np.ndarray) -> np.ndarray:
    some, every = _parts(counts)
    return np.divide(some, every, out=np.full_like(some, np.nan), where=every > 0)


def _wilson(counts: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    low, high = wilson(*_parts(counts), level)
    return np.clip(low, 0, 1), np.clip(high, 0, 1)


def _table(thresholds: np.ndarray, counts: np.ndarray) -> pd.DataFrame:
    right, wrong, events, others = counts
    table = pd.DataFrame({"threshold": thresholds, "alerts_per_1000": 1000 * (right + wrong) / (events + others)})
    return table.assign(**dict(zip(_SHARES, _shares(counts), strict=True)))


def _with_intervals(table: pd.DataFrame, low: np.ndarray, high: np.ndarray) -> pd.DataFrame:
    for place, name in enumerate(_SHARES):
        at = list(table.columns).index(name) + 1
        table.insert(at, f"{name}_low", low.reshape(len(_SHARES), -1)[place])
        table.insert(at + 1, f"{name}_high", high.reshape(len(_SHARES), -1)[place])
    return table
