"""A column map: what the headings, units and words of a table mean, written once and stored as JSON."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

from perinatal.errors import InputError, UnknownLevels
from perinatal.frames.readers import normalise_word
from perinatal.frames.units import find_unit
from perinatal.vocabulary import Category, Flag, Variable, variable

_FIELDS = ("variable", "unit", "words", "unknown", "decimal", "blank", "others")
_MARKS = ("decimal", "blank", "others")


@dataclass(frozen=True, slots=True)
class Column:
    """What one column of a table holds.

    Parameters
    ----------
    variable : canonical name.
    unit : the unit its numbers are in; the variable's own where not stated.
    words : what its words mean: a declared level for a category, ``True`` or ``False`` for a flag. Letter
        case and surrounding blanks do not matter; number codes may be written as numbers.
    unknown : codes or words that mean unknown in this column.
    decimal : the decimal mark of its numbers, ``.`` or ``,``; the other one then marks thousands.
    blank : what a blank cell means: ``False`` where a form has a tick or nothing, or a level of a category. Unknown
        where not stated.
    others : ``"unknown"`` makes words and codes that are not declared unknown, and counts them. By default they are
        refused.

    Raises
    ------
    UnknownName, UnitError, UnknownLevels, InputError : where the vocabulary has no such thing.

    Examples
    --------
    >>> Column("haemoglobin_g_dl", unit="g/L").unit
    'g/L'
    """

    variable: str
    unit: str | None = None
    words: Mapping[object, object] | None = None
    unknown: tuple[object, ...] = ()
    decimal: str | None = None
    blank: bool | str | None = None
    others: str | None = None

    def __post_init__(self) -> None:
        declared = variable(self.variable)
        if self.unit is not None:
            find_unit(self.unit, self.variable)
        if self.words is not None:
            _check_words(self.variable, declared.kind, self.words)
            object.__setattr__(self, "words", MappingProxyType(dict(self.words)))
        codes = self.unknown
        codes = (codes,) if isinstance(codes, (str, int, float)) else tuple(codes)
        if not all(isinstance(code, (str, int, float)) for code in codes):
            raise InputError(f"{self.variable}: unknown= takes numbers and words, such as unknown=(99, 'X').")
        object.__setattr__(self, "unknown", codes)
        _check_marks(self, declared)

    def __reduce__(self) -> tuple[object, ...]:
        return Column, (
            self.variable,
            self.unit,
            None if self.words is None else dict(self.words),
            self.unknown,
            self.decimal,
            self.blank,
            self.others,
        )

    def _as_json(self) -> dict[str, object]:
        words = None if self.words is None else {str(word): level for word, level in self.words.items()}
        full: dict[str, object] = {"variable": self.variable, "unit": self.unit, "words": words}
        full |= {"unknown": list(self.unknown), "decimal": self.decimal, "blank": self.blank, "others": self.others}
        return {key: value for key, value in full.items() if value not in (None, [])}


def _check_marks(column: Column, declared: Variable) -> None:
    name, kind = column.variable, declared.kind
    if column.decimal is not None and (column.decimal not in (".", ",") or not declared.is_numeric):
        raise InputError(f"{name}: decimal= is '.' or ',' of a number, got {column.decimal!r}.")
    if column.others is not None and (column.others != "unknown" or not isinstance(kind, (Category, Flag))):
        raise InputError(f"{name}: others= is 'unknown', of a category or a flag, got {column.others!r}.")
    if column.blank is None:
        return
    if isinstance(kind, Flag) and isinstance(column.blank, bool):
        return
    if isinstance(kind, Category) and column.blank in kind.levels:
        return
    raise InputError(
        f"{name}: blank= is True or False of a flag, or a level of a category, got {column.blank!r}. Leave it out "
        "where a blank cell means unknown."
    )


def _check_words(name: str, kind: object, words: object) -> None:
    if not isinstance(words, Mapping):
        raise InputError(f"{name}: words= takes a mapping of words to levels, got {type(words).__name__}.")
    if isinstance(kind, Category):
        allowed: tuple[object, ...] = kind.levels
    elif isinstance(kind, Flag):
        allowed = (True, False)
    else:
        raise InputError(f"{name}: words= is for categories and flags; this is a number or a label. Leave it out.")
    levels: dict[str, object] = {}
    for word, level in words.items():
        if normalise_word(word) == "":
            raise InputError(f"{name}: words= says what words mean, not blank cells. State blank={level!r} instead.")
        right_type = isinstance(level, bool) if isinstance(kind, Flag) else isinstance(level, str)
        if not right_type or level not in allowed:
            raise UnknownLevels(
                f"{name}: {word!r} is mapped to {level!r}; expected one of {', '.join(map(str, allowed))}."
            )
        if levels.setdefault(normalise_word(word), level) != level:
            raise InputError(f"{name}: words= gives {word!r} two meanings (letter case and blanks do not matter).")


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """Which column of a table is which variable, in which unit and words.

    Parameters
    ----------
    columns : heading -> canonical name, or :class:`Column` with a unit, words or codes.
    ignore : headings to leave out without a report.

    Raises
    ------
    UnknownName, UnitError, UnknownLevels, InputError : at once, when the map itself is wrong.

    Examples
    --------
    >>> clinic = ColumnMap({"BP sys": "systolic_bp_mmhg", "Hb": Column("haemoglobin_g_dl", unit="g/L")})
    >>> clinic.columns["Hb"].unit
    'g/L'
    >>> ColumnMap.from_json(clinic.to_json()) == clinic
    True
    """

    columns: Mapping[object, Column]
    ignore: tuple[object, ...] = ()

    def __post_init__(self) -> None:
        if not isinstance(self.columns, Mapping):
            raise InputError(
                "A ColumnMap takes a mapping of headings to canonical names or Columns, such as "
                f"{{'Hb': 'haemoglobin_g_dl'}}; got {type(self.columns).__name__}."
            )
        columns: dict[object, Column] = {}
        by_variable: dict[str, object] = {}
        for heading, target in self.columns.items():
            if not isinstance(target, (str, Column)):
                raise InputError(
                    f"The column {heading!r} is mapped to a {type(target).__name__}; expected a canonical "
                    "name or a Column."
                )
            column = target if isinstance(target, Column) else Column(target)
            if column.variable in by_variable:
                raise InputError(
                    f"The columns {by_variable[column.variable]!r} and {heading!r} are both mapped to "
                    f"'{column.variable}'. Map one, and put the other under ignore=."
                )
            by_variable[column.variable] = heading
            columns[heading] = column
        ignore = (self.ignore,) if isinstance(self.ignore, str) else tuple(self.ignore)
        mapped_and_ignored = [heading for heading in ignore if heading in columns]
        if mapped_and_ignored:
            raise InputError(f"The column {mapped_and_ignored[0]!r} is both mapped and ignored. Choose one.")
        object.__setattr__(self, "columns", MappingProxyType(columns))
        object.__setattr__(self, "ignore", ignore)

    def __reduce__(self) -> tuple[object, ...]:
        return ColumnMap, (dict(self.columns), self.ignore)

    def to_json(self) -> str:
        """The map as JSON text, for a file beside the table."""
        headings: Iterable[object] = (*self.columns, *self.ignore)
        not_text = [heading for heading in headings if not isinstance(heading, str)]
        if not_text:
            raise InputError(
                f"Only text headings can be written as JSON; {not_text[0]!r} is not text. Rename the column."
            )
        columns = {heading: column._as_json() for heading, column in self.columns.items()}
        return json.dumps({"columns": columns, "ignore": list(self.ignore)}, indent=2, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> ColumnMap:
        """The map that :meth:`to_json` wrote, or that a person wrote in the same form.

        Parameters
        ----------
        text : JSON, as :meth:`to_json` writes it.

        Examples
        --------
        >>> ColumnMap.from_json('{"columns": {"Hb": "haemoglobin_g_dl"}}').columns["Hb"].variable
        'haemoglobin_g_dl'
        """
        try:
            document = json.loads(text)
        except json.JSONDecodeError as error:
            raise InputError(f"A column map is JSON; line {error.lineno} is not: {error.msg}.") from None
        except RecursionError:
            raise InputError("A column map is JSON with few levels; this text nests too deeply.") from None
        if not isinstance(document, dict) or not isinstance(document.get("columns"), dict):
            raise InputError('A column map is a JSON object with "columns" (and, if need be, "ignore").')
        extra = sorted(set(document) - {"columns", "ignore"})
        if extra:
            raise InputError(f"A column map has 'columns' and 'ignore'; {extra[0]!r} is neither.")
        ignore = document.get("ignore", [])
        if not isinstance(ignore, list) or not all(isinstance(heading, str) for heading in ignore):
            raise InputError("'ignore' in a column map is a list of headings.")
        return cls(
            {heading: _column_from_json(heading, c) for heading, c in document["columns"].items()}, tuple(ignore)
        )

    @classmethod
    def read(cls, path: str | Path) -> ColumnMap:
        """The map in a JSON file (UTF-8).

        Parameters
        ----------
        path : a JSON file, as :meth:`to_json` writes it.
        """
        try:
            text = Path(path).read_text(encoding="utf-8-sig")
        except UnicodeDecodeError:
            raise InputError(f"The column map {str(path)!r} is not UTF-8 text. Save it as UTF-8.") from None
        return cls.from_json(text)


def _column_from_json(heading: str, entry: object) -> Column:
    if isinstance(entry, str):
        return Column(entry)
    if not isinstance(entry, dict) or not isinstance(entry.get("variable"), str):
        raise InputError(f"The column {heading!r} of a column map needs a canonical name under 'variable'.")
    extra = sorted(set(entry) - set(_FIELDS))
    if extra:
        raise InputError(f"The column {heading!r} of a column map has {', '.join(_FIELDS)}; {extra[0]!r} is none.")
    if not isinstance(entry.get("unknown", []), (list, str, int, float)):
        raise InputError(f"The column {heading!r} of a column map: 'unknown' is a list of codes.")
    return Column(
        entry["variable"],
        entry.get("unit"),
        entry.get("words"),
        entry.get("unknown", ()),
        *(entry.get(mark) for mark in _MARKS),
    )
