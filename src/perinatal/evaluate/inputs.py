"""Checks of the arguments of every measure: outcomes are 0 or 1, no risk is missing, lengths and indices agree."""

# No `from __future__ import annotations`: a record is read by the types of Estimate's fields (models/evidence.py), and
# reading a model evaluates no text.
from collections.abc import Sized
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from perinatal.errors import InputError


class Estimate(NamedTuple):
    """A value with its confidence interval.

    Parameters
    ----------
    value : the estimate.
    low : the lower limit of its interval. high : the upper limit; both are ``NaN`` where there is no interval.
    """

    value: float
    low: float
    high: float

    def format(self, digits: int = 3) -> str:
        """The value with its interval, if it has one; a dash if it is undefined.

        Parameters
        ----------
        digits : after the decimal point.

        Examples
        --------
        >>> Estimate(0.71234, 0.7, 0.72).format(), Estimate(0.5, float("nan"), float("nan")).format(2)
        ('0.712 (0.700–0.720)', '0.50')
        >>> Estimate(-0.2, -0.52, 0.13).format(2)
        '-0.20 (-0.52 to 0.13)'
        """
        if np.isnan(self.value):
            return "–"
        value = f"{self.value:.{digits}f}"
        if np.isnan(self.low):
            return value
        between = " to " if min(self.low, self.high) < 0 else "–"
        return f"{value} ({self.low:.{digits}f}{between}{self.high:.{digits}f})"

    def __str__(self) -> str:
        return self.format()


class EvaluationRows(NamedTuple):
    """Checked rows: outcomes as booleans, risks as floats, and weights and cluster codes if there are any."""

    observed: np.ndarray
    risk: np.ndarray
    weights: np.ndarray | None
    clusters: np.ndarray | None

    @property
    def row_weights(self) -> np.ndarray:
        """The weights, or a one for every row."""
        return np.ones(len(self.risk)) if self.weights is None else self.weights


def check_arrays(
    observed: ArrayLike,
    risk: ArrayLike,
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    any_scale: bool = False,
) -> EvaluationRows:
    """Rows that can be evaluated, in their order; nothing is dropped, filled or clipped.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present. risk : shape (n,), 0 to 1 (any known number if ``any_scale``).
    weights : shape (n,), at least 0, with weight in both outcomes. clusters : shape (n,), any labels, none unknown.

    Raises
    ------
    InputError : for another length, a missing value, one outcome only, a risk outside 0 to 1, a negative weight, a
        missing label, a single cluster, or Series whose indices are not the same.
    """
    check_same_index(observed, risk, weights, clusters)
    outcome = as_outcomes(observed)
    risks = as_risk(risk, any_scale=any_scale)
    check_same_length(outcome, risks, "risk")
    row_weights = None
    if weights is not None:
        row_weights = _as_numbers(weights, "weights")
        check_same_length(outcome, row_weights, "weights")
        wrong = int((~np.isfinite(row_weights) | (row_weights < 0)).sum())
        if wrong:
            raise InputError(f"weights must be at least 0, none missing; {wrong} of {len(row_weights)} rows are not.")
        if not (row_weights[outcome].sum() > 0 and row_weights[~outcome].sum() > 0):
            raise InputError("weights must be above 0 in some row of both outcomes; one outcome has no weight.")
    groups = None
    if clusters is not None:
        groups = encode_labels(clusters, outcome, "clusters")
        weighted = groups if row_weights is None else groups[row_weights > 0]
        if weighted.min() == weighted.max():
            raise InputError("clusters must be at least two; every row with a weight above 0 is in the same one.")
    return EvaluationRows(outcome, risks, row_weights, groups)


