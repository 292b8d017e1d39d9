"""Danger signs: what shows one, what never hides one, and what is reported where none could be assessed."""

from __future__ import annotations

import math
import re
import sys
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.clinical.danger_signs import DANGER_SIGNS, Criterion, DangerSign, Person
from perinatal.errors import DeclarationError, InputError, UnknownLevels
from perinatal.frames import ProblemRule
from perinatal.frames.danger import NOT_LOOKED_FOR, WATCHED, find_record_signs
from perinatal.frames.records import RecordReader
from perinatal.vocabulary import VARIABLES, Category, Flag

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import make_danger_signs  # noqa: E402

CRITERIA = [(sign, criterion) for sign in DANGER_SIGNS.values() for criterion in sign.criteria]
NAMED = [f"{sign.name}-{criterion.when}" for sign, criterion in CRITERIA]
MEASURED = re.compile(r"(\w+) (>=|>|<) ([\d.]+)")
WORD = re.compile(r"(\w+) == '(\w+)'")


def shown(criterion: Criterion) -> dict[str, object]:
    """A record that the criterion is about, and that shows it."""
    if len(criterion.variables) > 1:
        return {"heart_rate_bpm": 170.0, "systolic_bp_mmhg": 100.0}
    (name,) = criterion.variables
    if criterion.when == name:
        return {name: True}
    if word := WORD.fullmatch(criterion.when):
        return {name: word[2]}
    _, comparison, limit = MEASURED.fullmatch(criterion.when).groups()
    return {name: float(limit) + {">=": 0.0, ">": 0.1, "<": -0.1}[comparison]}


def hidden(criterion: Criterion) -> dict[str, object]:
    """A record that the criterion is about, just on the other side of the rule."""
    if len(criterion.variables) > 1:
        return {"heart_rate_bpm": 169.0, "systolic_bp_mmhg": 100.0}
    (name,) = criterion.variables
    if criterion.when == name:
        return {name: False}
    if word := WORD.fullmatch(criterion.when):
        levels = VARIABLES[name].levels
        return {name: levels[levels.index(word[2]) - 1]}
    _, comparison, limit = MEASURED.fullmatch(criterion.when).groups()
    return {name: float(limit) + {">=": -0.1, ">": 0.0, "<": 0.0}[comparison]}


@pytest.mark.parametrize(("sign", "criterion"), CRITERIA, ids=NAMED)
def test_every_criterion_shows_its_sign_on_its_limit(sign: DangerSign, criterion: Criterion):
    signs = pn.danger_signs(shown(criterion))
    assert sign.name in signs.present.iloc[0]
    line = signs.to_frame().set_index("sign").loc[sign.name]
    assert line["label"] == sign.label
    assert line["source"]


@pytest.mark.parametrize(("sign", "criterion"), CRITERIA, ids=NAMED)
def test_beyond_the_limit_the_criterion_does_not_hold_but_was_looked_for(sign: DangerSign, criterion: Criterion):
    signs = pn.danger_signs(hidden(criterion))
    assert criterion not in [entry.criterion for entry in signs.present_signs]
    assert signs.known[sign.name] == 1


@pytest.mark.parametrize(("sign", "criterion"), CRITERIA, ids=NAMED)
def test_an_unknown_value_neither_shows_a_sign_nor_says_that_there_is_none(sign: DangerSign, criterion: Criterion):
    for unknown in (None, np.nan, "unknown"):
        signs = pn.danger_signs(pd.DataFrame([dict.fromkeys(criterion.variables, unknown)]))
        assert signs.present.iloc[0] == ()
        assert sign.name not in signs.known
        assert signs.describe().tolist() == [NOT_LOOKED_FOR]


@pytest.mark.parametrize(("sign", "criterion"), CRITERIA, ids=NAMED)
def test_a_declaration_reads_declared_variables_and_says_rule_people_and_source(sign: DangerSign, criterion: Criterion):
    assert set(criterion.variables) <= set(VARIABLES)
    assert criterion.message
    assert len(criterion.source) > 10
    assert re.search(r"\d{4}|WHO", criterion.source)
    assert sign.people
    assert all(isinstance(person, Person) for person in sign.people)
    assert not sign.label[0].isupper()


