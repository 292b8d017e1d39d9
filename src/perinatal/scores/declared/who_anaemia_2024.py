"""WHO 2024: anaemia in pregnancy by haemoglobin and trimester."""

from __future__ import annotations

from perinatal.scores.kinds import Confirmation, DecisionRule, DecisionRules, Origin, PublishedScore, Vector


def _example(haemoglobin_g_l: int, trimester: str, category: str) -> Vector:
    """The published unit is g/L; the day is the middle of a week of that trimester."""
    days = {"first": 10 * 7, "second": 20 * 7, "third": 32 * 7}[trimester]
    return Vector(
        {"haemoglobin_g_dl": haemoglobin_g_l / 10, "gestational_age_at_measurement_days": days},
        {"category": category},
        Origin.COMPUTED,
    )


SCORE = PublishedScore(
    id="who_anaemia_2024",
    name="WHO 2024 haemoglobin cut-offs",
    domain="maternal",
    method=DecisionRules(
        (
            DecisionRule("haemoglobin_g_l < 70", "severe", "Haemoglobin below 70 g/L."),
            DecisionRule("haemoglobin_g_l < 100", "moderate", "Haemoglobin of 70 to 99 g/L."),
            DecisionRule(
                "haemoglobin_g_l < 105 or (haemoglobin_g_l < 110 and not second_trimester)",
                "mild",
                "Haemoglobin of 100 g/L or more, below 110 g/L (105 g/L in the second trimester).",
            ),
            DecisionRule("True", "none", "Haemoglobin of 110 g/L or more (105 g/L in the second trimester)."),
        ),
        ("severe", "moderate", "mild", "none"),
    ),
    outcome=None,
    timing="at an antenatal contact with a haemoglobin",
    population="Pregnant women; cut-offs at sea level, of women who do not smoke",
    citation="WHO guideline on haemoglobin cutoffs 2024 (ISBN 9789240088542)",
    doi=None,
    sources=(
        "BMJ Best Practice page",
        "WorldHealthOrganization/smart-anc",
        "opensrp rules",
        "PLoS table (severity)",
    ),
    confirmation=Confirmation.CONFIRMED,
    quantities=(
        ("haemoglobin_g_l", "round(haemoglobin_g_dl * 10, 6)"),
        ("completed_weeks", "floor(gestational_age_at_measurement_days / 7)"),
        ("second_trimester", "completed_weeks >= 13 and completed_weeks < 28"),
    ),
    caveats=(
        "The first trimester ends with 12 completed weeks, the third begins at 28 (WHO smart-anc).",
        "Altitude and smoking raise haemoglobin and are not inputs: adjust it before, from 500 m on.",
        "The mild band of the second trimester is what the moderate band leaves; it has no source of its own.",
        "Cut-offs outside pregnancy and after birth have no second source and are not included.",
    ),
    vectors=(
        _example(104, "second", "mild"),
        _example(105, "second", "none"),
        _example(105, "first", "mild"),
        _example(99, "third", "moderate"),
        _example(69, "third", "severe"),
        _example(110, "first", "none"),
    ),
)
