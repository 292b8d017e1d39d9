"""Why a rule, a trigger, a checklist or an index answered as it did: the sentences that hold."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from perinatal._html import html, join_html
from perinatal._json import Json, jsonable
from perinatal.errors import InputError, NotAProbability
from perinatal.frames import Problem
from perinatal.frames.danger import DangerSigns
from perinatal.models.explanation import ROWS_DISPLAYED, format_cell
from perinatal.models.unanswered import UnansweredRows, names_by_row


@dataclass(frozen=True, slots=True, eq=False)
class Reasons:
    """The sentences behind each answer of a score that is no sum; it has no parts and no odds.

    Parameters
    ----------
    score : name of the published score.
    index : the caller's index.
    answer : the category, or the value of an index, of each row; missing where there is no answer.
    sentences_by_row : the sentences that hold, a tuple for each row; empty where there is no answer.
    inputs : what the score reads.
    unanswered : which rows have no answer, and why.
    problems : what was found wrong, odd or missing in the table.
    danger_signs : those of each row; they stand above any answer.
    status : ``answered``, or why the row has no answer, as :attr:`perinatal.Prediction.status` has it.
    """

    score: str
    index: pd.Index
    answer: pd.Series
    sentences_by_row: np.ndarray
    inputs: tuple[str, ...]
    unanswered: UnansweredRows
    problems: tuple[Problem, ...] = ()
    danger_signs: DangerSigns = field(kw_only=True)
    status: pd.Series = field(kw_only=True)

    @property
    def sentences(self) -> pd.Series:
        """The sentences that hold, a tuple for each row, on the caller's index."""
        return pd.Series(self.sentences_by_row, index=self.index, name="sentences", dtype=object)

    @property
    def insufficient(self) -> pd.Series:
        """Names of the inputs without which the row has no answer, a tuple for each row."""
        names = names_by_row(self.inputs, self.unanswered.lacking)
        return pd.Series(names, index=self.index, name="insufficient", dtype=object)

    @property
    def refused(self) -> pd.Series:
        """Why the score does not apply to the row, a tuple of sentences for each row."""
        names = names_by_row(self.unanswered.sentences, self.unanswered.refused)
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
        first_sentences = [sentences[:count] for sentences in self.sentences_by_row]
        rows = np.repeat(np.arange(len(first_sentences)), [len(sentences) for sentences in first_sentences])
        return pd.DataFrame(
            {
                "rank": np.array([rank for s in first_sentences for rank in range(1, len(s) + 1)], dtype=np.int64),
                "answer": self.answer.astype(object).to_numpy()[rows],
                "sentence": np.array([sentence for s in first_sentences for sentence in s], dtype=object),
            },
            index=self.index[rows],
        )

    def to_frame(self) -> pd.DataFrame:
        """``answer`` and ``because``, the sentences that hold or why there is no answer, on the caller's index."""
        because = [self.describe(row) for row in range(len(self.index))]
        return pd.DataFrame({"answer": self.answer, "because": because}, index=self.index)

    def to_dict(self) -> Json:
        """The score, and for each row its answer and the sentences behind it, ready for JSON."""
        rows = [
            {"record": jsonable(label), "status": status, "answer": jsonable(answer), "sentences": list(sentences)}
            for label, status, answer, sentences in zip(
                self.index, self.status, self.answer.astype(object), self.sentences_by_row, strict=True
            )
        ]
        return {
            "score": self.score,
            "rows": rows,
            "danger_signs": self.danger_signs.to_dict(),
            "problems": [str(problem) for problem in self.problems],
        }

    def describe(self, row: int) -> str:
        """The sentences of the row at this position, or why there is no answer."""
        if self.sentences_by_row[row]:
            return " ".join(self.sentences_by_row[row])
        lacking = ", ".join(self.insufficient.iloc[row])
        return " ".join([*([f"Insufficient without {lacking}."] if lacking else []), *self.refused.iloc[row]])

    def __repr__(self) -> str:
        notice, text = self.danger_signs.notice(), f"Reasons({self.score}: {len(self.index)} rows)"
        return f"{notice}\n{text}" if notice else text

    def _repr_html_(self) -> str:
        row_count = min(ROWS_DISPLAYED, len(self.index))
        rows = []
        for row in range(row_count):
            cells = (self.index[row], _format_answer(self.answer.iloc[row]), self.describe(row))
            rows.append(html("tr", [html("td", str(cell)) for cell in cells]))
        notice = self.danger_signs.notice()
        return join_html(
            html("p", html("b", notice)) if notice else None,
            html("p", html("b", self.score), f": {len(self.index)} rows; the reasons of the first {row_count}."),
            html("table", html("tr", [html("th", words) for words in ("row", "answer", "because")]), rows),
        )


def _format_answer(answer: object) -> str:
    text = format_cell(answer)
    return "no answer" if text == "unknown" else text
