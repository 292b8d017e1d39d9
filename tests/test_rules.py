"""The rule language: three-valued, checked before it is used, and unable to run anything else."""

from __future__ import annotations

import itertools
import pickle

import numpy as np
import pytest

from perinatal.errors import DeclarationError
from perinatal.vocabulary.rules.expressions import FLAG, LABEL, NUMBER, Expression, find_unknown_inputs
from perinatal.vocabulary.rules.parsing import list_names, parse_rule

UNKNOWN = np.nan
MEANINGS = {"a": FLAG, "b": FLAG, "x": NUMBER, "y": NUMBER, "sex": ("female", "male"), "month": LABEL}
OPTIONS = {"society": ("acog", ("acog", "isshp"))}


def read(text: str) -> Expression:
    return parse_rule(text, MEANINGS, OPTIONS)


def value(text: str, **inputs: float) -> float:
    values = {name: np.array([number], dtype=float) for name, number in inputs.items()}
    return float(read(text).evaluate(values, 1)[0])


def same(one: float, other: float) -> bool:
    return one == other or (np.isnan(one) and np.isnan(other))


@pytest.mark.parametrize(("one", "other"), list(itertools.product([1.0, 0.0, UNKNOWN], repeat=2)))
def test_and_or_and_not_follow_kleene(one, other):
    known = [v for v in (one, other) if not np.isnan(v)]
    conjunction = 0.0 if 0.0 in known else (1.0 if len(known) == 2 else UNKNOWN)
    disjunction = 1.0 if 1.0 in known else (0.0 if len(known) == 2 else UNKNOWN)
    assert same(value("a and b", a=one, b=other), conjunction)
    assert same(value("a or b", a=one, b=other), disjunction)
    assert same(value("not a", a=one), 1 - one)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x + 2 * y - 1", 3 + 8 - 1),
        ("x ** 2 / y", 9 / 4),
        ("-x", -3),
        ("max(x, y, 1)", 4),
        ("min(x, y, 1)", 1),
        ("log(x)", np.log(3)),
        ("exp(x)", np.exp(3)),
        ("sqrt(y)", 2),
        ("abs(-x)", 3),
        ("floor(x / 2)", 1),
        ("round(x / y)", 1),
        ("round(x / 7, 3)", 0.429),
        ("1 < x < y", 1),
        ("1 < y < x", 0),
        ("x if x > y else y", 4),
        ("x * (x > y)", 0),
        ("x == 3 and y != 3", 1),
        ("known(x)", 1),
        ("True", 1),
    ],
)
def test_arithmetic_and_comparisons_are_those_of_python(text, expected):
    assert value(text, x=3, y=4) == pytest.approx(expected)


@pytest.mark.parametrize(
    "text", ["x + y", "x * y", "x ** 0", "max(x, y)", "min(y, x)", "x < y", "x == x", "log(x)", "round(x)", "abs(x)"]
)
def test_an_unknown_number_makes_everything_of_it_unknown(text):
    assert np.isnan(value(text, x=UNKNOWN, y=1))


@pytest.mark.parametrize(
    "text", ["x / 0 > 1", "log(0 * x - 1) < 0", "sqrt(-x) < 1", "1 / (x - 3) < 5", "exp(x * 999) > 1"]
)
def test_what_has_no_value_decides_nothing(text):
    assert np.isnan(value(text, x=3))


def test_a_branch_not_taken_may_be_unknown():
    assert value("x if a else y", a=1, x=5, y=UNKNOWN) == 5
    assert value("x if a else y", a=0, x=UNKNOWN, y=6) == 6
    assert np.isnan(value("x if a else y", a=UNKNOWN, x=5, y=5))


def test_words_are_compared_by_their_level_and_unknown_stays_unknown():
    assert value("sex == 'male'", sex=1) == 1
    assert value("sex != 'male'", sex=1) == 0
    assert value("sex in ('female', 'male')", sex=0) == 1
    assert value("sex not in ('female',)", sex=1) == 1
    assert np.isnan(value("sex == 'male'", sex=UNKNOWN))


def test_an_option_is_folded_so_that_the_other_branch_needs_nothing():
    assert read("x >= 150 if society == 'isshp' else y >= 100").names == ("y",)
    assert read("society == 'isshp' and x > 1").constant == 0
    assert read("society == 'acog' or x > 1").constant == 1
    assert read("(society == 'isshp') * x").constant == 0
    assert read("society in ('acog', 'isshp') and a").names == ("a",)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("z > 1", "'z' is not declared"),
        ("sex == 'men'", "'men' is not among the words of 'sex'"),
        ("society == 'figo'", "'figo' is not among the words of 'society'"),
        ("sex", "is a word"),
        ("sex > 'male'", "is a word"),
        ("month", "is a label"),
        ("month > x", "is a label"),
        ("month >= 2021", "is a label"),
        ("'2019-01' < month < '2021-04'", "not part of the language"),
        ("month in ('2021-04', '2021-05')", "is a label"),
        ("sex == x", "is a word"),
        ("sex == 'male' == 'female'", "one comparison"),
        ("sex == ('male', 'female')", "use 'in'"),
        ("x and a", "'x' is a number where a condition is expected"),
        ("1 if x else 2", "'x' is a number where a condition is expected"),
        ("not x", "'x' is a number where a condition is expected"),
        ("x in (1, 2)", "'in' is for words"),
        ("x > ", "is not an expression"),
        ("", "is not an expression"),
        ("pow(x, 2)", "not a function"),
        ("log(x, y)", "does not take 2 arguments"),
        ("max(x)", "does not take 1 arguments"),
        ("known(x + 1)", "takes one declared name"),
        ("'text'", "not part of the language"),
        ("x % 2", "not part of the language"),
        ("x // 2", "not part of the language"),
    ],
)
def test_a_slip_in_a_declaration_is_named(text, message):
    with pytest.raises(DeclarationError, match="expression") as caught:
        read(text)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('true')",
        "x.__class__",
        "(lambda: 1)()",
        "[x for x in (1, 2)]",
        "x[0]",
        "open('f')",
        "f'{x}'",
        "(x := 1)",
        "max(*(x, y))",
        "round(x, digits=2)",
        "getattr(x, 'real')",
        "{1: 2}",
        "await x",
        "1j * x",
        "None",
    ],
)
def test_nothing_but_the_language_is_read(text):
    with pytest.raises(DeclarationError):
        read(text)


