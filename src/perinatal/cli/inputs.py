"""What a command reads: a table or a register's file with its column map, and the model it names."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from perinatal.catalogue import load_model
from perinatal.errors import InputError
from perinatal.frames import ColumnMap, Conformed, conform_for, read_table
from perinatal.models import RiskModel
from perinatal.scores import PublishedModel

if TYPE_CHECKING:
    from perinatal.registers import Cohort

STDIN = "-"


class InputTable(NamedTuple):
    """A table or a register's cohort, what its headings and units mean, and the name of its file."""

    table: pd.DataFrame | Cohort
    columns: ColumnMap | None = None
    units: dict[str, str] | None = None
    name: str | None = None


def read_input(arguments: argparse.Namespace) -> InputTable:
    """The table that ``FILE`` and the options of the command name.

    Raises :class:`~perinatal.errors.InputError` where they contradict each other, or FILE is not a table.
    """
    if getattr(arguments, "register", None) is not None:
        return InputTable(_read_register(arguments))
    return InputTable(*read_table_input(arguments), "stdin" if arguments.file == STDIN else Path(arguments.file).name)


def read_table_input(arguments: argparse.Namespace) -> tuple[pd.DataFrame, ColumnMap | None, dict[str, str] | None]:
    """The table of ``FILE``, read as its options say, with its column map and units.

    Raises :class:`~perinatal.errors.InputError` where FILE is not a table, or an option contradicts another.
    """
    columns = None if arguments.columns is None else ColumnMap.read(arguments.columns)
    units = _parse_pairs("--units", arguments.units, "haemoglobin_g_dl=g/L", "NAME=UNIT") or None
    table = read_table(
        sys.stdin.buffer if arguments.file == STDIN else arguments.file,
        index=arguments.index,
        encoding=arguments.encoding,
        sheet=arguments.sheet,
        header=arguments.header,
    )
    if columns is not None and arguments.index in columns.columns:
        raise InputError(f"--index {arguments.index!r} is a mapped column in the column map. Remove it from the map.")
    return table, columns, units


def conform_input(arguments: argparse.Namespace, model: RiskModel | PublishedModel) -> Conformed:
    """The table that the arguments name, as the model needs it."""
    table, columns, units = read_table_input(arguments)
    return conform_for(table, model.inputs, columns=columns, units=units)[0]


def load_model_with_options(arguments: argparse.Namespace) -> RiskModel | PublishedModel:
    """The model of the command, with each ``--option NAME=WORD`` where it is a published score."""
    model = load_model(arguments.model)
    if not arguments.option:
        return model
    if isinstance(model, RiskModel):
        raise InputError(f"--option is for published scores, and '{model.id}' is a trained model. Leave it out.")
    return model.with_options(**_parse_pairs("--option", arguments.option, "cut_offs=mg_dl", "NAME=WORD"))


def select_rows(conformed: Conformed, labels: Sequence[str]) -> Conformed:
    """The rows with these labels; raises :class:`~perinatal.errors.InputError` where one is not in the table."""
    known = conformed.frame.index.astype(str)
    absent = set(labels) - set(known)
    if absent:
        raise InputError(
            f"{len(absent)} of the {len(labels)} rows of --row are not in the table, which has {len(known):,} rows. "
            "A row is named by its line in the file (the headings are line 1), or by its label in the column of "
            "--index."
        )
    return conformed.select_rows(known.isin(list(labels)))


def _read_register(arguments: argparse.Namespace) -> Cohort:
    from perinatal.registers import read_cohort

    if arguments.columns or arguments.units or arguments.index:
        raise InputError("--register defines what the columns mean: leave out --columns, --units and --index.")
    if arguments.file == STDIN:
        raise InputError("A register is read from a file, not from stdin.")
    return read_cohort(arguments.register, Path(arguments.file), progress=sys.stderr.isatty())


def _parse_pairs(option: str, pairs: Sequence[str], example: str, form: str) -> dict[str, str]:
    """``NAME=VALUE`` pairs as a mapping.

    >>> _parse_pairs("--units", ["haemoglobin_g_dl=g/L"], "haemoglobin_g_dl=g/L", "NAME=UNIT")
    {'haemoglobin_g_dl': 'g/L'}
    """
    values = {}
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not (name and equals and value):
            raise InputError(f"{option} takes {form}, such as {example}, and got {pair!r}.")
        values[name] = value
    return values
