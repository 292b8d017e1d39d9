"""Sites together: pooled counts give what pooled rows give, nobody is told of, and one model comes out for all."""

from __future__ import annotations

import json
import threading

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import perinatal as pn
from perinatal.cli.main import main
from perinatal.errors import AdoptionRefused, InputError, NotEnoughData, SummaryError
from perinatal.evaluate import auroc, calibration_curve, observed_over_expected
from perinatal.models.scorers import Recalibration, fit_recalibration
from perinatal.sites import Limits, Prior, Rung, fit_rung
from perinatal.sites.applying import compute_base
from perinatal.sites.pooling import cells, measures
from perinatal.sites.pooling.file_format import LARGEST_BYTES

FEATURES = ("gestational_age_at_birth_days", "birth_weight_g", "mode_of_birth", "newborn_sex", "chorioamnionitis")
SITES = 4
OFF, ON = 1, 10
PRIOR = Prior(0.5, 0.12, 0.25)


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    return pn.conform(pn.load_sample("hospital_births")).frame


@pytest.fixture(scope="module")
def model(births):
    """A model whose risks are too high and too extreme for the sites that ask it."""
    fitted = pn.fit(births, "nicu_admission", "birth", features=FEATURES, options=pn.FitOptions(scorers=["logistic"]))
    return fitted.recalibrated(Recalibration(0.8, 1.3))


@pytest.fixture(scope="module")
def model_folder(model, tmp_path_factory) -> str:
    return str(model.save(tmp_path_factory.mktemp("model") / "nicu"))


def _sites(model, births, smallest_cell=ON, **arguments):
    return [
        pn.summarise(
            model, pn.Conformed(births.iloc[i::SITES], ()), site=f"H{i}", smallest_cell=smallest_cell, **arguments
        )
        for i in range(SITES)
    ]


@pytest.fixture(scope="module")
def rows(model, births) -> tuple[np.ndarray, np.ndarray]:
    return births["nicu_admission"].to_numpy(dtype=bool), model.predict(births).log_odds


def _simulated(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    draw = np.random.default_rng(seed)
    log_odds = draw.normal(-3, 1.3, n)
    return draw.random(n) < expit(0.3 + 0.8 * log_odds), log_odds


# ------------------------------------------------------------------------------------------------------------- cells


@pytest.mark.parametrize("smallest", [1, 2, 5, 10, 50])
@pytest.mark.parametrize("n", [50, 333, 5000])
def test_no_cell_is_smaller_than_the_rule_and_everybody_is_counted_once(n, smallest):
    _, log_odds = _simulated(n)
    merged = cells.build_cells(log_odds, smallest)
    assert merged.total == n
    assert (merged.n >= smallest).all()
    assert (merged.first[1:] > merged.last[:-1]).all()
    assert merged.n @ merged.mean == pytest.approx(log_odds.sum(), abs=1e-5 * n)


@pytest.mark.parametrize("smallest", [1, 10])
def test_two_points_of_a_cell_have_its_first_three_moments_and_lie_within_it(smallest):
    draw = np.random.default_rng(0)
    log_odds = np.concatenate([draw.normal(-4, 1, 500), draw.gamma(1, 2, 30)])
    merged = cells.build_cells(log_odds, smallest)
    at, people = merged.points()
    assert people.sum() == pytest.approx(len(log_odds))
    for power in (1, 2, 3):
        assert people @ at**power == pytest.approx((log_odds**power).sum(), rel=2e-4)
    half = len(merged.n)
    for which in (at[:half], at[half:]):
        assert (which >= merged.first / cells.STEPS_PER_UNIT - 1e-4).all()
        assert (which <= (merged.last + 1) / cells.STEPS_PER_UNIT + 1e-4).all()


def test_the_same_rows_in_another_order_give_the_same_cells():
    _, log_odds = _simulated(2000)
    one, other = cells.build_cells(log_odds, 10), cells.build_cells(log_odds[::-1], 10)
    assert all((a == b).all() for a, b in zip(one, other, strict=True))


def test_log_odds_that_are_all_the_same_are_one_cell_without_spread():
    merged = cells.build_cells(np.full(40, -2.5), 10)
    assert (merged.n.tolist(), merged.spread.tolist(), merged.lean.tolist()) == ([40], [0], [0])


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf, 100.0, -1e9])
def test_log_odds_that_cannot_be_are_counted_and_refused(value):
    with pytest.raises(InputError, match="1 of 3"):
        cells.build_cells(np.array([0.0, 1.0, value]))


