"""Monitoring: a stated rate of false alarms that is kept, and changes that are seen."""

from __future__ import annotations

import functools
import json

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import InputError, NotEnoughData
from perinatal.sites import Monitoring, adopt, monitor
from perinatal.sites.charts import cusum, cusum_limits, measure_drift
from perinatal.sites.periods import as_dates
from perinatal.sites.reference import assign_merged_bins, count_in_bins

MODEL = "nicu_admission-birth"


@functools.cache
def births() -> pd.DataFrame:
    return pn.load_sample("hospital_births")


@functools.cache
def adopted() -> pn.RiskModel:
    return adopt(pn.load_model(MODEL), births()[births()["year_of_birth"] == 2024], site="Ward 3")


def second_year(**changed: object) -> pd.DataFrame:
    return births()[births()["year_of_birth"] == 2025].assign(**changed)


@functools.cache
def watched() -> Monitoring:
    return monitor(adopted(), second_year(), period="quarter")


def about(monitoring: Monitoring) -> set[str]:
    return {alarm.about for alarm in monitoring.alarms}


# The rate of false alarms ------------------------------------------------------------------------------


@pytest.mark.parametrize("reference", [300, 2000])
@pytest.mark.parametrize("shares", [(0.5, 0.3, 0.15, 0.05), (0.9, 0.08, 0.02), (0.2,) * 5, (0.995, 0.005)])
@pytest.mark.parametrize("level", [0.05, 0.005])
def test_the_test_of_spread_keeps_its_level_where_nothing_changed(shares, reference, level):
    random = np.random.default_rng(0)
    before, now = random.multinomial(reference, shares, 4000), random.multinomial(120, shares, 4000)
    share = np.mean([measure_drift(a, b).p_value < level for a, b in zip(before, now, strict=True)])
    assert share <= level + 3 * np.sqrt(level / 4000)


@pytest.mark.parametrize("shift", [0.0, 0.3])
@pytest.mark.parametrize("rate", [0.05, 0.3])
def test_the_charts_of_calibration_alarm_in_the_stated_share_of_runs_where_nothing_changed(shift, rate):
    random = np.random.default_rng(1)
    risks = [random.beta(1, 12, 80) for _ in range(12)]
    limit_low, limit_high = cusum_limits(risks, rate, shift=shift, seed=2)
    moved = random.normal(0, shift, (1500, 1)) if shift else np.zeros((1500, 1))
    chance = [1 / (1 + (1 - risk) / risk * np.exp(-moved)) for risk in risks]
    events = np.column_stack(
        [(random.random(risks_of_period.shape) < risks_of_period).sum(axis=1) for risks_of_period in chance]
    )
    charts = cusum(events, risks)
    share = ((charts.too_low.max(axis=1) > limit_low) | (charts.too_high.max(axis=1) > limit_high)).mean()
    assert 0.4 * rate <= share <= rate + 3 * np.sqrt(rate / 1500)


def test_whole_runs_in_which_nothing_changes_alarm_no_more_often_than_stated():
    rows = second_year()
    frame = pn.conform(rows).frame
    risk = adopted().predict(frame).risk.to_numpy()
    random = np.random.default_rng(3)
    alarms = 0
    for run in range(6):
        drawn = random.integers(0, len(frame), 600)
        happened = random.random(600) < risk[drawn]
        table = frame.iloc[drawn].drop(columns=["delivery_id"]).assign(nicu_admission=happened)
        dates = pd.Series([f"2026-{1 + i // 100:02d}-01" for i in range(600)], index=table.index)
        monitoring = monitor(
            adopted(), pn.Conformed(table, ()), period="month", dates=dates, seed=run, false_alarms=0.2
        )
        alarms += bool(monitoring.alarms)
    assert alarms <= 4  # of 6, at 20 %: 5 or more has a chance of 1 in 600


# What is seen ------------------------------------------------------------------------------------------


