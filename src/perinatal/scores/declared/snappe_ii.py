"""SNAP-II and SNAPPE-II: how ill a newborn is in the first 12 hours of intensive care, in points."""

from __future__ import annotations

from perinatal.scores.kinds import Confirmation, Level, Origin, PointScore, PublishedScore, ScoreItem, Vector

_PHYSIOLOGY = ("mean_bp", "temp", "po2_fio2", "ph", "multiple_seizures", "urine")


def _newborn(
    mean_bp: int,
    temperature: float,
    pao2: int,
    oxygen_percent: int,
    ph: float,
    seizures: bool,
    urine: float,
    weight: int,
    small: bool,
    apgar: int,
) -> dict[str, object]:
    return {
        "newborn_lowest_mean_bp_12h_mmhg": mean_bp,
        "newborn_lowest_temperature_12h_c": temperature,
        "newborn_pao2_mmhg": pao2,
        "newborn_inspired_oxygen_percent": oxygen_percent,
        "newborn_lowest_ph_12h": ph,
        "newborn_multiple_seizures": seizures,
        "newborn_urine_output_12h_ml_kg_h": urine,
        "birth_weight_g": weight,
        "birth_weight_below_3rd_centile": small,
        "apgar_5min": apgar,
    }


SCORE = PublishedScore(
    id="snappe_ii",
    name="SNAP-II / SNAPPE-II",
    domain="neonatal",
    method=PointScore(
        (
            ScoreItem(
                "mean_bp",
                "lowest mean blood pressure",
                (
                    Level("newborn_lowest_mean_bp_12h_mmhg < 20", 19),
                    Level("newborn_lowest_mean_bp_12h_mmhg < 30", 9),
                    Level("True", 0),
                ),
            ),
            ScoreItem(
                "temp",
                "lowest temperature",
                (
                    Level("newborn_lowest_temperature_12h_c < 35.0", 15),
                    Level("newborn_lowest_temperature_12h_c <= 35.6", 8),
                    Level("True", 0),
                ),
            ),
            ScoreItem(
                "po2_fio2",
                "PaO2 (mmHg) / FiO2 (%)",
                (
                    Level("pao2_for_oxygen_percent < 0.3", 28),
                    Level("pao2_for_oxygen_percent < 1.0", 16),
                    Level("pao2_for_oxygen_percent <= 2.49", 5),
                    Level("True", 0),
                ),
            ),
            ScoreItem(
                "ph",
                "lowest pH",
                (
                    Level("newborn_lowest_ph_12h < 7.10", 16),
                    Level("newborn_lowest_ph_12h < 7.20", 7),
                    Level("True", 0),
                ),
            ),
            ScoreItem(
                "multiple_seizures",
                "several seizures",
                (Level("newborn_multiple_seizures", 19), Level("True", 0)),
            ),
            ScoreItem(
                "urine",
                "urine output",
                (
                    Level("newborn_urine_output_12h_ml_kg_h < 0.1", 18),
                    Level("newborn_urine_output_12h_ml_kg_h < 1.0", 5),
                    Level("True", 0),
                ),
            ),
            ScoreItem(
                "birth_weight",
                "birth weight",
                (Level("birth_weight_g < 750", 17), Level("birth_weight_g < 1000", 10), Level("True", 0)),
            ),
            ScoreItem(
                "sga3",
                "birth weight below the 3rd centile",
                (Level("birth_weight_below_3rd_centile", 12), Level("True", 0)),
            ),
            ScoreItem("apgar5", "Apgar score at 5 minutes", (Level("apgar_5min < 7", 18), Level("True", 0))),
        ),
        low=0,
        high=162,
        subtotals={"snap_ii": _PHYSIOLOGY},
        unmeasured_as_zero=_PHYSIOLOGY,
    ),
    outcome="newborn_hospital_death",
    timing="12 hours after admission of a newborn to intensive care",
    population="Admissions to neonatal intensive care, first 12 h, all birth weights",
    citation="Richardson 2001 J Pediatr 138:92",
    doi="10.1067/mpd.2001.109608",
    sources=(
        "clay-good/sophiewell.com @010da28 (MIT JS; states >=2-source rule; its own tests reproduced)",
        "ggaspari/snappe-ii (from SFAR)",
        "HDP-predictions notebook (agrees except Apgar = 8, judged typo)",
    ),
    confirmation=Confirmation.CONFIRMED,
    quantities=(("pao2_for_oxygen_percent", "newborn_pao2_mmhg / newborn_inspired_oxygen_percent"),),
    performance="AUROC: SNAPPE-II 0.91; SNAP-II about 0.9",
    caveats=(
        "PaO2/FiO2 uses FiO2 in percent.",
        "The publication scores a measurement that was not done as 0: so it is here, for the six items of SNAP-II, and "
        "counted; such a total is a lower bound. Without birth weight, centile or Apgar score there is no total.",
        "A value that is given and cannot be used, such as one in another unit, was measured: it is never scored 0, "
        "and there is no total.",
        "Two sources agree on every point; a third prints 8 instead of 7 for the Apgar score, judged a slip.",
        "A table of mortality by points has a single source and is not included.",
    ),
    vectors=(
        Vector(
            _newborn(25, 34.5, 50, 80, 7.05, False, 0.5, 800, False, 5),
            {"snap_ii": 61, "total": 89},
            Origin.THIRD_PARTY_TEST,
        ),
        Vector(
            _newborn(10, 34, 20, 100, 7.0, True, 0.05, 600, True, 3),
            {"snap_ii": 115, "total": 162},
            Origin.THIRD_PARTY_TEST,
            note="The highest total there is.",
        ),
        Vector(
            _newborn(35, 36.5, 80, 40, 7.3, False, 2, 2500, False, 9),
            {"snap_ii": 5, "total": 5},
            Origin.THIRD_PARTY_TEST,
        ),
    ),
)
