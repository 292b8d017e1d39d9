"""IOM 2009: how much weight to gain in pregnancy, by body mass index before it."""

from __future__ import annotations

from perinatal.scores.kinds import Confirmation, DecisionRule, DecisionRules, Origin, PublishedScore, Vector


def _example(body_mass_index: float, category: str) -> Vector:
    return Vector({"body_mass_index_kg_m2": body_mass_index}, {"category": category}, Origin.COMPUTED)


SCORE = PublishedScore(
    id="iom_gwg_2009",
    name="IOM 2009 gestational weight gain",
    domain="maternal",
    method=DecisionRules(
        (
            DecisionRule("body_mass_index_kg_m2 < 18.5", "12.5_to_18.0_kg", "Body mass index below 18.5."),
            DecisionRule("body_mass_index_kg_m2 < 25", "11.5_to_16.0_kg", "Body mass index of 18.5, below 25."),
            DecisionRule("body_mass_index_kg_m2 < 30", "7.0_to_11.5_kg", "Body mass index of 25, below 30."),
            DecisionRule("True", "5.0_to_9.0_kg", "Body mass index of 30 or more."),
        ),
        ("5.0_to_9.0_kg", "7.0_to_11.5_kg", "11.5_to_16.0_kg", "12.5_to_18.0_kg"),
    ),
    outcome=None,
    timing="at the first antenatal visit",
    population="Pregnant women (US)",
    citation="IOM 2009 Weight gain during pregnancy",
    doi=None,
    sources=(
        "clay-good/sophiewell.com @010da28 (MIT JS; states >=2-source rule; its own tests reproduced)",
        "opensrp-client-anc",
        "WHO smart-anc code set",
    ),
    confirmation=Confirmation.CONFIRMED,
    caveats=(
        "A US standard for the whole of a singleton pregnancy; INTERGROWTH-21st describes the gain week by week for a "
        "body mass index of 18.5 to 25.",
        "The answer is the recommended gain, not whether it was achieved.",
    ),
    vectors=(
        _example(17, "12.5_to_18.0_kg"),
        _example(18.5, "11.5_to_16.0_kg"),
        _example(25, "7.0_to_11.5_kg"),
        _example(30, "5.0_to_9.0_kg"),
    ),
)
