"""The pictures of a validation as inline SVG: calibration, decision curve, spread of the risks, intervals by group."""

from __future__ import annotations

import html
import math

import numpy as np
import pandas as pd

from perinatal.report.axes_svg import Axes, log_odds, round_ticks, share_ticks
from perinatal.validation import ValidationResult

_CELL, _CELL_HEIGHT = 110, 20  # pixels of an interval beside its numbers


def calibration_with_band(result: ValidationResult) -> str:
    """Observed share along the risk: the smooth curve with its band, and groups of the people as dots."""
    curve, groups = result.curve, result.calibration_table.dropna(subset=["observed_share"])
    groups = groups[groups["observed_share"] < 1]
    shares = [*curve["risk"], *curve["observed_share"], *groups["mean_risk"], *groups["low"], *groups["high"]]
    shares = [share for share in shares if 0 < share < 1]
    if not shares:
        return ""
    ends = max(min(shares) / 1.15, 1e-5), 1 - (1 - max(shares)) / 1.15
    axes = Axes(ends, ends, log_odds, log_odds, width=420, height=400)
    ticks = share_ticks(*ends)
    marks = [
        axes.frame(ticks, ticks, "estimated risk (%)", "observed (%)", 100),
        axes.line([(ends[0], ends[0]), (ends[1], ends[1])], "ideal"),
        axes.band(curve["risk"], curve["low"], curve["high"]),
        axes.line(zip(curve["risk"], curve["observed_share"], strict=True), "curve"),
    ]
    for row in groups.itertuples():
        x = f"{axes.x_pixel(row.mean_risk):.1f}"
        low, high = axes.y_pixel(max(row.low, ends[0])), axes.y_pixel(min(row.high, ends[1]))
        marks.append(f'<line class="interval" x1="{x}" y1="{high:.1f}" x2="{x}" y2="{low:.1f}"/>')
        marks.append(f'<circle cx="{x}" cy="{axes.y_pixel(row.observed_share):.1f}" r="4"/>')
    description = (
        f"Calibration: observed share along the estimated risk; {len(groups)} groups of people and a smooth curve."
    )
    return axes.picture(marks, "picture", description)


def decision_picture(result: ValidationResult) -> str:
    """Net benefit per 1,000 people over thresholds: of the model with its band, of calling everybody, of nobody."""
    table = result.decision.dropna(subset=["model"])
    if table.empty:
        return ""
    top = max(float(table["high"].max()), float(table["model"].max()), result.prevalence) * 1.06
    x = 0.0, float(table["threshold"].max())
    axes = Axes(x, (-0.2 * top, top))
    thresholds = table["threshold"]
    odds = (result.prevalence + 0.2 * top) / (1 - result.prevalence)
    last = min(odds / (1 + odds), x[1])  # where the line of calling everybody leaves the picture
    everybody = [(t, result.prevalence - t / (1 - t) * (1 - result.prevalence)) for t in np.linspace(0, last, 40)]
    label_row = int(0.7 * len(table))
    marks = [
        axes.frame(
            round_ticks(*x), round_ticks(0, top), "threshold (%): risk at which one acts", "net benefit per 1,000", 1000
        ),
        axes.line([(x[0], 0.0), (x[1], 0.0)], "nobody"),
        axes.band(thresholds, table["low"], table["high"]),
        axes.line(everybody, "all"),
        axes.line([(0.0, result.prevalence), *zip(thresholds, table["model"], strict=True)], "curve"),
        axes.words(float(thresholds.iloc[label_row]), float(table["high"].iloc[label_row]), "the model"),
        axes.words(x[1], 0.0, "call nobody", "end", 14),
    ]
    marks.append(axes.words(everybody[-1][0], everybody[-1][1], " call everybody", "start", -3))
    description = "Decision curve: net benefit of acting on the model, of calling everybody and of calling nobody."
    return axes.picture(marks, "picture", description)


