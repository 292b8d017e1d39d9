"""Calibration and discrimination against closed forms, scikit-learn and published examples."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from sklearn.metrics import average_precision_score, brier_score_loss, roc_auc_score

from perinatal.errors import InputError
from perinatal.evaluate import (
    auroc,
    average_precision,
    brier,
    calibration_intercept,
    calibration_slope,
    calibration_table,
    observed_over_expected,
    performance,
)


@pytest.fixture(scope="module")
def cohort():
    random = np.random.default_rng(1)
    log_odds = random.normal(-2, 1.2, 40_000)
    return (random.random(len(log_odds)) < expit(log_odds)).astype(int), expit(log_odds)


def test_areas_and_scores_are_scikit_learns(cohort):
    observed, risk = cohort
    ties = np.round(risk, 2)
    assert auroc(observed, ties).value == pytest.approx(roc_auc_score(observed, ties), abs=1e-12)
    assert average_precision(observed, risk) == pytest.approx(average_precision_score(observed, risk))
    assert brier(observed, risk) == pytest.approx(brier_score_loss(observed, risk))


def test_delongs_interval_covers_as_often_as_it_says():
    random = np.random.default_rng(2)
    covered = []
    for _ in range(400):
        observed = np.repeat([0, 1], [200, 60])
        estimate = auroc(observed, random.normal(size=260) + observed * 1.0)
        covered.append(estimate.low <= 0.7602 <= estimate.high)  # Phi(1/sqrt(2))
    assert 0.92 <= np.mean(covered) <= 0.98


def test_a_perfect_and_a_useless_risk_have_the_areas_they_should():
    assert auroc([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4]).value == 1
    assert auroc([0, 1, 0, 1], [0.5, 0.5, 0.5, 0.5]).value == 0.5


def test_well_calibrated_risks_have_slope_one_intercept_nought_and_ratio_one(cohort):
    for measure, ideal in ((calibration_slope, 1), (calibration_intercept, 0), (observed_over_expected, 1)):
        estimate = measure(*cohort)
        assert estimate.low < ideal < estimate.high


def test_risks_that_are_too_extreme_have_a_slope_of_half(cohort):
    observed, risk = cohort
    stretched = expit(2 * np.log(risk / (1 - risk)))
    assert calibration_slope(observed, stretched).value == pytest.approx(0.5, abs=0.03)


def test_risks_that_are_twice_the_odds_have_an_intercept_of_minus_log_two(cohort):
    observed, risk = cohort
    doubled = expit(np.log(risk / (1 - risk)) + np.log(2))
    assert calibration_intercept(observed, doubled).value == pytest.approx(-np.log(2), abs=0.05)


def test_small_groups_of_a_calibration_table_are_joined_and_no_row_is_lost():
    observed = np.zeros(200)
    observed[[*range(40, 52), *range(150, 175)]] = 1
    risk = np.linspace(0.001, 0.2, 200)
    table = calibration_table(observed, risk)
    assert table["n"].sum() == 200
    assert table["events"].sum() == 37
    assert (table["events"] >= 10).all()
    assert (table["n"] - table["events"] >= 10).all()
    assert table["mean_risk"].is_monotonic_increasing
    assert (table["n"] * table["mean_risk"]).sum() == pytest.approx(risk.sum())


def test_fewer_than_ten_events_in_all_are_suppressed():
    observed = np.zeros(200)
    observed[:9] = 1
    table = calibration_table(observed, np.linspace(0.001, 0.2, 200))
    assert table["n"].tolist() == [200]
    assert table[["events", "observed_share", "low", "high"]].isna().all(axis=None)


@pytest.mark.parametrize("observed", [[0, 0, 0], [1, 1, 1], [0, 1, 2], [0, 1, np.nan]])
def test_outcomes_that_are_not_two_known_classes_are_refused(observed):
    with pytest.raises(InputError, match="observed must"):
        auroc(observed, [0.1, 0.2, 0.3])


@pytest.mark.parametrize("risk", [[0.0, 0.2, 0.3], [0.1, 1.0, 0.3], [0.1, np.nan, 0.3]])
def test_calibration_refuses_risks_that_have_no_log_odds(risk):
    with pytest.raises(InputError, match=r"strictly between|must not be missing"):
        calibration_slope([0, 1, 1], risk)


def test_a_constant_risk_has_no_slope():
    with pytest.raises(InputError, match="vary"):
        calibration_slope([0, 1, 1], [0.2, 0.2, 0.2])


def test_performance_is_plain_numbers_ready_for_json(cohort):
    import json

    report = json.loads(json.dumps(performance(*cohort), allow_nan=False))
    assert report["n"] == 40_000
    assert report["auroc"][1] < report["auroc"][0] < report["auroc"][2]
