"""fullPIERS: adverse outcome of a woman admitted with pre-eclampsia, from symptoms and laboratory."""

from __future__ import annotations

from perinatal.scores.kinds import Band, Confirmation, Equation, EquationTerm, Origin, PublishedScore, Range, Vector


def _woman(weeks: int, symptoms: bool, creatinine: int, platelets: int, ast: int, saturation: int) -> dict[str, object]:
    return {
        "gestational_age_at_measurement_days": weeks * 7,
        "chest_pain": symptoms,
        "difficulty_breathing": False,
        "serum_creatinine_umol_l": creatinine,
        "platelet_count_10e9_l": platelets,
        "aspartate_aminotransferase_u_l": ast,
        "oxygen_saturation_percent": saturation,
    }


SCORE = PublishedScore(
    id="fullpiers",
    name="fullPIERS",
    domain="maternal",
    method=Equation(
        (
            EquationTerm(2.68, "1", "intercept"),
            EquationTerm(-0.0541, "ga_weeks", "gestation (weeks)"),
            EquationTerm(1.23, "chest_pain or difficulty_breathing", "chest pain or shortness of breath"),
            EquationTerm(-0.0271, "serum_creatinine_umol_l", "creatinine"),
            EquationTerm(0.207, "platelet_count_10e9_l", "platelets"),
            EquationTerm(4.0e-05, "platelet_count_10e9_l**2", "platelets, squared"),
            EquationTerm(0.0101, "aspartate_aminotransferase_u_l", "AST"),
            EquationTerm(-3.05e-06, "aspartate_aminotransferase_u_l**2", "AST, squared"),
            EquationTerm(0.00025, "serum_creatinine_umol_l * platelet_count_10e9_l", "creatinine with platelets"),
            EquationTerm(-6.99e-05, "platelet_count_10e9_l * aspartate_aminotransferase_u_l", "platelets with AST"),
            EquationTerm(
                -0.00256, "platelet_count_10e9_l * oxygen_saturation_percent", "platelets with oxygen saturation"
            ),
        ),
        (
            Band("low", "risk < 0.10"),
            Band("intermediate", "risk >= 0.10 and risk < 0.30"),
            Band("high (rule-in, LR+ ~17.5)", "risk >= 0.30"),
        ),
    ),
    outcome="adverse_maternal_outcome_48h",
    timing="within 24 hours of admission with pre-eclampsia",
    population="Women admitted with pre-eclampsia (derivation: tertiary units, high-income; Fiji, South Africa and "
    "Uganda in later validations); needs creatinine, platelets, AST and oxygen saturation",
    citation="von Dadelszen 2011 Lancet 377:219-227",
    doi="10.1016/S0140-6736(10)61351-7",
    sources=(
        "clay-good/sophiewell.com @010da28 (MIT JS; states >=2-source rule; its own tests reproduced)",
        "independent Spanish-language JS calculator: identical coefficients",
        "evidencio model page / BMC Res Notes 2019 table 1: AUROC 0.88",
    ),
    confirmation=Confirmation.CONFIRMED,
    quantities=(("ga_weeks", "gestational_age_at_measurement_days / 7"),),
    ranges=(Range("ga_weeks >= 20", "Gestation is below 20 weeks: by definition it is not pre-eclampsia."),),
    performance="AUROC 0.88 (0.84-0.92)",
    caveats=(
        "Gestation is that at the onset of the disease.",
        "Not monotone: a higher creatinine lowers the risk where platelets are below 108.4, and a higher AST lowers it "
        "where platelets are above about 144. More platelets raise it where the saturation is low or the creatinine or "
        "the platelets are high: at 96 %, 90 umol/L and an AST of 30, from about 230 on. Its parts are its terms; none "
        "of them is an effect on its own.",
        "Creatinine in mg/dL must be multiplied by 88.42.",
    ),
    vectors=(
        Vector(
            _woman(32, True, 90, 120, 60, 96),
            {"log_odds": -1.54366, "risk": 0.176004, "band": "intermediate"},
            Origin.THIRD_PARTY_TEST,
            note="The third party asserts 17.6 %; further digits are computed.",
        ),
        Vector(
            _woman(28, True, 200, 40, 300, 90),
            {"log_odds": 0.0199, "risk": 0.504975, "band": "high (rule-in, LR+ ~17.5)"},
            Origin.COMPUTED,
            note="A third party asserts 30 % or more.",
        ),
        Vector(
            _woman(36, False, 60, 220, 25, 98),
            {"log_odds": -5.445056, "risk": 0.004299, "band": "low"},
            Origin.COMPUTED,
        ),
        Vector(
            _woman(34, False, 80, 150, 40, 97),
            {"log_odds": -3.64568, "risk": 0.02544, "band": "low"},
            Origin.COMPUTED,
        ),
    ),
)
