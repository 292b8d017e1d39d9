"""The door: what comes out is canonical, every departure is counted, and nothing is guessed or given away."""

from __future__ import annotations

import datetime
import itertools
from decimal import Decimal

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest

from perinatal.errors import InputError, MissingVariables, UnitError, UnknownLevels, UnknownName
from perinatal.frames import CROSS_CHECKS, Column, ColumnMap, Conformed, ProblemRule, conform, problems_frame
from perinatal.frames.unknowns import SENTINELS, UNKNOWN_WORDS
from perinatal.vocabulary import VARIABLES, Category, Count, Flag, Identifier
from perinatal.vocabulary.rules.columns import as_plain_numbers

NUMERIC = [name for name, v in VARIABLES.items() if v.is_numeric]
COUNTS = [name for name, v in VARIABLES.items() if isinstance(v.kind, Count)]
CATEGORIES = [name for name, v in VARIABLES.items() if isinstance(v.kind, Category)]
FLAGS = [name for name, v in VARIABLES.items() if isinstance(v.kind, Flag)]
GESTATIONS = [name for name in NUMERIC if name.startswith("gestational_age_")]
NAME = "Amina Example"  # a patient's name that strayed into a cell


def only(table, **options):
    """The first column that comes out, and the rules that were found."""
    conformed = conform(table, **options)
    return conformed.frame.iloc[:, 0], [problem.rule for problem in conformed.problems]


def usual(name, rows=3):
    """Values of a variable that nobody wonders about."""
    kind = VARIABLES[name].kind
    if isinstance(kind, Category):
        return [kind.levels[i % len(kind.levels)] for i in range(rows)]
    if isinstance(kind, Flag):
        return [i % 2 == 0 for i in range(rows)]
    if isinstance(kind, Identifier):
        return [f"label {i}" for i in range(rows)]
    low, high = kind.typical or kind.plausible
    return [float(round((low + high) / 2))] * rows


def messy_table(rows, seed):
    """A table of all kinds with everything that may be wrong in it, short of what is refused."""
    rng = np.random.default_rng(seed)
    table = {}
    for name, declared in VARIABLES.items():
        pool = [*usual(name), None]
        if declared.is_numeric:
            low, high = declared.kind.possible
            pool += [
                low,
                high,
                low - 1,
                high * 10 + 5,
                99,
                -1,
                9999,
                np.nan,
                np.inf,
                "12",
                " 30.5 ",
                "NA",
                "11,2",
                NAME,
            ]
            pool += ["32+4", Decimal("20.5"), True]
        elif isinstance(declared.kind, Category):
            pool += [declared.kind.levels[0].upper(), " unknown", ""]
        elif isinstance(declared.kind, Flag):
            pool += [1, 0, "Yes", "n", 9, "99", "?"]
        cells = np.empty(rows, dtype=object)
        cells[:] = [pool[i] for i in rng.integers(0, len(pool), rows)]
        table[name] = cells
    return pd.DataFrame(table)


# -------------------------------------------------------------------------------- what comes out


@pytest.mark.parametrize("name", VARIABLES)
def test_a_canonical_column_has_its_declared_dtype(name):
    kind = VARIABLES[name].kind
    column, rules = only(pd.DataFrame({name: usual(name)}))
    assert rules == []
    assert column.name == name
    if isinstance(kind, Category):
        assert column.dtype == kind.dtype
        assert tuple(column.cat.categories) == kind.levels
        assert column.cat.ordered == kind.ordered
    elif isinstance(kind, Flag):
        assert column.dtype == "boolean"
    elif not isinstance(kind, Identifier):
        assert column.dtype == np.float64
    assert column.tolist() == usual(name)


@pytest.mark.parametrize("name", [n for n, v in VARIABLES.items() if not isinstance(v.kind, Identifier)])
@pytest.mark.parametrize("dtype", ["object", "str", "string", "category"])
def test_unknown_comes_out_as_missing_of_the_declared_dtype(name, dtype):
    column, rules = only(pd.DataFrame({name: pd.Series([None, None], dtype=dtype)}))
    canonical = only(pd.DataFrame({name: usual(name)}))[0]
    assert column.dtype == canonical.dtype
    assert column.isna().all()
    assert rules == []


@pytest.mark.parametrize("name", VARIABLES)
def test_an_empty_table_conforms(name):
    column, rules = only(pd.DataFrame({name: []}))
    assert len(column) == 0
    assert rules == []


@pytest.mark.parametrize("seed", range(3))
def test_conforming_again_changes_nothing(seed):
    first = conform(messy_table(60, seed))
    again = conform(first.frame)
    pd.testing.assert_frame_equal(again.frame, first.frame)
    remaining_rules = {ProblemRule.IMPLAUSIBLE, ProblemRule.CONTRADICTION, ProblemRule.SUSPICIOUS_UNIT}
    assert {problem.rule for problem in again.problems} <= remaining_rules


@pytest.mark.parametrize("seed", range(3))
def test_a_row_alone_comes_out_as_it_does_in_the_table(seed):
    table = messy_table(60, seed)
    whole = conform(table)
    for row in range(0, 60, 7):
        alone = conform(table.iloc[[row]])
        pd.testing.assert_frame_equal(alone.frame, whole.frame.iloc[[row]])
        by_row = {
            ProblemRule.SUSPICIOUS_UNIT,
            ProblemRule.IMPOSSIBLE,
        }  # which of the two depends on the other rows' units
        reported = {(p.variable, p.rule) for p in alone.problems if p.rule not in by_row}
        expected = {(p.variable, p.rule) for p in whole.problems if p.rule not in by_row and row in p.positions}
        assert reported == expected


