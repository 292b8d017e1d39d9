"""Reads fixed-width records in chunks, also from files larger than memory; digits are decoded with array arithmetic."""

from __future__ import annotations

import csv
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from importlib import resources
from pathlib import Path
from types import MappingProxyType

import numpy as np

from perinatal.errors import RegisterError

CHUNK_BYTES = 2**22  # read and decoded at once; fits in the processor's cache
_HEAD_BYTES = 2**16  # the first line must end within these
BLANK, NOT_A_NUMBER = -1, -2  # in a decoded number
_ZERO, _SPACE = ord("0"), ord(" ")
_LINE_ENDS = (b"\r\n", b"\n", b"\r")
_PADDING = b"\r\n\x1a\x00"  # what may follow the last record
_COMPRESSED = {
    b"PK\x03\x04": "a zip archive",
    b"\x1f\x8b": "a gzip file",
    b"\xfd7zXZ": "an xz file",
    b"BZh": "a bzip2 file",
}


@dataclass(frozen=True, slots=True)
class Layout:
    """The positions of the columns of a fixed-width register.

    Parameters
    ----------
    where : first and last byte of each column, counted from 1 as the publisher does; or the name of a table
        that ships with the library.
    length : lengths of the shortest and the longest record, without the line end.

    Examples
    --------
    >>> Layout("nchs_natality", (1330, 1345)).positions["DBWT"]
    (504, 507)
    """

    where: Mapping[str, tuple[int, int]] | str
    length: tuple[int, int]

    @property
    def positions(self) -> Mapping[str, tuple[int, int]]:
        """First and last byte of each column, counted from 1."""
        return _read_shipped_positions(self.where) if isinstance(self.where, str) else self.where


