"""Every published score that is declared answers its worked examples, says what it lacks, and never pretends."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.errors import (
    DeclarationError,
    MissingVariables,
    NotAProbability,
    UnknownLevels,
    UnknownName,
    WrongAnswer,
)
from perinatal.frames import ProblemRule
from perinatal.models.explanation import Explanation, additive_error
from perinatal.models.reasons import Reasons
from perinatal.scores import PublishedModel
from perinatal.scores.kinds import (
    Checklist,
    Confirmation,
    Equation,
    GaussianSurvival,
    Grid,
    PointScore,
    PublishedScore,
    Trigger,
    Vector,
)
from perinatal.scores.listing import list_score_ids, load_published_score
from perinatal.vocabulary import OUTCOMES, VARIABLES, Category, Flag

IDS = list_score_ids()
MODELS = {name: pn.load_model(name) for name in IDS}
EXAMPLES = [
    pytest.param(name, vector, id=f"{name}-{i}-{vector.origin.name.lower()}")
    for name in IDS
    for i, vector in enumerate(load_published_score(name).vectors)
]
every_score = pytest.mark.parametrize("name", IDS)


def scores_of(*kinds: type) -> pytest.MarkDecorator:
    return pytest.mark.parametrize("name", [name for name in IDS if isinstance(MODELS[name].score.method, kinds)])


def made_up(model: PublishedModel, rows: int = 200, unknown: float = 0.0, seed: int = 0) -> pd.DataFrame:
    """Rows within what is plausible, on an index of their own."""
    draw = np.random.default_rng(seed)
    columns = {}
    for name in model.inputs:
        kind = VARIABLES[name].kind
        if isinstance(kind, Category):
            codes = draw.integers(0, len(kind.levels), rows)
            codes[draw.random(rows) < unknown] = -1
            columns[name] = pd.Categorical.from_codes(codes, dtype=kind.dtype)
        elif isinstance(kind, Flag):
            column = pd.array(draw.random(rows) < 0.3, dtype="boolean")
            column[draw.random(rows) < unknown] = pd.NA
            columns[name] = column
        else:
            numbers = draw.uniform(*kind.plausible, rows)
            numbers = np.round(numbers, 1) if type(kind).__name__ == "Quantity" else np.floor(numbers)
            columns[name] = np.where(draw.random(rows) < unknown, np.nan, np.clip(numbers, *kind.plausible))
    return pd.DataFrame(columns, index=pd.Index([f"r{row}" for row in range(rows)], name="record"))


def read_answer(model: PublishedModel, record: Mapping, key: str) -> object:
    """What a worked example expects under ``key``, as predict and explain tell it."""
    prediction, explanation = model.predict(record), model.explain(record)
    if key in ("risk", "points", "value", "category", "band"):
        return getattr(prediction, key).iloc[0]
    if key == "log_odds":
        return prediction.log_odds[0]
    if key == "total":
        assert explanation.total[0] == prediction.points.iloc[0]
        return prediction.points.iloc[0]
    if key == "parts":
        return tuple(explanation.matrix[0])
    return prediction.details[key][0]


@pytest.mark.parametrize(("name", "vector"), EXAMPLES)
def test_a_worked_example_comes_out_as_it_is_printed(name: str, vector: Vector):
    model = MODELS[name].with_options(**vector.options)
    for key, expected in vector.expected.items():
        answer = read_answer(model, dict(vector.inputs), key)
        if isinstance(expected, str):
            assert answer == expected
        elif expected is None:
            assert pd.isna(answer)
        else:
            assert answer == pytest.approx(expected, abs=vector.tolerance, rel=0)


@every_score
def test_worked_examples_are_explained(name: str):
    for vector in load_published_score(name).vectors:
        explanation = MODELS[name].with_options(**vector.options).explain(dict(vector.inputs))
        if isinstance(explanation, Explanation):
            assert additive_error(explanation) < 1e-9
            assert not np.isnan(explanation.total).any()
        else:
            assert explanation.sentences_by_row[0]
            assert len(explanation.strongest()) >= 1
    assert explanation._repr_html_()


@every_score
def test_a_score_is_declared_completely(name: str):
    score = load_published_score(name)
    assert score.id == name
    assert score.domain in ("maternal", "neonatal")
    assert score.outcome is None or score.outcome in OUTCOMES
    assert score.timing
    assert score.population
    assert score.citation
    assert score.sources
    assert isinstance(score.confirmation, Confirmation)
    assert set(score.missing_counts_as) <= set(MODELS[name].inputs)
    assert all(low.low < low.high for low in score.clips)
    names = [*(q for q, _ in score.quantities), *(o.name for o in score.options)]
    assert len(names) == len(set(names))
    assert all(o.default in o.choices for o in score.options)
    assert all(not isinstance(text, str) or not text.endswith((" ", "\n")) for text in score.caveats)


@every_score
def test_every_choice_of_every_option_can_be_asked(name: str):
    for option in load_published_score(name).options:
        for choice in option.choices:
            chosen = MODELS[name].with_options(**{option.name: choice})
            assert chosen.options[option.name] == choice
            assert len(chosen.predict(made_up(chosen, 5))) == 5
    with pytest.raises(UnknownName, match="has no option"):
        MODELS[name].with_options(colour="red")


@every_score
def test_every_quantity_and_clip_of_a_score_is_read_under_some_option(name: str):
    score = load_published_score(name)
    read = set(MODELS[name]._compiled.quantities)
    for option in score.options:
        for choice in option.choices:
            read |= set(MODELS[name].with_options(**{option.name: choice})._compiled.quantities)
    assert {quantity for quantity, _ in score.quantities} <= read
    assert {clip.quantity for clip in score.clips} <= read | set(VARIABLES)


@every_score
def test_worked_examples_give_only_what_the_score_reads(name: str):
    for vector in load_published_score(name).vectors:
        assert set(vector.inputs) <= set(MODELS[name].with_options(**vector.options).inputs)


@scores_of(PointScore)
def test_points_run_from_the_lowest_to_the_highest_that_is_declared(name: str):
    method = load_published_score(name).method
    lowest = highest = 0
    for item in method.items:
        if isinstance(item, Grid):
            points = [cell for table in item.cells.values() for row in table for cell in row if cell is not None]
        else:
            points = [level.points for level in item.levels]
        lowest, highest = lowest + min(points), highest + max(points)
    assert (method.low, method.high) == (lowest, highest)


@every_score
def test_a_row_that_knows_nothing_is_insufficient_with_every_input_named(name: str):
    model = MODELS[name]
    prediction = model.predict(dict.fromkeys(model.inputs))
    assert prediction.insufficient.tolist() == [model.inputs]
    assert not prediction.answered.any()
    assert prediction.to_frame().iloc[0][_answer_column(model)] is np.nan or pd.isna(
        prediction.to_frame().iloc[0][_answer_column(model)]
    )
    explanation = model.explain(dict.fromkeys(model.inputs))
    if isinstance(explanation, Reasons):
        assert explanation.sentences_by_row.tolist() == [()]
    else:
        assert np.isnan(explanation.total).all()
        assert np.isnan(explanation.matrix).all()


def _answer_column(model: PublishedModel) -> str:
    return "value" if model.answers == "index" else model.answers


@every_score
def test_a_missing_input_is_answered_only_where_no_value_of_it_could_change_the_answer(name: str):
    """Each input of each worked example is taken away in turn; an answer that stays must stay for every value."""
    for vector in load_published_score(name).vectors[:6]:
        model = MODELS[name].with_options(**vector.options)
        if not model.predict(dict(vector.inputs)).answered.iloc[0]:
            continue
        without = model.predict(pd.DataFrame([{**vector.inputs, gone: None} for gone in model.inputs]))
        counted = {row for p in without.problems if p.rule is ProblemRule.COUNTED_AS for row in p.positions}
        for i, gone in enumerate(model.inputs):
            if not without.answered.iloc[i]:
                assert gone in without.insufficient.iloc[i]
            elif i not in counted:
                tried = model.predict(pd.DataFrame([{**vector.inputs, gone: value} for value in _values(gone)]))
                answers = {_shown(tried, row) for row in np.flatnonzero(tried.answered)}
                assert answers <= {_shown(without, i)}


def _values(name: str) -> list:
    kind = VARIABLES[name].kind
    if isinstance(kind, Category):
        return list(kind.levels)
    if isinstance(kind, Flag):
        return [True, False]
    return list(kind.possible) if type(kind).__name__ == "Count" else np.linspace(*kind.possible, 9).tolist()


def _shown(prediction: pn.Prediction, row: int) -> object:
    if prediction.answers == "category":
        return prediction.category.iloc[row]
    return round(float(prediction.numbers[row]), 9)


@every_score
def test_one_row_alone_gives_what_it_gives_in_a_batch(name: str):
    model = MODELS[name]
    table = made_up(model, 120, unknown=0.1)
    whole, explained = model.predict(table).to_frame(), model.explain(table)
    for i in range(0, 120, 7):
        alone = model.predict(table.iloc[[i]]).to_frame()
        pd.testing.assert_frame_equal(
            alone.drop(columns=["refused"]), whole.iloc[[i]].drop(columns=["refused"]), check_dtype=False
        )
        record = {key: None if pd.isna(value) else value for key, value in table.iloc[i].items()}
        if any(value is not None for value in record.values()):
            assert model.predict(record).to_frame().iloc[0].equals(whole.iloc[i]) or _close(
                model.predict(record).to_frame().iloc[0], whole.iloc[i]
            )
        if isinstance(explained, Reasons):
            assert model.explain(table.iloc[[i]]).sentences_by_row[0] == explained.sentences_by_row[i]


def _close(one: pd.Series, other: pd.Series) -> bool:
    return all(
        a == b or (pd.isna(a) and pd.isna(b)) or (isinstance(a, float) and abs(a - b) < 1e-12)
        for a, b in zip(one, other, strict=True)
    )


@every_score
def test_parts_add_up_to_what_is_shown_and_only_a_probability_has_a_risk(name: str):
    model = MODELS[name]
    table = made_up(model, 300, unknown=0.05)
    prediction, explanation = model.predict(table), model.explain(table)
    assert prediction.answers == model.answers
    if model.answers == "risk":
        assert isinstance(model.score.method, (Equation, GaussianSurvival))
        known = prediction.risk[prediction.answered]
        assert ((known >= 0) & (known <= 1)).all()
        assert prediction.risk[~prediction.answered].isna().all()
    else:
        with pytest.raises(NotAProbability, match="gives no probability"):
            prediction.risk  # noqa: B018
        with pytest.raises(NotAProbability):
            prediction.log_odds  # noqa: B018
        with pytest.raises(NotAProbability):
            explanation.risk  # noqa: B018
        assert "risk" not in prediction.to_frame()
    if isinstance(explanation, Explanation):
        assert additive_error(explanation) < 1e-9
        if explanation.scale == "log-odds":
            np.testing.assert_array_equal(explanation.log_odds, prediction.log_odds)
        else:
            assert "odds_ratio" not in explanation.strongest()
    else:
        assert model.answers in ("category", "index")
        assert [len(sentences) > 0 for sentences in explanation.sentences_by_row] == prediction.answered.tolist()
        assert not hasattr(explanation, "parts")


@every_score
def test_an_unanswered_row_says_why_and_an_answered_one_lacks_nothing(name: str):
    model = MODELS[name]
    prediction = model.predict(made_up(model, 400, unknown=0.15, seed=3))
    for answered, lacking, refused, missing in zip(
        prediction.answered, prediction.insufficient, prediction.refused, prediction.missing, strict=True
    ):
        assert bool(lacking or refused) is not answered
        assert set(lacking) <= set(missing)
    for problem in prediction.problems:
        if problem.rule is ProblemRule.NOT_ANSWERED:
            assert problem.count == len(problem.positions) > 0
            assert not prediction.answered.to_numpy()[problem.positions].any()


@pytest.mark.parametrize(
    "name", [n for n in IDS if any(isinstance(VARIABLES[i].kind, Category) for i in MODELS[n].inputs)]
)
def test_unknown_words_are_refused_without_repeating_them(name: str):
    words = [input_ for input_ in MODELS[name].inputs if isinstance(VARIABLES[input_].kind, Category)]
    with pytest.raises(UnknownLevels) as caught:
        MODELS[name].predict({words[0]: "Maria Santos"})
    assert "Maria" not in str(caught.value)


@every_score
def test_a_table_without_any_input_is_refused_and_an_empty_one_is_not(name: str):
    model = MODELS[name]
    with pytest.raises(MissingVariables):
        model.predict(pd.DataFrame({"nobody_knows": [1, 2]}))
    empty = made_up(model, 3).iloc[:0]
    assert len(model.predict(empty)) == 0
    assert model.predict(empty).to_frame().empty
    assert repr(model.predict(empty))
    assert len(model.explain(empty).index) == 0
    assert model.explain(empty)._repr_html_()


@every_score
def test_the_callers_index_comes_back_also_when_it_repeats(name: str):
    model = MODELS[name]
    table = made_up(model, 6, unknown=0.2)
    table.index = pd.Index([7, 7, 3, 3, 3, 1])
    prediction, explanation = model.predict(table), model.explain(table)
    for result in (prediction.to_frame(), prediction.insufficient, prediction.refused, prediction.answered):
        assert result.index.tolist() == [7, 7, 3, 3, 3, 1]
    assert set(explanation.strongest(1).index) <= {7, 3, 1}


@every_score
def test_the_json_schema_takes_the_worked_examples(name: str):
    model = MODELS[name]
    schema = model.json_schema()
    assert set(schema["properties"]) == set(model.inputs)
    assert schema["additionalProperties"] is False
    for vector in model.score.vectors:
        for key, value in vector.inputs.items():
            shape = model.with_options(**vector.options).json_schema()["properties"][key]
            if "enum" in shape:
                assert value in shape["enum"]
            elif shape["type"][0] == "boolean":
                assert isinstance(value, bool)
            else:
                assert shape["minimum"] <= value <= shape["maximum"]


@every_score
def test_a_score_names_its_source_and_is_not_described_as_safe_for_clinical_use(name: str):
    model = MODELS[name]
    assert model.score.citation in model.caution
    assert "not for clinical use" in model.caution
    assert list(model.describe().index) == list(model.inputs)
    assert repr(model).startswith(f"PublishedModel({name}: answers with {model.answers}")
    everything = model.card() + model.caution + " ".join(map(str, model.explain(made_up(model, 40)).strongest().values))
    assert not re.search(r"\b(diagnoses|detects|safe)\b", everything)


@every_score
def test_two_processes_and_two_threads_give_the_same(name: str):
    import pickle
    from concurrent.futures import ThreadPoolExecutor

    model = MODELS[name]
    table = made_up(model, 50, unknown=0.1)
    expected = model.predict(table).to_frame()
    travelled = pickle.loads(pickle.dumps(model))  # noqa: S301
    pd.testing.assert_frame_equal(travelled.predict(table).to_frame(), expected)
    with ThreadPoolExecutor(2) as pool:
        for prediction in pool.map(model.predict, [table] * 4):
            pd.testing.assert_frame_equal(prediction.to_frame(), expected)


@scores_of(Trigger)
def test_a_trigger_fires_sooner_with_more_signs_and_signs_are_coloured(name: str):
    fires = MODELS[name]._compiled.method._fires
    grid = np.array([[red, yellow] for red in range(9) for yellow in range(9)], dtype=float)
    fired = fires.evaluate({"red": grid[:, 0], "yellow": grid[:, 1]}, len(grid)).reshape(9, 9)
    assert (np.diff(fired, axis=0) >= 0).all()
    assert (np.diff(fired, axis=1) >= 0).all()


@scores_of(Checklist)
def test_a_checklist_is_decided_by_one_sign_whatever_is_unknown(name: str):
    method = load_published_score(name).method
    if method.condition != "True" or load_published_score(name).needs_every_input:
        return
    flags = [input_ for input_ in MODELS[name].inputs if isinstance(VARIABLES[input_].kind, Flag)]
    alone = [f for f in flags if MODELS[name].predict({f: True}).answered.iloc[0]]
    assert alone
    for flag in alone:
        prediction = MODELS[name].predict({flag: True})
        assert prediction.category.iloc[0] == method.positive
        assert len(MODELS[name].explain({flag: True}).sentences_by_row[0]) == 1
    assert MODELS[name].predict({flags[0]: False}).category.isna().all()


def test_every_answer_that_is_not_carried_says_which_one_is():
    prediction = MODELS["meows"].predict(made_up(MODELS["meows"], 3))
    with pytest.raises(
        WrongAnswer, match=r"does not answer with a number of points, but with a category\. Use \.category"
    ):
        prediction.points  # noqa: B018
    with pytest.raises(WrongAnswer, match="no published bands"):
        prediction.band  # noqa: B018
    risk = MODELS["minipiers"].predict(made_up(MODELS["minipiers"], 3))
    with pytest.raises(WrongAnswer, match=r"Use \.risk"):
        risk.category  # noqa: B018
    trained = pn.load_model("infant_death-birth").predict({"birth_weight_g": 1450.0})
    assert trained.answers == "risk"
    assert trained.answered.tolist() == [True]
    assert trained.insufficient.tolist() == [()]
    with pytest.raises(WrongAnswer):
        trained.band  # noqa: B018


def test_a_declaration_whose_names_collide_is_refused():
    score = load_published_score("shock_index_obstetric")
    from dataclasses import replace

    for quantities in ((("systolic_bp_mmhg", "1 + 1"),), (("twice", "undeclared * 2"),)):
        with pytest.raises(DeclarationError):
            PublishedModel(replace(score, quantities=quantities))


def test_the_types_of_a_declaration_are_those_of_the_contract():
    assert all(isinstance(load_published_score(name), PublishedScore) for name in IDS)
    with pytest.raises(UnknownName, match="no published score 'apgarr'"):
        load_published_score("apgarr")
