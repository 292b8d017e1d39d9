"""The methods a place can use on its own births: each returns the log-odds of every pattern."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import numpy as np
import xgboost
from scipy.stats import chi2

from adoption_trial.frozen import Frozen, log_loss
from adoption_trial.questions import BirthCounts
from perinatal.errors import NotEnoughData
from perinatal.models.scorers.declared.boosted import train_boosted
from perinatal.models.scorers.declared.logistic import train_logistic
from perinatal.models.scorers.trees import feature_types
from perinatal.sites.choosing import GAIN
from perinatal.sites.rungs import NO_SHRINKAGE, Prior, Rung, Update, average_with_frozen, fit_rung
from perinatal.sites.sample_sizes import FEWEST_EVENTS

FIXED = Prior()
LIKELIHOOD_FACTORS = Prior(np.inf, np.inf, 100.0)  # every part its own factor, by likelihood alone
ALPHA = 0.05
MORE_ROUNDS, REFIT_ROUNDS = 30, 60
FOLDS = 5

Way = Callable[[Frozen, BirthCounts, Prior], np.ndarray]


def fit_update(model: Frozen, rows: BirthCounts, rung: Rung, prior: Prior) -> Update:
    """The rung fitted on a place's births; unchanged where there are too few for it."""
    if prior.intercept == np.inf and not 0 < rows.events < rows.births:
        return Update(Rung.KEEP)
    try:
        return fit_rung(rung, model.parts[rows.pattern], model.base, rows.observed, rows.weights, prior)
    except NotEnoughData:
        return Update(Rung.KEEP)


def keep(model: Frozen, rows: BirthCounts, prior: Prior) -> np.ndarray:
    """The model as it is."""
    return model.log_odds


def refit_intercept(model: Frozen, rows: BirthCounts, prior: Prior) -> np.ndarray:
    """A new intercept by maximum likelihood."""
    return fit_update(model, rows, Rung.INTERCEPT, NO_SHRINKAGE).log_odds(model.parts, model.base)


def recalibrate(model: Frozen, rows: BirthCounts, prior: Prior) -> np.ndarray:
    """Logistic recalibration: intercept and slope by maximum likelihood."""
    return fit_update(model, rows, Rung.SLOPE, NO_SHRINKAGE).log_odds(model.parts, model.base)


def update_by_closed_testing(model: Frozen, rows: BirthCounts, prior: Prior) -> np.ndarray:
    """The smallest update that a likelihood ratio test at 5 % does not reject against a factor for every part.

    Vergouwe et al. 2017, 10.1002/sim.7179, with factors in the place of re-estimated coefficients.
    """
    fits = [fit_update(model, rows, rung, NO_SHRINKAGE) for rung in (Rung.KEEP, Rung.INTERCEPT, Rung.SLOPE)]
    degrees = [0, 1, 2]
    most = fit_update(model, rows, Rung.RESCALED, LIKELIHOOD_FACTORS)
    if most.rung is not Rung.KEEP:  # where the factors have no maximum, recalibration is the highest step
        fits.append(most)
        degrees.append(1 + model.parts.shape[1])
    answers = [fit.log_odds(model.parts, model.base) for fit in fits]
    losses = [log_loss(rows, odds) * rows.births for odds in answers]
    for answer, loss, freedom in zip(answers[:-1], losses[:-1], degrees[:-1], strict=True):
        if chi2.sf(2 * max(loss - losses[-1], 0.0), degrees[-1] - freedom) >= ALPHA:
            return answer
    return answers[-1]


def shrink_intercept(model: Frozen, rows: BirthCounts, prior: Prior) -> np.ndarray:
    """A new intercept under the prior."""
    return fit_update(model, rows, Rung.INTERCEPT, prior).log_odds(model.parts, model.base)


def shrink_slope(model: Frozen, rows: BirthCounts, prior: Prior) -> np.ndarray:
    """Intercept and slope under the prior."""
    return fit_update(model, rows, Rung.SLOPE, prior).log_odds(model.parts, model.base)


def rescale(model: Frozen, rows: BirthCounts, prior: Prior) -> np.ndarray:
    """Intercept, slope and a factor for every part under the prior."""
    return fit_update(model, rows, Rung.RESCALED, prior).log_odds(model.parts, model.base)


def average(model: Frozen, rows: BirthCounts, prior: Prior) -> np.ndarray:
    """The average of frozen and rescaled, weighted by the probability (0.5 a priori) that the place differs."""
    return _average(model, rows, Rung.RESCALED, prior)


