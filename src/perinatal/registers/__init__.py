"""Public registers of births and admissions, read into canonical frames by declaration."""

from __future__ import annotations

import difflib
import os
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from perinatal.errors import InputError, UnknownName
from perinatal.registers import reading
from perinatal.registers.declared import nchs, nchs_extracts, nchs_until_2013, sinasc, sivep, us_twins
from perinatal.registers.reading import Cohort, Note, ReadingReport
from perinatal.registers.register import ExclusionRule, Field, OmittedColumns, Register

__all__ = [
    "REGISTERS",
    "Cohort",
    "ExclusionRule",
    "Field",
    "Note",
    "OmittedColumns",
    "ReadingReport",
    "Register",
    "available_registers",
    "read_cohort",
    "read_cohort_in_parts",
]

REGISTERS: Mapping[str, Register] = MappingProxyType(
    {
        declared.name: declared
        for declared in (
            nchs.NATALITY,
            nchs_extracts.EXTRACT_2014,
            nchs_extracts.EXTRACT_2022,
            nchs.LINKED,
            nchs_until_2013.LINKED_2011,
            nchs.LINKED_2015_DEATHS,
            nchs_until_2013.TERRITORIES_2013,
            us_twins.LIGHTER,
            us_twins.HEAVIER,
            sinasc.SINASC_RAW,
            sinasc.SINASC_2022,
            sinasc.SINASC_SANTA_CATARINA,
            sivep.SIVEP_2020,
            sivep.SIVEP_2016,
        )
    }
)
"""Every register by its name."""


def available_registers() -> pd.DataFrame:
    """The registers that can be read, one row each: what, where, when, in which containers, on which terms.

    >>> available_registers().loc["nchs_linked_2011", "years"]
    '2011'
    """
    rows = [
        (
            r.name,
            r.title,
            r.place,
            r.years,
            "parquet, CSV, fixed width" if r.layout else "parquet, CSV",
            len(r.variables),
            r.source,
            r.terms,
        )
        for r in REGISTERS.values()
    ]
    names = ["register", "title", "place", "years", "containers", "variables", "source", "terms"]
    return pd.DataFrame(rows, columns=names).set_index("register")


def read_cohort(
    register: str | Register,
    path: str | os.PathLike[str],
    *,
    rows: int | None = None,
    progress: bool = False,
) -> Cohort:
    """Read a register's file into a canonical frame, with a report of what was read and what was not.

    Parameters
    ----------
    register : a name of :func:`registers`, or a :class:`Register` of your own.
    path : the file: parquet, CSV, or (where the register has a layout) fixed-width records, unpacked.
    rows : how many rows to read at most; all when ``None``.
    progress : whether to show a bar while fixed-width records are read.

    Returns
    -------
    Cohort
        ``frame`` is canonical, indexed by the row's place in the file; ``report`` tells the rest.

    Raises
    ------
    UnknownName
        There is no such register.
    RegisterError
        The file is absent, damaged, or not the register it was said to be.

    Examples
    --------
    >>> read_cohort("nchs_linked_2012", "births.parquet")
    Traceback (most recent call last):
        ...
    perinatal.errors.UnknownName: There is no register 'nchs_linked_2012'. Did you mean ...
    """
    return reading.read_register(_find_register(register), path, rows=_check_positive("rows", rows), progress=progress)


def read_cohort_in_parts(
    register: str | Register,
    path: str | os.PathLike[str],
    *,
    rows_per_part: int = 250_000,
    progress: bool = False,
) -> Iterator[Cohort]:
    """Read a file too large for memory part by part; each is a :class:`Cohort`, indexed by place in the file.

    Siblings and repeats are recognised within a part.
    """
    declaration = _find_register(register)
    return reading.read_register_in_parts(
        declaration, path, rows_per_part=_check_positive("rows_per_part", rows_per_part), progress=progress
    )


def _find_register(register: str | Register) -> Register:
    if isinstance(register, Register):
        return register
    if register in REGISTERS:
        return REGISTERS[register]
    close = difflib.get_close_matches(str(register), REGISTERS, n=1, cutoff=0.6)
    raise UnknownName(
        f"There is no register '{register}'."
        + (f" Did you mean '{close[0]}'?" if close else "")
        + f" Expected one of: {', '.join(REGISTERS)}."
    )


def _check_positive(name: str, value: int | None) -> int | None:
    if value is not None and value < 1:
        raise InputError(f"{name}: expected 1 or more, got {value}.")
    return value
