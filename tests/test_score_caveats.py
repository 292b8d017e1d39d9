"""What the publications warn of is honoured: missing and odd inputs, societies, versions, units, races, limits."""

from __future__ import annotations

import re

import pandas as pd
import pytest

import perinatal as pn
from perinatal.scores.kinds import PointScore
from perinatal.vocabulary import VARIABLES
from score_facts import FACTS, NO, SCORES, answer_row, cradle, fmf, kaiser, minipiers, nsofa, psbi

WELL = {
    "systolic_bp_mmhg": 118,
    "diastolic_bp_mmhg": 72,
    "heart_rate_bpm": 82,
    "respiratory_rate_per_min": 16,
    "oxygen_saturation_percent": 98,
    "urine_output_ml_h": 60,
    "agitated_or_confused": NO,
    "unconscious": NO,
    "pre_eclampsia": NO,
    "persistent_headache": NO,
    "difficulty_breathing": NO,
}
SHORT = {
    "sbp": "systolic_bp_mmhg",
    "dbp": "diastolic_bp_mmhg",
    "hr": "heart_rate_bpm",
    "rr": "respiratory_rate_per_min",
    "spo2": "oxygen_saturation_percent",
    "urine": "urine_output_ml_h",
}


def test_the_warning_criteria_have_the_limits_of_the_facts():
    numeric = [rule for rule in FACTS["mewc"]["rules_any"] if rule.split()[0] in SHORT]
    assert len(SCORES["mewc"].method.signs) == len(FACTS["mewc"]["rules_any"])
    checked = 0
    for rule in numeric:
        for short, sign, limit in re.findall(r"(\w+) ([<>]) (\d+)", rule):
            beyond = int(limit) + (1 if sign == ">" else -1)
            for number, word in ((int(limit), "no_criterion"), (beyond, "evaluate_at_bedside")):
                got = answer_row("mewc", WELL | {SHORT[short]: number}, {})
                assert got["category"] == word, (short, number)
            checked += 1
    assert checked == 9


@pytest.mark.parametrize(
    ("changes", "fires"),
    [
        ({"agitated_or_confused": True}, True),
        ({"unconscious": True}, True),
        ({"pre_eclampsia": True, "persistent_headache": True}, True),
        ({"pre_eclampsia": True, "difficulty_breathing": True}, True),
        ({"pre_eclampsia": True}, False),
        ({"persistent_headache": True}, False),
    ],
)
def test_the_warning_criteria_of_the_mind_and_of_pre_eclampsia(changes, fires):
    word = "evaluate_at_bedside" if fires else "no_criterion"
    assert answer_row("mewc", WELL | changes, {})["category"] == word


