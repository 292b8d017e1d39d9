"""What is measured of an ill newborn in the hours and days after birth: later than the moment of birth."""

from __future__ import annotations

from perinatal.vocabulary.kinds import Category, Count, Flag, Quantity, Variable, flags
from perinatal.vocabulary.moments import Moment
from perinatal.vocabulary.variables.sources import WHO_PSBI

SNAPPE_II = "SNAPPE-II, 10.1067/mpd.2001.109608"
CRIB_II = "CRIB-II, 10.1016/S0140-6736(03)13397-1"
NSOFA = "nSOFA, 10.1038/s41390-019-0517-2"
EOS = "Kaiser neonatal early-onset sepsis calculator (2017), 10.1542/peds.2010-3464"
NICE_CG98 = "NICE CG98, jaundice in newborn babies under 28 days (2010, updated 2016 and 2023)"
SILVERMAN = "Silverman and Andersen 1956, Pediatrics 17:1"
DOWNES = "Downes 1970; Wood 1972"


def _words(source: str, *rows: tuple[str, str, tuple[str, ...], str]) -> tuple[Variable, ...]:
    """Ordered words of one score, best first: (name, label, words, definition) each."""
    return tuple(
        Variable(name, label, Category(levels, ordered=True), Moment.DISCHARGE, definition, source)
        for name, label, levels, definition in rows
    )


