"""Models learnt from the US birth certificate."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

import pandas as pd

from perinatal.recipes.recipe import Recipe, Rows, Source, Validation

TERMS = (
    "US National Center for Health Statistics public-use data: statistical analysis and reporting only; no attempt to "
    "re-identify a person or an establishment, and no linkage with other files"
)


def booked(frame: pd.DataFrame) -> pd.Series:
    """Women who had an antenatal visit, or of whom it is not known."""
    return ~frame["no_antenatal_care"].fillna(False).astype(bool)


BOOKED = Rows("no antenatal care: the moment of booking never came", booked)


def _booked(source: Source) -> Source:
    return Source(source.register, source.file, BOOKED)


US_2011 = Source("nchs_linked_2011", "us_births_2011.parquet")
US_2014 = Source("nchs_natality_2014_extract", "us_births_2014.parquet")
US_2022 = Source("nchs_natality_2022_extract", "us_births_2022.parquet")
TERRITORIES = Source("nchs_territories_2013", "us_territories_births_2013.parquet")
BRAZIL_RAW = Source("sinasc_raw", "brazil_births_raw_2010_2019.parquet")

BOOKING_2011 = (
    "maternal_age_years",
    "maternal_education",
    "married",
    "cigarettes_per_day_first_trimester",
    "previous_caesarean_sections",
    "previous_preterm_birth",
    "previous_poor_outcome",
    "chronic_hypertension",
    "pre_gestational_diabetes",
    "plurality",
    "first_antenatal_visit_month",
)
THIRD_TRIMESTER_2011 = (
    *BOOKING_2011,
    "gestational_diabetes",
    "hypertensive_disorder_of_pregnancy",
    "cervical_cerclage",
)
LABOUR_2011 = (
    *THIRD_TRIMESTER_2011,
    "eclampsia",
    "tocolysis",
    "prolonged_rupture_of_membranes",
    "labour_induced",
    "labour_augmented",
    "antenatal_steroids",
    "antibiotics_in_labour",
    "chorioamnionitis",
    "meconium_stained_fluid",
    "fetal_intolerance_of_labour",
    "antenatal_contacts",
    "gestational_weight_gain_kg",
    "gestational_age_at_birth_days",
    "fetal_presentation",
    "place_of_birth",
)
BIRTH_2011 = (
    *LABOUR_2011,
    "mode_of_birth",
    "precipitous_labour",
    "prolonged_labour",
    "birth_weight_g",
    "newborn_sex",
    "apgar_5min",
    "major_congenital_anomaly",
)
AT_2011: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"booking": BOOKING_2011, "third_trimester": THIRD_TRIMESTER_2011, "labour": LABOUR_2011, "birth": BIRTH_2011}
)

BOOKING_2014 = (
    "maternal_age_years",
    "body_mass_index_kg_m2",
    "maternal_height_cm",
    "gravidity",
    "previous_live_births",
    "children_who_died",
    "previous_pregnancy_losses",
    "cigarettes_per_day_first_trimester",
    "chronic_hypertension",
    "payment_source",
    "food_assistance",
    "plurality",
    "first_antenatal_visit_month",
)
THIRD_TRIMESTER_2014 = (*BOOKING_2014, "diabetes_in_pregnancy", "hypertensive_disorder_of_pregnancy")
LABOUR_2014 = (
    *THIRD_TRIMESTER_2014,
    "eclampsia",
    "antenatal_contacts",
    "gestational_weight_gain_kg",
    "gestational_age_at_birth_days",
    "labour_induced",
    "fetal_presentation",
    "mother_transferred_in",
    "place_of_birth",
)
AT_2014: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {"booking": BOOKING_2014, "third_trimester": THIRD_TRIMESTER_2014, "labour": LABOUR_2014}
)
BOOKING_2022 = (
    "maternal_age_years",
    "body_mass_index_kg_m2",
    "maternal_height_cm",
    "maternal_education",
    "gravidity",
    "chronic_hypertension",
    "payment_source",
    "plurality",
)

CERTAIN_AT_BIRTH: Mapping[str, int] = MappingProxyType({"apgar_5min": -1, "major_congenital_anomaly": 1})
CERTAIN_FOR_AN_EARLY_BIRTH: Mapping[str, int] = MappingProxyType({"previous_preterm_birth": 1, "plurality": 1})

NO_RACE = (
    "Race and ethnic origin are not used: they are social categories of one country. In the US they would add about "
    "0.005 to the AUROC of preterm birth at booking."
)
COMBINED_GESTATION = (
    "Gestation is the combined estimate (menstrual dates where plausible), which counts more births as preterm than "
    "the obstetric estimate."
)
BOOKED_ONLY = (
    "Women without any antenatal visit are not in the cohort: at booking there is nobody to ask about. Number of "
    "visits and weight gain are left out: they grow with the length of the pregnancy."
)
BEDS = (
    "Admission to intensive care depends on beds and habits as much as on the newborn: nowhere more than here is local "
    "adoption needed."
)
RICH_COUNTRY = "Neonatal care of a rich country in 2011: survival of a small newborn elsewhere is another matter."

_STATES = "random sample of 100,000; states on the revised certificate"


def _from_2011(
    outcome: str,
    moment: str,
    tests: tuple[Validation, ...] = (),
    limits: tuple[str, ...] = (),
    *,
    linked: bool = False,
    kept_back: str = "",
) -> Recipe:
    features = AT_2011[moment]
    at_booking = moment in ("booking", "third_trimester")
    what = "US births of 2011 linked to deaths in the first year" if linked else "US births of 2011"
    after = "; after at least one antenatal visit" if at_booking else ""
    return Recipe(
        outcome=outcome,
        moment=moment,
        development=_booked(US_2011) if at_booking else US_2011,
        held_out=0.3,
        held_out_name="US 2011, births held out",
        features=features,
        trained_on=f"{what} ({_STATES}{after})",
        terms=TERMS,
        directions=_certain(outcome, moment),
        tests=tests,
        limits=(NO_RACE, *((BOOKED_ONLY,) if at_booking else ()), *limits),
        kept_back=kept_back,
    )


def _from_2014(
    outcome: str, moment: str, tests: tuple[Validation, ...], limits: tuple[str, ...] = (), kept_back: str = ""
) -> Recipe:
    features = tuple(name for name in AT_2014[moment] if name != outcome)
    at_booking = moment in ("booking", "third_trimester")
    after = ", after at least one antenatal visit" if at_booking else ""
    return Recipe(
        outcome=outcome,
        moment=moment,
        development=_booked(US_2014) if at_booking else US_2014,
        held_out=0.3,
        held_out_name="US 2014, births held out",
        features=features,
        trained_on=f"US births of 2014 (random sample of 100,000{after})",
        terms=TERMS,
        tests=tests,
        limits=(
            "Race and ethnic origin are not in the file.",
            *((BOOKED_ONLY,) if at_booking else ()),
            "Earlier preterm birth, earlier caesarean and education are not in the 2014 file.",
            *limits,
        ),
        kept_back=kept_back,
    )


def _certain(outcome: str, moment: str) -> Mapping[str, int]:
    if moment == "birth":
        return CERTAIN_AT_BIRTH
    if outcome in ("preterm_birth", "very_preterm_birth", "low_birth_weight") and moment == "booking":
        return CERTAIN_FOR_AN_EARLY_BIRTH
    return MappingProxyType({})


LATER = Validation("US 2014", US_2014, "Three years later.")
LATER_BOOKED = Validation("US 2014", _booked(US_2014), "Three years later.")
ELEVEN_LATER = Validation("US 2022", US_2022, "Eleven years later.")
EIGHT_LATER = Validation("US 2022", US_2022, "Eight years later.")
ISLANDS = Validation("US territories 2013", TERRITORIES, "Elsewhere: Puerto Rico, Guam, Northern Marianas.")
ISLANDS_BOOKED = Validation(
    "US territories 2013", _booked(TERRITORIES), "Elsewhere: Puerto Rico, Guam, Northern Marianas."
)
BRAZIL = Validation("Brazil 2010–2019", BRAZIL_RAW, "Elsewhere: the same number of births from every state of Brazil.")
BRAZIL_BOOKED = Validation(
    "Brazil 2010–2019",
    _booked(BRAZIL_RAW),
    "Elsewhere: births from every state of Brazil, not in proportion.",
)

FEW_DEATHS = (
    "Few deaths: the interval is wide. No later linked cohort of all births was at hand, so it is tested on held-out "
    "births of the same year only.",
    RICH_COUNTRY,
)

US_RECIPES = (
    _from_2011(
        "preterm_birth", "booking", (LATER_BOOKED, ELEVEN_LATER, ISLANDS_BOOKED, BRAZIL_BOOKED), (COMBINED_GESTATION,)
    ),
    _from_2011(
        "very_preterm_birth",
        "booking",
        (LATER_BOOKED, ELEVEN_LATER, ISLANDS_BOOKED, BRAZIL_BOOKED),
        (COMBINED_GESTATION,),
    ),
    _from_2011("low_birth_weight", "booking", (LATER_BOOKED, ELEVEN_LATER, ISLANDS_BOOKED, BRAZIL_BOOKED)),
    *(_from_2011("infant_death", moment, (), FEW_DEATHS, linked=True) for moment in AT_2011),
    *(
        _from_2011("nicu_admission", moment, (LATER_BOOKED, ISLANDS_BOOKED), (BEDS,))
        for moment in ("booking", "third_trimester")
    ),
    *(_from_2011("nicu_admission", moment, (LATER, ISLANDS), (BEDS,)) for moment in ("labour", "birth")),
    *(
        _from_2011("assisted_ventilation_over_6h", moment, (LATER, ISLANDS), (RICH_COUNTRY,))
        for moment in ("labour", "birth")
    ),
    _from_2011("low_apgar_5min", "labour", (LATER, ISLANDS, BRAZIL)),
    Recipe(
        outcome="gestational_diabetes",
        moment="booking",
        development=_booked(US_2022),
        held_out=0.3,
        held_out_name="US 2022, births held out",
        features=BOOKING_2022,
        trained_on="US births of 2022 (random sample of 20,000; after at least one antenatal visit)",
        terms=TERMS,
        tests=(
            ISLANDS_BOOKED,
            Validation("US 2011", _booked(US_2011), "Eleven years earlier."),
        ),
        limits=(
            "Race and ethnic origin are not in the file.",
            "How gestational diabetes is looked for, and so how much is found, differs between years and places.",
            "Women with diabetes before pregnancy are counted among those without gestational diabetes.",
        ),
    ),
    _from_2014("hypertensive_disorder_of_pregnancy", "booking", (EIGHT_LATER, ISLANDS_BOOKED)),
    *(
        _from_2014("severe_neonatal_morbidity", moment, (ISLANDS_BOOKED,), (RICH_COUNTRY,))
        for moment in ("booking", "third_trimester")
    ),
    _from_2014(
        "severe_maternal_morbidity",
        "labour",
        (ISLANDS,),
        ("Few events: the interval is wide. Transfusion makes up most of the composite.",),
        kept_back="In 67,000 births 296 women had the outcome: too few. Held out, the lower limit of the AUROC is "
        "under 0.60, and the slope's interval reaches far below 1.",
    ),
)
"""Every recipe on US data."""
