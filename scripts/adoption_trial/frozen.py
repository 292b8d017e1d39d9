"""The frozen model, trained on the development places or shipped, and the prior estimated from those places."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import log_expit

from adoption_trial.questions import BirthCounts, Question, merge_births
from perinatal.models.derived_features import Feature
from perinatal.models.scorers import Recalibration, Scorer, fit_recalibration
from perinatal.models.scorers.declared.boosted import ROUNDS_PER_EVALUATION, train_boosted
from perinatal.models.scorers.declared.logistic import train_logistic
from perinatal.sites.learning import DevelopmentSite, learn_prior
from perinatal.sites.rungs import Prior

ROUNDS = 200
DEPTHS = (2, 3)
GROUPS = 5
LEAST_FOR_PRIOR = 200  # births of a development place that teaches the prior


@dataclass(frozen=True, slots=True)
class Frozen:
    """A model's recalibrated additive parts for each pattern of features; with the features, for methods that train."""

    kind: str
    base: float
    parts: np.ndarray
    matrix: np.ndarray
    features: tuple[Feature, ...]

    @property
    def log_odds(self) -> np.ndarray:
        """The model's log-odds for each pattern."""
        return self.base + self.parts.sum(axis=1)


@dataclass(frozen=True, slots=True)
class Developed:
    """The frozen model of some development places, and the prior estimated from those places."""

    model: Frozen
    prior: Prior
    record: dict


def log_loss(rows: BirthCounts, log_odds: np.ndarray) -> float:
    """Mean minus log-likelihood of the rows, from the log-odds of every pattern."""
    own = log_odds[rows.pattern]
    log_likelihoods = np.where(rows.observed == 1, log_expit(own), log_expit(-own))
    return -float(rows.weights @ log_likelihoods) / rows.births


def freeze_scorer(scorer: Scorer, recalibration: Recalibration, question: Question) -> Frozen:
    """A scorer's recalibrated parts of every pattern of a question."""
    parts, base = recalibration.parts(*scorer.parts(question.matrix))
    return Frozen(scorer.kind, base, parts, question.matrix, question.features)


def develop(question: Question, names: list[str], seed: int) -> Developed:
    """The model with the lowest log-loss on held-out places, recalibrated there, and the prior."""
    random = np.random.default_rng(seed)
    group = dict(zip(names, random.permutation(len(names)) % GROUPS, strict=True))
    left_out = [[name for name in names if group[name] == number] for number in range(GROUPS)]
    test_rows = [merge_births([question.development[name] for name in some]) for some in left_out]
    training_rows = [
        merge_births([question.development[n] for n in names if group[n] != number]) for number in range(GROUPS)
    ]
    everything = merge_births([question.development[name] for name in names])
    answers: dict[tuple[str, int, int], list[np.ndarray]] = {}
    scorer = {"logistic": [_train_logistic(question, rows) for rows in training_rows]}
    answers["logistic", 0, 0] = [s.log_odds(question.matrix) for s in scorer["logistic"]]
    for depth in DEPTHS:
        traces = [_train_boosted(question, rows, depth, ROUNDS, seed)[1] for rows in training_rows]
        for look in range(min(map(len, traces))):
            answers["boosted", depth, (look + 1) * ROUNDS_PER_EVALUATION] = [trace[look] for trace in traces]
    births = [rows.births for rows in test_rows]
    losses = {
        key: float(
            np.average([log_loss(rows, odds) for rows, odds in zip(test_rows, fold_odds, strict=True)], weights=births)
        )
        for key, fold_odds in answers.items()
    }
    kind, depth, rounds = best = min(losses, key=losses.get)
    best_odds = answers[best]
    recalibration = fit_recalibration(
        np.concatenate([rows.observed for rows in test_rows]),
        np.concatenate([odds[rows.pattern] for rows, odds in zip(test_rows, best_odds, strict=True)]),
        np.concatenate([rows.weights for rows in test_rows]),
    )
    if kind == "logistic":
        final, group_scorers = _train_logistic(question, everything), scorer["logistic"]
    else:
        final = _train_boosted(question, everything, depth, rounds, seed)[0]
        group_scorers = [_train_boosted(question, rows, depth, rounds, seed)[0] for rows in training_rows]
    model = freeze_scorer(final, recalibration, question)
    sites = []
    for scorer, some in zip(group_scorers, left_out, strict=True):
        unseen_model = freeze_scorer(scorer, recalibration, question)
        for rows in (question.development[name] for name in some):
            if rows.births >= LEAST_FOR_PRIOR:
                sites.append(
                    DevelopmentSite(unseen_model.parts[rows.pattern], unseen_model.base, rows.observed, rows.weights)
                )
    prior = learn_prior(sites)
    record = {
        "scorer": kind,
        "depth": depth,
        "rounds": rounds,
        "births": int(everything.births),
        "events": int(everything.events),
        "places": len(names),
        "places_for_the_prior": len(sites),
        "prior": {name: round(getattr(prior, name), 3) for name in ("intercept", "slope", "factor")},
        "left_out_log_loss": {"logistic": losses["logistic", 0, 0], "kept": losses[best]},
    }
    return Developed(model, prior, record)


def _train_logistic(question: Question, rows: BirthCounts) -> Scorer:
    return train_logistic(
        question.matrix[rows.pattern], rows.observed, question.features, penalty=1.0, weights=rows.weights
    )


def _train_boosted(
    question: Question, rows: BirthCounts, depth: int, rounds: int, seed: int
) -> tuple[Scorer, np.ndarray]:
    eval_set = question.matrix, np.zeros(len(question.matrix)), np.ones(len(question.matrix))
    return train_boosted(
        question.matrix[rows.pattern],
        rows.observed,
        question.features,
        rounds=rounds,
        depth=depth,
        seed=seed,
        weights=rows.weights,
        eval_set=eval_set,
    )
