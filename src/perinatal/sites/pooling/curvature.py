"""The likelihood of a site around one recalibration, as a parabola: what the rescaling of parts needs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

from perinatal.frames import Conformed
from perinatal.models.scorers import Recalibration

if TYPE_CHECKING:
    from perinatal.models import RiskModel

DIGITS = 5  # that leave the site, of each number
_ROWS_AT_ONCE = 65_536


class Curvature(NamedTuple):
    """Gradient and information of a site's log-likelihood, in ``log-odds = base + c + Σ factor · part``.

    The coefficients are ``c``, a factor for each of ``features``, and, where features are left out, one factor for
    the sum of their parts. The point where they were computed is ``intercept`` for ``c`` and ``slope`` for each factor.
    """

    features: tuple[str, ...]
    intercept: float
    slope: float
    gradient: np.ndarray  # (1 + k,) or (2 + k,)
    information: np.ndarray  # square, of the same size


def compute_curvature(
    model: RiskModel, frame: pd.DataFrame, observed: np.ndarray, smallest: int, recalibration: Recalibration
) -> Curvature:
    """Gradient and information of the parts of these rows, computed at the same recalibration at all sites.

    A feature has its own column where at least ``smallest`` rows with the outcome, and as many without, differ from
    its most frequent value; the parts of the others are added up into one.
    """
    _, base = model.recalibration.parts(*model.scorer.parts(np.empty((0, len(model.features)), dtype=np.float32)))
    intercept = recalibration.intercept + (recalibration.slope - 1) * base
    starts = range(0, len(frame), _ROWS_AT_ONCE)
    size = 1 + len(model.features)
    gradient, information = np.zeros(size), np.zeros((size, size))
    explanations = [model.explain(Conformed(frame.iloc[start : start + _ROWS_AT_ONCE], ())) for start in starts]
    encoded = np.concatenate([explanation.encoded for explanation in explanations])
    common = np.array([_most_frequent(column) for column in encoded.T])
    other = ~((encoded == common) | (np.isnan(encoded) & np.isnan(common)))
    differing = np.stack([other[observed].sum(axis=0), other[~observed].sum(axis=0)])
    for start, explanation in zip(starts, explanations, strict=True):
        here = slice(start, start + _ROWS_AT_ONCE)
        design = np.column_stack([np.ones(len(explanation.log_odds)), explanation.matrix])
        fitted = expit(recalibration.intercept + recalibration.slope * explanation.log_odds)
        gradient += ((observed[here] - fitted)[:, np.newaxis] * design).sum(axis=0)
        information += np.einsum("ij,ik->jk", design * (fitted * (1 - fitted))[:, np.newaxis], design)
    own = np.asarray((differing >= smallest).all(axis=0))
    fold = folding_matrix(own)
    return Curvature(
        tuple(name for name, alone in zip(model.feature_names, own, strict=True) if alone),
        intercept,
        recalibration.slope,
        _round_digits(fold.T @ gradient),
        _round_digits(fold.T @ information @ fold),
    )


def folding_matrix(own: np.ndarray) -> np.ndarray:
    """From coefficients of a site (intercept, own features, the rest) to those of all features, shape (1 + p, size).

    >>> folding_matrix(np.array([True, False, False])).astype(int).tolist()
    [[1, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 1]]
    """
    rest = ~own
    columns = [np.eye(1 + len(own))[:, [0, *(1 + np.flatnonzero(own))]]]
    if rest.any():
        columns.append(np.concatenate([[0.0], rest.astype(float)])[:, np.newaxis])
    return np.hstack(columns)


def sum_curvatures(curvatures: Sequence[Curvature], names: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
    """The sum of the sites' parabolas in ``c`` and a factor for each of ``names``: linear term and curvature.

    The log-likelihood is ``linear @ theta - theta @ curvature @ theta / 2`` and a constant. What a site gives as one
    factor for the sum of several parts is used as the mean of their factors.
    """
    size = 1 + len(names)
    linear, curvature = np.zeros(size), np.zeros((size, size))
    for site in curvatures:
        own = np.isin(list(names), site.features)
        fold = folding_matrix(own)
        unfold = fold / fold.sum(axis=0)  # theta of all features to the site's
        point = np.concatenate([[site.intercept], np.full(fold.shape[1] - 1, site.slope)])
        linear += unfold @ (site.gradient + site.information @ point)
        curvature += unfold @ site.information @ unfold.T
    return linear, curvature


def _most_frequent(column: np.ndarray) -> float:
    values, counts = np.unique(column, return_counts=True)
    return float(values[np.argmax(counts)])


def _round_digits(numbers: np.ndarray) -> np.ndarray:
    return np.array([float(f"{number:.{DIGITS}g}") for number in numbers.ravel()]).reshape(numbers.shape)
