"""Calibration and discrimination from cells of log-odds instead of rows: recalibration, O/E, AUROC."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit, logit, ndtri, pdtr

from perinatal.errors import NotEnoughData
from perinatal.evaluate import Estimate
from perinatal.evaluate.logistic import Solution, fit_logistic
from perinatal.evaluate.splines import spline_basis
from perinatal.models.scorers import Recalibration
from perinatal.sites.pooling.cells import Cells, separation
from perinatal.sites.pooling.site import SiteSummary

KNOT_CENTILES = (0.05, 0.275, 0.5, 0.725, 0.95)  # Harrell, Regression Modeling Strategies, table 2.3
CURVE_POINTS = 60
_CURVE_CENTILES = (0.005, 0.995)  # of the people
_ROUNDS = 500
_TOLERANCE = 1e-10


class EventPoints(NamedTuple):
    """Log-odds that stand for people, each with how many have the outcome and how many do not; shape (points,)."""

    log_odds: np.ndarray
    events: np.ndarray
    non_events: np.ndarray

    @property
    def n(self) -> float:
        """People they stand for."""
        return float(self.events.sum() + self.non_events.sum())


class HiddenSite(NamedTuple):
    """A site that reports the distribution of its risks, and of the outcome only that fewer than ``below`` had it."""

    log_odds: np.ndarray
    people: np.ndarray
    below: int


def build_points(with_event: Cells, without: Cells) -> EventPoints:
    """The people of both outcomes as points."""
    (event_log_odds, n_events), (other_log_odds, n_others) = with_event.points(), without.points()
    no_events, no_others = np.zeros(len(n_others)), np.zeros(len(n_events))
    return EventPoints(
        np.concatenate([event_log_odds, other_log_odds]),
        np.concatenate([n_events, no_events]),
        np.concatenate([no_others, n_others]),
    )


def hidden_sites(summaries: Iterable[SiteSummary]) -> list[HiddenSite]:
    """The sites among these with too few events to report, as points."""
    return [HiddenSite(*site.others.points(), site.smallest_cell) for site in summaries if site.events is None]


def fit_recalibration(points: EventPoints, *, slope: bool = True) -> Solution:
    """Intercept and slope of greatest likelihood, or the intercept alone with the slope fixed at 1, with covariance.

    Raises :class:`~perinatal.errors.NotEnoughData` where there is none: one outcome only, or separated by the risks.
    """
    log_odds, events, non_events = points
    design = np.column_stack([np.ones_like(log_odds), log_odds] if slope else [np.ones_like(log_odds)])
    offset = np.zeros_like(log_odds) if slope else log_odds
    both = events + non_events
    if not 0 < events.sum() < both.sum():
        raise NotEnoughData("Recalibration needs people with and without the outcome; here are some of one only.")
    with np.errstate(invalid="ignore"):
        share = np.where(both > 0, events / both, 0.0)
    # From no slope at all, so that risks whose order is the wrong way round are fitted too.
    start = np.array([logit(events.sum() / both.sum()), 0.0]) if slope else np.zeros(1)
    return fit_logistic(design, share, offset, weights=both, start=start)


def fit_recalibration_with_hidden(
    points: EventPoints, hidden: Sequence[HiddenSite], *, slope: bool = True
) -> tuple[Solution, float]:
    """As :func:`fit_recalibration` with sites whose number of events is hidden, and how many events those stand for.

    A hidden number is treated as Poisson around what the recalibrated risks expect, and known to be below its bound:
    leaving such sites out would make the pooled risks too high, as they are the ones with the fewest events. The
    covariance is that of the other sites alone, so a little too wide.

    Examples
    --------
    >>> points = EventPoints(np.array([-2.0, -2.0, 0.0, 0.0]), np.array([20, 0, 50, 0.0]), np.array([0, 140, 0, 50.0]))
    >>> open_sites, none = fit_recalibration_with_hidden(points, [])
    >>> both, events = fit_recalibration_with_hidden(points, [HiddenSite(np.array([-2.0]), np.array([100.0]), 10)])
    >>> expected = [float(expit(fitted.beta @ [1, -2])) for fitted in (open_sites, both)]
    >>> expected[1] < expected[0], none, round(events, 1)
    (True, 0.0, 7.4)
    """
    solution = fit_recalibration(points, slope=slope)
    if not hidden:
        return solution, 0.0
    beta, events = solution.beta, 0.0
    for _ in range(_ROUNDS):
        parts = [points]
        for site in hidden:
            risk = expit(Recalibration(*beta).log_odds(site.log_odds))
            expected = float(site.people @ risk)
            site_events = site.people * risk * (pdtr(site.below - 2, expected) / pdtr(site.below - 1, expected))
            parts.append(EventPoints(site.log_odds, site_events, site.people - site_events))
        events = sum(float(part.events.sum()) for part in parts[1:])
        everybody = EventPoints(*(np.concatenate(column) for column in zip(*parts, strict=True)))
        moved = fit_recalibration(everybody, slope=slope).beta
        settled = float(np.abs(moved - beta).max()) < _TOLERANCE
        beta = moved
        if settled:
            return Solution(beta, solution.covariance), events
    raise NotEnoughData(
        "The recalibration cannot be estimated with the sites that have too few events to report. Pool without them."
    )


def expected_events(points: EventPoints, recalibration: Recalibration = Recalibration()) -> float:  # noqa: B008 (frozen)
    """Sum of the risks of all people."""
    return float(expit(recalibration.log_odds(points.log_odds)) @ (points.events + points.non_events))


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


def smooth_curve(points: EventPoints, level: float = 0.95) -> pd.DataFrame:
    """The smoothed share with the outcome along the middle 99 % of risks: ``risk, observed_share, low, high``.

    Restricted cubic splines with knots at Harrell's centiles of the people, as in
    :func:`perinatal.evaluate.calibration_curve`; empty where the risks differ too little for one.
    """
    order = np.argsort(points.log_odds)
    log_odds, people = points.log_odds[order], (points.events + points.non_events)[order]
    rank = np.cumsum(people) / people.sum()
    knots = np.unique(log_odds[np.searchsorted(rank, KNOT_CENTILES)])
    low, high = log_odds[np.searchsorted(rank, _CURVE_CENTILES)]
    empty = pd.DataFrame(columns=["risk", "observed_share", "low", "high"], dtype=float)
    if len(knots) < 3 or not low < high:
        return empty
    columns = spline_basis(points.log_odds, knots)
    both = points.events + points.non_events
    turn = np.linalg.pinv(np.linalg.qr(columns * np.sqrt(both / both.sum())[:, np.newaxis], mode="r"))
    with np.errstate(invalid="ignore"):
        share = np.where(both > 0, points.events / both, 0.0)
    try:
        solution = fit_logistic(columns @ turn, share, np.zeros(len(both)), weights=both)
    except NotEnoughData:
        return empty
    grid = np.linspace(low, high, CURVE_POINTS)
    design = spline_basis(grid, knots) @ turn
    middle, variance = design @ solution.beta, np.einsum("ij,jk,ik->i", design, solution.covariance, design)
    half = float(ndtri((1 + level) / 2)) * np.sqrt(variance)
    ends = {"low": expit(middle - half), "high": expit(middle + half)}
    return pd.DataFrame({"risk": expit(grid), "observed_share": expit(middle), **ends})


def wald_interval(value: float, variance: float, level: float = 0.95) -> Estimate:
    """A coefficient with its interval."""
    half = float(ndtri((1 + level) / 2)) * np.sqrt(variance)
    return Estimate(float(value), float(value - half), float(value + half))
