"""Models trained on the US birth certificate."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from perinatal.recipes.recipe import EvaluationCohort, Recipe, RegisterFile

TERMS = (
    "US National Center for Health Statistics public-use data: statistical analysis and reporting only; no attempt to "
    "re-identify a person or an establishment, and no linkage with other files"
)

US_2011 = RegisterFile("nchs_linked_2011", "us_births_2011.parquet")
DEATHS_2015 = RegisterFile("nchs_linked_2015_deaths", "us_infant_deaths_2015.parquet")
US_2014 = RegisterFile("nchs_natality_2014_extract", "us_births_2014.parquet")
US_2022 = RegisterFile("nchs_natality_2022_extract", "us_births_2022.parquet")
TERRITORIES = RegisterFile("nchs_territories_2013", "us_territories_births_2013.parquet")
BRAZIL_RAW = RegisterFile("sinasc_raw", "brazil_births_raw_2010_2019.parquet")

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
FEATURES_2011: Mapping[str, tuple[str, ...]] = MappingProxyType(
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
FEATURES_2014: Mapping[str, tuple[str, ...]] = MappingProxyType(
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

ABSENT_IN_2015 = frozenset(
    (
        "previous_poor_outcome",
        "cervical_cerclage",
        "tocolysis",
        "prolonged_rupture_of_membranes",
        "meconium_stained_fluid",
        "fetal_intolerance_of_labour",
        "precipitous_labour",
        "prolonged_labour",
    )
)
"""Features of 2011 that the deaths of 2015 do not have."""

DIFFERENT_IN_2015 = frozenset(
    (
        "cigarettes_per_day_first_trimester",
        "antenatal_steroids",
        "place_of_birth",
        "labour_induced",
        "chorioamnionitis",
    )
)
"""Features by which the deaths of 2011 and of 2015 can be told apart: practice and recording changed."""

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
    "Women without any antenatal visit are not in the cohort: they had no booking visit. The number of visits and "
    "weight gain are not used: both increase with the length of the pregnancy."
)
BEDS = (
    "Admission to intensive care depends on beds and local practice as much as on the newborn, so this model needs "
    "local adoption more than any other."
)
FROM_2015 = (
    "The deaths of 2015 are down-weighted so that the proportion of deaths stays that of 2011; selection, "
    "recalibration and tests use births of 2011 alone. Features that differ between deaths of the two years (smoking "
    "as recorded, antenatal steroids, place of birth, induction, chorioamnionitis) are not used, nor are those that "
    "2015 did not record."
)
RICH_COUNTRY = "Neonatal care of a high-income country in 2011: the survival of small newborns differs elsewhere."

TICKED_BY_THE_BIRTH = (
    "Hypertension and gestational diabetes are recorded when the birth is registered: some were found after the visit."
)
SEEN_2014 = (
    "US 2014 was examined when training with masked features was introduced: it is not fully independent evidence of "
    "performance where inputs are missing."
)
_STATES = "random sample of 100,000; states on the revised certificate"
_CONDITIONS = MappingProxyType(
    {
        "booking": "after at least one antenatal visit",
        "third_trimester": "after at least one antenatal visit, born at 28 weeks or later",
    }
)


def _us_recipe(
    outcome: str,
    moment: str,
    tests: tuple[EvaluationCohort, ...],
    limits: tuple[str, ...],
    *,
    source: RegisterFile,
    year: str,
    features: tuple[str, ...],
    births: str,
    withheld_reason: str = "",
) -> Recipe:
    """A recipe on a random sample of US births."""
    condition = f"; {_CONDITIONS[moment]}" if moment in _CONDITIONS else ""
    return Recipe(
        outcome=outcome,
        moment=moment,
        development=source,
        held_out=0.3,
        held_out_name=f"US {year}, births held out",
        features=tuple(name for name in features if name != outcome),
        trained_on=f"{births}{condition})",
        terms=TERMS,
        directions=_certain_directions(outcome, moment),
        tests=tests,
        limits=(
            *limits,
            *((BOOKED_ONLY,) if moment in _CONDITIONS else ()),
            *((TICKED_BY_THE_BIRTH,) if moment == "third_trimester" else ()),
        ),
        withheld_reason=withheld_reason,
    )


def _recipe_2011(
    outcome: str,
    moment: str,
    tests: tuple[EvaluationCohort, ...] = (),
    limits: tuple[str, ...] = (),
    *,
    linked: bool = False,
    withheld_reason: str = "",
) -> Recipe:
    population = "US births of 2011 linked to deaths in the first year" if linked else "US births of 2011"
    return _us_recipe(
        outcome,
        moment,
        tests,
        (NO_RACE, *limits),
        source=US_2011,
        year="2011",
        features=FEATURES_2011[moment],
        births=f"{population} ({_STATES}",
        withheld_reason=withheld_reason,
    )


def _recipe_2014(
    outcome: str,
    moment: str,
    tests: tuple[EvaluationCohort, ...],
    limits: tuple[str, ...] = (),
    *,
    withheld_reason: str = "",
) -> Recipe:
    return _us_recipe(
        outcome,
        moment,
        tests,
        (
            "Race and ethnic origin are not in the file, nor are previous preterm birth, previous caesarean section "
            "and education.",
            *limits,
        ),
        source=US_2014,
        year="2014",
        features=FEATURES_2014[moment],
        births="US births of 2014 (random sample of 100,000",
        withheld_reason=withheld_reason,
    )


def _certain_directions(outcome: str, moment: str) -> Mapping[str, int]:
    if moment == "birth":
        return CERTAIN_AT_BIRTH
    if outcome in ("preterm_birth", "very_preterm_birth", "low_birth_weight") and moment == "booking":
        return CERTAIN_FOR_AN_EARLY_BIRTH
    return MappingProxyType({})


def _add_deaths_2015(recipe: Recipe) -> Recipe:
    """The recipe with the linked deaths of 2015 as further cases, on features that do not tell the two years apart."""
    return replace(
        recipe,
        features=tuple(name for name in recipe.features if name not in ABSENT_IN_2015 | DIFFERENT_IN_2015),
        trained_on=f"{recipe.trained_on}; the infant deaths of 2015 as further cases",
        further_cases=DEATHS_2015,
        limits=(*recipe.limits, FROM_2015),
    )


US_2014_COHORT = EvaluationCohort("US 2014", US_2014, "Three years later.")
US_2022_ELEVEN_YEARS_LATER = EvaluationCohort("US 2022", US_2022, "Eleven years later.")
US_2022_EIGHT_YEARS_LATER = EvaluationCohort("US 2022", US_2022, "Eight years later.")
US_2011_COHORT = EvaluationCohort("US 2011", US_2011, "Eleven years earlier.")
ISLANDS = EvaluationCohort("US territories 2013", TERRITORIES, "Elsewhere: Puerto Rico, Guam, Northern Marianas.")
BRAZIL = EvaluationCohort(
    "Brazil 2010–2019", BRAZIL_RAW, "Elsewhere: births from every state of Brazil, not in proportion."
)
BRAZIL_2022 = EvaluationCohort(
    "Brazil 2022",
    RegisterFile(
        "sinasc_2022_categorised",
        "brazil_births_2022.parquet",
        every_tenth=True,
    ),
    "Elsewhere: complete cases, in bands, so nearly all inputs are missing.",
)
TWINS = tuple(
    EvaluationCohort(
        f"US twins 1989–1991, {which} of the pair",
        RegisterFile(f"us_twins_1989_1991_{which}", "us_twins_1989_1991.parquet"),
        "Twenty years earlier, and only twins who both weighed under 2 kg, which was not known at the moment of the "
        "estimate: far more of them died than of all births.",
    )
    for which in ("lighter", "heavier")
)

FEW_DEATHS = (
    "Few deaths, so the intervals are wide. No later linked cohort of all births was available: it is tested on "
    "held-out births of the same year and on a benchmark of small twins.",
    RICH_COUNTRY,
)

US_RECIPES = (
    *(
        _recipe_2011(
            outcome,
            "booking",
            (US_2014_COHORT, US_2022_ELEVEN_YEARS_LATER, ISLANDS, BRAZIL, *more),
            (COMBINED_GESTATION,),
        )
        for outcome, more in (("preterm_birth", (BRAZIL_2022,)), ("very_preterm_birth", ()))
    ),
    _recipe_2011(
        "low_birth_weight", "booking", (US_2014_COHORT, US_2022_ELEVEN_YEARS_LATER, ISLANDS, BRAZIL, BRAZIL_2022)
    ),
    *(_recipe_2011("infant_death", moment, TWINS, FEW_DEATHS, linked=True) for moment in ("booking", "labour")),
    _add_deaths_2015(_recipe_2011("infant_death", "birth", (), FEW_DEATHS, linked=True)),
    _recipe_2011(
        "infant_death",
        "third_trimester",
        (),
        FEW_DEATHS,
        linked=True,
        withheld_reason="After 28 weeks few infants die whom the facts of these certificates tell apart: out of fold "
        "the "
        "AUROC is under 0.60, and on held-out births the interval of the calibration slope lies above 1.",
    ),
    *(_recipe_2011("nicu_admission", moment, (US_2014_COHORT, ISLANDS), (BEDS, SEEN_2014)) for moment in FEATURES_2011),
    *(
        _recipe_2011("assisted_ventilation_over_6h", moment, (US_2014_COHORT, ISLANDS), (RICH_COUNTRY,))
        for moment in ("labour", "birth")
    ),
    _recipe_2011("low_apgar_5min", "labour", (US_2014_COHORT, ISLANDS, BRAZIL)),
    _us_recipe(
        "gestational_diabetes",
        "booking",
        (ISLANDS, US_2011_COHORT),
        (
            "Race and ethnic origin are not in the file.",
            "How gestational diabetes is screened for, and so how much is found, differs between years and places.",
        ),
        source=US_2022,
        year="2022",
        features=BOOKING_2022,
        births="US births of 2022 (random sample of 20,000; women without diabetes before pregnancy",
    ),
    _recipe_2014("hypertensive_disorder_of_pregnancy", "booking", (US_2022_EIGHT_YEARS_LATER, ISLANDS)),
    *(
        _recipe_2014("severe_neonatal_morbidity", moment, (ISLANDS,), (RICH_COUNTRY,))
        for moment in ("booking", "third_trimester")
    ),
    _recipe_2014(
        "severe_maternal_morbidity",
        "labour",
        (ISLANDS,),
        ("Few events: the interval is wide. Transfusion makes up most of the composite.",),
        withheld_reason="Too few women had the outcome: held out, the lower limit of the AUROC is under 0.60, and the "
        "slope's interval reaches far below 1.",
    ),
)
"""Every recipe on US data."""
