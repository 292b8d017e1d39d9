"""About whom a risk is asked: the outcome's denominator, and those for whom the moment came."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from perinatal.vocabulary import VARIABLES, Moment, Outcome

THIRD_TRIMESTER_FROM_DAYS = 28 * 7  # completed days; WHO ICD-11


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows of a cohort are meant; ``otherwise`` says, of the rest, why they are set aside."""

    otherwise: str
    keep: Callable[[pd.DataFrame], pd.Series]


def booked(frame: pd.DataFrame) -> pd.Series:
    """Women who had an antenatal visit, or of whom it is not known."""
    if "no_antenatal_care" not in frame:
        return pd.Series(True, index=frame.index)
    return ~frame["no_antenatal_care"].fillna(False).astype(bool)


def booked_and_pregnant_at_28_weeks(frame: pd.DataFrame) -> pd.Series:
    """Women who had an antenatal visit and gave birth at 28 completed weeks or later, or of whom it is not known.

    >>> births = pd.DataFrame({"gestational_age_at_birth_days": [195.0, 196.0, None]})
    >>> booked_and_pregnant_at_28_weeks(births).tolist()
    [False, True, True]
    """
    if "gestational_age_at_birth_days" not in frame:
        return booked(frame)
    return booked(frame) & ~(frame["gestational_age_at_birth_days"] < THIRD_TRIMESTER_FROM_DAYS)


FOR_WHOM_IT_CAME: Mapping[Moment, Rows] = MappingProxyType(
    {
        Moment.BOOKING: Rows("no antenatal care: the moment of booking never came", booked),
        Moment.THIRD_TRIMESTER: Rows(
            "no antenatal care, or born before 28 weeks: the moment never came", booked_and_pregnant_at_28_weeks
        ),
    }
)
"""The rows that train and test a model asked at a moment; all rows at a moment that is not named."""


def meant(asked: Outcome, moment: Moment, frame: pd.DataFrame) -> tuple[np.ndarray, list[tuple[str, int]]]:
    """The rows a risk is asked about, as a mask, and how many each reason sets aside, each row under the first.

    >>> from perinatal.vocabulary import outcome
    >>> births = pd.DataFrame({"pre_gestational_diabetes": pd.array([True, False, None], dtype="boolean")})
    >>> kept, aside = meant(outcome("gestational_diabetes"), Moment.BOOKING, births)
    >>> kept.tolist(), aside[-1]
    ([False, True, True], ('outside the denominator: diabetes before pregnancy', 1))
    """
    kept = np.ones(len(frame), dtype=bool)
    aside: list[tuple[str, int]] = []
    came = FOR_WHOM_IT_CAME.get(moment)
    if came is not None:
        kept = came.keep(frame).to_numpy(dtype=bool, copy=True)
        aside.append((came.otherwise, int((~kept).sum())))
    for name in asked.outside:
        if name in frame:
            outside = kept & frame[name].fillna(False).to_numpy(dtype=bool)
            aside.append((f"outside the denominator: {VARIABLES[name].label}", int(outside.sum())))
            kept &= ~outside
    return kept, aside
