"""miniPIERS: adverse outcome of a woman with hypertension in pregnancy, without a laboratory."""

from __future__ import annotations

from perinatal.scores.kinds import Band, Confirmation, Equation, EquationTerm, Origin, PublishedScore, Range, Vector


def _woman(
    parity: int,
    days: float,
    systolic: int,
    protein: str,
    *,
    bleeding_in_pain: bool = False,
    headache_or_sight: bool = False,
    chest_or_breath: bool = False,
) -> dict[str, object]:
    return {
        "parity": parity,
        "gestational_age_at_measurement_days": days,
        "systolic_bp_mmhg": systolic,
        "proteinuria": protein,
        "vaginal_bleeding": bleeding_in_pain,
        "abdominal_pain": bleeding_in_pain,
        "headache": headache_or_sight,
        "blurred_vision": False,
        "chest_pain": False,
        "difficulty_breathing": chest_or_breath,
    }


SCORE = PublishedScore(
    id="minipiers",
    name="miniPIERS",
    domain="maternal",
    method=Equation(
        (
            EquationTerm(-5.77, "1", "intercept"),
            EquationTerm(-0.298, "parity >= 1", "has given birth before"),
            EquationTerm(-1.07, "log(ga_weeks)", "gestation (log of weeks)"),
            EquationTerm(1.34, "log(systolic_bp_mmhg)", "systolic pressure (log of mmHg)"),
            EquationTerm(-0.218, "proteinuria == '2+'", "dipstick 2+"),
            EquationTerm(0.424, "proteinuria == '3+'", "dipstick 3+"),
            EquationTerm(0.512, "proteinuria == '4+'", "dipstick 4+"),
            EquationTerm(1.18, "vaginal_bleeding and abdominal_pain", "vaginal bleeding with abdominal pain"),
            EquationTerm(0.422, "headache or blurred_vision", "headache or visual disturbance"),
            EquationTerm(0.847, "chest_pain or difficulty_breathing", "chest pain or shortness of breath"),
        ),
        (
            Band("high (rule-in)", "risk >= 0.25"),
            Band("increased surveillance", "risk > 0.15 and risk < 0.25"),
        ),
    ),
    outcome="adverse_maternal_outcome_48h",
    timing="on admission of a pregnant or postpartum woman with any hypertensive disorder of pregnancy",
    population="Pregnant or postpartum women with any hypertensive disorder of pregnancy, admitted to facilities of "
    "five low- and middle-income countries including Pakistan; no laboratory needed",
    citation="Payne 2014 PLoS Med 11:e1001589",
    doi="10.1371/journal.pmed.1001589",
    sources=(
        "clay-good/sophiewell.com @010da28 (MIT JS; states >=2-source rule; its own tests reproduced)",
        "independent Spanish-language JS calculator: identical coefficients",
        "PLoS Med abstract (predictor list, AUROC, threshold performance)",
    ),
    confirmation=Confirmation.CONFIRMED,
    quantities=(("ga_weeks", "gestational_age_at_measurement_days / 7"),),
    ranges=(
        Range("ga_weeks >= 20 and ga_weeks <= 43", "Gestation is outside 20 to 43 weeks."),
        Range("systolic_bp_mmhg >= 60 and systolic_bp_mmhg <= 300", "Systolic pressure is outside 60 to 300 mmHg."),
    ),
    performance="AUROC at development 0.768 (0.735-0.801), optimism 0.037; external 0.713 (0.658-0.768). At a risk of "
    "25 %: sensitivity 0.414, specificity 0.919, positive likelihood ratio 5.09, accuracy 0.855",
    caveats=(
        "The coefficient of 2+ proteinuria is negative in the publication, and is used as published.",
        "A tool to rule in: a low probability does not exclude an adverse outcome.",
        "A missing dipstick never counts as negative.",
    ),
    vectors=(
        Vector(
            _woman(1, 34 * 7, 160, "3+", headache_or_sight=True),
            {"log_odds": -2.194473, "risk": 0.100248},
            Origin.THIRD_PARTY_TEST,
            note="The third party asserts 10.0 %; further digits are computed.",
        ),
        Vector(
            _woman(0, 30 * 7, 200, "4+", bleeding_in_pain=True, headache_or_sight=True, chest_or_breath=True),
            {"log_odds": 0.651464, "risk": 0.65734, "band": "high (rule-in)"},
            Origin.COMPUTED,
            note="A third party asserts 25 % or more.",
        ),
        Vector(_woman(0, 38 * 7, 140, "negative"), {"log_odds": -3.040416, "risk": 0.045633}, Origin.COMPUTED),
        Vector(
            _woman(1, 28.5 * 7, 170, "2+", chest_or_breath=True),
            {"log_odds": -2.141427, "risk": 0.105135},
            Origin.COMPUTED,
        ),
    ),
)
