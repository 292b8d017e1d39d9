"""Files: every line ends in a row, a counted problem or a refusal, and every form of file gives the same table."""

from __future__ import annotations

import csv
import gzip
import io
import itertools
import sys
from datetime import datetime
from pathlib import Path

import openpyxl
import pandas as pd
import pyreadstat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import perinatal as pn
from perinatal.cli.exit_codes import ExitCode
from perinatal.cli.main import main
from perinatal.errors import InputError, MissingPackage, PerinatalError
from perinatal.frames import ProblemRule
from perinatal.frames.reading import reading_problems

SECRET = "Ayesha"
HEADINGS = ["record", "birth_weight_g", "gestational_age_at_birth_days", "newborn_sex"]


def births_text(rows: int, delimiter: str = ",") -> list[str]:
    """Lines of a file of births, the headings first."""
    cells = [[f"B{row}", str(2500 + row), str(260 + row % 30), ("female", "male")[row % 2]] for row in range(rows)]
    return [delimiter.join(row) for row in [HEADINGS, *cells]]


def read(text: str | bytes, **stated: object) -> pd.DataFrame:
    return pn.read_table(io.BytesIO(text if isinstance(text, bytes) else text.encode()), **stated)


def messages(table: pd.DataFrame) -> list[str]:
    return [problem.message for problem in reading_problems(table)]


def read_or_refuse(text: str) -> pd.DataFrame | None:
    try:
        return read(text)
    except InputError:
        return None


# ------------------------------------------------------------------------------------------
# Every line is accounted for
# ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("columns", [(3, 3), (0, 0), (1, 2), (2, 1)])
@pytest.mark.parametrize("apart", [1, 2, 8000])
def test_no_line_is_lost_between_two_stray_quotation_marks(columns, apart):
    """A cell that begins with a quotation mark, and one that ends with it far below, made one cell of all between."""
    lines = births_text(9000)
    opens, closes = lines[500].split(","), lines[500 + apart].split(",")
    opens[columns[0]] = '"' + opens[columns[0]]
    closes[columns[1]] += '"'
    lines[500], lines[500 + apart] = ",".join(opens), ",".join(closes)
    with pytest.raises(InputError, match=r"line 501\b"):
        read("\n".join(lines))


@pytest.mark.parametrize("end", ["", "\n", "\r\n"])
@pytest.mark.parametrize("line", [0, 1, 40, -1])
def test_a_quotation_mark_that_is_never_closed_is_named_by_its_line(line, end):
    lines = births_text(40)
    lines[line] = lines[line][: lines[line].rindex(",") + 1] + f'"{SECRET}'
    with pytest.raises(InputError, match=rf"line {len(lines) if line == -1 else line + 1} is never closed") as refusal:
        read("\n".join(lines) + end)
    assert SECRET not in str(refusal.value)


def test_a_cell_too_long_for_a_cell_is_refused_and_does_not_switch_off_the_check_of_widths():
    lines = births_text(20)
    lines[7] = f"B7,2507,{'9' * 131_073},male"
    with pytest.raises(InputError, match=r"line 8 has a cell of more than 131,072 characters"):
        read("\n".join(lines))


def test_a_note_over_several_lines_is_one_row_and_is_counted():
    text = 'record,parity,note\nB1,2,"first\nsecond, and third\n\nlast"\nB2,1,"short"\nB3,0,"say ""well"""\n'
    table = read(text)
    assert table["parity"].tolist() == [2, 1, 0]
    assert table.index.tolist() == [2, 6, 7]
    assert messages(table) == [
        "the stream has 1 row written over several lines, with line breaks inside quotation marks"
    ]


def test_a_quotation_mark_inside_a_cell_is_text():
    table = read("record,maternal_height\nB1,5'11\"\nB2,5'4\"\n")
    assert table["maternal_height"].tolist() == ["5'11\"", "5'4\""]


def test_blank_lines_are_counted():
    table = read("\nrecord,parity\n\nB1,2\n   \nB2,1\n\n")
    assert table.index.tolist() == [4, 6]
    assert messages(table) == [
        "the stream has its headings in line 2; 1 line above them, left out",
        "the stream has 3 blank lines, left out",
    ]


def test_lines_of_commas_are_rows_of_which_nothing_is_known():
    assert read("record,parity\nB1,2\n,\nB2,1\n")["parity"].isna().tolist() == [False, True, False]


