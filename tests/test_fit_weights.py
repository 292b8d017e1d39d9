"""Weights of rows in ``fit``: used in training, choice and recalibration, scaled, recorded, checked."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import perinatal as pn
from perinatal.errors import InputError, NotEnoughData
from perinatal.models.scorers.declared.boosted import BoostedScorer
from perinatal.training.weights import effective_sample_size

FEATURES = ["plurality", "fetal_presentation", "maternal_education"]
LOGISTIC = pn.FitOptions(scorers=["logistic"])


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    """The sample, five times over under the same delivery ids."""
    return pd.concat([pn.conform(pn.load_sample("births")).frame] * 5, ignore_index=True)


FEW_ROUNDS = tuple(({"depth": depth, "rounds": 40},) for depth in (2, 3, 4))


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch):
    monkeypatch.setattr(BoostedScorer, "candidates", FEW_ROUNDS)


def fitted(frame: pd.DataFrame, weights: object = None, options: pn.FitOptions = LOGISTIC) -> pn.RiskModel:
    return pn.fit(frame, "low_birth_weight", "labour", features=FEATURES, weights=weights, options=options)


@pytest.fixture(scope="module")
def uneven(births) -> np.ndarray:
    return np.random.default_rng(0).integers(1, 4, len(births)).astype(float)


@pytest.mark.parametrize("scorer", ["logistic", "boosted"])
def test_equal_weights_give_the_same_model_as_none_byte_for_byte(births, scorer, tmp_path):
    options = pn.FitOptions(scorers=[scorer])
    fitted(births, options=options).save(tmp_path / "none")
    fitted(births, np.full(len(births), 0.3), options).save(tmp_path / "equal")
    for file in (tmp_path / "none").iterdir():
        assert file.read_bytes() == (tmp_path / "equal" / file.name).read_bytes()


@pytest.mark.parametrize("scorer", ["logistic", "boosted"])
def test_only_the_ratio_of_weights_matters(births, uneven, scorer):
    options = pn.FitOptions(scorers=[scorer])
    one, other = (fitted(births, factor * uneven, options).predict(births).log_odds for factor in (1, 1000))
    np.testing.assert_allclose(one, other, rtol=0, atol=1e-5)


@pytest.mark.parametrize("masked_weight", [0, 1])
def test_a_row_of_weight_two_counts_like_the_row_twice(masked_weight):
    """To a tolerance: weights are scaled to a mean of 1, so that the penalty of the scorer counts for a little more."""
    random = np.random.default_rng(1)
    age, bmi, parity = random.uniform(18, 42, 3000), random.normal(26, 4, 3000), random.integers(0, 5, 3000)
    risk = expit(-2 + 0.1 * (bmi - 26) + 0.3 * (parity - 2) + 0.004 * (age - 28) ** 2)
    event = random.random(3000) < risk
    frame = pd.DataFrame(
        {
            "delivery_id": [f"d{i}" for i in range(3000)],
            "maternal_age_years": age,
            "body_mass_index_kg_m2": bmi,
            "parity": parity.astype(float),
            "low_birth_weight": pd.array(event, dtype="boolean"),
        }
    )
    times = np.where(parity == 0, 3, 1) * np.where(event, 2, 1)
    options = pn.FitOptions(scorers=["logistic"], masked_weight=masked_weight)
    repeated_rows = frame.loc[frame.index.repeat(times)].reset_index(drop=True)
    weighted, repeated, plain = (
        pn.fit(table, "low_birth_weight", "booking", weights=weights, options=options).predict(frame).log_odds
        for table, weights in ((frame, times.astype(float)), (repeated_rows, None), (frame, None))
    )
    assert np.abs(weighted - repeated).mean() < 0.06
    assert np.abs(weighted - repeated).max() < 0.2
    assert np.abs(plain - repeated).mean() > 0.5


@pytest.mark.parametrize("scorer", ["logistic", "boosted"])
def test_the_mean_risk_is_the_weighted_share_of_events(births, scorer):
    known = births[births["birth_weight_g"].notna()].reset_index(drop=True)
    event = (known["birth_weight_g"] < 2500).to_numpy()
    weights = np.where(event, 3.0, 1.0)
    risk = fitted(known, weights, pn.FitOptions(scorers=[scorer])).predict(known).risk
    assert np.average(risk, weights=weights) == pytest.approx(np.average(event, weights=weights), abs=0.03)
    assert risk.mean() > event.mean() + 0.1


def test_weights_are_on_record_with_their_effective_sample_size(births, uneven):
    used = uneven.copy()
    used[:30] = 0
    training = fitted(births.assign(v005=used), "v005").evidence.training
    known = births["birth_weight_g"].notna().to_numpy()
    assert training.weights.by == "v005"
    assert training.weights.zero == int((known & (used == 0)).sum()) >= 10
    assert training.n == int((known & (used > 0)).sum())
    assert training.weights.effective_n == pytest.approx(effective_sample_size(used[known]), abs=0.1)
    assert fitted(births).evidence.training.weights is None


def test_rows_of_weight_zero_are_excluded_as_if_they_were_not_there(births):
    weights = np.ones(len(births))
    weights[::4] = 0
    some = births[weights > 0]
    np.testing.assert_array_equal(fitted(births, weights).predict(some).log_odds, fitted(some).predict(some).log_odds)


def test_a_column_a_series_and_an_array_are_the_same_weights(births, uneven):
    expected = fitted(births, uneven).predict(births).log_odds
    for frame, weights in ((births.assign(v005=uneven), "v005"), (births, pd.Series(uneven, births.index))):
        np.testing.assert_array_equal(fitted(frame, weights).predict(births).log_odds, expected)


def test_weights_outside_the_usable_are_refused_with_their_number(births):
    ones = np.ones(len(births))
    for wrong in (np.nan, -1.0, np.inf):
        weights = ones.copy()
        weights[:3] = wrong
        with pytest.raises(InputError, match=f"3 of {len(births)} are missing, negative or not numbers"):
            fitted(births, weights)
    with pytest.raises(InputError, match="every weight is 0"):
        fitted(births, 0 * ones)
    with pytest.raises(InputError, match="expected one for each of"):
        fitted(births, ones[1:])
    with pytest.raises(InputError, match="no column 'v005'"):
        fitted(births, "v005")
    with pytest.raises(InputError, match="index of the table"):
        fitted(births, pd.Series(ones[::-1], births.index[::-1]))


def test_too_few_events_among_the_weighted_rows_are_refused(births):
    light = (births["birth_weight_g"] < 2500).to_numpy(dtype=bool, na_value=False)
    weights = np.ones(len(births))
    weights[np.flatnonzero(light)[5:]] = 0
    with pytest.raises(NotEnoughData, match="5 events"):
        fitted(births, weights)
