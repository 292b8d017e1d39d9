"""The registers of US births since 2014 (NCHS natality and linked birth / infant death files), declared."""

from __future__ import annotations

from perinatal.registers.declared._certificate import OMITTED, RESIDENTS_ONLY, SOURCE, TERMS, certificate_fields
from perinatal.registers.fixed_width import Layout
from perinatal.registers.readings import Constant, Number, UnderLimit, Words, YesNo
from perinatal.registers.register import ExclusionRule, Field, OmittedColumns, Register
from perinatal.vocabulary.outcomes import EARLY_NEONATAL_PERIOD_DAYS, INFANCY_DAYS, NEONATAL_PERIOD_DAYS

_SINGLE = ("1",)

# --- natality -------------------------------------------------------------------------------------------

_NATALITY: dict[str, str | tuple[str, ...]] = {
    "year_of_birth": "DOB_YY",
    "month_of_birth": "DOB_MM",
    "maternal_age_years": "MAGER",
    "paternal_age_years": "FAGECOMB",
    "maternal_education": "MEDUC",
    "married": "DMAR",
    "maternal_race_us": "MRACE6",
    "maternal_hispanic_origin_us": "MHISP_R",
    "payment_source": "PAY_REC",
    "food_assistance": "WIC",
    "maternal_height_cm": "M_Ht_In",
    "pre_pregnancy_weight_kg": "PWgt_R",
    "body_mass_index_kg_m2": ("PWgt_R", "M_Ht_In"),
    "cigarettes_per_day_before_pregnancy": "CIG_0",
    "cigarettes_per_day_first_trimester": "CIG_1",
    "cigarettes_per_day_second_trimester": "CIG_2",
    "cigarettes_per_day_third_trimester": "CIG_3",
    "gravidity": ("PRIORLIVE", "PRIORDEAD", "PRIORTERM"),
    "previous_live_births": ("PRIORLIVE", "PRIORDEAD"),
    "living_children": "PRIORLIVE",
    "children_who_died": "PRIORDEAD",
    "previous_pregnancy_losses": "PRIORTERM",
    "previous_caesarean_sections": "RF_CESARN",
    "previous_preterm_birth": "RF_PPTERM",
    "birth_interval_months": "ILLB_R",
    "chronic_hypertension": "RF_PHYPE",
    "pre_gestational_diabetes": "RF_PDIAB",
    "infertility_treatment": "RF_INFTR",
    "syphilis": "IP_SYPH",
    "gonorrhoea": "IP_GON",
    "chlamydia": "IP_CHLAM",
    "hepatitis_b": "IP_HEPB",
    "hepatitis_c": "IP_HEPC",
    "plurality": "DPLURAL",
    "first_antenatal_visit_month": "PRECARE",
    "no_antenatal_care": "PRECARE",
    "antenatal_contacts": "PREVIS",
    "gestational_weight_gain_kg": "WTGAIN",
    "gestational_age_at_birth_days": "COMBGEST",
    "place_of_birth": "BFACIL",
    "fetal_presentation": "ME_PRES",
    "labour_induced": "LD_INDL",
    "labour_augmented": "LD_AUGM",
    "antenatal_steroids": "LD_STER",
    "antibiotics_in_labour": "LD_ANTB",
    "chorioamnionitis": "LD_CHOR",
    "anaesthesia_in_labour": "LD_ANES",
    "external_version_succeeded": "OB_ECVS",
    "external_version_failed": "OB_ECVF",
    "mother_transferred_in": "MTRAN",
    "trial_of_labour": "ME_TRIAL",
    "mode_of_birth": "ME_ROUT",
    "caesarean_birth": "ME_ROUT",
    "birth_attendant": "ATTEND",
    "birth_weight_g": "DBWT",
    "newborn_sex": "SEX",
    "apgar_5min": "APGAR5",
    "anencephaly": "CA_ANEN",
    "spina_bifida": "CA_MNSB",
    "cyanotic_heart_disease": "CA_CCHD",
    "diaphragmatic_hernia": "CA_CDH",
    "omphalocele": "CA_OMPH",
    "gastroschisis": "CA_GAST",
    "limb_reduction_defect": "CA_LIMB",
    "cleft_lip": "CA_CLEFT",
    "cleft_palate": "CA_CLPAL",
    "down_syndrome": "CA_DOWN",
    "chromosomal_disorder": "CA_DISOR",
    "hypospadias": "CA_HYPO",
    "assisted_ventilation_immediately": "AB_AVEN1",
    "surfactant_given": "AB_SURF",
    "newborn_antibiotics": "AB_ANTI",
    "newborn_seizures": "AB_SEIZ",
    "newborn_living_at_report": "ILIVE",
    "newborn_transferred": "ITRAN",
    "breastfed_at_discharge": "BFED",
    "maternal_transfusion": "MM_MTR",
    "ruptured_uterus": "MM_RUPT",
    "unplanned_hysterectomy": "MM_UHYST",
    "third_or_fourth_degree_tear": "MM_PLAC",
    "nicu_admission": "AB_NICU",
    "assisted_ventilation_over_6h": "AB_AVEN6",
    "hypertensive_disorder_of_pregnancy": "RF_GHYPE",
    "eclampsia": "RF_EHYPE",
    "gestational_diabetes": "RF_GDIAB",
    "maternal_icu_admission": "MM_AICU",
}
# Facts in which siblings' certificates hardly ever differ; what is counted or estimated at birth does differ.
_NATALITY_DELIVERY = (
    "DOB_YY",
    "DOB_MM",
    "DOB_WK",
    "BFACIL",
    "MAGER",
    "FAGECOMB",
    "MEDUC",
    "DMAR",
    "MRACE6",
    "MHISP_R",
    "M_Ht_In",
    "PWgt_R",
    "DPLURAL",
)
_SIX_RACES = {
    "maternal_race_us": Words(
        {
            "1": "white",
            "2": "black",
            "3": "american_indian_alaska_native",
            "4": "asian_pacific_islander",
            "5": "asian_pacific_islander",
        },
        unknown=("9",),
        not_applicable=("6",),
    )
}
_SIX_RACES_NOTE = {"maternal_race_us": "more than one race has no bridged category: not applicable"}

