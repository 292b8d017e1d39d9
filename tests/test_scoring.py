"""Laws of scorers: additive to the risk shown, one row as many, text on disk, the same file from the same seed."""

from __future__ import annotations

import json

import numpy as np
import pytest
from scipy.special import expit
from sklearn.linear_model import LogisticRegression

from perinatal.errors import CorruptModel, NotEnoughData
from perinatal.models.derived_features import feature
from perinatal.models.known_answers import known_inputs
from perinatal.models.scorers import Recalibration, fit_recalibration, read_scorer
from perinatal.models.scorers.declared.boosted import train_boosted
from perinatal.models.scorers.declared.logistic import LogisticScorer, train_logistic
from perinatal.models.scorers.rows import map_chunks

FEATURES = tuple(
    feature(name)
    for name in (
        "birth_weight_g",
        "apgar_5min",
        "mode_of_birth",
        "maternal_education",
        "major_congenital_anomaly",
        "plurality",
        "previous_preterm_birth",
    )
)
DIRECTIONS = {"apgar_5min": -1, "major_congenital_anomaly": 1}


@pytest.fixture(scope="module")
def rows() -> tuple[np.ndarray, np.ndarray]:
    """6,000 made-up rows in which weight matters in a curve, one mode of birth matters, and a tenth is unknown."""
    random = np.random.default_rng(3)
    n = 6000
    matrix = np.empty((n, len(FEATURES)), dtype=np.float32)
    matrix[:, 0] = random.normal(3200, 600, n)
    matrix[:, 1] = np.clip(np.rint(random.normal(8.5, 1.5, n)), 0, 10)
    matrix[:, 2] = random.integers(0, 4, n)
    matrix[:, 3] = random.integers(0, 7, n)
    matrix[:, 4] = random.random(n) < 0.05
    matrix[:, 5] = 1 + (random.random(n) < 0.05)
    matrix[:, 6] = random.random(n) < 0.1
    log_odds = ((matrix[:, 0] - 3400) / 700) ** 2 - 0.4 * matrix[:, 1] + 1.5 * (matrix[:, 2] == 1) + matrix[:, 4]
    observed = (random.random(n) < expit(log_odds - 0.5)).astype(float)
    matrix[random.random(matrix.shape) < 0.1] = np.nan
    return matrix, observed


@pytest.fixture(scope="module")
def boosted(rows):
    return train_boosted(*rows, FEATURES, rounds=80, depth=3, seed=0, directions=DIRECTIONS)[0]


@pytest.fixture(scope="module")
def logistic(rows):
    return train_logistic(*rows, FEATURES, penalty=1.0)


@pytest.fixture(params=["boosted", "logistic"])
def scorer(request):
    return request.getfixturevalue(request.param)


def test_base_and_parts_add_up_to_the_log_odds(scorer, rows):
    parts, base = scorer.parts(rows[0])
    assert np.abs(base + parts.sum(axis=1) - scorer.log_odds(rows[0])).max() < 1e-6


def test_they_still_add_up_after_recalibration(scorer, rows):
    recalibration = Recalibration(-0.7, 1.3)
    parts, base = recalibration.parts(*scorer.parts(rows[0]))
    log_odds = recalibration.log_odds(scorer.log_odds(rows[0]))
    assert np.abs(base + parts.sum(axis=1) - log_odds).max() < 1e-6


def test_a_row_alone_equals_the_row_in_a_batch_bit_for_bit(scorer, rows):
    batch, (parts, base) = scorer.log_odds(rows[0]), scorer.parts(rows[0])
    for position in range(0, len(batch), 401):
        alone = rows[0][position : position + 1]
        assert scorer.log_odds(alone)[0] == batch[position]
        own, own_base = scorer.parts(alone)
        np.testing.assert_array_equal(own[0], parts[position])
        assert own_base == base


def test_a_scorer_written_and_read_again_computes_the_same(scorer, rows):
    again = read_scorer(scorer.kind, scorer.files(), FEATURES)
    np.testing.assert_array_equal(again.log_odds(rows[0]), scorer.log_odds(rows[0]))
    assert again.files() == scorer.files()


def test_an_all_unknown_row_answers_near_the_share_of_events(scorer, rows):
    nothing = np.full((1, len(FEATURES)), np.nan, dtype=np.float32)
    assert 0.2 < expit(scorer.log_odds(nothing)[0]) / rows[1].mean() < 5


