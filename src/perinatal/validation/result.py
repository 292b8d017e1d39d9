"""What a validation found, held together: rows, inputs, performance, thresholds, curves, groups."""

from __future__ import annotations

import html
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perinatal.evaluate import Estimate
from perinatal.frames import Problem

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
    model, outcome, moment : id of the model, what it estimates, when it is asked.
    label, definition, denominator, horizon : of the outcome, in words.
    trained_on, terms, caution : where the model learnt, the terms of that data, what it means elsewhere.
    scorer : kind of the model's scorer.
    cohort : what the cohort is, in words.
    flow : (step, rows), from what was read to what was used.
    n, events : rows used, and those with the outcome.
    clusters : the column whose rows were kept together in every interval, or ``None`` where rows are independent.
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
    problems : what was found in the table.
    seed, times : of the bootstraps.

    Counts of 1 to 9 people are ``NaN`` everywhere but in the flow.
    """

    model: str
    outcome: str
    moment: str
    label: str
    definition: str
    denominator: str
    horizon: str
    trained_on: str
    terms: str
    caution: str
    scorer: str
    cohort: str
    flow: tuple[tuple[str, int], ...]
    n: int
    events: int
    clusters: str | None
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
    times: int

    @property
    def prevalence(self) -> float:
        """The share with the outcome among the rows used."""
        return self.events / self.n

    def to_dict(self) -> dict:
        """Every number, ready for JSON: what is undefined or suppressed is ``None``."""
        values = {
            name: getattr(self, name)
            for name in ("model", "outcome", "moment", "label", "definition", "denominator", "horizon")
        }
        values |= {"trained_on": self.trained_on, "terms": self.terms, "caution": self.caution, "scorer": self.scorer}
        values |= {"cohort": self.cohort, "flow": [{"step": step, "rows": rows} for step, rows in self.flow]}
        values |= {"n": self.n, "events": self.events, "prevalence": self.prevalence, "clusters": self.clusters}
        values["performance"] = {name: _build_record(estimate._asdict()) for name, estimate in self.performance.items()}
        values["inputs"] = _build_records(self.inputs.reset_index())
        for name in ("curve", "calibration_table", "thresholds", "capacity", "decision", "distribution", "table_one"):
            values[name] = _build_records(getattr(self, name))
        values["groups"] = _build_records(self.groups.reset_index())
        values["notes"] = list(self.notes)
        values["problems"] = [f"{problem}" for problem in self.problems]
        return values | {"seed": self.seed, "times": self.times}

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
        for (grouping, group), line in self.groups.iterrows():
            for name in GROUP_MEASURES:
                estimate = {"value": line[name], "low": line[f"{name}_low"], "high": line[f"{name}_high"]}
                counts = {"n": line["n"], "events": line["events"]}
                rows.append({"grouping": grouping, "group": group, **counts, "measure": name, **estimate})
        return pd.DataFrame(rows)

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
        rows = "".join(
            f"<tr><th style='text-align:left'>{html.escape(words)}</th><td>{format_estimate(self.performance[name])}"
            "</td></tr>"
            for name, words in MEASURES.items()
        )
        notes = "".join(f"<p>{html.escape(note)}</p>" for note in self.notes)
        return (
            f"<p><b>{html.escape(self.model)}</b> on {html.escape(self.cohort)}: {self.n:,} rows used, "
            f"{self.events:,} with the outcome ({self.prevalence:.2%})</p><table>{rows}</table>{notes}"
            f"<p>{html.escape(self.caution)}</p>"
        )


def format_estimate(estimate: Estimate, digits: int = 3) -> str:
    """A value, with its interval where it has one; a dash where it is undefined.

    >>> format_estimate(Estimate(0.71234, 0.7, 0.72)), format_estimate(Estimate(0.5, float("nan"), float("nan")), 2)
    ('0.712 (0.700–0.720)', '0.50')
    >>> format_estimate(Estimate(-0.2, -0.52, 0.13), 2)
    '-0.20 (-0.52 to 0.13)'
    """
    if np.isnan(estimate.value):
        return "–"
    value = f"{estimate.value:.{digits}f}"
    between = " to " if min(estimate.low, estimate.high) < 0 else "–"
    return (
        value if np.isnan(estimate.low) else f"{value} ({estimate.low:.{digits}f}{between}{estimate.high:.{digits}f})"
    )


def _build_records(table: pd.DataFrame) -> list[dict]:
    return [_build_record(row) for row in table.to_dict("records")]


def _build_record(row: Mapping) -> dict:
    return {str(key): to_json_value(value) for key, value in row.items()}


def to_json_value(value: object) -> object:
    """A cell of a table as JSON has it: no type of numpy, and nothing for what is not a finite number."""
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value)
    if isinstance(value, (float, np.floating)):
        return float(value) if np.isfinite(value) else None
    return None if value is None or value is pd.NA else str(value)
