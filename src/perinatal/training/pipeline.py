"""A plain scikit-learn pipeline over our features, for people who bring their own estimator."""

from __future__ import annotations

from collections.abc import Sequence

from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.pipeline import Pipeline
from sklearn.pipeline import make_pipeline as chain
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.utils import get_tags

from perinatal.errors import InputError, LeakError
from perinatal.models.derived_features import Feature, feature
from perinatal.models.feature_builder import FeatureBuilder
from perinatal.vocabulary import VARIABLES, Category, Identifier, Moment, Outcome
from perinatal.vocabulary import outcome as outcome_of


def make_pipeline(
    outcome: str | Outcome,
    moment: str | Moment,
    estimator: BaseEstimator | None = None,
    *,
    features: Sequence[str] | None = None,
) -> Pipeline:
    """Features, encoding and an estimator as a scikit-learn ``Pipeline`` for ``cross_val_score`` or ``GridSearchCV``.

    Steps are ``features`` (:class:`~perinatal.models.FeatureBuilder`), ``encode`` (words one-hot by their declared
    levels; for an estimator that cannot take unknowns: the median with a missing indicator, and scaling) and
    ``model``. It takes canonical frames (``conform(table).frame``) and a 0/1 target.

    Parameters
    ----------
    outcome, moment : what is estimated, and when it is asked; features that come later or settle it are refused.
    estimator : any classifier; by default scikit-learn's ``HistGradientBoostingClassifier``.
    features : names; by default every declared variable known at ``moment`` — the frame must then hold them all, so
        name those that yours has.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> pipeline = make_pipeline("low_birth_weight", "booking", LogisticRegression(),
    ...                          features=["maternal_age_years", "plurality"])
    >>> [name for name, _ in pipeline.steps]
    ['features', 'encode', 'model']
    """
    target, moment = outcome_of(outcome), Moment.parse(moment)
    if moment.sees(target.known_at):
        raise LeakError(f"'{target.name}' is settled by {target.known_at.value}: {moment.value} is too late to ask.")
    if features is None:
        features = [
            v.name
            for v in VARIABLES.values()
            if not isinstance(v.kind, Identifier)
            and not v.for_groups_only
            and moment.sees(v.known_at)
            and v.name not in target.settled_by
        ]
    chosen = [feature(name) for name in features]
    leaking = [f.name for f in chosen if target.settled_by & {f.name, *f.inputs}]
    if leaking:
        raise LeakError(f"{', '.join(map(repr, leaking))}: settles the outcome '{target.name}', or is derived from it.")
    if estimator is None:
        from sklearn.ensemble import HistGradientBoostingClassifier

        estimator = HistGradientBoostingClassifier(random_state=0)
    if not hasattr(estimator, "fit"):
        raise InputError("estimator must be a scikit-learn classifier.")
    return Pipeline(
        [
            ("features", FeatureBuilder(tuple(f.name for f in chosen), moment)),
            ("encode", _build_encoder(chosen, fills=not get_tags(estimator).input_tags.allow_nan)),
            ("model", estimator),
        ]
    )


def _build_encoder(chosen: Sequence[Feature], *, fills: bool) -> ColumnTransformer:
    categories = [f for f in chosen if isinstance(f.kind, Category)]
    numbers = [f.name for f in chosen if not isinstance(f.kind, Category)]
    number_steps = (
        chain(SimpleImputer(strategy="median", add_indicator=True, keep_empty_features=True), StandardScaler())
        if fills
        else "passthrough"
    )
    one_hot = OneHotEncoder(
        categories=[list(f.levels) for f in categories], handle_unknown="ignore", sparse_output=False
    )
    return ColumnTransformer(
        [("numbers", number_steps, numbers), ("words", one_hot, [f.name for f in categories])],
        verbose_feature_names_out=False,
    )
