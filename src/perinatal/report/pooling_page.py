"""Sites together as one HTML page: how risks do over all of them, in each, and in one that is not among them."""

from __future__ import annotations

import math
from html import escape

import pandas as pd

from perinatal.report.axes_svg import Axes, log_odds, share_ticks
from perinatal.report.validation_page import DASH, FOOT, build_page, build_row, build_table
from perinatal.report.validation_svg import build_figure, column_ends, interval_cell
from perinatal.sites.pooling import PooledSites
from perinatal.vocabulary import outcome

_ROW_MEASURES = (("observed_over_expected", True), ("calibration_slope", False), ("auroc", False))
_MARKS = {"observed_over_expected": 1.0, "calibration_slope": 1.0, "auroc": 0.5}
_WORDS = {
    "observed_over_expected": "observed / expected",
    "calibration_intercept": "intercept (slope 1)",
    "calibration_slope": "slope",
    "auroc": "AUROC",
}


def pooling_page(pooled: PooledSites, *, title: str | None = None) -> str:
    """One self-contained HTML page of sites together; everything that came from a file is escaped.

    Parameters
    ----------
    pooled : from :func:`perinatal.pool`. title : the page's heading.
    """
    target = outcome(pooled.outcome)
    heading = title or f"{target.label[:1].upper()}{target.label[1:]}: {len(pooled.summaries)} sites together"
    body = [
        f"<h1>{escape(heading)}</h1>",
        '<p class="caution"><b>For research, not for clinical use as it stands.</b> '
        f"Made from counts of the risks that {escape(pooled.model)} estimated; no row left a site.</p>",
        _question_section(pooled),
        _overall_section(pooled),
        _site_section(pooled),
        _refused_section(pooled),
        FOOT,
    ]
    return build_page(heading, body)


def _question_section(pooled: PooledSites) -> str:
    target, first = outcome(pooled.outcome), pooled.summaries[0]
    hidden = sum(site.events is None for site in pooled.summaries)
    text = f"{len(pooled.summaries)} sites, {pooled.n:,} people, {pooled.events:,} known to have the outcome."
    if hidden:
        text += (
            f" {hidden} sites tell only that they had few events; together they are taken for about "
            f"{pooled.hidden_events:.0f}."
        )
    return (
        f'<section><h2>What was counted</h2><p>{escape(text)}</p><dl class="facts"><dt>Outcome</dt>'
        f"<dd>{escape(target.definition)} Among {escape(target.denominator)}, until {escape(target.horizon)}.</dd>"
        f"<dt>Asked</dt><dd>at {escape(first.moment.replace('_', ' '))}</dd>"
        f"<dt>Model</dt><dd>{escape(pooled.model)}, digest {escape(pooled.digest[:16])}…</dd></dl></section>"
    )


def _overall_section(pooled: PooledSites) -> str:
    overall = {
        "observed_over_expected": pooled.observed_over_expected,
        "calibration_slope": pooled.slope,
        "auroc": pooled.auroc,
    }
    rows = []
    for name, words in _WORDS.items():
        measure = pooled.across.get(name)
        rows.append(
            build_row(
                [
                    words,
                    _format_interval(*overall[name]) if name in overall else DASH,
                    _format_interval(*measure.summary) if measure else DASH,
                    _format_interval(*measure.new_site) if measure else DASH,
                    f"{measure.i2:.0%}" if measure else DASH,
                ],
                range(1, 5),
            )
        )
    headings = ["", "all people", "mean over sites", "a new site", "share of the spread between sites"]
    return (
        "<section><h2>All sites</h2>"
        + build_table(headings, rows, right=range(1, 5))
        + '<p class="small">95 % intervals; that of a new site says where its own value may lie. Where it is wide, no '
        "one recalibration is right for all: each site should adopt the model by itself.</p>"
        + f'<div class="pictures">{build_figure(_picture(pooled), "Observed share along the estimated risk.")}</div>'
        + "</section>"
    )


def _picture(pooled: PooledSites) -> str:
    curve = pooled.curve
    shares = [share for name in ("risk", "observed_share") for share in curve[name] if 0 < share < 1]
    if not shares:
        return ""
    ends = max(min(shares) / 1.3, 1e-5), 1 - (1 - max(shares)) / 1.3
    axes = Axes(ends, ends, log_odds, log_odds, width=420, height=400)
    ticks = share_ticks(*ends)
    marks = [
        axes.frame(ticks, ticks, "estimated risk (%)", "observed (%)", 100),
        axes.line([(ends[0], ends[0]), (ends[1], ends[1])], "ideal"),
        axes.band(curve["risk"], curve["low"], curve["high"]),
        axes.line(zip(curve["risk"], curve["observed_share"], strict=True), "curve"),
    ]
    return axes.picture(marks, "picture", "Calibration: observed share along the estimated risk, all sites together.")


def _site_section(pooled: PooledSites) -> str:
    ends = {name: column_ends(pooled.sites, name, _MARKS[name]) for name, _ in _ROW_MEASURES}
    rows = [_row(str(site), line, ends) for site, line in pooled.sites.iterrows()]
    headings = ["site", "people", "events"]
    for name, _ in _ROW_MEASURES:
        headings += [_WORDS[name], ""]
    return "<section><h2>Each site</h2>" + build_table(headings, rows, right=(1, 2, 3, 5, 7)) + "</section>"


def _row(site: str, line: pd.Series, ends: dict[str, tuple[float, float]]) -> str:
    events = "few" if math.isnan(line["events"]) else f"{line['events']:,.0f}"
    cells = [f"<td>{escape(site)}</td>", f'<td class="right">{line["n"]:,.0f}</td>', f'<td class="right">{events}</td>']
    for name, log in _ROW_MEASURES:
        numbers = tuple(float(line[f"{name}{end}"]) for end in ("", "_low", "_high"))
        cells.append(f'<td class="right">{escape(_format_interval(*numbers))}</td>')
        cells.append(f'<td class="cell">{interval_cell(*numbers, ends[name], _MARKS[name], log)}</td>')
    return f"<tr>{''.join(cells)}</tr>"


def _refused_section(pooled: PooledSites) -> str:
    if not pooled.refused:
        return ""
    items = "".join(f"<li>{escape(name)}: {escape(reason)}</li>" for name, reason in pooled.refused)
    return f'<section><h2>Files that were left out</h2><ul class="found">{items}</ul></section>'


def _format_interval(value: float, low: float, high: float) -> str:
    if math.isnan(value):
        return DASH
    return f"{value:.2f}" if math.isnan(low) else f"{value:.2f} ({low:.2f}–{high:.2f})"
