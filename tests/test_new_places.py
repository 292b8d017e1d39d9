"""What a place may expect that was not in the training: laws, on made-up hospitals."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import InputError
from perinatal.models.evidence import Evidence
from perinatal.recipes import RECIPES
from perinatal.recipes.new_places import MEASURES, new_places
from perinatal.sites.learning import read_prior
from perinatal.training.fitting import train_again
from perinatal.vocabulary import VARIABLES, Identifier

FEATURES = ("maternal_age_years", "previous_preterm_birth")


def hospitals(spread: float, *, places: int = 12, births: int = 500, seed: int = 0) -> pd.DataFrame:
    """Made-up births; hospitals differ in their log-odds by a standard deviation of ``spread``."""
    random = np.random.default_rng(seed)
    place = np.repeat(np.arange(places), births)
    age, earlier = random.normal(28, 6, len(place)).round(), random.random(len(place)) < 0.1
    log_odds = -2.2 + 0.04 * (age - 28) + 1.2 * earlier + random.normal(0, spread, places)[place]
    born_early = random.random(len(place)) < 1 / (1 + np.exp(-log_odds))
    return pd.DataFrame(
        {
            "facility_id": pd.Series([f"hospital {number}" for number in place], dtype="str"),
            "maternal_age_years": np.clip(age, 14, 50),
            "previous_preterm_birth": pd.array(earlier, dtype="boolean"),
            "preterm_birth": pd.array(born_early, dtype="boolean"),
        }
    )


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    return hospitals(0.6)


@pytest.fixture(scope="module")
def model(births):
    return pn.fit(
        births,
        outcome="preterm_birth",
        moment="booking",
        features=FEATURES,
        options=pn.FitOptions(scorers=["logistic"]),
    )


@pytest.fixture(scope="module")
def found(model, births):
    return new_places(model, births, hospitals(0.6, seed=0), "facility_id")


def test_a_new_place_is_less_certain_than_the_mean_of_places(found):
    for measure in MEASURES:
        record = found[0].measures[measure]
        assert record.new_place.low <= record.summary.low <= record.summary.value <= record.summary.high
        assert record.summary.high <= record.new_place.high


def test_hospitals_that_differ_more_have_a_wider_interval_for_a_new_one_and_a_wider_prior(model, found):
    alike = new_places(model, hospitals(0.02), hospitals(0.02, seed=1), "facility_id")
    measure = "observed_over_expected"
    assert alike[0].measures[measure].between_places < 0.1
    assert found[0].measures[measure].between_places > 0.2
    assert alike[1].intercept < 0.2 < found[1].intercept


def test_nothing_of_a_single_place_is_recorded(found):
    assert "hospital" not in str(found).replace("in hospital", "")
    assert found[0].events >= 10


def test_the_record_is_the_same_every_time(model, births, found):
    assert new_places(model, births, hospitals(0.6, seed=0), "facility_id") == found


def test_rows_without_a_place_are_not_tested_on(model, births, found):
    nowhere = births.assign(facility_id=births["facility_id"].where(births.index % 50 > 0))
    record = new_places(model, births, nowhere, "facility_id")[0]
    assert record.n == found[0].n - len(births) // 50


def test_a_single_place_is_refused(model, births):
    with pytest.raises(InputError, match="fewer than two places in 'facility_id'"):
        new_places(model, births, births.loc[births["facility_id"] == "hospital 3"], "facility_id")


def test_training_again_on_the_same_rows_gives_the_same_scorer(model, births):
    matrix = np.array([[31, 1], [20, 0]], dtype=np.float32)
    again = train_again(model, births)
    assert again.log_odds(matrix).tolist() == model.scorer.log_odds(matrix).tolist()


def test_a_model_without_a_record_is_not_trained_again(model, births):
    from dataclasses import replace

    with pytest.raises(InputError, match="no record of its training"):
        train_again(replace(model, evidence=Evidence()), births)


@pytest.mark.parametrize("name", [name for name, recipe in RECIPES.items() if recipe.sites])
def test_a_recipe_with_places_leaves_out_a_column_that_is_no_feature(name):
    recipe = RECIPES[name]
    assert isinstance(VARIABLES[recipe.sites].kind, Identifier) or VARIABLES[recipe.sites].for_groups_only
    assert recipe.sites not in recipe.features


SHIPPED = [name for name, recipe in RECIPES.items() if recipe.sites and not recipe.withheld_reason]


@pytest.mark.parametrize("name", SHIPPED)
def test_a_shipped_model_of_many_places_says_what_a_new_place_may_expect_and_carries_its_prior(name):
    model = pn.load_model(name)
    record = model.evidence.new_places
    assert record.measures["auroc"].summarised >= 10
    assert "## New places" in model.card()
    prior = read_prior(model)
    assert 0 < prior.slope < prior.intercept < 2
