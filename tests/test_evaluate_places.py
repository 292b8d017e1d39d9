"""Groups, windows, sites, thresholds and decision curves: who is counted, what is suppressed, and known answers."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from perinatal.errors import InputError, NotEnoughData
from perinatal.evaluate import (
    MEASURES,
    across_sites,
    at_capacity,
    at_thresholds,
    auroc,
    by_group,
    calibration_curve,
    calibration_errors,
    decision_curve,
    leave_one_site_out,
    pool,
    rolling,
)
from perinatal.evaluate.estimates import CLOSED_FORMS, estimate

RANDOM = np.random.default_rng(6)
N = 3000
SITE = RANDOM.integers(0, 6, N)
RISK = expit(RANDOM.normal(-1, 1.2, N))
OBSERVED = (RANDOM.random(N) < expit(logit(RISK) + 0.3 * (SITE - 2.5))).astype(int)


# --- groups --------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", MEASURES)
def test_a_group_s_line_is_the_measure_on_its_rows(measure):
    table = by_group(OBSERVED, RISK, SITE % 2, measure, times=60)
    for label in (0, 1):
        rows = np.equal(SITE % 2, label)
        line = table.loc[label]
        assert (line["n"], line["events"], line["note"]) == (rows.sum(), OBSERVED[rows].sum(), "")
        assert tuple(line[["value", "low", "high"]]) == estimate(OBSERVED[rows], RISK[rows], measure, times=60)


@pytest.mark.parametrize(("rows", "events", "shown"), [(9, 4, False), (30, 9, False), (30, 21, False), (30, 10, True)])
def test_a_cell_under_ten_is_not_printed(rows, events, shown):
    observed = np.concatenate((np.arange(rows) < events, OBSERVED))
    risk = np.concatenate((np.linspace(0.1, 0.9, rows), RISK))
    line = by_group(observed, risk, np.repeat([0, 1], [rows, N])).loc[0]
    assert np.isfinite(line[["events", "value", "low", "high"]].to_numpy(dtype=float)).all() == shown
    assert np.isfinite(line["n"]) == (rows >= 10)
    assert ("fewer than 10" in line["note"]) != shown


def test_rows_of_an_unknown_group_are_a_line_of_their_own_and_the_last():
    group = pd.Series(SITE % 2).astype("Int8").mask(SITE == 5)
    table = by_group(OBSERVED, RISK, group)
    assert list(table.index) == [0, 1, "unknown"]
    assert table["n"].sum() == N


def test_every_level_of_a_category_has_a_line_in_its_order():
    levels = pd.Categorical.from_codes(SITE % 2, categories=["two", "one", "three"])
    table = by_group(OBSERVED, RISK, levels)
    assert list(table.index) == ["two", "one", "three"]
    assert table.loc["three", "note"] == "no rows"


def test_several_groupings_stand_in_one_table():
    groups = pd.DataFrame({"site": SITE, "even": SITE % 2 == 0})
    table = by_group(OBSERVED, RISK, groups)
    assert table.index.names == ["grouping", "group"]
    pd.testing.assert_frame_equal(table.loc["site"], by_group(OBSERVED, RISK, SITE), check_index_type=False)


def test_what_is_undefined_in_a_group_is_noted_and_the_others_stand():
    risk = np.where(SITE == 2, 0.3, RISK)
    table = by_group(OBSERVED, risk, SITE, "calibration_slope")
    assert "vary" in table.loc[2, "note"]
    assert table["value"].notna().sum() == 5


def test_groups_of_another_length_or_order_are_refused():
    with pytest.raises(InputError, match="groups has 3"):
        by_group(OBSERVED, RISK, [1, 2, 3])
    with pytest.raises(InputError, match="different indices"):
        by_group(pd.Series(OBSERVED), RISK, pd.Series(SITE, index=range(1, N + 1)))
    for groups in (pd.DataFrame(index=range(N)), pd.DataFrame(np.column_stack((SITE, SITE)), columns=["a", "a"])):
        with pytest.raises(InputError, match="no two of the same name"):
            by_group(OBSERVED, RISK, groups)


def test_clusters_and_weights_go_along_with_their_rows():
    clusters, weights = np.arange(N) // 3, RANDOM.random(N)
    rows = SITE == 1
    line = by_group(OBSERVED, RISK, SITE, clusters=clusters, weights=weights).loc[1]
    expected = auroc(OBSERVED[rows], RISK[rows], clusters=clusters[rows], weights=weights[rows])
    assert tuple(line[["value", "low", "high"]]) == expected


# --- time ----------------------------------------------------------------------------------


def test_windows_do_not_overlap_unless_asked_and_together_hold_every_row():
    when = np.linspace(0, 10, N)
    table = rolling(OBSERVED, RISK, when, width=2)
    assert table["start"].tolist() == [0, 2, 4, 6, 8]
    assert table["n"].sum() == N
    assert len(rolling(OBSERVED, RISK, when, width=2, step=1)) == 9
    assert rolling(OBSERVED, RISK, when, width=4)["end"].max() == 8


def test_dates_move_in_days_and_rows_without_one_are_a_line():
    when = pd.Series(pd.date_range("2020-01-01", periods=N, freq="h"))
    table = rolling(OBSERVED, RISK, when.mask(SITE == 0), width="30D", step="30D")
    assert table["start"].iloc[0] == when[SITE != 0].min()
    assert table["end"].iloc[0] - table["start"].iloc[0] == pd.Timedelta("30D")
    assert table["note"].iloc[-1] == "time unknown"
    assert table["n"].iloc[-1] == (SITE == 0).sum()


@pytest.mark.parametrize(
    ("when", "width", "message"),
    [
        (np.arange(N), 2 * N, "no window fits"),
        (np.arange(N), 0, "above 0"),
        (np.arange(N), "30D", "lengths of the same"),
        (pd.date_range("2020", periods=N), 30, "length"),
        (pd.date_range("2020", periods=N), "soon", "length"),
        (np.full(N, np.nan), 1, "no window fits"),
        (np.arange(5), 1, "when has 5"),
    ],
)  # fmt: skip
def test_windows_that_cannot_be_are_refused(when, width, message):
    with pytest.raises(InputError, match=message):
        rolling(OBSERVED, RISK, when, width=width)


# --- sites ---------------------------------------------------------------------------------


@pytest.mark.parametrize("measure", CLOSED_FORMS)
def test_a_new_site_is_less_certain_than_the_mean_of_sites(measure):
    sites = across_sites(OBSERVED, RISK, SITE, measure)
    pooled = sites.pooled
    assert pooled.sites == 6
    assert pooled.new_site.low <= pooled.summary.low < pooled.summary.value < pooled.summary.high
    assert pooled.summary.high <= pooled.new_site.high
    assert sites.table["value"].min() < pooled.summary.value < sites.table["value"].max()


def test_sites_that_differ_in_prevalence_differ_in_intercept_and_not_in_slope():
    assert across_sites(OBSERVED, RISK, SITE, "calibration_intercept").pooled.i2 > 0.8
    assert across_sites(OBSERVED, RISK, SITE, "calibration_slope").pooled.i2 < 0.8


def test_unknown_sites_and_small_ones_are_listed_and_not_summarised():
    site = np.where(np.arange(N) < 40, np.nan, SITE.astype(float))
    site[40:45] = 99
    sites = across_sites(OBSERVED, RISK, site)
    assert sites.table["pooled"].to_dict() == {**dict.fromkeys(range(6), True), 99.0: False, "unknown": False}
    assert sites.pooled.sites == 6


@pytest.mark.parametrize(
    ("values", "errors", "message"),
    [([1.0], [0.1], "two"), ([1, np.nan], [1, 1], "missing"), ([1, 2], [1, 0], "above 0"), ([1, 2], [1], "same sites")],
)
def test_a_summary_of_what_cannot_be_summarised_is_refused(values, errors, message):
    with pytest.raises(InputError, match=message):
        pool(values, errors)


def test_a_summary_by_another_method_is_refused():
    with pytest.raises(InputError, match="reml"):
        pool([1, 2], [1, 1], method="pm")


def test_prediction_intervals_hold_a_new_site_as_often_as_they_say():
    random = np.random.default_rng(5)
    covered = []
    for _ in range(400):
        errors = random.uniform(0.05, 0.2, 12)
        values = random.normal(0, 0.3, 13)
        pooled = pool(values[:12] + random.normal(0, errors), errors)
        covered.append(pooled.new_site.low <= values[12] <= pooled.new_site.high)
    assert 0.92 <= np.mean(covered) <= 0.98


def _fit(table, observed):
    fitted = LogisticRegression().fit(table, observed)

    def risk(other):
        return fitted.predict_proba(other)[:, 1]

    return risk


@pytest.mark.parametrize("jobs", [1, 2])
def test_nobody_is_judged_by_a_model_that_has_seen_their_site(jobs):
    table = pd.DataFrame({"x": logit(RISK)}, index=np.arange(N)[::-1])
    risk = leave_one_site_out(table, OBSERVED, SITE, _fit, jobs=jobs)
    assert risk.index.equals(table.index)
    for site in range(6):
        here = np.equal(SITE, site)
        assert risk[here].to_numpy() == pytest.approx(_fit(table[~here], OBSERVED[~here])(table[here]))


def test_leaving_sites_out_refuses_what_cannot_be_left_out():
    table = pd.DataFrame({"x": logit(RISK)})
    with pytest.raises(InputError, match="at least two"):
        leave_one_site_out(table, OBSERVED, np.zeros(N), _fit)
    with pytest.raises(InputError, match="sites must not be missing; 1 of 3000"):
        leave_one_site_out(table, OBSERVED, np.where(np.arange(N) == 0, np.nan, SITE), _fit)
    with pytest.raises(InputError, match="one risk for each row"):
        leave_one_site_out(table, OBSERVED, SITE, _too_few)
    with pytest.raises(NotEnoughData, match="one outcome"):
        leave_one_site_out(table, (SITE == 2).astype(int), SITE, _fit)


def _too_few(table, observed):
    def risk(other):
        return [0.5]

    return risk


# --- thresholds and capacity ---------------------------------------------------------------


def test_a_capacity_is_never_exceeded_and_ties_stay_together():
    for alerts in (1, 7, 25, 60, 100):
        table = at_capacity(OBSERVED, np.round(RISK, 1), alerts=alerts, of=100, times=20)
        assert table["alerts_per_1000"].item() <= 10 * alerts
    assert at_capacity(OBSERVED, RISK, alerts=20, of=150, times=20)["alerts_per_1000"].item() == pytest.approx(
        1000 * 20 / 150, abs=1000 / N
    )


def test_no_alert_fits_where_the_highest_tie_is_larger_than_the_capacity():
    table = at_capacity(OBSERVED, np.full(N, 0.3), alerts=20, of=150, times=20).iloc[0]
    assert (table["threshold"], table["alerts_per_1000"], table["sensitivity"]) == (np.inf, 0, 0)
    assert np.isnan(table["ppv"])


def test_the_threshold_of_a_capacity_gives_the_same_table():
    capacity = at_capacity(OBSERVED, RISK, alerts=20, of=100, times=20)
    again = at_thresholds(OBSERVED, RISK, capacity["threshold"])
    shares = ["alerts_per_1000", "sensitivity", "specificity", "ppv", "npv"]
    pd.testing.assert_frame_equal(capacity[shares], again[shares])


@pytest.mark.parametrize(("alerts", "of"), [(0, 10), (-1, 10), (11, 10), (np.nan, 10)])
def test_a_capacity_that_cannot_be_is_refused(alerts, of):
    with pytest.raises(InputError, match="capacity"):
        at_capacity(OBSERVED, RISK, alerts=alerts, of=of)


def test_thresholds_come_back_in_the_caller_s_order():
    levels = [0.5, 0.1, 0.5, 0.2]
    table = at_thresholds(OBSERVED, RISK, levels)
    assert table["threshold"].tolist() == levels
    assert table.loc[0].equals(table.loc[2])
    one_by_one = pd.concat([at_thresholds(OBSERVED, RISK, level) for level in levels], ignore_index=True)
    pd.testing.assert_frame_equal(table, one_by_one)


def test_bootstrap_and_wilson_tell_the_same_of_independent_rows():
    wilson = at_thresholds(OBSERVED, RISK, [0.1, 0.3])
    bootstrapped = at_thresholds(OBSERVED, RISK, [0.1, 0.3], clusters=np.arange(N), times=1000)
    assert bootstrapped.to_numpy() == pytest.approx(wilson.to_numpy(), abs=0.006)


# --- utility and curves --------------------------------------------------------------------


def test_at_the_lowest_threshold_the_risks_are_worth_what_treating_all_is():
    curve = decision_curve(OBSERVED, np.clip(RISK, 0.02, 1), [0.01])
    assert curve["model"].item() == pytest.approx(curve["treat_all"].item())
    assert curve["gain"].item() == pytest.approx(0)


def test_a_perfect_risk_is_worth_the_prevalence_at_every_threshold():
    curve = decision_curve(OBSERVED, OBSERVED.astype(float))
    assert curve["standardised"].to_numpy() == pytest.approx(1)
    assert (curve["treat_none"] == 0).all()


def test_a_decision_curve_has_a_band_when_it_is_asked_for():
    plain, banded = decision_curve(OBSERVED, RISK), decision_curve(OBSERVED, RISK, times=100, clusters=SITE, jobs=2)
    assert plain[["low", "high", "gain_low", "gain_high"]].isna().all(axis=None)
    assert (banded["low"] <= banded["high"]).all()
    pd.testing.assert_series_equal(plain["model"], banded["model"])


def test_risks_that_are_right_lie_within_their_curve_s_band():
    inside = []
    for _ in range(60):
        observed = RANDOM.random(N) < RISK
        curve = calibration_curve(observed, RISK, at=[0.1, 0.3, 0.6])
        inside.append((curve["low"] <= curve["risk"]) & (curve["risk"] <= curve["high"]))
        assert calibration_errors(observed, RISK).ici < 0.04
    assert 0.9 <= np.mean(inside) <= 0.99


def test_both_smoothers_see_the_same_miscalibration():
    stretched = expit(logit(RISK) * 1.8)
    splines, lowess = (calibration_errors(OBSERVED, stretched, smoother=s) for s in ("splines", "lowess"))
    assert splines.ici == pytest.approx(lowess.ici, abs=0.01)
    with pytest.raises(InputError, match="'splines' or 'lowess'"):
        calibration_errors(OBSERVED, RISK, smoother="loess")


@pytest.mark.parametrize("different", [2, 3])
def test_too_few_different_risks_for_a_smooth_curve_are_counted(different):
    risk = np.linspace(0.1, 0.6, different)[np.arange(N) % different]
    with pytest.raises(NotEnoughData, match=f"hold {different} different risks"):
        calibration_curve(OBSERVED, risk)
    assert calibration_errors(OBSERVED, risk, smoother="lowess").ici > 0


@pytest.mark.parametrize("different", range(4, 12))
def test_risks_with_few_different_values_get_a_curve_of_fewer_knots(different):
    risk = np.linspace(0.1, 0.6, different)[np.arange(N) % different]
    assert calibration_curve(OBSERVED, risk, at=[0.2, 0.5]).notna().all(axis=None)
