"""A small calibration picture as inline SVG: no file beside the page, no script."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from perinatal._html import Html
from perinatal.models.evidence import CalibrationGroup
from perinatal.report.axes_svg import Axes
from perinatal.report.pictures import OBSERVED_LABEL, RISK_LABEL, decade_ticks, labelled_ticks

SIZE = 300  # pixels of the square picture
_FLOOR = 1e-5  # lowest end of an interval that is drawn


class _Point(NamedTuple):
    risk: float
    share: float
    low: float
    high: float


def calibration_svg(groups: Sequence[CalibrationGroup], name: str) -> Html | None:
    """Observed share against estimated risk in groups of people, with 95 % intervals, on two log scales.

    Parameters
    ----------
    groups : the ``calibration_table`` of a test in a model's evidence; suppressed groups are not drawn.
    name : what the model was tested on, for people who cannot see the picture.

    Returns
    -------
    An ``<svg>`` element, or ``None`` where no group may be shown.
    """
    points = [
        _Point(group.mean_risk, group.observed_share, group.low, group.high)
        for group in groups
        if group.observed_share and group.low is not None and group.high is not None and group.mean_risk > 0
    ]
    if not points:
        return None
    ticks = decade_ticks(
        min(min(point.risk, max(point.low, _FLOOR)) for point in points),
        max(max(point.risk, point.high) for point in points),
    )
    ends = ticks[0], ticks[-1]
    labels = labelled_ticks(ticks)
    axes = Axes(ends, ends, math.log10, math.log10, width=SIZE, height=SIZE)
    marks = [
        axes.frame(labels, labels, RISK_LABEL, OBSERVED_LABEL, 100),
        axes.line([(ends[0], ends[0]), (ends[1], ends[1])], "ideal"),
        *(axes.point(*point) for point in points),
    ]
    first, last = points[0], points[-1]
    description = (
        f"Calibration on {name}: observed share against estimated risk in {len(points)} groups, from "
        f"{100 * first.risk:.2g} % estimated and {100 * first.share:.2g} % observed to "
        f"{100 * last.risk:.2g} % estimated and {100 * last.share:.2g} % observed."
    )
    return axes.picture(marks, "calibration", description)


def describe_suppressed(groups: Sequence[CalibrationGroup]) -> str:
    """How many groups are not drawn, in a sentence; empty where all are."""
    suppressed = sum(group.observed_share is None for group in groups)
    return f"{suppressed} of {len(groups)} groups had fewer than ten events and are not shown." if suppressed else ""
