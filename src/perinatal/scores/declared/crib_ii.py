"""CRIB-II: how ill a preterm newborn is within an hour of admission, in points."""

from __future__ import annotations

from perinatal.scores.kinds import (
    Confirmation,
    Grid,
    Level,
    Origin,
    PointScore,
    PublishedScore,
    Range,
    ScoreItem,
    Vector,
)

_WEIGHTS_G = (
    (2751, None),
    (2501, 2750),
    (2251, 2500),
    (2001, 2250),
    (1751, 2000),
    (1501, 1750),
    (1251, 1500),
    (1001, 1250),
    (751, 1000),
    (501, 750),
    (251, 500),
)
_WEEKS = tuple(range(22, 33))

# Rows are birth weights, columns completed weeks, 22 to 32; None is not in the published table.
# fmt: off
_MALE = (
    (None, None, None, None, None, None, None, None, None, None, 0),
    (None, None, None, None, None, None, None, None, None, 1, 0),
    (None, None, None, None, None, None, None, None, 3, 0, 0),
    (None, None, None, None, None, None, None, None, 2, 0, 0),
    (None, None, None, None, None, None, None, 3, 1, 0, 0),
    (None, None, None, None, None, 6, 5, 3, 2, 1, 0),
    (None, None, None, None, 8, 6, 5, 3, 3, 2, 1),
    (None, 12, 10, 9, 8, 7, 6, 5, 4, 3, 3),
    (None, 12, 11, 10, 8, 7, 7, 6, 6, 6, 6),
    (14, 13, 12, 11, 10, 9, 8, 8, 8, 8, None),
    (15, 14, 13, 12, 11, 10, 10, None, None, None, None),
)
_FEMALE = (
    (None, None, None, None, None, None, None, None, None, None, 0),
    (None, None, None, None, None, None, None, None, None, 1, 0),
    (None, None, None, None, None, None, None, None, 2, 0, 0),
    (None, None, None, None, None, None, None, None, 1, 0, 0),
    (None, None, None, None, None, None, None, 3, 1, 0, 0),
    (None, None, None, None, None, 6, 4, 3, 1, 0, 0),
    (None, None, None, None, 7, 5, 4, 3, 2, 1, 1),
    (None, 11, 10, 8, 7, 6, 5, 4, 3, 3, 3),
    (None, 11, 10, 9, 8, 7, 6, 5, 5, 5, 5),
    (13, 12, 11, 10, 9, 8, 8, 7, 7, 7, None),
    (14, 13, 12, 11, 11, 10, 10, None, None, None, None),
)
# fmt: on
_DISPUTED = (
    ("male", _WEIGHTS_G.index((751, 1000)), _WEEKS.index(25)),  # 10 or 11
    ("female", _WEIGHTS_G.index((251, 500)), _WEEKS.index(26)),  # 11 or 10
)


def _newborn(
    sex: str, weeks: int, weight: int, temperature: float, base_excess: int, parts: tuple[int, int, int]
) -> Vector:
    inputs = {
        "newborn_sex": sex,
        "gestational_age_at_birth_days": weeks * 7,
        "birth_weight_g": weight,
        "newborn_admission_temperature_c": temperature,
        "newborn_base_excess_meq_l": base_excess,
    }
    return Vector(inputs, {"total": sum(parts), "parts": parts}, Origin.COMPUTED)


SCORE = PublishedScore(
    id="crib_ii",
    name="CRIB-II",
    domain="neonatal",
    method=PointScore(
        (
            Grid(
                "weight_and_gestation",
                "birth weight, gestation and sex",
                by="newborn_sex",
                down="weight_g",
                across="completed_weeks",
                rows=_WEIGHTS_G,
                columns=_WEEKS,
                cells={"male": _MALE, "female": _FEMALE},
                disputed=_DISPUTED,
            ),
            ScoreItem(
                "temp",
                "temperature on admission",
                (
                    Level("temperature_c <= 29.6", 5),
                    Level("temperature_c <= 31.2", 4),
                    Level("temperature_c <= 32.8", 3),
                    Level("temperature_c <= 34.4", 2),
                    Level("temperature_c <= 36.0", 1),
                    Level("temperature_c <= 37.5", 0),
                    Level("temperature_c <= 39.1", 1),
                    Level("temperature_c <= 40.7", 2),
                    Level("True", 3),
                ),
            ),
            ScoreItem(
                "base_excess",
                "base excess",
                (
                    Level("base_excess < -26", 7),
                    Level("base_excess <= -23", 6),
                    Level("base_excess <= -18", 5),
                    Level("base_excess <= -13", 4),
                    Level("base_excess <= -8", 3),
                    Level("base_excess <= -3", 2),
                    Level("base_excess <= 2", 1),
                    Level("True", 0),
                ),
            ),
        ),
        low=0,
        high=27,
    ),
    outcome="newborn_hospital_death",
    timing="within 1 hour of admission of a preterm newborn",
    population="Preterm <=32 completed weeks, within 1 h of admission",
    citation="Parry 2003 Lancet 361:1789",
    doi="10.1016/S0140-6736(03)13397-1",
    sources=(
        "SFAR static table via ggaspari/crib-ii",
        "HDP-predictions notebook (independent transcription)",
    ),
    confirmation=Confirmation.CELLS_DISPUTED,
    quantities=(
        ("completed_weeks", "floor(gestational_age_at_birth_days / 7)"),
        ("weight_g", "round(birth_weight_g)"),
        ("temperature_c", "round(newborn_admission_temperature_c, 1)"),
        ("base_excess", "round(newborn_base_excess_meq_l)"),
    ),
    ranges=(
        Range("completed_weeks >= 22 and completed_weeks <= 32", "Gestation is outside 22 to 32 completed weeks."),
    ),
    performance="AUROC 0.92 (UK validation); under-predicts deaths in later cohorts",
    caveats=(
        "Two sources agree on 124 of 126 cells and on all points of temperature and base excess; the two cells in "
        "dispute (boys of 751 to 1000 g at 25 weeks, girls of 251 to 500 g at 26 weeks) get no total.",
        "Combinations of weight and gestation that are not in the published table get no total.",
        "Temperature is rounded to 0.1 °C and base excess to a whole number before it is looked up; halves go to the "
        "even number.",
        "An equation from points to mortality has a single source and is not included.",
    ),
    vectors=(
        _newborn("male", 28, 1100, 36.4, -6, (6, 0, 2)),
        _newborn("female", 25, 700, 34.0, -14, (10, 2, 4)),
        _newborn("male", 32, 1800, 36.6, 1, (0, 0, 1)),
        _newborn("female", 30, 1400, 37.6, -2, (2, 1, 1)),
        _newborn("male", 24, 600, 29.0, -27, (12, 5, 7)),
    ),
)
