"""Axes to draw on, and axes of shares: what every picture begins with."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logit

from perinatal.errors import MissingPackage

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

INK, BAND, LIGHT, ORANGE = "#1c2328", "#c9d2d9", "#dfe5e9", "#96400f"  # differ in lightness and line as well


def open_axes(ax: Axes | None, size: tuple[float, float]) -> Axes:
    """The axes to draw on: those given, or of a new figure of this size in inches.

    Raises :class:`~perinatal.errors.MissingPackage` where matplotlib is not installed.
    """
    if ax is None:
        try:
            import matplotlib.pyplot as plt
        except ImportError:
            raise MissingPackage(
                "Pictures are drawn with matplotlib, which is not installed. Install it with pip install "
                "'perinatal[plots]'."
            ) from None
        _, ax = plt.subplots(figsize=size, layout="constrained")
    ax.spines[["top", "right"]].set_visible(False)
    return ax


def set_share_axis(axis: Axis, ticks: Sequence[float]) -> None:
    """Label shares in percent on an axis of log-odds."""
    axis.set_ticks(logit(np.asarray(ticks)).tolist(), [f"{100 * share:g}" for share in ticks])
