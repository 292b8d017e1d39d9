"""How the items of the 2003 US birth certificate are coded, whatever a register calls its columns."""

from __future__ import annotations

from collections.abc import Mapping

from perinatal.registers.readings import (
    CM_PER_INCH,
    DAYS_PER_WEEK,
    POUNDS_TO_KG,
    YES_NO,
    BodyMassIndex,
    Labels,
    Number,
    Reading,
    Sum,
    Words,
    YesNo,
)
from perinatal.registers.register import ExclusionRule, Field, OmittedColumns
from perinatal.vocabulary import VARIABLES, Flag

TERMS = (
    "US government public-use file: statistical analysis and reporting only; no attempt to identify any "
    "person or establishment, and no linkage with individually identifiable records."
)
SOURCE = "National Center for Health Statistics (NCHS), Vital Statistics Online"

FOREIGN_RESIDENTS = "the mother lives in another country (foreign residents are not counted among US births)"

_WEEKS = Number(unknown=(99,), factor=DAYS_PER_WEEK)
_CIGARETTES = Number(unknown=(99,))
_POUNDS = Number(unknown=(999,), factor=POUNDS_TO_KG)
_INCHES = Number(unknown=(99,), factor=CM_PER_INCH)
_ONCE_CONFIRMED = YesNo(yes=("C", "P"))  # karyotype confirmed or pending
_ANTENATAL_MONTHS = tuple(str(month) for month in range(1, 11))

READINGS: Mapping[str, Reading] = {
    "state": Labels(),
    "year_of_birth": Labels(),
    "month_of_birth": Labels(unknown=("99",)),
    "maternal_age_years": Number(unknown=(99,)),
    "paternal_age_years": Number(unknown=(99,)),
    "maternal_education": Words(
        {
            "1": "primary",
            "2": "lower_secondary",
            "3": "upper_secondary",
            "4": "some_tertiary",
            "5": "some_tertiary",
            "6": "tertiary",
            "7": "postgraduate",
            "8": "postgraduate",
        }
    ),
    "married": YesNo(yes=("1",), no=("2", "3"), unknown=("9",)),
    "maternal_race_us": Words(
        {"1": "white", "2": "black", "3": "american_indian_alaska_native", "4": "asian_pacific_islander"}
    ),
    "maternal_hispanic_origin_us": Words(
        {
            "0": "not_hispanic",
            "1": "mexican",
            "2": "puerto_rican",
            "3": "cuban",
            "4": "central_or_south_american",
            "5": "other_hispanic",
        }
    ),
    "payment_source": Words({"1": "public", "2": "private", "3": "self_pay", "4": "other"}),
    "maternal_height_cm": _INCHES,
    "pre_pregnancy_weight_kg": _POUNDS,
    "body_mass_index_kg_m2": BodyMassIndex(_POUNDS, _INCHES),
    "cigarettes_per_day_before_pregnancy": _CIGARETTES,
    "cigarettes_per_day_first_trimester": _CIGARETTES,
    "cigarettes_per_day_second_trimester": _CIGARETTES,
    "cigarettes_per_day_third_trimester": _CIGARETTES,
    "gravidity": Sum(plus=1),
    "previous_live_births": Sum(),
    "living_children": Number(unknown=(99,)),
    "children_who_died": Number(unknown=(99,)),
    "previous_pregnancy_losses": Number(unknown=(99,)),
    "previous_caesarean_sections": Number(unknown=(99,)),
    "birth_interval_months": Number(unknown=(999,), not_applicable=(888, 0, 1, 2, 3)),
    "plurality": Number(unknown=(9,)),
    "first_antenatal_visit_month": Number(unknown=(99,), not_applicable=(0,)),
    "no_antenatal_care": YesNo(yes=("0",), no=_ANTENATAL_MONTHS, unknown=("99",)),
    "antenatal_contacts": Number(unknown=(99,)),
    "gestational_weight_gain_kg": Number(unknown=(99,), factor=POUNDS_TO_KG),
    "gestational_age_at_birth_days": _WEEKS,
    "place_of_birth": Words(
        {
            "1": "hospital",
            "2": "birth_centre",
            "3": "home",
            "4": "home",
            "5": "home",
            "6": "clinic",
            "7": "other",
        }
    ),
    "fetal_presentation": Words({"1": "cephalic", "2": "breech", "3": "other"}),
    "mode_of_birth": Words({"1": "spontaneous", "2": "forceps", "3": "vacuum", "4": "caesarean"}),
    "caesarean_birth": YesNo(yes=("4",), no=("1", "2", "3"), unknown=("9",)),
    "trial_of_labour": YesNo(not_applicable=("X",)),
    "birth_attendant": Words({"1": "doctor", "2": "doctor", "3": "midwife", "4": "other_midwife", "5": "other"}),
    "birth_weight_g": Number(unknown=(9999,)),
    "newborn_sex": Words({"F": "female", "M": "male"}),
    "apgar_5min": Number(unknown=(99,)),
    "down_syndrome": _ONCE_CONFIRMED,
    "chromosomal_disorder": _ONCE_CONFIRMED,
}

