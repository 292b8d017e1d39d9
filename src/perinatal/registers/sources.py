"""Opens a register's file, whatever container it came in, and hands its columns to the declaration."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from perinatal.errors import RegisterError
from perinatal.registers import fixed_width
from perinatal.registers.readings import Labels, Part, Reading, Words, YesNo
from perinatal.registers.register import Register, plain

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_PARQUET = b"PAR1"
_BY_CODE = (Words, YesNo, Labels)


def tidy_code(value: object) -> str:
    """A code as it is declared: no blanks around it, no leading zeros, no ``.0``; a missing one is ``''``.

    >>> tidy_code("08"), tidy_code(8.0), tidy_code("8.0"), tidy_code(" Y "), tidy_code(None), tidy_code("-1")
    ('8', '8', '8', 'Y', '', '-1')
    """
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return ""
    word = str(value).strip()
    sign, digits = ("-", word[1:]) if word.startswith("-") else ("", word)
    whole, _, rest = digits.partition(".")
    if whole.isascii() and whole.isdecimal() and not rest.strip("0"):
        return sign + (whole.lstrip("0") or "0")
    return word


@dataclass(frozen=True, slots=True)
class TableSource:
    """Columns of a table, under plain headings."""

    table: pd.DataFrame
    headings: Mapping[str, str]

    @property
    def rows(self) -> int:
        """Rows held."""
        return len(self.table)

    def keep(self, rows: np.ndarray) -> TableSource:
        """The same columns, only these rows (a mask)."""
        return TableSource(self.table[rows], self.headings)

    def has(self, column: str) -> bool:
        """Whether the column is there."""
        return plain(column) in self.headings

    def row_hashes(self, without: Iterable[str] = ()) -> np.ndarray:
        """A 64-bit number for each row that equal rows share, over every column but ``without``."""
        left = {plain(column) for column in without}
        kept = [heading for heading in self.table.columns if plain(heading) not in left]
        return pd.util.hash_pandas_object(self.table[kept], index=False).to_numpy()

    def codes(self, column: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """Each row's code as a place in the codes that occur; a blank is the code ``''``."""
        places, found = pd.factorize(self.table[self.headings[plain(column)]], use_na_sentinel=True)
        words: dict[str, int] = {}
        merged = np.array([words.setdefault(tidy_code(value), len(words)) for value in found], dtype=np.intp)
        blank = words.setdefault("", len(words)) if (places < 0).any() else 0
        return np.append(merged, blank)[places], tuple(words)

    def numbers(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """``float64`` values (``NaN`` where blank or no number) and a mask of text that is no number."""
        values = self.table[self.headings[plain(column)]]
        if pd.api.types.is_numeric_dtype(values.dtype):
            return values.to_numpy(dtype=np.float64, na_value=np.nan), np.zeros(len(values), dtype=bool)
        places, found = pd.factorize(values, use_na_sentinel=True)
        words = [tidy_code(word) for word in found]
        parsed = pd.to_numeric(pd.Series(words, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
        text = np.isnan(parsed) & np.array([word != "" for word in words], dtype=bool)
        return np.append(parsed, np.nan)[places], np.append(text, False)[places]


@dataclass(frozen=True, slots=True)
class RecordSource:
    """Columns of fixed-width records, as the compact arrays they were decoded to."""

    rows: int
    decoded_numbers: Mapping[str, np.ndarray]
    decoded_codes: Mapping[str, np.ndarray]

    def keep(self, rows: np.ndarray) -> RecordSource:
        """The same columns, only these rows (a mask)."""
        return RecordSource(
            int(rows.sum()),
            {name: values[rows] for name, values in self.decoded_numbers.items()},
            {name: values[rows] for name, values in self.decoded_codes.items()},
        )

    def has(self, column: str) -> bool:
        """Whether the column is there."""
        return column in self.decoded_numbers or column in self.decoded_codes

    def row_hashes(self, without: Iterable[str] = ()) -> np.ndarray:
        """A 64-bit number for each row that equal rows share, over every decoded column but ``without``."""
        total = np.zeros(self.rows, dtype=np.uint64)
        for name, values in {**self.decoded_numbers, **self.decoded_codes}.items():
            if name not in without:
                total *= np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio: odd, and its bits well spread
                total += pd.util.hash_array(values)
        return total

    def codes(self, column: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """Each row's code as a place in the codes that occur; a blank is the code ``''``."""
        if column in self.decoded_codes:
            raw = self.decoded_codes[column]
            low = 0
        else:
            raw = self.decoded_numbers[column]
            low = int(min(raw.min(initial=0), 0))
        found = np.flatnonzero(np.bincount(raw.astype(np.int64) - low if low else raw))
        words: dict[str, int] = {}
        table = np.zeros(int(found[-1]) + 1 if len(found) else 1, dtype=np.uint16)
        for place in found:
            word = self._word(int(place) + low, column in self.decoded_codes)
            table[place] = words.setdefault(word, len(words))
        return table[raw - low if low else raw], tuple(words)

    @staticmethod
    def _word(raw: int, is_text: bool) -> str:
        if is_text:
            return tidy_code(bytes((raw >> 8, raw & 255)).decode("latin-1").strip(" \x00"))
        if raw == fixed_width.BLANK:
            return ""
        return "?" if raw == fixed_width.NOT_A_NUMBER else str(raw)

    def numbers(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """``float64`` values (``NaN`` where blank or no number) and a mask of text that is no number."""
        if column in self.decoded_codes:
            places, words = self.codes(column)
            parsed = pd.to_numeric(pd.Series(words, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
            text = np.isnan(parsed) & np.array([word != "" for word in words], dtype=bool)
            return parsed[places], text[places]
        raw = self.decoded_numbers[column]
        values = raw.astype(np.float64)
        values[raw < 0] = np.nan
        return values, raw == fixed_width.NOT_A_NUMBER


@dataclass(frozen=True, slots=True)
class Opened:
    """A register's file, opened: what its columns are called, and its rows."""

    source: TableSource | RecordSource
    headings: tuple[str, ...]
    first_row: int


def open_register(
    register: Register,
    path: str | os.PathLike[str],
    *,
    start: int = 0,
    rows: int | None = None,
    progress: bool = False,
) -> Opened:
    """Open a register's file: parquet, CSV, or fixed-width records where the register has a layout.

    Raises :class:`~perinatal.errors.RegisterError` when there is no such file, when it is none of these, or
    when it lacks columns of the register.
    """
    path = Path(path)
    if not path.is_file():
        what = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise RegisterError(f"{path.name}: {what}. Expected a file of the register '{register.name}'.")
    with path.open("rb") as file:
        head = file.read(4)
    if head == _PARQUET:
        return _open_parquet(register, path, start, rows)
    if ".csv" in [suffix.lower() for suffix in path.suffixes]:
        return _open_csv(register, path, start, rows)
    if register.layout is not None:
        return _open_records(register, path, start, rows, progress)
    raise RegisterError(f"{path.name}: neither parquet nor CSV, in which '{register.name}' is read. Convert it first.")


def _open_parquet(register: Register, path: Path, start: int, rows: int | None) -> Opened:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            headings = [name for name in file.schema_arrow.names if not name.startswith("__index_level_")]
            found = _found(register, headings, path.name)
            wanted = None if register.tells_deliveries else [found[plain(c)] for c in _present(register, found)]
            stop = file.metadata.num_rows if rows is None else start + rows
            groups, before = _row_groups(file.metadata, start, stop)
            table = file.read_row_groups(groups, columns=wanted).slice(start - before, max(0, stop - start))
    except pa.ArrowInvalid:
        raise RegisterError(
            f"{path.name}: begins like parquet but cannot be read. It was probably cut off: fetch it again."
        ) from None
    return Opened(TableSource(table.to_pandas(ignore_metadata=True), found), tuple(headings), start)


def _row_groups(metadata: pq.FileMetaData, start: int, stop: int) -> tuple[list[int], int]:
    """The row groups that hold rows ``start`` to ``stop``, and how many rows stand before the first."""
    groups, before, at = [], start, 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        if at < stop and at + rows > start:
            before = before if groups else at
            groups.append(group)
        at += rows
    return groups, before


def _open_csv(register: Register, path: Path, start: int, rows: int | None) -> Opened:
    try:
        heading = ",".join(map(str, pd.read_csv(path, nrows=0, sep=",").columns))
        table = pd.read_csv(
            path,
            sep=";" if ";" in heading and heading.count(";") > heading.count(",") else ",",
            dtype="str",
            keep_default_na=False,
            na_values=["", "NA"],
            skiprows=range(1, start + 1) if start else None,
            nrows=rows,
        )
    except (pd.errors.EmptyDataError, pd.errors.ParserError, UnicodeDecodeError):
        raise RegisterError(
            f"{path.name}: cannot be read as a CSV file in UTF-8 with one heading line. Is it complete, "
            "and is its separator a comma or a semicolon?"
        ) from None
    found = _found(register, table.columns, path.name)
    return Opened(TableSource(table, found), tuple(map(str, table.columns)), start)


def _open_records(register: Register, path: Path, start: int, rows: int | None, progress: bool) -> Opened:
    records = fixed_width.open_records(path, register.layout)
    stop = records.count if rows is None else min(records.count, start + rows)
    codes, numbers = split_columns(register)
    decoded_numbers, decoded_codes = fixed_width.decode(
        records, register.layout, numbers=numbers, codes=codes, start=start, stop=stop, progress=progress
    )
    source = RecordSource(max(0, stop - start), decoded_numbers, decoded_codes)
    return Opened(source, tuple(register.layout.positions), start)


def split_columns(register: Register) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns a fixed-width file is decoded for: those that hold codes, and those that hold numbers."""
    by_code: dict[str, bool] = {}
    for declared in register.fields:
        for column in declared.columns:
            by_code[column] = by_code.get(column, True) and _reads_codes(declared.reading)
    spans = register.layout.positions
    wide = {column for column in register.columns if spans[column][1] - spans[column][0] > 1}
    codes = tuple(c for c in register.columns if by_code.get(c, True) and c not in wide)
    return codes, tuple(c for c in register.columns if c not in codes)


def _reads_codes(reading: Reading) -> bool:
    return isinstance(reading, _BY_CODE) and not isinstance(reading, Part)


def _found(register: Register, headings: Iterable[object], name: str) -> dict[str, str]:
    """Plain heading to heading; raises where a column of the register is absent or there twice."""
    found: dict[str, str] = {}
    twice = []
    for heading in headings:
        if plain(heading) in found:
            twice.append(str(heading).strip())
        found[plain(heading)] = heading
    wanted = {plain(column) for column in register.columns}
    twice = [heading for heading in twice if plain(heading) in wanted]
    if twice:
        raise RegisterError(f"{name}: the column '{twice[0]}' is there more than once. Remove or rename one of them.")
    may_lack = {plain(column) for column in register.optional}
    absent = [c for c in register.columns if plain(c) not in found and plain(c) not in may_lack]
    if absent:
        raise RegisterError(
            f"{name}: is not '{register.name}' ({register.title}): of its {len(register.columns)} columns "
            f"{len(absent)} are absent: {', '.join(absent[:8])}{', …' if len(absent) > 8 else ''}. Is it "
            "another register, or another extract of this one? See perinatal.available_registers()."
        )
    return found


def _present(register: Register, found: Mapping[str, str]) -> list[str]:
    return [column for column in register.columns if plain(column) in found]
