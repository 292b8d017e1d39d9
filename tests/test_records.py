"""One record as a mapping: the short way and the long way through ``conform`` give the same, whatever is in it."""

from __future__ import annotations

import functools
from collections import ChainMap, OrderedDict, defaultdict
from decimal import Decimal
from types import MappingProxyType

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import perinatal as pn
from perinatal.errors import InputError, MissingVariables, UnknownLevels
from perinatal.frames import CROSS_CHECKS, ProblemRule
from perinatal.frames.records import RecordReader
from perinatal.models.derived_features import DERIVED_FEATURES, feature
from perinatal.models.scorers import Recalibration
from perinatal.models.scorers.declared.logistic import LogisticScorer, LogisticTerm, count_levels
from perinatal.vocabulary import OUTCOMES, VARIABLES, Category, Count, Flag, Identifier, Moment
from small_models import small_model

INPUTS = tuple(name for name, v in VARIABLES.items() if not isinstance(v.kind, Identifier))
AT_BIRTH = tuple(name for name in INPUTS if Moment.DISCHARGE.sees(VARIABLES[name].known_at))
ON_ADMISSION = tuple(name for name in INPUTS if Moment.SARI_ADMISSION.sees(VARIABLES[name].known_at))


def made_up_model(names: tuple[str, ...], moment: Moment) -> pn.RiskModel:
    """A logistic model of every declared feature, each with another coefficient: nothing can stand for another."""
    derived = tuple(d.name for d in DERIVED_FEATURES.values() if set(d.inputs) <= set(names))
    features = tuple(feature(name) for name in (*names, *derived))
    terms = []
    for position, f in enumerate(features, start=1):
        levels = tuple((position + level / 7) / 1000 for level in range(count_levels(f)))
        centre = 0.0 if levels else float(sum(f.kind.plausible) / 2)
        scale = 1.0 if levels else float(max(np.ptp(f.kind.plausible), 1))
        terms.append(
            LogisticTerm(f.name, position / 999, 0.0, levels, centre, scale, slope=0.0 if levels else position / 500)
        )
    scorer = LogisticScorer(-2.0, terms)
    return pn.RiskModel("made-up", OUTCOMES["infant_death"], moment, features, scorer, Recalibration(0.1, 0.9))


@functools.cache
def models() -> tuple[pn.RiskModel, ...]:
    """All that is declared, on both clocks, and a model that somebody trained."""
    return (
        made_up_model(AT_BIRTH, Moment.DISCHARGE),
        made_up_model(ON_ADMISSION, Moment.SARI_ADMISSION),
        small_model("boosted"),
    )


def clean(name: str) -> st.SearchStrategy:
    """Values that are canonical and plausible."""
    kind = VARIABLES[name].kind
    if isinstance(kind, Category):
        return st.sampled_from(kind.levels)
    if isinstance(kind, Flag):
        return st.booleans()
    low, high = kind.plausible
    whole = st.integers(int(np.ceil(low)), int(high))
    if isinstance(kind, Count):
        return whole | whole.map(float)
    return st.floats(low, high) | whole | st.sampled_from([low, high])


UNKNOWN = st.sampled_from([None, float("nan"), np.nan, pd.NA, pd.NaT, np.float64("nan"), Decimal("NaN")])
WORDS = st.sampled_from(
    [
        "",
        " ",
        "NA",
        "unknown",
        "None",
        "none",
        "yes",
        "NO",
        "Caesarean",
        "32+4",
        "32+7",
        "11,2",
        "38",
        " 38.5 ",
        "1e2",
        "inf",
        "nan",
        "-1",
        "Jane Doe",
        "a\x00b",
        "�",
        "x" * 99,
        "true",
        "1",
        "0",
    ]
)
NUMBERS = (
    st.sampled_from([-1, 0, 1, 2, 8, 9, 88, 99, 999, 9999, 99.9, -9.0, -0.0, 0.5, 1e308, 10**30, 10**400, -(10**400)])
    | st.sampled_from([float("inf"), -float("inf"), 5e-324, True, False, 2**53 + 1, 2**63, 2**64])
    | st.integers(-(2**70), 2**70)
    | st.floats()
)
NUMPY = st.sampled_from(
    [
        np.float64(38.5),
        np.float32(38.5),
        np.int64(38),
        np.int8(1),
        np.uint8(200),
        np.bool_(True),
        np.bool_(False),
        np.float16(1),
        np.float64("inf"),
        np.str_("female"),
        np.datetime64("2020-01-01"),
        np.timedelta64(3, "D"),
    ]
)
ODD = st.sampled_from(
    [
        Decimal("38.5"),
        Decimal(1),
        Decimal("1E+400"),
        Decimal("Infinity"),
        3 + 0j,
        b"female",
        object(),
        print,
        int,
        pd.Timestamp("2020-01-01"),
        pd.Timedelta(3, "D"),
        range(3),
        frozenset({1}),
        Moment.BIRTH,
        Ellipsis,
        [1],
        (1, 2),
        {1},
        {"a": 1},
        np.array([1.0]),
        np.array(1.0),
        pd.Series([1.0]),
        pd.Index([1]),
        bytearray(b"1"),
    ]
)
DIRTY = UNKNOWN | WORDS | NUMBERS | NUMPY | ODD
OTHER_HEADINGS = st.sampled_from(
    [
        "systolic_bp",
        "name of the mother",
        "",
        "Birth_Weight_G",
        "mother_id",
        "delivery_id",
        "infant_death",
        "hospital_id",
        7,
        None,
        ("a", "b"),
        3.5,
        float("nan"),
    ]
)


