"""Draws what raised and what lowered one risk."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from perinatal.errors import InputError, UnknownName
from perinatal.models.explanation import Explanation, Part
from perinatal.report.wording import LOWERED, RAISED, said_frequency, said_percent, said_times, said_value
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
    places = np.flatnonzero(np.asarray(explanation.index == row))
    if len(places) != 1:
        raise UnknownName(f"Expected one row with that label in the explanation, and found {len(places)}.")
    at = int(places[0])
    sizes = explanation.matrix[at]
    if np.isnan(explanation.log_odds[at]):
        raise InputError(
            "That row has no answer, so there is nothing to take apart. See .insufficient of its prediction."
        )
    order = np.argsort(-np.abs(sizes), kind="stable")[:count]
    labels = [
        f"{explanation.features[j].label}: {said_value(explanation.features[j], explanation.encoded[at, j])}"
        for j in order
    ]
    widths = [float(sizes[j]) for j in order]
    left_over = len(sizes) - len(order)
    if left_over:
        labels.append(f"the other {left_over} together")
        widths.append(float(sizes.sum() - sum(widths)))
    alone = ax is None
    if ax is None:
        import matplotlib.pyplot as plt

        _, ax = plt.subplots(figsize=(7.2, 0.42 * len(labels) + 1.6), layout="constrained")
    places_on_axis = np.arange(len(labels))
    colours = [RAISING if width > 0 else LOWERING for width in widths]
    if left_over:
        colours[-1] = REST
    ax.barh(places_on_axis, widths, color=colours, height=0.66)
    for place, width in zip(places_on_axis, widths, strict=True):
        sign = RAISED if width > 0 else LOWERED
        ax.annotate(
            f"{sign} {said_times(float(np.exp(width)))}",
            (width, place),
            xytext=(4 if width > 0 else -4, 0),
            textcoords="offset points",
            ha="left" if width > 0 else "right",
            va="center",
            fontsize=9,
        )
    _odds_axis(ax, widths)
    ax.set_yticks(places_on_axis, labels)
    ax.invert_yaxis()
    ax.axvline(0, color="0.3", lw=0.8)
    ax.tick_params(axis="y", length=0)
    ax.spines[["top", "right", "left"]].set_visible(False)
    risk, usual = float(explanation.risk.iloc[at]), float(expit(explanation.base))
    start = f"starting from {said_percent(usual)}, where the model starts before it knows anything of a person"
    if isinstance(explanation.features[0], Part):
        start = f"terms of the published equation, counted from zero; its intercept is {explanation.base:.4g}"
    said = (
        f"{outcome(explanation.outcome).label}: estimated risk {said_percent(risk)} ({said_frequency(risk)})\n{start}"
    )
    signs = explanation.danger_signs.at(at)
    if signs:
        said = f"Danger signs: {signs}\n{said}"
    if alone:
        ax.figure.suptitle(said, x=0.01, ha="left", fontsize=10)
    else:
        ax.set_title(said, fontsize=10, loc="left")
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
