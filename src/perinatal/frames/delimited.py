"""Delimited text into a table: every line ends in a row, a counted finding or a refusal."""

from __future__ import annotations

import codecs
import csv
import io
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import pandas as pd

from perinatal.errors import InputError
from perinatal.frames.heading_rows import SAMPLE, check_headings, find_heading_row, name_columns
from perinatal.frames.problems import ProblemRule
from perinatal.frames.reading import FileReading

_DELIMITERS = ",;\t|"
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?[,;\t| ]*', re.IGNORECASE)
_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
_REPAIR = "Open the file in a text editor or a spreadsheet, put it right and save it as CSV"


class _Record(NamedTuple):
    """The cells of one record, its first and last line in the file, counted from 1, and its text."""

    cells: list[str]
    first: int
    last: int
    text: str = ""


def decode(raw: bytes, encoding: str, reading: FileReading) -> str:
    """The text of a file; UTF-16 is recognised by its byte order mark."""
    stated = encoding.lower().replace("_", "-")
    if stated in ("utf-8", "utf8"):
        encoding = "utf-16" if raw.startswith(_UTF_16) else "utf-8-sig"
        if encoding != "utf-16" and b"\0" in raw:
            raise InputError(
                f"{reading.name} is not a text table. Expected CSV, TSV, Excel or parquet. Text in UTF-16 needs its "
                "encoding: utf-16-le or utf-16-be, with encoding=, on the command line --encoding."
            )
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
    text: str, reading: FileReading, *, index: str | None, header: int | None
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
    accepted, lines = io.StringIO(newline=""), []
    wrong: list[_Record] = []
    blank = joined = 0
    for record in records:
        if not record.cells or (width > 1 and len(record.cells) == 1 and not record.cells[0].strip()):
            blank += 1
            continue
        if len(record.cells) != width:
            wrong.append(record._replace(text=""))
        joined += record.last > record.first
        accepted.write(record.text)
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
    table = _build_table(accepted.getvalue(), delimiter, headings, index, reading.name)
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
        raise InputError(f"{name} is not a text table in this encoding: it holds null characters.")
    if start[0] in "{[":
        raise InputError(f"{name} looks like JSON. Expected CSV, TSV, Excel or parquet.")
    if start[:15].lower().startswith(("<html", "<!doctype", "<table", "<?xml")):
        raise InputError(
            f"{name} is a web page or XML, not a table, whatever its ending. Open it in a spreadsheet and save it as "
            "CSV or .xlsx."
        )


def _stated_delimiter(text: str, reading: FileReading) -> tuple[str | None, int]:
    """The delimiter that a first line ``sep=;`` states, and how many lines it takes."""
    stated = _SEPARATOR_LINE.fullmatch(re.split(r"[\r\n]", text, maxsplit=1)[0])
    if stated is None:
        return None, 0
    reading.add(ProblemRule.LINES_LEFT_OUT, 1, "states its delimiter in line 1 (sep=), which was followed")
    return stated[1], 1


def _guess_delimiter(text: str, header: int | None) -> str:
    """The delimiter by which the first lines have headings: most of them, without title lines above if possible."""
    best, most = ",", (-1, 0, 0)
    for delimiter in _DELIMITERS:
        sample = _sample_records(text, delimiter, (header or 0) + SAMPLE)
        where = _heading_position(sample, header or 1, header)
        width = len(sample[where].cells)
        agreeing = sum(len(record.cells) == width for record in sample[where:])
        if width > 1:
            merit = (int(agreeing > 1 or len(sample) == where + 1), -int(where > 0), width)
            if merit > most:
                best, most = delimiter, merit
    return best


def _sample_records(text: str, delimiter: str, lines: int) -> list[_Record]:
    """The records in the first lines of a text: for a first look."""
    reader = csv.reader(itertools.islice(io.StringIO(text, newline=""), lines), delimiter=delimiter)
    records: list[_Record] = []
    try:
        for cells in reader:
            records.append(_Record(cells or [""], records[-1].last + 1 if records else 1, reader.line_num))
    except csv.Error:
        records.append(_Record([""], records[-1].last + 1 if records else 1, lines))
    return records


def _heading_position(sample: Sequence[_Record], start: int, header: int | None) -> int:
    """The position of the heading row among the records that begin at line ``start`` or later; as stated by header."""
    wanted = start if header is None else header
    position = next((at for at, record in enumerate(sample) if record.first >= wanted), len(sample) - 1)
    if header is not None:
        return position
    cells = [record.cells for record in sample]
    while position < len(cells) - 1 and not any(cell.strip() for cell in cells[position]):
        position += 1
    return position + find_heading_row(cells[position:], same_width=True)


