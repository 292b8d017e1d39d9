"""One model asked about one table: what a page or a terminal needs to show the people in it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perinatal.frames import ColumnMap, Conformed, Problem, Rule
from perinatal.frames.danger import conform_for
from perinatal.models import Prediction, RiskModel
from perinatal.models.derived_features import Feature, feature
from perinatal.models.explanation import Explanation
from perinatal.report.wording import said_list, said_per_thousand, said_percent
from perinatal.vocabulary import Moment

HIGHEST, TYPICAL = 8, 4


@dataclass(frozen=True, slots=True, eq=False)
class Section:
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
    def learnt_from(self) -> tuple[int, int] | None:
        """With the outcome, and all, of the rows it was adopted on; where it was not, of those it was trained on."""
        if self.model.adoption is not None:
            return self.model.adoption.events, self.model.adoption.n
        training = self.model.evaluation.get("training", {})
        return (training["events"], training["n"]) if training.get("n") else None

    @property
    def share_with_outcome(self) -> float | None:
        """The share with the outcome among the rows it learnt from, where it is on record."""
        return None if self.learnt_from is None else self.learnt_from[0] / self.learnt_from[1]

    def record(self, row: int) -> str:
        """The caller's label of the row at this position."""
        return str(self.prediction.index[row])

    def unknown_in(self, row: int) -> list[str]:
        """Labels of what was unknown in this row, but known in others."""
        unknown = self.prediction.unknown
        here = unknown[row] & ~unknown.all(axis=0)
        return [feature(name).label for name, missing in zip(self.prediction.features, here, strict=True) if missing]


def section(
    model: RiskModel,
    table: pd.DataFrame | Conformed,
    *,
    columns: ColumnMap | Mapping | None = None,
    units: Mapping[str, str] | None = None,
    title: str = "the table",
    people: str = "people",
    note: str = "",
) -> Section:
    """Ask ``model`` about every row of ``table``, for a page or a terminal.

    Takes and raises what :meth:`perinatal.RiskModel.predict` takes and raises; ``units`` as for
    :func:`perinatal.conform`.
    """
    conformed = table
    if not isinstance(table, Conformed):
        conformed = conform_for(table, columns, model.inputs, units=units)[0]
    prediction, explanation = model.predict(conformed), model.explain(conformed)
    return Section(title, people, model, prediction, explanation, prediction.problems, note)


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


def said_moment(moment: Moment) -> str:
    """When a risk is asked, in a few words.

    >>> said_moment(Moment.BOOKING), said_moment(Moment.SARI_ADMISSION)
    ('at the first antenatal visit', 'on admission to hospital with severe acute respiratory infection')
    """
    words = moment.description.split(",")[0]
    return f"at {words}" if words.startswith(("the ", "an ")) else words


def said_header(shown: Section) -> list[tuple[str, str]]:
    """What is estimated, among whom, when asked and where it was learnt: heading and sentence each."""
    model, target = shown.model, shown.model.outcome
    lines = [
        ("Estimated", f"the risk of {target.label}. {target.definition}"),
        ("Among", f"{target.denominator}; until {target.horizon}"),
        ("Asked", f"{said_moment(model.moment)}, from what is known by then"),
    ]
    if shown.learnt_from is not None:
        events, total = shown.learnt_from
        how = "trained on" if model.adoption is None else f"adopted on at {model.adoption.site}"
        seen = f"{events:,} of the {total:,} it was {how} had the outcome"
        lines.append(("Usual", f"{said_percent(events / total)}: {seen}"))
    return lines


def said_meaning(shown: Section) -> str:
    """What the highest risk shown means, in numbers of people."""
    if not len(shown.prediction):
        return "There are no rows."
    top = float(shown.risk.max())
    return (
        f"A risk of {said_percent(top)} (the highest here) means: of 1,000 such {shown.people}, "
        f"{said_per_thousand(top)} are expected to have the outcome, and the others are not. "
        "That holds only where the model has been checked "
        "against local outcomes."
    )


def said_unknown(shown: Section) -> str:
    """What was unknown for everybody though there is a column for it, or nothing."""
    absent = {problem.variable for problem in shown.problems if problem.rule is Rule.ABSENT_COLUMN}
    unknown = [f.label for f in shown.always_unknown if not absent.issuperset(f.inputs)]
    if not unknown:
        return ""
    return f"Recorded for nobody in this table: {said_list(unknown, shown=12)}."