def test_no_rows_give_no_risks_and_no_parts(scorer):
    empty = np.empty((0, len(FEATURES)), dtype=np.float32)
    assert scorer.log_odds(empty).shape == (0,)
    assert scorer.parts(empty)[0].shape == (0, len(FEATURES))


def test_trees_are_the_same_for_any_number_of_threads_and_only_the_seed_changes_them(rows, monkeypatch):
    files = []
    for threads, seed in ((1, 0), (2, 0), (2, 1)):
        monkeypatch.setattr("perinatal.models.scorers.declared.boosted.worker_count", {1: one, 2: two}[threads])
        files.append(train_boosted(*rows, FEATURES, rounds=20, depth=3, seed=seed)[0].files())
    assert files[0] == files[1] != files[2]


def one() -> int:
    return 1


def two() -> int:
    return 2


def test_a_monotone_direction_holds_everywhere(boosted):
    rows = np.repeat(known_inputs(FEATURES), 11, axis=0)
    rows[:, 1] = np.tile(np.arange(11.0), len(rows) // 11)
    assert (np.diff(boosted.log_odds(rows).reshape(-1, 11), axis=1) <= 1e-6).all()


def test_parts_of_trees_are_those_of_shap_and_respect_categories(boosted, rows):
    shap = pytest.importorskip("shap")
    import xgboost

    booster = xgboost.Booster()
    booster.load_model(bytearray(boosted.files()["trees.json"]))
    some = rows[0][:200]
    theirs = shap.TreeExplainer(booster, feature_perturbation="tree_path_dependent")
    matrix = xgboost.DMatrix(some, feature_types=boosted._types)
    np.testing.assert_allclose(theirs(matrix).values, boosted.parts(some)[0], atol=1e-4)


def test_the_logistic_scorer_is_scikit_learns_regression_on_the_same_design(rows):
    matrix, observed = rows
    numbers = matrix[:, [5]].copy()
    numbers[np.isnan(numbers)] = 1
    scorer = train_logistic(numbers, observed, (feature("plurality"),), penalty=1e6)
    theirs = LogisticRegression(C=1e9, tol=1e-8).fit(numbers, observed)
    np.testing.assert_allclose(scorer.log_odds(numbers), theirs.decision_function(numbers), atol=1e-3)


def test_a_spline_is_straight_beyond_its_outer_knots(logistic):
    grid = known_inputs(FEATURES)[np.zeros(5, dtype=int)]
    grid[:, 0] = [6000, 6500, 7000, 7500, 8000]
    steps = np.diff(logistic.log_odds(grid))
    np.testing.assert_allclose(steps, steps[0], rtol=1e-6)


def test_logistic_coefficients_are_plain_json_with_a_term_for_every_feature(logistic):
    content = json.loads(logistic.files()["coefficients.json"])
    assert [term["name"] for term in content["terms"]] == [f.name for f in FEATURES]


@pytest.mark.parametrize("damage", [b"", b"{}", b'{"intercept": 0, "terms": [1]}', b'{"intercept": "a", "terms": []}'])
def test_coefficients_that_are_not_coefficients_are_refused(damage):
    with pytest.raises(CorruptModel):
        LogisticScorer.from_files({"coefficients.json": damage}, FEATURES)


def test_recalibration_finds_the_map_that_was_undone():
    random = np.random.default_rng(0)
    true = random.normal(-2, 1.5, 200_000)
    observed = random.random(len(true)) < expit(true)
    recalibration = fit_recalibration(observed, (true + 1) / 2)
    assert recalibration.intercept == pytest.approx(-1, abs=0.05)
    assert recalibration.slope == pytest.approx(2, abs=0.05)


def test_recalibration_refuses_one_class_and_constant_risk():
    with pytest.raises(NotEnoughData, match="one of them only"):
        fit_recalibration(np.zeros(10), np.arange(10.0))
    with pytest.raises(NotEnoughData, match="vary"):
        fit_recalibration(np.array([0, 1, 0, 1]), np.zeros(4))


def test_chunks_come_back_in_order():
    matrix = np.arange(200_001, dtype=float)[:, None]
    np.testing.assert_array_equal(map_chunks(np.square, matrix), matrix**2)
