"""The arithmetic of the adoption experiment, on small made-up hospitals."""

from __future__ import annotations

import doctest
import importlib
import json
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

from adoption_trial import methods, page, summary, trial  # noqa: E402
from adoption_trial.frozen import Frozen, develop  # noqa: E402
from adoption_trial.questions import BirthCounts, Period, build_question, count_births, merge_births  # noqa: E402

from perinatal.evaluate import auroc  # noqa: E402
from perinatal.models.adopted import Rung  # noqa: E402
from perinatal.sites.rungs import Prior  # noqa: E402
from perinatal.sites.sample_sizes import FEWEST_EVENTS  # noqa: E402
from perinatal.vocabulary import Moment  # noqa: E402

FEATURES = ("previous_preterm_birth", "chronic_hypertension", "married")


def hospitals(places: int = 12, births: int = 1500, spread: float = 0.5, seed: int = 0) -> pd.DataFrame:
    """Births in hospitals whose log-odds and whose effect of one fact differ."""
    random = np.random.default_rng(seed)
    place = np.repeat(np.arange(places), births)
    facts = {name: random.random(len(place)) < share for name, share in zip(FEATURES, (0.2, 0.1, 0.6), strict=True)}
    shift, factor = random.normal(0, spread, places), random.normal(1, 0.3, places)
    log_odds = -2 + shift[place] + factor[place] * facts["previous_preterm_birth"] + 0.8 * facts["chronic_hypertension"]
    return pd.DataFrame(
        {
            "facility_id": pd.Series([f"h{number:02}" for number in place], dtype="str"),
            **{name: pd.array(known, dtype="boolean") for name, known in facts.items()},
            "preterm_birth": pd.array(random.random(len(place)) < expit(log_odds), dtype="boolean"),
            "month": np.tile(np.arange(births), places),
        }
    )


def make_question(frame: pd.DataFrame, **changed):
    early = frame["month"] < 1000
    return build_question(
        "made_up",
        "Made-up hospitals",
        frame,
        frame["preterm_birth"],
        FEATURES,
        Moment.BOOKING,
        "facility_id",
        **{
            "development": early,
            "periods": [Period("one", early, ~early)],
            "latest": frame["month"],
            "least": (200, 100),
            "seed": 0,
            **changed,
        },
    )


@pytest.fixture(scope="module")
def made_up():
    return make_question(hospitals())


@pytest.fixture(scope="module")
def lines(made_up):
    one, other = trial.split_places(made_up.names, 0)
    made = develop(made_up, one, 0)
    adopts = [place for place in made_up.places if place.name in set(other)]
    return pd.DataFrame(
        [line for p in adopts for line in trial.run_trial(made.model, made.prior, p, draws=0, slow_draws=1)]
    )


def flat(n: int = 400, seed: int = 0) -> tuple[Frozen, BirthCounts, np.ndarray, np.ndarray]:
    """A model of two parts, births that agree with it, and those births one by one."""
    random = np.random.default_rng(seed)
    parts = random.normal(0, 0.8, (50, 2))
    model = Frozen("logistic", -1.0, parts, np.zeros((50, 2), np.float32), ())
    pattern = random.integers(0, 50, n)
    observed = (random.random(n) < expit(model.log_odds[pattern])).astype(float)
    return model, count_births(pattern, observed), pattern, observed


def test_counting_births_loses_none(made_up):
    frame = hospitals()
    assert sum(rows.births for rows in made_up.development.values()) == (frame["month"] < 1000).sum()
    assert sum(place.later.births for place in made_up.places) == (frame["month"] >= 1000).sum()
    events = frame.loc[frame["month"] < 1000, "preterm_birth"].sum()
    assert merge_births(list(made_up.development.values())).events == events


def test_births_without_an_outcome_or_a_place_are_left_out():
    frame = hospitals(places=3)
    frame.loc[frame.index % 10 == 0, "preterm_birth"] = pd.NA
    frame.loc[frame.index % 10 == 1, "facility_id"] = np.nan
    experiment = make_question(frame)
    assert sum(place.later.births for place in experiment.places) == 0.8 * (frame["month"] >= 1000).sum()


def test_places_with_too_few_births_do_not_count():
    assert len(make_question(hospitals(places=3), least=(200, 501)).places) == 0
    assert len(make_question(hospitals(places=3), least=(1000, 500)).places) == 3


