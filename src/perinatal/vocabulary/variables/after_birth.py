"""What follows the birth: known only at discharge or later."""

from __future__ import annotations

from perinatal.vocabulary.kinds import Quantity, Variable, flags
from perinatal.vocabulary.moments import Moment
from perinatal.vocabulary.variables.sources import NCHS, WHO_PCPNC

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
)
