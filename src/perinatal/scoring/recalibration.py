"""An affine map on the log-odds: the only recalibration that keeps an explanation adding up to the risk shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit

from perinatal.errors import NotEnoughData


@dataclass(frozen=True, slots=True)
class Recalibration:
    """``intercept + slope × log_odds``; ``Recalibration()`` changes nothing.

    Examples
    --------
    >>> Recalibration(-0.5, 2.0).log_odds(np.array([0.0, 1.0]))
    array([-0.5,  1.5])
    """

    intercept: float = 0.0
    slope: float = 1.0

    def log_odds(self, log_odds: np.ndarray) -> np.ndarray:
        """The recalibrated log-odds."""
        return self.intercept + self.slope * log_odds

    def parts(self, parts: np.ndarray, base: float) -> tuple[np.ndarray, float]:
        """Parts and base of the recalibrated log-odds: they still add up."""
        return self.slope * parts, self.intercept + self.slope * base


def fit_recalibration(
    observed: np.ndarray, log_odds: np.ndarray, weights: np.ndarray | None = None, *, rounds: int = 50
) -> Recalibration:
    """The intercept and slope of greatest likelihood of ``observed`` (0/1) given ``log_odds``, by Newton's method.

    Raises :class:`~perinatal.errors.NotEnoughData` when one class is absent or the log-odds do not vary.
    """
    observed = np.asarray(observed, dtype=np.float64)
    weights = np.ones_like(observed) if weights is None else np.asarray(weights, dtype=np.float64)
    events = float((weights * observed).sum())
    if not 0 < events < weights.sum():
        raise NotEnoughData("Recalibration needs rows with and without the outcome; this table has one of them only.")
    if np.ptp(log_odds) == 0:
        raise NotEnoughData("Recalibration needs risks that vary; here they are all the same.")
    centre = float(np.average(log_odds, weights=weights))
    scale = float(np.sqrt(np.average((log_odds - centre) ** 2, weights=weights)))
    design = np.column_stack((np.ones_like(log_odds), (log_odds - centre) / scale))
    beta = np.array([np.log(events / (weights.sum() - events)), 0.0])
    for _ in range(rounds):
        fitted = expit(design @ beta)
        gradient = design.T @ (weights * (observed - fitted))
        curvature = (design * (weights * fitted * (1 - fitted))[:, None]).T @ design
        step = np.linalg.solve(curvature, gradient)
        beta += np.clip(step, -4, 4)
        if np.abs(step).max() < 1e-12:
            break
    slope = beta[1] / scale
    return Recalibration(float(beta[0] - slope * centre), float(slope))