def distribution_picture(result: ValidationResult) -> str:
    """How the risks of those with (up) and without (down) the outcome are spread, each as a share of its own."""
    table = result.distribution
    if len(table) < 2:
        return ""
    shares = pd.DataFrame(
        {
            "with": table["with_outcome"] / result.events,
            "without": table["without_outcome"] / (result.n - result.events),
        }
    )
    top = float(np.nanmax([*shares["with"], *shares["without"], 0.01])) * 1.1
    ends = float(table["low"].iloc[0]), float(table["high"].iloc[-1])
    axes = Axes(ends, (-top, top), log_odds)
    ticks = round_ticks(0, top, 3)
    marks = [
        axes.frame(
            share_ticks(*ends),
            [*(-t for t in reversed(ticks[1:])), *ticks],
            "estimated risk (%)",
            "% of each group",
            100,
        )
    ]
    for bin_, share in zip(table.itertuples(), shares.itertuples(index=False), strict=True):
        share_with, share_without = share
        if not math.isnan(share_with):
            marks.append(axes.bar(bin_.low, bin_.high, 0, share_with, "with"))
        if not math.isnan(share_without):
            marks.append(axes.bar(bin_.low, bin_.high, 0, -share_without, "without"))
    marks.append(axes.line([(ends[0], 0.0), (ends[1], 0.0)], "nobody"))
    marks.append(axes.words(ends[1], top, "▲ with the outcome", "end", 12))
    marks.append(axes.words(ends[1], -top, "▼ without it", "end", -4))
    description = "Spread of the estimated risks, of people with the outcome upwards and without it downwards."
    return axes.picture(marks, "picture", description)


def interval_cell(value: float, low: float, high: float, ends: tuple[float, float], mark: float, log: bool) -> str:
    """One interval on a scale shared by a column of a table, with a line at ``mark``; nothing where undefined."""
    if math.isnan(value) or math.isnan(low) or not ends[0] < ends[1]:
        return ""

    def x_pixel(number: float) -> float:
        inside = min(max(number, ends[0]), ends[1])
        a, b, c = (math.log(v) for v in (inside, *ends)) if log else (inside, *ends)
        return 5 + (a - b) / (c - b) * (_CELL - 10)

    middle = _CELL_HEIGHT / 2
    return (
        f'<svg class="cell" viewBox="0 0 {_CELL} {_CELL_HEIGHT}" width="{_CELL}" height="{_CELL_HEIGHT}" '
        f'aria-hidden="true">'
        f'<line class="ideal" x1="{x_pixel(mark):.1f}" y1="0" x2="{x_pixel(mark):.1f}" y2="{_CELL_HEIGHT}"/>'
        f'<line class="interval" x1="{x_pixel(low):.1f}" y1="{middle}" x2="{x_pixel(high):.1f}" y2="{middle}"/>'
        f'<rect class="dot" x="{x_pixel(value) - 3.5:.1f}" y="{middle - 3.5}" width="7" height="7"/></svg>'
    )


def column_ends(groups: pd.DataFrame, name: str, mark: float) -> tuple[float, float]:
    """The scale of a column of intervals: it holds every value and the mark; very wide intervals are cut off."""
    values = groups[name].dropna()
    inside = groups.loc[values.index]
    if values.empty:
        return mark, mark
    width = float((inside[f"{name}_high"] - inside[f"{name}_low"]).median())
    low = max(min(mark, float(values.min()) - width), float(min(mark, inside[f"{name}_low"].min())))
    high = min(max(mark, float(values.max()) + width), float(max(mark, inside[f"{name}_high"].max())))
    return max(low, 0.02), high


def build_figure(svg: str, words: str) -> str:
    """A picture with its caption; words alone where there is no picture."""
    if not svg:
        return f'<p class="small">Not available: {html.escape(words[:1].lower() + words[1:])}</p>'
    return f'<figure>{svg}<figcaption class="small">{html.escape(words)}</figcaption></figure>'
