"""A trained model as a scikit-learn classifier."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.base import clone, is_classifier
from sklearn.calibration import CalibratedClassifierCV, CalibrationDisplay
from sklearn.frozen import FrozenEstimator
from sklearn.inspection import permutation_importance
from sklearn.metrics import roc_auc_score

import perinatal as pn
from perinatal.errors import InputError
from perinatal.evaluate import auroc
from perinatal.vocabulary import observe


@pytest.fixture(scope="module")
def model() -> pn.RiskModel:
    return pn.load_model("preterm_birth-booking")


@pytest.fixture(scope="module")
def rows(model):
    births = pn.conform(pn.load_sample("births")).frame
    observed = observe(model.outcome, births)
    known = observed.notna()
    inputs = [name for name in model.inputs if name in births]
    return births.loc[known, inputs], observed[known].to_numpy(dtype=int)


def test_the_probability_of_the_second_class_is_the_risk(model, rows):
    classifier = model.as_classifier()
    probabilities = classifier.predict_proba(rows[0])
    assert classifier.classes_.tolist() == [0, 1]
    assert np.array_equal(probabilities[:, 1], model.predict(rows[0]).risk.to_numpy())
    assert np.allclose(probabilities.sum(axis=1), 1)
    assert np.array_equal(classifier.predict(rows[0]), (probabilities[:, 1] > 0.5).astype(int))


def test_it_is_a_fitted_classifier_that_can_be_cloned(model, rows):
    classifier = model.as_classifier()
    assert is_classifier(classifier)
    copy = clone(classifier)
    assert copy.model.id == model.id
    assert np.array_equal(copy.fit(*rows).predict_proba(rows[0]), classifier.predict_proba(rows[0]))
    assert classifier.fit(*rows) is classifier


def test_scikit_learn_gives_the_same_auroc(model, rows):
    table, observed = rows
    risk = model.as_classifier().predict_proba(table)[:, 1]
    assert roc_auc_score(observed, risk) == pytest.approx(auroc(observed, risk).value, abs=1e-12)


def test_the_headings_of_a_table_can_be_mapped(model, rows):
    table = rows[0].rename(columns={"maternal_age_years": "age of the mother"})
    classifier = model.as_classifier(columns={"age of the mother": "maternal_age_years"})
    assert np.array_equal(classifier.predict_proba(table), model.as_classifier().predict_proba(rows[0]))


def test_permutation_importance_works(model, rows):
    result = permutation_importance(model.as_classifier(), *rows, scoring="roc_auc", n_repeats=2, random_state=0)
    assert result.importances_mean.shape == (rows[0].shape[1],)
    assert result.importances_mean.max() > 0


def test_a_calibration_display_works(model, rows):
    display = CalibrationDisplay.from_estimator(model.as_classifier(), *rows, n_bins=4)
    assert len(display.prob_true) == len(display.prob_pred) > 1


def test_scikit_learn_can_recalibrate_it(model, rows):
    table, observed = rows
    recalibrated = CalibratedClassifierCV(FrozenEstimator(model.as_classifier())).fit(table, observed)
    assert recalibrated.predict_proba(table)[:, 1].mean() == pytest.approx(observed.mean(), abs=0.02)


def test_a_table_without_headings_is_refused(model):
    with pytest.raises(InputError):
        model.as_classifier().predict_proba(np.ones((3, len(model.inputs))))
