"""Stata, SPSS and SAS files into tables, with the words of their value labels."""

from __future__ import annotations

import io
import struct
import tempfile
from pathlib import Path

import pandas as pd

from perinatal.errors import InputError, MissingPackage
from perinatal.frames.problems import ProblemRule
from perinatal.frames.reading import FileReading

_DAMAGED = (ValueError, OSError, EOFError, KeyError, IndexError, TypeError, struct.error)
_XPORT_8 = b"HEADER RECORD*******LIBV8"


def read_stata(raw: bytes, reading: FileReading) -> pd.DataFrame:
    """A Stata file (.dta); labelled codes become their labels."""
    try:
        try:
            return pd.read_stata(io.BytesIO(raw))
        except ValueError as error:
            if "not unique" not in str(error):
                raise
        reading.add(
            ProblemRule.READ_AS,
            1,
            "gives two codes of a column one label; the codes of every column were read, not their labels",
        )
        return pd.read_stata(io.BytesIO(raw), convert_categoricals=False)
    except _DAMAGED:
        raise InputError(f"{reading.name} is not a Stata file (.dta), or a damaged one.") from None


def read_spss(raw: bytes, ending: str, reading: FileReading) -> pd.DataFrame:
    """An SPSS file (.sav, .zsav, .por); labelled codes become their labels, user-missing codes missing."""
    return _read_by_pyreadstat(raw, ending, "an SPSS file", reading)


def read_sas(raw: bytes, form: str, reading: FileReading) -> pd.DataFrame:
    """A SAS file: ``sas7bdat`` or ``xport``. SAS stores value labels in another file, so codes stay codes."""
    if raw.startswith(_XPORT_8):
        return _read_by_pyreadstat(raw, ".xpt", "a SAS transport file of version 8", reading)
    try:
        if form == "xport":
            return pd.read_sas(io.BytesIO(raw), format="xport", encoding="latin-1")
        return pd.read_sas(io.BytesIO(raw), format="sas7bdat", encoding="infer")
    except _DAMAGED:
        raise InputError(f"{reading.name} is not a SAS file, or a damaged one.") from None


def _read_by_pyreadstat(raw: bytes, ending: str, what: str, reading: FileReading) -> pd.DataFrame:
    try:
        import pyreadstat
    except ImportError:
        raise MissingPackage(
            f"{reading.name} is {what}; pyreadstat, which reads it, is not installed. Install it: "
            "pip install 'perinatal[spss]'. Or save the file as CSV UTF-8 with value labels."
        ) from None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"table{ending}"
        path.write_bytes(raw)
        try:
            if ending == ".xpt":
                return pyreadstat.read_xport(str(path))[0]
            read = pyreadstat.read_por if ending == ".por" else pyreadstat.read_sav
            return read(str(path), apply_value_formats=True, formats_as_category=True)[0]
        except (pyreadstat.ReadstatError, pyreadstat.PyreadstatError, *_DAMAGED):
            raise InputError(f"{reading.name} is not {what}, or a damaged one.") from None
