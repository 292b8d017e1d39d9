"""Laws of the registers: declarations are sound, counts are the published ones, no code is read as a value."""

from __future__ import annotations

import importlib
import io
import pkgutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from perinatal.errors import InputError, RegisterError, UnknownName
from perinatal.registers import (
    REGISTERS,
    Cohort,
    ExclusionRule,
    Field,
    Register,
    available_registers,
    declared,
    read_cohort,
    read_cohort_in_parts,
)
from perinatal.registers.readings import Constant, DatePart, Labels, Number, Sum, UnderLimit, Words, YesNo
from perinatal.registers.register import OmittedColumns
from perinatal.registers.sources import normalise_code
from perinatal.vocabulary import OUTCOMES, VARIABLES, Category, Flag, Identifier, Moment, evaluate_condition, observe

FILES = {
    "nchs_natality": "us_births_2021_raw_columns",
    "nchs_natality_2014_extract": "us_births_2014",
    "nchs_natality_2022_extract": "us_births_2022",
    "nchs_linked_2011": "us_births_2011",
    "nchs_linked_2015_deaths": "us_infant_deaths_2015",
    "nchs_territories_2013": "us_territories_births_2013",
    "us_twins_1989_1991_lighter": "us_twins_1989_1991",
    "us_twins_1989_1991_heavier": "us_twins_1989_1991",
    "sinasc_raw": "brazil_births_raw_2010_2019",
    "sinasc_2022_categorised": "brazil_births_2022",
    "sinasc_santa_catarina": "brazil_santa_catarina_births_2012_2023",
    "sivep_gripe_2020_2022": "brazil_sari_pregnant_2020_2022",
    "sivep_gripe_2016_2021": "brazil_sari_pregnant_2016_2021",
}


def _path(folder: Path, register: str) -> Path:
    return folder / f"{FILES[register]}.parquet"


@pytest.fixture(scope="module")
def cohorts(shared_data):
    """Every register that is at hand, read once."""
    read: dict[str, Cohort] = {}

    def cohort(register: str) -> Cohort:
        if register not in read:
            read[register] = read_cohort(register, _path(shared_data, register))
        return read[register]

    return cohort


# --- the declarations ---------------------------------------------------------------------------------------

each_register = pytest.mark.parametrize("register", REGISTERS.values(), ids=lambda register: register.name)
each_file = pytest.mark.parametrize("register", FILES)


def test_every_register_is_listed_with_where_when_and_on_which_terms():
    table = available_registers()
    assert list(table.index) == list(REGISTERS)
    assert (table[["title", "place", "years", "source", "terms", "containers"]] != "").all().all()


def test_every_register_that_has_a_real_file_is_declared():
    assert set(FILES) <= set(REGISTERS)
    assert "nchs_linked" in REGISTERS  # published as fixed-width records; no file of it is at hand


def test_every_module_of_declared_registers_holds_one_and_no_name_is_there_twice():
    modules = [
        importlib.import_module(f"{declared.__name__}.{module.name}")
        for module in pkgutil.iter_modules(declared.__path__)
        if module.name[0] != "_"
    ]
    registers = [value for module in modules for value in vars(module).values() if isinstance(value, Register)]
    assert sorted(register.name for register in registers) == sorted(REGISTERS)
    assert all(any(isinstance(value, Register) for value in vars(module).values()) for module in modules)


@each_register
def test_a_register_gives_declared_variables_each_once(register):
    assert len(set(register.variables)) == len(register.variables)
    assert set(register.variables) <= set(VARIABLES)


@each_register
def test_a_reading_gives_the_kind_its_variable_is(register):
    for field in register.fields:
        kind = VARIABLES[field.variable].kind
        if isinstance(field.reading, Words):
            assert isinstance(kind, Category), field.variable
            assert set(field.reading.words.values()) <= set(kind.levels), field.variable
        elif isinstance(field.reading, YesNo | UnderLimit):
            assert isinstance(kind, Flag), field.variable
        elif isinstance(field.reading, Labels | DatePart):
            assert isinstance(kind, Identifier), field.variable
        elif isinstance(field.reading, Constant) and isinstance(field.reading.value, float):
            assert VARIABLES[field.variable].is_numeric, field.variable
        elif isinstance(field.reading, Constant):
            assert isinstance(kind, Flag if isinstance(field.reading.value, bool) else Identifier)
        else:
            assert VARIABLES[field.variable].is_numeric, field.variable


