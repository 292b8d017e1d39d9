"""What a published score does with the unknown, the odd and the many: laws of the engine, on scores made up here."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit
from scipy.stats import norm

import perinatal as pn
from perinatal.cli.main import main
from perinatal.errors import DeclarationError, InputError, NotAProbability, UnknownName
from perinatal.frames import ProblemRule as Found
from perinatal.scores import PublishedModel
from perinatal.scores.kinds import (
    Band,
    Chart,
    Checklist,
    Clip,
    Confirmation,
    DecisionRule,
    DecisionRules,
    Equation,
    EquationTerm,
    GaussianSurvival,
    Grid,
    Index,
    Level,
    Option,
    PointScore,
    PublishedScore,
    Range,
    ScoreItem,
    Sign,
    Trigger,
)
from perinatal.scores.listing import list_score_ids

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import make_score_pages  # noqa: E402


def score(method: object, **more: object) -> PublishedModel:
    declared = PublishedScore(
        "made_up", "Made up", "maternal", method, None, "in a test", "nobody", "nowhere", None, (), Confirmation.WEAK
    )
    return PublishedModel(replace(declared, **more))


def category(model: PublishedModel, **record: object) -> object:
    word = model.predict(record).category.iloc[0]
    return None if pd.isna(word) else word


RULES = score(
    DecisionRules(
        (
            DecisionRule("systolic_bp_mmhg >= 160 or diastolic_bp_mmhg >= 110", "severe", "Very high."),
            DecisionRule("heart_rate_bpm > 120", "severe", "Very fast."),
            DecisionRule("systolic_bp_mmhg >= 140", "raised", "High."),
            DecisionRule("True", "none", "Neither."),
        ),
        ("severe", "raised", "none"),
    )
)


@pytest.mark.parametrize(
    ("systolic", "diastolic", "rate", "expected"),
    [
        (170, None, None, "severe"),  # decided, whatever the other two
        (None, 115, None, "severe"),
        (150, 80, None, None),  # the second rule may hold
        (150, None, 90, None),
        (150, None, 130, "severe"),  # the first rule may hold, but would say the same
        (150, 80, 90, "raised"),
        (None, 80, 90, None),
        (120, 80, 90, "none"),
    ],
)
def test_a_rule_decides_where_nothing_unknown_could_decide_otherwise(systolic, diastolic, rate, expected):
    record = {"systolic_bp_mmhg": systolic, "diastolic_bp_mmhg": diastolic, "heart_rate_bpm": rate}
    assert category(RULES, **record) == expected
    strict = PublishedModel(replace(RULES.score, needs_every_input=True))
    assert category(strict, **record) == (None if None in record.values() else expected)


def test_insufficient_names_what_is_missing_and_matters_only():
    prediction = RULES.predict({"systolic_bp_mmhg": 150, "diastolic_bp_mmhg": 80, "heart_rate_bpm": None})
    assert prediction.insufficient.tolist() == [("heart_rate_bpm",)]
    strict = PublishedModel(replace(RULES.score, needs_every_input=True))
    assert strict.predict({"systolic_bp_mmhg": 170}).insufficient.tolist() == [("diastolic_bp_mmhg", "heart_rate_bpm")]
    messages = [str(p) for p in prediction.problems if p.rule is Found.NOT_ANSWERED]
    assert messages == ["heart_rate_bpm: unknown in 1 of 1 row, for which Made up needs it"]


def test_a_rule_is_explained_by_the_sentence_that_decided():
    table = pd.DataFrame({"systolic_bp_mmhg": [170, 145, 120.0, np.nan], "diastolic_bp_mmhg": 80, "heart_rate_bpm": 80})
    reasons = RULES.explain(table)
    assert reasons.sentences.tolist() == [("Very high.",), ("High.",), ("Neither.",), ()]
    assert reasons.strongest()["sentence"].tolist() == ["Very high.", "High.", "Neither."]
    assert reasons.strongest().index.tolist() == [0, 1, 2]
    assert reasons.describe(3) == "Insufficient without systolic_bp_mmhg."
    assert "no answer" in reasons._repr_html_()
    with pytest.raises(InputError, match="count of 1 or more"):
        reasons.strongest(0)


def test_an_equation_gives_its_terms_and_its_intercept_is_the_base():
    model = score(
        Equation(
            (EquationTerm(-2.0, "1"), EquationTerm(0.5, "parity"), EquationTerm(1.25, "headache", "has a headache")),
            (Band("high", "risk >= 0.3"), Band("low", "risk < 0.3")),
        )
    )
    table = pd.DataFrame({"parity": [0, 2, np.nan], "headache": [True, None, False]}, index=["a", "b", "c"])
    prediction, explanation = model.predict(table), model.explain(table)
    np.testing.assert_allclose(prediction.log_odds, [-0.75, np.nan, np.nan])
    assert prediction.risk.isna().tolist() == [False, True, True]
    assert prediction.band.tolist()[0] == "high"
    assert explanation.base == -2
    assert explanation.labels == ("parity", "has a headache")
    np.testing.assert_array_equal(explanation.matrix, [[0, 1.25], [1, np.nan], [np.nan, 0]])
    assert explanation.values["headache"].tolist()[0] is True
    assert prediction.insufficient.tolist() == [(), ("headache",), ("parity",)]


@pytest.mark.parametrize(("mean", "sd"), [(54.0, 6.9), (40.0, 6.9), (30.0, 5.0), (24.0, 2.0)])
def test_a_survival_score_is_the_conditional_probability_of_a_normal_time(mean, sd):
    model = score(
        GaussianSurvival((EquationTerm(1.0, "maternal_age_years"), EquationTerm(0.0, "1")), sd, "37", "24", "weeks")
    )
    prediction = model.predict({"maternal_age_years": mean})
    time_ = norm(mean, sd)
    expected = (time_.cdf(37) - time_.cdf(24)) / time_.sf(24)
    assert prediction.risk.iloc[0] == pytest.approx(expected, rel=1e-12)
    assert prediction.log_odds[0] == pytest.approx(logit(expected), rel=1e-6)
    assert prediction.details["mean"].tolist() == [mean]
    explanation = model.explain({"maternal_age_years": mean})
    assert explanation.scale == "weeks"
    assert explanation.total.tolist() == [mean]
    assert "weeks" in repr(explanation)


def test_points_are_those_of_the_first_level_that_holds():
    model = score(
        PointScore(
            (
                ScoreItem(
                    "bp", "pressure", (Level("systolic_bp_mmhg < 90", 3), Level("systolic_bp_mmhg < 100", 1), REST)
                ),
                ScoreItem("age", "age", (Level("maternal_age_years > 35", 2), REST)),
            ),
            0,
            5,
            (Band("high", "total >= 3"),),
            {"only_age": ("age",)},
        )
    )
    table = pd.DataFrame({"systolic_bp_mmhg": [80, 95, 120, np.nan], "maternal_age_years": [40, 40, 20, 40.0]})
    prediction, explanation = model.predict(table), model.explain(table)
    np.testing.assert_array_equal(prediction.points, [5, 3, 0, np.nan])
    assert prediction.band.tolist() == ["high", "high", np.nan, np.nan]
    np.testing.assert_array_equal(prediction.details["only_age"], [2, 2, 0, 2])
    np.testing.assert_array_equal(explanation.matrix, [[3, 2], [1, 2], [0, 0], [np.nan, 2]])
    assert explanation.values["bp"].tolist()[:3] == ["systolic_bp_mmhg < 90", "systolic_bp_mmhg < 100", "otherwise"]
    assert explanation.strongest(1)["part"].tolist() == [3, 2, 0, 2]


REST = Level("True", 0)


def test_an_unmeasured_item_counts_nothing_only_where_it_was_so_published_and_is_counted():
    items = (
        ScoreItem("bp", "pressure", (Level("systolic_bp_mmhg < 90", 3), REST)),
        ScoreItem("age", "age", (Level("maternal_age_years > 35", 2), REST)),
    )
    model = score(PointScore(items, 0, 5, unmeasured_as_zero=("bp",)))
    table = pd.DataFrame({"systolic_bp_mmhg": [None, 80, None], "maternal_age_years": [40, None, None]})
    prediction = model.predict(table)
    np.testing.assert_array_equal(prediction.points, [2, np.nan, np.nan])
    counted = [p for p in prediction.problems if p.rule is Found.COUNTED_AS]
    assert [str(p) for p in counted] == [
        "pressure: not measured in 1 of 3 rows; scored 0 points there, as published for Made up"
    ]
    assert prediction.insufficient.tolist()[2] == ("systolic_bp_mmhg", "maternal_age_years")
    assert model.explain(table).values["bp"].tolist()[0] == "not measured: counts 0"


def test_a_grid_refuses_its_empty_and_disputed_cells():
    grid = Grid(
        "size",
        "size and gestation",
        "newborn_sex",
        "birth_weight_g",
        "floor(gestational_age_at_birth_days / 7)",
        ((1001, None), (500, 1000)),
        (28, 29),
        {"male": ((1, None), (4, 3)), "female": ((0, 0), (5, 2))},
        (("female", 1, 0),),
    )
    model = score(PointScore((grid,), 0, 5))
    table = pd.DataFrame(
        {
            "newborn_sex": ["male", "male", "female", "male", None, "female"],
            "birth_weight_g": [900, 1500, 900, 1000.5, 900, 900.0],
            "gestational_age_at_birth_days": [28 * 7 + 6, 29 * 7, 28 * 7, 28 * 7, 28 * 7, 35 * 7.0],
        }
    )
    prediction = model.predict(table)
    np.testing.assert_array_equal(prediction.points, [4] + [np.nan] * 5)
    assert ["no cell" in " ".join(r) for r in prediction.refused] == [False, True, False, True, False, True]
    assert "sources disagree" in prediction.refused.iloc[2][0]
    assert prediction.insufficient.tolist()[4] == ("newborn_sex",)
    assert model.explain(table).values["size"].tolist()[0] == "male, 500 to 1000, 28"


TRIGGER = score(
    Trigger(
        (
            ("hr", (Sign("heart_rate_bpm > 120", "Fast.", "red"), Sign("heart_rate_bpm > 100", "Quick.", "yellow"))),
            ("temp", (Sign("body_temperature_c > 38", "Hot.", "yellow"),)),
            ("pale", (Sign("headache", "Head.", "yellow"),)),
        ),
        "red >= 1 or yellow >= 2",
        "trigger",
        "no_trigger",
    )
)


@pytest.mark.parametrize(
    ("rate", "temperature", "headache", "expected"),
    [
        (130, None, None, "trigger"),
        (110, 39, None, "trigger"),
        (110, 37, False, "no_trigger"),
        (110, None, False, None),  # one more yellow would fire
        (90, None, False, "no_trigger"),  # one yellow at most
        (None, 37, False, None),
        (130, 39, True, "trigger"),
    ],
)
def test_a_trigger_is_decided_where_the_unknown_cannot_change_it(rate, temperature, headache, expected):
    record = {"heart_rate_bpm": rate, "body_temperature_c": temperature, "headache": headache}
    assert category(TRIGGER, **record) == expected


def test_a_trigger_counts_each_group_once_and_tells_red_first():
    record = {"heart_rate_bpm": 130, "body_temperature_c": 39, "headache": True}
    prediction = TRIGGER.predict(record)
    assert (prediction.details["red"].tolist(), prediction.details["yellow"].tolist()) == ([1], [2])
    assert TRIGGER.explain(record).sentences_by_row.tolist() == [("Fast. (red)", "Hot. (yellow)", "Head. (yellow)")]
    calm = {"heart_rate_bpm": 80, "body_temperature_c": 37, "headache": False}
    assert TRIGGER.explain(calm).sentences_by_row.tolist() == [("None of the signs is present.",)]


def test_a_checklist_needs_one_sign_and_its_condition():
    signs = (Sign("convulsions", "She convulses."), Sign("headache", "Her head aches."))
    model = score(Checklist(signs, "refer", "stay", "gestational_age_at_measurement_days >= 84"))
    weeks = "gestational_age_at_measurement_days"
    assert category(model, convulsions=True, **{weeks: 100}) == "refer"
    assert category(model, convulsions=True, **{weeks: 60}) == "stay"
    assert category(model, convulsions=True) is None
    assert model.predict({"convulsions": True}).insufficient.tolist() == [(weeks,)]
    assert category(model, convulsions=False, headache=False, **{weeks: 100}) == "stay"
    assert category(model, convulsions=False, **{weeks: 60}) == "stay"
    assert category(model, convulsions=False, **{weeks: 100}) is None
    assert model.explain({"convulsions": True, weeks: 60}).sentences_by_row[0][0].startswith("Not applicable")


def test_a_chart_is_read_between_its_knots_strictly_above_the_line_and_not_outside():
    chart = Chart(
        "bilirubin_umol_l",
        "age_hours",
        (0, 24),
        (("exchange", (100, 200)), ("phototherapy", (50, 100))),
        "below",
    )
    names = {"bilirubin_umol_l": "heart_rate_bpm", "age_hours": "maternal_age_years"}
    chart = replace(chart, value=names[chart.value], across=names[chart.across])
    model = score(chart)
    table = pd.DataFrame(
        {"heart_rate_bpm": [75, 76, 150, 151, 80, np.nan], "maternal_age_years": [12, 12, 12, 12, 30, 12.0]}
    )
    prediction = model.predict(table)
    assert prediction.category.tolist() == ["below", "phototherapy", "phototherapy", "exchange", np.nan, np.nan]
    np.testing.assert_array_equal(prediction.details["phototherapy"], [75, 75, 75, 75, np.nan, 75])
    assert "from 0 to 24" in prediction.refused.iloc[4][0]
    assert "is above the line 'exchange', which is at 150" in model.explain(table).sentences_by_row[3][0]


def test_an_index_is_a_number_with_a_band_and_no_probability():
    model = score(Index("heart_rate_bpm / systolic_bp_mmhg", "1", (Band("refer", "value >= 0.9"),)))
    prediction = model.predict({"heart_rate_bpm": 90, "systolic_bp_mmhg": 100})
    assert prediction.value.tolist() == [0.9]
    assert prediction.band.tolist() == ["refer"]
    assert prediction.to_frame().columns.tolist()[1:3] == ["value", "band"]
    sentences = model.explain({"heart_rate_bpm": 90, "systolic_bp_mmhg": 100}).sentences_by_row[0]
    assert sentences == ("heart_rate_bpm / systolic_bp_mmhg = 0.9",)


def test_a_row_outside_the_published_range_is_refused_counted_and_told():
    model = score(
        Equation((EquationTerm(0.1, "parity"),)),
        ranges=(Range("maternal_age_years >= 18", "She is under 18."),),
    )
    table = pd.DataFrame({"parity": [1, 1, 1], "maternal_age_years": [20, 16, np.nan]})
    prediction = model.predict(table)
    assert prediction.answered.tolist() == [True, False, False]
    assert prediction.refused.tolist() == [(), ("She is under 18.",), ()]
    assert prediction.insufficient.tolist() == [(), (), ("maternal_age_years",)]
    assert "Made up: 1 of 3 rows not answered: She is under 18" in [str(p) for p in prediction.problems]
    assert model.inputs == ("parity", "maternal_age_years")


def test_published_bounds_and_published_values_for_the_unknown_are_counted():
    model = score(
        Equation((EquationTerm(0.1, "maternal_age_years"), EquationTerm(1.0, "headache"), EquationTerm(1.0, "weeks"))),
        quantities=(("weeks", "gestational_age_at_measurement_days / 7"),),
        clips=(Clip("maternal_age_years", 20, 40), Clip("weeks", 20, 30)),
        missing_counts_as={"headache": False},
    )
    table = pd.DataFrame(
        {
            "maternal_age_years": [16, 45, 30.0],
            "headache": [None, True, None],
            "gestational_age_at_measurement_days": [70, 175, 280.0],
        }
    )
    prediction = model.predict(table)
    np.testing.assert_allclose(prediction.log_odds, [2 + 0 + 20, 4 + 1 + 25, 3 + 0 + 30])
    rules = {p.variable: (p.rule, p.count) for p in prediction.problems}
    assert rules == {
        "maternal_age_years": (Found.BOUNDED, 2),
        "weeks": (Found.BOUNDED, 2),
        "headache": (Found.COUNTED_AS, 2),
    }
    assert prediction.missing.tolist()[0] == ("headache",)
    assert not model.predict(dict.fromkeys(model.inputs)).answered.any()


def test_what_a_publication_does_without_is_counted_where_it_is_unknown():
    model = score(
        DecisionRules(
            (DecisionRule("known(headache) and headache", "yes", "It aches."), DecisionRule("parity >= 0", "no", "-")),
            ("yes", "no"),
        )
    )
    prediction = model.predict({"parity": 1})
    assert prediction.category.tolist() == ["no"]
    assert "headache: unknown in 1 of 1 row; answered without it there, as published for Made up" in [
        str(p) for p in prediction.problems
    ]


def test_an_option_that_is_off_needs_nothing():
    option = Option("society", ("acog", "isshp"), "acog", "Whose limit.")
    model = score(
        DecisionRules(
            (
                DecisionRule("platelet_count_10e9_l < 100 if society == 'acog' else headache", "yes", "-"),
                DecisionRule("True", "no", "-"),
            ),
            ("yes", "no"),
        ),
        options=(option,),
    )
    other = model.with_options(society="isshp")
    assert model.inputs == ("platelet_count_10e9_l",)
    assert other.inputs == ("headache",)
    assert "society isshp" in other.caution
    assert model.options == {"society": "acog"}
    with pytest.raises(UnknownName, match="is one of acog, isshp"):
        model.with_options(society="figo")


def test_no_value_at_all_is_said_to_be_so():
    model = score(Equation((EquationTerm(1.0, "log(parity)"),)))
    prediction = model.predict({"parity": 0})
    assert prediction.risk.isna().all()
    assert prediction.refused.iloc[0] == ("The score has no published value for this combination of inputs.",)


@pytest.mark.parametrize(
    ("method", "message"),
    [
        (DecisionRules((DecisionRule("parity", "yes", "-"),), ("yes",)), "number where a condition is expected"),
        (DecisionRules((DecisionRule("headache", "maybe", "-"),), ("yes",)), "not among the categories"),
        (PointScore((ScoreItem("a", "a", (REST,)), ScoreItem("a", "a", (REST,))), 0, 0), "same name"),
        (PointScore((ScoreItem("a", "a", (Level("headache", 1),)),), 0, 1, subtotals={"s": ("b",)}), "no item 'b'"),
        (Trigger((("g", (Sign("headache", "-", "green"),)),), "red >= 1", "yes", "no"), "red or yellow"),
        (Equation((EquationTerm(1.0, "1"),)), "reads no variable"),
        (Equation((EquationTerm(1.0, "parity"), EquationTerm(2.0, "parity"))), "same expression"),
        (Equation((EquationTerm(1.0, "parity"),), (Band("x", "total > 1"),)), "'total' is not declared"),
    ],
)
def test_a_declaration_that_does_not_fit_together_is_refused(method, message):
    with pytest.raises(DeclarationError, match=message):
        score(method)


def test_a_million_women_are_answered_in_about_a_second():
    model = pn.load_model("minipiers")
    draw = np.random.default_rng(0)
    rows = 1_000_000
    columns = {"parity": draw.integers(0, 6, rows).astype(float)}
    columns["gestational_age_at_measurement_days"] = draw.integers(140, 290, rows).astype(float)
    columns["systolic_bp_mmhg"] = draw.integers(80, 220, rows).astype(float)
    dtype = pn.VARIABLES["proteinuria"].kind.dtype
    columns["proteinuria"] = pd.Categorical.from_codes(draw.integers(-1, 6, rows), dtype=dtype)
    for name in model.inputs[4:]:
        columns[name] = pd.array(draw.random(rows) < 0.1, dtype="boolean")
    table = pd.DataFrame(columns)
    started = time.process_time()
    prediction = model.predict(table)
    assert time.process_time() - started < 4  # about half a second on an idle core
    assert 0.8 < prediction.answered.mean() < 0.9


def test_the_lists_of_models_say_what_each_answers_with():
    published, every = pn.available_models("published"), pn.available_models("all")
    assert published.index.tolist() == sorted(list_score_ids())
    assert set(published["answers"]) == {"risk", "points", "category", "index"}
    assert every.index.tolist() == [*pn.available_models().index, *published.index]
    assert set(every["kind"]) == {"trained", "published"}
    with pytest.raises(UnknownName, match="trained, published, all"):
        pn.available_models("scores")
    with pytest.raises(UnknownName, match="minipiers"):
        pn.load_model("minipears")


@pytest.fixture
def women(tmp_path: Path) -> Path:
    file = tmp_path / "women.csv"
    file.write_text(
        "id,systolic_bp_mmhg,diastolic_bp_mmhg,heart_rate_bpm,parity,gestational_age_at_measurement_days,proteinuria,"
        "headache,blurred_vision,chest_pain,difficulty_breathing,vaginal_bleeding,abdominal_pain\n"
        "<b>1</b>,172,112,90,0,230,3+,1,0,0,0,0,0\n"
        "2,118,70,80,2,260,negative,0,0,0,0,0,0\n"
        "3,,70,80,2,260,negative,0,0,0,0,0,0\n"
    )
    return file


@pytest.mark.parametrize("name", ["minipiers", "cradle_vsa", "shock_index_obstetric", "hdp_classification"])
def test_the_command_line_answers_in_every_shape(name, women, tmp_path, capsys):
    page = tmp_path / "page.html"
    for command in ("predict", "explain"):
        for shape in ("table", "csv", "json"):
            assert main([command, "--model", name, str(women), "--index", "id", "--format", shape]) == 0
            printed = capsys.readouterr()
            assert "not for clinical use" in " ".join((printed.out + printed.err).split())
            if shape == "json":
                content = json.loads(printed.out)
                assert content["answers"] == pn.load_model(name).answers
                assert len(content["records"]) == 3
                assert content["records"][2]["insufficient"] == ["systolic_bp_mmhg"]
                assert ("risk" in content["records"][0]) == (name == "minipiers")
    assert main(["predict", "--model", name, str(women), "--index", "id", "--html", str(page)]) == 0
    text = page.read_text()
    assert "<b>1</b>" not in text
    assert "&lt;b&gt;1&lt;/b&gt;" in text
    assert "needed: systolic blood pressure" in text
    body = text[text.index("<tbody>") : text.index("</tbody>")]
    assert ("%" in body) == (name == "minipiers")
    assert main(["explain", "--model", name, str(women), "--index", "id", "--row", "2"]) == 0


def test_the_command_line_lists_describes_and_takes_options(women, capsys):
    assert main(["models", "--kind", "published"]) == 0
    printed = capsys.readouterr().out
    assert all(name in printed for name in list_score_ids())
    assert main(["models", "--kind", "all", "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)) == len(pn.available_models("all"))
    assert main(["describe", "gdm_who2013", "--option", "cut_offs=mg_dl"]) == 0
    assert "(here mg_dl)" in capsys.readouterr().out
    assert main(["describe", "minipiers", "--format", "json"]) == 0
    assert "systolic_bp_mmhg" in json.loads(capsys.readouterr().out)["properties"]
    assert main(["describe", "minipiers", "--format", "card"]) == 0
    assert "-5.77" in capsys.readouterr().out
    assert main(["predict", "--model", "infant_death-birth", "--option", "a=b", str(women)]) == 3
    assert "is for published scores" in capsys.readouterr().err
    assert main(["predict", "--model", "gdm_who2013", "--option", "cut_offs", str(women)]) == 3
    assert "NAME=WORD" in capsys.readouterr().err


def test_loading_a_model_imports_no_other_score():
    act = """
