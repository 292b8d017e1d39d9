"""WHO danger signs of a mother after birth: one is enough for urgent referral."""

from __future__ import annotations

from perinatal.scores.kinds import Checklist, Confirmation, Origin, PublishedScore, Sign, Vector

_WELL = dict.fromkeys(
    (
        "abnormal_bleeding_after_birth",
        "central_cyanosis",
        "convulsions",
        "fever",
        "looks_very_ill",
        "severe_headache",
        "severe_pain",
        "severe_vomiting",
        "severe_abdominal_pain",
        "unconscious",
        "blurred_vision",
    ),
    False,
)

SCORE = PublishedScore(
    id="who_danger_signs_pnc_mother",
    name="WHO PNC danger signs, mother",
    domain="maternal",
    method=Checklist(
        (
            Sign("abnormal_bleeding_after_birth", "Abnormal vaginal bleeding."),
            Sign("central_cyanosis", "Central cyanosis."),
            Sign("convulsions", "Convulsing."),
            Sign("fever", "Fever."),
            Sign("looks_very_ill", "Looks very ill."),
            Sign("severe_headache", "Severe headache."),
            Sign("severe_pain", "Severe pain."),
            Sign("severe_vomiting", "Severe vomiting."),
            Sign("severe_abdominal_pain", "Severe abdominal pain."),
            Sign("unconscious", "Unconscious."),
            Sign("blurred_vision", "Visual disturbance."),
        ),
        positive="urgent_referral",
        negative="no_danger_sign",
    ),
    outcome=None,
    timing="at any postnatal contact of the mother",
    population="Any postnatal contact of the mother",
    citation="WHO PNC DAK decision tables (smart-dak-pnc)",
    doi=None,
    sources=("WorldHealthOrganization/smart-dak-pnc decision-table workbook", "overlap with smart-anc list"),
    confirmation=Confirmation.CONFIRMED,
    caveats=("Fever is taken as recorded; programmes differ in the temperature they ask for.",),
    vectors=(
        Vector({**_WELL, "severe_headache": True}, {"category": "urgent_referral"}, Origin.COMPUTED),
        Vector(
            {"fever": True},
            {"category": "urgent_referral"},
            Origin.COMPUTED,
            note="One sign is enough, whatever is unknown.",
        ),
        Vector(_WELL, {"category": "no_danger_sign"}, Origin.COMPUTED),
    ),
)