@each_register
def test_no_code_means_two_things(register):
    for field in register.fields:
        if isinstance(field.reading, YesNo):
            r = field.reading
            codes = [*r.yes, *r.no, *r.unknown, *r.not_applicable]
        elif isinstance(field.reading, Words):
            codes = [*field.reading.words, *field.reading.unknown, *field.reading.not_applicable]
        else:
            continue
        assert len(set(codes)) == len(codes), (field.variable, codes)
        assert codes == [normalise_code(code) for code in codes], field.variable


@each_register
def test_what_is_read_is_not_left_out_on_purpose_for_giving_something_away(register):
    leaks = [rule for rule in register.omitted if "away" in rule.reason or "flag" in rule.reason]
    for column in register.columns:
        allowed = {"FLGND"} if register.name == "nchs_linked" else set()
        assert column in allowed or not any(rule.covers(column) for rule in leaks), column


@each_register
def test_no_register_reads_a_weight_of_the_linkage_or_a_reporting_flag(register):
    columns = {column.casefold() for column in register.columns}
    assert "recwt" not in columns
    assert not [column for column in columns if column.startswith("f_")]


# --- codes --------------------------------------------------------------------------------------------------

SMALL = Register(
    "small",
    "a register of three columns",
    "nowhere",
    "2020",
    "made up",
    "none",
    (
        Field("birth_weight_g", ("WEIGHT",), Number(unknown=(9999,))),
        Field("newborn_sex", ("SEX",), Words({"1": "male", "2": "female"})),
        Field("eclampsia", ("ECL",), YesNo(not_applicable=("X",))),
    ),
    omitted=(OmittedColumns(("F_*",), "reporting flag"),),
)


def small(tmp_path: Path, text: str, register: Register = SMALL) -> Cohort:
    path = tmp_path / "small.csv"
    path.write_text(text, encoding="utf-8")
    return read_cohort(register, path)


def test_blank_unknown_not_applicable_and_undeclared_codes_are_missing_and_counted_apart(tmp_path):
    cohort = small(tmp_path, "WEIGHT,SEX,ECL\n3000,1,Y\n9999,9,U\n,,X\n2500,3,N\n2600,2,\nabc,2,Q\n")
    frame, notes = cohort.frame, cohort.report.to_frame().set_index("variable")
    assert frame.birth_weight_g.tolist()[:1] == [3000]
    assert frame.birth_weight_g.isna().tolist() == [False, True, True, False, False, True]
    assert frame.newborn_sex.tolist()[0] == "male"
    assert frame.newborn_sex.isna().tolist() == [False, True, True, True, False, False]
    assert frame.eclampsia.tolist()[0] is True
    assert frame.eclampsia.isna().tolist() == [False, True, True, False, True, True]
    counts = notes[["known", "blank", "unknown", "not_applicable", "undeclared"]]
    assert counts.loc["birth_weight_g"].tolist() == [3, 1, 1, 0, 1]
    assert counts.loc["newborn_sex"].tolist() == [3, 1, 1, 0, 1]
    assert counts.loc["eclampsia"].tolist() == [2, 1, 1, 1, 1]


@pytest.mark.parametrize("code", ["1", "01", " 1 ", "1.0", "001"])
def test_a_code_is_the_same_however_a_container_wrote_it(tmp_path, code):
    assert small(tmp_path, f"WEIGHT,SEX,ECL\n3000,{code},N\n").frame.newborn_sex.tolist() == ["male"]


@pytest.mark.parametrize("headings", ["weight,sex,ecl", " WEIGHT ,Sex,ECL ", "ECL,WEIGHT,SEX"])
def test_headings_may_differ_in_case_blanks_and_order(tmp_path, headings):
    order = {"ecl": "Y", "weight": "3000", "sex": "1"}
    row = ",".join(order[heading.strip().lower()] for heading in headings.split(","))
    assert small(tmp_path, f"{headings}\n{row}\n").frame.birth_weight_g.tolist() == [3000]


def test_a_semicolon_separates_too_and_na_is_blank(tmp_path):
    cohort = small(tmp_path, "WEIGHT;SEX;ECL\n3000;NA;Y\n")
    assert cohort.frame.birth_weight_g.tolist() == [3000]
    assert cohort.report.to_frame().blank.tolist() == [0, 1, 0]


def test_headings_nobody_speaks_of_are_told_from_those_left_out_on_purpose(tmp_path):
    report = small(tmp_path, "WEIGHT,SEX,ECL,F_ECL,DISTRICT\n3000,1,Y,1,north\n").report
    assert report.unmapped == ("DISTRICT",)
    assert report.omitted == (("F_ECL", "reporting flag"),)
    assert "deliberately not read: F_ECL: reporting flag" in str(report)
    assert "not mapped: DISTRICT" in str(report)


