"""One reader for each kind of variable: a cell as a number, and how it was read; for tables and single records alike.

A number is read as itself, a flag as 1 or 0, a word as the position of its level, and what is unknown as ``NaN``.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import IntEnum
from numbers import Real

import numpy as np

from perinatal.clinical.dating import gestation_from_text
from perinatal.frames.gestation import is_gestation
from perinatal.frames.notation import (
    clean_text,
    inches_from_text,
    is_bound,
    score_out_of_ten,
    split_unit,
    with_decimal_point,
)
from perinatal.frames.units import convert, find_spelling
from perinatal.frames.unknowns import SENTINELS, UNKNOWN_WORDS
from perinatal.frames.word_list import FLAG_WORDS, LEVEL_WORDS
from perinatal.vocabulary import VARIABLES, Category, Count, Flag, Identifier, Kind, Quantity

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_NUMBER_WITHOUT_EXPONENT = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)", re.ASCII)
_INFINITE = re.compile(r"[+-]?inf(inity)?", re.ASCII | re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"[+-]?\d+(?:,\d+)+\s*(?:[^\W\d_].*)?", re.ASCII)
_TWO_PRESSURES = re.compile(r"\d{2,3}\s*/\s*\d{2,3}", re.ASCII)
_GAP = re.compile(r"[\s_\-]+")
_YES = frozenset({"yes", "y", "true", "t"})
_NO = frozenset({"no", "n", "false", "f"})
_FLAG_SENTINELS = frozenset((*SENTINELS, 8.0, 9.0))
_UNKNOWN = float("nan")
LAST_WEEK = 46  # a whole number up to it, in a column of weeks+days, is that many weeks


class How(IntEnum):
    """How a cell was read; anything but ``CLEAN`` is reported."""

    CLEAN = 0
    WEEKS_AND_DAYS = 1
    SPELLING = 2
    WRITTEN_UNKNOWN = 3
    CODE_FOR_UNKNOWN = 4
    OTHER_NUMBER = 5
    TEXT = 6
    DECIMAL_COMMA = 7
    TWO_PRESSURES = 8
    UNDECLARED = 9
    NOTATION = 10
    WITH_UNIT = 11
    WHOLE_WEEKS = 12
    BOUND = 13
    USUAL_WORD = 14


OWN_UNIT = (How.WEEKS_AND_DAYS, How.WITH_UNIT, How.WHOLE_WEEKS)
"""Readings whose number is in the variable's own unit, whatever unit is stated."""


Reading = tuple[float, How]


def normalise_word(word: object) -> str:
    """A word or code as it is compared: without letter case, blanks around it and invisible characters; 2.0 as ``2``.

    >>> normalise_word(" CS "), normalise_word(2.0), normalise_word("2")
    ('cs', '2', '2')
    """
    if isinstance(word, (float, np.floating, Decimal)) and math.isfinite(word) and word == int(word):
        return str(int(word))
    return clean_text(str(word)).casefold()


def normalise_level(word: str) -> str:
    """A word as a level is compared where letter case and gaps differ.

    >>> normalise_level("Post term")
    'post_term'
    """
    return _GAP.sub("_", clean_text(word).casefold())


