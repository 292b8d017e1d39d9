"""Small models, trained in a second on the made-up sample, for tests of what travels with a model."""

from __future__ import annotations

import functools

import pandas as pd
import pytest

import perinatal as pn
from perinatal.models.scorers.declared.boosted import BoostedScorer

FEW_TREES = (({"depth": 3, "rounds": 60},),)
LABOUR_FEATURES = (
    "gestational_age_at_birth_days",
    "plurality",
    "maternal_age_years",
    "fetal_presentation",  # words without an order
    "maternal_education",  # words with one
    "chorioamnionitis",
    "mean_arterial_pressure_mmhg",  # derived
    "previous_preterm_birth",
    "haemoglobin_g_dl",
)
BOOKING_FEATURES = ("maternal_age_years", "plurality", "previous_preterm_birth", "body_mass_index_kg_m2")


@functools.cache
def sample_frame() -> pd.DataFrame:
    """The made-up births, canonical."""
    return pn.conform(pn.load_sample("births")).frame


def fitted(
    kind: str,
    frame: pd.DataFrame,
    features: tuple[str, ...] = LABOUR_FEATURES,
    outcome: str = "low_birth_weight",
    moment: str = "labour",
) -> pn.RiskModel:
    """A model of this kind of scorer, with few trees."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BoostedScorer, "candidates", FEW_TREES)
        return pn.fit(
            frame, outcome=outcome, moment=moment, features=list(features), options=pn.FitOptions(scorers=[kind])
        )


@functools.cache
def small_model(kind: str) -> pn.RiskModel:
    """Low birth weight, asked in labour."""
    return fitted(kind, sample_frame())


@functools.cache
def other_model(kind: str) -> pn.RiskModel:
    """Preterm birth, asked at booking: another model whose files can be mistaken for the first's."""
    return fitted(kind, sample_frame(), BOOKING_FEATURES, "preterm_birth", "booking")
