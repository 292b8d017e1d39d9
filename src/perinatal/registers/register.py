"""The declaration of a register: the contents of its file and how each variable is read from it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from perinatal.registers.fixed_width import Layout
from perinatal.registers.readings import Reading


@dataclass(frozen=True, slots=True)
class Field:
    """How one canonical variable is read.

    Parameters
    ----------
    variable : canonical name.
    columns : the source columns it is read from; none for :class:`~perinatal.registers.readings.Constant`.
    reading : the conversion.
    note : a remark for readers, shown in the report.
    """

    variable: str
    columns: tuple[str, ...]
    reading: Reading
    note: str = ""


@dataclass(frozen=True, slots=True)
class ExclusionRule:
    """Rows that are excluded, with the reason: those whose ``column`` has one of ``codes``."""

    column: str
    codes: tuple[str, ...]
    reason: str


@dataclass(frozen=True, slots=True)
class OmittedColumns:
    """Columns that are deliberately not read, with the reason. ``columns`` may contain ``*``; case is ignored."""

    columns: tuple[str, ...]
    reason: str

    def covers(self, heading: str) -> bool:
        """Whether a heading is one of these columns."""
        normalised = normalise_heading(heading)
        return any(fnmatchcase(normalised, normalise_heading(pattern)) for pattern in self.columns)


@dataclass(frozen=True, slots=True)
class Register:
    """One public register, in one coding.

    Parameters
    ----------
    name : its name in :func:`perinatal.registers.read_cohort`.
    title : its name for people.
    place, years : the place and years that it covers.
    source : its publisher.
    terms : the terms of use; every model trained on it repeats them.
    fields : how each canonical variable is read.
    exclusions : rows that are excluded.
    omitted : columns that are deliberately not read.
    same_delivery : columns about the mother; plural births that agree in all of them share one ``delivery_id``.
    plural : the column of plurality and the codes that mean a single birth (or unknown).
    row_number : columns that only number the rows, and are ignored when rows are compared for repeats.
    optional : columns that are absent in some years.
    layout : positions, for registers published as fixed-width records.
    expects : a column of whole numbers, with its lowest and highest possible value in this register; a file
        with other values (another year, another layout) is refused.
    """

    name: str
    title: str
    place: str
    years: str
    source: str
    terms: str
    fields: tuple[Field, ...]
    exclusions: tuple[ExclusionRule, ...] = ()
    omitted: tuple[OmittedColumns, ...] = ()
    same_delivery: tuple[str, ...] = ()
    plural: tuple[str, tuple[str, ...]] | None = None
    row_number: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    layout: Layout | None = None
    expects: tuple[str, int, int] | None = None

    @property
    def variables(self) -> tuple[str, ...]:
        """Canonical names of the variables of this register, without ``delivery_id``."""
        return tuple(f.variable for f in self.fields)

    @property
    def columns(self) -> tuple[str, ...]:
        """Source columns that are read, each once."""
        columns = [c for f in self.fields for c in f.columns]
        columns += [s.column for s in self.exclusions] + list(self.same_delivery)
        columns += [self.plural[0]] if self.plural else []
        columns += [self.expects[0]] if self.expects else []
        return tuple(dict.fromkeys(columns))

    @property
    def has_delivery_columns(self) -> bool:
        """Whether siblings and repeats can be recognised."""
        return bool(self.same_delivery and self.plural)


def normalise_heading(heading: str) -> str:
    """A heading without surrounding blanks, in one case; publishers vary both.

    >>> normalise_heading("DBWT ") == normalise_heading("dbwt")
    True
    """
    return str(heading).strip().casefold()


def build_fields(columns: Iterable[tuple[str, str | tuple[str, ...]]], reading: Reading) -> tuple[Field, ...]:
    """Fields that share one reading: ``(variable, column)`` each."""
    return tuple(
        Field(variable, (column,) if isinstance(column, str) else column, reading) for variable, column in columns
    )
