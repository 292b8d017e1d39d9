"""A row of which nothing is known gets no risk, whichever verb reads it, and is counted."""

from __future__ import annotations

import functools
import json

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.cli import main
from perinatal.errors import NotEnoughData
from perinatal.frames import ProblemRule
from perinatal.report import answer_page, answer_text, build_answer_report

INPUTS = ["birth_weight_g", "gestational_age_at_birth_days"]
NEWBORN = {"birth_weight_g": 3200.0, "gestational_age_at_birth_days": 280.0}
NOTHING_KNOWN = {  # the rows of a file as people leave them
    "a blank line": {"birth_weight_g": None, "gestational_age_at_birth_days": None},
    "units under the headings": {"birth_weight_g": "g", "gestational_age_at_birth_days": "days"},
    "kilograms": {"birth_weight_g": 3.2, "gestational_age_at_birth_days": None},
    "words": {"birth_weight_g": "not done", "gestational_age_at_birth_days": "?"},
}


@functools.cache
def model() -> pn.RiskModel:
    return pn.load_model("infant_death-birth")


@functools.cache
def hospital() -> pd.DataFrame:
    return pn.load_sample("hospital_births").iloc[:800].reset_index(drop=True)


def with_blank_rows(table: pd.DataFrame, read: tuple[str, ...], rows: int) -> pd.DataFrame:
    """The table with more rows at its end, whose outcome is known and nothing that the model reads."""
    blank = table.iloc[:rows].copy()
    blank[[name for name in read if name in blank.columns]] = None
    return pd.concat([table, blank.astype(table.dtypes.to_dict())], ignore_index=True)


def nothing_known_problem(problems: tuple[pn.Problem, ...]) -> pn.Problem:
    (problem,) = [p for p in problems if p.rule is ProblemRule.NOTHING_KNOWN]
    return problem


@pytest.mark.parametrize("line", NOTHING_KNOWN)
@pytest.mark.parametrize("model_id", ["infant_death-birth", "nicu_admission-birth"])
def test_a_row_of_which_nothing_is_known_gets_no_risk(model_id, line):
    table = pd.DataFrame([NEWBORN, NOTHING_KNOWN[line]])
    prediction = pn.load_model(model_id).predict(table)
    assert prediction.status.tolist() == ["answered", "nothing_known"]
    assert np.isnan(prediction.risk).tolist() == [False, True]
    assert prediction.answered.tolist() == [True, False]
    problem = nothing_known_problem(prediction.problems)
    assert (problem.count, problem.total, problem.positions.tolist()) == (1, 2, [1])


@pytest.mark.parametrize("line", NOTHING_KNOWN)
def test_a_record_and_a_table_of_one_row_say_the_same(line):
    record = NOTHING_KNOWN[line]
    answers = [model().predict(table) for table in (record, [record], pd.DataFrame([record]), pd.Series(record))]
    for answer in answers:
        assert answer.status.tolist() == ["nothing_known"]
        assert np.isnan(answer.risk.iloc[0])
        assert nothing_known_problem(answer.problems).message == (
            "infant_death-birth: nothing that the model reads is known in 1 of 1 row; no answer there"
        )


def test_one_known_value_is_enough_for_a_risk():
    assert model().predict({**NOTHING_KNOWN["a blank line"], "apgar_5min": 8}).status.tolist() == ["answered"]


def test_a_prediction_without_any_risk_says_so():
    assert "1 row, no risk, 1 without an answer" in repr(model().predict({"birth_weight_g": None}))


def test_neighbouring_rows_keep_the_risk_they_have_alone():
    table = pd.DataFrame([NOTHING_KNOWN["a blank line"], NEWBORN, NOTHING_KNOWN["kilograms"]])
    assert model().predict(table).risk.iloc[1] == model().predict(NEWBORN).risk.iloc[0]


@pytest.mark.parametrize("line", NOTHING_KNOWN)
def test_what_has_no_risk_has_no_explanation(line):
    explanation = model().explain(pd.DataFrame([NEWBORN, NOTHING_KNOWN[line]]))
    assert explanation.status.tolist() == ["answered", "nothing_known"]
    assert np.isnan(explanation.total).tolist() == [False, True]
    assert np.isnan(explanation.matrix[1]).all()
    assert not np.isnan(explanation.matrix[0]).any()
    assert nothing_known_problem(explanation.problems).count == 1


