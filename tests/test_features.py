"""The feature builder: stateless, refusing the future, a good citizen of scikit-learn."""

from __future__ import annotations

import warnings

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import GridSearchCV, cross_val_score
from sklearn.utils.estimator_checks import check_estimator

import perinatal as pn
from perinatal.errors import InputError, LeakError, MissingVariables, UnknownName
from perinatal.models.derived_features import DERIVED_FEATURES, feature
from perinatal.models.feature_builder import FeatureBuilder
from perinatal.training import make_pipeline
from perinatal.vocabulary import OUTCOMES, VARIABLES, Identifier, Moment, observe

FEATURES = [v.name for v in VARIABLES.values() if not isinstance(v.kind, Identifier)]


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    return pn.conform(pn.load_sample("births")).frame


@pytest.mark.parametrize("moment", list(Moment), ids=[m.value for m in Moment])
@pytest.mark.parametrize("name", [*FEATURES, *DERIVED_FEATURES])
def test_a_feature_is_refused_exactly_when_it_is_not_yet_known(name, moment):
    known = all(moment.sees(VARIABLES[needed].known_at) for needed in feature(name).inputs)
    if known:
        assert FeatureBuilder([name], moment).inputs == feature(name).inputs
    else:
        with pytest.raises(LeakError, match=name):
            FeatureBuilder([name], moment)


def test_a_feature_from_the_future_is_refused_after_set_params_too(births):
    builder = FeatureBuilder(["apgar_5min"], "birth").set_params(moment="booking")
    with pytest.raises(LeakError, match="apgar_5min"):
        builder.transform(births)


@pytest.mark.parametrize("declared", list(OUTCOMES.values()), ids=list(OUTCOMES))
def test_no_pipeline_is_made_for_an_outcome_that_is_settled_by_then(declared):
    for moment in Moment:
        if moment.sees(declared.known_at):
            with pytest.raises(LeakError, match="settled"):
                make_pipeline(declared.name, moment, LogisticRegression())


def test_no_feature_may_settle_the_outcome():
    with pytest.raises(LeakError, match="settles the outcome"):
        make_pipeline("severe_neonatal_morbidity", "birth", features=["birth_weight_g", "plurality"])


def test_a_row_alone_gives_what_it_gives_in_the_batch(births):
    builder = FeatureBuilder(["major_congenital_anomaly", "birth_weight_g", "mode_of_birth", "married"], "birth")
    batch = builder.encode(births)
    for position in range(0, len(births), 17):
        np.testing.assert_array_equal(builder.encode(births.iloc[[position]])[0], batch[position])


def test_index_order_and_the_callers_frame_are_kept(births):
    shuffled = births.sample(frac=1, random_state=0)
    before = shuffled.copy(deep=True)
    features = (
        FeatureBuilder(["birth_weight_g", "married"], "birth").set_output(transform="pandas").fit_transform(shuffled)
    )
    assert features.index.equals(shuffled.index)
    pd.testing.assert_frame_equal(shuffled, before)
    features.iloc[0, 0] = -1.0
    pd.testing.assert_frame_equal(shuffled, before)


def test_a_table_that_is_not_canonical_is_refused():
    with pytest.raises(InputError, match="conform"):
        FeatureBuilder(["birth_weight_g"], "birth").transform(pd.DataFrame({"birth_weight_g": ["3200"]}))
    with pytest.raises(InputError, match="levels"):
        FeatureBuilder(["newborn_sex"], "birth").transform(pd.DataFrame({"newborn_sex": pd.Categorical(["male"])}))
    with pytest.raises(InputError, match="DataFrame"):
        FeatureBuilder(["birth_weight_g"], "birth").transform(np.zeros((3, 1)))


def test_an_absent_column_is_named_with_the_heading_that_seems_to_mean_it():
    with pytest.raises(MissingVariables, match=r"'birth_weight_g'.*Is 'birth_weight'"):
        FeatureBuilder(["birth_weight_g"], "birth").transform(pd.DataFrame({"birth_weight": [3200.0]}))


def test_an_identifier_cannot_be_a_feature():
    with pytest.raises(UnknownName, match="mother_id"):
        FeatureBuilder(["mother_id"], "booking")


def test_mean_arterial_pressure_is_diastolic_plus_a_third_of_the_pulse_pressure():
    frame = pd.DataFrame({"systolic_bp_mmhg": [150.0, np.nan], "diastolic_bp_mmhg": [90.0, 80.0]})
    got = FeatureBuilder(["mean_arterial_pressure_mmhg"], "booking").transform(frame).iloc[:, 0]
    assert got.iloc[0] == 110.0
    assert np.isnan(got.iloc[1])


def test_the_builder_can_be_cloned_and_names_its_features():
    builder = clone(FeatureBuilder(("birth_weight_g", "plurality"), "birth"))
    assert list(builder.get_feature_names_out()) == ["birth_weight_g", "plurality"]


