"""Reads a register into a canonical frame, and reports what was read, set aside, unknown and left out."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from perinatal.errors import RegisterError
from perinatal.frames import conform
from perinatal.frames.problems import Problem, problems_frame
from perinatal.registers.readings import Always, Tally
from perinatal.registers.register import Field, Register, plain
from perinatal.registers.sources import Opened, open_register
from perinatal.vocabulary import VARIABLES

MOSTLY = 0.5  # a column in which more than this share of the codes is undeclared is another register's
FEW_ROWS = 20  # below this many rows a share says nothing


@dataclass(frozen=True, slots=True)
class Note:
    """How one canonical variable was read: from which columns, and how many rows are unknown, and why."""

    variable: str
    columns: tuple[str, ...]
    tally: Tally
    text: str = ""


@dataclass(frozen=True, slots=True)
class ReadingReport:
    """What became of a register's file.

    Parameters
    ----------
    register : the register's name.
    source : the file's name, without its folder.
    rows_read : rows taken from the file, before any was set aside.
    set_aside : ``(reason, rows)``, each row under the first reason that holds.
    unmapped : headings no declaration speaks of.
    left_out : ``(heading, reason)`` of what is on purpose not read.
    notes : one :class:`Note` per canonical variable.
    repeats : rows that equal an earlier row in every column; kept, under the same ``delivery_id``.
    siblings : further newborns of a plural birth whose sibling is in the file.
    problems : what :func:`perinatal.frames.conform` found.
    """

    register: str
    source: str
    rows_read: int
    set_aside: tuple[tuple[str, int], ...]
    unmapped: tuple[str, ...]
    left_out: tuple[tuple[str, str], ...]
    notes: tuple[Note, ...]
    repeats: int
    siblings: int
    problems: tuple[Problem, ...]

    @property
    def rows_kept(self) -> int:
        """Rows of the frame."""
        return self.rows_read - sum(rows for _, rows in self.set_aside)

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
        lines = [f"{self.source} read as {self.register}: {self.rows_read:,} rows read, {self.rows_kept:,} kept."]
        lines += [f"  set aside: {rows:,} rows: {reason}" for reason, rows in self.set_aside if rows]
        if self.repeats:
            lines.append(f"  repeats: {self.repeats:,} rows equal an earlier row; kept, under its delivery_id")
        if self.siblings:
            lines.append(f"  siblings: {self.siblings:,} rows of plural births share an earlier row's delivery_id")
        undeclared = [(n.variable, n.tally.undeclared) for n in self.notes if n.tally.undeclared]
        lines += [f"  {name}: {rows:,} rows hold a code that is not declared; unknown" for name, rows in undeclared]
        told = _by_text((note.text, note.variable) for note in self.notes if note.text)
        lines += [f"  {_few(names)}: {text}" for text, names in told.items()]
        left = _by_text((reason, heading) for heading, reason in self.left_out)
        lines += [f"  left out on purpose: {_few(names)}: {reason}" for reason, names in left.items()]
        if self.unmapped:
            lines.append(f"  not mapped: {_few(self.unmapped)}")
        lines += [f"  {problem}" for problem in self.problems]
        return "\n".join(lines)


def _by_text(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for text, name in pairs:
        found.setdefault(text, []).append(name)
    return found


def _few(names: list[str] | tuple[str, ...], most: int = 6) -> str:
    shown = ", ".join(names[:most])
    return f"{shown} and {len(names) - most} more" if len(names) > most else shown


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Cohort:
    """A register read: a canonical frame, indexed by the row's place in the file, and the report of it."""

    frame: pd.DataFrame
    report: ReadingReport
    register: str

    def __len__(self) -> int:
        return len(self.frame)

    def __repr__(self) -> str:
        return f"Cohort({self.register}: {len(self.frame):,} rows × {self.frame.shape[1]} variables)"


def read(
    register: Register,
    path: str | os.PathLike[str],
    *,
    start: int = 0,
    rows: int | None = None,
    progress: bool = False,
) -> Cohort:
    """Read ``rows`` rows of a register's file, from row ``start``, into a :class:`Cohort`."""
    opened = open_register(register, path, start=start, rows=rows, progress=progress)
    name = Path(path).name
    _expected(register, opened, name)
    read_rows = opened.source.rows
    opened, index, set_aside = _set_aside(register, opened)

    notes: list[Note] = []
    columns: dict[str, object] = {}
    for declared in register.fields:
        if not all(opened.source.has(column) for column in declared.columns):
            continue  # a column that only some years have
        variable = VARIABLES[declared.variable]
        columns[declared.variable], tally = declared.reading(opened.source, declared.columns, variable)
        _refuse_other_codes(register, declared, tally, name)
        notes.append(Note(declared.variable, declared.columns, tally, declared.note))

    repeats = siblings = 0
    if register.tells_deliveries:
        delivery, repeats, siblings = _deliveries(register, opened, index)
        years = columns.get("year_of_birth") if _year_varies(register) else None
        columns["delivery_id"] = _labels(register.name, years, delivery)
    order = [n for n in VARIABLES if n in columns]
    frame = pd.DataFrame({n: columns.pop(n) for n in order}, index=index, copy=False)
    conformed = conform(frame)
    unmapped, left_out = _unread(register, opened.headings)
    report = ReadingReport(
        register.name,
        name,
        read_rows,
        set_aside,
        unmapped,
        left_out,
        tuple(notes),
        repeats,
        siblings,
        tuple(conformed.problems),
    )
    return Cohort(conformed.frame, report, register.name)


