"""A growth standard: a curve with its measurement, range, population and source."""

from __future__ import annotations

from dataclasses import dataclass

from perinatal.clinical.growth.curves import Curve

INTERGROWTH_TERMS = (
    "The equations are published facts. The INTERGROWTH-21st charts and tools are copyright of the University of "
    "Oxford: ask there before commercial use."
)


@dataclass(frozen=True, slots=True)
class Standard:
    """One published growth chart.

    Parameters
    ----------
    name : its name in ``STANDARDS``.
    label : its name for people.
    measure : the canonical variable that is measured; the chart uses its unit.
    at : the canonical variable on the chart's horizontal axis: an age in completed days, or a length in cm.
    first, last : the closed range of ``at``.
    by_sex : whether boys and girls have separate curves.
    curve : the distribution of the measurement at each age or length.
    population : the people from whom it was derived.
    citation, doi : where it is published.
    terms : the terms of its use.
    notes : remarks for users.
    """

    name: str
    label: str
    measure: str
    at: str
    first: float
    last: float
    by_sex: bool
    curve: Curve
    population: str
    citation: str
    doi: str
    terms: str
    notes: str = ""
