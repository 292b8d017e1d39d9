"""Head to head: who is compared, on which rows, what each number means, and what is never printed."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

import perinatal as pn
from perinatal import evaluate
from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.main import main
from perinatal.errors import InputError, MissingVariables, NotEnoughData, UnknownName
from perinatal.evaluate.curves import quick_ici
from perinatal.report import comparison_page
from perinatal.validation.comparing import _estimate_mean, _round_thresholds
from perinatal.validation.comparison import COMPARED
from perinatal.validation.contestants import (
    BASELINES,
    NEWBORN_OUTCOMES,
    find_comparators,
    find_neighbours,
    parse_comparators,
)
from perinatal.vocabulary import OUTCOMES, VARIABLES, neighbouring_outcomes

ROWS = 3000
ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "scripts"))

import make_comparison  # noqa: E402

from score_facts import FACTS  # noqa: E402


@pytest.fixture(scope="module")
def births() -> pd.DataFrame:
    """Made-up newborns whose deaths follow gestation, weight and Apgar."""
    rng = np.random.default_rng(7)
    days = np.clip(rng.normal(273, 20, ROWS).round(), 160, 300)
    weight = np.clip(3300 + 18 * (days - 273) + rng.normal(0, 400, ROWS), 400, 5500).round()
    apgar = np.clip(np.round(9 - rng.exponential(1.2, ROWS) - (days < 220) * 2), 0, 10)
    log_odds = -4 - 0.05 * (days - 273) - 0.4 * (apgar - 9)
    table = pd.DataFrame(
        {
            "gestational_age_at_birth_days": days,
            "birth_weight_g": weight,
            "apgar_5min": apgar,
            "newborn_sex": rng.choice(["female", "male"], ROWS),
            "plurality": 1.0,
            "maternal_age_years": rng.integers(16, 45, ROWS).astype(float),
            "infant_death": rng.random(ROWS) < expit(log_odds),
        }
    )
    table.loc[::50, "birth_weight_g"] = np.nan
    return table


@pytest.fixture(scope="module")
def found(births) -> pn.ComparisonResult:
    """Everything for infant death."""
    return pn.compare(births, "infant_death")


def test_every_model_for_the_outcome_is_ranked_or_left_out_with_a_reason(found):
    listed = pn.available_models(kind="all")
    assert set(listed.index) <= {*found.ranking.index, *found.left_out.index}
    assert found.left_out["reason"].str.len().min() > 5
    for name in listed.index[listed["outcome"] == "infant_death"]:
        assert name in found.ranking.index


def test_the_ranking_runs_from_the_highest_auroc_down(found):
    assert found.ranking["auroc"].is_monotonic_decreasing
    assert found.ranking["difference"].iloc[0] == 0
    assert (found.ranking["difference"].iloc[1:] <= 0).all()


def test_all_are_judged_on_the_same_rows_those_to_which_all_have_an_answer(births, found):
    assert dict(found.flow)["compared"] == found.n == len(births)
    assert found.ranking.loc["infant_death-birth", "answered"] == len(births)
    named = pn.compare(births, "infant_death", [*found.ranking.index, "birth_weight_g"])
    complete = births[["birth_weight_g", "gestational_age_at_birth_days", "apgar_5min"]].notna().all(axis=1)
    assert named.n == int(complete.sum())
    assert dict(named.flow)["compared"] == named.n
    assert named.ranking.loc["birth_weight_g", "answered"] == births["birth_weight_g"].notna().sum()
    assert named.ranking.loc["infant_death-birth", "answered"] == len(births)


def test_the_numbers_are_those_of_the_evaluation_toolkit(births):
    result = pn.compare(births, "infant_death", ["infant_death-birth", "gestational_age_at_birth_days"])
    observed = births["infant_death"].to_numpy()
    risk = pn.load_model("infant_death-birth").predict(births).risk.to_numpy()
    assert result.n == len(births)
    assert result.estimate("infant_death-birth", "auroc") == pytest.approx(evaluate.auroc(observed, risk))
    assert result.estimate("infant_death-birth", "observed_over_expected") == pytest.approx(
        evaluate.observed_over_expected(observed, risk)
    )
    assert result.estimate("infant_death-birth", "calibration_slope") == pytest.approx(
        evaluate.calibration_slope(observed, risk)
    )
    assert result.estimate("infant_death-birth", "ici").value == pytest.approx(
        evaluate.calibration_errors(observed, risk).ici
    )
    paired = evaluate.compare_auroc(observed, -births["gestational_age_at_birth_days"].to_numpy(), risk)
    first, second = result.ranking.index
    sign = 1 if first == "infant_death-birth" else -1
    assert result.estimate(second, "difference").value == pytest.approx(sign * paired.difference.value)


@pytest.mark.parametrize("threshold", [0.005, 0.02])
def test_net_benefit_is_that_of_the_toolkit_and_calling_everybody_stands_beside(births, threshold):
    result = pn.compare(births, "infant_death", ["infant_death-birth"], thresholds=[threshold])
    observed = births["infant_death"].to_numpy()
    risk = pn.load_model("infant_death-birth").predict(births).risk.to_numpy()
    lines = result.benefit.set_index("id")
    curve = evaluate.decision_curve(observed, risk, [threshold])
    assert lines.loc["infant_death-birth", "net_benefit"] == pytest.approx(curve["model"].item())
    assert lines.loc["alert for everybody", "net_benefit"] == pytest.approx(curve["treat_all"].item())
    drawn = evaluate.decision_curve(observed, risk, [threshold], times=300)
    width = lines.loc["infant_death-birth", "high"] - lines.loc["infant_death-birth", "low"]
    assert width == pytest.approx((drawn["high"] - drawn["low"]).item(), rel=0.25)


def test_a_measurement_only_ranks_and_the_lowest_weight_is_the_worst(births):
    found = pn.compare(births, "infant_death", ["infant_death-birth", "birth_weight_g"])
    line = found.ranking.loc["birth_weight_g"]
    assert line["auroc"] > 0.5
    assert np.isnan(line[["observed_over_expected", "calibration_slope", "ici"]].astype(float)).all()
    assert "birth_weight_g" not in set(found.benefit["id"])


def test_lowest_and_highest_say_which_answer_is_the_worst(births):
    pair = [pn.compare(births, "infant_death", [f"{way}:apgar_5min"]) for way in ("lowest", "highest")]
    low, high = (result.ranking["auroc"].item() for result in pair)
    assert low == pytest.approx(1 - high)
    assert pn.compare(births, "infant_death", ["apgar_5min"]).ranking["auroc"].item() == low


def test_a_model_of_another_outcome_is_compared_as_a_ranking_only_and_says_so(births):
    result = pn.compare(births, "infant_death", ["nicu_admission-birth", "infant_death-birth"])
    line = result.ranking.loc["nicu_admission-birth"]
    assert np.isnan(line["observed_over_expected"])
    assert "compared as a ranking only" in line["note"]


def test_something_that_settles_the_outcome_is_told(births):
    low = births.assign(low_apgar_5min=births["apgar_5min"] < 7)
    result = pn.compare(low, "low_apgar_5min", ["apgar_5min"])
    assert "defines the outcome" in result.ranking["note"].item()
    assert result.ranking["auroc"].item() == 1.0


@pytest.mark.parametrize("outcome", sorted(OUTCOMES))
def test_no_measurement_stands_by_default_that_settles_the_outcome_or_comes_after_it(outcome):
    declared = OUTCOMES[outcome]
    for comparator in find_comparators(declared)[0]:
        if comparator.id in BASELINES:
            assert outcome in NEWBORN_OUTCOMES
            assert not declared.settled_by & set(comparator.predictor.inputs)
            assert not any(VARIABLES[name].known_at.sees(declared.known_at) for name in comparator.predictor.inputs)


def test_inputs_without_a_column_are_named(found):
    assert "mode_of_birth" in found.ranking.loc["infant_death-birth", "absent"]


def test_a_model_with_none_of_its_columns_is_left_out_with_their_names(births):
    result = pn.compare(births, "infant_death", ["maternal_death-sari_admission", "apgar_5min", "cradle_vsa"])
    reason = result.left_out.loc["cradle_vsa", "reason"]
    assert "systolic_bp_mmhg" in reason
    assert "cradle_vsa" not in result.ranking.index


def test_a_score_that_answers_few_rows_is_set_aside_unless_it_is_named(births):
    some = births.assign(
        mother_hb=0, heart_rate_bpm=np.where(np.arange(ROWS) < 900, 90.0, np.nan), systolic_bp_mmhg=110.0
    ).drop(columns="mother_hb")
    some = some.assign(severe_maternal_morbidity=some["infant_death"])
    with pytest.raises(NotEnoughData, match="answers for 30% of the rows only"):
        pn.compare(some, "severe_maternal_morbidity")
    result = pn.compare(some, "severe_maternal_morbidity", ["shock_index_obstetric"])
    assert result.n == 900


def test_a_published_index_is_judged_at_its_published_cuts(births):
    rng = np.random.default_rng(1)
    ill = births["infant_death"].to_numpy()
    vitals = births.assign(
        severe_maternal_morbidity=ill,
        heart_rate_bpm=rng.normal(88, 15, ROWS) + 25 * ill,
        systolic_bp_mmhg=rng.normal(115, 14, ROWS) - 10 * ill,
    )
    result = pn.compare(vitals, "severe_maternal_morbidity", ["shock_index_obstetric", "cradle_vsa"])
    assert result.ranking["auroc"].min() > 0.6
    assert np.isnan(result.ranking["calibration_slope"]).all()
    assert result.benefit["id"].unique().tolist() == ["alert for everybody"]
    index = (vitals["heart_rate_bpm"] / vitals["systolic_bp_mmhg"]).to_numpy()
    cut = result.cuts[result.cuts["id"] == "shock_index_obstetric"].iloc[0]
    assert cut["sensitivity"] == pytest.approx((index[ill] >= 0.9).mean())
    assert cut["specificity"] == pytest.approx((index[~ill] < 0.9).mean())
    lights = result.cuts[result.cuts["id"] == "cradle_vsa"]
    assert lights["alerts_per_1000"].is_monotonic_decreasing


def test_a_hoped_for_outcome_is_ranked_by_its_own_probability():
    rng = np.random.default_rng(3)
    rows = 600
    taller = rng.normal(163, 7, rows)
    model = pn.load_model("grobman_vbac_2021")
    table = pd.DataFrame(index=range(rows))
    for name in model.inputs:
        kind = VARIABLES[name].kind
        if hasattr(kind, "levels"):
            table[name] = kind.levels[0]
        elif hasattr(kind, "possible"):
            table[name] = float(np.mean(kind.typical or kind.plausible))
        else:
            table[name] = rng.random(rows) < 0.4
    table["maternal_height_cm"] = taller
    table["previous_caesarean_sections"] = 1.0
    prediction = model.predict(table)
    assert prediction.answered.all(), "the made-up rows are outside the score's population"
    table["vaginal_birth_after_caesarean"] = rng.random(rows) < prediction.risk.to_numpy()
    result = pn.compare(table, "vaginal_birth_after_caesarean")
    assert result.ranking.loc["grobman_vbac_2021", "auroc"] > 0.5
    assert 0.85 < result.ranking.loc["grobman_vbac_2021", "observed_over_expected"] < 1.15


def test_a_score_whose_highest_is_best_is_turned_round_with_its_bands(births):
    rng = np.random.default_rng(5)
    ill = births["infant_death"].to_numpy()
    model, table = pn.load_model("apgar"), births[["infant_death"]].copy()
    for name in model.inputs:
        levels = VARIABLES[name].kind.levels
        table[name] = np.array(levels)[np.where(ill & (rng.random(ROWS) < 0.5), 0, len(levels) - 1)]
    result = pn.compare(table, "infant_death", ["apgar"])
    assert result.ranking["auroc"].item() > 0.7
    for _, cut in result.cuts.dropna(subset=["sensitivity"]).iterrows():
        assert cut["ppv"] > ill.mean()


@pytest.mark.parametrize("rows", [0, 1, 15])
def test_too_few_rows_are_refused_whatever_they_hold(births, rows):
    with pytest.raises(NotEnoughData):
        pn.compare(births.head(rows), "infant_death")


def test_an_index_that_repeats_makes_no_difference(births, found):
    repeated = births.set_axis(np.zeros(ROWS, dtype=int))
    result = pn.compare(repeated, "infant_death", ["apgar_5min", "infant_death-birth"])
    plain = pn.compare(births, "infant_death", ["apgar_5min", "infant_death-birth"])
    pd.testing.assert_frame_equal(result.ranking, plain.ranking)


def test_the_register_a_model_learnt_from_is_told(births):
    class Cohort:
        """As a register gives it."""

        frame = pn.conform(births).frame
        register = "nchs_linked_2011"

        class report:
            """Nothing was excluded."""

            rows_read = rows_included = ROWS
            exclusions = ()
            problems = ()

    result = pn.compare(Cohort(), "infant_death", ["infant_death-birth", "apgar_5min"])
    assert "trained on rows of this register" in result.ranking.loc["infant_death-birth", "note"]
    assert "learnt" not in result.ranking.loc["apgar_5min", "note"]


def test_rows_of_one_delivery_are_kept_together(births):
    twice = pd.concat([births, births], ignore_index=True).assign(delivery_id=np.tile(np.arange(ROWS), 2))
    alone, clustered = (pn.compare(t, "infant_death", ["apgar_5min"]) for t in (births, twice))
    assert clustered.grouped_by == "delivery_id"
    assert clustered.estimate("apgar_5min", "auroc") == pytest.approx(alone.estimate("apgar_5min", "auroc"), abs=1e-3)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_one_class_cannot_be_compared(births, share):
    with pytest.raises(NotEnoughData, match="at least 10 rows with the outcome"):
        pn.compare(births.assign(infant_death=bool(share)), "infant_death")


def test_an_outcome_that_is_not_there_is_said_to_be_missing(births):
    with pytest.raises(MissingVariables, match="infant_death"):
        pn.compare(births.drop(columns="infant_death"), "infant_death")


def test_where_nothing_can_run_every_reason_is_told(births):
    only = births[["infant_death"]]
    with pytest.raises(NotEnoughData, match="Nothing can be compared") as refused:
        pn.compare(only, "infant_death")
    assert "infant_death-birth: none of its columns is there" in str(refused.value)
    assert "birth_weight_g: columns absent" in str(refused.value)


def test_an_outcome_nothing_is_for_says_what_to_do(births):
    alone = births.assign(stillbirth=births["infant_death"])
    with pytest.raises(NotEnoughData, match="Name what should rank it in models"):
        pn.compare(alone, "stillbirth")
    assert pn.compare(alone, "stillbirth", ["maternal_age_years"]).n == ROWS


@pytest.mark.parametrize(
    ("models", "error", "said"),
    [
        ("infant_death-birth", InputError, "into a list"),
        (["infant_death-brith"], UnknownName, "canonical name"),
        (["apgar_5min", "lowest:apgar_5min"], InputError, "more than once"),
    ],
)
def test_models_that_cannot_be_understood_are_refused(births, models, error, said):
    with pytest.raises(error, match=said):
        pn.compare(births, "infant_death", models)


@pytest.mark.parametrize("chosen", [{"thresholds": [0.0]}, {"thresholds": [1.5]}, {"min_share_answered": 2}])
def test_impossible_choices_are_refused(births, chosen):
    with pytest.raises(InputError):
        pn.compare(births, "infant_death", **chosen)


def test_words_without_an_order_do_not_rank(births):
    result = pn.compare(births, "infant_death", ["newborn_sex", "apgar_5min"])
    assert result.left_out.loc["newborn_sex", "reason"] == "its words have no order"


def test_the_same_answer_everywhere_is_told(births):
    result = pn.compare(births, "infant_death", ["plurality", "apgar_5min"])
    assert "same answer to every row" in result.ranking.loc["plurality", "note"]
    assert result.ranking.loc["plurality", "auroc"] == 0.5


def test_cells_of_few_people_are_never_told(births):
    result = pn.compare(births, "infant_death", thresholds=[0.0001, 0.02, 0.97])
    ours = result.benefit[result.benefit["id"] == "infant_death-birth"].set_index("threshold")
    assert np.isnan(ours.loc[0.97, "net_benefit"])
    assert ours.loc[0.97, "note"] == "fewer than 10 people in a cell"
    text = json.dumps(result.to_dict())
    for key in ("rows", "n", "events", "answered"):
        for number in re.findall(rf'"{key}": (\d+)[,}}\]]', text):
            assert int(number) == 0 or int(number) >= 10
    few = births.assign(apgar_5min=births["apgar_5min"].mask(np.arange(ROWS) < 4))
    assert np.isnan(pn.compare(few, "infant_death", ["apgar_5min"]).ranking["answered"].item())
    assert "under 10" in comparison_page(pn.compare(few, "infant_death", ["apgar_5min"]))


def test_the_callers_table_is_not_changed(births):
    before = births.copy(deep=True)
    pn.compare(births, "infant_death", ["apgar_5min"])
    pd.testing.assert_frame_equal(births, before)


def test_json_holds_every_number_and_nothing_undefined(found):
    numbers = json.loads(json.dumps(found.to_dict(), allow_nan=False))
    assert [line["id"] for line in numbers["ranking"]] == found.ranking.index.tolist()
    for line in numbers["ranking"]:
        assert {f"{name}{end}" for name in COMPARED for end in ("", "_low", "_high")} <= set(line)
    assert numbers["n"] == found.n
    assert len(numbers["left_out"]) == len(found.left_out)


def test_the_page_shows_every_line_once_without_loading_anything(found):
    page = comparison_page(found)
    for name, line in found.ranking.iterrows():
        text = str(name) if line["kind"] == "trained" else str(line["name"])[1:]
        assert text in page
        assert f"{line['auroc']:.3f}" in page
    assert not re.search(r"https?://|<script|@import|url\(", page.replace("http://www.w3.org", ""))
    assert page.count("<table") == page.count("</table>")


def test_what_comes_from_a_table_is_escaped(births):
    named_so = births.rename(columns={"maternal_age_years": "<b>age</b>"})
    page = comparison_page(pn.compare(named_so, "infant_death", ["apgar_5min"]))
    assert "<b>age</b>" not in page


def test_the_command_line_writes_page_and_numbers(births, tmp_path, capsys):
    births.to_csv(tmp_path / "births.csv", index=False)
    page, numbers = tmp_path / "c.html", tmp_path / "c.json"
    arguments = ["compare", str(tmp_path / "births.csv"), "--outcome", "infant_death"]
    assert (
        main(
            [*arguments, "--models", "apgar_5min", "lowest:birth_weight_g", "--html", str(page), "--json", str(numbers)]
        )
        == 0
    )
    assert "apgar_5min" in capsys.readouterr().out
    assert json.loads(numbers.read_text(encoding="utf-8"))["outcome"] == "infant_death"
    assert "models compared on births.csv" in page.read_text(encoding="utf-8")
    assert main([*arguments[:-1], "no_such_outcome"]) == ExitCode.INPUT
    assert main([*arguments, "--register", "nchs_linked_2011", "--units", "a=b"]) == ExitCode.INPUT


@pytest.mark.parametrize("seed", range(3))
def test_the_quick_interval_of_the_ici_is_close_to_a_bootstraps(seed):
    rng = np.random.default_rng(seed)
    log_odds = rng.normal(-2, 1.2, 4000)
    risk, observed = expit(log_odds), rng.random(4000) < expit(0.7 * log_odds - 0.6)
    quick = quick_ici(observed, risk)
    drawn = evaluate.bootstrap(observed, risk, "ici", times=200)
    assert quick.value == pytest.approx(drawn.value)
    assert quick.low == pytest.approx(drawn.low, abs=0.3 * (drawn.high - drawn.low))
    assert quick.high == pytest.approx(drawn.high, abs=0.3 * (drawn.high - drawn.low))


@pytest.mark.parametrize("share", [0.0004, 0.006, 0.07, 0.3, 0.5])
def test_thresholds_are_round_and_around_the_share_with_the_outcome(share):
    levels = _round_thresholds(share)
    assert ((levels > 0) & (levels <= 0.5)).all()
    assert levels.min() < share < 3 * levels.max()
    assert all(f"{level:e}"[0] in "125" for level in levels)


def test_the_interval_of_a_mean_is_the_usual_one():
    values = np.random.default_rng(0).normal(1, 2, 500)
    interval = _estimate_mean(values, None)
    half = 1.959964 * values.std(ddof=1) / np.sqrt(500)
    assert (interval["low"], interval["high"]) == pytest.approx((values.mean() - half, values.mean() + half), rel=1e-5)
    apart = _estimate_mean(values, np.arange(500))
    assert apart == pytest.approx(interval)


def test_a_model_given_as_an_object_or_a_folder_is_the_same_as_by_its_id(births, tmp_path):
    model = pn.load_model("infant_death-labour")
    folder = model.save(tmp_path / "mine")
    results = [pn.compare(births, "infant_death", [one]) for one in ("infant_death-labour", model, Path(folder))]
    assert len({result.ranking["auroc"].item() for result in results}) == 1
    assert parse_comparators([model])[0].id == "infant_death-labour"


def test_on_a_real_register_the_model_asked_at_birth_leads_and_the_document_says_so(shared_data):
    cohort = pn.read_cohort("nchs_territories_2013", shared_data / "us_territories_births_2013.parquet")
    result = pn.compare(cohort, "assisted_ventilation_over_6h")
    assert result.ranking.index[0] == "assisted_ventilation_over_6h-birth"
    assert result.ranking.loc["gestational_age_at_birth_days", "difference_high"] < 0
    assert not result.ranking["note"].str.contains("this register").any()
    document = make_comparison.DOCUMENT.read_text(encoding="utf-8")
    assert make_comparison.format_comparison(result, make_comparison.REGISTERS["nchs_territories_2013"][1]) in document


def test_the_document_names_every_published_score_and_no_small_cell():
    document = make_comparison.DOCUMENT.read_text(encoding="utf-8")
    for name in FACTS:
        assert f"| `{name}` |" in document
    assert all(int(events.replace(",", "")) >= 10 for events in re.findall(r"([\d,]+) with the outcome", document))


# --------------------------------------------------------------------------------------------------- what is left out


def _births_with_gaps(*names: str) -> pd.DataFrame:
    """Of the first name every odd row is unknown, of the second every even one."""
    births = pn.load_sample("hospital_births").dropna(subset=["apgar_5min", "birth_weight_g"])
    for position, name in enumerate(names):
        births.loc[births.index[np.arange(len(births)) % 2 != position], name] = np.nan
    return births


def test_rows_to_which_not_all_have_an_answer_are_told_with_their_share_of_the_outcome():
    births = _births_with_gaps("apgar_5min")
    result = pn.compare(births, "nicu_admission", ["nicu_admission-birth", "apgar_5min"])
    (note,) = result.notes
    gone = int(births["apgar_5min"].isna().sum())
    assert result.n == len(births) - gone
    assert re.match(r"50(\.0)?% of the rows are compared", note)
    assert f"{result.prevalence:.2%} have the outcome, of the rest" in note
    assert f"apgar_5min to {gone:,} rows" in note
    assert note in result.to_text()
    assert note in comparison_page(result)
    assert result.to_dict()["notes"] == [note]


def test_where_all_answer_all_rows_there_is_nothing_to_note():
    births = pn.load_sample("hospital_births").dropna(subset=["birth_weight_g"])
    assert pn.compare(births, "nicu_admission", ["birth_weight_g"]).notes == ()


def test_who_leaves_too_few_rows_for_all_is_named():
    with pytest.raises(NotEnoughData, match=r"No answer: .*apgar_5min to 1,\d\d\d rows.*models="):
        pn.compare(
            _births_with_gaps("apgar_5min", "birth_weight_g"), "nicu_admission", ["birth_weight_g", "apgar_5min"]
        )


def test_a_model_that_was_adopted_says_on_whose_rows():
    births = pn.load_sample("hospital_births")
    model = pn.load_model("nicu_admission-birth")
    adopted = pn.adopt(model, births, site="Ward 3", options=pn.AdoptionOptions(up_to="intercept"))
    notes = pn.compare(births, "nicu_admission", [model, adopted]).ranking["note"]
    assert "It was adopted on rows of Ward 3" in notes[adopted.id]
    assert "adopted" not in notes[model.id]


# ----------------------------------------------------------------------------- nobody may shrink the rows of the others


def _auroc_of_all(births: pd.DataFrame) -> float:
    risk = pn.load_model("infant_death-birth").predict(births).risk.to_numpy()
    return evaluate.auroc(births["infant_death"].to_numpy(), risk).value


def test_a_measurement_unknown_for_those_who_die_costs_the_others_no_death(births):
    dead = births["infant_death"].to_numpy()
    gone = dead & (np.arange(ROWS) % 3 == 0)
    table = births.dropna(subset="birth_weight_g").assign(apgar_5min=births["apgar_5min"].mask(gone))
    assert table["apgar_5min"].isna().mean() < 0.05
    result = pn.compare(table, "infant_death")
    assert result.n == len(table)
    assert result.estimate("infant_death-birth", "auroc").value == pytest.approx(_auroc_of_all(table))
    reason = result.left_out.loc["apgar_5min", "reason"]
    events = int(table.loc[table["apgar_5min"].isna(), "infant_death"].sum())
    assert f"no answer to {events} rows of {len(table):,}" in reason
    assert f"{events} of the {int(table['infant_death'].sum())} with the outcome" in reason
    assert "apgar_5min is unknown" in reason
    assert reason in comparison_page(result)


def test_a_chart_that_does_not_cover_the_earliest_births_is_listed_apart(births):
    early = births.dropna(subset="birth_weight_g").copy()
    early.loc[early.index[:120], ["gestational_age_at_birth_days", "birth_weight_g", "infant_death"]] = [160, 500, True]
    result = pn.compare(early, "infant_death")
    assert "birth_weight_centile" not in result.ranking.index
    assert "outside what it covers (" in result.left_out.loc["birth_weight_centile", "reason"]
    assert result.n == len(early)
    assert result.estimate("infant_death-birth", "auroc").value == pytest.approx(_auroc_of_all(early))


def test_a_model_whose_moment_never_came_for_some_costs_the_others_none_of_them(births):
    never = np.arange(ROWS) % 20 == 0
    table = births.dropna(subset="birth_weight_g").assign(no_antenatal_care=pd.Series(never, index=births.index))
    result = pn.compare(table, "infant_death")
    assert result.n == len(table)
    reason = result.left_out.loc["infant_death-booking", "reason"]
    assert "no antenatal care: no booking visit" in reason
    named = pn.compare(table, "infant_death", ["infant_death-booking", "infant_death-birth"])
    assert named.n == int((~table["no_antenatal_care"]).sum())
    alone = pn.compare(table, "infant_death", ["infant_death-booking"])
    assert alone.n == named.n
    assert "no antenatal care" in " ".join(step for step, _ in alone.flow)


@pytest.mark.parametrize(("share", "compared"), [(0.008, True), (0.012, False)])
def test_the_limit_is_one_row_in_a_hundred(births, share, compared):
    healthy = births.dropna(subset="birth_weight_g").reset_index(drop=True)
    well = np.flatnonzero(~healthy["infant_death"])[: int(share * len(healthy))]
    healthy.loc[well, "apgar_5min"] = np.nan
    result = pn.compare(healthy, "infant_death")
    assert ("apgar_5min" in result.ranking.index) == compared
    assert result.n == len(healthy) - (len(well) if compared else 0)


def test_events_lost_to_those_who_are_named_are_counted(births):
    dead = births["infant_death"].to_numpy()
    table = births.assign(apgar_5min=births["apgar_5min"].mask(np.arange(ROWS) % 3 == 0))
    result = pn.compare(table, "infant_death", ["infant_death-birth", "apgar_5min"])
    events = int(dead[::3].sum())
    (note,) = result.notes
    assert f"Of the {dead.sum():,} with the outcome {events:,} ({events / dead.sum():.1%}) are among the others" in note
    only_dead = births.assign(apgar_5min=births["apgar_5min"].mask(dead & (np.arange(ROWS) % 2 == 0)))
    (note,) = pn.compare(only_dead, "infant_death", ["infant_death-birth", "apgar_5min"]).notes
    assert "At least 10 with the outcome are among the others" in note


# ---------------------------------------------------------------------------------------------- neighbouring outcomes


@pytest.mark.parametrize(
    ("outcome", "neighbour"),
    [("newborn_hospital_death", "infant_death-birth"), ("neonatal_death", "infant_death-birth")],
)
def test_models_of_a_neighbouring_outcome_are_named_and_can_be_compared(births, outcome, neighbour, tmp_path, capsys):
    table = births.rename(columns={"infant_death": outcome})
    result = pn.compare(table, outcome)
    assert neighbour in result.neighbours
    assert neighbour in result.to_text()
    assert neighbour in comparison_page(result)
    assert neighbour in result.to_dict()["neighbours"]
    assert "is about a neighbouring outcome (infant_death)" in result.left_out.loc[neighbour, "reason"]
    named = pn.compare(table, outcome, [neighbour])
    assert named.ranking.loc[neighbour, "auroc"] > 0.5
    assert named.neighbours == ()
    table.to_csv(tmp_path / "t.csv", index=False)
    main(["compare", str(tmp_path / "t.csv"), "--outcome", outcome])
    assert f"{neighbour}" in capsys.readouterr().out


def test_where_nothing_is_for_an_outcome_its_neighbours_are_named():
    rows = np.arange(600)
    women = pd.DataFrame({"maternal_age_years": rows % 25 + 18.0, "parity": rows % 4, "eclampsia": rows % 20 == 0})
    with pytest.raises(NotEnoughData, match="neighbouring outcomes: hypertensive_disorder_of_pregnancy-booking"):
        pn.compare(women, "eclampsia")


@pytest.mark.parametrize("outcome", sorted(OUTCOMES))
def test_neighbours_are_mutual_and_never_read_what_settles_the_outcome(outcome):
    declared = OUTCOMES[outcome]
    for near in neighbouring_outcomes(declared):
        assert declared in neighbouring_outcomes(near)
    for name in find_neighbours(declared, list(VARIABLES)):
        assert not declared.settled_by & set(pn.load_model(name).inputs)
