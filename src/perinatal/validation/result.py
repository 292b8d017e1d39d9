"""The result of a validation: rows, inputs, performance, thresholds, curves, subgroups."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from perinatal._html import html, join_html
from perinatal._json import Json, jsonable
from perinatal.evaluate import Estimate
from perinatal.frames import Problem
from perinatal.vocabulary import Moment, Outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes

MEASURES: Mapping[str, str] = {
    "observed_over_expected": "observed / expected",
    "calibration_intercept": "calibration intercept",
    "calibration_slope": "calibration slope",
    "ici": "ICI (mean distance from the calibration curve)",
    "e50": "E50 (median distance)",
    "e90": "E90 (90th centile of the distance)",
    "auroc": "AUROC",
    "average_precision": "average precision",
    "brier": "Brier score",
    "scaled_brier": "scaled Brier score",
}
"""The overall measures in the order they are read, calibration first, with their words."""

GROUP_MEASURES = ("observed_over_expected", "calibration_slope", "auroc")


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class ValidationResult:
    """How a model does on a cohort; made by :func:`perinatal.validate`.

    Parameters
    ----------
    model : id of the model.
    outcome, moment : what it estimates, and when in care.
    trained_on, terms, caution : where the model was trained, the terms of that data, what it means elsewhere.
    scorer : kind of the model's scorer.
    cohort : what the cohort is, in words.
    flow : (step, rows), from what was read to what was used.
    n, events : rows used, and those with the outcome.
    grouped_by : the column whose equal rows belong together in every interval; ``None`` where rows are independent.
    inputs : by input: ``label, unknown, unknown_share, absent``.
    performance : :class:`~perinatal.evaluate.Estimate` of every measure; ``NaN`` where it is undefined or has no
        interval.
    curve : the smoothed share with the outcome along the risk, with its band; empty where it is undefined.
    calibration_table : mean risk and observed share in tenths of risk.
    thresholds, capacity : what acting on the risks means at thresholds, and at a share of people reached.
    decision : net benefit over thresholds.
    distribution : counts by outcome in bins of risk.
    groups : by (grouping, group): rows, events, and O/E, slope and AUROC with intervals.
    table_one : inputs by outcome.
    notes : what could not be computed, and why.
    problems : what was wrong, odd or missing in the table.
    seed, bootstraps : of the intervals without a closed form.

    Counts of 1 to 9 people are ``NaN`` everywhere but in the flow.
    """

    model: str
    outcome: Outcome
    moment: Moment
    trained_on: str
    terms: str
    caution: str
    scorer: str
    cohort: str
    flow: tuple[tuple[str, int | None], ...]
    n: int
    events: int
    grouped_by: str | None
    inputs: pd.DataFrame
    performance: Mapping[str, Estimate]
    curve: pd.DataFrame
    calibration_table: pd.DataFrame
    thresholds: pd.DataFrame
    capacity: pd.DataFrame
    decision: pd.DataFrame
    distribution: pd.DataFrame
    groups: pd.DataFrame
    table_one: pd.DataFrame
    notes: tuple[str, ...]
    problems: tuple[Problem, ...]
    seed: int
    bootstraps: int

    @property
    def prevalence(self) -> float:
        """The share with the outcome among the rows used."""
        return self.events / self.n

    def to_dict(self) -> Json:
        """Every number, ready for JSON: what is undefined or suppressed is ``None``."""
        values = {"model": self.model, **outcome_facts(self.outcome), "moment": self.moment.value}
        values |= {"trained_on": self.trained_on, "terms": self.terms, "caution": self.caution, "scorer": self.scorer}
        values |= {"cohort": self.cohort, "flow": [{"step": step, "rows": rows} for step, rows in self.flow]}
        values |= {"n": self.n, "events": self.events, "prevalence": self.prevalence, "grouped_by": self.grouped_by}
        values["performance"] = {name: jsonable(estimate._asdict()) for name, estimate in self.performance.items()}
        values["inputs"] = jsonable(self.inputs.reset_index())
        for name in ("curve", "calibration_table", "thresholds", "capacity", "decision", "distribution", "table_one"):
            values[name] = jsonable(getattr(self, name))
        values["groups"] = jsonable(self.groups.reset_index())
        values["notes"] = list(self.notes)
        values["problems"] = [f"{problem}" for problem in self.problems]
        return values | {"seed": self.seed, "bootstraps": self.bootstraps}

    def to_frame(self) -> pd.DataFrame:
        """Overall and by group, one row per measure: ``grouping, group, n, events, measure, value, low, high``."""
        rows = [
            {
                "grouping": "",
                "group": "overall",
                "n": self.n,
                "events": self.events,
                "measure": name,
                **estimate._asdict(),
            }
            for name, estimate in self.performance.items()
        ]
        for (_, line), grouping, group in zip(
            self.groups.iterrows(),
            self.groups.index.get_level_values(0),
            self.groups.index.get_level_values(1),
            strict=True,
        ):
            for name in GROUP_MEASURES:
                estimate = {"value": line[name], "low": line[f"{name}_low"], "high": line[f"{name}_high"]}
                counts = {"n": line["n"], "events": line["events"]}
                rows.append({"grouping": grouping, "group": group, **counts, "measure": name, **estimate})
        return pd.DataFrame(rows)

    def plot(self, *, ax: Axes | None = None) -> Axes:
        """The calibration of the risks, with matplotlib: see :func:`perinatal.plots.calibration_curve`.

        Parameters
        ----------
        ax : where to draw; a new figure otherwise.
        """
        from perinatal.plots import calibration_curve

        return calibration_curve(self, ax=ax)

    def __repr__(self) -> str:
        lines = [
            f"ValidationResult({self.model} on {self.cohort})",
            f"  {self.n:,} rows used, {self.events:,} with the outcome ({self.prevalence:.2%})",
            *(
                f"  {MEASURES[name]:<22} {self.performance[name]}"
                for name in ("observed_over_expected", "calibration_slope", "auroc")
            ),
            *(f"  {note}" for note in self.notes),
            self.caution,
        ]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        rows = [
            html("tr", html("th", words, style="text-align:left"), html("td", self.performance[name].format()))
            for name, words in MEASURES.items()
        ]
        counts = f"{self.n:,} rows used, {self.events:,} with the outcome ({self.prevalence:.2%})"
        return join_html(
            html("p", html("b", self.model), f" on {self.cohort}: {counts}"),
            html("table", rows),
            [html("p", note) for note in (*self.notes, self.caution)],
        )


def outcome_facts(outcome: Outcome) -> dict[str, str]:
    """What was estimated, among whom and until when, as JSON has it."""
    return {
        "outcome": outcome.name,
        "label": outcome.label,
        "definition": outcome.definition,
        "denominator": outcome.denominator,
        "horizon": outcome.horizon,
    }
