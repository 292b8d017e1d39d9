"""Which heading of a table is which variable, by the column map or by its name; and headings close to a name."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from perinatal.errors import InputError, MissingVariables, UnknownName
from perinatal.frames.column_map import ColumnMap
from perinatal.frames.conformed import MAX_NAMES, Conformed, describe_nothing_needed, format_column_count
from perinatal.frames.problems import Problem, ProblemRule
from perinatal.frames.units import find_unit
from perinatal.vocabulary import OUTCOMES, VARIABLES, nearest_names, variable
from perinatal.vocabulary.inputs import core_inputs

_ABOUT_ANOTHER = re.compile(  # groups of a form about another birth, another person, or the second baby
    r"prev|past|prior|last|earlier|father|partner|husband|spouse|sibling|sister|brother|grand|second|third|[2-9]"
)
_NO_MAP = ColumnMap({})
_MISSPELT = 0.8  # of difflib's ratio
_LONGEST_HEADING = 60
_CELLS_READ = 1_000
_SHARE_OF_NUMBERS = 0.5
_NUMBER_OR_DATE = re.compile(r"[\s\d.,/:+\-]*\d[\s\d.,/:+\-]*")


def as_column_map(columns: ColumnMap | Mapping | None) -> ColumnMap:
    """What the headings mean as a :class:`ColumnMap`; empty where nothing is stated."""
    if columns is None:
        return _NO_MAP
    return columns if isinstance(columns, ColumnMap) else ColumnMap(columns)


def require_names(needed: Sequence[str]) -> list[str]:
    """The needed names; refused where one is not declared, or is named twice."""
    if isinstance(needed, str):
        raise InputError(f"needed= is a sequence of canonical names; got one text. Write needed=[{needed!r}].")
    wanted = list(needed)
    for name in wanted:
        variable(name)
    if len(set(wanted)) < len(wanted):
        raise InputError("needed= names a variable more than once. Name each once.")
    return wanted


def map_headings(
    table: pd.DataFrame, column_map: ColumnMap, needed: Collection[str] | None = None
) -> dict[str, object]:
    """The heading of each variable the table has, in the table's order.

    A heading that the map names and the table does not have is refused where its variable is ``needed``, or where
    another heading of the table is nearly the same: then it is misspelt. ``needed=None``: every variable is, except
    those that settle an outcome, which today's table may not have yet.
    """
    if absent := _refused_headings(table, column_map, needed):
        raise MissingVariables(_describe_missing_headings(absent, table))
    headings: dict[str, object] = {}
    for heading in table.columns:
        spec = column_map.columns.get(heading)
        name = spec.variable if spec else _without_group(heading)
        if heading in column_map.ignore or not isinstance(name, str) or name not in VARIABLES:
            continue
        if name in headings:
            raise InputError(
                f"The columns {headings[name]!r} and {heading!r} would both become '{name}'. Keep one, or "
                "put the other under ignore= of a ColumnMap."
            )
        headings[name] = heading
    return headings


def find_grouped(headings: Mapping[str, object], column_map: ColumnMap, total: int) -> list[Problem]:
    """A problem that counts the headings read without their group (``delivery/birth_weight_g``)."""
    grouped = [name for name, heading in headings.items() if heading != name and heading not in column_map.columns]
    if not grouped:
        return []
    count = len(grouped)
    message = (
        f"{count} heading{'' if count == 1 else 's'} written as group/name, as KoboToolbox does, read by the name: "
        f"{', '.join(grouped[:MAX_NAMES])}{', ...' if count > MAX_NAMES else ''}"
    )
    return [Problem(grouped[0], ProblemRule.READ_AS, count, total, message)]


def _without_group(heading: object) -> object:
    """The canonical name after the last slash, unless the group may be about another birth or person.

    >>> _without_group("delivery/birth_weight_g"), _without_group("previous_birth/birth_weight_g")
    ('birth_weight_g', 'previous_birth/birth_weight_g')
    """
    if not isinstance(heading, str) or heading in VARIABLES:
        return heading
    group, slash, name = heading.rpartition("/")
    if not slash or name not in VARIABLES or _ABOUT_ANOTHER.search(group.casefold()):
        return heading
    return heading if any(part in VARIABLES for part in group.split("/")) else name


def _refused_headings(table: pd.DataFrame, column_map: ColumnMap, needed: Collection[str] | None) -> list[object]:
    present = set(table.columns)
    absent = [heading for heading in column_map.columns if heading not in present]
    if not absent:
        return []
    unread = [str(heading).casefold() for heading in unused_headings(table, column_map)]
    return [
        heading
        for heading in absent
        if _is_needed(column_map.columns[heading].variable, needed)
        or difflib.get_close_matches(str(heading).casefold(), unread, n=1, cutoff=_MISSPELT)
    ]


def _is_needed(name: str, needed: Collection[str] | None) -> bool:
    return name not in _settle_outcomes() if needed is None else name in needed


@functools.cache
def _settle_outcomes() -> frozenset[str]:
    """The variables that are known when the outcome is: outcomes themselves, and what they are derived from."""
    names = frozenset().union(*(outcome.settled_by for outcome in OUTCOMES.values()), OUTCOMES)
    return frozenset(name for name in names if name in VARIABLES)


def unused_headings(table: pd.DataFrame, column_map: ColumnMap) -> list[object]:
    """The headings of the table that are no canonical name, and that the map neither names nor ignores."""
    mapped = {*column_map.columns, *column_map.ignore}
    return [heading for heading in table.columns if heading not in mapped and _without_group(heading) not in VARIABLES]


def find_unused_map_entries(table: pd.DataFrame, column_map: ColumnMap, chosen: Collection[str]) -> list[Problem]:
    """A problem for each heading that the map names and the table does not have, which nothing here needs."""
    present, total = set(table.columns), len(table)
    return [
        Problem(
            column.variable,
            ProblemRule.ABSENT_COLUMN,
            total,
            total,
            f"{column.variable}: the ColumnMap names the column {heading!r}, which the table does not have",
        )
        for heading, column in column_map.columns.items()
        if heading not in present and column.variable not in chosen
    ]


def _describe_missing_headings(absent: list[object], table: pd.DataFrame) -> str:
    present = [str(heading) for heading in table.columns]
    folded = {heading.casefold(): heading for heading in present}
    parts = []
    for heading in absent[:MAX_NAMES]:
        close = difflib.get_close_matches(str(heading).casefold(), list(folded), n=1, cutoff=0.6)
        parts.append(f"{heading!r}" + (f" (is it {folded[close[0]]!r}?)" if close else ""))
    more = f" and {len(absent) - MAX_NAMES} more" if len(absent) > MAX_NAMES else ""
    return (
        f"The ColumnMap names {format_column_count(len(absent))} that the table does not have: {', '.join(parts)}"
        f"{more}. Correct the heading in the map, or leave it out."
    )


def collect_units(units: Mapping[str, str] | None, column_map: ColumnMap) -> dict[str, str]:
    """The unit of each variable that ``units=`` or the column map states; refused where they disagree."""
    unit_names = {spec.variable: spec.unit for spec in column_map.columns.values() if spec.unit is not None}
    if units is None:
        return unit_names
    if not isinstance(units, Mapping):
        raise InputError(f"units= is a mapping of canonical names to units; got {type(units).__name__}.")
    for name, unit in units.items():
        if not isinstance(name, str):
            raise UnknownName(f"units= is keyed by canonical names; got {name!r}.")
        variable(name)
        stated_unit = find_unit(unit, name)
        if name in unit_names and find_unit(unit_names[name], name) is not stated_unit:
            raise InputError(f"{name}: units= states {unit!r}, the ColumnMap {unit_names[name]!r}. State it once.")
        unit_names[name] = unit
    return unit_names


def find_unmapped(table: pd.DataFrame, headings: Mapping[str, object], column_map: ColumnMap) -> list[Problem]:
    """A problem for each heading that is not in the vocabulary, with the names that it may mean."""
    total = len(table)
    open_names = [name for name in VARIABLES if name not in headings]
    printed = format_headings(table)
    problems = []
    for heading in unused_headings(table, column_map):
        hint = _format_meanings(nearest_names(str(heading), open_names))
        hint = f" Is it {hint}? Rename it, or pass a ColumnMap." if hint else ""
        message = f"The column {printed[heading]} is not in the vocabulary and was left out.{hint}"
        problems.append(Problem(printed[heading].strip("'\""), ProblemRule.UNMAPPED_COLUMN, total, total, message))
    return problems


def find_unread(table: pd.DataFrame, column_map: ColumnMap) -> tuple[str, ...]:
    """The unused headings, as messages show them, whose columns hold numbers: any of them may be a measurement.

    Row numbers are none. A record may be labelled by numbers too; its heading is then asked about once, and ignored.
    """
    headings = unused_headings(table, column_map)
    if not headings:
        return ()
    printed = format_headings(table)
    return tuple(printed[heading].strip("'\"") for heading in headings if _holds_numbers(table[heading]))


def _holds_numbers(column: pd.Series) -> bool:
    known = column.dropna().head(_CELLS_READ)
    if not len(known) or known.dtype == bool or pd.api.types.is_datetime64_any_dtype(known):
        return False
    texts = known.astype(str).str.strip()
    if texts.str.match(r"[-+]?\d").mean() < _SHARE_OF_NUMBERS:
        return False
    numbers = pd.to_numeric(texts, errors="coerce").to_numpy(dtype=float)
    return not (len(numbers) > 2 and np.array_equal(numbers, numbers[0] + np.arange(len(numbers))))


def format_headings(table: pd.DataFrame) -> dict[object, str]:
    """Each heading as messages show it: in quotes, or by its position where it does not look like a heading.

    A file without headings has its first row in their place, which may be about a person: where a third of the
    headings are numbers or dates, none is shown.

    >>> format_headings(pd.DataFrame(columns=["Ward", "Hb"]))
    {'Ward': "'Ward'", 'Hb': "'Hb'"}
    >>> format_headings(pd.DataFrame(columns=["Asha Devi", "3200"]))
    {'Asha Devi': 'number 1', '3200': 'number 2'}
    """
    texts = [str(heading) for heading in table.columns]
    n_values = sum(_NUMBER_OR_DATE.fullmatch(text) is not None for text in texts)
    hide_texts = 3 * n_values >= len(texts)
    return {
        heading: f"number {position}" if hide_texts or not _looks_like_heading(text) else repr(text)
        for position, (heading, text) in enumerate(zip(table.columns, texts, strict=True), 1)
    }


def _looks_like_heading(text: str) -> bool:
    return len(text) <= _LONGEST_HEADING and "\n" not in text and any(c.isalpha() for c in text)


def _format_meanings(names: Sequence[str]) -> str:
    """``'a'``, ``'a' or 'b'``; nothing for none."""
    quoted = [f"'{name}'" for name in names]
    return " or ".join((", ".join(quoted[:-1]), quoted[-1])) if len(quoted) > 1 else "".join(quoted)


def refuse_other_names(
    table: pd.DataFrame, headings: Mapping[str, object], column_map: ColumnMap, wanted: list[str]
) -> None:
    """Refuse a table in which a needed column is there under another name, or none is there at all.

    The message names every heading that is not in the vocabulary, each with what it may mean.
    """
    absent = [name for name in wanted if name not in headings]
    if not absent:
        return
    open_names = [name for name in VARIABLES if name not in headings]
    printed, questions, others = format_headings(table), [], []
    for heading in unused_headings(table, column_map):
        meanings = nearest_names(str(heading), open_names)
        needed_meanings = [name for name in meanings if name in absent]
        if len(meanings) == 1 and needed_meanings:
            questions.append(f"The table has no column '{meanings[0]}'. Is {printed[heading]} the same thing?")
            absent.remove(meanings[0])
        elif needed_meanings:
            questions.append(f"Is {printed[heading]} {_format_meanings(meanings)}?")
        else:
            others.append(printed[heading])
    if questions:
        rest = f" Not in the vocabulary either: {_format_names(others)}." if others else ""
        them = "it" if len(questions) == 1 else "them"
        raise MissingVariables(f"{' '.join(questions)}{rest} Rename {them}, or pass a ColumnMap.")
    if len(absent) == len(wanted):
        rest = f" Its headings that are not in the vocabulary: {_format_names(others)}." if others else ""
        raise MissingVariables(describe_nothing_needed(wanted) + rest)


def refuse_unread_core(conformed: Conformed, needed: Sequence[str]) -> None:
    """Refuse a table whose core inputs are known in no row while it has headings that were not understood.

    The core inputs of a model are its measurements of :data:`perinatal.vocabulary.inputs.CORE_INPUTS`: without them, a
    heading that was not understood and holds numbers probably is one. A heading under ``ignore=`` is not asked about,
    nor one whose column holds no numbers, such as a ward.
    """
    frame, unread = conformed.frame, conformed.unread
    core = core_inputs(needed)
    if not unread or not core or any(name in frame.columns and frame[name].notna().any() for name in core):
        return
    if not len(frame):
        return
    questions = []
    for heading in unread:
        meanings = _format_meanings(nearest_names(heading, needed))
        questions.append(f"'{heading}'" + (f" (is it {meanings}?)" if meanings else ""))
    raise MissingVariables(
        f"{' and '.join(core)} {'is' if len(core) == 1 else 'are'} known in no row, and "
        f"{len(unread)} {'heading was' if len(unread) == 1 else 'headings were'} not understood: "
        f"{_format_names(questions)}. Say what they are with a ColumnMap; list those that are something else under its "
        "ignore=."
    )


def _format_names(names: Sequence[str]) -> str:
    rest = len(names) - MAX_NAMES
    return ", ".join(names[:MAX_NAMES]) + (f" and {rest} more" if rest > 0 else "")
