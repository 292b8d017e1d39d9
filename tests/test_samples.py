from __future__ import annotations

import csv
import json
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pandas as pd
import pytest

from perinatal import _shipped
from perinatal._shipped import shipped_directory
from perinatal.errors import PerinatalError, UnknownName
from perinatal.frames import ColumnMap, ProblemRule, conform
from perinatal.samples import load_sample, load_sample_map
from perinatal.vocabulary import OUTCOMES, VARIABLES, Category, Flag, Moment, evaluate_condition
from perinatal.vocabulary.variables import SARI_ADMISSIONS

ROOT = Path(__file__).resolve().parent.parent
SCRIPT = ROOT / "scripts" / "make_sample.py"
SAMPLE_FILES = (
    "README.md",
    "births.csv",
    "hospital_births.csv",
    "messy_clinic.columns.json",
    "messy_clinic.csv",
    "sari_admissions.csv",
)
CANONICAL = {"births": 240, "sari_admissions": 120, "hospital_births": 2400}

BIRTH_INPUTS = [
    "maternal_age_years", "paternal_age_years", "maternal_education", "married",
    "cigarettes_per_day_before_pregnancy", "cigarettes_per_day_first_trimester",
    "cigarettes_per_day_second_trimester", "cigarettes_per_day_third_trimester", "body_mass_index_kg_m2",
    "maternal_height_cm", "pre_pregnancy_weight_kg", "parity", "gravidity", "previous_caesarean_sections",
    "previous_preterm_birth", "previous_poor_outcome", "chronic_hypertension", "pre_gestational_diabetes",
    "plurality", "first_antenatal_visit_month", "antenatal_contacts", "gestational_weight_gain_kg",
    "gestational_diabetes", "hypertensive_disorder_of_pregnancy", "eclampsia", "cervical_cerclage",
    "tocolysis", "prolonged_rupture_of_membranes", "labour_induced", "labour_augmented",
    "antenatal_steroids", "antibiotics_in_labour", "chorioamnionitis", "meconium_stained_fluid",
    "fetal_intolerance_of_labour", "anaesthesia_in_labour", "external_version_succeeded",
    "external_version_failed", "place_of_birth", "fetal_presentation", "precipitous_labour",
    "prolonged_labour", "mode_of_birth", "birth_attendant", "birth_weight_g",
    "gestational_age_at_birth_days", "newborn_sex", "apgar_5min", "anencephaly", "spina_bifida",
    "cyanotic_heart_disease", "diaphragmatic_hernia", "omphalocele", "gastroschisis",
    "limb_reduction_defect", "cleft_lip", "cleft_palate", "down_syndrome", "chromosomal_disorder",
    "hypospadias", "systolic_bp_mmhg", "diastolic_bp_mmhg", "haemoglobin_g_dl",
]  # fmt: skip
ADMISSION_INPUTS = ["maternal_age_years", "maternal_education", "residence_zone"] + [v.name for v in SARI_ADMISSIONS]