@cache
def _read_shipped_positions(name: str) -> Mapping[str, tuple[int, int]]:
    """The table ``name,start,end`` of this name; its comment lines give the source."""
    text = (resources.files("perinatal.registers") / "layouts" / f"{name}.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    return MappingProxyType({row["name"]: (int(row["start"]), int(row["end"])) for row in rows})


@dataclass(frozen=True, slots=True)
class Records:
    """The shape of a fixed-width file: bytes of a record, its line end, and how many records there are."""

    path: Path
    length: int
    line_end: bytes
    count: int

    @property
    def stride(self) -> int:
        """Bytes from one record to the next."""
        return self.length + len(self.line_end)


def open_records(path: str | os.PathLike[str], layout: Layout) -> Records:
    """Measure a file's records on its first line and check them against the layout.

    Raises :class:`~perinatal.errors.RegisterError` for an empty or compressed file, records of another
    length, and a file that ends in the middle of a record.
    """
    path = Path(path)
    size = path.stat().st_size
    shortest, longest = layout.length
    with path.open("rb") as file:
        head = file.read(max(_HEAD_BYTES, longest + 2))
    for magic, container in _COMPRESSED.items():
        if head.startswith(magic):
            raise RegisterError(f"{path.name}: this is {container}. Expected the records themselves: unpack it first.")
    if not head.strip(_PADDING + b" "):
        raise RegisterError(
            f"{path.name}: the file is empty. Expected records of {_format_record_length(layout)} bytes."
        )
    length, line_end = _measure_first_record(head, layout, path.name, size)
    if not shortest <= length <= longest:
        raise RegisterError(
            f"{path.name}: its records are {length:,} bytes long; expected {_format_record_length(layout)}. Is it this "
            "register, and of a year this layout is for?"
        )
    records = Records(path, length, line_end, size // (length + len(line_end)))
    remainder = size - records.count * records.stride
    if not remainder:
        return records
    with path.open("rb") as file:
        file.seek(records.count * records.stride)
        last_length = len(file.read().rstrip(_PADDING))
    if last_length == 0:
        return records
    if last_length == length:  # the last record may lack its line end
        return replace(records, count=records.count + 1)
    for _ in read_blocks(records):  # raises for a line end that is missing earlier, which also explains the size
        pass
    raise RegisterError(
        f"{path.name}: the file ends in the middle of record {records.count + 1:,}, after {last_length:,} of "
        f"{length:,} bytes. It was probably truncated while copying: download it again."
    )


def _format_record_length(layout: Layout) -> str:
    shortest, longest = layout.length
    return f"{longest:,}" if shortest == longest else f"{shortest:,} to {longest:,}"


def _measure_first_record(head: bytes, layout: Layout, name: str, size: int) -> tuple[int, bytes]:
    line_ends = [(head.index(end), end) for end in _LINE_ENDS if end in head]
    if line_ends:
        length = min(position for position, _ in line_ends)
        return length, next(end for position, end in line_ends if position == length)
    if size <= layout.length[1]:
        return len(head.rstrip(b"\x1a\x00")), b""
    for length in sorted(set(layout.length), reverse=True):
        if size % length == 0:
            return length, b""
    raise RegisterError(
        f"{name}: no line end in its first {len(head):,} bytes, and its size is not a multiple "
        f"of a record. Expected records of {_format_record_length(layout)} bytes, all with a line end or all without."
    )


def read_blocks(records: Records, *, start: int = 0, stop: int | None = None) -> Iterator[tuple[int, np.ndarray]]:
    """The records as ``uint8`` matrices of shape (some records, ``length``), each with the number of its first record.

    Raises :class:`~perinatal.errors.RegisterError` for a record of another length than the first.
    """
    stop = records.count if stop is None else min(stop, records.count)
    stride, length = records.stride, records.length
    per_chunk = max(1, CHUNK_BYTES // stride)
    end = np.frombuffer(records.line_end, dtype=np.uint8)
    buffer = bytearray(per_chunk * stride)
    with records.path.open("rb", buffering=0) as file:
        file.seek(start * stride)
        for first in range(start, stop, per_chunk):
            n = min(per_chunk, stop - first)
            view = memoryview(buffer)[: n * stride]
            n_bytes = _fill_buffer(file, view)
            if n_bytes < n * stride:  # only the last record of a file may lack its line end
                view[n * stride - len(end) :] = records.line_end
            matrix = np.frombuffer(view, dtype=np.uint8).reshape(n, stride)
            if len(end):
                wrong = (matrix[:, length:] != end).any(axis=1)
                if wrong.any():
                    record = first + int(wrong.argmax()) + 1
                    raise RegisterError(
                        f"{records.path.name}: record {record:,} does not end after {length:,} bytes as the "
                        "records before it do. The file is damaged or was edited: download it again."
                    )
            yield first, matrix[:, :length]


def _fill_buffer(file, view: memoryview) -> int:
    n_bytes = 0
    while n_bytes < len(view):
        n = file.readinto(view[n_bytes:])
        if not n:
            break
        n_bytes += n
    return n_bytes


def decode_numbers(block: np.ndarray, start: int, end: int) -> np.ndarray:
    """Whole numbers at the positions ``start`` to ``end`` (from 1): -1 where blank, -2 where not a number.

    >>> decode_numbers(np.frombuffer(b"0042  7    x1", dtype=np.uint8).reshape(1, 13), 1, 4)
    array([42], dtype=int16)
    """
    # Subtraction wraps around: every byte that is not a digit becomes large. The result is always a copy.
    digits = np.subtract(block[:, start - 1 : end].T, np.uint8(_ZERO), order="C")
    total = digits[0].astype(_choose_integer_type(end - start + 1))
    for digit in digits[1:]:
        total *= 10
        total += digit
    if digits.max(initial=0) > 9:
        odd = np.flatnonzero(digits.max(axis=0) > 9)
        total[odd] = _decode_irregular_numbers(block[odd, start - 1 : end])
    return total


def _decode_irregular_numbers(text: np.ndarray) -> np.ndarray:
    """Numbers in rows where some bytes are not digits: leading blanks are skipped, and a field may be all blank."""
    blank = text == _SPACE
    digits = text - np.uint8(_ZERO)
    is_digit = digits <= 9
    started = np.logical_or.accumulate(~blank, axis=1)
    total = np.zeros(len(text), dtype=np.int32)
    for position in range(text.shape[1]):
        total = total * 10 + np.where(is_digit[:, position], digits[:, position], 0)
    total[(started & ~is_digit).any(axis=1)] = NOT_A_NUMBER
    total[blank.all(axis=1)] = BLANK
    return total


def _choose_integer_type(width: int) -> type[np.integer]:
    return np.int16 if width <= 4 else np.int32


def decode_columns(
    records: Records,
    layout: Layout,
    *,
    numbers: Iterable[str],
    codes: Iterable[str],
    start: int = 0,
    stop: int | None = None,
    progress: bool = False,
) -> tuple[dict[str, np.ndarray], dict[str, np.ndarray]]:
    """Columns of a fixed-width file as compact arrays.

    Parameters
    ----------
    numbers : columns of digits; returned as ``int16`` (four digits) or ``int32``, blank -1, not a number -2.
    codes : columns of one or two characters; returned as ``uint8`` or ``uint16`` of the bytes.
    start, stop : records to read, counted from 0.
    progress : whether to show a progress bar.

    Returns
    -------
    The numbers and the codes, each by column name.
    """
    stop = records.count if stop is None else min(stop, records.count)
    rows = max(0, stop - start)
    spans = layout.positions
    number_columns = {
        name: np.empty(rows, _choose_integer_type(spans[name][1] - spans[name][0] + 1)) for name in numbers
    }
    code_columns = {name: np.empty(rows, np.uint8 if spans[name][0] == spans[name][1] else np.uint16) for name in codes}
    for first, block in _show_progress(read_blocks(records, start=start, stop=stop), rows, progress, records.path.name):
        target = slice(first - start, first - start + len(block))
        for name, column in number_columns.items():
            column[target] = decode_numbers(block, *spans[name])
        for name, column in code_columns.items():
            low, high = spans[name]
            if low == high:
                column[target] = block[:, low - 1]
            else:
                column[target] = block[:, low - 1].astype(np.uint16) << 8 | block[:, high - 1]
    return number_columns, code_columns


def _show_progress(
    chunks: Iterator[tuple[int, np.ndarray]], rows: int, progress: bool, name: str
) -> Iterator[tuple[int, np.ndarray]]:
    if not progress:
        yield from chunks
        return
    from tqdm.auto import tqdm

    with tqdm(total=rows, desc=f"reading {name}", unit=" records", unit_scale=True) as bar:
        for first, block in chunks:
            yield first, block
            bar.update(len(block))
