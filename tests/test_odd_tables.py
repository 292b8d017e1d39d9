"""A table in a wrong unit or with columns changed round neither leaves a hospital nor passes in silence."""

from __future__ import annotations

import pytest

import perinatal as pn
from perinatal.errors import InputError

WEIGHT, GESTATION = "birth_weight_g", "gestational_age_at_birth_days"


@pytest.fixture(scope="module")
def births():
    return pn.load_sample("hospital_births")


@pytest.fixture(params=["kilograms", "changed round"])
def odd(births, request):
    if request.param == "kilograms":
        return births.assign(**{WEIGHT: births[WEIGHT] / 1000})
    return births.rename(columns={WEIGHT: GESTATION, GESTATION: WEIGHT})


def test_no_file_is_made_of_it_to_be_pooled(odd):
    with pytest.raises(InputError, match=r"The table cannot be summed up: .*birth_weight_g"):
        pn.summarise(pn.load_model("nicu_admission-birth"), odd, site="A")


def test_monitoring_says_that_alarms_may_be_about_it(odd):
    watched = pn.monitor(pn.load_model("nicu_admission-birth"), odd, period="year")
    assert any("birth_weight_g" in note and "Alarms may be due to that." in note for note in watched.notes)
    assert "birth_weight_g" in repr(watched)


def test_a_comparison_says_that_something_was_found(odd):
    assert "problems of the table: see .problems" in repr(pn.compare(odd, "nicu_admission"))


def test_one_weight_typed_in_kilograms_is_counted_and_does_not_shut_a_hospital_out(births):
    slip = births.assign(**{WEIGHT: births[WEIGHT].mask(births.index == births.index[0], 3.1)})
    model = pn.load_model("nicu_admission-birth")
    assert pn.adopt(model, slip, site="A").adoption.site == "A"
    problems = pn.summarise(model, slip, site="A").problems
    assert any("1 of 2,400 rows outside 150 to 8200 g (values near 3.1 look like kg" in str(p) for p in problems)