def test_cells_joined_from_two_halves_are_those_of_all():
    _, log_odds = _simulated(4000)
    apart = cells.merge_cells([cells.build_cells(log_odds[::2]), cells.build_cells(log_odds[1::2])])
    assert apart.total == 4000
    whole, people = apart.points()
    assert people @ whole**3 == pytest.approx((log_odds**3).sum(), rel=1e-6)


@pytest.mark.parametrize(("smallest", "within"), [(OFF, 2e-5), (ON, 2e-3)])
def test_the_area_under_the_curve_from_cells_is_that_of_the_rows(smallest, within):
    observed, log_odds = _simulated(20_000)
    estimate = measures.auroc(
        cells.build_cells(log_odds[observed], smallest), cells.build_cells(log_odds[~observed], smallest)
    )
    exact = auroc(observed, expit(log_odds))
    assert estimate.value == pytest.approx(exact.value, abs=within)
    assert estimate.high - estimate.low == pytest.approx(exact.high - exact.low, rel=0.01)


def test_ties_count_a_half():
    with_event, without = (cells.build_cells(np.repeat([-2.0, 0.0], counts)) for counts in ((10, 30), (50, 20)))
    observed = np.repeat([1, 1, 0, 0], [10, 30, 50, 20])
    exact = auroc(observed, expit(np.repeat([-2.0, 0.0, -2.0, 0.0], [10, 30, 50, 20]))).value
    assert measures.auroc(with_event, without).value == pytest.approx(exact, abs=1e-12)


# ------------------------------------------------------------------------------------------------- pooled against rows


@pytest.mark.parametrize(("smallest", "within"), [(OFF, 2e-5), (ON, 1e-2)])
def test_pooled_files_give_the_recalibration_of_the_pooled_rows(model, births, rows, tmp_path, smallest, within):
    observed, log_odds = rows
    files = [s.write(tmp_path / f"{s.site}.json") for s in _sites(model, births, smallest)]
    pooled = pn.pool(files)
    exact = fit_recalibration(observed, log_odds)
    assert pooled.recalibration.intercept == pytest.approx(exact.intercept, abs=within)
    assert pooled.recalibration.slope == pytest.approx(exact.slope, abs=within)
    assert pooled.n, pooled.events == (len(observed), int(observed.sum()))
    expected = observed_over_expected(observed, expit(log_odds))
    np.testing.assert_allclose(pooled.observed_over_expected, expected, atol=within)
    assert max(file.stat().st_size for file in files) <= LARGEST_BYTES


def test_the_pooled_curve_is_that_of_the_pooled_rows(model, births, rows):
    observed, log_odds = rows
    curve = pn.pool(_sites(model, births, OFF)).curve
    exact = calibration_curve(observed, expit(log_odds), at=curve["risk"])
    middle = slice(10, 50)
    for column in ("observed_share", "low", "high"):
        np.testing.assert_allclose(curve[column][middle], exact[column][middle], atol=0.01)


def test_the_order_of_files_changes_nothing(model, births):
    sites = _sites(model, births)
    assert pn.pool(sites).to_dict() == pn.pool(sites[::-1]).to_dict()


def test_a_single_site_pools_to_itself_and_says_nothing_of_others(model, births):
    pooled = pn.pool([pn.summarise(model, pn.Conformed(births, ()), site="alone")])
    assert pooled.across == {}
    assert list(pooled.sites.index) == ["alone"]
    assert "new site" not in repr(pooled)


