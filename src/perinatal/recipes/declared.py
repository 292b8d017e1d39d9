"""How each shipped model is made: which register, which rows, which features, tested on what; declared once each."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

import pandas as pd

NCHS_TERMS = (
    "US National Center for Health Statistics public-use data: statistical analysis and reporting only; no attempt to "
    "re-identify a person or an establishment, and no linkage with other files"
)
SIVEP_TERMS = "SIVEP-Gripe, anonymised open government data of the Brazilian Ministry of Health (openDataSUS)"


@dataclass(frozen=True, slots=True)
class Rows:
    """Which rows of a cohort are meant, and the words for it."""

    words: str
    keep: Callable[[pd.DataFrame], pd.Series]


@dataclass(frozen=True, slots=True)
class Source:
    """A file of a register, and which of its rows are meant."""

    register: str
    file: str
    rows: Rows | None = None


@dataclass(frozen=True, slots=True)
class Validation:
    """A cohort the finished model is tested on, that it has not seen."""

    name: str
    source: Source
    note: str = ""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that makes one shipped model.

    ``held_out`` is a share of the development cohort's groups set aside before training, or rows of it (a later
    period). Either is tested first; ``tests`` follow.
    """

    id: str
    outcome: str
    moment: str
    development: Source
    held_out: float | Rows
    held_out_name: str
    features: tuple[str, ...]
    trained_on: str
    terms: str
    directions: Mapping[str, int] = field(default_factory=dict)
    tests: tuple[Validation, ...] = ()
    limits: tuple[str, ...] = ()


def booked(frame: pd.DataFrame) -> pd.Series:
    """Women who had an antenatal visit, or of whom it is not known."""
    return ~frame["no_antenatal_care"].fillna(False).astype(bool)


def onset_before_april_2021(frame: pd.DataFrame) -> pd.Series:
    """First symptom before 2021-04."""
    return frame["month_of_onset"] < "2021-04"


def onset_from_april_2021(frame: pd.DataFrame) -> pd.Series:
    """First symptom in 2021-04 or later."""
    return frame["month_of_onset"] >= "2021-04"


def onset_before_2020(frame: pd.DataFrame) -> pd.Series:
    """First symptom before 2020."""
    return frame["month_of_onset"] < "2020"


BOOKED = Rows("no antenatal care: the moment of booking never came", booked)

US_2011 = Source("nchs_linked_2011", "us_births_2011.parquet")
US_2011_BOOKED = Source("nchs_linked_2011", "us_births_2011.parquet", BOOKED)
US_2014 = Source("nchs_natality_2014_extract", "us_births_2014.parquet")
US_2014_BOOKED = Source("nchs_natality_2014_extract", "us_births_2014.parquet", BOOKED)
US_2022 = Source("nchs_natality_2022_extract", "us_births_2022.parquet")
TERRITORIES = Source("nchs_territories_2013", "us_territories_births_2013.parquet")
TERRITORIES_BOOKED = Source("nchs_territories_2013", "us_territories_births_2013.parquet", BOOKED)
SARI_2020 = Source("sivep_gripe_2020_2022", "brazil_sari_pregnant_2020_2022.parquet")
SARI_BEFORE_2020 = Source(
    "sivep_gripe_2016_2021",
    "brazil_sari_pregnant_2016_2021.parquet",
    Rows("onset in 2020 or later: the same registry as the training data", onset_before_2020),
)

