"""Converts columns of a canonical frame to the plain numbers on which rules are evaluated."""

from __future__ import annotations

import numpy as np
import pandas as pd


def as_plain_numbers(column: pd.Series) -> np.ndarray:
    """A canonical column as ``float64``: flags 1 and 0, words by the position of their level, unknown ``NaN``.

    >>> as_plain_numbers(pd.Series([True, None], dtype="boolean"))
    array([ 1., nan])
    """
    if isinstance(column.dtype, pd.CategoricalDtype):
        codes = column.cat.codes.to_numpy()
        return np.where(codes < 0, np.nan, codes)
    if isinstance(column.dtype, pd.api.extensions.ExtensionDtype):
        return column.to_numpy(dtype=np.float64, na_value=np.nan)
    return column.to_numpy(dtype=np.float64)
