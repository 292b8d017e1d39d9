"""Rungs: fits that are exact, shrunk, additive; chosen by a rule; and how many births each asks for."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import expit, log_expit

import perinatal as pn
from perinatal.errors import CorruptModel, InputError, NotEnoughData
from perinatal.models.evidence import Evidence, read_record
from perinatal.models.scorers import fit_recalibration
from perinatal.sites import (
    NO_SHRINKAGE,
    DevelopmentSite,
    Prior,
    Rung,
    Update,
    average_with_frozen,
    fit_rung,
    learn_prior,
    sample_size,
)
from perinatal.sites import log_evidence as evidence
from perinatal.sites.choosing import choose, predict_out_of_fold, repeated_grouped_folds, row_losses
from perinatal.sites.learning import read_prior
from perinatal.sites.rungs import penalty
from perinatal.sites.sample_sizes import FEWEST_EVENTS
from small_models import small_model

FITTED = (Rung.INTERCEPT, Rung.SLOPE, Rung.RESCALED)
BASE = -2.5


def rows(n: int = 2000, seed: int = 0, factors: tuple[float, ...] = (1, 1, 0.3, 1.4), moved: float = 0.5):
    random = np.random.default_rng(seed)
    parts = random.normal(size=(n, len(factors))) * 0.8
    return parts, (random.random(n) < expit(BASE + moved + parts @ np.array(factors))).astype(float)


def penalised(rung: Rung, beta: np.ndarray, parts: np.ndarray, observed: np.ndarray, prior: Prior) -> float:
    factors = np.ones(parts.shape[1]) if rung is Rung.INTERCEPT else np.broadcast_to(beta[1:], parts.shape[1])
    total = BASE + beta[0] + parts @ factors
    loss = -np.where(observed == 1, log_expit(total), log_expit(-total)).sum() + beta[0] ** 2 / (2 * prior.intercept**2)
    if rung is Rung.SLOPE:
        loss += (beta[1] - 1) ** 2 / (2 * prior.slope**2)
    if rung is Rung.RESCALED:
        spread = prior.factor**2 * np.eye(len(factors)) + prior.slope**2
        loss += (factors - 1) @ np.linalg.solve(spread, factors - 1) / 2
    return loss


@pytest.mark.parametrize("rung", FITTED)
def test_a_fit_is_the_summit_that_another_optimiser_finds(rung):
    parts, observed = rows(400)
    prior = Prior(0.7, 0.2, 0.3)
    start = np.array([0.0, *([1.0] if rung is Rung.SLOPE else [1.0] * 4 if rung is Rung.RESCALED else [])])

    def loss(beta: np.ndarray) -> float:
        return penalised(rung, beta, parts, observed, prior)

    optimum = minimize(loss, start, method="BFGS", options={"gtol": 1e-7})
    update = fit_rung(rung, parts, BASE, observed, prior=prior)
    ours = np.array([update.intercept, *(update.factors if rung is not Rung.INTERCEPT else ())])
    assert ours == pytest.approx(optimum.x, abs=1e-4)


def test_the_slope_without_shrinkage_is_logistic_recalibration():
    parts, observed = rows()
    log_odds = BASE + parts.sum(axis=1)
    ours = fit_rung(Rung.SLOPE, parts, BASE, observed, prior=NO_SHRINKAGE).recalibration(BASE)
    usual = fit_recalibration(observed, log_odds)
    assert (ours.intercept, ours.slope) == pytest.approx((usual.intercept, usual.slope), abs=1e-8)


def test_the_intercept_without_shrinkage_makes_observed_equal_expected():
    parts, observed = rows()
    update = fit_rung(Rung.INTERCEPT, parts, BASE, observed, prior=NO_SHRINKAGE)
    assert expit(update.log_odds(parts, BASE)).sum() == pytest.approx(observed.sum(), rel=1e-9)


@pytest.mark.parametrize("rung", [Rung.KEEP, *FITTED])
def test_parts_and_base_of_an_update_add_up_to_its_log_odds(rung):
    parts, observed = rows()
    update = fit_rung(rung, parts, BASE, observed)
    moved, base = update.parts(parts, BASE)
    assert base + moved.sum(axis=1) == pytest.approx(update.log_odds(parts, BASE), abs=1e-12)


def test_factors_without_spread_are_the_common_slope():
    parts, observed = rows()
    one = fit_rung(Rung.SLOPE, parts, BASE, observed, prior=Prior(0.5, 0.2, 0.0))
    same = fit_rung(Rung.RESCALED, parts, BASE, observed, prior=Prior(0.5, 0.2, 1e-5))
    assert same.factors == pytest.approx([one.factors[0]] * 4, abs=1e-4)
    assert fit_rung(Rung.RESCALED, parts, BASE, observed, prior=Prior(0.5, 0.2, 0.0)).factors == one.factors


def test_a_tighter_prior_moves_a_model_less():
    parts, observed = rows(300)
    moved = [abs(fit_rung(Rung.INTERCEPT, parts, BASE, observed, prior=Prior(sd)).intercept) for sd in (0.05, 0.3, 3)]
    assert moved == sorted(moved)
    assert moved[0] < 0.1


def test_a_feature_that_never_varies_keeps_the_common_slope():
    parts, observed = rows(3000)
    parts = np.column_stack([parts, np.full(3000, 0.2)])
    update = fit_rung(Rung.RESCALED, parts, BASE, observed, prior=Prior(0.5, 0.3, 0.2))
    assert update.factors[4] == pytest.approx(np.mean(update.factors[:4]), abs=0.15)


def test_weights_count_rows():
    parts, observed = rows(200)
    counts = np.random.default_rng(1).integers(1, 4, 200)
    many = fit_rung(Rung.RESCALED, np.repeat(parts, counts, axis=0), BASE, np.repeat(observed, counts))
    weighed = fit_rung(Rung.RESCALED, parts, BASE, observed, weights=counts)
    assert weighed.factors == pytest.approx(many.factors, abs=1e-9)


def test_no_event_is_no_summit_without_shrinkage_and_a_small_step_with_it():
    parts, _ = rows(30)
    with pytest.raises(NotEnoughData, match="no finite estimate"):
        fit_rung(Rung.INTERCEPT, parts, BASE, np.zeros(30), prior=NO_SHRINKAGE)
    assert -1.5 < fit_rung(Rung.INTERCEPT, parts, BASE, np.zeros(30)).intercept < 0


def test_perfectly_separated_rows_have_no_summit_without_shrinkage():
    parts = np.linspace(-1, 1, 50)[:, None]
    with pytest.raises(NotEnoughData, match="prior that shrinks"):
        fit_rung(Rung.SLOPE, parts, 0.0, (parts[:, 0] > 0).astype(float), prior=NO_SHRINKAGE)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"observed": [0.0, 1.0, np.nan]}, "1 of 3 are unknown"),
        ({"observed": [0.0, 1.0, 2.0]}, "0 or 1"),
        ({"observed": [0.0, 1.0]}, "Expected parts of shape"),
        ({"parts": [[np.nan], [0.0], [1.0]]}, "1 rows are not"),
        ({"weights": [1.0, -1.0, 1.0]}, "not negative"),
        ({"rung": Rung.REFIT}, "perinatal.fit"),
    ],
)
def test_what_cannot_be_fitted_on_is_refused_with_the_reason(change, words):
    arguments = {"rung": Rung.SLOPE, "parts": [[0.1], [0.2], [0.3]], "base": 0.0, "observed": [0.0, 1.0, 0.0], **change}
    with pytest.raises(InputError, match=words):
        fit_rung(**arguments)


def test_no_rows_are_not_enough():
    with pytest.raises(NotEnoughData, match="no rows"):
        fit_rung(Rung.SLOPE, np.empty((0, 2)), 0.0, np.empty(0))


@pytest.mark.parametrize("numbers", [(0, 1, 1), (1, 0, 1), (1, 1, -0.1), (1, 1, np.inf), (np.nan, 1, 1)])
def test_a_prior_that_is_none_is_refused(numbers):
    with pytest.raises(InputError, match="above 0"):
        Prior(*numbers)


def test_factors_that_differ_are_no_affine_map():
    with pytest.raises(InputError, match="no affine map"):
        Update(Rung.RESCALED, 0.0, (1.0, 0.5)).recalibration(BASE)


def test_two_threads_fit_the_same_bits():
    parts, observed = rows()

    def fitted(_: int) -> Update:
        return fit_rung(Rung.RESCALED, parts, BASE, observed)

    with ThreadPoolExecutor(2) as pool:
        first, *others = pool.map(fitted, range(6))
    assert all(other == first for other in others)


def test_the_average_is_a_share_of_the_shrunk_update():
    parts, observed = rows()
    whole = fit_rung(Rung.RESCALED, parts, BASE, observed)
    part = average_with_frozen(Rung.RESCALED, parts, BASE, observed)
    assert 0 <= part.weight <= 1
    assert part.intercept == pytest.approx(part.weight * whole.intercept)
    assert part.factors == pytest.approx(1 + part.weight * (np.array(whole.factors) - 1))


def test_the_average_follows_the_evidence():
    parts, observed = rows(150)
    prior = Prior()
    apart = evidence(Rung.SLOPE, parts, BASE, observed) - evidence(Rung.KEEP, parts, BASE, observed)
    assert average_with_frozen(Rung.SLOPE, parts, BASE, observed, prior=prior).weight == pytest.approx(expit(apart))


def test_a_prior_that_is_not_proper_averages_nothing():
    parts, observed = rows()
    assert average_with_frozen(Rung.SLOPE, parts, BASE, observed, prior=NO_SHRINKAGE).weight == 1


# The prior learnt from sites -----------------------------------------------------------------------------


def test_the_evidence_is_the_integral_over_the_prior():
    parts, observed = rows(60)
    prior = Prior(0.4, 0.2, 0.1)
    steps = np.linspace(-2.5, 2.5, 2001)
    total = BASE + parts.sum(axis=1)
    likelihood = [-row_losses(observed, total + step).sum() for step in steps]
    density = np.exp(np.array(likelihood) - 0.5 * (steps / 0.4) ** 2) / (0.4 * np.sqrt(2 * np.pi))
    exact = np.log(np.trapezoid(density, steps))
    assert evidence(Rung.INTERCEPT, parts, BASE, observed, prior=prior) == pytest.approx(exact, abs=0.01)


def test_the_penalty_is_the_inverse_of_the_spread_between_sites():
    prior = Prior(0.6, 0.25, 0.4)
    spread = np.linalg.inv(penalty(3, prior))
    assert spread[0, 0] == pytest.approx(0.36)
    assert spread[1:, 1:] == pytest.approx(0.16 * np.eye(3) + 0.0625)


def test_a_prior_learnt_from_sites_is_near_the_one_they_were_drawn_from():
    random = np.random.default_rng(3)
    sites = []
    for _ in range(12):
        parts = random.normal(size=(500, 3))
        factors = 1 + random.normal(0, 0.1) + random.normal(0, 0.3, 3)
        chance = expit(-1.5 + random.normal(0, 0.5) + parts @ factors)
        sites.append(DevelopmentSite(parts, -1.5, (random.random(500) < chance).astype(float)))
    learnt = learn_prior(sites)
    assert 0.25 < learnt.intercept < 0.9
    assert 0.15 < learnt.factor < 0.5
    with pytest.raises(NotEnoughData, match="at least 5 sites"):
        learn_prior(sites[:4])


def test_a_model_carries_the_prior_of_its_development_sites():
    from dataclasses import replace

    model = small_model("logistic")
    assert read_prior(model) == Prior()
    entries = {"intercept": 0.4, "slope": 0.1, "factor": 0.3, "sites": 77}
    evidence = read_record(Evidence, {"heterogeneity": entries})
    assert read_prior(replace(model, evidence=evidence)) == Prior(0.4, 0.1, 0.3)
    for wrong in ({"intercept": 0.4}, {"intercept": "x", "slope": 1, "factor": 1}, [1]):
        with pytest.raises(CorruptModel, match=r"'evidence\.heterogeneity"):
            read_record(Evidence, {"heterogeneity": wrong})
    with pytest.raises(CorruptModel, match="holds no prior"):
        read_prior(replace(model, evidence=read_record(Evidence, {"heterogeneity": {**entries, "slope": -1}})))


# Choosing ----------------------------------------------------------------------------------------------


def test_a_model_that_fits_is_seldom_changed_for_the_worse():
    worse, moved = 0, 0
    for seed in range(40):
        parts, observed = rows(200, seed, (1, 1, 1), 0.0)
        codes = np.arange(200)
        folds = repeated_grouped_folds(codes, observed, seed)
        losses = {r: predict_out_of_fold(r, parts, BASE, observed, folds, Prior()).losses for r in (Rung.KEEP, *FITTED)}
        chosen = choose(losses, codes).rung
        update = average_with_frozen(chosen, parts, BASE, observed)
        moved += chosen is not Rung.KEEP
        later, happened = rows(20_000, 1000 + seed, (1, 1, 1), 0.0)
        apart = row_losses(happened, update.log_odds(later, BASE)) - row_losses(happened, BASE + later.sum(axis=1))
        worse += apart.mean() > 0.005
    assert worse <= 4
    assert 10 <= moved <= 30  # docs/adoption.md: a step is no proof that the site differs


def test_a_site_that_differs_is_moved_and_its_later_rows_are_judged_better():
    parts, observed = rows(1500, 5)
    codes = np.arange(len(observed))
    folds = repeated_grouped_folds(codes, observed)
    losses = {r: predict_out_of_fold(r, parts, BASE, observed, folds, Prior()).losses for r in (Rung.KEEP, *FITTED)}
    chosen = choose(losses, codes)
    assert chosen.rung is Rung.RESCALED
    assert "lower than the frozen model's" in chosen.why
    update = average_with_frozen(chosen.rung, parts, BASE, observed)
    later, happened = rows(20_000, 6)
    assert row_losses(happened, update.log_odds(later, BASE)).mean() < row_losses(happened, BASE + later.sum(1)).mean()


def test_a_step_that_is_no_better_than_frozen_falls_back_and_says_so():
    frozen = np.full(100, 0.3)
    noise = np.random.default_rng(0).normal(0, 0.1, 100)
    losses = {Rung.KEEP: frozen, Rung.INTERCEPT: frozen - 0.05 + 0.01 * noise, Rung.RESCALED: frozen + 0.2 + noise}
    chosen = choose(losses, np.arange(100))
    assert chosen.rung is Rung.INTERCEPT
    assert "not better than the frozen model by 0.5 standard errors: rescaled" in chosen.why
    choice = choose({Rung.KEEP: frozen, Rung.RESCALED: frozen + 0.2 + noise}, np.arange(100))
    assert choice.rung is Rung.KEEP
    assert "not better than the frozen model" in choice.why


def test_a_refit_has_to_beat_the_steps_below_it_and_not_a_poor_model_only():
    noise = np.random.default_rng(0).normal(0, 0.05, 100)
    poor = np.full(100, 0.5)
    losses = {Rung.KEEP: poor, Rung.RESCALED: poor - 0.2 + noise, Rung.REFIT: poor - 0.1 + noise}
    chosen = choose(losses, np.arange(100))
    assert chosen.rung is Rung.RESCALED
    assert "not better than the frozen model and the lower steps by 0.5 standard errors" in chosen.why
    assert choose({**losses, Rung.REFIT: poor - 0.3 + noise}, np.arange(100)).rung is Rung.REFIT


def test_rows_of_one_group_are_never_on_both_sides():
    _, observed = rows(300)
    codes = np.arange(300) // 3
    for fold in repeated_grouped_folds(codes, observed):
        assert all(len(set(fold[codes == code])) == 1 for code in range(100))


# How many births ---------------------------------------------------------------------------------------


def test_the_rows_for_observed_over_expected_follow_the_published_formula():
    # Riley 2021 (10.1002/sim.9025): n = (1 - share) / (share SE²), here with SE = ln(1.25) / 1.96
    expected = 0.99 / (0.01 * (np.log(1.25) / 1.96) ** 2)
    assert sample_size(small_model("logistic"), 0.01, "intercept", auroc=0.7).births == np.ceil(expected)


def test_the_rows_for_the_slope_give_that_precision_when_simulated():
    requirement = sample_size(small_model("logistic"), 0.1, "slope", auroc=0.8)
    random = np.random.default_rng(0)
    spread = np.sqrt(2) * 0.8416212
    slopes = []
    for _ in range(200):
        event = random.random(requirement.births) < 0.1
        log_odds = np.log(0.1 / 0.9) - spread**2 / 2 + spread**2 * event + random.normal(0, spread, requirement.births)
        slopes.append(fit_recalibration(event, log_odds).slope)
    assert np.mean(slopes) == pytest.approx(1, abs=0.03)
    assert 1.96 * np.std(slopes) <= 0.2 * 1.15


@pytest.mark.parametrize("step", list(Rung))
def test_every_step_asks_for_at_least_the_events_it_is_allowed_from(step):
    requirement = sample_size(small_model("logistic"), 0.02, step, auroc=0.75)
    assert requirement.events >= FEWEST_EVENTS[step]
    assert requirement.births >= 100
    assert f"{requirement.births:,} births" in str(requirement)


def test_higher_steps_ask_for_more():
    births = [sample_size(small_model("logistic"), 0.05, step, auroc=0.7).births for step in list(Rung)[:4]]
    assert births == sorted(births)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((0.0, "slope"), "strictly between 0 and 1"),
        ((1.0, "slope"), "strictly between 0 and 1"),
        ((float("nan"), "slope"), "strictly between 0 and 1"),
        ((0.1, "leap"), "step must be one of keep, intercept"),
    ],
)
def test_sample_size_refuses_what_makes_no_sense(arguments, words):
    with pytest.raises(InputError, match=words):
        sample_size(small_model("logistic"), *arguments)


def test_sample_size_refuses_an_auroc_that_is_none():
    with pytest.raises(InputError, match="auroc must lie"):
        pn.sample_size(small_model("logistic"), 0.1, auroc=0.4)
