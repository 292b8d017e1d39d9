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
class EligibilityRule:
    """Which rows of a cohort are meant; ``otherwise`` says, of the rest, why they are set aside."""

    exclusion_reason: str
    keep: Callable[[pd.DataFrame], pd.Series]


def select_booked(frame: pd.DataFrame) -> pd.Series:
    """Women who had an antenatal visit, or of whom it is not known."""
    if "no_antenatal_care" not in frame:
        return pd.Series(True, index=frame.index)
    return ~frame["no_antenatal_care"].fillna(False).astype(bool)


def select_booked_and_pregnant_at_28_weeks(frame: pd.DataFrame) -> pd.Series:
    """Women who had an antenatal visit and gave birth at 28 completed weeks or later, or of whom it is not known.

    >>> births = pd.DataFrame({"gestational_age_at_birth_days": [195.0, 196.0, None]})
    >>> select_booked_and_pregnant_at_28_weeks(births).tolist()
    [False, True, True]
    """
    if "gestational_age_at_birth_days" not in frame:
        return select_booked(frame)
    return select_booked(frame) & ~(frame["gestational_age_at_birth_days"] < THIRD_TRIMESTER_FROM_DAYS)


ELIGIBILITY_BY_MOMENT: Mapping[Moment, EligibilityRule] = MappingProxyType(
    {
        Moment.BOOKING: EligibilityRule("no antenatal care: the moment of booking never came", select_booked),
        Moment.THIRD_TRIMESTER: EligibilityRule(
            "no antenatal care, or born before 28 weeks: the moment never came", select_booked_and_pregnant_at_28_weeks
        ),
    }
)
"""The rows that train and test a model asked at a moment; all rows at a moment that is not named."""


def eligible_rows(outcome: Outcome, moment: Moment, frame: pd.DataFrame) -> tuple[np.ndarray, list[tuple[str, int]]]:
    """The rows a risk is asked about, as a mask, and how many each reason sets aside, each row under the first.

    >>> from perinatal.vocabulary import outcome
    >>> births = pd.DataFrame({"pre_gestational_diabetes": pd.array([True, False, None], dtype="boolean")})
    >>> kept, aside = eligible_rows(outcome("gestational_diabetes"), Moment.BOOKING, births)
    >>> kept.tolist(), aside[-1]
    ([False, True, True], ('outside the denominator: diabetes before pregnancy', 1))
    """
    eligible = np.ones(len(frame), dtype=bool)
    excluded: list[tuple[str, int]] = []
    rule = ELIGIBILITY_BY_MOMENT.get(moment)
    if rule is not None:
        eligible = rule.keep(frame).to_numpy(dtype=bool, copy=True)
        excluded.append((rule.exclusion_reason, int((~eligible).sum())))
    for name in outcome.exclusions:
        if name in frame:
            outside = eligible & frame[name].fillna(False).to_numpy(dtype=bool)
            excluded.append((f"outside the denominator: {VARIABLES[name].label}", int(outside.sum())))
            eligible &= ~outside
    return eligible, excluded