NOTES: Mapping[str, str] = {
    "maternal_age_years": "the ends are grouped: 12 means 12 or less, 50 means 50 or more",
    "gravidity": "earlier twins count two",
    "gestational_age_at_birth_days": "7 × completed weeks of the combined estimate",
    "birth_interval_months": "plural births within 3 months and first births have none",
    "payment_source": "Indian Health Service, military and other government are 'other'",
    "gestational_weight_gain_kg": "98 pounds means 98 or more, 0 may be a loss",
}

FLAGS_OMITTED = OmittedColumns(("f_*",), "reporting flag: whether the state records the item, not its value")
IMPUTED_OMITTED = OmittedColumns(
    (
        "*imp",
        "*_imp",
        "imp_*",
        "*impflg",
        "*repflg",
        "mageimp",
        "magerep",
        "mraceimp",
        "*_flg",
        "lmpused",
        "obgest_flg",
    ),
    "imputation flag",
)
RECODES_OMITTED = OmittedColumns(
    (
        "mager14",
        "mager9",
        "fagerec11",
        "fage11",
        "ufagecomb",
        "bfacil3",
        "ubfacil",
        "mracehisp",
        "fracehisp",
        "mbrace",
        "mrace",
        "mrace6",
        "mrace15",
        "mrace31",
        "frace15",
        "frace31",
        "mhispx",
        "fhispx",
        "lbo_rec",
        "tbo_rec",
        "il*_r11",
        "precare5",
        "recare5",
        "precare_rec",
        "*revis_rec",
        "cig?_r",
        "cig_rec",
        "bmi",
        "bmi_r",
        "wtgain_rec",
        "dwgt_r",
        "pay",
        "ay",
        "rdmeth_rec",
        "dmeth_rec",
        "apgar5r",
        "apgar10r",
        "*estrec10",
        "*estrec3",
        "oegest_r*",
        "bwtr*",
        "rf_cesar",
        "urf_*",
        "uop_*",
        "uob_*",
        "uld_*",
        "ume_*",
        "uca_*",
        "no_*",
    ),
    "recode of what is mapped",
)
OTHER_GESTATION_OMITTED = OmittedColumns(
    ("oegest_comb", "estgest", "dlmp_*"),
    "another estimate of gestation: the combined one is used in every year, so that years compare",
)
APGAR_10_OMITTED = OmittedColumns(("apgar10",), "recorded only where the 5-minute score was low: it gives that away")
GEOGRAPHY_OMITTED = OmittedColumns(
    ("ocnty*", "mrcnty", "rcnty_pop", "oterr", "mrterr", "mbcntry", "rectype", "revision", "laterec"),
    "administrative or geographic code",
)
FATHER_OMITTED = OmittedColumns(
    ("frace*", "fbrace", "fhisp*", "ufhisp", "feduc", "mar_p"),
    "about the father; beyond his age not in the vocabulary",
)
CLOCK_OMITTED = OmittedColumns(("dob_tt", "dob_wk"), "hour and weekday of birth: not in the vocabulary")
BEYOND_OMITTED = OmittedColumns(
    ("ilop_r", "ilp_r", "ilp", "ilpcv_dob", "setorder_r"),
    "other interval between pregnancies, or order within a plural birth: not in the vocabulary",
)
TREATMENT_OMITTED = OmittedColumns(
    ("rf_fedrg", "rf_artec", "rf_drg", "rf_art"), "kind of infertility treatment: recorded only for those treated"
)
OMITTED = (
    FLAGS_OMITTED,
    IMPUTED_OMITTED,
    APGAR_10_OMITTED,
    OTHER_GESTATION_OMITTED,
    RECODES_OMITTED,
    GEOGRAPHY_OMITTED,
    FATHER_OMITTED,
    CLOCK_OMITTED,
    BEYOND_OMITTED,
    TREATMENT_OMITTED,
)
RESIDENTS_ONLY = (ExclusionRule("RESTATUS", ("4",), FOREIGN_RESIDENTS),)


def certificate_fields(
    columns: Mapping[str, str | tuple[str, ...]],
    *,
    readings: Mapping[str, Reading] | None = None,
    notes: Mapping[str, str] | None = None,
    yes_no: Reading = YES_NO,
) -> tuple[Field, ...]:
    """Fields of a register that follows the certificate: ``{variable: its column in this register}``.

    ``readings`` and ``notes`` replace those of the certificate where this register differs; ``yes_no`` is its coding
    of the flags that the certificate codes Y, N and U.
    """
    own_readings, own_notes = readings or {}, notes or {}
    fields = []
    for variable, column in columns.items():
        reading = own_readings.get(variable) or READINGS.get(variable)
        if reading is None:
            if not isinstance(VARIABLES[variable].kind, Flag):
                raise KeyError(f"The certificate has no coding of '{variable}': give it in readings.")
            reading = yes_no
        source_columns = (column,) if isinstance(column, str) else tuple(column)
        fields.append(Field(variable, source_columns, reading, own_notes.get(variable, NOTES.get(variable, ""))))
    return tuple(fields)
