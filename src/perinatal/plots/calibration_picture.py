"""Draws the calibration of groups of people."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import numpy as np
import pandas as pd

from perinatal.errors import InputError
from perinatal.models.evidence import CalibrationGroup
from perinatal.plots.canvas import open_axes
from perinatal.report.pictures import OBSERVED_LABEL, RISK_LABEL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

REQUIRED_COLUMNS = ("mean_risk", "observed_share", "low", "high")


def calibration(
    table: pd.DataFrame | Sequence[Mapping[str, float | None] | CalibrationGroup],
    *,
    ax: Axes | None = None,
    label: str | None = None,
    scale: Literal["linear", "log"] = "linear",
) -> Axes:
    """Observed share against mean risk in groups of people, with intervals; on the diagonal, the two agree.

    Parameters
    ----------
    table : what :func:`perinatal.evaluate.calibration_table` returns, or the ``calibration_table`` of a test in a
        model's evidence. Suppressed groups (fewer than ten events) are not drawn.
    ax : where to draw; a new figure otherwise.
    label : words for the legend, when several are drawn on the same axes.
    scale : ``"log"`` spreads rare outcomes out.

    Returns
    -------
    The axes.

    Raises
    ------
    InputError : the table lacks a column, or holds no group that may be shown.

    Examples
    --------
    >>> import matplotlib; matplotlib.use("Agg")
    >>> groups = [{"mean_risk": 0.05, "observed_share": 0.06, "low": 0.04, "high": 0.09}]
    >>> calibration(groups).get_xlabel()
    'estimated risk (%)'
    """
    table = table if isinstance(table, pd.DataFrame) else pd.DataFrame(list(table))
    absent = [name for name in REQUIRED_COLUMNS if name not in table.columns]
    if absent:
        raise InputError(
            f"A calibration table has the columns {', '.join(REQUIRED_COLUMNS)}; {', '.join(absent)} is absent."
        )
    if scale not in ("linear", "log"):
        raise InputError("scale is 'linear' or 'log'.")
    values = table.loc[:, list(REQUIRED_COLUMNS)].astype("float64").dropna()
    if values.empty:
        raise InputError("No group of the calibration table may be shown: each has fewer than ten events.")
    ax = open_axes(ax, (4.8, 4.8))
    percent = 100 * values
    spread = np.abs(percent[["low", "high"]].to_numpy().T - percent["observed_share"].to_numpy())
    ax.errorbar(
        percent["mean_risk"], percent["observed_share"], yerr=spread, fmt="o", ms=5, lw=1.2, capsize=3, label=label
    )
    top = float(percent.to_numpy().max()) * (1.4 if scale == "log" else 1.08)
    percentages = percent.to_numpy()
    bottom = float(percentages[percentages > 0].min()) / 1.4 if scale == "log" else 0.0
    if ax.lines and len(ax.containers) > 1:
        bottom, top = min(bottom, ax.get_xlim()[0]), max(top, ax.get_xlim()[1])
    ax.set(xscale=scale, yscale=scale, xlim=(bottom, top), ylim=(bottom, top), aspect="equal")
    if not any(line.get_gid() == "ideal" for line in ax.lines):
        ax.axline((1, 1), (2, 2), color="0.6", lw=1, ls="--", zorder=0, gid="ideal")
    if scale == "log":
        _plain_numbers(ax)
    ax.set(xlabel=RISK_LABEL, ylabel=OBSERVED_LABEL)
    if label is not None:
        ax.legend(frameon=False, loc="upper left")
    return ax


def _plain_numbers(ax: Axes) -> None:
    from matplotlib.ticker import LogLocator, NullFormatter, StrMethodFormatter

    for axis in (ax.xaxis, ax.yaxis):
        axis.set_major_locator(LogLocator(subs=(1.0, 2.0, 5.0)))
        axis.set_major_formatter(StrMethodFormatter("{x:g}"))
        axis.set_minor_formatter(NullFormatter())