def test_the_interval_for_a_new_site_is_wider_than_that_of_the_mean(model, births):
    slope = pn.pool(_sites(model, births)).across["calibration_slope"]
    assert slope.new_site.low <= slope.summary.low < slope.summary.high <= slope.new_site.high
    assert slope.sites == SITES


def test_everything_told_is_json_without_holes(model, births):
    content = json.loads(json.dumps(pn.pool(_sites(model, births)).to_dict(), allow_nan=False))
    assert {"recalibration", "sites", "across_sites", "curve", "auroc"} <= set(content)
    assert len(content["curve"]) > 10


# -------------------------------------------------------------------------------------------- what is not to be told


def _few_events(births: pd.DataFrame, events: int, n: int = 400) -> pn.Conformed:
    having, lacking = births[births["nicu_admission"]], births[~births["nicu_admission"]]
    return pn.Conformed(pd.concat([having.head(events), lacking.head(n - events)]), ())


@pytest.mark.parametrize("events", [0, 1, 9])
def test_a_site_with_fewer_than_ten_events_does_not_tell_how_many(model, births, events):
    summary = pn.summarise(model, _few_events(births, events), site="small")
    assert (summary.events, summary.with_event, summary.n, summary.others.total) == (None, None, 400, 400)
    assert "fewer than 10" in repr(summary)


@pytest.mark.parametrize("events", [0, 1, 3])
def test_with_the_rule_switched_off_it_does_tell(model, births, tmp_path, events):
    summary = pn.summarise(model, _few_events(births, events), site="small", smallest_cell=1, with_curvature=True)
    assert (summary.events, summary.with_event.total) == (events, events)
    again = pn.SiteSummary.read(summary.write(tmp_path / "small.json"))
    large = pn.summarise(model, pn.Conformed(births, ()), site="large")
    pooled = pn.pool([again, large])
    assert pooled.n == 400 + len(births)
    assert np.isfinite(pooled.recalibration.slope)


def test_small_sites_that_do_not_tell_pull_the_pooled_risks_down_as_their_rows_would(model, births):
    large = pn.summarise(model, pn.Conformed(births, ()), site="large")
    small = [_few_events(births.iloc[i:], 4) for i in (0, 600, 1200)]
    hidden = [pn.summarise(model, table, site=f"small {i}") for i, table in enumerate(small)]
    counted = [pn.summarise(model, table, site=f"small {i}", smallest_cell=1) for i, table in enumerate(small)]
    risk = {}
    for name, sites in (("without", [large]), ("hidden", [large, *hidden]), ("told", [large, *counted])):
        risk[name] = expit(pn.pool(sites).recalibration.log_odds(-2.0))
    assert risk["told"] < risk["hidden"] < risk["without"]
    assert 0 < pn.pool([large, *hidden]).hidden_events < 27


def test_sites_that_all_hide_their_events_cannot_be_pooled(model, births):
    hidden = [pn.summarise(model, _few_events(births.iloc[at:], 4), site=f"small {at}") for at in (0, 300)]
    with pytest.raises(NotEnoughData, match="None of the 2 sites"):
        pn.pool(hidden)


@pytest.mark.parametrize("n", [0, 1, 5, 9])
def test_too_few_rows_are_refused_and_counted_in_no_message(model, births, n):
    with pytest.raises(NotEnoughData, match="fewer than 10"):
        pn.summarise(model, pn.Conformed(births[~births["nicu_admission"]].head(n), ()), site="tiny")


def test_rows_of_unknown_outcome_stay_out_and_are_counted_at_the_site(model, births):
    unknown = births.assign(nicu_admission=births["nicu_admission"].mask(np.arange(len(births)) < 100))
    summary = pn.summarise(model, pn.Conformed(unknown, ()), site="H")
    assert (summary.n, summary.excluded) == (len(births) - 100, 100)
    assert "excluded" not in summary.to_dict()


