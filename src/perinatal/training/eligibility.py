"""Eligible rows: those in the outcome's denominator that reached the moment."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import pandas as pd

from perinatal.vocabulary import VARIABLES, Moment, Outcome, evaluate_condition, parse_condition

THIRD_TRIMESTER_FROM_DAYS = 28 * 7  # completed days; WHO ICD-11


@dataclass(frozen=True, slots=True)
class EligibilityRule:
    """Rows that are excluded, and why. A row of which it is unknown is not excluded.

    Parameters
    ----------
    exclusion_reason : why, in words.
    excluded_when : which rows, in the language of :mod:`perinatal.vocabulary.rules`.

    Examples
    --------
    >>> rule = EligibilityRule("born before 28 weeks", "gestational_age_at_birth_days < 196")
    >>> rule.excluded_rows(pd.DataFrame({"gestational_age_at_birth_days": [195.0, 196.0, None]})).tolist()
    [True, False, False]
    """

    exclusion_reason: str
    excluded_when: str

    def __post_init__(self) -> None:
        parse_condition(self.excluded_when)  # a slip is named where it is declared

    def excluded_rows(self, frame: pd.DataFrame) -> np.ndarray:
        """A mask of the excluded rows of a canonical frame, shape (rows,); a column that is absent is unknown."""
        return evaluate_condition(self.excluded_when, frame).to_numpy(dtype=bool, na_value=False)


ELIGIBILITY_BY_MOMENT: Mapping[Moment, EligibilityRule] = MappingProxyType(
    {
        Moment.BOOKING: EligibilityRule("no antenatal care: no booking visit", "no_antenatal_care"),
        Moment.THIRD_TRIMESTER: EligibilityRule(
            "no antenatal care, or born before 28 weeks: not eligible at this moment",
            f"no_antenatal_care or gestational_age_at_birth_days < {THIRD_TRIMESTER_FROM_DAYS}",
        ),
    }
)
"""Rows that never reach a moment; every row reaches a moment that is not listed."""


def eligible_rows(outcome: Outcome, moment: Moment, frame: pd.DataFrame) -> tuple[np.ndarray, list[tuple[str, int]]]:
    """The eligible rows, as a mask, and how many each reason excludes; a row counts under its first reason.

    >>> from perinatal.vocabulary import outcome
    >>> births = pd.DataFrame({"pre_gestational_diabetes": pd.array([True, False, None], dtype="boolean")})
    >>> eligible, excluded = eligible_rows(outcome("gestational_diabetes"), Moment.BOOKING, births)
    >>> eligible.tolist(), excluded[-1]
    ([False, True, True], ('outside the denominator: diabetes before pregnancy', 1))
    """
    eligible = np.ones(len(frame), dtype=bool)
    excluded: list[tuple[str, int]] = []
    rules = [ELIGIBILITY_BY_MOMENT[moment]] if moment in ELIGIBILITY_BY_MOMENT else []
    rules += [
        EligibilityRule(f"outside the denominator: {VARIABLES[name].label}", name)
        for name in outcome.exclusions
        if name in frame
    ]
    for rule in rules:
        outside = eligible & rule.excluded_rows(frame)
        excluded.append((rule.exclusion_reason, int(outside.sum())))
        eligible &= ~outside
    return eligible, excluded
