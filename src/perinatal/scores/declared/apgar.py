"""Apgar score: five signs of a newborn, a minute or more after birth."""

from __future__ import annotations

from perinatal.scores.kinds import Band, Confirmation, Level, Origin, PointScore, PublishedScore, ScoreItem, Vector


def _newborn(heart: str, breath: str, tone: str, reflex: str, colour: str, parts: tuple[int, ...], band: str) -> Vector:
    inputs = {
        "apgar_heart_rate": heart,
        "apgar_respiration": breath,
        "apgar_tone": tone,
        "apgar_reflex": reflex,
        "apgar_colour": colour,
    }
    return Vector(inputs, {"total": sum(parts), "parts": parts, "band": band}, Origin.COMPUTED)


SCORE = PublishedScore(
    id="apgar",
    name="Apgar",
    domain="neonatal",
    method=PointScore(
        (
            ScoreItem(
                "heart_rate",
                "heart rate",
                (
                    Level("apgar_heart_rate == 'absent'", 0),
                    Level("apgar_heart_rate == 'under_100'", 1),
                    Level("True", 2),
                ),
            ),
            ScoreItem(
                "respiration",
                "breathing",
                (
                    Level("apgar_respiration == 'absent'", 0),
                    Level("apgar_respiration == 'slow_or_irregular'", 1),
                    Level("True", 2),
                ),
            ),
            ScoreItem(
                "tone",
                "muscle tone",
                (Level("apgar_tone == 'limp'", 0), Level("apgar_tone == 'some_flexion'", 1), Level("True", 2)),
            ),
            ScoreItem(
                "reflex",
                "reflex response",
                (
                    Level("apgar_reflex == 'no_response'", 0),
                    Level("apgar_reflex == 'grimace'", 1),
                    Level("True", 2),
                ),
            ),
            ScoreItem(
                "colour",
                "colour",
                (
                    Level("apgar_colour == 'blue_or_pale'", 0),
                    Level("apgar_colour == 'pink_with_blue_limbs'", 1),
                    Level("True", 2),
                ),
            ),
        ),
        low=0,
        high=10,
        bands=(
            Band("low", "total <= 3"),
            Band("moderately abnormal", "total >= 4 and total <= 6"),
            Band("reassuring", "total >= 7"),
        ),
    ),
    outcome=None,
    timing="1, 5 or 10 minutes after birth",
    population="All newborns",
    citation="Apgar 1953; ACOG CO 644 2015",
    doi="10.1213/00000539-195301000-00041",
    sources=(
        "MedCalc data",
        "clincalc 0.4.0",
        "clay-good/sophiewell.com @010da28 (MIT JS; states >=2-source rule; its own tests reproduced)",
        "several web tables",
    ),
    confirmation=Confirmation.CONFIRMED,
    caveats=("For a score that is recorded as a total, see the variables apgar_1min and apgar_5min.",),
    vectors=(
        _newborn(
            "100_or_more",
            "slow_or_irregular",
            "some_flexion",
            "grimace",
            "pink_with_blue_limbs",
            (2, 1, 1, 1, 1),
            "moderately abnormal",
        ),
        _newborn("under_100", "absent", "limp", "no_response", "blue_or_pale", (1, 0, 0, 0, 0), "low"),
        _newborn(
            "100_or_more", "good_or_crying", "active", "cough_sneeze_or_cry", "pink", (2, 2, 2, 2, 2), "reassuring"
        ),
    ),
)