@dataclass(frozen=True, slots=True)
class NumberReader:
    """Reads quantities and counts.

    Parameters
    ----------
    weeks_and_days : whether texts such as ``32+4`` are read, into days.
    plain : whether plain numbers are read; they are not where the stated unit is weeks+days.
    unknown : codes for unknown, as :func:`normalise_word` gives them.
    name : the variable, whose units may be written in the cells; ``None`` where none may.
    decimal : the declared decimal mark, ``.`` or ``,``; ``None`` where none is declared.
    """

    weeks_and_days: bool = False
    plain: bool = True
    unknown: frozenset[str] = frozenset()
    name: str | None = None
    decimal: str | None = None

    def read(self, cell: object) -> Reading:
        """The number in a cell that is not missing.

        >>> NumberReader(weeks_and_days=True).read("32+4"), NumberReader().read("11,2")
        ((228.0, <How.WEEKS_AND_DAYS: 1>), (nan, <How.DECIMAL_COMMA: 7>))
        """
        if type(cell) is float and self.plain and not self.unknown:  # nearly every cell of a record
            return cell, How.CLEAN
        if isinstance(cell, str):
            return self.read_text(cell)
        if isinstance(cell, (bool, np.bool_, np.timedelta64)) or not isinstance(cell, (Real, Decimal)):
            return _UNKNOWN, How.TEXT
        if self.unknown and normalise_word(cell) in self.unknown:
            return _UNKNOWN, How.CODE_FOR_UNKNOWN
        try:
            number = float(cell)
        except OverflowError:  # an int too large for a float
            number = -math.inf if cell < 0 else math.inf
        return (number, How.CLEAN) if self.plain else _read_whole_weeks(number)

    def read_text(self, cell: str) -> Reading:
        """The number in a text.

        >>> NumberReader(name="birth_weight_g").read_text("3.2 kg"), NumberReader().read_text("<1500")
        ((3200.0, <How.WITH_UNIT: 11>), (nan, <How.BOUND: 13>))
        """
        text = clean_text(cell)
        if self.unknown and normalise_word(text) in self.unknown:
            return _UNKNOWN, How.CODE_FOR_UNKNOWN
        if text.casefold() in UNKNOWN_WORDS:
            return _UNKNOWN, How.WRITTEN_UNKNOWN
        if self.weeks_and_days and (days := gestation_from_text(text)) is not None:
            return float(days), How.WEEKS_AND_DAYS
        pointed = with_decimal_point(text, self.decimal)
        if pointed is not None or (_NUMBER.fullmatch(text) and not (self.decimal == "," and "." in text)):
            same = text == cell.strip() and (pointed is None or self.decimal is not None)
            return self._read_digits(float(pointed or text), How.CLEAN if same else How.NOTATION)
        return self._read_other_text(text)

    def _read_digits(self, number: float, how: How) -> Reading:
        """A number that was written as one."""
        if self.unknown and normalise_word(number) in self.unknown:
            return _UNKNOWN, How.CODE_FOR_UNKNOWN
        return (number, how) if self.plain else _read_whole_weeks(number)

    def _read_other_text(self, text: str) -> Reading:
        """A text that is more than a number, or none."""
        if _INFINITE.fullmatch(text):
            return (-math.inf if text.startswith("-") else math.inf), How.CLEAN
        if self.name is not None:
            reading = _read_with_unit(text, self.name, self.decimal)
            if reading is not None:
                return reading
        if is_bound(text):
            return _UNKNOWN, How.BOUND
        if _TWO_PRESSURES.fullmatch(text):
            return _UNKNOWN, How.TWO_PRESSURES
        return _UNKNOWN, How.DECIMAL_COMMA if _DECIMAL_COMMA.fullmatch(text) else How.TEXT


def _read_whole_weeks(number: float) -> Reading:
    """Whole weeks where weeks+days are expected."""
    if number == number // 1 and 0 < number <= LAST_WEEK:
        return 7 * number, How.WHOLE_WEEKS
    return _UNKNOWN, How.TEXT


def _read_with_unit(text: str, name: str, decimal: str | None) -> Reading | None:
    """A number with its unit, feet and inches, or a score out of ten; ``None`` for other texts."""
    if name.startswith("apgar_"):
        score = score_out_of_ten(text)
        return None if score is None else (score, How.NOTATION)
    inches = inches_from_text(text)
    if inches is not None and find_spelling("in", name) is not None:
        return float(convert(inches, "in", name)), How.WITH_UNIT
    parts = split_unit(text.replace(",", ".") if decimal == "," else text)
    unit = None if parts is None else find_spelling(parts[1].rstrip("."), name)
    if parts is None or unit is None or unit.name in ("weeks+days", "weeks.days"):
        return None
    return float(convert(parts[0], unit.name, name)), How.WITH_UNIT


@dataclass(frozen=True, slots=True)
class LevelReader:
    """Reads categories.

    Parameters
    ----------
    levels : position of each declared level.
    similar : position of each level, as :func:`normalise_level` gives it.
    words : position of the level that a word or code of the table stands for, as :func:`normalise_word` gives it.
    unknown : codes for unknown, likewise.
    usual : position of the level that a word of the word list stands for, likewise.
    """

    levels: Mapping[str, int]
    similar: Mapping[str, int]
    words: Mapping[str, int]
    unknown: frozenset[str] = frozenset()
    usual: Mapping[str, int] = field(default_factory=dict)

    def read(self, cell: object) -> Reading:
        """The position of the level in a cell that is not missing."""
        if not isinstance(cell, (str, Real, Decimal, np.bool_)):
            return _UNKNOWN, How.UNDECLARED
        text = normalise_word(cell)
        if text in self.unknown:
            return _UNKNOWN, How.CODE_FOR_UNKNOWN
        if text in self.words:
            return float(self.words[text]), How.CLEAN
        if not isinstance(cell, str):
            return _UNKNOWN, How.UNDECLARED
        if cell in self.levels:
            return float(self.levels[cell]), How.CLEAN
        position = self.similar.get(normalise_level(text))
        if position is not None:
            return float(position), How.SPELLING
        if text in self.usual:
            return float(self.usual[text]), How.USUAL_WORD
        return _UNKNOWN, How.WRITTEN_UNKNOWN if text in UNKNOWN_WORDS else How.UNDECLARED


