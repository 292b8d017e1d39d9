"""One model asked about one table: what a page or a terminal needs to show the people in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from perinatal.frames import ColumnMap, Problem, ProblemRule, Table, conform_for
from perinatal.models import Prediction, RiskModel
from perinatal.models.derived_features import Feature, feature
from perinatal.models.explanation import Explanation
from perinatal.report.wording import format_list, format_per_thousand, format_percent
from perinatal.vocabulary import Moment

HIGHEST, TYPICAL = 8, 4


@dataclass(frozen=True, slots=True, eq=False)
class RiskReport:
    """A model's risks of the people in a table, explained.

    Parameters
    ----------
    title : what the table is, in words.
    people : what a row is, in the plural: ``newborns``, ``women``.
    model, prediction, explanation : what was asked, and the answers, on the same rows.
    problems : what was found in the table.
    note : a sentence about the table, or nothing.
    """

    title: str
    people: str
    model: RiskModel
    prediction: Prediction
    explanation: Explanation
    problems: tuple[Problem, ...]
    note: str = ""

    @property
    def risk(self) -> np.ndarray:
        """The risks, in the order of the table."""
        return self.prediction.risk.to_numpy()

    @property
    def sorted_rows(self) -> np.ndarray:
        """Positions of the rows from the highest risk down; ties keep the order of the table."""
        return np.argsort(-self.prediction.log_odds, kind="stable")

    @property
    def always_unknown(self) -> tuple[Feature, ...]:
        """The features that are unknown in every row."""
        if not len(self.prediction):
            return ()
        names = np.array(self.prediction.features, dtype=object)[self.prediction.unknown.all(axis=0)]
        return tuple(feature(name) for name in names)

    @property
    def development_counts(self) -> tuple[int, int] | None:
        """With the outcome, and all, of the rows it was adopted on; where it was not, of those it was trained on."""
        if self.model.adoption is not None:
            return self.model.adoption.events, self.model.adoption.n
        training = self.model.evaluation.get("training", {})
        return (training["events"], training["n"]) if training.get("n") else None

    @property
    def share_with_outcome(self) -> float | None:
        """The share with the outcome among the rows it learnt from, where it is on record."""
        return None if self.development_counts is None else self.development_counts[0] / self.development_counts[1]

    def record(self, row: int) -> str:
        """The caller's label of the row at this position."""
        return str(self.prediction.index[row])

    def unknown_labels(self, row: int) -> list[str]:
        """Labels of what was unknown in this row, but known in others."""
        unknown = self.prediction.unknown
        unknown_here = unknown[row] & ~unknown.all(axis=0)
        return [
            feature(name).label for name, missing in zip(self.prediction.features, unknown_here, strict=True) if missing
        ]


def build_risk_report(
    model: RiskModel,
    table: Table,
    *,
    columns: ColumnMap | Mapping | None = None,
    units: Mapping[str, str] | None = None,
    title: str = "the table",
    people: str = "people",
    note: str = "",
) -> RiskReport:
    """Ask ``model`` about every row of ``table``, for a page or a terminal.

    Takes and raises what :meth:`perinatal.RiskModel.predict` takes and raises; ``units`` as for
    :func:`perinatal.conform`.
    """
    conformed, _ = conform_for(table, model.inputs, columns=columns, units=units)
    prediction, explanation = model.predict(conformed), model.explain(conformed)
    return RiskReport(title, people, model, prediction, explanation, prediction.problems, note)


def highest_and_typical(
    risk: np.ndarray, highest: int = HIGHEST, typical: int = TYPICAL
) -> tuple[list[int], list[int]]:
    """Positions of the highest risks, from the top down, and of some others spread evenly over the rest.

    >>> highest_and_typical(np.array([0.5, 0.1, 0.9, 0.2, 0.3]), highest=2, typical=1)
    ([2, 0], [3])
    """
    order = np.argsort(-np.asarray(risk), kind="stable")
    rest = order[highest:]
    count = min(typical, len(rest))
    middles = ((np.arange(count) + 0.5) * len(rest) / max(count, 1)).astype(np.intp)
    return order[:highest].tolist(), rest[middles].tolist()


def describe_moment(moment: Moment) -> str:
    """When a risk is asked, in a few words.

    >>> describe_moment(Moment.BOOKING), describe_moment(Moment.SARI_ADMISSION)
    ('at the first antenatal visit', 'on admission to hospital with severe acute respiratory infection')
    """
    words = moment.description.split(",")[0]
    return f"at {words}" if words.startswith(("the ", "an ")) else words


def describe_estimand(report: RiskReport) -> list[tuple[str, str]]:
    """What is estimated, among whom, when asked and where it was learnt: heading and sentence each."""
    model, target = report.model, report.model.outcome
    lines = [
        ("Estimated", f"the risk of {target.label}. {target.definition}"),
        ("Among", f"{target.denominator}; until {target.horizon}"),
        ("Asked", f"{describe_moment(model.moment)}, from what is known by then"),
    ]
    if report.development_counts is not None:
        events, total = report.development_counts
        verb = "trained on" if model.adoption is None else f"adopted on at {model.adoption.site}"
        counts = f"{events:,} of the {total:,} it was {verb} had the outcome"
        lines.append(("Usual", f"{format_percent(events / total)}: {counts}"))
    return lines


def describe_highest_risk(report: RiskReport) -> str:
    """What the highest risk shown means, in numbers of people."""
    if not len(report.prediction):
        return "There are no rows."
    top = float(report.risk.max())
    return (
        f"A risk of {format_percent(top)} (the highest here) means: of 1,000 such {report.people}, "
        f"{format_per_thousand(top)} are expected to have the outcome, and the others are not. "
        "That holds only where the model has been checked "
        "against local outcomes."
    )


def describe_always_unknown(report: RiskReport) -> str:
    """What was unknown for everybody though there is a column for it, or nothing."""
    absent = {problem.variable for problem in report.problems if problem.rule is ProblemRule.ABSENT_COLUMN}
    unknown = [f.label for f in report.always_unknown if not absent.issuperset(f.inputs)]
    if not unknown:
        return ""
    return f"Recorded for nobody in this table: {format_list(unknown, limit=12)}."
