"""What a growth standard is: a curve, with the measure, the range, the population and the source it holds for."""

from __future__ import annotations

from dataclasses import dataclass

from perinatal.clinical.growth.curves import Curve

INTERGROWTH_TERMS = (
    "The equations are published facts. The INTERGROWTH-21st charts and tools are copyright of the University of "
    "Oxford: ask there before commercial use."
)


@dataclass(frozen=True, slots=True)
class Standard:
    """One published chart.

    Parameters
    ----------
    name : what it is called here.
    label : what it is called for a person.
    measure : the canonical variable that is judged; its unit is the chart's.
    at : the canonical variable that it is judged against: an age in completed days, or a length in cm.
    first, last : the closed range of ``at``.
    by_sex : whether boys and girls have curves of their own.
    curve : the distribution.
    population : in whom it was made.
    citation, doi : where it is published.
    terms : on what terms it may be used.
    notes : what a user has to know besides.
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