def _cells_of_line(line: str, delimiter: str) -> int:
    """How many cells a line has by itself."""
    try:
        return max((len(cells) for cells in csv.reader([line], delimiter=delimiter)), default=0)
    except csv.Error:
        return 0


def _usual_widths(text: str, delimiter: str) -> frozenset[int]:
    """The commonest number of cells of a line, or numbers; never 1, which any line of prose has."""
    sample = itertools.islice(io.StringIO(text, newline=""), SAMPLE)
    widths = Counter(line.count(delimiter) + 1 for line in sample if delimiter in line)
    return frozenset(width for width, count in widths.items() if count == max(widths.values()))


def _read_records(text: str, delimiter: str, name: str) -> Iterator[_Record]:
    """The records of a text. One that spans several lines is refused where those lines look like rows."""
    lines = _Lines(text)
    reader = csv.reader(lines, delimiter=delimiter)
    usual = _usual_widths(text, delimiter)
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
        previous = lines.since
        record = _Record(cells, first, reader.line_num, previous[0] if len(previous) == 1 else "".join(previous))
        if record.last > record.first:
            _check_joined(previous, record, delimiter, usual, name)
        yield record


class _Lines:
    """The lines of a text one after the other, and those since :meth:`forget`."""

    def __init__(self, text: str) -> None:
        self._stream = io.StringIO(text, newline="")
        self.since: list[str] = []

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = next(self._stream)
        self.since.append(line)
        return line

    def forget(self) -> None:
        """Keep only the lines that come."""
        self.since = []


def _check_joined(lines: Sequence[str], record: _Record, delimiter: str, usual: frozenset[int], name: str) -> None:
    """Refuse quotation marks that are not closed, or that join lines which are rows of their own."""
    if _is_open(lines, delimiter):
        raise InputError(_describe_quotes(name, record, "is never closed"))
    widths = usual | {len(record.cells)} - {1}
    rows = [_looks_like_row(line, delimiter, widths) for line in lines]
    if any(rows[1:-1]) or sum(rows) > 1 or not _is_well_formed(lines, delimiter):
        joins = f"joins the lines to {record.last:,}, some of which look like rows of their own"
        raise InputError(_describe_quotes(name, record, joins))


def _describe_quotes(name: str, record: _Record, what: str) -> str:
    return (
        f"{name}: a quotation mark that opens at line {record.first:,} {what}. {_REPAIR}: remove the stray quotation "
        "mark, or double it inside a quoted cell."
    )


def _looks_like_row(line: str, delimiter: str, widths: frozenset[int]) -> bool:
    """Whether a line by itself has all the cells of a row, with quotation marks as text or as marks."""
    if not widths:
        return bool(line.strip())
    return line.count(delimiter) + 1 in widths or _cells_of_line(line, delimiter) in widths


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
    records: Iterator[_Record], skipped: int, header: int | None, delimiter: str, text: str, reading: FileReading
) -> list[str]:
    """The cells of the heading row; the records up to it are used up, and counted."""
    for _ in itertools.islice(records, skipped):
        pass
    if header is not None:
        line = header
    else:
        sample = _sample_records(text, delimiter, skipped + SAMPLE)
        line = sample[_heading_position(sample, skipped + 1, None)].first
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


def _describe_wrong_widths(wrong: Sequence[_Record], width: int, name: str) -> str:
    more = sum(len(record.cells) > width for record in wrong)
    return (
        f"{name} has {len(wrong):,} line{_s(len(wrong))} with another number of cells than the {width} headings "
        f"({more:,} with more, {len(wrong) - more:,} with fewer), the first at line {wrong[0].first:,}. A comma inside "
        "a cell needs quotation marks around the cell; a line cut short may be the end of a file that was not saved "
        "whole. Headings that are not in the first line are named with header=, on the command line --header. "
        f"{_REPAIR}."
    )


def _build_table(text: str, delimiter: str, headings: Sequence[str], index: str | None, name: str) -> pd.DataFrame:
    if not text:
        return pd.DataFrame(columns=name_columns(headings))
    try:
        return pd.read_csv(
            io.StringIO(text, newline=""),
            sep=delimiter,
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
