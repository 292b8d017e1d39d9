"""Draws what raised and lowered one risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from perinatal.errors import InputError, UnknownName
from perinatal.models.explanation import Explanation, ScorePart
from perinatal.plots.canvas import open_axes
from perinatal.report.wording import LOWERED, RAISED, format_frequency, format_odds_ratio, format_percent, format_value
from perinatal.vocabulary import outcome

if TYPE_CHECKING:
    from matplotlib.axes import Axes

RAISING, LOWERING, REST = "#b3541e", "#2b6a99", "#8a8f94"  # apart in the three common colour blindnesses and in grey
_TICKS = (  # from coarse to fine; the first that gives enough is used
    (0.01, 0.1, 1.0, 10.0, 100.0),
    (0.05, 0.2, 1.0, 5.0, 20.0, 100.0),
    (0.1, 0.2, 0.5, 1.0, 2.0, 5.0, 10.0),
    (0.5, 0.7, 0.8, 0.9, 1.0, 1.2, 1.5, 2.0),
    (0.9, 0.95, 1.0, 1.05, 1.1),
)
_FEWEST_TICKS = 3


def parts(explanation: Explanation, row: object, *, count: int = 8, ax: Axes | None = None) -> Axes:
    """The strongest parts of one risk as bars, each multiplying the odds; the rest is summed in one bar.

    Parameters
    ----------
    explanation : of any rows.
    row : the label of the row, as in the caller's index.
    count : parts drawn one by one.
    ax : where to draw; a new figure otherwise.

    Returns
    -------
    The axes; the horizontal one is the multiplier of the odds, on a log scale, so that bars add up.

    Raises
    ------
    UnknownName : there is no such row, or several.
    InputError : ``count`` is below 1.
    """
    if count < 1:
        raise InputError(f"parts() needs a count of 1 or more, and got {count}.")
    positions = np.flatnonzero(np.asarray(explanation.index == row))
    if len(positions) != 1:
        raise UnknownName(f"Expected one row with that label in the explanation; there are {len(positions)}.")
    i = int(positions[0])
    sizes = explanation.matrix[i]
    if np.isnan(explanation.log_odds[i]):
        raise InputError(
            "That row has no answer, so there is nothing to take apart. See .insufficient of its prediction."
        )
    order = np.argsort(-np.abs(sizes), kind="stable")[:count]
    labels = [
        f"{explanation.features[j].label}: {format_value(explanation.features[j], explanation.encoded[i, j])}"
        for j in order
    ]
    widths = [float(sizes[j]) for j in order]
    n_others = len(sizes) - len(order)
    if n_others:
        labels.append(f"the other {n_others} together")
        widths.append(float(sizes.sum() - sum(widths)))
    own_figure = ax is None
    ax = open_axes(ax, (7.2, 0.42 * len(labels) + 1.6))
    bar_positions = np.arange(len(labels))
    colours = [RAISING if width > 0 else LOWERING for width in widths]
    if n_others:
        colours[-1] = REST
    ax.barh(bar_positions, widths, color=colours, height=0.66)
    for bar_position, width in zip(bar_positions, widths, strict=True):
        sign = RAISED if width > 0 else LOWERED
        ax.annotate(
            f"{sign} {format_odds_ratio(float(np.exp(width)))}",
            (width, bar_position),
            xytext=(4 if width > 0 else -4, 0),
            textcoords="offset points",
            ha="left" if width > 0 else "right",
            va="center",
            fontsize=9,
        )
    _odds_axis(ax, widths)
    ax.set_yticks(bar_positions, labels)
    ax.invert_yaxis()
    ax.axvline(0, color="0.3", lw=0.8)
    ax.tick_params(axis="y", length=0)
    ax.spines["left"].set_visible(False)
    risk, usual = float(explanation.risk.iloc[i]), float(expit(explanation.base))
    start = f"starting from {format_percent(usual)}, where the model starts before it knows anything of a person"
    if isinstance(explanation.features[0], ScorePart):
        start = f"terms of the published equation, counted from zero; its intercept is {explanation.base:.4g}"
    title = (
        f"{outcome(explanation.outcome).label}: estimated risk {format_percent(risk)} "
        f"({format_frequency(risk)})\n{start}"
    )
    signs = explanation.danger_signs.describe_row(i)
    if signs:
        title = f"Danger signs: {signs}\n{title}"
    if own_figure:
        ax.figure.suptitle(title, x=0.01, ha="left", fontsize=10)
    else:
        ax.set_title(title, fontsize=10, loc="left")
    return ax


def _odds_axis(ax: Axes, widths: list[float]) -> None:
    widest = float(np.log(1.2))
    low, high = min(0.0, *widths), max(0.0, *widths)
    room = 0.26 * max(high - low, widest)
    ax.set_xlim(low - room, high + room)
    for candidates in _TICKS:
        ticks = [edge for edge in candidates if low - room <= np.log(edge) <= high + room]
        if len(ticks) >= _FEWEST_TICKS:
            break
    ax.set_xticks([float(np.log(edge)) for edge in ticks], [f"×{edge:g}" for edge in ticks])
    ax.set_xlabel("odds multiplied by")