NEAR_MISS = {  # a criterion of the facts: a row that meets it, and one that just does not
    "shock": ({"shock": True}, {"shock": NO}),
    "cardiac arrest": ({"cardiac_arrest": True}, {}),
    "lactate > 5 mmol/L (>45 mg/dL)": ({"blood_lactate_mmol_l": 5.1}, {"blood_lactate_mmol_l": 5.0}),
    "pH < 7.1": ({"blood_ph": 7.09}, {"blood_ph": 7.1}),
    "continuous vasoactive drugs": ({"continuous_vasoactive_drugs": True}, {}),
    "cardiopulmonary resuscitation": ({"cardiopulmonary_resuscitation": True}, {}),
    "acute cyanosis": ({"acute_cyanosis": True}, {}),
    "gasping": ({"gasping": True}, {}),
    "rr > 40 or rr < 6": ({"respiratory_rate_per_min": 41}, {"respiratory_rate_per_min": 40}),
    "spo2 < 90% for >= 60 min or PaO2/FiO2 < 200": ({"pao2_fio2_ratio_mmhg": 199}, {"pao2_fio2_ratio_mmhg": 200}),
    "intubation and ventilation not related to anaesthesia": ({"intubated_not_for_anaesthesia": True}, {}),
    "oliguria non-responsive to fluids/diuretics": ({"oliguria_despite_treatment": True}, {}),
    "creatinine >= 300 umol/L (3.5 mg/dL)": ({"serum_creatinine_umol_l": 300}, {"serum_creatinine_umol_l": 299}),
    "dialysis for acute renal failure": ({"dialysis_for_acute_renal_failure": True}, {}),
    "failure to form clots": ({"failure_to_form_clots": True}, {}),
    "platelets < 50 x10^9/L": ({"platelet_count_10e9_l": 49}, {"platelet_count_10e9_l": 50}),
    "transfusion >= 5 units blood/red cells": ({"red_cell_units_transfused": 5}, {"red_cell_units_transfused": 4}),
    "jaundice in the presence of pre-eclampsia": ({"jaundice": True, "pre_eclampsia": True}, {"jaundice": True}),
    "bilirubin > 100 umol/L (6.0 mg/dL)": ({"serum_bilirubin_umol_l": 101}, {"serum_bilirubin_umol_l": 100}),
    "unconscious >= 12 h / coma": ({"unconscious_for_12h": True}, {}),
    "stroke": ({"stroke": True}, {}),
    "status epilepticus / uncontrollable fits": ({"status_epilepticus": True}, {}),
    "total paralysis": ({"total_paralysis": True}, {}),
    "hysterectomy for haemorrhage or infection": ({"hysterectomy_for_haemorrhage_or_infection": True}, {}),
}
NOTHING = SCORES["who_near_miss"].vectors[-1].inputs


def test_every_near_miss_criterion_of_the_facts_is_declared():
    assert sorted(NEAR_MISS) == sorted(one for group in FACTS["who_near_miss"]["criteria"].values() for one in group)


@pytest.mark.parametrize("criterion", NEAR_MISS)
def test_a_near_miss_criterion_is_enough_alone_and_its_limit_is_not(criterion):
    meets, misses = NEAR_MISS[criterion]
    assert answer_row("who_near_miss", NOTHING | misses, {})["category"] == "no_criterion"
    assert answer_row("who_near_miss", NOTHING | meets, {})["category"] == "near_miss"
    assert answer_row("who_near_miss", {**meets, "maternal_death": NO}, {})["category"] == "near_miss"
    died = answer_row("who_near_miss", NOTHING | meets | {"maternal_death": True}, {})
    assert died["category"] == "severe_maternal_outcome_death"


@pytest.mark.parametrize("changes", [{"respiratory_rate_per_min": 5}, {"oxygen_saturation_below_90_for_60_min": True}])
def test_the_other_half_of_a_near_miss_criterion(changes):
    assert answer_row("who_near_miss", NOTHING | changes, {})["category"] == "near_miss"


def test_a_criterion_without_knowing_whether_she_lived_has_no_answer():
    prediction = pn.load_model("who_near_miss").predict(pd.DataFrame([{"stroke": True}]))
    assert "maternal_death" in prediction.insufficient.iloc[0]


BASE = {"systolic_bp_mmhg": 145, "diastolic_bp_mmhg": 80, "gestational_age_at_measurement_days": 210}
ACOG = {
    "platelet_count_10e9_l": 100,
    "liver_enzymes_twice_normal": NO,
    "severe_right_upper_abdominal_pain": NO,
    "serum_creatinine_umol_l": 97,
    "creatinine_doubled": NO,
    "pulmonary_oedema": NO,
    "persistent_headache": NO,
    "blurred_vision": NO,
    "urine_protein_mg_24h": 299,
    "chronic_hypertension": NO,
}
ISSHP = {
    "platelet_count_10e9_l": 150,
    "serum_creatinine_umol_l": 89,
    "alanine_aminotransferase_u_l": 40,
    "aspartate_aminotransferase_u_l": 40,
    "neurological_complication": NO,
    "uteroplacental_dysfunction": NO,
    "urine_protein_creatinine_mg_mmol": 29,
    "chronic_hypertension": NO,
}
WHO = {
    "proteinuria": "1+",
    "severe_headache": NO,
    "blurred_vision": NO,
    "epigastric_pain": NO,
    "dizziness": NO,
    "vomiting": NO,
    "chronic_hypertension": NO,
}
SEVERE = {"systolic_bp_mmhg": 160}


