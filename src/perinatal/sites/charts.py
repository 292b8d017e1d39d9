"""Charts for monitoring over periods, on arrays: drift of a distribution, and events against predicted risks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import chdtrc, expit, logit

from perinatal.sites.reference import assign_merged_bins

LEAST_EXPECTED = 5.0  # rows in a bin, for the likelihood-ratio test
ODDS_RATIO = 2.0  # the change the chart of calibration is made for, up and down (10.1093/biostatistics/1.4.441)
_RISK_BINS = 50


class Drift(NamedTuple):
    """Drift of counts from a reference: population stability index, and p of the likelihood-ratio test."""

    psi: float
    p_value: float


def measure_drift(reference: Sequence[float] | np.ndarray, counts: Sequence[float] | np.ndarray) -> Drift:
    """A test whether counts in bins and those of a reference are samples of one distribution.

    Bins are joined to their neighbours until five rows are expected in each: then the test (G, with Williams'
    correction) is accurate far into the tail. Without rows to compare, the PSI is 0 and p is 1.

    >>> measure_drift([500, 500], [50, 50]), measure_drift([500, 500], [90, 10]).psi > 0.25
    (Drift(psi=0.0, p_value=1.0), True)
    """
    before, now = np.asarray(reference, dtype=np.float64), np.asarray(counts, dtype=np.float64)
    if not before.sum() or not now.sum():
        return Drift(0.0, 1.0)
    filled = before + now > 0
    before, now = before[filled], now[filled]
    expected = (before + now) / (before + now).sum() * min(now.sum(), before.sum())
    group = assign_merged_bins(expected, LEAST_EXPECTED)
    before, now = np.bincount(group, before).astype(np.float64), np.bincount(group, now).astype(np.float64)
    if len(now) < 2:
        return Drift(0.0, 1.0)
    old, new = before / before.sum(), now / now.sum()
    both = (before + now) / (before + now).sum()
    with np.errstate(divide="ignore", invalid="ignore"):
        g = 2 * sum(
            np.where(part > 0, part * np.log(share / both), 0).sum() for part, share in ((before, old), (now, new))
        )
    total = before.sum() + now.sum()
    spread = (total / before.sum() + total / now.sum() - 1) * ((1 / both).sum() - 1)
    correction = 1 + spread / (6 * total * (len(now) - 1))
    low = 0.5 / np.array([before.sum(), now.sum()])  # half a row: a bin that one side lacks
    old, new = np.maximum(old, low[0]), np.maximum(new, low[1])
    psi = float(((new - old) * np.log(new / old)).sum())
    return Drift(psi, float(chdtrc(len(now) - 1, max(g / correction, 0.0))))


class Cusum(NamedTuple):
    """Cumulative sums after each period, for risks that have become too low (up) and too high (down)."""

    too_low: np.ndarray
    too_high: np.ndarray


def cusum(events: np.ndarray, risks: Sequence[np.ndarray]) -> Cusum:
    """Risk-adjusted cumulative sums of log-likelihood ratios, odds doubled (up) or halved (down), by period.

    Parameters
    ----------
    events : with the outcome in each period, shape (..., periods). risks : of the rows of each period.

    A period is taken as a whole, so the order of rows within it does not matter.

    >>> risks = [np.full(100, 0.1)] * 3
    >>> cusum(np.array([10, 20, 20]), risks).too_low.round(1)
    array([0. , 4.3, 8.7])
    """
    charts = []
    for ratio in (ODDS_RATIO, 1 / ODDS_RATIO):
        spared = np.array([np.log1p((ratio - 1) * risk).sum() for risk in risks])
        gains = np.asarray(events) * np.log(ratio) - spared
        total, sums = np.zeros(gains.shape[:-1]), np.empty(gains.shape)
        for period in range(gains.shape[-1]):
            total = np.maximum(0.0, total + gains[..., period])
            sums[..., period] = total
        charts.append(sums)
    return Cusum(*charts)


def cusum_limits(
    risks: Sequence[np.ndarray], false_alarms: float, *, shift: float = 0.0, times: int = 4000, seed: int = 0
) -> tuple[float, float]:
    """Limits that both charts together cross in ``false_alarms`` of runs in which nothing changed, by simulation.

    Parameters
    ----------
    risks : of the rows of each period of the run. shift : standard error of the model's intercept, drawn for each run:
        a model adopted on few rows is not blamed for what was not known then.
    """
    random = np.random.default_rng(seed)
    shifts = random.normal(0.0, shift, times) if shift > 0 else np.zeros(times)
    events = np.column_stack([_draw_events(risk, shifts, random) for risk in risks])
    charts, share = cusum(events, risks), 1 - false_alarms / 2
    too_low, too_high = (float(np.quantile(chart.max(axis=1), share, method="higher")) for chart in charts)
    return too_low, too_high


def _draw_events(risk: np.ndarray, shifts: np.ndarray, random: np.random.Generator) -> np.ndarray:
    """Events of a period in each run; rows of like risk are drawn together."""
    total = np.zeros(len(shifts))
    for rows in np.array_split(np.sort(risk), min(_RISK_BINS, max(len(risk), 1))):
        if len(rows):
            mean = np.clip(rows.mean(), 1e-12, 1 - 1e-12)
            total += random.binomial(len(rows), expit(logit(mean) + shifts))
    return total
