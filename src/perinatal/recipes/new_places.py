"""What a place may expect that was not in a model's training: places left out in turn, tested on their later rows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

import numpy as np
import pandas as pd
from scipy.special import expit

from perinatal.errors import InputError
from perinatal.evaluate import across_sites
from perinatal.models import RiskModel
from perinatal.models.evidence import Interval, NewPlaces, PlaceMeasure, PriorRecord, round_estimate
from perinatal.models.feature_builder import FeatureBuilder
from perinatal.models.scorers import fit_recalibration
from perinatal.sites.learning import DevelopmentSite, learn_prior
from perinatal.training.fitting import train_again
from perinatal.vocabulary import VARIABLES, observe

MAX_SINGLE_PLACES = 30  # places up to which each is left out alone; beyond, five groups of whole places
GROUPS = 5
MIN_EXPECTED = 10  # events the model expects in a place, at least, for it to be summarised
MIN_ROWS = 200  # training rows of a place, at least, for it to teach how far places lie apart
MEASURES = ("observed_over_expected", "calibration_slope", "auroc")


def new_places(
    model: RiskModel,
    training: pd.DataFrame,
    held_out: pd.DataFrame,
    by: str,
    *,
    directions: Mapping[str, int] | None = None,
    seed: int = 0,
) -> tuple[NewPlaces, PriorRecord]:
    """The model's performance in places that its training then had not seen, and how far places lie apart.

    The scorer is trained again, as the model's was, without a place (or a fifth of the places, where they are many),
    and recalibrated on the training rows of the other places, each predicted by a scorer that had not seen it.
    Measures are those of the place's held-out rows, summarised over places with random effects, with the interval for
    one more place. How far places differ is estimated from their training rows
    (:func:`perinatal.sites.learning.learn_prior`): an adoption elsewhere shrinks by it.

    Parameters
    ----------
    training, held_out : canonical frames with the outcome's column. by : the column of places.
    directions : as the model was trained with. seed : of the groups.

    Returns
    -------
    For the model's evidence; nothing in it is of a single place.

    Raises
    ------
    InputError : for held-out rows of fewer than two places.
    NotEnoughData : where too few places are large enough.
    """
    training, training_outcomes = _select_known(model, training, by)
    tested, observed = _select_known(model, held_out, by)
    names = sorted(tested[by].unique())
    if len(names) < 2:
        raise InputError(f"The held-out rows name fewer than two places in '{by}'.")
    groups = len(names) if len(names) <= MAX_SINGLE_PLACES else GROUPS
    group_by_place = pd.Series(np.random.default_rng(seed).permutation(len(names)) % groups, index=names)
    training_group, test_group = (
        rows[by].map(group_by_place).fillna(-1).to_numpy(dtype=np.int64) for rows in (training, tested)
    )
    matrix, tested_matrix = (_encode_rows(model, rows) for rows in (training, tested))
    scorers = [
        train_again(model, training.loc[training_group != group], directions=directions) for group in range(groups)
    ]
    held_out_log_odds, log_odds = np.full(len(training), np.nan), np.empty(len(tested))
    for group, scorer in enumerate(scorers):
        held_out_log_odds[training_group == group] = scorer.log_odds(matrix[training_group == group])
    sites: list[DevelopmentSite] = []
    for group, scorer in enumerate(scorers):
        others = (training_group != group) & np.isfinite(held_out_log_odds)
        recalibration = fit_recalibration(training_outcomes[others], held_out_log_odds[others])
        in_group, tested_in_group = training_group == group, test_group == group
        log_odds[tested_in_group] = recalibration.log_odds(scorer.log_odds(tested_matrix[tested_in_group]))
        sites += [
            DevelopmentSite(*recalibration.parts(*scorer.parts(patterns)), outcomes, weights)
            for patterns, outcomes, weights in _count_rows_by_place(
                matrix[in_group], training_outcomes[in_group], training.loc[in_group, by]
            )
        ]
    prior = learn_prior(sites)
    risk, place = expit(log_odds), tested[by].astype(str).to_numpy()
    expected = pd.Series(risk).groupby(place).sum()
    is_large = np.isin(place, expected.index[expected >= MIN_EXPECTED])
    places = NewPlaces(
        by=VARIABLES[by].label,
        places=len(names),
        left_out="one by one" if groups == len(names) else f"in {groups} groups",
        least_expected_events=MIN_EXPECTED,
        n=int(is_large.sum()),
        events=int(observed[is_large].sum()),
        measures={
            name: _summarise_measure(observed[is_large], risk[is_large], place[is_large], name) for name in MEASURES
        },
    )
    heterogeneity = PriorRecord(
        intercept=round(prior.intercept, 4),
        slope=round(prior.slope, 4),
        factor=round(prior.factor, 4),
        sites=len(sites),
    )
    return places, heterogeneity


def _select_known(model: RiskModel, frame: pd.DataFrame, by: str) -> tuple[pd.DataFrame, np.ndarray]:
    """The rows whose outcome and place are known, and their outcomes."""
    observed = observe(model.outcome, frame)
    known = (observed.notna() & frame[by].notna()).to_numpy()
    return frame.loc[known], observed[known].to_numpy(dtype=np.float64)


def _encode_rows(model: RiskModel, rows: pd.DataFrame) -> np.ndarray:
    return FeatureBuilder(model.feature_names, model.moment).encode(rows)


class _DistinctRows(NamedTuple):
    """Distinct rows, their outcomes, and how many there are of each."""

    matrix: np.ndarray
    observed: np.ndarray
    counts: np.ndarray


def _count_rows_by_place(matrix: np.ndarray, observed: np.ndarray, place: pd.Series) -> list[_DistinctRows]:
    """The distinct rows of each place with enough rows."""
    facts = pd.DataFrame(matrix).assign(observed=observed, place=place.to_numpy())
    rows_by_place = []
    for _, rows in facts.groupby("place", sort=True):
        if len(rows) < MIN_ROWS:
            continue
        counts = rows.drop(columns="place").value_counts(dropna=False, sort=False)
        distinct_rows = counts.index.to_frame(index=False).to_numpy(dtype=np.float64)
        rows_by_place.append(
            _DistinctRows(
                distinct_rows[:, :-1].astype(np.float32), distinct_rows[:, -1], counts.to_numpy(dtype=np.float64)
            )
        )
    return rows_by_place


def _summarise_measure(observed: np.ndarray, risk: np.ndarray, place: np.ndarray, measure: str) -> PlaceMeasure:
    """A measure over places and for a new one; no place's own number, so no cell that must not be printed."""
    pooled = across_sites(observed, risk, place, measure, smallest=1).pooled
    new_site = round_estimate(pooled.new_site)
    return PlaceMeasure(
        summary=round_estimate(pooled.summary),
        new_place=Interval(new_site.low, new_site.high),
        between_places=round(pooled.tau, 4),
        i2=round(pooled.i2, 4),
        summarised=pooled.sites,
    )
