"""Hypertension in pregnancy: its level, and by society whether it is pre-eclampsia."""

from __future__ import annotations

from perinatal.scores.kinds import Confirmation, DecisionRule, DecisionRules, Option, Origin, PublishedScore, Vector

# mg of protein for each mg of creatinine in 1 mg/mmol: 1 mg/dL of creatinine is 88.42 umol/L
_MG_MG = 0.008842


def _pressure(systolic: int, diastolic: int) -> dict[str, object]:
    return {"systolic_bp_mmhg": systolic, "diastolic_bp_mmhg": diastolic}


SCORE = PublishedScore(
    id="hdp_classification",
    name="Hypertensive disorders of pregnancy thresholds (WHO/ACOG/ISSHP)",
    domain="maternal",
    method=DecisionRules(
        (
            DecisionRule(
                "society == 'acog' and hypertension_from_20_weeks and (proteinuria_acog or organ_acog)"
                " and (organ_acog or severe_pressure)",
                "severe_pre_eclampsia",
                "Hypertension at 20 weeks or later with a severe feature of ACOG, or 160/110 mmHg with proteinuria.",
            ),
            DecisionRule(
                "society == 'who_anc' and hypertension_from_20_weeks"
                " and ((severe_pressure and proteinuria_dipstick) or symptom_who)",
                "severe_pre_eclampsia",
                "Hypertension at 20 weeks or later with a severe symptom, or 160/110 mmHg with proteinuria (WHO).",
            ),
            DecisionRule(
                "(society == 'acog' and hypertension_from_20_weeks and proteinuria_acog)"
                " or (society == 'isshp' and hypertension_from_20_weeks and (proteinuria_isshp or organ_isshp))",
                "pre_eclampsia",
                "Hypertension at 20 weeks or later with proteinuria (or, by ISSHP, organ dysfunction).",
            ),
            DecisionRule(
                "severe_pressure",
                "severe_hypertension",
                "Systolic pressure of 160 mmHg or more, or diastolic of 110 mmHg or more.",
            ),
            DecisionRule(
                "society != 'blood_pressure' and hypertension and (chronic_hypertension or not from_20_weeks)",
                "chronic_hypertension",
                "Hypertension before pregnancy, or before 20 weeks.",
            ),
            DecisionRule(
                "hypertension",
                "hypertension",
                "Systolic pressure of 140 mmHg or more, or diastolic of 90 mmHg or more.",
            ),
            DecisionRule("True", "no_hypertension", "Below 140 and below 90 mmHg."),
        ),
        (
            "severe_pre_eclampsia",
            "pre_eclampsia",
            "severe_hypertension",
            "chronic_hypertension",
            "hypertension",
            "no_hypertension",
        ),
    ),
    outcome=None,
    timing="at a blood pressure in pregnancy",
    population="Pregnant women",
    citation="ACOG PB222 2020; ISSHP 2018/2021; WHO smart-anc",
    doi="10.1097/AOG.0000000000003891",
    sources=("PMC8678921 table", "Hindawi 2019 table (ISSHP)", "medigraphic page", "WHO smart-anc"),
    confirmation=Confirmation.CONFIRMED,
    quantities=(
        ("hypertension", "systolic_bp_mmhg >= 140 or diastolic_bp_mmhg >= 90"),
        ("severe_pressure", "systolic_bp_mmhg >= 160 or diastolic_bp_mmhg >= 110"),
        ("from_20_weeks", "gestational_age_at_measurement_days / 7 >= 20"),
        ("hypertension_from_20_weeks", "hypertension and from_20_weeks"),
        ("proteinuria_dipstick", "proteinuria in ('2+', '3+', '4+')"),
        ("protein_measured", "known(urine_protein_mg_24h) or known(urine_protein_creatinine_mg_mmol)"),
        ("protein_24h_acog", "urine_protein_mg_24h >= 300"),
        ("protein_ratio_acog", f"round(urine_protein_creatinine_mg_mmol * {_MG_MG}, 6) >= 0.3"),
        (
            "proteinuria_acog",
            "((known(protein_24h_acog) and protein_24h_acog) or (known(protein_ratio_acog) and protein_ratio_acog))"
            " if protein_measured else proteinuria_dipstick",
        ),
        (
            "organ_acog",
            "platelet_count_10e9_l < 100 or liver_enzymes_twice_normal or severe_right_upper_abdominal_pain"
            " or round(serum_creatinine_umol_l / 88.42, 6) > 1.1 or creatinine_doubled or pulmonary_oedema"
            " or persistent_headache or blurred_vision",
        ),
        ("proteinuria_isshp", "urine_protein_creatinine_mg_mmol >= 30"),
        (
            "organ_isshp",
            "platelet_count_10e9_l < 150 or serum_creatinine_umol_l >= 90 or alanine_aminotransferase_u_l > 40"
            " or aspartate_aminotransferase_u_l > 40 or neurological_complication or uteroplacental_dysfunction",
        ),
        ("symptom_who", "severe_headache or blurred_vision or epigastric_pain or dizziness or vomiting"),
    ),
    options=(
        Option(
            "society",
            ("blood_pressure", "acog", "isshp", "who_anc"),
            "blood_pressure",
            "blood_pressure gives the level alone, on which all agree. Whether it is pre-eclampsia differs: the limit "
            "of platelets is 100 for ACOG and 150 for ISSHP; the WHO antenatal kit uses dipstick and symptoms.",
        ),
    ),
    caveats=(
        "Hypertension is two readings 4 hours apart; a row is one reading.",
        "The limit of platelets differs by society (100 or 150): name the society.",
        "ACOG: the dipstick (2+) counts only where protein was not measured.",
        "In chronic hypertension pre-eclampsia is superimposed, and proteinuria has to be new or worse: not checked.",
        "WHO: the symptoms and the dipstick of 2+ or more are those of smart-anc, ANC.DT.17; only severe pre-eclampsia "
        "is distinguished.",
    ),
    vectors=(
        Vector(_pressure(138, 88), {"category": "no_hypertension"}, Origin.COMPUTED),
        Vector(_pressure(140, 80), {"category": "hypertension"}, Origin.COMPUTED),
        Vector(_pressure(150, 110), {"category": "severe_hypertension"}, Origin.COMPUTED),
    ),
)
