"""Axes for hand-made SVG pictures: a scale each way, ticks in round numbers, lines, bands, bars."""

from __future__ import annotations

import html
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

LEFT, RIGHT, TOP, BOTTOM = 56, 14, 12, 46  # pixels around the axes
Scale = Callable[[float], float]


def linear(value: float) -> float:
    """An even scale."""
    return value


def log_odds(share: float) -> float:
    """A scale that spreads out small shares."""
    return math.log(share / (1 - share))


@dataclass(frozen=True, slots=True)
class Axes:
    """A rectangle with a scale each way.

    Parameters
    ----------
    x, y : lowest and highest value shown. across, up : the scales. width, height : of the picture, in pixels.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    x_scale: Scale = linear
    y_scale: Scale = linear
    width: int = 420
    height: int = 320

    def x_pixel(self, value: float) -> float:
        """Pixels from the left."""
        return LEFT + _part(self.x_scale, self.x, value) * (self.width - LEFT - RIGHT)

    def y_pixel(self, value: float) -> float:
        """Pixels from the top."""
        return self.height - BOTTOM - _part(self.y_scale, self.y, value) * (self.height - TOP - BOTTOM)

    def frame(self, x_ticks: Sequence[float], y_ticks: Sequence[float], x_label: str, y_label: str, per: float) -> str:
        """Grid, axes, tick labels (times ``per``) and the words of both axes."""
        floor, right = self.height - BOTTOM, self.width - RIGHT
        marks = []
        for tick in x_ticks:
            pixel = f"{self.x_pixel(tick):.1f}"
            marks.append(f'<line class="grid" x1="{pixel}" y1="{TOP}" x2="{pixel}" y2="{floor}"/>')
            marks.append(f'<text x="{pixel}" y="{floor + 16}" text-anchor="middle">{100 * tick:g}</text>')
        for tick in y_ticks:
            pixel = self.y_pixel(tick)
            marks.append(f'<line class="grid" x1="{LEFT}" y1="{pixel:.1f}" x2="{right}" y2="{pixel:.1f}"/>')
            marks.append(
                f'<text x="{LEFT - 7}" y="{pixel + 4:.1f}" text-anchor="end">{_format_number(abs(per * tick))}</text>'
            )
        marks.append(f'<path class="axis" fill="none" d="M{LEFT} {TOP}V{floor}H{right}"/>')
        middle = (LEFT + right) / 2
        marks.append(f'<text x="{middle}" y="{self.height - 8}" text-anchor="middle">{html.escape(x_label)}</text>')
        height = (TOP + floor) / 2
        marks.append(
            f'<text x="14" y="{height}" text-anchor="middle" transform="rotate(-90 14 {height})">'
            f"{html.escape(y_label)}</text>"
        )
        return "".join(marks)

    def line(self, points: Iterable[tuple[float, float]], kind: str) -> str:
        """A line through points, cut off at the lower and upper edge."""
        coordinates = " ".join(f"{self.x_pixel(x):.1f},{self.y_pixel(self._clip_y(y)):.1f}" for x, y in points)
        return f'<polyline class="{kind}" fill="none" points="{coordinates}"/>' if coordinates else ""

    def band(self, x: Sequence[float], low: Sequence[float], high: Sequence[float]) -> str:
        """The area between two lines."""
        if not len(x):
            return ""
        lower_edge = [f"{self.x_pixel(a):.1f},{self.y_pixel(self._clip_y(b)):.1f}" for a, b in zip(x, low, strict=True)]
        upper_edge = [
            f"{self.x_pixel(a):.1f},{self.y_pixel(self._clip_y(b)):.1f}" for a, b in zip(x, high, strict=True)
        ]
        return f'<polygon class="band" points="{" ".join([*lower_edge, *reversed(upper_edge)])}"/>'

    def bar(self, left: float, right: float, base: float, top: float, kind: str) -> str:
        """A bar from ``base`` to ``top``."""
        ends = sorted((self.y_pixel(base), self.y_pixel(top)))
        wide = self.x_pixel(right) - self.x_pixel(left)
        return (
            f'<rect class="{kind}" x="{self.x_pixel(left):.1f}" y="{ends[0]:.1f}" width="{max(wide - 1, 0.5):.1f}" '
            f'height="{ends[1] - ends[0]:.1f}"/>'
        )

    def words(self, x: float, y: float, text: str, anchor: str = "start", lift: float = -6) -> str:
        """Words beside a point."""
        position = f'x="{self.x_pixel(x):.1f}" y="{self.y_pixel(self._clip_y(y)) + lift:.1f}"'
        return f'<text class="label" {position} text-anchor="{anchor}">{html.escape(text)}</text>'

    def picture(self, marks: Iterable[str], kind: str, label: str) -> str:
        """The whole ``<svg>``, with words for people who cannot see it."""
        return (
            f'<svg class="{kind}" viewBox="0 0 {self.width} {self.height}" width="{self.width}" '
            f'height="{self.height}" role="img" aria-label="{html.escape(label, quote=True)}">{"".join(marks)}</svg>'
        )

    def _clip_y(self, y: float) -> float:
        return min(max(y, self.y[0]), self.y[1])


def round_ticks(low: float, high: float, most: int = 6) -> list[float]:
    """Round numbers from ``low`` to ``high``, evenly spaced, ``most`` at most.

    >>> round_ticks(0, 0.31)
    [0.0, 0.1, 0.2, 0.3]
    """
    span = high - low
    raw = span / most
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


def _part(scale: Scale, ends: tuple[float, float], value: float) -> float:
    return (scale(value) - scale(ends[0])) / (scale(ends[1]) - scale(ends[0]))


def _format_number(number: float) -> str:
    return f"{number:.3g}"