def test_the_latest_births_are_taken_first():
    frame = hospitals(places=2)
    frame["preterm_birth"] = pd.array(frame["month"] >= 900, dtype="boolean")
    place = make_question(frame).places[0]
    assert place.observed[:100].all()
    assert not place.observed[100:].any()


def test_so_many_events_are_taken_and_the_last_birth_is_one(made_up):
    place = made_up.places[0]
    for draw in (None, 0, 1):
        _, observed = trial.take_births(place, None, 25, draw)
        assert observed.sum() == 25
        assert observed[-1] == 1
    assert trial.take_births(place, None, 10_000, 0) is None
    assert trial.take_births(place, 10_000, None, 0) is None


def test_a_draw_is_the_same_every_time_and_another_one_is_not(made_up):
    place = made_up.places[0]
    first, again, other = (trial.take_births(place, 300, None, draw)[0].tolist() for draw in (1, 1, 2))
    assert first == again != other


def test_the_area_under_the_curve_of_counted_births_is_that_of_births():
    model, rows, pattern, observed = flat()
    assert trial.concordance(rows, model.log_odds) == pytest.approx(
        auroc(observed, expit(model.log_odds[pattern])).value, abs=1e-12
    )


def test_the_loss_of_counted_births_is_that_of_births():
    model, rows, pattern, observed = flat()
    risk = expit(model.log_odds[pattern])
    expected = -np.mean(np.where(observed == 1, np.log(risk), np.log(1 - risk)))
    assert trial.mean_loss(rows, model.log_odds) == pytest.approx(expected, abs=1e-12)


def test_the_noise_is_what_chance_makes_of_a_difference_in_loss():
    random = np.random.default_rng(0)
    model, rows, *_ = flat(4000)
    other = model.log_odds + 0.2
    births = count_births(rows.pattern, np.zeros(len(rows.pattern)), rows.weights)
    risk = (expit(model.log_odds) + expit(other)) / 2
    differences = []
    for _ in range(400):
        events = random.binomial(births.weights.astype(int), risk[births.pattern])
        both = BirthCounts(
            np.tile(births.pattern, 2),
            np.repeat([1.0, 0.0], len(births.pattern)),
            np.r_[events, births.weights - events],
        )
        differences.append(trial.mean_loss(both, other) - trial.mean_loss(both, model.log_odds))
    assert trial.chance_sd(births, model.log_odds, other) == pytest.approx(np.std(differences), rel=0.1)


def test_a_place_without_a_single_later_event_has_noise_too():
    model, *_ = flat()
    later = count_births(np.arange(50), np.zeros(50))
    measures = trial.measure(later, model.log_odds + 0.5, model.log_odds)
    assert measures["chance"] > 0
    assert np.isnan(measures["auroc"])
    assert np.isnan(measures["slope"])


def test_frozen_is_never_worse_than_frozen(lines):
    frozen = lines[lines["way"] == "frozen"]
    assert (frozen["from_frozen"] == 0).all()
    assert (frozen["chance"] == 0).all()


@pytest.mark.parametrize("name", [name for name in methods.WAYS if name not in methods.SLOW])
def test_every_way_that_keeps_the_model_answers_for_every_pattern_whatever_the_births(name):
    way, _ = methods.WAYS[name]
    model, rows, *_ = flat()
    none = count_births(rows.pattern, np.zeros(len(rows.pattern)), rows.weights)
    for births in (rows, none, count_births(np.array([3]), np.array([1.0]))):
        answers = way(model, births, Prior())
        assert answers.shape == (50,)
        assert np.isfinite(answers).all()


@pytest.mark.parametrize("name", methods.SLOW)
def test_every_way_that_trains_answers_for_every_pattern_and_keeps_the_model_without_events(name, made_up):
    way, _ = methods.WAYS[name]
    model = Frozen("logistic", -2.0, np.zeros((len(made_up.matrix), 3)), made_up.matrix, made_up.features)
    births = made_up.development["h00"]
    assert np.isfinite(way(model, births, Prior())).all()
    if name != "boosted further":
        none = BirthCounts(births.pattern, np.zeros(len(births.pattern)), births.weights)
        assert way(model, none, Prior()).tolist() == model.log_odds.tolist()


def test_likelihood_alone_keeps_the_model_where_one_class_is_absent():
    model, rows, *_ = flat()
    none = count_births(rows.pattern, np.zeros(len(rows.pattern)), rows.weights)
    for way in (methods.refit_intercept, methods.recalibrate, methods.update_by_closed_testing):
        assert way(model, none, Prior()).tolist() == model.log_odds.tolist()


