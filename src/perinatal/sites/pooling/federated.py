"""Training together over a network: each site keeps its rows, and XGBoost's own collective adds up their histograms.

Not encrypted and not authenticated: whoever reaches the port can listen, join or break it. Run it inside a VPN, for as
long as the training takes. What travels are sums of gradients by feature, bin and tree node; a neighbour in the ring
sees a site's own sums, and a node can hold few rows. Where that is too much, pool files (:func:`perinatal.pool`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import expit

from perinatal.errors import FederationError, InputError, LeakError, NotEnoughData
from perinatal.frames import ColumnMap, Table, as_cohort
from perinatal.models import RiskModel
from perinatal.models.derived_features import Feature
from perinatal.models.evidence import Evidence, FederatedRecord
from perinatal.models.feature_builder import FeatureBuilder, resolve_features
from perinatal.models.scorers import Recalibration
from perinatal.training.fitting import HIDDEN_SHARES
from perinatal.training.folds import encode_groups
from perinatal.vocabulary import Moment, Outcome, observe
from perinatal.vocabulary import outcome as outcome_of

if TYPE_CHECKING:
    from perinatal.models.scorers.declared.boosted import BoostedScorer

PORT = 9091
WAIT_SECONDS = 600
HELD_OUT = 5  # one group of so many chooses the number of trees and recalibrates
ROUNDS, DEPTH = 300, 3
ROUNDS_PER_LOOK, PATIENCE = 10, 5  # looks without a better log-loss
FEWEST_EVENTS = 20  # of all sites together
_NEWTON = 25
Total = Callable[[np.ndarray], np.ndarray]


@contextmanager
def coordinator(sites: int, *, host: str, port: int = PORT, wait_seconds: int = WAIT_SECONDS) -> Iterator[None]:
    """What one site runs so that the others find each other; leaves when all have finished.

    Parameters
    ----------
    sites : how many will train. host : this machine's address in the VPN. port : free, and open to the sites alone.

    Raises
    ------
    FederationError : the port cannot be had, or the sites do not come or finish in time.
    """
    import xgboost
    from xgboost.tracker import RabitTracker

    try:
        tracker = RabitTracker(n_workers=sites, host_ip=host, port=port, sortby="task", timeout=wait_seconds)
        tracker.start()
        yield
        tracker.wait_for(timeout=wait_seconds)
    except (xgboost.core.XGBoostError, ValueError, OSError) as failure:
        raise FederationError(f"The sites did not train together within {wait_seconds} seconds.") from failure


def train_federated(
    table: Table,
    *,
    columns: ColumnMap | Mapping[str, object] | None = None,
    units: Mapping[str, str] | None = None,
    outcome: str,
    moment: str | Moment,
    features: Sequence[str],
    site: int,
    sites: int,
    host: str,
    port: int = PORT,
    directions: Mapping[str, int] | None = None,
    rounds: int = ROUNDS,
    depth: int = DEPTH,
    seed: int = 0,
    model_id: str | None = None,
    trained_on: str = "cohorts of several sites",
    terms: str = "as the cohorts' owners set them",
    wait_seconds: int = WAIT_SECONDS,
) -> RiskModel:
    """Boosted trees on the rows of all sites, none of which leaves its site; every site gets the same model.

    One group of rows in five is held out of the trees at each site: their log-loss, summed over sites, chooses the
    number of trees, and the recalibration is fitted on them. Every site calls this with the same arguments but
    ``table`` and ``site``.

    Parameters
    ----------
    table, columns, units : the rows of this site, as for :func:`perinatal.fit`.
    outcome, moment, features, directions : as for :func:`perinatal.fit`; features have to be named, in one order.
    site : this site's number, from 0. sites : how many there are. host, port : of the :func:`coordinator`.
    rounds, depth, seed : of the trees, ``rounds`` at most. model_id, trained_on, terms : as for :func:`perinatal.fit`.

    Raises
    ------
    FederationError : the coordinator or a site cannot be reached, or sites do not agree on what they train.
    NotEnoughData : fewer than 20 rows with, or without, the outcome in all sites together.
    LeakError : a feature comes after the moment, or settles the outcome.
    """
    import xgboost
    from xgboost import collective

    if not 0 <= site < sites:
        raise InputError(f"site must be a number from 0 to {sites - 1}, and is {site}.")
    target, when = outcome_of(outcome), Moment.parse(moment)
    chosen = resolve_features(features, when)
    leaking = [f.name for f in chosen if target.settled_by & {f.name, *f.inputs}]
    if leaking or when.sees(target.known_at):
        raise LeakError(
            f"'{target.name}' is settled by {', '.join(leaking) or when.value}: nothing is left to estimate."
        )
    frame = as_cohort(table, columns=columns, units=units).frame
    matrix, observed, held_out = _encode_rows(frame, target, chosen, when, seed)
    settings = (target.name, when.value, [f.name for f in chosen], dict(directions or {}), rounds, depth, seed, sites)
    communicator: dict[str, int | str | None] = {
        "dmlc_communicator": "rabit",
        "dmlc_tracker_uri": host,
        "dmlc_tracker_port": port,
        "dmlc_task_id": f"{site:06d}",
        "dmlc_timeout": wait_seconds,
    }
    try:
        with collective.CommunicatorContext(**communicator):
            _require_agreement(settings)
            counts = _sum_over_sites(np.array([len(observed), observed.sum()], dtype=np.float64))
            n, events = int(counts[0]), int(counts[1])
            if min(events, n - events) < FEWEST_EVENTS:
                raise NotEnoughData(
                    f"{target.name}: {events} events in the {n} rows of {sites} sites; at least {FEWEST_EVENTS} with "
                    f"and {FEWEST_EVENTS} without are needed."
                )
            trees, n_trees = _grow_trees(
                matrix, observed, held_out, chosen, dict(directions or {}), rounds, depth, seed
            )
            scorer = _build_scorer(trees, chosen)
            recalibration = _fit_recalibration(scorer.log_odds(matrix[held_out]), observed[held_out], _sum_over_sites)
    except xgboost.core.XGBoostError as failure:
        raise FederationError(
            f"Training together with {sites} sites broke off: a site or the coordinator cannot be reached, or left. "
            "See that all run, with the same release of XGBoost, and start again."
        ) from failure
    record = FederatedRecord(
        sites=sites,
        n=n,
        events=events,
        trees=n_trees,
        depth=depth,
        seed=seed,
        recalibration=(round(recalibration.intercept, 6), round(recalibration.slope, 6)),
    )
    name = model_id or f"{target.name}-{when.value}"
    return RiskModel(name, target, when, chosen, scorer, recalibration, Evidence(federated=record), trained_on, terms)


def _encode_rows(
    frame: pd.DataFrame, target: Outcome, chosen: Sequence[Feature], when: Moment, seed: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Encoded rows with a known outcome, that outcome, and which are held out: whole groups, by chance."""
    observed = observe(target, frame)
    known = observed.notna().to_numpy()
    rows = frame.loc[known]
    if len(rows) < 2 * HELD_OUT:
        raise NotEnoughData(f"This site has {len(rows)} rows with a known outcome; at least {2 * HELD_OUT} are needed.")
    groups = encode_groups(rows)[0]
    number = np.unique(groups, return_inverse=True)[1]
    order = np.random.default_rng(seed).permutation(number.max() + 1)
    matrix = FeatureBuilder(tuple(f.name for f in chosen), when).encode(rows)
    return matrix, observed[known].to_numpy(dtype=np.float64), order[number] % HELD_OUT == 0


