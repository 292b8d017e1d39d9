"""What a recipe declares: register, rows, features and the cohorts of its tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from perinatal.training.eligibility import EligibilityRule


@dataclass(frozen=True, slots=True)
class RegisterFile:
    """A file of a register, without the rows that ``rows`` excludes; ``every_tenth``: a tenth of a large file."""

    register: str
    file: str
    rows: EligibilityRule | None = None
    every_tenth: bool = False


@dataclass(frozen=True, slots=True)
class EvaluationCohort:
    """A cohort the finished model is tested on, that it has not seen."""

    name: str
    source: RegisterFile
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recipe:
    """Everything that makes one model.

    Parameters
    ----------
    outcome, moment : what is estimated, and when; together they are the model's ``id``.
    development : the cohort that trains and, in its held-out part, tests first.
    held_out : a share of its groups, or the rule that excludes its test rows from training (a later period).
    held_out_name : that first test, in words.
    features : names, all known at the moment.
    trained_on, terms : where and when, and the terms of the data, in the words every card carries.
    directions : features whose direction is certain (+1 raises the risk).
    tests : further cohorts, later or elsewhere.
    sites : the column of places (hospitals, states) that are left out in turn, for what a new place may expect.
    further_cases : people with the outcome from another register, who train and are never tested on.
    limits : what a reader must know.
    withheld_reason : why the finished model is reported but not shipped; empty for a shipped one.
    """

    outcome: str
    moment: str
    development: RegisterFile
    held_out: float | EligibilityRule
    held_out_name: str
    features: tuple[str, ...]
    trained_on: str
    terms: str
    directions: Mapping[str, int] = field(default_factory=dict)
    tests: tuple[EvaluationCohort, ...] = ()
    sites: str = ""
    further_cases: RegisterFile | None = None
    limits: tuple[str, ...] = ()
    withheld_reason: str = ""

    @property
    def id(self) -> str:
        """The model's id."""
        return f"{self.outcome}-{self.moment}"
