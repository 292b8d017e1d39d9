"""Categories and flags: words and codes taken as declared levels, or refused without repeating them."""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from decimal import Decimal
from numbers import Real

import numpy as np
import pandas as pd

from perinatal.errors import UnknownLevels
from perinatal.frames.cells import as_floats, classify_content, distinct_cells, spread
from perinatal.frames.problems import ColumnFinding, ProblemRule
from perinatal.frames.unknowns import SENTINELS, UNKNOWN_WORDS
from perinatal.vocabulary import Category

_GAP = re.compile(r"[\s_\-]+")
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_YES = frozenset({"yes", "y", "true", "t"})
_NO = frozenset({"no", "n", "false", "f"})
_FLAG_SENTINELS = frozenset((*SENTINELS, 8.0, 9.0))
_MAX_POSITIONS = 5

_PLAIN, _REFUSED = 0, -1
_RULES = {1: ProblemRule.WRITTEN_UNKNOWN, 2: ProblemRule.SENTINEL, 3: ProblemRule.SPELLING, 4: ProblemRule.IMPOSSIBLE}
_NUMBERS = {rule: number for number, rule in _RULES.items()}

_Judgement = tuple[float, int]  # level position (or 0/1; NaN unknown), and the number of a rule


def normalise_word(word: object) -> str:
    """A word or code as it is compared: without letter case and surrounding blanks; 2.0 as ``2``.

    >>> normalise_word(" CS "), normalise_word(2.0), normalise_word("2")
    ('cs', '2', '2')
    """
    if isinstance(word, (float, np.floating, Decimal)) and math.isfinite(word) and word == int(word):
        return str(int(word))
    return str(word).strip().casefold()


def _normalise_level(word: str) -> str:
    return _GAP.sub("_", word.strip().casefold())


def conform_category(
    column: pd.Series, kind: Category, words: Mapping[object, object] | None, unknown: tuple[object, ...]
) -> tuple[pd.Series | pd.Categorical, list[ColumnFinding]]:
    """A column as the declared categories; raises ``UnknownLevels`` (unnamed) for undeclared words."""
    dtype, near = _declared_levels(kind)
    if not words and not unknown and is_declared_category(column.dtype, kind):
        return column, []
    if classify_content(column) == "cells":
        codes, cells = distinct_cells(column)
    else:
        numbers = as_floats(column)
        values, codes = np.unique(numbers, return_inverse=True)
        codes = np.where(np.isnan(numbers), -1, codes)
        cells = [bool(v) for v in values] if classify_content(column) == "truth" else values.tolist()
    level_of_word = {normalise_word(word): kind.levels.index(level) for word, level in (words or {}).items()}
    unknown_codes = frozenset(normalise_word(code) for code in unknown)
    exact = {level: position for position, level in enumerate(kind.levels)}
    judgements = [_judge_level(cell, exact, near, level_of_word, unknown_codes) for cell in cells]
    values, findings = _spread_judgements(codes, judgements, kind.levels)
    codes = np.where(np.isnan(values), -1, values).astype(np.int8)
    return pd.Categorical.from_codes(codes, dtype=dtype, validate=False), findings


@functools.cache
def _declared_levels(kind: Category) -> tuple[pd.CategoricalDtype, Mapping[str, int]]:
    """The dtype of a category, and its levels as they are compared when letter case and gaps differ."""
    return kind.dtype, {_normalise_level(level): position for position, level in enumerate(kind.levels)}


def is_declared_category(dtype: object, kind: Category) -> bool:
    """Whether a dtype is the declared one: a category with exactly these levels, in this order."""
    return dtype is _declared_levels(kind)[0] or (
        isinstance(dtype, pd.CategoricalDtype)
        and dtype.ordered == kind.ordered
        and len(dtype.categories) == len(kind.levels)
        and tuple(dtype.categories) == kind.levels
    )


def _judge_level(
    cell: object,
    exact: Mapping[str, int],
    near: Mapping[str, int],
    level_of_word: Mapping[str, int],
    unknown_codes: frozenset[str],
) -> _Judgement:
    text = normalise_word(cell) if isinstance(cell, (str, Real, Decimal, np.bool_)) else None
    if text in unknown_codes:
        return np.nan, _NUMBERS[ProblemRule.SENTINEL]
    if text in level_of_word:
        return level_of_word[text], _PLAIN
    if not isinstance(cell, str):
        return np.nan, _REFUSED
    if cell in exact:
        return exact[cell], _PLAIN
    if _normalise_level(cell) in near:
        return near[_normalise_level(cell)], _NUMBERS[ProblemRule.SPELLING]
    return np.nan, _NUMBERS[ProblemRule.WRITTEN_UNKNOWN] if text in UNKNOWN_WORDS else _REFUSED


