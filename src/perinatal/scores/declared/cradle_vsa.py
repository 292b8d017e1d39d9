"""CRADLE traffic light: blood pressure and shock index of a pregnant or postpartum woman as one of five lights."""

from __future__ import annotations

from perinatal.scores.kinds import Confirmation, DecisionRule, DecisionRules, Origin, PublishedScore, Vector


def _vital_signs(systolic: int, diastolic: int, heart_rate: int) -> dict[str, object]:
    return {"systolic_bp_mmhg": systolic, "diastolic_bp_mmhg": diastolic, "heart_rate_bpm": heart_rate}


SCORE = PublishedScore(
    id="cradle_vsa",
    name="CRADLE Vital Signs Alert traffic light",
    domain="maternal",
    method=DecisionRules(
        (
            DecisionRule("shock_index >= 1.7", "red_down", "Shock index of 1.7 or more."),
            DecisionRule(
                "systolic_bp_mmhg >= 160 or diastolic_bp_mmhg >= 110",
                "red_up",
                "Systolic pressure of 160 mmHg or more, or diastolic of 110 mmHg or more.",
            ),
            DecisionRule("shock_index >= 0.9", "yellow_down", "Shock index of 0.9 or more, below 1.7."),
            DecisionRule(
                "systolic_bp_mmhg >= 140 or diastolic_bp_mmhg >= 90",
                "yellow_up",
                "Systolic pressure of 140 mmHg or more, or diastolic of 90 mmHg or more.",
            ),
            DecisionRule("True", "green", "Neither hypertension nor a raised shock index."),
        ),
        ("red_down", "red_up", "yellow_down", "yellow_up", "green"),
    ),
    outcome=None,
    timing="at any contact in pregnancy or after birth, community or facility",
    population="Pregnant or postpartum women, community and facility, low- and middle-income countries (CRADLE-3: "
    "536,223 women)",
    citation="Nathan 2018 BMJ Innov 4:192 (page innovations.bmj.com/content/4/4/192)",
    doi="10.1136/bmjinnov-2017-000240",
    sources=(
        "drbfraser/CRADLE-Platform @779c746 server/models/medical.py (the project own software, AGPL: facts only)",
        "BJOG 2015 SI thresholds",
        "HDP thresholds (ACOG/ISSHP)",
    ),
    confirmation=Confirmation.CONFIRMED,
    quantities=(("shock_index", "heart_rate_bpm / systolic_bp_mmhg"),),
    needs_every_input=True,
    caveats=(
        "Any missing vital sign: no light (the project's own software does the same).",
        "One project uses a shock index of 1.3 as red; the sources here do not support it.",
    ),
    vectors=(
        Vector(_vital_signs(80, 50, 140), {"category": "red_down"}, Origin.COMPUTED),
        Vector(_vital_signs(165, 95, 90), {"category": "red_up"}, Origin.COMPUTED),
        Vector(_vital_signs(100, 60, 100), {"category": "yellow_down"}, Origin.COMPUTED),
        Vector(_vital_signs(145, 85, 80), {"category": "yellow_up"}, Origin.COMPUTED),
        Vector(_vital_signs(120, 80, 80), {"category": "green"}, Origin.COMPUTED),
        Vector(_vital_signs(170, 112, 160), {"category": "red_up"}, Origin.COMPUTED),
    ),
)
