"""Splits by whole groups: the rows of one mother, one delivery, one recording stay together."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perinatal.errors import InputError, NotEnoughData
from perinatal.training.auditing.running import GROUPED_BY


def encode_groups(frame: pd.DataFrame, groups: str | None = None) -> tuple[np.ndarray, str]:
    """A code for each row's group, and what it was grouped by.

    ``groups`` names an identifier column; by default ``mother_id``, else ``delivery_id``, else every row for itself.
    A row whose identifier is unknown is a group of its own.
    """
    if groups is not None and groups not in frame.columns:
        raise InputError(f"groups: the table has no column '{groups}'. Name a column of the table.")
    by = groups or next((name for name in GROUPED_BY if name in frame.columns and frame[name].notna().any()), None)
    if by is None:
        return np.arange(len(frame)), "row"
    codes = pd.factorize(frame[by])[0].astype(np.int64)
    unknown = codes < 0
    codes[unknown] = codes.max(initial=-1) + 1 + np.arange(unknown.sum())
    return codes, by


def grouped_folds(groups: np.ndarray, observed: np.ndarray, folds: int, seed: int) -> np.ndarray:
    """Fold of each row: whole groups, shuffled by ``seed`` and assigned in turn, those with the outcome first.

    Raises :class:`~perinatal.errors.NotEnoughData` when some fold would hold no event or nothing but events.
    """
    distinct_groups, position = np.unique(groups, return_inverse=True)
    with_event = np.zeros(len(distinct_groups), dtype=bool)
    np.logical_or.at(with_event, position, observed.astype(bool))
    order = np.random.default_rng(seed).permutation(len(distinct_groups))
    order = order[np.argsort(~with_event[order], kind="stable")]
    group_fold = np.empty(len(distinct_groups), dtype=np.intp)
    group_fold[order] = np.arange(len(distinct_groups)) % folds
    fold = group_fold[position]
    for number in range(folds):
        events = observed[fold == number]
        if not len(events) or events.min() == events.max():
            raise NotEnoughData(
                f"{int(observed.sum())} events in {len(observed)} rows are too few for {folds} folds of whole groups: "
                "every fold needs rows with and without the outcome."
            )
    return fold