@pytest.mark.parametrize("row", range(5))
def test_a_record_comes_out_as_its_row_does(row):
    table = messy_table(5, 7)
    record = table.iloc[row].to_dict()
    alone = conform(record).frame
    expected = conform(table.iloc[[row]]).frame.reset_index(drop=True)
    labels = [name for name, v in VARIABLES.items() if isinstance(v.kind, Identifier)]
    pd.testing.assert_frame_equal(alone.drop(columns=labels), expected.drop(columns=labels))
    assert isinstance(alone.index, pd.RangeIndex)
    pd.testing.assert_frame_equal(conform([record]).frame.drop(columns=labels), alone.drop(columns=labels))


@pytest.mark.parametrize(
    "index",
    [
        pd.Index([3, 1, 2]),
        pd.Index(["b", "a", "a"]),
        pd.Index([0, 0, 0], name="mother"),
        pd.MultiIndex.from_tuples([("x", 1), ("x", 1), ("y", 2)], names=["site", "day"]),
        pd.DatetimeIndex(["2024-01-02", "2024-01-01", "2024-01-01"]),
    ],
)
@pytest.mark.parametrize("parity", [[1.0, 2.0, 3.0], ["1", "2", "x"]])
def test_the_callers_index_and_order_come_back(index, parity):
    frame = conform(pd.DataFrame({"parity": parity, "married": [1, 0, None]}, index=index)).frame
    pd.testing.assert_index_equal(frame.index, index)
    assert frame["parity"].tolist()[:2] == [1.0, 2.0]


@pytest.mark.parametrize("seed", range(2))
@pytest.mark.parametrize("canonical", [False, True])
def test_the_callers_table_is_untouched_now_and_when_the_frame_is_written_to(seed, canonical):
    table = messy_table(40, seed)
    if canonical:
        table = conform(table).frame
    before = table.copy(deep=True)
    frame = conform(table).frame
    pd.testing.assert_frame_equal(table, before)
    for name in frame.columns:
        frame.loc[frame.index[0], name] = frame[name].iloc[1]
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    "values",
    [
        pd.array([1.0, 2.0], dtype="Float64"),
        pd.array([1.0, 2.0], dtype="float64[pyarrow]"),
        pd.array([1, 2], dtype="int64[pyarrow]"),
        np.array([1.0, 2.0]),
        np.array([1, 2], dtype=np.int8),
        np.array([1, 2], dtype=np.float32),
        pd.arrays.SparseArray([1.0, 2.0]),
        pd.Categorical([1, 2]),
        pd.Series([Decimal(1), Decimal(2)], dtype=pd.ArrowDtype(pa.decimal128(5, 2))).array,
        pd.array(["1", "2"], dtype="string[pyarrow]"),
        pd.Series(["1", "2"]).astype(pd.ArrowDtype(pa.string())).array,
        pd.Series(["1", "2"]).astype(pd.ArrowDtype(pa.dictionary(pa.int32(), pa.string()))).array,
    ],
    ids=lambda values: str(values.dtype),
)
def test_every_storage_of_numbers_is_read_and_never_shared(values):
    table = pd.DataFrame({"parity": values})
    before = table.copy(deep=True)
    frame = conform(table).frame
    assert frame["parity"].tolist() == [1.0, 2.0]
    assert frame["parity"].dtype == np.float64
    frame.loc[0, "parity"] = 7
    pd.testing.assert_frame_equal(table, before)


@pytest.mark.parametrize(
    "values",
    [
        pd.array([True, None], dtype="boolean"),
        pd.array([True, None], dtype="bool[pyarrow]"),
        pd.array([1, None], dtype="Int8"),
        np.array([1.0, np.nan]),
        np.array([True, None], dtype=object),
        pd.Categorical(["1", None]),
    ],
    ids=lambda values: str(values.dtype),
)
def test_every_storage_of_flags_is_read_and_never_shared(values):
    table = pd.DataFrame({"married": values})
    before = table.copy(deep=True)
    frame = conform(table).frame
    assert frame["married"].dtype == "boolean"
    assert frame["married"].isna().tolist() == [False, True]
    assert frame["married"].iloc[0] is np.True_ or frame["married"].iloc[0] is True
    frame.loc[0, "married"] = False
    pd.testing.assert_frame_equal(table, before)


def test_numpy_truths_are_not_shared_with_the_frame():
    table = pd.DataFrame({"married": np.array([True, False])})
    frame = conform(table).frame
    frame.loc[0, "married"] = False
    assert table["married"].tolist() == [True, False]


def test_what_pandas_carries_along_is_left_behind():
    class Special(pd.DataFrame):
        """Somebody's subclass."""

    table = Special({"parity": [1.0]})
    table.attrs["note"] = NAME
    frame = conform(table).frame
    assert type(frame) is pd.DataFrame
    assert frame.attrs == {}


# -------------------------------------------------------------------------------- which columns


def test_needed_gives_exactly_these_columns_in_this_order():
    table = pd.DataFrame({"x": [1], "parity": [2], "gravidity": [3], "married": [1]})
    conformed = conform(table, needed=["gravidity", "proteinuria", "parity"])
    assert conformed.frame.columns.tolist() == ["gravidity", "proteinuria", "parity"]
    assert [(problem.rule, problem.count, problem.variable) for problem in conformed.problems] == [
        (ProblemRule.UNMAPPED_COLUMN, 1, "x"),
        (ProblemRule.ABSENT_COLUMN, 1, "proteinuria"),
    ]


