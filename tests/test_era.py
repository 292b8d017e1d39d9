"""Cases of another year may train beside a cohort's own only where their features do not tell the two apart."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import LeakError, UnknownName
from perinatal.recipes import RECIPES
from perinatal.recipes.era import measure_case_separation
from perinatal.recipes.us import ABSENT_IN_2015, DIFFERENT_IN_2015
from perinatal.vocabulary import VARIABLES

FEATURES = ("gestational_age_at_birth_days", "maternal_age_years", "chorioamnionitis")
WITH_FURTHER_CASES = [name for name, recipe in RECIPES.items() if recipe.further_cases is not None]


def cases(rows: int, seed: int, chorioamnionitis: float = 0.05, unknown: float = 0.02) -> pd.DataFrame:
    """Deaths, some of them with chorioamnionitis, of some of whom that is unknown."""
    random = np.random.default_rng(seed)
    sign = pd.array(random.random(rows) < chorioamnionitis, dtype="boolean")
    sign[random.random(rows) < unknown] = pd.NA
    return pd.DataFrame(
        {
            "gestational_age_at_birth_days": random.normal(210, 40, rows).round(),
            "maternal_age_years": random.normal(28, 6, rows).round(),
            "chorioamnionitis": sign,
        }
    )


def test_cases_that_are_alike_cannot_be_told_apart():
    separation = measure_case_separation(cases(400, 0), cases(4000, 1), FEATURES, "labour")
    assert separation.low < 0.5 < separation.high


@pytest.mark.parametrize("other", [{"chorioamnionitis": 0.4}, {"unknown": 0.5}])
def test_cases_that_differ_in_what_was_done_or_in_what_is_unknown_are_refused(other):
    with pytest.raises(LeakError, match="differ from the cohort's own"):
        measure_case_separation(cases(400, 0), cases(4000, 1, **other), FEATURES, "labour")


def test_the_same_seed_gives_the_same_area():
    arguments = cases(200, 0), cases(900, 1), FEATURES, "labour"
    assert measure_case_separation(*arguments, seed=3) == measure_case_separation(*arguments, seed=3)


def test_the_features_that_tell_2015_from_2011_are_declared():
    assert set(VARIABLES) >= ABSENT_IN_2015 | DIFFERENT_IN_2015


@pytest.mark.parametrize("name", WITH_FURTHER_CASES)
def test_a_model_with_further_cases_says_so_and_records_that_they_look_like_its_own(name):
    model, recipe = pn.load_model(name), RECIPES[name]
    further = model.evidence.further_cases
    assert not set(recipe.features) & (ABSENT_IN_2015 | DIFFERENT_IN_2015)
    assert further.separation.low < 0.5 < further.separation.high
    assert further.n == model.evidence.training.further_cases > 10_000
    assert "2015" in model.trained_on
    assert any("2015" in limit for limit in model.evidence.limits)


@pytest.mark.parametrize("name", WITH_FURTHER_CASES)
def test_further_cases_are_in_no_test(name):
    recipe, model = RECIPES[name], pn.load_model(name)
    files = {recipe.development.file, *(test.source.file for test in recipe.tests)}
    assert recipe.further_cases.file not in files
    assert model.evidence.register.name == recipe.development.register


def test_a_recipe_that_is_not_declared_is_refused():
    from perinatal.recipes import train

    with pytest.raises(UnknownName):
        train("infant_mortality-birth", ".")
