"""Measures made ready for resampling: the rows are sorted once, and each draw is only a new set of weights."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

import numpy as np
from scipy.special import xlogy

from perinatal.errors import NotEnoughData, UnknownName
from perinatal.evaluate.logistic import SETTLED_DRAW, log_odds_of, slope_design, solve
from perinatal.evaluate.splines import SplineCurve

Score = Callable[[np.ndarray], "float | np.ndarray"]
"""From weights of shape (n,) to one number or several; ``NaN`` where they leave the measure undefined."""

Prepare = Callable[[np.ndarray, np.ndarray], Score]
"""From checked rows (booleans, risks) to a score."""


def prepare_auroc(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Area under the ROC curve; ties count a half."""
    order = np.argsort(risk, kind="stable")
    negatives, positives = order[~observed[order]], order[observed[order]]
    before = np.searchsorted(risk[negatives], risk[positives])
    through = np.searchsorted(risk[negatives], risk[positives], side="right")
    cuts = np.unique(np.concatenate(([0], before, through)))  # the only places where a sum so far is asked for
    before, through = np.searchsorted(cuts, before), np.searchsorted(cuts, through)
    tied = bool((before != through).any())

    def score(weights: np.ndarray) -> float:
        passed = np.append(weights[negatives], 0.0)
        below = np.cumsum(np.append(0.0, np.add.reduceat(passed, cuts)))
        mass = weights[positives]
        total = mass.sum() * below[-1]
        if total == 0:
            return np.nan
        right = mass @ below[before]
        return float((right + mass @ below[through]) / 2 / total if tied else right / total)

    return score


def prepare_average_precision(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Area under the precision–recall steps."""
    order = np.argsort(-risk, kind="stable")
    events = np.flatnonzero(observed[order])
    end_of_tie = np.searchsorted(-risk[order], -risk[order][events], side="right")
    ends, first_event = np.unique(end_of_tie, return_index=True)  # precision counts only where an event is found
    starts = np.append(0, ends[:-1])
    events, order = order[events], order[: ends[-1]]

    def score(weights: np.ndarray) -> float:
        alerted = np.cumsum(np.add.reduceat(weights[order], starts))
        gained = np.add.reduceat(weights[events], first_event)
        found = np.cumsum(gained)
        if found[-1] == 0:
            return np.nan
        return float(gained @ np.divide(found, alerted, out=np.zeros_like(found), where=alerted > 0) / found[-1])

    return score


def prepare_observed_over_expected(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Events seen over events expected."""
    event = observed.astype(np.float64)

    def score(weights: np.ndarray) -> float:
        expected = weights @ risk
        return float(weights @ event / expected) if expected > 0 else np.nan

    return score


def prepare_brier(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Mean squared distance between risk and outcome."""
    return partial(_mean, (risk - observed) ** 2)


def prepare_log_loss(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Mean negative log-likelihood, in nats."""
    log_odds_of(risk)
    return partial(_mean, -xlogy(observed, risk) - xlogy(~observed, 1 - risk))


def prepare_scaled_brier(observed: np.ndarray, risk: np.ndarray) -> Score:
    """One minus the Brier score over that of the prevalence."""
    squared, event = (risk - observed) ** 2, observed.astype(np.float64)

    def score(weights: np.ndarray) -> float:
        prevalence = _mean(event, weights)
        if not 0 < prevalence < 1:
            return np.nan
        return float(1 - _mean(squared, weights) / (prevalence * (1 - prevalence)))

    return score


def prepare_calibration_intercept(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Log-odds by which the risks are too low, with the slope fixed at 1."""
    log_odds, event = log_odds_of(risk), observed.astype(np.float64)
    design = np.ones((len(risk), 1))
    return partial(_coefficient, design, event, log_odds, solve(design, event, log_odds).beta)


def prepare_calibration_slope(observed: np.ndarray, risk: np.ndarray) -> Score:
    """Slope of the outcome's log-odds on those of the risk."""
    log_odds, event = log_odds_of(risk), observed.astype(np.float64)
    design, unit = slope_design(log_odds)
    none = np.zeros_like(log_odds)
    found = partial(_coefficient, design, event, none, solve(design, event, none).beta)

    def score(weights: np.ndarray) -> float:
        return found(weights) / unit

    return score


def prepare_calibration_errors(observed: np.ndarray, risk: np.ndarray) -> Score:
    """ICI, E50, E90 and Emax from the spline curve, as four numbers."""
    curve = SplineCurve.fit(observed, risk)

    def score(weights: np.ndarray) -> np.ndarray:
        try:
            error = np.abs(curve.refit(observed, weights).at_rows() - risk)
        except NotEnoughData:
            return np.full(4, np.nan)
        return summarise_errors(error, weights)

    return score


def prepare_ici(observed: np.ndarray, risk: np.ndarray) -> Score:
    """The integrated calibration index, from the spline curve."""
    every = prepare_calibration_errors(observed, risk)

    def score(weights: np.ndarray) -> float:
        return float(every(weights)[0])

    return score


def prepare_counts(thresholds: np.ndarray, observed: np.ndarray, risk: np.ndarray) -> Score:
    """Weight of true alerts, false alerts, events and others at thresholds or above, of shape (4, thresholds)."""
    ascending, place = np.unique(thresholds, return_inverse=True)
    cells = len(ascending) + 1
    cell = np.searchsorted(ascending, risk, side="right") + cells * observed  # alerts are those past a threshold

    def score(weights: np.ndarray) -> np.ndarray:
        table = np.bincount(cell, weights, minlength=2 * cells).reshape(2, cells)
        alerted = table[:, :0:-1].cumsum(axis=1)[:, ::-1][:, place]
        every = np.broadcast_to(table.sum(axis=1)[:, None], alerted.shape)
        return np.stack((alerted[1], alerted[0], every[1], every[0]))

    return score


def benefit_of(counts: np.ndarray, thresholds: np.ndarray) -> np.ndarray:
    """Net benefit per person from counts, of shape (thresholds,)."""
    right, wrong, events, others = counts
    return (right - thresholds / (1 - thresholds) * wrong) / (events + others)


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


def prepared(measure: str | Callable, observed: np.ndarray, risk: np.ndarray) -> Score:
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
    """Whether risks need not be probabilities: a function judges that for itself."""
    check_measure(measure)
    return callable(measure) or measure in _ANY_SCALE


def _mean(values: np.ndarray, weights: np.ndarray) -> float:
    total = weights.sum()
    return float(weights @ values / total) if total > 0 else np.nan


def _coefficient(
    design: np.ndarray, event: np.ndarray, offset: np.ndarray, start: np.ndarray, weights: np.ndarray
) -> float:
    events = weights @ event
    if events == 0 or events == weights.sum():
        return np.nan
    try:
        return float(solve(design, event, offset, weights=weights, start=start, settled=SETTLED_DRAW).beta[-1])
    except NotEnoughData:
        return np.nan