@pytest.mark.parametrize("name", VARIABLES)
def test_an_absent_needed_column_is_unknown_in_every_row(name):
    other = "parity" if name != "parity" else "gravidity"
    conformed = conform(pd.DataFrame({other: [1, 2]}), needed=[name, other])
    assert conformed.frame[name].isna().all()
    assert [(p.rule, p.count) for p in conformed.problems] == [(ProblemRule.ABSENT_COLUMN, 2)]
    if not isinstance(VARIABLES[name].kind, Identifier):
        assert conformed.frame[name].dtype == only(pd.DataFrame({name: usual(name)}))[0].dtype


def test_a_needed_column_under_another_name_is_asked_about():
    table = pd.DataFrame({"systolic_bp": [120], "parity": [1]})
    message = (
        "The table has no column 'systolic_bp_mmhg'. Is 'systolic_bp' the same thing? Rename it, or pass a ColumnMap."
    )
    with pytest.raises(MissingVariables) as caught:
        conform(table, needed=["systolic_bp_mmhg", "parity"])
    assert str(caught.value) == message
    conformed = conform(table, columns=ColumnMap({}, ignore=("systolic_bp",)), needed=["systolic_bp_mmhg", "parity"])
    assert [p.rule for p in conformed.problems] == [ProblemRule.ABSENT_COLUMN]


def test_another_variable_is_never_taken_for_a_needed_one():
    table = pd.DataFrame({"gestational_age_at_booking_days": [80], "parity": [1]})
    conformed = conform(table, needed=["gestational_age_at_birth_days", "parity"])
    assert conformed.frame["gestational_age_at_birth_days"].isna().all()


def test_a_table_with_nothing_that_is_needed_is_refused_with_a_short_list():
    with pytest.raises(MissingVariables, match=r"none of the \d+ columns needed: .* and \d+ more\."):
        conform(pd.DataFrame({"x": [1]}), needed=list(VARIABLES))


def test_what_is_not_in_the_vocabulary_is_left_out_and_said_so():
    conformed = conform(pd.DataFrame({"Remarks": [NAME], "systolic": [120], 3: [1], "parity": [1]}))
    assert conformed.frame.columns.tolist() == ["parity"]
    assert [p.rule for p in conformed.problems] == [ProblemRule.UNMAPPED_COLUMN] * 3
    assert "Is it 'systolic_bp_mmhg'?" in conformed.problems[1].message


def test_what_is_knowingly_ignored_is_left_out_in_silence():
    assert (
        conform(pd.DataFrame({"Remarks": [NAME], "parity": [1]}), columns=ColumnMap({}, ignore="Remarks")).problems
        == ()
    )


def test_a_mapped_heading_that_is_absent_is_named_with_the_nearest_one():
    with pytest.raises(MissingVariables, match=r"'Hb' \(is it 'HB'\?\)"):
        conform(pd.DataFrame({"HB": [11], "parity": [1]}), columns={"Hb": "haemoglobin_g_dl"})


@pytest.mark.parametrize(
    ("table", "columns", "message"),
    [
        (pd.DataFrame([[1, 2]], columns=["parity", "parity"]), None, "'parity' more than once"),
        (
            pd.DataFrame([[1, 2]], columns=["para", "parity"]),
            {"para": "parity"},
            "would both become 'parity'",
        ),
        (pd.DataFrame([[1]], columns=pd.MultiIndex.from_tuples([("a", "b")])), None, "several levels"),
        (np.zeros((2, 2)), None, "got ndarray"),
        (pd.Series([1, 2], name="parity"), None, "this one is the column 'parity'"),
        (pd.Series([1, 2], index=["parity", "parity"]), None, "'parity' more than once"),
        (pd.Series({"parity": [1, 2]}), None, "'parity' holds a list"),
        (None, None, "got NoneType"),
        ("births.csv", None, "got str"),
        ([1, 2], None, "got list"),
        ({"parity": [1, 2]}, None, "'parity' holds a list"),
        ({"parity": {"a": 1}}, None, "'parity' holds a dict"),
        ({"parity": 1}, ["parity"], "takes a mapping"),
    ],
)
def test_what_is_no_table_is_refused(table, columns, message):
    with pytest.raises(InputError, match=message):
        conform(table, columns=columns)


@pytest.mark.parametrize(
    ("needed", "error", "message"),
    [
        ("parity", InputError, "one text"),
        (["parity", "parity"], InputError, "once"),
        (["paritty"], UnknownName, "parity"),
    ],
)
def test_needed_names_variables_once(needed, error, message):
    with pytest.raises(error, match=message):
        conform(pd.DataFrame({"parity": [1]}), needed=needed)


# -------------------------------------------------------------------------------- numbers


@pytest.mark.parametrize("name", NUMERIC)
def test_the_bounds_themselves_are_possible_and_just_beyond_is_not(name):
    low, high = VARIABLES[name].kind.possible
    step = 1e-6 if not isinstance(VARIABLES[name].kind, Count) else 1
    column, _ = only(pd.DataFrame({name: [low, high, low - step, high + step]}))
    assert column.tolist()[:2] == [low, high]
    assert column.isna().tolist() == [False, False, True, True]


