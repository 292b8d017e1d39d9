"""Whether risks mean what they say: observed over expected, calibration intercept and slope, Brier score, bins."""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.special import expit, logit
from scipy.stats import norm

from perinatal.errors import InputError
from perinatal.evaluate.discrimination import Estimate, both_classes

SMALLEST_CELL = 10  # groups with fewer rows or events are not printed


def _newton(design: np.ndarray, observed: np.ndarray, offset: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Coefficients and covariance of a logistic regression with an offset."""
    beta = np.zeros(design.shape[1])
    for _ in range(100):
        fitted = expit(design @ beta + offset)
        curvature = (design * (fitted * (1 - fitted))[:, None]).T @ design
        step = np.linalg.solve(curvature, design.T @ (observed - fitted))
        beta += np.clip(step, -4, 4)
        if np.abs(step).max() < 1e-11:
            break
    return beta, np.linalg.inv(curvature)


def log_odds_of(risk: np.ndarray) -> np.ndarray:
    """Log-odds of risks strictly between 0 and 1; raises :class:`~perinatal.errors.InputError` otherwise."""
    risk = np.asarray(risk, dtype=np.float64)
    if np.isnan(risk).any() or (risk <= 0).any() or (risk >= 1).any():
        raise InputError("Calibration needs risks strictly between 0 and 1 in every row.")
    return logit(risk)


def calibration_slope(observed: np.ndarray, risk: np.ndarray, *, level: float = 0.95) -> Estimate:
    """Slope of the outcome's log-odds on the risk's (1 is ideal; under 1, risks are too extreme), Wald interval."""
    log_odds = log_odds_of(risk)
    observed = both_classes(np.asarray(observed))
    if np.ptp(log_odds) == 0:
        raise InputError("The calibration slope needs risks that vary; here they are all the same.")
    centred = log_odds - log_odds.mean()
    beta, covariance = _newton(np.column_stack((np.ones_like(centred), centred)), observed, np.zeros_like(centred))
    half = norm.ppf((1 + level) / 2) * np.sqrt(covariance[1, 1])
    return Estimate(float(beta[1]), float(beta[1] - half), float(beta[1] + half))


def calibration_intercept(observed: np.ndarray, risk: np.ndarray, *, level: float = 0.95) -> Estimate:
    """Calibration-in-the-large: log-odds by which risks are too low (above 0) or too high, with slope fixed at 1."""
    log_odds = log_odds_of(risk)
    observed = both_classes(np.asarray(observed))
    beta, covariance = _newton(np.ones((len(log_odds), 1)), observed, log_odds)
    half = norm.ppf((1 + level) / 2) * np.sqrt(covariance[0, 0])
    return Estimate(float(beta[0]), float(beta[0] - half), float(beta[0] + half))


def observed_over_expected(observed: np.ndarray, risk: np.ndarray, *, level: float = 0.95) -> Estimate:
    """Events seen over events expected, with a log-scale Poisson interval."""
    observed = both_classes(np.asarray(observed))
    events, expected = float(observed.sum()), float(np.sum(risk))
    half = norm.ppf((1 + level) / 2) / np.sqrt(events)
    ratio = events / expected
    return Estimate(ratio, ratio * np.exp(-half), ratio * np.exp(half))


def brier(observed: np.ndarray, risk: np.ndarray) -> float:
    """Mean squared distance between risk and outcome."""
    return float(np.mean((np.asarray(risk) - both_classes(np.asarray(observed))) ** 2))


def calibration_table(observed: np.ndarray, risk: np.ndarray, *, bins: int = 10) -> pd.DataFrame:
    """Mean risk and observed share in groups of equal size: ``n, events, mean_risk, observed_share, low, high``.

    Groups with fewer than ten rows or events keep their mean risk; their events and share are suppressed (``NaN``).
    Intervals are Wilson's.
    """
    observed = np.asarray(observed, dtype=np.float64)
    risk = np.asarray(risk, dtype=np.float64)
    edges = np.unique(np.quantile(risk, np.linspace(0, 1, bins + 1)[1:-1]))
    group = np.searchsorted(edges, risk, side="right")
    table = pd.DataFrame({"risk": risk, "observed": observed}).groupby(group)
    n, events = table.size(), table["observed"].sum()
    share, z = events / n, norm.ppf(0.975)
    centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
    half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    shown = (n >= SMALLEST_CELL) & (events >= SMALLEST_CELL)
    return pd.DataFrame(
        {
            "n": n,
            "events": events.where(shown),
            "mean_risk": table["risk"].mean(),
            "observed_share": share.where(shown),
            "low": (centre - half).where(shown),
            "high": (centre + half).where(shown),
        }
    ).reset_index(drop=True)
