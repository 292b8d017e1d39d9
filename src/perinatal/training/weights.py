"""Sampling or analysis weights of rows: read from a column or an array, checked, and described."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from perinatal.errors import InputError
from perinatal.frames import CohortInput


def read_weights(weights: str | pd.Series | Sequence[float] | np.ndarray, cohort: CohortInput) -> np.ndarray:
    """The weight of each row, shape (n,).

    Parameters
    ----------
    weights : heading of a column of the frame or of the table it was made from; a Series on its index; or an array
        with one weight per row.
    cohort : the rows.

    Raises
    ------
    InputError
        no such column, another number of rows, a weight that is missing, negative or not a number, or no weight
        above 0.

    Examples
    --------
    >>> from perinatal.frames import as_cohort
    >>> read_weights("v005", as_cohort({"parity": 1, "v005": 1.5}))
    array([1.5])
    """
    index = cohort.frame.index
    if isinstance(weights, str):
        values = cohort.read_column(weights, "weights")
    elif isinstance(weights, pd.Series):
        if not weights.index.equals(index):
            raise InputError("weights: expected a Series with the index of the table, in the same order.")
        values = weights
    else:
        values = pd.Series(np.asarray(weights))
        if len(values) != len(index):
            raise InputError(f"weights: expected one for each of {len(index)} rows, and got {len(values)}.")
    numbers = pd.to_numeric(values, errors="coerce").to_numpy(dtype=np.float64, na_value=np.nan)
    wrong = int((~np.isfinite(numbers) | (numbers < 0)).sum())
    if wrong:
        raise InputError(
            f"weights: {wrong} of {len(numbers)} are missing, negative or not numbers. Give every row a weight of 0 or "
            "more; a row of weight 0 is excluded."
        )
    if not numbers.any():
        raise InputError("weights: every weight is 0. At least some must be above 0.")
    return numbers


def normalise_weights(weights: np.ndarray) -> np.ndarray | None:
    """Weights with a mean of 1; ``None`` where all are equal, which is the same as no weights.

    >>> normalise_weights(np.array([3.0, 1.0])).tolist(), normalise_weights(np.array([2.0, 2.0]))
    ([1.5, 0.5], None)
    """
    return None if np.ptp(weights) == 0 else weights * (len(weights) / weights.sum())


def effective_sample_size(weights: np.ndarray) -> float:
    """Kish's effective sample size, ``(Σw)² / Σw²``: how many equally weighted rows are as precise.

    >>> effective_sample_size(np.array([1.0, 1.0, 0.0, 0.0]))
    2.0
    """
    return float(weights.sum() ** 2 / (weights**2).sum())
