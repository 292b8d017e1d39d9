"""Which rows have no answer, and why: nothing is known, too little is, or a score was not published for them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
import pandas as pd

from perinatal.frames import Problem, ProblemRule


class AnswerStatus(StrEnum):
    """Whether a row has an answer, and if not, why."""

    ANSWERED = "answered"
    NOTHING_KNOWN = "nothing_known"
    INSUFFICIENT = "insufficient"
    REFUSED = "refused"


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


def find_status(nothing_known: np.ndarray, unanswered: UnansweredRows | None = None) -> np.ndarray:
    """The status of each row: ``answered``, ``nothing_known``, ``insufficient`` or ``refused``.

    Parameters
    ----------
    nothing_known : shape (rows,): of which rows nothing is known that the model reads.
    unanswered : which other rows a published score does not answer.

    Examples
    --------
    >>> find_status(np.array([False, True])).tolist()
    ['answered', 'nothing_known']
    """
    status = np.full(len(nothing_known), AnswerStatus.ANSWERED.value, dtype=object)
    if unanswered is not None:
        status[unanswered.rows] = AnswerStatus.INSUFFICIENT.value
        status[unanswered.refused.any(axis=1)] = AnswerStatus.REFUSED.value
    status[nothing_known] = AnswerStatus.NOTHING_KNOWN.value
    return status


def report_nothing_known(model: str, nothing_known: np.ndarray) -> tuple[Problem, ...]:
    """The problem of the rows of which nothing is known; empty where there is none.

    Parameters
    ----------
    model : its id.
    nothing_known : as for :func:`find_status`.
    """
    positions = np.flatnonzero(nothing_known)
    if not len(positions):
        return ()
    total = len(nothing_known)
    rows = f"{len(positions):,} of {total:,} {'row' if total == 1 else 'rows'}"
    message = f"{model}: nothing that the model reads is known in {rows}; no answer there"
    return (Problem(model, ProblemRule.NOTHING_KNOWN, len(positions), total, message, positions),)


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
