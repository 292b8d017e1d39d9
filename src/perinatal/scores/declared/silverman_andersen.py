"""Silverman-Andersen: how hard a newborn works to breathe, in points."""

from __future__ import annotations

from perinatal.scores.kinds import Band, Confirmation, Level, Origin, PointScore, PublishedScore, ScoreItem, Vector


def _newborn(
    chest: str, between: str, xiphoid: str, nose: str, grunt: str, parts: tuple[int, ...], band: str
) -> Vector:
    inputs = {
        "chest_movement": chest,
        "intercostal_retraction": between,
        "xiphoid_retraction": xiphoid,
        "nasal_flaring": nose,
        "expiratory_grunt": grunt,
    }
    return Vector(inputs, {"total": sum(parts), "parts": parts, "band": band}, Origin.COMPUTED)


SCORE = PublishedScore(
    id="silverman_andersen",
    name="Silverman-Andersen retraction score",
    domain="neonatal",
    method=PointScore(
        (
            ScoreItem(
                "chest_movement",
                "chest movement",
                (
                    Level("chest_movement == 'equal'", 0),
                    Level("chest_movement == 'lag_on_inspiration'", 1),
                    Level("True", 2),
                ),
            ),
            ScoreItem(
                "intercostal",
                "intercostal retraction",
                (
                    Level("intercostal_retraction == 'absent'", 0),
                    Level("intercostal_retraction == 'minimal'", 1),
                    Level("True", 2),
                ),
            ),
            ScoreItem(
                "xiphoid",
                "xiphoid retraction",
                (
                    Level("xiphoid_retraction == 'absent'", 0),
                    Level("xiphoid_retraction == 'minimal'", 1),
                    Level("True", 2),
                ),
            ),
            ScoreItem(
                "nasal_flaring",
                "nasal flaring",
                (
                    Level("nasal_flaring == 'absent'", 0),
                    Level("nasal_flaring == 'minimal'", 1),
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
        ),
        low=0,
        high=10,
        bands=(
            Band("none", "total == 0"),
            Band("mild", "total >= 1 and total <= 3"),
            Band("moderate", "total >= 4 and total <= 6"),
            Band("severe", "total >= 7"),
        ),
    ),
    outcome=None,
    timing="whenever a newborn's breathing is assessed",
    population="Newborns, preterm above all, with difficult breathing",
    citation="Silverman & Andersen 1956 Pediatrics 17:1",
    doi=None,
    sources=("3 pages/implementations",),
    confirmation=Confirmation.CONFIRMED,
    vectors=(
        _newborn("lag_on_inspiration", "minimal", "absent", "marked", "by_stethoscope", (1, 1, 0, 2, 1), "moderate"),
        _newborn("equal", "absent", "absent", "absent", "absent", (0, 0, 0, 0, 0), "none"),
        _newborn("see_saw", "marked", "marked", "marked", "by_ear", (2, 2, 2, 2, 2), "severe"),
    ),
)
