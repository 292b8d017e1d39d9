"""What somebody meets who has never seen the project, and brings a register of her own."""

from __future__ import annotations

import pandas as pd
import pytest

import perinatal as pn
from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.main import main
from perinatal.clinical.dating import gestation_from_text
from perinatal.errors import MissingVariables, UnknownName
from perinatal.report.answer_report import build_answer_report, describe_estimand
from perinatal.report.danger import danger_html
from perinatal.report.style import STYLE
from perinatal.report.wording import describe_problems
from perinatal.vocabulary import VARIABLES, nearest_name, observe


@pytest.mark.parametrize(
    "written",
    ["38+2", "38 + 2", "38 w 2 d", "38w2d", "38W 2D", "38 wks 2 days", "38 weeks + 2 days", "38 SA + 2 j", "38s2d"],
)
def test_gestation_is_read_in_the_ways_that_wards_write_it(written):
    assert gestation_from_text(written) == 268


@pytest.mark.parametrize(
    "written", ["38 2", "38.2 w", "38 w", "38 w 7 d", "38/40", "w 2 d", "138 w 2 d", "38 m 2 d", ""]
)
def test_what_is_not_surely_weeks_and_days_is_no_gestation(written):
    assert gestation_from_text(written) is None


def test_weeks_and_days_in_words_become_days_and_are_told():
    table = pd.DataFrame({"Gest.": ["38 w 2 d", "40 w 0 d", "term"]})
    columns = pn.ColumnMap({"Gest.": pn.Column("gestational_age_at_birth_days", unit="weeks+days")})
    conformed = pn.conform(table, columns=columns)
    assert conformed.frame["gestational_age_at_birth_days"].tolist()[:2] == [268, 280]
    assert conformed.frame["gestational_age_at_birth_days"].isna().tolist() == [False, False, True]
    assert "2 of 3 rows written as weeks+days; converted to days" in " ".join(map(str, conformed.problems))


@pytest.mark.parametrize(
    ("heading", "meant"),
    [("Age (Yrs)", "maternal_age_years"), ("Birth weight (g)", "birth_weight_g"), ("BP", "systolic_bp_mmhg")],
)
def test_a_heading_with_a_unit_is_still_understood_as_a_question(heading, meant):
    assert nearest_name(heading, VARIABLES) == meant


@pytest.mark.parametrize("heading", ["kg", "L", "(mmHg)", "Ward", "S.No", "Patient name", "Date of delivery"])
def test_a_heading_that_says_nothing_is_taken_for_nothing(heading):
    assert nearest_name(heading, VARIABLES) is None


def test_two_pressures_in_one_cell_are_never_split_but_told():
    conformed = pn.conform(pd.DataFrame({"BP": ["164/104", "120 / 80"]}), columns={"BP": "systolic_bp_mmhg"})
    assert conformed.frame["systolic_bp_mmhg"].isna().all()
    assert "2 such as 120/80: give each of the two numbers a column of its own" in str(conformed.problems[0])


def test_an_unsplit_blood_pressure_column_is_named_when_danger_signs_are_looked_for():
    table = pd.DataFrame({"BP": ["164/104"], "birth_weight_g": [3000.0]})
    text = " ".join(map(str, pn.load_model("infant_death-birth").predict(table).problems))
    assert "The column 'BP' was not checked for danger signs. Is it 'systolic_bp_mmhg'?" in text


def test_a_problem_ends_in_one_full_stop():
    for sentence in describe_problems(pn.conform(pd.DataFrame({"Ward": [1], "Hb": [11.0]})).problems):
        assert sentence.rstrip(".") + "." == sentence


@pytest.mark.parametrize("outcome", ["nicu_admission", "infant_death", "preterm_birth"])
def test_a_table_without_the_outcome_is_told_what_to_do(outcome):
    with pytest.raises(MissingVariables, match="Rename the column that holds it, or pass a ColumnMap"):
        observe(outcome, pd.DataFrame({"NICU Y/N": ["Y"]}))


def test_a_register_of_unknown_headings_is_refused_and_the_column_map_shown(tmp_path, capsys):
    file = tmp_path / "register.csv"
    file.write_text("S.No,Mother,Wt of baby (kg)\n1,Zarina,2.56\n", encoding="utf-8")
    out = tmp_path / "out.csv"
    assert main(["conform", str(file), "--out", str(out)]) == ExitCode.INPUT
    text = capsys.readouterr().err
    assert "None of the 3 columns has a name that the vocabulary knows" in text
    assert all(word in text for word in ("--columns", '"columns"', "perinatal dictionary"))
    assert "Zarina" not in text
    assert not out.exists()


def test_the_column_map_that_the_command_line_shows_can_be_read():
    from perinatal.cli.main import HOW_TO_MAP

    example = next(line for line in HOW_TO_MAP.splitlines() if line.lstrip().startswith("{"))
    assert pn.ColumnMap.from_json(example).columns["Hb"].unit == "g/L"


def test_perinatal_alone_shows_what_it_can_do(capsys):
    assert main([]) == ExitCode.USAGE
    text = capsys.readouterr().err
    assert all(command in text for command in ("demo", "predict", "adopt", "compare"))


def test_no_danger_sign_is_lost_on_paper():
    many = pd.DataFrame({"systolic_bp_mmhg": [170.0] * 40, "diastolic_bp_mmhg": [115.0] * 40})
    page = danger_html(pn.danger_signs(many))
    assert page.count("<li>") > 40
    paper = STYLE.partition("@media print")[2]
    assert ".danger details { display: block; }" in paper
    assert ".danger details::details-content" in paper


def test_the_usual_share_of_an_adopted_model_is_that_of_its_site():
    births = pn.load_sample("hospital_births").head(600)
    model = pn.load_model("nicu_admission-birth")
    ours = pn.adopt(model, births, site="Ward 1")
    header = dict(describe_estimand(build_answer_report(ours, births.head(20), title="t")))
    events = int(births["nicu_admission"].sum())
    assert f"{events} of the 600 it was adopted on at Ward 1 had the outcome" in header["Usual"]
    assert (
        "it was trained on" in dict(describe_estimand(build_answer_report(model, births.head(20), title="t")))["Usual"]
    )


def test_a_model_that_is_not_there_is_told_with_the_nearest():
    with pytest.raises(UnknownName) as error:
        pn.load_model("nicu")
    assert "Did you mean nicu_admission-birth, " in str(error.value)
    assert "minipiers" not in str(error.value)
    with pytest.raises(UnknownName, match="Did you mean minipiers"):
        pn.load_model("minipers")
    with pytest.raises(UnknownName, match="The shipped ones are apgar_5min"):
        pn.load_model("zzzzzz")
