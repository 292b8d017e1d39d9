"""A smooth logistic calibration curve: restricted cubic splines of the risk's log-odds (Harrell; R: rms::rcs)."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from scipy.special import expit, logit

from perinatal.errors import InputError, NotEnoughData
from perinatal.evaluate.logistic import DRAW_TOLERANCE, Solution, compute_log_odds, fit_logistic, robust_covariance

KNOTS = 5  # as rms and pmcalibration
_FEWEST_KNOTS = 3
_OUTER = {3: 0.10, 4: 0.05, 5: 0.05, 6: 0.05, 7: 0.025}  # centile of the first knot, by number; Harrell 2015, table 2.3
_ROUNDING = 1e-10
_FEW_ROWS = 100  # under these, the outer knots are the fifth lowest and fifth highest


def choose_knots(log_odds: np.ndarray, knots: int = KNOTS) -> np.ndarray:
    """Knots at Harrell's centiles of the log-odds; fewer where risks tie so that only fewer are distinct.

    Raises :class:`~perinatal.errors.NotEnoughData` for fewer than three distinct knots.
    """
    if knots not in _OUTER:
        raise InputError(f"knots must be from {min(_OUTER)} to {max(_OUTER)}, and is {knots}.")
    different = len(np.unique(log_odds))
    for number in range(min(knots, different - 1), _FEWEST_KNOTS - 1, -1):
        positions = np.quantile(log_odds, np.linspace(_OUTER[number], 1 - _OUTER[number], number))
        if 10 <= len(log_odds) < _FEW_ROWS:
            positions[[0, -1]] = np.partition(log_odds, (4, -5))[[4, -5]]
        if (np.diff(positions) > 0).all():
            return positions
    raise _too_few_distinct_risks_error(log_odds)


def spline_basis(log_odds: np.ndarray, knots: np.ndarray) -> np.ndarray:
    """Intercept, the log-odds, and ``len(knots) - 2`` truncated cubes that are straight beyond the outer knots."""
    last, before = knots[-1], knots[-2]
    scale = (last - knots[0]) ** 2
    at_last, at_before = (np.maximum(log_odds - knot, 0) ** 3 for knot in (last, before))
    columns = [np.ones_like(log_odds), log_odds]
    for knot in knots[:-2]:
        cube = np.maximum(log_odds - knot, 0) ** 3
        cube += (at_last * (before - knot) - at_before * (last - knot)) / (last - before)
        columns.append(cube / scale)
    return np.column_stack(columns)


@dataclass(frozen=True, slots=True)
class SplineCurve:
    """A fitted curve: knots, the design of its own rows made orthonormal, coefficients with their covariance."""

    knots: np.ndarray
    rotation: np.ndarray  # from the basis to the design
    design: np.ndarray
    solution: Solution

    @classmethod
    def fit(
        cls,
        observed: np.ndarray,
        risk: np.ndarray,
        *,
        knots: int = KNOTS,
        weights: np.ndarray | None = None,
        clusters: np.ndarray | None = None,
    ) -> SplineCurve:
        """The curve of checked rows; its covariance is robust where there are weights or clusters."""
        log_odds = compute_log_odds(risk)
        knot_positions = choose_knots(log_odds, knots)
        columns = spline_basis(log_odds, knot_positions)
        triangle = np.linalg.qr(columns, mode="r")
        pivots = np.abs(np.diag(triangle))
        if pivots.min() <= _ROUNDING * pivots.max():
            raise _too_few_distinct_risks_error(log_odds)
        rotation = np.linalg.inv(triangle) * np.sqrt(len(columns))  # orthogonal columns, each with mean square 1
        design = columns @ rotation
        event, no_offset = observed.astype(np.float64), np.zeros(len(log_odds))
        solution = fit_logistic(design, event, no_offset, weights=weights)
        covariance = robust_covariance(design, event, no_offset, solution, weights, clusters)
        return cls(knot_positions, rotation, design, Solution(solution.beta, covariance))

    def refit(self, observed: np.ndarray, weights: np.ndarray) -> SplineCurve:
        """The curve of the same rows under other weights; the knots stay."""
        no_offset = np.zeros(len(observed))
        event = observed.astype(np.float64)
        return replace(
            self,
            solution=fit_logistic(
                self.design, event, no_offset, weights=weights, start=self.solution.beta, tolerance=DRAW_TOLERANCE
            ),
        )

    def fitted_shares(self) -> np.ndarray:
        """The smoothed share with the outcome at the risk of each row it was fitted on."""
        return expit(self.design @ self.solution.beta)

    def predict(self, risk: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The curve's log-odds at other risks, and their standard errors."""
        design = spline_basis(logit(risk), self.knots) @ self.rotation
        variance = np.einsum("ij,jk,ik->i", design, self.solution.covariance, design)
        return design @ self.solution.beta, np.sqrt(np.maximum(variance, 0))


def _too_few_distinct_risks_error(log_odds: np.ndarray) -> NotEnoughData:
    return NotEnoughData(
        f"A smooth calibration curve needs risks that vary more: {len(log_odds)} rows hold "
        f"{len(np.unique(log_odds))} different risks, too few or too alike for {_FEWEST_KNOTS} knots. "
        "calibration_errors(..., smoother='lowess') and calibration_table take them."
    )
