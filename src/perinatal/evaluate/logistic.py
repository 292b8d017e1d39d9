"""Logistic regression on a few columns, with weights and clusters, for measures of calibration."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logit

from perinatal.errors import InputError, NotEnoughData
from perinatal.evaluate.inputs import as_risk

_ROUNDS = 100
_LARGEST_STEP = 4.0
TOLERANCE = 1e-11  # of the last step; Newton's method converges quadratically
DRAW_TOLERANCE = 1e-7  # for one draw among many
_ROUNDING = 1e-12
_SEPARATED = 1e3  # no coefficient of a scaled column is as large, unless the outcomes are separated


class Solution(NamedTuple):
    """Coefficients of shape (k,), and the inverse of the information of shape (k, k)."""

    beta: np.ndarray
    covariance: np.ndarray


def compute_log_odds(risk: np.ndarray) -> np.ndarray:
    """Log-odds of risks strictly between 0 and 1; raises :class:`~perinatal.errors.InputError` otherwise."""
    numbers = np.asarray(risk, dtype=np.float64)
    as_risk(numbers)
    n_ends = int(((numbers <= 0) | (numbers >= 1)).sum())
    if n_ends:
        raise InputError(
            f"Log-odds need risks strictly between 0 and 1 in every row; {n_ends} of {len(numbers)} are not. "
            "Brier score, AUROC and net benefit take risks of 0 and 1."
        )
    return logit(numbers)


def build_slope_design(log_odds: np.ndarray) -> tuple[np.ndarray, float]:
    """The design of an intercept and the standardised log-odds, shape (n, 2), and the standard deviation.

    Raises :class:`~perinatal.errors.InputError` where the log-odds do not vary beyond rounding.
    """
    unit = float(log_odds.std())
    if unit <= _ROUNDING * max(1.0, float(np.abs(log_odds).max())):
        raise InputError("The calibration slope needs risks that vary; they are all the same.")
    return np.column_stack((np.ones_like(log_odds), (log_odds - log_odds.mean()) / unit)), unit


def fit_logistic(
    design: np.ndarray,
    observed: np.ndarray,
    offset: np.ndarray,
    *,
    weights: np.ndarray | None = None,
    start: np.ndarray | None = None,
    tolerance: float = TOLERANCE,
) -> Solution:
    """The maximum-likelihood coefficients, by Newton's method until a step is smaller than ``tolerance``.

    Raises :class:`~perinatal.errors.NotEnoughData` if they do not exist: the outcomes are separated, or a column
    does not vary.
    """
    beta = np.zeros(design.shape[1]) if start is None else start.copy()
    for _ in range(_ROUNDS):
        fitted = expit(design @ beta + offset)
        spread = fitted * (1 - fitted)
        residual = observed - fitted
        if weights is not None:
            spread, residual = spread * weights, residual * weights
        curvature = (design * spread[:, None]).T @ design
        try:
            step = np.linalg.solve(curvature, residual @ design)
        except np.linalg.LinAlgError:
            break
        beta += np.clip(step, -_LARGEST_STEP, _LARGEST_STEP)
        if not np.abs(beta).max() < _SEPARATED:
            break
        if np.abs(step).max() < tolerance * max(1.0, np.abs(beta).max()):
            if np.linalg.cond(curvature) > 1 / np.finfo(float).eps:
                break
            return Solution(beta, np.linalg.inv(curvature))
    raise NotEnoughData(
        f"No calibration could be fitted to {len(observed)} rows with {int(observed.sum())} events: the risks separate "
        "the outcomes completely, or are too few. More rows are needed; AUROC and Brier score can still be given."
    )


def robust_covariance(
    design: np.ndarray,
    observed: np.ndarray,
    offset: np.ndarray,
    solution: Solution,
    weights: np.ndarray | None,
    clusters: np.ndarray | None,
) -> np.ndarray:
    """Huber and White's covariance (R: ``rms::robcov``, no small-sample factor); model-based if neither is given."""
    if weights is None and clusters is None:
        return solution.covariance
    residual = observed - expit(design @ solution.beta + offset)
    scores = design * (residual if weights is None else residual * weights)[:, None]
    if clusters is not None:
        if clusters.max() < design.shape[1]:
            raise InputError(
                f"An interval over clusters needs more than {design.shape[1]} of them; there are {clusters.max() + 1}."
            )
        scores = np.column_stack([np.bincount(clusters, column) for column in scores.T])
    return solution.covariance @ (scores.T @ scores) @ solution.covariance
