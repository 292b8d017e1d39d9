"""Every heading of a table is read, ignored on purpose or named, whichever verb reads the table."""

from __future__ import annotations

import functools
import json

import pandas as pd
import pytest

import perinatal as pn
from perinatal.cli import main
from perinatal.errors import MissingVariables, NotEnoughData
from perinatal.frames import ProblemRule
from perinatal.frames.headings import format_headings
from perinatal.sites import AdoptionOptions, examine
from perinatal.vocabulary import VARIABLES, nearest_names


@functools.cache
def model() -> pn.RiskModel:
    return pn.load_model("nicu_admission-birth")


@functools.cache
def births() -> pd.DataFrame:
    table = pn.load_sample("hospital_births").iloc[:600].reset_index(drop=True)
    return table.assign(Ward="A", Komplikationen=0)


UNREAD = ["Ward", "Komplikationen"]
VERBS = {
    "conform": lambda table, **stated: pn.conform(table, **stated),
    "predict": lambda table, **stated: model().predict(table, **stated),
    "explain": lambda table, **stated: model().explain(table, **stated),
    "predict of a record": lambda table, **stated: model().predict(table.iloc[0].to_dict(), **stated),
    "validate": lambda table, **stated: pn.validate(model(), table, bootstraps=20, **stated),
    "compare": lambda table, **stated: pn.compare(table, "nicu_admission", [model()], **stated),
    "adopt": lambda table, **stated: examine(
        model(), table, site="A", options=AdoptionOptions(up_to="intercept"), **stated
    ),
    "monitor": lambda table, **stated: pn.monitor(model(), table, period="quarter", **stated),
    "summarise": lambda table, **stated: pn.summarise(model(), table, site="A", **stated),
}


def unmapped(problems: tuple[pn.Problem, ...]) -> list[str]:
    return [problem.variable for problem in problems if problem.rule is ProblemRule.UNMAPPED_COLUMN]


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_names_each_unused_heading_once(verb):
    assert unmapped(VERBS[verb](births()).problems) == UNREAD


@pytest.mark.parametrize("verb", VERBS)
def test_a_heading_that_is_ignored_on_purpose_is_not_named(verb):
    stated = {"columns": pn.ColumnMap({}, ignore=("Ward",))}
    assert unmapped(VERBS[verb](births(), **stated).problems) == ["Komplikationen"]


@pytest.mark.parametrize("verb", VERBS)
def test_a_canonical_table_has_no_unused_heading(verb):
    assert unmapped(VERBS[verb](births().drop(columns=UNREAD)).problems) == []


CORE = ["birth_weight_g", "gestational_age_at_birth_days"]


@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "conform"])
def test_every_verb_refuses_where_the_core_inputs_are_unknown_and_headings_are_left_over(verb):
    foreign = births().drop(columns=UNREAD).rename(columns=dict(zip(CORE, ("Poids", "Sem. amen."), strict=True)))
    message = "birth_weight_g and gestational_age_at_birth_days are known in no row, and 2 headings were not understood"
    error = NotEnoughData if verb == "compare" else MissingVariables  # compare gives the reason of each contestant
    with pytest.raises(error, match=message):
        VERBS[verb](foreign)
    ignored = pn.ColumnMap({}, ignore=("Poids", "Sem. amen."))
    assert unmapped(VERBS[verb](foreign, columns=ignored).problems) == []


@pytest.mark.parametrize("column", [["A", "B", "C"], ["B001", "B002", "B003"], [1, 2, 3], [True, False, None]])
def test_a_heading_that_cannot_hold_a_measurement_shuts_no_table_out(column):
    table = pd.DataFrame({"apgar_5min": [8, 9, 7], "Spalte": column})
    assert unmapped(model().predict(table).problems) == ["Spalte"]


def test_the_error_names_every_heading_with_what_it_may_mean():
    table = pd.DataFrame({"GA at birth (wks)": [28], "Baby Weight (gms)": [900], "Ward": ["A"], "apgar_5min": [8]})
    with pytest.raises(MissingVariables) as caught:
        model().predict(table)
    message = str(caught.value)
    assert "'gestational_age_at_birth_days'. Is 'GA at birth (wks)' the same thing?" in message
    assert "'birth_weight_g'. Is 'Baby Weight (gms)' the same thing?" in message
    assert "Not in the vocabulary either: 'Ward'." in message


