"""The newborn in the first minutes."""

from __future__ import annotations

from perinatal.vocabulary.codes import Codes
from perinatal.vocabulary.kinds import Category, Count, Flag, Quantity, Variable, flags
from perinatal.vocabulary.moments import Moment
from perinatal.vocabulary.variables.sources import HL7_BFDR, NCHS, SINASC, WHO_PCPNC

APGAR = "Apgar 1953, 10.1213/00000539-195301000-00041; ACOG Committee Opinion 644 (2015)"

NEWBORN = (
    Variable(
        "birth_weight_g",
        "birth weight",
        Quantity("g", (150, 8200), (350, 6000), typical=(2500, 3900)),
        Moment.BIRTH,
        "First weight, within the first hour.",
        NCHS,
        Codes(loinc=("8339-4",), snomed=("364589006",), ciel=("5916",)),
        ("birth_weight", "birthweight", "bw", "weight_at_birth", "baby_weight", "newborn_weight", "weight"),
    ),
    Variable(
        "birth_weight_band",
        "birth weight, in bands",
        Category(("under_1000_g", "1000_to_1499_g", "1500_to_2499_g", "2500_g_or_more"), ordered=True),
        Moment.BIRTH,
        "For registers that give only bands of the birth weight.",
        SINASC,
    ),
    Variable(
        "newborn_sex",
        "sex",
        Category(("female", "male")),
        Moment.BIRTH,
        "Sex of the newborn as registered.",
        NCHS,
        aliases=("sex", "baby_sex", "gender"),
    ),
    Variable(
        "apgar_1min",
        "Apgar score at 1 minute",
        Count((0, 10), (0, 10)),
        Moment.BIRTH,
        "Integer 0 to 10.",
        HL7_BFDR,
        Codes(loinc=("9272-6",)),
        ("apgar1", "apgar_1"),
    ),
    Variable(
        "apgar_5min",
        "Apgar score at 5 minutes",
        Count((0, 10), (0, 10)),
        Moment.BIRTH,
        "Integer 0 to 10.",
        HL7_BFDR,
        Codes(loinc=("9274-2",)),
        ("apgar5", "apgar_5", "apgar"),
    ),
    *(
        Variable(
            f"apgar_{item}",
            f"Apgar: {label}",
            Category(levels, ordered=True),
            Moment.BIRTH,
            "Item of the Apgar score, at the minute that the table is about; worst word first, worth 0, 1 and 2.",
            APGAR,
        )
        for item, label, levels in (
            ("heart_rate", "heart rate", ("absent", "under_100", "100_or_more")),
            ("respiration", "breathing", ("absent", "slow_or_irregular", "good_or_crying")),
            ("tone", "muscle tone", ("limp", "some_flexion", "active")),
            ("reflex", "reflex response", ("no_response", "grimace", "cough_sneeze_or_cry")),
            ("colour", "colour", ("blue_or_pale", "pink_with_blue_limbs", "pink")),
        )
    ),
    Variable(
        "head_circumference_cm",
        "head circumference",
        Quantity("cm", (15, 60), (20, 42), typical=(31, 37)),
        Moment.BIRTH,
        "Occipitofrontal, at birth.",
        HL7_BFDR,
        Codes(loinc=("9843-4",)),
    ),
    Variable(
        "birth_length_cm",
        "length at birth",
        Quantity("cm", (15, 75), (25, 62), typical=(45, 53)),
        Moment.BIRTH,
        "Crown to heel, lying on a length board.",
        "INTERGROWTH-21st anthropometry, Villar 2014, 10.1016/S0140-6736(14)60932-6",
    ),
    Variable(
        "newborn_temperature_c",
        "newborn's temperature",
        Quantity("Cel", (25, 43), (32, 40), typical=(35.5, 38)),
        Moment.BIRTH,
        "Axillary temperature of the newborn.",
        WHO_PCPNC,
    ),
    *flags(
        Moment.BIRTH,
        NCHS,
        ("anencephaly", "anencephaly", "Seen at birth."),
        ("spina_bifida", "spina bifida", "Meningomyelocele or spina bifida."),
        ("cyanotic_heart_disease", "cyanotic heart disease", "Cyanotic congenital heart disease."),
        ("diaphragmatic_hernia", "diaphragmatic hernia", "Congenital diaphragmatic hernia."),
        ("omphalocele", "omphalocele", "Omphalocele."),
        ("gastroschisis", "gastroschisis", "Gastroschisis."),
        ("limb_reduction_defect", "limb reduction defect", "Not amputation after birth or dwarfism."),
        ("cleft_lip", "cleft lip", "With or without cleft palate."),
        ("cleft_palate", "cleft palate alone", "Without cleft lip."),
        ("down_syndrome", "Down syndrome", "Karyotype confirmed or pending."),
        ("chromosomal_disorder", "suspected chromosomal disorder", "Karyotype confirmed or pending."),
        ("hypospadias", "hypospadias", "Hypospadias."),
    ),
    Variable(
        "congenital_anomaly",
        "any congenital anomaly",
        Flag(),
        Moment.BIRTH,
        "At least one anomaly or chromosomal disorder recorded at birth.",
        SINASC,
    ),
    *flags(
        Moment.BIRTH,
        WHO_PCPNC,
        ("not_feeding_well", "not feeding well", "A WHO danger sign of the newborn."),
        ("newborn_convulsions", "newborn convulsions", "A WHO danger sign of the newborn."),
        ("fast_breathing_newborn", "breathing 60 or more a minute", "A WHO danger sign of the newborn."),
        ("severe_chest_indrawing", "severe chest in-drawing", "A WHO danger sign of the newborn."),
        ("no_spontaneous_movement", "moves only when stimulated, or not at all", "A WHO danger sign of the newborn."),
    ),
)
