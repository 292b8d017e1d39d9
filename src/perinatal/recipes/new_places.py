"""What a place may expect that was not in a model's training: places left out in turn, tested on their later rows."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.special import expit

from perinatal.errors import InputError
from perinatal.evaluate import across_sites
from perinatal.models import RiskModel
from perinatal.models.feature_builder import FeatureBuilder
from perinatal.models.scorers import fit_recalibration
from perinatal.sites.learning import RECORDED_AS, Site, learn_prior
from perinatal.training.fitting import train_again
from perinatal.vocabulary import VARIABLES, observe

MOST_ALONE = 30  # places up to which each is left out alone; beyond, five groups of whole places
GROUPS = 5
LEAST_EXPECTED = 10  # events the model expects in a place, at least, for it to be summarised
LEAST_ROWS = 200  # training rows of a place, at least, for it to teach how far places lie apart
MEASURES = ("observed_over_expected", "calibration_slope", "auroc")


def new_places(
    model: RiskModel,
    training: pd.DataFrame,
    held_out: pd.DataFrame,
    by: str,
    *,
    directions: Mapping[str, int] | None = None,
    seed: int = 0,
) -> dict[str, dict]:
    """The model's performance in places that its training then had not seen, and how far places lie apart.

    The scorer is trained again, as the model's was, without a place (or a fifth of the places, where they are many),
    and recalibrated on the training rows of the other places, each answered for by a scorer that had not seen it.
    Measures are those of the place's held-out rows, summarised over places with random effects, with the interval for
    one more place. How far places lie apart is learnt from their training rows
    (:func:`perinatal.sites.learning.learn_prior`): an adoption elsewhere shrinks by it.

    Parameters
    ----------
    training, held_out : canonical frames with the outcome's column. by : the column of places.
    directions : as the model was trained with. seed : of the groups.

    Returns
    -------
    ``new_places`` and ``heterogeneity``: plain numbers for the model's record, nothing of a single place.

    Raises
    ------
    InputError : for held-out rows of fewer than two places.
    NotEnoughData : where too few places are large enough.
    """
    training, learnt = _known(model, training, by)
    tested, observed = _known(model, held_out, by)
    names = sorted(tested[by].unique())
    if len(names) < 2:
        raise InputError(f"The held-out rows name fewer than two places in '{by}'.")
    groups = len(names) if len(names) <= MOST_ALONE else GROUPS
    group_of = pd.Series(np.random.default_rng(seed).permutation(len(names)) % groups, index=names)
    trained_in, tested_in = (rows[by].map(group_of).fillna(-1).to_numpy(dtype=np.int64) for rows in (training, tested))
    matrix, later = (_encoded(model, rows) for rows in (training, tested))
    scorers = [train_again(model, training.loc[trained_in != group], directions=directions) for group in range(groups)]
    answers, log_odds = np.full(len(training), np.nan), np.empty(len(tested))
    for group, scorer in enumerate(scorers):
        answers[trained_in == group] = scorer.log_odds(matrix[trained_in == group])
    sites: list[Site] = []
    for group, scorer in enumerate(scorers):
        rest = (trained_in != group) & np.isfinite(answers)
        recalibration = fit_recalibration(learnt[rest], answers[rest])
        here, there = trained_in == group, tested_in == group
        log_odds[there] = recalibration.log_odds(scorer.log_odds(later[there]))
        sites += [
            Site(*recalibration.parts(*scorer.parts(patterns)), outcomes, weights)
            for patterns, outcomes, weights in _by_place(matrix[here], learnt[here], training.loc[here, by])
        ]
    prior = learn_prior(sites)
    risk, place = expit(log_odds), tested[by].astype(str).to_numpy()
    expected = pd.Series(risk).groupby(place).sum()
    large = np.isin(place, expected.index[expected >= LEAST_EXPECTED])
    return {
        "new_places": {
            "by": VARIABLES[by].label,
            "places": len(names),
            "left_out": "one by one" if groups == len(names) else f"in {groups} groups",
            "least_expected_events": LEAST_EXPECTED,
            "n": int(large.sum()),
            "events": int(observed[large].sum()),
            "measures": {name: _summary(observed[large], risk[large], place[large], name) for name in MEASURES},
        },
        RECORDED_AS: {
            "intercept": round(prior.intercept, 4),
            "slope": round(prior.slope, 4),
            "factor": round(prior.factor, 4),
            "sites": len(sites),
        },
    }


def _known(model: RiskModel, frame: pd.DataFrame, by: str) -> tuple[pd.DataFrame, np.ndarray]:
    """The rows whose outcome and place are known, and their outcomes."""
    observed = observe(model.outcome, frame)
    known = (observed.notna() & frame[by].notna()).to_numpy()
    return frame.loc[known], observed[known].to_numpy(dtype=np.float64)


def _encoded(model: RiskModel, rows: pd.DataFrame) -> np.ndarray:
    return FeatureBuilder(model.feature_names, model.moment).encode(rows)


def _by_place(matrix: np.ndarray, observed: np.ndarray, place: pd.Series) -> list[tuple[np.ndarray, ...]]:
    """Of each place with enough rows, its distinct rows, their outcomes, and how many there are of each."""
    facts = pd.DataFrame(matrix).assign(observed=observed, place=place.to_numpy())
    found = []
    for _, rows in facts.groupby("place", sort=True):
        if len(rows) < LEAST_ROWS:
            continue
        counts = rows.drop(columns="place").value_counts(dropna=False, sort=False)
        kinds = counts.index.to_frame(index=False).to_numpy(dtype=np.float64)
        found.append((kinds[:, :-1].astype(np.float32), kinds[:, -1], counts.to_numpy(dtype=np.float64)))
    return found


def _summary(observed: np.ndarray, risk: np.ndarray, place: np.ndarray, measure: str) -> dict:
    """A measure over places and for a new one; no place's own number, so no cell that must not be printed."""
    found = across_sites(observed, risk, place, measure, smallest=1).pooled
    return {
        "summary": [round(float(number), 4) for number in found.summary],
        "new_place": [round(float(number), 4) for number in found.new_site[1:]],
        "between_places": round(found.tau, 4),
        "i2": round(found.i2, 4),
        "summarised": found.sites,
    }