_USUAL_FLAG_WORDS = {word: float(bool(entry.meaning)) for entry in FLAG_WORDS for word in entry.words}


@dataclass(frozen=True, slots=True)
class FlagReader:
    """Reads flags.

    Parameters
    ----------
    words : 1 or 0 for each word or code of the table, as :func:`normalise_word` gives it.
    unknown : codes for unknown, likewise.
    """

    words: Mapping[str, float]
    unknown: frozenset[str] = frozenset()

    def read(self, cell: object) -> Reading:
        """1 or 0 for a cell that is not missing.

        >>> FlagReader({}).read("Yes"), FlagReader({}).read(2)
        ((1.0, <How.CLEAN: 0>), (nan, <How.OTHER_NUMBER: 5>))
        """
        if type(cell) is bool and not self.words and not self.unknown:  # nearly every cell of a record
            return float(cell), How.CLEAN
        if not isinstance(cell, (str, Real, Decimal, np.bool_)) or isinstance(cell, np.timedelta64):
            return _UNKNOWN, How.UNDECLARED
        text = normalise_word(cell)
        if text in self.unknown:
            return _UNKNOWN, How.CODE_FOR_UNKNOWN
        if text in self.words:
            return self.words[text], How.CLEAN
        if isinstance(cell, str):
            if text in _YES or text in _NO:
                return float(text in _YES), How.CLEAN
            if text in UNKNOWN_WORDS:
                return _UNKNOWN, How.WRITTEN_UNKNOWN
            if text in _USUAL_FLAG_WORDS:
                return _USUAL_FLAG_WORDS[text], How.USUAL_WORD
            if not _NUMBER_WITHOUT_EXPONENT.fullmatch(text):
                return _UNKNOWN, How.UNDECLARED
            if normalise_word(float(text)) in self.unknown:
                return _UNKNOWN, How.CODE_FOR_UNKNOWN
        try:
            number = float(cell)
        except OverflowError:
            return _UNKNOWN, How.OTHER_NUMBER
        if number in (0.0, 1.0):
            return number, How.CLEAN
        return _UNKNOWN, How.CODE_FOR_UNKNOWN if number in _FLAG_SENTINELS else How.OTHER_NUMBER


Reader = NumberReader | LevelReader | FlagReader


def build_number_reader(
    name: str, unit: str | None = None, unknown: tuple[object, ...] = (), decimal: str | None = None
) -> NumberReader:
    """The reader of a quantity or count, whose numbers are in ``unit`` and written with the mark ``decimal``."""
    return NumberReader(is_gestation(name), unit != "weeks+days", _normalise_codes(unknown), name, decimal)


def build_level_reader(
    name: str, kind: Category, words: Mapping[object, object] | None = None, unknown: tuple[object, ...] = ()
) -> LevelReader:
    """The reader of a category; ``words`` and ``unknown`` as in a :class:`~perinatal.frames.Column`."""
    levels, similar = _index_levels(kind)
    meanings = {normalise_word(word): levels[str(level)] for word, level in (words or {}).items()}
    usual = {word: levels[str(entry.meaning)] for entry in LEVEL_WORDS.get(name, ()) for word in entry.words}
    return LevelReader(levels, similar, meanings, _normalise_codes(unknown), usual)


def build_flag_reader(words: Mapping[object, object] | None = None, unknown: tuple[object, ...] = ()) -> FlagReader:
    """The reader of a flag; ``words`` and ``unknown`` as in a :class:`~perinatal.frames.Column`."""
    meanings = {normalise_word(word): float(bool(value)) for word, value in (words or {}).items()}
    return FlagReader(meanings, _normalise_codes(unknown))


@functools.cache
def plain_reader(name: str) -> Reader | None:
    """The reader of a variable whose column has no map; ``None`` for an identifier, which is not read."""
    kind: Kind = VARIABLES[name].kind
    match kind:
        case Quantity() | Count():
            return build_number_reader(name)
        case Category():
            return build_level_reader(name, kind)
        case Flag():
            return build_flag_reader()
        case Identifier():
            return None


@functools.cache
def _index_levels(kind: Category) -> tuple[Mapping[str, int], Mapping[str, int]]:
    levels = {level: position for position, level in enumerate(kind.levels)}
    return levels, {normalise_level(level): position for level, position in levels.items()}


def _normalise_codes(codes: tuple[object, ...]) -> frozenset[str]:
    return frozenset(normalise_word(code) for code in codes)