@pytest.mark.parametrize("criterion", [c for _, c in CRITERIA], ids=NAMED)
def test_the_words_of_a_rule_name_the_limit_and_the_way_it_is_compared(criterion: Criterion):
    declared = VARIABLES[criterion.variables[0]]
    if word := WORD.fullmatch(criterion.when):
        assert word[2] in criterion.message
    elif measured := MEASURED.fullmatch(criterion.when):
        _, comparison, limit = measured.groups()
        assert limit in criterion.message
        assert {">=": "or more", ">": "above", "<": "below"}[comparison] in criterion.message
        low, high = declared.number.possible
        assert low < float(limit) < high
    elif isinstance(declared.kind, Flag):
        assert criterion.when == declared.name
    else:
        assert criterion.when.endswith(" >= 1.7")
        assert "1.7 times" in criterion.message


def test_a_rule_that_words_do_not_follow_from_needs_a_message():
    with pytest.raises(DeclarationError, match="give it a message"):
        Criterion("convulsions and fever", "WHO 2015")
    assert Criterion("convulsions and fever", "WHO 2015", "both").message == "both"


def test_a_slip_in_a_rule_is_named_where_it_is_declared():
    with pytest.raises(DeclarationError, match="'systolic_bp' is not declared"):
        Criterion("systolic_bp >= 160", "WHO 2015")
    with pytest.raises(DeclarationError, match="a number where a condition is expected"):
        Criterion("systolic_bp_mmhg", "WHO 2015")


@pytest.mark.parametrize(
    ("systolic", "diastolic", "severe"),
    [(159, 109, False), (160, 80, True), (120, 110, True), (159.9, 109.9, False), (None, 110, True), (160, None, True)],
)
def test_hypertension_is_severe_from_160_or_from_110(systolic, diastolic, severe):
    signs = pn.danger_signs({"systolic_bp_mmhg": systolic, "diastolic_bp_mmhg": diastolic})
    assert ("severe_hypertension" in signs.present.iloc[0]) is severe


@pytest.mark.parametrize(("rate", "pressure", "shock"), [(153, 90, True), (152, 90, False), (140, 80, True)])
def test_the_red_light_of_cradle_is_a_shock_index_of_1_7(rate, pressure, shock):
    signs = pn.danger_signs({"heart_rate_bpm": rate, "systolic_bp_mmhg": pressure})
    assert ("shock" in signs.present.iloc[0]) is shock


@pytest.mark.parametrize(
    ("celsius", "rule"),
    [(37.5, None), (37.6, "above 37.5"), (37.9, "above 37.5"), (38.0, "38.0 °C or more"), (39.0, "38.0 °C or more")],
)
def test_a_newborns_fever_is_reported_with_the_limit_of_its_own_programme(celsius, rule):
    frame = pn.danger_signs({"newborn_temperature_c": celsius}).to_frame()
    assert len(frame) == (rule is not None)
    if rule:
        assert rule in frame["rule"].iloc[0]


def test_a_limit_holds_in_another_unit_to_the_last_digit():
    fahrenheit = pd.DataFrame({"body_temperature_c": [100.3, 100.4]})
    signs = pn.danger_signs(fahrenheit, units={"body_temperature_c": "degF"})
    assert signs.present.tolist() == [(), ("fever",)]
    assert pn.danger_signs({"Hb": 69}, columns={"Hb": pn.Column("haemoglobin_g_dl", unit="g/L")}).rows.tolist() == [0]
    assert pn.danger_signs({"Hb": 70}, columns={"Hb": pn.Column("haemoglobin_g_dl", unit="g/L")}).rows.tolist() == []


def test_the_callers_index_and_order_come_back_even_where_labels_repeat():
    table = pd.DataFrame({"convulsions": [True, False, None, True]}, index=["z", "a", "a", "z"])
    signs = pn.danger_signs(table)
    assert signs.present.index.tolist() == ["z", "a", "a", "z"]
    assert signs.present.tolist() == [("convulsions",), (), (), ("convulsions",)]
    assert signs.to_frame().index.tolist() == ["z", "z"]
    assert signs.describe().tolist() == ["convulsions", "none of 1 looked for", NOT_LOOKED_FOR, "convulsions"]


def test_the_most_urgent_sign_of_a_row_comes_first_and_each_comes_once():
    record = {"fever": True, "body_temperature_c": 39.0, "unconscious": True, "systolic_bp_mmhg": 190.0}
    signs = pn.danger_signs(record)
    assert signs.present.iloc[0] == ("unconscious", "severe_hypertension", "fever")
    assert len(signs.to_frame()) == 3


