"""Delimited text into a table: every line ends in a row, a counted finding or a refusal."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from perinatal.errors import InputError
from perinatal.frames.heading_rows import SAMPLE, check_headings, find_heading_row, name_columns
from perinatal.frames.problems import ProblemRule
from perinatal.frames.reading import Reading

_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?[,;\t| ]*', re.IGNORECASE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_REPAIR = "Open the file in a text editor or a spreadsheet, put it right and save it as CSV"


class _Record(NamedTuple):
    """The cells of one record, and its first and last line in the file, counted from 1."""

    cells: list[str]
    first: int
    last: int


def decode(raw: bytes, encoding: str, reading: Reading) -> str:
    """The text of a file; UTF-16 is recognised by its byte order mark."""
    stated = encoding.lower().replace("_", "-")
    if stated in ("utf-8", "utf8"):
        encoding = "utf-16" if raw.startswith(_UTF_16) else "utf-8-sig"
    try:
        text = raw.decode(encoding)
    except UnicodeError as error:
        line = raw[: error.start].count(b"\n") + 1 if isinstance(error, UnicodeDecodeError) else 1
        raise InputError(
            f"{reading.name} is not {stated} text, from line {line:,}. Save it as CSV UTF-8, or state its encoding: "
            "cp1252 (Excel on Windows), cp1256 (Arabic and Urdu) or utf-16, with encoding=, on the command line "
            "--encoding."
        ) from None
    except LookupError:
        raise InputError(f"There is no encoding {encoding!r}. Try utf-8, cp1252 or utf-16.") from None
    return text.removeprefix("\ufeff")


def read_delimited(
    text: str, reading: Reading, *, index: str | None, header: int | None
) -> tuple[pd.DataFrame, np.ndarray]:
    """The table in a text, and the line at which each of its rows begins.

    Raises :class:`~perinatal.errors.InputError` where a line has another number of cells than there are headings, or
    a quotation mark joins lines that look like rows.
    """
    _check_is_text_table(text, reading.name)
    delimiter, skipped = _stated_delimiter(text, reading)
    if delimiter is None:
        delimiter = _guess_delimiter(text, header)
    records = _read_records(text, delimiter, reading.name)
    headings = _find_headings(records, skipped, header, delimiter, text, reading)
    width = len(headings)
    normalised, lines = io.StringIO(), []
    writer = csv.writer(normalised, lineterminator="\n")
    wrong: list[_Record] = []
    blank = joined = 0
    for record in records:
        if not record.cells or (width > 1 and len(record.cells) == 1 and not record.cells[0].strip()):
            blank += 1
            continue
        if len(record.cells) != width:
            wrong.append(record._replace(cells=record.cells[: width + 1]))
        joined += record.last > record.first
        writer.writerow(record.cells)
        lines.append(record.first)
    if wrong:
        raise InputError(_describe_wrong_widths(wrong, width, reading.name))
    if blank:
        reading.add(ProblemRule.LINES_LEFT_OUT, blank, f"has {blank:,} blank line{_s(blank)}, left out")
    if joined:
        reading.add(
            ProblemRule.READ_AS,
            joined,
            f"has {joined:,} row{_s(joined)} written over several lines, with line breaks inside quotation marks",
        )
    table = _build_table(normalised.getvalue(), headings, index, reading.name)
    if len(table) != len(lines):
        raise InputError(f"{reading.name} cannot be read as a table: its lines and rows disagree. {_REPAIR}.")
    unnamed_and_empty = [
        column
        for column, heading in zip(table.columns, headings, strict=True)
        if not heading.strip() and len(table) and table[column].isna().all()
    ]
    return table.drop(columns=unnamed_and_empty), np.array(lines, dtype=np.int64)


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _check_is_text_table(text: str, name: str) -> None:
    start = text.lstrip()
    if not start:
        raise InputError(f"{name} is empty: expected a line of headings, then a line for each record.")
    if "\0" in text:
        raise InputError(
            f"{name} is not a text table. Expected CSV, TSV, Excel or parquet. Text in UTF-16 needs its encoding: "
            "utf-16-le or utf-16-be, with encoding=, on the command line --encoding."
        )
    if start[0] in "{[":
        raise InputError(f"{name} looks like JSON. Expected CSV, TSV, Excel or parquet.")
    if start[:15].lower().startswith(("<html", "<!doctype", "<table", "<?xml")):
        raise InputError(
            f"{name} is a web page or XML, not a table, whatever its ending. Open it in a spreadsheet and save it as "
            "CSV or .xlsx."
        )


def _stated_delimiter(text: str, reading: Reading) -> tuple[str | None, int]:
    """The delimiter that a first line ``sep=;`` states, and how many lines it takes."""
    stated = _SEPARATOR_LINE.fullmatch(re.split(r"[\r\n]", text, maxsplit=1)[0])
    if stated is None:
        return None, 0
    reading.add(ProblemRule.LINES_LEFT_OUT, 1, "states its delimiter in line 1 (sep=), which was followed")
    return stated[1], 1


def _guess_delimiter(text: str, header: int | None) -> str:
    """The delimiter by which the first lines have headings: most of them, without title lines above if possible."""
    sample = list(itertools.islice(io.StringIO(text, newline=""), (header or 0) + SAMPLE))
    best, most = ",", (-1, 0, 0)
    for delimiter in _DELIMITERS:
        records = _sample_records(sample, delimiter)
        where = _heading_position(records) if header is None else min(header, len(records)) - 1
        width = len(records[where])
        agreeing = sum(len(record) == width for record in records[where:])
        if width > 1:
            merit = (int(agreeing > 1 or len(records) == where + 1), -int(where > 0), width)
            if merit > most:
                best, most = delimiter, merit
    return best


def _sample_records(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    """The cells of some lines, each line by itself: for a first look."""
    records = []
    for line in lines:
        try:
            records += [cells or [""] for cells in csv.reader([line], delimiter=delimiter)]
        except csv.Error:
            records.append([line])
    return records


def _read_records(text: str, delimiter: str, name: str) -> Iterator[_Record]:
    """The records of a text. One that spans several lines is refused where those lines look like rows."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter)
    width = 0
    previous: list[str] = []
    record = _Record([], 0, 0)
    while True:
        lines.forget()
        first = reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            if '"' in "".join(previous) and _is_open(previous, delimiter):
                raise InputError(_describe_quotes(name, record, "is never closed")) from None
            return
        except csv.Error:
            raise InputError(
                f"{name}: the record that begins at line {first:,} has a cell of more than {csv.field_size_limit():,} "
                f"characters, so a quotation mark was probably never closed. {_REPAIR}."
            ) from None
        width = max(width, len(cells)) if first <= SAMPLE else width
        record, previous = _Record(cells, first, reader.line_num), lines.kept
        if record.last > record.first:
            _check_joined(previous, record, delimiter, width, name)
        yield record


