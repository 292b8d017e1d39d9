"""The monitoring of a model as one HTML page: alarms first, then calibration, risks and inputs by period."""

from __future__ import annotations

import math

import pandas as pd

from perinatal._html import Html, html
from perinatal.evaluate import Estimate
from perinatal.report.layout import (
    DASH,
    FOOT,
    VERDICT_STYLE,
    build_list,
    build_note,
    build_page,
    build_row,
    build_section,
    build_table,
    build_warning,
    upper_first,
)
from perinatal.report.validation_svg import column_ends, interval_cell
from perinatal.report.wording import format_percent
from perinatal.sites import Monitoring
from perinatal.sites.monitoring import LEAST_PSI
from perinatal.vocabulary import VARIABLES

MOST_INPUTS, MOST_PERIODS = 15, 12
_LARGE_PSI = 0.25  # by convention, a shift that must be investigated
_STYLE = (
    VERDICT_STYLE
    + """
svg.near rect { fill: #33475b; } svg.near rect.over { fill: #96400f; } svg.near line { stroke: #7b868e; }
td.psi { text-align: right; font-variant-numeric: tabular-nums; }
td.psi.some { background: #f3e2d8; } td.psi.much { background: #e3b89e; }
"""
)


def monitoring_page(result: Monitoring, *, title: str | None = None) -> str:
    """One self-contained HTML page of what :func:`perinatal.monitor` gave; everything from outside is escaped.

    Parameters
    ----------
    result : the monitoring.
    title : the page's heading; the model and the period by default.
    """
    heading = title or f"{result.model}, monitored by {result.period}"
    body = [
        html("h1", heading),
        build_warning(result.caution),
        _alarms(result),
        _periods(result),
        _inputs(result),
        FOOT,
    ]
    return build_page(heading, body, _STYLE)


def _alarms(result: Monitoring) -> Html:
    rate = html(
        "p",
        f"If nothing changes, at most {result.false_alarms:.0%} of runs of {result.horizon_periods} periods raise any "
        f"alarm. Inputs and risks are compared with {result.reference}.",
    )
    notes = build_list(result.notes)
    if not result.alarms:
        return build_section("No alarm", rate, notes, class_="verdict")
    rows = [(alarm.period, upper_first(alarm.message)) for alarm in result.alarms]
    count = "1 alarm" if len(rows) == 1 else f"{len(rows)} alarms"
    return build_section(count, build_table(["period", "what"], rows), rate, notes, class_="verdict no")


def _periods(result: Monitoring) -> Html:
    intervals = result.periods.rename(
        columns={"low": "observed_over_expected_low", "high": "observed_over_expected_high"}
    )
    ends = column_ends(intervals, "observed_over_expected", 1.0)
    rows = []
    for period, line in result.periods.iterrows():
        ratio = Estimate(line["observed_over_expected"], line["low"], line["high"])
        cells = [
            str(period),
            *(_format_count(line[name]) for name in ("rows", "known", "events")),
            ratio.format(2),
            interval_cell(ratio, ends, 1.0, log=True),
            _alarm_bar(line["too_low"]),
            _alarm_bar(line["too_high"]),
            _format_percent(line["mean_risk"]),
            f"{line['risk_psi']:.2f}",
        ]
        rows.append(build_row(cells, _PERIOD_CLASSES | {9: _psi_class(line["risk_psi"])}))
    headings = [result.period, "rows", "outcome known", "events", "observed / expected", ""]
    headings += ["risks too low?", "too high?", "mean risk", "shift of risks"]
    return build_section(
        "Calibration and risks",
        html(
            "p",
            "Observed / expected above 1: more people had the outcome than the risks predict. The bars are cumulative: "
            "they fill as evidence accumulates over the periods, and reach the line when there is an alarm.",
        ),
        build_table(headings, rows, right=[1, 2, 3, 4, 8, 9]),
        build_note("95 % intervals; the dashed line is 1. A dash: fewer than ten rows or events, or nothing known."),
    )


_PERIOD_CLASSES = {
    0: "number",
    1: "right",
    2: "right",
    3: "right",
    4: "right",
    5: "cell",
    6: "cell",
    7: "cell",
    8: "right",
}


def _alarm_bar(share: float) -> Html | None:
    """How far a chart is from its alarm, as a bar whose line is the alarm."""
    if math.isnan(share):
        return None
    width = max(60 * min(share, 1.5) / 1.5, 0.5)
    bar = html("rect", x=0, y=4, width=f"{width:.1f}", height=8, class_="over" if share > 1 else None)
    line = html("line", x1=40, y1=0, x2=40, y2=16, stroke_width=1.5)
    words = f"{share:.1f} of the way"
    return html(
        "svg", bar, line, class_="cell near", width=64, height=16, viewBox="0 0 64 16", role="img", aria_label=words
    )


def _inputs(result: Monitoring) -> Html:
    table = result.inputs.iloc[-MOST_PERIODS:]
    most = table.max().sort_values(ascending=False)
    names = [name for name in most.index if most[name] > 0][:MOST_INPUTS]
    last = len(table) + 1
    rows = [
        build_row(
            [
                _format_label(str(name)),
                *(f"{value:.2f}" for value in table[name]),
                _format_unknown(result.unknown[name]),
            ],
            {**{i: _psi_class(value) for i, value in enumerate(table[name], 1)}, last: "right"},
        )
        for name in names
    ]
    rest = len(table.columns) - len(names)
    more = f" {rest} more inputs shifted less, or not at all." if rest else ""
    more += f" The last {len(table)} of {len(result.inputs)} periods." if len(table) < len(result.inputs) else ""
    headings = ["input", *map(str, table.index), "missing, first to last"]
    return build_section(
        "Inputs",
        html(
            "p",
            "How far the distribution of each input, missing values included, is from the reference (population "
            f"stability index). By convention, below {LEAST_PSI:g} is no shift.",
        ),
        build_table(headings, rows, right=range(1, len(headings))),
        build_note(f"An alarm needs a shift of {LEAST_PSI:g} or more that chance does not explain.{more}"),
    )


def _format_label(name: str) -> str:
    return upper_first(VARIABLES[name].label if name in VARIABLES else name.replace("_", " "))


def _format_unknown(shares: pd.Series) -> str:
    first, last = ("few" if math.isnan(share) else f"{share:.0%}" for share in (shares.iloc[0], shares.iloc[-1]))
    return f"{first} to {last}"


def _psi_class(value: float) -> str:
    return "psi much" if value >= _LARGE_PSI else "psi some" if value >= LEAST_PSI else "psi"


def _format_count(number: float) -> str:
    return DASH if math.isnan(number) else f"{int(number):,}"


def _format_percent(share: float) -> str:
    return DASH if math.isnan(share) else format_percent(share)
