"""What a model's record keeps of its validations: read back whole, rounded, and without a count of few people."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import InputError
from perinatal.models.evidence import ValidationRecord, read_record, write_record
from perinatal.report import model_page, validation_page
from perinatal.report.checklist import model_checklist
from perinatal.training.eligibility import eligible_rows
from perinatal.validation import ValidationResult, build_record, restore_result, validate
from perinatal.validation.small_cells import merge_small_bins, suppress_complements, suppress_small_steps
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
    return validate(model, births, bootstraps=20)


# ------------------------------------------------------------------------------------------
# There and back
# ------------------------------------------------------------------------------------------


def stored(result: ValidationResult) -> ValidationRecord:
    """The record of a result as its file gives it back."""
    return read_record(ValidationRecord, json.loads(json.dumps(write_record(build_record(result)))))


def test_a_record_is_json_without_nan_and_small(result):
    assert len(json.dumps(write_record(build_record(result)), allow_nan=False, indent=1)) < LARGEST_RECORD_BYTES / 5


def test_a_record_read_back_gives_the_same_record(model, result):
    once = stored(result)
    assert build_record(restore_result(model, once)) == once


def test_what_is_read_back_is_what_was_found_to_four_digits(model, result):
    restored = restore_result(model, stored(result))
    assert (restored.n, restored.events, restored.grouped_by, restored.notes) == (
        result.n,
        result.events,
        result.grouped_by,
        result.notes,
    )
    for name, estimate in result.performance.items():
        np.testing.assert_allclose(restored.performance[name], estimate, rtol=1e-3)
    pd.testing.assert_frame_equal(restored.inputs, result.inputs)
    for name in ("n", "events", "auroc", "auroc_low", "observed_over_expected_high"):
        np.testing.assert_allclose(
            restored.groups[name].to_numpy(float), result.groups[name].to_numpy(float), rtol=1e-3
        )
    assert restored.groups.index.tolist() == result.groups.index.tolist()
    assert restored.table_one["level"].tolist() == result.table_one["level"].tolist()
    np.testing.assert_allclose(restored.table_one["n_with"].to_numpy(float), result.table_one["n_with"].to_numpy(float))


def test_a_page_can_be_made_of_what_was_read_back(model, result):
    page = validation_page(restore_result(model, build_record(result)))
    assert "Decision curve" in page
    assert "NaN" not in page
    assert ">nan" not in page


def test_a_record_without_groups_or_curve_is_read_back(model, result):
    bare = replace(result, groups=result.groups.iloc[:0], curve=result.curve.iloc[:0])
    restored = restore_result(model, stored(bare))
    assert restored.groups.empty
    assert restored.curve.empty
    assert "No column to group by" in validation_page(restored)


# ------------------------------------------------------------------------------------------
# Few people
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "flow",
    [
        [("read", 520), ("excluded: a", 15), ("excluded: b", 5), ("used", 500)],
        [("read", 505), ("excluded: a", 0), ("excluded: b", 5), ("used", 500)],
        [("read", 512), ("excluded: a", 3), ("excluded: b", 4), ("excluded: c", 5), ("used", 500)],
        [("read", 507), ("excluded: a", 3), ("excluded: b", 4), ("used", 500)],
        [("used", 5)],
    ],
)
def test_no_step_of_a_flow_gives_away_few_people(flow):
    steps = suppress_small_steps(flow)
    counts = [count for _, count in steps]
    if None in counts:
        assert counts[0] is None
    elif len(flow) > 2:
        assert counts[0] - sum(counts[1:-1]) == counts[-1]
        assert not any(0 < count < 10 for count in counts[1:-1])


@pytest.mark.parametrize("seed", range(30))
def test_rows_put_together_leave_no_small_cell_and_lose_nobody(seed):
    random = np.random.default_rng(seed)
    counts = pd.DataFrame(random.poisson(random.gamma(0.5, 30, (7, 2))), columns=["with", "without"])
    lines = merge_small_bins(counts)
    assert sorted(position for line in lines for position in line) == list(range(7))
    sums = np.array([counts.iloc[line].sum() for line in lines])
    if (sums.any(axis=1)).sum() > 1:
        assert not ((sums > 0) & (sums < 10)).any()


def test_what_is_not_recorded_goes_with_no_so_that_yes_is_shown():
    counts = pd.DataFrame({"with": [40, 700, 4], "without": [90, 4600, 30]}, index=["yes", "no", "not recorded"])
    assert merge_small_bins(counts, np.array([1, 0, 1])) == [[0], [1, 2]]


@pytest.mark.parametrize("seed", range(30))
def test_hidden_counts_are_never_one_nor_few_people_together(seed):
    random = np.random.default_rng(seed)
    counts = pd.Series(random.poisson(random.gamma(0.5, 20, 6))).astype(float)
    displayed = suppress_complements(counts.where((counts >= 10) | (counts == 0)), int(counts.sum()))
    gone = displayed.isna()
    if gone.any() and (~gone & (displayed > 0)).any():
        assert gone.sum() > 1
        assert counts[gone].sum() >= 10


def known_sums(record: dict) -> tuple[list[tuple[dict[str, int], float]], set[str]]:
    """Every sum of people that a record tells, as cells and their total; and the cells that are hidden."""
    n, events = record["n"], record["events"]
    sums: list[tuple[dict[str, int], float]] = []
    suppressed = set()
    groups = record["groups"]
    for grouping in dict.fromkeys(groups.get("grouping", ())):
        for column, total in (("n", n), ("events", events)):
            cells = {}
            for i, name in enumerate(groups["grouping"]):
                if name == grouping:
                    cell = f"{grouping}|{i}|{column}"
                    cells[cell] = 1
                    value = groups.get(column, [None] * len(groups["grouping"]))[i]
                    sums += [] if value is None else [({cell: 1}, value)]
                    suppressed |= {cell} if value is None else set()
            sums.append((cells, total))
    table = record["table_one"]
    for name in dict.fromkeys(table.get("input", ())):
        for column, total in (("n_with", events), ("n_without", n - events)):
            cells = {}
            for i, one in enumerate(table["input"]):
                if one == name:
                    cell = f"{name}|{i}|{column}"
                    cells[cell] = 1
                    value = table.get(column, [None] * len(table["input"]))[i]
                    sums += [] if value is None else [({cell: 1}, value)]
                    suppressed |= {cell} if value is None else set()
            sums.append((cells, total))
        unknown = record["unknown"][name]
        positions = [i for i, one in enumerate(table["input"]) if one == name]
        last = positions[-1]
        if unknown is not None and table["level"][last] == "not recorded":
            sums.append(({f"{name}|{last}|n_with": 1, f"{name}|{last}|n_without": 1}, unknown))
    for column, total in (("with_outcome", events), ("without_outcome", n - events)):
        values = record["distribution"].get(column, [])
        cells = {f"bin|{i}|{column}": 1 for i in range(len(values))}
        sums += [({f"bin|{i}|{column}": 1}, v) for i, v in enumerate(values) if v is not None]
        suppressed |= {f"bin|{i}|{column}" for i, v in enumerate(values) if v is None}
        sums += [(cells, total)] if cells else []
    return sums, suppressed


def worked_out(sums: list[tuple[dict[str, int], float]], suppressed: set[str]) -> list[str]:
    """The hidden cells that the sums determine."""
    if not suppressed:
        return []
    cells = sorted({cell for counts, _ in sums for cell in counts})
    positions = {cell: i for i, cell in enumerate(cells)}
    matrix = np.zeros((len(sums), len(cells)))
    for i, (counts, _) in enumerate(sums):
        for cell, times in counts.items():
            matrix[i, positions[cell]] = times
    rank = np.linalg.matrix_rank(matrix)
    cells_found = []
    for cell in sorted(suppressed):
        unit = np.zeros((1, len(cells)))
        unit[0, positions[cell]] = 1
        if np.linalg.matrix_rank(np.vstack([matrix, unit])) == rank:
            cells_found.append(cell)
    return cells_found


def test_between_two_lines_of_thresholds_there_are_nobody_or_ten_people_at_least(model, births):
    result = validate(model, births, bootstraps=20, thresholds=[0.1, 0.101, 0.102, 0.2, 0.21, 0.3])
    displayed = pd.concat([result.thresholds, result.capacity]).dropna(subset=["ppv"]).sort_values("threshold")
    risk = model.predict(births).risk.to_numpy()
    observed = births["nicu_admission"].to_numpy(dtype=bool)
    for with_it in (observed, ~observed):
        alerts = np.array([(with_it & (risk >= threshold)).sum() for threshold in displayed["threshold"]])
        apart = np.abs(np.diff(alerts))
        assert not ((apart > 0) & (apart < 10)).any()
    suppressed = result.thresholds[result.thresholds["ppv"].isna()]
    assert (suppressed["note"] != "").all()


def test_a_cell_that_can_be_worked_out_is_found():
    sums = [({"a": 1, "b": 1}, 20.0), ({"a": 1}, 15.0)]
    assert worked_out(sums, {"b"}) == ["b"]
    assert worked_out(sums[:1], {"a", "b"}) == []


def test_no_hidden_cell_of_a_made_up_validation_can_be_worked_out(result):
    assert worked_out(*known_sums(write_record(build_record(result)))) == []


@pytest.mark.parametrize("name", MODELS)
def test_no_hidden_cell_of_a_models_record_can_be_worked_out(name):
    for test in pn.load_model(name).evidence.tests:
        record = write_record(test.validation)
        sums, suppressed = known_sums(record)
        assert worked_out(sums, suppressed) == [], test.name


@pytest.mark.parametrize("name", MODELS)
def test_no_count_of_a_models_record_is_of_one_to_nine_people(name):
    for test in pn.load_model(name).evidence.tests:
        record = write_record(test.validation)
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
    assert len(json.dumps(write_record(model.evidence), indent=1)) < LARGEST_RECORD_BYTES
    for test in model.evidence.tests:
        result = restore_result(model, test.validation)
        assert (result.n, result.events) == (test.n, test.events)
        assert result.performance["auroc"].value == pytest.approx(test.auroc.value, abs=1e-3)
        assert result.flow[-1] == ("used", result.n)
        assert len(result.decision) >= 10
        assert result.inputs.index[result.inputs["absent"]].tolist() == list(test.inputs_absent)


@pytest.mark.parametrize("name", MODELS)
def test_the_first_test_is_judged_by_age_and_by_what_the_moment_knows(name):
    model = pn.load_model(name)
    groups = restore_result(model, model.evidence.tests[0].validation).groups.index.get_level_values(0)
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
    texts = {item.number: item.evidence for item in model_checklist(pn.load_model(name))}
    for number in ("5b", "6a", "11", "12e", "14", "20a", "20b", "21", "23a"):
        assert texts[number], number


# ------------------------------------------------------------------------------------------
# What is kept together
# ------------------------------------------------------------------------------------------


def test_rows_of_a_named_column_are_kept_together_and_intervals_are_wider(model, births):
    many = pd.concat([births] * 4, ignore_index=True).drop(columns="delivery_id")
    facilities = pd.Series([f"P{number % 12}" for number in range(len(many))], dtype="str")
    conformed = pn.conform(many.assign(facility_id=facilities))
    alone, clustered = (
        validate(model, conformed, bootstraps=20),
        validate(model, conformed, bootstraps=20, groups="facility_id"),
    )
    assert (alone.grouped_by, clustered.grouped_by) == (None, "facility_id")
    assert alone.performance["auroc"].value == clustered.performance["auroc"].value
    assert alone.performance["auroc"] != clustered.performance["auroc"]


def test_a_column_that_is_not_there_to_keep_together_is_refused(model, births):
    with pytest.raises(InputError, match="no column 'village'"):
        validate(model, births, bootstraps=20, groups="village")


# ------------------------------------------------------------------------------------------
# The denominator
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name, declared in OUTCOMES.items() if declared.exclusions])
def test_what_is_outside_a_denominator_is_a_flag_known_by_then(name):
    for flag in outcome(name).exclusions:
        assert isinstance(VARIABLES[flag].kind, Flag)
        assert outcome(name).known_at.sees(VARIABLES[flag].known_at)


def test_diabetes_before_pregnancy_is_outside_the_denominator_of_gestational_diabetes():
    births = pd.DataFrame({"pre_gestational_diabetes": pd.array([True, False, None], dtype="boolean")})
    eligible, excluded = eligible_rows(outcome("gestational_diabetes"), Moment.LABOUR, births)
    assert eligible.tolist() == [False, True, True]
    assert excluded == [("outside the denominator: diabetes before pregnancy", 1)]


def test_a_frame_without_the_flag_is_inside_whole():
    eligible, excluded = eligible_rows(outcome("gestational_diabetes"), Moment.LABOUR, pd.DataFrame({"parity": [1.0]}))
    assert eligible.all()
    assert excluded == []


def test_validate_counts_the_rows_outside_the_denominator(births):
    model = pn.load_model("gestational_diabetes-booking")
    many = pd.concat([births] * 3, ignore_index=True).drop(columns="delivery_id")
    result = validate(model, many, bootstraps=20)
    before = many["pre_gestational_diabetes"].fillna(False) & ~many["no_antenatal_care"].fillna(False)
    assert dict(result.flow)["excluded: outside the denominator: diabetes before pregnancy"] == int(before.sum()) > 0
    assert result.flow[0][1] - sum(rows for _, rows in result.flow[1:-1]) == result.n


def test_fit_sets_them_aside_too(births):
    made = pn.fit(
        births,
        outcome="nicu_admission",
        moment="booking",
        features=["plurality", "parity"],
        options=pn.FitOptions(scorers=["logistic"]),
    )
    never = int(births["no_antenatal_care"].fillna(False).sum())
    assert made.evidence.training.rows == len(births) - never < len(births)


# ------------------------------------------------------------------------------------------
# Further cases
# ------------------------------------------------------------------------------------------


def test_further_cases_train_and_are_never_counted_nor_change_the_share_of_cases(births):
    features = ["gestational_age_at_birth_days", "plurality"]
    cases = births[births["nicu_admission"]].sample(60, replace=True, random_state=1)
    plain, more = (
        pn.fit(
            births,
            "nicu_admission",
            "labour",
            features=features,
            options=pn.FitOptions(scorers=["logistic"], further_cases=further),
        )
        for further in (None, cases)
    )
    assert more.evidence.training.further_cases == 60
    for key in ("n", "events", "groups"):
        assert getattr(more.evidence.training, key) == getattr(plain.evidence.training, key)
    one, other = (model.predict(births).risk.mean() for model in (plain, more))
    assert other == pytest.approx(one, rel=0.05)


def test_further_cases_that_are_none_are_refused_with_the_count(births):
    few = pd.concat([births[births["nicu_admission"]].head(1), births[~births["nicu_admission"]].head(2)])
    options = pn.FitOptions(scorers=["logistic"], further_cases=few)
    with pytest.raises(InputError, match="2 of 3 eligible rows are not known to have it"):
        pn.fit(births, "nicu_admission", "labour", features=["plurality"], options=options)


def test_an_input_whose_levels_all_had_to_be_counted_together_shows_a_dash(model, result):
    inputs = ["chorioamnionitis"]
    line = {"input": inputs, "label": ["chorioamnionitis"], "level": ["yes, no or not recorded"], "unit": [None]}
    line |= {f"{what}_{who}": [1.0] for who in ("with", "without") for what in ("n", "share", "median", "q1", "q3")}
    page = validation_page(replace(result, table_one=pd.DataFrame(line)))
    assert "yes, no or not recorded" not in page
    assert '<td>Chorioamnionitis</td><td class="right">–</td>' in page
