"""A plain scikit-learn pipeline over our features, for people who bring their own estimator."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd
from sklearn.base import BaseEstimator, TransformerMixin
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.pipeline import make_pipeline as chain
from sklearn.preprocessing import FunctionTransformer, StandardScaler
from sklearn.utils import get_tags

from perinatal.errors import InputError
from perinatal.models.derived_features import feature
from perinatal.models.feature_builder import FeatureBuilder
from perinatal.training.feature_choice import allowed_features, default_features, require_open_outcome
from perinatal.vocabulary import Moment, Outcome
from perinatal.vocabulary import outcome as outcome_of


def make_pipeline(
    outcome: str | Outcome,
    moment: str | Moment,
    estimator: BaseEstimator | None = None,
    *,
    features: Sequence[str] | None = None,
) -> Pipeline:
    """Features, encoding and an estimator as a scikit-learn ``Pipeline`` for ``cross_val_score`` or ``GridSearchCV``.

    The steps are ``features`` (:class:`~perinatal.models.FeatureBuilder`, or :class:`DefaultFeatures` where none are
    named), ``encode`` (words one-hot by their declared levels; for an estimator that does not accept missing values,
    the median with a missing indicator, and scaling) and ``model``. The pipeline takes canonical frames
    (``conform(table).frame``) and a 0/1 target.

    Parameters
    ----------
    outcome, moment : what is estimated, and when; features that come later or settle it are refused.
    estimator : any classifier; by default scikit-learn's ``HistGradientBoostingClassifier``.
    features : names; by default those that :func:`perinatal.fit` would choose from the frame the pipeline is fitted on.

    Raises
    ------
    LeakError
        a feature comes after the moment or settles the outcome, or the outcome is settled by then.
    InputError
        the estimator has no ``fit``; later, in ``fit``: the frame has no variable that is known at the moment.

    Examples
    --------
    >>> import perinatal as pn
    >>> from sklearn.linear_model import LogisticRegression
    >>> births = pn.conform(pn.load_sample("births")).frame
    >>> light = births["birth_weight_g"] < 2500
    >>> pipeline = make_pipeline("low_birth_weight", "booking", LogisticRegression(max_iter=1000)).fit(births, light)
    >>> [name for name, _ in pipeline.steps], pipeline["features"].features_[:2]
    (['features', 'encode', 'model'], ['maternal_age_years', 'paternal_age_years'])
    """
    target, moment = outcome_of(outcome), Moment.parse(moment)
    require_open_outcome(target, moment)
    if estimator is None:
        from sklearn.ensemble import HistGradientBoostingClassifier

        estimator = HistGradientBoostingClassifier(random_state=0)
    if not hasattr(estimator, "fit"):
        raise InputError(f"estimator must be a scikit-learn classifier, and is {type(estimator).__name__}.")
    if features is None:
        step: BaseEstimator = DefaultFeatures(outcome, moment)
    else:
        step = FeatureBuilder(tuple(f.name for f in allowed_features(features, target, moment)), moment)
    encoder = _build_encoder(fills=not get_tags(estimator).input_tags.allow_nan)
    return Pipeline([("features", step), ("encode", encoder), ("model", estimator)])


class DefaultFeatures(TransformerMixin, BaseEstimator):
    """A scikit-learn transformer to the features that a model of the fitted frame has by default.

    Parameters
    ----------
    outcome, moment : what is estimated, and when.

    Attributes
    ----------
    features_ : names of the features: every declared variable of the frame that is known at the moment, has a value in
        some row and does not settle the outcome, and what derives from those.
    """

    def __init__(self, outcome: str | Outcome, moment: str | Moment) -> None:
        self.outcome = outcome
        self.moment = moment

    def fit(self, X: pd.DataFrame, y: object = None) -> DefaultFeatures:
        """Choose the features from a canonical frame; ``y`` is not used."""
        self.features_ = default_features(X, outcome_of(self.outcome), Moment.parse(self.moment))
        self.n_features_in_ = X.shape[1]
        self.feature_names_in_ = np.asarray(X.columns, dtype=object)
        return self

    def transform(self, X: pd.DataFrame) -> pd.DataFrame:
        """The features of each row, on the frame's index."""
        return FeatureBuilder(self.features_, self.moment).transform(X)

    def get_feature_names_out(self, input_features: object = None) -> np.ndarray:
        """The feature names, in order."""
        return np.asarray(self.features_, dtype=object)

    def __sklearn_tags__(self) -> Any:
        tags = super().__sklearn_tags__()
        tags.no_validation = True
        tags.input_tags.allow_nan = True
        tags.input_tags.categorical = True
        tags.input_tags.two_d_array = False
        return tags


def _build_encoder(*, fills: bool) -> ColumnTransformer:
    number_steps = (
        chain(SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler())
        if fills
        else "passthrough"
    )
    one_hot = FunctionTransformer(_encode_levels, feature_names_out=_name_levels)
    return ColumnTransformer(
        [("numbers", number_steps, _select_numbers), ("words", one_hot, _select_words)],
        verbose_feature_names_out=False,
    )


def _select_words(features: pd.DataFrame) -> list[str]:
    return [str(name) for name in features if isinstance(features[name].dtype, pd.CategoricalDtype)]


def _select_numbers(features: pd.DataFrame) -> list[str]:
    return [str(name) for name in features if not isinstance(features[name].dtype, pd.CategoricalDtype)]


def _encode_levels(words: pd.DataFrame) -> pd.DataFrame:
    """A column of 0 and 1 for each declared level; all 0 where the word is unknown."""
    return pd.get_dummies(words, columns=list(words.columns), dtype=np.float64)


def _name_levels(transformer: FunctionTransformer, names: Sequence[str]) -> np.ndarray:
    return np.asarray([f"{name}_{level}" for name in names for level in feature(name).levels], dtype=object)
