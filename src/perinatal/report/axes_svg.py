"""Axes for SVG pictures: a scale each way, ticks, lines, bands, bars, points with intervals."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import pandas as pd

from perinatal._html import Content, Html, html

LEFT, RIGHT, TOP, BOTTOM = 56, 14, 12, 46  # pixels around the axes
Scale = Callable[[float], float]
Numbers = Sequence[float] | pd.Series


def linear(value: float) -> float:
    """An even scale."""
    return value


def log_odds(share: float) -> float:
    """A scale that spreads out small and large shares."""
    return math.log(share / (1 - share))


@dataclass(frozen=True, slots=True)
class Axes:
    """A rectangle with a scale each way.

    Parameters
    ----------
    x, y : lowest and highest value.
    x_scale, y_scale : the scales.
    width, height : of the picture, in pixels.
    """

    x: tuple[float, float]
    y: tuple[float, float]
    x_scale: Scale = linear
    y_scale: Scale = linear
    width: int = 420
    height: int = 320

    def x_pixel(self, value: float) -> float:
        """Pixels from the left."""
        return LEFT + _share_of_scale(self.x_scale, self.x, value) * (self.width - LEFT - RIGHT)

    def y_pixel(self, value: float) -> float:
        """Pixels from the top; beyond the ends of the axis, that end."""
        inside = min(max(value, self.y[0]), self.y[1])
        return self.height - BOTTOM - _share_of_scale(self.y_scale, self.y, inside) * (self.height - TOP - BOTTOM)

    def frame(
        self, x_ticks: Sequence[float], y_ticks: Sequence[float], x_label: str, y_label: str, per: float
    ) -> list[Html]:
        """Grid, axes, tick labels (in percent; on the vertical axis times ``per``) and the labels of both axes."""
        floor, right = self.height - BOTTOM, self.width - RIGHT
        marks = []
        for tick in x_ticks:
            x = _px(self.x_pixel(tick))
            marks.append(html("line", class_="grid", x1=x, y1=TOP, x2=x, y2=floor))
            marks.append(html("text", f"{100 * tick:g}", x=x, y=floor + 16, text_anchor="middle"))
        for tick in y_ticks:
            y = self.y_pixel(tick)
            marks.append(html("line", class_="grid", x1=LEFT, y1=_px(y), x2=right, y2=_px(y)))
            marks.append(html("text", f"{abs(per * tick):.3g}", x=LEFT - 7, y=_px(y + 4), text_anchor="end"))
        middle, height = (LEFT + right) / 2, (TOP + floor) / 2
        turned = f"rotate(-90 14 {height})"
        return [
            *marks,
            html("path", class_="axis", fill="none", d=f"M{LEFT} {TOP}V{floor}H{right}"),
            html("text", x_label, x=middle, y=self.height - 8, text_anchor="middle"),
            html("text", y_label, x=14, y=height, text_anchor="middle", transform=turned),
        ]

    def line(self, points: Iterable[tuple[float, float]], kind: str) -> Html:
        """A line through points, cut off at the lower and upper edge."""
        return html("polyline", class_=kind, fill="none", points=self._coordinates(points))

    def band(self, x: Numbers, low: Numbers, high: Numbers) -> Html | None:
        """The area between two lines."""
        if not len(x):
            return None
        edge = [*zip(x, low, strict=True), *reversed([*zip(x, high, strict=True)])]
        return html("polygon", class_="band", points=self._coordinates(edge))

    def bar(self, left: float, right: float, base: float, top: float, kind: str) -> Html:
        """A bar from ``base`` to ``top``."""
        upper, lower = sorted((self.y_pixel(base), self.y_pixel(top)))
        width = max(self.x_pixel(right) - self.x_pixel(left) - 1, 0.5)
        x = _px(self.x_pixel(left))
        return html("rect", class_=kind, x=x, y=_px(upper), width=_px(width), height=_px(lower - upper))

    def point(self, x: float, y: float, low: float, high: float) -> list[Html]:
        """A dot with its interval."""
        at = _px(self.x_pixel(x))
        return [
            html("line", class_="interval", x1=at, y1=_px(self.y_pixel(high)), x2=at, y2=_px(self.y_pixel(low))),
            html("circle", cx=at, cy=_px(self.y_pixel(y)), r=4),
        ]

    def words(self, x: float, y: float, text: str, anchor: str = "start", lift: float = -6) -> Html:
        """Words beside a point."""
        left, top = _px(self.x_pixel(x)), _px(self.y_pixel(y) + lift)
        return html("text", text, class_="label", x=left, y=top, text_anchor=anchor)

    def picture(self, marks: Content, kind: str, description: str) -> Html:
        """The whole ``<svg>``, with a description for people who cannot see it."""
        box = f"0 0 {self.width} {self.height}"
        return html(
            "svg",
            marks,
            class_=kind,
            viewBox=box,
            width=self.width,
            height=self.height,
            role="img",
            aria_label=description,
        )

    def _coordinates(self, points: Iterable[tuple[float, float]]) -> str:
        return " ".join(f"{self.x_pixel(x):.1f},{self.y_pixel(y):.1f}" for x, y in points)


def _share_of_scale(scale: Scale, ends: tuple[float, float], value: float) -> float:
    return (scale(value) - scale(ends[0])) / (scale(ends[1]) - scale(ends[0]))


def _px(pixels: float) -> str:
    return f"{pixels:.1f}"
