"""Suppresses counts of few people in every table, and what would let them be computed from the rest."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd

from perinatal.vocabulary.disclosure import SMALLEST_CELL, suppress_small


def suppress_small_counts(counts: pd.Series, smallest: int = SMALLEST_CELL) -> pd.Series:
    """Counts that add up to a known total, those of 1 to 9 as ``NaN``; never only one of them, nor few people.

    >>> suppress_small_counts(pd.Series([120, 4, 35, 0])).tolist()
    [120.0, nan, nan, 0.0]
    >>> suppress_small_counts(pd.Series([120, 35, 0])).tolist()
    [120.0, 35.0, 0.0]
    """
    displayed = counts.astype(np.float64).where((counts >= smallest) | (counts == 0))
    return suppress_complements(displayed, int(counts.sum()), smallest)


def suppress_complements(counts: pd.Series, total: int, smallest: int = SMALLEST_CELL) -> pd.Series:
    """Where a suppressed count could be computed from the total, the smallest of the others is suppressed too.

    It could where a single count is suppressed, and where all suppressed counts sum to fewer than ``smallest`` people.

    >>> suppress_complements(pd.Series([120.0, np.nan, 35.0]), 200).tolist()
    [120.0, nan, nan]
    >>> suppress_complements(pd.Series([120.0, np.nan, np.nan, 35.0]), 160).tolist()
    [120.0, nan, nan, nan]
    """
    counts = counts.copy()
    while (n_suppressed := int(counts.isna().sum())) > 0 and (n_suppressed == 1 or total - counts.sum() < smallest):
        others = counts.where(counts > 0).to_numpy()
        if np.isnan(others).all():
            break
        counts.iloc[int(np.nanargmin(others))] = np.nan
    return counts


def merge_small_bins(
    counts: pd.DataFrame, partner: np.ndarray | None = None, smallest: int = SMALLEST_CELL
) -> list[list[int]]:
    """Rows of a table put together until no cell counts 1 to 9 people: places of the rows of each line, in order.

    Sums of whole rows hide nothing that their margins could give away. A row with a small cell joins the row that
    ``partner`` names for it, or else the smallest other one that is not empty.

    >>> merge_small_bins(pd.DataFrame({"with": [40, 7, 12], "without": [900, 46, 80]}))
    [[0], [1, 2]]
    >>> merge_small_bins(pd.DataFrame({"with": [40, 700, 4], "without": [900, 4600, 90]}), partner=np.array([1, 0, 1]))
    [[0], [1, 2]]
    """
    values = counts.to_numpy(dtype=np.int64)
    lines = [[position] for position in range(len(values))]
    while True:
        sums = np.array([values[line].sum(axis=0) for line in lines])
        small = np.asarray(((sums > 0) & (sums < smallest)).any(axis=1))
        filled = np.asarray(sums.any(axis=1))
        if not small.any() or filled.sum() < 2:
            return sorted(sorted(line) for line in lines)
        size = sums.sum(axis=1)
        moving = int(np.argmin(np.where(small, size, np.iinfo(np.int64).max)))
        target = -1
        if partner is not None:
            wanted = int(partner[lines[moving][0]])
            target = next(i for i, line in enumerate(lines) if wanted in line)
        if target in (-1, moving):
            others = filled.copy()
            others[moving] = False
            target = int(np.argmin(np.where(others, size, np.iinfo(np.int64).max)))
        lines[target] = lines[target] + lines[moving]
        del lines[moving]


def suppress_small_steps(flow: Sequence[tuple[str, int | None]]) -> list[tuple[str, int | None]]:
    """A flow of rows without a count of 1 to 9: such a step is merged with another one that excluded rows.

    Where no other step did, its count and that of the first line are ``None``: one would give the other away.

    >>> suppress_small_steps([("read", 520), ("excluded: foreign", 15), ("excluded: unknown", 5), ("used", 500)])
    [('read', 520), ('excluded: foreign; unknown', 20), ('used', 500)]
    >>> suppress_small_steps([("read", 505), ("excluded: unknown", 5), ("used", 500)])
    [('read', None), ('excluded: unknown', None), ('used', 500)]
    """
    if any(rows is None for _, rows in flow):  # a record's: joined already
        return list(flow)
    steps = [(words, rows or 0) for words, rows in flow[1:-1]]
    while True:
        small = next((i for i, (_, rows) in enumerate(steps) if suppress_small(rows) is None), None)
        if small is None:
            return [flow[0], *((words, rows) for words, rows in steps), *flow[1:][-1:]]
        others = [i for i, (_, rows) in enumerate(steps) if rows and i != small]
        if not others:
            return [(flow[0][0], None), *((words, suppress_small(rows)) for words, rows in steps), flow[-1]]
        first, second = sorted((small, min(others, key=partial(_step_distance, small))))
        words, rows = steps.pop(second)
        steps[first] = (f"{steps[first][0]}; {words.removeprefix('excluded: ')}", steps[first][1] + rows)


def _step_distance(position: int, other: int) -> tuple[int, bool]:
    return abs(position - other), other > position  # the step before, where two are as near
