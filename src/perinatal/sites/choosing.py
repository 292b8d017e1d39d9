"""Which rung a site's rows bear out, by a rule fixed before anybody looks: out of fold, against the frozen model.

On 77 real hospitals, updates that are shrunk, averaged with the frozen model and checked so did the least harm for the
same gain. One standard error around the best rung gives most of the gain away; closed testing (10.1002/sim.7179), whose
steps are not shrunk, needs far more events than a hospital has.
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
from perinatal.training.folds import deal

FOLDS = 5
ROWS_TO_FIT = 20_000  # small tables are dealt into folds again, up to so many rows, to smooth out the luck of the deal
MOST_DEALS = 5
GAIN = 0.5  # standard errors by which a rung must beat the frozen model on rows held out


class HeldOut(NamedTuple):
    """Of each row, by an update fitted without its fold: log-loss (the mean over deals), and log-odds (first deal)."""

    losses: np.ndarray
    log_odds: np.ndarray


class Compared(NamedTuple):
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
    compared: tuple[Compared, ...]


def deals(codes: np.ndarray, observed: np.ndarray, seed: int = 0) -> list[np.ndarray]:
    """Folds of whole groups (``codes``), dealt anew until enough rows were fitted on; fewer folds for few events.

    Raises :class:`~perinatal.errors.NotEnoughData` where no two folds can both hold rows with and without the outcome.
    """
    rarer = int(min(observed.sum(), len(observed) - observed.sum()))
    folds = min(FOLDS, rarer)
    if folds < 2:
        raise NotEnoughData("One row of the rarer outcome, or none, cannot be split into rows to fit on and to check.")
    times = int(np.clip(ROWS_TO_FIT // len(observed), 1, MOST_DEALS))
    return [deal(codes, observed, folds, seed + number) for number in range(times)]


def out_of_fold(
    rung: Rung, parts: np.ndarray, base: float, observed: np.ndarray, dealt: Sequence[np.ndarray], prior: Prior
) -> HeldOut:
    """Every row under updates that were fitted without its fold.

    Parameters
    ----------
    parts : shape (n, p). base : what they are added to. observed : shape (n,), 0 or 1. dealt : from :func:`deals`.
    """
    losses, first = np.zeros(len(observed)), np.empty(0)
    for fold in dealt:
        log_odds = np.empty(len(observed))
        for number in np.unique(fold):
            test = fold == number
            update = average_with_frozen(rung, parts[~test], base, observed[~test], prior=prior)
            log_odds[test] = update.log_odds(parts[test], base)
        losses += row_losses(observed, log_odds)
        first = first if len(first) else log_odds
    return HeldOut(losses / len(dealt), first)


def row_losses(observed: np.ndarray, log_odds: np.ndarray) -> np.ndarray:
    """Minus the log-likelihood of each row.

    >>> row_losses(np.array([1.0]), np.array([0.0])).round(4)
    array([0.6931])
    """
    return -np.where(observed == 1, log_expit(log_odds), log_expit(-log_odds))


def paired(losses: np.ndarray, others: np.ndarray, codes: np.ndarray) -> tuple[float, float]:
    """The mean of ``losses - others`` and its standard error, rows of one group summed first."""
    by_group = np.bincount(np.unique(codes, return_inverse=True)[1], weights=losses - others)
    return float((losses - others).mean()), float(np.sqrt(np.sum((by_group - by_group.mean()) ** 2)) / len(losses))


def choose(losses: Mapping[Rung, np.ndarray], codes: np.ndarray, gain: float = GAIN) -> Choice:
    """The highest rung that beats the frozen model, on rows held out, by ``gain`` standard errors; else ``KEEP``.

    A refit is not shrunk towards the frozen model, so that it could beat a poor one and be worse than a step below it:
    it has to beat each of those, too.

    Parameters
    ----------
    losses : of each row out of fold, by rung, lowest first, ``KEEP`` among them. codes : group of each row.
    """
    compared = tuple(
        Compared(rung, float(each.mean()), *paired(each, losses[Rung.KEEP], codes)) for rung, each in losses.items()
    )
    failed = []
    for each in reversed(compared):
        if each.rung is Rung.KEEP:
            break
        rivals = losses if each.rung is Rung.REFIT else (Rung.KEEP,)
        if all(_beats(losses[each.rung], losses[other], codes, gain) for other in rivals if other is not each.rung):
            better = f"{-each.worse_than_frozen:.2g} (standard error {each.error:.2g}) lower"
            why = f"Step '{each.rung.value}': on rows held out its log-loss is {better} than without it."
            return Choice(each.rung, f"{why}{_said_failed(failed)}", compared)
        failed.append(each.rung.value)
    if not failed:
        return Choice(Rung.KEEP, "No further step was allowed.", compared)
    return Choice(Rung.KEEP, f"The model is kept as it is.{_said_failed(failed)}", compared)


def _beats(losses: np.ndarray, others: np.ndarray, codes: np.ndarray, gain: float) -> bool:
    worse, error = paired(losses, others, codes)
    return worse < -gain * error


def _said_failed(failed: Sequence[str]) -> str:
    if not failed:
        return ""
    others = ", or than the steps below it," if Rung.REFIT.value in failed else ""
    fallen = f"so fallen back from: {', '.join(failed)}."
    return f" On rows held out not better than frozen{others} by {GAIN:g} standard errors, {fallen}"
