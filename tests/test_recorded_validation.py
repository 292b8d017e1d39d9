"""What a model's record keeps of its validations: read back whole, rounded, and without a count of few people."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import InputError
from perinatal.report import model_page, validation_page
from perinatal.report.checklist import checklist_of_model
from perinatal.training.eligibility import meant
from perinatal.validation import record_of, result_of, validate
from perinatal.validation.small_cells import hide_more, joined, said_flow
from perinatal.vocabulary import OUTCOMES, VARIABLES, Flag, Moment, outcome

MODELS = list(pn.available_models().index)
LARGEST_RECORD_BYTES = 300_000
COUNTED = ("n", "events", "n_with", "n_without", "with_outcome", "without_outcome")


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    births = pn.load_sample("births")
    weeks = births["gestational_age_at_birth_days"].fillna(275) / 7
    admitted = np.random.default_rng(0).random(len(births)) < 1 / (1 + np.exp(0.6 * (weeks - 36)))
    return births.assign(nicu_admission=pd.array(admitted, dtype="boolean"))


@pytest.fixture(scope="module")
def model() -> pn.RiskModel:
    return pn.load_model("nicu_admission-birth")


@pytest.fixture(scope="module")
def result(model, births):
    return validate(model, births, times=20)


# ------------------------------------------------------------------------------------------
# There and back
# ------------------------------------------------------------------------------------------


def test_a_record_is_json_without_nan_and_small(result):
    assert len(json.dumps(record_of(result), allow_nan=False, indent=1)) < LARGEST_RECORD_BYTES / 5


def test_a_record_read_back_gives_the_same_record(model, result):
    once = json.loads(json.dumps(record_of(result)))
    assert record_of(result_of(model, once)) == once


def test_what_is_read_back_is_what_was_found_to_four_digits(model, result):
    back = result_of(model, json.loads(json.dumps(record_of(result))))
    assert (back.n, back.events, back.clusters, back.notes) == (result.n, result.events, result.clusters, result.notes)
    for name, found in result.performance.items():
        np.testing.assert_allclose(back.performance[name], found, rtol=1e-3)
    pd.testing.assert_frame_equal(back.inputs, result.inputs)
    for name in ("n", "events", "auroc", "auroc_low", "observed_over_expected_high"):
        np.testing.assert_allclose(back.groups[name].to_numpy(float), result.groups[name].to_numpy(float), rtol=1e-3)
    assert back.groups.index.tolist() == result.groups.index.tolist()
    assert back.table_one["level"].tolist() == result.table_one["level"].tolist()
    np.testing.assert_allclose(back.table_one["n_with"].to_numpy(float), result.table_one["n_with"].to_numpy(float))


def test_a_page_can_be_made_of_what_was_read_back(model, result):
    page = validation_page(result_of(model, record_of(result)))
    assert "Decision curve" in page
    assert "NaN" not in page
    assert ">nan" not in page


def test_a_record_without_groups_or_curve_is_read_back(model, result):
    bare = replace(result, groups=result.groups.iloc[:0], curve=result.curve.iloc[:0])
    back = result_of(model, json.loads(json.dumps(record_of(bare))))
    assert back.groups.empty
    assert back.curve.empty
    assert "No column to group by" in validation_page(back)


# ------------------------------------------------------------------------------------------
# Few people
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "flow",
    [
        [("read", 520), ("set aside: a", 15), ("set aside: b", 5), ("used", 500)],
        [("read", 505), ("set aside: a", 0), ("set aside: b", 5), ("used", 500)],
        [("read", 512), ("set aside: a", 3), ("set aside: b", 4), ("set aside: c", 5), ("used", 500)],
        [("read", 507), ("set aside: a", 3), ("set aside: b", 4), ("used", 500)],
        [("used", 5)],
    ],
)
def test_no_step_of_a_flow_gives_away_few_people(flow):
    told = said_flow(flow)
    counts = [count for _, count in told]
    if None in counts:
        assert counts[0] is None
    elif len(flow) > 2:
        assert counts[0] - sum(counts[1:-1]) == counts[-1]
        assert not any(0 < count < 10 for count in counts[1:-1])


@pytest.mark.parametrize("seed", range(30))
def test_rows_put_together_leave_no_small_cell_and_lose_nobody(seed):
    random = np.random.default_rng(seed)
    counts = pd.DataFrame(random.poisson(random.gamma(0.5, 30, (7, 2))), columns=["with", "without"])
    lines = joined(counts)
    assert sorted(place for line in lines for place in line) == list(range(7))
    sums = np.array([counts.iloc[line].sum() for line in lines])
    if (sums.any(axis=1)).sum() > 1:
        assert not ((sums > 0) & (sums < 10)).any()


def test_what_is_not_recorded_goes_with_no_so_that_yes_is_shown():
    counts = pd.DataFrame({"with": [40, 700, 4], "without": [90, 4600, 30]}, index=["yes", "no", "not recorded"])
    assert joined(counts, np.array([1, 0, 1])) == [[0], [1, 2]]


@pytest.mark.parametrize("seed", range(30))
def test_hidden_counts_are_never_one_nor_few_people_together(seed):
    random = np.random.default_rng(seed)
    counts = pd.Series(random.poisson(random.gamma(0.5, 20, 6))).astype(float)
    shown = hide_more(counts.where((counts >= 10) | (counts == 0)), int(counts.sum()))
    gone = shown.isna()
    if gone.any() and (~gone & (shown > 0)).any():
        assert gone.sum() > 1
        assert counts[gone].sum() >= 10


def known_sums(record: dict) -> tuple[list[tuple[dict[str, int], float]], set[str]]:
    """Every sum of people that a record tells, as cells and their total; and the cells that are hidden."""
    n, events = record["n"], record["events"]
    told: list[tuple[dict[str, int], float]] = []
    hidden = set()
    groups = record["groups"]
    for grouping in dict.fromkeys(groups.get("grouping", ())):
        for column, total in (("n", n), ("events", events)):
            cells = {}
            for at, name in enumerate(groups["grouping"]):
                if name == grouping:
                    cell = f"{grouping}|{at}|{column}"
                    cells[cell] = 1
                    value = groups.get(column, [None] * len(groups["grouping"]))[at]
                    told += [] if value is None else [({cell: 1}, value)]
                    hidden |= {cell} if value is None else set()
            told.append((cells, total))
    table = record["table_one"]
    for name in dict.fromkeys(table.get("input", ())):
        for column, total in (("n_with", events), ("n_without", n - events)):
            cells = {}
            for at, one in enumerate(table["input"]):
                if one == name:
                    cell = f"{name}|{at}|{column}"
                    cells[cell] = 1
                    value = table.get(column, [None] * len(table["input"]))[at]
                    told += [] if value is None else [({cell: 1}, value)]
                    hidden |= {cell} if value is None else set()
            told.append((cells, total))
        unknown = record["unknown"][name]
        places = [at for at, one in enumerate(table["input"]) if one == name]
        last = places[-1]
        if unknown is not None and table["level"][last] == "not recorded":
            told.append(({f"{name}|{last}|n_with": 1, f"{name}|{last}|n_without": 1}, unknown))
    for column, total in (("with_outcome", events), ("without_outcome", n - events)):
        values = record["distribution"].get(column, [])
        cells = {f"bin|{at}|{column}": 1 for at in range(len(values))}
        told += [({f"bin|{at}|{column}": 1}, v) for at, v in enumerate(values) if v is not None]
        hidden |= {f"bin|{at}|{column}" for at, v in enumerate(values) if v is None}
        told += [(cells, total)] if cells else []
    return told, hidden


def worked_out(told: list[tuple[dict[str, int], float]], hidden: set[str]) -> list[str]:
    """The hidden cells that the sums determine."""
    if not hidden:
        return []
    cells = sorted({cell for sums, _ in told for cell in sums})
    place = {cell: at for at, cell in enumerate(cells)}
    matrix = np.zeros((len(told), len(cells)))
    for at, (sums, _) in enumerate(told):
        for cell, times in sums.items():
            matrix[at, place[cell]] = times
    rank = np.linalg.matrix_rank(matrix)
    found = []
    for cell in sorted(hidden):
        unit = np.zeros((1, len(cells)))
        unit[0, place[cell]] = 1
        if np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank:
            found.append(cell)
    return found


def test_between_two_lines_of_thresholds_there_are_nobody_or_ten_people_at_least(model, births):
    found = validate(model, births, times=20, thresholds=[0.1, 0.101, 0.102, 0.2, 0.21, 0.3])
    shown = pd.concat([found.thresholds, found.capacity]).dropna(subset=["ppv"]).sort_values("threshold")
    risk = model.predict(births).risk.to_numpy()
    observed = births["nicu_admission"].to_numpy(dtype=bool)
    for with_it in (observed, ~observed):
        alerts = np.array([(with_it & (risk >= threshold)).sum() for threshold in shown["threshold"]])
        apart = np.abs(np.diff(alerts))
        assert not ((apart > 0) & (apart < 10)).any()
    hidden = found.thresholds[found.thresholds["ppv"].isna()]
    assert (hidden["note"] != "").all()


def test_a_cell_that_can_be_worked_out_is_found():
    told = [({"a": 1, "b": 1}, 20.0), ({"a": 1}, 15.0)]
    assert worked_out(told, {"b"}) == ["b"]
    assert worked_out(told[:1], {"a", "b"}) == []


def test_no_hidden_cell_of_a_made_up_validation_can_be_worked_out(result):
    assert worked_out(*known_sums(record_of(result))) == []


@pytest.mark.parametrize("name", MODELS)
def test_no_hidden_cell_of_a_models_record_can_be_worked_out(name):
    for test in pn.load_model(name).evaluation["tests"]:
        record = test["validation"]
        told, hidden = known_sums(record)
        assert worked_out(told, hidden) == [], test["name"]


@pytest.mark.parametrize("name", MODELS)
def test_no_count_of_a_models_record_is_of_one_to_nine_people(name):
    for test in pn.load_model(name).evaluation["tests"]:
        record = test["validation"]
        for table in ("groups", "table_one", "distribution", "calibration_table"):
            for column in COUNTED:
                assert not any(v is not None and 0 < v < 10 for v in record[table].get(column, ())), (table, column)
        assert not any(v is not None and 0 < v < 10 for v in record["unknown"].values())
        assert not any(v is not None and 0 < v < 10 for _, v in record["flow"])
        assert not any(0 < count < 10 for _, _, count, _, _ in record["problems"])


# ------------------------------------------------------------------------------------------
# The shipped models
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", MODELS)
def test_every_test_on_record_can_be_shown_whole(name):
    model = pn.load_model(name)
    assert len(json.dumps(model.evaluation, indent=1)) < LARGEST_RECORD_BYTES
    for test in model.evaluation["tests"]:
        found = result_of(model, test["validation"])
        assert (found.n, found.events) == (test["n"], test["events"])
        assert found.performance["auroc"].value == pytest.approx(test["auroc"][0], abs=1e-3)
        assert found.flow[-1] == ("used", found.n)
        assert len(found.decision) >= 10
        assert found.inputs.index[found.inputs["absent"]].tolist() == test["inputs_absent"]


@pytest.mark.parametrize("name", MODELS)
def test_the_first_test_is_judged_by_age_and_by_what_the_moment_knows(name):
    model = pn.load_model(name)
    groups = result_of(model, model.evaluation["tests"][0]["validation"]).groups.index.get_level_values(0)
    assert len(set(groups)) >= 1
    if "plurality" in model.inputs:
        assert "plurality" in set(groups)


@pytest.mark.parametrize("name", MODELS)
def test_the_page_of_a_model_says_nothing_is_unavailable_that_was_measured(name):
    page = model_page(pn.load_model(name))
    assert "not available" not in page.lower().replace("not available: spread", "").replace(
        "not available: calibration", ""
    )


@pytest.mark.parametrize("name", MODELS)
def test_the_checklist_tells_setting_dates_groups_and_people_where_they_are_on_record(name):
    told = {item.number: item.told for item in checklist_of_model(pn.load_model(name))}
    for number in ("5b", "6a", "11", "12e", "14", "20a", "20b", "21", "23a"):
        assert told[number], number


# ------------------------------------------------------------------------------------------
# What is kept together
# ------------------------------------------------------------------------------------------


def test_rows_of_a_named_column_are_kept_together_and_intervals_are_wider(model, births):
    many = pd.concat([births] * 4, ignore_index=True).drop(columns="delivery_id")
    places = pd.Series([f"P{number % 12}" for number in range(len(many))], dtype="str")
    placed = pn.conform(many.assign(facility_id=places))
    alone, together = validate(model, placed, times=20), validate(model, placed, times=20, clusters="facility_id")
    assert (alone.clusters, together.clusters) == (None, "facility_id")
    assert alone.performance["auroc"].value == together.performance["auroc"].value
    assert alone.performance["auroc"] != together.performance["auroc"]


def test_a_column_that_is_not_there_to_keep_together_is_refused(model, births):
    with pytest.raises(InputError, match="no column 'village'"):
        validate(model, births, times=20, clusters="village")


# ------------------------------------------------------------------------------------------
# The denominator
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, declared in OUTCOMES.items() if declared.outside])
def test_what_is_outside_a_denominator_is_a_flag_known_by_then(name):
    for flag in outcome(name).outside:
        assert isinstance(VARIABLES[flag].kind, Flag)
        assert outcome(name).known_at.sees(VARIABLES[flag].known_at)


def test_diabetes_before_pregnancy_is_outside_the_denominator_of_gestational_diabetes():
    births = pd.DataFrame({"pre_gestational_diabetes": pd.array([True, False, None], dtype="boolean")})
    kept, aside = meant(outcome("gestational_diabetes"), Moment.LABOUR, births)
    assert kept.tolist() == [False, True, True]
    assert aside == [("outside the denominator: diabetes before pregnancy", 1)]


def test_a_frame_without_the_flag_is_inside_whole():
    kept, aside = meant(outcome("gestational_diabetes"), Moment.LABOUR, pd.DataFrame({"parity": [1.0]}))
    assert kept.all()
    assert aside == []


def test_validate_counts_the_rows_outside_the_denominator(births):
    model = pn.load_model("gestational_diabetes-booking")
    many = pd.concat([births] * 3, ignore_index=True).drop(columns="delivery_id")
    found = validate(model, many, times=20)
    before = many["pre_gestational_diabetes"].fillna(False) & ~many["no_antenatal_care"].fillna(False)
    assert dict(found.flow)["set aside: outside the denominator: diabetes before pregnancy"] == int(before.sum()) > 0
    assert found.flow[0][1] - sum(rows for _, rows in found.flow[1:-1]) == found.n


def test_fit_sets_them_aside_too(births):
    made = pn.fit(
        births, outcome="nicu_admission", moment="booking", scorers=["logistic"], features=["plurality", "parity"]
    )
    never = int(births["no_antenatal_care"].fillna(False).sum())
    assert made.evaluation["training"]["rows"] == len(births) - never < len(births)


# ------------------------------------------------------------------------------------------
# Further cases
# ------------------------------------------------------------------------------------------


def test_further_cases_train_and_are_never_counted_nor_change_the_share_of_cases(births):
    features = ["gestational_age_at_birth_days", "plurality"]
    cases = births[births["nicu_admission"]].sample(60, replace=True, random_state=1)
    how = {"outcome": "nicu_admission", "moment": "labour", "features": features, "scorers": ["logistic"]}
    plain = pn.fit(births, **how)
    more = pn.fit(births, **how, further_cases=cases)
    assert more.evaluation["training"]["further_cases"] == 60
    for key in ("n", "events", "groups"):
        assert more.evaluation["training"][key] == plain.evaluation["training"][key]
    one, other = (model.predict(births).risk.mean() for model in (plain, more))
    assert other == pytest.approx(one, rel=0.05)


def test_further_cases_that_are_none_are_refused_with_the_count(births):
    few = pd.concat([births[births["nicu_admission"]].head(1), births[~births["nicu_admission"]].head(2)])
    how = {"outcome": "nicu_admission", "moment": "labour", "features": ["plurality"], "scorers": ["logistic"]}
    with pytest.raises(InputError, match="2 of 3 are not known to"):
        pn.fit(births, **how, further_cases=few)


def test_an_input_whose_levels_all_had_to_be_counted_together_shows_a_dash(model, result):
    inputs = ["chorioamnionitis"]
    line = {"input": inputs, "label": ["chorioamnionitis"], "level": ["yes, no or not recorded"], "unit": [None]}
    line |= {f"{what}_{who}": [1.0] for who in ("with", "without") for what in ("n", "share", "median", "q1", "q3")}
    page = validation_page(replace(result, table_one=pd.DataFrame(line)))
    assert "yes, no or not recorded" not in page
    assert '<td>Chorioamnionitis</td><td class="right">–</td>' in page
