"""What the makers of a model may set beyond the arguments of :func:`perinatal.fit`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from perinatal.errors import InputError
from perinatal.models.scorers import scorer_kinds


@dataclass(frozen=True, slots=True, eq=False)
class FitOptions:
    """Options of :func:`perinatal.fit` that most users leave alone.

    Parameters
    ----------
    scorers : the kinds of scorer to compare; all of them by default.
    directions : ``{feature: +1 or -1}``, for the trees, where it is known that a feature raises (+1) or lowers (-1) the
        risk.
    masked_weight : weight, from 0 to 1, of two further copies of every training row in which a random share of the
        features is hidden: any share in the first copy, nearly all in the second. In a register few cells are missing,
        and a missing cell often marks an unusual record; in a clinic whole columns are missing, and a record may hold
        two numbers. Without the copies a model treats such tables as if every row were unusual: for admission to
        intensive care, US 2011 to 2014, its risks were three times too high. 0 trains without copies.
    further_cases : a canonical frame of people with the outcome from another source, such as a register of deaths. They
        are used for training and never for testing: folds, choice and recalibration use the cohort alone. All cases
        are given less weight, so that their weighted share stays that of the cohort. They must resemble the cohort's
        own cases in every feature and in what is missing; otherwise the trees learn which source a row is from.
    id : the model's id; by default ``<outcome>-<moment>``.
    trained_on : the training rows in words, for the model card.
    terms : terms of use of the training data, for the model card.
    progress : whether to show a progress bar.

    Raises
    ------
    InputError
        no scorer, an unknown scorer, or a ``masked_weight`` out of range.

    Examples
    --------
    >>> FitOptions(scorers=["logistic"], id="our_model").masked_weight
    1.0
    """

    scorers: Sequence[str] | None = None
    directions: Mapping[str, int] | None = None
    masked_weight: float = 1.0
    further_cases: pd.DataFrame | None = None
    id: str | None = None
    trained_on: str = "a cohort of the user"
    terms: str = "as the cohort's owner sets them"
    progress: bool = False

    def __post_init__(self) -> None:
        if self.scorers is not None and (not self.scorers or set(self.scorers) - set(scorer_kinds())):
            raise InputError(f"scorers must name one or more of: {', '.join(scorer_kinds())}.")
        if not 0 <= self.masked_weight <= 1:
            raise InputError(f"masked_weight must lie between 0 and 1, and is {self.masked_weight}.")
