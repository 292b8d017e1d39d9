"""An affine map on the log-odds: the only recalibration that keeps an explanation adding up to the risk shown."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import expit, log_expit

from perinatal.errors import NotEnoughData

_FLAT = 1e-14  # gain of the next step, relative to the loss, at which Newton's method has arrived
_SMALLEST_STEP = 2.0**-30


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

    Raises :class:`~perinatal.errors.NotEnoughData` when one class is absent, the log-odds do not vary, or they
    separate the classes perfectly.
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
    # Sums, never matrix products: those come out different in the last bits with another number of threads.
    z = (log_odds - centre) / scale
    beta = np.array([np.log(events / (weights.sum() - events)), 0.0])
    loss = _loss(beta, z, observed, weights)
    for _ in range(rounds):
        fitted = expit(beta[0] + beta[1] * z)
        residual, weight = weights * (observed - fitted), weights * fitted * (1 - fitted)
        gradient = np.array([residual.sum(), (residual * z).sum()])
        cross_term = (weight * z).sum()
        curvature = np.array([[weight.sum(), cross_term], [cross_term, (weight * z * z).sum()]])
        step = np.linalg.lstsq(curvature, gradient)[0]
        has_converged = gradient @ step <= _FLAT * loss
        # A full step can overshoot into the flat tails and never come back; the likelihood has one summit, so a step
        # that climbs always gets there.
        size = 1.0
        while size > _SMALLEST_STEP and _loss(beta + size * step, z, observed, weights) > loss:
            size /= 2
        beta = beta + size * step
        loss = _loss(beta, z, observed, weights)
        if has_converged:
            break
    else:
        raise NotEnoughData(
            "Recalibration found no slope: the log-odds separate the rows with the outcome perfectly from those "
            "without. Use more rows."
        )
    slope = beta[1] / scale
    return Recalibration(float(beta[0] - slope * centre), float(slope))


def _loss(beta: np.ndarray, z: np.ndarray, observed: np.ndarray, weights: np.ndarray) -> float:
    log_odds = beta[0] + beta[1] * z
    return -float((weights * (observed * log_expit(log_odds) + (1 - observed) * log_expit(-log_odds))).sum())