def adopt(model: Frozen, rows: BirthCounts, prior: Prior) -> np.ndarray:
    """``perinatal.adopt``: the highest averaged rung that beats the frozen model out of fold, otherwise frozen.

    Rungs, least number of events and gain are the library's; folds are dealt once, by counts of births.
    """
    if min(rows.events, rows.births - rows.events) < FEWEST_EVENTS[Rung.RESCALED]:
        return model.log_odds
    fold_counts = np.random.default_rng(0).multinomial(rows.weights.astype(np.int64), np.full(FOLDS, 1 / FOLDS))
    sign = np.where(rows.observed == 1, -1.0, 1.0)
    frozen_loss = np.logaddexp(0, sign * model.log_odds[rows.pattern])
    for rung in (Rung.RESCALED, Rung.SLOPE, Rung.INTERCEPT):
        gains = np.empty(fold_counts.shape)
        for fold in range(FOLDS):
            training_weights = rows.weights - fold_counts[:, fold]
            included = training_weights > 0
            odds = _average(
                model,
                BirthCounts(rows.pattern[included], rows.observed[included], training_weights[included]),
                rung,
                prior,
            )
            gains[:, fold] = np.logaddexp(0, sign * odds[rows.pattern]) - frozen_loss
        mean = float((gains * fold_counts).sum()) / rows.births
        error = float(np.sqrt(((gains - mean) ** 2 * fold_counts).sum())) / rows.births
        if mean < -GAIN * error:
            return _average(model, rows, rung, prior)
    return model.log_odds


def _average(model: Frozen, rows: BirthCounts, rung: Rung, prior: Prior) -> np.ndarray:
    try:
        update = average_with_frozen(rung, model.parts[rows.pattern], model.base, rows.observed, rows.weights, prior)
    except NotEnoughData:
        return model.log_odds
    return update.log_odds(model.parts, model.base)


def refit_logistic(model: Frozen, rows: BirthCounts, prior: Prior) -> np.ndarray:
    """A logistic model of the place's births alone."""
    if not 0 < rows.events < rows.births:
        return model.log_odds
    scorer = train_logistic(
        model.matrix[rows.pattern], rows.observed, model.features, penalty=1.0, weights=rows.weights
    )
    return scorer.log_odds(model.matrix)


def refit_boosted(model: Frozen, rows: BirthCounts, prior: Prior) -> np.ndarray:
    """Boosted trees of the place's births alone."""
    if not 0 < rows.events < rows.births:
        return model.log_odds
    scorer, _ = train_boosted(
        model.matrix[rows.pattern],
        rows.observed,
        model.features,
        rounds=REFIT_ROUNDS,
        depth=2,
        seed=0,
        weights=rows.weights,
    )
    return scorer.log_odds(model.matrix)


def boost_further(model: Frozen, rows: BirthCounts, prior: Prior) -> np.ndarray:
    """Further trees on top of the model, from the place's births."""
    types = feature_types(model.features)
    data = xgboost.DMatrix(
        model.matrix[rows.pattern],
        rows.observed,
        weight=rows.weights,
        base_margin=model.log_odds[rows.pattern],
        feature_types=types,
        nthread=1,
    )
    settings = {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "max_depth": 3,
        "learning_rate": 0.1,
        "min_child_weight": 0.5,
        "reg_lambda": 5,
        "base_score": 0.5,
        "nthread": 1,
    }
    booster = xgboost.train(settings, data, MORE_ROUNDS)
    everyone = xgboost.DMatrix(model.matrix, base_margin=model.log_odds, feature_types=types, nthread=1)
    return booster.predict(everyone, output_margin=True).astype(np.float64)


WAYS: Mapping[str, tuple[Way, bool]] = MappingProxyType(
    {
        "frozen": (keep, False),
        "intercept": (refit_intercept, False),
        "logistic recalibration": (recalibrate, False),
        "closed testing": (update_by_closed_testing, False),
        "refit, logistic": (refit_logistic, False),
        "refit, boosted": (refit_boosted, False),
        "boosted further": (boost_further, False),
        "intercept, learnt prior": (shrink_intercept, True),
        "slope, learnt prior": (shrink_slope, True),
        "rescaled, fixed prior": (rescale, False),
        "rescaled, learnt prior": (rescale, True),
        "averaged, fixed prior": (average, False),
        "averaged, learnt prior": (average, True),
        "adopt, fixed prior": (adopt, False),
        "adopt, learnt prior": (adopt, True),
    }
)
"""Every method by its name, and whether it uses the prior learnt from the development places."""

SLOW = ("refit, logistic", "refit, boosted", "boosted further")
ORACLES = ("logistic recalibration", "rescaled, fixed prior", "rescaled, learnt prior", *SLOW)
RUNGS = ("frozen", "intercept, learnt prior", "slope, learnt prior", "rescaled, learnt prior", "refit, logistic")
