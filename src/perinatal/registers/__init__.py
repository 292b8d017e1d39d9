"""Reads public registers of births and hospital admissions into canonical frames; each register is a declaration."""

from __future__ import annotations

import difflib
import importlib
import os
import pkgutil
from collections.abc import Iterator, Mapping
from types import MappingProxyType

import pandas as pd

from perinatal.errors import DeclarationError, InputError, UnknownName
from perinatal.registers import declared, reading
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


def _collect_registers() -> dict[str, Register]:
    """Every register declared in the modules of ``declared``, by name; the modules are in alphabetical order."""
    registers: dict[str, Register] = {}
    for module in pkgutil.iter_modules(declared.__path__):
        for value in vars(importlib.import_module(f"{declared.__name__}.{module.name}")).values():
            if isinstance(value, Register) and registers.setdefault(value.name, value) is not value:
                raise DeclarationError(f"Two registers are named '{value.name}'. Rename one of them.")
    return registers


REGISTERS: Mapping[str, Register] = MappingProxyType(_collect_registers())
"""Every register by its name."""


def available_registers() -> pd.DataFrame:
    """One row per register: title, place, years, file formats, number of variables, source and terms of use.

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
    register : a name listed by :func:`available_registers`, or a :class:`Register` of your own.
    path : the file: parquet, CSV, or (where the register has a layout) fixed-width records, unpacked.
    rows : the maximum number of rows to read; all when ``None``.
    progress : whether to show a progress bar while fixed-width records are read.

    Returns
    -------
    Cohort
        ``frame`` is canonical and indexed by the row's position in the file; ``report`` counts what was read,
        excluded and unknown.

    Raises
    ------
    UnknownName
        There is no such register.
    RegisterError
        The file is absent, damaged, or not of this register.

    Examples
    --------
    >>> read_cohort("nchs_linked_2012", "births.parquet")
    Traceback (most recent call last):
        ...
    perinatal.errors.UnknownName: There is no register 'nchs_linked_2012'. Did you mean ...
    """
    if rows is not None:
        _check_positive("rows", rows)
    return reading.read_register(_find_register(register), path, rows=rows, progress=progress)


def read_cohort_in_parts(
    register: str | Register,
    path: str | os.PathLike[str],
    *,
    rows_per_part: int = 250_000,
    progress: bool = False,
) -> Iterator[Cohort]:
    """Read a file that is too large for memory in parts, each a :class:`Cohort` indexed by position in the file.

    Siblings and repeated rows are recognised within a part only.

    Parameters
    ----------
    register : a name listed by :func:`available_registers`, or a :class:`Register` of your own.
    path : the file, as for :func:`read_cohort`.
    rows_per_part : the maximum number of rows in a part.
    progress : whether to show a progress bar while fixed-width records are read.

    Raises
    ------
    UnknownName
        There is no such register.
    RegisterError
        The file is absent, damaged, or not of this register.
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


def _check_positive(name: str, value: int) -> int:
    if value < 1:
        raise InputError(f"{name}: expected 1 or more, got {value}.")
    return value
