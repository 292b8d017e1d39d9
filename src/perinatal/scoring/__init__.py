"""From features to log-odds and additive parts: boosted trees, logistic regression, affine recalibration."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from perinatal.errors import UnsupportedModel
from perinatal.features import Feature
from perinatal.scoring.protocol import Scorer
from perinatal.scoring.recalibration import Recalibration, fit_recalibration

__all__ = ["SCORER_FILES", "Recalibration", "Scorer", "fit_recalibration", "read_scorer"]

SCORER_FILES: Mapping[str, tuple[str, ...]] = {"boosted": ("trees.json",), "logistic": ("coefficients.json",)}
"""The files each kind of scorer is written as."""


def read_scorer(kind: str, files: Mapping[str, bytes], features: Sequence[Feature]) -> Scorer:
    """The scorer of this kind from its files; XGBoost is imported only for boosted trees."""
    if kind == "logistic":
        from perinatal.scoring.logistic import LogisticScorer

        return LogisticScorer.from_files(files, features)
    if kind == "boosted":
        from perinatal.scoring.boosted import BoostedScorer

        return BoostedScorer.from_files(files, features)
    raise UnsupportedModel(f"The model's scorer is {kind!r}; this version knows {', '.join(SCORER_FILES)}.")
