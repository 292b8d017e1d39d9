"""Opens a register's file in any of its formats, and gives access to its columns by name."""

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
from perinatal.registers.readings import DatePart, Labels, Reading, Words, YesNo
from perinatal.registers.register import Register, normalise_heading

if TYPE_CHECKING:
    import pyarrow.parquet as pq

_PARQUET = b"PAR1"
_BY_CODE = (Words, YesNo, Labels)


def normalise_code(value: object) -> str:
    """A code in the form of declarations: no surrounding blanks, no leading zeros, no ``.0``; missing is ``''``.

    >>> normalise_code("08"), normalise_code(8.0), normalise_code("8.0"), normalise_code(" Y ")
    ('8', '8', '8', 'Y')
    >>> normalise_code(None), normalise_code("-1")
    ('', '-1')
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
    """Columns of a table, by normalised heading."""

    table: pd.DataFrame
    headings: Mapping[str, str]

    @property
    def rows(self) -> int:
        """The number of rows."""
        return len(self.table)

    def select_rows(self, rows: np.ndarray) -> TableSource:
        """The columns restricted to these rows (a mask)."""
        return TableSource(self.table[rows], self.headings)

    def has_column(self, column: str) -> bool:
        """Whether the column is present."""
        return normalise_heading(column) in self.headings

    def row_hashes(self, excluding: Iterable[str] = ()) -> np.ndarray:
        """A 64-bit hash of each row over every column but ``without``; equal rows have equal hashes."""
        excluded = {normalise_heading(column) for column in excluding}
        included = [heading for heading in self.table.columns if normalise_heading(heading) not in excluded]
        return pd.util.hash_pandas_object(self.table[included], index=False).to_numpy()

    def codes(self, column: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """Each row's code as a position among the codes that occur; a blank is the code ``''``."""
        positions, uniques = pd.factorize(self.table[self.headings[normalise_heading(column)]], use_na_sentinel=True)
        words: dict[str, int] = {}
        merged = np.array([words.setdefault(normalise_code(value), len(words)) for value in uniques], dtype=np.intp)
        blank = words.setdefault("", len(words)) if (positions < 0).any() else 0
        return np.append(merged, blank)[positions], tuple(words)

    def numbers(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """``float64`` values (``NaN`` where blank or not a number), and a mask of text that is not a number."""
        values = self.table[self.headings[normalise_heading(column)]]
        if pd.api.types.is_numeric_dtype(values.dtype):
            return values.to_numpy(dtype=np.float64, na_value=np.nan), np.zeros(len(values), dtype=bool)
        positions, uniques = pd.factorize(values, use_na_sentinel=True)
        words = [normalise_code(word) for word in uniques]
        numbers = pd.to_numeric(pd.Series(words, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
        text = np.isnan(numbers) & np.array([word != "" for word in words], dtype=bool)
        return np.append(numbers, np.nan)[positions], np.append(text, False)[positions]


@dataclass(frozen=True, slots=True)
class RecordSource:
    """Columns of fixed-width records, as decoded compact arrays."""

    rows: int
    decoded_numbers: Mapping[str, np.ndarray]
    decoded_codes: Mapping[str, np.ndarray]

    def select_rows(self, rows: np.ndarray) -> RecordSource:
        """The columns restricted to these rows (a mask)."""
        return RecordSource(
            int(rows.sum()),
            {name: values[rows] for name, values in self.decoded_numbers.items()},
            {name: values[rows] for name, values in self.decoded_codes.items()},
        )

    def has_column(self, column: str) -> bool:
        """Whether the column is present."""
        return column in self.decoded_numbers or column in self.decoded_codes

    def row_hashes(self, excluding: Iterable[str] = ()) -> np.ndarray:
        """A 64-bit hash of each row over every decoded column but ``without``; equal rows have equal hashes."""
        total = np.zeros(self.rows, dtype=np.uint64)
        for name, values in {**self.decoded_numbers, **self.decoded_codes}.items():
            if name not in excluding:
                total *= np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio: odd, and its bits well spread
                total += pd.util.hash_array(values)
        return total

    def codes(self, column: str) -> tuple[np.ndarray, tuple[str, ...]]:
        """Each row's code as a position among the codes that occur; a blank is the code ``''``."""
        if column in self.decoded_codes:
            raw = self.decoded_codes[column]
            low = 0
        else:
            raw = self.decoded_numbers[column]
            low = int(min(raw.min(initial=0), 0))
        raw_codes = np.flatnonzero(np.bincount(raw.astype(np.int64) - low if low else raw))
        words: dict[str, int] = {}
        table = np.zeros(int(raw_codes[-1]) + 1 if len(raw_codes) else 1, dtype=np.uint16)
        for raw_code in raw_codes:
            word = self._word(int(raw_code) + low, column in self.decoded_codes)
            table[raw_code] = words.setdefault(word, len(words))
        return table[raw - low if low else raw], tuple(words)

    @staticmethod
    def _word(raw: int, is_text: bool) -> str:
        if is_text:
            return normalise_code(bytes((raw >> 8, raw & 255)).decode("latin-1").strip(" \x00"))
        if raw == fixed_width.BLANK:
            return ""
        return "?" if raw == fixed_width.NOT_A_NUMBER else str(raw)

    def numbers(self, column: str) -> tuple[np.ndarray, np.ndarray]:
        """``float64`` values (``NaN`` where blank or not a number), and a mask of text that is not a number."""
        if column in self.decoded_codes:
            positions, words = self.codes(column)
            numbers = pd.to_numeric(pd.Series(words, dtype=object), errors="coerce").to_numpy(dtype=np.float64)
            text = np.isnan(numbers) & np.array([word != "" for word in words], dtype=bool)
            return numbers[positions], text[positions]
        raw = self.decoded_numbers[column]
        values = raw.astype(np.float64)
        values[raw < 0] = np.nan
        return values, raw == fixed_width.NOT_A_NUMBER


@dataclass(frozen=True, slots=True)
class OpenedRegister:
    """An open register file: its column names and its rows."""

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
) -> OpenedRegister:
    """Open a register's file: parquet, CSV, or fixed-width records where the register has a layout.

    Raises :class:`~perinatal.errors.RegisterError` if there is no such file, if it has another format, or if it
    lacks columns of the register.
    """
    path = Path(path)
    if not path.is_file():
        problem = "is a folder, not a file" if path.is_dir() else "does not exist"
        raise RegisterError(f"{path.name}: {problem}. Expected a file of the register '{register.name}'.")
    with path.open("rb") as file:
        head = file.read(4)
    if head == _PARQUET:
        return _open_parquet(register, path, start, rows)
    if ".csv" in [suffix.lower() for suffix in path.suffixes]:
        return _open_csv(register, path, start, rows)
    if register.layout is not None:
        return _open_records(register, register.layout, path, start, rows, progress)
    raise RegisterError(f"{path.name}: neither parquet nor CSV, the formats of '{register.name}'. Convert it first.")


def _open_parquet(register: Register, path: Path, start: int, rows: int | None) -> OpenedRegister:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        with pq.ParquetFile(path) as file:
            headings = [name for name in file.schema_arrow.names if not name.startswith("__index_level_")]
            heading_by_name = _map_headings(register, headings, path.name)
            columns = (
                None
                if register.has_delivery_columns
                else [heading_by_name[normalise_heading(c)] for c in _list_present_columns(register, heading_by_name)]
            )
            stop = file.metadata.num_rows if rows is None else start + rows
            groups, before = _row_groups(file.metadata, start, stop)
            table = file.read_row_groups(groups, columns=columns).slice(start - before, max(0, stop - start))
    except pa.ArrowInvalid:
        raise RegisterError(
            f"{path.name}: begins like parquet but cannot be read. It was probably truncated: download it again."
        ) from None
    return OpenedRegister(TableSource(table.to_pandas(ignore_metadata=True), heading_by_name), tuple(headings), start)


def _row_groups(metadata: pq.FileMetaData, start: int, stop: int) -> tuple[list[int], int]:
    """The row groups that contain rows ``start`` to ``stop``, and the number of rows before the first group."""
    groups: list[int] = []
    first_row, group_start = start, 0
    for group in range(metadata.num_row_groups):
        rows = metadata.row_group(group).num_rows
        if group_start < stop and group_start + rows > start:
            first_row = first_row if groups else group_start
            groups.append(group)
        group_start += rows
    return groups, first_row


def _open_csv(register: Register, path: Path, start: int, rows: int | None) -> OpenedRegister:
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
    heading_by_name = _map_headings(register, table.columns, path.name)
    return OpenedRegister(TableSource(table, heading_by_name), tuple(map(str, table.columns)), start)


def _open_records(
    register: Register, layout: fixed_width.Layout, path: Path, start: int, rows: int | None, progress: bool
) -> OpenedRegister:
    records = fixed_width.open_records(path, layout)
    stop = records.count if rows is None else min(records.count, start + rows)
    codes, numbers = split_columns(register, layout)
    decoded_numbers, decoded_codes = fixed_width.decode_columns(
        records, layout, numbers=numbers, codes=codes, start=start, stop=stop, progress=progress
    )
    source = RecordSource(max(0, stop - start), decoded_numbers, decoded_codes)
    return OpenedRegister(source, tuple(layout.positions), start)


def split_columns(register: Register, layout: fixed_width.Layout) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns of a fixed-width file that are decoded: those with codes, and those with numbers."""
    by_code: dict[str, bool] = {}
    for field in register.fields:
        for column in field.columns:
            by_code[column] = by_code.get(column, True) and _is_read_by_code(field.reading)
    spans = layout.positions
    wide = {column for column in register.columns if spans[column][1] - spans[column][0] > 1}
    codes = tuple(c for c in register.columns if by_code.get(c, True) and c not in wide)
    return codes, tuple(c for c in register.columns if c not in codes)


def _is_read_by_code(reading: Reading) -> bool:
    return isinstance(reading, _BY_CODE) and not isinstance(reading, DatePart)


def _map_headings(register: Register, headings: Iterable[str], name: str) -> dict[str, str]:
    """The file's heading by normalised heading; raises if a column of the register is absent or duplicated."""
    heading_by_name: dict[str, str] = {}
    duplicates = []
    for heading in headings:
        if normalise_heading(heading) in heading_by_name:
            duplicates.append(str(heading).strip())
        heading_by_name[normalise_heading(heading)] = heading
    required = {normalise_heading(column) for column in register.columns}
    duplicates = [heading for heading in duplicates if normalise_heading(heading) in required]
    if duplicates:
        raise RegisterError(
            f"{name}: the column '{duplicates[0]}' occurs more than once. Remove or rename one of them."
        )
    optional = {normalise_heading(column) for column in register.optional}
    absent = [
        c
        for c in register.columns
        if normalise_heading(c) not in heading_by_name and normalise_heading(c) not in optional
    ]
    if absent:
        raise RegisterError(
            f"{name}: is not '{register.name}' ({register.title}): of its {len(register.columns)} columns "
            f"{len(absent)} are absent: {', '.join(absent[:8])}{', …' if len(absent) > 8 else ''}. Is it "
            "another register, or another extract of this one? See perinatal.available_registers()."
        )
    return heading_by_name


def _list_present_columns(register: Register, heading_by_name: Mapping[str, str]) -> list[str]:
    return [column for column in register.columns if normalise_heading(column) in heading_by_name]
