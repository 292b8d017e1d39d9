"""Laws of the declarations: every name, unit, range, level, moment and code."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from perinatal.errors import MissingVariables, UnknownName
from perinatal.vocabulary import (
    OUTCOMES,
    VARIABLES,
    Category,
    Count,
    Flag,
    Moment,
    Quantity,
    loinc_is_valid,
    nearest_name,
    observe,
    outcome,
    snomed_is_valid,
    variable,
)

EVERY_VARIABLE = list(VARIABLES.values())
EVERY_OUTCOME = list(OUTCOMES.values())
NUMBERS = [v for v in EVERY_VARIABLE if isinstance(v.kind, (Quantity, Count))]
SUFFIXES = {  # of the units whose suffix is not their own spelling
    "%": ("_percent",),
    "/min": ("_per_min", "_bpm"),
    "Cel": ("_c",),
    "[pH]": ("_ph", "_ph_12h"),
    "count": ("",),
    "count/day": ("",),
}


def suffixes(unit: str) -> tuple[str, ...]:
    """What the name of a variable in this unit may end with: ``_mmol_l`` for ``mmol/L``, ``_10e9_l`` for ``10*9/L``."""
    return SUFFIXES.get(unit, (f"_{unit.lower().replace('*', 'e').replace('/', '_')}",))


def named(declared):
    return declared.name


@pytest.mark.parametrize("declared", EVERY_VARIABLE, ids=named)
def test_a_variable_says_what_it_is_and_where_that_stands(declared):
    assert re.fullmatch(r"[a-z][a-z0-9_]*", declared.name)
    assert declared.label
    assert declared.definition.endswith(".")
    assert declared.source


@pytest.mark.parametrize("declared", EVERY_VARIABLE, ids=named)
def test_a_variable_is_not_named_like_a_question_and_never_holds_a_bare_gestational_age(declared):
    assert not declared.name.startswith(("is_", "has_"))
    assert declared.name != "gestational_age"


@pytest.mark.parametrize("declared", EVERY_VARIABLE, ids=named)
def test_every_code_passes_its_check_digit(declared):
    assert all(loinc_is_valid(code) for code in declared.codes.loinc)
    assert all(snomed_is_valid(code) for code in declared.codes.snomed)


@pytest.mark.parametrize("code", ["67096006", "1", "abc", ""])
def test_a_miscopied_snomed_code_is_found_out(code):
    assert not snomed_is_valid(code)


@pytest.mark.parametrize("code", ["8480-5", "84806", "x-1", "8480-66"])
def test_a_miscopied_loinc_code_is_found_out(code):
    assert not loinc_is_valid(code)


@pytest.mark.parametrize("declared", NUMBERS, ids=named)
def test_ranges_lie_inside_each_other(declared):
    low, high = declared.kind.possible
    assert low <= declared.kind.plausible[0] < declared.kind.plausible[1] <= high
    if declared.kind.typical:
        assert declared.kind.plausible[0] <= declared.kind.typical[0] < declared.kind.typical[1]
        assert declared.kind.typical[1] <= declared.kind.plausible[1]


@pytest.mark.parametrize("declared", NUMBERS, ids=named)
def test_the_unit_is_the_suffix(declared):
    assert declared.name.endswith(suffixes(declared.unit))


@pytest.mark.parametrize("declared", [v for v in EVERY_VARIABLE if isinstance(v.kind, Category)], ids=named)
def test_levels_are_lower_case_words_without_an_unknown(declared):
    levels = declared.kind.levels
    assert len(set(levels)) == len(levels) >= 2
    assert all(level == level.lower() and " " not in level for level in levels)
    assert not {"unknown", "missing", "other_unknown", "na"} & set(levels)


@pytest.mark.parametrize("declared", EVERY_OUTCOME, ids=named)
def test_an_outcome_states_its_denominator_horizon_and_dated_source(declared):
    assert declared.denominator
    assert declared.horizon
    assert re.search(r"(19|20)\d\d", declared.source)
    assert isinstance(VARIABLES[declared.name].kind, Flag)
    assert all(name in VARIABLES for name in declared.settled_by)


def test_there_are_enough_variables_and_outcomes_for_registers_and_a_clinic():
    assert len(VARIABLES) >= 80
    assert len(OUTCOMES) >= 15


@pytest.mark.parametrize(
    ("days", "preterm", "very_preterm"),
    [(258, True, False), (259, False, False), (223, True, True), (224, True, False)],
)
def test_preterm_ends_at_259_days_and_very_preterm_at_224(days, preterm, very_preterm):
    frame = pd.DataFrame({"gestational_age_at_birth_days": [float(days)]})
    assert observe("preterm_birth", frame).tolist() == [preterm]
    assert observe("very_preterm_birth", frame).tolist() == [very_preterm]


@pytest.mark.parametrize(("weight", "low"), [(2499, True), (2500, False)])
def test_low_birth_weight_is_under_2500_g(weight, low):
    assert observe("low_birth_weight", pd.DataFrame({"birth_weight_g": [float(weight)]})).tolist() == [low]


@pytest.mark.parametrize(("score", "low"), [(6, True), (7, False)])
def test_a_low_apgar_score_is_under_7(score, low):
    assert observe("low_apgar_5min", pd.DataFrame({"apgar_5min": [float(score)]})).tolist() == [low]


def test_an_outcome_of_several_parts_is_unknown_unless_one_holds_or_all_are_known():
    frame = pd.DataFrame(
        {
            "maternal_transfusion": [True, False, False],
            "ruptured_uterus": [None, False, None],
            "unplanned_hysterectomy": [None, False, False],
            "maternal_icu_admission": [None, False, False],
        },
        dtype="boolean",
    )
    assert observe("severe_maternal_morbidity", frame).fillna(False).tolist() == [True, False, False]
    assert observe("severe_maternal_morbidity", frame).isna().tolist() == [False, False, True]


def test_an_outcome_may_derive_from_outcomes_that_are_derived_themselves():
    frame = pd.DataFrame({"birth_weight_g": [1400.0], "apgar_5min": [9.0]})
    frame["assisted_ventilation_over_6h"] = pd.array([False], dtype="boolean")
    frame["newborn_seizures"] = pd.array([False], dtype="boolean")
    assert observe("severe_neonatal_morbidity", frame).tolist() == [True]


def test_an_outcome_that_is_not_there_names_what_it_could_be_derived_from():
    with pytest.raises(MissingVariables, match="birth_weight_g"):
        observe("low_birth_weight", pd.DataFrame({"apgar_5min": [9.0]}))


def test_an_unknown_name_is_answered_with_a_suggestion():
    with pytest.raises(UnknownName, match="Did you mean 'haemoglobin_g_dl'"):
        variable("hemoglobin_g_dl")
    with pytest.raises(UnknownName, match="neonatal_death"):
        outcome("neonatal_mortality")


@pytest.mark.parametrize(
    ("heading", "meant"),
    [
        ("Systolic BP", "systolic_bp_mmhg"),
        ("Hb", "haemoglobin_g_dl"),
        ("birth weight", "birth_weight_g"),
        ("APGAR5", "apgar_5min"),
        ("village", None),
    ],
)
def test_a_heading_suggests_the_variable_it_probably_means(heading, meant):
    assert nearest_name(heading, list(VARIABLES)) == meant


def test_the_clock_of_pregnancy_runs_forwards_and_that_of_illness_stands_apart():
    order = [Moment.BOOKING, Moment.THIRD_TRIMESTER, Moment.LABOUR, Moment.BIRTH, Moment.DISCHARGE]
    for position, moment in enumerate(order):
        assert [moment.sees(other) for other in order] == [i <= position for i in range(len(order))]
        assert not moment.sees(Moment.SARI_ADMISSION)
    assert Moment.SARI_ADMISSION.sees(Moment.BOOKING)
    assert not Moment.SARI_ADMISSION.sees(Moment.BIRTH)
    with pytest.raises(UnknownName, match="booking"):
        Moment.parse("delivery")
