"""One door: every verb takes every kind of table, gives the same for each, and conforms it once."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest

import perinatal as pn
from perinatal.errors import InputError, MissingVariables
from perinatal.frames import Conformed, as_cohort, conform_for
from perinatal.frames.conforming import conform
from perinatal.frames.tables import as_dataframe
from perinatal.models.feature_builder import resolve_features
from perinatal.registers import ReadingReport
from perinatal.sites import AdoptionOptions, examine
from perinatal.sites.pooling.federated import _encode_rows
from small_models import small_model

FEATURES = ["birth_weight_g", "gestational_age_at_birth_days", "plurality"]


@functools.cache
def births() -> pd.DataFrame:
    """Newborns of the sample hospital, labelled 0, 1, 2 ... as polars and Arrow leave them."""
    table = pn.load_sample("hospital_births").iloc[:600].reset_index(drop=True)
    random = np.random.default_rng(0)
    return table.assign(systolic_bp_mmhg=random.integers(90, 175, 600) * 1.0, heart_rate_bpm=80.0)


def as_records(table: pd.DataFrame) -> list[dict[str, object]]:
    return table.astype(object).where(table.notna(), None).to_dict("records")


def as_python_objects(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(object).where(table.notna(), None)


def as_categories(table: pd.DataFrame) -> pd.DataFrame:
    """Every column a category, of numbers and truths too."""
    return table.apply(lambda column: column.astype("category"))


def as_arrow(table: pd.DataFrame) -> pa.Table:
    return pa.Table.from_pandas(table, preserve_index=False)


def as_polars(table: pd.DataFrame) -> pl.DataFrame:
    return pl.from_arrow(as_arrow(table))


def as_read_cohort(table: pd.DataFrame) -> pn.Cohort:
    report = ReadingReport("made_up", "births.csv", len(table), (), (), (), (), 0, 0, ())
    return pn.Cohort(pn.conform(table).frame, report, "made_up")


KINDS: dict[str, Callable[[pd.DataFrame], object]] = {
    "nullable": lambda table: table.convert_dtypes(),
    "pyarrow": lambda table: table.convert_dtypes(dtype_backend="pyarrow"),
    "categories": as_categories,
    "python objects": as_python_objects,
    "records": as_records,
    "polars": as_polars,
    "arrow": as_arrow,
    "conformed": pn.conform,
    "cohort": as_read_cohort,
}


@functools.cache
def model() -> pn.RiskModel:
    return pn.load_model("nicu_admission-birth")


@functools.cache
def score() -> pn.PublishedModel:
    return pn.load_model("cradle_vsa")


def fitted(table: object, **stated: object) -> object:
    options = pn.FitOptions(scorers=["logistic"])
    fit = pn.fit(table, "nicu_admission", "birth", features=FEATURES, options=options, **stated)
    return fit.predict(births()).log_odds.tolist()


def monitored(table: object, **stated: object) -> object:
    result = pn.monitor(model(), table, period="quarter", **stated)
    return result.periods.to_dict("list"), [(alarm.period, alarm.about) for alarm in result.alarms]


def examined(table: object, **stated: object) -> object:
    result = examine(model(), table, site="A", options=AdoptionOptions(up_to="intercept"), **stated)
    return result.n, result.events, [(check.name, check.passed) for check in result.checks], result.record.after


def audited(table: object, **stated: object) -> object:
    result = pn.audit(table, "nicu_admission", "birth", features=FEATURES, **stated)
    return result.rows, result.events, [(finding.rule, finding.count) for finding in result.findings]


def encoded_at_a_site(table: object, **stated: object) -> object:
    """What train_federated reads of a site; the test of the training itself starts several processes."""
    features = resolve_features(FEATURES, "birth")
    parts = _encode_rows(as_cohort(table, **stated).frame, pn.OUTCOMES["nicu_admission"], features, model().moment, 0)
    return [part.tolist() for part in parts]


VERBS: dict[str, Callable[..., object]] = {
    "conform": lambda table, **stated: pn.conform(table, **stated).frame["birth_weight_g"].tolist(),
    "danger_signs": lambda table, **stated: pn.danger_signs(table, **stated).describe().tolist(),
    "predict": lambda table, **stated: model().predict(table, **stated).log_odds.tolist(),
    "explain": lambda table, **stated: model().explain(table, **stated).matrix.tolist(),
    "predict of a score": lambda table, **stated: str(score().predict(table, **stated).to_frame().to_dict("list")),
    "explain of a score": lambda table, **stated: score().explain(table, **stated).sentences.tolist(),
    "validate": lambda table, **stated: pn.validate(model(), table, bootstraps=20, **stated).performance["brier"],
    "compare": lambda table, **stated: pn.compare(table, "nicu_admission", [model()], **stated).ranking.to_dict(),
    "fit": fitted,
    "audit": audited,
    "adopt": examined,
    "monitor": monitored,
    "summarise": lambda table, **stated: pn.summarise(model(), table, site="A", **stated).to_dict(),
    "train_federated": encoded_at_a_site,
}


@functools.cache
def expected(verb: str) -> object:
    return VERBS[verb](births())


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_gives_the_same_for_every_kind_of_table(verb, kind):
    np.testing.assert_equal(VERBS[verb](KINDS[kind](births())), expected(verb))


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_takes_a_map_and_units(verb):
    in_kilograms = births().rename(columns={"birth_weight_g": "Weight"})
    in_kilograms["Weight"] = in_kilograms["Weight"] / 1000
    stated = {"columns": {"Weight": "birth_weight_g"}, "units": {"birth_weight_g": "kg"}}
    np.testing.assert_equal(VERBS[verb](in_kilograms, **stated), VERBS[verb](pn.conform(in_kilograms, **stated)))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("stated", [{"columns": {"Weight": "birth_weight_g"}}, {"units": {"birth_weight_g": "kg"}}])
def test_no_verb_takes_a_map_for_what_is_canonical(verb, stated):
    for kind in ("conformed", "cohort"):
        with pytest.raises(InputError, match="this one is canonical already"):
            VERBS[verb](KINDS[kind](births()), **stated)


@pytest.mark.parametrize("verb", VERBS)
def test_every_verb_says_which_tables_it_takes(verb):
    with pytest.raises(InputError, match=r"Expected a table .*; got int\."):
        VERBS[verb](3)


@pytest.mark.parametrize("which", ["trained", "published"])
def test_a_record_a_row_and_a_list_of_one_are_the_same(which):
    answering = model() if which == "trained" else score()
    row = births().iloc[3]
    record = as_records(births())[3]
    answers = [answering.predict(table) for table in (row, record, [record], pd.DataFrame([record]))]
    assert [list(answer.index) for answer in answers] == [[3], [0], [0], [0]]
    frames = [answer.to_frame().reset_index(drop=True) for answer in answers]
    for frame in frames[1:]:
        pd.testing.assert_frame_equal(frame, frames[0])


def test_a_row_keeps_its_label_and_a_column_is_refused():
    table = pn.load_sample("births")
    assert model().predict(table.loc["B003"]).index.tolist() == ["B003"]
    assert model().predict(table.loc["B003"]).risk.tolist() == model().predict(table.loc[["B003"]]).risk.tolist()
    with pytest.raises(InputError, match=r"the column 'birth_weight_g'. Pass table\[\['birth_weight_g'\]\]"):
        model().predict(table["birth_weight_g"])


def test_what_has_no_rows_under_headings_is_refused_with_the_way_out():
    with pytest.raises(InputError, match=r"read_table"):
        model().predict("births.csv")
    with pytest.raises(InputError, match=r"Call \.collect\(\)"):
        model().predict(as_polars(births()).lazy())
    with pytest.raises(InputError, match="through Arrow"):
        model().predict(as_polars(births())["birth_weight_g"])
    with pytest.raises(InputError, match="'a' more than once"):
        as_dataframe(pa.table([[1], [2]], names=["a", "a"]))


def test_texts_and_categories_of_polars_are_those_of_pandas():
    table = pl.DataFrame(
        {
            "text": ["caesarean", None],
            "category": pl.Series(["caesarean", None], dtype=pl.Categorical),
            "enum": pl.Series(["caesarean", None], dtype=pl.Enum(["spontaneous", "caesarean"])),
        }
    )
    for frame in (as_dataframe(table), as_dataframe(table.clear())):
        assert [str(dtype) for dtype in frame.dtypes] == ["str", "category", "category"]
    for heading in table.columns:
        conformed = pn.conform(table, columns={heading: "mode_of_birth"}, needed=["mode_of_birth"])
        assert conformed.frame["mode_of_birth"].tolist() == ["caesarean", np.nan]


def test_a_table_with_columns_called_like_the_parts_of_a_cohort_is_a_table():
    table = births().assign(frame=1, report=2, register=3)
    assert as_cohort(table).name == "a table"
    assert model().predict(table.iloc[0]).index.tolist() == [0]


def test_an_index_that_travels_with_an_arrow_table_comes_back():
    table = pn.load_sample("births")
    assert model().predict(pa.Table.from_pandas(table)).index.equals(table.index)


def test_a_stream_that_can_be_read_once_is_read_once():
    table = as_arrow(births())
    for verb in ("predict", "validate", "danger_signs"):
        reader = pa.RecordBatchReader.from_batches(table.schema, table.to_batches())
        np.testing.assert_equal(VERBS[verb](reader), expected(verb))


@pytest.mark.parametrize("kind", ["polars", "records", "conformed"])
@pytest.mark.parametrize("verb", [verb for verb in VERBS if verb != "conform"])
def test_a_table_is_conformed_once_and_a_conformed_one_never(verb, kind):
    table = KINDS[kind](births())
    model(), score(), small_model("logistic")
    calls = []

    def count(frame: object, event: str, argument: object) -> None:
        if event == "call" and frame.f_code.co_name == "_conform_column":
            calls.append(id(frame.f_locals["column"]))

    names = set(births().columns)
    sys.setprofile(count)
    try:
        VERBS[verb](table)
    finally:
        sys.setprofile(None)
    more = len(names) if verb == "fit" else 0  # its test predicts on a table of its own
    assert len(calls) <= (0 if kind == "conformed" else len(names)) + more


def test_conform_leaves_what_is_conformed_and_selects_from_it():
    conformed = pn.conform(births())
    assert conform(conformed) is conformed
    chosen = conform(conformed, needed=["parity", "platelet_count_10e9_l"])
    assert chosen.frame.columns.tolist() == ["parity", "platelet_count_10e9_l"]
    assert chosen.problems[-1].message == "platelet_count_10e9_l: the table has no such column; unknown in all 600 rows"
    assert pd.isna(chosen.frame["platelet_count_10e9_l"]).all()
    with pytest.raises(MissingVariables, match="none of the 1 column needed: platelet_count_10e9_l"):
        conform(conformed, needed=["platelet_count_10e9_l"])


def test_the_problems_of_some_rows_point_at_those_rows():
    table = pd.DataFrame({"birth_weight_g": [3000.0, 99999.0, 2900.0, 88888.0], "parity": [1.0, 1.0, -5.0, 1.0]})
    conformed = pn.conform(table)
    chosen = conformed.select_rows(np.array([False, True, True, True]))
    positions = {problem.variable: problem.positions.tolist() for problem in chosen.problems}
    assert positions == {"birth_weight_g": [0, 2], "parity": [1]}
    assert [problem.message for problem in chosen.problems] == [problem.message for problem in conformed.problems]


@pytest.mark.parametrize(
    ("column", "message"),
    [
        (pd.Series([3.2] * 600), "a Conformed holds values from 150 to 8200 g"),
        (pd.Series(["3200"] * 600), "has the dtype str"),
    ],
)
def test_a_frame_that_was_changed_after_conforming_is_not_believed(column, message):
    forged = Conformed(pn.conform(births()).frame.assign(birth_weight_g=column), ())
    for verb in ("predict", "explain", "validate", "summarise", "adopt", "monitor"):
        with pytest.raises(InputError, match=message):
            VERBS[verb](forged)


def test_the_table_of_the_caller_is_not_changed():
    for kind in ("nullable", "pyarrow", "python objects", "categories"):
        table = KINDS[kind](births())
        before = table.copy(deep=True)
        conform_for(table, model().inputs)
        as_cohort(table)
        pd.testing.assert_frame_equal(table, before)
