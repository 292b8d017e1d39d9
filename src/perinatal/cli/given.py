"""What a command is about, a register's file or somebody's table, and whether it may write a model there."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from perinatal.cli.tables import STDIN, parse_units, read_table
from perinatal.errors import InputError
from perinatal.frames import ColumnMap
from perinatal.models.directory import is_model_directory

if TYPE_CHECKING:
    import pandas as pd

    from perinatal.registers import Cohort


class CohortFile(NamedTuple):
    """The cohort, what the headings of a table mean and its units where they are stated, and the table's name."""

    cohort: Cohort | pd.DataFrame
    columns: ColumnMap | None = None
    units: dict[str, str] | None = None
    name: str | None = None


def read_cohort_file(arguments: argparse.Namespace) -> CohortFile:
    """What FILE with ``--columns``, ``--units``, ``--index`` and ``--encoding``, or with ``--register``, stands for."""
    if getattr(arguments, "register", None) is not None:
        from perinatal.registers import read_cohort

        if arguments.columns or arguments.units or arguments.index:
            raise InputError("--register says what the columns mean: leave --columns, --units and --index out.")
        if arguments.file == STDIN:
            raise InputError("A register is read from a file, not from stdin.")
        return CohortFile(read_cohort(arguments.register, Path(arguments.file), progress=sys.stderr.isatty()))
    table = read_table(arguments.file, arguments.index, arguments.encoding)
    columns = ColumnMap.read(arguments.columns) if arguments.columns else None
    name = None if arguments.file == STDIN else Path(arguments.file).name
    return CohortFile(table, columns, parse_units(arguments.units) or None, name)


def refuse_to_replace(arguments: argparse.Namespace) -> None:
    """A site's model is not written over by accident: ``--out`` holds no model yet, or ``--replace`` says to."""
    if arguments.out is not None and not arguments.replace and is_model_directory(Path(arguments.out)):
        raise InputError(
            f"--out {Path(arguments.out).name} holds a model already. Name another folder, or add --replace."
        )