@pytest.fixture(scope="module")
def written_again(tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("sample")
    subprocess.run([sys.executable, "-B", SCRIPT, "--out", out], check=True)
    return out


@pytest.fixture(scope="module")
def clinic():
    return conform(load_sample("messy_clinic"), columns=load_sample_map("messy_clinic"))


@pytest.fixture(scope="module")
def mistakes():
    sys.path.insert(0, str(SCRIPT.parent))
    try:
        return import_module("made_up.clinic").MISTAKES
    finally:
        sys.path.remove(str(SCRIPT.parent))


def rows_of(conformed, variable: str, rule: ProblemRule) -> list[int]:
    """The rows of one finding, counted from 1 as the sample's README counts them."""
    return [
        int(position) + 1
        for problem in conformed.problems
        if problem.variable == variable and problem.rule is rule
        for position in problem.positions
    ]


# --- the files ---


@pytest.mark.parametrize("name", SAMPLE_FILES)
def test_the_script_writes_the_committed_file_byte_for_byte(name, written_again):
    assert (written_again / name).read_bytes() == (ROOT / "data" / "sample" / name).read_bytes()


def test_the_script_writes_nothing_else_and_nothing_else_is_shipped(written_again):
    assert sorted(file.name for file in written_again.iterdir()) == sorted(SAMPLE_FILES)
    committed = (file.name for file in (ROOT / "data" / "sample").iterdir() if file.name != ".gitkeep")
    assert sorted(committed) == sorted(SAMPLE_FILES)


@pytest.mark.parametrize("name", SAMPLE_FILES)
def test_a_sample_file_is_small(name):
    assert (shipped_directory("sample") / name).stat().st_size < 250_000


def test_the_readme_of_the_sample_says_that_it_is_made_up_and_names_every_file():
    readme = (shipped_directory("sample") / "README.md").read_text(encoding="utf-8")
    assert "Made up; no real person" in readme
    assert all(f"`{name}`" in readme for name in SAMPLE_FILES if name != "README.md")


# --- loading ---


@pytest.mark.parametrize(("name", "rows"), CANONICAL.items())
def test_a_canonical_sample_has_its_rows_under_distinct_records(name, rows):
    sample = load_sample(name)
    assert sample.index.name == "record"
    assert len(sample) == rows
    assert sample.index.is_unique


@pytest.mark.parametrize("name", CANONICAL)
def test_a_canonical_sample_has_no_column_outside_the_vocabulary(name):
    assert [heading for heading in load_sample(name).columns if heading not in VARIABLES] == []


@pytest.mark.parametrize("variable", BIRTH_INPUTS)
def test_the_births_hold_every_input_of_the_birth_and_booking_models(variable):
    assert load_sample("births")[variable].notna().any()


@pytest.mark.parametrize("variable", ADMISSION_INPUTS)
def test_the_admissions_hold_every_input_of_the_admission_models(variable):
    assert load_sample("sari_admissions")[variable].notna().any()


@pytest.mark.parametrize("name", CANONICAL)
def test_a_canonical_sample_comes_with_canonical_dtypes_and_loses_nothing(name):
    sample = load_sample(name)
    with (shipped_directory("sample") / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        written = list(csv.DictReader(file))
    for heading in sample.columns:
        kind = VARIABLES[heading].kind
        if isinstance(kind, Category):
            assert sample[heading].dtype == kind.dtype
        elif isinstance(kind, Flag):
            assert sample[heading].dtype == "boolean"
        elif VARIABLES[heading].is_numeric:
            assert sample[heading].dtype == "float64"
        assert sample[heading].notna().tolist() == [row[heading] != "" for row in written]


def test_every_flag_in_the_files_is_true_false_or_blank():
    for name in CANONICAL:
        raw = pd.read_csv(shipped_directory("sample") / f"{name}.csv", dtype=str, keep_default_na=False)
        flags = [h for h in raw.columns if h in VARIABLES and isinstance(VARIABLES[h].kind, Flag)]
        assert set(raw[flags].to_numpy().ravel()) == {"True", "False", ""}


@pytest.mark.parametrize("name", ["birth", "", "../models", "births.csv", "Births"])
def test_a_sample_that_there_is_not_is_refused_with_those_there_are(name):
    with pytest.raises(UnknownName, match="Expected one of: births, sari_admissions, hospital_births, messy_clinic"):
        load_sample(name)
    with pytest.raises(UnknownName, match="Expected one of: messy_clinic"):
        load_sample_map(name)


def test_a_near_miss_is_answered_with_the_name_that_was_probably_meant():
    with pytest.raises(UnknownName, match="Did you mean 'births'"):
        load_sample("birhts")


@pytest.mark.parametrize("name", CANONICAL)
def test_a_canonical_sample_needs_no_column_map(name):
    with pytest.raises(UnknownName, match="canonical names already"):
        load_sample_map(name)


def test_two_loads_share_nothing():
    first = load_sample("births")
    first.loc[:, "birth_weight_g"] = 0.0
    assert (load_sample("births")["birth_weight_g"] > 0).all()


# --- where the files are ---


def test_an_installed_wheel_is_looked_into_before_the_checkout(monkeypatch, tmp_path):
    package = tmp_path / "src" / "perinatal"
    for folder in (tmp_path / "data" / "sample", tmp_path / "models", package):
        folder.mkdir(parents=True)
    monkeypatch.setattr(_shipped, "_PACKAGE", package)
    assert shipped_directory("sample") == tmp_path / "data" / "sample"
    assert shipped_directory("models") == tmp_path / "models"
    (package / "_shipped" / "sample").mkdir(parents=True)
    assert shipped_directory("sample") == package / "_shipped" / "sample"
    assert shipped_directory("models") == tmp_path / "models"


@pytest.mark.parametrize("kind", ["models", "sample"])
def test_an_installation_without_its_files_says_what_to_do(kind, monkeypatch, tmp_path):
    monkeypatch.setattr(_shipped, "_PACKAGE", tmp_path / "site-packages" / "perinatal")
    (tmp_path / "data" / "sample").mkdir(parents=True)  # of somebody else: it is not beside a src folder
    (tmp_path / "models").mkdir()
    with pytest.raises(PerinatalError, match=f"shipped {kind} folder is missing.*Install perinatal again"):
        shipped_directory(kind)


# --- the stories ---


def test_the_births_hold_newborns_of_high_risk():
    births = load_sample("births")
    assert (births["gestational_age_at_birth_days"] < 28 * 7).sum() >= 2
    assert (births["apgar_5min"] < 7).sum() >= 5
    assert births["gastroschisis"].any()
    assert births["diaphragmatic_hernia"].any()
    assert births["eclampsia"].any()
    assert set(births["plurality"].dropna()) == {1, 2, 3}
    assert births["no_antenatal_care"].any()


def test_most_births_are_of_usual_length_and_weight():
    births = load_sample("births")
    assert 0.05 < evaluate_condition(OUTCOMES["preterm_birth"].derive, births).mean() < 0.20
    assert 0.05 < evaluate_condition(OUTCOMES["low_birth_weight"].derive, births).mean() < 0.20


def test_newborns_of_one_delivery_share_what_is_known_of_the_mother():
    births = load_sample("births")
    per_delivery = births.groupby("delivery_id")
    assert (per_delivery.size() == per_delivery["plurality"].first()).all()
    maternal_columns = [name for name in births.columns if VARIABLES[name].known_at in (Moment.BOOKING, Moment.LABOUR)]
    assert (per_delivery[maternal_columns].nunique(dropna=False) == 1).all(axis=None)


@pytest.mark.parametrize(
    ("fact", "excluded"),
    [
        ("precipitous_labour", "prolonged_labour"),
        ("gestational_diabetes", "pre_gestational_diabetes"),
        ("external_version_succeeded", "external_version_failed"),
    ],
)
def test_no_birth_tells_two_things_that_exclude_each_other(fact, excluded):
    births = load_sample("births")
    assert not (births[fact] & births[excluded]).any()


def test_every_story_is_one_that_can_happen():
    births = load_sample("births")
    elsewhere = births["place_of_birth"] != "hospital"
    hospital_care = births["labour_induced"] | births["labour_augmented"] | births["anaesthesia_in_labour"]
    assert not (elsewhere & (hospital_care | (births["mode_of_birth"] == "caesarean"))).any()
    assert births.loc[births["eclampsia"].fillna(False), "hypertensive_disorder_of_pregnancy"].all()
    assert (births.loc[births["hypospadias"].fillna(False), "newborn_sex"] == "male").all()
    uncared = births.loc[births["no_antenatal_care"].fillna(False)]
    assert (uncared["antenatal_contacts"] == 0).all()
    assert uncared["first_antenatal_visit_month"].isna().all()


def test_heavier_and_stronger_newborns_come_from_longer_pregnancies():
    births = load_sample("births")
    days = births["gestational_age_at_birth_days"]
    assert days.corr(births["birth_weight_g"]) > 0.6
    assert days.corr(births["apgar_5min"]) > 0.2


def test_every_column_that_can_be_forgotten_shows_what_unknown_looks_like():
    births, admissions = load_sample("births"), load_sample("sari_admissions")
    always_recorded = [
        "delivery_id",
        "plurality",
        "birth_weight_g",
        "newborn_sex",
        "mode_of_birth",
        "place_of_birth",
    ]
    assert births.drop(columns=always_recorded).isna().any().all()
    assert admissions.drop(columns=["maternal_age_years", "pregnancy_stage"]).isna().any().all()


# --- the door ---


@pytest.mark.parametrize("name", CANONICAL)
def test_a_canonical_sample_conforms_with_nothing_worse_than_a_surprise(name):
    sample = load_sample(name)
    conformed = conform(sample)
    assert {problem.rule for problem in conformed.problems} <= {ProblemRule.IMPLAUSIBLE}
    pd.testing.assert_frame_equal(conformed.frame, sample)


@pytest.mark.parametrize("name", CANONICAL)
def test_a_canonical_sample_read_by_hand_conforms_to_the_same_frame(name):
    by_hand = pd.read_csv(shipped_directory("sample") / f"{name}.csv", index_col="record")
    conformed = conform(by_hand)
    assert {problem.rule for problem in conformed.problems} <= {ProblemRule.IMPLAUSIBLE}
    pd.testing.assert_frame_equal(conformed.frame, load_sample(name))


def test_the_clinics_columns_are_what_the_file_says_and_nothing_is_left_unsaid():
    columns = load_sample_map("messy_clinic")
    assert isinstance(columns, ColumnMap)
    column_map = json.loads((shipped_directory("sample") / "messy_clinic.columns.json").read_text(encoding="utf-8"))
    assert set(column_map["columns"]) | set(column_map["ignore"]) == set(load_sample("messy_clinic").columns)
    assert ColumnMap.from_json(columns.to_json()) == columns


def test_the_clinic_keeps_every_row_in_its_order(clinic):
    assert clinic.frame.index.equals(load_sample("messy_clinic").index)


def test_the_clinics_mistakes_stand_where_the_readme_says(mistakes):
    raw = pd.read_csv(shipped_directory("sample") / "messy_clinic.csv", dtype=str)
    readme = (shipped_directory("sample") / "README.md").read_text(encoding="utf-8")
    for row, heading, wrong, lesson in mistakes:
        assert raw[heading].iloc[row - 1] in (wrong, f"{wrong}.0")
        assert f"| {row} | {heading} | `{wrong}` | {lesson} |" in readme


@pytest.mark.parametrize(
    ("variable", "rule", "rows"),
    [
        ("maternal_age_years", ProblemRule.SENTINEL, [12]),
        ("parity", ProblemRule.SENTINEL, [33]),
        ("blood_glucose_mmol_l", ProblemRule.SENTINEL, [25]),
        ("pre_pregnancy_weight_kg", ProblemRule.SENTINEL, [38]),
        ("first_antenatal_visit_month", ProblemRule.SENTINEL, [44]),
        ("antenatal_contacts", ProblemRule.SENTINEL, [47]),
        ("systolic_bp_mmhg", ProblemRule.SENTINEL, [57]),
        ("diastolic_bp_mmhg", ProblemRule.SENTINEL, [57]),
        ("apgar_5min", ProblemRule.SENTINEL, [36]),
        ("haemoglobin_g_dl", ProblemRule.WRITTEN_UNKNOWN, [52]),
        ("gestational_age_at_birth_days", ProblemRule.WRITTEN_UNKNOWN, [50]),
        ("gestational_age_at_birth_days", ProblemRule.NOT_A_NUMBER, [23]),
        ("birth_weight_g", ProblemRule.NOT_A_NUMBER, [21]),
        ("birth_weight_g", ProblemRule.IMPOSSIBLE, [16]),
        ("haemoglobin_g_dl", ProblemRule.SUSPICIOUS_UNIT, [9]),
        ("body_temperature_c", ProblemRule.SUSPICIOUS_UNIT, [27]),
        ("maternal_height_cm", ProblemRule.SUSPICIOUS_UNIT, [30]),
    ],
)
def test_a_mistake_of_the_clinic_is_found_where_it_was_made_and_becomes_unknown(clinic, variable, rule, rows):
    assert rows_of(clinic, variable, rule) == rows
    assert clinic.frame[variable].iloc[[row - 1 for row in rows]].isna().all()


def test_a_score_written_as_a_fraction_is_read_and_counted(clinic):
    assert rows_of(clinic, "apgar_5min", ProblemRule.SPELLING) == [35]
    assert clinic.frame["apgar_5min"].iloc[34] == 8


@pytest.mark.parametrize("row", [4, 41])
def test_a_contradiction_of_the_clinic_is_counted_and_kept(clinic, row):
    variables = {4: ["systolic_bp_mmhg", "diastolic_bp_mmhg"], 41: ["gravidity", "parity"]}[row]
    contradicting = {
        int(position) + 1
        for problem in clinic.problems
        if problem.rule is ProblemRule.CONTRADICTION and any(name in problem.message for name in variables)
        for position in problem.positions
    }
    assert row in contradicting
    assert clinic.frame[variables].iloc[row - 1].notna().all()


def test_only_the_rows_that_were_spoilt_contradict_themselves(clinic):
    contradicting = {
        int(position) + 1
        for problem in clinic.problems
        if problem.rule is ProblemRule.CONTRADICTION
        for position in problem.positions
    }
    assert contradicting == {4, 41}


@pytest.mark.parametrize(
    ("row", "variable", "value"),
    [
        (1, "pre_pregnancy_weight_kg", 78.925),  # 174 lb
        (1, "blood_glucose_mmol_l", 5.384),  # 97 mg/dL
        (1, "body_temperature_c", 37.0),  # 98.6 °F
        (1, "gestational_age_at_birth_days", 278),  # 39+5
        (1, "birth_weight_g", 2650),  # 2.65 kg
        (14, "haemoglobin_g_dl", 9.9),  # 99 g/L is a value, not a code
        (54, "mode_of_birth", "spontaneous"),  # svd
        (7, "proteinuria", "2+"),  # ++
    ],
)
def test_the_clinics_values_arrive_in_canonical_units_and_words(clinic, row, variable, value):
    arrived = clinic.frame[variable].iloc[row - 1]
    assert arrived == (value if isinstance(value, str) else pytest.approx(value, abs=0.01))


def test_no_message_about_the_clinic_repeats_a_remark_or_a_registration_number(clinic):
    raw = load_sample("messy_clinic")
    private = {*raw["Remarks"].dropna(), *raw["Reg no"]}
    messages = " ".join(problem.message for problem in clinic.problems) + repr(clinic)
    assert [text for text in private if text in messages] == []
