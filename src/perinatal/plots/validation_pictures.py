"""Draws a validation: calibration with its band, decision curve, distribution of the risks, intervals by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logit

from perinatal.errors import InputError, UnknownName
from perinatal.plots.canvas import BAND, INK, LIGHT, ORANGE, open_axes, set_share_axis
from perinatal.plots.intervals_picture import MARKS, draw_intervals
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
from perinatal.sites.pooling import PooledSites
from perinatal.validation import ValidationResult
from perinatal.validation.result import GROUP_MEASURES, MEASURES

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def calibration_curve(result: ValidationResult | PooledSites, *, ax: Axes | None = None) -> Axes:
    """Observed share along the risk: smooth curve with its 95 % band, groups of people as dots; scales of log-odds.

    Parameters
    ----------
    result : a validation, or pooled sites, which have no dots.
    ax : where to draw; a new figure otherwise.

    Returns
    -------
    The axes.

    Raises
    ------
    InputError : neither a curve nor a group of people may be shown.
    """
    groups = result.calibration_table if isinstance(result, ValidationResult) else None
    picture = calibration_picture(result.curve, groups)
    if picture is None:
        raise InputError("Nothing of the calibration may be shown: too few events, or risks that are all the same.")
    ax = open_axes(ax, (4.8, 4.8))
    curve, groups = picture.curve, picture.groups
    ends = logit(np.asarray(picture.ends))
    x, low, high = (logit(curve[name].to_numpy(dtype=float)) for name in ("risk", "low", "high"))
    ax.plot(ends, ends, color="0.5", lw=1, ls="--", gid="ideal", zorder=1)
    ax.fill_between(x, low, high, color=BAND, lw=0, gid="band")
    ax.plot(x, logit(curve["observed_share"].to_numpy(dtype=float)), color=INK, lw=2, gid="curve")
    share = logit(groups["observed_share"].to_numpy(dtype=float))
    spread = np.abs(logit(groups[["low", "high"]].to_numpy(dtype=float)).T - share)
    risk = logit(groups["mean_risk"].to_numpy(dtype=float))
    ax.errorbar(risk, share, yerr=spread, fmt="o", ms=5, lw=1.2, color=INK)
    for axis in (ax.xaxis, ax.yaxis):
        set_share_axis(axis, picture.ticks)
    ax.set(xlim=ends, ylim=ends, aspect="equal", xlabel=RISK_LABEL, ylabel=OBSERVED_LABEL)
    return ax


def decision_curve(result: ValidationResult, *, ax: Axes | None = None) -> Axes:
    """Net benefit per 1,000 people over thresholds, of the model with its band, of calling everybody and nobody.

    Parameters
    ----------
    result : a validation.
    ax : where to draw; a new figure otherwise.

    Returns
    -------
    The axes.

    Raises
    ------
    InputError : nothing of the curve may be shown.
    """
    picture = decision_picture(result)
    if picture is None:
        raise InputError("Nothing of the decision curve may be shown: too few events.")
    ax = open_axes(ax, (5.6, 4.0))
    model, everybody = picture.model, picture.everybody
    threshold = 100 * model["threshold"]
    ax.fill_between(threshold, 1000 * model["low"], 1000 * model["high"], color=BAND, lw=0, gid="band")
    ax.plot(threshold, 1000 * model["model"], color=INK, lw=2.2, label="the model")
    calling = 100 * everybody["threshold"], 1000 * everybody["net_benefit"]
    ax.plot(*calling, color=ORANGE, lw=1.6, ls=(0, (6, 3)), label="alert for everybody")
    ax.axhline(0, color="0.35", lw=1.1, ls=":", label="alert for nobody")
    ax.set(ylim=[1000 * end for end in picture.y], xlim=[100 * end for end in picture.x])
    ax.set(xlabel=THRESHOLD_LABEL, ylabel=BENEFIT_LABEL)
    ax.legend(frameon=False)
    return ax


def risk_distribution(result: ValidationResult, *, ax: Axes | None = None) -> Axes:
    """The distribution of the risks of people with (up) and without (down) the outcome.

    Bars of 1 to 9 people are not drawn.

    Parameters
    ----------
    result : a validation.
    ax : where to draw; a new figure otherwise.

    Returns
    -------
    The axes.

    Raises
    ------
    InputError : the risks are all about the same.
    """
    picture = distribution_picture(result)
    if picture is None:
        raise InputError("There is no distribution to draw: the risks are all about the same.")
    ax = open_axes(ax, (5.6, 3.6))
    left = logit(picture.bins["low"].to_numpy())
    width = 0.94 * (logit(picture.bins["high"].to_numpy()) - left)
    with_outcome, without = (
        100 * picture.bins[name].fillna(0).to_numpy() for name in ("with_outcome", "without_outcome")
    )
    ax.bar(left, with_outcome, width=width, align="edge", label="with the outcome", color="#33475b")
    ax.bar(left, -without, width=width, align="edge", label="without it", facecolor=LIGHT, edgecolor="#66737d")
    ax.axhline(0, color="0.3", lw=0.8)
    set_share_axis(ax.xaxis, picture.x_ticks)
    ax.yaxis.set_major_formatter(_format_unsigned)
    ax.set(xlabel=RISK_LABEL, ylabel=SHARE_LABEL)
    ax.legend(frameon=False)
    return ax


def forest(result: ValidationResult, measure: str = "observed_over_expected", *, ax: Axes | None = None) -> Axes:
    """One measure in every group, with 95 % intervals; groups too small to be shown are left out.

    Parameters
    ----------
    result : a validation.
    measure : ``"observed_over_expected"`` (log scale), ``"calibration_slope"`` or ``"auroc"``.
    ax : where to draw; a new figure otherwise.

    Returns
    -------
    The axes.

    Raises
    ------
    UnknownName : for another measure. InputError : no group may be shown.
    """
    if measure not in GROUP_MEASURES:
        raise UnknownName(f"There is no such measure by group. Expected one of: {', '.join(GROUP_MEASURES)}.")
    groups = result.groups[result.groups[measure].notna()]
    if groups.empty:
        raise InputError("No group may be shown: each has fewer than ten rows, events or others, or there is none.")
    positions: list[float] = []
    labels: list[tuple[float, str, bool]] = []
    position = 0.0
    for grouping, part in groups.groupby(level=0, sort=False):
        labels.append((position, str(grouping), True))
        for _, group in part.index:
            position += 1
            positions.append(position)
            labels.append((position, str(group), False))
        position += 1.5
    ax = open_axes(ax, (6.4, 0.27 * position + 1.2))
    overall = result.performance[measure]
    ax.axvspan(overall.low, overall.high, color=BAND, lw=0, zorder=0, gid="overall")
    numbers = groups[[measure, f"{measure}_low", f"{measure}_high"]].to_numpy(dtype=float)
    draw_intervals(ax, numbers, positions, mark=MARKS[measure], log=measure == "observed_over_expected")
    ax.set_yticks([tick for tick, _, _ in labels], [text for _, text, _ in labels])
    for label, (_, _, heading) in zip(ax.get_yticklabels(), labels, strict=True):
        label.set_fontweight("bold" if heading else "normal")
    ax.set_ylim(position - 0.4, -0.8)
    ax.set_xlabel(f"{MEASURES[measure]} (grey: overall)")
    return ax


def _format_unsigned(value: float, _: object) -> str:
    return f"{abs(value):g}"