def test_a_sign_is_found_by_any_of_its_columns():
    table = pd.DataFrame({"fever": [False, None, None], "body_temperature_c": [38.2, 38.2, 37.0]})
    signs = pn.danger_signs(table)
    assert signs.present.tolist() == [("fever",), ("fever",), ()]
    assert signs.known == {"fever": 3}


def test_by_sign_lists_which_columns_of_every_sign_the_table_has_and_lacks():
    table = pn.danger_signs(pd.DataFrame({"systolic_bp_mmhg": [170.0, None, 120.0]})).by_sign
    assert table.index.tolist() == list(DANGER_SIGNS)
    assert table.loc["severe_hypertension", ["columns", "absent", "looked_for", "rows"]].tolist() == [
        "systolic_bp_mmhg",
        "diastolic_bp_mmhg",
        2,
        1,
    ]
    assert table.loc["convulsions", ["columns", "looked_for"]].tolist() == ["", 0]
    assert table.loc["shock", "looked_for"] == 0  # no pulse


def test_counts_add_up_to_the_lines_of_the_long_table():
    births = pn.load_sample("sari_admissions")
    signs = pn.danger_signs(births)
    assert signs.counts.to_dict() == signs.to_frame()["sign"].value_counts().to_dict()
    assert len(signs.rows) == signs.to_frame().index.nunique() == (signs.present.str.len() > 0).sum()


def test_a_table_without_such_columns_says_that_nothing_could_be_looked_for():
    signs = pn.danger_signs(pd.DataFrame({"parity": [1, 2]}))
    assert signs.describe().tolist() == [NOT_LOOKED_FOR] * 2
    assert "No danger sign could be looked for in 2 rows" in repr(signs)
    assert signs.counts.empty
    assert signs.present.tolist() == [(), ()]


@pytest.mark.parametrize("table", [pd.DataFrame(), pd.DataFrame({"convulsions": []}), [], {}])
def test_an_empty_table_has_no_signs_and_is_no_error(table):
    signs = pn.danger_signs(table)
    assert len(signs.rows) == 0
    assert len(signs.to_frame()) == 0
    assert len(signs.describe()) == len(signs)


def test_unknown_words_in_a_column_about_a_sign_are_refused_without_repeating_them():
    with pytest.raises(UnknownLevels, match="convulsions: 1 of 2 rows") as refused:
        pn.danger_signs(pd.DataFrame({"convulsions": ["yes", "Maria Silva"]}))
    assert "Maria" not in str(refused.value)


def test_impossible_values_are_reported_and_show_nothing():
    signs = pn.danger_signs(pd.DataFrame({"systolic_bp_mmhg": [1640.0, 165.0]}))
    assert signs.present.tolist() == [(), ("severe_hypertension",)]
    assert [p.rule for p in signs.problems] == [ProblemRule.IMPOSSIBLE]


def test_a_heading_that_seems_to_be_about_a_sign_is_reported_until_it_is_ignored():
    table = pd.DataFrame({"SBP": [170.0], "remarks": ["x"]})
    (problem,) = pn.danger_signs(table).problems
    assert "Is it 'systolic_bp_mmhg'?" in problem.message
    assert pn.danger_signs(table, columns=pn.ColumnMap({}, ignore=["SBP"])).problems == ()
    assert pn.danger_signs(table, columns={"SBP": "systolic_bp_mmhg"}).rows.tolist() == [0]


def test_a_conformed_table_gives_the_same_and_takes_no_map():
    births = pn.load_sample("sari_admissions")
    conformed = pn.conform(births)
    pd.testing.assert_series_equal(pn.danger_signs(conformed).present, pn.danger_signs(births).present)
    with pytest.raises(InputError, match="canonical already"):
        pn.danger_signs(conformed, columns={"a": "fever"})


def test_an_input_that_the_table_lacks_is_not_counted_as_looked_for():
    model = pn.load_model("infant_death-birth")
    without = pn.load_sample("births").drop(columns="eclampsia")
    for table in (without, pn.conform(without, needed=model.inputs)):
        assert "convulsions" not in model.predict(table).danger_signs.known


