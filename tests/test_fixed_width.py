"""Laws of the fixed-width reader: digits, shapes of files, and every way in which a file can be broken."""

from __future__ import annotations

import gzip
import zipfile
from itertools import pairwise
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from perinatal.errors import RegisterError
from perinatal.registers import REGISTERS, fixed_width, read_cohort, read_cohort_in_parts
from perinatal.registers.fixed_width import (
    BLANK,
    NOT_A_NUMBER,
    Layout,
    decode_columns,
    decode_numbers,
    open_records,
    read_blocks,
)

LAYOUT = Layout({"year": (1, 4), "sex": (5, 5), "pair": (6, 7), "weight": (8, 11)}, (12, 14))
LINE_ENDS = {"LF": b"\n", "CRLF": b"\r\n", "CR": b"\r", "none": b""}


def record(number: int) -> bytes:
    return b"2021" + (b"M" if number % 2 else b"F") + b" 7" + f"{number % 10_000:04d}".encode() + b"   "


def write(path: Path, numbers: int, line_end: bytes = b"\r\n") -> Path:
    path.write_bytes(b"".join(record(n) + line_end for n in range(numbers)))
    return path


def weights(path: Path, **span: int) -> list[int]:
    numbers, _ = decode_columns(open_records(path, LAYOUT), LAYOUT, numbers=["weight"], codes=[], **span)
    return numbers["weight"].tolist()


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (b"0042", 42),
        (b"  42", 42),
        (b"9999", 9999),
        (b"0000", 0),
        (b"   0", 0),
        (b"    ", BLANK),
        (b"42  ", NOT_A_NUMBER),
        (b"4 2 ", NOT_A_NUMBER),
        (b"26.6", NOT_A_NUMBER),
        (b"-042", NOT_A_NUMBER),
        (b"abcd", NOT_A_NUMBER),
        (b"\xff\x00\xb2 ", NOT_A_NUMBER),
    ],
)
def test_digits_are_a_number_blanks_may_lead_and_nothing_else_is_guessed(text, number):
    assert decode_numbers(np.frombuffer(text, dtype=np.uint8).reshape(1, -1), 1, 4).tolist() == [number]


def test_decoding_leaves_the_bytes_as_they_were():
    for rows in (1, 2):
        block = np.array([list(b"2021")] * rows, dtype=np.uint8)
        decode_numbers(block, 1, 4)
        assert bytes(block[0]) == b"2021"


def test_an_odd_number_does_not_touch_the_rows_beside_it():
    block = np.frombuffer(b"0001" + b"  x2" + b"    " + b"0003", dtype=np.uint8).reshape(4, 4)
    assert decode_numbers(block, 1, 4).tolist() == [1, NOT_A_NUMBER, BLANK, 3]


@pytest.mark.parametrize("line_end", LINE_ENDS.values(), ids=LINE_ENDS)
@pytest.mark.parametrize("last", [True, False], ids=["last line ends", "last line does not end"])
def test_every_line_end_reads_the_same(tmp_path, line_end, last):
    path = write(tmp_path / "births.txt", 500, line_end)
    if not last and line_end:
        path.write_bytes(path.read_bytes()[: -len(line_end)])
    records = open_records(path, LAYOUT)
    assert (records.count, records.length, records.line_end) == (500, 14, line_end)
    assert weights(path) == list(range(500))


@pytest.mark.parametrize("tail", [b"\n", b"\r\n\r\n", b"\x1a", b"\r\n\x1a"])
def test_what_an_editor_leaves_after_the_last_record_is_no_record(tmp_path, tail):
    path = write(tmp_path / "births.txt", 20)
    path.write_bytes(path.read_bytes() + tail)
    assert weights(path) == list(range(20))


def test_chunks_of_any_size_give_the_same_rows(tmp_path, monkeypatch):
    path = write(tmp_path / "births.txt", 1_000)
    whole = weights(path)
    for size in (1, 16, 17, 100, 16_000, 2**22):
        monkeypatch.setattr(fixed_width, "CHUNK_BYTES", size)
        assert weights(path) == whole


@pytest.mark.parametrize(("start", "stop"), [(0, 0), (0, 1), (3, 7), (990, 1_000), (990, 2_000), (1_000, 1_001)])
def test_a_part_of_the_file_is_that_part(tmp_path, start, stop):
    path = write(tmp_path / "births.txt", 1_000)
    assert weights(path, start=start, stop=stop) == list(range(start, min(stop, 1_000)))


def test_a_chunk_holds_no_more_than_it_says(tmp_path):
    path = write(tmp_path / "births.txt", 300_000)
    assert max(block.nbytes for _, block in read_blocks(open_records(path, LAYOUT))) <= fixed_width.CHUNK_BYTES