def conform_flag(
    column: pd.Series, words: Mapping[object, object] | None, unknown: tuple[object, ...]
) -> tuple[pd.Series | pd.arrays.BooleanArray, list[ColumnFinding]]:
    """A column as nullable boolean; raises ``UnknownLevels`` (unnamed) for words that mean neither."""
    column_kind = classify_content(column)
    stated = bool(words or unknown)
    if column_kind == "truth" and not stated:
        if isinstance(column.dtype, pd.BooleanDtype):
            return column, []
        if column.dtype == np.bool_:
            return pd.arrays.BooleanArray(column.to_numpy(copy=True), np.zeros(len(column), dtype=bool)), []
        numbers = as_floats(column)
        return pd.arrays.BooleanArray(numbers == 1, np.isnan(numbers)), []
    if column_kind == "cells":
        codes, cells = distinct_cells(column)
    else:
        numbers = as_floats(column)
        missing = np.isnan(numbers)
        if not stated:
            true = numbers == 1
            if np.count_nonzero(true) + np.count_nonzero(numbers == 0) + np.count_nonzero(missing) == len(numbers):
                return pd.arrays.BooleanArray(true, missing), []
        values, codes = np.unique(numbers, return_inverse=True)
        codes = np.where(missing, -1, codes)
        cells = values.tolist()
    value_of_word = {normalise_word(word): float(bool(value)) for word, value in (words or {}).items()}
    unknown_codes = frozenset(normalise_word(code) for code in unknown)
    judgements = [_judge_flag(cell, value_of_word, unknown_codes) for cell in cells]
    values, findings = _spread_judgements(codes, judgements, ("True", "False"))
    return pd.arrays.BooleanArray(values == 1, np.isnan(values)), findings


def _judge_flag(cell: object, value_of_word: Mapping[str, float], unknown_codes: frozenset[str]) -> _Judgement:
    if not isinstance(cell, (str, Real, Decimal, np.bool_)) or isinstance(cell, np.timedelta64):
        return np.nan, _REFUSED
    text = normalise_word(cell)
    if text in unknown_codes:
        return np.nan, _NUMBERS[ProblemRule.SENTINEL]
    if text in value_of_word:
        return value_of_word[text], _PLAIN
    if isinstance(cell, str):
        if text in _YES or text in _NO:
            return float(text in _YES), _PLAIN
        if text in UNKNOWN_WORDS:
            return np.nan, _NUMBERS[ProblemRule.WRITTEN_UNKNOWN]
        if not _NUMBER.fullmatch(text):
            return np.nan, _REFUSED
        if text in unknown_codes or normalise_word(float(text)) in unknown_codes:
            return np.nan, _NUMBERS[ProblemRule.SENTINEL]
    if cell in (0, 1):  # True, False, 1, 0, 1.0, Decimal(1)
        return float(cell), _PLAIN
    try:
        number = float(cell)
    except OverflowError:
        return np.nan, _NUMBERS[ProblemRule.IMPOSSIBLE]
    if number in (0.0, 1.0):
        return number, _PLAIN
    return np.nan, _NUMBERS[ProblemRule.SENTINEL if number in _FLAG_SENTINELS else ProblemRule.IMPOSSIBLE]


def _spread_judgements(
    codes: np.ndarray, judgements: list[_Judgement], levels: tuple[str, ...]
) -> tuple[np.ndarray, list[ColumnFinding]]:
    """What each row means, and what was found; refuses first."""
    values = spread(codes, np.array([value for value, _ in judgements], dtype=np.float64), np.nan)
    numbers = np.array([number for _, number in judgements], dtype=np.int8)
    if not numbers.any():
        return values, []
    by_row = spread(codes, numbers, _PLAIN)
    refused = np.flatnonzero(by_row == _REFUSED)
    if refused.size:
        first = ", ".join(map(str, refused[:_MAX_POSITIONS]))
        more = ", ..." if refused.size > _MAX_POSITIONS else ""
        raise UnknownLevels(
            f"{refused.size:,} of {len(codes):,} rows (0-based positions {first}{more}) hold something that "
            f"is not among its levels: {', '.join(levels)}. Say what each word or code means with "
            f"ColumnMap({{...: Column(..., words={{'word or code': {_format_first_level(levels)}}})}}), or put what "
            "means "
            "unknown under unknown=."
        )
    findings = []
    for number, rule in _RULES.items():
        positions = np.flatnonzero(by_row == number)
        if positions.size:
            findings.append(ColumnFinding(rule, positions, _TEXTS[rule]))
    return values, findings


def _format_first_level(levels: tuple[str, ...]) -> str:
    return levels[0] if levels[0] in ("True", "False") else repr(levels[0])


_TEXTS = {
    ProblemRule.WRITTEN_UNKNOWN: "hold a word for unknown; they are now unknown",
    ProblemRule.SENTINEL: "hold a code for unknown; they are now unknown",
    ProblemRule.SPELLING: "spell a declared word another way; taken as that word",
    ProblemRule.IMPOSSIBLE: "hold a number other than 0 and 1; they are now unknown (if it is a code, say what it "
    "means with words= in a ColumnMap)",
}
