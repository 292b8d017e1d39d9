"""What the tests of all shipped models show, side by side: over the moments of care, and away from home."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import pandas as pd

from perinatal.models import RiskModel
from perinatal.models.card import format_interval
from perinatal.vocabulary import Moment

ORDER = tuple(moment.value for moment in Moment)


def ladder(models: Iterable[RiskModel]) -> pd.DataFrame:
    """The same outcome at each moment it is asked, on births held out of the training cohort; sorted by outcome.

    Columns: ``outcome, moment, tested_on, n, events, observed_over_expected, calibration_slope, auroc``; the last
    three as value, lower and upper 95 % limit. Only births that were asked about at several
    moments are there.
    """
    rows = [_row(model, model.evaluation["tests"][0]) for model in models]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    several = table.groupby(["outcome", "tested_on"])["moment"].transform("nunique") > 1
    order = table["moment"].map(ORDER.index)
    return table[several].assign(place=order).sort_values(["outcome", "place"]).drop(columns="place")


def transport(models: Iterable[RiskModel]) -> pd.DataFrame:
    """Every test of every model: at home, later, and elsewhere; columns as :func:`ladder`, and ``inputs_absent``."""
    rows = [
        {**_row(model, test), "id": model.id, "inputs_absent": len(test["inputs_absent"])}
        for model in models
        for test in model.evaluation["tests"]
        if len(model.evaluation["tests"]) > 1
    ]
    return pd.DataFrame(rows, columns=["id", *_COLUMNS, "inputs_absent"]).sort_values("id", kind="stable")


def ladder_markdown(models: Iterable[RiskModel]) -> str:
    """:func:`ladder` as a Markdown table."""
    lines = ["| outcome | asked at | events / births | O/E | slope | AUROC |", "|---|---|---:|---:|---:|---:|"]
    for row in ladder(models).itertuples():
        lines.append(
            f"| {row.outcome} | {row.moment.replace('_', ' ')} | {row.events:,} / {row.n:,} "
            f"| {format_interval(row.observed_over_expected)} | {format_interval(row.calibration_slope)} | "
            f"{format_interval(row.auroc, 3)} |"
        )
    return "\n".join(lines) + "\n"


def transport_markdown(models: Iterable[RiskModel]) -> str:
    """:func:`transport` as a Markdown table."""
    lines = [
        "| model | tested on | events / rows | inputs absent | O/E | slope | AUROC |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for row in transport(models).itertuples():
        lines.append(
            f"| `{row.id}` | {row.tested_on} | {row.events:,} / {row.n:,} | {row.inputs_absent} "
            f"| {format_interval(row.observed_over_expected)} | {format_interval(row.calibration_slope)} | "
            f"{format_interval(row.auroc, 3)} |"
        )
    return "\n".join(lines) + "\n"


_COLUMNS = [
    "outcome",
    "moment",
    "tested_on",
    "n",
    "events",
    "observed_over_expected",
    "calibration_slope",
    "auroc",
]


def _row(model: RiskModel, test: Mapping) -> dict:
    return {
        "outcome": model.outcome.label,
        "moment": model.moment.value,
        "tested_on": test["name"],
        **{key: test[key] for key in _COLUMNS[3:]},
    }