@pytest.mark.parametrize(
    ("society", "changes", "category"),
    [
        ("acog", {}, "hypertension"),
        ("acog", {"urine_protein_mg_24h": 300}, "pre_eclampsia"),
        ("acog", {"urine_protein_creatinine_mg_mmol": 33.9}, "hypertension"),  # 0.3 mg/mg is 33.93 mg/mmol
        ("acog", {"urine_protein_creatinine_mg_mmol": 34}, "pre_eclampsia"),
        ("acog", {"proteinuria": "4+"}, "hypertension"),  # measured: the dipstick does not count
        ("acog", {"urine_protein_mg_24h": None, "proteinuria": "2+"}, "pre_eclampsia"),
        ("acog", {"urine_protein_mg_24h": None, "proteinuria": "1+"}, "hypertension"),
        ("acog", {"platelet_count_10e9_l": 99}, "severe_pre_eclampsia"),
        ("acog", {"serum_creatinine_umol_l": 98}, "severe_pre_eclampsia"),  # 1.1 mg/dL is 97.3
        ("acog", {"creatinine_doubled": True}, "severe_pre_eclampsia"),
        ("acog", {"liver_enzymes_twice_normal": True}, "severe_pre_eclampsia"),
        ("acog", {"severe_right_upper_abdominal_pain": True}, "severe_pre_eclampsia"),
        ("acog", {"pulmonary_oedema": True}, "severe_pre_eclampsia"),
        ("acog", {"persistent_headache": True}, "severe_pre_eclampsia"),
        ("acog", {"blurred_vision": True}, "severe_pre_eclampsia"),
        ("acog", SEVERE, "severe_hypertension"),
        ("acog", SEVERE | {"urine_protein_mg_24h": 300}, "severe_pre_eclampsia"),
        ("acog", {"chronic_hypertension": True}, "chronic_hypertension"),
        ("acog", {"gestational_age_at_measurement_days": 139}, "chronic_hypertension"),
        ("acog", {"gestational_age_at_measurement_days": 140}, "hypertension"),
        ("isshp", {}, "hypertension"),
        ("isshp", {"platelet_count_10e9_l": 149}, "pre_eclampsia"),
        ("isshp", {"serum_creatinine_umol_l": 90}, "pre_eclampsia"),
        ("isshp", {"alanine_aminotransferase_u_l": 41}, "pre_eclampsia"),
        ("isshp", {"aspartate_aminotransferase_u_l": 41}, "pre_eclampsia"),
        ("isshp", {"neurological_complication": True}, "pre_eclampsia"),
        ("isshp", {"uteroplacental_dysfunction": True}, "pre_eclampsia"),
        ("isshp", {"urine_protein_creatinine_mg_mmol": 30}, "pre_eclampsia"),
        ("isshp", SEVERE, "severe_hypertension"),
        ("who_anc", {}, "hypertension"),
        ("who_anc", {"severe_headache": True}, "severe_pre_eclampsia"),
        ("who_anc", {"vomiting": True}, "severe_pre_eclampsia"),
        ("who_anc", SEVERE | {"proteinuria": "2+"}, "severe_pre_eclampsia"),
        ("who_anc", SEVERE, "severe_hypertension"),
        ("blood_pressure", SEVERE, "severe_hypertension"),
        ("blood_pressure", {"gestational_age_at_measurement_days": 100}, "hypertension"),
    ],
)
def test_hypertension_is_classed_by_the_society_that_is_named(society, changes, category):
    row = BASE | {"acog": ACOG, "isshp": ISSHP, "who_anc": WHO, "blood_pressure": {}}[society] | changes
    assert answer_row("hdp_classification", row, {"society": society})["category"] == category


