"""Whether cases of another period can be used for training: their features must not reveal the period."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perinatal.errors import LeakError
from perinatal.evaluate import Estimate, auroc
from perinatal.models.feature_builder import FeatureBuilder
from perinatal.training.folds import encode_groups, grouped_folds
from perinatal.vocabulary import Moment

MAX_CASE_SEPARATION = 0.55  # AUROC; 0.5 is chance
FOLDS, ROUNDS, DEPTH = 5, 100, 3


def measure_case_separation(
    own: pd.DataFrame, further: pd.DataFrame, features: Sequence[str], moment: str | Moment, *, seed: int = 0
) -> Estimate:
    """AUROC of trees that separate further cases from a cohort's own, in five folds of whole groups; 0.5 is chance.

    A tree that knows which cohort a case is from knows that a row like it is a case. Both sides weigh the same, and
    missing values are information like any other.

    Raises
    ------
    LeakError : the area is above 0.55, and its interval does not hold 0.5.
    NotEnoughData : as :func:`~perinatal.training.folds.grouped_folds`.
    """
    from perinatal.models.scorers.declared.boosted import train_boosted

    builder = FeatureBuilder(tuple(features), moment)
    matrix = np.vstack([builder.encode(own), builder.encode(further)])
    is_further = np.repeat([0.0, 1.0], [len(own), len(further)])
    own_codes, further_codes = encode_groups(own)[0], encode_groups(further)[0]
    fold = grouped_folds(np.concatenate([own_codes, own_codes.max() + 1 + further_codes]), is_further, FOLDS, seed)
    margin = np.empty(len(is_further))
    for number in range(FOLDS):
        test, training = fold == number, fold != number
        share = is_further[training].mean()
        weights = np.where(is_further[training] == 1, 1.0, share / (1 - share))
        scorer, _ = train_boosted(
            matrix[training],
            is_further[training],
            builder.resolved_features,
            rounds=ROUNDS,
            depth=DEPTH,
            seed=seed,
            weights=weights,
        )
        margin[test] = scorer.log_odds(matrix[test])
    separation = auroc(is_further, margin)
    if separation.value > MAX_CASE_SEPARATION and separation.low > 0.5:
        raise LeakError(
            f"The further cases differ from the cohort's own (AUROC {separation.value:.3f}): trees would learn "
            "which is which. Leave out the features that differ, or the cases."
        )
    return separation