def _grow_trees(
    matrix: np.ndarray,
    observed: np.ndarray,
    held_out: np.ndarray,
    chosen: Sequence[Feature],
    directions: Mapping[str, int],
    rounds: int,
    depth: int,
    seed: int,
) -> tuple[bytes, int]:
    """Trees grown together, cut where the held-out log-loss of all sites was least, and how many they are."""
    import xgboost

    from perinatal.models.scorers.declared.boosted import tree_settings
    from perinatal.models.scorers.trees import feature_types

    copies, outcomes = [matrix[~held_out]], [observed[~held_out]]
    random = np.random.default_rng([seed, 1])
    for low, high in HIDDEN_SHARES:
        copy = copies[0].copy()
        copy[random.random(copy.shape) < random.uniform(low, high, (len(copy), 1))] = np.nan
        copies.append(copy)
        outcomes.append(outcomes[0])
    margins = xgboost.DMatrix(np.vstack(copies), np.concatenate(outcomes), feature_types=feature_types(chosen))
    booster = xgboost.Booster(tree_settings(chosen, depth, directions, seed, 1), cache=[margins])
    losses: list[float] = []
    for done in range(1, rounds + 1):
        booster.update(margins, done - 1)
        if done % ROUNDS_PER_LOOK and done != rounds:
            continue
        margin = booster.inplace_predict(matrix[held_out], predict_type="margin", validate_features=False)
        loss = np.logaddexp(0, np.where(observed[held_out] == 1, -margin, margin)).sum()
        losses.append(float(_sum_over_sites(np.array([loss], dtype=np.float64))[0]))
        if len(losses) - 1 - int(np.argmin(losses)) >= PATIENCE:
            break
    n_trees = min((int(np.argmin(losses)) + 1) * ROUNDS_PER_LOOK, rounds)
    return bytes(booster[:n_trees].save_raw(raw_format="json")), n_trees


def _build_scorer(trees: bytes, chosen: Sequence[Feature]) -> BoostedScorer:
    from perinatal.models.scorers.declared.boosted import BoostedScorer

    return BoostedScorer(trees, chosen)


def _fit_recalibration(log_odds: np.ndarray, observed: np.ndarray, total: Total) -> Recalibration:
    """Intercept and slope of greatest likelihood over all sites: each step needs five sums of each."""
    beta = np.array([0.0, 1.0])
    for _ in range(_NEWTON):
        risk = expit(beta[0] + beta[1] * log_odds)
        residual, weight = observed - risk, risk * (1 - risk)
        own = [residual.sum(), (residual * log_odds).sum()]
        own += [weight.sum(), (weight * log_odds).sum(), (weight * log_odds**2).sum()]
        a, b, c, d, e = total(np.array(own))
        step = np.linalg.lstsq(np.array([[c, d], [d, e]]), np.array([a, b]))[0]
        beta = beta + np.clip(step, -1, 1)
        if np.abs(step).max() < 1e-9:
            return Recalibration(float(beta[0]), float(beta[1]))
    raise NotEnoughData("The held-out rows of all sites give no recalibration. More rows with the outcome are needed.")


def _sum_over_sites(own: np.ndarray) -> np.ndarray:
    """The sum over all sites."""
    from xgboost import collective

    return collective.allreduce(own, collective.Op.SUM)


def _require_agreement(settings: tuple[object, ...]) -> None:
    """Refuse to go on where sites were called with different arguments; all of them find out."""
    from xgboost import collective

    own = np.array([int.from_bytes(hashlib.sha256(repr(settings).encode()).digest()[:7])], dtype=np.int64)
    if collective.allreduce(own, collective.Op.MIN)[0] != collective.allreduce(own, collective.Op.MAX)[0]:
        raise FederationError(
            "The sites do not agree: outcome, moment, features and their order, directions, rounds, depth, seed and "
            "number of sites must be the same at each."
        )
