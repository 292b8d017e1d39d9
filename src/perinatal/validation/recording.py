"""A validation as the record of a model keeps it: rounded, without what the model says itself; and read back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from perinatal.evaluate import Estimate
from perinatal.frames import Problem, ProblemRule
from perinatal.models import RiskModel
from perinatal.validation.result import GROUP_MEASURES, MEASURES, ValidationResult
from perinatal.validation.small_cells import suppress_small_steps
from perinatal.validation.tables import TABLE_ONE
from perinatal.vocabulary import VARIABLES
from perinatal.vocabulary.disclosure import suppress_small

DIGITS = 4  # significant ones; counts are whole
POINTS = 40  # of a curve
_TABLES = ("curve", "calibration_table", "thresholds", "capacity", "decision", "distribution")
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "curve": ("risk", "observed_share", "low", "high"),
    "calibration_table": ("mean_risk", "observed_share", "low", "high", "n", "events"),
    "thresholds": ("threshold", "alerts_per_1000", "note"),
    "capacity": ("threshold", "alerts_per_1000", "note", "capacity"),
    "decision": ("threshold", "model", "low", "high"),
    "distribution": ("low", "high", "with_outcome", "without_outcome"),
}
_RATES = tuple(f"{name}{end}" for name in ("sensitivity", "specificity", "ppv", "npv") for end in ("", "_low", "_high"))
_NO_VALUE = Estimate(np.nan, np.nan, np.nan)


def build_record(result: ValidationResult) -> dict:
    """What a validation found, ready for JSON and for the record of the model that was validated.

    Tables are kept by column, numbers with four significant digits, curves with forty points; a column without any
    number is left out. Counts of 1 to 9 people are ``None``, in the flow too.
    """
    record: dict = {
        "cohort": result.cohort,
        "flow": [[step, rows] for step, rows in suppress_small_steps(result.flow)],
        "n": result.n,
        "events": result.events,
        "clusters": result.grouped_by,
        "seed": result.seed,
        "times": result.bootstraps,
        "performance": {
            name: [_round_number(value) for value in estimate] for name, estimate in result.performance.items()
        },
        "unknown": {name: _round_number(count) for name, count in result.inputs["unknown"].items()},
    }
    for name in _TABLES:
        table = getattr(result, name)
        columns = [*_COLUMNS[name], *(_RATES if name in ("thresholds", "capacity") else ())]
        record[name] = _list_columns(_thin_rows(table)[[column for column in columns if column in table]])
    record["groups"] = _list_columns(result.groups.reset_index())
    record["table_one"] = _list_columns(result.table_one.drop(columns=["label", "unit"]))
    record["notes"] = list(result.notes)
    record["problems"] = [
        [p.variable, p.rule.name, p.count, p.total, p.message]
        for p in result.problems
        if suppress_small(p.count) is not None and p.rule is not ProblemRule.UNMAPPED_COLUMN
    ]
    return record


def restore_result(model: RiskModel, record: Mapping) -> ValidationResult:
    """The validation that :func:`build_record` kept, for a page or a picture; what was rounded stays so."""
    n, tables = record["n"], {name: _build_table(record[name], _COLUMNS[name]) for name in _TABLES}
    for name in ("thresholds", "capacity"):
        tables[name] = tables[name].reindex(columns=[*tables[name].columns.union(_RATES, sort=False)])
    inputs = [
        {
            "input": name,
            "label": VARIABLES[name].label,
            "unknown": np.nan if count is None else float(count),
            "unknown_share": np.nan if count is None else count / n,
            "absent": count == n,
        }
        for name, count in record["unknown"].items()
    ]
    columns = ["grouping", "group", "n", "events"]
    columns += [f"{name}{end}" for name in GROUP_MEASURES for end in ("", "_low", "_high")]
    groups = _build_table(record["groups"], (*columns, "note")).set_index(["grouping", "group"])
    table_one = _build_table(record["table_one"], [name for name in TABLE_ONE if name not in ("label", "unit")])
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
        cohort=record["cohort"],
        flow=tuple((step, rows) for step, rows in record["flow"]),
        n=n,
        events=record["events"],
        grouped_by=record["clusters"],
        inputs=pd.DataFrame(inputs).set_index("input"),
        performance={name: _read_estimate(record["performance"].get(name)) for name in MEASURES},
        groups=groups,
        table_one=table_one[TABLE_ONE],
        notes=tuple(record["notes"]),
        problems=tuple(Problem(name, ProblemRule[rule], *rest) for name, rule, *rest in record["problems"]),
        seed=record["seed"],
        bootstraps=record["times"],
        **tables,
    )


def _thin_rows(table: pd.DataFrame) -> pd.DataFrame:
    if len(table) <= POINTS:
        return table
    return table.iloc[np.unique(np.linspace(0, len(table) - 1, POINTS).round().astype(int))]


def _list_columns(table: pd.DataFrame) -> dict:
    columns = {str(name): [_json_value(value) for value in column] for name, column in table.items()}
    return {name: values for name, values in columns.items() if any(value not in (None, "") for value in values)}


def _build_table(columns: Mapping[str, list], names: tuple[str, ...] | list[str]) -> pd.DataFrame:
    table = pd.DataFrame(columns).reindex(columns=list(dict.fromkeys([*names, *columns])))
    for name, column in table.items():
        if name in ("note", "level"):
            table[name] = column.astype(object).where(column.notna(), "")
        elif name not in ("input", "grouping", "group"):
            table[name] = column.astype(np.float64)
    return table


def _json_value(value: object) -> object:
    return value if isinstance(value, str) else _round_number(value)


def _round_number(value: object) -> float | int | None:
    if value is None or not np.isfinite(value):
        return None
    number = float(value)
    return int(number) if number.is_integer() else float(f"{number:.{DIGITS}g}")


def _read_estimate(values: list | None) -> Estimate:
    return _NO_VALUE if values is None else Estimate(*(np.nan if value is None else float(value) for value in values))
