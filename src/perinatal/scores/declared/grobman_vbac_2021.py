"""Grobman 2021: vaginal birth in a labour tried after one caesarean section, without a race term."""

from __future__ import annotations

from perinatal.scores.kinds import Confirmation, Equation, EquationTerm, Origin, PublishedScore, Vector


def _woman(
    age: int, weight: int, height: int, history: str, *, arrest: bool = False, treated: bool = False
) -> dict[str, object]:
    return {
        "maternal_age_years": age,
        "pre_pregnancy_weight_kg": weight,
        "maternal_height_cm": height,
        "previous_caesarean_for_arrest": arrest,
        "vaginal_birth_history": history,
        "treated_chronic_hypertension": treated,
    }


SCORE = PublishedScore(
    id="grobman_vbac_2021",
    name="Grobman VBAC 2021 (no race term)",
    domain="maternal",
    method=Equation(
        (
            EquationTerm(-5.952, "1", "intercept"),
            EquationTerm(-0.023, "maternal_age_years", "age"),
            EquationTerm(-0.024, "pre_pregnancy_weight_kg", "weight before pregnancy"),
            EquationTerm(0.056, "maternal_height_cm", "height"),
            EquationTerm(-0.597, "previous_caesarean_for_arrest", "earlier caesarean for arrest of labour"),
            EquationTerm(
                0.868,
                "vaginal_birth_history == 'before_caesarean_only'",
                "vaginal birth, but only before the caesarean",
            ),
            EquationTerm(1.869, "vaginal_birth_history == 'after_caesarean'", "vaginal birth after the caesarean"),
            EquationTerm(-0.966, "treated_chronic_hypertension", "treated chronic hypertension"),
        )
    ),
    outcome="vaginal_birth_after_caesarean",
    timing="when a trial of labour is considered",
    population="One prior low-transverse caesarean, term singleton cephalic, trial of labour (US)",
    citation="Grobman 2021 AJOG 225:664.e1",
    doi="10.1016/j.ajog.2021.05.021",
    sources=(
        "clay-good/sophiewell.com @010da28 (MIT JS; states >=2-source rule; its own tests reproduced)",
        "MDCalc-mirror project checked against the live MDCalc tool",
    ),
    confirmation=Confirmation.CONFIRMED,
    performance="AUROC 0.75",
    caveats=(
        "It estimates what is hoped for: a high probability is the good one.",
        "For one earlier caesarean, one fetus, cephalic, at term: the table is not checked for this.",
        "Another model, of 2022 and for the time of admission, has a single source: do not mix.",
    ),
    vectors=(
        Vector(
            _woman(30, 80, 165, "after_caesarean"),
            {"log_odds": 2.547, "risk": 0.927372},
            Origin.THIRD_PARTY_TEST,
            note="The third party asserts 92.7 %.",
        ),
        Vector(
            _woman(30, 80, 165, "never"),
            {"log_odds": 0.678, "risk": 0.663292},
            Origin.THIRD_PARTY_TEST,
            note="The third party asserts 66.3 %.",
        ),
        Vector(
            _woman(35, 95, 155, "never", arrest=True, treated=True),
            {"log_odds": -1.92, "risk": 0.127862},
            Origin.COMPUTED,
        ),
        Vector(_woman(28, 60, 160, "before_caesarean_only"), {"log_odds": 1.792, "risk": 0.857172}, Origin.COMPUTED),
    ),
)
