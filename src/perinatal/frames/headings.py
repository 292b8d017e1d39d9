"""Which heading of a table is which variable, by the column map or by its name; and headings close to a name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence

import pandas as pd

from perinatal.errors import InputError, MissingVariables, UnknownName
from perinatal.frames.column_map import ColumnMap
from perinatal.frames.conformed import MAX_NAMES, describe_nothing_needed, format_column_count
from perinatal.frames.problems import Problem, ProblemRule
from perinatal.frames.units import find_unit
from perinatal.vocabulary import VARIABLES, nearest_name, variable

_ABOUT_ANOTHER = re.compile(  # groups of a form about another birth, another person, or the second baby
    r"prev|past|prior|last|earlier|father|partner|husband|spouse|sibling|sister|brother|grand|second|third|[2-9]"
)
_NO_MAP = ColumnMap({})


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


def map_headings(table: pd.DataFrame, column_map: ColumnMap) -> dict[str, object]:
    """The heading of each variable the table has, in the table's order."""
    present = set(table.columns)
    absent = [heading for heading in column_map.columns if heading not in present]
    if absent:
        raise MissingVariables(_describe_missing_headings(absent, table))
    headings: dict[str, object] = {}
    for heading in table.columns:
        spec = column_map.columns.get(heading)
        name = spec.variable if spec else _without_group(heading)
        if heading in column_map.ignore or name not in VARIABLES:
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
    """A problem for each heading that is not in the vocabulary, with the name that is probably meant."""
    used, total = set(headings.values()), len(table)
    open_names = [name for name in VARIABLES if name not in headings]
    problems = []
    for heading in table.columns:
        if heading in used or heading in column_map.ignore:
            continue
        close = nearest_name(str(heading), open_names)
        hint = f" Is it '{close}'? Rename it, or pass a ColumnMap." if close else ""
        message = f"The column {heading!r} is not in the vocabulary and was left out.{hint}"
        problems.append(Problem(str(heading), ProblemRule.UNMAPPED_COLUMN, total, total, message))
    return problems


def refuse_other_names(
    table: pd.DataFrame, headings: Mapping[str, object], column_map: ColumnMap, wanted: list[str]
) -> None:
    """Refuse a table in which a needed column is there under another name, or none is there at all."""
    absent = [name for name in wanted if name not in headings]
    if not absent:
        return
    used = set(headings.values())
    questions = []
    for heading in table.columns:
        if heading in used or heading in column_map.ignore:
            continue
        close = nearest_name(str(heading), absent)
        if close is not None:
            questions.append(f"The table has no column '{close}'. Is {str(heading)!r} the same thing?")
            absent.remove(close)
    if questions:
        raise MissingVariables(
            f"{' '.join(questions)} Rename {'it' if len(questions) == 1 else 'them'}, or pass a ColumnMap."
        )
    if len(absent) == len(wanted):
        raise MissingVariables(describe_nothing_needed(wanted))