def test_codes_keep_their_bytes(tmp_path):
    path = write(tmp_path / "births.txt", 4)
    _, codes = decode_columns(open_records(path, LAYOUT), LAYOUT, numbers=[], codes=["sex", "pair"])
    assert bytes(codes["sex"]) == b"FMFM"
    assert [int(code).to_bytes(2, "big") for code in codes["pair"]] == [b" 7"] * 4


def test_a_bar_is_shown_only_when_asked_for(tmp_path, capsys):
    path = write(tmp_path / "births.txt", 10)
    records = open_records(path, LAYOUT)
    decode_columns(records, LAYOUT, numbers=["weight"], codes=[])
    assert capsys.readouterr().err == ""
    decode_columns(records, LAYOUT, numbers=["weight"], codes=[], progress=True)
    assert "reading births.txt" in capsys.readouterr().err


# --- broken files -------------------------------------------------------------------------------------------


def test_a_file_of_another_record_length_is_refused_with_both_lengths(tmp_path):
    path = tmp_path / "births.txt"
    path.write_bytes((b"2021M" + b" " * 15 + b"\n") * 5)
    with pytest.raises(RegisterError, match=r"births\.txt: its records are 20 bytes long; expected 12 to 14"):
        open_records(path, LAYOUT)


@pytest.mark.parametrize("cut", [1, 5, 13])
def test_a_file_cut_off_within_a_record_is_refused(tmp_path, cut):
    path = write(tmp_path / "births.txt", 100)
    path.write_bytes(path.read_bytes() + record(1)[:cut])
    with pytest.raises(RegisterError, match=rf"ends in the middle of record 101, after {cut} of 14 bytes"):
        open_records(path, LAYOUT)


def test_a_line_end_lost_midway_is_named_by_its_record(tmp_path):
    path = tmp_path / "births.txt"
    path.write_bytes(b"".join(record(n) + (b"" if n == 41 else b"\r\n") for n in range(100)))
    with pytest.raises(RegisterError, match="record 42 does not end after 14 bytes"):
        open_records(path, LAYOUT)


def test_a_record_that_grew_and_one_that_shrank_are_noticed_while_reading(tmp_path):
    path = tmp_path / "births.txt"
    lines = [record(n) for n in range(100)]
    lines[10] += b" "
    lines[20] = lines[20][:-1]
    path.write_bytes(b"".join(line + b"\r\n" for line in lines))
    with pytest.raises(RegisterError, match="record 11 does not end after 14 bytes"):
        weights(path)


@pytest.mark.parametrize("content", [b"", b"\n", b"\r\n\r\n", b"   \n"])
def test_an_empty_file_is_said_to_be_empty(tmp_path, content):
    path = tmp_path / "births.txt"
    path.write_bytes(content)
    with pytest.raises(RegisterError, match=r"births\.txt: the file is empty"):
        open_records(path, LAYOUT)


def test_a_compressed_file_is_called_by_its_name(tmp_path):
    text = write(tmp_path / "births.txt", 10).read_bytes()
    (tmp_path / "births.gz").write_bytes(gzip.compress(text))
    with zipfile.ZipFile(tmp_path / "births.zip", "w") as archive:
        archive.writestr("births.txt", text)
    for name, what in (("births.gz", "a gzip file"), ("births.zip", "a zip archive")):
        with pytest.raises(RegisterError, match=rf"{name}: this is {what}. .* unpack it first"):
            open_records(tmp_path / name, LAYOUT)


def test_a_file_without_line_ends_must_be_whole_records(tmp_path):
    path = tmp_path / "births.txt"
    path.write_bytes((record(0) * 9)[:-3])
    with pytest.raises(RegisterError, match="no line end in its first 123 bytes"):
        open_records(path, LAYOUT)


# --- the layouts that ship ----------------------------------------------------------------------------------

WITH_LAYOUT = [register for register in REGISTERS.values() if register.layout]


@pytest.mark.parametrize("register", WITH_LAYOUT, ids=lambda register: register.name)
def test_a_layout_has_every_column_that_is_read_and_stays_within_the_record(register):
    positions = register.layout.positions
    assert set(register.columns) == set(positions)
    assert all(1 <= start <= end <= register.layout.length[0] for start, end in positions.values())


@pytest.mark.parametrize("register", WITH_LAYOUT, ids=lambda register: register.name)
def test_no_two_columns_of_a_layout_overlap(register):
    spans = sorted(register.layout.positions.values())
    assert all(before[1] < after[0] for before, after in pairwise(spans))


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("nchs_natality", "nchs_natality_2021_layout.csv"),
        ("nchs_linked", "nchs_linked_2018PE2017CO_layout.csv"),
        ("nchs_territories_2013", "nchs_natality_2013_territories_positions.csv"),
    ],
)
def test_a_layout_is_the_published_one(shared_facts, name, table):
    published = pd.read_csv(shared_facts / "layouts" / table).drop_duplicates("name").set_index("name")
    for column, (start, end) in REGISTERS[name].layout.positions.items():
        assert (start, end) == (published.start[column], published.end[column]), column


