"""What the cells of ordinary tables hold: each is a value, unknown by a declared rule, or counted; never half read."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import UnknownLevels
from test_door import KINDS, VERBS, births, score

OUTCOME_VERBS = [
    "conform",
    "validate",
    "compare",
    "fit",
    "audit",
    "adopt",
    "monitor",
    "summarise",
    "train_federated",
]


def with_days_as_the_outcome() -> pd.DataFrame:
    """Days in the unit where the flag should be: 0, 1, 2, ..."""
    days = np.random.default_rng(0).geometric(0.15, 600)
    admitted = births()["nicu_admission"].fillna(False).astype(bool)
    return births().assign(nicu_admission=np.where(admitted, days, 0))


@pytest.mark.parametrize("verb", OUTCOME_VERBS)
def test_an_outcome_that_holds_a_count_is_refused_by_every_verb_that_reads_it(verb):
    with pytest.raises(UnknownLevels, match=r"nicu_admission.*the column holds 0, 1, 2, 3.*Is it a count"):
        VERBS[verb](with_days_as_the_outcome())


@pytest.mark.parametrize("verb", VERBS)
def test_a_flag_that_holds_another_number_is_refused_by_every_verb(verb):
    sign = np.where(np.arange(600) % 7 == 0, 2, 1)
    with pytest.raises(UnknownLevels, match=r"convulsions.*the column holds 1, 2\..*words="):
        VERBS[verb](births().assign(convulsions=sign))


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in ("conformed", "cohort")])
def test_a_flag_that_holds_another_number_is_refused_in_every_kind_of_table(kind):
    table = births().assign(convulsions=np.where(np.arange(600) % 7 == 0, 2, 1))
    with pytest.raises(UnknownLevels, match="the column holds 1, 2"):
        score().predict(KINDS[kind](table))


@pytest.mark.parametrize("value", [2, 2.0, "2", 0.5, 3])
def test_a_record_and_a_table_refuse_the_same_number_in_a_flag(value):
    model = pn.load_model("preterm_birth-booking")
    record = {"maternal_age_years": 24, "plurality": 1, "body_mass_index_kg_m2": 24, "previous_preterm_birth": value}
    for table in (record, [record], pd.DataFrame([record])):
        with pytest.raises(UnknownLevels, match="previous_preterm_birth"):
            model.predict(table)
        with pytest.raises(UnknownLevels, match="previous_preterm_birth"):
            model.explain(table)


def test_codes_of_a_flag_are_read_as_the_map_states():
    table = pd.DataFrame({"previous_preterm_birth": [1, 2, 9, 1]})
    read = pn.conform(
        table, columns={"previous_preterm_birth": pn.Column("previous_preterm_birth", words={1: False, 2: True})}
    )
    assert read.frame["previous_preterm_birth"].tolist() == [False, True, pd.NA, False]


def test_the_refusal_shows_large_numbers_only_where_five_rows_share_them():
    days = [0, 1] * 20 + [140] * 5 + [317]
    with pytest.raises(UnknownLevels) as refusal:
        pn.conform(pd.DataFrame({"nicu_admission": days}))
    assert "holds 0, 1, 140." in str(refusal.value)


def test_the_refusal_shows_shared_words_and_no_names():
    words = ["Operative"] * 5 + ["Fatima Bibi"]
    with pytest.raises(UnknownLevels) as refusal:
        pn.conform(pd.DataFrame({"mode_of_birth": words}))
    assert "They hold 'operative'" in str(refusal.value)
    assert "atima" not in str(refusal.value)
    names = [f"Person {n}" for n in range(40)] * 5
    with pytest.raises(UnknownLevels) as refusal:
        pn.conform(pd.DataFrame({"mode_of_birth": names}))
    assert "erson" not in str(refusal.value)
