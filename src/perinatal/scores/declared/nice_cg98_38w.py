"""NICE CG98: bilirubin of a newborn of 38 weeks or more against the lines of phototherapy and exchange transfusion."""

from __future__ import annotations

from perinatal.scores.kinds import Chart, Confirmation, Origin, PublishedScore, Range, Vector

_HOURS = tuple(range(0, 97, 6))
_PHOTOTHERAPY = (100, 125, 150, 175, 200, 212, 225, 237, 250, 262, 275, 287, 300, 312, 325, 337, 350)
_EXCHANGE = (100, 150, 200, 250, 300, 350, 400, 450, 450, 450, 450, 450, 450, 450, 450, 450, 450)


def _line(hours: int, phototherapy: float, exchange: float, origin: Origin) -> Vector:
    """The lines at an age; a bilirubin that is on a line is not above it."""
    inputs = {
        "newborn_age_hours": hours,
        "newborn_bilirubin_umol_l": phototherapy,
        "gestational_age_at_birth_days": 39 * 7,
    }
    lines = {"phototherapy": phototherapy, "exchange": exchange, "category": "below_the_lines"}
    return Vector(inputs, lines, origin)


SCORE = PublishedScore(
    id="nice_cg98_38w",
    name="NICE CG98 bilirubin thresholds, >=38 wk",
    domain="neonatal",
    method=Chart(
        value="newborn_bilirubin_umol_l",
        across="newborn_age_hours",
        knots=_HOURS,
        lines=(("exchange", _EXCHANGE), ("phototherapy", _PHOTOTHERAPY)),
        negative="below_the_lines",
    ),
    outcome=None,
    timing="at a bilirubin in the first 96 hours of life",
    population="Newborns of 38 weeks or more",
    citation="NICE CG98 (2010, updated 2016/2023)",
    doi=None,
    sources=("nice.org.uk CG98 recommendations page (read twice)", "mirror copy"),
    confirmation=Confirmation.CONFIRMED,
    ranges=(
        Range(
            "gestational_age_at_birth_days >= 38 * 7",
            "Gestation is below 38 weeks: the lines for it have no second source.",
        ),
    ),
    caveats=(
        "From 38 weeks only; the formula for earlier births has no second source.",
        "The table that is confirmed ends at 96 hours; an older newborn gets no answer.",
        "Between the printed hours the lines are straight, as on the chart; above a line is strictly above.",
        "Bilirubin in mg/dL is multiplied by 17.1.",
        "AAP 2022 and Bhutani are not here: no table was found.",
    ),
    vectors=(
        _line(24, 200, 300, Origin.PUBLISHED_TABLE),
        _line(96, 350, 450, Origin.PUBLISHED_TABLE),
        _line(27, 206.0, 325.0, Origin.COMPUTED),
    ),
)
