"""A model watched over time as one HTML page: alarms first, then calibration, risks and inputs by period."""

from __future__ import annotations

import math
from html import escape

import pandas as pd

from perinatal.report.validation_page import DASH, FOOT, build_page, build_row, build_table
from perinatal.report.validation_svg import column_ends, interval_cell
from perinatal.report.wording import format_percent
from perinatal.sites import Monitoring
from perinatal.sites.monitoring import LEAST_PSI
from perinatal.vocabulary import VARIABLES

MOST_INPUTS, MOST_PERIODS = 15, 12
_LARGE_PSI = 0.25  # by custom, a shift that must be looked into
_STYLE = """<style>
.verdict { border-left: 5px solid #33475b; padding: 6px 14px; background: #f2f5f7; }
.verdict.no { border-color: #96400f; background: #fbf1ec; }
svg.near rect { fill: #33475b; } svg.near rect.over { fill: #96400f; } svg.near line { stroke: #7b868e; }
td.psi { text-align: right; font-variant-numeric: tabular-nums; }
td.psi.some { background: #f3e2d8; } td.psi.much { background: #e3b89e; }
</style>"""


def monitoring_page(result: Monitoring, *, title: str | None = None) -> str:
    """One self-contained HTML page of what :func:`perinatal.monitor` gave; what came from outside is escaped.

    Parameters
    ----------
    watched : the monitoring. title : the page's heading.
    """
    heading = title or f"{result.model}, watched by {result.period}"
    body = [
        _STYLE,
        f"<h1>{escape(heading)}</h1>",
        f'<p class="caution"><b>For research, not for clinical use as it stands.</b> {escape(result.caution)}</p>',
        _alarms(result),
        _periods(result),
        _inputs(result),
        FOOT,
    ]
    return build_page(heading, body)


def _alarms(result: Monitoring) -> str:
    rate = (
        f"Of runs of {result.over} periods in which nothing changes, at most {result.false_alarms:.0%} raise any "
        f"alarm at all. Inputs and risks are held against {result.reference}."
    )
    notes = "".join(f"<li>{escape(note)}</li>" for note in result.notes)
    notes = f'<ul class="found">{notes}</ul>' if notes else ""
    if not result.alarms:
        return f'<section class="verdict"><h2>No alarm</h2><p>{escape(rate)}</p>{notes}</section>'
    rows = [build_row([alarm.period, alarm.message[:1].upper() + alarm.message[1:]]) for alarm in result.alarms]
    count = "1 alarm" if len(rows) == 1 else f"{len(rows)} alarms"
    return (
        f'<section class="verdict no"><h2>{count}</h2>'
        f"{build_table(['period', 'what'], rows)}<p>{escape(rate)}</p>{notes}"
        "</section>"
    )


def _periods(result: Monitoring) -> str:
    table = result.periods
    intervals = table.rename(columns={"low": "observed_over_expected_low", "high": "observed_over_expected_high"})
    ends = column_ends(intervals, "observed_over_expected", 1.0)
    rows = []
    for period, line in table.iterrows():
        ratio = (line["observed_over_expected"], line["low"], line["high"])
        text = DASH if math.isnan(ratio[0]) else f"{ratio[0]:.2f} ({ratio[1]:.2f}{DASH}{ratio[2]:.2f})"
        rows.append(
            f'<tr><td class="number">{escape(str(period))}</td><td class="right">{_format_count(line["rows"])}</td>'
            f'<td class="right">{_format_count(line["known"])}</td>'
            f'<td class="right">{_format_count(line["events"])}</td>'
            f'<td class="right">{text}</td><td class="cell">{interval_cell(*ratio, ends, 1.0, True)}</td>'
            f'<td class="cell">{_alarm_bar(line["too_low"])}</td><td class="cell">{_alarm_bar(line["too_high"])}</td>'
            f'<td class="right">{_format_percent(line["mean_risk"])}</td>{_psi_cell(line["risk_psi"])}</tr>'
        )
    headings = [result.period, "rows", "outcome known", "events", "observed / expected", ""]
    headings += ["risks too low?", "too high?", "mean risk", "shift of risks"]
    return (
        "<section><h2>Calibration and risks</h2><p>Observed / expected above 1: more had the outcome than the risks "
        "say. The bars are cumulative: they fill as evidence gathers over the periods, and at the line there is an "
        "alarm.</p>"
        + build_table(headings, rows, right=[1, 2, 3, 4, 8, 9])
        + '<p class="small">95 % intervals; the dashed line is 1. A dash: fewer than ten rows or events, or nothing '
        "known.</p></section>"
    )


def _alarm_bar(share: float) -> str:
    """How far a chart is from its alarm, as a bar whose line is the alarm."""
    if math.isnan(share):
        return ""
    wide = 60 * min(share, 1.5) / 1.5
    kind = ' class="over"' if share > 1 else ""
    return (
        '<svg class="cell near" width="64" height="16" viewBox="0 0 64 16" role="img" '
        f'aria-label="{share:.1f} of the way"><rect{kind} x="0" y="4" width="{max(wide, 0.5):.1f}" height="8"/>'
        '<line x1="40" y1="0" x2="40" y2="16" stroke-width="1.5"/></svg>'
    )


def _inputs(result: Monitoring) -> str:
    table = result.inputs.iloc[-MOST_PERIODS:]
    most = table.max().sort_values(ascending=False)
    names = [name for name in most.index if most[name] > 0][:MOST_INPUTS]
    rows = [
        f"<tr><td>{escape(_format_label(str(name)))}</td>{''.join(_psi_cell(value) for value in table[name])}"
        f'<td class="right">{_format_unknown(result.unknown[name])}</td></tr>'
        for name in names
    ]
    rest = len(table.columns) - len(names)
    more = f" {rest} more inputs moved less, or not at all." if rest else ""
    more += f" The last {len(table)} of {len(result.inputs)} periods." if len(table) < len(result.inputs) else ""
    headings = ["input", *map(str, table.index), "unknown, first to last"]
    return (
        "<section><h2>Inputs</h2><p>How far each input's spread, unknown values included, lies from the reference "
        f"(population stability index). Under {LEAST_PSI:g} is by custom no shift.</p>"
        + build_table(headings, rows, right=range(1, len(headings)))
        + f'<p class="small">An alarm needs a shift of {LEAST_PSI:g} or more that chance does not explain.{more}</p>'
        "</section>"
    )


def _format_label(name: str) -> str:
    label = VARIABLES[name].label if name in VARIABLES else name.replace("_", " ")
    return label[:1].upper() + label[1:]


def _format_unknown(shares: pd.Series) -> str:
    first, last = ("few" if math.isnan(share) else f"{share:.0%}" for share in (shares.iloc[0], shares.iloc[-1]))
    return f"{first} to {last}"


def _psi_cell(value: float) -> str:
    kind = " much" if value >= _LARGE_PSI else " some" if value >= LEAST_PSI else ""
    return f'<td class="psi{kind}">{value:.2f}</td>'


def _format_count(number: float) -> str:
    return DASH if math.isnan(number) else f"{int(number):,}"


def _format_percent(share: float) -> str:
    return DASH if math.isnan(share) else format_percent(share)