def read_parts(
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
        cohort = read(register, path, start=start, rows=rows_per_part, progress=progress)
        if cohort.report.rows_read or start == 0:
            yield cohort
        if cohort.report.rows_read < rows_per_part:
            return
        start += rows_per_part


def _expected(register: Register, opened: Opened, name: str) -> None:
    if register.expects is None or not opened.source.rows:
        return
    column, low, high = register.expects
    if not opened.source.has(column):
        return
    values = opened.source.numbers(column)[0]
    wrong = int((~((values >= low) & (values <= high))).sum())
    if wrong > MOSTLY * len(values):
        raise RegisterError(
            f"{name}: is not '{register.name}' ({register.title}): its column '{column}' should hold {low} "
            f"to {high}, and does not in {wrong:,} of {len(values):,} rows. Is it another year's file?"
        )


def _refuse_other_codes(register: Register, declared: Field, tally: Tally, name: str) -> None:
    if tally.rows >= FEW_ROWS and tally.undeclared > MOSTLY * (tally.rows - tally.blank):
        columns = ", ".join(declared.columns)
        raise RegisterError(
            f"{name}: is not '{register.name}' ({register.title}): the column '{columns}' holds codes "
            f"that are not declared in {tally.undeclared:,} of {tally.rows:,} rows. Is it another register, or another "
            "coding of this one?"
        )


def _set_aside(register: Register, opened: Opened) -> tuple[Opened, pd.Index, tuple[tuple[str, int], ...]]:
    source = opened.source
    kept = np.ones(source.rows, dtype=bool)
    counted: list[tuple[str, int]] = []
    for rule in register.set_aside:
        if not source.has(rule.column):
            continue
        places, words = source.codes(rule.column)
        hit = np.isin(places, [place for place, word in enumerate(words) if word in rule.codes]) & kept
        counted.append((rule.reason, int(hit.sum())))
        kept &= ~hit
    index: pd.Index = pd.RangeIndex(opened.first_row, opened.first_row + source.rows)
    if not kept.all():
        index = index[kept]
        opened = Opened(source.keep(kept), opened.headings, opened.first_row)
    return opened, index, tuple(counted)


def _deliveries(register: Register, opened: Opened, index: pd.Index) -> tuple[np.ndarray, int, int]:
    """Each row's delivery, as the place in the file of its first row; the number of repeats; of siblings."""
    source = opened.source
    hashes = source.row_hashes(register.row_number)
    first = _first_of_equal(hashes)
    repeats = int((first != np.arange(source.rows)).sum())

    column, single = register.plural
    places, words = source.codes(column)
    plural = np.flatnonzero(~np.isin(places, [p for p, word in enumerate(words) if word in single or word == ""]))
    group = np.zeros(len(plural), dtype=np.int64)
    for fact in register.same_delivery:
        if source.has(fact):
            fact_places, fact_words = source.codes(fact)
            group = pd.factorize(group * len(fact_words) + fact_places[plural].astype(np.int64))[0]
    first[plural] = plural[_first_of_equal(group)]
    siblings = int((first != np.arange(source.rows)).sum()) - repeats
    return index.to_numpy()[first] if source.rows else first, repeats, siblings


def _first_of_equal(keys: np.ndarray) -> np.ndarray:
    places, found = pd.factorize(keys)
    first = np.empty(len(found), dtype=np.intp)
    first[places[::-1]] = np.arange(len(keys))[::-1]  # the last one written is the first that occurs
    return first[places]


def _year_varies(register: Register) -> bool:
    return any(f.variable == "year_of_birth" and not isinstance(f.reading, Always) for f in register.fields)


def _labels(name: str, years: object, delivery: np.ndarray) -> pd.api.extensions.ExtensionArray:
    import pyarrow as pa
    import pyarrow.compute as pc

    parts = [name] if years is None else [name, pa.array(years, type=pa.string()).fill_null("")]
    text = pc.binary_join_element_wise(*parts, pa.array(delivery).cast(pa.string()), ":")
    return pd.array(text, dtype="str")


def _unread(register: Register, headings: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[tuple[str, str], ...]]:
    used = {plain(column) for column in (*register.columns, *register.row_number)}
    unmapped, left_out = [], []
    for heading in headings:
        if plain(heading) in used:
            continue
        reason = next((rule.reason for rule in register.left_out if rule.covers(heading)), None)
        if reason is None:
            unmapped.append(str(heading).strip())
        else:
            left_out.append((str(heading).strip(), reason))
    return tuple(unmapped), tuple(left_out)