CELLS = st.sampled_from(
    ["1", "", "2500", "a b", SECRET, '"', 'x"', '"x', '"x"', '""', "a,b", '"a,b"', "x\ny", '"x\ny"']
)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_line_of_any_file_ends_in_a_row_a_counted_problem_or_a_refusal(rows, end):
    text = end.join(["record,parity,note", *(",".join(row) for row in rows)]) + end
    table = read_or_refuse(text)
    if table is None:
        return
    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n").split("\n")
    left_out = sum(p.count for p in reading_problems(table) if p.rule is ProblemRule.LINES_LEFT_OUT)
    starts = [*table.index.tolist(), len(lines) + 1]
    inside = 0
    for start, following in itertools.pairwise(starts):
        joined = "\n".join(lines[start - 1 : following - 1]).rstrip("\n")
        [cells] = csv.reader(io.StringIO(joined))
        assert len(cells) == 3
        inside += joined.count("\n")
    assert 1 + len(table) + left_out + inside == len(lines)


@settings(max_examples=400, deadline=None)
@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), min_size=1, max_size=8), st.sampled_from(["\n", "\r\n", "\r"]))
def test_every_cell_is_what_the_lines_hold(rows, end):
    """The cells are those of Python's own reader of CSV, whatever is odd about their quotation marks."""
    text = end.join(["record,parity,note", *("x" + ",".join(row) for row in rows)]) + end
    table = read_or_refuse(text)
    if table is not None:
        expected = [cells for cells in csv.reader(io.StringIO(text, newline="")) if cells][1:]
        got = table.astype(object).where(table.notna(), "").astype(str).replace(r"\.0$", "", regex=True)
        assert got.to_numpy().tolist() == expected


@settings(max_examples=200, deadline=None)
@given(st.integers(5, 40), st.data())
def test_stray_quotation_marks_never_cost_a_row(rows, data):
    """Two marks anywhere in a file of complete rows: as many rows as lines, or a refusal."""
    lines = births_text(rows)
    for _ in range(2):
        line, column = data.draw(st.integers(0, rows)), data.draw(st.integers(0, 3))
        cells = lines[line].split(",")
        cells[column] = data.draw(st.sampled_from(['"{}', '{}"', '"{}"'])).format(cells[column])
        lines[line] = ",".join(cells)
    table = read_or_refuse("\n".join(lines))
    assert table is None or len(table) == rows


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.lists(st.text(alphabet='ab"\n\r,;é ', max_size=6), min_size=2, max_size=5), min_size=1, max_size=6),
    st.sampled_from([",", ";", "\t"]),
)
def test_what_a_csv_writer_wrote_is_read_again_or_refused(rows, delimiter):
    width = min(map(len, rows))
    expected = [["x", *row[: width - 1]] for row in rows]
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=delimiter, quoting=csv.QUOTE_ALL)
    writer.writerows([[f"h{i}" for i in range(width)], *expected])
    table = read_or_refuse(text.getvalue())
    if table is not None:
        assert table.astype(object).where(table.notna(), "").to_numpy().tolist() == expected


# ------------------------------------------------------------------------------------------
# Headings, delimiters, encodings
# ------------------------------------------------------------------------------------------


TITLES = {
    "none": [],
    "one line": ["Register of births"],
    "with a comma": ["Register of births, Holy Family Hospital"],
    "padded": ["Register of births,,,", ",,,", "Year:,,,"],
    "quoted": ['"Births, June"', ""],
}


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("titles", TITLES)
def test_title_lines_above_the_headings_are_left_out_and_counted(titles, delimiter):
    above = [line.replace(",,", delimiter * 2).replace(delimiter + ",", delimiter * 2) for line in TITLES[titles]]
    if titles == "with a comma" and delimiter == ",":
        above = ["Register of births"]
    table = read("\n".join([*above, *births_text(8, delimiter)]))
    assert list(table.columns) == HEADINGS
    assert len(table) == 8
    assert table.index[0] == len(above) + 2
    assert sum(problem.count for problem in reading_problems(table)) == len(above)


def test_every_verb_says_which_lines_were_left_out():
    text = "\n".join(["Register of births", *births_text(30)])
    said = "the stream has its headings in line 2; 1 line above them, left out"
    model = pn.load_model("infant_death-birth")
    assert said in [str(problem) for problem in pn.conform(read(text)).problems]
    assert said in [str(problem) for problem in model.predict(read(text)).problems]


