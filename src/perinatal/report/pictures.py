"""What the pictures of a validation show, computed once: pages draw it as SVG, ``perinatal.plots`` with matplotlib."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perinatal.validation import ValidationResult

RISK_LABEL, OBSERVED_LABEL = "estimated risk (%)", "observed share (%)"
THRESHOLD_LABEL, BENEFIT_LABEL = "threshold (%): risk at which one acts", "net benefit per 1,000 people"
SHARE_LABEL = "% of each group"
_MARGIN = 1.15  # by which the axes of a calibration reach beyond what is drawn
_FLOOR = 1e-5  # lowest end of an axis of risks


@dataclass(frozen=True, slots=True, eq=False)
class CalibrationPicture:
    """Observed share along the estimated risk, on log-odds both ways.

    Parameters
    ----------
    curve : ``risk, observed_share, low, high`` of the smooth curve; may be empty.
    groups : ``mean_risk, observed_share, low, high`` of the groups that may be shown; may be empty.
    ends : lowest and highest share of both axes. ticks : shares that are labelled.
    """

    curve: pd.DataFrame
    groups: pd.DataFrame
    ends: tuple[float, float]
    ticks: list[float]


def calibration_picture(curve: pd.DataFrame, groups: pd.DataFrame | None = None) -> CalibrationPicture | None:
    """A smooth curve with its band, and groups of people with intervals; ``None`` where neither may be shown."""
    if groups is None:
        groups = pd.DataFrame(columns=["mean_risk", "observed_share", "low", "high"], dtype=float)
    groups = groups.dropna(subset=["observed_share"])
    groups = groups[groups["observed_share"] < 1]
    columns = [curve["risk"], curve["observed_share"], groups["mean_risk"], groups["low"], groups["high"]]
    shares = np.concatenate(columns).astype(np.float64)
    shares = shares[(shares > 0) & (shares < 1)]
    if not len(shares):
        return None
    ends = max(float(shares.min()) / _MARGIN, _FLOOR), float(1 - (1 - shares.max()) / _MARGIN)
    return CalibrationPicture(curve, groups, ends, share_ticks(*ends))


@dataclass(frozen=True, slots=True, eq=False)
class DecisionPicture:
    """Net benefit over thresholds, of the model, of calling everybody and of calling nobody (which is 0).

    Parameters
    ----------
    model : ``threshold, model, low, high``; starts at a threshold of 0, where everybody is called.
    everybody : ``threshold, net_benefit``, down to the lower end of the picture.
    x, y : ends of the axes. x_ticks, y_ticks : round numbers on them.
    """

    model: pd.DataFrame
    everybody: pd.DataFrame
    x: tuple[float, float]
    y: tuple[float, float]
    x_ticks: list[float]
    y_ticks: list[float]


def decision_picture(result: ValidationResult) -> DecisionPicture | None:
    """The decision curve of a validation; ``None`` where nothing of it may be shown."""
    table = result.decision.dropna(subset=["model"])
    if table.empty:
        return None
    prevalence = result.prevalence
    top = 1.06 * max(float(table["high"].max()), float(table["model"].max()), prevalence)
    floor = -0.2 * top
    x = 0.0, float(table["threshold"].max())
    odds = (prevalence - floor) / (1 - prevalence)
    last = min(odds / (1 + odds), x[1])  # where the line of calling everybody leaves the picture
    thresholds = np.linspace(0, last, 40)
    benefit = prevalence - thresholds / (1 - thresholds) * (1 - prevalence)
    start = {"threshold": [0.0], "model": [prevalence], "low": [np.nan], "high": [np.nan]}
    model = pd.concat([pd.DataFrame(start), table[list(start)].astype(np.float64)], ignore_index=True)
    everybody = pd.DataFrame({"threshold": thresholds, "net_benefit": benefit})
    return DecisionPicture(model, everybody, x, (floor, top), round_ticks(*x), round_ticks(0, top))


@dataclass(frozen=True, slots=True, eq=False)
class DistributionPicture:
    """How the risks of those with and without the outcome are spread, each as a share of its own group.

    Parameters
    ----------
    bins : ``low, high`` in risk, inside (0, 1), and the shares ``with_outcome, without_outcome``; ``NaN`` where a bin
        stands for 1 to 9 people.
    ends : of the risks. top : highest share. x_ticks, y_ticks : risks and shares that are labelled.
    """

    bins: pd.DataFrame
    ends: tuple[float, float]
    top: float
    x_ticks: list[float]
    y_ticks: list[float]


def distribution_picture(result: ValidationResult) -> DistributionPicture | None:
    """The distribution of the risks of a validation; ``None`` where all are about the same."""
    table = result.distribution
    if len(table) < 2:
        return None
    bins = table[["low", "high"]].clip(1e-9, 1 - 1e-9)
    bins = bins.assign(
        with_outcome=table["with_outcome"] / result.events,
        without_outcome=table["without_outcome"] / (result.n - result.events),
    )
    ends = float(bins["low"].iloc[0]), float(bins["high"].iloc[-1])
    top = 1.1 * float(np.nanmax([*bins["with_outcome"], *bins["without_outcome"], 0.01]))
    return DistributionPicture(bins, ends, top, share_ticks(*ends), round_ticks(0, top, 3))


def round_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from ``low`` to ``high``, evenly spaced, ``most`` at most.

    >>> round_ticks(0, 0.31)
    [0.0, 0.1, 0.2, 0.3]
    """
    raw = (high - low) / most
    decade = 10.0 ** math.floor(math.log10(raw))
    step = next(decade * nice for nice in (1, 2, 5, 10) if decade * nice >= raw * (1 - 1e-9))
    first = math.ceil(low / step - 1e-9)
    return [round(step * number, 12) for number in range(first, math.floor(high / step + 1e-9) + 1)]