def test_the_callers_table_is_not_changed():
    table = pd.DataFrame({"convulsions": ["Yes", "no"], "SBP": [1.0, 2.0]})
    before = table.copy(deep=True)
    pn.danger_signs(table, columns={"SBP": "systolic_bp_mmhg"})
    pd.testing.assert_frame_equal(table, before)


def test_one_row_is_what_it_is_in_a_batch():
    rng = np.random.default_rng(0)
    rows = 200
    table = pd.DataFrame(
        {
            name: rng.choice([0.0, 1.0, np.nan], rows)
            if isinstance(VARIABLES[name].kind, Flag)
            else pd.Categorical(rng.choice(VARIABLES[name].kind.levels, rows))
            if isinstance(VARIABLES[name].kind, Category)
            else rng.uniform(*VARIABLES[name].kind.plausible, rows)
            for name in sorted(WATCHED)
        }
    )
    whole = pn.danger_signs(table)
    assert set(whole.known) == set(DANGER_SIGNS)
    for row in range(0, rows, 17):
        alone = pn.danger_signs(table.iloc[[row]])
        assert alone.present.iloc[0] == whole.present.iloc[row]
        assert alone.describe()[0] == whole.describe()[row]


@pytest.mark.parametrize("value", [True, False, None, 165, 165.0, 1640.0, "yes", np.nan, math.inf])
@pytest.mark.parametrize("name", ["convulsions", "systolic_bp_mmhg", "alertness", "SBP"])
def test_the_short_way_of_one_record_gives_what_the_long_way_gives_or_leaves_it(name, value):
    record = {name: value, "parity": 1}
    values = RecordReader(WATCHED).read(record)
    if values is None:
        return
    short = find_record_signs(values)
    long = pn.danger_signs(record)
    assert long.problems == ()
    assert short.describe().tolist() == long.describe().tolist()
    assert short.by_sign.equals(long.by_sign)


def test_two_threads_ask_at_once():
    births, texts = pn.load_sample("sari_admissions"), []

    def ask() -> None:
        texts.append(pn.danger_signs(births).describe().tolist())

    threads = [threading.Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts[0] == texts[1]


@pytest.mark.parametrize("name", ["who_danger_signs_anc", "who_danger_signs_pnc_mother"])
def test_every_sign_of_the_published_lists_is_a_danger_sign(name):
    model = pn.load_model(name)
    clear = dict.fromkeys(model.inputs, False)
    assert pn.danger_signs(clear).rows.tolist() == []
    nothing = model.predict(clear).category.iloc[0]
    for input_name in model.inputs:
        record = {**clear, input_name: True}
        assert model.predict(record).category.iloc[0] != nothing
        assert input_name in pn.danger_signs(record).columns
        assert len(pn.danger_signs(record).rows) == 1


@pytest.mark.parametrize(
    ("name", "clear", "other"),
    [
        ("who_psbi", {"no_psbi_sign"}, set()),
        ("cradle_vsa", {"green", "yellow_up", "yellow_down"}, set()),
        ("hdp_classification", {"no_hypertension", "hypertension"}, set()),
        ("who_anaemia_2024", {"none", "mild", "moderate"}, set()),
    ],
)
def test_worked_examples_of_published_rules_show_a_sign_exactly_where_the_rule_is_at_its_worst(name, clear, other):
    score = pn.load_model(name).score
    seen = 0
    for vector in score.vectors:
        category = vector.expected.get("category")
        if category is None or not isinstance(category, str):
            continue
        seen += 1
        assert (len(pn.danger_signs(dict(vector.inputs)).rows) == 0) is (category in clear | other), vector.inputs
    assert seen


def test_html_escapes_the_callers_labels():
    signs = pn.danger_signs(pd.DataFrame({"convulsions": [1]}, index=["<script>"]))
    assert "<script>" not in signs._repr_html_()


def test_the_document_is_what_the_declarations_say():
    assert make_danger_signs.DOCUMENT.read_text(encoding="utf-8") == make_danger_signs.build_document()


def test_the_documents_example_gives_what_it_shows(capsys):
    code = re.search(r"```python\n(.*?)```", make_danger_signs.build_document(), re.DOTALL)
    output = re.search(r"```text\n(.*?)```", make_danger_signs.build_document(), re.DOTALL)
    exec(code.group(1), {})  # noqa: S102 (our own document)
    assert capsys.readouterr().out == output.group(1)
