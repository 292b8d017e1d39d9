"""Models trained on Brazilian registers: admissions with severe respiratory infection, births of Santa Catarina."""

from __future__ import annotations

from types import MappingProxyType

from perinatal.recipes.recipe import EvaluationCohort, Recipe, RegisterFile
from perinatal.training.eligibility import EligibilityRule

SIVEP_TERMS = "SIVEP-Gripe, anonymised open government data of the Brazilian Ministry of Health (openDataSUS)"
SINASC_TERMS = "SINASC, anonymised open government data of the Brazilian Ministry of Health (openDataSUS)"


SARI_2020 = RegisterFile("sivep_gripe_2020_2022", "brazil_sari_pregnant_2020_2022.parquet")
SARI_BEFORE_2020 = RegisterFile(
    "sivep_gripe_2016_2021",
    "brazil_sari_pregnant_2016_2021.parquet",
    EligibilityRule(
        "onset in 2019-12 or later: the period of the training data",
        "month_of_onset >= '2019-12' or not known(month_of_onset)",
    ),
)
SANTA_CATARINA = RegisterFile("sinasc_santa_catarina", "brazil_santa_catarina_births_2012_2023.parquet")

SARI_FEATURES = (
    "maternal_age_years",
    "maternal_education",
    "residence_zone",
    "pregnancy_stage",
    "symptoms_to_admission_days",
    "fever",
    "cough",
    "sore_throat",
    "dyspnoea",
    "respiratory_distress",
    "oxygen_saturation_below_95",
    "diarrhoea",
    "vomiting",
    "abdominal_pain",
    "fatigue",
    "loss_of_smell",
    "loss_of_taste",
    "hospital_acquired_infection",
    "admitted_away_from_home",
    "influenza_vaccinated",
    "heart_disease",
    "haematological_disease",
    "liver_disease",
    "asthma",
    "diabetes_mellitus",
    "neurological_disease",
    "lung_disease",
    "immunosuppression",
    "kidney_disease",
    "obesity",
)
SARI_DIRECTIONS = MappingProxyType(
    {"oxygen_saturation_below_95": 1, "dyspnoea": 1, "respiratory_distress": 1, "obesity": 1}
)
SARI_LIMITS = (
    "Mostly COVID-19 in its first year, before vaccination; the disease has changed since.",
    "A comorbidity left blank on the form usually means no; it is treated as missing.",
    "The form's question about outbreaks was dropped within the period and is not used: with it, later risks of death "
    "were a quarter too high. This was seen in the later period, so its calibration is not fully independent evidence.",
    "State and region, race, laboratory results and everything after admission are not used.",
    "Women whose outcome was never recorded (about one in eight) are excluded.",
)

SANTA_CATARINA_LABOUR = (
    "maternal_age_band",
    "first_antenatal_visit_month",
    "no_antenatal_care",
    "antenatal_contacts_band",
    "gestational_age_band",
)


def _sari_recipe(outcome: str, *, include_earlier: bool) -> Recipe:
    earlier_cohort = EvaluationCohort(
        "Brazil, onset 2016 to 2019-11", SARI_BEFORE_2020, "Before the pandemic, so mostly influenza."
    )
    return Recipe(
        outcome=outcome,
        moment="sari_admission",
        development=SARI_2020,
        held_out=EligibilityRule("onset in 2021-04 or later: kept for the test", "month_of_onset >= '2021-04'"),
        held_out_name="Brazil, onset 2021-04 to 2022-03",
        features=SARI_FEATURES,
        trained_on="pregnant and postpartum women in hospital with severe acute respiratory infection in Brazil, first "
        "symptom 2019-12 to 2021-03, all states",
        terms=SIVEP_TERMS,
        directions=SARI_DIRECTIONS,
        tests=(earlier_cohort,) if include_earlier else (),
        sites="state",
        limits=SARI_LIMITS,
    )


def _santa_catarina_recipe(outcome: str, *limits: str) -> Recipe:
    return Recipe(
        outcome=outcome,
        moment="labour",
        development=SANTA_CATARINA,
        held_out=EligibilityRule("born in 2021 or later: kept for the test", "year_of_birth >= '2021'"),
        held_out_name="Santa Catarina 2021–2023",
        features=SANTA_CATARINA_LABOUR,
        trained_on="all births of Santa Catarina, Brazil, 2012 to 2020",
        terms=SINASC_TERMS,
        sites="facility_id",
        limits=(
            *limits,
            "The register gives bands, not numbers.",
            "Risks differ several-fold between hospitals: a risk for the state is not one for a hospital. The same "
            "hospitals are in training and test; intervals resample whole hospitals. Performance in hospitals outside "
            "the training data is under New places.",
            "Some rows record no antenatal visit and also the month of the first one: both values are used.",
        ),
    )


BRAZIL_RECIPES = (
    _sari_recipe("maternal_death", include_earlier=True),
    _sari_recipe("maternal_icu_admission", include_earlier=False),
    _santa_catarina_recipe(
        "apgar_5min_at_most_7",
        "The register gives an Apgar score of 7 or less, not under 7.",
        "There is no model at birth: by the time the birth weight is known, so is the five-minute score.",
    ),
    _santa_catarina_recipe("low_birth_weight", "The file does not identify twins."),
)
"""Every recipe on Brazilian data."""
