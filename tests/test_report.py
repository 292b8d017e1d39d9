"""The page and the text say what was estimated, about whom, and how far to trust it; and nothing of their own."""

from __future__ import annotations

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.models.card import build_card
from perinatal.models.derived_features import feature
from perinatal.models.evidence import CalibrationGroup, Evidence
from perinatal.report import (
    AnswerReport,
    answer_page,
    answer_text,
    build_answer_report,
    highest_and_typical,
    ladder,
    reading_text,
)
from perinatal.report.calibration_svg import calibration_svg
from perinatal.report.wording import (
    describe_problems,
    format_frequency,
    format_odds_ratio,
    format_per_thousand,
    format_percent,
    format_value,
    strongest_influences,
)
from perinatal.validation import build_cohort_test
from perinatal.vocabulary import OUTCOMES, VARIABLES, Category, Flag, Identifier, Moment

BANNED_WORDS = re.compile(r"\b(safe|accurate|accuracy|low-risk|high-risk|diagnos\w+|predicts? death|detects?)\b", re.I)
FEATURES = (
    "gestational_age_at_birth_days",
    "plurality",
    "maternal_age_years",
    "gestational_diabetes",
    "maternal_education",
    "gestational_weight_gain_kg",
)


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    return pn.load_sample("births")


@pytest.fixture(scope="module")
def model(births: pd.DataFrame) -> pn.RiskModel:
    made = pn.fit(
        births,
        outcome="low_birth_weight",
        moment="labour",
        features=FEATURES,
        options=pn.FitOptions(scorers=["logistic"]),
    )
    test = build_cohort_test(made, births, "the same <births>")
    evidence = replace(made.evidence, tests=(test,), limits=("Made & up.",))
    return replace(made, evidence=evidence, trained_on="made-up births & <nothing else>")


@pytest.fixture(scope="module")
def report(model: pn.RiskModel, births: pd.DataFrame) -> AnswerReport:
    return build_answer_report(model, births, title="Sample births", people="newborns")


@pytest.fixture(scope="module")
def page(report: AnswerReport) -> str:
    return answer_page([report], title="A page", lead="Made-up births.")


# --- words ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("risk", "percent", "frequency", "per_thousand"),
    [
        (1e-9, "under 0.01 %", "fewer than 1 in 10,000", "fewer than 1"),
        (0.00012, "0.01 %", "1 in 8,300", "fewer than 1"),
        (0.0034, "0.34 %", "1 in 290", "about 3"),
        (0.00994, "0.99 %", "1 in 100", "about 10"),
        (0.00996, "1.0 %", "1 in 100", "about 10"),
        (0.0234, "2.3 %", "1 in 43", "about 23"),
        (0.0994, "9.9 %", "1 in 10", "about 99"),
        (0.0996, "10 %", "1 in 10", "about 100"),
        (0.149, "15 %", "1 in 7", "about 150"),
        (0.151, "15 %", "2 in 10", "about 150"),
        (0.4249, "42 %", "4 in 10", "about 420"),
        (0.95, "95 %", "over 9 in 10", "about 950"),
        (0.9999, "over 99 %", "over 9 in 10", "more than 990"),
    ],
)
def test_a_risk_has_the_digits_it_deserves(risk: float, percent: str, frequency: str, per_thousand: str):
    assert (format_percent(risk), format_frequency(risk), format_per_thousand(risk)) == (
        percent,
        frequency,
        per_thousand,
    )


@pytest.mark.parametrize("risk", np.geomspace(1e-6, 0.999999, 200).tolist())
def test_no_risk_is_said_to_be_nothing_or_certain(risk: float):
    assert format_percent(risk) not in ("0 %", "0.0 %", "0.00 %", "100 %")
    assert not format_frequency(risk).startswith(("0 ", "10 in 10"))


@pytest.mark.parametrize("ratio", np.geomspace(1.05, 5000, 60).tolist())
def test_a_multiplier_never_reads_as_the_other_direction(ratio: float):
    raised, lowered = format_odds_ratio(ratio), format_odds_ratio(1 / ratio)
    assert float(raised.split("×")[1]) >= 1
    assert float(lowered.split("×")[1]) < 1