MOTHER_AT_BOOKING = (
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
PREGNANCY_AND_LABOUR = (
    "gestational_diabetes",
    "hypertensive_disorder_of_pregnancy",
    "eclampsia",
    "cervical_cerclage",
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
AT_BIRTH = (
    "mode_of_birth",
    "precipitous_labour",
    "prolonged_labour",
    "birth_weight_g",
    "newborn_sex",
    "apgar_5min",
    "major_congenital_anomaly",
)
BIRTH_FEATURES = (*MOTHER_AT_BOOKING, *PREGNANCY_AND_LABOUR, *AT_BIRTH)
NEWBORN_DIRECTIONS = MappingProxyType({"apgar_5min": -1, "major_congenital_anomaly": 1})

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

NO_RACE = (
    "Race and ethnic origin are not used: they are social categories of one country. In the US they would add about "
    "0.005 to the AUROC of preterm birth at booking and next to nothing to the models at birth."
)

RECIPES: Mapping[str, Recipe] = MappingProxyType(
    {
        recipe.id: recipe
        for recipe in (
            Recipe(
                "preterm_birth-booking",
                "preterm_birth",
                "booking",
                US_2011_BOOKED,
                0.3,
                "US 2011, births held out",
                MOTHER_AT_BOOKING,
                "US births of 2011 (random sample of 100,000; states on the revised certificate; after at least one "
                "antenatal visit)",
                NCHS_TERMS,
                MappingProxyType({"previous_preterm_birth": 1, "plurality": 1}),
                (
                    Validation("US 2014", US_2014_BOOKED, "Three years later."),
                    Validation("US 2022", US_2022, "Eleven years later."),
                    Validation(
                        "US territories 2013",
                        TERRITORIES_BOOKED,
                        "Elsewhere: Puerto Rico, Guam, Northern Marianas.",
                    ),
                ),
                (
                    NO_RACE,
                    "Gestation is the combined estimate (menstrual dates where plausible), which counts more births as "
                    "preterm than the obstetric estimate.",
                    "Number of visits and weight gain are left out: they grow with the length of the pregnancy. Body "
                    "mass index and parity are not in the 2011 file.",
                    "Women without any antenatal visit are not in the cohort: at booking there is nobody to ask about.",
                ),
            ),
            Recipe(
                "nicu_admission-birth",
                "nicu_admission",
                "birth",
                US_2011,
                0.3,
                "US 2011, births held out",
                BIRTH_FEATURES,
                "US births of 2011 (random sample of 100,000; states on the revised certificate)",
                NCHS_TERMS,
                NEWBORN_DIRECTIONS,
                (
                    Validation("US 2014", US_2014, "Three years later."),
                    Validation(
                        "US territories 2013",
                        TERRITORIES,
                        "Elsewhere: Puerto Rico, Guam, Northern Marianas; admission practice differs.",
                    ),
                ),
                (
                    NO_RACE,
                    "Admission to intensive care depends on beds and habits as much as on the newborn: nowhere more "
                    "than here is local adoption needed.",
                ),
            ),
            Recipe(
                "infant_death-birth",
                "infant_death",
                "birth",
                US_2011,
                0.3,
                "US 2011, births held out",
                BIRTH_FEATURES,
                "US births of 2011 linked to deaths in the first year (random sample of 100,000; states on the revised "
                "certificate)",
                NCHS_TERMS,
                NEWBORN_DIRECTIONS,
                (),
                (
                    NO_RACE,
                    "Few deaths: the interval is wide. No later linked cohort of all births was at hand, so it is "
                    "tested on held-out births of the same year only.",
                    "Neonatal care of a rich country in 2011: survival of a small newborn elsewhere is another matter.",
                ),
            ),
            Recipe(
                "maternal_death-sari_admission",
                "maternal_death",
                "sari_admission",
                SARI_2020,
                Rows("onset in 2021-04 or later: kept for the test", onset_from_april_2021),
                "Brazil, onset 2021-04 to 2022-03",
                SARI_FEATURES,
                "pregnant and postpartum women in hospital with severe acute respiratory infection in Brazil, first "
                "symptom 2019-12 to 2021-03, all states",
                SIVEP_TERMS,
                MappingProxyType(
                    {"oxygen_saturation_below_95": 1, "dyspnoea": 1, "respiratory_distress": 1, "obesity": 1}
                ),
                (
                    Validation(
                        "Brazil, onset 2016 to 2019",
                        SARI_BEFORE_2020,
                        "Before the pandemic, so mostly influenza; the file has fewer of the inputs.",
                    ),
                ),
                (
                    "Mostly COVID-19 of its first year, before vaccination: the disease has changed since.",
                    "A comorbidity left blank on the form mostly means no; it is kept as unknown.",
                    "The form's question about outbreaks was dropped within the period and is left out: with it, later "
                    "risks came out a quarter too high.",
                    "State and region, laboratory results and all that follows admission are left out.",
                    "Women whose outcome was never recorded (about 12 %) are left out.",
                ),
            ),
        )
    }
)
"""The shipped models, by id."""
