"""Asks a model about every row of a cohort whose outcome is known, and judges the risks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from perinatal import evaluate
from perinatal.errors import InputError, NotEnoughData
from perinatal.evaluate import Estimate
from perinatal.frames import CohortInput, Column, ColumnMap, Conformed, Problem, ProblemRule, Table, as_cohort
from perinatal.models import RiskModel
from perinatal.training.eligibility import eligible_rows
from perinatal.training.folds import encode_groups
from perinatal.training.progress import Steps
from perinatal.validation.groupings import DEFAULT_GROUPINGS, build_group_labels
from perinatal.validation.result import GROUP_MEASURES, ValidationResult
from perinatal.validation.small_cells import suppress_complements
from perinatal.validation.tables import (
    decision_thresholds,
    inner_range,
    inputs_table,
    risk_distribution,
    table_one,
    usual_thresholds,
)
from perinatal.vocabulary import observe
from perinatal.vocabulary.disclosure import SMALLEST_CELL

CAPACITIES = (0.01, 0.05, 0.1, 0.2)  # shares of all people that a service may be able to reach
FEWEST_BOOTSTRAPS = 20
NOTHING_KNOWN = "nothing that the model reads is known"
_NO_VALUE = Estimate(np.nan, np.nan, np.nan)
_MEASURE_NAMES = (
    "observed_over_expected",
    "calibration_intercept",
    "calibration_slope",
    "ici",
    "auroc",
    "average_precision",
    "brier",
    "scaled_brier",
)


class _EvaluationRows(NamedTuple):
    """The rows that are evaluated, and how their intervals are computed."""

    observed: np.ndarray
    risk: np.ndarray
    clusters: np.ndarray | None
    times: int
    seed: int


def validate(
    model: RiskModel,
    table: Table,
    *,
    columns: ColumnMap | Mapping[object, str | Column] | None = None,
    units: Mapping[str, str] | None = None,
    by: str | Sequence[str] | None = None,
    groups: str | None = None,
    thresholds: Sequence[float] | None = None,
    bootstraps: int = 200,
    seed: int = 0,
    progress: bool = False,
) -> ValidationResult:
    """External validation of a model: calibration first, then discrimination, clinical utility, and subgroups.

    The outcome is the column of that name, or is derived from the variables that define it. Rows with a missing
    outcome are counted and excluded. So are rows outside the outcome's denominator and, for a model of booking or the
    third trimester, women known to have had no antenatal care, because that moment never came for them. Rows of one
    mother (``mother_id``), or else of one delivery (``delivery_id``), are treated as one group in every interval.

    Parameters
    ----------
    model : from :func:`perinatal.load_model` or :func:`perinatal.fit`.
    table : a cohort with a known outcome: any table, a :class:`~perinatal.Conformed` or a :class:`~perinatal.Cohort`.
    columns, units : what the table's headings mean, as for :func:`perinatal.conform`.
    by : columns that define subgroups, of the frame or of the table; at most 100 subgroups each. By default those of
        these that there are: mother's age, first birth, plurality, gestation at birth (where it is known at the
        moment), race and origin as the register has them, state.
    groups : column whose equal rows belong together in every interval, such as ``facility_id``; by default
        ``mother_id``, else ``delivery_id``.
    thresholds : risks at which people would be called, strictly between 0 and 1; round ones by default.
    bootstraps : samples for each interval that has no closed form; at least 20.
    seed : of the bootstraps.
    progress : whether to show a progress bar.

    Returns
    -------
    ValidationResult

    Raises
    ------
    MissingVariables : the outcome is not there and cannot be derived, or none of the inputs is.
    NotEnoughData : fewer than ten rows with, or without, the outcome.
    InputError : no such column to group by, too many groups, fewer than 20 bootstraps.

    Examples
    --------
    >>> import perinatal as pn
    >>> births = pn.load_sample("births")
    >>> result = pn.validate(pn.load_model("preterm_birth-booking"), births, by="married", bootstraps=20)
    >>> result.n, result.outcome.name, result.grouped_by
    (233, 'preterm_birth', 'delivery_id')
    """
    if not isinstance(model, RiskModel):
        raise InputError(
            f"A validation needs a trained model and got {type(model).__name__}. A published score is evaluated by a "
            "comparison (compare)."
        )
    if bootstraps < FEWEST_BOOTSTRAPS:
        raise InputError(f"bootstraps must be at least {FEWEST_BOOTSTRAPS}, and is {bootstraps}.")
    cohort_input = as_cohort(table, columns=columns, units=units).with_column(groups, "groups")
    conformed, observed, flow, included = usable_rows(model, cohort_input)
    frame = conformed.frame
    _require_events(observed, model)
    source = None if cohort_input.table is None else cohort_input.table.loc[included]
    labels = build_group_labels(model, frame, by, source)
    prediction = model.predict(conformed)
    row_groups, grouped_by = encode_groups(frame, groups)
    row_clusters = row_groups if len(np.unique(row_groups)) < len(row_groups) else None
    rows = _EvaluationRows(observed, prediction.risk.to_numpy(), row_clusters, bootstraps, seed)
    steps = Steps(len(_MEASURE_NAMES) + 4 + len(labels.columns), "validating", visible=progress)
    notes = _describe_overlap(model, cohort_input)
    with steps:
        performance = _estimate_performance(rows, notes, steps)
        curve = _build_curve(rows, notes)
        steps.done()
        displayed_cells: list[np.ndarray] = []
        actions = _evaluate_thresholds(rows, thresholds, displayed_cells)
        capacity = _evaluate_capacities(rows, displayed_cells)
        steps.done()
        decision = _build_decision_curve(rows)
        steps.done()
        subgroups = _evaluate_groups(rows, labels, steps)
        inputs_by_outcome = table_one(model.inputs, frame, observed)
        steps.done()
    return ValidationResult(
        model=model.id,
        outcome=model.outcome,
        moment=model.moment,
        trained_on=model.trained_on,
        terms=model.terms,
        caution=model.caution,
        scorer=model.scorer.kind,
        cohort=cohort_input.name,
        flow=tuple(flow),
        n=len(observed),
        events=int(observed.sum()),
        grouped_by=grouped_by if row_clusters is not None else None,
        inputs=inputs_table(model.inputs, frame),
        performance=performance,
        curve=curve,
        calibration_table=_build_calibration_table(rows),
        thresholds=actions,
        capacity=capacity,
        decision=decision,
        distribution=risk_distribution(observed, rows.risk),
        groups=subgroups,
        table_one=inputs_by_outcome,
        notes=tuple(notes),
        problems=_relevant_problems(prediction.problems, model, by),
        seed=seed,
        bootstraps=bootstraps,
    )


def _require_events(observed: np.ndarray, model: RiskModel) -> None:
    events = int(observed.sum())
    if min(events, len(observed) - events) < SMALLEST_CELL:
        raise NotEnoughData(
            f"{model.outcome.name}: {events} of {len(observed)} rows with a known outcome have it. A validation needs "
            f"at least {SMALLEST_CELL} rows with it and {SMALLEST_CELL} without, and far more for useful intervals."
        )


def _build_decision_curve(rows: _EvaluationRows) -> pd.DataFrame:
    thresholds = decision_thresholds(rows.observed, rows.risk)
    return evaluate.decision_curve(
        rows.observed, rows.risk, thresholds, clusters=rows.clusters, times=rows.times, seed=rows.seed
    )


def usable_rows(
    model: RiskModel, cohort_input: CohortInput
) -> tuple[Conformed, np.ndarray, list[tuple[str, int]], np.ndarray]:
    """The rows used and their outcome, the flow to there, and which rows of the cohort they are."""
    frame, flow = cohort_input.frame, list(cohort_input.flow)
    included, excluded = eligible_rows(model.outcome, model.moment, frame)
    flow += [(f"excluded: {reason}", rows) for reason, rows in excluded]
    observed = observe(model.outcome, frame)
    known = observed.notna().to_numpy()
    flow.append(("excluded: outcome unknown", int((included & ~known).sum())))
    included &= known
    nothing_known = included & find_nothing_known(model, cohort_input)
    if nothing_known.any():
        flow.append((f"excluded: {NOTHING_KNOWN}", int(nothing_known.sum())))
        included &= ~nothing_known
    flow.append(("used", int(included.sum())))
    return cohort_input.conformed.select_rows(included), observed[included].to_numpy(dtype=bool), flow, included


def find_nothing_known(model: RiskModel, cohort_input: CohortInput) -> np.ndarray:
    """Of which rows of the cohort nothing is known that the model reads; none where it has none of the inputs.

    The model itself then refuses the table.
    """
    if not any(name in cohort_input.frame.columns for name in model.inputs):
        return np.zeros(len(cohort_input.frame), dtype=bool)
    return model.find_nothing_known(cohort_input.conformed)


def _describe_overlap(model: RiskModel, cohort_input: CohortInput) -> list[str]:
    """A note where the cohort is of the register that the model was trained on, by its evidence."""
    recorded = [step for step, _ in model.evidence.flow]
    if recorded and recorded[0] == f"read from {cohort_input.name}":
        return [
            "The model was trained on rows of this register. Where they are among these, its performance is "
            "overestimated; evaluate it on rows it was not trained on."
        ]
    return []


def _estimate_performance(rows: _EvaluationRows, notes: list[str], steps: Steps) -> dict[str, Estimate]:
    estimates: dict[str, Estimate] = {}
    for name in _MEASURE_NAMES:
        estimates[name] = _estimate_measure(rows, name, notes)
        if name == "ici":
            estimates |= _estimate_distances(rows)
        steps.done()
    return estimates


def _estimate_measure(rows: _EvaluationRows, name: str, notes: list[str]) -> Estimate:
    """The measure; where the rows leave it undefined, no value and a note of the reason."""
    try:
        return evaluate.estimate(
            rows.observed, rows.risk, name, clusters=rows.clusters, times=rows.times, seed=rows.seed
        )
    except InputError as reason:
        notes.append(f"{name.replace('_', ' ')}: {reason}")
        return _NO_VALUE


def _estimate_distances(rows: _EvaluationRows) -> dict[str, Estimate]:
    """Median and 90th centile of the distance from the calibration curve; undefined where the curve is."""
    try:
        errors = evaluate.calibration_errors(rows.observed, rows.risk)
    except InputError:
        return {"e50": _NO_VALUE, "e90": _NO_VALUE}
    return {"e50": Estimate(errors.e50, np.nan, np.nan), "e90": Estimate(errors.e90, np.nan, np.nan)}


def _build_curve(rows: _EvaluationRows, notes: list[str]) -> pd.DataFrame:
    lowest, highest = inner_range(rows.risk)
    if not lowest < highest:
        return pd.DataFrame(columns=["risk", "observed_share", "low", "high"], dtype=float)
    ends = np.log(lowest / (1 - lowest)), np.log(highest / (1 - highest))
    risks = 1 / (1 + np.exp(-np.linspace(*ends, 60)))
    try:
        return evaluate.calibration_curve(rows.observed, rows.risk, at=risks, clusters=rows.clusters)
    except InputError as reason:
        notes.append(f"calibration curve: {reason}")
        return pd.DataFrame(columns=["risk", "observed_share", "low", "high"], dtype=float)


def _build_calibration_table(rows: _EvaluationRows) -> pd.DataFrame:
    """Observed share in tenths of risk; where the events of a single one are too few, those of a second are hidden."""
    table = evaluate.calibration_table(rows.observed, rows.risk)
    displayed = suppress_complements(table["events"], int(rows.observed.sum())).notna()
    suppressed = {name: table[name].where(displayed) for name in ("events", "observed_share", "low", "high")}
    return table.assign(**suppressed)


def _evaluate_thresholds(
    rows: _EvaluationRows, thresholds: Sequence[float] | None, displayed_cells: list[np.ndarray]
) -> pd.DataFrame:
    levels = usual_thresholds(rows.observed, rows.risk) if thresholds is None else np.asarray(thresholds)
    table = evaluate.at_thresholds(
        rows.observed,
        rows.risk,
        levels,
        clusters=rows.clusters,
        times=rows.times,
        seed=rows.seed,
    )
    return _suppress_small_lines(table, rows, displayed_cells)


def _evaluate_capacities(rows: _EvaluationRows, displayed_cells: list[np.ndarray]) -> pd.DataFrame:
    tables = [
        evaluate.at_capacity(
            rows.observed,
            rows.risk,
            alerts=share,
            of=1,
            clusters=rows.clusters,
            times=rows.times,
            seed=rows.seed,
        )
        for share in CAPACITIES
    ]
    table = pd.concat(tables, ignore_index=True)
    table["threshold"] = table["threshold"].where(np.isfinite(table["threshold"]))
    table = _suppress_small_lines(table, rows, displayed_cells)
    return table.assign(threshold=table["threshold"].where(table["ppv"].notna())).assign(capacity=CAPACITIES)


def _suppress_small_lines(
    table: pd.DataFrame, rows: _EvaluationRows, displayed_cells: list[np.ndarray]
) -> pd.DataFrame:
    """The table without the numbers of lines that would count few people.

    A cell (true, false, missed, spared) has fewer than ten people, or between the line and one that was
    shown before there are fewer than ten with, or without, the outcome.
    """
    notes = []
    for threshold in table["threshold"]:
        alert = rows.risk >= threshold
        cells = np.array([(alert & rows.observed).sum(), (alert & ~rows.observed).sum()])
        rest = np.array([rows.observed.sum(), (~rows.observed).sum()]) - cells
        apart = [np.abs(cells - other) for other in displayed_cells]
        if min(*cells, *rest) < SMALLEST_CELL:
            notes.append(f"fewer than {SMALLEST_CELL} people in a cell")
        elif any(((gap > 0) & (gap < SMALLEST_CELL)).any() for gap in apart):
            notes.append(f"fewer than {SMALLEST_CELL} people between this and another line")
        else:
            notes.append("")
            displayed_cells.append(cells)
    note = pd.Series(notes, index=table.index, dtype=object)
    numbers = [name for name in table.columns if name != "threshold"]
    return table.assign(**{name: table[name].where(note == "") for name in numbers}, note=note)


def _evaluate_groups(rows: _EvaluationRows, labels: pd.DataFrame, steps: Steps) -> pd.DataFrame:
    columns = ["n", "events"]
    columns += [f"{name}{end}" for name in GROUP_MEASURES for end in ("", "_low", "_high")]
    tables = {}
    for heading in labels.columns:
        lines = pd.DataFrame()
        for name in GROUP_MEASURES:
            estimates = evaluate.by_group(
                rows.observed,
                rows.risk,
                labels[heading].reset_index(drop=True),
                name,
                clusters=rows.clusters,
                times=rows.times,
                seed=rows.seed,
            )
            measure = estimates[["value", "low", "high"]].set_axis([name, f"{name}_low", f"{name}_high"], axis=1)
            lines = (
                estimates[["n", "events", "note"]].join(measure)
                if name == GROUP_MEASURES[0]
                else _append_measure(lines, estimates, measure)
            )
        lines = lines[~(lines["n"] == 0)]
        events = suppress_complements(lines["events"], int(rows.observed.sum()))
        tables[heading] = lines.assign(n=suppress_complements(lines["n"], len(rows.observed)), events=events)
        steps.done()
    if not tables:
        index = pd.MultiIndex.from_arrays([[], []], names=["grouping", "group"])
        return pd.DataFrame(columns=[*columns, "note"], index=index)
    return pd.concat(tables, names=["grouping", "group"])[[*columns, "note"]]


def _append_measure(lines: pd.DataFrame, estimates: pd.DataFrame, measure: pd.DataFrame) -> pd.DataFrame:
    """The lines with one more measure, and its note where it differs."""
    new = estimates["note"].where(estimates["note"] != lines["note"], "")
    return lines.join(measure).assign(note=(lines["note"] + " " + new).str.strip())


def _relevant_problems(
    problems: Sequence[Problem], model: RiskModel, by: str | Sequence[str] | None
) -> tuple[Problem, ...]:
    """Those of what the model reads, of the outcome and of the groups; and headings that nothing was made of."""
    grouped = {by} if isinstance(by, str) else set(by or DEFAULT_GROUPINGS)
    read = {*model.inputs, *model.outcome.settled_by, *grouped}
    return tuple(
        p
        for p in problems
        if (
            p.variable not in grouped
            if p.rule is ProblemRule.UNMAPPED_COLUMN
            else bool(read & set(p.variable.split(", ")))
        )
    )
