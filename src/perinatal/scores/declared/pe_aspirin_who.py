"""WHO: who is offered aspirin against pre-eclampsia, from 12 weeks."""

from __future__ import annotations

from perinatal.scores.kinds import Checklist, Confirmation, Origin, PublishedScore, Sign, Vector

_WOMAN = {
    "plurality": 1,
    "previous_pre_eclampsia": False,
    "autoimmune_disease": False,
    "pre_gestational_diabetes": False,
    "chronic_hypertension": False,
    "kidney_disease": False,
    "gestational_age_at_measurement_days": 84,
}

SCORE = PublishedScore(
    id="pe_aspirin_who",
    name="Aspirin for pre-eclampsia prevention: WHO risk rule",
    domain="maternal",
    method=Checklist(
        (
            Sign("plurality >= 2", "Multiple pregnancy."),
            Sign("previous_pre_eclampsia", "Previous pre-eclampsia/eclampsia."),
            Sign("autoimmune_disease", "Autoimmune disease."),
            Sign("pre_gestational_diabetes", "Diabetes."),
            Sign("chronic_hypertension", "Chronic hypertension."),
            Sign("kidney_disease", "Renal disease."),
        ),
        positive="aspirin_75_mg_until_delivery",
        negative="not_indicated_now",
        condition="ga_weeks >= 12",
    ),
    outcome="pre_eclampsia",
    timing="at an antenatal contact",
    population="Pregnant women",
    citation="WHO 2016 ANC / 2021 anti-platelet recommendation; smart-anc ANC.DT.27",
    doi=None,
    sources=("WorldHealthOrganization/smart-anc", "opensrp-client-anc"),
    confirmation=Confirmation.CONFIRMED,
    quantities=(("ga_weeks", "gestational_age_at_measurement_days / 7"),),
    caveats=(
        "From 12 weeks on; before, a factor is no indication yet: ask again at 12 weeks.",
        "The CQL of smart-anc codes 12 weeks or less where the rule says 12 or more; it is not followed.",
    ),
    vectors=(
        Vector({**_WOMAN, "plurality": 2}, {"category": "aspirin_75_mg_until_delivery"}, Origin.COMPUTED),
        Vector(
            {**_WOMAN, "plurality": 2, "gestational_age_at_measurement_days": 83},
            {"category": "not_indicated_now"},
            Origin.COMPUTED,
            note="A day before 12 weeks.",
        ),
        Vector(_WOMAN, {"category": "not_indicated_now"}, Origin.COMPUTED),
    ),
)
