"""What calibration and discrimination can be had from cells of log-odds instead of rows: recalibration, O/E, AUROC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri, pdtr

from perinatal.errors import NotEnoughData
from perinatal.evaluate import Estimate
from perinatal.evaluate.logistic import Solution, solve
from perinatal.evaluate.splines import basis
from perinatal.models.scorers import Recalibration
from perinatal.sites.pooling.cells import Cells, separation
from perinatal.sites.pooling.site import SiteSummary

KNOT_CENTILES = (0.05, 0.275, 0.5, 0.725, 0.95)  # Harrell, Regression Modeling Strategies, table 2.3
CURVE_POINTS = 60
_SHOWN = (0.005, 0.995)  # of the people
_ROUNDS = 500
_SETTLED = 1e-10


class Points(NamedTuple):
    """Log-odds that stand for people, each with how many have the outcome and how many do not; shape (points,)."""

    log_odds: np.ndarray
    having: np.ndarray
    lacking: np.ndarray

    @property
    def n(self) -> float:
        """People they stand for."""
        return float(self.having.sum() + self.lacking.sum())


class Hidden(NamedTuple):
    """A site that tells how its risks fell, and of the outcome only that fewer than ``below`` had it."""

    log_odds: np.ndarray
    people: np.ndarray
    below: int


def points_of(with_event: Cells, without: Cells) -> Points:
    """The people of both outcomes as points."""
    (having, n_having), (lacking, n_lacking) = with_event.points(), without.points()
    nobody_having, nobody_lacking = np.zeros(len(n_lacking)), np.zeros(len(n_having))
    return Points(
        np.concatenate([having, lacking]),
        np.concatenate([n_having, nobody_having]),
        np.concatenate([nobody_lacking, n_lacking]),
    )


def hidden_in(summaries: Iterable[SiteSummary]) -> list[Hidden]:
    """The sites among these with too few events to tell of, as points."""
    return [Hidden(*site.others.points(), site.smallest_cell) for site in summaries if site.events is None]


def recalibrated(points: Points, *, slope: bool = True) -> Solution:
    """Intercept and slope of greatest likelihood, or the intercept alone with the slope held at 1, with covariance.

    Raises :class:`~perinatal.errors.NotEnoughData` where there is none: one outcome only, or separated by the risks.
    """
    log_odds, having, lacking = points
    design = np.column_stack([np.ones_like(log_odds), log_odds] if slope else [np.ones_like(log_odds)])
    offset = np.zeros_like(log_odds) if slope else log_odds
    both = having + lacking
    if not 0 < having.sum() < both.sum():
        raise NotEnoughData("Recalibration needs people with and without the outcome; here are some of one only.")
    with np.errstate(invalid="ignore"):
        share = np.where(both > 0, having / both, 0.0)
    # From no slope at all, so that risks whose order is the wrong way round are fitted too.
    start = np.array([logit(having.sum() / both.sum()), 0.0]) if slope else np.zeros(1)
    return solve(design, share, offset, weights=both, start=start)


def recalibrated_with_hidden(points: Points, hidden: Sequence[Hidden], *, slope: bool = True) -> tuple[Solution, float]:
    """As :func:`recalibrated` with sites whose number of events is hidden, and how many events those stand for.

    A hidden number is taken as Poisson around what the recalibrated risks expect, and known to be below its bound:
    leaving such sites out would make the pooled risks too high, as they are the ones with the fewest events. The
    covariance is that of the other sites alone, so a little too wide.

    Examples
    --------
    >>> points = Points(np.array([-2.0, -2.0, 0.0, 0.0]), np.array([20, 0, 50, 0.0]), np.array([0, 140, 0, 50.0]))
    >>> open_sites, none = recalibrated_with_hidden(points, [])
    >>> both, events = recalibrated_with_hidden(points, [Hidden(np.array([-2.0]), np.array([100.0]), 10)])
    >>> expected = [float(expit(found.beta @ [1, -2])) for found in (open_sites, both)]
    >>> expected[1] < expected[0], none, round(events, 1)
    (True, 0.0, 7.4)
    """
    found = recalibrated(points, slope=slope)
    if not hidden:
        return found, 0.0
    beta, events = found.beta, 0.0
    for _ in range(_ROUNDS):
        parts = [points]
        for site in hidden:
            risk = expit(Recalibration(*beta).log_odds(site.log_odds))
            expected = float(site.people @ risk)
            having = site.people * risk * (pdtr(site.below - 2, expected) / pdtr(site.below - 1, expected))
            parts.append(Points(site.log_odds, having, site.people - having))
        events = sum(float(part.having.sum()) for part in parts[1:])
        everybody = Points(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        moved = recalibrated(everybody, slope=slope).beta
        settled = float(np.abs(moved - beta).max()) < _SETTLED
        beta = moved
        if settled:
            return Solution(beta, found.covariance), events
    raise NotEnoughData("The sites with too few events to tell of leave the recalibration open. Pool them without.")


def expected_events(points: Points, recalibration: Recalibration = Recalibration()) -> float:  # noqa: B008 (frozen)
    """Sum of the risks of all people."""
    return float(expit(recalibration.log_odds(points.log_odds)) @ (points.having + points.lacking))


def observed_over_expected(events: float, expected: float, level: float = 0.95) -> Estimate:
    """Events over expected events, with a log-scale Poisson interval."""
    half = float(ndtri((1 + level) / 2)) / np.sqrt(events)
    ratio = events / expected
    return Estimate(ratio, float(ratio * np.exp(-half)), float(ratio * np.exp(half)))


def auroc(with_event: Cells, without: Cells, level: float = 0.95) -> Estimate:
    """Area under the ROC curve with an interval on the logit scale; none where the area is 0 or 1."""
    area, error = separation(with_event, without)
    if not 0 < area < 1 or not error > 0:
        return Estimate(area, np.nan, np.nan)
    half = float(ndtri((1 + level) / 2)) * error / (area * (1 - area))
    return Estimate(area, *(float(expit(logit(area) + side * half)) for side in (-1, 1)))


def curve(points: Points, level: float = 0.95) -> pd.DataFrame:
    """The smoothed share with the outcome along the middle 99 % of risks: ``risk, observed_share, low, high``.

    Restricted cubic splines with knots at Harrell's centiles of the people, as in
    :func:`perinatal.evaluate.calibration_curve`; empty where the risks differ too little for one.
    """
    order = np.argsort(points.log_odds)
    at, people = points.log_odds[order], (points.having + points.lacking)[order]
    rank = np.cumsum(people) / people.sum()
    knots = np.unique(at[np.searchsorted(rank, KNOT_CENTILES)])
    low, high = at[np.searchsorted(rank, _SHOWN)]
    nothing = pd.DataFrame(columns=["risk", "observed_share", "low", "high"], dtype=float)
    if len(knots) < 3 or not low < high:
        return nothing
    columns = basis(points.log_odds, knots)
    both = points.having + points.lacking
    turn = np.linalg.pinv(np.linalg.qr(columns * np.sqrt(both / both.sum())[:, np.newaxis], mode="r"))
    with np.errstate(invalid="ignore"):
        share = np.where(both > 0, points.having / both, 0.0)
    try:
        found = solve(columns @ turn, share, np.zeros(len(both)), weights=both)
    except NotEnoughData:
        return nothing
    shown = np.linspace(low, high, CURVE_POINTS)
    design = basis(shown, knots) @ turn
    middle, variance = design @ found.beta, np.einsum("ij,jk,ik->i", design, found.covariance, design)
    half = float(ndtri((1 + level) / 2)) * np.sqrt(variance)
    ends = {"low": expit(middle - half), "high": expit(middle + half)}
    return pd.DataFrame({"risk": expit(shown), "observed_share": expit(middle), **ends})


def wald(value: float, variance: float, level: float = 0.95) -> Estimate:
    """A coefficient with its interval."""
    half = float(ndtri((1 + level) / 2)) * np.sqrt(variance)
    return Estimate(float(value), float(value - half), float(value + half))