@pytest.mark.parametrize("score_id", pn.available_models(kind="published").index)
def test_a_published_score_says_of_which_rows_nothing_is_known(score_id):
    score = pn.load_model(score_id)
    table = pd.DataFrame([dict.fromkeys(score.inputs)] * 2)
    prediction = score.predict(table)
    assert prediction.status.tolist() == ["nothing_known"] * 2
    assert not prediction.answered.any()
    assert nothing_known_problem(prediction.problems).count == 2
    assert score.explain(table).status.tolist() == ["nothing_known"] * 2


def test_the_status_is_in_every_form_of_the_answer(tmp_path, capsys):
    table = pd.DataFrame([NEWBORN, NOTHING_KNOWN["a blank line"]])
    prediction = model().predict(table)
    assert prediction.to_frame()["status"].tolist() == ["answered", "nothing_known"]
    assert [row["status"] for row in prediction.to_dict()["rows"]] == ["answered", "nothing_known"]
    assert [row["status"] for row in model().explain(table).to_dict()["rows"]] == ["answered", "nothing_known"]
    report = build_answer_report(model(), table)
    sentence = "1 of 2 people: nothing that the model reads is known"
    assert sentence in " ".join(answer_text(report).split())
    assert sentence in answer_page([report])
    assert "nothing known" in answer_text(report)

    file = tmp_path / "births.csv"
    table.to_csv(file, index=False)
    code = main.main(["predict", "--model", "infant_death-birth", str(file), "--format", "json"])
    out, err = capsys.readouterr()
    assert [record["status"] for record in json.loads(out)["records"]] == ["answered", "nothing_known"]
    assert json.loads(out)["records"][1]["risk"] is None
    assert "nothing that the model reads is known in 1 of 2 rows" in err
    assert code == 1


@pytest.mark.parametrize("word", ["Total", "TOTAL:", "Grand total", "Somme", "کل"])
def test_a_line_of_totals_is_about_no_one(word):
    table = pd.DataFrame(
        {"delivery_id": ["1", "2", word], "parity": [None] * 3, "birth_weight_g": [3200.0, 2100.0, 5300.0]}
    )
    prediction = model().predict(table)
    assert prediction.status.tolist() == ["answered", "answered", "nothing_known"]
    assert prediction.risk.iloc[:2].tolist() == model().predict(table.iloc[:2]).risk.tolist()
    assert any(p.rule is ProblemRule.LINE_OF_TOTALS and p.positions.tolist() == [2] for p in prediction.problems)
    labelled = table.set_index("delivery_id")
    assert model().predict(labelled).status.tolist() == ["answered", "answered", "nothing_known"]
    assert table["birth_weight_g"].tolist() == [3200.0, 2100.0, 5300.0]


def test_a_word_that_its_column_holds_elsewhere_is_no_line_of_totals():
    table = pd.DataFrame({"praevia": ["total", "none", "total"], "birth_weight_g": [3200.0, 2100.0, 2300.0]})
    assert model().predict(table).answered.all()


def test_a_class_is_not_guessed_where_nothing_is_known():
    table = pd.DataFrame([NEWBORN, NOTHING_KNOWN["a blank line"]])
    classifier = model().as_classifier()
    assert np.isnan(classifier.predict_proba(table)).tolist() == [[False, False], [True, True]]
    with pytest.raises(NotEnoughData, match="1 of 2 rows have no risk"):
        classifier.predict(table)


@functools.cache
def nicu() -> pn.RiskModel:
    return pn.load_model("nicu_admission-birth")


EVALUATED = {
    "validate": lambda table: pn.validate(nicu(), table, bootstraps=20).performance,
    "compare": lambda table: pn.compare(table, "nicu_admission", [nicu()]).ranking["auroc"].tolist(),
    "adopt": lambda table: pn.adopt(nicu(), table, site="A").recalibration,
    "monitor": lambda table: pn.monitor(nicu(), table, period="quarter").periods.to_dict("list"),
    "summarise": lambda table: pn.summarise(nicu(), table, site="A").n,
}


@pytest.mark.parametrize("verb", EVALUATED)
def test_rows_of_which_nothing_is_known_are_excluded_from_every_evaluation(verb):
    table = hospital()
    np.testing.assert_equal(
        EVALUATED[verb](with_blank_rows(table, nicu().inputs, 25)), EVALUATED[verb](table.astype(object))
    )


def test_rows_of_which_nothing_is_known_are_counted_by_every_evaluation():
    table = with_blank_rows(hospital(), nicu().inputs, 25)
    step = "excluded: nothing that the model reads is known"
    assert dict(pn.validate(nicu(), table, bootstraps=20).flow)[step] == 25
    notes = " ".join(pn.monitor(nicu(), table, period="quarter").notes)
    assert "25 rows are excluded: nothing that the model reads is known." in notes
    assert pn.summarise(nicu(), table, site="A").excluded >= 25
