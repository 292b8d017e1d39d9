"""The extracts of US natality files whose codes were already turned into words by their publisher, declared."""

from __future__ import annotations

from perinatal.registers.declared._certificate import APGAR_10_OMITTED, SOURCE, TERMS, certificate_fields
from perinatal.registers.readings import POUNDS_TO_KG, Constant, Difference, Number, Words, YesNo
from perinatal.registers.register import Field, OmittedColumns, Register

_NUMBER = Number()
_POUNDS_GAINED = Difference(factor=POUNDS_TO_KG)
_CAESAREAN = YesNo(yes=("cesarean",), no=("spontaneous", "forceps", "vacuum"))
_ROUTE = Words({"spontaneous": "spontaneous", "forceps": "forceps", "vacuum": "vacuum", "cesarean": "caesarean"})
_PRESENTATION = Words({"cephalic": "cephalic", "breech": "breech", "other": "other"})

EXTRACT_2014 = Register(
    "nchs_natality_2014_extract",
    "US births 2014, random extract with decoded words",
    "United States",
    "2014",
    SOURCE + "; natality public-use file 2014",
    TERMS,
    (
        Field("year_of_birth", (), Constant("2014")),
        *certificate_fields(
            {
                "maternal_age_years": "mager",
                "paternal_age_years": "fagecomb",
                "payment_source": "pay",
                "food_assistance": "wic",
                "maternal_height_cm": "m_ht_in",
                "pre_pregnancy_weight_kg": "pwgt_r",
                "body_mass_index_kg_m2": ("pwgt_r", "m_ht_in"),
                "cigarettes_per_day_before_pregnancy": "cig_0",
                "cigarettes_per_day_first_trimester": "cig_1",
                "cigarettes_per_day_second_trimester": "cig_2",
                "cigarettes_per_day_third_trimester": "cig_3",
                "gravidity": ("priorlive", "priordead", "priorterm"),
                "previous_live_births": ("priorlive", "priordead"),
                "living_children": "priorlive",
                "children_who_died": "priordead",
                "previous_pregnancy_losses": "priorterm",
                "chronic_hypertension": "urf_chyper",
                "plurality": "dplural",
                "first_antenatal_visit_month": "precare",
                "no_antenatal_care": "precare",
                "antenatal_contacts": "previs",
                "gestational_weight_gain_kg": ("dwgt_r", "pwgt_r"),
                "diabetes_in_pregnancy": "urf_diab",
                "gestational_age_at_birth_days": "combgest",
                "place_of_birth": "ubfacil",
                "fetal_presentation": "me_pres",
                "labour_induced": "uop_induc",
                "mother_transferred_in": "mtran",
                "mode_of_birth": "me_rout",
                "caesarean_birth": "me_rout",
                "birth_weight_g": "dbwt",
                "newborn_sex": "sex",
                "apgar_5min": "apgar5",
                "assisted_ventilation_immediately": "ab_aven1",
                "surfactant_given": "ab_surf",
                "newborn_antibiotics": "ab_anti",
                "newborn_seizures": "ab_seiz",
                "newborn_living_at_report": "ilive",
                "maternal_transfusion": "mm_mtr",
                "ruptured_uterus": "mm_rupt",
                "unplanned_hysterectomy": "mm_uhyst",
                "third_or_fourth_degree_tear": "mm_plac",
                "nicu_admission": "ab_nicu",
                "assisted_ventilation_over_6h": "ab_aven6",
                "hypertensive_disorder_of_pregnancy": "urf_phyper",
                "eclampsia": "urf_eclam",
                "maternal_icu_admission": "mm_aicu",
            },
            yes_no=YesNo(yes=("y",), no=("n",), unknown=("u",)),
            readings={
                "payment_source": Words(
                    {
                        "medicaid": "public",
                        "private": "private",
                        "self-pay": "self_pay",
                        "IHS": "other",
                        "military": "other",
                        "other_gov": "other",
                        "other": "other",
                    }
                ),
                "first_antenatal_visit_month": Number(not_applicable=(15,)),
                "no_antenatal_care": YesNo(yes=("15",), no=tuple(str(month) for month in range(1, 11))),
                "gestational_weight_gain_kg": _POUNDS_GAINED,
                "place_of_birth": Words(
                    {
                        "hosp": "hospital",
                        "center": "birth_centre",
                        "clinic": "clinic",
                        "residence": "home",
                        "other": "other",
                    }
                ),
                "fetal_presentation": _PRESENTATION,
                "mode_of_birth": _ROUTE,
                "caesarean_birth": _CAESAREAN,
            },
            notes={
                "first_antenatal_visit_month": "15 means no antenatal care",
                "diabetes_in_pregnancy": "mixes diabetes before pregnancy and gestational diabetes",
                "third_or_fourth_degree_tear": "mm_plac is the perineal tear, not placental abruption",
                "nicu_admission": "blank where the state was still on the 1989 certificate",
                "gestational_weight_gain_kg": "weight at delivery less weight before; may be a loss",
            },
        ),
    ),
    omitted=(
        OmittedColumns(("ld_indl",), "induction, blank in more states than the recode that is mapped"),
        OmittedColumns(("uld_breech",), "recode of what is mapped"),
        APGAR_10_OMITTED,
    ),
    # Without the month of birth, and with facts that old certificates lack, it takes more of them.
    same_delivery=(
        "mager",
        "fagecomb",
        "pay",
        "wic",
        "ubfacil",
        "m_ht_in",
        "pwgt_r",
        "dwgt_r",
        "cig_0",
        "cig_1",
        "precare",
        "previs",
        "combgest",
        "dplural",
    ),
    plural=("dplural", ("1",)),
)

