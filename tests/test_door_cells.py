"""What the cells of ordinary tables hold: each is a value, unknown by a declared rule, or counted; never half read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import InputError, UnknownLevels
from perinatal.frames import ProblemRule
from perinatal.frames.readers import normalise_word
from perinatal.frames.word_list import FLAG_WORDS, LEVEL_WORDS
from test_door import KINDS, VERBS, births, score

OUTCOME_VERBS = [
    "conform",
    "validate",
    "compare",
    "fit",
    "audit",
    "adopt",
    "monitor",
    "summarise",
    "train_federated",
]


def with_days_as_the_outcome() -> pd.DataFrame:
    """Days in the unit where the flag should be: 0, 1, 2, ..."""
    days = np.random.default_rng(0).geometric(0.15, 600)
    admitted = births()["nicu_admission"].fillna(False).astype(bool)
    return births().assign(nicu_admission=np.where(admitted, days, 0))


@pytest.mark.parametrize("verb", OUTCOME_VERBS)
def test_an_outcome_that_holds_a_count_is_refused_by_every_verb_that_reads_it(verb):
    with pytest.raises(UnknownLevels, match=r"nicu_admission.*the column holds 0, 1, 2, 3.*Is it a count"):
        VERBS[verb](with_days_as_the_outcome())


@pytest.mark.parametrize("verb", VERBS)
def test_a_flag_that_holds_another_number_is_refused_by_every_verb(verb):
    sign = np.where(np.arange(600) % 7 == 0, 2, 1)
    with pytest.raises(UnknownLevels, match=r"convulsions.*the column holds 1, 2\..*words="):
        VERBS[verb](births().assign(convulsions=sign))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("conformed", "cohort")])
def test_a_flag_that_holds_another_number_is_refused_in_every_kind_of_table(kind):
    table = births().assign(convulsions=np.where(np.arange(600) % 7 == 0, 2, 1))
    with pytest.raises(UnknownLevels, match="the column holds 1, 2"):
        score().predict(KINDS[kind](table))


@pytest.mark.parametrize("value", [2, 2.0, "2", 0.5, 3])
def test_a_record_and_a_table_refuse_the_same_number_in_a_flag(value):
    model = pn.load_model("preterm_birth-booking")
    record = {"maternal_age_years": 24, "plurality": 1, "body_mass_index_kg_m2": 24, "previous_preterm_birth": value}
    for table in (record, [record], pd.DataFrame([record])):
        with pytest.raises(UnknownLevels, match="previous_preterm_birth"):
            model.predict(table)
        with pytest.raises(UnknownLevels, match="previous_preterm_birth"):
            model.explain(table)


def test_codes_of_a_flag_are_read_as_the_map_states():
    table = pd.DataFrame({"previous_preterm_birth": [1, 2, 9, 1]})
    read = pn.conform(
        table, columns={"previous_preterm_birth": pn.Column("previous_preterm_birth", words={1: False, 2: True})}
    )
    assert read.frame["previous_preterm_birth"].tolist() == [False, True, pd.NA, False]


def test_the_refusal_shows_large_numbers_only_where_five_rows_share_them():
    days = [0, 1] * 20 + [140] * 5 + [317]
    with pytest.raises(UnknownLevels) as refusal:
        pn.conform(pd.DataFrame({"nicu_admission": days}))
    assert "holds 0, 1, 140." in str(refusal.value)


def test_the_refusal_shows_shared_words_and_no_names():
    words = ["Operative"] * 5 + ["Fatima Bibi"]
    with pytest.raises(UnknownLevels) as refusal:
        pn.conform(pd.DataFrame({"mode_of_birth": words}))
    assert "They hold 'operative'" in str(refusal.value)
    assert "atima" not in str(refusal.value)
    names = [f"Person {n}" for n in range(40)] * 5
    with pytest.raises(UnknownLevels) as refusal:
        pn.conform(pd.DataFrame({"mode_of_birth": names}))
    assert "erson" not in str(refusal.value)


def read(name: str, cells: object, **stated: object) -> list[float]:
    """A column as it is read, each cell alone as well as together."""
    return pn.conform(pd.DataFrame({name: pd.Series(cells, dtype=object)}), **stated).frame[name].tolist()


READ = [
    ("birth_weight_g", "۳۲۰۰", 3200),
    ("birth_weight_g", "٣٢٠٠", 3200),
    ("birth_weight_g", "३२००", 3200),
    ("birth_weight_g", "\u200f3200\u200e", 3200),
    ("birth_weight_g", "\ufeff3200", 3200),
    ("birth_weight_g", "32\u200b00", 3200),
    ("birth_weight_g", "3\u00a0200", 3200),
    ("birth_weight_g", "3,200", 3200),
    ("birth_weight_g", "3200g", 3200),
    ("birth_weight_g", "3200 gms", 3200),
    ("birth_weight_g", "1.45kg", 1450),
    ("birth_weight_g", "1.45 Kg.", 1450),
    ("birth_weight_g", "۳٫۲ kg", 3200),
    ("maternal_age_years", "25 yrs", 25),
    ("maternal_age_years", "25 años", 25),
    ("maternal_age_years", '="25"', 25),
    ("maternal_age_years", "'25", 25),
    ("apgar_5min", "8/10", 8),
    ("apgar_5min", "10/10", 10),
    ("gestational_age_at_birth_days", "40w", 280),
    ("gestational_age_at_birth_days", "40 weeks", 280),
    ("gestational_age_at_birth_days", "30 wks", 210),
    ("gestational_age_at_birth_days", "280 d", 280),
    ("gestational_age_at_birth_days", "38w4d", 270),
    ("gestational_age_at_birth_days", "۳۸+۴", 270),
    ("maternal_height_cm", "5'11\"", 71 * 2.54),
    ("maternal_height_cm", "5’4”", 64 * 2.54),
    ("maternal_height_cm", "5 ft 4 in", 64 * 2.54),
    ("newborn_temperature_c", "97.7 °F", 36.5),
]


@pytest.mark.parametrize(("name", "cell", "value"), READ, ids=[f"{name} {cell!r}" for name, cell, _ in READ])
def test_a_number_is_read_however_it_is_unambiguously_written_and_that_is_counted(name, cell, value):
    for table in ({name: cell}, pd.DataFrame({name: [cell] * 40}), pd.DataFrame({name: pd.Categorical([cell])})):
        conformed = pn.conform(table)
        assert conformed.frame[name].tolist() == pytest.approx([value] * len(conformed.frame))
        assert conformed.problems[0].count == len(conformed.frame)
        assert conformed.problems[0].rule in (ProblemRule.CONVERTED, ProblemRule.SPELLING)


def test_a_unit_in_the_cell_comes_before_the_one_that_is_stated():
    assert read("birth_weight_g", ["3.2", "3200 g", "3.2 kg"], units={"birth_weight_g": "kg"}) == [3200, 3200, 3200]


def test_whole_weeks_among_weeks_and_days_are_read():
    stated = {"units": {"gestational_age_at_birth_days": "weeks+days"}}
    assert read("gestational_age_at_birth_days", ["38+4", "40", "39+2"], **stated) == [270, 280, 275]
    assert read("gestational_age_at_birth_days", ["38+4", 40, 40.0], **stated) == [270, 280, 280]


def test_thousands_are_read_only_where_the_whole_column_is_written_so():
    assert read("birth_weight_g", ["3,200", "950", "2,900"]) == [3200, 950, 2900]
    assert np.isnan(read("birth_weight_g", ["3,200", "3,25"])).all()
    assert read("platelet_count_10e9_l", ["150,000", "90,000"], units={"platelet_count_10e9_l": "/uL"}) == [150, 90]
    assert read("platelet_count_10e9_l", ["1,50,000"], units={"platelet_count_10e9_l": "/uL"}) == [150]


def test_a_comma_that_may_be_either_mark_is_left_unknown_with_the_way_out():
    conformed = pn.conform({"birth_weight_g": "3,200"}, units={"birth_weight_g": "kg"})
    assert conformed.frame["birth_weight_g"].isna().all()
    assert "decimal=','" in conformed.problems[0].message


def test_a_bound_is_unknown_and_said():
    conformed = pn.conform(pd.DataFrame({"birth_weight_g": ["<1500", "3200"]}))
    assert np.isnan(conformed.frame["birth_weight_g"][0])
    assert "1 such as <1500" in conformed.problems[0].message


def test_decimal_weeks_are_said_once():
    conformed = pn.conform(
        pd.DataFrame({"gestational_age_at_birth_days": [38.6, 30.4]}),
        units={"gestational_age_at_birth_days": "weeks"},
    )
    assert conformed.frame["gestational_age_at_birth_days"].tolist() == [270, 212]
    assert sum("decimal weeks" in str(problem) for problem in conformed.problems) == 1


def test_the_usual_abbreviation_of_grams_is_a_unit():
    for unit in ("gms", "Gms", "gm", "\u200fg"):
        assert read("birth_weight_g", [3200.0], units={"birth_weight_g": unit}) == [3200]


WORDS = [
    (
        "mode_of_birth",
        "caesarean",
        ["Cesarean", "C-section", "LSCS", "Césarienne", "Cesárea", "cesariana", "c\u200e/s"],
    ),
    ("mode_of_birth", "spontaneous", ["SVD", "NVD", "Spontaneous vaginal delivery"]),
    ("mode_of_birth", "vacuum", ["Ventouse"]),
    ("newborn_sex", "male", ["M", "Boy", "Menino", "larka", "لڑکا"]),
    ("newborn_sex", "female", ["F", "girl", "Niña", "fille", "لڑکی"]),
    ("convulsions", True, ["Present", "Positive", "+", "✓", "oui", "Sim", "Sí", "haan", "ہاں", "\u200fYes"]),
    ("convulsions", False, ["Absent", "Negative", "non", "Não", "Na\u0303o", "nahin", "نہیں", "٠"]),
    ("proteinuria", "2+", ["++", "+2"]),
]


@pytest.mark.parametrize(("name", "meaning", "words"), WORDS, ids=[f"{name} {meaning}" for name, meaning, _ in WORDS])
def test_words_that_mean_one_thing_are_read(name, meaning, words):
    for word in words:
        assert read(name, [word]) == [meaning], word
    assert read(name, words) == [meaning] * len(words)


def test_the_word_list_says_one_thing_of_each_word_and_only_what_is_declared():
    for name, entries in {"convulsions": FLAG_WORDS, **LEVEL_WORDS}.items():
        meanings: dict[str, object] = {}
        allowed = (True, False) if entries is FLAG_WORDS else pn.VARIABLES[name].kind.levels
        for entry in entries:
            assert entry.meaning in allowed
            for word in entry.words:
                assert normalise_word(word) == word
                assert meanings.setdefault(word, entry.meaning) == entry.meaning


@pytest.mark.parametrize("word", ["Vaginal", "Normal", "Operative", "X"])
def test_a_word_that_may_mean_several_things_is_refused(word):
    with pytest.raises(UnknownLevels):
        pn.conform({"mode_of_birth": word})


def test_a_map_comes_before_the_word_list():
    stated = {"columns": {"newborn_sex": pn.Column("newborn_sex", words={"M": "female", "F": "male"})}}
    assert read("newborn_sex", ["M", "F"], **stated) == ["female", "male"]


def test_a_blank_cell_is_what_the_map_states_and_a_word_for_unknown_stays_unknown():
    columns = {"convulsions": pn.Column("convulsions", blank=False)}
    conformed = pn.conform(pd.DataFrame({"convulsions": ["Yes", "", None, " ", "unknown"]}), columns=columns)
    assert conformed.frame["convulsions"].tolist() == [True, False, False, False, pd.NA]
    assert conformed.frame["convulsions"].dtype == "boolean"
    assert [(problem.count, str(problem)) for problem in conformed.problems if "blank" in str(problem)] == [
        (3, "convulsions: 3 of 5 rows blank; read as False, as blank= states")
    ]
    ticked = pn.conform(pd.DataFrame({"convulsions": [1.0, np.nan]}), columns=columns)
    assert ticked.frame["convulsions"].tolist() == [True, False]


def test_words_do_not_say_what_a_blank_cell_means():
    with pytest.raises(InputError, match="blank=False"):
        pn.Column("convulsions", words={"Yes": True, "": False})


def test_others_become_unknown_where_the_map_states_it():
    columns = {"mode_of_birth": pn.Column("mode_of_birth", others="unknown")}
    conformed = pn.conform(pd.DataFrame({"mode_of_birth": ["SVD", 7, "LSCS"]}), columns=columns)
    assert conformed.frame["mode_of_birth"].isna().tolist() == [False, True, False]
    assert "1 of 3 rows hold something that is not among its levels (7)" in str(conformed.problems[0])


def test_a_declared_decimal_mark_is_read():
    columns = {"Hb": pn.Column("haemoglobin_g_dl", decimal=",")}
    conformed = pn.conform(pd.DataFrame({"Hb": ["11,2", "9", "9,5 g/dL"]}), columns=columns)
    assert conformed.frame["haemoglobin_g_dl"].tolist() == [11.2, 9, 9.5]
    weights = {"W": pn.Column("birth_weight_g", decimal=",")}
    assert pn.conform(pd.DataFrame({"W": ["3.200", "950,5"]}), columns=weights).frame["birth_weight_g"].tolist() == [
        3200,
        950.5,
    ]


@pytest.mark.parametrize(
    "stated", [{"decimal": ";"}, {"blank": False}, {"others": "unknown"}, {"decimal": ",", "blank": 0.0}]
)
def test_what_does_not_fit_a_number_is_refused_in_its_column(stated):
    with pytest.raises(InputError):
        pn.Column("birth_weight_g", **stated)


def test_a_map_with_marks_is_written_and_read():
    columns = pn.ColumnMap(
        {
            "Hb": pn.Column("haemoglobin_g_dl", decimal=","),
            "fits": pn.Column("convulsions", blank=False, others="unknown"),
        }
    )
    assert pn.ColumnMap.from_json(columns.to_json()) == columns


def test_feet_with_a_fraction_are_feet_and_inches_or_unknown_and_never_decimal_in_silence():
    stated = {"units": {"maternal_height_cm": "ft"}}
    assert read("maternal_height_cm", [5.11], **stated) == pytest.approx([71 * 2.54])
    assert read("maternal_height_cm", [5.11, 5.4, 5], **stated) == pytest.approx([71 * 2.54, 64 * 2.54, 60 * 2.54])
    assert read("maternal_height_cm", [5.25, 5.5], **stated) == pytest.approx([63 * 2.54, 66 * 2.54])
    doubtful = pn.conform({"maternal_height_cm": 5.6}, **stated)
    assert doubtful.frame["maternal_height_cm"].isna().all()
    assert "5.6 may be 5 feet 6 inches or 5.6 feet" in str(doubtful.problems[0])


def test_a_unit_is_advised_only_where_the_bulk_of_the_column_is_in_it():
    few = str(pn.conform(pd.DataFrame({"birth_weight_g": [3200.0] * 90 + [3.2] * 8})).problems[0])
    assert "look like kg" in few
    assert "state the unit" not in few
    assert "state the unit" in str(pn.conform(pd.DataFrame({"birth_weight_g": [3.2] * 8})).problems[0])


def test_an_everyday_temperature_in_fahrenheit_is_no_code_for_unknown():
    (problem,) = pn.conform({"body_temperature_c": 99.0}).problems
    assert problem.rule is ProblemRule.SUSPICIOUS_UNIT
    assert "look like degF" in problem.message