def test_an_index_with_repeats_and_inputs_that_are_all_unknown_are_no_trouble(model, births):
    twice = births.set_axis(["same"] * len(births)).assign(birth_weight_g=np.nan, gestational_age_at_birth_days=np.nan)
    assert pn.summarise(model, pn.Conformed(twice, ()), site="H").n == len(births)


def test_a_wrong_unit_is_said_at_the_site_and_no_file_is_made_of_it(model):
    table = pn.load_sample("hospital_births")
    grams = table.assign(birth_weight_g=table["birth_weight_g"] / 1000)
    with pytest.raises(InputError, match=r"birth_weight_g: seems to be in another unit\. State the units"):
        pn.summarise(model, grams, site="H")
    some = table.assign(birth_weight_g=table["birth_weight_g"].mask(table.index == table.index[0], 3.1))
    assert any(p.variable == "birth_weight_g" for p in pn.summarise(model, some, site="H").problems)


# ---------------------------------------------------------------------------------------------------- not together


def test_the_same_file_twice_is_refused_by_name(model, births, tmp_path):
    file = _sites(model, births)[0].write(tmp_path / "north.json")
    copied = tmp_path / "north (1).json"
    copied.write_bytes(file.read_bytes())
    with pytest.raises(SummaryError, match=r"'north \(1\)\.json': holds the same counts as 'north\.json'"):
        pn.pool([file, copied])


def test_the_same_rows_under_another_label_are_refused(model, births):
    conformed = pn.Conformed(births, ())
    with pytest.raises(SummaryError, match="the same rows twice"):
        pn.pool([pn.summarise(model, conformed, site=name) for name in ("North", "South")])


def test_two_files_of_one_site_are_refused_however_its_name_is_written(model, births):
    halves = [pn.Conformed(births.iloc[at::2], ()) for at in range(2)]
    sites = [pn.summarise(model, half, site=name) for half, name in zip(halves, ("St. Mary", "ST.  MARY"), strict=True)]
    with pytest.raises(SummaryError, match=r"is of the site 'ST\.  MARY'"):
        pn.pool(sites)


def test_the_file_of_another_model_is_refused_also_where_it_comes_first(model, births):
    sites = _sites(model, births)
    other = pn.summarise(model.recalibrated(Recalibration(0.1, 1.0)), pn.Conformed(births, ()), site="other")
    with pytest.raises(SummaryError, match="summary 1: is of another model") as refused:
        pn.pool([other, *sites])
    assert str(refused.value).startswith("1 of the files")


def test_refused_files_can_be_left_out_and_are_told(model, births, tmp_path):
    files = [s.write(tmp_path / f"{s.site}.json") for s in _sites(model, births)]
    (tmp_path / "bad.json").write_text("{")
    pooled = pn.pool([*files, tmp_path / "bad.json"], leave_out_refused=True)
    assert len(pooled.sites) == SITES
    assert [name for name, _ in pooled.refused] == ["'bad.json'"]


@pytest.mark.parametrize("files", [[], [17], [None]])
def test_nothing_and_something_else_cannot_be_pooled(files):
    with pytest.raises((SummaryError, InputError)):
        pn.pool(files)


# -------------------------------------------------------------------------------------------------- one model for all


@pytest.mark.parametrize("rung", [Rung.KEEP, Rung.INTERCEPT, Rung.SLOPE, Rung.RESCALED])
def test_a_model_for_all_is_the_one_fitted_on_all_rows(model, births, rows, rung):
    at = pn.pool(_sites(model, births, OFF)).recalibration
    pooled = pn.pool(_sites(model, births, OFF, with_curvature=True, recalibration=at))
    explanation = model.explain(births)
    prior = PRIOR if rung is Rung.RESCALED else Prior(1e6, 1e6, 0.25)
    exact = fit_rung(rung, explanation.matrix, explanation.base, rows[0], prior=prior)
    log_odds = pooled.adopt(model, rung, prior).predict(births).log_odds
    expected = exact.log_odds(explanation.matrix, explanation.base)
    within = 5e-3 if rung is Rung.RESCALED else 1e-4
    assert np.abs(expit(log_odds) - expit(expected)).max() < within


