"""Reads a register into a canonical frame, and reports the rows and columns that were read, excluded and omitted."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from perinatal._html import html, join_html
from perinatal._json import Json, jsonable
from perinatal.errors import RegisterError
from perinatal.frames import conform
from perinatal.frames.problems import Problem, problems_frame
from perinatal.registers.readings import Constant, Tally
from perinatal.registers.register import Field, Register, normalise_heading
from perinatal.registers.sources import OpenedRegister, open_register
from perinatal.vocabulary import VARIABLES
from perinatal.vocabulary.disclosure import suppress_small

MAX_UNDECLARED_SHARE = 0.5  # a column in which more than this share of the codes is undeclared is another register's
MIN_ROWS_FOR_SHARE = 20  # below this many rows a share says nothing


@dataclass(frozen=True, slots=True)
class Note:
    """How one canonical variable was read: its source columns, and the numbers of unknown rows by reason."""

    variable: str
    columns: tuple[str, ...]
    tally: Tally
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """A report on the reading of a register's file.

    Parameters
    ----------
    register : the register's name.
    source : the file's name, without its folder.
    rows_read : the number of rows read from the file, before exclusions.
    exclusions : ``(reason, rows)``; each row is counted under the first reason that applies.
    unmapped : headings that the register does not declare.
    omitted : ``(heading, reason)`` of the columns that are deliberately not read.
    notes : one :class:`Note` per canonical variable.
    repeats : rows that equal an earlier row in every column; they stay in the frame, with its ``delivery_id``.
    siblings : rows of plural births that share the ``delivery_id`` of an earlier row.
    problems : the problems reported by :func:`perinatal.frames.conform`.
    """

    register: str
    source: str
    rows_read: int
    exclusions: tuple[tuple[str, int], ...]
    unmapped: tuple[str, ...]
    omitted: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]
    repeats: int
    siblings: int
    problems: tuple[Problem, ...]

    @property
    def rows_included(self) -> int:
        """Rows of the frame."""
        return self.rows_read - sum(rows for _, rows in self.exclusions)

    def to_frame(self) -> pd.DataFrame:
        """One row per canonical variable: its columns, and how many rows are known, blank, and so on."""
        rows = [
            (
                note.variable,
                ", ".join(note.columns),
                note.tally.known,
                note.tally.blank,
                note.tally.unknown,
                note.tally.not_applicable,
                note.tally.undeclared,
                note.text,
            )
            for note in self.notes
        ]
        names = ["variable", "columns", "known", "blank", "unknown", "not_applicable", "undeclared", "note"]
        return pd.DataFrame(rows, columns=names)

    def problems_frame(self) -> pd.DataFrame:
        """The problems as a table."""
        return problems_frame(self.problems)

    def __str__(self) -> str:
        lines = [
            f"{self.source} read as {self.register}: {self.rows_read:,} rows read, {self.rows_included:,} included."
        ]
        lines += [f"  excluded: {rows:,} rows: {reason}" for reason, rows in self.exclusions if rows]
        if self.repeats:
            lines.append(f"  repeats: {self.repeats:,} rows equal an earlier row; included, with its delivery_id")
        if self.siblings:
            lines.append(f"  siblings: {self.siblings:,} rows of plural births share an earlier row's delivery_id")
        undeclared = [(n.variable, n.tally.undeclared) for n in self.notes if n.tally.undeclared]
        lines += [
            f"  {name}: {rows:,} rows with a code that is not declared; read as unknown" for name, rows in undeclared
        ]
        note_texts = _group_by_text((note.text, note.variable) for note in self.notes if note.text)
        lines += [f"  {_format_names(names)}: {text}" for text, names in note_texts.items()]
        omission_reasons = _group_by_text((reason, heading) for heading, reason in self.omitted)
        lines += [
            f"  deliberately not read: {_format_names(names)}: {reason}" for reason, names in omission_reasons.items()
        ]
        if self.unmapped:
            lines.append(f"  not mapped: {_format_names(self.unmapped)}")
        lines += [f"  {problem}" for problem in self.problems]
        return "\n".join(lines)


def _group_by_text(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    names_by_text: dict[str, list[str]] = {}
    for text, name in pairs:
        names_by_text.setdefault(text, []).append(name)
    return names_by_text


def _format_names(names: list[str] | tuple[str, ...], limit: int = 6) -> str:
    listing = ", ".join(names[:limit])
    return f"{listing} and {len(names) - limit} more" if len(names) > limit else listing


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cohort:
    """A register's file as a canonical frame, indexed by position in the file, and a report on its reading.

    Parameters
    ----------
    frame : one row per included row. report : numbers of rows read, excluded and unknown, and the omitted columns.
    register : the register's name.
    """

    frame: pd.DataFrame
    report: ReadingReport
    register: str

    def to_frame(self) -> pd.DataFrame:
        """A copy of the canonical frame."""
        return self.frame.copy()

    def to_dict(self) -> Json:
        """The register's name and the report as plain values, ready for JSON, without the rows."""
        return {
            "register": self.register,
            "source": self.report.source,
            "rows_read": self.report.rows_read,
            "rows": len(self.frame),
            "exclusions": [{"reason": reason, "rows": suppress_small(rows)} for reason, rows in self.report.exclusions],
            "variables": jsonable(self.report.to_frame()[["variable", "columns", "note"]]),
            "problems": [str(problem) for problem in self.report.problems],
        }

    def _repr_html_(self) -> str:
        text = f": {len(self.frame):,} rows, {self.frame.shape[1]} variables"
        lines = [html("li", line.strip()) for line in str(self.report).splitlines()]
        return join_html(html("p", html("b", self.register), text), html("ul", lines))

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return f"Cohort({self.register}: {len(self.frame):,} rows × {self.frame.shape[1]} variables)"


