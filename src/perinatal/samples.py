"""Made-up sample tables for trying out the library without patient data."""

from __future__ import annotations

import difflib

import pandas as pd

from perinatal._shipped import shipped_directory
from perinatal.errors import UnknownName
from perinatal.frames import ColumnMap
from perinatal.vocabulary import VARIABLES, Category, Flag, Identifier

SAMPLES = ("births", "sari_admissions", "hospital_births", "messy_clinic")
_WITH_COLUMNS = ("messy_clinic",)  # has its own headings and a ColumnMap; the others have canonical names


def load_sample(name: str) -> pd.DataFrame:
    """A made-up table.

    Parameters
    ----------
    name : ``"births"`` (240 newborns), ``"sari_admissions"`` (120 women) and ``"hospital_births"`` (2,400 newborns of
        one hospital, with admission to intensive care) have canonical names, units and dtypes, and the index
        ``record``; ``"messy_clinic"`` (60 newborns) is a clinic's own register as :func:`pandas.read_csv` returns it.
        Conform it with :func:`load_sample_map`.

    Raises
    ------
    UnknownName : There is no such sample.

    Examples
    --------
    >>> births = load_sample("births")
    >>> births.loc["B003", ["gestational_age_at_birth_days", "birth_weight_g", "apgar_5min"]].tolist()
    [170.0, 615.0, 4.0]
    >>> load_sample("messy_clinic")["GA at birth"].head(2).tolist()
    ['39+5', '40+4']
    """
    if name not in SAMPLES:
        raise UnknownName(_describe_unknown_sample(name, SAMPLES))
    path = shipped_directory("sample") / f"{name}.csv"
    if name in _WITH_COLUMNS:
        return pd.read_csv(path)
    headings = pd.read_csv(path, nrows=0).columns
    return pd.read_csv(path, index_col="record", dtype={h: _column_dtype(h) for h in headings if not _is_row_label(h)})


def load_sample_map(name: str) -> ColumnMap:
    """The column map of a sample with its own headings, for :func:`perinatal.conform`.

    Parameters
    ----------
    name : a sample with its own headings: ``"messy_clinic"``.

    Raises
    ------
    UnknownName : There is no such sample, or it needs no map.

    Examples
    --------
    >>> load_sample_map("messy_clinic").columns["Hb (g/L)"].unit
    'g/L'
    """
    if name not in SAMPLES:
        raise UnknownName(_describe_unknown_sample(name, _WITH_COLUMNS))
    if name not in _WITH_COLUMNS:
        raise UnknownName(f"The sample {name!r} needs no ColumnMap: its columns have canonical names already.")
    return ColumnMap.read(shipped_directory("sample") / f"{name}.columns.json")


def _column_dtype(variable: str) -> str | pd.CategoricalDtype:
    kind = VARIABLES[variable].kind
    if isinstance(kind, Category):
        return kind.dtype
    if isinstance(kind, Flag):
        return "boolean"
    return "float64"


def _is_row_label(heading: str) -> bool:
    """Whether a column labels rows; it stays as pandas reads it."""
    return heading not in VARIABLES or isinstance(VARIABLES[heading].kind, Identifier)


def _describe_unknown_sample(name: str, expected: tuple[str, ...]) -> str:
    close = difflib.get_close_matches(name, expected, n=1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"There is no sample {name!r}.{hint} Expected one of: {', '.join(expected)}."
