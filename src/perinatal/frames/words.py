"""Columns of categories and flags: words and codes read as declared levels, or refused without repeating them."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from perinatal.errors import UnknownLevels
from perinatal.frames.cells import as_floats, classify_content, distinct_cells, spread
from perinatal.frames.problems import ColumnFinding, ProblemRule
from perinatal.frames.readers import FlagReader, How, LevelReader, build_flag_reader, build_level_reader
from perinatal.frames.reading import describe_positions
from perinatal.vocabulary import Category

_FINDINGS = {
    How.WRITTEN_UNKNOWN: (ProblemRule.WRITTEN_UNKNOWN, "hold a word for unknown; they are now unknown"),
    How.CODE_FOR_UNKNOWN: (ProblemRule.SENTINEL, "hold a code for unknown; they are now unknown"),
    How.SPELLING: (ProblemRule.SPELLING, "hold another spelling of a declared word; read as that word"),
    How.OTHER_NUMBER: (
        ProblemRule.IMPOSSIBLE,
        "hold a number other than 0 and 1; they are now unknown (if it is a code, state what it means with words= in a "
        "ColumnMap)",
    ),
}


def conform_category(
    column: pd.Series, kind: Category, words: Mapping[object, object] | None, unknown: tuple[object, ...]
) -> tuple[pd.Series | pd.Categorical, list[ColumnFinding]]:
    """A column as the declared categories; raises ``UnknownLevels`` (unnamed) for undeclared words."""
    if not words and not unknown and is_declared_category(column.dtype, kind):
        return column, []
    reader = build_level_reader(kind, words, unknown)
    values, findings = _read_column(column, reader, kind.levels)
    codes = np.where(np.isnan(values), -1, values).astype(np.int8)
    return pd.Categorical.from_codes(codes, dtype=kind.dtype, validate=False), findings


def is_declared_category(dtype: object, kind: Category) -> bool:
    """Whether a dtype is the declared one: a category with exactly these levels, in this order."""
    return (
        isinstance(dtype, pd.CategoricalDtype)
        and dtype.ordered == kind.ordered
        and len(dtype.categories) == len(kind.levels)
        and tuple(dtype.categories) == kind.levels
    )


def conform_flag(
    column: pd.Series, words: Mapping[object, object] | None, unknown: tuple[object, ...]
) -> tuple[pd.Series | pd.arrays.BooleanArray, list[ColumnFinding]]:
    """A column as nullable boolean; raises ``UnknownLevels`` (unnamed) for words that mean neither."""
    content = classify_content(column)
    if not words and not unknown:
        if isinstance(column.dtype, pd.BooleanDtype):
            return column, []
        if content != "cells":
            numbers = as_floats(column)
            true, missing = numbers == 1, np.isnan(numbers)
            if (true | missing | (numbers == 0)).all():
                return pd.arrays.BooleanArray(true, missing), []
    values, findings = _read_column(column, build_flag_reader(words, unknown), ("True", "False"))
    return pd.arrays.BooleanArray(values == 1, np.isnan(values)), findings


def _read_column(
    column: pd.Series, reader: LevelReader | FlagReader, levels: tuple[str, ...]
) -> tuple[np.ndarray, list[ColumnFinding]]:
    """The value of each row, and findings; each distinct cell is read once. Undeclared words are refused first."""
    content = classify_content(column)
    if content == "cells":
        codes, cells = distinct_cells(column)
    else:
        numbers = as_floats(column)
        distinct, codes = np.unique(numbers, return_inverse=True)
        codes = np.where(np.isnan(numbers), -1, codes)
        as_words = content == "truth" and isinstance(reader, LevelReader)
        cells = [bool(value) for value in distinct] if as_words else distinct.tolist()
    readings = [reader.read(cell) for cell in cells]
    values = spread(codes, np.array([value for value, _ in readings], dtype=np.float64), np.nan)
    how_read = np.array([how for _, how in readings], dtype=np.int8)
    if not how_read.any():
        return values, []
    how = spread(codes, how_read, How.CLEAN)
    refused = np.flatnonzero(how == How.UNDECLARED)
    if refused.size:
        where = describe_positions(column.index, column.attrs, refused)
        raise UnknownLevels(
            f"{refused.size:,} of {len(codes):,} rows ({where}) hold something that "
            f"is not among its levels: {', '.join(levels)}. State what each word or code means with "
            f"ColumnMap({{...: Column(..., words={{'word or code': {_format_first_level(levels)}}})}}), or put what "
            "means unknown under unknown=."
        )
    findings = []
    for kind_of_reading, (rule, text) in _FINDINGS.items():
        positions = np.flatnonzero(how == kind_of_reading)
        if positions.size:
            findings.append(ColumnFinding(rule, positions, text))
    return values, findings


def _format_first_level(levels: tuple[str, ...]) -> str:
    return levels[0] if levels[0] in ("True", "False") else repr(levels[0])
