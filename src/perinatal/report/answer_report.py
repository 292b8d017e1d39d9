"""A model's answers for the rows of a table, with their reasons: what a page and a terminal show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from perinatal.frames import ColumnMap, Problem, ProblemRule, Table, conform_for
from perinatal.models import Prediction, RiskModel
from perinatal.models.derived_features import Feature, feature
from perinatal.models.explanation import Explanation, decode_values, format_cell
from perinatal.models.reasons import Reasons
from perinatal.models.unanswered import AnswerStatus
from perinatal.report.wording import (
    ANSWER_KINDS,
    INSUFFICIENT,
    NO_ANSWER,
    NO_ITEM,
    NOT_RECORDED,
    NOTHING_KNOWN,
    describe_moment,
    describe_risk,
    format_frequency,
    format_list,
    format_percent,
    strongest_influences,
)
from perinatal.scores import PublishedModel

HIGHEST, TYPICAL = 8, 4


@dataclass(frozen=True, slots=True, eq=False)
class AnswerReport:
    """The answers of a trained model or a published score for the rows of a table, explained.

    Parameters
    ----------
    title : what the table is, in words.
    people : what a row is, in the plural: ``newborns``, ``women``.
    model : the trained model or published score.
    prediction, explanation : its answers and what they are made of, on the same rows.
    note : a sentence about the table, or nothing.
    """

    title: str
    people: str
    model: RiskModel | PublishedModel
    prediction: Prediction
    explanation: Explanation | Reasons
    note: str = ""

    @property
    def problems(self) -> tuple[Problem, ...]:
        """The problems of the table."""
        return self.prediction.problems

    @property
    def is_risk(self) -> bool:
        """Whether the answers are probabilities."""
        return self.prediction.answers == "risk"

    @property
    def risk(self) -> np.ndarray:
        """The risks, in the order of the table; ``NaN`` where there is none."""
        return self.prediction.risk.to_numpy()

    @property
    def highest_risk(self) -> float | None:
        """The highest risk, where there is any."""
        known = self.risk[~np.isnan(self.risk)] if self.is_risk else np.empty(0)
        return float(known.max()) if len(known) else None

    @property
    def sorted_rows(self) -> np.ndarray:
        """Positions of the rows from the highest risk down, or in the order of the table where there are no risks."""
        if not self.is_risk:
            return np.arange(len(self.prediction))
        return np.argsort(-self.prediction.log_odds, kind="stable")

    @property
    def heading(self) -> str:
        """The outcome of a trained model, or the name of a score."""
        name = self.model.outcome.label if isinstance(self.model, RiskModel) else self.model.name
        return name[:1].upper() + name[1:]

    @property
    def timing(self) -> str:
        """When the model is used, in a few words."""
        return describe_moment(self.model.moment) if isinstance(self.model, RiskModel) else self.model.timing

    @property
    def always_unknown(self) -> tuple[Feature, ...]:
        """The features that are missing in every row."""
        if not len(self.prediction):
            return ()
        names = np.array(self.prediction.features, dtype=object)[self.prediction.unknown.all(axis=0)]
        return tuple(feature(name) for name in names)

    @property
    def development_counts(self) -> tuple[int, int] | None:
        """Events and rows of the adoption, or of the training where the model was not adopted."""
        if not isinstance(self.model, RiskModel):
            return None
        if self.model.adoption is not None:
            return self.model.adoption.events, self.model.adoption.n
        training = self.model.evidence.training
        return (training.events, training.n) if training is not None and training.n else None

    @property
    def share_with_outcome(self) -> float | None:
        """The share with the outcome among these rows, where it is on record."""
        return None if self.development_counts is None else self.development_counts[0] / self.development_counts[1]

    def record(self, row: int) -> str:
        """The caller's label of the row at this position.

        Parameters
        ----------
        row : the row's position, from 0.
        """
        return str(self.prediction.index[row])

    def answer(self, row: int) -> tuple[str, str]:
        """The answer of the row at this position, and what stands beside it: a frequency, or the published band.

        A percentage only where the answer is a probability.

        Parameters
        ----------
        row : the row's position, from 0.
        """
        prediction = self.prediction
        band = self._category(row)
        if prediction.numbers is None:
            return band or NO_ANSWER, ""
        number = prediction.numbers[row]
        if np.isnan(number):
            nothing_known = prediction.status.iloc[row] == AnswerStatus.NOTHING_KNOWN
            return NO_ANSWER, NOTHING_KNOWN if nothing_known else ""
        if self.is_risk:
            risk = float(self.risk[row])
            return format_percent(risk), ", ".join(filter(None, (format_frequency(risk), band)))
        if prediction.answers == "points":
            return f"{number:g} {'point' if number == 1 else 'points'}", band
        return f"{number:.3g}", band

    def reasons(self, row: int, count: int) -> list[list[str]]:
        """The reasons of the row at this position, at most ``count`` a column of :attr:`reason_headings`.

        Parameters
        ----------
        row : the row's position, from 0. count : how many reasons, at most.
        """
        if isinstance(self.model, RiskModel) and isinstance(self.explanation, Explanation):
            return [
                [str(influence) for influence in side] for side in strongest_influences(self.explanation, row, count)
            ]
        return [self._sentences(row, count)]

    def unknown_labels(self, row: int) -> list[str]:
        """Labels of what is missing in this row, but known in others.

        Parameters
        ----------
        row : the row's position, from 0.
        """
        unknown = self.prediction.unknown
        unknown_here = unknown[row] & ~unknown.all(axis=0)
        return [
            feature(name).label for name, missing in zip(self.prediction.features, unknown_here, strict=True) if missing
        ]

    def _category(self, row: int) -> str:
        words = self.prediction.words
        return "" if words is None or words.codes[row] < 0 else words.categories[words.codes[row]].replace("_", " ")

    def _sentences(self, row: int, count: int) -> list[str]:
        """What the answer of a published score is made of, or why there is none."""
        prediction, explanation = self.prediction, self.explanation
        if not prediction.answered.iloc[row]:
            lacking = ", ".join(feature(name).label for name in prediction.insufficient.iloc[row])
            refusals = [sentence.rstrip(".") for sentence in prediction.refused.iloc[row]]
            return [f"{INSUFFICIENT}: {lacking}", *refusals] if lacking else refusals
        if isinstance(explanation, Reasons):
            return list(explanation.sentences_by_row[row][:count])
        parts = explanation.matrix[row]
        order = [i for i in np.argsort(-np.abs(parts), kind="stable") if parts[i] != 0][:count]
        return [_format_part(explanation, row, i) for i in order] or [NO_ITEM]


def _format_part(explanation: Explanation, row: int, position: int) -> str:
    part, line = explanation.matrix[row, position], explanation.features[position]
    value = decode_values(explanation.encoded[row : row + 1, position], line.kind)[0]
    text = NOT_RECORDED if np.isnan(explanation.encoded[row, position]) else format_cell(value)
    return f"{line.label}: {text} ({part:+.4g})"


def build_answer_report(
    model: RiskModel | PublishedModel,
    table: Table,
    *,
    columns: ColumnMap | Mapping[str, Any] | None = None,
    units: Mapping[str, str] | None = None,
    title: str = "the table",
    people: str = "people",
    note: str = "",
) -> AnswerReport:
    """Apply ``model`` to every row of ``table``, for a page or a terminal.

    Parameters
    ----------
    model : a trained model or a published score.
    table, columns, units : as for :meth:`perinatal.RiskModel.predict`, which also states what is raised.
    title, people, note : as for :class:`AnswerReport`.
    """
    conformed, _ = conform_for(table, model.inputs, columns=columns, units=units)
    return AnswerReport(title, people, model, model.predict(conformed), model.explain(conformed), note)


def highest_and_typical(
    risk: np.ndarray, highest: int = HIGHEST, typical: int = TYPICAL
) -> tuple[list[int], list[int]]:
    """Positions of the highest risks, from the top down, and of some others spread evenly over the rest.

    Parameters
    ----------
    risk : shape (rows,).
    highest, typical : how many of each, at most.

    Examples
    --------
    >>> highest_and_typical(np.array([0.5, 0.1, 0.9, 0.2, 0.3]), highest=2, typical=1)
    ([2, 0], [3])
    """
    order = np.argsort(-np.asarray(risk), kind="stable")
    rest = order[highest:]
    count = min(typical, len(rest))
    middles = ((np.arange(count) + 0.5) * len(rest) / max(count, 1)).astype(np.intp)
    return order[:highest].tolist(), rest[middles].tolist()


def group_rows(report: AnswerReport, highest: int | None, typical: int | None) -> list[tuple[str, list[int]]]:
    """The rows to show one by one, under a heading for each group; all rows when neither number is given.

    Risks are shown from the highest down, with some others spread over the rest. Where there are no risks, the first
    ``highest + typical`` rows are shown in the order of the table.
    """
    total = len(report.prediction)
    others: list[int] = []
    ranked = report.highest_risk is not None
    if highest is None and typical is None:
        first = report.sorted_rows.tolist()
    elif ranked:
        first, others = highest_and_typical(report.risk, highest or 0, typical or 0)
    else:
        first = report.sorted_rows[: (highest or 0) + (typical or 0)].tolist()
    if len(first) == total:
        heading = f"All {total:,} {report.people}"
    elif ranked:
        heading = f"The {len(first):,} of {total:,} {report.people} with the highest risk"
    else:
        heading = f"The first {len(first):,} of {total:,} {report.people}"
    groups = [(heading, first), (f"{len(others)} others, spread over the rest", others)]
    return [(heading, rows) for heading, rows in groups if rows]


def describe_estimand(report: AnswerReport) -> list[tuple[str, str]]:
    """What the answers mean, among whom, when the model is used, and where it was developed: heading and sentence."""
    model = report.model
    return _describe_trained(report, model) if isinstance(model, RiskModel) else _describe_published(report, model)


def _describe_trained(report: AnswerReport, model: RiskModel) -> list[tuple[str, str]]:
    target = model.outcome
    lines = [
        ("Estimated", f"the risk of {target.label}. {target.definition}"),
        ("Among", f"{target.denominator}; until {target.horizon}"),
        ("Timing", f"{report.timing}, from what is known by then"),
    ]
    if report.development_counts is not None:
        events, total = report.development_counts
        verb = "trained on" if model.adoption is None else f"adopted on at {model.adoption.site}"
        counts = f"{events:,} of the {total:,} it was {verb} had the outcome"
        lines.append(("Usual", f"{format_percent(events / total)}: {counts}"))
    unanswered = int((~report.prediction.answered).sum())
    if unanswered:
        rows = f"{unanswered:,} of {len(report.prediction):,} {report.people}"
        lines.append(("No answer", f"for {rows}: nothing that the model reads is known"))
    return lines


def _describe_published(report: AnswerReport, model: PublishedModel) -> list[tuple[str, str]]:
    target = model.outcome
    lines = [("Result", ANSWER_KINDS[model.answers]), ("Timing", report.timing)]
    if target is not None:
        verb = "Estimated" if report.is_risk else "Made for"
        lines.append((verb, f"{target.label}: {target.definition}"))
    unanswered = int((~report.prediction.answered).sum())
    if unanswered:
        rows = f"{unanswered:,} of {len(report.prediction):,} {report.people}"
        lines.append(("No answer", f"for {rows}: a required value is missing, or the score does not apply"))
    return lines


def describe_highest_risk(report: AnswerReport) -> str:
    """What the highest risk means, in numbers of people; nothing where the answers are no risks."""
    if not len(report.prediction):
        return "There are no rows."
    return "" if report.highest_risk is None else describe_risk(report.highest_risk, report.people)


def describe_always_unknown(report: AnswerReport) -> str:
    """What is missing in every row though there is a column for it, or nothing."""
    absent = {problem.variable for problem in report.problems if problem.rule is ProblemRule.ABSENT_COLUMN}
    unknown = [f.label for f in report.always_unknown if not absent.issuperset(f.inputs)]
    return f"Missing in every row of this table: {format_list(unknown, limit=12)}." if unknown else ""