def as_fixed_width(table: pd.DataFrame, path: Path, line_end: bytes = b"\r\n", register: str = "nchs_natality") -> Path:
    """Write a table of raw codes as records of the register's layout."""
    layout = REGISTERS[register].layout
    headings = {str(heading).strip().casefold(): heading for heading in table.columns}
    block = np.full((len(table), layout.length[1]), ord(" "), dtype=np.uint8)
    for column, (start, end) in layout.positions.items():
        values = table[headings[column.casefold()]]
        width = end - start + 1
        for row, value in enumerate(values):
            if pd.notna(value):
                word = str(int(value)) if isinstance(value, float) else str(value)
                word = word.zfill(width) if word.isdecimal() else word.rjust(width)
                block[row, start - 1 : end] = np.frombuffer(word.encode(), dtype=np.uint8)
    path.write_bytes(b"".join(row.tobytes() + line_end for row in block))
    return path


@pytest.mark.parametrize(
    ("register", "file"),
    [
        ("nchs_natality", "us_births_2021_raw_columns"),
        ("nchs_territories_2013", "us_territories_births_2013"),
    ],
)
def test_fixed_width_and_parquet_and_csv_give_the_same_frame(shared_data, tmp_path, register, file):
    table = pd.read_parquet(shared_data / f"{file}.parquet").head(1_000)
    table.to_parquet(tmp_path / "some.parquet")
    table.to_csv(tmp_path / "some.csv", index=False)
    as_fixed_width(table, tmp_path / "some.txt", register=register)
    cohorts = [read_cohort(register, tmp_path / f"some.{kind}") for kind in ("parquet", "csv", "txt")]
    assert cohorts[0].report.rows_read == 1_000
    for other in cohorts[1:]:
        pd.testing.assert_frame_equal(other.frame, cohorts[0].frame)
        assert other.report.exclusions == cohorts[0].report.exclusions
        pd.testing.assert_frame_equal(other.report.to_frame(), cohorts[0].report.to_frame())


def natality(path: Path, rows: int, year: str = "2021") -> Path:
    """Made-up records: every yes/no field N, every number 1, with a few fields that differ by row."""
    positions = REGISTERS["nchs_natality"].layout.positions
    block = np.full((rows, 1345), ord(" "), dtype=np.uint8)
    for start, end in positions.values():
        block[:, start - 1 : end] = ord("0")
        block[:, end - 1] = ord("1") if end > start else ord("N")
    fields = {
        "DOB_YY": [year] * rows,
        "SEX": ["MF"[n % 2] for n in range(rows)],
        "DBWT": [f"{2000 + n % 3000:04d}" for n in range(rows)],
        "COMBGEST": [str(28 + n % 14) for n in range(rows)],
    }
    one = [
        "RESTATUS",
        "MRACE6",
        "MHISP_R",
        "DMAR",
        "MEDUC",
        "PAY_REC",
        "BFACIL",
        "ME_PRES",
        "ME_ROUT",
        "ATTEND",
    ]
    fields |= {name: ["1"] * rows for name in [*one, "DPLURAL", "DOB_WK"]}
    for name, words in fields.items():
        start, end = positions[name]
        block[:, start - 1 : end] = np.frombuffer("".join(words).encode(), dtype=np.uint8).reshape(rows, -1)
    path.write_bytes(b"".join(row.tobytes() + b"\n" for row in block))
    return path


def test_rows_limits_what_is_read(tmp_path):
    path = natality(tmp_path / "natality.txt", 50)
    cohort = read_cohort("nchs_natality", path, rows=7)
    assert (cohort.report.rows_read, len(cohort)) == (7, 7)
    assert cohort.frame.birth_weight_g.tolist() == [2000 + n for n in range(7)]


@pytest.mark.parametrize("rows_per_part", [1, 7, 10, 50, 1_000])
def test_parts_are_the_whole(tmp_path, rows_per_part):
    path = natality(tmp_path / "natality.txt", 50)
    whole = read_cohort("nchs_natality", path).frame
    parts = [part.frame for part in read_cohort_in_parts("nchs_natality", path, rows_per_part=rows_per_part)]
    assert [len(part) for part in parts[:-1]] == [rows_per_part] * (len(parts) - 1)
    pd.testing.assert_frame_equal(pd.concat(parts), whole, check_index_type=False)


def test_records_of_another_year_s_layout_are_refused(tmp_path):
    path = natality(tmp_path / "natality.txt", 30, year="2003")
    with pytest.raises(RegisterError, match="'DOB_YY' should be 2014 to 2099, and is not in 30 of 30 rows"):
        read_cohort("nchs_natality", path)