@pytest.mark.parametrize("name", NUMERIC)
def test_the_implausible_is_kept_and_counted(name):
    kind = VARIABLES[name].kind
    odd = [v for v, edge in zip(kind.possible, kind.plausible, strict=True) if v != edge]
    if not odd:
        pytest.skip("all that is possible is plausible")
    column, rules = only(pd.DataFrame({name: odd}))
    assert column.tolist() == odd
    assert rules == [ProblemRule.IMPLAUSIBLE]


@pytest.mark.parametrize("name", NUMERIC)
@pytest.mark.parametrize("code", SENTINELS)
def test_a_code_for_unknown_is_unknown_only_where_it_cannot_be_a_value(name, code):
    kind = VARIABLES[name].kind
    column, rules = only(pd.DataFrame({name: [code]}))
    if kind.possible[0] <= code <= kind.possible[1]:
        assert ProblemRule.SENTINEL not in rules
        whole = float(code).is_integer() or not isinstance(kind, Count)
        assert column.tolist() == [code] if whole else column.isna().all()
    else:
        in_fahrenheit = "_temperature" in name and code in (88, 99, 99.9)  # everyday temperatures there
        assert rules in ([ProblemRule.SENTINEL], *([[ProblemRule.SUSPICIOUS_UNIT]] if in_fahrenheit else []))
        assert column.isna().all()


@pytest.mark.parametrize("name", COUNTS)
def test_a_count_is_whole(name):
    low = VARIABLES[name].kind.possible[0]
    column, rules = only(pd.DataFrame({name: [low + 1.0, low + 1.5]}))
    assert column.isna().tolist() == [False, True]
    assert rules == [ProblemRule.NOT_WHOLE]


@pytest.mark.parametrize("word", sorted(UNKNOWN_WORDS))
@pytest.mark.parametrize("name", ["parity", "mode_of_birth", "married", "gestational_age_at_birth_days"])
def test_a_word_for_unknown_is_unknown_in_any_case(name, word):
    for written in (word, word.upper(), f" {word} "):
        column, rules = only(pd.DataFrame({name: pd.Series([written], dtype=object)}))
        assert column.isna().all()
        assert rules == [ProblemRule.WRITTEN_UNKNOWN]


def test_a_level_called_none_is_a_level_and_not_unknown():
    column, rules = only(pd.DataFrame({"maternal_education": ["none", "None", "NA"]}))
    assert column.tolist()[:2] == ["none", "none"]
    assert rules == [ProblemRule.WRITTEN_UNKNOWN, ProblemRule.SPELLING]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("11.2", 11.2),
        (" 11.2 ", 11.2),
        ("+11", 11.0),
        ("1.1e1", 11.0),
        (Decimal("11.2"), 11.2),
        (np.float32(11), 11.0),
        (11, 11.0),
    ],
)
def test_a_number_may_be_written_as_text(cell, value):
    column, rules = only(pd.DataFrame({"haemoglobin_g_dl": pd.Series([cell, "NA"], dtype=object)}))
    assert column.iloc[0] == value
    assert rules == [ProblemRule.WRITTEN_UNKNOWN]


@pytest.mark.parametrize(
    "cell",
    [
        "<70",
        "11,2",
        "1_1",
        "0x1F",
        "11 g/m2",
        "11\x00",
        "٣٢ x",
        "32+4",
        NAME,
        True,
        [11.0],
        {"a": 1},
        (11.0,),
        b"11",
        2 + 3j,
        datetime.date(2024, 1, 1),
        np.timedelta64(3, "D"),
        np.array([1.0, 2.0]),
    ],
    ids=repr,
)
def test_what_is_no_number_is_unknown_and_not_repeated(cell):
    cells = np.empty(2, dtype=object)
    cells[:] = [11.0, cell]
    conformed = conform(pd.DataFrame({"haemoglobin_g_dl": cells}))
    (problem,) = conformed.problems
    assert problem.rule is ProblemRule.NOT_A_NUMBER
    assert problem.positions.tolist() == [1]
    assert str(cell) not in problem.message or cell == "11,2"
    assert conformed.frame["haemoglobin_g_dl"].isna().tolist() == [False, True]


def test_a_decimal_comma_is_pointed_out():
    message = conform(pd.DataFrame({"haemoglobin_g_dl": ["10,5", "9,0", "12.0"]})).problems[0].message
    assert message.startswith("haemoglobin_g_dl: 2 of 3 rows hold text where a number is expected")
    assert "2 with a comma: state Column(..., decimal=',') where 11,2 is 11.2" in message


@pytest.mark.parametrize("cell", [np.inf, -np.inf, "inf", "-Infinity", 10**400, -(10**400)])
def test_the_infinite_is_unknown(cell):
    column, rules = only(pd.DataFrame({"haemoglobin_g_dl": pd.Series([cell], dtype=object)}))
    assert column.isna().all()
    assert rules == [ProblemRule.NOT_FINITE]


@pytest.mark.parametrize("cell", [1e308, -1e308, 5e-324])
def test_the_enormous_and_the_tiny_are_impossible(cell):
    for options in ({}, {"units": {"haemoglobin_g_dl": "g/L"}}):
        column, rules = only(pd.DataFrame({"haemoglobin_g_dl": [cell, cell]}), **options)
        assert column.isna().all()
        assert ProblemRule.IMPOSSIBLE in rules


