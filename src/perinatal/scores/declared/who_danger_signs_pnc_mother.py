"""WHO danger signs of a mother after birth: one is enough for urgent referral."""

from __future__ import annotations

from perinatal.scores.kinds import Checklist, Confirmation, Origin, PublishedScore, Sign, Vector

_SIGNS = (  # in the words of the publication; each is one of perinatal.clinical.danger_signs
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
)
_WELL = dict.fromkeys((sign.when for sign in _SIGNS), False)

SCORE = PublishedScore(
    id="who_danger_signs_pnc_mother",
    name="WHO PNC danger signs, mother",
    domain="maternal",
    method=Checklist(
        _SIGNS,
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