import sys, perinatal
for name in ("infant_death-birth", "minipiers"):
    perinatal.load_model(name)
    print(*[m for m in sys.modules if m.startswith("perinatal.scores.declared.")], sep=" ")
"""
    done = subprocess.run([sys.executable, "-c", act], capture_output=True, text=True, check=True, timeout=120)
    assert done.stdout.splitlines() == ["", "perinatal.scores.declared.minipiers"]


def test_a_picture_of_the_parts_is_only_for_a_row_with_a_risk():
    import matplotlib as mpl

    mpl.use("agg")
    from perinatal import plots

    model = pn.load_model("minipiers")
    record = dict(model.score.vectors[0].inputs)
    axes = plots.parts(model.explain(record), 0)
    assert "counted from zero" in axes.figure.get_suptitle()
    with pytest.raises(InputError, match="no answer"):
        plots.parts(model.explain({**record, "systolic_bp_mmhg": None}), 0)
    crib = pn.load_model("crib_ii")
    with pytest.raises(NotAProbability, match="total in points"):
        plots.parts(crib.explain(dict(crib.score.vectors[0].inputs)), 0)


def test_the_pages_of_the_scores_are_as_their_declarations_are():
    pages = {path.name: path.read_text(encoding="utf-8") for path in make_score_pages.FOLDER.glob("*.md")}
    assert pages == make_score_pages.build_pages(), "stale: run python scripts/make_reference.py"


def test_every_page_tells_what_a_reader_has_to_know():
    for name, page in make_score_pages.build_pages().items():
        if name == make_score_pages.INDEX:
            assert "Not included, and why" in page
            continue
        for heading in ("For whom", "Inputs", "A worked example", "How well its numbers are confirmed"):
            assert f"## {heading}" in page
        model = pn.load_model(name.removesuffix(".md"))
        assert all(f"`{input_}`" in page for input_ in model.inputs)
        assert all(caveat in page for caveat in model.score.caveats)
        if isinstance(model.score.method, (Equation, GaussianSurvival)):
            assert all(f"{term.coefficient:.10g}" in page for term in model.score.method.terms)


def test_validate_sends_a_published_score_to_compare():
    with pytest.raises(InputError, match=r"A published score is evaluated by a comparison"):
        pn.validate(pn.load_model("apgar"), pn.load_sample("births"))