def test_a_signalling_nan_is_unknown():
    column, rules = only(pd.DataFrame({"haemoglobin_g_dl": [Decimal("sNaN"), Decimal("11.5"), None]}))
    assert column.isna().tolist() == [True, False, True]
    assert rules == []


def test_truths_are_no_numbers():
    column, rules = only(pd.DataFrame({"parity": [True, False]}))
    assert column.isna().all()
    assert rules == [ProblemRule.NOT_A_NUMBER]


@pytest.mark.parametrize("name", ["parity", "mode_of_birth", "married"])
@pytest.mark.parametrize(
    "values",
    [
        pd.to_datetime(["2024-01-01"]),
        pd.to_datetime(["2024-01-01"]).tz_localize("UTC"),
        pd.to_timedelta([1], "D"),
        pd.period_range("2024", periods=1),
        pd.interval_range(0, 1),
        np.array([1 + 2j]),
        pd.array(pd.to_datetime(["2024-01-01"]), dtype=pd.ArrowDtype(pa.timestamp("s"))),
    ],
    ids=lambda values: str(values.dtype),
)
def test_dates_and_complex_numbers_are_refused_with_column_and_dtype(name, values):
    table = pd.DataFrame({name: values})
    with pytest.raises(InputError) as caught:
        conform(table)
    assert name in str(caught.value)
    assert str(table[name].dtype) in str(caught.value)


def test_stated_codes_are_always_unknown():
    table = pd.DataFrame({"P": [2, 9, 3], "Q": ["2", "9", "X"], "sex": ["1", "2", "9"], "m": [1, 0, 7]})
    column_map = ColumnMap(
        {
            "P": Column("parity", unknown=(9,)),
            "Q": Column("gravidity", unknown=(9, "x")),
            "sex": Column("newborn_sex", words={1: "male", 2: "female"}, unknown=(9,)),
            "m": Column("married", unknown=("7",)),
        }
    )
    conformed = conform(table, columns=column_map)
    assert conformed.frame.isna().to_numpy().tolist() == [
        [False, False, False, False],
        [True, True, False, False],
        [False, True, True, True],
    ]
    assert [(p.variable, p.rule, p.count) for p in conformed.problems if p.rule is not ProblemRule.CONTRADICTION] == [
        ("parity", ProblemRule.SENTINEL, 1),
        ("gravidity", ProblemRule.SENTINEL, 2),
        ("newborn_sex", ProblemRule.SENTINEL, 1),
        ("married", ProblemRule.SENTINEL, 1),
    ]


# -------------------------------------------------------------------------------- units


@pytest.mark.parametrize(
    ("name", "value", "unit"),
    [
        ("haemoglobin_g_dl", 110, "g/L"),
        ("body_temperature_c", 98.6, "degF"),
        ("blood_glucose_mmol_l", 95, "mg/dL"),
        ("systolic_bp_mmhg", 16, "kPa"),
        ("maternal_height_cm", 64, "in"),
        ("maternal_height_cm", 1.62, "m"),
        ("birth_weight_g", 3.2, "kg"),
        ("birth_weight_g", 7.5, "lb"),
        ("serum_creatinine_umol_l", 0.8, "mg/dL"),
        ("oxygen_saturation_percent", 0.97, "fraction"),
        ("platelet_count_10e9_l", 250_000, "/uL"),
        ("newborn_temperature_c", 97.9, "degF"),
    ],
)
def test_an_impossible_value_that_looks_like_another_unit_says_so_and_is_not_converted(name, value, unit):
    conformed = conform(pd.DataFrame({name: [value]}))
    (problem,) = conformed.problems
    assert problem.rule is ProblemRule.SUSPICIOUS_UNIT
    assert f"look like {unit}" in problem.message
    assert "state the unit with units= or a ColumnMap" in problem.message
    assert conformed.frame[name].isna().all()
    stated = conform(pd.DataFrame({name: [value]}), units={name: unit})
    assert [p.rule for p in stated.problems] == [ProblemRule.CONVERTED]
    assert stated.frame[name].notna().all()


def test_the_message_counts_and_says_what_to_do():
    table = pd.DataFrame({"Hb": [11.0] * 597 + [110.0] * 3})
    (problem,) = conform(table, columns={"Hb": "haemoglobin_g_dl"}).problems
    assert str(problem) == (
        "haemoglobin_g_dl (column 'Hb'): 3 of 600 rows outside 2 to 25 g/dL (values near 110 look like g/L, "
        "and the rest does not: write the unit in these cells, or correct them); they are now unknown"
    )
    assert (problem.count, problem.total, problem.positions.tolist()) == (3, 600, [597, 598, 599])


@pytest.mark.parametrize(
    ("name", "median", "unit"),
    [("maternal_weight_kg", 148, "lb"), ("gestational_age_at_booking_days", 16, "weeks")],
)
def test_a_column_whose_median_is_that_of_another_unit_is_reported_and_kept(name, median, unit):
    values = np.linspace(median - 1, median + 1, 20)
    conformed = conform(pd.DataFrame({name: values}))
    problem = conformed.problems[-1]
    assert problem.rule is ProblemRule.SUSPICIOUS_UNIT
    assert unit in problem.message
    assert conformed.frame[name].tolist() == values.tolist()
    assert ProblemRule.SUSPICIOUS_UNIT not in only(pd.DataFrame({name: values[:19]}))[1]


