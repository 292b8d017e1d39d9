"""Measures prepared for resampling: the rows are sorted once, and each draw is a new set of weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import numpy as np
from scipy.special import xlogy

from perinatal.errors import NotEnoughData, UnknownName
from perinatal.evaluate.logistic import DRAW_TOLERANCE, build_slope_design, compute_log_odds, fit_logistic
from perinatal.evaluate.splines import SplineCurve

Score = Callable[[np.ndarray], Any]
"""From weights of shape (n,) to one number or several; ``NaN`` where they leave the measure undefined."""

Prepare = Callable[[np.ndarray, np.ndarray], Score]
"""From checked rows (booleans, risks) to a score."""


def prepare_auroc(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Area under the ROC curve; ties count a half."""
    order = np.argsort(risk, kind="stable")
    negatives, positives = order[~observed[order]], order[observed[order]]
    before = np.searchsorted(risk[negatives], risk[positives])
    through = np.searchsorted(risk[negatives], risk[positives], side="right")
    cuts = np.unique(np.concatenate(([0], before, through)))  # the only positions at which a cumulative sum is needed
    before, through = np.searchsorted(cuts, before), np.searchsorted(cuts, through)
    tied = bool((before != through).any())

    def score(weights: np.ndarray) -> float:
        passed = np.append(weights[negatives], 0.0)
        weight_below = np.cumsum(np.append(0.0, np.add.reduceat(passed, cuts)))
        event_weights = weights[positives]
        total = event_weights.sum() * weight_below[-1]
        if total == 0:
            return np.nan
        concordant = event_weights @ weight_below[before]
        return float((concordant + event_weights @ weight_below[through]) / 2 / total if tied else concordant / total)

    return score