def share_ticks(low: float, high: float) -> list[float]:
    """Round shares between two, for a scale of log-odds.

    >>> share_ticks(0.004, 0.6)
    [0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5]
    """
    steps = [round(step * 10.0**decade, 10) for decade in range(-5, 0) for step in (1, 2, 5)]
    inside = [share for share in (*steps, 0.8, 0.9, 0.95, 0.99) if low <= share <= high]
    return inside if len(inside) <= 10 else [share for share in inside if f"{share:e}"[0] == "1" or share >= 0.5]


def decade_ticks(lowest: float, highest: float, smallest_span: float = 10) -> list[float]:
    """1, 2, 5, 10, ... from the last below ``lowest`` to the first above ``highest``, 1 at most, on a log scale.

    The last is at least ``smallest_span`` times the first, where 1 allows it.

    >>> decade_ticks(0.03, 0.3), decade_ticks(0.04, 0.05)
    ([0.02, 0.05, 0.1, 0.2, 0.5], [0.01, 0.02, 0.05, 0.1])
    """
    decades = range(math.floor(math.log10(lowest)) - 1, math.ceil(math.log10(highest)) + 1)
    steps = [round(step * 10.0**decade, 12) for decade in decades for step in (1.0, 2.0, 5.0)]
    first = max(step for step in steps if step <= lowest)
    last = min((step for step in steps if step >= highest), default=1.0)
    while last < smallest_span * first and (first > steps[0] or last < 1.0):
        first = max((step for step in steps if step < first), default=first)
        last = min((step for step in steps if step > last), default=last) if last < 1.0 else last
    return [step for step in steps if first <= step <= min(last, 1.0)]


def labelled_ticks(ticks: Sequence[float], most: int = 8) -> list[float]:
    """All ticks, or, where they are more than ``most``, only 0.001, 0.01, 0.1 and 1."""
    whole = [tick for tick in ticks if abs(math.log10(tick) - round(math.log10(tick))) < 1e-6]
    return list(ticks) if len(ticks) <= most else whole
