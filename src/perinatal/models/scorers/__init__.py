"""From features to log-odds and additive parts: boosted trees, logistic regression, rescaled; affine recalibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perinatal.errors import UnsupportedModel
from perinatal.models.derived_features import Feature
from perinatal.models.scorers.protocol import Scorer
from perinatal.models.scorers.recalibration import Recalibration, fit_recalibration
from perinatal.models.scorers.rescaled import FACTORS_FILE, RESCALED, RescaledScorer, read_factors

__all__ = ["SCORER_FILES", "Recalibration", "RescaledScorer", "Scorer", "fit_recalibration", "read_scorer"]

SCORER_FILES: Mapping[str, tuple[str, ...]] = {
    "boosted": ("trees.json",),
    "logistic": ("coefficients.json",),
    f"boosted{RESCALED}": ("trees.json", FACTORS_FILE),
    f"logistic{RESCALED}": ("coefficients.json", FACTORS_FILE),
}
"""The files each kind of scorer is written as."""


def read_scorer(kind: str, files: Mapping[str, bytes], features: Sequence[Feature]) -> Scorer:
    """The scorer of this kind from its files; XGBoost is imported only for boosted trees."""
    if kind == "logistic":
        from perinatal.models.scorers.logistic import LogisticScorer

        return LogisticScorer.from_files(files, features)
    if kind == "boosted":
        from perinatal.models.scorers.boosted import BoostedScorer

        return BoostedScorer.from_files(files, features)
    if kind in SCORER_FILES:
        inner = read_scorer(kind.removesuffix(RESCALED), files, features)
        return RescaledScorer(inner, read_factors(files[FACTORS_FILE], features))
    raise UnsupportedModel(f"The model's scorer is {kind!r}; this version knows {', '.join(SCORER_FILES)}.")
