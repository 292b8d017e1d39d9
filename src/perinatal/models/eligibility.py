"""For whom a moment came: a risk asked at a visit says nothing about a pregnancy that never reached that visit."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pandas as pd

from perinatal.vocabulary import Moment

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
