"""Lines of totals at the end of a table, which are about no one: their values become unknown, and they are counted."""

from __future__ import annotations

import numpy as np
import pandas as pd

from perinatal.frames.problems import Problem, ProblemRule

TOTALS = frozenset(
    (
        *("total", "totals", "grand total", "subtotal", "sum", "mean", "average", "median"),  # English
        *("suma", "promedio", "media"),  # Spanish
        *("soma", "média"),  # Portuguese
        *("somme", "moyenne"),  # French
        *("kul", "کل", "مجموعہ", "میزان"),  # Urdu
    )
)
"""What stands in the first known cell of a line of totals, in lower case."""


def remove_totals(table: pd.DataFrame) -> tuple[pd.DataFrame, list[Problem]]:
    """The table with the values of its lines of totals unknown, and a problem that counts them.

    A line of totals is at the end of the table, and its label or its first known cell is one of :data:`TOTALS`, which
    its column holds nowhere else.

    >>> table, problems = remove_totals(pd.DataFrame({"id": ["1", "Total"], "birth_weight_g": [3200.0, 5300.0]}))
    >>> table["birth_weight_g"].tolist(), str(problems[0])
    ([3200.0, nan], '1 of 2 rows is a line of totals; it is about no one, and its values are now unknown')
    """
    first = len(table)
    while first > 1 and _is_total(table, first - 1):
        first -= 1
    positions = np.arange(first, len(table))
    if not len(positions):
        return table, []
    mask = np.zeros(len(table), dtype=bool)
    mask[positions] = True
    verb = "is a line" if len(positions) == 1 else "are lines"
    them, their = ("it is", "its") if len(positions) == 1 else ("they are", "their")
    message = (
        f"{len(positions):,} of {len(table):,} rows {verb} of totals; {them} about no one, and {their} values are now "
        "unknown"
    )
    problem = Problem("table", ProblemRule.LINE_OF_TOTALS, len(positions), len(table), message, positions)
    return table.mask(pd.Series(mask, index=table.index) if table.index.is_unique else mask[:, None]), [problem]


def _is_total(table: pd.DataFrame, position: int) -> bool:
    if _is_word(table.index[position]):
        return True
    for place, cell in enumerate(table.iloc[position].tolist()):
        if isinstance(cell, str) and cell.strip():
            return _is_word(cell) and not (table.iloc[:position, place] == cell).any()
        if not isinstance(cell, str) and not (pd.api.types.is_scalar(cell) and pd.isna(cell)):
            return False
    return False


def _is_word(cell: object) -> bool:
    return isinstance(cell, str) and cell.strip(" .:").casefold() in TOTALS
