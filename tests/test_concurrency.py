"""One model in forked children, in threads and in other processes; a row alone, in a batch and across chunks."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import warnings
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import joblib
import numpy as np
import pandas as pd
import pytest

import perinatal as pn
from perinatal.models.scorers.rows import FEW_ROWS, ROWS_PER_CHUNK
from small_models import fitted, sample_frame, small_model

KINDS = ("boosted", "logistic")
PATIENCE = 60  # seconds
THREADS = 16


def many(count: int) -> pd.DataFrame:
    """The sample again and again, every row a little different."""
    births = sample_frame()
    frame = births.iloc[np.arange(count) % len(births)].reset_index(drop=True)
    frame["haemoglobin_g_dl"] = frame["haemoglobin_g_dl"] + np.arange(count) % 997 / 1000
    return frame


def same(one: pn.Explanation, other: pn.Explanation) -> bool:
    """Bit for bit."""
    return one.base == other.base and all(
        np.array_equal(getattr(one, name), getattr(other, name)) for name in ("matrix", "log_odds")
    )


def _in_a_child(work: object, *arguments: object) -> object:
    """What ``work`` gives in a forked child; fails when it hangs."""
    context = multiprocessing.get_context("fork")
    answer, sender = context.Pipe(duplex=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # Python 3.12 on: a fork beside threads, which we mean
        child = context.Process(target=_tell, args=(sender, work, *arguments))
        child.start()
    try:
        if not answer.poll(PATIENCE):
            pytest.fail(f"the forked child said nothing for {PATIENCE} seconds: it hangs")
        return answer.recv()
    finally:
        child.kill()
        child.join()


def _tell(sender: object, work: object, *arguments: object) -> None:
    sender.send(work(*arguments))
    sender.close()


def _predict_and_explain(model: pn.RiskModel, frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, float]:
    explained = model.explain(frame)
    return model.predict(frame).log_odds, explained.matrix, explained.base


forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")


@forks
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [1, 2 * FEW_ROWS + 1])
def test_a_forked_child_predicts_after_its_parent_predicted_many_rows(kind, count):
    model, frame = small_model(kind), many(count)
    _predict_and_explain(model, many(2 * FEW_ROWS + 1))
    expected = _predict_and_explain(model, frame)
    log_odds, matrix, base = _in_a_child(_predict_and_explain, model, frame)
    assert np.array_equal(log_odds, expected[0])
    assert np.array_equal(matrix, expected[1])
    assert base == expected[2]


@forks
@pytest.mark.parametrize("kind", KINDS)
def test_a_forked_child_predicts_after_its_parent_trained_and_forks_again(kind):
    model = fitted(kind, sample_frame())
    frame = many(FEW_ROWS + 1)
    expected = model.predict(frame).log_odds
    assert np.array_equal(_in_a_child(_in_a_grandchild, model, frame), expected)


def _in_a_grandchild(model: pn.RiskModel, frame: pd.DataFrame) -> np.ndarray:
    return _in_a_child(_predict_and_explain, model, frame)[0]


@forks
@pytest.mark.parametrize("kind", KINDS)
def test_a_forked_child_can_load_a_model_after_its_parent_predicted(kind, tmp_path):
    path = small_model(kind).save(tmp_path / "model")
    expected = pn.load_model(path).predict(many(FEW_ROWS + 1)).log_odds
    assert np.array_equal(_in_a_child(_load_and_predict, path, many(FEW_ROWS + 1)), expected)


def _load_and_predict(path: object, frame: pd.DataFrame) -> np.ndarray:
    return pn.load_model(path).predict(frame).log_odds


@pytest.mark.parametrize("kind", KINDS)
def test_sixteen_threads_that_share_a_model_agree_with_one_bit_for_bit(kind):
    model = small_model(kind)
    births = sample_frame()
    tables: list[pd.DataFrame | Mapping] = [births.iloc[i::THREADS] for i in range(THREADS // 2)]
    tables += [_record(births, i) for i in range(THREADS // 2 - 1)] + [many(FEW_ROWS + 7)]
    predicted = [model.predict(table).log_odds for table in tables]
    explained = [model.explain(table) for table in tables]
    fresh = pickle.loads(pickle.dumps(model))  # noqa: S301 (our own); one that nobody has predicted with yet
    start = Barrier(THREADS)

    def work(position: int) -> bool:
        start.wait(PATIENCE)
        return all(
            np.array_equal(fresh.predict(tables[position]).log_odds, predicted[position])
            and same(fresh.explain(tables[position]), explained[position])
            for _ in range(5)
        )

    with ThreadPoolExecutor(THREADS) as pool:
        assert all(pool.map(work, range(THREADS)))


@pytest.mark.parametrize("kind", KINDS)
def test_joblib_takes_a_model_to_its_workers_and_the_risks_agree(kind):
    model, births = small_model(kind), sample_frame()
    pieces = [births.iloc[:100], births.iloc[100:]]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        answers = joblib.Parallel(n_jobs=2, backend="loky")(
            joblib.delayed(_predict_and_explain)(model, piece) for piece in pieces
        )
    for piece, (log_odds, matrix, base) in zip(pieces, answers, strict=True):
        expected = _predict_and_explain(model, piece)
        assert np.array_equal(log_odds, expected[0])
        assert np.array_equal(matrix, expected[1])
        assert base == expected[2]


@pytest.mark.parametrize("kind", KINDS)
def test_a_pickled_model_is_the_same_model(kind):
    model, births = small_model(kind), sample_frame()
    copy = pickle.loads(pickle.dumps(model))  # noqa: S301 (our own)
    assert np.array_equal(copy.predict(births).log_odds, model.predict(births).log_odds)
    assert same(copy.explain(births), model.explain(births))
    assert (copy.id, copy.card()) == (model.id, model.card())


def _record(births: pd.DataFrame, position: int) -> dict[str, object]:
    """One row as a person would write it: plain numbers, words, truths; ``None`` where unknown."""
    record = {}
    for name, value in births.iloc[position].items():
        if pd.isna(value):
            record[name] = None
        else:
            record[name] = bool(value) if isinstance(value, np.bool_) else value
    return record


@pytest.mark.parametrize("kind", KINDS)
def test_a_row_alone_gives_what_it_gives_in_the_batch_bit_for_bit(kind):
    model, births = small_model(kind), sample_frame()
    batch, explained = model.predict(births), model.explain(births)
    for position in range(0, len(births), 5):
        for table in (births.iloc[[position]], _record(births, position)):
            assert model.predict(table).log_odds[0] == batch.log_odds[position]
            alone = model.explain(table)
            assert alone.base == explained.base
            assert np.array_equal(alone.matrix[0], explained.matrix[position])
            assert alone.log_odds[0] == batch.log_odds[position]
            assert alone.risk.iloc[0] == explained.risk.iloc[position]


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("count", [FEW_ROWS, FEW_ROWS + 1, 70_000, 2 * ROWS_PER_CHUNK + 1])
def test_rows_on_both_sides_of_a_chunk_give_what_they_give_in_small_parts(kind, count):
    model, frame = small_model(kind), many(count)
    whole = model.predict(frame)
    parts = [model.predict(frame.iloc[start : start + FEW_ROWS]).log_odds for start in range(0, count, FEW_ROWS)]
    assert np.array_equal(whole.log_odds, np.concatenate(parts))
    assert list(whole.index) == list(frame.index)


@pytest.mark.parametrize("kind", KINDS)
def test_parts_of_70_000_rows_give_what_they_give_in_small_parts(kind):
    model, frame = small_model(kind), many(70_000)
    whole = model.explain(frame)
    for start in (0, FEW_ROWS, ROWS_PER_CHUNK // 2 - 5, 35_000 - 5, ROWS_PER_CHUNK - 5, 70_000 - 10):
        piece = model.explain(frame.iloc[start : start + 10])
        assert np.array_equal(whole.matrix[start : start + 10], piece.matrix)
        assert whole.base == piece.base


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("workers", [1, 2, 7])
def test_the_number_of_workers_changes_nothing(kind, workers, monkeypatch):
    from perinatal.models.scorers import rows

    model, frame = small_model(kind), many(3 * FEW_ROWS)
    expected = model.predict(frame).log_odds
    monkeypatch.setattr(rows, "worker_count", lambda: workers)
    assert np.array_equal(model.predict(frame).log_odds, expected)


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_without_rows_has_no_risks_and_no_parts(kind):
    model = small_model(kind)
    none = sample_frame().iloc[:0]
    assert model.predict(none).risk.empty
    assert model.explain(none).parts.shape == (0, len(model.features))
    assert model.explain(none).base == model.explain(sample_frame()).base