def as_outcomes(observed: ArrayLike) -> np.ndarray:
    """``observed`` as booleans, if it has both outcomes and nothing else; raises otherwise."""
    numbers = _as_numbers(observed, "observed")
    unknown = int(np.isnan(numbers).sum())
    if unknown:
        raise InputError(f"observed must be 0 or 1 for every row; {unknown} of {len(numbers)} are missing.")
    other = int((~np.isin(numbers, (0, 1))).sum())
    if other:
        raise InputError(f"observed must be 0 or 1 for every row; {other} of {len(numbers)} are something else.")
    outcome = numbers.astype(bool)
    if outcome.all() or not outcome.any():
        raise InputError(
            "observed must contain both outcomes, 0 and 1; every row has the same value, or there are no rows."
        )
    return outcome


def as_risk(risk: ArrayLike, *, any_scale: bool = False) -> np.ndarray:
    """``risk`` as floats, none missing, from 0 to 1 unless ``any_scale``."""
    numbers = _as_numbers(risk, "risk")
    unknown = int((~np.isfinite(numbers)).sum())
    if unknown:
        raise InputError(
            f"risk must not be missing; {unknown} of {len(numbers)} are. Evaluate the rows that have a risk."
        )
    outside = int(((numbers < 0) | (numbers > 1)).sum())
    if outside and not any_scale:
        raise InputError(
            f"risk must be a probability from 0 to 1; {outside} of {len(numbers)} rows are outside. "
            "Divide percentages by 100; convert log-odds with expit."
        )
    return numbers


def encode_labels(labels: ArrayLike, rows: np.ndarray, name: str) -> np.ndarray:
    """Labels as codes 0, 1, … in order of appearance, one for each of ``rows``."""
    column = np.asarray(labels, dtype=object) if not isinstance(labels, pd.Series) else labels
    if np.ndim(column) != 1:
        raise InputError(f"{name} must have one dimension, and has {np.ndim(column)}.")
    groups = pd.factorize(column)[0]
    check_same_length(rows, groups, name)
    if (groups < 0).any():
        raise InputError(
            f"{name} must not be missing; {int((groups < 0).sum())} of {len(groups)} are. "
            "Give each row without a cluster its own label."
        )
    return groups


def check_same_length(rows: Sized, others: Sized, name: str) -> None:
    """Refuse arrays of different lengths."""
    if len(rows) != len(others):
        raise InputError(f"observed has {len(rows)} rows and {name} has {len(others)}; they must be of the same rows.")


def check_level(level: float) -> float:
    """``level``, if it is strictly between 0 and 1; raises otherwise."""
    if not 0 < level < 1:
        raise InputError(f"level must be strictly between 0 and 1, such as 0.95, and is {level}.")
    return level


def as_thresholds(thresholds: ArrayLike) -> np.ndarray:
    """Thresholds strictly between 0 and 1, at least one."""
    numbers = np.atleast_1d(_as_numbers(np.atleast_1d(thresholds), "thresholds"))
    if not len(numbers) or not ((numbers > 0) & (numbers < 1)).all():
        raise InputError("thresholds must be risks strictly between 0 and 1, at least one of them.")
    return numbers


def check_same_index(*columns: object) -> None:
    """Refuse Series and DataFrames of the same length whose rows are not in one order."""
    indices = [column.index for column in columns if isinstance(column, (pd.Series, pd.DataFrame))]
    for other in indices[1:]:
        if len(other) == len(indices[0]) and not other.equals(indices[0]):
            raise InputError(
                "The Series have different indices, so their rows may not be of the same people. "
                "Bring them into one order first (reindex), or pass arrays."
            )


def _as_numbers(values: ArrayLike, name: str) -> np.ndarray:
    try:
        if isinstance(values, pd.Series):
            numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            array = np.asarray(values)
            if array.dtype.kind not in "biufO":
                raise InputError(f"{name} must be numbers, and is of type {array.dtype.name}.")
            numbers = array.astype(np.float64)
    except (TypeError, ValueError) as reason:
        if isinstance(reason, InputError):
            raise
        raise InputError(f"{name} must be numbers, in an array of one dimension; some of them are not.") from None
    if numbers.ndim != 1:
        raise InputError(f"{name} must have one dimension, and has {numbers.ndim}.")
    return numbers
