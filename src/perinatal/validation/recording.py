"""A validation as the record of a model keeps it: rounded, without what the model says itself; and read back."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from perinatal.evaluate import Estimate
from perinatal.frames import Problem, Rule
from perinatal.models import RiskModel
from perinatal.models.card import printable
from perinatal.validation.result import GROUP_MEASURES, MEASURES, ValidationResult
from perinatal.validation.small_cells import said_flow
from perinatal.validation.tables import TABLE_ONE
from perinatal.vocabulary import VARIABLES

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


def record_of(result: ValidationResult) -> dict:
    """What a validation found, ready for JSON and for the record of the model that was validated.

    Tables are kept by column, numbers with four significant digits, curves with forty points; a column without any
    number is left out. Counts of 1 to 9 people are ``None``, in the flow too.
    """
    record: dict = {
        "cohort": result.cohort,
        "flow": [[step, rows] for step, rows in said_flow(result.flow)],
        "n": result.n,
        "events": result.events,
        "clusters": result.clusters,
        "seed": result.seed,
        "times": result.times,
        "performance": {name: [_number(value) for value in found] for name, found in result.performance.items()},
        "unknown": {name: _number(count) for name, count in result.inputs["unknown"].items()},
    }
    for name in _TABLES:
        table = getattr(result, name)
        columns = [*_COLUMNS[name], *(_RATES if name in ("thresholds", "capacity") else ())]
        record[name] = _by_column(_thinned(table)[[column for column in columns if column in table]])
    record["groups"] = _by_column(result.groups.reset_index())
    record["table_one"] = _by_column(result.table_one.drop(columns=["label", "unit"]))
    record["notes"] = list(result.notes)
    record["problems"] = [
        [p.variable, p.rule.name, p.count, p.total, p.message]
        for p in result.problems
        if printable(p.count) is not None and p.rule is not Rule.UNMAPPED_COLUMN
    ]
    return record


def result_of(model: RiskModel, record: Mapping) -> ValidationResult:
    """The validation that :func:`record_of` kept, for a page or a picture; what was rounded stays so."""
    n, tables = record["n"], {name: _table(record[name], _COLUMNS[name]) for name in _TABLES}
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
    groups = _table(record["groups"], (*columns, "note")).set_index(["grouping", "group"])
    described = _table(record["table_one"], [name for name in TABLE_ONE if name not in ("label", "unit")])
    names = described["input"]
    described["label"] = [VARIABLES[name].label for name in names]
    described["unit"] = [VARIABLES[name].unit for name in names]
    return ValidationResult(
        model=model.id,
        outcome=model.outcome.name,
        moment=model.moment.value,
        label=model.outcome.label,
        definition=model.outcome.definition,
        denominator=model.outcome.denominator,
        horizon=model.outcome.horizon,
        trained_on=model.trained_on,
        terms=model.terms,
        caution=model.caution,
        scorer=model.scorer.kind,
        cohort=record["cohort"],
        flow=tuple((step, rows) for step, rows in record["flow"]),
        n=n,
        events=record["events"],
        clusters=record["clusters"],
        inputs=pd.DataFrame(inputs).set_index("input"),
        performance={name: _estimate(record["performance"].get(name)) for name in MEASURES},
        groups=groups,
        table_one=described[TABLE_ONE],
        notes=tuple(record["notes"]),
        problems=tuple(Problem(name, Rule[rule], *rest) for name, rule, *rest in record["problems"]),
        seed=record["seed"],
        times=record["times"],
        **tables,
    )


def _thinned(table: pd.DataFrame) -> pd.DataFrame:
    if len(table) <= POINTS:
        return table
    return table.iloc[np.unique(np.linspace(0, len(table) - 1, POINTS).round().astype(int))]


def _by_column(table: pd.DataFrame) -> dict:
    columns = {str(name): [_value(value) for value in column] for name, column in table.items()}
    return {name: values for name, values in columns.items() if any(value not in (None, "") for value in values)}


def _table(columns: Mapping[str, list], names: tuple[str, ...] | list[str]) -> pd.DataFrame:
    table = pd.DataFrame(columns).reindex(columns=list(dict.fromkeys([*names, *columns])))
    for name, column in table.items():
        if name in ("note", "level"):
            table[name] = column.astype(object).where(column.notna(), "")
        elif name not in ("input", "grouping", "group"):
            table[name] = column.astype(np.float64)
    return table


def _value(value: object) -> object:
    return value if isinstance(value, str) else _number(value)


def _number(value: object) -> float | int | None:
    if value is None or not np.isfinite(value):
        return None
    number = float(value)
    return int(number) if number.is_integer() else float(f"{number:.{DIGITS}g}")


def _estimate(found: list | None) -> Estimate:
    return _NO_VALUE if found is None else Estimate(*(np.nan if value is None else float(value) for value in found))
