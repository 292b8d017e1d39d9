"""What every measure asks of its arrays: outcomes that are 0 or 1, risks that are known, lengths that agree."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from perinatal.errors import InputError


class Estimate(NamedTuple):
    """A value with its confidence interval."""

    value: float
    low: float
    high: float

    def format(self, digits: int = 3) -> str:
        """The value with its interval where it has one; a dash where it is undefined.

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
    """Checked rows: outcomes as booleans, risks as floats, weights and cluster codes where they were given."""

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
    """Rows that can be judged, in the order given; nothing is dropped, filled or clipped.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present. risk : shape (n,), 0 to 1 (any known number if ``any_scale``).
    weights : shape (n,), at least 0, with weight in both outcomes. clusters : shape (n,), any labels, none unknown.

    Raises
    ------
    InputError : for another length, an unknown, one outcome only, a risk outside 0 to 1, a negative weight, a label
        that is unknown, a single cluster, or Series whose indices are not the same.
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
            raise InputError(f"weights must be known and at least 0; {wrong} of {len(row_weights)} rows are not.")
        if not (row_weights[outcome].sum() > 0 and row_weights[~outcome].sum() > 0):
            raise InputError("weights must leave some weight in both outcomes; here one of them has none.")
    groups = None
    if clusters is not None:
        groups = encode_labels(clusters, outcome, "clusters")
        weighted = groups if row_weights is None else groups[row_weights > 0]
        if weighted.min() == weighted.max():
            raise InputError("clusters must be at least two; here every row with weight is in the same one.")
    return EvaluationRows(outcome, risks, row_weights, groups)


def as_outcomes(observed: ArrayLike) -> np.ndarray:
    """``observed`` as booleans, once it holds both outcomes and nothing else."""
    numbers = _as_numbers(observed, "observed")
    unknown = int(np.isnan(numbers).sum())
    if unknown:
        raise InputError(f"observed must be 0 or 1 for every row, without unknowns; {unknown} of {len(numbers)} are.")
    other = int((~np.isin(numbers, (0, 1))).sum())
    if other:
        raise InputError(f"observed must be 0 or 1 for every row; {other} of {len(numbers)} are something else.")
    outcome = numbers.astype(bool)
    if outcome.all() or not outcome.any():
        raise InputError("observed must hold both outcomes; here every row is the same, or there is none.")
    return outcome


def as_risk(risk: ArrayLike, *, any_scale: bool = False) -> np.ndarray:
    """``risk`` as floats without unknowns, from 0 to 1 unless ``any_scale``."""
    numbers = _as_numbers(risk, "risk")
    unknown = int((~np.isfinite(numbers)).sum())
    if unknown:
        raise InputError(
            f"risk must be known for every row; {unknown} of {len(numbers)} are not. Judge the rows that have a risk."
        )
    outside = int(((numbers < 0) | (numbers > 1)).sum())
    if outside and not any_scale:
        raise InputError(
            f"risk must be a probability from 0 to 1; {outside} of {len(numbers)} rows are outside. "
            "Per cent are divided by 100; log-odds go through expit."
        )
    return numbers


def encode_labels(labels: ArrayLike, rows: np.ndarray, name: str) -> np.ndarray:
    """Labels as codes 0, 1, … in order of appearance, one for each of ``rows``."""
    column = np.asarray(labels, dtype=object) if not isinstance(labels, pd.Series) else labels
    if np.ndim(column) != 1:
        raise InputError(f"{name} must have one dimension; here {np.ndim(column)}.")
    groups = pd.factorize(column)[0]
    check_same_length(rows, groups, name)
    if (groups < 0).any():
        raise InputError(
            f"{name} must be known for every row; {int((groups < 0).sum())} of {len(groups)} are not. "
            "Give a row of its own a label of its own."
        )
    return groups


def check_same_length(rows: np.ndarray, others: np.ndarray, name: str) -> None:
    """Refuse arrays of different lengths."""
    if len(rows) != len(others):
        raise InputError(f"observed has {len(rows)} rows and {name} has {len(others)}; they must be of the same rows.")


def check_level(level: float) -> float:
    """``level``, once it lies strictly between 0 and 1."""
    if not 0 < level < 1:
        raise InputError(f"level must lie strictly between 0 and 1, as 0.95; here it is {level}.")
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
                "The Series given have different indices, so their rows may not be of the same people. "
                "Bring them into one order first (reindex), or pass arrays."
            )


def _as_numbers(values: ArrayLike, name: str) -> np.ndarray:
    try:
        if isinstance(values, pd.Series):
            numbers = values.to_numpy(dtype=np.float64, na_value=np.nan)
        else:
            array = np.asarray(values)
            if array.dtype.kind not in "biufO":
                raise InputError(f"{name} must be numbers; here they are {array.dtype.name}.")
            numbers = array.astype(np.float64)
    except (TypeError, ValueError) as reason:
        if isinstance(reason, InputError):
            raise
        raise InputError(f"{name} must be numbers, in an array of one dimension; some of them are not.") from None
    if numbers.ndim != 1:
        raise InputError(f"{name} must have one dimension; here {numbers.ndim}.")
    return numbers