class OfferedArrays(FeatureBuilder):
    """The same, saying that it takes arrays: only so that scikit-learn does not skip all of its checks."""

    def __sklearn_tags__(self):
        tags = super().__sklearn_tags__()
        tags.input_tags.two_d_array = True
        return tags


NOT_ARRAYS = "reads named columns of a declared vocabulary, and refuses arrays with an error that says so"
EXPECTED_FAILURES = {
    "check_do_not_raise_errors_in_init_or_set_param": "a leak is refused where it is written down: in the constructor",
    "check_do_not_raise_errors_in_init_or_set_params": "a leak is refused where it is written down: in the constructor",
} | dict.fromkeys(
    (
        "check_fit_score_takes_y",
        "check_estimators_overwrite_params",
        "check_dont_overwrite_parameters",
        "check_estimators_fit_returns_self",
        "check_readonly_memmap_input",
        "check_positive_only_tag_during_fit",
        "check_estimators_dtypes",
        "check_pipeline_consistency",
        "check_estimator_sparse_tag",
        "check_estimator_sparse_array",
        "check_estimator_sparse_matrix",
        "check_estimators_pickle",
        "check_f_contiguous_array_estimator",
        "check_transformer_general",
        "check_transformer_preserve_dtypes",
        "check_transformers_unfitted_stateless",
        "check_methods_sample_order_invariance",
        "check_methods_subset_invariance",
        "check_fit2d_1sample",
        "check_fit2d_1feature",
        "check_dict_unchanged",
        "check_fit_idempotent",
        "check_fit_check_is_fitted",
    ),
    NOT_ARRAYS,
)


def test_scikit_learns_own_checks_pass_but_for_those_that_need_bare_arrays():
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        results = check_estimator(OfferedArrays(), on_fail=None, on_skip=None, expected_failed_checks=EXPECTED_FAILURES)
    failed = {result["check_name"] for result in results if result["status"] == "failed"}
    passed = {result["check_name"] for result in results if result["status"] == "passed"}
    assert not failed
    assert {"check_estimator_cloneable", "check_no_attributes_set_in_init", "check_set_params"} <= passed


def test_the_pipeline_serves_cross_validation_and_grid_search(births):
    target = observe("low_birth_weight", births)
    rows = births[target.notna()]
    y = target.dropna().astype(int)
    features = ["gestational_age_at_birth_days", "maternal_age_years", "maternal_education", "previous_preterm_birth"]
    scores = cross_val_score(make_pipeline("low_birth_weight", "labour", features=features), rows, y, scoring="roc_auc")
    assert scores.mean() > 0.8
    search = GridSearchCV(
        make_pipeline("low_birth_weight", "labour", LogisticRegression(max_iter=1000), features=features),
        {"model__C": [0.1, 1.0]},
        scoring="roc_auc",
        cv=3,
    ).fit(rows, y)
    assert search.best_score_ > 0.8
    assert len(search.predict_proba(rows)) == len(rows)


@pytest.mark.parametrize("estimator", [None, LogisticRegression(max_iter=2000)], ids=["trees", "logistic"])
def test_a_pipeline_without_features_takes_what_its_frame_offers(births, estimator):
    known = observe("low_birth_weight", births).notna()
    rows, y = births[known], observe("low_birth_weight", births)[known].astype(int)
    pipeline = make_pipeline("low_birth_weight", "booking", estimator)
    assert cross_val_score(pipeline, rows, y, cv=3, error_score="raise").mean() > 0.5
    fitted = clone(pipeline).set_output(transform="pandas").fit(rows, y)
    chosen = fitted["features"].features_
    options = pn.FitOptions(scorers=["logistic"])
    assert chosen == list(pn.fit(births, "low_birth_weight", "booking", options=options).feature_names)
    few = [*FeatureBuilder(chosen, "booking").inputs]
    np.testing.assert_array_equal(fitted.predict_proba(rows[few]), fitted.predict_proba(rows))
    encoded = fitted[:-1].transform(rows)
    assert list(encoded.columns) == list(fitted[:-1].get_feature_names_out())
    assert len(encoded.columns) > len(chosen)


def test_words_become_one_column_for_each_declared_level_and_none_where_unknown(births):
    pipeline = make_pipeline("low_birth_weight", "labour", features=["plurality", "fetal_presentation"])
    steps = pipeline[:-1].set_output(transform="pandas").fit(births)
    encoded = steps.transform(births)
    levels = VARIABLES["fetal_presentation"].kind.levels
    assert [c for c in encoded if c.startswith("fetal_presentation_")] == [f"fetal_presentation_{w}" for w in levels]
    known = births["fetal_presentation"].notna()
    total = encoded.filter(like="fetal_presentation_").sum(axis=1)
    assert total.tolist() == known.astype(float).tolist()
    assert not known.all()


def test_a_frame_that_offers_no_feature_is_refused_when_the_pipeline_is_fitted(births):
    with pytest.raises(InputError, match="known at booking"):
        make_pipeline("low_birth_weight", "booking").fit(births[["birth_weight_g"]], np.tile([0, 1], 120))
