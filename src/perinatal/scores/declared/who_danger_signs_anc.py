"""WHO danger signs at an antenatal contact: one is enough for urgent referral."""

from __future__ import annotations

from perinatal.scores.kinds import Checklist, Confirmation, Origin, PublishedScore, Sign, Vector

_SIGNS = (  # in the words of the publication; each is one of perinatal.clinical.danger_signs
    Sign("vaginal_bleeding", "Bleeding vaginally."),
    Sign("central_cyanosis", "Central cyanosis."),
    Sign("convulsions", "Convulsing."),
    Sign("fever", "Fever."),
    Sign("severe_headache", "Severe headache."),
    Sign("blurred_vision", "Visual disturbance."),
    Sign("birth_imminent", "Imminent delivery."),
    Sign("in_labour", "Labour."),
    Sign("looks_very_ill", "Looks very ill."),
    Sign("severe_vomiting", "Severe vomiting."),
    Sign("severe_pain", "Severe pain."),
    Sign("severe_abdominal_pain", "Severe abdominal pain."),
    Sign("unconscious", "Unconscious."),
)
_WELL = dict.fromkeys((sign.when for sign in _SIGNS), False)

SCORE = PublishedScore(
    id="who_danger_signs_anc",
    name="WHO ANC danger signs (smart-anc DAK)",
    domain="maternal",
    method=Checklist(
        _SIGNS,
        positive="urgent_referral",
        negative="no_danger_sign",
    ),
    outcome=None,
    timing="at any antenatal contact",
    population="Any ANC contact",
    citation="WHO Digital Adaptation Kit for ANC (WorldHealthOrganization/smart-anc)",
    doi=None,
    sources=(
        "WorldHealthOrganization/smart-anc (CC BY-IGO style terms; facts only)",
        "opensrp/opensrp-client-anc rules",
    ),
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
