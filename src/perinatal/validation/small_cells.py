"""Keeps counts of few people out of every table, and keeps them from being worked out from the rest."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perinatal.evaluate.proportions import SMALLEST_CELL


def hidden(counts: pd.Series, smallest: int = SMALLEST_CELL) -> pd.Series:
    """Counts that add up to a known total, those of 1 to 9 as ``NaN``; never only one of them.

    >>> hidden(pd.Series([120, 4, 35, 0])).tolist()
    [120.0, nan, nan, 0.0]
    >>> hidden(pd.Series([120, 35, 0])).tolist()
    [120.0, 35.0, 0.0]
    """
    return hide_one_more(counts.astype(np.float64).where((counts >= smallest) | (counts == 0)))


def hide_one_more(counts: pd.Series) -> pd.Series:
    """Where a single count is unknown, the smallest of the others too: else it is the total less the rest.

    >>> hide_one_more(pd.Series([120.0, np.nan, 35.0])).tolist()
    [120.0, nan, nan]
    """
    others = counts.where(counts > 0)
    if int(counts.isna().sum()) != 1 or others.isna().all():
        return counts
    return counts.mask(np.arange(len(counts)) == int(np.nanargmin(others.to_numpy())))


def hidden_rows(counts: pd.DataFrame, smallest: int = SMALLEST_CELL) -> pd.DataFrame:
    """A table whose margins may be known elsewhere: rows that hold a count of 1 to 9 are hidden whole, never only one.

    >>> hidden_rows(pd.DataFrame({"with": [40, 7, 12], "without": [900, 46, 80]}))["without"].tolist()
    [900.0, nan, nan]
    """
    values = counts.to_numpy(dtype=np.float64)
    hide = ((values > 0) & (values < smallest)).any(axis=1)
    if hide.sum() == 1:
        size = np.where(hide | ~values.any(axis=1), np.inf, values[:, 0])
        if np.isfinite(size).any():
            hide[int(np.argmin(size))] = True
    return pd.DataFrame(np.where(hide[:, np.newaxis], np.nan, values), index=counts.index, columns=counts.columns)
