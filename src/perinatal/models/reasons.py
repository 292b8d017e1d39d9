"""Why a rule, a trigger, a checklist or an index answered as it did: the sentences that hold."""

from __future__ import annotations

import html
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from perinatal.errors import InputError, NotAProbability
from perinatal.frames import Problem
from perinatal.frames.danger import DangerSigns
from perinatal.models.explanation import ROWS_SHOWN, shown_value
from perinatal.models.unanswered import Unanswered, chosen_names


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """The sentences behind each answer of a score that is no sum; it has no parts and no odds.

    Parameters
    ----------
    score : name of the published score.
    index : the caller's index.
    answer : the category, or the value of an index, of each row; missing where there is no answer.
    told : the sentences that hold, a tuple for each row; empty where there is no answer.
    inputs : what the score reads.
    unanswered : which rows have no answer, and why.
    problems : what was found wrong, odd or missing in the table.
    danger_signs : those of each row; they stand above any answer.
    """

    score: str
    index: pd.Index
    answer: pd.Series
    told: np.ndarray
    inputs: tuple[str, ...]
    unanswered: Unanswered
    problems: tuple[Problem, ...] = ()
    danger_signs: DangerSigns = field(kw_only=True)

    @property
    def sentences(self) -> pd.Series:
        """The sentences that hold, a tuple for each row, on the caller's index."""
        return pd.Series(self.told, index=self.index, name="sentences", dtype=object)

    @property
    def insufficient(self) -> pd.Series:
        """Names of the inputs without which the row has no answer, a tuple for each row."""
        names = chosen_names(self.inputs, self.unanswered.lacking)
        return pd.Series(names, index=self.index, name="insufficient", dtype=object)

    @property
    def refused(self) -> pd.Series:
        """Why the score does not apply to the row, a tuple of sentences for each row."""
        names = chosen_names(self.unanswered.sentences, self.unanswered.refused)
        return pd.Series(names, index=self.index, name="refused", dtype=object)

    @property
    def risk(self) -> pd.Series:
        """Raises :class:`~perinatal.errors.NotAProbability`: there is none."""
        raise NotAProbability(f"{self.score} gives no probability. Use .answer and .sentences.")

    def strongest(self, count: int = 3) -> pd.DataFrame:
        """The first ``count`` sentences of each row: ``rank, answer, sentence``; the caller's index, repeated.

        A row without an answer has no line.
        """
        if count < 1:
            raise InputError(f"strongest() needs a count of 1 or more, and got {count}.")
        shown = [sentences[:count] for sentences in self.told]
        rows = np.repeat(np.arange(len(shown)), [len(sentences) for sentences in shown])
        return pd.DataFrame(
            {
                "rank": np.array([rank for s in shown for rank in range(1, len(s) + 1)], dtype=np.int64),
                "answer": self.answer.astype(object).to_numpy()[rows],
                "sentence": np.array([sentence for s in shown for sentence in s], dtype=object),
            },
            index=self.index[rows],
        )

    def said(self, row: int) -> str:
        """The sentences of the row at this position, or why there is no answer."""
        if self.told[row]:
            return " ".join(self.told[row])
        lacking = ", ".join(self.insufficient.iloc[row])
        return " ".join([*([f"Insufficient without {lacking}."] if lacking else []), *self.refused.iloc[row]])

    def __repr__(self) -> str:
        notice, said = self.danger_signs.notice(), f"Reasons({self.score}: {len(self.index)} rows)"
        return f"{notice}\n{said}" if notice else said

    def _repr_html_(self) -> str:
        shown = min(ROWS_SHOWN, len(self.index))
        rows = []
        for row in range(shown):
            cells = (self.index[row], _answer(self.answer.iloc[row]), self.said(row))
            rows.append("<tr>" + "".join(f"<td>{html.escape(str(cell))}</td>" for cell in cells) + "</tr>")
        notice = self.danger_signs.notice()
        return (
            f"<p><b>{html.escape(notice)}</b></p>"
            * bool(notice)
            + f"<p><b>{html.escape(self.score)}</b>: {len(self.index)} rows; why the first {shown} are answered as "
            "they are.</p><table><tr><th>row</th><th>answer</th><th>because</th></tr>" + "".join(rows) + "</table>"
        )


def _answer(answer: object) -> str:
    said = shown_value(answer)
    return "no answer" if said == "unknown" else said
