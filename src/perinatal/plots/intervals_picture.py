"""Draws values with intervals, one below the other: what a comparison ranks, and a model's periods."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from perinatal.errors import InputError, UnknownName
from perinatal.plots.canvas import INK, ORANGE, open_axes
from perinatal.sites import Monitoring
from perinatal.validation.comparison import COMPARED, ComparisonResult
from perinatal.validation.result import MEASURES

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

MARKS = {"observed_over_expected": 1.0, "calibration_slope": 1.0, "auroc": 0.5, "ici": 0.0}
"""The value of a measure at which risks are right, or a ranking is chance."""

_RATIOS = (
    (0.1, 0.2, 0.5, 1, 2, 5, 10),
    (0.1, 0.2, 0.3, 0.5, 0.7, 1, 1.4, 2, 3, 5),
    (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9, 1, 1.1, 1.2, 1.4, 1.6, 2),
)


def ranking(result: ComparisonResult, measure: str = "auroc", *, ax: Axes | None = None) -> Axes:
    """One measure of everything compared, with 95 % intervals, in the order of the ranking.

    Parameters
    ----------
    result : a comparison.
    measure : ``"auroc"``, ``"observed_over_expected"`` (log scale), ``"calibration_slope"`` or ``"ici"``.
    ax : where to draw; a new figure otherwise.

    Returns
    -------
    The axes.

    Raises
    ------
    UnknownName : for another measure. InputError : nothing that is compared has it.
    """
    if measure not in COMPARED:
        raise UnknownName(f"There is no such measure of a comparison. Expected one of: {', '.join(COMPARED)}.")
    lines = result.ranking[result.ranking[measure].notna()]
    if lines.empty:
        raise InputError("None of those compared has this measure: none gives a probability of the outcome.")
    ax = open_axes(ax, (6.4, 0.3 * len(lines) + 1.2))
    positions = list(range(len(lines)))
    numbers = lines[[measure, f"{measure}_low", f"{measure}_high"]].to_numpy(dtype=float)
    draw_intervals(ax, numbers, positions, mark=MARKS[measure], log=measure == "observed_over_expected")
    ax.set_yticks(positions, [str(name) for name in lines.index])
    ax.set_ylim(len(lines) - 0.4, -0.6)
    ax.set_xlabel(MEASURES[measure])
    return ax


def monitoring(result: Monitoring, *, ax: Axes | None = None) -> Axes:
    """Observed over expected by period, with 95 % intervals on a log scale; periods with an alarm are marked.

    Parameters
    ----------
    result : from :func:`perinatal.monitor`.
    ax : where to draw; a new figure otherwise.

    Returns
    -------
    The axes.

    Raises
    ------
    InputError : no period has ten known events.
    """
    periods = result.periods
    known = periods["observed_over_expected"].notna().to_numpy() & (periods["low"] > 0).to_numpy()
    if not known.any():
        raise InputError("No period may be drawn: each has fewer than ten known events.")
    ax = open_axes(ax, (max(4.8, 0.4 * len(periods) + 1.5), 3.6))
    positions = np.arange(len(periods))
    numbers = periods.loc[known, ["observed_over_expected", "low", "high"]].to_numpy(dtype=float)
    spread = np.abs(numbers[:, 1:].T - numbers[:, 0])
    ax.errorbar(positions[known], numbers[:, 0], yerr=spread, fmt="s", ms=5, lw=1.4, color=INK)
    for name in dict.fromkeys(alarm.period for alarm in result.alarms):
        at = np.flatnonzero(periods.index.astype(str) == str(name))
        for position in at:
            ax.axvspan(position - 0.5, position + 0.5, color=ORANGE, alpha=0.2, lw=0, gid="alarm")
    ax.axhline(1, color="0.5", lw=1, ls="--", gid="ideal")
    ax.set_yscale("log")
    set_ratio_ticks(ax.yaxis, ax.get_ylim())
    ax.set_xticks(positions, [str(name) for name in periods.index], rotation=90 if len(periods) > 6 else 0)
    ax.set(xlabel=f"{result.period} (shaded: alarm)", ylabel=MEASURES["observed_over_expected"])
    return ax


def draw_intervals(ax: Axes, numbers: np.ndarray, positions: Sequence[float], *, mark: float, log: bool) -> None:
    """Values with intervals along the horizontal axis, one at each position, and a dashed line at ``mark``."""
    values = numbers[:, 0]
    spread = np.nan_to_num(np.abs(numbers[:, 1:].T - values))
    ax.axvline(mark, color="0.5", lw=1, ls="--", gid="ideal")
    ax.errorbar(values, positions, xerr=spread, fmt="s", ms=5, lw=1.4, color=INK)
    if log:
        ax.set_xscale("log")
        set_ratio_ticks(ax.xaxis, ax.get_xlim())
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)


def set_ratio_ticks(axis: Axis, ends: tuple[float, float]) -> None:
    """Round ratios on a log scale."""
    from matplotlib.ticker import FixedLocator, NullLocator, StrMethodFormatter

    axis.set_major_locator(FixedLocator(_ratios(*ends)))
    axis.set_major_formatter(StrMethodFormatter("{x:g}"))
    axis.set_minor_locator(NullLocator())


def _ratios(low: float, high: float) -> list[float]:
    """Round ratios to mark on a log scale: as fine as it takes to have four of them.

    >>> _ratios(0.15, 3)
    [0.2, 0.5, 1, 2]
    """
    inside: list[float] = []
    for ratios in _RATIOS:
        inside = [ratio for ratio in ratios if low <= ratio <= high]
        if len(inside) >= 4:
            break
    return inside
