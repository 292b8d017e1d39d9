"""What follows the birth: known only at discharge or later."""

from __future__ import annotations

from perinatal.vocabulary.kinds import Quantity, Variable, flags
from perinatal.vocabulary.moments import Moment
from perinatal.vocabulary.variables.sources import NCHS, WHO_PCPNC, WHO_PNC

INTERGROWTH_PRETERM = "INTERGROWTH-21st Preterm Postnatal Follow-up Study, Villar 2015, 10.1016/S2214-109X(15)00163-1"
WHO_GROWTH = "WHO Child Growth Standards (2006), 10.1111/j.1651-2227.2006.tb02378.x"

AFTER_BIRTH = (
    *flags(
        Moment.DISCHARGE,
        NCHS,
        ("assisted_ventilation_immediately", "ventilated at birth", "Assisted ventilation right after delivery."),
        ("surfactant_given", "surfactant given", "Surfactant replacement to the newborn."),
        ("newborn_antibiotics", "antibiotics for suspected sepsis", "Given to the newborn."),
        ("newborn_seizures", "newborn seizures", "Seizure or serious neurologic dysfunction."),
        ("newborn_living_at_report", "living when reported", "The newborn was living when the certificate was filed."),
        ("newborn_transferred", "newborn transferred out", "Within 24 hours of delivery."),
        ("breastfed_at_discharge", "breastfed at discharge", "Any breastfeeding at discharge."),
        ("maternal_transfusion", "transfusion", "Whole blood or packed cells to the mother."),
        ("ruptured_uterus", "ruptured uterus", "Tearing of the uterine wall."),
        ("unplanned_hysterectomy", "unplanned hysterectomy", "Not planned before admission."),
        ("third_or_fourth_degree_tear", "severe perineal tear", "Third- or fourth-degree perineal laceration."),
    ),
    *flags(
        Moment.DISCHARGE,
        WHO_PNC,
        ("abnormal_bleeding_after_birth", "abnormal bleeding after birth", "Abnormal vaginal bleeding postpartum."),
    ),
    Variable(
        "age_at_death_days",
        "age at death",
        Quantity("days", (0, 365), (0, 365)),
        Moment.DISCHARGE,
        "Completed days of life at death; unknown while living or not linked.",
        "NCHS linked birth / infant death file",
    ),
    Variable(
        "blood_loss_ml",
        "blood lost at birth",
        Quantity("mL", (0, 12000), (50, 6000), typical=(150, 1000)),
        Moment.DISCHARGE,
        "Measured blood loss in the first 24 hours.",
        WHO_PCPNC,
    ),
    Variable(
        "age_at_follow_up_days",
        "age when measured",
        Quantity("days", (0, 2200), (0, 1900)),
        Moment.DISCHARGE,
        "Completed days since birth when the child was measured; for a child born preterm, say whether corrected.",
        WHO_GROWTH,
    ),
    Variable(
        "postmenstrual_age_at_follow_up_days",
        "postmenstrual age when measured",
        Quantity("days", (150, 700), (160, 600)),
        Moment.DISCHARGE,
        "Gestational age at birth plus age when the child was measured, in completed days.",
        INTERGROWTH_PRETERM,
    ),
    Variable(
        "weight_at_follow_up_kg",
        "weight when measured",
        Quantity("kg", (0.2, 70), (0.4, 40)),
        Moment.DISCHARGE,
        "Weight of the child after the day of birth.",
        WHO_GROWTH,
    ),
    Variable(
        "length_at_follow_up_cm",
        "length when measured",
        Quantity("cm", (18, 140), (25, 125)),
        Moment.DISCHARGE,
        "Crown to heel, lying; up to the second birthday.",
        WHO_GROWTH,
    ),
    Variable(
        "height_at_follow_up_cm",
        "height when measured",
        Quantity("cm", (40, 150), (55, 135)),
        Moment.DISCHARGE,
        "Standing; from the second birthday on.",
        WHO_GROWTH,
    ),
    Variable(
        "head_circumference_at_follow_up_cm",
        "head circumference when measured",
        Quantity("cm", (15, 75), (20, 58)),
        Moment.DISCHARGE,
        "Occipitofrontal, after the day of birth.",
        INTERGROWTH_PRETERM,
    ),
    Variable(
        "arm_circumference_at_follow_up_cm",
        "mid-upper arm circumference when measured",
        Quantity("cm", (4, 35), (7, 28)),
        Moment.DISCHARGE,
        "Left arm of the child, midway between shoulder and elbow.",
        WHO_GROWTH,
    ),
    Variable(
        "body_mass_index_at_follow_up_kg_m2",
        "body mass index when measured",
        Quantity("kg/m2", (4, 60), (8, 35)),
        Moment.DISCHARGE,
        "Weight over the square of the length (lying, to the second birthday) or of the height (standing, after).",
        WHO_GROWTH,
    ),
)
