"""The questions, built from the registers in a folder."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from adoption_trial.questions import Period, Question, build_question
from perinatal.catalogue import load_model
from perinatal.frames import conform
from perinatal.models import RiskModel
from perinatal.recipes.brazil import SANTA_CATARINA, SANTA_CATARINA_LABOUR, SARI_2020, SARI_FEATURES
from perinatal.recipes.recipe import RegisterFile
from perinatal.recipes.us import BRAZIL_RAW, TERRITORIES
from perinatal.registers import read_cohort
from perinatal.training.eligibility import ELIGIBILITY_BY_MOMENT
from perinatal.vocabulary import Moment, observe

SEED = 0
STARTS = (2019, 2020, 2021)  # a hospital adopts at the start of each, and is tested on three years from there
KNOWN_ONCE_BORN = (*SANTA_CATARINA_LABOUR, "caesarean_birth", "birth_weight_band", "congenital_anomaly")
IN_BRAZIL = ("preterm_birth-booking", "low_birth_weight-booking")
IN_TERRITORIES = ("nicu_admission-labour", *IN_BRAZIL)


def santa_catarina_questions(folder: Path) -> list[Question]:
    """Low Apgar score and low birth weight in labour; low Apgar score given the newborn (case mix)."""
    frame = read_cohort(SANTA_CATARINA.register, folder / SANTA_CATARINA.file).frame
    year = frame["year_of_birth"].astype(int)
    outcomes = (
        ("low_birth_weight", "low_birth_weight", "Low birth weight given gestation, in labour", SANTA_CATARINA_LABOUR),
        ("apgar_labour", "apgar_5min_at_most_7", "Apgar of 7 or less, asked in labour", SANTA_CATARINA_LABOUR),
        ("apgar_case_mix", "apgar_5min_at_most_7", "Apgar of 7 or less, given the newborn's facts", KNOWN_ONCE_BORN),
    )
    return [
        build_question(
            id,
            label,
            frame,
            observe(outcome, frame),
            features,
            Moment.BIRTH,  # the newborn's facts are encoded, for the case mix; see docs
            "facility_id",
            development=year < STARTS[0],
            periods=[Period(str(start), year < start, (year >= start) & (year < start + 3)) for start in STARTS],
            latest=12 * year + frame["month_of_birth"].astype(int),
            least=(200, 500),
            seed=SEED,
        )
        for id, outcome, label, features in outcomes
    ]


def sari_questions(folder: Path) -> list[Question]:
    """Death of the mother after admission with severe acute respiratory infection, in the states of Brazil."""
    frame = read_cohort(SARI_2020.register, folder / SARI_2020.file).frame
    early = frame["month_of_onset"] < "2021-04"
    return [
        build_question(
            "sari_death",
            "Death of the mother, on admission with SARI",
            frame,
            observe("maternal_death", frame),
            SARI_FEATURES,
            Moment.SARI_ADMISSION,
            "state",
            development=early,
            periods=[Period("2021-04", early, ~early)],
            latest=None,
            least=(200, 100),
            seed=SEED,
        )
    ]


def abroad_questions(folder: Path) -> list[Question]:
    """Shipped US models in the territories and the states of Brazil, adopted early, tested later."""
    territories = read_cohort(TERRITORIES.register, folder / TERRITORIES.file).frame
    brazil = read_cohort(BRAZIL_RAW.register, folder / BRAZIL_RAW.file).frame
    first_half = territories["month_of_birth"].astype(int) <= 6
    until_2014 = brazil["year_of_birth"].astype(int) <= 2014
    models = {name: load_model(name) for name in (*IN_TERRITORIES, *IN_BRAZIL)}
    return [
        *(_build_transport_question(models[name], TERRITORIES, territories, first_half) for name in IN_TERRITORIES),
        *(_build_transport_question(models[name], BRAZIL_RAW, brazil, until_2014) for name in IN_BRAZIL),
    ]


def _build_transport_question(
    model: RiskModel, source: RegisterFile, frame: pd.DataFrame, early: pd.Series
) -> Question:
    came = ELIGIBILITY_BY_MOMENT.get(model.moment)
    included = np.ones(len(frame), dtype=bool) if came is None else ~came.excluded_rows(frame)
    frame, early = frame.loc[included], early[included]
    inputs = conform(frame, needed=model.inputs).frame
    id, where = ("territories", "the US territories") if source is TERRITORIES else ("brazil", "states of Brazil")
    transport_question = build_question(
        f"{model.id}-{id}",
        f"`{model.id}`, from the US to {where}",
        inputs.assign(state=frame["state"]),
        observe(model.outcome, frame),
        model.feature_names,
        model.moment,
        "state",
        development=None,
        periods=[Period("one", early, ~early)],
        latest=None,
        least=(200, 200),
        seed=SEED,
    )
    return replace(transport_question, shipped=model)


QUESTION_SETS: tuple[tuple[tuple[str, ...], Callable[[Path], list[Question]]], ...] = (
    (("low_birth_weight", "apgar_labour", "apgar_case_mix"), santa_catarina_questions),
    (("sari_death",), sari_questions),
    (
        tuple(f"{name}-territories" for name in IN_TERRITORIES) + tuple(f"{name}-brazil" for name in IN_BRAZIL),
        abroad_questions,
    ),
)
"""The questions' ids, and what reads them."""