def test_parts_taken_far_from_where_the_sites_are_need_a_second_round(model, births):
    model = model.recalibrated(Recalibration(0.6, 1.0))
    pooled = pn.pool(_sites(model, births, with_curvature=True))
    with pytest.raises(InputError, match="a second file at the pooled recalibration") as refused:
        pooled.adopt(model, Rung.RESCALED)
    assert f"--recalibration {pooled.recalibration.intercept:.6g}" in str(refused.value)


def test_a_second_round_brings_the_rescaled_model_nearer(model, births, rows):
    near = model.recalibrated(Recalibration(-0.56, 0.77))  # undoes most of what was done to it
    explanation = near.explain(births)
    exact = fit_rung(Rung.RESCALED, explanation.matrix, explanation.base, rows[0], prior=PRIOR)
    first = pn.pool(_sites(near, births, OFF, with_curvature=True))
    second = pn.pool(_sites(near, births, OFF, with_curvature=True, recalibration=first.recalibration))
    off = [
        np.abs(np.subtract(pooled.update(near, Rung.RESCALED, PRIOR).factors, exact.factors)).max()
        for pooled in (first, second)
    ]
    assert off[1] < off[0] < 0.3


def test_an_adopted_model_is_saved_read_again_and_still_adds_up(model, births, tmp_path):
    at = pn.pool(_sites(model, births)).recalibration
    pooled = pn.pool(_sites(model, births, with_curvature=True, recalibration=at))
    for rung in (Rung.SLOPE, Rung.RESCALED):
        adopted = pooled.adopt(model, rung, name="Northern province")
        again = pn.load_model(adopted.save(tmp_path / rung.value))
        explanation = again.explain(births.head(50))
        np.testing.assert_allclose(explanation.base + explanation.matrix.sum(axis=1), explanation.log_odds, atol=1e-6)
        assert again.id == f"{model.id}@northern-province"
        assert again.evidence.adoption.pooled_from == SITES
        assert "no row left a site" in again.adoption.why


def test_the_updated_model_fits_all_sites_together(model, births, rows):
    adopted = pn.pool(_sites(model, births)).adopt(model)
    ratio = observed_over_expected(rows[0], adopted.predict(births).risk.to_numpy()).value
    assert ratio == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("way", ["flipped", "shuffled", "turned round", "far too rare"])
def test_a_model_whose_risks_tell_nothing_of_all_sites_is_pooled_but_not_adopted_for_them(model, births, way):
    draw, events = np.random.default_rng(0), births["nicu_admission"].to_numpy(dtype=bool)
    risk = model.predict(births).risk.to_numpy()
    seen = {
        "flipped": ~events,
        "shuffled": draw.permutation(events),
        "turned round": draw.random(len(events)) < 0.3 * (1 - risk) ** 2,
        "far too rare": events & (draw.random(len(events)) < 0.15),
    }[way]
    pooled = pn.pool(_sites(model, births.assign(nicu_admission=pd.array(seen, dtype="boolean")), smallest_cell=OFF))
    assert np.isfinite(pooled.recalibration.slope)
    message = {"far too rare": "frequency: Observed over expected"}.get(way, "order of risks: AUROC")
    with pytest.raises(AdoptionRefused, match=f"(?s)is not adopted for 4 sites.*{message}"):
        pooled.adopt(model)


def test_a_larger_difference_is_taken_where_the_sites_are_sure_of_it(model, births):
    draw = np.random.default_rng(0)
    rare = births["nicu_admission"].to_numpy(dtype=bool) & (draw.random(len(births)) < 0.15)
    pooled = pn.pool(_sites(model, births.assign(nicu_admission=pd.array(rare, dtype="boolean")), smallest_cell=OFF))
    assert pooled.adopt(model, limits=Limits(ratio=50)).adoption.events == pooled.events