@pytest.mark.parametrize("name", [n for n, v in VARIABLES.items() if not isinstance(v.kind, Identifier)])
def test_every_variable_can_be_said_known_and_unknown(name: str):
    declared = feature(name)
    assert format_value(declared, float("nan")) == "not recorded"
    if isinstance(declared.kind, Category):
        levels = {format_value(declared, float(code)) for code in range(len(declared.kind.levels))}
        assert len(levels) == len(declared.kind.levels)
        assert not any("_" in word for word in levels)
    elif isinstance(declared.kind, Flag):
        assert (format_value(declared, 1.0), format_value(declared, 0.0)) == ("yes", "no")
    else:
        assert format_value(declared, np.float32(declared.kind.plausible[1]))[0].isdigit()


@pytest.mark.parametrize("name", [n for n, v in VARIABLES.items() if n.startswith("gestational_age") and v.is_numeric])
def test_gestation_is_said_in_weeks_and_days(name: str):
    assert format_value(feature(name), 221.0) == "31+4 weeks"


def test_a_value_kept_in_single_precision_shows_no_stray_digits():
    assert format_value(feature("body_mass_index_kg_m2"), float(np.float32(25.8))) == "25.8 kg/m²"


@pytest.mark.parametrize("moment", Moment)
def test_every_moment_can_be_said_in_a_sentence(moment: Moment):
    from perinatal.report.wording import describe_moment

    assert describe_moment(moment).split()[0] in ("at", "on", "in", "five", "when")


def test_problems_that_were_understood_are_told_in_one_sentence():
    clinic = pn.conform(pn.load_sample("messy_clinic"), columns=pn.load_sample_map("messy_clinic"))
    sentences = describe_problems(clinic.problems)
    assert len(sentences) < len(clinic.problems)
    assert sum(sentence.startswith("Converted") for sentence in sentences) == 1
    assert sum("outside 90 to 220 cm" in sentence for sentence in sentences) == 1


def test_what_moved_a_risk_is_what_the_explanation_says(report: AnswerReport):
    explanation = report.explanation
    for row in range(40):
        raised, lowered = strongest_influences(explanation, row, count=len(explanation.features))
        labels = dict.fromkeys(i.label for i in (*raised, *lowered))
        assert all(i.odds_ratio > 1.05 for i in raised)
        assert all(i.odds_ratio < 1 / 1.05 for i in lowered)
        large = np.abs(explanation.matrix[row]) >= np.log(1.05)
        assert set(labels) == {f.label for f, is_large in zip(explanation.features, large, strict=True) if is_large}
        for side in (raised, lowered):
            sizes = [abs(np.log(i.odds_ratio)) for i in side]
            assert sizes == sorted(sizes, reverse=True)


# --- the page -------------------------------------------------------------------------------------


class Tags(HTMLParser):
    """Notes the tags that are left open or closed twice."""

    VOID = frozenset(("meta", "br", "circle", "line", "path", "link", "img"))

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list) -> None:
        self.seen.add(tag)
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list) -> None:
        self.seen.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag


def test_the_page_is_well_formed(page: str):
    tags = Tags()
    tags.feed(page)
    assert tags.open == []


def test_the_page_needs_no_network_and_no_script(page: str):
    tags = Tags()
    tags.feed(page)
    assert not tags.seen & {"script", "link", "img", "iframe", "object", "form"}
    assert not re.search(r"https?:|src=|@import|url\(|\son\w+=", page)


def test_everything_from_outside_is_escaped(model: pn.RiskModel, births: pd.DataFrame):
    evil = "<script>alert('x')</script>&\""
    table = births.head(20).set_axis(pd.Index([evil] * 20), axis=0)
    page = answer_page([build_answer_report(model, table, title=evil, people=evil, note=evil)], title=evil, lead=evil)
    assert "<script" not in page
    assert "alert(&#x27;x&#x27;)" in page
    assert "made-up births &amp; &lt;nothing else&gt;" in page
    assert "Made &amp; up." in page


def test_every_section_carries_the_caution_and_says_what_is_estimated(page: str, report: AnswerReport):
    text = re.sub(r"<[^>]+>", "", page)
    for sentence in ("Birth weight under 2,500 g.", "live births with a recorded weight", "in labour"):
        assert sentence in text
    assert page.count("not for clinical use as it stands; anywhere else it needs local adoption first") == 1