@pytest.mark.parametrize(
    ("heading", "meanings"),
    [
        ("gestational age", {"gestational_age_at_booking_days", "gestational_age_at_birth_days"}),
        ("GA", {"gestational_age_at_booking_days", "gestational_age_at_birth_days"}),
        ("GA_weeks", {"gestational_age_at_booking_days", "gestational_age_at_birth_days"}),
        ("GA at birth (wks)", {"gestational_age_at_birth_days"}),
        ("birth", set()),
        ("BP", {"systolic_bp_mmhg", "diastolic_bp_mmhg"}),
        ("Weight", {"pre_pregnancy_weight_kg", "maternal_weight_kg", "birth_weight_g"}),
        ("Baby Weight (gms)", {"birth_weight_g"}),
    ],
)
def test_a_heading_that_may_mean_several_things_is_asked_about_with_all_of_them(heading, meanings):
    assert set(nearest_names(heading, VARIABLES)) == meanings


def test_a_heading_that_does_not_look_like_one_is_not_repeated():
    assert format_headings(pd.DataFrame(columns=["Asha Devi", "3200", "40+1"]))["Asha Devi"] == "number 1"
    remark = "the mother was referred from the health post at night, no card was found"
    assert format_headings(pd.DataFrame(columns=["Ward", "Sex", remark]))[remark] == "number 3"
    with pytest.raises(MissingVariables) as caught:
        model().predict(pd.DataFrame({"Asha Devi": ["Rani"], "3200": [2900], "40+1": ["39+0"]}))
    assert "Asha" not in str(caught.value)


def test_one_map_serves_the_table_of_today_whose_outcome_is_not_there_yet(tmp_path, capsys):
    column_map = pn.ColumnMap({"NICU": "nicu_admission", "BW": "birth_weight_g"})
    today = pd.DataFrame({"BW": [3200.0], "gestational_age_at_birth_days": [280.0]})
    canonical = today.rename(columns={"BW": "birth_weight_g"})
    prediction = model().predict(today, columns=column_map)
    assert prediction.risk.tolist() == model().predict(canonical).risk.tolist()
    assert any("names the column 'NICU', which the table does not have" in str(p) for p in prediction.problems)
    today.to_csv(tmp_path / "today.csv", index=False)
    (tmp_path / "map.json").write_text(column_map.to_json(), encoding="utf-8")
    files = [str(tmp_path / "today.csv"), "--columns", str(tmp_path / "map.json")]
    assert main.main(["predict", "--model", "nicu_admission-birth", *files, "--format", "json"]) == 0
    assert json.loads(capsys.readouterr().out)["records"][0]["risk"] == pytest.approx(prediction.risk.iloc[0])


def test_a_misspelt_heading_of_the_map_is_refused_whatever_it_means():
    table = pd.DataFrame({"NICU_adm": [1], "birth_weight_g": [3200.0]})
    with pytest.raises(MissingVariables, match=r"'NICU adm' \(is it 'NICU_adm'\?\)"):
        model().predict(table, columns={"NICU adm": "nicu_admission"})
    with pytest.raises(MissingVariables, match="names 1 column that the table does not have: 'Weight'"):
        model().predict(pd.DataFrame({"apgar_5min": [8]}), columns={"Weight": "birth_weight_g"})


def run_predict(tmp_path, capsys, table: pd.DataFrame, column_map: pn.ColumnMap | None = None) -> str:
    """What `perinatal predict` says on stderr."""
    table.to_csv(tmp_path / "table.csv", index=False)
    options = []
    if column_map is not None:
        (tmp_path / "map.json").write_text(column_map.to_json(), encoding="utf-8")
        options = ["--columns", str(tmp_path / "map.json")]
    main.main(["predict", "--model", "nicu_admission-birth", str(tmp_path / "table.csv"), *options])
    return capsys.readouterr().err


def test_how_to_write_a_map_is_explained_only_where_the_failure_is_about_headings(tmp_path, capsys):
    foreign = pd.DataFrame({"Baby Weight (gms)": [3200]})
    assert main.HOW_TO_MAP in run_predict(tmp_path, capsys, foreign)
    column_map = pn.ColumnMap({"Poids": "birth_weight_g"})
    with_map = run_predict(tmp_path, capsys, foreign, column_map)
    assert main.HOW_TO_MAP not in with_map
    assert "The ColumnMap is the file that --columns names." in with_map
    words = pd.DataFrame({"birth_weight_g": [3200], "newborn_sex": ["inconnu?"]})
    said = run_predict(tmp_path, capsys, words)
    assert "newborn_sex" in said
    assert main.HOW_TO_MAP not in said
