"""Which rows a score does not answer, and why: what is missing, or that it was not published for them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd


@dataclass(frozen=True, slots=True, eq=False)
class Unanswered:
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


def chosen_names(names: tuple[str, ...], chosen: np.ndarray) -> np.ndarray:
    """The names chosen in each row, as tuples; equal rows share one.

    Parameters
    ----------
    names : of the columns. chosen : ``bool``, shape (rows, names).

    Examples
    --------
    >>> chosen_names(("parity", "sex"), np.array([[True, True], [False, False], [False, True]])).tolist()
    [('parity', 'sex'), (), ('sex',)]
    """
    labels = np.array(names, dtype=object)
    rows = np.empty(len(chosen), dtype=object)
    rows.fill(())
    some = np.flatnonzero(chosen.any(axis=1))
    if not len(some):
        return rows
    packed = np.packbits(chosen[some], axis=1)
    which, patterns = pd.factorize(packed.view(f"V{packed.shape[1]}").ravel())
    told = np.empty(len(patterns), dtype=object)
    for place, pattern in enumerate(patterns):
        bits = np.unpackbits(np.frombuffer(pattern, dtype=np.uint8), count=len(names))
        told[place] = tuple(labels[bits.astype(bool)])
    rows[some] = told[which]
    return rows