def test_people_stand_from_the_highest_risk_down(page: str, report: AnswerReport):
    listed = re.findall(r'data-label="Record">(B\d+)<', page)
    highest = report.prediction.risk.sort_values(ascending=False, kind="stable").index[:15].tolist()
    assert listed[:15] == highest
    assert len(listed) == len(set(listed)) == 20
    everybody = re.findall(r"<li><span>(B\d+)</span>", page)
    assert len(everybody) == len(report.prediction)
    assert everybody[:15] == highest


def test_the_risk_on_the_page_is_the_risk_estimated(page: str, report: AnswerReport):
    risk = report.prediction.risk
    for record, percent in re.findall(r'data-label="Record">(B\d+)<.*?<b>(.*?)</b>', page):
        assert percent == format_percent(risk[record])


def test_directions_are_told_by_signs_and_words_not_by_colour_alone(page: str):
    rows = page.split("<tbody>")[1].split("</tbody>")[0]
    for way, sign in (("up", "▲"), ("down", "▼")):
        for moved in re.findall(rf'<ul class="moved {way}">(.*?)</ul>', rows):
            assert moved.count("<li>") == moved.count(sign)


def test_no_bar_leaves_its_frame(page: str):
    assert all(0 <= float(width) <= 100 for width in re.findall(r"width:([\d.]+)%\"", page))


@pytest.mark.parametrize("name", OUTCOMES)
def test_no_word_promises_more_than_an_estimate(name: str, page: str, report: AnswerReport, model: pn.RiskModel):
    other = replace(report, model=replace(model, outcome=OUTCOMES[name]))
    for text in (answer_page([other]), answer_text(other), reading_text(other), build_card(model)):
        visible = re.sub(r"<style>.*?</style>|<[^>]+>", " ", text, flags=re.S)
        assert not BANNED_WORDS.search(visible), BANNED_WORDS.search(visible)


def test_an_empty_table_makes_a_page(model: pn.RiskModel, births: pd.DataFrame):
    empty = build_answer_report(model, births.head(0))
    assert "There are no rows." in answer_page([empty])
    assert "There are no rows." in answer_text(empty)


def test_rows_without_any_value_are_answered_and_said_to_be_so(model: pn.RiskModel, births: pd.DataFrame):
    unknown = births.head(3)[list(model.inputs)]
    text = answer_text(build_answer_report(model, unknown.mask(unknown.notna())))
    assert "Missing in every row of this table: gestation at birth" in text


def test_columns_that_are_not_there_are_told_once(model: pn.RiskModel, births: pd.DataFrame):
    text = answer_text(build_answer_report(model, births[["plurality", "maternal_age_years"]]))
    assert text.count("gestational_age_at_birth_days") == 1
    assert "Not in this table, so unknown in every row, 4 columns:" in text
    assert "Missing in every row" not in text


def test_a_model_without_a_test_says_so(report: AnswerReport, model: pn.RiskModel):
    bare = replace(report, model=replace(model, evidence=Evidence()))
    assert "has not been tested on people outside its training data" in answer_page([bare])
    assert "Usual" not in answer_text(bare)


def test_a_suppressed_group_is_not_drawn_in_the_calibration():
    hidden = CalibrationGroup(n=900, mean_risk=0.001, observed_share=None, low=None, high=None)
    visible = CalibrationGroup(n=900, mean_risk=0.05, observed_share=0.06, low=0.04, high=0.09)
    drawn = calibration_svg([hidden, visible], "a <test>")
    assert drawn.count("<circle") == 1
    assert "a &lt;test&gt;" in drawn
    assert calibration_svg([hidden], "a test") is None


