"""Bishop score: how ready a cervix is for labour to be induced."""

from __future__ import annotations

from perinatal.scores.kinds import (
    Band,
    Confirmation,
    Level,
    Origin,
    PointScore,
    PublishedScore,
    Range,
    ScoreItem,
    Vector,
)


def _cervix(
    dilatation: int, effacement: int, station: int, consistency: str, position: str, total: int, band: str | None = None
) -> Vector:
    inputs = {
        "cervical_dilatation_cm": dilatation,
        "cervical_effacement_percent": effacement,
        "fetal_station": station,
        "cervical_consistency": consistency,
        "cervical_position": position,
    }
    expected = {"total": total}
    return Vector(inputs, {**expected, "band": band} if band else expected, Origin.COMPUTED)


SCORE = PublishedScore(
    id="bishop",
    name="Bishop score",
    domain="maternal",
    method=PointScore(
        (
            ScoreItem(
                "dilation",
                "dilatation",
                (
                    Level("cervical_dilatation_cm >= 5", 3),
                    Level("cervical_dilatation_cm >= 3", 2),
                    Level("cervical_dilatation_cm >= 1", 1),
                    Level("True", 0),
                ),
            ),
            ScoreItem(
                "effacement",
                "effacement",
                (
                    Level("cervical_effacement_percent >= 80", 3),
                    Level("cervical_effacement_percent >= 60", 2),
                    Level("cervical_effacement_percent >= 40", 1),
                    Level("True", 0),
                ),
            ),
            ScoreItem(
                "station",
                "station",
                (
                    Level("fetal_station >= 1", 3),
                    Level("fetal_station >= -1", 2),
                    Level("fetal_station >= -2", 1),
                    Level("True", 0),
                ),
            ),
            ScoreItem(
                "consistency",
                "consistency",
                (
                    Level("cervical_consistency == 'soft'", 2),
                    Level("cervical_consistency == 'medium'", 1),
                    Level("True", 0),
                ),
            ),
            ScoreItem(
                "position",
                "position",
                (
                    Level("cervical_position == 'anterior'", 2),
                    Level("cervical_position == 'mid'", 1),
                    Level("True", 0),
                ),
            ),
        ),
        low=0,
        high=13,
        bands=(Band("unfavourable", "total <= 5"), Band("favourable", "total >= 8")),
    ),
    ranges=(
        Range(
            "cervical_effacement_percent == 0 or cervical_effacement_percent > 1",
            "Effacement is above 0 and at most 1 %: it looks like a fraction.",
        ),
    ),
    outcome=None,
    timing="before labour is induced",
    population="Women at term before induction of labour",
    citation="Bishop 1964 Obstet Gynecol 24:266",
    doi=None,
    sources=(
        "MedCalc calculator data (cupliz/medical-calculators)",
        "clay-good/sophiewell.com @010da28 (MIT JS; states >=2-source rule; its own tests reproduced)",
    ),
    confirmation=Confirmation.CONFIRMED,
    caveats=(
        "An effacement of 31 to 39, 51 to 59 or 71 to 79 % falls between the printed bands and is given the lower one.",
        "A total of 6 or 7 has no published band.",
    ),
    vectors=(
        _cervix(0, 20, -3, "firm", "posterior", 0, "unfavourable"),
        _cervix(2, 50, -2, "medium", "mid", 5, "unfavourable"),
        _cervix(4, 70, 0, "soft", "anterior", 10, "favourable"),
        _cervix(6, 90, 2, "soft", "anterior", 13, "favourable"),
    ),
)
