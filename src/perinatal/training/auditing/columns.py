"""The table that the rules read: every column as codes, the outcome, the groups and the split."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perinatal.errors import InputError
from perinatal.vocabulary import Moment, Outcome

MOST_LEVELS = 50  # a text column with more levels is a label of rows or free text, not a category


@dataclass(frozen=True, slots=True, eq=False)
class EncodedColumn:
    """A column as whole numbers.

    Parameters
    ----------
    codes : shape (rows,), the position of each cell among the levels; -1 where it is missing.
    levels : how many distinct known values there are.
    numbers : shape (levels,), their values, where all are numbers.
    texts : shape (levels,), their stripped text, where the column is text; never printed.
    """

    codes: np.ndarray
    levels: int
    numbers: np.ndarray | None = None
    texts: tuple[str, ...] | None = None

    @property
    def missing(self) -> np.ndarray:
        """Which rows are unknown."""
        return self.codes < 0

    @property
    def counts(self) -> np.ndarray:
        """Rows of each level."""
        return np.bincount(self.codes[self.codes >= 0], minlength=self.levels)

    @property
    def agreement(self) -> float:
        """The chance that two rows drawn at random agree, unknown agreeing with unknown."""
        shares = np.bincount(self.codes + 1, minlength=self.levels + 1) / max(len(self.codes), 1)
        return float(np.sum(shares**2))

    def is_row_label(self) -> bool:
        """Whether every row has another whole number or label, so that the column only labels rows."""
        if self.levels < len(self.codes) or self.levels < 2:
            return False
        return self.numbers is None or bool(np.all(self.numbers == np.rint(self.numbers)))

    def is_category(self) -> bool:
        """Whether it has few enough levels to treat each on its own."""
        return 2 <= self.levels <= MOST_LEVELS

    def values(self) -> np.ndarray:
        """The cells as numbers, unknown ``NaN``; all ``NaN`` where :attr:`numbers` is ``None``."""
        if self.numbers is None:
            return np.full(len(self.codes), np.nan)
        return np.where(self.missing, np.nan, self.numbers[self.codes])


@dataclass(frozen=True, slots=True, eq=False)
class AuditTable:
    """One table, made ready for every rule.

    ``columns`` are the possible features; ``facts`` distinguish one record from another: features, outcome, and every
    other column that is neither a row's label nor a group nor the split. ``observed`` is 1, 0 or ``NaN``.
    """

    columns: Mapping[str, EncodedColumn]
    facts: Mapping[str, EncodedColumn]
    headings: tuple[str, ...]
    observed: np.ndarray
    outcome: str
    target: Outcome | None
    moment: Moment
    groups: Mapping[str, np.ndarray]
    guessed_groups: Mapping[str, np.ndarray]
    split: np.ndarray | None
    seed: int

    @property
    def rows(self) -> int:
        """Rows of the table."""
        return len(self.observed)

    @property
    def events(self) -> np.ndarray:
        """Which rows have the outcome."""
        return self.observed == 1

    @property
    def others(self) -> np.ndarray:
        """Which rows are known not to have it."""
        return self.observed == 0

    @property
    def settling_names(self) -> frozenset[str]:
        """Names that determine the outcome by its declaration."""
        return self.target.settled_by if self.target is not None else frozenset()

    def count_by_level(self, column: EncodedColumn) -> tuple[np.ndarray, np.ndarray]:
        """Rows with and without the outcome at each level of a column."""
        known = column.codes >= 0
        with_event = np.bincount(column.codes[known & self.events], minlength=column.levels)
        return with_event, np.bincount(column.codes[known & self.others], minlength=column.levels)


def encode_column(column: pd.Series) -> EncodedColumn:
    """A column as codes; numbers written as text count as numbers, blanks as unknown.

    >>> encode_column(pd.Series(["10", " 9", "", None])).numbers.tolist()
    [10.0, 9.0]
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        texts = [str(level).strip() for level in column.cat.categories]
        return _encode_texts(column.cat.codes.to_numpy(), texts)
    if pd.api.types.is_bool_dtype(column.dtype) or pd.api.types.is_numeric_dtype(column.dtype):
        codes, numbers = pd.factorize(column.to_numpy(dtype=np.float64, na_value=np.nan), sort=True)
        return EncodedColumn(codes, len(numbers), numbers)
    if pd.api.types.is_datetime64_any_dtype(column.dtype) or pd.api.types.is_timedelta64_dtype(column.dtype):
        codes, stamps = pd.factorize(column, sort=True)
        return EncodedColumn(codes, len(stamps), np.asarray(stamps.astype(np.int64), dtype=np.float64))
    try:
        codes, levels = pd.factorize(column)
    except TypeError:
        raise InputError(
            f"Column '{column.name}' holds cells that are neither text nor numbers (lists, for instance). Leave "
            "it out of the table, or split it into columns."
        ) from None
    return _encode_texts(codes, [str(level).strip() for level in levels])


def _encode_texts(codes: np.ndarray, texts: list[str]) -> EncodedColumn:
    """Text levels, without the blank ones and without levels that no row has."""
    used = np.bincount(codes[codes >= 0], minlength=len(texts)) > 0
    retained = np.array([bool(text) and bool(u) for text, u in zip(texts, used, strict=True)], dtype=bool)
    position = np.append(np.where(retained, np.cumsum(retained) - 1, -1), -1)
    levels = tuple(text for text, keep in zip(texts, retained, strict=True) if keep)
    numbers = None
    if levels and len(levels[0]) < 30:
        values = pd.to_numeric(pd.Series(levels, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
        numbers = values if np.isfinite(values).all() else None
    return EncodedColumn(position[codes], len(levels), numbers, levels)
