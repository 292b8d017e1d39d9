"""A validation result as a model's evidence holds it: rounded, without what follows from the model; and restored."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd

from perinatal.evaluate import Estimate
from perinatal.frames import Conformed, Problem, ProblemRule
from perinatal.models import RiskModel
from perinatal.models.evidence import (
    CalibrationGroup,
    CohortTest,
    Columns,
    FlowStep,
    RecordedProblem,
    ValidationRecord,
    read_record,
    round_estimate,
)
from perinatal.validation.result import GROUP_MEASURES, MEASURES, ValidationResult
from perinatal.validation.small_cells import suppress_small_steps
from perinatal.validation.tables import TABLE_ONE
from perinatal.validation.validating import validate
from perinatal.vocabulary import VARIABLES
from perinatal.vocabulary.disclosure import suppress_small

DIGITS = 4  # significant ones; counts are whole
POINTS = 40  # of a curve
_RATES = tuple(f"{name}{end}" for name in ("sensitivity", "specificity", "ppv", "npv") for end in ("", "_low", "_high"))
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "curve": ("risk", "observed_share", "low", "high"),
    "calibration_table": ("mean_risk", "observed_share", "low", "high", "n", "events"),
    "thresholds": ("threshold", "alerts_per_1000", "note", *_RATES),
    "capacity": ("threshold", "alerts_per_1000", "note", "capacity", *_RATES),
    "decision": ("threshold", "model", "low", "high"),
    "distribution": ("low", "high", "with_outcome", "without_outcome"),
}
_NO_VALUE = Estimate(np.nan, np.nan, np.nan)


def build_record(result: ValidationResult) -> ValidationRecord:
    """A validation result as a model's evidence holds it.

    Tables are stored by column, numbers with four significant digits, curves with forty points; a column without any
    number is left out. Counts of 1 to 9 people are ``None``, in the flow too.
    """
    return ValidationRecord(
        cohort=result.cohort,
        flow=tuple(FlowStep(step, rows) for step, rows in suppress_small_steps(result.flow)),
        n=result.n,
        events=result.events,
        clusters=result.grouped_by,
        seed=result.seed,
        bootstraps=result.bootstraps,
        performance={
            name: Estimate(*(_round_number(value, math.nan) for value in estimate))
            for name, estimate in result.performance.items()
        },
        unknown={str(name): _round_number(count) for name, count in result.inputs["unknown"].items()},
        curve=_list_columns(result.curve, "curve"),
        calibration_table=_list_columns(result.calibration_table, "calibration_table"),
        thresholds=_list_columns(result.thresholds, "thresholds"),
        capacity=_list_columns(result.capacity, "capacity"),
        decision=_list_columns(result.decision, "decision"),
        distribution=_list_columns(result.distribution, "distribution"),
        groups=_list_columns(result.groups.reset_index()),
        table_one=_list_columns(result.table_one.drop(columns=["label", "unit"])),
        notes=result.notes,
        problems=tuple(
            RecordedProblem(p.variable, p.rule.name, p.count, p.total, p.message)
            for p in result.problems
            if suppress_small(p.count) is not None and p.rule is not ProblemRule.UNMAPPED_COLUMN
        ),
    )


def restore_result(model: RiskModel, record: ValidationRecord) -> ValidationResult:
    """The validation result that :func:`build_record` stored, for a page or a picture; numbers stay rounded."""
    n = record.n
    inputs = [
        {
            "input": name,
            "label": VARIABLES[name].label,
            "unknown": np.nan if count is None else float(count),
            "unknown_share": np.nan if count is None else count / n,
            "absent": count == n,
        }
        for name, count in record.unknown.items()
    ]
    columns = ["grouping", "group", "n", "events"]
    columns += [f"{name}{end}" for name in GROUP_MEASURES for end in ("", "_low", "_high")]
    groups = _build_table(record.groups, (*columns, "note")).set_index(["grouping", "group"])
    table_one = _build_table(record.table_one, [name for name in TABLE_ONE if name not in ("label", "unit")])
    names = table_one["input"]
    table_one["label"] = [VARIABLES[name].label for name in names]
    table_one["unit"] = [VARIABLES[name].unit for name in names]
    return ValidationResult(
        model=model.id,
        outcome=model.outcome,
        moment=model.moment,
        trained_on=model.trained_on,
        terms=model.terms,
        caution=model.caution,
        scorer=model.scorer.kind,
        cohort=record.cohort,
        flow=tuple((step, rows) for step, rows in record.flow),
        n=n,
        events=record.events,
        grouped_by=record.clusters,
        inputs=pd.DataFrame(inputs).set_index("input"),
        performance={name: record.performance.get(name, _NO_VALUE) for name in MEASURES},
        curve=_build_table(record.curve, _COLUMNS["curve"]),
        calibration_table=_build_table(record.calibration_table, _COLUMNS["calibration_table"]),
        thresholds=_build_table(record.thresholds, _COLUMNS["thresholds"]),
        capacity=_build_table(record.capacity, _COLUMNS["capacity"]),
        decision=_build_table(record.decision, _COLUMNS["decision"]),
        distribution=_build_table(record.distribution, _COLUMNS["distribution"]),
        groups=groups,
        table_one=table_one[TABLE_ONE],
        notes=record.notes,
        problems=tuple(Problem(p.variable, ProblemRule[p.rule], p.rows, p.total, p.message) for p in record.problems),
        seed=record.seed,
        bootstraps=record.bootstraps,
    )


def build_cohort_test(
    model: RiskModel, frame: pd.DataFrame, name: str, note: str = "", flow: Sequence[tuple[str, int]] = ()
) -> CohortTest:
    """Validate a model on a cohort that its training has not seen, for its evidence.

    Parameters
    ----------
    model : a trained model.
    frame : canonical rows with the outcome; those of one ``facility_id`` stay together in every interval.
    name, note : the cohort in words, and what a reader must know of it.
    flow : (step, rows), how the frame came to be.

    Examples
    --------
    >>> import perinatal as pn
    >>> births = pn.conform(pn.load_sample("births")).frame
    >>> test = build_cohort_test(pn.load_model("preterm_birth-booking"), births, "Sample births")
    >>> test.n, test.events, test.validation.cohort
    (233, 33, 'Sample births')
    """
    has_places = "facility_id" in frame and frame["facility_id"].notna().any()
    result = validate(model, Conformed(frame, ()), groups="facility_id" if has_places else None)
    steps = [*flow, *result.flow[1:]] if flow else [(f"rows of {name}", len(frame)), *result.flow[1:]]
    result = replace(result, cohort=name, flow=tuple(steps))
    performance = result.performance
    return CohortTest(
        name=name,
        note=note,
        outcome_unknown=suppress_small(dict(result.flow)["excluded: outcome unknown"]),
        inputs_absent=tuple(result.inputs.index[result.inputs["absent"]]),
        intervals_by=result.grouped_by or "row",
        n=result.n,
        events=result.events,
        prevalence=round(result.prevalence, 6),
        observed_over_expected=round_estimate(performance["observed_over_expected"]),
        calibration_intercept=round_estimate(performance["calibration_intercept"]),
        calibration_slope=round_estimate(performance["calibration_slope"]),
        auroc=round_estimate(performance["auroc"]),
        average_precision=round(performance["average_precision"].value, 4),
        brier=round(performance["brier"].value, 6),
        calibration_table=build_calibration_groups(result.calibration_table, 6),
        validation=build_record(result),
    )


def build_calibration_groups(table: pd.DataFrame, digits: int | None = None) -> tuple[CalibrationGroup, ...]:
    """The rows of :func:`perinatal.evaluate.calibration_table`, rounded, for a model's evidence."""
    return tuple(
        read_record(
            CalibrationGroup,
            {str(name): None if np.isnan(value) else _round(float(value), digits) for name, value in row.items()},
        )
        for row in table.to_dict("records")
    )