@pytest.mark.parametrize("name", [n for n in NUMERIC if VARIABLES[n].kind.typical])
def test_a_usual_column_raises_no_suspicion(name):
    assert only(pd.DataFrame({name: usual(name, 40)}))[1] == []


def test_a_code_for_unknown_is_looked_for_before_the_conversion():
    column, rules = only(pd.DataFrame({"maternal_weight_kg": [999.0, 150.0]}), units={"maternal_weight_kg": "lb"})
    assert column.isna().tolist() == [True, False]
    assert rules == [ProblemRule.CONVERTED, ProblemRule.SENTINEL]


def test_a_unit_is_stated_once():
    columns = {"Hb": Column("haemoglobin_g_dl", unit="g/L")}
    assert only({"Hb": 110}, columns=columns, units={"haemoglobin_g_dl": "g / l"})[0].tolist() == [11.0]
    with pytest.raises(InputError, match="State it once"):
        conform({"Hb": 110}, columns=columns, units={"haemoglobin_g_dl": "mmol/L"})


@pytest.mark.parametrize(
    ("units", "error"),
    [
        ({"hb": "g/L"}, UnknownName),
        ({"haemoglobin_g_dl": "kg"}, UnitError),
        (["g/L"], InputError),
        ({3: "g"}, UnknownName),
    ],
)
def test_wrong_units_are_refused(units, error):
    with pytest.raises(error):
        conform({"haemoglobin_g_dl": 11}, units=units)


@pytest.mark.parametrize("name", GESTATIONS)
@pytest.mark.parametrize(
    ("unit", "cells", "days"),
    [
        (None, ["32+4", "224"], [228, 224]),
        ("days", [224, "32+4"], [224, 228]),
        ("weeks", [32, 32.5], [224, 227]),
        ("weeks", ["32", "32+4"], [224, 228]),
        ("weeks.days", [32.4, 32.7], [228, np.nan]),
        ("weeks+days", ["32+4", "32"], [228, 224]),
        ("weeks+days", ["32+4", "32+7"], [228, np.nan]),
    ],
)
def test_gestation_is_read_as_it_was_stated(name, unit, cells, days):
    column, _ = only(pd.DataFrame({name: cells}), units=None if unit is None else {name: unit})
    np.testing.assert_array_equal(column.to_numpy(), np.array(days, dtype=float))


def test_only_whole_numbers_in_a_column_said_to_be_weeks_plus_days_are_gestations():
    column, rules = only(
        pd.DataFrame({"gestational_age_at_birth_days": [32.0, 32.4]}),
        units={"gestational_age_at_birth_days": "weeks+days"},
    )
    assert column.tolist() == pytest.approx([224, np.nan], nan_ok=True)
    assert rules == [ProblemRule.CONVERTED, ProblemRule.NOT_A_NUMBER]


def test_weeks_in_a_column_of_days_are_pointed_out():
    (problem,) = conform(pd.DataFrame({"gestational_age_at_birth_days": [38, 32.4, 270]})).problems
    assert problem.rule is ProblemRule.SUSPICIOUS_UNIT
    assert (
        "values between 20 and 45 look like weeks: state units={'gestational_age_at_birth_days': 'weeks'}"
        in problem.message
    )
    assert problem.count == 2


def test_decimal_weeks_that_look_like_weeks_and_days_are_pointed_out_and_taken_as_stated():
    table = pd.DataFrame({"gestational_age_at_birth_days": [38.4, 39.2] * 10})
    conformed = conform(table, units={"gestational_age_at_birth_days": "weeks"})
    assert [p.rule for p in conformed.problems] == [ProblemRule.SUSPICIOUS_UNIT, ProblemRule.CONVERTED]
    assert "weeks.days" in conformed.problems[0].message
    assert conformed.frame.iloc[0, 0] == 268


# -------------------------------------------------------------------------------- words


@pytest.mark.parametrize("name", CATEGORIES)
def test_another_spelling_of_a_level_is_taken_and_counted(name):
    levels = VARIABLES[name].kind.levels
    written = [f" {level.upper()} " for level in levels] + [level.replace("_", " - ").title() for level in levels]
    for dtype in ("object", "str", "category"):
        conformed = conform(pd.DataFrame({name: pd.Series(written, dtype=dtype)}))
        assert conformed.frame[name].tolist() == [*levels, *levels]
        assert {p.rule for p in conformed.problems} == {ProblemRule.SPELLING}


@pytest.mark.parametrize("name", [*CATEGORIES, *FLAGS[:3]])
@pytest.mark.parametrize("rows", [3, 100])
@pytest.mark.parametrize("dtype", ["object", "str", "category"])
def test_an_unknown_word_is_refused_without_repeating_it(name, rows, dtype):
    kind = VARIABLES[name].kind
    known = kind.levels[0] if isinstance(kind, Category) else "yes"
    cells = [known] * (rows - 2) + [NAME, NAME]
    with pytest.raises(UnknownLevels) as caught:
        conform(pd.DataFrame({"Col": pd.Series(cells, dtype=dtype)}), columns={"Col": name})
    message = str(caught.value)
    assert "Amina" not in message
    assert f"{name} (column 'Col'): 2 of {rows} rows (0-based positions {rows - 2}, {rows - 1})" in message
    for level in kind.levels if isinstance(kind, Category) else ("True", "False"):
        assert level in message
    assert "words=" in message