def test_rows_set_aside_are_counted_once_under_the_first_reason(tmp_path):
    rules = (ExclusionRule("SEX", ("3",), "no sex"), ExclusionRule("ECL", ("Q",), "odd"))
    register = Register("s", "s", "n", "2020", "made up", "none", SMALL.fields, exclusions=rules)
    cohort = small(tmp_path, "WEIGHT,SEX,ECL\n1000,1,Y\n2000,3,Q\n3000,2,Q\n4000,2,N\n", register)
    assert cohort.report.exclusions == (("no sex", 1), ("odd", 1))
    assert (cohort.report.rows_read, cohort.report.rows_included, len(cohort)) == (4, 2, 2)
    assert cohort.frame.index.tolist() == [0, 3]  # the place in the file stays known
    assert "small.csv read as s: 4 rows read, 2 included." in str(cohort.report)


def test_a_report_names_the_file_and_not_its_folder(tmp_path):
    cohort = small(tmp_path, "WEIGHT,SEX,ECL\n3000,1,Y\n")
    assert cohort.report.source == "small.csv"
    assert str(tmp_path) not in str(cohort.report)


def test_no_text_of_the_table_reaches_the_report(tmp_path):
    cohort = small(tmp_path, "WEIGHT,SEX,ECL\n3000,1,Maria Silva\n3000,Maria Silva,N\nMaria Silva,2,N\n")
    assert "Maria" not in str(cohort.report)
    assert "Maria" not in cohort.report.to_frame().to_string() + cohort.report.problems_frame().to_string()
    assert cohort.report.to_frame().undeclared.tolist() == [1, 1, 1]


def test_a_sum_is_unknown_where_a_part_is(tmp_path):
    register = Register(
        "s", "s", "n", "2020", "m", "none", (Field("gravidity", ("A", "B"), Sum(unknown=(99,), plus=1)),)
    )
    frame = small(tmp_path, "A,B\n0,0\n2,1\n99,1\n,1\n", register).frame
    assert frame.gravidity.tolist()[:2] == [1, 4]
    assert frame.gravidity.isna().tolist() == [False, False, True, True]


@pytest.mark.parametrize(("blank", "expected"), [(None, [True, False, None]), (False, [True, False, False])])
def test_a_blank_age_at_death_means_what_the_register_says(tmp_path, blank, expected):
    reading = UnderLimit(28, blank=blank)
    register = Register("s", "s", "n", "2020", "m", "none", (Field("neonatal_death", ("AGED",), reading),))
    deaths = small(tmp_path, 'AGED\n27\n28\n""\n', register).frame.neonatal_death
    assert [None if pd.isna(value) else bool(value) for value in deaths] == expected


# --- deliveries ---------------------------------------------------------------------------------------------

SIBLINGS = Register(
    "siblings",
    "s",
    "n",
    "2020",
    "m",
    "none",
    SMALL.fields[:1],
    same_delivery=("MONTH", "AGE"),
    plural=("PLURAL", ("1",)),
    row_number=("ROW",),
)


def test_plural_births_that_agree_in_the_mother_s_facts_share_a_delivery_and_single_births_never(tmp_path):
    rows = "ROW,WEIGHT,MONTH,AGE,PLURAL\n1,2000,5,30,2\n2,3000,5,30,1\n3,2100,5,30,2\n4,3100,5,30,1\n5,2200,6,30,2\n"
    cohort = small(tmp_path, rows, SIBLINGS)
    assert cohort.frame.delivery_id.tolist() == [f"siblings:{row}" for row in (0, 1, 0, 3, 4)]
    assert (cohort.report.siblings, cohort.report.repeats) == (1, 0)


def test_rows_equal_in_everything_but_their_number_share_a_delivery_and_are_kept(tmp_path):
    rows = "ROW,WEIGHT,MONTH,AGE,PLURAL\n1,3000,5,30,1\n2,3000,5,31,1\n3,3000,5,30,1\n"
    cohort = small(tmp_path, rows, SIBLINGS)
    assert cohort.frame.delivery_id.tolist() == ["siblings:0", "siblings:1", "siblings:0"]
    assert (cohort.report.siblings, cohort.report.repeats, len(cohort)) == (0, 1, 3)


# --- a wrong file -------------------------------------------------------------------------------------------


def test_an_unknown_register_is_refused_with_the_nearest_name():
    with pytest.raises(UnknownName, match=r"no register 'nchs_linked_2012'\. Did you mean 'nchs_linked_2011'"):
        read_cohort("nchs_linked_2012", "births.parquet")


