"""Maternal Early Warning Criteria: any one of them calls for an evaluation at the bedside."""

from __future__ import annotations

from perinatal.scores.kinds import Checklist, Confirmation, Origin, PublishedScore, Sign, Vector

_WELL = {
    "systolic_bp_mmhg": 118,
    "diastolic_bp_mmhg": 72,
    "heart_rate_bpm": 82,
    "respiratory_rate_per_min": 16,
    "oxygen_saturation_percent": 98,
    "urine_output_ml_h": 60,
    "agitated_or_confused": False,
    "unconscious": False,
    "pre_eclampsia": False,
}

SCORE = PublishedScore(
    id="mewc",
    name="Maternal Early Warning Criteria (NPMS, Mhyre 2014)",
    domain="maternal",
    method=Checklist(
        (
            Sign("systolic_bp_mmhg < 90 or systolic_bp_mmhg > 160", "Systolic pressure below 90 or above 160 mmHg."),
            Sign("diastolic_bp_mmhg > 100", "Diastolic pressure above 100 mmHg."),
            Sign("heart_rate_bpm < 50 or heart_rate_bpm > 120", "Heart rate below 50 or above 120."),
            Sign(
                "respiratory_rate_per_min < 10 or respiratory_rate_per_min > 30",
                "Breathing rate below 10 or above 30.",
            ),
            Sign("oxygen_saturation_percent < 95", "Oxygen saturation below 95 % (room air, sea level)."),
            Sign("urine_output_ml_h < 35", "Urine below 35 mL/h for 2 hours or more."),
            Sign("agitated_or_confused or unconscious", "Agitation, confusion or unresponsiveness."),
            Sign(
                "pre_eclampsia and (persistent_headache or difficulty_breathing)",
                "Pre-eclampsia with a headache that does not remit, or shortness of breath.",
            ),
        ),
        positive="evaluate_at_bedside",
        negative="no_criterion",
    ),
    outcome="severe_maternal_morbidity",
    timing="at any observation of an obstetric in-patient",
    population="Obstetric in-patients (US)",
    citation="Mhyre 2014",
    doi="10.1097/AOG.0000000000000480",
    sources=("UpToDate reproduction", "general knowledge"),
    confirmation=Confirmation.WEAK,
    caveats=(
        "Only one reproduction was found.",
        "A trigger to look at her at the bedside; the outcome named here is the nearest that is declared.",
        "The CRICO variant uses a systolic pressure below 80 and a diastolic above 105 mmHg.",
    ),
    vectors=(
        Vector({**_WELL, "systolic_bp_mmhg": 161}, {"category": "evaluate_at_bedside"}, Origin.COMPUTED),
        Vector({**_WELL, "systolic_bp_mmhg": 160}, {"category": "no_criterion"}, Origin.COMPUTED),
        Vector({**_WELL, "systolic_bp_mmhg": 90}, {"category": "no_criterion"}, Origin.COMPUTED),
        Vector({**_WELL, "urine_output_ml_h": 34}, {"category": "evaluate_at_bedside"}, Origin.COMPUTED),
        Vector(
            {**_WELL, "pre_eclampsia": True, "persistent_headache": True, "difficulty_breathing": False},
            {"category": "evaluate_at_bedside"},
            Origin.COMPUTED,
        ),
    ),
)
