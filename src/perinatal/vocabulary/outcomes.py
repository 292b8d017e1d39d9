"""Every outcome that a model may estimate, with its denominator and its horizon, declared once."""

from __future__ import annotations

from perinatal.vocabulary.codes import Codes
from perinatal.vocabulary.kinds import Flag, Outcome, Variable
from perinatal.vocabulary.moments import Moment
from perinatal.vocabulary.variables.sources import NCHS, SIVEP

TERM_FROM_DAYS = 37 * 7  # preterm is before this day; WHO ICD-11
VERY_PRETERM_BEFORE_DAYS = 32 * 7  # WHO ICD-11
LOW_BIRTH_WEIGHT_BELOW_G = 2500  # WHO ICD-11
VERY_LOW_BIRTH_WEIGHT_BELOW_G = 1500  # WHO ICD-11
LOW_APGAR_BELOW = 7  # ACOG Committee Opinion 644 (2015)
POSTPARTUM_HAEMORRHAGE_FROM_ML = 500  # WHO recommendations on postpartum haemorrhage (2012)
NEONATAL_PERIOD_DAYS = 28  # days 0 to 27; WHO ICD-11
EARLY_NEONATAL_PERIOD_DAYS = 7  # days 0 to 6; WHO ICD-11
INFANCY_DAYS = 365  # days 0 to 364

ICD_11 = "WHO ICD-11 (2019), definitions for perinatal statistics"