def test_below_140_90_nothing_else_has_to_be_known_of_any_society():
    for society in ("acog", "isshp", "who_anc", "blood_pressure"):
        row = {"systolic_bp_mmhg": 139, "diastolic_bp_mmhg": 89}
        assert answer_row("hdp_classification", row, {"society": society})["category"] == "no_hypertension"


@pytest.mark.parametrize("missing", ["systolic_bp_mmhg", "diastolic_bp_mmhg", "heart_rate_bpm"])
def test_any_missing_vital_sign_gives_no_light(missing):
    row = cradle({"sbp": 200, "dbp": 120, "hr": 80}) | {missing: None}
    assert not pn.load_model("cradle_vsa").predict(pd.DataFrame([row])).answered.any()


@pytest.mark.parametrize(
    ("known", "category"),
    [
        ({"fasting_glucose_mmol_l": 5.1}, "gestational_diabetes"),
        ({"fasting_glucose_mmol_l": 7.0}, "diabetes_in_pregnancy"),
        ({"glucose_load_1h_mmol_l": 10.0}, "gestational_diabetes"),
        ({"glucose_load_2h_mmol_l": 8.5}, "gestational_diabetes"),
        ({"glucose_load_2h_mmol_l": 11.1}, "diabetes_in_pregnancy"),
        ({"fasting_glucose_mmol_l": 5.0, "glucose_load_2h_mmol_l": 8.4}, None),
        ({"blood_glucose_mmol_l": 11.1, "hyperglycaemia_symptoms": True}, "diabetes_in_pregnancy"),
        ({"blood_glucose_mmol_l": 11.09, "hyperglycaemia_symptoms": True}, None),
        ({"blood_glucose_mmol_l": 11.1, "hyperglycaemia_symptoms": False}, None),
        ({"blood_glucose_mmol_l": 11.1}, None),
    ],
)
def test_an_incomplete_glucose_test_answers_only_where_a_value_is_positive(known, category):
    prediction = pn.load_model("gdm_who2013").predict(pd.DataFrame([known]))
    assert [word if isinstance(word, str) else None for word in prediction.category] == [category]


def test_the_glucose_cut_offs_in_mmol_l_are_those_of_the_facts():
    facts = FACTS["gdm_who2013"]["units_mmol"]
    assert facts == {"fpg": [5.1, 7.0], "h1": [10.0], "h2": [8.5, 11.1]}
    complete = {"fasting_glucose_mmol_l": 4.0, "glucose_load_1h_mmol_l": 6.0, "glucose_load_2h_mmol_l": 5.0}
    names = dict(zip(facts, complete, strict=True))
    words = ["normal", "gestational_diabetes", "diabetes_in_pregnancy"]
    for name, limits in facts.items():
        for i, limit in enumerate(limits):
            for level, word in ((limit - 0.01, words[i]), (limit, words[i + 1])):
                assert answer_row("gdm_who2013", complete | {names[name]: level}, {})["category"] == word


def test_mg_dl_and_mmol_l_differ_at_126_and_153_and_the_option_says_which():
    row = {"fasting_glucose_mmol_l": 126 / 18.0156, "glucose_load_1h_mmol_l": 6.0, "glucose_load_2h_mmol_l": 5.0}
    assert answer_row("gdm_who2013", row, {})["category"] == "gestational_diabetes"
    assert answer_row("gdm_who2013", row, {"cut_offs": "mg_dl"})["category"] == "diabetes_in_pregnancy"


def test_fast_breathing_before_7_days_is_a_class_of_its_own_in_2015():
    row = psbi(FACTS["who_psbi"]["vectors"][3]["inputs"])
    assert answer_row("who_psbi", row, {"version": "2015"})["category"] == "fast_breathing_under_7_days"
    assert answer_row("who_psbi", row, {"version": "2024"})["category"] == "clinical_severe_infection"
    for days, word in ((6, "fast_breathing_under_7_days"), (7, "fast_breathing_pneumonia")):
        assert answer_row("who_psbi", row | {"newborn_age_days": days}, {"version": "2015"})["category"] == word


