"""A small calibration picture as inline SVG: no file beside the page, no script."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence

SIZE, LEFT, BOTTOM, TOP, RIGHT = 300, 52, 44, 10, 12  # pixels of the square picture and its margins
_STEPS = (1.0, 2.0, 5.0)
SMALLEST_SPAN = 10  # the highest tick over the lowest, at least
MOST_LABELS = 8  # beyond, only 0.1, 1, 10, 100 %


def calibration_svg(groups: Sequence[Mapping], name: str) -> str:
    """Observed share against estimated risk in groups of people, with 95 % intervals, on two log scales.

    Parameters
    ----------
    groups : the ``calibration_table`` of a test in a model's record; groups whose share is suppressed are not drawn.
    name : what the model was tested on, for people who cannot see the picture.

    Returns
    -------
    An ``<svg>`` element, or an empty string when no group may be shown.
    """
    drawn = [g for g in groups if g["observed_share"] is not None and g["observed_share"] > 0 and g["mean_risk"] > 0]
    if not drawn:
        return ""
    ticks = _ticks(
        min(min(g["mean_risk"], max(g["low"], 1e-5)) for g in drawn), max(max(g["mean_risk"], g["high"]) for g in drawn)
    )
    lowest, highest = ticks[0], ticks[-1]
    low, high = math.log10(lowest), math.log10(highest)
    inner = SIZE - LEFT - RIGHT

    def x_pixel(share: float) -> float:
        return LEFT + (math.log10(share) - low) / (high - low) * inner

    def y_pixel(share: float) -> float:
        return TOP + inner - (math.log10(share) - low) / (high - low) * inner

    floor, right = TOP + inner, LEFT + inner
    marks = []
    for tick in ticks:
        if not _is_labelled(tick, ticks):
            continue
        label = f"{100 * tick:g}"
        marks.append(f'<line class="grid" x1="{x_pixel(tick):.1f}" y1="{TOP}" x2="{x_pixel(tick):.1f}" y2="{floor}"/>')
        marks.append(f'<line class="grid" x1="{LEFT}" y1="{y_pixel(tick):.1f}" x2="{right}" y2="{y_pixel(tick):.1f}"/>')
        marks.append(f'<text x="{x_pixel(tick):.1f}" y="{floor + 15}" text-anchor="middle">{label}</text>')
        marks.append(f'<text x="{LEFT - 7}" y="{y_pixel(tick) + 4:.1f}" text-anchor="end">{label}</text>')
    marks.append(f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{floor}H{right}"/>')
    marks.append(f'<line class="ideal" x1="{LEFT}" y1="{floor}" x2="{right}" y2="{TOP}"/>')
    for g in drawn:
        x = f"{x_pixel(g['mean_risk']):.1f}"
        upper, lower = y_pixel(min(g["high"], highest)), y_pixel(max(g["low"], lowest))
        marks.append(f'<line class="interval" x1="{x}" y1="{upper:.1f}" x2="{x}" y2="{lower:.1f}"/>')
        marks.append(f'<circle cx="{x}" cy="{y_pixel(g["observed_share"]):.1f}" r="4"/>')
    middle = LEFT + inner / 2
    marks.append(f'<text x="{middle}" y="{SIZE + 2 - RIGHT}" text-anchor="middle">estimated risk (%)</text>')
    height = TOP + inner / 2
    marks.append(
        f'<text x="13" y="{height}" text-anchor="middle" transform="rotate(-90 13 {height})">observed (%)</text>'
    )
    description = html.escape(
        f"Calibration on {name}: observed share against estimated risk in {len(drawn)} groups, from "
        f"{100 * drawn[0]['mean_risk']:.2g} % estimated and {100 * drawn[0]['observed_share']:.2g} % observed to "
        f"{100 * drawn[-1]['mean_risk']:.2g} % estimated and {100 * drawn[-1]['observed_share']:.2g} % observed.",
        quote=True,
    )
    return (
        f'<svg class="calibration" viewBox="0 0 {SIZE} {SIZE}" width="{SIZE}" height="{SIZE}" role="img" '
        f'aria-label="{description}">' + "".join(marks) + "</svg>"
    )


def _ticks(lowest: float, highest: float) -> list[float]:
    """1, 2, 5, 10, ... from the last below ``lowest`` to the first above ``highest``, 100 % at most.

    >>> _ticks(0.03, 0.3), _ticks(0.04, 0.05)
    ([0.02, 0.05, 0.1, 0.2, 0.5], [0.01, 0.02, 0.05, 0.1])
    """
    decades = range(math.floor(math.log10(lowest)) - 1, math.ceil(math.log10(highest)) + 1)
    steps = [round(step * 10.0**decade, 12) for decade in decades for step in _STEPS]
    first = max(step for step in steps if step <= lowest)
    last = min((step for step in steps if step >= highest), default=1.0)
    while last < SMALLEST_SPAN * first and (first > steps[0] or last < 1.0):
        first = max((step for step in steps if step < first), default=first)
        last = min((step for step in steps if step > last), default=last) if last < 1.0 else last
    return [step for step in steps if first <= step <= min(last, 1.0)]


def _is_labelled(tick: float, ticks: Sequence[float]) -> bool:
    return len(ticks) <= MOST_LABELS or abs(math.log10(tick) - round(math.log10(tick))) < 1e-6
