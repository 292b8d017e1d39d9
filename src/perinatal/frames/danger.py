"""The danger signs in each row of a table: which are present, by which rule, and which could not be assessed."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import pandas as pd

from perinatal._html import html, join_html, table_html
from perinatal._json import Json, jsonable
from perinatal.clinical.danger_signs import DANGER_SIGNS, Criterion, DangerSign
from perinatal.frames.problems import Problem
from perinatal.vocabulary import VARIABLES
from perinatal.vocabulary.rules.columns import as_plain_numbers

WATCHED: frozenset[str] = frozenset(name for sign in DANGER_SIGNS.values() for name in sign.variables)
"""Canonical names of every variable that a danger sign reads."""

NOT_LOOKED_FOR = "not looked for"


class PresentSign(NamedTuple):
    """Rows with a danger sign.

    Parameters
    ----------
    sign, criterion : the sign, and the first of its criteria that is true in these rows.
    positions : 0-based positions of the rows.
    """

    sign: DangerSign
    criterion: Criterion
    positions: np.ndarray


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class DangerSigns:
    """The danger signs in a table; made by :func:`danger_signs`, and carried by every prediction.

    A sign that is not listed for a row is absent only where it could be assessed. A column that is not in the table, or
    a missing value, never means that there is no sign.

    Parameters
    ----------
    index : the caller's index.
    columns : the variables that were read.
    present_signs : each criterion that is true in some row.
    looked_for : shape (rows,): how many signs could be assessed in each row.
    known : the number of rows in which each sign could be assessed, where there is one.
    problems : the problems of those columns.
    """

    index: pd.Index
    columns: tuple[str, ...]
    present_signs: tuple[PresentSign, ...]
    looked_for: np.ndarray
    known: Mapping[str, int]
    problems: tuple[Problem, ...] = ()

    @property
    def rows(self) -> np.ndarray:
        """0-based positions of the rows with at least one sign, in the table's order."""
        if not self.present_signs:
            return np.empty(0, dtype=np.intp)
        return np.unique(np.concatenate([entry.positions for entry in self.present_signs]))

    @property
    def by_row(self) -> dict[int, list[PresentSign]]:
        """The signs of each row that has one, by its 0-based position; the most urgent first."""
        signs: dict[int, list[PresentSign]] = {}
        for entry in self.present_signs:
            for row in entry.positions.tolist():
                signs.setdefault(row, []).append(entry)
        return dict(sorted(signs.items()))

    @property
    def present(self) -> pd.Series:
        """The names of the signs of each row, a tuple, on the caller's index; empty where none is present."""
        column = np.empty(len(self.index), dtype=object)
        column[:] = [()] * len(self.index)
        for row, signs in self.by_row.items():
            column[row] = tuple(entry.sign.name for entry in signs)
        return pd.Series(column, index=self.index, name="danger_signs", dtype=object)

    @property
    def counts(self) -> pd.Series:
        """Rows with each sign that could be assessed, on the sign's name."""
        rows = dict.fromkeys(self.known, 0)
        for entry in self.present_signs:
            rows[entry.sign.name] += len(entry.positions)
        return pd.Series(rows, name="rows", dtype=np.int64)

    @property
    def by_sign(self) -> pd.DataFrame:
        """Every declared sign: ``label, people, columns, absent, looked_for, rows``, on its name.

        ``columns`` and ``absent`` name the variables it reads that the table has and has not; ``looked_for`` counts
        the rows in which it could be assessed, ``rows`` those in which it is present.
        """
        counts, columns = self.counts, set(self.columns)
        return pd.DataFrame(
            [
                {
                    "sign": sign.name,
                    "label": sign.label,
                    "people": "; ".join(person.value for person in sign.people),
                    "columns": ", ".join(name for name in sign.variables if name in columns),
                    "absent": ", ".join(name for name in sign.variables if name not in columns),
                    "looked_for": self.known.get(sign.name, 0),
                    "rows": int(counts.get(sign.name, 0)),
                }
                for sign in DANGER_SIGNS.values()
            ]
        ).set_index("sign")

    def describe_row(self, row: int) -> str:
        """The signs of one row in words; empty where there is none.

        Parameters
        ----------
        row : 0-based position of the row.
        """
        return "; ".join(entry.sign.label for entry in self.present_signs if row in entry.positions)

    def describe(self) -> np.ndarray:
        """The signs of each row in words, shape (rows,): ``severe hypertension; fever``, ``none of 3 looked for``.

        ``not looked for`` where no sign could be assessed.
        """
        words = [NOT_LOOKED_FOR, *(f"none of {count} looked for" for count in range(1, len(DANGER_SIGNS) + 1))]
        texts = np.array(words, dtype=object)[self.looked_for]
        for row, signs in self.by_row.items():
            texts[row] = "; ".join(entry.sign.label for entry in signs)
        return texts

    def to_frame(self) -> pd.DataFrame:
        """One line for each sign of each row, on the caller's index: ``sign, label, rule, source``."""
        lines = [(row, entry) for row, signs in self.by_row.items() for entry in signs]
        rows = np.array([row for row, _ in lines], dtype=np.intp)
        return pd.DataFrame(
            [
                (entry.sign.name, entry.sign.label, entry.criterion.message, entry.criterion.source)
                for _, entry in lines
            ],
            columns=["sign", "label", "rule", "source"],
            index=self.index[rows],
        )

    def to_dict(self) -> Json:
        """Rows with each sign that could be assessed, and the signs of each row that has one."""
        signs = self.to_frame()
        return {
            "rows": len(self.index),
            "looked_for": list(self.known),
            "counts": jsonable(self.counts.to_dict()),
            "signs": [
                {"record": jsonable(label), **jsonable(line)}
                for label, line in zip(signs.index, signs.to_dict("records"), strict=True)
            ],
        }

    def notice(self) -> str:
        """The line that stands above every answer about these rows; empty where no sign is present."""
        counts_text = ", ".join(
            f"{DANGER_SIGNS[str(name)].label} ({rows:,})" for name, rows in self.counts.items() if rows
        )
        total = f"{len(self.index):,} {'row' if len(self.index) == 1 else 'rows'}"
        return f"Danger signs in {len(self.rows):,} of {total}: {counts_text}." if counts_text else ""

    def headline(self) -> str:
        """How many rows have a danger sign, of how many, in a sentence."""
        total = f"{len(self.index):,} {'row' if len(self.index) == 1 else 'rows'}"
        if not self.known:
            return f"No danger sign could be looked for in {total}: the table has no column about one."
        return (
            f"{len(self.rows):,} of {total} with a danger sign; {len(self.known)} of the {len(DANGER_SIGNS)} danger "
            "signs could be looked for."
        )

    def __len__(self) -> int:
        return len(self.index)

    def __repr__(self) -> str:
        counts = self.counts
        lines = [f"  {DANGER_SIGNS[str(name)].label}: {rows:,}" for name, rows in counts[counts > 0].items()]
        return "\n".join([f"DangerSigns: {self.headline()}", *lines])

    def _repr_html_(self) -> str:
        frame = self.to_frame()
        return join_html(html("p", self.headline()), table_html(frame) if len(frame) else None)