def read_register(
    register: Register,
    path: str | os.PathLike[str],
    *,
    start: int = 0,
    rows: int | None = None,
    progress: bool = False,
) -> Cohort:
    """Read ``rows`` rows of a register's file, from row ``start``, into a :class:`Cohort`."""
    register_file = open_register(register, path, start=start, rows=rows, progress=progress)
    name = Path(path).name
    _check_expected_values(register, register_file, name)
    read_rows = register_file.source.rows
    register_file, index, exclusions = _exclude_rows(register, register_file)

    notes: list[Note] = []
    columns: dict[str, object] = {}
    for field in register.fields:
        if not all(register_file.source.has_column(column) for column in field.columns):
            continue  # a column that is absent in some years
        variable = VARIABLES[field.variable]
        columns[field.variable], tally = field.reading(register_file.source, field.columns, variable)
        _refuse_other_codes(register, field, tally, name)
        notes.append(Note(field.variable, field.columns, tally, field.note))

    repeats = siblings = 0
    if register.same_delivery and register.plural is not None:
        delivery, repeats, siblings = _identify_deliveries(register, register.plural, register_file, index)
        years = columns.get("year_of_birth") if _has_year_column(register) else None
        columns["delivery_id"] = _build_delivery_ids(register.name, years, delivery)
    order = [n for n in VARIABLES if n in columns]
    frame = pd.DataFrame({n: columns.pop(n) for n in order}, index=index, copy=False)
    conformed = conform(frame)
    unmapped, omitted = _list_unread_headings(register, register_file.headings)
    report = ReadingReport(
        register.name,
        name,
        read_rows,
        exclusions,
        unmapped,
        omitted,
        tuple(notes),
        repeats,
        siblings,
        tuple(conformed.problems),
    )
    return Cohort(conformed.frame, report, register.name)


def read_register_in_parts(
    register: Register,
    path: str | os.PathLike[str],
    *,
    rows_per_part: int,
    progress: bool = False,
) -> Iterator[Cohort]:
    """Read a file part by part, each a :class:`Cohort` of up to ``rows_per_part`` rows."""
    if rows_per_part < 1:
        raise RegisterError(f"rows_per_part: expected 1 or more, got {rows_per_part}.")
    start = 0
    while True:
        cohort = read_register(register, path, start=start, rows=rows_per_part, progress=progress)
        if cohort.report.rows_read or start == 0:
            yield cohort
        if cohort.report.rows_read < rows_per_part:
            return
        start += rows_per_part


def _check_expected_values(register: Register, register_file: OpenedRegister, name: str) -> None:
    if register.expects is None or not register_file.source.rows:
        return
    column, low, high = register.expects
    if not register_file.source.has_column(column):
        return
    values = register_file.source.numbers(column)[0]
    n_outside = int((~((values >= low) & (values <= high))).sum())
    if n_outside > MAX_UNDECLARED_SHARE * len(values):
        raise RegisterError(
            f"{name}: is not '{register.name}' ({register.title}): its column '{column}' should be {low} "
            f"to {high}, and is not in {n_outside:,} of {len(values):,} rows. Is it another year's file?"
        )