def test_five_positions_are_shown_and_every_refused_column_is_named():
    table = pd.DataFrame({"mode_of_birth": [NAME] * 9, "newborn_sex": [1] * 9})
    with pytest.raises(UnknownLevels, match=r"positions 0, 1, 2, 3, 4, \.\.\.\)") as caught:
        conform(table)
    assert "newborn_sex: 9 of 9 rows" in str(caught.value)


@pytest.mark.parametrize("values", [[1, 2], [1.0, np.nan], [True, False], ["1", "2"], [[1], [2]]])
def test_codes_of_a_category_are_refused_until_their_meaning_is_stated(values):
    with pytest.raises(UnknownLevels):
        conform(pd.DataFrame({"newborn_sex": values}))


@pytest.mark.parametrize(
    "values", [[1, 2], [1.0, 2.0], ["1", " 2 "], [Decimal(1), Decimal("2.0")], pd.Categorical([1, 2])]
)
def test_stated_codes_are_taken_however_they_are_stored(values):
    columns = {"sex": Column("newborn_sex", words={1: "male", "2": "female"})}
    conformed = conform(pd.DataFrame({"sex": values}), columns=columns)
    assert conformed.frame["newborn_sex"].tolist() == ["male", "female"]
    assert conformed.problems == ()


def test_stated_words_are_taken_in_any_case_and_come_before_the_levels():
    columns = ColumnMap(
        {
            "Delivery": Column("mode_of_birth", words={"CS": "caesarean", "vacuum": "forceps"}),
            "Married": Column("married", words={"oui": True, "NON": False, "yes": False}),
        }
    )
    frame = conform(pd.DataFrame({"Delivery": [" cs", "Vacuum"], "Married": ["OUI ", "yes"]}), columns=columns).frame
    assert frame["mode_of_birth"].tolist() == ["caesarean", "forceps"]
    assert frame["married"].tolist() == [True, False]


@pytest.mark.parametrize("name", FLAGS)
def test_a_flag_may_be_written_in_many_ways(name):
    plain = [True, False, 1, 0, 1.0, 0.0, "1", "0", "1.0", Decimal(1), np.True_]
    column, rules = only(pd.DataFrame({name: pd.Series(plain, dtype=object)}))
    assert column.tolist() == [True, False, True, False, True, False, True, False, True, True, True]
    assert rules == []
    words = ["Yes", "no", "Y", "n", "TRUE", "False", "t", " f "]
    column, rules = only(pd.DataFrame({name: words}))
    assert column.tolist() == [True, False] * 4
    assert rules == []


@pytest.mark.parametrize("code", [9, 99, -1, 8, 88, 9.0, "9", " 99"])
def test_a_code_for_unknown_in_a_flag_is_unknown(code):
    column, rules = only(pd.DataFrame({"married": pd.Series([1, code], dtype=object)}))
    assert column.isna().tolist() == [False, True]
    assert rules == [ProblemRule.SENTINEL]
    if not isinstance(code, str):
        assert only(pd.DataFrame({"married": [1, code]}))[1] == [ProblemRule.SENTINEL]


@pytest.mark.parametrize("number", [2, 0.5, "3", -2, np.inf, 10**400])
def test_another_number_in_a_flag_is_refused(number):
    with pytest.raises(UnknownLevels, match=r"married: 1 of 2 rows .* hold a number other than 0 and 1"):
        conform(pd.DataFrame({"married": pd.Series([1, number], dtype=object)}))


# -------------------------------------------------------------------------------- across columns

CONTRADICTIONS = [
    {"diastolic_bp_mmhg": 90, "systolic_bp_mmhg": 90},
    {"parity": 2, "gravidity": 2},
    {"living_children": 3, "previous_live_births": 2},
    {"children_who_died": 3, "previous_live_births": 2},
    {"living_children": 1, "parity": 0},
    {"previous_live_births": 1, "parity": 0},
    {"previous_stillbirths": 2, "parity": 1},
    {"previous_caesarean_sections": 2, "parity": 1},
    {"previous_preterm_birth": True, "parity": 0},
    {"birth_weight_g": 3500, "gestational_age_at_birth_days": 26 * 7},
    {"gestational_age_at_booking_days": 281, "gestational_age_at_birth_days": 280},
    {"gestational_age_at_measurement_days": 281, "gestational_age_at_birth_days": 280},
    {"gestational_age_at_booking_days": 101, "gestational_age_at_measurement_days": 100},
    {"body_mass_index_kg_m2": 30, "pre_pregnancy_weight_kg": 60, "maternal_height_cm": 160},
    {"no_antenatal_care": True, "antenatal_contacts": 1},
    {"no_antenatal_care": True, "first_antenatal_visit_month": 3},
    {"caesarean_birth": False, "mode_of_birth": "caesarean"},
    {"stillbirth": True, "apgar_5min": 7},
    {"stillbirth": True, "neonatal_death": True},
    {"early_neonatal_death": True, "neonatal_death": False},
    {"neonatal_death": True, "infant_death": False},
]
CONSISTENT = [
    {"diastolic_bp_mmhg": 80, "systolic_bp_mmhg": 120},
    {"parity": 1, "gravidity": 2},
    {"living_children": 2, "previous_live_births": 2, "parity": 1},  # twins
    {"previous_caesarean_sections": 1, "parity": 1},
    {"birth_weight_g": 600, "gestational_age_at_birth_days": 24 * 7},
    {"birth_weight_g": 5200, "gestational_age_at_birth_days": 41 * 7},
    {"birth_weight_g": 1500, "gestational_age_at_birth_days": 38 * 7},
    {"gestational_age_at_booking_days": 280, "gestational_age_at_birth_days": 280},
    {"body_mass_index_kg_m2": 23.4, "pre_pregnancy_weight_kg": 60, "maternal_height_cm": 160},
    {"no_antenatal_care": True, "antenatal_contacts": 0},
    {"caesarean_birth": True, "mode_of_birth": "caesarean"},
    {"caesarean_birth": False, "mode_of_birth": "forceps"},
    {"stillbirth": True, "apgar_5min": 0},
]