def _round(number: float, digits: int | None) -> float:
    return number if digits is None else round(number, digits)


def _thin_rows(table: pd.DataFrame) -> pd.DataFrame:
    if len(table) <= POINTS:
        return table
    return table.iloc[np.unique(np.linspace(0, len(table) - 1, POINTS).round().astype(int))]


def _list_columns(table: pd.DataFrame, name: str = "") -> Columns:
    """A table by column, thinned and with the columns of ``_COLUMNS`` where it has a name."""
    if name:
        table = _thin_rows(table)[[column for column in _COLUMNS[name] if column in table]]
    columns = {str(heading): tuple(_read_cell(value) for value in column) for heading, column in table.items()}
    return {name: values for name, values in columns.items() if any(value not in (None, "") for value in values)}


def _build_table(columns: Columns, names: Sequence[str]) -> pd.DataFrame:
    table = pd.DataFrame(dict(columns)).reindex(columns=list(dict.fromkeys([*names, *columns])))
    for name, column in table.items():
        if name in ("note", "level"):
            table[name] = column.astype(object).where(column.notna(), "")
        elif name not in ("input", "grouping", "group"):
            table[name] = column.astype(np.float64)
    return table


def _read_cell(value: Any) -> float | str | None:
    return value if isinstance(value, str) else _round_number(value)


def _round_number(value: Any, undefined: Any = None) -> Any:
    if value is None or not np.isfinite(value):
        return undefined
    number = float(value)
    return int(number) if number.is_integer() else float(f"{number:.{DIGITS}g}")