def test_a_year_in_which_nothing_changed_gives_no_alarm():
    assert watched().alarms == ()
    assert watched().periods.index.tolist() == ["2025Q1", "2025Q2", "2025Q3", "2025Q4"]
    assert "at most 5% of runs of 4 periods" in repr(watched())


def test_more_events_than_the_risks_say_are_seen_and_so_are_fewer():
    random = np.random.default_rng(0)
    rows = second_year()
    twice = rows["nicu_admission"].astype(bool) | (random.random(len(rows)) < 0.15)
    monitoring = monitor(adopted(), rows.assign(nicu_admission=twice), period="quarter")
    assert "calibration" in about(monitoring)
    assert "too low" in monitoring.alarms[0].message
    few = rows["nicu_admission"].astype(bool) & (random.random(len(rows)) < 0.3)
    monitoring = monitor(adopted(), rows.assign(nicu_admission=few), period="quarter")
    assert "too high" in " ".join(alarm.message for alarm in monitoring.alarms)


@pytest.mark.parametrize("change", ["shifted", "unknown"])
def test_an_input_that_changes_is_seen_by_name(change):
    rows = second_year()
    late = rows["month_of_birth"] > 6
    weight = rows["birth_weight_g"] - 600 if change == "shifted" else rows["birth_weight_g"] * np.nan
    monitoring = monitor(
        adopted(), rows.assign(birth_weight_g=rows["birth_weight_g"].mask(late, weight)), period="quarter"
    )
    alarms = [alarm for alarm in monitoring.alarms if alarm.about == "birth_weight_g"]
    assert [alarm.period for alarm in alarms] == ["2025Q3", "2025Q4"]
    if change == "unknown":
        assert "missing in 100% of rows" in alarms[0].message
        assert monitoring.unknown.loc["2025Q4", "birth_weight_g"] == 1


def test_a_column_that_disappears_is_seen():
    monitoring = monitor(adopted(), second_year().drop(columns="apgar_5min"), period="quarter")
    assert "apgar_5min" in about(monitoring)


def test_outcomes_that_are_not_known_yet_leave_inputs_and_risks_watched():
    monitoring = monitor(adopted(), second_year().drop(columns="nicu_admission"), period="quarter")
    assert any("calibration is not monitored" in note for note in monitoring.notes)
    assert monitoring.periods["observed_over_expected"].isna().all()
    assert monitoring.periods["known"].eq(0).all()
    assert not monitoring.periods["mean_risk"].isna().any()


def test_the_order_of_rows_within_a_period_does_not_matter():
    sorted_rows = second_year().sort_values("nicu_admission")
    again = monitor(adopted(), sorted_rows, period="quarter")
    pd.testing.assert_frame_equal(again.periods, watched().periods)
    assert again.alarms == watched().alarms


def test_a_model_that_was_not_adopted_is_held_against_its_first_period_and_says_so():
    monitoring = monitor(pn.load_model(MODEL), births(), period="quarter")
    assert monitoring.reference == "the first period, 2024Q1"
    assert any("not adopted here" in note for note in monitoring.notes)
    assert "calibration" in about(monitoring)


def test_more_periods_to_come_make_an_alarm_harder():
    random = np.random.default_rng(0)
    risks = [random.beta(1, 12, 80) for _ in range(4)]
    now, later = (cusum_limits([*risks] * times, 0.05) for times in (1, 6))
    assert later > now
    assert monitor(adopted(), second_year(), period="quarter", horizon_periods=40).horizon_periods == 40


# What is told ------------------------------------------------------------------------------------------


def test_counts_of_one_to_nine_and_what_gives_them_away_are_hidden():
    monitoring = monitor(adopted(), second_year(), period="week", dates=weeks(second_year()))
    table = monitoring.periods
    for name in ("rows", "known", "events"):
        displayed = table[name].dropna()
        assert ((displayed == 0) | (displayed >= 10)).all()
    suppressed = table["events"].isna()
    assert suppressed.any()
    assert table.loc[suppressed, ["observed_over_expected", "low", "high", "expected"]].isna().all(axis=None)
    shares = monitoring.unknown.to_numpy() * table["rows"].to_numpy()[:, None]
    assert ((shares == 0) | (shares >= 9.99) | np.isnan(shares)).all()