OUTCOMES_DECLARED = (
    Outcome(
        "preterm_birth",
        "preterm birth",
        "Born before 259 completed days (37+0 weeks) of gestation.",
        "live births",
        "birth",
        Moment.LABOUR,
        ICD_11,
        derive=f"gestational_age_at_birth_days < {TERM_FROM_DAYS}",
        also_settled_by=("gestational_age_band",),
    ),
    Outcome(
        "very_preterm_birth",
        "very preterm birth",
        "Born before 224 completed days (32+0 weeks) of gestation.",
        "live births",
        "birth",
        Moment.LABOUR,
        ICD_11,
        derive=f"gestational_age_at_birth_days < {VERY_PRETERM_BEFORE_DAYS}",
        also_settled_by=("gestational_age_band",),
    ),
    Outcome(
        "low_birth_weight",
        "low birth weight",
        "Birth weight under 2,500 g.",
        "live births with a recorded weight",
        "birth",
        Moment.BIRTH,
        ICD_11,
        derive=f"birth_weight_g < {LOW_BIRTH_WEIGHT_BELOW_G}",
        also_settled_by=("birth_weight_band",),
    ),
    Outcome(
        "very_low_birth_weight",
        "very low birth weight",
        "Birth weight under 1,500 g.",
        "live births with a recorded weight",
        "birth",
        Moment.BIRTH,
        ICD_11,
        derive=f"birth_weight_g < {VERY_LOW_BIRTH_WEIGHT_BELOW_G}",
        also_settled_by=("birth_weight_band",),
    ),
    Outcome(
        "low_apgar_5min",
        "low Apgar score at 5 minutes",
        "Apgar score under 7 at five minutes.",
        "live births with a recorded score",
        "five minutes after birth",
        Moment.BIRTH,
        "ACOG Committee Opinion 644 (2015), 10.1097/AOG.0000000000001108",
        derive=f"apgar_5min < {LOW_APGAR_BELOW}",
    ),
    Outcome(
        "apgar_5min_at_most_7",
        "Apgar score of 7 or less at 5 minutes",
        "Apgar score of 7 or less at five minutes: the only cut that categorised Brazilian files give. Not the "
        "usual definition (under 7).",
        "live births with a recorded score",
        "five minutes after birth",
        Moment.BIRTH,
        "Brazil, SINASC categorised tables (openDataSUS, 2012-2023)",
        derive="apgar_5min < 8",
    ),
    Outcome(
        "nicu_admission",
        "admission to neonatal intensive care",
        "Admitted to a unit that gives continuous mechanical ventilation for newborns.",
        "live births",
        "discharge of the newborn",
        Moment.DISCHARGE,
        NCHS,
        codes=Codes(loinc=("73812-0",), snomed=("830077005",)),
    ),
    Outcome(
        "assisted_ventilation_over_6h",
        "assisted ventilation for more than 6 hours",
        "Mechanical ventilation or continuous positive airway pressure for more than six hours.",
        "live births",
        "discharge of the newborn",
        Moment.DISCHARGE,
        NCHS,
    ),
    Outcome(
        "severe_neonatal_morbidity",
        "severe neonatal morbidity",
        "Any of: birth weight under 1,500 g, Apgar under 7 at five minutes, ventilation for more than 6 hours, "
        "seizures.",
        "live births",
        "discharge of the newborn",
        Moment.DISCHARGE,
        "Composite without NICU admission, as used on NCHS natality 2024",
        derive="very_low_birth_weight or low_apgar_5min or assisted_ventilation_over_6h or newborn_seizures",
        also_settled_by=("birth_weight_g", "birth_weight_band", "apgar_5min"),
    ),
    Outcome(
        "stillbirth",
        "stillbirth",
        "Born at 28 completed weeks or more without signs of life.",
        "all births at 28 weeks or more",
        "birth",
        Moment.BIRTH,
        ICD_11,
    ),
    Outcome(
        "early_neonatal_death",
        "early neonatal death",
        "A live-born infant's death on day 0 to 6.",
        "live births",
        "6 completed days",
        Moment.DISCHARGE,
        ICD_11,
        also_settled_by=("age_at_death_days", "newborn_living_at_report"),
    ),
    Outcome(
        "neonatal_death",
        "neonatal death",
        "A live-born infant's death on day 0 to 27.",
        "live births",
        "27 completed days",
        Moment.DISCHARGE,
        ICD_11,
        also_settled_by=("age_at_death_days", "newborn_living_at_report"),
    ),
    Outcome(
        "newborn_hospital_death",
        "death of the newborn in hospital",
        "A live-born infant's death before discharge from the hospital that admitted it.",
        "newborns admitted to intensive or special care",
        "discharge of the newborn",
        Moment.DISCHARGE,
        "CRIB-II (2003), 10.1016/S0140-6736(03)13397-1; SNAPPE-II (2001), 10.1067/mpd.2001.109608",
        also_settled_by=("age_at_death_days", "newborn_living_at_report"),
    ),
    Outcome(
        "early_onset_sepsis",
        "early-onset sepsis",
        "Bacterial infection of the blood or cerebrospinal fluid, proven by culture, in the first 72 hours of life.",
        "live births at 34 weeks or more",
        "72 hours after birth",
        Moment.DISCHARGE,
        "Kaiser neonatal early-onset sepsis calculator (2017), 10.1542/peds.2010-3464",
    ),
    Outcome(
        "infant_death",
        "infant death",
        "A live-born infant's death before 365 completed days.",
        "live births",
        "364 completed days",
        Moment.DISCHARGE,
        "NCHS linked birth / infant death files, User Guide (2011 and 2015 cohorts)",
        also_settled_by=("age_at_death_days", "newborn_living_at_report"),
    ),
    Outcome(
        "hypertensive_disorder_of_pregnancy",
        "hypertension that began in pregnancy",
        "Gestational hypertension or pre-eclampsia, as ticked on the certificate; chronic hypertension alone is not "
        "counted. A union: registers do not tell its parts apart.",
        "live births",
        "birth",
        Moment.THIRD_TRIMESTER,
        NCHS,
        codes=Codes(snomed=("48194001", "398254007")),
    ),
    Outcome(
        "eclampsia",
        "eclampsia",
        "Convulsions with hypertension that began in pregnancy.",
        "live births",
        "birth",
        Moment.LABOUR,
        NCHS,
        codes=Codes(snomed=("15938005",)),
    ),
    Outcome(
        "pre_eclampsia",
        "pre-eclampsia",
        "Hypertension that began at 20 weeks or later, with proteinuria or organ dysfunction; HELLP and eclampsia "
        "included.",
        "pregnancies that reached 20 weeks",
        "birth",
        Moment.LABOUR,
        "ACOG Practice Bulletin 222 (2020), 10.1097/AOG.0000000000003891; ISSHP (2018, 2021)",
        codes=Codes(snomed=("398254007",)),
    ),
    Outcome(
        "preterm_pre_eclampsia",
        "delivery with pre-eclampsia before 37 weeks",
        "Born before 259 completed days (37+0 weeks) of a woman with pre-eclampsia.",
        "singleton pregnancies that reached 24 weeks",
        "37 completed weeks",
        Moment.LABOUR,
        "FMF competing-risks model (2015), 10.1016/j.ajog.2015.02.018",
        also_settled_by=("pre_eclampsia", "gestational_age_at_birth_days", "gestational_age_band"),
    ),
    Outcome(
        "adverse_maternal_outcome_48h",
        "adverse maternal outcome within 48 hours",
        "Death of the mother or a serious complication of her brain, heart, lungs, kidneys, liver or blood, within "
        "48 hours of admission: the composite of the PIERS studies.",
        "women admitted with a hypertensive disorder of pregnancy (miniPIERS) or with pre-eclampsia (fullPIERS)",
        "48 hours after admission",
        Moment.DISCHARGE,
        "PIERS (2011, 2014), 10.1016/S0140-6736(10)61351-7, 10.1371/journal.pmed.1001589",
    ),
    Outcome(
        "gestational_diabetes",
        "gestational diabetes",
        "Diabetes first found in this pregnancy.",
        "live births to women without diabetes before pregnancy",
        "birth",
        Moment.THIRD_TRIMESTER,
        NCHS,
        exclusions=("pre_gestational_diabetes",),
        codes=Codes(snomed=("11687002",)),
    ),
    Outcome(
        "vaginal_birth_after_caesarean",
        "vaginal birth after caesarean",
        "Vaginal birth in a labour that was tried after one earlier caesarean section. What is hoped for, not a harm: "
        "here a high probability is the good one.",
        "labours tried at term, of one fetus in cephalic presentation, after one caesarean section",
        "birth",
        Moment.BIRTH,
        "Grobman VBAC model (2021), 10.1016/j.ajog.2021.05.021",
        also_settled_by=("mode_of_birth", "caesarean_birth"),
    ),
    Outcome(
        "postpartum_haemorrhage",
        "postpartum haemorrhage",
        "Blood loss of 500 mL or more in the 24 hours after birth.",
        "births with measured blood loss",
        "24 hours after birth",
        Moment.DISCHARGE,
        "WHO recommendations for the prevention and treatment of postpartum haemorrhage (2012)",
        derive=f"blood_loss_ml >= {POSTPARTUM_HAEMORRHAGE_FROM_ML}",
        codes=Codes(snomed=("47821001",)),
    ),
    Outcome(
        "maternal_icu_admission",
        "mother admitted to intensive care",
        "Admitted to intensive care during this stay. The US certificate counts unplanned admissions to intensive "
        "care; SIVEP-Gripe counts any.",
        "women who gave birth (US certificate), or were admitted with severe acute respiratory infection (SIVEP-Gripe)",
        "discharge of the mother",
        Moment.DISCHARGE,
        f"{NCHS}; {SIVEP}",
        codes=Codes(loinc=("73781-7",), snomed=("309904001",)),
    ),
    Outcome(
        "severe_maternal_morbidity",
        "severe maternal morbidity",
        "Any of: transfusion, ruptured uterus, unplanned hysterectomy, admission to intensive care.",
        "women who gave birth to a live-born child",
        "discharge of the mother",
        Moment.DISCHARGE,
        "Composite without perineal laceration, as used on NCHS natality 2024",
        derive="maternal_transfusion or ruptured_uterus or unplanned_hysterectomy or maternal_icu_admission",
    ),
    Outcome(
        "maternal_death",
        "death of the mother in hospital",
        "Death during the admission, of a woman pregnant or up to 42 days postpartum.",
        "admissions whose end is known",
        "discharge of the mother",
        Moment.DISCHARGE,
        SIVEP,
    ),
)

# An outcome is a column too: at a later moment it may be a fact that other outcomes depend on.
OUTCOME_VARIABLES = tuple(
    Variable(o.name, o.label, Flag(), o.known_at, o.definition, o.source, o.codes) for o in OUTCOMES_DECLARED
)