def prepare_average_precision(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Area under the precision–recall steps."""
    order = np.argsort(-risk, kind="stable")
    events = np.flatnonzero(observed[order])
    end_of_tie = np.searchsorted(-risk[order], -risk[order][events], side="right")
    ends, first_event = np.unique(end_of_tie, return_index=True)  # precision counts only at an event
    starts = np.append(0, ends[:-1])
    events, order = order[events], order[: ends[-1]]

    def score(weights: np.ndarray) -> float:
        alerted = np.cumsum(np.add.reduceat(weights[order], starts))
        gained = np.add.reduceat(weights[events], first_event)
        true_alerts = np.cumsum(gained)
        if true_alerts[-1] == 0:
            return np.nan
        return float(
            gained
            @ np.divide(true_alerts, alerted, out=np.zeros_like(true_alerts), where=alerted > 0)
            / true_alerts[-1]
        )

    return score


def prepare_observed_over_expected(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Observed events over expected events."""
    event = observed.astype(np.float64)

    def score(weights: np.ndarray) -> float:
        expected = weights @ risk
        return float(weights @ event / expected) if expected > 0 else np.nan

    return score


def prepare_brier(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Mean squared difference of risk and outcome."""
    return partial(_weighted_mean, (risk - observed) ** 2)


def prepare_log_loss(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Mean negative log-likelihood, in nats."""
    compute_log_odds(risk)
    return partial(_weighted_mean, -xlogy(observed, risk) - xlogy(~observed, 1 - risk))


def prepare_scaled_brier(observed: np.ndarray, risk: np.ndarray) -> Score:
    """One minus the Brier score over that of the prevalence."""
    squared, event = (risk - observed) ** 2, observed.astype(np.float64)

    def score(weights: np.ndarray) -> float:
        prevalence = _weighted_mean(event, weights)
        if not 0 < prevalence < 1:
            return np.nan
        return float(1 - _weighted_mean(squared, weights) / (prevalence * (1 - prevalence)))

    return score


def prepare_calibration_intercept(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Log-odds by which the risks are too low, with the slope fixed at 1."""
    log_odds, event = compute_log_odds(risk), observed.astype(np.float64)
    design = np.ones((len(risk), 1))
    return partial(_fit_last_coefficient, design, event, log_odds, fit_logistic(design, event, log_odds).beta)


def prepare_calibration_slope(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Slope of the outcome's log-odds on those of the risk."""
    log_odds, event = compute_log_odds(risk), observed.astype(np.float64)
    design, unit = build_slope_design(log_odds)
    no_offset = np.zeros_like(log_odds)
    scaled_score = partial(_fit_last_coefficient, design, event, no_offset, fit_logistic(design, event, no_offset).beta)

    def score(weights: np.ndarray) -> float:
        return scaled_score(weights) / unit

    return score


def prepare_calibration_errors(observed: np.ndarray, risk: np.ndarray) -> Score:
    """ICI, E50, E90 and Emax from the spline curve, as four numbers."""
    curve = SplineCurve.fit(observed, risk)

    def score(weights: np.ndarray) -> np.ndarray:
        try:
            error = np.abs(curve.refit(observed, weights).fitted_shares() - risk)
        except NotEnoughData:
            return np.full(4, np.nan)
        return summarise_errors(error, weights)

    return score


def prepare_ici(observed: np.ndarray, risk: np.ndarray) -> Score:
    """The integrated calibration index, from the spline curve."""
    errors = prepare_calibration_errors(observed, risk)

    def score(weights: np.ndarray) -> float:
        return float(errors(weights)[0])

    return score


def prepare_counts(thresholds: np.ndarray, observed: np.ndarray, risk: np.ndarray) -> Score:
    """Weight of true alerts, false alerts, events and others at thresholds or above, of shape (4, thresholds)."""
    ascending, positions = np.unique(thresholds, return_inverse=True)
    cells = len(ascending) + 1
    cell = np.searchsorted(ascending, risk, side="right") + cells * observed  # alerts are those past a threshold

    def score(weights: np.ndarray) -> np.ndarray:
        table = np.bincount(cell, weights, minlength=2 * cells).reshape(2, cells)
        alerted = table[:, :0:-1].cumsum(axis=1)[:, ::-1][:, positions]
        totals = np.broadcast_to(table.sum(axis=1)[:, None], alerted.shape)
        return np.stack((alerted[1], alerted[0], totals[1], totals[0]))

    return score


def compute_net_benefit(counts: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Net benefit per person from counts, of shape (thresholds,)."""
    true_alerts, false_alerts, events, others = counts
    return (true_alerts - thresholds / (1 - thresholds) * false_alerts) / (events + others)


def summarise_errors(error: np.ndarray, weights: np.ndarray | None = None) -> np.ndarray:
    """Mean, median, 90th centile and maximum of absolute calibration errors, of shape (4,)."""
    if weights is None:
        return np.array([error.mean(), *np.quantile(error, (0.5, 0.9)), error.max()])
    used = weights > 0
    centiles = np.quantile(error[used], (0.5, 0.9), weights=weights[used], method="inverted_cdf")
    return np.array([np.average(error, weights=weights), *centiles, error[used].max()])


MEASURES: Mapping[str, Prepare] = {
    "auroc": prepare_auroc,
    "average_precision": prepare_average_precision,
    "observed_over_expected": prepare_observed_over_expected,
    "calibration_intercept": prepare_calibration_intercept,
    "calibration_slope": prepare_calibration_slope,
    "ici": prepare_ici,
    "brier": prepare_brier,
    "scaled_brier": prepare_scaled_brier,
    "log_loss": prepare_log_loss,
}

_ANY_SCALE = frozenset({"auroc", "average_precision"})  # ranks are enough


def prepare_measure(measure: str | Callable, observed: np.ndarray, risk: np.ndarray) -> Score:
    """The score of a named measure, or of a function of (observed, risk, weights)."""
    check_measure(measure)
    if callable(measure):
        return partial(measure, observed.astype(np.float64), risk)
    return MEASURES[measure](observed, risk)


def check_measure(measure: object) -> None:
    """Refuse what is neither a declared name nor a function."""
    if not callable(measure) and measure not in MEASURES:
        raise UnknownName(f"There is no measure of that name. Expected one of: {', '.join(MEASURES)}; or a function.")


def takes_any_scale(measure: object) -> bool:
    """Whether risks need not be probabilities; a function checks that itself."""
    check_measure(measure)
    return callable(measure) or measure in _ANY_SCALE


def _weighted_mean(values: np.ndarray, weights: np.ndarray) -> float:
    total = weights.sum()
    return float(weights @ values / total) if total > 0 else np.nan


def _fit_last_coefficient(
    design: np.ndarray, event: np.ndarray, offset: np.ndarray, start: np.ndarray, weights: np.ndarray
) -> float:
    events = weights @ event
    if events == 0 or events == weights.sum():
        return np.nan
    try:
        return float(
            fit_logistic(design, event, offset, weights=weights, start=start, tolerance=DRAW_TOLERANCE).beta[-1]
        )
    except NotEnoughData:
        return np.nan