def weeks(rows: pd.DataFrame) -> pd.Series:
    days = pd.date_range("2025-01-01", periods=len(rows), freq="5h")
    return pd.Series(days, index=rows.index)


def test_what_was_found_is_ready_for_json():
    content = json.loads(json.dumps(watched().to_dict(), allow_nan=False))
    assert len(content["periods"]) == 4
    assert content["false_alarms"] == 0.05


def test_the_same_seed_gives_the_same_alarms():
    assert monitor(adopted(), second_year(), period="quarter").to_dict() == watched().to_dict()


# What is refused ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"period": "decade"}, "period must be one of week, month"),
        ({"false_alarms": 0}, "strictly between 0 and 1"),
        ({"false_alarms": 1.5}, "strictly between 0 and 1"),
        ({"horizon_periods": 2}, "already has 12 periods"),
        ({"dates": "no_such"}, "no column 'no_such'"),
    ],
)
def test_what_makes_no_sense_is_refused(options, words):
    with pytest.raises(InputError, match=words):
        monitor(adopted(), second_year(), **options)


def test_rows_without_dates_cannot_be_watched():
    with pytest.raises(InputError, match="needs the date of each row"):
        monitor(adopted(), second_year().drop(columns=["year_of_birth", "month_of_birth"]))
    with pytest.raises(NotEnoughData, match="No row of the table is eligible and has a date"):
        monitor(adopted(), second_year(year_of_birth=np.nan))


def test_rows_without_a_date_are_left_out_and_counted():
    rows = second_year()
    rows["month_of_birth"] = rows["month_of_birth"].astype("float").mask(np.arange(len(rows)) % 10 == 0)
    monitoring = monitor(adopted(), rows, period="year")
    assert monitoring.periods["rows"].sum() == len(rows) - len(rows[::10])
    assert "120 rows without a date" in monitoring.notes[0]


def test_a_first_period_of_few_rows_is_no_reference():
    with pytest.raises(NotEnoughData, match="fewer than 100 rows"):
        monitor(pn.load_model(MODEL), births().head(120).assign(month_of_birth=[1] * 20 + [2] * 100))


# Bins --------------------------------------------------------------------------------------------------


def test_nothing_to_compare_is_no_drift():
    assert measure_drift([0, 0], [5, 5]) == (0.0, 1.0)
    assert measure_drift([50], [40]) == (0.0, 1.0)


def test_a_bin_that_one_side_lacks_is_a_finite_drift():
    result = measure_drift([500, 500, 0], [0, 0, 100])
    assert np.isfinite(result.psi)
    assert result.p_value < 1e-10


def test_bins_join_their_neighbours_until_no_count_stands_for_few():
    counts = np.array([4, 3, 2, 50, 9, 0, 12, 1])
    totals = np.bincount(assign_merged_bins(counts), weights=counts)
    assert ((totals == 0) | (totals >= 10)).all()
    assert totals.sum() == counts.sum()


def test_every_value_falls_into_one_bin():
    values = np.array([-5.0, 0.0, 1.5, 2.0, 99.0, np.nan])
    assert count_in_bins(values, [0.0, 2.0]).tolist() == [2, 2, 1, 1]
    assert count_in_bins(values, []).tolist() == [5, 1]


@pytest.mark.parametrize("column", [["2023-01-05"] * 3, [2023] * 3, pd.period_range("2023-01", periods=3, freq="M")])
def test_dates_months_and_years_are_read(column):
    assert as_dates(pd.Series(column), "dates").dt.year.tolist() == [2023] * 3


def test_a_column_filled_with_a_default_is_named_beside_the_alarms():
    filled = monitor(adopted(), second_year(gestational_age_at_birth_days=280), period="quarter")
    assert any("Is that the default of a form?" in note for note in filled.notes)
    assert not any("Alarms may be due" in note for note in watched().notes)
