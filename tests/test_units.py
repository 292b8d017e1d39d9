"""Units: published factors, exact round trips, and nothing converted across substances."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from perinatal.errors import InputError, UnitError, UnknownName
from perinatal.frames import convert
from perinatal.frames.gestation import FORMS, is_gestation, looks_like_weeks_dot_days
from perinatal.frames.units import MOLAR_MASS, UNITS, accepted_units, convert_to_unit, find_unit
from perinatal.vocabulary import VARIABLES

NUMERIC = [name for name, declared in VARIABLES.items() if declared.is_numeric]
PAIRS = [
    pytest.param(name, unit.name, id=f"{name}-{unit.name}")
    for name in NUMERIC
    if not is_gestation(name)
    for unit in accepted_units(name)
]


@pytest.mark.parametrize(
    ("stated", "unit", "name", "expected"),
    [
        (110, "g/L", "haemoglobin_g_dl", 11.0),
        (1, "mmol/L", "haemoglobin_g_dl", 1.6114),
        (1, "g/dL", "haemoglobin_g_dl", 1),
        (18.0156, "mg/dL", "blood_glucose_mmol_l", 1.0),
        (126, "mg/dL", "fasting_glucose_mmol_l", 6.9939),
        (1, "mg/dL", "serum_creatinine_umol_l", 88.42),
        (98.6, "degF", "body_temperature_c", 37.0),
        (100.4, "F", "body_temperature_c", 38.0),
        (310.15, "K", "body_temperature_c", 37.0),
        (16, "kPa", "systolic_bp_mmhg", 120.0098),
        (12, "cmHg", "systolic_bp_mmhg", 120),
        (1, "lb", "pre_pregnancy_weight_kg", 0.45359237),
        (7, "lb", "birth_weight_g", 3175.14659),
        (3.2, "kg", "birth_weight_g", 3200),
        (120, "oz", "birth_weight_g", 3401.942775),
        (64, "in", "maternal_height_cm", 162.56),
        (5.5, "ft", "maternal_height_cm", 167.64),
        (1.62, "m", "maternal_height_cm", 162),
        (0.97, "fraction", "oxygen_saturation_percent", 97),
        (250_000, "/uL", "platelet_count_10e9_l", 250),
        (2.5, "lakh/cumm", "platelet_count_10e9_l", 250),
        (250, "10^3/uL", "platelet_count_10e9_l", 250),
        (0.5, "L", "blood_loss_ml", 500),
        (2, "years", "birth_interval_months", 24),
        (2, "weeks", "symptoms_to_admission_days", 14),
        (360, "months", "maternal_age_years", 30),
    ],
)
def test_a_published_factor_is_reproduced(stated, unit, name, expected):
    assert convert(float(stated), unit, name) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize(
    ("stated", "unit", "name", "expected"),
    [
        (110.0, "g/L", "haemoglobin_g_dl", 11.0),
        (112.0, "g/L", "haemoglobin_g_dl", 11.2),
        (3.0, "g/L", "haemoglobin_g_dl", 0.3),
        (3.2, "kg", "birth_weight_g", 3200.0),
        (64.0, "in", "maternal_height_cm", 162.56),
        (100.0, "lb", "maternal_weight_kg", 45.359237),
        (98.6, "degF", "body_temperature_c", 37.0),
    ],
)
def test_a_conversion_is_as_exact_as_a_float_can_be(stated, unit, name, expected):
    assert convert(stated, unit, name) == expected


@pytest.mark.parametrize(("name", "unit"), PAIRS)
def test_there_and_back_is_the_same_number(name, unit):
    low, high = VARIABLES[name].kind.possible
    values = np.linspace(low, high, 101)
    round_trip = convert(convert_to_unit(values, unit, name), unit, name)
    np.testing.assert_allclose(round_trip, values, rtol=1e-13, atol=1e-11)


@pytest.mark.parametrize("name", NUMERIC)
def test_every_variable_can_be_stated_in_its_own_unit_unchanged(name):
    own = VARIABLES[name].unit
    low, high = VARIABLES[name].kind.possible
    assert accepted_units(name)[0].name == own
    assert list(convert([low, high], own, name)) == [low, high]


@pytest.mark.parametrize(("name", "unit"), PAIRS)
def test_a_spelling_means_one_unit_of_a_variable(name, unit):
    declared = next(u for u in accepted_units(name) if u.name == unit)
    for spelling in (declared.name, *declared.spellings, f" {declared.name.upper()} "):
        assert find_unit(spelling, name) is declared


def test_units_have_one_name_each():
    names = [(unit.dimension, unit.name) for unit in UNITS]
    assert len(names) == len(set(names)) >= 35


@pytest.mark.parametrize("name", [n for n in NUMERIC if n not in MOLAR_MASS])
def test_a_mass_becomes_an_amount_only_for_a_declared_substance(name):
    dimensions = {unit.dimension for unit in accepted_units(name)}
    assert len(dimensions) == 1
    assert "substance concentration" not in dimensions


def test_the_same_unit_converts_by_substance():
    glucose = convert(100.0, "mg/dL", "blood_glucose_mmol_l")
    creatinine = convert(100.0, "mg/dL", "serum_creatinine_umol_l")
    assert glucose == pytest.approx(5.5507, rel=1e-4)
    assert creatinine == pytest.approx(8842)


@pytest.mark.parametrize(
    ("unit", "name"),
    [
        ("mmHg", "haemoglobin_g_dl"),
        ("stones?", "pre_pregnancy_weight_kg"),
        ("mmol/L", "platelet_count_10e9_l"),
    ],
)
def test_a_wrong_unit_is_refused_and_the_right_ones_are_listed(unit, name):
    with pytest.raises(UnitError, match="expected one of") as caught:
        convert(1.0, unit, name)
    assert VARIABLES[name].unit in str(caught.value)
    assert isinstance(caught.value, InputError)


@pytest.mark.parametrize("unit", ["weeks", None, 3])
def test_a_variable_without_unit_takes_none(unit):
    with pytest.raises(UnitError, match="has no unit"):
        convert(1.0, unit, "mode_of_birth")


def test_a_unit_that_is_not_text_is_refused():
    with pytest.raises(UnitError, match="expected one of"):
        find_unit(3, "birth_weight_g")


def test_an_unknown_variable_is_refused_with_a_suggestion():
    with pytest.raises(UnknownName, match="birth_weight_g"):
        convert(1.0, "g", "birth_weigth_g")


def test_the_container_that_came_goes_back_and_missing_stays_missing():
    series = convert(pd.Series([110, np.nan], index=["a", "b"]), "g/L", "haemoglobin_g_dl")
    assert series.index.tolist() == ["a", "b"]
    assert np.isnan(series["b"])
    assert isinstance(convert([110], "g/L", "haemoglobin_g_dl"), np.ndarray)
    assert convert(110, "g/L", "haemoglobin_g_dl") == 11.0


@pytest.mark.parametrize(("weeks", "days"), [(32, 224), (32 + 4 / 7, 228), (32.99, 230), (37, 259), (np.nan, np.nan)])
def test_decimal_weeks_become_completed_days(weeks, days):
    assert convert(weeks, "weeks", "gestational_age_at_birth_days") == pytest.approx(days, nan_ok=True)


@pytest.mark.parametrize("days", range(140, 315))
def test_every_day_survives_decimal_weeks(days):
    assert convert(days / 7, "weeks", "gestational_age_at_birth_days") == days
    assert convert(round(days / 7, 6), "weeks", "gestational_age_at_birth_days") in (days, days - 1)


@pytest.mark.parametrize("days", range(140, 315))
def test_every_day_survives_weeks_dot_days_and_weeks_plus_days(days):
    weeks, rest = divmod(days, 7)
    assert convert(float(f"{weeks}.{rest}"), "weeks.days", "gestational_age_at_birth_days") == days
    assert convert([f"{weeks}+{rest}"], "weeks+days", "gestational_age_at_birth_days").tolist() == [days]


@pytest.mark.parametrize("written", [32.7, 32.8, 32.9, 32.45, np.inf])
def test_a_digit_that_is_no_day_is_unknown(written):
    assert np.isnan(convert(np.array([written]), "weeks.days", "gestational_age_at_birth_days")).all()


def test_gestation_is_stated_in_four_ways():
    assert tuple(unit.name for unit in accepted_units("gestational_age_at_birth_days")) == FORMS
    with pytest.raises(UnitError, match="weeks\\+days"):
        convert(9, "months", "gestational_age_at_birth_days")


def test_half_weeks_are_not_taken_for_weeks_dot_days():
    assert not looks_like_weeks_dot_days(np.tile([32.5, 33.0], 40))
    assert not looks_like_weeks_dot_days(np.array([32.1] * 19))
    assert looks_like_weeks_dot_days(np.array([32.1] * 20))
