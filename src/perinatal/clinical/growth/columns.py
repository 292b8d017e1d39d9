"""Converts numbers, lists, arrays and Series to float arrays of one shape, and results back to the caller's form."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pandas as pd

from perinatal.errors import InputError, UnknownLevels
from perinatal.vocabulary import VARIABLES

Numbers = float | Sequence[float] | np.ndarray | pd.Series
Words = str | Sequence[str] | np.ndarray | pd.Series
Result = float | np.ndarray | pd.Series
_NUMBERS_AMONG_OBJECTS = ("integer", "floating", "mixed-integer-float", "decimal", "empty")
SEXES = VARIABLES["newborn_sex"].levels


def align_columns(
    numbers: Mapping[str, Numbers], sex: Words | None = None
) -> tuple[list[np.ndarray], Callable[[np.ndarray], Result]]:
    """Float arrays of one shape, and a function that converts results to the caller's form.

    If a sex is passed, the last array is ``male``: 1, 0 or NaN. The function returns a Series on the caller's index
    if any input is a Series, a number if all inputs are single values, and an array otherwise.

    Raises :class:`~perinatal.errors.InputError` for text, for different lengths and for Series with different indexes,
    and :class:`~perinatal.errors.UnknownLevels` for a sex that is neither of the vocabulary's words.
    """
    inputs = [*numbers.values(), *([] if sex is None else [sex])]
    arrays = [_to_floats(name, values) for name, values in numbers.items()]
    if sex is not None:
        arrays.append(_male_indicator(sex))
    series = [values for values in inputs if isinstance(values, pd.Series)]
    if any(not other.index.equals(series[0].index) for other in series[1:]):
        raise InputError("The Series have different indexes. Take them from one table, or pass arrays.")
    lengths = {len(array) for array in arrays if array.ndim}
    if len(lengths) > 1:
        raise InputError(
            f"Expected the same number of rows in each argument; got {', '.join(map(str, sorted(lengths)))}."
        )
    shape = (lengths.pop(),) if lengths else ()
    index = series[0].index if series else None

    def restore(result: np.ndarray) -> Result:
        if index is not None:
            return pd.Series(result, index=index)
        return result if shape else result[0].item()

    rows = shape or (1,)
    return [np.broadcast_to(array, rows) for array in arrays], restore


def _to_floats(name: str, values: Numbers) -> np.ndarray:
    try:
        column = values if isinstance(values, pd.Series) else np.asarray(values)
    except ValueError:
        raise InputError(f"{name}: expected one column of numbers; got rows of different lengths.") from None
    if column.ndim > 1:
        raise InputError(f"{name}: expected one column; got {column.ndim} dimensions.")
    if not _are_numbers(column):
        raise InputError(
            f"{name}: expected numbers; got something else. Conform the table first, and pass its columns."
        )
    if isinstance(column, pd.Series):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    return (
        np.where(pd.isna(column), np.nan, column).astype(np.float64) if column.dtype == object else column.astype(float)
    )


def _are_numbers(column: pd.Series | np.ndarray) -> bool:
    if column.dtype == object:
        return pd.api.types.infer_dtype(np.atleast_1d(column), skipna=True) in _NUMBERS_AMONG_OBJECTS
    return pd.api.types.is_numeric_dtype(column.dtype) and column.dtype.kind in "iuf"


def _male_indicator(sex: Words) -> np.ndarray:
    single = isinstance(sex, str) or pd.api.types.is_scalar(sex)
    if isinstance(sex, (pd.Series, pd.Categorical, np.ndarray)):
        column = pd.Series(sex, copy=False) if np.ndim(sex) == 1 else sex
    else:
        column = pd.Series([sex] if single else list(sex), dtype=object)
    if column.ndim != 1:
        raise InputError(f"sex: expected one column; got {column.ndim} dimensions.")
    codes, words = pd.factorize(column)
    known = np.array([SEXES.index(word) if word in SEXES else -1 for word in words] + [-1])
    unknown = (known[codes] < 0) & (codes >= 0)
    if unknown.any():
        raise UnknownLevels(
            f"sex: {unknown.sum()} of {len(codes)} rows are neither {' nor '.join(map(repr, SEXES))}, nor missing. "
            "Conform the table first, with the words for both sexes in a ColumnMap."
        )
    male = np.where(codes < 0, np.nan, known[codes] == SEXES.index("male"))
    return male[0] if single else male