class _Lines:
    """The lines of a text one after the other, and those since :meth:`forget`."""

    def __init__(self, text: str) -> None:
        self._stream = io.StringIO(text, newline="")
        self.kept: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._stream)
        self.kept.append(line)
        return line

    def forget(self) -> None:
        """Keep only the lines that come."""
        self.kept = []


def _check_joined(lines: Sequence[str], record: _Record, delimiter: str, width: int, name: str) -> None:
    """Refuse quotation marks that are not closed, or that join lines which are rows of their own."""
    if _is_open(lines, delimiter):
        raise InputError(_describe_quotes(name, record, "is never closed"))
    rows = [_looks_like_row(line, delimiter, len(record.cells), width) for line in lines]
    if any(rows[1:-1]) or sum(rows) > 1 or not _is_well_formed(lines, delimiter):
        joined = f"joins the lines to {record.last:,}, some of which look like rows of their own"
        raise InputError(_describe_quotes(name, record, joined))


def _describe_quotes(name: str, record: _Record, what: str) -> str:
    return (
        f"{name}: a quotation mark that opens at line {record.first:,} {what}. {_REPAIR}: remove the stray quotation "
        "mark, or double it inside a quoted cell."
    )


def _looks_like_row(line: str, delimiter: str, cells: int, width: int) -> bool:
    """Whether a line by itself has all the cells of a record, with quotation marks as text or as marks."""
    expected = {count for count in (cells, width) if count > 1}
    if not expected:
        return bool(line.strip())
    plain = line.count(delimiter) + 1
    return plain in expected or len(_sample_records([line], delimiter)[0]) in expected