def test_every_contradiction_below_is_one_of_a_cross_check():
    assert {frozenset(record) for record in CONTRADICTIONS} <= {frozenset(check.variables) for check in CROSS_CHECKS}


def records_over_the_range(names: tuple[str, ...]) -> pd.DataFrame:
    """Every combination of values from the whole range of each of these variables."""
    values = []
    for name in names:
        declared = VARIABLES[name]
        if isinstance(declared.kind, Flag):
            values.append([True, False])
        elif isinstance(declared.kind, Category):
            values.append(list(declared.kind.levels))
        else:
            low, high = declared.kind.possible
            values.append(sorted({*np.linspace(low, high, 12).round(), *declared.kind.plausible, *range(5)}))
    table = pd.DataFrame(list(itertools.product(*values)), columns=list(names))
    in_range = [table[name].between(*VARIABLES[name].kind.possible) for name in names if VARIABLES[name].is_numeric]
    return table[np.logical_and.reduce(in_range)].reset_index(drop=True) if in_range else table


@pytest.mark.parametrize("check", CROSS_CHECKS, ids=lambda check: "-".join(check.variables))
def test_a_cross_check_finds_some_records_contradictory_and_not_all(check):
    table = records_over_the_range(check.variables)
    conformed = conform(table)
    columns = {name: as_plain_numbers(conformed.frame[name]) for name in check.variables}
    contradictory = np.flatnonzero(check.rule.evaluate(columns, len(table)) == 1)
    assert 0 < len(contradictory) < len(table)
    reported = [p.positions.tolist() for p in conformed.problems if check.message in p.message]
    assert contradictory.tolist() in reported


@pytest.mark.parametrize("record", CONTRADICTIONS, ids=lambda record: "-".join(record))
def test_a_contradiction_is_counted_and_both_values_kept(record):
    table = pd.DataFrame([record, dict.fromkeys(record)])
    conformed = conform(table)
    (problem,) = conformed.problems
    assert problem.rule is ProblemRule.CONTRADICTION
    assert problem.positions.tolist() == [0]
    assert "1 of 2 rows" in problem.message
    assert conformed.frame.iloc[0].tolist() == list(record.values())


@pytest.mark.parametrize("record", CONSISTENT, ids=lambda record: "-".join(record))
def test_what_can_be_so_is_no_contradiction(record):
    assert conform(record).problems == ()


@pytest.mark.parametrize("check", CROSS_CHECKS, ids=lambda check: "-".join(check.variables))
def test_a_cross_check_says_the_same_of_one_record_as_of_a_frame(check):
    assert all(name in VARIABLES for name in check.variables)
    frame = conform(messy_table(300, 5)).frame
    columns = {name: as_plain_numbers(frame[name]) for name in check.variables}
    whole = check.rule.evaluate(columns, len(frame))
    records = [dict(zip(columns, map(float, row), strict=True)) for row in zip(*columns.values(), strict=True)]
    alone = [check.rule.evaluate_record(record) for record in records]
    np.testing.assert_array_equal(whole, alone)


@pytest.mark.parametrize("check", CROSS_CHECKS, ids=lambda check: "-".join(check.variables))
def test_unknown_never_contradicts(check):
    for unknown in range(len(check.variables)):
        values = dict.fromkeys(check.variables, 1.0)
        values[check.variables[unknown]] = float("nan")
        assert check.rule.evaluate_record(values) != 1


# -------------------------------------------------------------------------------- the report


def test_no_problem_repeats_what_a_cell_says():
    conformed = conform(messy_table(100, 11))
    assert conformed.problems
    assert "Amina" not in "".join(problem.message for problem in conformed.problems)
    assert "Amina" not in repr(conformed) + conformed._repr_html_()


@pytest.mark.parametrize("seed", range(2))
def test_a_problem_counts_the_rows_it_points_at(seed):
    table = messy_table(100, seed)
    for problem in conform(table).problems:
        assert problem.total == 100
        assert problem.count == len(problem.positions)
        assert np.all(np.diff(problem.positions) > 0)
        assert f"{problem.count} of 100 rows" in problem.message


def test_a_report_is_one_row_for_each_problem():
    conformed = conform(messy_table(30, 3))
    report = conformed.report()
    assert isinstance(conformed, Conformed)
    assert report.columns.tolist() == ["variable", "rule", "rows", "of", "message"]
    assert len(report) == len(conformed.problems)
    pd.testing.assert_frame_equal(report, problems_frame(conformed.problems))


def test_headings_are_escaped_where_they_are_shown_as_html():
    assert "<script>" not in conform(pd.DataFrame({"<script>": [1]}))._repr_html_()


def test_what_is_shown_is_short():
    text = repr(conform(messy_table(30, 3)))
    assert text.startswith("Conformed: 30 × ")
    assert len(text.splitlines()) == 7
    assert repr(conform({"parity": 1})) == "Conformed: 1 × 1 (rows × columns), no problems"