def test_signs_of_infection_are_for_infants_of_up_to_59_days():
    row = psbi(FACTS["who_psbi"]["vectors"][0]["inputs"])
    table = pd.DataFrame([row | {"newborn_age_days": days} for days in (0, 59, 60)])
    assert pn.load_model("who_psbi").predict(table).answered.tolist() == [True, True, False]


def test_what_was_not_measured_in_12_hours_counts_0_and_is_counted_but_not_the_weight():
    row = {"birth_weight_g": 700, "birth_weight_below_3rd_centile": NO, "apgar_5min": 9}
    prediction = pn.load_model("snappe_ii").predict(pd.DataFrame([row, row | {"birth_weight_g": None}]))
    assert prediction.points.tolist()[0] == 17
    assert prediction.answered.tolist() == [True, False]
    counted = [problem for problem in prediction.problems if "not measured" in problem.message]
    assert len(counted) == 6


def test_a_newborn_who_is_not_intubated_scores_0_for_breathing_whatever_is_unknown():
    row = nsofa(FACTS["nsofa"]["vectors"][0]["inputs"])
    row |= {"newborn_oxygen_saturation_percent": None, "newborn_inspired_oxygen_percent": None}
    assert answer_row("nsofa", row, {})["points"] == 0


def test_an_unknown_streptococcus_counts_as_published_and_is_counted():
    row = kaiser(FACTS["kaiser_eos_2017"]["vectors"][1]["inputs"])
    prediction = pn.load_model("kaiser_eos_2017").predict(pd.DataFrame([row | {"group_b_streptococcus": None}]))
    assert prediction.risk.iloc[0] * 1000 == pytest.approx(1.2268, abs=6e-5)
    assert any("group_b_streptococcus" in problem.message for problem in prediction.problems)


def test_the_race_term_is_off_and_reads_no_column():
    model = pn.load_model("fmf_prior_2015")
    assert model.options["ethnicity"] == "other"
    assert not [name for name in model.inputs if VARIABLES[name].for_groups_only]
    for word in ("afro_caribbean", "south_asian"):
        assert model.with_options(ethnicity=word).inputs == model.inputs


def test_what_is_outside_a_published_clip_takes_the_bound_and_is_counted():
    woman = fmf(FACTS["fmf_prior_2015"]["vectors"][0]["inputs"])
    table = pd.DataFrame([woman | {"maternal_weight_kg": weight} for weight in (190.0, 250.0)])
    prediction = pn.load_model("fmf_prior_2015").predict(table)
    assert prediction.risk.iloc[0] == prediction.risk.iloc[1]
    assert any("190" in problem.message for problem in prediction.problems)


def test_a_pressure_or_gestation_outside_the_published_range_is_refused():
    row = minipiers(FACTS["minipiers"]["vectors"][0]["inputs"])
    weeks = [row | {"gestational_age_at_measurement_days": days} for days in (139, 140, 301, 302)]
    pressures = [row | {"systolic_bp_mmhg": mmhg} for mmhg in (59, 60, 300, 301)]
    for rows in (weeks, pressures):
        prediction = pn.load_model("minipiers").predict(pd.DataFrame(rows))
        assert prediction.answered.tolist() == [False, True, True, False]


def test_a_missing_dipstick_is_never_taken_as_negative():
    row = minipiers(FACTS["minipiers"]["vectors"][0]["inputs"]) | {"proteinuria": None}
    assert pn.load_model("minipiers").predict(pd.DataFrame([row])).insufficient.iloc[0] == ("proteinuria",)


def test_mortality_by_points_has_a_single_source_and_is_not_here():
    assert "unconfirmed" in FACTS["crib_ii"]
    for name in ("crib_ii", "snappe_ii"):
        assert isinstance(SCORES[name].method, PointScore)
        assert not SCORES[name].method.bands
