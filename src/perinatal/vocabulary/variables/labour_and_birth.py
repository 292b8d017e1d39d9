"""Labour and the birth itself."""

from __future__ import annotations

from perinatal.vocabulary.codes import Codes
from perinatal.vocabulary.kinds import Category, Count, Flag, Quantity, Variable, flags
from perinatal.vocabulary.moments import Moment
from perinatal.vocabulary.variables.sources import NCHS, SINASC

BISHOP = "Bishop 1964, Obstet Gynecol 24:266"
ROBSON = "WHO Robson Classification: implementation manual (2017), 10.1111/1471-0528.13526"
EOS = "Kaiser neonatal early-onset sepsis calculator (2017), 10.1542/peds.2010-3464"

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
        ("gestational_age", "gestation", "ga", "ga_weeks", "gestational_age_weeks", "ga_at_birth", "ga_birth"),
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
    Variable(
        "fetal_lie",
        "lie",
        Category(("longitudinal", "transverse", "oblique")),
        Moment.LABOUR,
        "Axis of the fetus in the uterus; longitudinal where it presents by head or breech.",
        ROBSON,
    ),
    Variable(
        "onset_of_labour",
        "onset of labour",
        Category(("spontaneous", "induced", "prelabour_caesarean")),
        Moment.LABOUR,
        "How labour began; prelabour_caesarean where it did not.",
        ROBSON,
    ),
    Variable(
        "cervical_dilatation_cm",
        "dilatation of the cervix",
        Quantity("cm", (0, 12), (0, 10)),
        Moment.LABOUR,
        "At this examination; 10 is full.",
        BISHOP,
    ),
    Variable(
        "cervical_effacement_percent",
        "effacement of the cervix",
        Quantity("%", (0, 100), (0, 100)),
        Moment.LABOUR,
        "0 not effaced, 100 fully.",
        BISHOP,
    ),
    Variable(
        "fetal_station",
        "station",
        Count((-3, 3), (-3, 3)),
        Moment.LABOUR,
        "Presenting part above (−) or below (+) the ischial spines, on the scale from −3 to +3.",
        BISHOP,
    ),
    Variable(
        "cervical_consistency",
        "consistency of the cervix",
        Category(("firm", "medium", "soft"), ordered=True),
        Moment.LABOUR,
        "As felt.",
        BISHOP,
    ),
    Variable(
        "cervical_position",
        "position of the cervix",
        Category(("posterior", "mid", "anterior"), ordered=True),
        Moment.LABOUR,
        "As felt.",
        BISHOP,
    ),
    Variable(
        "highest_temperature_in_labour_c",
        "highest temperature in labour",
        Quantity("Cel", (30, 44), (35, 42), typical=(36, 39)),
        Moment.LABOUR,
        "Mother's highest temperature from the beginning of labour to birth.",
        EOS,
    ),
    Variable(
        "rupture_of_membranes_hours",
        "hours since the membranes ruptured",
        Quantity("hours", (0, 2000), (0, 400), typical=(0.1, 40)),
        Moment.LABOUR,
        "From rupture to birth; 0 where they ruptured at birth.",
        EOS,
        aliases=("rom_hours",),
    ),
    Variable(
        "group_b_streptococcus",
        "group B streptococcus",
        Category(("negative", "positive", "not_tested")),
        Moment.LABOUR,
        "Culture or test of the mother in this pregnancy; not_tested also where the result is not at hand.",
        EOS,
        aliases=("gbs",),
    ),
    Variable(
        "antibiotics_before_birth",
        "antibiotics before birth, by kind and time",
        Category(("none", "narrow_2h_or_broad_under_4h", "broad_4h_or_more")),
        Moment.LABOUR,
        "Against group B streptococcus alone for 2 hours or more, or broad-spectrum for 2 to 3.9 hours; broad-spectrum "
        "for 4 hours or more; else none.",
        EOS,
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
