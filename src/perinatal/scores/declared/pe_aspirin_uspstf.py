"""USPSTF 2021: high-risk factors for pre-eclampsia, of which one is enough for aspirin."""

from __future__ import annotations

from perinatal.scores.kinds import Checklist, Confirmation, Origin, PublishedScore, Sign, Vector

_WOMAN = {
    "previous_pre_eclampsia": False,
    "plurality": 1,
    "chronic_hypertension": False,
    "pre_gestational_diabetes": False,
    "kidney_disease": False,
    "autoimmune_disease": False,
}

SCORE = PublishedScore(
    id="pe_aspirin_uspstf",
    name="USPSTF 2021 high-risk factors",
    domain="maternal",
    method=Checklist(
        (
            Sign("previous_pre_eclampsia", "History of pre-eclampsia."),
            Sign("plurality >= 2", "Multifetal gestation."),
            Sign("chronic_hypertension", "Chronic hypertension."),
            Sign("pre_gestational_diabetes", "Pregestational type 1 or 2 diabetes."),
            Sign("kidney_disease", "Kidney disease."),
            Sign("autoimmune_disease", "Autoimmune disease (SLE, APS)."),
        ),
        positive="aspirin_81_mg_from_12_weeks",
        negative="no_high_risk_factor",
    ),
    outcome="pre_eclampsia",
    timing="at an antenatal contact",
    population="Pregnant women (US)",
    citation="USPSTF 2021 JAMA 326:1186",
    doi="10.1001/jama.2021.14781",
    sources=("USPSTF page", "WHO list concordance"),
    confirmation=Confirmation.CONFIRMED,
    caveats=(
        "81 mg a day from 12 weeks, ideally begun before 16.",
        "The list of moderate risk factors, of which two count, has no second source and is not included.",
    ),
    vectors=(
        Vector({**_WOMAN, "kidney_disease": True}, {"category": "aspirin_81_mg_from_12_weeks"}, Origin.COMPUTED),
        Vector(_WOMAN, {"category": "no_high_risk_factor"}, Origin.COMPUTED),
    ),
)
