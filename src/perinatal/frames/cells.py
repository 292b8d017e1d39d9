"""A column of any dtype as its distinct cells, so that each spelling is read once."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

import numpy as np
import pandas as pd

from perinatal.errors import InputError

_A_FEW = 32  # rows below which a plain loop is faster than hashing machinery


def classify_content(column: pd.Series) -> str:
    """What a column's dtype says it holds: ``number``, ``truth`` or ``cells`` (text, objects, categories).

    Raises :class:`~perinatal.errors.InputError` for dates, durations, complex numbers and other dtypes that no variable
    can have; the caller names the column.

    >>> classify_content(pd.Series([1.5])), classify_content(pd.Series([True])), classify_content(pd.Series(["a"]))
    ('number', 'truth', 'cells')
    """
    dtype = column.dtype
    if isinstance(dtype, np.dtype):
        kind = {"f": "number", "i": "number", "u": "number", "b": "truth", "O": "cells"}.get(dtype.kind)
    elif isinstance(dtype, (pd.CategoricalDtype, pd.StringDtype)):
        kind = "cells"
    elif pd.api.types.is_bool_dtype(dtype):
        kind = "truth"
    elif pd.api.types.is_numeric_dtype(dtype) and dtype.kind != "c":
        kind = "number"
    elif isinstance(dtype, pd.ArrowDtype) and dtype.kind in "UO":
        kind = "cells"
    else:
        kind = None
    if kind is None:
        raise InputError(f"holds {dtype} values, which no variable can be")
    return kind


def as_floats(column: pd.Series) -> np.ndarray:
    """A number or truth column as ``float64``, unknown as ``NaN``; its own memory where it is that."""
    if isinstance(column.dtype, np.dtype):
        return column.to_numpy(dtype=np.float64)
    if isinstance(column.dtype, pd.SparseDtype):
        return np.array(column, dtype=np.float64)
    return column.to_numpy(dtype=np.float64, na_value=np.nan, copy=True)  # never a view of an Arrow or masked buffer


def distinct_cells(column: pd.Series) -> tuple[np.ndarray, list[object]]:
    """The code of each row, and the distinct cells the codes point at; unknown rows have code -1.

    Cells of different type stay apart even where Python calls them equal (``True``, ``1``, ``1.0``).

    >>> codes, cells = distinct_cells(pd.Series(["a", None, "b", "a"]))
    >>> codes.tolist(), cells
    ([0, -1, 1, 0], ['a', 'b'])
    """
    dtype = column.dtype
    if isinstance(dtype, pd.CategoricalDtype):
        return column.cat.codes.to_numpy(), list(column.cat.categories)
    if not isinstance(dtype, np.dtype) and len(column) > _A_FEW:
        codes, uniques = column.array.factorize()
        return codes, list(uniques)
    objects = column.to_numpy(dtype=object)
    known = _is_known(objects)
    if len(objects) > _A_FEW and pd.api.types.infer_dtype(objects, skipna=True) == "string":
        codes, uniques = pd.factorize(objects)
        return codes, list(uniques)
    return _distinct_one_by_one(objects, known)


def _is_known(objects: np.ndarray) -> np.ndarray:
    try:
        return ~pd.isna(objects)
    except InvalidOperation:  # a signalling NaN among Decimals cannot be compared, so pandas cannot tell
        return np.array([not (isinstance(o, Decimal) and o.is_nan()) and o is not None for o in objects], dtype=bool)


def _distinct_one_by_one(objects: np.ndarray, known: np.ndarray) -> tuple[np.ndarray, list[object]]:
    codes = np.full(len(objects), -1, dtype=np.intp)
    cells: list[object] = []
    seen: dict[tuple[type, object], int] = {}
    for position in np.flatnonzero(known).tolist():
        cell = objects[position]
        try:
            code = seen.setdefault((type(cell), cell), len(cells))
        except TypeError:  # a list, a dict: cannot be hashed; each is a cell of its own
            code = len(cells)
        if code == len(cells):
            cells.append(cell)
        codes[position] = code
    return codes, cells


def spread(codes: np.ndarray, values: np.ndarray, missing: object) -> np.ndarray:
    """The value of each row from the value of each distinct cell; ``missing`` where the row is unknown.

    >>> spread(np.array([1, -1, 0]), np.array([10.0, 20.0]), np.nan)
    array([20., nan, 10.])
    """
    return np.append(values, np.asarray(missing, dtype=values.dtype))[codes]
