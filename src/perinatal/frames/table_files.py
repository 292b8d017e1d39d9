"""Files into tables: CSV, TSV and parquet, checked before pandas can shift or fill a line without a word."""

from __future__ import annotations

import csv
import io
import os
from collections import Counter
from pathlib import Path
from typing import BinaryIO

import pandas as pd
import pyarrow as pa

from perinatal.errors import InputError

ROW = "row"
_DELIMITERS = ",;\t"


def read_table(
    path: str | os.PathLike[str] | BinaryIO, *, index: str | None = None, encoding: str = "utf-8"
) -> pd.DataFrame:
    """Read a CSV, TSV or parquet file as a table, for :func:`perinatal.conform` and every verb that takes a table.

    Only an empty cell is missing in the result; words for unknown, such as ``NA``, stay, and are reported by
    :func:`perinatal.conform`. The delimiter (comma, semicolon or tab) is the most frequent one in the first line.

    Parameters
    ----------
    path : a file, or an open binary stream of text. Files that end in ``.parquet`` or ``.pq`` are read as parquet,
        all others as text.
    index : heading of the column that labels the rows; its values stay as they are written. By default rows are
        numbered from 1; a parquet file keeps an index of its own.
    encoding : of a text file, such as ``utf-8``, ``cp1252`` (Excel on Windows) or ``utf-16``.

    Returns
    -------
    pandas.DataFrame

    Raises
    ------
    InputError
        the file is not such a table: no heading, a heading twice, lines with more or fewer cells than headings, another
        encoding, a damaged parquet file; or it has no column ``index``. Messages never repeat the text of a cell.
    OSError
        the file cannot be opened.

    Examples
    --------
    >>> read_table(io.BytesIO(b"record;parity\\nB1;2\\nB2;\\n"), index="record")
            parity
    record
    B1         2.0
    B2         NaN
    """
    if isinstance(path, (str, os.PathLike)):
        name = f"'{Path(path).name}'"
        if Path(path).suffix.lower() in (".parquet", ".pq"):
            table = _read_parquet(Path(path), name)
            if index is None and not isinstance(table.index, pd.RangeIndex):
                return table
        else:
            table = _read_text(_decode(Path(path).read_bytes(), name, encoding), name, index)
    else:
        name = "the stream"
        table = _read_text(_decode(path.read(), name, encoding), name, index)
    if index is not None:
        if index not in table.columns:
            headings = ", ".join(repr(str(heading)) for heading in table.columns[:12])
            raise InputError(f"index: {name} has no column {index!r}. Its first headings are {headings}.")
        return table.set_index(index)
    return table.set_axis(pd.RangeIndex(1, len(table) + 1, name=ROW))


def _decode(raw: bytes, name: str, encoding: str) -> str:
    try:
        return raw.decode("utf-8-sig" if encoding.lower() in ("utf-8", "utf8") else encoding)
    except UnicodeDecodeError:
        raise InputError(
            f"{name} is not {encoding} text. Save it as CSV UTF-8, or state its encoding: cp1252 (Excel on Windows) or "
            "utf-16, with encoding=, on the command line --encoding."
        ) from None
    except LookupError:
        raise InputError(f"There is no encoding {encoding!r}. Try utf-8, cp1252 or utf-16.") from None


def _read_text(text: str, name: str, index: str | None) -> pd.DataFrame:
    first = text.lstrip("\r\n").partition("\n")[0]
    if not first.strip():
        raise InputError(f"{name} is empty: expected a line of headings, then a line for each record.")
    if first.lstrip()[:1] in ("{", "["):
        raise InputError(f"{name} looks like JSON. Expected CSV, TSV or parquet.")
    if "\0" in first:
        raise InputError(f"{name} is not a text table. Expected CSV, TSV or parquet (ending .parquet).")
    counts = Counter(character for character in first if character in _DELIMITERS)
    delimiter = counts.most_common(1)[0][0] if counts else ","
    headings = pd.read_csv(io.StringIO(first), sep=delimiter, header=None, dtype=str, keep_default_na=False).iloc[0]
    duplicates = [heading for heading, count in Counter(headings.tolist()).items() if count > 1 and heading]
    if duplicates:
        raise InputError(f"{name} has the heading {duplicates[0]!r} twice. Rename one of the columns.")
    _check_lines(text, delimiter, len(headings), name)
    try:
        return pd.read_csv(
            io.StringIO(text),
            sep=delimiter,
            keep_default_na=False,
            na_values=[""],
            index_col=False,
            dtype={index: "str"} if index is not None and index in set(headings) else None,
            low_memory=False,
        )
    except pd.errors.ParserError:
        raise InputError(
            f"{name} cannot be read as a table: some line has more cells than there are headings ({len(headings)}), or "
            "a quotation mark is never closed. Open it in a spreadsheet, put it right and save it as CSV."
        ) from None


def _check_lines(text: str, delimiter: str, width: int, name: str) -> None:
    """Refuse lines with more or fewer cells than headings: pandas would shift or fill them without a word."""
    try:
        widths = [len(cells) for cells in csv.reader(io.StringIO(text), delimiter=delimiter) if cells]
    except csv.Error:
        return  # pandas then raises, with a better message
    wrong = [line for line, cells in enumerate(widths, 1) if cells != width]
    if wrong:
        more = sum(widths[line - 1] > width for line in wrong)
        raise InputError(
            f"{name} has {len(wrong):,} line{'' if len(wrong) == 1 else 's'} with another number of cells than the "
            f"{width} headings ({more:,} with more, {len(wrong) - more:,} with fewer), the first at line {wrong[0]:,}. "
            "A comma inside a cell needs quotation marks around the cell; a line cut short may be the end of a file "
            "that was not saved whole. Open it in a spreadsheet, put it right and save it as CSV."
        )


def _read_parquet(path: Path, name: str) -> pd.DataFrame:
    try:
        return pd.read_parquet(path)
    except pa.ArrowInvalid:
        raise InputError(f"{name} is not a parquet file, or a damaged one.") from None
