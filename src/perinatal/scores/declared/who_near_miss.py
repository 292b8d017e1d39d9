"""WHO near miss: a woman with organ dysfunction in pregnancy or after it, who survived, or who died of it."""

from __future__ import annotations

from perinatal.scores.kinds import Confirmation, DecisionRule, DecisionRules, Origin, PublishedScore, Vector

_FLAGS = (
    "shock",
    "cardiac_arrest",
    "continuous_vasoactive_drugs",
    "cardiopulmonary_resuscitation",
    "acute_cyanosis",
    "gasping",
    "oxygen_saturation_below_90_for_60_min",
    "intubated_not_for_anaesthesia",
    "oliguria_despite_treatment",
    "dialysis_for_acute_renal_failure",
    "failure_to_form_clots",
    "jaundice",
    "pre_eclampsia",
    "unconscious_for_12h",
    "stroke",
    "status_epilepticus",
    "total_paralysis",
    "hysterectomy_for_haemorrhage_or_infection",
    "maternal_death",
)
_ON_THE_LIMITS = dict.fromkeys(_FLAGS, False) | {
    "blood_lactate_mmol_l": 5,
    "blood_ph": 7.1,
    "respiratory_rate_per_min": 40,
    "pao2_fio2_ratio_mmhg": 200,
    "serum_creatinine_umol_l": 299,
    "platelet_count_10e9_l": 50,
    "red_cell_units_transfused": 4,
    "serum_bilirubin_umol_l": 100,
}

SCORE = PublishedScore(
    id="who_near_miss",
    name="WHO maternal near-miss criteria (severe maternal outcome LABEL)",
    domain="maternal",
    method=DecisionRules(
        (
            DecisionRule("maternal_death", "severe_maternal_outcome_death", "She died."),
            DecisionRule(
                "cardiovascular",
                "near_miss",
                "Cardiovascular: shock, cardiac arrest, lactate above 5 mmol/L, pH below 7.1, continuous vasoactive "
                "drugs or resuscitation.",
            ),
            DecisionRule(
                "respiratory",
                "near_miss",
                "Respiratory: acute cyanosis, gasping, breathing rate above 40 or below 6, saturation below 90 % for "
                "an hour, PaO2/FiO2 below 200 mmHg, or intubation not for anaesthesia.",
            ),
            DecisionRule(
                "renal",
                "near_miss",
                "Renal: oliguria despite treatment, creatinine of 300 umol/L or more, or dialysis.",
            ),
            DecisionRule(
                "coagulation",
                "near_miss",
                "Coagulation: no clots, platelets below 50 x10^9/L, or 5 units of blood or more.",
            ),
            DecisionRule(
                "hepatic",
                "near_miss",
                "Hepatic: jaundice with pre-eclampsia, or bilirubin above 100 umol/L.",
            ),
            DecisionRule(
                "neurological",
                "near_miss",
                "Neurological: unconscious for 12 hours or coma, stroke, uncontrollable fits, or total paralysis.",
            ),
            DecisionRule("uterine", "near_miss", "Uterine: hysterectomy for haemorrhage or infection."),
            DecisionRule("True", "no_criterion", "No near-miss criterion was met."),
        ),
        ("severe_maternal_outcome_death", "near_miss", "no_criterion"),
    ),
    outcome=None,
    timing="when the outcome is known, up to 42 days after the end of pregnancy",
    population="Women in pregnancy, labour or up to 42 days after it",
    citation="Say 2009; WHO 2011 near-miss approach",
    doi="10.1016/j.bpobgyn.2009.01.007",
    sources=(
        "BMC Womens Health 2018 s12905-018-0519-y table 1",
        "BMC Preg 2015 s12884-015-0619-8 table 4",
        "Reprod Health 2009 1742-4755-6-8 table 2",
        "Hindawi 2014/989815 table 1",
        "BMC Preg 2022 s12884-022-04987-3 table 1",
    ),
    confirmation=Confirmation.CONFIRMED,
    quantities=(
        (
            "cardiovascular",
            "shock or cardiac_arrest or blood_lactate_mmol_l > 5 or blood_ph < 7.1 or continuous_vasoactive_drugs"
            " or cardiopulmonary_resuscitation",
        ),
        (
            "respiratory",
            "acute_cyanosis or gasping or respiratory_rate_per_min > 40 or respiratory_rate_per_min < 6"
            " or oxygen_saturation_below_90_for_60_min or pao2_fio2_ratio_mmhg < 200 or intubated_not_for_anaesthesia",
        ),
        (
            "renal",
            "oliguria_despite_treatment or serum_creatinine_umol_l >= 300 or dialysis_for_acute_renal_failure",
        ),
        (
            "coagulation",
            "failure_to_form_clots or platelet_count_10e9_l < 50 or red_cell_units_transfused >= 5",
        ),
        ("hepatic", "(jaundice and pre_eclampsia) or serum_bilirubin_umol_l > 100"),
        ("neurological", "unconscious_for_12h or stroke or status_epilepticus or total_paralysis"),
        ("uterine", "hysterectomy_for_haemorrhage_or_infection"),
    ),
    caveats=(
        "A label of what happened, for models to be trained on; not a predictor.",
        "Shock is a systolic pressure below 90 mmHg for 60 minutes with a pulse of 120 or more despite more than 2 L "
        "of fluid; oliguria is below 30 mL/h for 4 hours or below 400 mL in 24 hours.",
        "Printed with rounded conversions: lactate 45 mg/dL, creatinine 3.5 mg/dL, bilirubin 6.0 mg/dL; the limits in "
        "mmol/L and umol/L are used.",
        "Some reprints misprint the unit of creatinine as umol/mL.",
        "Whether she survived must be known to 42 days. Near misses and maternal deaths together are the severe "
        "maternal outcome: a death counts whether a criterion was recorded or not; one by accident is no maternal "
        "death.",
        "A bilirubin or a lactate in mg/dL can look like one in umol/L or mmol/L: state the unit.",
    ),
    vectors=(
        Vector({**_ON_THE_LIMITS, "red_cell_units_transfused": 5}, {"category": "near_miss"}, Origin.COMPUTED),
        Vector(
            {**_ON_THE_LIMITS, "red_cell_units_transfused": 5, "maternal_death": True},
            {"category": "severe_maternal_outcome_death"},
            Origin.COMPUTED,
        ),
        Vector(
            {"hysterectomy_for_haemorrhage_or_infection": True, "maternal_death": False},
            {"category": "near_miss"},
            Origin.COMPUTED,
            note="One criterion is enough, whatever is unknown.",
        ),
        Vector(_ON_THE_LIMITS, {"category": "no_criterion"}, Origin.COMPUTED),
    ),
)
