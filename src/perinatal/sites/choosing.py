"""The choice of a rung for a site, by a rule that is fixed in advance: out of fold, against the frozen model.

On 77 hospitals, updates that are shrunk, averaged with the frozen model and tested in this way did the least harm for
the same gain. Choosing the simplest rung within one standard error of the best loses most of the gain; closed testing
(10.1002/sim.7179), whose steps are not shrunk, needs far more events than a hospital has.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import log_expit

from perinatal.errors import NotEnoughData
from perinatal.models.adopted import Rung
from perinatal.sites.rungs import Prior, average_with_frozen
from perinatal.training.folds import grouped_folds

FOLDS = 5
ROWS_TO_FIT = 20_000  # small tables are split repeatedly, up to so many rows in all, to average over splits
MOST_REPEATS = 5
GAIN = 0.5  # standard errors by which a rung must beat the frozen model on held-out rows


class HeldOut(NamedTuple):
    """Out-of-fold results of each row: log-loss (mean over splits) and log-odds (first split)."""

    losses: np.ndarray
    log_odds: np.ndarray


class RungComparison(NamedTuple):
    """A rung's mean log-loss out of fold, how much worse it is than the frozen model, and the error of that."""

    rung: Rung
    loss: float
    worse_than_frozen: float
    error: float


@dataclass(frozen=True, slots=True)
class Choice:
    """The rung that was chosen, why, in a sentence, and what it was compared with."""

    rung: Rung
    why: str
    comparisons: tuple[RungComparison, ...]


def repeated_grouped_folds(groups: np.ndarray, observed: np.ndarray, seed: int = 0) -> list[np.ndarray]:
    """Repeated splits into folds of whole groups; more repeats for few rows, fewer folds for few events.

    Raises :class:`~perinatal.errors.NotEnoughData` where no two folds can both hold rows with and without the outcome.
    """
    rarer = int(min(observed.sum(), len(observed) - observed.sum()))
    n_folds = min(FOLDS, rarer)
    if n_folds < 2:
        raise NotEnoughData("There must be at least two rows with the outcome and two without, for training and test.")
    times = int(np.clip(ROWS_TO_FIT // len(observed), 1, MOST_REPEATS))
    return [grouped_folds(groups, observed, n_folds, seed + number) for number in range(times)]


def predict_out_of_fold(
    rung: Rung, parts: np.ndarray, base: float, observed: np.ndarray, folds: Sequence[np.ndarray], prior: Prior
) -> HeldOut:
    """The log-odds and losses of every row under updates that were fitted without its fold.

    Parameters
    ----------
    parts : shape (n, p). base : what they are added to. observed : shape (n,), 0 or 1. folds : from
        :func:`repeated_grouped_folds`.
    """
    losses, first = np.zeros(len(observed)), np.empty(0)
    for fold in folds:
        log_odds = np.empty(len(observed))
        for number in np.unique(fold):
            test = fold == number
            update = average_with_frozen(rung, parts[~test], base, observed[~test], prior=prior)
            log_odds[test] = update.log_odds(parts[test], base)
        losses += row_losses(observed, log_odds)
        first = first if len(first) else log_odds
    return HeldOut(losses / len(folds), first)


def row_losses(observed: np.ndarray, log_odds: np.ndarray) -> np.ndarray:
    """Minus the log-likelihood of each row.

    >>> row_losses(np.array([1.0]), np.array([0.0])).round(4)
    array([0.6931])
    """
    return -np.where(observed == 1, log_expit(log_odds), log_expit(-log_odds))


def paired_difference(losses: np.ndarray, others: np.ndarray, groups: np.ndarray) -> tuple[float, float]:
    """The mean of ``losses - others`` and its standard error, rows of one group summed first."""
    by_group = np.bincount(np.unique(groups, return_inverse=True)[1], weights=losses - others)
    return float((losses - others).mean()), float(np.sqrt(np.sum((by_group - by_group.mean()) ** 2)) / len(losses))


def choose(losses: Mapping[Rung, np.ndarray], groups: np.ndarray, gain: float = GAIN) -> Choice:
    """The highest rung that beats the frozen model out of fold by ``gain`` standard errors; else ``KEEP``.

    A refit is not shrunk towards the frozen model, so that it could beat a poor one and be worse than a step below it:
    it has to beat each of those, too.

    Parameters
    ----------
    losses : of each row out of fold, by rung, lowest first, ``KEEP`` among them. groups : group of each row.
    """
    comparisons = tuple(
        RungComparison(rung, float(candidate.mean()), *paired_difference(candidate, losses[Rung.KEEP], groups))
        for rung, candidate in losses.items()
    )
    failed: list[str] = []
    for candidate in reversed(comparisons):
        if candidate.rung is Rung.KEEP:
            break
        rivals = losses if candidate.rung is Rung.REFIT else (Rung.KEEP,)
        if all(
            _beats(losses[candidate.rung], losses[other], groups, gain)
            for other in rivals
            if other is not candidate.rung
        ):
            better = f"{-candidate.worse_than_frozen:.2g} (standard error {candidate.error:.2g}) lower"
            why = f"Step '{candidate.rung.value}': its out-of-fold log-loss is {better} than the frozen model's."
            return Choice(candidate.rung, f"{why}{_describe_failed(failed)}", comparisons)
        failed.append(candidate.rung.value)
    if not failed:
        return Choice(Rung.KEEP, "No higher step was allowed.", comparisons)
    return Choice(Rung.KEEP, f"The model is kept as it is.{_describe_failed(failed)}", comparisons)


def _beats(losses: np.ndarray, others: np.ndarray, groups: np.ndarray, gain: float) -> bool:
    worse, error = paired_difference(losses, others, groups)
    return worse < -gain * error


def _describe_failed(failed: Sequence[str]) -> str:
    if not failed:
        return ""
    others = " and the lower steps" if Rung.REFIT.value in failed else ""
    return f" Out of fold not better than the frozen model{others} by {GAIN:g} standard errors: {', '.join(failed)}."