@pytest.mark.parametrize("share", [0.0004, 0.02, 0.3, 0.97])
def test_the_calibration_picture_stays_in_its_frame(share: float):
    low, high = share * 0.5, min(1.0, share * 1.8)
    groups = [
        CalibrationGroup(n=90, mean_risk=share, observed_share=share, low=low, high=high),
        CalibrationGroup(n=90, mean_risk=share / 9, observed_share=share / 8, low=share / 20, high=share / 3),
    ]
    drawn = calibration_svg(groups, "a test")
    coordinates = [float(n) for n in re.findall(r'(?:cx|cy|x1|x2|y1|y2)="([-\d.]+)"', drawn)]
    assert all(0 <= coordinate <= 300 for coordinate in coordinates)
    assert drawn.count("<text") >= 6


# --- the text -------------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [40, 88, 120, 300])
def test_no_line_is_wider_than_the_terminal(width: int, report: AnswerReport):
    widest = min(max(width, 88), 140)
    assert max(len(line) for line in answer_text(report, width=width, highest=8, typical=3).splitlines()) <= widest
    assert max(len(line) for line in reading_text(report, width).splitlines()) <= widest


def test_the_text_says_risk_reasons_and_units(report: AnswerReport):
    text = answer_text(report, highest=8, typical=3)
    assert "The 8 of 240 newborns with the highest risk" in text
    assert "3 others, spread over the rest" in text
    assert re.search(r"▲ gestation at birth: \d\d\+\d weeks", text)
    assert report.prediction.caution.split(".")[0] in re.sub(r"\s+", " ", text)


def test_highest_and_typical_never_name_a_row_twice():
    random = np.random.default_rng(0)
    for size in (0, 1, 2, 7, 8, 9, 12, 13, 200):
        first, others = highest_and_typical(random.random(size), 8, 4)
        assert len({*first, *others}) == len(first) + len(others) == min(size, 12)


def test_the_ladder_sets_side_by_side_only_moments_of_births_of_one_place():
    steps = ladder([pn.load_model(name) for name in pn.available_models().index])
    assert (steps.groupby(["outcome", "tested_on"])["moment"].nunique() > 1).all()
    assert not steps["tested_on"].str.contains("Santa Catarina").any()


# --- published scores -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def scored() -> AnswerReport:
    women = pd.DataFrame(
        {
            "systolic_bp_mmhg": [118.0, np.nan, 172.0],
            "diastolic_bp_mmhg": [70.0, 70.0, 112.0],
            "gestational_age_at_measurement_days": [260, 260, 230],
            "proteinuria": ["negative", "negative", "3+"],
            "parity": [2, 2, 0],
            **dict.fromkeys(("headache", "blurred_vision", "chest_pain", "difficulty_breathing"), False),
            **dict.fromkeys(("vaginal_bleeding", "abdominal_pain"), False),
        },
        index=["calm", "<unmeasured>", "ill"],
    )
    return build_answer_report(pn.load_model("minipiers"), women, title="Ward", people="women")


def test_risks_of_a_published_equation_stand_from_the_highest_down_and_rows_without_one_last(scored: AnswerReport):
    assert [scored.record(row) for row in scored.sorted_rows] == ["ill", "calm", "<unmeasured>"]
    assert scored.answer(1) == ("no answer", "")
    assert scored.reasons(1, 3) == [["needed: systolic blood pressure"]]


def test_one_page_holds_trained_models_and_published_scores(report: AnswerReport, scored: AnswerReport):
    page = answer_page([report, scored])
    tags = Tags()
    tags.feed(page)
    assert tags.open == []
    assert "nan" not in re.sub(r"<style>.*?</style>|<[^>]+>", " ", page, flags=re.S).split()
    assert "&lt;unmeasured&gt;" in page
    for sentence in ("by a model that was developed elsewhere", "as its authors wrote it down", "counted from zero"):
        assert sentence in page


def test_a_score_without_a_risk_shows_no_percentage_and_keeps_the_order_of_the_table():
    women = pd.DataFrame({"systolic_bp_mmhg": [118.0, 172.0], "diastolic_bp_mmhg": [70.0, 112.0], "heart_rate_bpm": 80})
    report = build_answer_report(pn.load_model("cradle_vsa"), women)
    assert report.sorted_rows.tolist() == [0, 1]
    assert report.highest_risk is None
    table = answer_page([report]).partition("<tbody>")[2].partition("</tbody>")[0]
    assert "%" not in table
    assert "green" in table
    assert "%" not in answer_text(report).partition("record ")[2]
