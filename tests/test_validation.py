"""Validation: the toolkit's own numbers, every row accounted for, no small cell shown, nothing undefined in JSON."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal import evaluate, plots
from perinatal.errors import InputError, MissingVariables, NotEnoughData, UnknownName
from perinatal.validation.groupings import BANDS, REST
from perinatal.validation.result import GROUP_MEASURES, MEASURES
from perinatal.validation.small_cells import merge_small_bins, suppress_small_counts
from perinatal.validation.tables import usual_thresholds
from small_models import fitted

mpl.use("Agg")
import matplotlib.pyplot as plt

ROWS, TIMES = 4000, 20
FEATURES = ("gestational_age_at_birth_days", "plurality", "maternal_age_years", "previous_preterm_birth")


def made_up(rows: int = ROWS, seed: int = 0) -> pd.DataFrame:
    """Births whose admission to intensive care depends on gestation, with some of everything unknown."""
    random = np.random.default_rng(seed)
    plural = random.random(rows) < 0.06
    weeks = np.clip(random.normal(np.where(plural, 35.5, 39), 2.4), 24, 42)
    risk = 1 / (1 + np.exp(-(-2.6 - 0.55 * (weeks - 38))))
    table = pd.DataFrame(
        {
            "delivery_id": [f"D{number // 2 if number < 200 else number}" for number in range(rows)],
            "maternal_age_years": np.clip(random.normal(28, 6, rows), 14, 48).round(),
            "plurality": np.where(plural, 2.0, 1.0),
            "gestational_age_at_birth_days": np.round(7 * weeks),
            "previous_preterm_birth": pd.array(random.random(rows) < 0.05, dtype="boolean"),
            "previous_live_births": random.poisson(1.1, rows).astype(float),
            "nicu_admission": pd.array(random.random(rows) < risk, dtype="boolean"),
            "district": random.choice(["north", "south"], rows),
        }
    )
    table.loc[table.index[:40], "nicu_admission"] = pd.NA
    table.loc[table.index[50:170], "maternal_age_years"] = np.nan
    table.loc[table.index[:6], "district"] = "Mary Smith"
    return table.set_index(pd.Index([f"R{number}" for number in range(rows)], name="record"))


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    return made_up()


@pytest.fixture(scope="module")
def model() -> pn.RiskModel:
    frame = pn.conform(made_up(seed=1), columns=pn.ColumnMap({}, ignore=["district"])).frame
    return fitted("logistic", frame, FEATURES, "nicu_admission", "labour")


@pytest.fixture(scope="module")
def result(model: pn.RiskModel, births: pd.DataFrame) -> pn.ValidationResult:
    return pn.validate(model, births, bootstraps=TIMES)


@pytest.fixture(scope="module")
def judged(model: pn.RiskModel, births: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    known = births[births["nicu_admission"].notna()]
    risk = model.predict(known.drop(columns="district")).risk.to_numpy()
    return known["nicu_admission"].to_numpy(dtype=float), risk, known["delivery_id"].to_numpy()


@pytest.fixture(autouse=True)
def _close_figures():
    yield
    plt.close("all")


def numbers_in(content: object) -> list[float]:
    if isinstance(content, dict):
        return [n for value in content.values() for n in numbers_in(value)]
    if isinstance(content, list):
        return [n for value in content for n in numbers_in(value)]
    return [content] if isinstance(content, float) else []


# ------------------------------------------------------------------------------------------
# The same numbers as the toolkit
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in MEASURES if name not in ("e50", "e90")])
def test_every_measure_is_the_toolkits_own_with_clusters(name, result, judged):
    observed, risk, clusters = judged
    expected = evaluate.estimate(observed, risk, name, clusters=clusters, times=TIMES, seed=0)
    np.testing.assert_allclose(result.performance[name], expected, rtol=1e-12)


def test_e50_and_e90_are_the_toolkits_own(result, judged):
    errors = evaluate.calibration_errors(*judged[:2])
    assert (result.performance["e50"].value, result.performance["e90"].value) == (errors.e50, errors.e90)


@pytest.mark.parametrize("measure", GROUP_MEASURES)
def test_a_group_is_judged_as_if_it_were_alone(measure, result, judged, births):
    observed, risk, clusters = judged
    plural = births.loc[births["nicu_admission"].notna(), "plurality"].to_numpy() > 1
    expected = evaluate.estimate(observed[plural], risk[plural], measure, clusters=clusters[plural], times=TIMES)
    line = result.groups.loc[("plurality", "plural")]
    np.testing.assert_allclose([line[measure], line[f"{measure}_low"], line[f"{measure}_high"]], expected, rtol=1e-12)


def test_the_decision_curve_is_the_toolkits_own(result, judged):
    observed, risk, _ = judged
    for line in result.decision.iloc[::20].itertuples():
        assert line.model == pytest.approx(evaluate.net_benefit(observed, risk, line.threshold))


def test_thresholds_asked_for_are_the_ones_answered(model, births, judged):
    table = pn.validate(model, births, bootstraps=TIMES, thresholds=[0.15]).thresholds
    assert table["threshold"].tolist() == [0.15]
    assert table["sensitivity"].iloc[0] == pytest.approx((judged[1] >= 0.15)[judged[0] == 1].mean())


def test_the_same_seed_gives_the_same_result(model, births, result):
    assert pn.validate(model, births, bootstraps=TIMES).to_dict() == result.to_dict()


def test_the_order_of_rows_does_not_matter_to_values(model, births, result):
    shuffled = pn.validate(model, births.sample(frac=1, random_state=0), bootstraps=TIMES)
    for name, estimate in result.performance.items():
        assert shuffled.performance[name].value == pytest.approx(estimate.value)


def test_a_conformed_table_gives_the_same_values(model, births, result):
    again = pn.validate(model, pn.conform(births), bootstraps=TIMES)
    assert again.performance == result.performance


# ------------------------------------------------------------------------------------------
# Rows, clusters, inputs
# ------------------------------------------------------------------------------------------


def test_rows_with_an_unknown_outcome_are_counted_and_left_out(result):
    assert result.flow == (("rows of the table", ROWS), ("excluded: outcome unknown", 40), ("used", ROWS - 40))
    assert result.n == ROWS - 40


def test_the_flow_of_rows_adds_up(result):
    first, *excluded, last = (rows for _, rows in result.flow)
    assert first - sum(excluded) == last == result.n


def test_women_without_antenatal_care_are_set_aside_at_booking():
    sample = pn.load_sample("births")
    result = pn.validate(pn.load_model("preterm_birth-booking"), sample, bootstraps=TIMES)
    never = int(sample["no_antenatal_care"].fillna(False).sum())
    assert ("excluded: no antenatal care: no booking visit", never) in result.flow
    assert result.n == result.flow[0][1] - never - result.flow[2][1]


def test_rows_of_one_delivery_are_kept_together(result):
    assert result.grouped_by == "delivery_id"


def test_without_siblings_rows_are_independent(model, births):
    alone = pn.validate(model, births.drop(columns="delivery_id"), bootstraps=TIMES)
    assert alone.grouped_by is None


def test_the_callers_table_is_not_changed(model, births):
    before = births.copy(deep=True)
    pn.validate(model, births, by="district", bootstraps=TIMES)
    pd.testing.assert_frame_equal(births, before)


def test_an_absent_input_is_named(model, births):
    table = pn.validate(model, births.drop(columns="previous_preterm_birth"), bootstraps=TIMES).inputs
    assert table["absent"].to_dict() == {name: name == "previous_preterm_birth" for name in model.inputs}


def test_the_unknown_share_of_an_input_is_of_the_rows_used(result):
    assert result.inputs.loc["maternal_age_years", "unknown_share"] == pytest.approx(120 / (ROWS - 40))


def test_only_problems_of_what_was_used_are_told(model, births):
    odd = births.assign(maternal_height_cm=[20.0] * 3 + [160.0] * (ROWS - 3), birth_weight_g=3000.0)
    odd.iloc[0, odd.columns.get_loc("maternal_age_years")] = 300.0
    variables = {p.variable for p in pn.validate(model, odd, bootstraps=TIMES).problems}
    assert "maternal_age_years" in variables
    assert "maternal_height_cm" not in variables
    assert "district" in variables  # nothing was made of that heading
    assert "district" not in {p.variable for p in pn.validate(model, odd, by="district", bootstraps=TIMES).problems}


# ------------------------------------------------------------------------------------------
# Groups
# ------------------------------------------------------------------------------------------


def test_the_usual_groups_are_those_that_are_there(result):
    headings = [BANDS[name][0] for name in ("maternal_age_years", "previous_live_births", "plurality", "preterm_birth")]
    assert list(dict.fromkeys(result.groups.index.get_level_values(0))) == headings


def test_groups_add_up_to_everybody_where_none_is_hidden(result):
    for _, part in result.groups.groupby(level=0):
        for column, whole in (("n", result.n), ("events", result.events)):
            if part[column].notna().all():
                assert part[column].sum() == whole


def test_gestation_at_birth_is_no_group_of_a_risk_asked_before_labour(births):
    frame = pn.conform(births).frame
    early = fitted("logistic", frame, ("plurality", "maternal_age_years"), "nicu_admission", "booking")
    headings = pn.validate(early, births, bootstraps=TIMES).groups.index.get_level_values(0)
    assert BANDS["preterm_birth"][0] not in headings
    assert (
        BANDS["preterm_birth"][0]
        in pn.validate(early, births, by="preterm_birth", bootstraps=TIMES).groups.index.levels[0]
    )


def test_what_settles_the_outcome_is_no_group():
    result = pn.validate(pn.load_model("preterm_birth-booking"), pn.load_sample("births"), bootstraps=TIMES)
    assert BANDS["preterm_birth"][0] not in result.groups.index.get_level_values(0)


def test_a_column_outside_the_vocabulary_can_be_a_group_and_its_rare_labels_are_not_repeated(model, births):
    result = pn.validate(model, births.iloc[100:].assign(district=births["district"].to_numpy()[:-100]), by="district")
    assert [group for _, group in result.groups.index] == ["north", REST, "south"]
    assert "Mary" not in json.dumps(result.to_dict()) + repr(result) + result._repr_html_()


def test_an_absent_column_to_group_by_is_refused(model, births):
    with pytest.raises(InputError, match="no column 'village'"):
        pn.validate(model, births, by="village", bootstraps=TIMES)


def test_too_many_groups_are_refused_without_repeating_a_label(model, births):
    with pytest.raises(InputError, match="different values; at most 100") as refused:
        pn.validate(model, births, by="delivery_id", bootstraps=TIMES)
    assert "D1" not in str(refused.value)


# ------------------------------------------------------------------------------------------
# Small cells
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("counts", [[120, 4, 35, 0], [9, 9, 100], [5, 95], [0, 0, 50, 3, 47]])
def test_a_hidden_count_cannot_be_worked_out_from_the_total(counts):
    displayed = suppress_small_counts(pd.Series(counts))
    assert not ((displayed > 0) & (displayed < 10)).any()
    assert displayed.isna().sum() != 1


@pytest.mark.parametrize(
    "rows", [[(40, 900), (7, 46), (12, 80)], [(0, 3), (50, 60), (0, 0)], [(5, 5), (3, 90), (99, 9)]]
)
def test_no_line_of_rows_put_together_has_a_small_cell(rows):
    table = pd.DataFrame(rows, columns=["with", "without"])
    sums = [table.iloc[line].sum() for line in merge_small_bins(table)]
    assert not any(0 < count < 10 for line in sums for count in line)
    assert sum(line.sum() for line in sums) == table.to_numpy().sum()


def test_a_level_that_few_have_is_counted_with_another_one(model):
    births = made_up(seed=5)
    births.iloc[100:153, births.columns.get_loc("previous_preterm_birth")] = pd.NA
    table = pn.validate(model, births, bootstraps=TIMES).table_one.set_index("input")
    assert table.loc["previous_preterm_birth", "level"].tolist() == ["yes", "no or not recorded"]
    assert table.loc["previous_preterm_birth", "share_with"].sum() == pytest.approx(1)


def test_a_number_that_few_do_not_know_shows_no_count_but_its_median(model):
    births = made_up(seed=5)
    births.iloc[100:153, births.columns.get_loc("gestational_age_at_birth_days")] = np.nan
    table = pn.validate(model, births, bootstraps=TIMES).table_one.set_index("input")
    displayed = table.loc["gestational_age_at_birth_days"]
    assert displayed["n_with"].isna().all()
    assert displayed["n_without"].isna().all()
    assert displayed["median_with"].notna().sum() == 1


def test_tenths_of_risk_never_hide_the_events_of_only_one(model):
    for seed in range(4):
        suppressed = pn.validate(model, made_up(1500, seed), bootstraps=TIMES, by=[]).calibration_table["events"].isna()
        assert suppressed.sum() != 1


def test_an_index_with_repeats_is_taken_as_it_is(model, births, result):
    repeated = births.set_axis([("a", 1)] * len(births), axis=0)
    assert pn.validate(model, repeated, bootstraps=TIMES).performance == result.performance


def test_a_table_without_small_counts_is_shown_whole():
    assert suppress_small_counts(pd.Series([10, 20, 0])).tolist() == [10, 20, 0]


def test_no_count_of_one_to_nine_people_is_shown(model):
    result = pn.validate(model, made_up(600, seed=3), by=["plurality", "previous_preterm_birth"], bootstraps=TIMES)
    counts = [result.groups["n"], result.groups["events"], result.inputs["unknown"], result.calibration_table["events"]]
    counts += [result.distribution["with_outcome"], result.distribution["without_outcome"]]
    counts += [result.table_one["n_with"], result.table_one["n_without"]]
    displayed = pd.concat(counts).dropna()
    assert not ((displayed > 0) & (displayed < 10)).any()


@pytest.mark.parametrize("name", ["thresholds", "capacity"])
def test_a_threshold_with_a_small_cell_shows_nothing(name, model):
    table = getattr(pn.validate(model, made_up(300, seed=4), bootstraps=TIMES), name)
    small = table[table["note"] != ""]
    assert small[["alerts_per_1000", "sensitivity", "specificity", "ppv", "npv"]].isna().all(axis=None)


def test_the_decision_curve_ends_where_ten_true_alerts_are_left(result, judged):
    observed, risk, _ = judged
    assert int((risk[observed == 1] >= result.decision["threshold"].max()).sum()) >= 10


def test_usual_thresholds_are_round_numbers():
    random = np.random.default_rng(0)
    risk = random.beta(1, 60, 20_000)
    for threshold in usual_thresholds(random.random(20_000) < risk, risk):
        assert f"{threshold:.0e}"[0] in "1257"


# ------------------------------------------------------------------------------------------
# What cannot be judged
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", [True, False])
def test_one_class_only_is_refused_with_the_counts(value, model, births):
    with pytest.raises(InputError, match=r"rows with a known outcome have it. A validation needs at least 10"):
        pn.validate(model, births.assign(nicu_admission=value), bootstraps=TIMES)


def test_an_outcome_that_is_not_there_is_refused(model, births):
    with pytest.raises(MissingVariables, match="nicu_admission"):
        pn.validate(model, births.drop(columns="nicu_admission"), bootstraps=TIMES)


def test_nothing_but_a_cohort_or_a_table_is_judged(model):
    with pytest.raises(InputError, match="Expected a table"):
        pn.validate(model, [1, 2])


def test_columns_for_a_conformed_table_are_refused(model, births):
    with pytest.raises(InputError, match="canonical already"):
        pn.validate(model, pn.conform(births), columns={"x": "plurality"})


def test_too_few_bootstraps_are_refused(model, births):
    with pytest.raises(InputError, match="at least 20"):
        pn.validate(model, births, bootstraps=5)


def test_a_few_rows_are_refused(model, births):
    with pytest.raises(NotEnoughData):
        pn.validate(model, births.iloc[40:60], bootstraps=TIMES)


def test_a_model_that_gives_everybody_the_same_risk_has_notes_for_what_is_undefined(model, births):
    flat = births.assign(
        gestational_age_at_birth_days=280.0, plurality=1.0, maternal_age_years=30.0, previous_preterm_birth=False
    )
    result = pn.validate(model, flat, bootstraps=TIMES, by=[])
    assert any(note.startswith("calibration slope") for note in result.notes)
    assert result.performance["auroc"].value == 0.5
    assert math.isnan(result.performance["calibration_slope"].value)
    json.dumps(result.to_dict(), allow_nan=False)


# ------------------------------------------------------------------------------------------
# What it gives out
# ------------------------------------------------------------------------------------------


def test_json_holds_no_nan_and_every_overall_number(result):
    content = json.loads(json.dumps(result.to_dict(), allow_nan=False))
    assert all(math.isfinite(number) for number in numbers_in(content))
    assert content["performance"]["auroc"]["value"] == result.performance["auroc"].value
    assert len(content["groups"]) == len(result.groups)
    assert content["caution"] == result.caution


def test_the_frame_has_a_row_for_each_measure_overall_and_by_group(result):
    frame = result.to_frame()
    assert len(frame) == len(MEASURES) + len(GROUP_MEASURES) * len(result.groups)
    assert frame.loc[0, "value"] == result.performance["observed_over_expected"].value


def test_it_says_where_the_model_was_trained(result):
    assert result.caution in repr(result)
    assert "not for clinical use" in result._repr_html_()


def test_a_result_cannot_be_changed(result):
    with pytest.raises(AttributeError):
        result.n = 3


def test_an_undefined_value_is_a_dash():
    assert evaluate.Estimate(math.nan, math.nan, math.nan).format() == "–"


# ------------------------------------------------------------------------------------------
# Pictures
# ------------------------------------------------------------------------------------------


def test_the_calibration_picture_has_a_band_a_curve_and_the_diagonal(result):
    ax = plots.calibration_curve(result)
    assert {line.get_gid() for line in ax.lines} >= {"ideal", "curve"}
    assert [band.get_gid() for band in ax.collections].count("band") == 1
    assert ax.get_xlim() == ax.get_ylim()


def test_the_decision_picture_tells_its_lines_apart_without_colour(result):
    lines = plots.decision_curve(result).lines
    assert len({line.get_linestyle() for line in lines}) == 3


def test_bars_of_the_two_outcomes_go_apart(result):
    bars = plots.risk_distribution(result).containers
    assert all(bar.get_height() >= 0 for bar in bars[0])
    assert all(bar.get_height() <= 0 for bar in bars[1])
    assert sum(bar.get_height() for bar in bars[1]) >= -100 - 1e-9


@pytest.mark.parametrize("measure", GROUP_MEASURES)
def test_the_forest_has_a_line_for_every_group_that_may_be_shown(measure, result):
    ax = plots.forest(result, measure)
    drawn = ax.containers[0].lines[0].get_xdata()
    np.testing.assert_allclose(drawn, result.groups[measure].dropna())


def test_an_unknown_measure_is_refused_by_the_forest(result):
    with pytest.raises(UnknownName, match="auroc"):
        plots.forest(result, "accuracy")


def test_a_picture_of_nothing_is_refused(result):
    nothing = replace(result, curve=result.curve.iloc[:0], calibration_table=result.calibration_table.iloc[:0])
    with pytest.raises(InputError, match="may be shown"):
        plots.calibration_curve(nothing)
    with pytest.raises(InputError, match="No group"):
        plots.forest(replace(result, groups=result.groups.iloc[:0]))


# ------------------------------------------------------------------------------------------
# Real births
# ------------------------------------------------------------------------------------------


def test_the_territories_give_the_numbers_on_record(shared_data: Path):
    model = pn.load_model("nicu_admission-birth")
    cohort = pn.read_cohort("nchs_territories_2013", shared_data / "us_territories_births_2013.parquet")
    result = pn.validate(model, cohort, bootstraps=TIMES)
    (record,) = (test for test in model.evidence.tests if test.name == "US territories 2013")
    assert (result.n, result.events) == (record.n, record.events)
    assert ("excluded: outcome unknown", record.outcome_unknown) in result.flow
    for name in ("observed_over_expected", "calibration_intercept", "calibration_slope", "auroc"):
        assert result.performance[name].value == pytest.approx(getattr(record, name).value, abs=2e-4)
    for name in ("average_precision", "brier"):
        assert result.performance[name].value == pytest.approx(getattr(record, name), abs=2e-4)
    assert not result.notes
    assert result.grouped_by == "delivery_id"
    assert {"GU", "MP", "PR"} <= set(result.groups.index.get_level_values(1))


def test_a_booking_model_gives_the_numbers_on_record_of_women_who_booked(shared_data: Path):
    model = pn.load_model("preterm_birth-booking")
    cohort = pn.read_cohort("nchs_territories_2013", shared_data / "us_territories_births_2013.parquet")
    result = pn.validate(model, cohort, bootstraps=TIMES, by="state")
    (record,) = (test for test in model.evidence.tests if test.name == "US territories 2013")
    assert (result.n, result.events) == (record.n, record.events)
    assert result.performance["auroc"].value == pytest.approx(record.auroc.value, abs=2e-4)


def test_a_cohort_that_the_model_may_have_learnt_from_is_pointed_out(shared_data: Path):
    model = pn.load_model("maternal_death-sari_admission")
    (file,) = shared_data.glob("brazil_sari_pregnant_2020_2022.parquet")
    result = pn.validate(model, pn.read_cohort("sivep_gripe_2020_2022", file), bootstraps=TIMES, by=[])
    assert "trained on rows of this register" in " ".join(result.notes)
    assert "trained on rows of this register" in repr(result)