def _refuse_other_codes(register: Register, field: Field, tally: Tally, name: str) -> None:
    if tally.rows >= MIN_ROWS_FOR_SHARE and tally.undeclared > MAX_UNDECLARED_SHARE * (tally.rows - tally.blank):
        columns = ", ".join(field.columns)
        raise RegisterError(
            f"{name}: is not '{register.name}' ({register.title}): the column '{columns}' has codes "
            f"that are not declared in {tally.undeclared:,} of {tally.rows:,} rows. Is it another register, or another "
            "coding of this one?"
        )


def _exclude_rows(
    register: Register, register_file: OpenedRegister
) -> tuple[OpenedRegister, pd.Index, tuple[tuple[str, int], ...]]:
    source = register_file.source
    included = np.ones(source.rows, dtype=bool)
    exclusions: list[tuple[str, int]] = []
    for rule in register.exclusions:
        if not source.has_column(rule.column):
            continue
        positions, words = source.codes(rule.column)
        excluded = np.isin(positions, [i for i, word in enumerate(words) if word in rule.codes]) & included
        exclusions.append((rule.reason, int(excluded.sum())))
        included &= ~excluded
    index: pd.Index = pd.RangeIndex(register_file.first_row, register_file.first_row + source.rows)
    if not included.all():
        index = index[included]
        register_file = OpenedRegister(source.select_rows(included), register_file.headings, register_file.first_row)
    return register_file, index, tuple(exclusions)


def _identify_deliveries(
    register: Register, plurality: tuple[str, tuple[str, ...]], register_file: OpenedRegister, index: pd.Index
) -> tuple[np.ndarray, int, int]:
    """Each row's delivery, as the position of its first row in the file; the numbers of repeats and of siblings."""
    source = register_file.source
    hashes = source.row_hashes(register.row_number)
    first_rows = _find_first_equal_rows(hashes)
    repeats = int((first_rows != np.arange(source.rows)).sum())

    column, single = plurality
    positions, words = source.codes(column)
    plural = np.flatnonzero(~np.isin(positions, [i for i, word in enumerate(words) if word in single or word == ""]))
    group = np.zeros(len(plural), dtype=np.int64)
    for column_name in register.same_delivery:
        if source.has_column(column_name):
            fact_positions, fact_words = source.codes(column_name)
            group = pd.factorize(group * len(fact_words) + fact_positions[plural].astype(np.int64))[0]
    first_rows[plural] = plural[_find_first_equal_rows(group)]
    siblings = int((first_rows != np.arange(source.rows)).sum()) - repeats
    return index.to_numpy()[first_rows] if source.rows else first_rows, repeats, siblings


def _find_first_equal_rows(keys: np.ndarray) -> np.ndarray:
    positions, uniques = pd.factorize(keys)
    first_rows = np.empty(len(uniques), dtype=np.intp)
    first_rows[positions[::-1]] = np.arange(len(keys))[::-1]  # the last one written is the first that occurs
    return first_rows[positions]


def _has_year_column(register: Register) -> bool:
    return any(f.variable == "year_of_birth" and not isinstance(f.reading, Constant) for f in register.fields)


def _build_delivery_ids(name: str, years: object, delivery: np.ndarray) -> pd.api.extensions.ExtensionArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = [name] if years is None else [name, pa.array(years, type=pa.string()).fill_null("")]
    text = pc.binary_join_element_wise(*parts, pa.array(delivery).cast(pa.string()), ":")
    return pd.array(text, dtype="str")


def _list_unread_headings(
    register: Register, headings: tuple[str, ...]
) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    used = {normalise_heading(column) for column in (*register.columns, *register.row_number)}
    unmapped, omitted = [], []
    for heading in headings:
        if normalise_heading(heading) in used:
            continue
        reason = next((rule.reason for rule in register.omitted if rule.covers(heading)), None)
        if reason is None:
            unmapped.append(str(heading).strip())
        else:
            omitted.append((str(heading).strip(), reason))
    return tuple(unmapped), tuple(omitted)