def test_the_line_of_the_headings_can_be_stated():
    text = "a,b,c\nx,y,z\nrecord,parity,note\nB1,2,\n"
    assert list(read(text).columns) == ["a", "b", "c"]
    table = read(text, header=3)
    assert table["parity"].tolist() == [2]
    assert messages(table) == ["the stream has its headings in line 3; 2 lines above them, left out"]


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;;"])
def test_a_first_line_that_states_the_delimiter_is_followed(first):
    table = read("\r\n".join([first, *births_text(3, ";")]))
    assert list(table.columns) == HEADINGS
    assert table.index.tolist() == [3, 4, 5]
    assert messages(table) == ["the stream states its delimiter in line 1 (sep=), which was followed"]


def test_a_decimal_comma_is_no_delimiter():
    table = read("record;temperature;weight\nB1;38,5;3,2\nB2;37,1;2,9\n")
    assert table["temperature"].tolist() == ["38,5", "37,1"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "cp1252", "latin-1"])
def test_a_table_is_the_same_in_every_encoding(encoding):
    text = "record,délivrance,parity\nB1,sí,2\n"
    stated = {} if encoding.startswith("utf-8") or encoding == "utf-16" else {"encoding": encoding}
    pd.testing.assert_frame_equal(read(text.encode(encoding), **stated), read(text))


def test_another_encoding_is_refused_with_the_line_and_the_way_out():
    with pytest.raises(InputError, match=r"not utf-8 text, from line 3.*cp1252"):
        read("record,parity\nB1,2\nCésar,1\n".encode("cp1252"))


def test_columns_without_heading_and_values_are_no_columns():
    assert list(read("record,parity,,\nB1,2,,\nB2,1,,\n").columns) == ["record", "parity"]
    assert list(read("record,parity,\nB1,2,x\nB2,1,\n").columns) == ["record", "parity", "Unnamed: 2"]


def test_headings_of_a_form_with_groups_are_read_by_their_name_and_counted():
    table = read("_id,mother/parity,delivery/birth_weight_g,previous/plurality\n1,2,3100,1\n")
    conformed = pn.conform(table)
    assert conformed.frame.columns.tolist() == ["parity", "birth_weight_g"]
    assert "2 headings written as group/name, as KoboToolbox does, read by the name: parity, birth_weight_g" in [
        str(problem) for problem in conformed.problems
    ]
    mapped = pn.conform(table, columns={"mother/parity": "gravidity"})
    assert mapped.frame.columns.tolist() == ["gravidity", "birth_weight_g"]


@pytest.mark.parametrize("heading", ["gravidity/parity", "previous_birth/birth_weight_g", "baby2/birth_weight_g"])
def test_a_group_that_may_be_about_another_thing_is_not_left_out(heading):
    assert pn.conform({heading: 1, "plurality": 1}).frame.columns.tolist() == ["plurality"]


def test_two_groups_with_one_name_are_refused():
    with pytest.raises(InputError, match="would both become 'birth_weight_g'"):
        pn.conform(read("first/birth_weight_g,other/birth_weight_g\n3000,2900\n"))


def test_messages_count_the_lines_of_the_file():
    text = "\n".join(["Register", *births_text(3)]).replace("female", "2 or so")
    for stated in ({}, {"index": "record"}):
        table = read(text, **stated)
        with pytest.raises(pn.errors.UnknownLevels, match=r"\(lines 3, 5\)"):
            pn.conform(table)
        if stated:
            with pytest.raises(pn.errors.UnknownLevels, match=r"\(0-based positions 1, 2\)"):
                pn.conform(table.iloc[[1, 0, 2]])
        else:
            with pytest.raises(pn.errors.UnknownLevels, match=r"\(lines 3, 5\)"):
                pn.conform(table.iloc[[1, 0, 2]])


# ------------------------------------------------------------------------------------------
# Every form of file
# ------------------------------------------------------------------------------------------


def births() -> pd.DataFrame:
    return pn.load_sample("births").reset_index()


