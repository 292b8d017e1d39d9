"""Laws that hold for every measure, and what every one of them does with rows that cannot be judged."""

from __future__ import annotations

import contextlib
from functools import partial

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from perinatal import evaluate
from perinatal.errors import InputError, NotEnoughData, UnknownName
from perinatal.evaluate import MEASURES
from perinatal.evaluate.inputs import check_arrays
from perinatal.evaluate.measures import prepare_measure, takes_any_scale

N = 300
RANDOM = np.random.default_rng(4)
RISK = expit(RANDOM.normal(-0.5, 1.2, N))
OBSERVED = (RANDOM.random(N) < RISK).astype(int)
GROUP = np.arange(N) % 3


def _at_thresholds(observed, risk, **more):
    return evaluate.at_thresholds(observed, risk, [0.2, 0.5], times=40, **more)


def _capacity(observed, risk, **more):
    return evaluate.at_capacity(observed, risk, alerts=20, of=100, times=40, **more)


def _by_group(observed, risk, **more):
    return evaluate.by_group(observed, risk, np.arange(len(np.asarray(observed))) % 3, **more)


def _across_sites(observed, risk, **more):
    return evaluate.across_sites(observed, risk, np.arange(len(np.asarray(observed))) % 3, smallest=1, **more)


def _rolling(observed, risk, **more):
    return evaluate.rolling(observed, risk, np.arange(float(len(np.asarray(observed)))), width=2.0, **more)


def _compare(observed, risk, **more):
    return evaluate.compare_auroc(observed, risk, np.asarray(risk)[::-1], **more)


def _difference(observed, risk, **more):
    return evaluate.bootstrap_difference(observed, risk, np.asarray(risk)[::-1], times=40, **more)


def _net_benefit(observed, risk, **more):
    return evaluate.net_benefit(observed, risk, 0.2, **more)


CALLS = {
    "across_sites": _across_sites,
    "at_capacity": _capacity,
    "at_thresholds": _at_thresholds,
    "auroc": evaluate.auroc,
    "average_precision": evaluate.average_precision,
    "bootstrap": partial(evaluate.bootstrap, times=40),
    "bootstrap_difference": _difference,
    "brier": evaluate.brier,
    "by_group": _by_group,
    "calibration_curve": evaluate.calibration_curve,
    "calibration_errors": evaluate.calibration_errors,
    "calibration_intercept": evaluate.calibration_intercept,
    "calibration_slope": evaluate.calibration_slope,
    "calibration_table": evaluate.calibration_table,
    "compare_auroc": _compare,
    "decision_curve": partial(evaluate.decision_curve, thresholds=[0.2, 0.5]),
    "estimate": evaluate.estimate,
    "log_loss": evaluate.log_loss,
    "net_benefit": _net_benefit,
    "observed_over_expected": evaluate.observed_over_expected,
    "performance": evaluate.performance,
    "rolling": _rolling,
    "scaled_brier": evaluate.scaled_brier,
}
ELSEWHERE = {"pool", "leave_one_site_out", "MEASURES"}  # they take no risks; their own laws are with the sites
NO_WEIGHTS = {"calibration_table", "performance"}
RESULTS = {"AurocComparison", "CalibrationErrors", "Estimate", "PooledEstimate", "SiteEstimates"}
NEEDS_LOG_ODDS = {
    "calibration_curve",
    "calibration_errors",
    "calibration_intercept",
    "calibration_slope",
    "log_loss",
    "performance",
}
NEEDS_VARIETY = {"calibration_curve", "calibration_errors", "calibration_slope", "performance"}
ORDER_DEPENDENT = {"rolling", "by_group", "across_sites", "compare_auroc", "bootstrap_difference"}  # by CALLS
ANY_SCALE = {
    "auroc",
    "average_precision",
    "compare_auroc",
    "bootstrap",
    "bootstrap_difference",
    "at_capacity",
    "by_group",
    "across_sites",
    "rolling",
    "estimate",
}