NATALITY = Register(
    "nchs_natality",
    "US births, natality public-use file",
    "United States",
    "2014 and later",
    SOURCE + "; NCHS User Guide to the 2021 Natality Public Use File",
    TERMS,
    certificate_fields(_NATALITY, readings=_SIX_RACES, notes=_SIX_RACES_NOTE),
    exclusions=RESIDENTS_ONLY,
    omitted=OMITTED,
    same_delivery=_NATALITY_DELIVERY,
    plural=("DPLURAL", _SINGLE),
    row_number=("Unnamed: 0",),
    layout=Layout("nchs_natality", (1330, 1345)),
    expects=("DOB_YY", 2014, 2099),
)

# --- linked birth / infant death ------------------------------------------------------------------------

_LINKED: dict[str, str | tuple[str, ...]] = {
    **_NATALITY,
    "maternal_height_cm": "MHTR",
    "body_mass_index_kg_m2": ("PWgt_R", "MHTR"),
    "previous_preterm_birth": "RF_PPB",
    "infertility_treatment": "RF_INFT",
    "external_version_succeeded": "OB_SUCC",
    "external_version_failed": "OB_FAIL",
    "birth_weight_g": "BRTHWGT",
}
_DEATH_CERTIFICATE = OmittedColumns(
    (
        "manner",
        "dispo",
        "autopsy",
        "place",
        "lace",
        "uc0d",
        "ucod*",
        "ucodr*",
        "ager*",
        "eanum",
        "econd*",
        "enicon*",
        "entity*",
        "ranum",
        "record*",
        "d_restatus",
        "hospd",
        "dweekday",
        "dod_*",
        "flgnd",
        "recwt",
        "co_*",
        "seqnum_co",
    ),
    "of the death certificate or the linkage: gives the death away",
)
_SURVIVED = False  # a blank of the death part: the birth is linked to no infant death

LINKED = Register(
    "nchs_linked",
    "US births linked to infant deaths, denominator-plus file",
    "United States",
    "cohorts 2016 and later",
    SOURCE + "; layout of the 2018 period / 2017 cohort linked file",
    TERMS,
    (
        *certificate_fields(_LINKED, readings=_SIX_RACES, notes=_SIX_RACES_NOTE),
        Field(
            "age_at_death_days",
            ("AGED",),
            Number(),
            "blank where the infant lived or its death was not linked",
        ),
        Field("infant_death", ("FLGND",), YesNo(yes=("1",), no=("0",), unknown=(), blank=_SURVIVED)),
        Field("neonatal_death", ("AGED",), UnderLimit(NEONATAL_PERIOD_DAYS, blank=_SURVIVED)),
        Field("early_neonatal_death", ("AGED",), UnderLimit(EARLY_NEONATAL_PERIOD_DAYS, blank=_SURVIVED)),
    ),
    exclusions=RESIDENTS_ONLY,
    omitted=(_DEATH_CERTIFICATE, *OMITTED),
    same_delivery=tuple("MHTR" if c == "M_Ht_In" else c for c in _NATALITY_DELIVERY),
    plural=("DPLURAL", _SINGLE),
    layout=Layout("nchs_linked", (1358, 1743)),
    expects=("DOB_YY", 2014, 2099),
)

# Names of the 2015 numerator lost a leading "p", and two of them more.
_LOST_P = {
    "PRIORLIVE": "riorlive",
    "PRIORDEAD": "riordead",
    "PRIORTERM": "riorterm",
    "PRECARE": "recare",
    "PREVIS": "revis",
    "PWgt_R": "wgt_r",
    "PAY_REC": "ay_rec",
}


def _drop_leading_p(column: str) -> str:
    return _LOST_P.get(column, column.lower())


_DEATHS_2015: dict[str, str | tuple[str, ...]] = {
    variable: _drop_leading_p(columns) if isinstance(columns, str) else tuple(map(_drop_leading_p, columns))
    for variable, columns in _LINKED.items()
} | {"maternal_race_us": "mbrace"}

LINKED_2015_DEATHS = Register(
    "nchs_linked_2015_deaths",
    "US infant deaths linked to their births, cohort 2015: every row is a death",
    "United States",
    "2015",
    SOURCE + "; linked birth / infant death, cohort 2015, numerator",
    TERMS,
    (
        *certificate_fields(_DEATHS_2015),
        Field("age_at_death_days", ("aged",), Number()),
        Field("infant_death", (), Constant(True), "every row: as extra cases these need prior correction"),
        Field("neonatal_death", ("aged",), UnderLimit(NEONATAL_PERIOD_DAYS)),
        Field("early_neonatal_death", ("aged",), UnderLimit(EARLY_NEONATAL_PERIOD_DAYS)),
    ),
    exclusions=(
        ExclusionRule("ab_nicu", ("0", "1"), "the fields stand sideways: blanks were filled from the next column"),
        *RESIDENTS_ONLY,
    ),
    omitted=(_DEATH_CERTIFICATE, *OMITTED),
    same_delivery=tuple(_drop_leading_p("MHTR" if c == "M_Ht_In" else c) for c in _NATALITY_DELIVERY if c != "MRACE6"),
    plural=("dplural", _SINGLE),
    row_number=("seqnum_co",),
    expects=("aged", 0, INFANCY_DAYS - 1),
)