def test_sites_that_hide_their_events_pull_the_pooled_intercept_down_as_they_do_the_slope(model, births):
    events = births["nicu_admission"].to_numpy(dtype=bool)
    without = pn.Conformed(births[~events].head(600), ())
    summaries = _sites(model, births)
    quiet = pn.summarise(model, without, site="Quiet")
    assert quiet.events is None
    alone, with_quiet = (
        pn.pool(sites).update(model, Rung.INTERCEPT).intercept for sites in (summaries, [*summaries, quiet])
    )
    assert with_quiet < alone - 0.1


def test_women_outside_the_denominator_are_not_summarised():
    model = pn.load_model("gestational_diabetes-booking")
    draw = np.random.default_rng(0)
    women = pd.DataFrame(
        {"maternal_age_years": draw.integers(18, 45, 400), "gestational_diabetes": draw.random(400) < 0.2}
    )
    women["pre_gestational_diabetes"] = np.arange(400) < 40
    assert pn.summarise(model, women, site="x").n == 360


def test_another_model_than_the_sites_asked_is_not_updated(model, births):
    pooled = pn.pool(_sites(model, births))
    with pytest.raises(InputError, match="The sites used the model"):
        pooled.adopt(pn.load_model("nicu_admission-labour"))


def test_rescaling_without_its_numbers_and_refitting_are_refused(model, births):
    pooled = pn.pool(_sites(model, births))
    with pytest.raises(InputError, match="--with-curvature"):
        pooled.update(model, Rung.RESCALED)
    with pytest.raises(InputError, match="needs rows"):
        pooled.update(model, Rung.REFIT)


def test_the_prior_for_a_new_site_reaches_as_far_as_the_sites_lie_from_the_model(model, births):
    far = model.recalibrated(Recalibration(1.0, 1.0))
    pooled = pn.pool(_sites(far, births))
    assert pooled.prior.intercept >= abs(pooled.across["calibration_intercept"].summary.value) > 0.5
    assert pooled.prior.slope >= abs(pooled.across["calibration_slope"].summary.value - 1)
    alone = pn.pool(_sites(far, births)[:1])
    assert alone.prior == Prior()


def test_a_curvature_of_other_rows_is_found(model, births):
    from dataclasses import replace

    sites = _sites(model, births, with_curvature=True)
    swapped = [replace(sites[0], curvature=sites[0].curvature._replace(information=4 * sites[0].curvature.information))]
    with pytest.raises(InputError, match="H0 is not of the counts"):
        pn.pool([*swapped, *sites[1:]]).update(model, Rung.RESCALED)


def test_a_feature_that_few_differ_in_is_added_to_the_rest(model, births):
    curvature = _sites(model, births, with_curvature=True)[0].curvature
    assert 0 < len(curvature.features) < len(model.features)
    assert len(curvature.gradient) == len(curvature.features) + 2
    assert compute_base(model) == pytest.approx(model.explain(births.head(1)).base)


