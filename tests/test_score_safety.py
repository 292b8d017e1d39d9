"""A value in another unit is never answered in silence; what was measured never counts as unmeasured."""

from __future__ import annotations

import pandas as pd
import pytest

import perinatal as pn
from perinatal.catalogue import load_risk_model
from perinatal.cli.main import main
from perinatal.evaluate import Estimate
from perinatal.frames import ProblemRule, conform
from perinatal.report.danger import MOST, danger_html, danger_text
from score_facts import SCORES

OTHER_UNITS = {  # a value as another unit, or another way of writing it, would give it
    "serum_creatinine_umol_l": (0.9, 3.4),
    "platelet_count_10e9_l": (150_000, 45_000),
    "newborn_platelet_count_10e9_l": (150_000,),
    "oxygen_saturation_percent": (0.97, 1.0),
    "newborn_oxygen_saturation_percent": (0.95, 1.0),
    "newborn_inspired_oxygen_percent": (0.21, 0.4, 1.0),
    "body_temperature_c": (98.6, 101.3),
    "newborn_temperature_c": (98.6,),
    "newborn_admission_temperature_c": (97.0,),
    "newborn_lowest_temperature_12h_c": (95.0,),
    "highest_temperature_in_labour_c": (98.6,),
    "haemoglobin_g_dl": (65, 110),
    "fasting_glucose_mmol_l": (85, 126),
    "glucose_load_1h_mmol_l": (140, 180),
    "glucose_load_2h_mmol_l": (120, 153),
    "blood_glucose_mmol_l": (110, 200),
    "newborn_bilirubin_umol_l": (5, 12, 25),
    "newborn_base_excess_meq_l": (8, 12),
    "newborn_pao2_mmhg": (6.5, 8.0),
    "pao2_fio2_ratio_mmhg": (26, 55),
    "blood_lactate_mmol_l": (18, 45),
    "newborn_lowest_ph_12h": (72.1,),
    "maternal_height_cm": (1.64, 64.5),
    "birth_weight_g": (0.9, 3.2),
    "gestational_age_at_measurement_days": (32.5, 34),
    "gestational_age_at_birth_days": (28, 38),
    "gestational_age_at_previous_birth_days": (38,),
    "rupture_of_membranes_hours": (1080,),
    "newborn_age_hours": (3600,),
    "newborn_age_days": (72,),
    "cervical_dilatation_cm": (50,),
    "cervical_effacement_percent": (0.5, 0.8, 1.0),
    "urine_protein_creatinine_mg_mmol": (0.3,),
    "urine_protein_mg_24h": (0.3,),
    "urine_output_ml_h": (0.5,),
    "newborn_urine_output_12h_ml_kg_h": (36,),
}
SLIPS = [(score, name, odd) for score in SCORES for name, values in OTHER_UNITS.items() for odd in values]
SLIPS = [slip for slip in SLIPS if slip[1] in pn.load_model(slip[0]).inputs]
SNAPPE = dict(SCORES["snappe_ii"].vectors[0].inputs)


@pytest.mark.parametrize(("score", "name", "odd"), SLIPS)
def test_a_value_that_looks_like_another_unit_is_told_or_not_answered(score, name, odd):
    vector = SCORES[score].vectors[0]
    prediction = pn.load_model(score).with_options(**vector.options).predict({**vector.inputs, name: odd})
    assert prediction.problems
    about = [p for p in prediction.problems if p.variable in (name, score) and p.rule is not ProblemRule.ABSENT_COLUMN]
    assert about or not prediction.answered.any()


@pytest.mark.parametrize("odd", [95.0, -3, "warm"])
def test_a_measured_value_that_cannot_be_used_is_not_one_that_was_not_measured(odd):
    rows = pd.DataFrame([SNAPPE, {**SNAPPE, "newborn_lowest_temperature_12h_c": odd}])
    prediction = pn.load_model("snappe_ii").predict(rows)
    assert prediction.answered.tolist() == [True, False]
    assert prediction.insufficient.tolist() == [(), ("newborn_lowest_temperature_12h_c",)]
    assert pd.isna(prediction.details["snap_ii"][1])
    assert not any(problem.rule is ProblemRule.COUNTED_AS for problem in prediction.problems)
    explanation = pn.load_model("snappe_ii").explain(rows)
    assert pd.isna(explanation.total[1])


@pytest.mark.parametrize("unmeasured", [None, "unknown", float("nan")])
def test_what_was_not_measured_still_counts_as_published(unmeasured):
    prediction = pn.load_model("snappe_ii").predict({**SNAPPE, "newborn_lowest_temperature_12h_c": unmeasured})
    assert prediction.answered.all()
    assert any(problem.rule is ProblemRule.COUNTED_AS for problem in prediction.problems)


