"""Adoption in each place: births are selected, every method is fitted, and its risks are evaluated on later births."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from scipy.special import expit, log_expit

from adoption_trial.frozen import Frozen
from adoption_trial.methods import FIXED, ORACLES, SLOW, WAYS
from adoption_trial.questions import BirthCounts, Place, count_births
from perinatal.errors import NotEnoughData
from perinatal.models.scorers import fit_recalibration
from perinatal.sites.rungs import Prior

BY_BIRTHS = (200, 500, 1000, 2000, 5000)
BY_EVENTS = (10, 25, 50, 100)


def concordance(rows: BirthCounts, log_odds: np.ndarray) -> float:
    """AUROC of births that are given as counts.

    >>> rows = BirthCounts(np.array([0, 1, 1]), np.array([0.0, 0.0, 1.0]), np.array([2.0, 1.0, 1.0]))
    >>> round(concordance(rows, np.array([0.0, 1.0])), 4)
    0.8333
    """
    if not 0 < rows.events < rows.births:
        return np.nan
    values, inverse = np.unique(log_odds[rows.pattern], return_inverse=True)
    with_it = np.bincount(inverse, weights=rows.weights * rows.observed, minlength=len(values))
    without = np.bincount(inverse, weights=rows.weights * (1 - rows.observed), minlength=len(values))
    lower = np.cumsum(without) - without
    return float(with_it @ (lower + without / 2) / (with_it.sum() * without.sum()))


def calibration_slope(rows: BirthCounts, log_odds: np.ndarray) -> float:
    """Calibration slope; NaN where it is undefined."""
    try:
        return fit_recalibration(rows.observed, log_odds[rows.pattern], rows.weights).slope
    except NotEnoughData:
        return np.nan


def chance_sd(rows: BirthCounts, one: np.ndarray, other: np.ndarray) -> float:
    """Standard deviation of the mean difference in log-loss of two models by the chance of outcomes alone.

    A birth with risk p adds p (1 - p) times its squared difference in log-odds; p is the mean of the two risks. The
    spread of observed losses will not do: a hospital without a single event shows none.

    >>> rows = BirthCounts(np.array([0]), np.array([0.0]), np.array([100.0]))
    >>> round(chance_sd(rows, np.array([0.0]), np.array([1.0])), 4)
    0.0486
    """
    first, second = one[rows.pattern], other[rows.pattern]
    risk = (expit(first) + expit(second)) / 2
    return float(np.sqrt(rows.weights @ (risk * (1 - risk) * (first - second) ** 2))) / rows.births


def mean_loss(rows: BirthCounts, log_odds: np.ndarray) -> float:
    """Mean minus log-likelihood of the rows' outcomes."""
    own = log_odds[rows.pattern]
    return -float(rows.weights @ np.where(rows.observed == 1, log_expit(own), log_expit(-own))) / rows.births


def measure(rows: BirthCounts, log_odds: np.ndarray, as_frozen: np.ndarray) -> dict[str, float]:
    """Performance of one method on later births, compared with that of the frozen model."""
    loss = mean_loss(rows, log_odds)
    return {
        "loss": loss,
        "from_frozen": loss - mean_loss(rows, as_frozen),
        "chance": chance_sd(rows, log_odds, as_frozen),
        "expected": float(rows.weights @ expit(log_odds[rows.pattern])),
        "auroc": concordance(rows, log_odds),
        "slope": calibration_slope(rows, log_odds),
    }


def take_births(
    place: Place, births: int | None, events: int | None, draw: int | None
) -> tuple[np.ndarray, np.ndarray] | None:
    """A number of births of a place, or enough for a number of events: the first ones, or a random draw.

    ``None`` where the place does not have them.

    >>> place = Place("a", "", np.arange(4), np.array([0.0, 1.0, 0.0, 1.0]), count_births(np.arange(2), np.arange(2)))
    >>> take_births(place, None, 1, None)[0].tolist(), take_births(place, 3, None, None)[0].tolist()
    ([0, 1], [0, 1, 2])
    >>> take_births(place, 5, None, None) is None
    True
    """
    order = np.arange(len(place.pattern))
    if draw is not None:
        order = np.random.default_rng([draw, len(order)]).permutation(order)
    if births is None:
        cumulative_events = np.cumsum(place.observed[order])
        if not len(order) or cumulative_events[-1] < events:
            return None
        births = int(np.searchsorted(cumulative_events, events)) + 1
    elif births > len(order):
        return None
    return place.pattern[order[:births]], place.observed[order[:births]]


def restrict_patterns(model: Frozen, place: Place) -> tuple[Frozen, Place]:
    """The model and the place, restricted to the patterns of the place."""
    used, inverse = np.unique(np.concatenate([place.pattern, place.later.pattern]), return_inverse=True)
    own = len(place.pattern)
    return (
        replace(model, parts=model.parts[used], matrix=model.matrix[used]),
        replace(place, pattern=inverse[:own], later=replace(place.later, pattern=inverse[own:])),
    )


def run_trial(model: Frozen, prior: Prior | None, place: Place, *, draws: int, slow_draws: int) -> Iterator[dict]:
    """A line for every method, amount and draw, and for each oracle on all earlier births and on their latest half.

    ``draws`` of 0 takes the first births, once; ``prior`` is ``None`` where none was learnt.
    """
    model, place = restrict_patterns(model, place)
    later, as_frozen = place.later, model.log_odds
    header = {"place": place.name, "period": place.period, "later_births": later.births, "later_events": later.events}
    ways = {name: way for name, way in WAYS.items() if prior is not None or not way[1]}
    for half in (1, 2):
        rows = count_births(*(column[: len(place.pattern) // half] for column in (place.pattern, place.observed)))
        for name in ORACLES:
            if name in ways:
                way, learnt = ways[name]
                odds = way(model, rows, prior if learnt else FIXED)
                yield {
                    **header,
                    "by": "all",
                    "amount": half,
                    "draw": 0,
                    "births": rows.births,
                    "events": rows.events,
                    "way": name,
                    **measure(later, odds, as_frozen),
                }
    for by, amount in [("births", n) for n in BY_BIRTHS] + [("events", n) for n in BY_EVENTS]:
        for draw in range(draws) if draws else (None,):
            births = take_births(place, *((amount, None) if by == "births" else (None, amount)), draw)
            if births is None:
                break
            rows = count_births(*births)
            so_many = {"by": by, "amount": amount, "draw": draw or 0, "births": rows.births, "events": rows.events}
            for name, (way, learnt) in ways.items():
                if name in SLOW and (draw or 0) >= slow_draws:
                    continue
                odds = way(model, rows, prior if learnt else FIXED)
                yield {**header, **so_many, "way": name, **measure(later, odds, as_frozen)}


def split_places(names: list[str], seed: int) -> tuple[list[str], list[str]]:
    """Two random halves of the places.

    >>> [sorted(half) for half in split_places(list("abcd"), 0)]
    [['b', 'c'], ['a', 'd']]
    """
    order = np.random.default_rng(seed).permutation(len(names))
    return [names[i] for i in sorted(order[::2])], [names[i] for i in sorted(order[1::2])]
