"""WHO: signs of possible serious bacterial infection of a young infant, in primary care."""

from __future__ import annotations

from perinatal.scores.kinds import (
    Confirmation,
    DecisionRule,
    DecisionRules,
    Option,
    Origin,
    PublishedScore,
    Range,
    Vector,
)


def _infant(
    age: int, category: str, *, temperature: float = 37, breaths: int = 50, convulsions: bool = False
) -> Vector:
    inputs = {
        "newborn_age_days": age,
        "newborn_unable_to_feed": False,
        "newborn_no_movement": False,
        "newborn_convulsions": convulsions,
        "not_feeding_well": False,
        "newborn_moves_only_if_stimulated": False,
        "newborn_temperature_c": temperature,
        "severe_chest_indrawing": False,
        "newborn_respiratory_rate_per_min": breaths,
    }
    return Vector(inputs, {"category": category}, Origin.COMPUTED)


SCORE = PublishedScore(
    id="who_psbi",
    name="WHO possible serious bacterial infection, 0-59 d",
    domain="neonatal",
    method=DecisionRules(
        (
            DecisionRule(
                "newborn_convulsions or newborn_unable_to_feed or newborn_no_movement",
                "critical_illness",
                "Convulsions, unable to feed, or no movement.",
            ),
            DecisionRule(
                "not_feeding_well or newborn_moves_only_if_stimulated or newborn_temperature_c >= 38.0"
                " or newborn_temperature_c < 35.5 or severe_chest_indrawing"
                " or (version == '2024' and fast_breathing and newborn_age_days < 7)",
                "clinical_severe_infection",
                "Not feeding well, moves only if stimulated, 38.0 °C or more, below 35.5 °C, severe chest in-drawing, "
                "or (2024) 60 breaths a minute or more before 7 days.",
            ),
            DecisionRule(
                "version == '2015' and fast_breathing and newborn_age_days < 7",
                "fast_breathing_under_7_days",
                "60 breaths a minute or more, before 7 days, and no other sign (2015).",
            ),
            DecisionRule(
                "fast_breathing and newborn_age_days >= 7",
                "fast_breathing_pneumonia",
                "60 breaths a minute or more, from 7 days on, and no other sign.",
            ),
            DecisionRule("True", "no_psbi_sign", "None of the signs."),
        ),
        (
            "critical_illness",
            "clinical_severe_infection",
            "fast_breathing_under_7_days",
            "fast_breathing_pneumonia",
            "no_psbi_sign",
        ),
    ),
    outcome=None,
    timing="when a young infant is seen in primary care",
    population="Young infants 0-59 d, primary care",
    citation="WHO 2015/2024 PSBI guideline; AAP Pediatrics 2024 suppl; PLoS One 2020 e0229248 table 1",
    doi="10.1371/journal.pone.0229248",
    sources=(
        "Pediatrics 2024 supplement table",
        "PLoS One 2020 0229248 table 1",
        "WHO smart-emcare CQL",
    ),
    confirmation=Confirmation.CONFIRMED,
    quantities=(("fast_breathing", "newborn_respiratory_rate_per_min >= 60"),),
    ranges=(Range("newborn_age_days >= 0 and newborn_age_days <= 59", "The infant is older than 59 days."),),
    options=(
        Option(
            "version",
            ("2024", "2015"),
            "2024",
            "In the 2015 guideline fast breathing alone before 7 days is a class of its own; in the 2024 definition it "
            "counts as clinical severe infection.",
        ),
    ),
    caveats=(
        "A fast breathing rate is to be confirmed by a second count.",
        "The 2015 and the 2024 version class fast breathing before 7 days differently: name the version.",
        "The WHO postnatal kit calls fever what is above 37.5 °C (not 38.0): programmes differ.",
    ),
    vectors=(
        _infant(3, "critical_illness", convulsions=True),
        _infant(10, "clinical_severe_infection", temperature=38.0, breaths=45),
        _infant(10, "clinical_severe_infection", temperature=35.4, breaths=45),
        _infant(3, "clinical_severe_infection", breaths=62),
        _infant(20, "fast_breathing_pneumonia", breaths=62),
        _infant(20, "no_psbi_sign"),
    ),
)
