"""The pictures of a validation as inline SVG: calibration, decision curve, distribution of the risks, intervals."""

from __future__ import annotations

import math

import pandas as pd

from perinatal._html import Html, html
from perinatal.evaluate import Estimate
from perinatal.report.axes_svg import Axes, log_odds
from perinatal.report.layout import build_note
from perinatal.report.pictures import (
    BENEFIT_LABEL,
    OBSERVED_LABEL,
    RISK_LABEL,
    SHARE_LABEL,
    THRESHOLD_LABEL,
    calibration_picture,
    decision_picture,
    distribution_picture,
)
from perinatal.validation import ValidationResult

_CELL, _CELL_HEIGHT = 110, 20  # pixels of an interval beside its numbers


def calibration_with_band(curve: pd.DataFrame, groups: pd.DataFrame | None = None) -> Html | None:
    """Observed share along the risk: the smooth curve with its band, and groups of people as dots."""
    picture = calibration_picture(curve, groups)
    if picture is None:
        return None
    ends, curve = picture.ends, picture.curve
    points = picture.groups[["mean_risk", "observed_share", "low", "high"]].to_numpy(dtype=float)
    axes = Axes(ends, ends, log_odds, log_odds, width=420, height=400)
    marks = [
        axes.frame(picture.ticks, picture.ticks, RISK_LABEL, OBSERVED_LABEL, 100),
        axes.line([(ends[0], ends[0]), (ends[1], ends[1])], "ideal"),
        axes.band(curve["risk"], curve["low"], curve["high"]),
        axes.line(zip(curve["risk"], curve["observed_share"], strict=True), "curve"),
        *(axes.point(*point) for point in points),
    ]
    n = len(picture.groups)
    dots = f"{n} groups of people and a smooth curve" if n else "a smooth curve"
    return axes.picture(marks, "picture", f"Calibration: observed share along the estimated risk; {dots}.")


def decision_svg(result: ValidationResult) -> Html | None:
    """Net benefit per 1,000 people over thresholds: of the model with its band, of calling everybody, of nobody."""
    picture = decision_picture(result)
    if picture is None:
        return None
    axes, model, everybody = Axes(picture.x, picture.y), picture.model, picture.everybody
    beside = model.iloc[1 + int(0.7 * (len(model) - 1))]
    end = everybody.iloc[-1]
    marks = [
        axes.frame(picture.x_ticks, picture.y_ticks, THRESHOLD_LABEL, BENEFIT_LABEL, 1000),
        axes.line([(picture.x[0], 0.0), (picture.x[1], 0.0)], "nobody"),
        axes.band(model["threshold"].iloc[1:], model["low"].iloc[1:], model["high"].iloc[1:]),
        axes.line(zip(everybody["threshold"], everybody["net_benefit"], strict=True), "all"),
        axes.line(zip(model["threshold"], model["model"], strict=True), "curve"),
        axes.words(beside["threshold"], beside["high"], "the model"),
        axes.words(picture.x[1], 0.0, "alert for nobody", "end", 14),
        axes.words(end["threshold"], end["net_benefit"], " alert for everybody", "start", -3),
    ]
    description = "Decision curve: net benefit of acting on the model, of calling everybody and of calling nobody."
    return axes.picture(marks, "picture", description)


def distribution_svg(result: ValidationResult) -> Html | None:
    """The distribution of the risks of people with the outcome (up) and without it (down), as shares of each group."""
    picture = distribution_picture(result)
    if picture is None:
        return None
    ends, top = picture.ends, picture.top
    axes = Axes(ends, (-top, top), log_odds)
    y_ticks = [*(-tick for tick in reversed(picture.y_ticks[1:])), *picture.y_ticks]
    marks = axes.frame(picture.x_ticks, y_ticks, RISK_LABEL, SHARE_LABEL, 100)
    columns = ["low", "high", "with_outcome", "without_outcome"]
    for low, high, with_outcome, without in picture.bins[columns].to_numpy(dtype=float):
        for share, kind in ((with_outcome, "with"), (-without, "without")):
            if not math.isnan(share):
                marks.append(axes.bar(low, high, 0, share, kind))
    marks += [
        axes.line([(ends[0], 0.0), (ends[1], 0.0)], "nobody"),
        axes.words(ends[1], top, "▲ with the outcome", "end", 12),
        axes.words(ends[1], -top, "▼ without it", "end", -4),
    ]
    description = "Distribution of the estimated risks, of people with the outcome upwards and without it downwards."
    return axes.picture(marks, "picture", description)


def interval_cell(estimate: Estimate, ends: tuple[float, float], mark: float, *, log: bool = False) -> Html | None:
    """One interval on a scale shared by a column of a table, with a line at ``mark``; nothing where undefined."""
    value, low, high = estimate
    if math.isnan(value) or math.isnan(low) or not ends[0] < ends[1]:
        return None

    def x_pixel(number: float) -> float:
        inside = min(max(number, ends[0]), ends[1])
        a, b, c = (math.log(v) for v in (inside, *ends)) if log else (inside, *ends)
        return 5 + (a - b) / (c - b) * (_CELL - 10)

    middle, at = _CELL_HEIGHT / 2, f"{x_pixel(mark):.1f}"
    return html(
        "svg",
        html("line", class_="ideal", x1=at, y1=0, x2=at, y2=_CELL_HEIGHT),
        html("line", class_="interval", x1=f"{x_pixel(low):.1f}", y1=middle, x2=f"{x_pixel(high):.1f}", y2=middle),
        html("rect", class_="dot", x=f"{x_pixel(value) - 3.5:.1f}", y=middle - 3.5, width=7, height=7),
        class_="cell",
        viewBox=f"0 0 {_CELL} {_CELL_HEIGHT}",
        width=_CELL,
        height=_CELL_HEIGHT,
        aria_hidden="true",
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


def build_figure(svg: Html | None, caption: str) -> Html:
    """A picture with its caption; the caption alone where there is no picture."""
    if svg is None:
        return build_note(f"Not available: {caption[:1].lower()}{caption[1:]}")
    return html("figure", svg, html("figcaption", caption, class_="small"))