def _is_open(lines: Sequence[str], delimiter: str) -> bool:
    """Whether a quotation mark of a record is still open after its last line."""
    ended = [*lines[:-1], lines[-1].rstrip("\r\n") + "\n", "x\n"]
    try:
        return sum(1 for _ in csv.reader(ended, delimiter=delimiter)) == 1
    except csv.Error:
        return True


def _is_well_formed(lines: Sequence[str], delimiter: str) -> bool:
    try:
        return sum(1 for _ in csv.reader(lines, delimiter=delimiter, strict=True)) == 1
    except csv.Error:
        return False


def _find_headings(
    records: Iterator[_Record], skipped: int, header: int | None, delimiter: str, text: str, reading: Reading
) -> list[str]:
    """The cells of the heading row; the records up to it are used up, and counted."""
    for _ in itertools.islice(records, skipped):
        pass
    if header is not None:
        line = header
    else:
        sample = list(itertools.islice(io.StringIO(text, newline=""), skipped + SAMPLE))[skipped:]
        line = skipped + 1 + _heading_position(_sample_records(sample, delimiter))
    above = 0
    for record in records:
        if record.first >= line and (record.cells or header is not None):
            break
        above += record.last - record.first + 1
    else:
        raise InputError(f"{reading.name} has no line {line:,} with headings. Name another with header=, --header.")
    if above:
        reading.add(
            ProblemRule.LINES_LEFT_OUT,
            above,
            f"has its headings in line {record.first:,}; {above:,} line{_s(above)} above them, left out",
        )
    headings = record.cells
    if not any(heading.strip() for heading in headings):
        raise InputError(f"{reading.name} has no headings in line {record.first:,}. Name their line with header=.")
    check_headings(headings, reading.name)
    return headings


def _heading_position(records: Sequence[Sequence[str]]) -> int:
    filled = next((position for position, record in enumerate(records) if any(c.strip() for c in record)), 0)
    return filled + find_heading_row(records[filled:], same_width=True)


def _describe_wrong_widths(wrong: Sequence[_Record], width: int, name: str) -> str:
    more = sum(len(record.cells) > width for record in wrong)
    return (
        f"{name} has {len(wrong):,} line{_s(len(wrong))} with another number of cells than the {width} headings "
        f"({more:,} with more, {len(wrong) - more:,} with fewer), the first at line {wrong[0].first:,}. A comma inside "
        "a cell needs quotation marks around the cell; a line cut short may be the end of a file that was not saved "
        "whole. Headings that are not in the first line are named with header=, on the command line --header. "
        f"{_REPAIR}."
    )


def _build_table(normalised: str, headings: Sequence[str], index: str | None, name: str) -> pd.DataFrame:
    if not normalised:
        return pd.DataFrame(columns=name_columns(headings))
    try:
        return pd.read_csv(
            io.StringIO(normalised),
            header=None,
            names=name_columns(headings),
            keep_default_na=False,
            na_values=[""],
            index_col=False,
            skip_blank_lines=False,
            dtype={index: "str"} if index is not None and index in headings else None,
            low_memory=False,
        )
    except (pd.errors.ParserError, pd.errors.EmptyDataError):
        raise InputError(f"{name} cannot be read as a table. {_REPAIR}.") from None
