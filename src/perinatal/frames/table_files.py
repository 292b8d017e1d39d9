"""Files into tables: text, Excel, Stata, SPSS, SAS, parquet and Arrow, recognised by what is in them."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from pathlib import Path, PurePath
from typing import BinaryIO

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.ipc

from perinatal.errors import InputError
from perinatal.frames.delimited import decode, read_delimited
from perinatal.frames.reading import LINE, ROW, FileReading
from perinatal.frames.statistical_files import read_sas, read_spss, read_stata
from perinatal.frames.workbooks import read_workbook

_BEGINNINGS = {
    b"PAR1": "parquet",
    b"ARROW1": "arrow",
    b"FEA1": "arrow",
    b"PK\x03\x04": "excel",
    b"<stata_dta>": "stata",
    b"$FL2": "spss",
    b"$FL3": "spss",
    b"HEADER RECORD*******LIB": "xport",
    b"\0" * 12 + b"\xc2\xea\x81\x60": "sas7bdat",
    b"\x1f\x8b": "gzip",
}
_ENDINGS = {
    ".parquet": "parquet",
    ".pq": "parquet",
    ".feather": "arrow",
    ".arrow": "arrow",
    ".ipc": "arrow",
    ".xlsx": "excel",
    ".xlsm": "excel",
    ".dta": "stata",
    ".sav": "spss",
    ".zsav": "spss",
    ".por": "spss",
    ".sas7bdat": "sas7bdat",
    ".xpt": "xport",
    ".gz": "gzip",
}
_REFUSED = {
    b"\xd0\xcf\x11\xe0": "an old Excel workbook (.xls), or one with a password. Save it as .xlsx without a password",
    b"%PDF": "a PDF. Export the table as CSV or .xlsx from the program that printed it",
    b"BZh": "a bzip2 file. Unpack it, or use gzip",
    b"\xfd7zXZ": "an xz file. Unpack it, or use gzip",
    b"\x28\xb5\x2f\xfd": "a Zstandard file. Unpack it, or use gzip",
    b"7z\xbc\xaf": "a 7z archive. Unpack it, and name the file inside",
    b"Rar!": "a RAR archive. Unpack it, and name the file inside",
}


def read_table(
    path: str | os.PathLike[str] | BinaryIO,
    *,
    index: str | None = None,
    encoding: str = "utf-8",
    sheet: str | int | None = None,
    header: int | None = None,
) -> pd.DataFrame:
    """Read a file as a table, for :func:`perinatal.conform` and every verb that takes a table.

    The command line reads its FILE with this function. What a file is is recognised by its content, then by its ending:

    ========================================  ==========================================================================
    text: CSV, TSV, semicolons                a first line ``sep=;`` is followed; title lines above the headings are
                                              left out, and counted
    Excel (``.xlsx``, ``.xlsm``)              needs ``perinatal[excel]``; title rows as in text
    Stata, SPSS (``.sav``, ``.por``)          labelled codes become the words of their labels; SPSS needs
                                              ``perinatal[spss]``
    SAS (``.sas7bdat``, ``.xpt``)             codes stay codes: SAS keeps their labels elsewhere
    parquet, Arrow and feather
    any of these packed with gzip
    ========================================  ==========================================================================

    Every line of a text file ends in a row, in a counted problem, or in an error. The problems stay in the ``attrs`` of
    the table, and :func:`perinatal.conform` reports them with its own. Only an empty cell is missing in the result;
    words for unknown, such as ``NA``, stay, and are reported by :func:`perinatal.conform`.

    Parameters
    ----------
    path : a file, or an open binary stream.
    index : heading of the column that labels the rows; in text, its values stay as they are written. By default a row
        is labelled by its line in the file (text, with the headings in line 1) or in the sheet (Excel); rows of other
        files are numbered from 1, and a parquet file keeps an index of its own.
    encoding : of a text file, such as ``utf-8``, ``cp1252`` (Excel on Windows) or ``utf-16``. UTF-16 with a byte order
        mark is recognised.
    sheet : of an Excel workbook, its name or its number from 1; needed where several sheets hold cells.
    header : the line of the headings, from 1; needed only where it is not found.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    InputError
        the file is not such a table: no heading, a heading twice, lines with more or fewer cells than headings, a
        quotation mark that joins lines, another encoding, several sheets, a damaged file; or it has no column
        ``index``. Messages never repeat the text of a cell.
    MissingPackage
        the package that reads such a file is not installed; the message names the extra to install.
    OSError
        the file cannot be opened.

    Examples
    --------
    >>> read_table(io.BytesIO(b"record;parity\\nB1;2\\nB2;\\n"), index="record")
            parity
    record
    B1         2.0
    B2         NaN
    >>> read_table(io.BytesIO(b"Births of June\\n\\nparity,plurality\\n2,1\\n"))
          parity  plurality
    line
    4          2          1
    """
    if isinstance(path, (str, os.PathLike)):
        reading, ending, raw = FileReading(f"'{Path(path).name}'"), Path(path).suffix.lower(), Path(path).read_bytes()
    else:
        reading, ending, raw = FileReading("the stream"), "", path.read()
    form = _recognise(raw, ending, reading.name)
    if form == "gzip":
        raw = _unpack(raw, reading.name)
        ending = PurePath(PurePath(os.fspath(path)).stem).suffix.lower() if isinstance(path, (str, os.PathLike)) else ""
        form = _recognise(raw, ending, reading.name)
    if sheet is not None and form != "excel":
        raise InputError(f"sheet= names a sheet of an Excel workbook; {reading.name} is none. Leave it out.")
    if header is not None and (header < 1 or form not in ("text", "excel")):
        raise InputError("header= is the line of the headings, from 1, in a text file or a sheet.")
    table, lines = _read(raw, form, ending, reading, index, encoding, sheet, header)
    if index is not None:
        if index not in table.columns:
            headings = ", ".join(repr(str(heading)) for heading in table.columns[:12])
            raise InputError(f"index: {reading.name} has no column {index!r}. Its first headings are {headings}.")
        table = table.set_index(index)
    elif lines is not None:
        table.index = pd.Index(lines, name=LINE if form == "text" else ROW)
    elif isinstance(table.index, pd.RangeIndex):
        table = table.set_axis(pd.RangeIndex(1, len(table) + 1, name=ROW))
    return reading.attach(table, lines)


def _recognise(raw: bytes, ending: str, name: str) -> str:
    """The form of a file: by its first bytes, else by its ending, else text."""
    for beginning, what in _REFUSED.items():
        if raw.startswith(beginning):
            raise InputError(f"{name} is {what}.")
    for beginning, form in _BEGINNINGS.items():
        if raw.startswith(beginning):
            return form
    return _ENDINGS.get(ending, "text")


def _unpack(raw: bytes, name: str) -> bytes:
    try:
        return gzip.decompress(raw)
    except (OSError, EOFError, zlib.error):
        raise InputError(f"{name} is not a gzip file, or a damaged one.") from None


def _read(
    raw: bytes,
    form: str,
    ending: str,
    reading: FileReading,
    index: str | None,
    encoding: str,
    sheet: str | int | None,
    header: int | None,
) -> tuple[pd.DataFrame, np.ndarray | None]:
    """The table, and the line of each of its rows where the file has lines."""
    match form:
        case "text":
            return read_delimited(decode(raw, encoding, reading), reading, index=index, header=header)
        case "excel":
            return read_workbook(raw, reading, sheet=sheet, header=header)
        case "stata":
            return read_stata(raw, reading), None
        case "spss":
            return read_spss(raw, ending or ".sav", reading), None
        case "sas7bdat" | "xport":
            return read_sas(raw, form, reading), None
        case "parquet":
            return _read_parquet(raw, reading.name), None
        case "arrow":
            return _read_arrow(raw, reading.name), None
    raise InputError(f"{reading.name} is packed twice with gzip. Unpack it once.")


def _read_parquet(raw: bytes, name: str) -> pd.DataFrame:
    try:
        return pd.read_parquet(io.BytesIO(raw))
    except (pa.ArrowException, OSError):
        raise InputError(f"{name} is not a parquet file, or a damaged one.") from None


def _read_arrow(raw: bytes, name: str) -> pd.DataFrame:
    try:
        if raw.startswith((b"ARROW1", b"FEA1")):
            return pd.read_feather(io.BytesIO(raw))
        return pa.ipc.open_stream(raw).read_all().to_pandas()
    except (pa.ArrowException, OSError):
        raise InputError(f"{name} is not an Arrow file, or a damaged one.") from None