def test_every_public_function_stands_under_these_laws():
    assert set(CALLS) | ELSEWHERE | RESULTS == set(evaluate.__all__)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize(
    ("observed", "risk", "message"),
    [
        (np.zeros(N), RISK, "both outcomes"),
        (np.ones(N), RISK, "both outcomes"),
        ([], [], "both outcomes"),
        (np.where(np.arange(N) == 7, np.nan, OBSERVED), RISK, "1 of 300"),
        (np.where(np.arange(N) == 7, 2, OBSERVED), RISK, "1 of 300"),
        (OBSERVED, np.where(np.arange(N) < 2, np.nan, RISK), "2 of 300"),
        (OBSERVED, np.where(np.arange(N) < 2, np.inf, RISK), "2 of 300"),
        (OBSERVED[:-1], RISK, "299 rows and risk has 300"),
        (OBSERVED, RISK[:, None], "one dimension"),
        (OBSERVED, np.full(N, "Maria"), "must be numbers"),
        (np.array(["Maria"] * N, dtype=object), RISK, "must be numbers"),
        (pd.Series(OBSERVED), pd.Series(RISK, index=range(1, N + 1)), "different indices"),
    ],
    ids=["no-event", "all-events", "none", "unknown", "two", "unknown-risk", "infinite", "length", "shape", "words",
         "words-observed", "index"],
)  # fmt: skip
def test_rows_that_cannot_be_judged_are_refused_with_what_is_wrong(name, observed, risk, message):
    with pytest.raises(InputError, match=message) as caught:
        CALLS[name](observed, risk)
    assert "Maria" not in str(caught.value)


@pytest.mark.parametrize("name", sorted(set(CALLS) - ANY_SCALE))
@pytest.mark.parametrize("wrong", [-0.1, 1.2])
def test_what_is_not_a_probability_is_refused(name, wrong):
    with pytest.raises(InputError, match="1 of 300"):
        CALLS[name](OBSERVED, np.where(np.arange(N) == 3, wrong, RISK))


@pytest.mark.parametrize("name", sorted(ANY_SCALE))
def test_ranks_are_enough_for_discrimination(name):
    on_risk, on_log_odds = (CALLS[name](OBSERVED, np.round(r, 9)) for r in (RISK, 100 * RISK))
    if isinstance(on_risk, evaluate.SiteEstimates):
        on_risk, on_log_odds = on_risk.table, on_log_odds.table
    if isinstance(on_risk, pd.DataFrame):
        pd.testing.assert_frame_equal(on_risk.drop(columns="threshold", errors="ignore"),
                                      on_log_odds.drop(columns="threshold", errors="ignore"))  # fmt: skip
    else:
        assert str(on_risk) == str(on_log_odds)


@pytest.mark.parametrize("name", CALLS)
@pytest.mark.parametrize("end", [0.0, 1.0])
def test_risks_of_exactly_nought_or_one_are_judged_or_refused_as_stated(name, end):
    risk = np.where(np.arange(N) == 3, end, RISK)
    if name in NEEDS_LOG_ODDS:
        with pytest.raises(InputError, match="strictly between 0 and 1 in every row; 1 of 300"):
            CALLS[name](OBSERVED, risk)
    else:
        CALLS[name](OBSERVED, risk)


@pytest.mark.parametrize("name", CALLS)
def test_a_risk_that_is_the_same_for_everyone_is_judged_or_refused_as_stated(name):
    risk = np.full(N, 0.3)
    if name in NEEDS_VARIETY:
        with pytest.raises(InputError, match="vary"):
            CALLS[name](OBSERVED, risk)
    elif name == "across_sites":
        with pytest.raises(NotEnoughData, match="two"):
            CALLS[name](OBSERVED, risk)
    else:
        CALLS[name](OBSERVED, risk)


@pytest.mark.parametrize("name", CALLS)
def test_five_rows_get_an_answer_or_a_refusal_of_ours(name):
    observed, risk = [0, 1, 0, 1, 0], [0.1, 0.2, 0.3, 0.4, 0.5]
    with contextlib.suppress(InputError):  # and nothing else is raised
        CALLS[name](observed, risk)


