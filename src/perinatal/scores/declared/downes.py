"""Downes score: respiratory distress of a newborn, in points."""

from __future__ import annotations

from perinatal.scores.kinds import Band, Confirmation, Level, Origin, PointScore, PublishedScore, ScoreItem, Vector


def _newborn(
    breaths: int, cyanosis: str, air: str, grunt: str, retractions: str, parts: tuple[int, ...], band: str = ""
) -> Vector:
    inputs = {
        "newborn_respiratory_rate_per_min": breaths,
        "newborn_cyanosis": cyanosis,
        "air_entry": air,
        "expiratory_grunt": grunt,
        "chest_retractions": retractions,
    }
    expected = {"total": sum(parts), "parts": parts}
    return Vector(inputs, {**expected, "band": band} if band else expected, Origin.COMPUTED)


SCORE = PublishedScore(
    id="downes",
    name="Downes respiratory score",
    domain="neonatal",
    method=PointScore(
        (
            ScoreItem(
                "rr",
                "breathing rate",
                (
                    Level("newborn_respiratory_rate_per_min < 60", 0),
                    Level("newborn_respiratory_rate_per_min <= 80", 1),
                    Level("True", 2),
                ),
            ),
            ScoreItem(
                "cyanosis",
                "cyanosis",
                (
                    Level("newborn_cyanosis == 'absent'", 0),
                    Level("newborn_cyanosis == 'in_room_air'", 1),
                    Level("True", 2),
                ),
            ),
            ScoreItem(
                "air_entry",
                "air entry",
                (
                    Level("air_entry == 'normal'", 0),
                    Level("air_entry == 'mildly_decreased'", 1),
                    Level("True", 2),
                ),
            ),
            ScoreItem(
                "grunt",
                "expiratory grunt",
                (
                    Level("expiratory_grunt == 'absent'", 0),
                    Level("expiratory_grunt == 'by_stethoscope'", 1),
                    Level("True", 2),
                ),
            ),
            ScoreItem(
                "retractions",
                "retractions",
                (
                    Level("chest_retractions == 'absent'", 0),
                    Level("chest_retractions == 'mild'", 1),
                    Level("True", 2),
                ),
            ),
        ),
        low=0,
        high=10,
        bands=(Band("impending respiratory failure", "total > 6"),),
    ),
    outcome=None,
    timing="whenever a newborn's breathing is assessed",
    population="Newborns with respiratory distress",
    citation="Downes 1970; Wood 1972",
    doi=None,
    sources=("scribd Wood-Downes table", "thecalculator.co"),
    confirmation=Confirmation.CONFIRMED,
    vectors=(
        _newborn(80, "in_room_air", "mildly_decreased", "by_stethoscope", "mild", (1, 1, 1, 1, 1)),
        _newborn(59, "absent", "normal", "absent", "absent", (0, 0, 0, 0, 0)),
        _newborn(
            81,
            "in_40_percent_oxygen",
            "markedly_decreased",
            "by_ear",
            "moderate",
            (2, 2, 2, 2, 2),
            "impending respiratory failure",
        ),
    ),
)
