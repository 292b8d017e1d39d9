"""Labour and the birth itself."""

from __future__ import annotations

from perinatal.vocabulary.codes import Codes
from perinatal.vocabulary.kinds import Category, Flag, Quantity, Variable, flags
from perinatal.vocabulary.moments import Moment
from perinatal.vocabulary.variables.sources import NCHS, SINASC

LABOUR_AND_BIRTH = (
    Variable(
        "gestational_age_at_birth_days",
        "gestation at birth",
        Quantity("days", (119, 330), (140, 314), typical=(255, 290)),
        Moment.LABOUR,
        "Completed days since the last menstrual period by best estimate, at birth (known when labour begins). US "
        "files before and after 2014 are read with the combined estimate (menstrual dates where plausible, the "
        "obstetric estimate otherwise), so that years compare; a register in completed weeks gives 7 × weeks.",
        NCHS,
        Codes(loinc=("11884-4",), omop=("3002209", "46234792")),
        ("gestational_age", "gestation", "ga", "ga_weeks", "gestational_age_weeks"),
    ),
    Variable(
        "gestational_age_band",
        "gestation at birth, in bands",
        Category(
            (
                "under_22_weeks",
                "22_to_27_weeks",
                "28_to_31_weeks",
                "32_to_36_weeks",
                "37_to_41_weeks",
                "42_weeks_or_more",
            ),
            ordered=True,
        ),
        Moment.LABOUR,
        "For registers that give only bands of the completed weeks at birth (known when labour begins).",
        SINASC,
    ),
    Variable(
        "place_of_birth",
        "place of birth",
        Category(("hospital", "birth_centre", "clinic", "home", "other")),
        Moment.LABOUR,
        "Where the birth takes place.",
        NCHS,
        aliases=("birthplace",),
    ),
    Variable(
        "fetal_presentation",
        "presentation",
        Category(("cephalic", "breech", "other")),
        Moment.LABOUR,
        "Presentation at delivery.",
        NCHS,
        aliases=("presentation",),
    ),
    *flags(
        Moment.LABOUR,
        NCHS,
        ("labour_induced", "labour induced", "Induction, before labour began."),
        ("labour_augmented", "labour augmented", "Stimulation after labour began."),
        ("tocolysis", "tocolysis", "Drugs to stop labour."),
        ("antenatal_steroids", "antenatal steroids", "Steroids to the mother for fetal lung maturation."),
        ("antibiotics_in_labour", "antibiotics in labour", "Antibiotics to the mother during labour."),
        ("chorioamnionitis", "chorioamnionitis", "Clinical chorioamnionitis, or fever of 38 °C or more in labour."),
        ("meconium_stained_fluid", "meconium in the fluid", "Moderate or heavy meconium."),
        ("fetal_intolerance_of_labour", "fetal distress in labour", "Intolerance of labour that led to action."),
        ("anaesthesia_in_labour", "epidural or spinal in labour", "Epidural or spinal anaesthesia during labour."),
        ("prolonged_rupture_of_membranes", "membranes ruptured 12 hours or more", "Before delivery."),
        ("external_version_succeeded", "external version succeeded", "External cephalic version, fetus turned."),
        ("external_version_failed", "external version failed", "External cephalic version, fetus not turned."),
        ("mother_transferred_in", "mother transferred in", "Referred from another facility before the birth."),
    ),
    *flags(
        Moment.BIRTH,
        NCHS,
        ("precipitous_labour", "labour under 3 hours", "Precipitous labour."),
        ("prolonged_labour", "labour of 20 hours or more", "Prolonged labour."),
        ("trial_of_labour", "labour tried before caesarean", "Trial of labour before a caesarean section."),
    ),
    Variable(
        "mode_of_birth",
        "mode of birth",
        Category(("spontaneous", "forceps", "vacuum", "caesarean")),
        Moment.BIRTH,
        "Final route and method.",
        NCHS,
        aliases=("delivery", "mode_of_delivery", "delivery_method"),
    ),
    Variable(
        "caesarean_birth",
        "caesarean birth",
        Flag(),
        Moment.BIRTH,
        "Born by caesarean section; for registers that do not tell the vaginal methods apart.",
        SINASC,
        aliases=("caesarean", "csection"),
    ),
    Variable(
        "birth_attendant",
        "birth attendant",
        Category(("doctor", "midwife", "other_midwife", "other")),
        Moment.BIRTH,
        "Who attended.",
        NCHS,
    ),
)