def test_two_threads_get_what_one_gets(model, births):
    texts: list[str] = []
    expected = _sites(model, births)[0].to_json()
    threads = [threading.Thread(target=_append, args=(texts, model, births)) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert texts == [expected, expected]


def _append(texts: list[str], model, births) -> None:
    texts.append(_sites(model, births)[0].to_json())


# --------------------------------------------------------------------------------------------------- the command line


@pytest.fixture(scope="module")
def tables(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tables")
    for at in range(2):
        pn.load_sample("hospital_births").iloc[at::2].to_csv(folder / f"h{at}.csv", index=False)
    return folder


def _summarised(tables, model_folder: str, at: int, *more: str) -> int:
    named = ["--model", model_folder, "--site", f"Hospital {at}"]
    return main(["summarise", str(tables / f"h{at}.csv"), *named, *more])


def test_a_dry_run_shows_the_whole_file_and_writes_nothing(tables, model_folder, capsys):
    before = sorted(tables.iterdir())
    assert _summarised(tables, model_folder, 0, "--dry-run", "--out", str(tables / "never.json")) == 0
    streams = capsys.readouterr()
    assert json.loads(streams.out)["site"] == "Hospital 0"
    assert "nothing was written" in streams.err
    assert sorted(tables.iterdir()) == before
    assert _summarised(tables, model_folder, 0, "--out", str(tables / "s.json")) == 0
    assert (tables / "s.json").read_text(encoding="utf-8") == streams.out


def test_from_two_tables_to_a_model_for_both_on_the_command_line(tables, model_folder, tmp_path, capsys):
    files = [str(tmp_path / f"s{at}.json") for at in range(2)]
    for at in range(2):
        assert _summarised(tables, model_folder, at, "--out", files[at]) == 0
    recalibration = pn.pool(files).recalibration
    for at in range(2):
        again = [
            "--with-curvature",
            "--recalibration",
            repr(recalibration.intercept),
            repr(recalibration.slope),
            "--out",
            files[at],
        ]
        assert _summarised(tables, model_folder, at, *again) == 0
    capsys.readouterr()
    out, numbers = str(tmp_path / "together"), str(tmp_path / "pooled.json")
    arguments = ["--model", model_folder, "--rung", "rescaled", "--name", "Both", "--out", out, "--json", numbers]
    assert main(["pool", *files, *arguments]) == 0
    assert "2 sites" in capsys.readouterr().out
    assert pn.load_model(out).id.endswith("@both")
    assert json.loads((tmp_path / "pooled.json").read_text())["n"] == 2400


def test_files_that_cannot_be_pooled_are_named_and_nothing_is_written(tables, model_folder, tmp_path, capsys):
    file = str(tmp_path / "s.json")
    assert _summarised(tables, model_folder, 0, "--out", file) == 0
    (tmp_path / "bad.json").write_text("[]")
    files = [file, str(tmp_path / "bad.json")]
    assert main(["pool", *files, "--model", model_folder, "--out", str(tmp_path / "m")]) == 3
    assert "'bad.json'" in capsys.readouterr().err
    assert not (tmp_path / "m").exists()
    assert main(["pool", *files, "--leave-out-refused"]) == 0
    assert "left out: 'bad.json'" in capsys.readouterr().err


def test_the_page_needs_no_network_and_escapes_what_it_is_told(tables, model_folder, tmp_path, capsys):
    files = [str(tmp_path / f"s{at}.json") for at in range(2)]
    for at in range(2):
        assert _summarised(tables, model_folder, at, "--out", files[at]) == 0
    (tmp_path / "<b>.json").write_text("{")
    page = tmp_path / "p.html"
    assert main(["pool", *files, str(tmp_path / "<b>.json"), "--leave-out-refused", "--html", str(page)]) == 0
    text = page.read_text(encoding="utf-8")
    assert "Hospital 1" in text
    assert "&lt;b&gt;.json" in text
    assert "<b>.json" not in text
    assert "http" not in text.replace("http://www.w3.org", "")


@pytest.mark.parametrize("slope", [0.0, -1.0, np.nan, np.inf])
def test_a_recalibration_that_is_none_is_no_place_for_the_parts(model, births, slope):
    with pytest.raises(InputError, match="slope above 0"):
        pn.summarise(
            model, pn.Conformed(births, ()), site="H", with_curvature=True, recalibration=Recalibration(0.0, slope)
        )


@pytest.mark.parametrize(
    "arguments",
    [
        ["summarise", "h0.csv", "--model", "nicu_admission-birth", "--site", "H"],
        ["summarise", "h0.csv", "--model", "nicu_admission-birth", "--site", "../H", "--dry-run"],
        ["summarise", "none.csv", "--model", "nicu_admission-birth", "--site", "H", "--dry-run"],
        ["pool", "none.json"],
        ["pool", "h0.csv", "--out", "m"],
    ],
)
def test_a_command_that_cannot_be_done_says_why(tables, monkeypatch, capsys, arguments):
    monkeypatch.chdir(tables)
    assert main(arguments) == 3
    assert capsys.readouterr().err.startswith("perinatal: ")
