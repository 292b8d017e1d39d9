"""The tests of all shipped models side by side: over the moments of care, and on other cohorts."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from perinatal.models import RiskModel
from perinatal.models.evidence import CohortTest
from perinatal.vocabulary import Moment

ORDER = tuple(moment.value for moment in Moment)


def ladder(models: Iterable[RiskModel]) -> pd.DataFrame:
    """The same outcome at several moments, on births held out of the training cohort; sorted by outcome.

    Columns: ``outcome, moment, tested_on, n, events, observed_over_expected, calibration_slope, auroc``; the last
    three as :class:`~perinatal.evaluate.Estimate`. Only cohorts on which several moments were tested are included.

    Parameters
    ----------
    models : trained models with tests.
    """
    rows = [_row(model, model.evidence.tests[0]) for model in models]
    table = pd.DataFrame(rows, columns=_COLUMNS)
    several = table.groupby(["outcome", "tested_on"])["moment"].transform("nunique") > 1
    order = table["moment"].map(ORDER.index)
    return table[several].assign(order=order).sort_values(["outcome", "order"]).drop(columns="order")


def transport(models: Iterable[RiskModel]) -> pd.DataFrame:
    """Every test of every model that has several; columns as :func:`ladder`, and ``id`` and ``inputs_absent``.

    Parameters
    ----------
    models : trained models with tests.
    """
    rows = [
        {**_row(model, test), "id": model.id, "inputs_absent": len(test.inputs_absent)}
        for model in models
        for test in model.evidence.tests
        if len(model.evidence.tests) > 1
    ]
    return pd.DataFrame(rows, columns=["id", *_COLUMNS, "inputs_absent"]).sort_values("id", kind="stable")


def ladder_markdown(models: Iterable[RiskModel]) -> str:
    """:func:`ladder` as a Markdown table.

    Parameters
    ----------
    models : as there.
    """
    lines = ["| outcome | moment | events / births | O/E | slope | AUROC |", "|---|---|---:|---:|---:|---:|"]
    for _, row in ladder(models).iterrows():
        lines.append(f"| {row['outcome']} | {row['moment'].replace('_', ' ')} | {_format_test(row)} |")
    return "\n".join(lines) + "\n"


def transport_markdown(models: Iterable[RiskModel]) -> str:
    """:func:`transport` as a Markdown table.

    Parameters
    ----------
    models : as there.
    """
    lines = [
        "| model | tested on | events / rows | inputs absent | O/E | slope | AUROC |",
        "|---|---|---:|---:|---:|---:|---:|",
    ]
    for _, row in transport(models).iterrows():
        lines.append(f"| `{row['id']}` | {row['tested_on']} | {_format_test(row, str(row['inputs_absent']))} |")
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


def _row(model: RiskModel, test: CohortTest) -> dict[str, object]:
    return {
        "outcome": model.outcome.label,
        "moment": model.moment.value,
        "tested_on": test.name,
        **{name: getattr(test, name) for name in _COLUMNS[3:]},
    }


def _format_test(row: pd.Series, *cells: str) -> str:
    """Counts, further cells, and measures of a test as cells of a Markdown table."""
    ratio, slope, auroc = row["observed_over_expected"], row["calibration_slope"], row["auroc"]
    measures = (ratio.format(2), slope.format(2), auroc.format(3))
    return " | ".join([f"{row['events']:,} / {row['n']:,}", *cells, *measures])
