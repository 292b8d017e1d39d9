"""Organ dysfunction of the mother, in pregnancy or up to 42 days after it: what makes a near miss."""

from __future__ import annotations

from perinatal.vocabulary.kinds import Count, Quantity, Variable, flags
from perinatal.vocabulary.moments import Moment
from perinatal.vocabulary.variables.sources import WHO_NEAR_MISS

ORGAN_DYSFUNCTION = (
    *flags(
        Moment.DISCHARGE,
        WHO_NEAR_MISS,
        (
            "shock",
            "shock",
            "Systolic pressure under 90 mmHg for 60 minutes or more with a pulse of 120 or more, despite over 2 L of "
            "fluid.",
        ),
        ("cardiac_arrest", "cardiac arrest", "Loss of consciousness without pulse."),
        ("continuous_vasoactive_drugs", "continuous vasoactive drugs", "Continuous use."),
        ("cardiopulmonary_resuscitation", "cardiopulmonary resuscitation", "Done."),
        ("acute_cyanosis", "acute cyanosis", "Of the mother."),
        ("gasping", "gasping", "Of the mother."),
        (
            "oxygen_saturation_below_90_for_60_min",
            "oxygen saturation below 90 % for 60 minutes",
            "For 60 minutes or more.",
        ),
        (
            "intubated_not_for_anaesthesia",
            "intubation and ventilation",
            "Intubated and ventilated for a reason other than anaesthesia.",
        ),
        (
            "oliguria_despite_treatment",
            "oliguria despite treatment",
            "Under 30 mL/h for 4 hours or under 400 mL in 24 hours, not responding to fluids or diuretics.",
        ),
        ("dialysis_for_acute_renal_failure", "dialysis", "For acute renal failure."),
        ("failure_to_form_clots", "failure to form clots", "At the bedside."),
        ("jaundice", "jaundice", "Of the mother."),
        ("unconscious_for_12h", "unconscious for 12 hours", "Loss of consciousness for 12 hours or more, or coma."),
        ("stroke", "stroke", "Of the mother."),
        ("status_epilepticus", "uncontrollable fits", "Status epilepticus or uncontrollable fits."),
        ("total_paralysis", "total paralysis", "Of the mother."),
        (
            "hysterectomy_for_haemorrhage_or_infection",
            "hysterectomy for haemorrhage or infection",
            "Uterine infection or haemorrhage leading to hysterectomy.",
        ),
    ),
    Variable(
        "blood_lactate_mmol_l",
        "lactate",
        Quantity("mmol/L", (0.1, 50), (0.3, 15), typical=(0.5, 5)),
        Moment.DISCHARGE,
        "Mother's highest blood lactate.",
        WHO_NEAR_MISS,
    ),
    Variable(
        "blood_ph",
        "acidity of the blood (pH)",
        Quantity("[pH]", (6.3, 8), (6.7, 7.8), typical=(7.2, 7.55)),
        Moment.DISCHARGE,
        "Mother's lowest arterial pH.",
        WHO_NEAR_MISS,
    ),
    Variable(
        "pao2_fio2_ratio_mmhg",
        "PaO2/FiO2",
        Quantity("mmHg", (20, 750), (65, 600), typical=(150, 520)),
        Moment.DISCHARGE,
        "Mother's lowest arterial oxygen pressure, divided by the fraction of oxygen she breathes (0.21 to 1).",
        WHO_NEAR_MISS,
    ),
    Variable(
        "serum_bilirubin_umol_l",
        "bilirubin",
        Quantity("umol/L", (1, 1200), (2, 600), typical=(4, 60)),
        Moment.DISCHARGE,
        "Mother's highest total serum bilirubin.",
        WHO_NEAR_MISS,
    ),
    Variable(
        "red_cell_units_transfused",
        "units of blood transfused",
        Count((0, 200), (0, 40)),
        Moment.DISCHARGE,
        "Units of whole blood or red cells given to the mother.",
        WHO_NEAR_MISS,
    ),
)
