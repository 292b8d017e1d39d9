"""Converts a register's codes to canonical values: the conversions that declarations of registers use."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import pandas as pd

from perinatal.vocabulary import Category, Variable

KG_PER_POUND = 0.45359237  # exact; international yard and pound agreement (1959)
CM_PER_INCH = 2.54  # exact; the same

UNKNOWN, NOT_APPLICABLE, UNDECLARED = -1, -2, -3


class ColumnSource(Protocol):
    """Columns of a register file in any format (parquet, CSV, fixed-width records)."""

    @property
    def rows(self) -> int:
        """The number of rows."""

    def codes(self, column: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """Each row's code as a position among the codes that occur; a blank is the code ``''``."""

    def numbers(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """``float64`` values (``NaN`` where blank or not a number), and a mask of text that is not a number."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The numbers of missing values after reading, by reason, and the number of rows."""

    rows: int
    blank: int = 0
    unknown: int = 0
    not_applicable: int = 0
    undeclared: int = 0

    @property
    def known(self) -> int:
        """The number of rows with a value."""
        return self.rows - self.blank - self.unknown - self.not_applicable - self.undeclared


class Reading(Protocol):
    """A conversion of one or more source columns to the values of one canonical variable."""

    def __call__(self, source: ColumnSource, columns: Sequence[str], variable: Variable) -> tuple[object, Tally]:
        """The canonical values in row order, and the numbers of missing ones by reason."""


# --- codes ----------------------------------------------------------------------------------------------


def _look_up_codes(
    source: ColumnSource, column: str, meanings: Mapping[str, int], blank: int | None = None
) -> tuple[np.ndarray, Tally]:
    """The meaning of each row's code as a number, and the tally; a blank means ``blank``, by default unknown."""
    inverse, words = source.codes(column)
    table = np.array([meanings.get(word, UNDECLARED) for word in words], dtype=np.int16)
    counts = np.bincount(inverse, minlength=len(words))
    missing = {UNKNOWN: 0, NOT_APPLICABLE: 0, UNDECLARED: 0}
    blanks = 0
    for i, word in enumerate(words):
        if word == "":
            table[i] = UNKNOWN if blank is None else blank
            blanks += int(counts[i]) if blank is None else 0
        elif table[i] < 0:
            missing[int(table[i])] += int(counts[i])
    tally = Tally(source.rows, blanks, missing[UNKNOWN], missing[NOT_APPLICABLE], missing[UNDECLARED])
    return table[inverse], tally


def _build_meanings(known: Mapping[str, int], unknown: Iterable[str], not_applicable: Iterable[str]) -> dict[str, int]:
    return {**dict.fromkeys(unknown, UNKNOWN), **dict.fromkeys(not_applicable, NOT_APPLICABLE), **known}


def _as_flags(meaning: np.ndarray) -> pd.arrays.BooleanArray:
    return pd.arrays.BooleanArray(meaning == 1, meaning < 0)


@dataclass(frozen=True, slots=True)
class YesNo:
    """A flag by code; ``blank`` is the meaning of a blank where it does not mean unknown."""

    yes: tuple[str, ...] = ("Y",)
    no: tuple[str, ...] = ("N",)
    unknown: tuple[str, ...] = ("U",)
    not_applicable: tuple[str, ...] = ()
    blank: bool | None = None

    def __call__(self, source: ColumnSource, columns: Sequence[str], variable: Variable) -> tuple[object, Tally]:
        known = {**dict.fromkeys(self.yes, 1), **dict.fromkeys(self.no, 0)}
        blank = None if self.blank is None else int(self.blank)
        meaning, tally = _look_up_codes(
            source, columns[0], _build_meanings(known, self.unknown, self.not_applicable), blank
        )
        return _as_flags(meaning), tally


@dataclass(frozen=True, slots=True)
class Words:
    """A category by code: ``{code: level}``."""

    words: Mapping[str, str]
    unknown: tuple[str, ...] = ("9",)
    not_applicable: tuple[str, ...] = ()

    def __call__(self, source: ColumnSource, columns: Sequence[str], variable: Variable) -> tuple[object, Tally]:
        assert isinstance(variable.kind, Category), variable.name
        level_codes = {word: i for i, word in enumerate(variable.kind.levels)}
        known = {code: level_codes[word] for code, word in self.words.items()}
        meaning, tally = _look_up_codes(source, columns[0], _build_meanings(known, self.unknown, self.not_applicable))
        # pandas encodes every kind of missing value as -1.
        return pd.Categorical.from_codes(np.maximum(meaning, -1), dtype=variable.kind.dtype), tally


@dataclass(frozen=True, slots=True)
class Labels:
    """An identifier by code: the code itself as text, or the word declared for it."""

    words: Mapping[str, str] = field(default_factory=dict)
    unknown: tuple[str, ...] = ()

    def __call__(self, source: ColumnSource, columns: Sequence[str], variable: Variable) -> tuple[object, Tally]:
        inverse, words = source.codes(columns[0])
        table = pd.array([self._label(word) for word in words], dtype="str")
        counts = np.bincount(inverse, minlength=len(words))
        blank = sum(int(n) for n, word in zip(counts, words, strict=True) if word == "")
        unknown = sum(int(n) for n, word in zip(counts, words, strict=True) if word in self.unknown)
        undeclared = sum(
            int(n)
            for n, word in zip(counts, words, strict=True)
            if self.words and word and word not in self.words and word not in self.unknown
        )
        return table.take(inverse), Tally(source.rows, blank, unknown, undeclared=undeclared)

    def _label(self, word: str) -> str | None:
        if word == "" or word in self.unknown:
            return None
        return self.words.get(word) if self.words else word


# --- numbers --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Number:
    """A number with codes for unknown; multiplied by ``factor`` (to the canonical unit), plus ``plus``."""

    unknown: tuple[float, ...] = ()
    not_applicable: tuple[float, ...] = ()
    factor: float = 1.0
    plus: float = 0.0

    def __call__(self, source: ColumnSource, columns: Sequence[str], variable: Variable) -> tuple[object, Tally]:
        values, tally = self.read(source, columns[0])
        return values, tally

    def read(self, source: ColumnSource, column: str) -> tuple[np.ndarray, Tally]:
        """The values in the canonical unit, ``NaN`` where unknown, and the tally."""
        values, not_a_number = source.numbers(column)
        undeclared = int(not_a_number.sum())
        blank = int(np.isnan(values).sum()) - undeclared
        values = values.copy()
        counts = []
        for codes in (self.unknown, self.not_applicable):
            matches = np.isin(values, codes) if codes else np.zeros(0, dtype=bool)
            if codes:
                values[matches] = np.nan
            counts.append(int(matches.sum()))
        if self.factor != 1.0:
            values *= self.factor
        if self.plus:
            values += self.plus
        return values, Tally(source.rows, blank, counts[0], counts[1], undeclared)


@dataclass(frozen=True, slots=True)
class DatePart:
    """A label from the digits of a number, ``value // divisor % modulus``: the month of a date written ``ddmmyyyy``."""

    divisor: int
    modulus: int

    def __call__(self, source: ColumnSource, columns: Sequence[str], variable: Variable) -> tuple[object, Tally]:
        values, not_a_number = source.numbers(columns[0])
        digits = values // self.divisor % self.modulus
        words = pd.array([str(i) for i in range(self.modulus)], dtype="str")
        positions = np.where(np.isnan(digits), -1, digits).astype(np.intp)
        undeclared = int(not_a_number.sum())
        tally = Tally(source.rows, int(np.isnan(values).sum()) - undeclared, undeclared=undeclared)
        return words.take(positions, allow_fill=True), tally


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum of counts plus a constant; unknown where any count is unknown."""

    unknown: tuple[float, ...] = (99,)
    plus: float = 0.0

    def __call__(self, source: ColumnSource, columns: Sequence[str], variable: Variable) -> tuple[object, Tally]:
        total = np.full(source.rows, self.plus, dtype=np.float64)
        for column in columns:
            total += Number(self.unknown).read(source, column)[0]
        return total, Tally(source.rows, unknown=int(np.isnan(total).sum()))


@dataclass(frozen=True, slots=True)
class Difference:
    """The first number minus the second, in the canonical unit; unknown where either is unknown."""

    unknown: tuple[float, ...] = ()
    factor: float = 1.0

    def __call__(self, source: ColumnSource, columns: Sequence[str], variable: Variable) -> tuple[object, Tally]:
        number = Number(self.unknown, factor=self.factor)
        values = number.read(source, columns[0])[0] - number.read(source, columns[1])[0]
        return values, Tally(source.rows, unknown=int(np.isnan(values).sum()))


@dataclass(frozen=True, slots=True)
class BodyMassIndex:
    """Body mass index from weight in pounds (first column) and height in inches (second)."""

    weight: Number
    height: Number

    def __call__(self, source: ColumnSource, columns: Sequence[str], variable: Variable) -> tuple[object, Tally]:
        kg = self.weight.read(source, columns[0])[0]
        metres = self.height.read(source, columns[1])[0] / 100.0
        values = kg / np.where(metres > 0, metres, np.nan) ** 2
        return values, Tally(source.rows, unknown=int(np.isnan(values).sum()))


@dataclass(frozen=True, slots=True)
class UnderLimit:
    """A flag that is true where a number is below ``limit``; ``blank`` is the meaning of a blank, if not unknown."""

    limit: float
    blank: bool | None = None

    def __call__(self, source: ColumnSource, columns: Sequence[str], variable: Variable) -> tuple[object, Tally]:
        values, not_a_number = source.numbers(columns[0])
        missing = np.isnan(values)
        blank = missing & ~not_a_number
        holds = values < self.limit
        if self.blank is not None:
            holds = np.where(blank, self.blank, holds)
            missing = not_a_number
        tally = Tally(
            source.rows,
            blank=int(blank.sum()) if self.blank is None else 0,
            undeclared=int(not_a_number.sum()),
        )
        return pd.arrays.BooleanArray(holds, missing.copy()), tally


@dataclass(frozen=True, slots=True)
class Constant:
    """The same value in every row: a fact about the whole file, such as its year."""

    value: str | bool | float

    def __call__(self, source: ColumnSource, columns: Sequence[str], variable: Variable) -> tuple[object, Tally]:
        if isinstance(self.value, bool):
            return pd.array(np.full(source.rows, self.value), dtype="boolean"), Tally(source.rows)
        if isinstance(self.value, float):
            return np.full(source.rows, self.value), Tally(source.rows)
        words = pd.array([self.value], dtype="str")
        return words.take(np.zeros(source.rows, dtype=np.intp)), Tally(source.rows)


# --- conversions shared by several registers ------------------------------------------------------------

YES_NO = YesNo()
POUNDS_TO_KG = KG_PER_POUND
DAYS_PER_WEEK = 7.0
