"""Draws a validation: calibration with its band, decision curve, spread of the risks, intervals by group."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perinatal.errors import InputError, UnknownName
from perinatal.validation import ValidationResult
from perinatal.validation.result import GROUP_MEASURES, MEASURES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

    Shares = np.ndarray | pd.Series | pd.DataFrame

INK, BAND, LIGHT, ORANGE = "#1c2328", "#c9d2d9", "#dfe5e9", "#96400f"  # told apart by lightness and line as well
_SHARES = (0.0001, 0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 0.8, 0.9, 0.95, 0.99)
_RATIOS = (
    (0.1, 0.2, 0.5, 1, 2, 5, 10),
    (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.4, 2, 3, 5),
    (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4, 1.6, 2),
)
_MARKS = {"observed_over_expected": 1.0, "calibration_slope": 1.0, "auroc": 0.5}


def calibration_curve(result: ValidationResult, *, ax: Axes | None = None) -> Axes:
    """Observed share along the risk: smooth curve with its 95 % band, groups of people as dots; scales of log-odds.

    Raises
    ------
    InputError : neither a curve nor a group of people may be shown.
    """
    groups = result.calibration_table.dropna(subset=["observed_share"])
    groups = groups[groups["observed_share"] < 1]
    curve = result.curve
    shares = np.concatenate(
        [curve["risk"], curve["observed_share"], groups["mean_risk"], groups["low"], groups["high"]]
    ).astype(float)
    shares = shares[(shares > 0) & (shares < 1)]
    if not len(shares):
        raise InputError("Nothing of the calibration may be shown: too few events, or risks that are all the same.")
    ax = _axes(ax, (4.8, 4.8))
    ends = shares.min() / 1.15, 1 - (1 - shares.max()) / 1.15
    ax.plot(_logit(np.array(ends)), _logit(np.array(ends)), color="0.5", lw=1, ls="--", gid="ideal", zorder=1)
    ax.fill_between(_logit(curve["risk"]), _logit(curve["low"]), _logit(curve["high"]), color=BAND, lw=0, gid="band")
    ax.plot(_logit(curve["risk"]), _logit(curve["observed_share"]), color=INK, lw=2, gid="curve")
    spread = np.abs(_logit(groups[["low", "high"]]).to_numpy().T - _logit(groups["observed_share"]).to_numpy())
    ax.errorbar(
        _logit(groups["mean_risk"]), _logit(groups["observed_share"]), yerr=spread, fmt="o", ms=5, lw=1.2, color=INK
    )
    for axis in (ax.xaxis, ax.yaxis):
        _share_axis(axis, ends)
    ax.set(xlim=_logit(np.array(ends)), ylim=_logit(np.array(ends)), aspect="equal")
    ax.set(xlabel="estimated risk (%)", ylabel="observed share (%)")
    return ax


def decision_curve(result: ValidationResult, *, ax: Axes | None = None) -> Axes:
    """Net benefit per 1,000 people over thresholds, of the model with its band, of calling everybody and nobody."""
    table = result.decision
    ax = _axes(ax, (5.6, 4.0))
    threshold = 100 * table["threshold"]
    ax.fill_between(threshold, 1000 * table["low"], 1000 * table["high"], color=BAND, lw=0, gid="band")
    ax.plot(threshold, 1000 * table["model"], color=INK, lw=2.2, label="the model")
    start = pd.concat([pd.Series([result.prevalence]), table["treat_all"]])
    ax.plot([0, *threshold], 1000 * start, color=ORANGE, lw=1.6, ls=(0, (6, 3)), label="call everybody")
    ax.axhline(0, color="0.35", lw=1.1, ls=":", label="call nobody")
    top = 1000 * max(float(table["high"].max()), float(table["model"].max()), result.prevalence)
    ax.set(ylim=(-0.2 * top, 1.08 * top), xlim=(0, float(threshold.max())))
    ax.set(xlabel="threshold (%): risk at which one acts", ylabel="net benefit per 1,000 people")
    ax.legend(frameon=False)
    return ax


def risk_distribution(result: ValidationResult, *, ax: Axes | None = None) -> Axes:
    """How the risks of people with (up) and without (down) the outcome are spread; bars of 1 to 9 are left out."""
    table = result.distribution
    ax = _axes(ax, (5.6, 3.6))
    ends = float(table["low"].iloc[0]), float(table["high"].iloc[-1])
    inside = max(ends[0], 1e-9), min(ends[1], 1 - 1e-9)
    left, right = _logit(table["low"].clip(*inside)), _logit(table["high"].clip(*inside))
    groups = (
        ("with_outcome", result.events, 1, "with the outcome", {"color": "#33475b"}),
        ("without_outcome", result.n - result.events, -1, "without it", {"facecolor": LIGHT, "edgecolor": "#66737d"}),
    )
    for name, count, way, label, look in groups:
        height = way * 100 * table[name].fillna(0) / count
        ax.bar(left, height, width=0.94 * (right - left), align="edge", label=label, **look)
    ax.axhline(0, color="0.3", lw=0.8)
    _share_axis(ax.xaxis, inside)
    ax.yaxis.set_major_formatter(_format_unsigned)
    ax.set(xlabel="estimated risk (%)", ylabel="% of each group")
    ax.legend(frameon=False)
    return ax


def forest(result: ValidationResult, measure: str = "observed_over_expected", *, ax: Axes | None = None) -> Axes:
    """One measure in every group, with 95 % intervals; groups too small to be shown are left out.

    Parameters
    ----------
    measure : ``"observed_over_expected"`` (log scale), ``"calibration_slope"`` or ``"auroc"``.

    Raises
    ------
    UnknownName : for another measure. InputError : no group may be shown.
    """
    if measure not in GROUP_MEASURES:
        raise UnknownName(f"There is no such measure by group. Expected one of: {', '.join(GROUP_MEASURES)}.")
    groups = result.groups[result.groups[measure].notna()]
    if groups.empty:
        raise InputError("No group may be shown: each has fewer than ten rows, events or others, or there is none.")
    positions, labels, position = [], [], 0.0
    for grouping, part in groups.groupby(level=0, sort=False):
        labels.append((position, str(grouping), True))
        for _, group in part.index:
            position += 1
            positions.append(position)
            labels.append((position, str(group), False))
        position += 1.5
    if ax is None:
        ax = _axes(None, (6.4, 0.27 * position + 1.2))
    overall = result.performance[measure]
    log = measure == "observed_over_expected"
    ax.axvline(_MARKS[measure], color="0.5", lw=1, ls="--", gid="ideal")
    ax.axvspan(overall.low, overall.high, color=BAND, lw=0, zorder=0, gid="overall")
    values = groups[measure].to_numpy(dtype=float)
    spread = np.abs(groups[[f"{measure}_low", f"{measure}_high"]].to_numpy(dtype=float).T - values)
    ax.errorbar(values, positions, xerr=spread, fmt="s", ms=5, lw=1.4, color=INK)
    if log:
        from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

        ax.set_xscale("log")
        ax.xaxis.set_major_locator(FixedLocator(_ratios(*ax.get_xlim())))
        ax.xaxis.set_major_formatter(StrMethodFormatter("{x:g}"))
        ax.xaxis.set_minor_locator(NullLocator())
    ax.set_yticks([tick_position for tick_position, _, _ in labels], [text for _, text, _ in labels])
    for tick, (_, _, heading) in zip(ax.get_yticklabels(), labels, strict=True):
        tick.set_fontweight("bold" if heading else "normal")
    ax.set_ylim(position - 0.4, -0.8)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    ax.set_xlabel(f"{MEASURES[measure]} (grey: overall)")
    return ax


def _axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(figsize=size, layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def _logit(shares: Shares) -> Shares:
    return np.log(shares / (1 - shares))


def _share_axis(axis: Axis, ends: tuple[float, float]) -> None:
    shares = [share for share in _SHARES if ends[0] <= share <= ends[1]]
    if len(shares) > 10:
        shares = [share for share in shares if f"{share:e}".startswith("1") or share >= 0.5]
    axis.set_ticks([float(np.log(s / (1 - s))) for s in shares], [f"{100 * s:g}" for s in shares])


def _ratios(low: float, high: float) -> list[float]:
    """Round ratios to mark on a log scale: as fine as it takes to have four of them.

    >>> _ratios(0.15, 3)
    [0.2, 0.5, 1, 2]
    """
    for ratios in _RATIOS:
        inside = [ratio for ratio in ratios if low <= ratio <= high]
        if len(inside) >= 4:
            break
    return inside


def _format_unsigned(value: float, _: object) -> str:
    return f"{abs(value):g}"