def test_a_trigger_that_fires_already_fires_whatever_could_not_be_used():
    vitals = {"systolic_bp_mmhg": 150, "diastolic_bp_mmhg": 72, "heart_rate_bpm": 82, "respiratory_rate_per_min": 16}
    woman = vitals | {"oxygen_saturation_percent": 98, "body_temperature_c": 37, "alertness": "alert", "pain_level": 9}
    model = pn.load_model("meows")
    assert model.predict(woman).insufficient.tolist() == [("pain_level",)]
    assert model.predict(woman | {"heart_rate_bpm": 130}).words.tolist() == ["trigger"]


def test_a_subset_of_a_conformed_table_keeps_what_was_found_with_its_rows(tmp_path, capsys):
    rows = pd.DataFrame([SNAPPE, SNAPPE, {**SNAPPE, "newborn_lowest_temperature_12h_c": 95.0}])
    rows.to_csv(tmp_path / "unit.csv", index=False)
    words = ["explain", "--model", "snappe_ii", "--row", "4", "--", str(tmp_path / "unit.csv")]
    assert main(words) == 1
    assert "needed: newborn's lowest temperature" in capsys.readouterr().out
    assert conform(rows, needed=list(SNAPPE)).problems


def test_a_maternal_death_is_a_severe_maternal_outcome_whatever_was_recorded_before():
    model = pn.load_model("who_near_miss")
    prediction = model.predict([{"maternal_death": True, "shock": None}, {"maternal_death": True, "shock": False}])
    assert prediction.words.tolist() == ["severe_maternal_outcome_death"] * 2
    assert model.predict({"shock": True}).insufficient.tolist() == [("maternal_death",)]


@pytest.mark.parametrize("days", [42, 139])
def test_before_20_weeks_it_is_no_pre_eclampsia(days):
    woman = dict(SCORES["fullpiers"].vectors[0].inputs) | {"gestational_age_at_measurement_days": days}
    prediction = pn.load_model("fullpiers").predict(woman)
    assert not prediction.answered.any()
    assert "20 weeks" in prediction.refused.iloc[0][0]


def test_the_full_score_says_where_it_is_not_monotone():
    """Platelets: the slope of the log-odds changes its sign where the caveat says so."""
    terms = {term.expression: term.coefficient for term in SCORES["fullpiers"].method.terms}
    creatinine, ast, saturation = 90, 30, 96
    linear = (
        terms["platelet_count_10e9_l"]
        + terms["serum_creatinine_umol_l * platelet_count_10e9_l"] * creatinine
        + terms["platelet_count_10e9_l * aspartate_aminotransferase_u_l"] * ast
        + terms["platelet_count_10e9_l * oxygen_saturation_percent"] * saturation
    )
    assert -linear / (2 * terms["platelet_count_10e9_l**2"]) == pytest.approx(230, abs=1)


@pytest.mark.parametrize("score", ["nsofa", "meows", "mewc", "shock_index_obstetric"])
def test_a_score_made_for_another_outcome_says_that_the_one_named_is_the_nearest(score):
    assert any("nearest" in caveat for caveat in SCORES[score].caveats)


@pytest.mark.parametrize(
    ("command", "more"),
    [("adopt", ["--site", "x", "--dry-run"]), ("monitor", []), ("summarise", ["--site", "x", "--dry-run"])],
)
def test_a_command_for_trained_models_refuses_a_score_in_words(command, more, tmp_path, capsys):
    (tmp_path / "rows.csv").write_text("parity\n1\n")
    assert main([command, "--model", "minipiers", *more, str(tmp_path / "rows.csv")]) == 3
    assert "published score" in capsys.readouterr().err


def test_a_trained_model_loads_as_one():
    assert load_risk_model("infant_death-birth").id == "infant_death-birth"


def test_an_interval_below_zero_is_written_with_to():
    assert Estimate(-0.2, -0.52, 0.13).format(2) == "-0.20 (-0.52 to 0.13)"


@pytest.mark.parametrize(("ill", "is_warned"), [(11, True), (10, False)])
def test_where_most_rows_show_a_sign_it_is_said_that_signs_do_not_rank_them(ill, is_warned):
    signs = pn.danger_signs(pd.DataFrame({"fever": [True] * ill + [False] * (20 - ill)}))
    assert (MOST.split(":")[0] in " ".join(" ".join(danger_text(signs)).split())) is is_warned
    assert (MOST in danger_html(signs)) is is_warned


@pytest.mark.parametrize("width", [88, 100, 140])
def test_no_word_of_a_sign_is_broken_in_a_terminal(width):
    from perinatal.report import answer_text, build_answer_report

    record = {"systolic_bp_mmhg": 170, "fever": True, "difficulty_breathing": True, "maternal_age_years": 30}
    text = answer_text(build_answer_report(pn.load_model("preterm_birth-booking"), pd.DataFrame([record])), width=width)
    table = text[text.index("record ") :]
    for word in ("hypertension;", "difficult", "breathing;", "fever"):
        assert word in table.split()
