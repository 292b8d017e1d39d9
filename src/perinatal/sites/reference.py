"""The distribution of inputs and risks where a model was adopted, in bins: the reference for later periods."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.special import expit

from perinatal.models.derived_features import Feature
from perinatal.models.evidence import BinnedColumn, ReferenceRecord
from perinatal.models.explanation import Explanation
from perinatal.vocabulary import Category, Flag
from perinatal.vocabulary.disclosure import SMALLEST_CELL

BINS = 5  # of a number, by its quantiles; unknown is a bin of its own
RISK = "risk"


def build_reference(explanation: Explanation, features: Sequence[Feature]) -> ReferenceRecord:
    """Bins of every feature and of the risk, with the rows in each, and the information on the intercept.

    Bins of fewer than ten rows are merged with a neighbour.
    """
    columns = {}
    for position, f in enumerate(features):
        column = explanation.encoded[:, position].astype(np.float64)
        columns[f.name] = _bin_values(column, bin_edges(f, column))
    columns[RISK] = _bin_values(explanation.log_odds, _quantiles(explanation.log_odds))
    information = float((expit(explanation.log_odds) * expit(-explanation.log_odds)).sum())
    return ReferenceRecord(rows=len(explanation.index), columns=columns, information=information)


def bin_edges(f: Feature, column: np.ndarray) -> np.ndarray:
    """Inner edges of the bins of a feature: between levels, or quantiles of a number."""
    if isinstance(f.kind, Category):
        return np.arange(len(f.kind.levels) - 1) + 0.5
    if isinstance(f.kind, Flag):
        return np.array([0.5])
    return _quantiles(column.astype(np.float64))


def count_in_bins(values: np.ndarray, edges: Sequence[float] | np.ndarray) -> np.ndarray:
    """Rows in each bin between ``edges``, and last the rows without a value; shape (len(edges) + 2,).

    >>> count_in_bins(np.array([1.0, 2.0, 9.0, np.nan]), [1.5, 5.0])
    array([1, 1, 1, 1])
    """
    known = ~np.isnan(values)
    positions = np.where(known, np.searchsorted(np.asarray(edges), values, side="left"), len(edges) + 1)
    return np.bincount(positions, minlength=len(edges) + 2)


def assign_merged_bins(counts: np.ndarray, smallest: float = SMALLEST_CELL) -> np.ndarray:
    """The merged bin of each bin; every merged bin has at least ``smallest`` rows of ``counts``, or none.

    >>> assign_merged_bins(np.array([40, 3, 30, 0]))
    array([0, 0, 1, 2])
    """
    group = np.arange(len(counts))
    while True:
        totals = np.bincount(group, weights=counts, minlength=group.max() + 1)
        small = np.flatnonzero((totals > 0) & (totals < smallest))
        if not len(small) or len(totals) == 1:
            return group
        position = int(small[0])
        target = position - 1 if position > 0 else 1
        group = np.where(group == position, target, group)
        group = np.unique(group, return_inverse=True)[1]


def _bin_values(values: np.ndarray, edges: np.ndarray) -> BinnedColumn:
    counts = count_in_bins(values, edges)
    group = assign_merged_bins(counts)
    totals = np.bincount(group, weights=counts)
    return BinnedColumn(
        edges=tuple(float(edge) for edge in edges),
        groups=tuple(group.tolist()),
        counts=tuple(totals.astype(int).tolist()),
    )


def _quantiles(values: np.ndarray) -> np.ndarray:
    known = values[~np.isnan(values)]
    if not len(known):
        return np.empty(0)
    return np.unique(np.quantile(known, np.linspace(0, 1, BINS + 1)[1:-1], method="higher"))
