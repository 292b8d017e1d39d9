"""nSOFA: organ dysfunction of a newborn in intensive care, in points."""

from __future__ import annotations

from perinatal.scores.kinds import Confirmation, Level, Origin, PointScore, PublishedScore, ScoreItem, Vector


def _newborn(
    intubated: bool, saturation: int, oxygen_percent: int, drugs: int, steroids: bool, platelets: int
) -> dict[str, object]:
    return {
        "newborn_intubated": intubated,
        "newborn_oxygen_saturation_percent": saturation,
        "newborn_inspired_oxygen_percent": oxygen_percent,
        "newborn_vasoactive_drugs": drugs,
        "newborn_systemic_steroids": steroids,
        "newborn_platelet_count_10e9_l": platelets,
    }


SCORE = PublishedScore(
    id="nsofa",
    name="nSOFA",
    domain="neonatal",
    method=PointScore(
        (
            ScoreItem(
                "respiratory",
                "breathing: saturation (%) / FiO2 (0.21 to 1)",
                (
                    Level("not newborn_intubated", 0),
                    Level("saturation_for_oxygen < 100", 8),
                    Level("saturation_for_oxygen < 150", 6),
                    Level("saturation_for_oxygen < 200", 4),
                    Level("saturation_for_oxygen < 300", 2),
                    Level("True", 0),
                ),
            ),
            ScoreItem(
                "cardiovascular",
                "vasoactive drugs and steroids",
                (
                    Level("newborn_vasoactive_drugs >= 2 and newborn_systemic_steroids", 4),
                    Level(
                        "newborn_vasoactive_drugs >= 2"
                        " or (newborn_vasoactive_drugs == 1 and newborn_systemic_steroids)",
                        3,
                    ),
                    Level("newborn_vasoactive_drugs == 1", 2),
                    Level("newborn_systemic_steroids", 1),
                    Level("True", 0),
                ),
            ),
            ScoreItem(
                "haematological",
                "platelets",
                (
                    Level("newborn_platelet_count_10e9_l < 50", 3),
                    Level("newborn_platelet_count_10e9_l < 100", 2),
                    Level("newborn_platelet_count_10e9_l < 150", 1),
                    Level("True", 0),
                ),
            ),
        ),
        low=0,
        high=15,
    ),
    outcome="newborn_hospital_death",
    timing="at any hour in newborn intensive care, when infection is suspected",
    population="NICU infants with suspected late-onset infection (preterm <33 wk derivation)",
    citation="Wynn & Polin 2020 Pediatr Res 88:85",
    doi="10.1038/s41390-019-0517-2",
    sources=(
        "ctsit/sofa @ef0a060 (author group, Apache-2.0)",
        "clay-good/sophiewell.com @010da28 (MIT JS; states >=2-source rule; its own tests reproduced)",
    ),
    confirmation=Confirmation.CONFIRMED,
    quantities=(
        (
            "saturation_for_oxygen",
            "round(newborn_oxygen_saturation_percent / (newborn_inspired_oxygen_percent / 100), 6)",
        ),
    ),
    performance="Wynn 2020 / Fleiss 2021, multicentre: AUROC about 0.81-0.9 for mortality",
    caveats=(
        "A newborn who is not intubated scores 0 for breathing, whatever the oxygen: state it with the total.",
        "Published for death attributed to sepsis; the outcome named here is the nearest that is declared.",
    ),
    vectors=(
        Vector(_newborn(False, 95, 21, 0, False, 200), {"total": 0, "parts": (0, 0, 0)}, Origin.THIRD_PARTY_TEST),
        Vector(
            _newborn(True, 90, 30, 0, False, 200),
            {"total": 0, "parts": (0, 0, 0)},
            Origin.THIRD_PARTY_TEST,
            note="On the boundary of 300: 0 points.",
        ),
        Vector(
            _newborn(True, 100, 100, 0, False, 200),
            {"total": 6, "parts": (6, 0, 0)},
            Origin.THIRD_PARTY_TEST,
            note="On the boundary of 100: 6 points.",
        ),
        Vector(
            _newborn(True, 99, 100, 2, True, 49),
            {"total": 15, "parts": (8, 4, 3)},
            Origin.COMPUTED,
            note="The highest total there is.",
        ),
        Vector(_newborn(True, 92, 50, 1, True, 120), {"total": 8, "parts": (4, 3, 1)}, Origin.COMPUTED),
    ),
)
