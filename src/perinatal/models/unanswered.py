"""Which rows a score does not answer, and why: what is missing, or that it was not published for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class UnansweredRows:
    """Rows without an answer.

    Parameters
    ----------
    rows : shape (rows,): which rows have no answer.
    lacking : shape (rows, inputs): the inputs without which the row has none; only in rows without an answer.
    sentences : why a score may not apply.
    refused : shape (rows, sentences): which of them hold.
    """

    rows: np.ndarray
    lacking: np.ndarray
    sentences: tuple[str, ...]
    refused: np.ndarray


def names_by_row(names: tuple[str, ...], mask: np.ndarray) -> np.ndarray:
    """The names chosen in each row, as tuples; equal rows share one.

    Parameters
    ----------
    names : of the columns. chosen : ``bool``, shape (rows, names).

    Examples
    --------
    >>> names_by_row(("parity", "sex"), np.array([[True, True], [False, False], [False, True]])).tolist()
    [('parity', 'sex'), (), ('sex',)]
    """
    labels = np.array(names, dtype=object)
    rows = np.empty(len(mask), dtype=object)
    rows.fill(())
    positions = np.flatnonzero(mask.any(axis=1))
    if not len(positions):
        return rows
    packed = np.packbits(mask[positions], axis=1)
    pattern_codes, patterns = pd.factorize(packed.view(f"V{packed.shape[1]}").ravel())
    name_tuples = np.empty(len(patterns), dtype=object)
    for i, pattern in enumerate(patterns):
        bits = np.unpackbits(np.frombuffer(pattern, dtype=np.uint8), count=len(names))
        name_tuples[i] = tuple(labels[bits.astype(bool)])
    rows[positions] = name_tuples[pattern_codes]
    return rows
