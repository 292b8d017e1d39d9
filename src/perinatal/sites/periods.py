"""Dates of rows: years, months, quarters or days, from the columns of a cohort."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from perinatal.errors import InputError
from perinatal.frames import CohortInput

PERIODS: Mapping[str, str] = {"week": "W", "month": "M", "quarter": "Q", "year": "Y"}
YEAR, MONTH = "year_of_birth", "month_of_birth"
_YEARS = (1900, 2200)


def read_row_dates(dates: str | pd.Series | None, cohort_input: CohortInput) -> pd.Series | None:
    """The date of each row of the cohort; ``None`` where there is none.

    ``dates`` names a column of the frame or of the table it was made from, or is a Series with a value for each row:
    dates, ISO text or years. By default ``year_of_birth``, with ``month_of_birth``, where the frame has them. Years
    become their first of January.

    Raises :class:`~perinatal.errors.InputError`, with their number, where values are not dates.
    """
    if dates is None:
        if YEAR not in cohort_input.frame.columns:
            return None
        years = as_dates(cohort_input.frame[YEAR], f"'{YEAR}'").reset_index(drop=True)
        if MONTH not in cohort_input.frame.columns:
            return years
        months = pd.to_numeric(cohort_input.frame[MONTH], errors="coerce").reset_index(drop=True)
        wrong = int((~months.isin(range(1, 13)) & months.notna()).sum())
        if wrong:
            raise InputError(f"'{MONTH}': {wrong} values are not months from 1 to 12.")
        day = {"year": years.dt.year, "month": months, "day": 1}
        return pd.to_datetime(pd.DataFrame(day).where(years.notna() & months.notna()), errors="coerce")
    if isinstance(dates, pd.Series):
        if not dates.index.equals(cohort_input.frame.index):
            raise InputError("dates must have the index of the cohort, in the same order.")
        column, name = dates, "dates"
    else:
        column, name = cohort_input.read_column(dates, "dates"), f"'{dates}'"
    return as_dates(column, name).reset_index(drop=True)


def as_dates(column: pd.Series, name: str) -> pd.Series:
    """A column of dates, ISO text or years as dates without a time of day; unknown stays unknown.

    >>> as_dates(pd.Series(["2023-04-19", "2023-05", None]), "dates").dt.month.tolist()
    [4.0, 5.0, nan]
    """
    if isinstance(column.dtype, pd.PeriodDtype):
        column = column.dt.to_timestamp()
    if pd.api.types.is_datetime64_any_dtype(column.dtype):
        return column.dt.tz_localize(None).dt.normalize()
    known = column.notna().to_numpy()
    numbers = pd.to_numeric(column, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    if known.any() and np.isin(known, (True, False)).all() and not np.isnan(numbers[known]).any():
        wrong = int((~((numbers >= _YEARS[0]) & (numbers <= _YEARS[1])))[known].sum())
        if wrong:
            raise InputError(f"{name}: {wrong} of {int(known.sum())} numbers are not years. Write dates as 2023-04-19.")
        text = pd.Series([f"{int(number)}-01-01" if not np.isnan(number) else None for number in numbers])
        return pd.to_datetime(text, format="ISO8601")
    dates = pd.to_datetime(column.astype("str").where(column.notna()), format="ISO8601", errors="coerce", utc=True)
    wrong = int((dates.isna().to_numpy() & known).sum())
    if wrong:
        raise InputError(f"{name}: {wrong} of {int(known.sum())} values are not dates. Write them as 2023-04-19.")
    return dates.dt.tz_localize(None).dt.normalize()


def format_date_range(when: pd.Series | None) -> tuple[str | None, str | None]:
    """First and last month, or year where only years are known; ``None`` where nothing is.

    >>> format_date_range(pd.to_datetime(pd.Series(["2023-04-19", "2023-09-02"]))), format_date_range(None)
    (('2023-04', '2023-09'), (None, None))
    """
    known = None if when is None else when.dropna()
    if known is None or known.empty:
        return None, None
    only_years = bool(((known.dt.month == 1) & (known.dt.day == 1)).all())
    shape = "%Y" if only_years else "%Y-%m"
    return known.min().strftime(shape), known.max().strftime(shape)
