"""Whatever holds rows (pandas, polars, Arrow, a list of records, one row) as one pandas DataFrame."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
import pandas as pd
import pyarrow as pa

from perinatal.errors import InputError
from perinatal.vocabulary import VARIABLES

_ACCEPTED = (
    "a table (a pandas, polars or Arrow DataFrame), a list of records, or one record (a mapping, or a row as a Series)"
)
_SEVERAL_VALUES = (list, tuple, set, dict, np.ndarray, pd.Series, pd.Index)


@runtime_checkable
class ArrowStream(Protocol):
    """A table that can be read through the Arrow C stream interface: polars, pyarrow, DuckDB and others."""

    def __arrow_c_stream__(self, requested_schema: object | None = None) -> object:
        """A capsule with the stream."""


RawTable = pd.DataFrame | pd.Series | Mapping | Sequence[Mapping] | ArrowStream
"""A table that has not been conformed."""


def as_dataframe(table: object) -> pd.DataFrame:
    """The table as a pandas DataFrame; one that is a DataFrame already is returned as it is.

    A record, or a row as a Series, becomes one row. Its label is the name of the Series, or 0.

    Raises :class:`~perinatal.errors.InputError` for anything else, and for headings that are repeated or have several
    levels.

    >>> as_dataframe([{"parity": 1}, {"parity": 0, "plurality": 2}])
       parity  plurality
    0       1        NaN
    1       0        2.0
    >>> as_dataframe(pd.Series({"parity": 1, "plurality": 2}, name="B7"))
        parity  plurality
    B7       1          2
    """
    if isinstance(table, pd.DataFrame):
        return _check_headings(table)
    if isinstance(table, pd.Series):
        return _check_headings(_row_as_dataframe(table))
    if isinstance(table, Mapping):
        return _records_as_dataframe([table])
    if isinstance(table, (list, tuple)) and all(isinstance(record, Mapping) for record in table):
        return _records_as_dataframe(table)
    if isinstance(table, ArrowStream):
        return _check_headings(_stream_as_dataframe(table))
    hint = ""
    if isinstance(table, (str, os.PathLike)):
        hint = " Read a file with perinatal.read_table first."
    elif hasattr(table, "collect"):
        hint = " Call .collect() on a lazy frame first."
    raise InputError(f"Expected {_ACCEPTED}; got {type(table).__name__}.{hint}")


def _check_headings(table: pd.DataFrame) -> pd.DataFrame:
    if table.columns.nlevels > 1:
        raise InputError("The table has headings of several levels; expected one. Flatten table.columns first.")
    if not table.columns.is_unique:
        repeated = table.columns[table.columns.duplicated()].unique()
        raise InputError(f"The table has the column {repeated[0]!r} more than once. Keep one, or rename them.")
    return table


def _records_as_dataframe(records: Sequence[Mapping]) -> pd.DataFrame:
    for record in records:
        _check_record(record)
    headings = list(dict.fromkeys(heading for record in records for heading in record))
    return pd.DataFrame(
        {heading: [record.get(heading) for record in records] for heading in headings},
        index=pd.RangeIndex(len(records)),
    )


def _check_record(record: Mapping) -> None:
    for heading, value in record.items():
        if isinstance(value, _SEVERAL_VALUES):
            raise InputError(
                f"A mapping is one record, with one value under each heading; {heading!r} holds a "
                f"{type(value).__name__}. For several rows, pass a DataFrame or a list of records."
            )


def _row_as_dataframe(row: pd.Series) -> pd.DataFrame:
    """One row of a DataFrame (``table.iloc[0]``): its index holds the headings, its name the label of the row."""
    if row.name in VARIABLES and not any(heading in VARIABLES for heading in row.index):
        raise InputError(
            f"A Series is read as one row, whose index holds the headings; this one is the column {row.name!r}. Pass "
            f"table[[{row.name!r}]] instead."
        )
    if not row.index.is_unique:
        repeated = row.index[row.index.duplicated()].unique()
        raise InputError(f"The row has the heading {repeated[0]!r} more than once. Keep one, or rename them.")
    record = dict(zip(row.index, row.tolist(), strict=True))
    _check_record(record)
    label = pd.RangeIndex(1) if row.name is None else pd.Index([row.name])
    return pd.DataFrame({heading: [value] for heading, value in record.items()}, index=label)


def _stream_as_dataframe(table: ArrowStream) -> pd.DataFrame:
    try:
        arrow_table = pa.table(table)
        for position, field in enumerate(arrow_table.schema):
            column = _as_convertible(arrow_table.column(position))
            arrow_table = arrow_table.set_column(position, field.name, column)
        return arrow_table.to_pandas()
    except (pa.ArrowException, TypeError, ValueError):
        raise InputError(
            f"A {type(table).__module__}.{type(table).__name__} cannot be read as a table through Arrow. Expected "
            f"{_ACCEPTED}."
        ) from None


def _as_convertible(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """The column in types that pyarrow converts to pandas since version 20; polars has other texts and categories."""
    dtype = column.type
    if pa.types.is_string_view(dtype):
        return column.cast(pa.large_string())
    if pa.types.is_dictionary(dtype) and pa.types.is_string_view(dtype.value_type):
        own = pa.dictionary(pa.int64(), pa.large_string(), dtype.ordered)
        chunks = [
            pa.DictionaryArray.from_arrays(
                chunk.indices.cast(pa.int64()), chunk.dictionary.cast(pa.large_string()), ordered=dtype.ordered
            )
            for chunk in column.chunks
        ]
        return pa.chunked_array(chunks, type=own)
    return column
