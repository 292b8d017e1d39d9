"""A published score as a model: the same verbs as a trained one, and never a probability that was not published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from perinatal.frames import ColumnMap, Conformed
from perinatal.frames.danger import DangerSigns, conform_for
from perinatal.models.explanation import Explanation, Part
from perinatal.models.prediction import Prediction
from perinatal.models.reasons import Reasons
from perinatal.scores.answering import Answered, Answering
from perinatal.scores.deciding import ChartMethod, ChecklistMethod, IndexMethod, RulesMethod, TriggerMethod
from perinatal.scores.kinds import PublishedScore
from perinatal.scores.score_page import page_of
from perinatal.vocabulary import Category, Flag, Outcome, Quantity
from perinatal.vocabulary import outcome as outcome_of
from perinatal.vocabulary.inputs import described, record_schema

Table = pd.DataFrame | Mapping | Conformed
_SAYING = (RulesMethod, ChecklistMethod, TriggerMethod, ChartMethod, IndexMethod)
_ANYTHING = Quantity("", (-np.inf, np.inf), (-np.inf, np.inf))
_NOT_A_PROBABILITY = {
    "points": "Its points are not a probability.",
    "category": "Its category is not a probability.",
    "index": "Its value is not a probability.",
}


@dataclass(frozen=True, slots=True, eq=False)
class PublishedModel:
    """Answers each row as the publication does; frozen: other options make a new one.

    Parameters
    ----------
    score : the declaration, with every number, source and worked example.
    options : words chosen for its options; the others keep their default.
    """

    score: PublishedScore
    options: Mapping[str, str] = field(default_factory=dict)
    _answering: Answering = field(init=False, repr=False)

    def __post_init__(self) -> None:
        answering = Answering(self.score, self.options)
        object.__setattr__(self, "_answering", answering)
        object.__setattr__(self, "options", answering.options)

    @property
    def id(self) -> str:
        """``minipiers``."""
        return self.score.id

    @property
    def name(self) -> str:
        """As it is published."""
        return self.score.name

    @property
    def answers(self) -> str:
        """What it answers with: ``"risk"``, ``"points"``, ``"category"`` or ``"index"``."""
        return self._answering.method.answers

    @property
    def outcome(self) -> Outcome | None:
        """The declared outcome it estimates or ranks, where there is one."""
        return None if self.score.outcome is None else outcome_of(self.score.outcome)

    @property
    def moment(self) -> str:
        """When and about whom it is asked, in words."""
        return self.score.asked

    @property
    def inputs(self) -> tuple[str, ...]:
        """Canonical names of the variables it reads under the options chosen."""
        return self._answering.inputs

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The same as :attr:`inputs`."""
        return self.inputs

    @property
    def words(self) -> tuple[str, ...]:
        """Its categories, or the bands of its number; empty where none are published."""
        return self._answering.method.words

    @property
    def caution(self) -> str:
        """Where it comes from and what that means, in the words every output carries."""
        chosen = [f"{name} {word}" for name, word in self.options.items()]
        said = [
            f"{self.score.name}, as published ({self.score.citation}).",
            f"Derived for: {self.score.population.rstrip('.')}." if self.score.population else "",
            f"With {', '.join(chosen)}." if chosen else "",
            _NOT_A_PROBABILITY.get(self.answers, ""),
            "For research, not for clinical use as it stands; it has not been checked where you are.",
        ]
        return " ".join(filter(None, said))

    def with_options(self, **chosen: str) -> PublishedModel:
        """A new model with these options: ``model.with_options(society="isshp")``.

        Raises :class:`~perinatal.errors.UnknownName` for an option or a word that is not declared.
        """
        return PublishedModel(self.score, {**self.options, **chosen})

    def predict(self, table: Table, columns: ColumnMap | Mapping | None = None) -> Prediction:
        """The answer of each row: a risk, points, a category or an index, as :attr:`answers` says.

        A row that lacks what the score needs has none; :attr:`~perinatal.Prediction.insufficient` names what is
        missing. A row for which it was not published has none either; :attr:`~perinatal.Prediction.refused` says why.

        Parameters
        ----------
        table, columns : as for :meth:`perinatal.RiskModel.predict`.

        Raises
        ------
        MissingVariables
            none of the inputs is there, or one seems to be there under another name.
        UnknownLevels
            a category holds words that are not declared.
        """
        conformed, signs = conform_for(table, columns, self.inputs)
        answered = self._answering.answer(conformed.frame, conformed.problems)
        return Prediction(
            self.id,
            self.score.outcome,
            self.moment,
            conformed.frame.index,
            answered.numbers,
            self.inputs,
            answered.columns.unknown,
            (*conformed.problems, *answered.problems),
            self.caution,
            self.answers,
            answered.words,
            answered.details,
            answered.unanswered,
            danger_signs=signs,
        )

    def explain(self, table: Table, columns: ColumnMap | Mapping | None = None) -> Explanation | Reasons:
        """What each answer is made of; takes what :meth:`predict` takes, and raises the same.

        A sum (risk, points) is an :class:`~perinatal.Explanation` whose parts are the publication's own terms or
        points; anything else is :class:`~perinatal.models.reasons.Reasons`, the sentences that hold.
        """
        conformed, signs = conform_for(table, columns, self.inputs)
        answered = self._answering.answer(conformed.frame, conformed.problems)
        problems = (*conformed.problems, *answered.problems)
        index = conformed.frame.index
        if isinstance(self._answering.method, _SAYING):
            return self._reasons(answered, index, problems, signs)
        return self._parts(answered, index, problems, signs)

    def describe(self) -> pd.DataFrame:
        """The inputs, one row each: label, unit, levels, possible and plausible range, moment at which it is known."""
        return described(self.inputs)

    def json_schema(self) -> dict:
        """A JSON Schema (2020-12) of one record: types, units, ranges and levels of the inputs; none is required."""
        return record_schema(self.inputs, f"{self.name}, asked {self.moment}", self.caution)

    def card(self) -> str:
        """What it is, for whom, its numbers, their sources, and a worked example, in Markdown."""
        return page_of(self)

    def __repr__(self) -> str:
        return f"PublishedModel({self.id}: answers with {self.answers}, {len(self.inputs)} inputs)\n{self.caution}"

    def _reasons(self, answered: Answered, index: pd.Index, problems: tuple, signs: DangerSigns) -> Reasons:
        told = self._answering.said(answered)
        answer = answered.words if answered.numbers is None else answered.numbers
        return Reasons(
            self.name,
            index,
            pd.Series(answer, index=index, name="answer"),
            told,
            self.inputs,
            answered.unanswered,
            problems,
            danger_signs=signs,
        )

    def _parts(self, answered: Answered, index: pd.Index, problems: tuple, signs: DangerSigns) -> Explanation:
        method, columns = self._answering.method, answered.columns
        matrix, seen = np.full((2, columns.rows, len(method.lines)), np.nan)
        for place, line in enumerate(method.lines):
            matrix[:, place], seen[:, place] = line.part(columns)
        matrix[columns.unknown.all(axis=1)] = np.nan
        return Explanation(
            self.score.outcome or self.name,
            tuple(Part(line.name, line.label, _kind(line)) for line in method.lines),
            index,
            matrix,
            method.base,
            np.where(answered.unanswered.rows, np.nan, method.total(columns)),
            seen,
            problems,
            method.scale,
            danger_signs=signs,
        )


def _kind(line: object) -> Category | Flag | Quantity:
    if line.states:
        return Category(tuple(dict.fromkeys(line.states)))
    return Flag() if line.is_flag else _ANYTHING