EXTRACT_2022 = Register(
    "nchs_natality_2022_extract",
    "US births 2022, random extract with decoded words",
    "United States",
    "2022",
    SOURCE + "; natality public-use file 2022",
    TERMS,
    (
        Field("year_of_birth", (), Constant("2022")),
        *certificate_fields(
            {
                "month_of_birth": "month",
                "maternal_age_years": "mage",
                "paternal_age_years": "fage",
                "maternal_education": "meduc",
                "married": "married",
                "payment_source": "payment",
                "maternal_height_cm": "mheight",
                "pre_pregnancy_weight_kg": "wt_pre",
                "body_mass_index_kg_m2": ("wt_pre", "mheight"),
                "gravidity": "total_kids",
                "chronic_hypertension": "hbp_pre",
                "pre_gestational_diabetes": "diabetes_pre",
                "plurality": "plurality",
                "first_antenatal_visit_trimester": "prenatal_start",
                "no_antenatal_care": "prenatal_start",
                "antenatal_contacts": "prenatal_visits",
                "gestational_weight_gain_kg": ("wt_delivery", "wt_pre"),
                "gestational_age_at_birth_days": "duration",
                "place_of_birth": "place",
                "fetal_presentation": "presentation",
                "labour_induced": "induction",
                "labour_augmented": "augmentation",
                "anaesthesia_in_labour": "anesthesia",
                "trial_of_labour": "trial_at_labor",
                "mode_of_birth": "method",
                "caesarean_birth": "method",
                "birth_attendant": "attendant",
                "birth_weight_g": "weight",
                "newborn_sex": "sex",
                "apgar_5min": "apgar5",
                "newborn_living_at_report": "living",
                "breastfed_at_discharge": "breastfed",
                "hypertensive_disorder_of_pregnancy": "hbp_gest",
                "eclampsia": "eclampsia",
                "gestational_diabetes": "diabetes_gest",
            },
            readings={
                "maternal_education": Words(
                    {
                        "<8": "primary",
                        "<12": "lower_secondary",
                        "HS": "upper_secondary",
                        "HS+": "some_tertiary",
                        "Assoc": "some_tertiary",
                        "Bachelors": "tertiary",
                        "Masters": "postgraduate",
                        "Prof": "postgraduate",
                    }
                ),
                "married": YesNo(yes=("married",), no=("not_married",), unknown=("NA",)),
                "payment_source": Words(
                    {"medicaid": "public", "private": "private", "self_pay": "self_pay", "other": "other"}
                ),
                "gravidity": _NUMBER,
                "first_antenatal_visit_trimester": Words(
                    {"first": "first", "second": "second", "third": "third"}, not_applicable=("none",)
                ),
                "no_antenatal_care": YesNo(yes=("none",), no=("first", "second", "third")),
                "gestational_weight_gain_kg": _POUNDS_GAINED,
                "place_of_birth": Words(
                    {
                        "hospital": "hospital",
                        "freestanding": "birth_centre",
                        "clinic": "clinic",
                        "home (intended)": "home",
                        "home (unintended)": "home",
                        "home (unknown)": "home",
                        "other": "other",
                    }
                ),
                "fetal_presentation": _PRESENTATION,
                "mode_of_birth": _ROUTE,
                "caesarean_birth": _CAESAREAN,
                "birth_attendant": Words({"MD": "doctor", "DO": "doctor", "midwife": "midwife", "other": "other"}),
            },
            notes={
                "married": "unknown for four in ten: some states do not release it",
                "gravidity": "total birth order: 8 means 8 or more; earlier twins count two",
                "birth_attendant": "nurse-midwives and other midwives are not distinguished",
                "gestational_weight_gain_kg": "weight at delivery less weight before; may be a loss",
            },
        ),
    ),
    omitted=(
        OmittedColumns(
            ("interval",),
            "bands of months since the last birth, plural births among them: cannot give months",
        ),
        OmittedColumns(("paternity",), "about the father; beyond his age not in the vocabulary"),
        OmittedColumns(("menses",), "month of the last menses without the year: cannot give gestation"),
        APGAR_10_OMITTED,
    ),
    same_delivery=(
        "month",
        "dow",
        "mage",
        "fage",
        "meduc",
        "feduc",
        "married",
        "payment",
        "mheight",
        "wt_pre",
        "plurality",
    ),
    plural=("plurality", ("1",)),
)
