"""The result of a comparison: one line for each model, score and measurement, on the same rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from perinatal._html import html, join_html
from perinatal._json import Json, jsonable
from perinatal.evaluate import Estimate
from perinatal.frames import Problem
from perinatal.validation.result import outcome_facts
from perinatal.validation.small_cells import suppress_small_steps
from perinatal.vocabulary import Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes

COMPARED = ("auroc", "observed_over_expected", "calibration_slope", "ici")
"""The measures of a line that have an interval, in the order they are read."""


def describe_neighbours(outcome: Outcome, neighbours: Sequence[str]) -> str:
    """How to compare models of neighbouring outcomes on this one.

    >>> from perinatal.vocabulary import outcome
    >>> describe_neighbours(outcome("neonatal_death"), ["infant_death-birth"])
    "For neighbouring outcomes: infant_death-birth. Name one in models to compare it on 'neonatal_death', as a ranking."
    """
    return (
        f"For neighbouring outcomes: {', '.join(neighbours)}. Name one in models to compare it on '{outcome.name}', "
        "as a ranking."
    )


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ComparisonResult:
    """Models, published scores and measurements side by side; made by :func:`perinatal.compare`.

    Parameters
    ----------
    outcome : what is ranked, among whom, until when.
    cohort : what the cohort is, in words.
    flow : (step, rows), from what was read to the rows on which all are evaluated.
    n, events : those rows, and those with the outcome.
    grouped_by : the column whose equal rows belong together in every interval, or ``None``.
    ranking : by id, the highest AUROC first: ``name, kind, answers, timing, answered`` (rows before all had to answer),
        ``absent`` (inputs without a column); ``auroc``, ``observed_over_expected``, ``calibration_slope`` and ``ici``
        with ``_low`` and ``_high``; ``difference`` (AUROC less the first's, paired, with its interval and
        ``p_value``); ``note``. Calibration is ``NaN`` for what is no probability of this outcome.
    benefit : ``threshold, id, net_benefit, low, high, note`` of the probabilities and of calling everybody.
    cuts : ``id, cut, alerts_per_1000``, sensitivity, specificity and PPV with intervals, at published cuts.
    left_out : by id, ``name, kind, reason`` of what is not compared.
    problems : what was wrong, odd or missing in the table.
    notes : what to know about the rows compared, in sentences.
    neighbours : ids of models and scores of neighbouring outcomes, such as a death of another age, that ``models``
        may name to compare them as rankings; none where ``models`` was given.

    Numbers that would count 1 to 9 people are ``NaN``.
    """

    outcome: Outcome
    cohort: str
    flow: tuple[tuple[str, int | None], ...]
    n: int
    events: int
    grouped_by: str | None
    ranking: pd.DataFrame
    benefit: pd.DataFrame
    cuts: pd.DataFrame
    left_out: pd.DataFrame
    problems: tuple[Problem, ...]
    notes: tuple[str, ...]
    neighbours: tuple[str, ...] = ()

    @property
    def prevalence(self) -> float:
        """The share with the outcome among the rows compared."""
        return self.events / self.n

    def estimate(self, name: str, measure: str) -> Estimate:
        """A measure of a line with its interval: one of :data:`COMPARED`, or ``difference``.

        Parameters
        ----------
        name : of a model in the ranking. measure : a column of the ranking, such as ``"auroc"``.
        """
        columns = [f"{measure}{end}" for end in ("", "_low", "_high")]
        return Estimate(*self.ranking.loc[[name], columns].to_numpy(dtype=float)[0].tolist())

    def to_dict(self) -> Json:
        """Every number, ready for JSON: what is undefined or suppressed is ``None``."""
        values: Json = outcome_facts(self.outcome)
        values |= {"cohort": self.cohort, "n": self.n, "events": self.events, "prevalence": self.prevalence}
        values["grouped_by"] = self.grouped_by
        values["flow"] = [{"step": step, "rows": rows} for step, rows in suppress_small_steps(self.flow)]
        values["ranking"] = jsonable(self.ranking.reset_index())
        values["benefit"] = jsonable(self.benefit)
        values["cuts"] = jsonable(self.cuts)
        values["left_out"] = jsonable(self.left_out.reset_index())
        values["neighbours"] = list(self.neighbours)
        return values | {"notes": list(self.notes), "problems": [f"{problem}" for problem in self.problems]}

    def to_frame(self) -> pd.DataFrame:
        """The ranking as a table."""
        return self.ranking.copy()

    def plot(self, measure: str = "auroc", *, ax: Axes | None = None) -> Axes:
        """One measure of everything compared, with matplotlib: see :func:`perinatal.plots.ranking`.

        Parameters
        ----------
        measure : ``"auroc"``, ``"observed_over_expected"``, ``"calibration_slope"`` or ``"ici"``.
        ax : where to draw; a new figure otherwise.
        """
        from perinatal.plots import ranking

        return ranking(self, measure, ax=ax)

    def to_text(self) -> str:
        """The ranking as lines of text."""
        width = max(len(name) for name in self.ranking.index)
        lines = [
            f"Comparison of {len(self.ranking)} for {self.outcome.label} on {self.cohort}",
            f"  {self.n:,} rows on which all answer, {self.events:,} with the outcome ({self.prevalence:.2%})",
            f"  {'':<{width}}  {'AUROC':<21}  {'O/E':<19}  slope",
        ]
        for name in self.ranking.index:
            texts = [self.estimate(name, m).format(d) for m, d in zip(COMPARED, (3, 2, 2, 4), strict=True)]
            lines.append(f"  {name:<{width}}  {texts[0]:<21}  {texts[1]:<19}  {texts[2]}")
        if self.neighbours:
            lines.append(f"  {describe_neighbours(self.outcome, self.neighbours)}")
        return "\n".join([*lines, *(f"  {note}" for note in self.notes)])

    def __repr__(self) -> str:
        lines = [self.to_text()]
        if len(self.left_out):
            lines.append(f"  {len(self.left_out)} not compared: see .left_out for the reasons")
        if self.problems:
            lines.append(f"  {len(self.problems)} problems of the table: see .problems")
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        headings = [html("th"), *(html("th", words) for words in ("AUROC", "observed / expected", "slope", "ICI"))]
        rows = [
            html(
                "tr",
                html("th", name, style="text-align:left"),
                [html("td", self.estimate(name, measure).format()) for measure in COMPARED],
            )
            for name in self.ranking.index
        ]
        counts = f": {self.n:,} rows, {self.events:,} with the outcome"
        return join_html(
            html("p", html("b", self.outcome.label), f" on {self.cohort}{counts}"),
            html("table", html("tr", headings), rows),
        )
