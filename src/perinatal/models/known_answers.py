"""Made-up inputs whose risks travel with a model, so that a computer that computes differently is found out."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import numpy as np

from perinatal.errors import CorruptModel
from perinatal.models.derived_features import Feature
from perinatal.vocabulary import Category, Count, Flag, Quantity

RANDOM_ROWS = 40
FIXED_ROWS = 4  # all unknown, and all at the low, middle and high of the plausible
ANSWERS = "known_answers.csv"


def known_inputs(features: Sequence[Feature]) -> np.ndarray:
    """Encoded rows: all unknown, all at the low, middle and high of the plausible, and random ones; no real person."""
    random = np.random.default_rng(20261122)
    rows = np.empty((RANDOM_ROWS + FIXED_ROWS, len(features)), dtype=np.float32)
    rows[0] = np.nan
    for position, f in enumerate(features):
        low, high = _input_range(f)
        rows[1:FIXED_ROWS, position] = low, (low + high) // 2, high
        values = random.uniform(low, high, RANDOM_ROWS)
        rows[FIXED_ROWS:, position] = np.rint(values) if isinstance(f.kind, (Category, Flag, Count)) else values
        rows[FIXED_ROWS:, position][random.random(RANDOM_ROWS) < 0.15] = np.nan
    return rows


def write_answers(features: Sequence[Feature], inputs: np.ndarray, risk: np.ndarray) -> bytes:
    """Inputs and their risks as CSV; unknown is blank."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([*(f.name for f in features), "risk"])
    for row, answer in zip(inputs, risk, strict=True):
        writer.writerow([*("" if np.isnan(value) else repr(float(value)) for value in row), repr(float(answer))])
    return text.getvalue().encode()


def read_answers(raw: bytes, features: Sequence[Feature]) -> tuple[np.ndarray, np.ndarray]:
    """The inputs (rows × features, ``float32``) and risks that :func:`write_answers` wrote.

    Raises :class:`~perinatal.errors.CorruptModel` for content that does not fit these features.
    """
    try:
        rows = list(csv.reader(io.StringIO(raw.decode(), newline="")))
        heading, answers = rows[0], rows[1:]
        numbers = np.array([[float(cell) if cell else np.nan for cell in row] for row in answers], dtype=np.float64)
    except (ValueError, IndexError, csv.Error) as failure:
        raise CorruptModel(f"{ANSWERS} cannot be read: it is damaged.") from failure
    if heading != [*(f.name for f in features), "risk"]:
        raise CorruptModel(f"{ANSWERS} is about other features than the model.")
    if numbers.shape != (RANDOM_ROWS + FIXED_ROWS, len(features) + 1):
        raise CorruptModel(f"{ANSWERS} has {len(numbers)} rows; expected {RANDOM_ROWS + FIXED_ROWS}.")
    with np.errstate(over="ignore"):
        inputs, risk = numbers[:, :-1].astype(np.float32), numbers[:, -1]
    if not ((risk >= 0) & (risk <= 1)).all() or np.isinf(inputs).any():
        raise CorruptModel(f"{ANSWERS} holds a number that is no input or no risk.")
    for position, f in enumerate(features):
        codes = inputs[:, position][~np.isnan(inputs[:, position])]
        low, high = _input_range(f)
        if isinstance(f.kind, (Category, Flag)) and not (np.isin(codes, np.arange(low, high + 1))).all():
            raise CorruptModel(f"{ANSWERS} holds a level that '{f.name}' does not have.")
    return inputs, risk


def _input_range(f: Feature) -> tuple[float, float]:
    if isinstance(f.kind, (Quantity, Count)):
        return f.kind.plausible
    return (0, len(f.levels) - 1) if f.levels else (0, 1)