@pytest.mark.parametrize("name", CALLS)
def test_risks_that_separate_completely_get_an_answer_or_a_refusal_of_ours(name):
    risk = np.where(OBSERVED == 1, 0.6, 0.2) + np.arange(N) / 10_000
    if name in NEEDS_VARIETY:
        with pytest.raises(NotEnoughData, match="separate"):
            CALLS[name](OBSERVED, risk)
    elif name == "across_sites":
        with pytest.raises(NotEnoughData, match="two"):
            CALLS[name](OBSERVED, risk)
    else:
        CALLS[name](OBSERVED, risk)


@pytest.mark.parametrize("name", sorted(set(CALLS) - NO_WEIGHTS))
@pytest.mark.parametrize(
    ("weights", "message"),
    [
        (np.where(np.arange(N) < 3, -1, 1), "3 of 300"),
        (np.where(np.arange(N) < 3, np.nan, 1), "3 of 300"),
        (np.ones(N - 1), "weights has 299"),
        (OBSERVED, "both outcomes"),
    ],
    ids=["negative", "unknown", "length", "one-outcome"],
)
def test_weights_that_cannot_be_weights_are_refused(name, weights, message):
    with pytest.raises(InputError, match=message):
        CALLS[name](OBSERVED, RISK, weights=weights)


@pytest.mark.parametrize("name", sorted(NO_WEIGHTS))
def test_what_takes_no_weights_says_so_by_its_signature(name):
    with pytest.raises(TypeError, match="weights"):
        CALLS[name](OBSERVED, RISK, weights=np.ones(N))


def test_lowess_takes_no_weights():
    with pytest.raises(InputError, match="no weights"):
        evaluate.calibration_errors(OBSERVED, RISK, smoother="lowess", weights=np.ones(N))


@pytest.mark.parametrize("measure", MEASURES)
def test_a_weight_of_two_is_a_row_that_came_twice(measure):
    weights = RANDOM.integers(0, 4, N)
    score = prepare_measure(measure, OBSERVED.astype(bool), RISK)
    twice = np.repeat(np.arange(N), weights)
    again = prepare_measure(measure, OBSERVED[twice].astype(bool), RISK[twice])
    tolerance = 0.05 if measure == "ici" else 1e-9  # the knots stay where all rows put them
    assert score(weights.astype(float)) == pytest.approx(again(np.ones(len(twice))), rel=tolerance)


@pytest.mark.parametrize("measure", MEASURES)
def test_what_is_drawn_again_is_what_the_function_gives(measure):
    plain = evaluate.calibration_errors(OBSERVED, RISK).ici if measure == "ici" else getattr(evaluate, measure)(
        OBSERVED, RISK
    )  # fmt: skip
    value = plain[0] if isinstance(plain, tuple) else plain
    score = prepare_measure(measure, OBSERVED.astype(bool), RISK)
    assert score(np.ones(N)) == pytest.approx(value, rel=1e-9)
    weights = RANDOM.random(N)
    function = evaluate.calibration_errors if measure == "ici" else getattr(evaluate, measure)
    weighted = function(OBSERVED, RISK, weights=weights)
    value = weighted[0] if isinstance(weighted, tuple) else weighted
    assert score(weights) == pytest.approx(value, rel=1e-2 if measure == "ici" else 1e-9)


@pytest.mark.parametrize("name", sorted(set(CALLS) - ORDER_DEPENDENT))
def test_the_order_of_rows_does_not_matter(name):
    order = RANDOM.permutation(N)
    first, second = CALLS[name](OBSERVED, RISK), CALLS[name](OBSERVED[order], RISK[order])
    if isinstance(first, pd.DataFrame):
        ends = [c for c in first if name == "at_capacity" and c.endswith(("low", "high"))]
        pd.testing.assert_frame_equal(first.drop(columns=ends), second.drop(columns=ends))
    elif isinstance(first, dict):
        assert first == second
    else:
        assert first == pytest.approx(second, rel=1e-9)


@pytest.mark.parametrize("name", CALLS)
def test_the_caller_s_arrays_stay_as_they_are(name):
    observed, risk = OBSERVED.copy(), RISK.copy()
    for array in (observed, risk):
        array.setflags(write=False)
    CALLS[name](observed, risk)


