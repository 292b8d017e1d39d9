"""Excel workbooks into tables: the sheet, its heading row, and what its cells hold."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from perinatal.errors import InputError, MissingPackage
from perinatal.frames.heading_rows import SAMPLE, check_headings, find_heading_row, name_columns
from perinatal.frames.problems import ProblemRule
from perinatal.frames.reading import FileReading

_SERIALS = (7_306, 73_050)  # 1920 to 2099 in days since 1900: serial numbers of dates that a register can hold
_FORMULA = re.compile(rb"<f[ >/]")


def read_workbook(
    raw: bytes, reading: FileReading, *, sheet: str | int | None, header: int | None
) -> tuple[pd.DataFrame, np.ndarray]:
    """The table in one sheet of a workbook (.xlsx, .xlsm), and the row of the sheet that each of its rows is in.

    Raises :class:`~perinatal.errors.InputError` where openpyxl is not installed, the file is not a workbook, or it
    has several sheets with cells and ``sheet`` names none.
    """
    try:
        import openpyxl
    except ImportError:
        raise MissingPackage(
            f"{reading.name} is an Excel workbook; openpyxl, which reads it, is not installed. Install it: "
            "pip install 'perinatal[excel]'. Or save the sheet as CSV UTF-8."
        ) from None
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as archive:
            names = archive.namelist()
            has_formulas = any(
                _FORMULA.search(archive.read(name)) for name in names if name.startswith("xl/worksheets/")
            )
        if "xl/workbook.xml" not in names:
            raise InputError(_describe_archive(names, reading.name))
        values = openpyxl.load_workbook(io.BytesIO(raw), read_only=False, data_only=True)
    except (zipfile.BadZipFile, KeyError, ValueError, EOFError, OSError):
        raise InputError(f"{reading.name} is not an Excel workbook (.xlsx), or a damaged one.") from None
    chosen = _choose_sheet(values.worksheets, sheet, reading)
    cells = [[_known(cell) for cell in row] for row in chosen.iter_rows(values_only=True)]
    if has_formulas:
        formulas = openpyxl.load_workbook(io.BytesIO(raw), data_only=False)[chosen.title]
        _report_formulas(formulas.iter_rows(), cells, reading)
    return _build_table(cells, values.epoch, reading, header)


def _describe_archive(names: Sequence[str], name: str) -> str:
    if "mimetype" in names and "content.xml" in names:
        return f"{name} is an OpenDocument spreadsheet. Save it as .xlsx or as CSV UTF-8."
    if "xl/workbook.bin" in names:
        return f"{name} is a binary Excel workbook (.xlsb). Save it as .xlsx or as CSV UTF-8."
    return f"{name} is a zip archive, not a table. Unpack it, and name the file inside."


def _choose_sheet(sheets: Sequence[Any], sheet: str | int | None, reading: FileReading) -> Any:
    filled = [one for one in sheets if any(_known(cell) is not None for row in one.values for cell in row)]
    titles = [one.title for one in sheets]
    listed = ", ".join(repr(title) for title in titles[:12]) + (", ..." if len(titles) > 12 else "")
    if sheet is None:
        if not filled:
            raise InputError(f"{reading.name} is empty: none of its sheets holds a cell.")
        if len(filled) > 1:
            raise InputError(
                f"{reading.name} has {len(filled)} sheets with cells: {listed}. Name one with sheet=, on the command "
                "line --sheet."
            )
        return filled[0]
    if sheet in titles:
        return sheets[titles.index(str(sheet))]
    number = int(sheet) if str(sheet).isdecimal() else 0
    if not 1 <= number <= len(sheets):
        raise InputError(f"{reading.name} has no sheet {sheet!r}. Its sheets are {listed}; or give a number from 1.")
    return sheets[number - 1]


def _known(cell: object) -> object:
    return None if isinstance(cell, str) and not cell.strip() else cell


def _report_formulas(formulas: Any, cells: Sequence[Sequence[object]], reading: FileReading) -> None:
    """Say how many formulas have no stored result: they would look like empty cells."""
    lost = sum(
        formula.data_type == "f" and value is None
        for formula_row, row in zip(formulas, cells, strict=False)
        for formula, value in zip(formula_row, row, strict=False)
    )
    if lost:
        reading.add(
            ProblemRule.NOT_A_NUMBER,
            lost,
            f"has {lost:,} formula{'' if lost == 1 else 's'} without a stored result; unknown. Open the file in Excel, "
            "save it, and read it again",
        )


def _build_table(
    cells: list[list[object]], epoch: datetime, reading: FileReading, header: int | None
) -> tuple[pd.DataFrame, np.ndarray]:
    filled = [position for position, row in enumerate(cells) if any(cell is not None for cell in row)]
    if not filled:
        raise InputError(f"{reading.name} is empty: the sheet holds no cell.")
    at = _find_headings(cells, filled[0]) if header is None else header - 1
    if at not in filled:
        raise InputError(f"{reading.name} has no headings in row {at + 1:,}. Name another with header=, --header.")
    above = sum(position < at for position in filled)
    if above:
        reading.add(
            ProblemRule.LINES_LEFT_OUT,
            above,
            f"has its headings in row {at + 1:,}; {above:,} row{'' if above == 1 else 's'} above them, left out",
        )
    headings = [" ".join(_as_text(cell).split()) for cell in cells[at]]
    check_headings(headings, reading.name)
    rows = [position for position in filled if position > at]
    blank = (rows[-1] - at - len(rows)) if rows else 0
    if blank:
        reading.add(ProblemRule.LINES_LEFT_OUT, blank, f"has {blank:,} blank row{'' if blank == 1 else 's'}, left out")
    columns = {}
    for position, heading in enumerate(name_columns(headings)):
        values = _serials_as_dates([cells[row][position] for row in rows], epoch, reading)
        if headings[position] or any(value is not None for value in values):
            columns[heading] = pd.Series(values, dtype=object).infer_objects()
    return pd.DataFrame(columns, index=range(len(rows))), np.array(rows, dtype=np.int64) + 1


def _find_headings(cells: list[list[object]], first: int) -> int:
    """The position of the row of headings, from the ``first`` row that is not blank."""
    sample = [[_as_text(cell) for cell in row] for row in cells[first : first + SAMPLE]]
    return first + find_heading_row(sample, same_width=False)


def _serials_as_dates(values: list[object], epoch: datetime, reading: FileReading) -> list[object]:
    """A column of dates in which some are written as their serial number, with those as dates too."""
    known = [value for value in values if value is not None]
    dates = sum(isinstance(value, datetime) for value in known)
    serials = [value for value in known if isinstance(value, (int, float)) and not isinstance(value, bool)]
    if not serials or dates <= len(serials) or not all(_SERIALS[0] <= serial <= _SERIALS[1] for serial in serials):
        return values
    from openpyxl.utils.datetime import from_excel

    reading.add(
        ProblemRule.READ_AS,
        len(serials),
        f"has {len(serials):,} date{'' if len(serials) == 1 else 's'} stored as serial numbers in a column of dates; "
        "read as dates",
    )
    return [from_excel(value, epoch) if isinstance(value, (int, float)) else value for value in values]


def _as_text(cell: object) -> str:
    return "" if cell is None else str(cell)