def test_closed_testing_keeps_a_model_that_fits_and_moves_one_that_does_not():
    model, rows, *_ = flat(3000)
    assert methods.update_by_closed_testing(model, rows, Prior()).tolist() == model.log_odds.tolist()
    shifted = Frozen(model.kind, model.base - 1, model.parts, model.matrix, model.features)
    moved = methods.update_by_closed_testing(shifted, rows, Prior())
    assert np.allclose(moved - shifted.log_odds, moved[0] - shifted.log_odds[0])  # the intercept alone
    assert moved[0] - shifted.log_odds[0] == pytest.approx(1, abs=0.2)


def test_adoption_keeps_the_model_below_the_least_number_of_events():
    model, rows, pattern, observed = flat(2000)
    shifted = Frozen(model.kind, model.base - 2, model.parts, model.matrix, model.features)
    events = np.flatnonzero(observed == 1)
    positions = np.r_[events[: FEWEST_EVENTS[Rung.RESCALED] - 1], np.flatnonzero(observed == 0)]
    few = count_births(pattern[positions], observed[positions])
    assert methods.adopt(shifted, few, Prior()).tolist() == shifted.log_odds.tolist()
    assert methods.adopt(shifted, rows, Prior()).tolist() != shifted.log_odds.tolist()


def test_the_halves_are_all_the_places_once():
    one, other = trial.split_places([f"h{n}" for n in range(9)], 3)
    assert sorted(one + other) == [f"h{n}" for n in range(9)]


def test_shrinkage_beats_likelihood_in_hospitals_with_few_births(lines):
    results = summary.summarise(lines)
    few = next(a for a in results["amounts"] if (a["by"], a["amount"]) == ("births", 200))
    assert few["ways"]["rescaled, learnt prior"]["ratio"][0] < 1


def test_a_summary_holds_no_place_and_no_count_under_ten(lines):
    text = json.dumps(summary.summarise(lines))
    assert not any(name in text for name in lines["place"].unique())
    for amount in summary.summarise(lines)["amounts"]:
        assert amount["events"] is None or amount["events"] >= 10


def test_the_measure_of_logistic_recalibration_is_one_of_itself(lines):
    for amount in summary.summarise(lines)["amounts"]:
        assert amount["ways"][summary.REFERENCE]["ratio"] == [1.0, 1.0, 1.0]
        assert amount["ways"]["frozen"]["worse"] == [0.0, 0.0, 0.0]
        for way in amount["ways"].values():
            value, low, high = way["excess"]
            assert low <= value <= high
        assert sum(way["best"] or 0 for way in amount["ways"].values()) == pytest.approx(1, abs=0.01)


def test_no_way_beats_the_oracle_that_is_trained_on_the_same_births(lines):
    oracles = lines[lines["by"] == "all"]
    best = oracles.groupby("place")["loss"].min()
    assert (oracles.set_index("place")["loss"] >= best.reindex(oracles["place"])).all()


def test_the_page_shows_every_question_and_every_way(lines):
    results = [{"id": "made_up", "label": "Made-up hospitals", "developed": [], **summary.summarise(lines)}]
    text = page.build_page(results)
    assert "## Made-up hospitals" in text
    for name in methods.WAYS:
        assert f"| {name} |" in text
    assert "nan" not in text


def test_the_committed_page_is_that_of_the_committed_numbers():
    numbers = ROOT / "docs" / "adoption_experiment.json"
    results = json.loads(numbers.read_text(encoding="utf-8"))
    assert (ROOT / "docs" / "adoption_experiment.md").read_text(encoding="utf-8") == page.build_page(results)


def test_log_odds_of_a_shifted_model_are_found_again_by_likelihood():
    model, _, pattern, _ = flat(200_000)
    random = np.random.default_rng(1)
    observed = (random.random(len(pattern)) < expit(0.3 + 1.2 * model.log_odds[pattern])).astype(float)
    log_odds = methods.recalibrate(model, count_births(pattern, observed), Prior())
    assert np.abs(log_odds - (0.3 + 1.2 * model.log_odds)).max() < 0.1
    assert logit(expit(log_odds)) == pytest.approx(log_odds)


@pytest.mark.parametrize("module", ["questions", "methods", "trial", "summary", "page"])
def test_the_examples_of_the_parts_hold(module):
    assert doctest.testmod(importlib.import_module(f"adoption_trial.{module}")).failed == 0
