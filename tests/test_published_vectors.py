"""The published scores say what the facts say: every number, every rule, every worked example.

What a declaration makes of the facts in canonical names and units is compared on thousands of drawn rows, most of them
on a boundary.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.scores.kinds import Checklist, Confirmation, Equation, GaussianSurvival, Grid, Origin, PointScore
from perinatal.vocabulary import VARIABLES
from perinatal.vocabulary.rules.expressions import NUMBER
from perinatal.vocabulary.rules.parsing import parse_rule
from score_facts import (
    FACTS,
    OPTIONS,
    OUR_WORDS,
    ROWS,
    SCORES,
    TWINS,
    VECTORS_ONLY,
    Drawn,
    anaemia,
    answer_row,
    cradle,
    crib,
    meows,
)

STATUS = {
    "CONFIRMED": Confirmation.CONFIRMED,
    "CONFIRMED_WITH_DISSENT": Confirmation.WITH_DISSENT,
    "CONFIRMED_2_CELLS_DISPUTED": Confirmation.CELLS_DISPUTED,
    "CONFIRMED_WEAK": Confirmation.WEAK,
}


@pytest.fixture(scope="module")
def drawn():
    made: dict[str, Drawn] = {}

    def draw(score: str) -> Drawn:
        return made.setdefault(score, Drawn(score))

    return draw


def by_option(score: str, drawn: Drawn) -> dict[str, pd.Index]:
    """The drawn rows by the word of the one option that the facts have as an input."""
    (name,) = TWINS[score].options
    groups = pd.Series([row[name] for row in drawn.rows])
    return {word: groups.index[groups == word] for word in TWINS[score].drawn[name]}


def test_every_confirmed_score_of_the_facts_is_declared():
    assert set(FACTS) <= set(SCORES)


@pytest.mark.parametrize("name", SCORES)
def test_a_score_has_two_worked_examples_and_one_that_is_not_our_own_unless_it_is_weakly_confirmed(name):
    score = SCORES[name]
    assert score.id == name
    assert len(score.vectors) >= 2
    if name not in FACTS and score.confirmation is not Confirmation.WEAK:
        assert any(vector.origin is not Origin.COMPUTED for vector in score.vectors)


@pytest.mark.parametrize("name", FACTS)
def test_where_a_score_comes_from_is_told_as_in_the_facts(name):
    score, facts = SCORES[name], FACTS[name]
    assert (score.name, score.domain, score.doi) == (facts["name"], facts["domain"], facts.get("doi"))
    assert score.citation == facts.get("citation", "Mhyre 2014")
    assert score.sources == tuple(source.strip() for source in facts["sources"])
    assert score.confirmation is STATUS[facts["status"]]


@pytest.mark.parametrize("name", FACTS)
def test_a_score_has_the_caveats_of_the_facts_as_sentences(name):
    assert all(caveat.endswith(".") for caveat in SCORES[name].caveats)
    assert len(SCORES[name].caveats) >= len(FACTS[name].get("caveats", []))


@pytest.mark.parametrize("name", FACTS)
def test_a_score_has_a_worked_example_of_declared_inputs_that_says_where_it_comes_from(name):
    vectors = SCORES[name].vectors
    assert len(vectors) >= max(2, len(FACTS[name]["vectors"]))
    assert all(set(vector.inputs) <= set(VARIABLES) and vector.expected for vector in vectors)
    printed = {"third_party_test": Origin.THIRD_PARTY_TEST, "published_table": Origin.PUBLISHED_TABLE}
    wanted = [printed.get(facts["origin"].split()[0], Origin.COMPUTED) for facts in FACTS[name]["vectors"]]
    for origin in set(wanted):
        assert sum(vector.origin is origin for vector in vectors) >= wanted.count(origin)


EVERY_VECTOR = [(name, i) for name in FACTS for i in range(len(FACTS[name]["vectors"]))]


@pytest.mark.parametrize(("name", "i"), EVERY_VECTOR)
def test_a_worked_example_of_the_facts_is_answered_as_printed(name, i):
    facts = FACTS[name]["vectors"][i]
    inputs = facts["inputs"]
    ours = TWINS[name].ours if name in TWINS else VECTORS_ONLY[name]
    options = OPTIONS[name](inputs) if name in OPTIONS else {}
    row = ours(inputs)
    got = answer_row(name, row, options)
    if "logit" in facts:
        assert got["risk"] == pytest.approx(facts["p"], abs=6e-7)
        assert np.log(got["risk"] / (1 - got["risk"])) == pytest.approx(facts["logit"], abs=1e-6)
    if "out" in facts:
        assert got["category"] == OUR_WORDS.get(facts["out"], facts["out"])
    if "score" in facts:
        assert got["points"] == facts["score"]
    if "snap_ii" in facts:
        assert got["snap_ii"] == facts["snap_ii"]
    if "si" in facts:
        assert got["value"] == pytest.approx(facts["si"], abs=5e-5)
    if "trigger" in facts:
        assert (got["red"], got["yellow"]) == (facts["red"], facts["yellow"])
        assert (got["category"] == "trigger") == facts["trigger"]
    if "phototherapy" in facts:
        assert (got["phototherapy"], got["exchange"]) == (facts["phototherapy"], facts["exchange"])
    if "kg" in facts:
        assert got["category"] == "{:.1f}_to_{:.1f}_kg".format(*facts["kg"])
    if "mu" in facts:
        assert got["mean"] == pytest.approx(facts["mu"], abs=6e-5)
        assert got["risk"] == pytest.approx(facts["p_lt37_from24"], abs=6e-7)
        earlier = answer_row(name, row, options | {"counted_from": "12_3_weeks"})
        assert earlier["risk"] == pytest.approx(facts["p_lt37_from12_3"], abs=6e-7)
        later = answer_row(name, row, options | {"horizon": "42_weeks"})
        assert later["risk"] == pytest.approx(facts["p_any_lt42"], abs=6e-7)
    if "bx" in facts:
        assert got["risk"] * 1000 == pytest.approx(facts["posterior_per_1000"], abs=6e-5)
        before = answer_row(name, row, options | {"examination": "not_counted"})
        assert before["risk"] * 1000 == pytest.approx(facts["prior_per_1000"], abs=6e-5)
        assert np.log(before["risk"] / (1 - before["risk"])) == pytest.approx(facts["bx"], abs=2e-6)
    if "parts" in facts:
        assert pn.load_model(name).explain(pd.DataFrame([row])).matrix[0].tolist() == facts["parts"]


@pytest.mark.parametrize("name", ["minipiers", "fullpiers", "grobman_vbac_2021"])
def test_an_equation_has_the_coefficients_of_the_facts_in_their_order_and_gives_the_same_log_odds(name, drawn):
    facts = FACTS[name]["terms"]
    assert isinstance(SCORES[name].method, Equation)
    assert [term.coefficient for term in SCORES[name].method.terms] == [term["coef"] for term in facts]
    rows = drawn(name)
    expected = sum(term["coef"] * rows.evaluate(term["expr"]) for term in facts)
    np.testing.assert_allclose(pn.load_model(name).predict(rows.canonical(name)).log_odds, expected, atol=1e-9)


def test_the_sepsis_equation_has_the_intercepts_coefficients_and_likelihood_ratios_of_the_facts(drawn):
    name = "kaiser_eos_2017"
    facts, terms = FACTS[name], SCORES[name].method.terms
    wanted = [*facts["intercepts"].values(), *(term["coef"] for term in facts["terms"])]
    assert [term.coefficient for term in terms[:-1]] == wanted
    rows = drawn(name)
    at_birth = sum(term["coef"] * rows.evaluate(term["expr"]) for term in facts["terms"])
    ratios = np.array([facts["likelihood_ratio"][row["exam"]] for row in rows.rows])
    table = rows.canonical(name)
    for word, group in by_option(name, rows).items():
        model = pn.load_model(name).with_options(incidence_per_1000=word)
        expected = facts["intercepts"][word] + at_birth[group]
        before = model.with_options(examination="not_counted").predict(table.loc[group])
        np.testing.assert_allclose(before.log_odds, expected, atol=1e-9)
        after = model.predict(table.loc[group])
        np.testing.assert_allclose(after.log_odds, expected + np.log(ratios[group]), atol=1e-9)
        prior, posterior = before.risk.to_numpy() * 1000, after.risk.to_numpy() * 1000
        band = np.select(
            [(posterior < 1) & (prior < 1), posterior < 1, posterior < 3],
            ["routine", "enhanced observation", "culture"],
            "empiric antibiotics",
        )
        assert after.band.tolist() == band.tolist()


def test_the_competing_risks_prior_has_the_terms_spread_and_clips_of_the_facts(drawn):
    name = "fmf_prior_2015"
    facts, method = FACTS[name], SCORES[name].method
    assert isinstance(method, GaussianSurvival)
    assert [term.coefficient for term in method.terms] == [term["coef"] for term in facts["terms"]]
    assert method.sd == facts["sd"]
    rows = drawn(name)
    clips = {fact["name"]: fact["clip"] for fact in facts["inputs"] if "clip" in fact}
    for fact, (low, high) in clips.items():
        rows.clip(fact, low, high)
    assert sorted((clip.low, clip.high) for clip in SCORES[name].clips) == sorted(map(tuple, clips.values()))
    expected = sum(term["coef"] * rows.evaluate(term["expr"]) for term in facts["terms"])
    table = rows.canonical(name)
    for word, group in by_option(name, rows).items():
        prediction = pn.load_model(name).with_options(ethnicity=word).predict(table.loc[group])
        np.testing.assert_allclose(prediction.to_frame()["mean"], expected[group], atol=1e-9)


@pytest.mark.parametrize("name", ["bishop", "nsofa", "snappe_ii"])
def test_an_item_has_the_points_of_the_facts_and_gives_them_at_every_boundary(name, drawn):
    facts, method = FACTS[name], SCORES[name].method
    assert isinstance(method, PointScore)
    assert (method.low, method.high) == tuple(facts["range"])
    assert [item.name for item in method.items] == [item["name"] for item in facts["items"]]
    for ours, theirs in zip(method.items, facts["items"], strict=True):
        assert [level.points for level in ours.levels] == [level["points"] for level in theirs["levels"]]
    rows = drawn(name)
    parts = np.column_stack([rows.first(item["levels"], "points") for item in facts["items"]])
    explanation = pn.load_model(name).explain(rows.canonical(name))
    np.testing.assert_array_equal(explanation.matrix, parts)
    np.testing.assert_array_equal(pn.load_model(name).predict(rows.canonical(name)).points, parts.sum(axis=1))


RULES = {
    "cradle_vsa": {},
    "robson": {},
    "who_psbi": {"version": "2024"},
    "gdm_who2013": {"cut_offs": "mg_dl"},
}


@pytest.mark.parametrize("name", RULES)
def test_rules_decide_as_the_facts_do_at_every_boundary(name, drawn):
    rows = drawn(name)
    expected = [OUR_WORDS.get(word, word) for word in rows.first(FACTS[name]["rules"], "out")]
    prediction = pn.load_model(name).with_options(**RULES[name]).predict(rows.canonical(name))
    assert prediction.category.tolist() == expected


def test_the_recommended_gain_is_that_of_the_facts_at_every_boundary(drawn):
    name = "iom_gwg_2009"
    rows = drawn(name)
    expected = ["{:.1f}_to_{:.1f}_kg".format(*span) for span in rows.first(FACTS[name]["table"], "kg")]
    assert pn.load_model(name).predict(rows.canonical(name)).category.tolist() == expected


def test_the_trigger_counts_the_colours_of_the_facts_at_every_boundary(drawn):
    facts, method = FACTS["meows"], SCORES["meows"].method
    assert [name for name, _ in method.groups] == [item["name"] for item in facts["items"]]
    rows = drawn("meows")
    counts = {"red": np.zeros(ROWS), "yellow": np.zeros(ROWS)}
    for item in facts["items"]:
        levels = [*item["levels"], {"when": "True", "flag": ""}]
        for colour in counts:
            counts[colour] += np.array([flag == colour for flag in rows.first(levels, "flag")])
    prediction = pn.load_model("meows").predict(rows.canonical("meows"))
    frame = prediction.to_frame()
    np.testing.assert_array_equal(frame["red"], counts["red"])
    np.testing.assert_array_equal(frame["yellow"], counts["yellow"])
    fired = (counts["red"] >= 1) | (counts["yellow"] >= 2)
    assert (prediction.category == "trigger").tolist() == fired.tolist()


@pytest.mark.parametrize(("dbp", "colour"), [(89, ""), (90, "yellow"), (100, "yellow"), (101, "red")])
def test_the_diastolic_colours_of_the_trigger_are_those_of_the_facts(dbp, colour):
    row = {"rr": 16, "spo2": 98, "temp": 37.0, "sbp": 118, "dbp": dbp, "hr": 82, "avpu": "A", "pain": 0}
    got = answer_row("meows", meows(row), {})
    assert (got["red"], got["yellow"]) == (float(colour == "red"), float(colour == "yellow"))


@pytest.mark.parametrize(("dbp", "light"), [(89, "green"), (90, "yellow_up"), (109, "yellow_up"), (110, "red_up")])
def test_the_diastolic_lights_are_those_of_the_facts(dbp, light):
    assert answer_row("cradle_vsa", cradle({"sbp": 120, "dbp": dbp, "hr": 80}), {})["category"] == light


def test_the_preterm_grid_is_that_of_the_facts_cell_for_cell():
    facts, method = FACTS["crib_ii"], SCORES["crib_ii"].method
    grid, temperature, excess = method.items
    assert isinstance(grid, Grid)
    assert grid.rows == tuple(map(tuple, facts["bw_bands_g"]))
    assert grid.columns == tuple(facts["ga_columns"])
    assert {sex: [list(row) for row in cells] for sex, cells in grid.cells.items()} == {
        sex: facts[sex] for sex in ("male", "female")
    }
    disputed = {(cell["sex"], tuple(cell["bw_band"]), cell["ga"]) for cell in facts["disputed"]}
    assert {(sex, grid.rows[row], grid.columns[column]) for sex, row, column in grid.disputed} == disputed
    assert [level.points for level in temperature.levels] == [band["points"] for band in facts["temp"]]
    assert [level.points for level in excess.levels] == [band["points"] for band in facts["base_excess"]]
    assert (method.low, method.high) == tuple(facts["range"])


@pytest.mark.parametrize("sex", ["male", "female"])
def test_every_cell_of_the_preterm_grid_is_answered_or_refused_as_in_the_facts(sex):
    facts = FACTS["crib_ii"]
    disputed = {(cell["sex"], cell["bw_band"][0], cell["ga"]) for cell in facts["disputed"]}
    rows, expected = [], []
    for (low, high), cells in zip(facts["bw_bands_g"], facts[sex], strict=True):
        for weeks, points in zip(facts["ga_columns"], cells, strict=True):
            for grams in (low, high or 3300):
                rows.append(crib({"sex": sex, "ga_weeks": weeks, "bw": grams, "temp": 37.0, "base_excess": 5}))
                refused = points is None or (sex, low, weeks) in disputed
                expected.append(np.nan if refused else float(points))
    prediction = pn.load_model("crib_ii").predict(pd.DataFrame(rows))
    np.testing.assert_array_equal(prediction.points, expected)
    assert prediction.refused[~prediction.answered].map(len).min() == 1


def test_the_temperature_and_base_excess_of_a_preterm_newborn_score_as_in_the_facts():
    facts = FACTS["crib_ii"]
    row = {"sex": "male", "ga_weeks": 32, "bw": 2300, "temp": 37.0, "base_excess": 5}
    tenths = np.arange(280, 420) / 10
    by_heat = [next(band["points"] for band in facts["temp"] if heat <= band["max"]) for heat in tenths]
    table = pd.DataFrame([crib(row | {"temp": heat}) for heat in tenths])
    np.testing.assert_array_equal(pn.load_model("crib_ii").predict(table).points, by_heat)
    whole = np.arange(-32, 12)
    meaning = {"be": NUMBER}
    conditions = [
        parse_rule(band["when"], meaning, {}).evaluate({"be": whole * 1.0}, len(whole)) for band in facts["base_excess"]
    ]
    by_base = [facts["base_excess"][i]["points"] for i in np.argmax(np.array(conditions) == 1, axis=0)]
    table = pd.DataFrame([crib(row | {"base_excess": be}) for be in whole])
    np.testing.assert_array_equal(pn.load_model("crib_ii").predict(table).points, by_base)


def test_temperature_and_base_excess_are_rounded_before_they_are_looked_up():
    row = {"sex": "male", "ga_weeks": 32, "bw": 2300, "temp": 37.0, "base_excess": 5}
    changed = [row | {"temp": 36.04}, row | {"temp": 36.06}, row | {"base_excess": 2.4}, row | {"base_excess": 2.6}]
    table = pd.DataFrame([crib(one) for one in changed])
    assert pn.load_model("crib_ii").predict(table).points.tolist() == [1, 0, 1, 0]


def test_the_bilirubin_lines_are_those_of_the_facts_and_above_is_strictly_above():
    facts, method = FACTS["nice_cg98_38w"]["table"], SCORES["nice_cg98_38w"].method
    assert list(method.knots) == facts["hours"]
    assert {name: list(heights) for name, heights in method.lines} == {
        name: facts[name] for name in ("exchange", "phototherapy")
    }
    assert [name for name, _ in method.lines] == ["exchange", "phototherapy"]
    newborn = {"newborn_age_hours": 24, "gestational_age_at_birth_days": 266}
    table = pd.DataFrame([newborn | {"newborn_bilirubin_umol_l": level} for level in (200, 200.1, 300, 300.1)])
    assert pn.load_model("nice_cg98_38w").predict(table).category.tolist() == [
        "below_the_lines",
        "phototherapy",
        "phototherapy",
        "exchange",
    ]


def test_the_bilirubin_lines_answer_neither_before_38_weeks_nor_after_the_table():
    newborn = {"newborn_age_hours": 24, "gestational_age_at_birth_days": 266, "newborn_bilirubin_umol_l": 400}
    table = pd.DataFrame(
        [newborn, newborn | {"gestational_age_at_birth_days": 265}, newborn | {"newborn_age_hours": 97}]
    )
    assert pn.load_model("nice_cg98_38w").predict(table).answered.tolist() == [True, False, False]


@pytest.mark.parametrize("state", ["trimester1", "trimester2", "trimester3"])
def test_anaemia_is_graded_as_in_the_facts_at_every_g_l_and_between(state):
    facts = FACTS["who_anaemia_2024"]["table"][state]
    levels = np.arange(600, 1300) / 10
    assert facts["moderate"] == [facts["severe_lt"], facts["mild"][0] - 1]
    assert facts["mild"][1] == facts["anaemia_lt"] - 1
    expected = np.select(
        [levels < facts["severe_lt"], levels < facts["mild"][0], levels < facts["anaemia_lt"]],
        ["severe", "moderate", "mild"],
        "none",
    )
    table = pd.DataFrame([anaemia({"hb_g_l": level, "state": state}) for level in levels])
    assert pn.load_model("who_anaemia_2024").predict(table).category.tolist() == expected.tolist()


@pytest.mark.parametrize("days", [90, 91, 195, 196])
def test_a_trimester_ends_with_12_and_with_27_completed_weeks(days):
    row = {"haemoglobin_g_dl": 10.7, "gestational_age_at_measurement_days": days}
    assert answer_row("who_anaemia_2024", row, {})["category"] == ("none" if 91 <= days < 196 else "mild")


def test_the_index_has_the_formula_and_bands_of_the_facts():
    facts, method = FACTS["shock_index_obstetric"], SCORES["shock_index_obstetric"].method
    ours = method.formula.replace("heart_rate_bpm", "hr").replace("systolic_bp_mmhg", "sbp")
    assert ours == facts["formula"]
    assert [band.name for band in method.bands] == [band["name"] for band in facts["bands"]]
    values = {"si": np.linspace(0.3, 2.3, 2001), "value": np.linspace(0.3, 2.3, 2001)}
    for our_band, their_band in zip(method.bands, facts["bands"], strict=True):
        ours = parse_rule(our_band.when, {"value": NUMBER}, {}).evaluate(values, 2001)
        np.testing.assert_array_equal(ours, parse_rule(their_band["when"], {"si": NUMBER}, {}).evaluate(values, 2001))


ANSWER_NAMES = {
    "minipiers": "p",
    "fullpiers": "p",
    "bishop": "score",
    "apgar": "score",
    "silverman_andersen": "score",
    "downes": "score",
}


@pytest.mark.parametrize("name", ANSWER_NAMES)
def test_bands_are_named_and_bounded_as_in_the_facts(name):
    facts, bands = FACTS[name]["bands"], SCORES[name].method.bands
    assert [band.name for band in bands] == [band["name"] for band in facts]
    theirs, ours = ANSWER_NAMES[name], "risk" if ANSWER_NAMES[name] == "p" else "total"
    grid = np.arange(1001) / 1000 if ours == "risk" else np.arange(20.0)
    for our_band, their_band in zip(bands, facts, strict=True):
        our_rows = parse_rule(our_band.when, {ours: NUMBER}, {}).evaluate({ours: grid}, len(grid))
        np.testing.assert_array_equal(
            our_rows, parse_rule(their_band["when"], {theirs: NUMBER}, {}).evaluate({theirs: grid}, len(grid))
        )


LISTS = ["who_danger_signs_anc", "who_danger_signs_pnc_mother", "pe_aspirin_who", "pe_aspirin_uspstf"]


@pytest.mark.parametrize("name", LISTS)
def test_a_checklist_has_every_sign_of_the_facts_and_one_alone_is_enough(name):
    method = SCORES[name].method
    assert isinstance(method, Checklist)
    assert [sign.message.rstrip(".").casefold() for sign in method.signs] == [
        item.casefold() for item in FACTS[name]["items"]
    ]
    for sign in method.signs:
        variable = sign.when.split()[0]
        row = {variable: 2 if ">=" in sign.when else True, "gestational_age_at_measurement_days": 84}
        if name != "pe_aspirin_who":
            del row["gestational_age_at_measurement_days"]
        assert answer_row(name, row, {})["category"] == method.positive


def test_aspirin_is_indicated_from_12_weeks_on():
    row = {"kidney_disease": True}
    for days, word in ((83, "not_indicated_now"), (84, "aspirin_75_mg_until_delivery")):
        got = answer_row("pe_aspirin_who", row | {"gestational_age_at_measurement_days": days}, {})
        assert got["category"] == word


WORDS = {
    "apgar": ("apgar_heart_rate", "apgar_respiration", "apgar_tone", "apgar_reflex", "apgar_colour"),
    "silverman_andersen": (
        "chest_movement",
        "intercostal_retraction",
        "xiphoid_retraction",
        "nasal_flaring",
        "expiratory_grunt",
    ),
    "downes": (
        "newborn_respiratory_rate_per_min",
        "newborn_cyanosis",
        "air_entry",
        "expiratory_grunt",
        "chest_retractions",
    ),
}


@pytest.mark.parametrize("name", WORDS)
def test_the_words_of_an_item_score_the_points_printed_beside_them(name):
    facts, method = FACTS[name], SCORES[name].method
    assert [item.name for item in method.items] == [item["name"] for item in facts["items"]]
    assert (method.low, method.high) == tuple(facts["range"])
    for i, (item, variable) in enumerate(zip(facts["items"], WORDS[name], strict=True)):
        printed = [int(level.split()[-1]) for level in item["levels"]]
        levels = VARIABLES[variable].kind.levels if not VARIABLES[variable].is_numeric else (59, 70, 81)
        first = {other: _first(other) for other in WORDS[name]}
        table = pd.DataFrame([first | {variable: word} for word in levels])
        assert pn.load_model(name).explain(table).matrix[:, i].tolist() == printed == [0, 1, 2]


def _first(variable: str) -> object:
    return 40 if VARIABLES[variable].is_numeric else VARIABLES[variable].kind.levels[0]


@pytest.mark.parametrize(("breaths", "points"), [(59, 0), (60, 1), (80, 1), (81, 2)])
def test_the_breathing_rate_of_the_respiratory_score_changes_at_60_and_above_80(breaths, points):
    row = {variable: _first(variable) for variable in WORDS["downes"]}
    assert answer_row("downes", row | {"newborn_respiratory_rate_per_min": breaths}, {})["points"] == points