NEWBORN_UNIT = (
    Variable(
        "newborn_age_days",
        "newborn's age in days",
        Quantity("days", (0, 365), (0, 60)),
        Moment.DISCHARGE,
        "Completed days of life; 0 on the day of birth.",
        WHO_PSBI,
    ),
    Variable(
        "newborn_age_hours",
        "newborn's age in hours",
        Quantity("hours", (0, 8760), (0, 700)),
        Moment.DISCHARGE,
        "Hours since birth when measured.",
        NICE_CG98,
    ),
    Variable(
        "newborn_respiratory_rate_per_min",
        "newborn's breathing rate",
        Quantity("/min", (0, 180), (10, 120), typical=(35, 70)),
        Moment.DISCHARGE,
        "Breaths counted in a minute; a fast count is to be repeated.",
        WHO_PSBI,
    ),
    *flags(
        Moment.DISCHARGE,
        WHO_PSBI,
        ("newborn_unable_to_feed", "newborn cannot feed", "Not able to feed at all; worse than not_feeding_well."),
        ("newborn_no_movement", "newborn does not move", "No movement at all, even when stimulated."),
        ("newborn_moves_only_if_stimulated", "newborn moves only if stimulated", "Moves, but only when stimulated."),
    ),
    Variable(
        "newborn_bilirubin_umol_l",
        "newborn's bilirubin",
        Quantity("umol/L", (1, 1200), (35, 700), typical=(50, 320)),
        Moment.DISCHARGE,
        "Total serum bilirubin.",
        NICE_CG98,
        aliases=("tsb",),
    ),
    Variable(
        "newborn_examination",
        "newborn's examination",
        Category(("well", "equivocal", "ill"), ordered=True),
        Moment.DISCHARGE,
        "Well appearing, equivocal presentation or clinical illness in the first 12 to 24 hours, as the calculator "
        "defines them.",
        EOS,
    ),
    Variable(
        "newborn_intubated",
        "newborn intubated",
        Flag(),
        Moment.DISCHARGE,
        "Ventilated through a tube now.",
        NSOFA,
    ),
    Variable(
        "newborn_oxygen_saturation_percent",
        "newborn's oxygen saturation",
        Quantity("%", (20, 100), (40, 100), typical=(85, 100)),
        Moment.DISCHARGE,
        "Pulse oximetry, with the oxygen that is given.",
        NSOFA,
    ),
    Variable(
        "newborn_inspired_oxygen_percent",
        "oxygen the newborn breathes",
        Quantity("%", (21, 100), (21, 100), typical=(21, 80)),
        Moment.DISCHARGE,
        "Inspired oxygen (FiO2) in percent, with the saturation or the oxygen pressure that is given; 21 is room air.",
        NSOFA,
        aliases=("fio2",),
    ),
    Variable(
        "newborn_vasoactive_drugs",
        "vasoactive drugs of the newborn",
        Count((0, 8), (0, 5)),
        Moment.DISCHARGE,
        "Number of inotropic or vasopressor drugs running now.",
        NSOFA,
    ),
    Variable(
        "newborn_systemic_steroids", "newborn's steroids", Flag(), Moment.DISCHARGE, "Systemic steroids now.", NSOFA
    ),
    Variable(
        "newborn_platelet_count_10e9_l",
        "newborn's platelets",
        Quantity("10*9/L", (1, 1500), (5, 900), typical=(80, 450)),
        Moment.DISCHARGE,
        "Platelet count.",
        NSOFA,
    ),
    Variable(
        "newborn_lowest_mean_bp_12h_mmhg",
        "newborn's lowest mean blood pressure",
        Quantity("mmHg", (2, 120), (8, 90), typical=(20, 60)),
        Moment.DISCHARGE,
        "Lowest mean arterial pressure in the first 12 hours after admission.",
        SNAPPE_II,
    ),
    Variable(
        "newborn_lowest_temperature_12h_c",
        "newborn's lowest temperature",
        Quantity("Cel", (22, 43), (28, 39), typical=(34.5, 37.5)),
        Moment.DISCHARGE,
        "Lowest temperature in the first 12 hours after admission.",
        SNAPPE_II,
    ),
    Variable(
        "newborn_pao2_mmhg",
        "newborn's arterial oxygen pressure",
        Quantity("mmHg", (5, 600), (15, 400), typical=(35, 110)),
        Moment.DISCHARGE,
        "PaO2 of the lowest PaO2/FiO2 in the first 12 hours after admission.",
        SNAPPE_II,
    ),
    Variable(
        "newborn_lowest_ph_12h",
        "newborn's lowest pH",
        Quantity("[pH]", (6.3, 8), (6.6, 7.7), typical=(7.1, 7.5)),
        Moment.DISCHARGE,
        "Lowest serum pH in the first 12 hours after admission.",
        SNAPPE_II,
    ),
    Variable(
        "newborn_urine_output_12h_ml_kg_h",
        "newborn's urine output",
        Quantity("mL/kg/h", (0, 30), (0, 15), typical=(0.5, 6)),
        Moment.DISCHARGE,
        "Urine in the first 12 hours after admission.",
        SNAPPE_II,
    ),
    *flags(
        Moment.DISCHARGE,
        SNAPPE_II,
        ("newborn_multiple_seizures", "several newborn seizures", "More than one, in 12 hours after admission."),
        (
            "birth_weight_below_3rd_centile",
            "birth weight below the 3rd centile",
            "For sex and gestation, on the chart in use.",
        ),
    ),
    Variable(
        "newborn_admission_temperature_c",
        "newborn's temperature on admission",
        Quantity("Cel", (22, 43), (28, 40), typical=(34.5, 38)),
        Moment.DISCHARGE,
        "On admission to the newborn unit, within an hour of it.",
        CRIB_II,
    ),
    Variable(
        "newborn_base_excess_meq_l",
        "newborn's base excess",
        Quantity("meq/L", (-45, 30), (-32, 5), typical=(-12, 1)),
        Moment.DISCHARGE,
        "Within an hour of admission, in meq/L (which is mmol/L); negative where there is a deficit.",
        CRIB_II,
        aliases=("base_excess",),
    ),
    *_words(
        SILVERMAN,
        (
            "chest_movement",
            "chest movement",
            ("equal", "lag_on_inspiration", "see_saw"),
            "Upper chest against abdomen.",
        ),
        ("intercostal_retraction", "intercostal retraction", ("absent", "minimal", "marked"), "As seen."),
        ("xiphoid_retraction", "xiphoid retraction", ("absent", "minimal", "marked"), "As seen."),
        ("nasal_flaring", "nasal flaring", ("absent", "minimal", "marked"), "As seen."),
        (
            "expiratory_grunt",
            "expiratory grunt",
            ("absent", "by_stethoscope", "by_ear"),
            "Not heard, heard with a stethoscope only, or with the naked ear.",
        ),
    ),
    *_words(
        DOWNES,
        (
            "newborn_cyanosis",
            "newborn's cyanosis",
            ("absent", "in_room_air", "in_40_percent_oxygen"),
            "None, in room air, or even in 40 % oxygen or more.",
        ),
        (
            "air_entry",
            "air entry",
            ("normal", "mildly_decreased", "markedly_decreased"),
            "By auscultation.",
        ),
        ("chest_retractions", "retractions", ("absent", "mild", "moderate"), "As seen; moderate or worse is the last."),
    ),
)