@pytest.mark.parametrize("register", REGISTERS)
def test_a_missing_file_and_a_folder_are_said_to_be_that(tmp_path, register):
    with pytest.raises(RegisterError, match=rf"births\.parquet: does not exist\. Expected .* '{register}'"):
        read_cohort(register, tmp_path / "births.parquet")
    with pytest.raises(RegisterError, match="is a folder, not a file"):
        read_cohort(register, tmp_path)


def test_absent_columns_are_named(tmp_path):
    with pytest.raises(RegisterError, match=r"of its 3 columns 2 are absent: WEIGHT, ECL\."):
        small(tmp_path, "SEX\n1\n")


def test_a_heading_there_twice_is_refused(tmp_path):
    with pytest.raises(RegisterError, match="the column 'sex' occurs more than once"):
        small(tmp_path, "WEIGHT,SEX,ECL,sex\n3000,1,Y,2\n")


def test_a_file_in_another_coding_is_refused_without_repeating_it(tmp_path):
    rows = "WEIGHT,SEX,ECL\n" + "3000,1,Ja\n" * 30
    with pytest.raises(RegisterError, match="'ECL' has codes that are not declared in 30 of 30 rows") as caught:
        small(tmp_path, rows)
    assert "Ja" not in str(caught.value)


def test_a_parquet_file_that_was_cut_off_is_refused(tmp_path):
    whole = io.BytesIO()
    pd.DataFrame({"WEIGHT": [3000], "SEX": ["1"], "ECL": ["Y"]}).to_parquet(whole)
    (tmp_path / "cut.parquet").write_bytes(whole.getvalue()[:-20])
    with pytest.raises(RegisterError, match=r"cut\.parquet: begins like parquet but cannot be read"):
        read_cohort(SMALL, tmp_path / "cut.parquet")


@pytest.mark.parametrize("content", [b"", b'WEIGHT,SEX,ECL\n"3000,1,Y\n', b"WEIGHT,SEX,ECL\n3000,1,\xff\n"])
def test_a_csv_that_is_none_is_refused(tmp_path, content):
    (tmp_path / "small.csv").write_bytes(content)
    with pytest.raises(RegisterError, match=r"small\.csv: cannot be read as a CSV file in UTF-8"):
        read_cohort(SMALL, tmp_path / "small.csv")


def test_a_file_that_is_neither_parquet_nor_csv_is_refused_where_there_is_no_layout(tmp_path):
    (tmp_path / "small.txt").write_text("3000 1 Y\n")
    with pytest.raises(RegisterError, match=r"small\.txt: neither parquet nor CSV"):
        read_cohort(SMALL, tmp_path / "small.txt")


@pytest.mark.parametrize("rows", [0, -1])
def test_less_than_one_row_cannot_be_asked_for(rows):
    with pytest.raises(InputError, match=f"rows: expected 1 or more, got {rows}"):
        read_cohort("nchs_linked_2011", "births.parquet", rows=rows)


def test_one_register_s_file_is_not_another_s(shared_data):
    for register in FILES:
        for other in FILES:
            if FILES[other] != FILES[register]:  # one file of pairs is read as two registers, a twin each
                with pytest.raises(RegisterError, match=f"is not '{register}'"):
                    read_cohort(register, _path(shared_data, other), rows=100)


def test_the_2014_extract_read_as_2011_names_what_it_lacks(shared_data):
    with pytest.raises(
        RegisterError, match=r"us_births_2014\.parquet: is not 'nchs_linked_2011' .* absent: dob_mm|DOB_MM"
    ):
        read_cohort("nchs_linked_2011", shared_data / "us_births_2014.parquet")


# --- the real files: every one ------------------------------------------------------------------------------


@each_file
def test_a_frame_has_declared_dtypes_and_nothing_undeclared(cohorts, register):
    cohort = cohorts(register)
    for name, column in cohort.frame.items():
        kind = VARIABLES[name].kind
        if isinstance(kind, Category):
            assert column.dtype == kind.dtype, name
        elif isinstance(kind, Flag):
            assert column.dtype == "boolean", name
        elif isinstance(kind, Identifier):
            assert column.dtype == "str", name
        else:
            assert column.dtype == "float64", name
    assert cohort.report.to_frame().undeclared.sum() == 0
    assert set(cohort.frame) - {"delivery_id"} == set(REGISTERS[register].variables)


@each_file
def test_no_variable_is_unknown_in_every_row(cohorts, register):
    notes = cohorts(register).report.to_frame().set_index("variable")
    assert notes.index[notes.known == 0].tolist() == []