@st.composite
def records(draw: st.DrawFn, names: tuple[str, ...]) -> dict:
    """A record: mostly clean, somewhat dirty, with anything absent, in any order, perhaps with other headings."""
    how = draw(st.sampled_from(["clean", "one odd value", "dirty"]))
    few = draw(st.booleans())
    chosen = draw(st.lists(st.sampled_from(names), unique=True, max_size=8 if few else len(names)))
    record = {name: draw(clean(name) | st.none() if how != "dirty" else clean(name) | DIRTY) for name in chosen}
    if how == "one odd value" and chosen:
        record[draw(st.sampled_from(chosen))] = draw(DIRTY)
    if draw(st.integers(0, 9)) == 0:
        heading = draw(OTHER_HEADINGS | st.sampled_from(INPUTS))
        record[heading] = draw(DIRTY)
    return record


def answer(model: pn.RiskModel, record: object) -> tuple:
    """What a record gives, as something that compares: the risk to the last bit and the problems, or the error."""
    try:
        matrix, index, problems, signs = model._read(record, None, None)
    except Exception as error:  # noqa: BLE001 (both ways must give the same one)
        return type(error).__name__, str(error)
    log_odds = model.recalibration.log_odds(model.scorer.log_odds(matrix))
    problem_rows = tuple((p.variable, p.rule, p.count, p.total, p.message) for p in problems)
    sign_rows = (signs.describe().tolist(), signs.to_frame().values.tolist(), signs.by_sign.values.tolist())
    return matrix.shape, matrix.tobytes(), log_odds.tobytes(), index.equals(pd.RangeIndex(1)), problem_rows, sign_rows


def both(model: pn.RiskModel, record: object) -> tuple[tuple, tuple]:
    """The answer as it is given, and the answer with the short way closed."""
    short_way = answer(model, record)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RecordReader, "read", _no_short_way)
        return short_way, answer(model, record)


def _no_short_way(reader: RecordReader, record: object) -> None:
    return None


