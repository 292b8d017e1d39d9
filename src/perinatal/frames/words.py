"""Columns of categories and flags: words and codes read as declared levels, or refused without repeating them."""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd

from perinatal.errors import UnknownLevels
from perinatal.frames.cells import as_floats, classify_content, distinct_cells, spread
from perinatal.frames.notation import clean_text
from perinatal.frames.problems import ColumnFinding, ProblemRule
from perinatal.frames.readers import FlagReader, How, LevelReader, build_flag_reader, build_level_reader, normalise_word
from perinatal.frames.reading import describe_positions
from perinatal.vocabulary import Category, Variable

_MAX_CODES = 8
_SHARED_BY = 5  # rows that hold a code or word before a message repeats it, but for numbers under _SMALL_CODE
_SMALL_CODE = 100
_MAX_WORD_LENGTH = 24
_MAX_WORDS = 12  # more different words in a column are names or free text, and none of them is repeated
_FINDINGS = {
    How.WRITTEN_UNKNOWN: (ProblemRule.WRITTEN_UNKNOWN, "hold a word for unknown; they are now unknown"),
    How.CODE_FOR_UNKNOWN: (ProblemRule.SENTINEL, "hold a code for unknown; they are now unknown"),
    How.USUAL_WORD: (
        ProblemRule.SPELLING,
        "hold a usual word for a declared one (SVD, boy, oui, Sim); read as that one",
    ),
    How.SPELLING: (ProblemRule.SPELLING, "hold another spelling of a declared word; read as that word"),
}


def conform_category(
    column: pd.Series,
    declared: Variable,
    words: Mapping[object, object] | None,
    unknown: tuple[object, ...],
    others: str | None = None,
) -> tuple[pd.Series | pd.Categorical, list[ColumnFinding]]:
    """A column as the declared categories; raises ``UnknownLevels`` (unnamed) for undeclared words."""
    kind = declared.kind
    assert isinstance(kind, Category)
    if not words and not unknown and is_declared_category(column.dtype, kind):
        return column, []
    reader = build_level_reader(declared.name, kind, words, unknown)
    values, findings = _read_column(column, reader, kind.levels, others)
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
    column: pd.Series, words: Mapping[object, object] | None, unknown: tuple[object, ...], others: str | None = None
) -> tuple[pd.Series | pd.arrays.BooleanArray, list[ColumnFinding]]:
    """A column as nullable boolean; raises ``UnknownLevels`` (unnamed) for words and numbers that mean neither."""
    content = classify_content(column)
    if not words and not unknown:
        if isinstance(column.dtype, pd.BooleanDtype):
            return column, []
        if content != "cells":
            numbers = as_floats(column)
            true, missing = numbers == 1, np.isnan(numbers)
            if (true | missing | (numbers == 0)).all():
                return pd.arrays.BooleanArray(true, missing), []
    values, findings = _read_column(column, build_flag_reader(words, unknown), ("True", "False"), others)
    return pd.arrays.BooleanArray(values == 1, np.isnan(values)), findings


def _read_column(
    column: pd.Series, reader: LevelReader | FlagReader, levels: tuple[str, ...], others: str | None
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
    refused = np.flatnonzero(np.isin(how, (How.UNDECLARED, How.OTHER_NUMBER)))
    findings = []
    if refused.size and others == "unknown":
        contents = _format_codes(codes[refused], cells)
        these = f" ({contents})" if contents else ""
        text = f"hold something that is not among its levels{these}; unknown, as others= states"
        findings.append(ColumnFinding(ProblemRule.IMPOSSIBLE, refused, text))
    elif refused.size:
        where = describe_positions(column.index, column.attrs, refused)
        raise UnknownLevels(_describe_refusal(refused, where, how, codes, cells, levels))
    for kind_of_reading, (rule, text) in _FINDINGS.items():
        positions = np.flatnonzero(how == kind_of_reading)
        if positions.size:
            findings.append(ColumnFinding(rule, positions, text))
    return values, findings


def fill_blank(
    column: pd.Series, values: pd.Series | pd.Categorical | pd.arrays.BooleanArray, blank: bool | str
) -> tuple[pd.Series, list[ColumnFinding]]:
    """The values with blank cells as the map states, and the finding about them; words for unknown stay unknown.

    >>> filled, _ = fill_blank(pd.Series(["Yes", "", None]), pd.array([True, None, None], dtype="boolean"), False)
    >>> filled.tolist()
    [True, False, False]
    """
    codes, cells = distinct_cells(column)
    empty = np.array([isinstance(cell, str) and not clean_text(cell) for cell in cells], dtype=bool)
    positions = np.flatnonzero(spread(codes, empty, True))
    filled = pd.Series(values, index=column.index, copy=True)
    filled.iloc[positions] = blank
    text = f"blank; read as {blank!r}, as blank= states"
    return filled, [ColumnFinding(ProblemRule.SPELLING, positions, text)] if positions.size else []


def _describe_refusal(
    refused: np.ndarray, where: str, how: np.ndarray, codes: np.ndarray, cells: list[object], levels: tuple[str, ...]
) -> str:
    """What follows the name of a refused column: the rows, what they hold where it may be quoted, the ways out."""
    rows = f"{refused.size:,} of {len(codes):,} rows ({where})"
    if (how[refused] == How.OTHER_NUMBER).all():
        contents = _format_codes(codes[codes >= 0], cells)
        quoted = f"; the column holds {contents}" if contents else ""
        return (
            f"{rows} hold a number other than 0 and 1{quoted}. Is it a count? Then make a flag of it with a rule such "
            "as table['nicu_days'] > 0. If the numbers are codes, state what each means with "
            "ColumnMap({...: Column(..., words={1: False, 2: True})}), and put what means unknown under unknown=."
        )
    contents = _format_codes(codes[refused], cells)
    quoted = f" They hold {contents}." if contents else ""
    return (
        f"{rows} hold something that is not among its levels: {', '.join(levels)}.{quoted} State what each word or "
        f"code means with ColumnMap({{...: Column(..., words={{'word or code': {_format_first_level(levels)}}})}}), or "
        "put what means unknown under unknown=; others='unknown' makes the rest unknown."
    )


def _format_codes(codes: np.ndarray, cells: list[object]) -> str:
    """The distinct cells of some rows as a message shows them, without what could be a person's text.

    Numbers under 100 are quoted; other numbers and words only where at least five rows share them, and words only where
    a column has few of them.
    """
    counts = np.bincount(codes, minlength=len(cells))
    numbers: set[float] = set()
    words: dict[str, int] = {}
    for position in np.flatnonzero(counts).tolist():
        text = normalise_word(cells[position])
        number = _as_number(text)
        if number is None:
            words[text] = words.get(text, 0) + int(counts[position])
        elif abs(number) < _SMALL_CODE or counts[position] >= _SHARED_BY:
            numbers.add(number)
    quoted = [f"{number:g}" for number in sorted(numbers)]
    if len(words) <= _MAX_WORDS:
        common = [word for word, count in words.items() if count >= _SHARED_BY and len(word) <= _MAX_WORD_LENGTH]
        quoted += [f"'{word}'" for word in sorted(common)]
    if len(quoted) > _MAX_CODES:
        return f"{', '.join(quoted[: _MAX_CODES // 2])} … {quoted[-1]}"
    return ", ".join(quoted)


def _as_number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) else None


def _format_first_level(levels: tuple[str, ...]) -> str:
    return levels[0] if levels[0] in ("True", "False") else repr(levels[0])