@each_file
def test_a_tally_adds_up_to_the_rows_and_to_the_frame(cohorts, register):
    cohort = cohorts(register)
    impossible = {p.variable: p.count for p in cohort.report.problems if "they are now unknown" in str(p)}
    for note in cohort.report.notes:
        known = int(cohort.frame[note.variable].notna().sum())
        assert note.tally.rows == len(cohort)
        assert known == note.tally.known - impossible.get(note.variable, 0), note.variable


@each_file
def test_a_third_of_a_file_is_the_first_third_of_it(cohorts, shared_data, register):
    whole = cohorts(register)
    rows = min(3_000, whole.report.rows_read // 3)
    part = read_cohort(register, _path(shared_data, register), rows=rows)
    assert part.report.rows_read == rows
    expected = whole.frame.loc[part.frame.index].drop(columns="delivery_id", errors="ignore")
    pd.testing.assert_frame_equal(part.frame.drop(columns="delivery_id", errors="ignore"), expected)


def test_parts_of_a_parquet_file_are_the_whole(cohorts, shared_data):
    parts = list(
        read_cohort_in_parts(
            "nchs_natality_2022_extract",
            _path(shared_data, "nchs_natality_2022_extract"),
            rows_per_part=5_000,
        )
    )
    assert [len(part) for part in parts] == [5_000] * 4
    whole = cohorts("nchs_natality_2022_extract").frame
    combined = pd.concat([part.frame for part in parts])
    pd.testing.assert_frame_equal(
        combined.drop(columns="delivery_id"), whole.drop(columns="delivery_id"), check_index_type=False
    )


@pytest.mark.parametrize("register", [name for name in FILES if REGISTERS[name].has_delivery_columns])
def test_deliveries_are_small_and_hold_only_plural_births_and_repeats(cohorts, register):
    cohort = cohorts(register)
    size = cohort.frame.groupby("delivery_id").size()
    assert len(cohort) - len(size) == cohort.report.siblings + cohort.report.repeats
    assert size.max() <= 6
    single = cohort.frame[cohort.frame.plurality == 1]
    assert len(single) - single.delivery_id.nunique() <= cohort.report.repeats


def test_most_twins_of_a_complete_register_find_their_sibling(cohorts):
    frame = cohorts("nchs_territories_2013").frame
    plural = frame[frame.plurality > 1]
    assert (plural.groupby("delivery_id").delivery_id.transform("size") > 1).mean() > 0.8


@each_file
def test_outcomes_known_only_afterwards_are_not_taken_for_admission_or_booking(cohorts, register):
    for name in cohorts(register).frame:
        if name in OUTCOMES:
            assert VARIABLES[name].known_at is not Moment.BOOKING, name


# --- the real files: published counts -----------------------------------------------------------------------

# variable: events in the file as it is; where excluded rows change the number, see COUNTS_KEPT.
COUNTS = {
    "nchs_linked_2011": {
        "infant_death": 564,
        "nicu_admission": 7_435,
        "assisted_ventilation_over_6h": 876,
        "eclampsia": 196,
    },
    "nchs_linked_2015_deaths": {"infant_death": 23_357, "neonatal_death": 15_577},
    "nchs_natality_2014_extract": {
        "nicu_admission": 7_936,
        "assisted_ventilation_over_6h": 1_077,
        "hypertensive_disorder_of_pregnancy": 5_131,
        "eclampsia": 260,
        "severe_maternal_morbidity": 425,
    },
    "nchs_natality_2022_extract": {
        "hypertensive_disorder_of_pregnancy": 1_728,
        "gestational_diabetes": 1_527,
    },
    "nchs_territories_2013": {
        "nicu_admission": 3_787,
        "assisted_ventilation_over_6h": 676,
        "maternal_transfusion": 88,
        "maternal_icu_admission": 49,
        "eclampsia": 79,
    },
    "us_twins_1989_1991_lighter": {"infant_death": 2_270},
    "us_twins_1989_1991_heavier": {"infant_death": 1_968},
    "sivep_gripe_2020_2022": {"maternal_death": 2_484, "maternal_icu_admission": 8_109},
    "sivep_gripe_2016_2021": {"maternal_death": 2_673},
    "sinasc_raw": {"congenital_anomaly": 277},
    "sinasc_2022_categorised": {"apgar_5min_at_most_7": 43_470},
    "sinasc_santa_catarina": {"apgar_5min_at_most_7": 11_039, "congenital_anomaly": 10_190},
}
RETAINED_COUNTS = {
    "nchs_linked_2011": {
        "infant_death": 564,
        "nicu_admission": 7_426,
        "low_apgar_5min": 1_948,
        "hypertensive_disorder_of_pregnancy": 4_356,
        "gestational_diabetes": 4_829,
    },
    "nchs_linked_2015_deaths": {"infant_death": 22_969},
}
ROWS = {
    "nchs_natality": 1_000,
    "nchs_natality_2014_extract": 100_000,
    "nchs_natality_2022_extract": 20_000,
    "nchs_linked_2011": 100_000,
    "nchs_linked_2015_deaths": 23_357,
    "nchs_territories_2013": 41_969,
    "us_twins_1989_1991_lighter": 11_984,
    "us_twins_1989_1991_heavier": 11_984,
    "sinasc_raw": 31_550,
    "sinasc_2022_categorised": 2_130_425,
    "sinasc_santa_catarina": 1_149_810,
    "sivep_gripe_2020_2022": 39_617,
    "sivep_gripe_2016_2021": 38_774,
}
PER_CENT = {
    ("nchs_linked_2011", "preterm_birth"): 11.6,
    ("nchs_linked_2011", "low_birth_weight"): 8.1,
    ("nchs_linked_2015_deaths", "neonatal_death"): 67,
    ("nchs_linked_2015_deaths", "early_neonatal_death"): 53,
    ("nchs_natality_2022_extract", "preterm_birth"): 12.0,
    ("nchs_natality_2022_extract", "low_birth_weight"): 8.8,
    ("sinasc_raw", "low_birth_weight"): 8.7,
    ("sinasc_raw", "preterm_birth"): 10.1,
    ("sinasc_2022_categorised", "low_birth_weight"): 9.2,
    ("sinasc_2022_categorised", "preterm_birth"): 11.7,
    ("sinasc_santa_catarina", "low_birth_weight"): 8.0,
    ("sinasc_santa_catarina", "preterm_birth"): 10.8,
}


@pytest.mark.parametrize(("register", "rows"), ROWS.items())
def test_every_row_is_read(cohorts, register, rows):
    report = cohorts(register).report
    assert report.rows_read == rows
    assert report.rows_included == len(cohorts(register))


def _everything(register: str) -> Register:
    """The same declaration with nothing excluded: what a published count of the file was counted on."""
    r = REGISTERS[register]
    return Register(r.name, r.title, r.place, r.years, r.source, r.terms, r.fields, expects=r.expects)


@pytest.mark.parametrize(
    ("register", "outcome", "events"),
    [(register, *count) for register, counts in COUNTS.items() for count in counts.items()],
)
def test_events_are_those_published(cohorts, shared_data, register, outcome, events):
    if any(rows for _, rows in cohorts(register).report.exclusions):
        frame = read_cohort(_everything(register), _path(shared_data, register)).frame
    else:
        frame = cohorts(register).frame
    outcomes = observe(outcome, frame) if outcome in OUTCOMES else frame[outcome]
    assert int(outcomes.sum()) == events


@pytest.mark.parametrize(
    ("register", "outcome", "events"),
    [(register, *count) for register, counts in RETAINED_COUNTS.items() for count in counts.items()],
)
def test_events_after_rows_were_set_aside(cohorts, register, outcome, events):
    assert int(observe(outcome, cohorts(register).frame).sum()) == events


@pytest.mark.parametrize(("register", "outcome", "share"), [(*key, share) for key, share in PER_CENT.items()])
def test_shares_are_those_published(cohorts, register, outcome, share):
    percentage = 100 * float(observe(outcome, cohorts(register).frame).mean())
    assert percentage == pytest.approx(share, abs=0.5 if isinstance(share, int) else 0.051)


@pytest.mark.parametrize(
    ("outcome", "over_all", "over_known"), [("preterm_birth", 14.8, 15.2), ("low_birth_weight", 10.1, 10.2)]
)
def test_shares_of_the_territories_are_those_published_over_every_row(shared_data, outcome, over_all, over_known):
    register = "nchs_territories_2013"
    frame = read_cohort(_everything(register), _path(shared_data, register)).frame
    outcomes = observe(outcome, frame)
    assert round(100 * outcomes.sum() / len(frame), 1) == over_all  # unknown counted as not
    assert round(100 * outcomes.mean(), 1) == over_known


def test_maternal_death_is_known_for_those_published(cohorts):
    known = {name: int(cohorts(name).frame.maternal_death.notna().sum()) for name in FILES if name.startswith("sivep")}
    assert known == {"sivep_gripe_2020_2022": 34_324, "sivep_gripe_2016_2021": 34_753}


def test_low_apgar_in_raw_sinasc_is_the_published_count_once_repeats_are_counted_once(cohorts):
    cohort = cohorts("sinasc_raw")
    assert cohort.report.repeats == 689
    low = observe("low_apgar_5min", cohort.frame)
    assert int(low.sum()) == 366
    assert int(low[~cohort.frame.delivery_id.duplicated()].sum()) == 354


def test_infants_not_living_at_report_are_those_published(cohorts):
    assert int((~cohorts("nchs_natality_2014_extract").frame.newborn_living_at_report).sum()) == 314


def test_repeats_of_2014_are_those_published(cohorts):
    assert cohorts("nchs_natality_2014_extract").report.repeats == 10


def test_the_sideways_rows_of_2015_are_set_aside_with_their_reason(cohorts):
    reasons = dict(cohorts("nchs_linked_2015_deaths").report.exclusions)
    assert [rows for reason, rows in reasons.items() if "sideways" in reason] == [357]


def test_santa_catarina_has_the_hospitals_published(cohorts):
    births = cohorts("sinasc_santa_catarina").frame.groupby("facility_id").size()
    assert int((births >= 1_000).sum()) == 101


# --- the real files: traps ----------------------------------------------------------------------------------


def test_the_2011_codes_are_read_as_yes_no_and_unknown(cohorts, shared_data):
    frame = cohorts("nchs_linked_2011").frame
    raw = pd.read_parquet(_path(shared_data, "nchs_linked_2011")).loc[frame.index]
    assert frame.nicu_admission.isna().equals(raw.ab_nicu == 0)
    assert frame.newborn_sex.eq("male").equals(raw.sex == -1)
    assert frame.precipitous_labour.fillna(False).eq(raw.uld_precip == 1).all()
    assert "newborn_antibiotics" not in frame
    assert dict(cohorts("nchs_linked_2011").report.omitted).keys() >= {"recwt", "ab_antibio"}


@pytest.mark.parametrize("register", [name for name in FILES if name.startswith("nchs")])
def test_no_antenatal_care_has_no_month_and_care_has_one(cohorts, register):
    frame = cohorts(register).frame
    when = (
        "first_antenatal_visit_month" if "first_antenatal_visit_month" in frame else "first_antenatal_visit_trimester"
    )
    assert frame[when].notna().eq(frame.no_antenatal_care.eq(False).fillna(False)).all()
    assert 0.005 < frame.no_antenatal_care.mean() < 0.12


@pytest.mark.parametrize("register", [name for name in FILES if name.startswith("nchs")])
def test_gestation_is_seven_times_completed_weeks(cohorts, register):
    days = cohorts(register).frame.gestational_age_at_birth_days.dropna()
    assert (days % 7 == 0).all()
    assert days.between(17 * 7, 47 * 7).all()


@pytest.mark.parametrize(
    "register",
    ["nchs_natality", "nchs_natality_2014_extract", "nchs_natality_2022_extract", "nchs_territories_2013"],
)
def test_body_size_is_metric_and_agrees_with_itself(cohorts, register):
    frame = cohorts(register).frame
    assert 155 < frame.maternal_height_cm.median() < 167
    assert 55 < frame.pre_pregnancy_weight_kg.median() < 75
    ours = frame.pre_pregnancy_weight_kg / (frame.maternal_height_cm / 100) ** 2
    both = frame.body_mass_index_kg_m2.notna() & ours.notna()
    assert np.allclose(frame.body_mass_index_kg_m2[both], ours[both])


def test_body_mass_index_equals_the_one_of_the_file(cohorts, shared_data):
    frame = cohorts("nchs_natality").frame
    printed = pd.to_numeric(pd.read_parquet(_path(shared_data, "nchs_natality")).loc[frame.index, "BMI"])
    known = printed < 99
    differ = (frame.body_mass_index_kg_m2[known] - printed[known]).abs() > 0.1  # printed with one decimal
    assert differ.mean() < 0.005  # weights of 375 pounds and more are grouped


def test_codes_of_nine_and_eight_never_reach_a_number(cohorts):
    for register in FILES:
        frame = cohorts(register).frame
        for name, never in (
            ("birth_weight_g", [9999]),
            ("apgar_5min", [88, 99]),
            ("birth_interval_months", [888, 999]),
            ("paternal_age_years", [99]),
            ("maternal_age_years", [99]),
            ("antenatal_contacts", [99]),
            ("first_antenatal_visit_month", [0, 15, 99]),
            ("pre_pregnancy_weight_kg", [999 * 0.45359237]),
            ("gestational_age_at_birth_days", [99 * 7]),
        ):
            if name in frame:
                assert not frame[name].isin(never).any(), (register, name)


def test_later_events_of_an_admission_are_left_out_on_purpose(cohorts):
    report = cohorts("sivep_gripe_2020_2022").report
    assert dict(report.omitted).keys() >= {
        "antiviral",
        "suport_ven",
        "intubacao_SN",
        "tempo_uti",
        "tempo_sint_evolucao",
        "tempo_sintomas_notific",
        "classi_fin1",
        "classi_covid",
        "vacina_cov",
        "DOSE_1_COV",
        "DOSE_2_COV",
    }
    assert report.unmapped == ()


def test_blank_comorbidities_stay_unknown(cohorts, shared_data):
    frame = cohorts("sivep_gripe_2020_2022").frame
    raw = pd.read_parquet(_path(shared_data, "sivep_gripe_2020_2022"))
    assert frame.obesity.isna().equals(raw.obesidade.isna())
    assert 0.55 < frame.obesity.isna().mean() < 0.66


def test_weeks_and_bands_of_raw_sinasc_agree_on_preterm_birth(cohorts):
    frame = cohorts("sinasc_raw").frame
    weeks = evaluate_condition(OUTCOMES["preterm_birth"].derive, frame)
    both = weeks.notna() & frame.preterm_birth.notna()
    assert (weeks[both] == frame.preterm_birth[both]).all()
    assert frame.preterm_birth.notna().sum() > weeks.notna().sum()


def test_bands_agree_with_the_outcomes_read_from_them(cohorts):
    frame = cohorts("sinasc_santa_catarina").frame
    assert frame.preterm_birth.eq(frame.gestational_age_band < "37_to_41_weeks").fillna(True).all()
    assert frame.low_birth_weight.eq(frame.birth_weight_band < "2500_g_or_more").fillna(True).all()
    assert frame.no_antenatal_care.eq(frame.antenatal_contacts_band == "none").fillna(True).all()


def test_the_month_of_onset_is_sortable_text(cohorts):
    months = cohorts("sivep_gripe_2020_2022").frame.month_of_onset
    assert months.str.fullmatch(r"20\d\d-(0[1-9]|1[0-2])").all()


@pytest.mark.parametrize("register", [name for name in FILES if "month_of_birth" in REGISTERS[name].variables])
def test_months_of_birth_are_1_to_12(cohorts, register):
    assert set(cohorts(register).frame.month_of_birth.dropna()) == {str(month) for month in range(1, 13)}


# --- linked files, which are not at hand --------------------------------------------------------------------


def _linked(path: Path, deaths: list[tuple[str, str]]) -> Path:
    """Made-up denominator-plus records that differ in (FLGND, AGED) only."""
    layout = REGISTERS["nchs_linked"].layout
    record = bytearray(b" " * 1743)
    for start, end in layout.positions.values():
        record[start - 1 : end] = b"1".rjust(end - start + 1, b"0") if end > start else b"N"
    singles = ["RESTATUS", "MRACE6", "MHISP_R", "DMAR", "MEDUC", "PAY_REC", "BFACIL", "ME_PRES", "ME_ROUT", "ATTEND"]
    fixed = dict.fromkeys([*singles, "DPLURAL", "DOB_WK"], "1") | {"SEX": "F", "DOB_YY": "2017", "BRTHWGT": "3200"}
    records = []
    for flag, age in deaths:
        for name, word in (fixed | {"FLGND": flag, "AGED": age}).items():
            start, end = layout.positions[name]
            record[start - 1 : end] = word.encode().ljust(end - start + 1)
        records.append(bytes(record) + b"\r\n")
    path.write_bytes(b"".join(records))
    return path


def test_a_linked_record_tells_who_died_and_when_and_a_blank_is_a_survivor(tmp_path):
    path = _linked(tmp_path / "linked.txt", [(" ", "   "), ("1", "000"), ("1", "006"), ("1", "007"), ("1", "028")])
    frame = read_cohort("nchs_linked", path).frame
    assert frame.infant_death.tolist() == [False, True, True, True, True]
    assert frame.early_neonatal_death.tolist() == [False, True, True, False, False]
    assert frame.neonatal_death.tolist() == [False, True, True, True, False]
    assert frame.age_at_death_days.isna().tolist() == [True, False, False, False, False]
    assert frame.age_at_death_days.tolist()[1:] == [0, 6, 7, 28]
    assert frame.birth_weight_g.tolist() == [3200] * 5