@pytest.mark.parametrize("which", range(3))
@settings(max_examples=120, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_short_way_agrees_with_the_long_way_whatever_is_in_a_record(which, data):
    model = models()[which]
    short, long = both(model, data.draw(records(model.inputs)))
    assert short == long


@pytest.mark.parametrize("name", INPUTS)
def test_every_variable_alone_is_read_the_same_both_ways(name):
    model = made_up_model((name,), Moment.DISCHARGE if name in AT_BIRTH else Moment.SARI_ADMISSION)
    kind = VARIABLES[name].kind
    values: list[object] = [
        None,
        np.nan,
        pd.NA,
        True,
        False,
        0,
        1,
        1.0,
        -1,
        99,
        9999,
        "1",
        "x",
        "yes",
        "",
        "unknown",
        [1],
    ]
    values += [np.int64(1), np.float32(1), np.bool_(True), Decimal(1), np.str_("x"), float("inf"), b"x", 10**400]
    if isinstance(kind, Category):
        values += [*kind.levels, kind.levels[0].upper(), f" {kind.levels[0]}", np.str_(kind.levels[-1])]
    elif not isinstance(kind, Flag):
        for low, high in (kind.plausible, kind.possible):
            values += [low, high, low - 1, high + 1, np.nextafter(low, -np.inf), np.nextafter(high, np.inf)]
            values += [float(low), int(high), low + 0.5]
    for value in values:
        short, long = both(model, {name: value})
        assert short == long, value


@pytest.mark.parametrize("check", CROSS_CHECKS, ids=[" and ".join(check.variables) for check in CROSS_CHECKS])
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_every_contradiction_is_found_both_ways(check, data):
    names = tuple(name for name in check.variables if name in AT_BIRTH)
    model = made_up_model(names, Moment.DISCHARGE)
    record = {name: data.draw(clean(name)) for name in names}
    short, long = both(model, record)
    assert short == long


def test_a_contradiction_rides_with_the_risk():
    prediction = models()[0].predict({"systolic_bp_mmhg": 90, "diastolic_bp_mmhg": 110})
    assert [p.rule for p in prediction.problems if p.rule is not ProblemRule.ABSENT_COLUMN] == [
        ProblemRule.CONTRADICTION
    ]


def test_a_clean_record_goes_the_short_way(monkeypatch):
    model = small_model("boosted")
    record = dict.fromkeys(model.inputs)
    record |= {"plurality": 2, "maternal_age_years": 31.0, "chorioamnionitis": False, "fetal_presentation": "breech"}
    expected = answer(model, record)
    monkeypatch.setattr("perinatal.models.risk_model.conform_for", _must_not_be_called)
    assert answer(model, record) == expected
    assert model.predict(record).problems == ()


def _must_not_be_called(*arguments: object, **keywords: object) -> None:
    raise AssertionError("this must not be called")


def test_an_absent_input_is_said_and_an_unknown_one_is_not():
    prediction = small_model("boosted").predict({"plurality": 2, "maternal_age_years": None})
    absent = [p.variable for p in prediction.problems]
    assert "maternal_age_years" not in absent
    assert "haemoglobin_g_dl" in absent
    assert {p.rule for p in prediction.problems} == {ProblemRule.ABSENT_COLUMN}
    assert "maternal_age_years" in prediction.missing.iloc[0]


@pytest.mark.parametrize("kind", ["boosted", "logistic"])
def test_a_record_that_knows_nothing_has_no_risk_and_says_so(kind):
    model = small_model(kind)
    prediction = model.predict(dict.fromkeys(model.inputs))
    assert np.isnan(prediction.risk.iloc[0])
    assert prediction.status.tolist() == ["nothing_known"]
    assert prediction.missing.iloc[0] == model.feature_names
    assert [problem.rule for problem in prediction.problems] == [ProblemRule.NOTHING_KNOWN]


@pytest.mark.parametrize(
    ("record", "error"),
    [
        ({}, MissingVariables),
        ({"shoe_size": 38}, MissingVariables),
        ({"maternal_age": 31, "plurality": 1}, MissingVariables),
        ({"fetal_presentation": "sideways"}, UnknownLevels),
        ({"chorioamnionitis": "perhaps"}, UnknownLevels),
        ({"plurality": [1, 2]}, InputError),
        ({"plurality": 1, "birth_weight_g": [1450, 1500]}, InputError),  # not an input of this model
    ],
)
def test_a_record_that_cannot_be_read_is_refused_both_ways_without_repeating_it(record, error):
    for model in (small_model("boosted"), small_model("logistic")):
        with pytest.raises(error) as caught:
            model.predict(record)
        assert not {"sideways", "perhaps", "1450"} & set(str(caught.value).replace(",", " ").split())
        short, long = both(model, record)
        assert short == long


@pytest.mark.parametrize("form", [dict, OrderedDict, MappingProxyType, ChainMap, lambda r: defaultdict(int, r)])
def test_any_mapping_is_a_record(form):
    record = {"plurality": 2, "maternal_age_years": 31.0}
    model = small_model("boosted")
    assert answer(model, form(record)) == answer(model, record)


def test_a_record_is_not_changed():
    record = {"plurality": "2", "maternal_age_years": 31.0}
    before = dict(record)
    small_model("boosted").predict(record)
    assert record == before


def test_what_one_record_lacked_is_not_said_of_the_next():
    model = small_model("boosted")
    some = model.predict({"plurality": 2}).problems
    other = model.predict({"maternal_age_years": 31}).problems
    assert {p.variable for p in some} ^ {p.variable for p in other} == {"plurality", "maternal_age_years"}
    assert model.predict({"plurality": 2}).problems == some
