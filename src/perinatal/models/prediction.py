"""An answer for each row of a table, with every problem of the table and every missing input."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from scipy.special import expit

from perinatal._html import html, join_html, table_html
from perinatal._json import Json, jsonable
from perinatal.errors import NotAProbability, WrongAnswer
from perinatal.frames import Problem
from perinatal.frames.danger import DangerSigns
from perinatal.models.unanswered import UnansweredRows, find_status, names_by_row
from perinatal.vocabulary import Moment


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Risks of one outcome at one moment; of a published score also points, categories or an index.

    Parameters
    ----------
    model : id of the model.
    outcome, moment : what is estimated or ranked, and when; ``None`` where a published score declares none.
    index : the caller's index.
    numbers : log-odds of the risk, points or the index, ``float64``; ``NaN`` where there is no answer. ``None`` where
        the answer is a category.
    features : names of the model's features.
    unknown : shape (rows, features): which of them were unknown.
    problems : what was found wrong, odd or missing in the table.
    caution : where the model comes from, and that it needs local adoption elsewhere.
    answers : what is carried: ``"risk"``, ``"points"``, ``"category"`` or ``"index"``.
    words : the category of each row, or the published band of its number.
    details : numbers on the way to the answer, by name: subtotals, signs counted, the mean of a survival score.
    unanswered : which rows a published score does not answer, and why; ``None`` for a trained model.
    timing : when it is estimated, in words.
    danger_signs : those of each row, from every column of the table that is about one, also where the model does not
        read it; they stand above any answer.
    """

    model: str
    outcome: str | None
    moment: Moment | None
    index: pd.Index
    numbers: np.ndarray | None
    features: tuple[str, ...]
    unknown: np.ndarray
    problems: tuple[Problem, ...]
    caution: str
    answers: str = "risk"
    words: pd.Categorical | None = None
    details: Mapping[str, np.ndarray] = field(default_factory=dict)
    unanswered: UnansweredRows | None = None
    timing: str = field(kw_only=True)
    danger_signs: DangerSigns = field(kw_only=True)

    @property
    def log_odds(self) -> np.ndarray:
        """Log-odds of the risk; raises :class:`~perinatal.errors.NotAProbability` where the answer is none."""
        if self.answers != "risk" or self.numbers is None:
            raise NotAProbability(
                f"'{self.model}' gives no probability: its answer is {_ANSWER_PHRASES[self.answers]}. "
                f"Use .{_ANSWER_COLUMNS[self.answers]}."
            )
        return self.numbers

    @property
    def risk(self) -> pd.Series:
        """Probability of the outcome, on the caller's index.

        Raises :class:`~perinatal.errors.NotAProbability` where the answer is points, a category or an index.
        """
        return pd.Series(expit(self.log_odds), index=self.index, name="risk")

    @property
    def points(self) -> pd.Series:
        """Total points, on the caller's index; raises :class:`~perinatal.errors.WrongAnswer` where there are none."""
        return self._numbers_series("points")

    @property
    def value(self) -> pd.Series:
        """The index (a ratio, say), on the caller's; raises :class:`~perinatal.errors.WrongAnswer` where none."""
        return self._numbers_series("index").rename("value")

    @property
    def category(self) -> pd.Series:
        """The category, on the caller's index; raises :class:`~perinatal.errors.WrongAnswer` where there is none."""
        self._require_kind("category")
        return pd.Series(self.words, index=self.index, name="category")

    @property
    def band(self) -> pd.Series:
        """The published band of the number; raises :class:`~perinatal.errors.WrongAnswer` where none is declared."""
        if self.answers == "category" or self.words is None:
            raise WrongAnswer(f"'{self.model}' has no published bands. Its answer is {_ANSWER_PHRASES[self.answers]}.")
        return pd.Series(self.words, index=self.index, name="band")

    @property
    def missing(self) -> pd.Series:
        """Names of the features that were unknown, a tuple for each row, on the caller's index."""
        return self._names_series(self.features, self.unknown, "missing")

    @property
    def answered(self) -> pd.Series:
        """Whether the row has an answer, on the caller's index."""
        has_answer = ~self._nothing_known if self.unanswered is None else ~self.unanswered.rows
        return pd.Series(has_answer, index=self.index, name="answered")

    @property
    def status(self) -> pd.Series:
        """``answered``, or why the row has no answer, on the caller's index.

        ``nothing_known``: nothing that the model reads is known in the row. ``insufficient`` and ``refused``, of
        published scores alone: a required value is missing, and the score was not published for the row.
        """
        return pd.Series(find_status(self._nothing_known, self.unanswered), index=self.index, name="status")

    @property
    def insufficient(self) -> pd.Series:
        """Names of the inputs without which the row has no answer, a tuple for each row; empty where it has one."""
        if self.unanswered is None:
            return self._names_series((), np.empty((len(self), 0), dtype=bool), "insufficient")
        return self._names_series(self.features, self.unanswered.lacking, "insufficient")

    @property
    def refused(self) -> pd.Series:
        """Why the score does not apply to the row, a tuple of sentences for each row; empty where it does."""
        if self.unanswered is None:
            return self._names_series((), np.empty((len(self), 0), dtype=bool), "refused")
        return self._names_series(self.unanswered.sentences, self.unanswered.refused, "refused")

    def to_frame(self) -> pd.DataFrame:
        """``danger_signs, risk, status, unknown_features, missing`` on the caller's index.

        ``danger_signs`` are in words (``none of 3 looked for`` where there are none; see
        :meth:`~perinatal.frames.danger.DangerSigns.describe`), ``missing`` names features, comma-separated. A published
        score has
        ``points``, ``value`` or ``category`` in place of a risk it does not give, then its ``band`` and details where
        there are any, and at the end ``insufficient`` and ``refused``.
        """
        columns: dict[str, object] = {"danger_signs": self.danger_signs.describe()}
        columns[_ANSWER_COLUMNS[self.answers]] = getattr(self, _ANSWER_COLUMNS[self.answers])
        if self.answers != "category" and self.words is not None:
            columns["band"] = self.band
        columns |= self.details
        columns["status"] = self.status
        columns["unknown_features"] = self.unknown.sum(axis=1)
        columns["missing"] = [", ".join(row) for row in self.missing]
        if self.unanswered is not None:
            columns["insufficient"] = [", ".join(row) for row in self.insufficient]
            columns["refused"] = [" ".join(row) for row in self.refused]
        return pd.DataFrame(columns, index=self.index)

    def to_dict(self) -> Json:
        """What was estimated, when, by which model, and the answer of each row, ready for JSON."""
        frame = self.to_frame()
        rows = [
            {"record": jsonable(label), **jsonable(row)}
            for label, row in zip(self.index, frame.to_dict("records"), strict=True)
        ]
        return {
            "model": self.model,
            "outcome": self.outcome,
            "moment": jsonable(self.moment),
            "timing": self.timing,
            "answers": self.answers,
            "caution": self.caution,
            "rows": rows,
            "problems": [str(problem) for problem in self.problems],
        }

    def __len__(self) -> int:
        return len(self.index)

    def __repr__(self) -> str:
        answered = int(self.answered.sum())
        without = f"{len(self) - answered} without an answer, " if answered < len(self) else ""
        notice = self.danger_signs.notice()
        return (
            f"{notice}\n"
            * bool(notice)
            + f"Prediction({self.model}: {self._format_rows()}, {self._format_range(answered)}, {without}"
            f"{len(self.problems)} problems)\n{self.caution}"
        )

    def _repr_html_(self) -> str:
        notice = self.danger_signs.notice()
        return join_html(
            html("p", html("b", notice)) if notice else None,
            html("p", html("b", self.model), f" ({self.timing}): {self._format_rows()}, {len(self.problems)} problems"),
            table_html(self.to_frame(), 10),
            html("p", self.caution),
        )

    def _format_rows(self) -> str:
        return f"{len(self):,} {'row' if len(self) == 1 else 'rows'}"

    @property
    def _nothing_known(self) -> np.ndarray:
        return np.asarray(self.unknown.all(axis=1))

    def _format_range(self, answered: int) -> str:
        if self.numbers is None:
            counts = self.category.value_counts()
            return ", ".join(f"'{word}' in {count}" for word, count in counts.items() if count) or "no category"
        if not answered:
            return f"no {self.answers}"
        edges = (np.nanmin(self.numbers), np.nanmax(self.numbers))
        limits = [f"{expit(edge):.4f}" if self.answers == "risk" else f"{edge:.4g}" for edge in edges]
        return f"{self.answers} {limits[0]} to {limits[1]}"

    def _require_kind(self, kind: str) -> None:
        if self.answers != kind:
            raise WrongAnswer(
                f"'{self.model}' does not answer with {_ANSWER_PHRASES[kind]}, but with "
                f"{_ANSWER_PHRASES[self.answers]}. "
                f"Use .{_ANSWER_COLUMNS[self.answers]}."
            )

    def _numbers_series(self, kind: str) -> pd.Series:
        self._require_kind(kind)
        return pd.Series(self.numbers, index=self.index, name=kind)

    def _names_series(self, names: tuple[str, ...], mask: np.ndarray, name: str) -> pd.Series:
        return pd.Series(names_by_row(names, mask), index=self.index, name=name, dtype=object)


_ANSWER_COLUMNS = {"risk": "risk", "points": "points", "category": "category", "index": "value"}
_ANSWER_PHRASES = {
    "risk": "a probability",
    "points": "a number of points",
    "category": "a category",
    "index": "an index, which is neither a probability nor points",
}