def test_names_in_gives_what_is_read_before_anything_is_folded():
    assert set(list_names("x if society == 'acog' else max(y, 1)")) == {"x", "society", "y"}


def test_whole_columns_give_what_single_rows_give():
    draw = np.random.default_rng(1)
    values = {name: draw.choice([0.0, 1.0, UNKNOWN], 500) for name in ("a", "b")}
    values |= {name: draw.choice([1.5, 2.5, UNKNOWN], 500) for name in ("x", "y")}
    rule = read("(a or x > y) and not (b and x == 1.5) or (round(x / y, 6) >= 1.666667 if a else b)")
    whole = rule.evaluate(values, 500)
    alone = [rule.evaluate({name: column[[row]] for name, column in values.items()}, 1)[0] for row in range(500)]
    np.testing.assert_array_equal(whole, alone)


ON_RECORDS = (
    "(a or x > y) and not (b and x == 1.5) or (round(x / y, 6) >= 1.666667 if a else b)",
    "x / (y - 1.5) > 1 or log(x - y) < 0 or exp(x * 400) > 1",
    "exp(y / 7) * max(x, y, 2) - min(x, 2) ** 2 > sqrt(abs(-x)) + floor(y)",
    "known(x) and not known(y) or x != y",
    "sex == 'male' and x <= y or sex not in ('male',) and x >= y",
    "known(month) and month < '2020-06' or month == '2021-01'",
)


@pytest.mark.parametrize("tolerance", [0.0, 1e-9])
@pytest.mark.parametrize("text", ON_RECORDS)
def test_a_record_of_plain_numbers_gives_what_a_column_gives_to_the_last_bit(text, tolerance):
    draw = np.random.default_rng(2)
    values = {name: draw.choice([0.0, 1.0, UNKNOWN], 400) for name in ("a", "b", "sex")}
    values |= {name: draw.choice([0.0, 1.5, 1.5 + 1e-12, 2.5, -3.0, UNKNOWN], 400) for name in ("x", "y")}
    values["month"] = draw.choice(np.array(["2019-12", "2020-06", "2021-01", None], dtype=object), 400)
    rule = parse_rule(text, MEANINGS, OPTIONS, tolerance)
    records = [dict(zip(values, row, strict=True)) for row in zip(*(v.tolist() for v in values.values()), strict=True)]
    np.testing.assert_array_equal(rule.evaluate(values, 400), [rule.evaluate_record(record) for record in records])


def test_numbers_that_differ_by_the_tolerance_compare_as_equal():
    for text, expected in (
        ("x >= 38", 1),
        ("x <= 38", 1),
        ("x == 38", 1),
        ("x > 38", 0),
        ("x < 38", 0),
        ("x != 38", 0),
    ):
        for nearly in (38 - 1e-12, 38.0, 38 + 1e-12):
            assert parse_rule(text, MEANINGS, {}, 1e-9).evaluate_record({"x": nearly}) == expected
    assert parse_rule("x >= 38", MEANINGS, {}).evaluate_record({"x": 38 - 1e-12}) == 0


def test_labels_are_compared_as_texts_and_an_unknown_label_decides_nothing():
    months = {"month": np.array(["2019-12", "2021-04", None, np.nan], dtype=object)}
    np.testing.assert_array_equal(read("month >= '2021-04'").evaluate(months, 4), [0, 1, UNKNOWN, UNKNOWN])
    np.testing.assert_array_equal(read("known(month)").evaluate(months, 4), [1, 1, 0, 0])


def test_blame_names_exactly_the_unknowns_that_matter():
    """An input is blamed where giving it some value, with the other unknowns some value too, settles the result."""
    rule = read("(a and x > 1) or (b if y > 2 else a)")
    for row in itertools.product([0.0, 1.0, UNKNOWN], [0.0, 1.0, UNKNOWN], [0.0, 2.0, UNKNOWN], [0.0, 3.0, UNKNOWN]):
        values = {name: np.array([number]) for name, number in zip(("a", "b", "x", "y"), row, strict=True)}
        blamed = find_unknown_inputs(rule, values, {}, 1)
        assert bool(blamed) == bool(np.isnan(rule.evaluate(values, 1)[0]))
        assert all(np.isnan(values[name][0]) for name in blamed)


def test_blame_goes_through_a_quantity_to_what_it_reads():
    quantity = parse_rule("x / y", MEANINGS, {})
    rule = parse_rule("ratio > 1 or a", {**MEANINGS, "ratio": NUMBER}, {})
    values = {"x": np.array([1.0]), "y": np.array([UNKNOWN]), "a": np.array([0.0])}
    values["ratio"] = quantity.evaluate(values, 1)
    assert list(find_unknown_inputs(rule, values, {"ratio": quantity}, 1)) == ["y"]


def test_an_expression_travels_to_other_processes():
    assert pickle.loads(pickle.dumps(read("x > 1 and a"))) == read("x > 1 and a")  # noqa: S301
