"""Training: no future, no leak, no straddling, the simpler scorer unless the other earns its keep."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import InputError, LeakError, MissingVariables, NotEnoughData
from perinatal.models.explanation import additive_error
from perinatal.models.scorers import scorer_kinds
from perinatal.models.scorers.declared.boosted import BoostedScorer
from perinatal.training.fitting import Candidate, simplest_within_one_standard_error
from perinatal.training.folds import encode_groups, grouped_folds
from perinatal.vocabulary import VARIABLES

FEATURES = ["gestational_age_at_birth_days", "plurality", "maternal_age_years", "fetal_presentation"]


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    """The sample, five times over under the same delivery ids, so that models have something to learn from."""
    return pd.concat([pn.conform(pn.load_sample("births")).frame] * 5)


FEW_ROUNDS = tuple(({"depth": depth, "rounds": 40},) for depth in (2, 3, 4))


@pytest.fixture(autouse=True)
def few_rounds(monkeypatch):
    monkeypatch.setattr(BoostedScorer, "candidates", FEW_ROUNDS)


@pytest.fixture(scope="module")
def model(births):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(BoostedScorer, "candidates", FEW_ROUNDS)
        return pn.fit(births, outcome="low_birth_weight", moment="labour", features=FEATURES)


def test_every_kind_of_scorer_is_recorded_and_one_is_selected(model):
    candidates = model.evidence.training.candidates
    assert [candidate.scorer for candidate in candidates][:4] == ["logistic", *["boosted"] * 3]
    assert {candidate.scorer for candidate in candidates} == set(scorer_kinds())
    assert sum(candidate.selected for candidate in candidates) == 1


def test_the_same_seed_gives_the_same_model_and_another_seed_another_record(births, model, tmp_path):
    again = pn.fit(births, outcome="low_birth_weight", moment="labour", features=FEATURES)
    for one, made in ((tmp_path / "a", model), (tmp_path / "b", again)):
        made.save(one)
    names = sorted(file.name for file in (tmp_path / "a").iterdir())
    assert names == sorted(file.name for file in (tmp_path / "b").iterdir())
    for name in names:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    other = pn.fit(births, outcome="low_birth_weight", moment="labour", features=FEATURES, seed=1)
    assert other.evidence.training.candidates != model.evidence.training.candidates


def test_an_explanation_adds_up_to_the_risk_shown(model, births):
    explanation = model.explain(births)
    assert additive_error(explanation) < 1e-6
    pd.testing.assert_series_equal(explanation.risk, model.predict(births).risk)


def test_an_outcome_that_is_settled_by_then_is_refused(births):
    with pytest.raises(LeakError, match="settled"):
        pn.fit(births, outcome="preterm_birth", moment="labour")


@pytest.mark.parametrize("feature", ["birth_weight_g", "apgar_5min", "mode_of_birth"])
def test_a_feature_from_the_future_is_refused(births, feature):
    with pytest.raises(LeakError, match=feature):
        pn.fit(births, outcome="low_birth_weight", moment="labour", features=[*FEATURES, feature])


def test_what_settles_the_outcome_is_refused_even_when_it_is_known(births):
    rows = births.assign(very_preterm_birth=(births["gestational_age_at_birth_days"] < 224).astype("boolean"))
    with pytest.raises(LeakError):
        pn.fit(rows, outcome="preterm_birth", moment="booking", features=["gestational_age_at_birth_days"])


def test_default_features_are_those_known_at_the_moment_without_labels_or_race(births):
    rows = births.assign(
        maternal_race_us=pd.Categorical(["black"] * len(births), VARIABLES["maternal_race_us"].kind.levels)
    )
    model = pn.fit(rows, outcome="low_birth_weight", moment="booking", options=pn.FitOptions(scorers=["logistic"]))
    used = set(model.feature_names)
    assert "maternal_race_us" not in used
    assert "delivery_id" not in used
    assert {"antenatal_contacts", "gestational_weight_gain_kg", "gestational_age_at_birth_days"}.isdisjoint(used)
    assert {"maternal_age_years", "plurality"} <= used


def test_rows_with_an_unknown_outcome_are_counted_not_dropped_in_silence(births):
    rows = births.copy()
    rows.loc[rows.index[:7], "birth_weight_g"] = np.nan
    record = pn.fit(
        rows,
        outcome="low_birth_weight",
        moment="labour",
        features=FEATURES,
        options=pn.FitOptions(scorers=["logistic"]),
    )
    training = record.evidence.training
    assert training.outcome_unknown == rows["birth_weight_g"].isna().sum() > 0
    assert training.n + training.outcome_unknown == training.rows == len(rows)


def test_too_few_events_are_refused_with_their_number(births):
    with pytest.raises(NotEnoughData, match=r"events in \d+ rows"):
        pn.fit(births.head(40), outcome="low_birth_weight", moment="labour", features=FEATURES)


def test_an_absent_outcome_or_feature_is_named(births):
    with pytest.raises(MissingVariables, match="infant_death"):
        pn.fit(births, outcome="infant_death", moment="birth")
    with pytest.raises(MissingVariables, match="tocolysis"):
        pn.fit(births.drop(columns="tocolysis"), outcome="low_birth_weight", moment="labour", features=["tocolysis"])


@pytest.mark.parametrize(
    "wrong",
    [
        {"scorers": []},
        {"scorers": ["forest"]},
        {"masked_weight": 2},
        {"directions": {"plurality": 2}},
        {"directions": {"parity": 1}},
    ],
)
def test_wrong_arguments_are_refused(births, wrong):
    with pytest.raises(InputError):
        pn.fit(births, outcome="low_birth_weight", moment="labour", features=FEATURES, options=pn.FitOptions(**wrong))


def test_any_table_gives_the_model_of_its_conformed_frame(births):
    """Raw, by another heading in another unit, conformed, as records: the same rows, the same model."""
    options = pn.FitOptions(scorers=["logistic"])
    raw = pd.concat([pn.load_sample("births")] * 5, ignore_index=True)
    clinic = raw.rename(columns={"maternal_age_years": "AGE"}).assign(birth_weight_g=raw["birth_weight_g"] / 1000)
    ways = (
        (raw, {}),
        (raw.to_dict("records"), {}),
        (pn.conform(raw), {}),
        (pn.conform(raw).frame.set_axis(list("abc") * 400), {}),
        (clinic, {"columns": {"AGE": "maternal_age_years"}, "units": {"birth_weight_g": "kg"}}),
    )
    expected = pn.fit(births, "low_birth_weight", "labour", features=FEATURES, options=options)
    for table, how in ways:
        fitted = pn.fit(table, "low_birth_weight", "labour", features=FEATURES, options=options, **how)
        assert fitted.evidence == expected.evidence
        np.testing.assert_array_equal(fitted.predict(births).log_odds, expected.predict(births).log_odds)


def test_rows_are_grouped_by_any_column_of_the_table(births):
    options = pn.FitOptions(scorers=["logistic"])
    table = pd.concat([pn.load_sample("births")] * 5).drop(columns="delivery_id")
    table["family"] = np.tile(np.arange(240) // 2, 5)
    fitted = pn.fit(table, "low_birth_weight", "labour", features=FEATURES, groups="family", options=options)
    assert fitted.evidence.training.grouped_by == "family"
    assert fitted.evidence.training.groups <= 120
    with pytest.raises(InputError, match="groups: the table has no column 'household'"):
        pn.fit(table, "low_birth_weight", "labour", features=FEATURES, groups="household")


def test_copies_of_rows_are_refused(births):
    copies = births.assign(delivery_id=[f"d{i}" for i in range(len(births))])
    with pytest.raises(LeakError, match="cop"):
        pn.fit(copies, outcome="low_birth_weight", moment="labour", features=FEATURES)


def test_folds_never_split_a_group_and_every_fold_holds_events():
    random = np.random.default_rng(0)
    codes = random.integers(0, 300, 1000)
    observed = (random.random(1000) < 0.1).astype(float)
    fold = grouped_folds(codes, observed, 5, seed=0)
    for code in np.unique(codes):
        assert len(np.unique(fold[codes == code])) == 1
    assert all(0 < observed[fold == k].sum() < (fold == k).sum() for k in range(5))
    assert (grouped_folds(codes, observed, 5, seed=0) == fold).all()
    assert (grouped_folds(codes, observed, 5, seed=1) != fold).any()


def test_rows_without_an_identifier_stand_for_themselves():
    frame = pd.DataFrame({"mother_id": ["a", None, "a", None]})
    codes, by = encode_groups(frame)
    assert by == "mother_id"
    assert codes[0] == codes[2]
    assert len(set(codes)) == 3


def test_the_simpler_scorer_is_kept_unless_the_other_is_better_by_more_than_a_standard_error():
    random = np.random.default_rng(0)
    base = random.gamma(1, 0.3, 2000)
    noise = random.normal(0, 0.2, 2000)
    simple = Candidate("logistic", {}, base, base)
    level = Candidate("boosted", {}, base, base + noise - noise.mean() - 0.001)
    better = Candidate("boosted", {}, base, base + noise - noise.mean() - 0.05)
    codes = np.arange(2000)
    assert simplest_within_one_standard_error([simple, level], codes) is simple
    assert simplest_within_one_standard_error([simple, better], codes) is better


def test_whole_absent_columns_do_not_multiply_risks():
    """Unknown is rare and ominous in training; a table that lacks the column must not look ominous throughout."""
    random = np.random.default_rng(5)
    n = 6000
    frame = pd.DataFrame(
        {
            "maternal_age_years": random.uniform(18, 40, n),
            "body_mass_index_kg_m2": random.normal(26, 4, n),
            "parity": random.integers(0, 5, n).astype(float),
        }
    )
    odd = random.random(n) < 0.01
    frame.loc[odd, "body_mass_index_kg_m2"] = np.nan
    frame["low_birth_weight"] = pd.array(random.random(n) < np.where(odd, 0.8, 0.08), dtype="boolean")
    share = frame["low_birth_weight"].mean()
    plain, masked = (
        pn.fit(
            frame,
            outcome="low_birth_weight",
            moment="booking",
            options=pn.FitOptions(scorers=["boosted"], masked_weight=weight),
        )
        for weight in (0, 1)
    )
    lacking = frame.drop(columns=["body_mass_index_kg_m2"])
    assert plain.predict(lacking).risk.mean() > 3 * share
    assert masked.predict(lacking).risk.mean() < 0.5 * plain.predict(lacking).risk.mean()
