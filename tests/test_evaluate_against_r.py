"""Every number that R has too is R's: pROC, rms, sandwich, metafor, boot, and published formulas written out in R."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from perinatal.evaluate import (
    at_thresholds,
    auroc,
    bootstrap,
    brier,
    calibration_curve,
    calibration_errors,
    calibration_intercept,
    calibration_slope,
    compare_auroc,
    decision_curve,
    log_loss,
    net_benefit,
    observed_over_expected,
    pool,
    scaled_brier,
)
from perinatal.evaluate.splines import choose_knots

FOLDER = Path(__file__).parent / "fixtures" / "r"
ANSWERS = json.loads((FOLDER / "answers.json").read_text())
TABLES = list(ANSWERS["tables"])
WITH_INTERVALS = {
    "auroc": auroc,
    "observed_over_expected": observed_over_expected,
    "calibration_intercept": calibration_intercept,
    "calibration_slope": calibration_slope,
}
PLAIN = {"brier": brier, "scaled_brier": scaled_brier, "log_loss": log_loss}


@pytest.fixture(params=TABLES)
def fixture(request):
    return pd.read_csv(FOLDER / f"{request.param}.csv"), ANSWERS["tables"][request.param]


@pytest.mark.parametrize("name", WITH_INTERVALS)
@pytest.mark.parametrize("kind", ["", "_by_hospital", "_weighted", "_weighted_by_hospital"])
def test_a_measure_and_its_interval_are_r_s(fixture, name, kind):
    table, answers = fixture
    if name + kind not in answers:
        assert kind == "_weighted_by_hospital"
        return
    estimate = WITH_INTERVALS[name](
        table["observed"],
        table["risk"],
        weights=table["weight"] if "weighted" in kind else None,
        clusters=table["hospital"] if "hospital" in kind else None,
    )
    assert estimate == pytest.approx(answers[name + kind], rel=1e-6, abs=1e-9)  # glm stops at 1e-7


def test_intervals_over_hospitals_are_those_of_rms_robcov(fixture):
    table, answers = fixture
    estimate = calibration_slope(table["observed"], table["risk"], clusters=table["hospital"])
    assert estimate == pytest.approx(answers["calibration_slope_by_hospital_robcov"], rel=1e-6)


@pytest.mark.parametrize("name", PLAIN)
def test_a_score_is_r_s(fixture, name):
    table, answers = fixture
    assert PLAIN[name](table["observed"], table["risk"]) == pytest.approx(answers[name], rel=1e-12)


def test_a_weighted_brier_score_is_r_s(fixture):
    table, answers = fixture
    assert brier(table["observed"], table["risk"], weights=table["weight"]) == pytest.approx(answers["brier_weighted"])


def test_two_areas_are_compared_as_in_proc(fixture):
    table, answers = fixture
    comparison = compare_auroc(table["observed"], table["risk"], table["other"])
    expected = answers["paired"]
    assert comparison.first == pytest.approx(expected["first"], rel=1e-12)
    assert comparison.second == pytest.approx(expected["second"], rel=1e-12)
    assert comparison.difference == pytest.approx(expected["difference"], rel=1e-8, abs=1e-10)
    assert comparison.p_value == pytest.approx(expected["p_value"], rel=1e-7)


@pytest.mark.parametrize("method", ["percentile", "bca"])
def test_bootstrap_intervals_are_those_of_boot_but_for_chance(fixture, method):
    table, answers = fixture
    estimate = bootstrap(table["observed"], table["risk"], times=4000, method=method)
    expected = answers[f"bootstrap_{method}"]
    width = expected[1] - expected[0]
    assert estimate[1:] == pytest.approx(expected, abs=0.05 * width)


def test_errors_about_the_lowess_curve_are_those_of_val_prob(fixture):
    table, answers = fixture
    errors = calibration_errors(table["observed"], table["risk"], smoother="lowess")
    assert errors == pytest.approx(answers["lowess_errors"], rel=1e-9)
    val_prob = answers["val_prob"]
    assert (errors.ici, errors.e90, errors.emax) == pytest.approx(
        (val_prob["Eavg"], val_prob["E90"], val_prob["Emax"]), rel=1e-9
    )


def test_knots_lie_where_harrell_puts_them(fixture):
    table, answers = fixture
    log_odds = np.log(table["risk"] / (1 - table["risk"])).to_numpy()
    assert choose_knots(log_odds) == pytest.approx(answers["spline_knots"], rel=1e-9)


def test_errors_about_the_spline_curve_are_those_of_rms(fixture):
    table, answers = fixture
    errors = calibration_errors(table["observed"], table["risk"])
    assert errors == pytest.approx(answers["spline_errors"], rel=1e-6)


def test_the_calibration_curve_and_its_band_are_those_of_rms(fixture):
    table, answers = fixture
    expected = answers["spline_curve"]
    curve = calibration_curve(table["observed"], table["risk"], at=expected["risk"])
    robust = calibration_curve(table["observed"], table["risk"], at=expected["risk"], clusters=table["hospital"])
    for name in ("observed_share", "low", "high"):
        assert curve[name].to_numpy() == pytest.approx(expected[name], rel=1e-5)
    for name in ("low", "high"):
        assert robust[name].to_numpy() == pytest.approx(answers["spline_curve_by_hospital"][name], rel=1e-4)


def test_what_a_threshold_finds_and_misses_is_r_s(fixture):
    table, answers = fixture
    levels = [cell["threshold"] for cell in answers["thresholds"]]
    rates = at_thresholds(table["observed"], table["risk"], levels)
    for (_, line), cell in zip(rates.iterrows(), answers["thresholds"], strict=True):
        assert line["alerts_per_1000"] == pytest.approx(cell["alerts_per_1000"])
        for share in ("sensitivity", "specificity", "ppv", "npv"):
            expected = [np.nan if number is None else number for number in cell[share]]
            ours = line[[share, f"{share}_low", f"{share}_high"]].to_numpy(dtype=float)
            assert ours == pytest.approx(expected, rel=1e-9, abs=1e-12, nan_ok=True)


def test_net_benefits_are_those_of_the_published_formula(fixture):
    table, answers = fixture
    levels = [cell["threshold"] for cell in answers["thresholds"]]
    curve = decision_curve(table["observed"], table["risk"], levels)
    assert curve["model"].to_numpy() == pytest.approx([cell["net_benefit"] for cell in answers["thresholds"]])
    assert curve["treat_all"].to_numpy() == pytest.approx([cell["treat_all"] for cell in answers["thresholds"]])
    one_by_one = [net_benefit(table["observed"], table["risk"], level) for level in levels]
    assert curve["model"].to_numpy() == pytest.approx(one_by_one)


@pytest.mark.parametrize("sites", ANSWERS["sites"])
@pytest.mark.parametrize("how", ["reml", "dl", "modified"])
def test_a_summary_over_sites_is_metafor_s(sites, how):
    answer = ANSWERS["sites"][sites]
    expected = answer[how]
    pooled = pool(
        answer["values"], answer["errors"], method="dl" if how == "dl" else "reml", modified=how == "modified"
    )
    assert pooled.summary == pytest.approx(expected["summary"], rel=1e-7)
    assert pooled.new_site[1:] == pytest.approx(expected["new_site"], rel=1e-7)
    assert pooled.tau**2 == pytest.approx(expected["tau2"], abs=1e-8)
    assert pooled.i2 == pytest.approx(expected["i2"], abs=1e-7)
    assert (pooled.q, pooled.q_p_value) == pytest.approx((expected["q"], expected["q_p_value"]), rel=1e-7)
