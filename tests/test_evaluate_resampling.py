"""Bootstraps: the same for any number of jobs, honest about clusters, and as scikit-learn and SciPy would have them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import stats
from scipy.special import expit
from sklearn.metrics import average_precision_score, log_loss, roc_auc_score

from perinatal import evaluate
from perinatal.errors import InputError, NotEnoughData
from perinatal.evaluate import MEASURES, bootstrap, bootstrap_difference
from perinatal.evaluate.inputs import check_arrays
from perinatal.evaluate.measures import prepare_measure
from perinatal.evaluate.resampling import draw_scores

RANDOM = np.random.default_rng(3)
N = 500
RISK = np.round(expit(RANDOM.normal(-1, 1.2, N)), 3)
OBSERVED = (RANDOM.random(N) < RISK).astype(int)
MOTHER = np.arange(N) // 5


@pytest.mark.parametrize("measure", MEASURES)
@pytest.mark.parametrize("clusters", [None, MOTHER], ids=["rows", "mothers"])
def test_the_seed_decides_and_not_the_number_of_jobs(measure, clusters):
    estimates = [
        bootstrap(OBSERVED, RISK, measure, clusters=clusters, times=120, seed=seed, jobs=jobs)
        for seed, jobs in ((5, 1), (5, 2), (5, 3), (6, 1))
    ]
    assert estimates[0] == estimates[1] == estimates[2] != estimates[3]
    assert estimates[0].low < estimates[0].value < estimates[0].high


@pytest.mark.parametrize(
    ("measure", "theirs"),
    [("auroc", roc_auc_score), ("average_precision", average_precision_score), ("log_loss", log_loss)],
)
def test_each_draw_is_scikit_learn_s_number_on_the_rows_drawn(measure, theirs):
    rows = check_arrays(OBSERVED, RISK)
    score = prepare_measure(measure, rows.observed, rows.risk)
    for _ in range(20):
        picked = RANDOM.integers(0, N, N)
        assert score(np.bincount(picked, minlength=N).astype(float)) == pytest.approx(
            theirs(OBSERVED[picked], RISK[picked]), rel=1e-10
        )


def test_weights_are_scikit_learn_s_weights():
    weights = RANDOM.random(N)
    area = evaluate.auroc(OBSERVED, RISK, weights=weights).value
    assert area == pytest.approx(roc_auc_score(OBSERVED, RISK, sample_weight=weights))
    precision = evaluate.average_precision(OBSERVED, RISK, weights=weights)
    assert precision == pytest.approx(average_precision_score(OBSERVED, RISK, sample_weight=weights))


@pytest.mark.parametrize("measure", ["auroc", "calibration_slope", "calibration_intercept", "observed_over_expected"])
@pytest.mark.parametrize("clusters", [None, MOTHER], ids=["rows", "mothers"])
def test_closed_intervals_and_bootstraps_tell_the_same(measure, clusters):
    closed = getattr(evaluate, measure)(OBSERVED, RISK, clusters=clusters)
    bootstrapped = bootstrap(OBSERVED, RISK, measure, clusters=clusters, times=1500)
    assert bootstrapped.value == pytest.approx(closed.value)
    assert bootstrapped[1:] == pytest.approx(closed[1:], abs=0.2 * (closed.high - closed.low))


def test_rows_that_are_copies_of_each_other_widen_the_interval_only_when_their_cluster_is_told():
    copied = np.repeat(np.arange(100), 9)
    observed, risk = OBSERVED[copied], RISK[copied]
    unclustered, clustered, true = (
        bootstrap(*rows, clusters=clusters, times=600)
        for rows, clusters in (
            ((observed, risk), None),
            ((observed, risk), copied),
            ((OBSERVED[:100], RISK[:100]), None),
        )
    )
    widths = [estimate.high - estimate.low for estimate in (unclustered, clustered, true)]
    assert widths[1] == pytest.approx(widths[2], rel=0.15)
    assert widths[0] < 0.5 * widths[2]


def test_whole_clusters_are_drawn():
    rows = check_arrays(OBSERVED, RISK, clusters=MOTHER)

    def differs_within(weights):
        return float(np.ptp(weights.reshape(-1, 5), axis=1).max())

    scores = draw_scores(differs_within, rows, times=40)
    assert (scores == 0).all()


def test_each_draw_has_as_many_rows_as_there_are():
    assert (draw_scores(np.sum, check_arrays(OBSERVED, RISK), times=40) == N).all()


def test_bca_intervals_are_those_of_scipy_but_for_chance():
    squared = (OBSERVED - RISK) ** 2
    theirs = stats.bootstrap((squared,), np.mean, n_resamples=4000, method="BCa", rng=np.random.default_rng(0))
    ours = bootstrap(OBSERVED, RISK, "brier", times=4000, method="bca")
    low, high = theirs.confidence_interval
    assert ours[1:] == pytest.approx((low, high), abs=0.05 * (high - low))


def test_bca_over_many_rows_leaves_out_groups_of_them_and_tells_the_same():
    random = np.random.default_rng(9)
    risk = expit(random.normal(-3, 1, 3000))
    observed = random.random(3000) < risk
    squared = (observed - risk) ** 2
    theirs = stats.bootstrap((squared,), np.mean, n_resamples=4000, method="BCa", rng=random)
    ours = bootstrap(observed, risk, "brier", times=4000, method="bca")
    low, high = theirs.confidence_interval
    assert ours[1:] == pytest.approx((low, high), abs=0.05 * (high - low))


def test_two_risks_are_compared_on_the_same_draws():
    other = np.clip(RISK + RANDOM.normal(0, 0.02, N), 0, 1)
    difference = bootstrap_difference(OBSERVED, RISK, other, times=600)
    delong = evaluate.compare_auroc(OBSERVED, RISK, other).difference
    assert difference.value == pytest.approx(delong.value)
    assert difference[1:] == pytest.approx(delong[1:], abs=0.2 * (delong.high - delong.low))
    assert bootstrap_difference(OBSERVED, RISK, RISK, "brier", times=40) == (0, 0, 0)


def test_any_function_of_weighted_rows_can_be_drawn():
    def alerts(observed, risk, weights):
        return float(np.average(risk > 0.3, weights=weights))

    estimate = bootstrap(OBSERVED, RISK, alerts, times=100, jobs=2)
    assert estimate.low < np.mean(RISK > 0.3) < estimate.high


def test_a_measure_of_several_numbers_has_no_single_interval():
    with pytest.raises(InputError, match="several"):
        bootstrap(OBSERVED, RISK, _two_numbers)


def _two_numbers(observed, risk, weights):
    return np.array([1.0, 2.0])


def test_too_few_events_for_a_bootstrap_are_refused_with_their_number():
    with pytest.raises(NotEnoughData, match="30 rows with 1 events are too few"):
        bootstrap(np.arange(30) == 3, np.linspace(0.1, 0.9, 30))


@pytest.mark.parametrize(("option", "value"), [("times", 5), ("method", "basic")])
def test_options_that_cannot_be_are_refused(option, value):
    with pytest.raises(InputError, match=option):
        bootstrap(OBSERVED, RISK, **{option: value})


def test_a_bar_is_drawn_only_when_asked(capfd):
    bootstrap(OBSERVED, RISK, times=100)
    assert capfd.readouterr().err == ""
    bootstrap(OBSERVED, RISK, times=100, progress=True)
    assert "bootstrap" in capfd.readouterr().err


def test_percentiles_cover_as_often_as_they_say():
    random = np.random.default_rng(8)
    covered = []
    for _ in range(150):
        observed = np.repeat([0, 1], [120, 60])
        estimate = bootstrap(observed, random.normal(size=180) + observed, times=200)
        covered.append(estimate.low <= 0.7602 <= estimate.high)  # Phi(1/sqrt(2))
    assert 0.89 <= np.mean(covered) <= 0.99