def workbook(**sheets: list[list[object]]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def as_rows(table: pd.DataFrame) -> list[list[object]]:
    return [list(table.columns), *table.astype(object).where(table.notna(), None).to_numpy().tolist()]


def with_codes(table: pd.DataFrame) -> tuple[pd.DataFrame, dict[str, dict[float, str]]]:
    """Words as codes from 1, and the labels of the codes."""
    coded, labels = table.copy(), {}
    for heading in table:
        if isinstance(table[heading].dtype, pd.CategoricalDtype):
            coded[heading] = table[heading].cat.codes.where(table[heading].notna()) + 1.0
            labels[heading] = {code + 1.0: word for code, word in enumerate(table[heading].cat.categories)}
    return coded, labels


def write_stata(path: Path) -> None:
    table = births()
    for heading in table.columns.drop("record"):
        if table[heading].dtype in ("boolean", "bool", "object"):
            table[heading] = table[heading].map({True: "Yes", False: "No"}).astype("category")
    table["record"] = table["record"].astype(object)
    table.rename(columns=lambda heading: heading[:32]).to_stata(path, write_index=False, version=118)


def write_spss(path: Path) -> None:
    coded, labels = with_codes(births())
    pyreadstat.write_sav(coded, str(path), variable_value_labels=labels)


def write_packed_spss(path: Path) -> None:
    plain = path.with_name("plain.sav")
    write_spss(plain)
    path.write_bytes(gzip.compress(plain.read_bytes()))


WRITERS = {
    "births.csv": lambda path: births().to_csv(path, index=False),
    "births.tsv": lambda path: births().to_csv(path, index=False, sep="\t"),
    "births.csv.gz": lambda path: path.write_bytes(gzip.compress(births().to_csv(index=False).encode())),
    "semicolons.xls": lambda path: births().to_csv(path, index=False, sep=";"),
    "utf-16.txt": lambda path: births().to_csv(path, index=False, encoding="utf-16"),
    "births.xlsx": lambda path: path.write_bytes(workbook(Births=as_rows(births()))),
    "titles.xlsx": lambda path: path.write_bytes(
        workbook(Births=[["Holy Family"], ["Births", None, "printed", datetime(2024, 6, 1)], [], *as_rows(births())])
    ),
    "births.dta": write_stata,
    "births.sav": write_spss,
    "births.parquet": lambda path: births().to_parquet(path),
    "births.feather": lambda path: births().to_feather(path),
    "births.sav.gz": write_packed_spss,
}


@pytest.fixture(scope="module")
def model() -> pn.RiskModel:
    return pn.load_model("nicu_admission-birth")


@pytest.mark.parametrize("name", WRITERS)
def test_every_form_of_file_gives_the_same_risks_in_python_and_on_the_command_line(name, model, tmp_path, capsys):
    path = tmp_path / name
    WRITERS[name](path)
    expected = model.predict(births().set_index("record")).risk
    table = pn.read_table(path, index="record").rename(columns={c[:32]: c for c in births()})
    risk = model.predict(table).risk
    pd.testing.assert_series_equal(risk, expected, check_index_type=False, rtol=1e-12)
    if name != "births.dta":  # which cuts long names
        assert (
            main(["predict", str(path), "--model", model.id, "--index", "record", "--format", "csv"]) == ExitCode.DONE
        )
        shown = pd.read_csv(io.StringIO(capsys.readouterr().out), index_col="record")["risk"]
        pd.testing.assert_series_equal(shown, expected, check_index_type=False, check_exact=False, rtol=1e-12)


def test_a_sheet_is_chosen_by_name_or_number_and_never_guessed(tmp_path, capsys):
    path = tmp_path / "register.xlsx"
    rows = as_rows(births())
    path.write_bytes(workbook(Births=rows, June=rows[:4], Empty=[]))
    with pytest.raises(InputError, match=r"2 sheets with cells: 'Births', 'June'"):
        pn.read_table(path)
    with pytest.raises(InputError, match=r"no sheet 'July'"):
        pn.read_table(path, sheet="July")
    assert len(pn.read_table(path, sheet="June")) == len(pn.read_table(path, sheet=2)) == 3
    assert main(["conform", str(path), "--sheet", "2", "--index", "record"]) == ExitCode.DONE
    assert len(capsys.readouterr().out.splitlines()) == 4


def test_rows_of_a_sheet_are_named_by_their_row_in_it():
    table = read(workbook(S=[["Register"], [], ["parity", "note"], [1, "x"], [], [2, None]]))
    assert table.index.tolist() == [4, 6]
    assert messages(table) == [
        "the stream has its headings in row 3; 1 row above them, left out",
        "the stream has 1 blank row, left out",
    ]


def test_dates_stored_as_serial_numbers_in_a_column_of_dates_are_dates():
    rows = [["visit", "parity"], [datetime(2024, 3, 1), 1], [datetime(2024, 3, 2), 2], [45_354, 3]]
    table = read(workbook(S=rows))
    assert table["visit"].dt.day.tolist() == [1, 2, 3]
    assert messages(table) == ["the stream has 1 date stored as serial numbers in a column of dates; read as dates"]
    assert read(workbook(S=[["weight"], [45_354], [3_000]]))["weight"].tolist() == [45_354, 3_000]


def test_a_formula_without_a_stored_result_is_counted():
    table = read(workbook(S=[["parity", "gravidity"], [1, "=A2+1"], [2, 3]]))
    assert messages(table)[0].startswith("the stream has 1 formula without a stored result; unknown")
    assert table["gravidity"].isna().tolist() == [True, False]


def test_a_label_of_one_code_leaves_the_other_numbers(tmp_path):
    table = pd.DataFrame({"parity": [1.0, 2.0, 99.0]})
    pyreadstat.write_sav(table, str(tmp_path / "t.sav"), variable_value_labels={"parity": {99.0: "not known"}})
    conformed = pn.conform(pn.read_table(tmp_path / "t.sav"))
    assert conformed.frame["parity"].tolist()[:2] == [1, 2]
    assert conformed.frame["parity"].isna().tolist() == [False, False, True]


def test_two_codes_with_one_label_stay_codes_and_it_is_reported(tmp_path):
    table = pd.DataFrame({"newborn_sex": [1, 2, 3]})
    labels = {"newborn_sex": {1: "male", 2: "female", 3: "male"}}
    table.to_stata(tmp_path / "t.dta", write_index=False, version=118, value_labels=labels)
    read_again = pn.read_table(tmp_path / "t.dta")
    assert read_again["newborn_sex"].tolist() == [1, 2, 3]
    assert "one label" in messages(read_again)[0]


@pytest.mark.parametrize("version", [5, 8])
def test_sas_transport_files_are_read(version, tmp_path):
    table = pd.DataFrame({"record": ["a", "b"], "parity": [1.0, 2.0]})
    pyreadstat.write_xport(table, str(tmp_path / "t.xpt"), file_format_version=version)
    assert pn.read_table(tmp_path / "t.xpt").to_numpy().tolist() == [["a", 1.0], ["b", 2.0]]


@pytest.mark.parametrize(
    ("name", "package", "extra"), [("t.xlsx", "openpyxl", "excel"), ("t.sav", "pyreadstat", "spss")]
)
def test_the_extra_that_is_missing_is_named(name, package, extra, tmp_path, monkeypatch):
    (tmp_path / name).write_bytes(workbook(S=[["parity"], [1]]) if extra == "excel" else b"$FL2")
    monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(MissingPackage, match=rf"{package}.*pip install 'perinatal\[{extra}\]'"):
        pn.read_table(tmp_path / name)


REFUSED = {
    "old.xls": (b"\xd0\xcf\x11\xe0" + b"0" * 99, "an old Excel workbook"),
    "page.xls": (b"<html><body><table>", "a web page"),
    "damaged.xlsx": (b"PK\x03\x04garbage", "not an Excel workbook"),
    "text.xlsx": (b"parity\n1\n", "not an Excel workbook"),
    "damaged.dta": (b"<stata_dta>x", "not a Stata file"),
    "damaged.sav": (b"$FL2xxxx", "not an SPSS file"),
    "damaged.por": (b"xxxx", "not an SPSS file"),
    "damaged.xpt": (b"xxxx" * 99, "not a SAS file"),
    "damaged.sas7bdat": (b"xxxx" * 999, "not a SAS file"),
    "damaged.parquet": (b"PAR1xxxx", "not a parquet file"),
    "damaged.feather": (b"ARROW1xxxx", "not an Arrow file"),
    "damaged.csv.gz": (b"\x1f\x8bxx", "not a gzip file"),
    "picture.csv": (b"\x89PNG\r\n\x1a\n\0\0", "not a text table"),
    "print.csv": (b"%PDF-1.7", "a PDF"),
    "archive.csv": (b"7z\xbc\xaf", "7z"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_file_that_is_no_table_is_refused_with_what_it_is(name, tmp_path):
    content, message = REFUSED[name]
    (tmp_path / name).write_bytes(content)
    with pytest.raises(PerinatalError, match=message):
        pn.read_table(tmp_path / name)


@settings(max_examples=300, deadline=None)
@given(
    st.binary(max_size=60),
    st.sampled_from(["t.csv", "t.xlsx", "t.dta", "t.sav", "t.xpt", "t.parquet", "t.arrow", "t.gz"]),
)
def test_no_bytes_end_in_an_error_of_another_package(tmp_path_factory, content, name):
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(content)
    try:
        assert isinstance(pn.read_table(path), pd.DataFrame)
    except PerinatalError:
        return