@pytest.mark.parametrize("name", CALLS)
def test_series_lists_and_nullable_columns_are_as_good_as_arrays(name):
    nullable = pd.Series(OBSERVED).astype("boolean")
    results = [
        str(CALLS[name](o, r)) for o, r in ((OBSERVED, RISK), (nullable, pd.Series(RISK)), (list(OBSERVED), RISK))
    ]
    assert results[0] == results[1] == results[2]


def test_an_unknown_in_a_nullable_column_is_refused_and_not_taken_for_no():
    observed = pd.Series(OBSERVED).astype("Int8")
    observed[0] = pd.NA
    with pytest.raises(InputError, match="1 of 300"):
        evaluate.auroc(observed, RISK)


@pytest.mark.parametrize("level", [0, 1, 95])
@pytest.mark.parametrize("name", ["auroc", "calibration_slope", "bootstrap", "by_group", "decision_curve"])
def test_a_level_that_is_not_a_probability_is_refused(name, level):
    with pytest.raises(InputError, match="level"):
        CALLS[name](OBSERVED, RISK, level=level)


@pytest.mark.parametrize("name", ["auroc", "calibration_slope", "observed_over_expected", "bootstrap"])
def test_clusters_that_are_unknown_or_all_one_are_refused(name):
    with pytest.raises(InputError, match="clusters"):
        CALLS[name](OBSERVED, RISK, clusters=np.zeros(N))
    with pytest.raises(InputError, match=r"clusters must not be missing; 1 of 300"):
        CALLS[name](OBSERVED, RISK, clusters=np.where(np.arange(N) == 2, np.nan, GROUP))


def test_a_measure_of_another_name_is_refused_without_repeating_it():
    for ask in (evaluate.bootstrap, evaluate.estimate):
        with pytest.raises(UnknownName, match="Expected one of: auroc") as caught:
            ask(OBSERVED, RISK, "Maria")
        assert "Maria" not in str(caught.value)


@pytest.mark.parametrize("thresholds", [[], [0.0], [1.0], [np.nan], [0.1, 2]])
def test_thresholds_lie_strictly_between_nought_and_one(thresholds):
    for ask in (evaluate.at_thresholds, evaluate.decision_curve):
        with pytest.raises(InputError, match="thresholds"):
            ask(OBSERVED, RISK, thresholds)


def test_a_perfect_area_has_a_bound_and_not_the_certainty_of_four_rows():
    assert evaluate.auroc([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4]) == (1, pytest.approx(np.sqrt(0.025)), 1)
    assert evaluate.auroc([1, 1, 0, 0], [0.1, 0.2, 0.3, 0.4]) == (0, 0, pytest.approx(1 - np.sqrt(0.025)))


def test_swapping_the_outcome_turns_the_area_round():
    original, swapped = evaluate.auroc(OBSERVED, RISK), evaluate.auroc(1 - OBSERVED, RISK)
    assert original == pytest.approx([1 - swapped.value, 1 - swapped.high, 1 - swapped.low])


def test_comparing_a_risk_with_itself_finds_nothing():
    comparison = evaluate.compare_auroc(OBSERVED, RISK, RISK)
    assert comparison.difference == (0, 0, 0)
    assert comparison.p_value == 1


def test_clusters_of_one_row_are_no_clusters():
    for measure in (evaluate.auroc, evaluate.compare_auroc):
        more = (RISK[::-1],) if measure is evaluate.compare_auroc else ()
        plain, alone = measure(OBSERVED, RISK, *more), measure(OBSERVED, RISK, *more, clusters=np.arange(N))
        assert np.hstack(plain) == pytest.approx(np.hstack(alone))


def test_rows_copied_within_clusters_do_not_narrow_an_interval():
    twice = np.tile(np.arange(N), 4)
    for measure in (evaluate.auroc, evaluate.calibration_slope, evaluate.observed_over_expected):
        once = measure(OBSERVED, RISK, clusters=np.arange(N))
        copied = measure(OBSERVED[twice], RISK[twice], clusters=twice)
        assert copied == pytest.approx(once, rel=1e-6)


def test_a_check_gives_back_the_rows_in_their_order():
    rows = check_arrays(OBSERVED, RISK, clusters=GROUP)
    assert (rows.risk == RISK).all()
    assert (rows.clusters == GROUP).all()
    assert not takes_any_scale("brier")