def find_danger_signs(frame: pd.DataFrame, columns: Sequence[str], problems: Iterable[Problem] = ()) -> DangerSigns:
    """The danger signs in these columns of a canonical frame, with the problems of those columns among ``problems``."""
    numbers = {name: as_plain_numbers(frame[name]) for name in columns}
    looked_for = np.zeros(len(frame), dtype=np.int16)
    present, known = [], {}
    for sign, criteria in _assessable_signs(tuple(columns)):
        decided = np.zeros(len(frame), dtype=bool)
        earlier = None
        for criterion in criteria:
            result = criterion.rule.evaluate(numbers, len(frame))
            decided |= ~np.isnan(result)
            holds = result == 1
            if earlier is not None:
                holds = holds & ~earlier
            positions = np.flatnonzero(holds)
            if len(positions):
                present.append(PresentSign(sign, criterion, positions))
                earlier = holds if earlier is None else earlier | holds
        if decided.any():
            known[sign.name] = int(np.count_nonzero(decided))
        looked_for += decided
    own_problems = tuple(
        p for p in problems if p.variable in columns or normalise_heading(p.variable) in WATCHED_SPELLINGS
    )
    return DangerSigns(frame.index, tuple(columns), tuple(present), looked_for, known, own_problems)


def find_record_signs(values: Mapping[str, float]) -> DangerSigns:
    """The danger signs of one record, from its values as :class:`~perinatal.frames.records.RecordReader` reads them."""
    values = {name: value for name, value in values.items() if name in WATCHED}
    if not values:
        return _NO_SIGNS
    present, known = [], {}
    for sign, criteria in _assessable_signs(tuple(values)):
        for criterion in criteria:
            result = criterion.rule.evaluate_record(values)
            if result == result:
                known[sign.name] = 1
            if result == 1:
                present.append(PresentSign(sign, criterion, _FIRST_ROW))
                break
    return DangerSigns(_ONE_ROW, tuple(values), tuple(present), np.array([len(known)], dtype=np.int16), known)


@functools.lru_cache(maxsize=64)
def _assessable_signs(columns: tuple[str, ...]) -> tuple[tuple[DangerSign, tuple[Criterion, ...]], ...]:
    """The signs that can be assessed from these columns, with the criteria that can."""
    available = set(columns)
    assessable = ((s, tuple(c for c in s.criteria if available.issuperset(c.variables))) for s in DANGER_SIGNS.values())
    return tuple((sign, criteria) for sign, criteria in assessable if criteria)


def normalise_heading(heading: object) -> str:
    """A heading in lower case, its words joined by underscores: the form in which headings are compared."""
    return "_".join("".join(c if c.isalnum() else " " for c in str(heading).lower()).split())


def _build_spellings() -> dict[str, str]:
    """Aliases of the watched variables, and their names without the unit."""
    names: dict[str, str] = {}
    for name in sorted(WATCHED):
        declared = VARIABLES[name]
        stem = name.rsplit("_", 1)[0] if declared.unit else name
        for spelling in (name, stem, *declared.aliases):
            if spelling not in VARIABLES or spelling == name:
                names[spelling] = name
    return names


WATCHED_SPELLINGS = _build_spellings()
_ONE_ROW = pd.RangeIndex(1)
_FIRST_ROW = np.zeros(1, dtype=np.intp)
_NO_SIGNS = DangerSigns(_ONE_ROW, (), (), np.zeros(1, dtype=np.int16), {})
