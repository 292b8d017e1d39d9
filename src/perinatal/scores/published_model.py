"""A published score as a model: the same verbs as a trained one, and never a probability that was not published."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from perinatal._html import html, join_html, table_html
from perinatal._json import Json
from perinatal.frames import ColumnMap, Table, conform_for
from perinatal.frames.danger import DangerSigns
from perinatal.models.explanation import Explanation, ScorePart
from perinatal.models.prediction import Prediction
from perinatal.models.reasons import Reasons
from perinatal.models.unanswered import find_status
from perinatal.scores.adding import GridLine, ItemLine, TermLine
from perinatal.scores.answering import CompiledScore, DecisionMethod, ScoreAnswers, SumMethod, describe_answers
from perinatal.scores.kinds import PublishedScore
from perinatal.scores.score_page import build_score_page
from perinatal.vocabulary import Category, Flag, Outcome, Quantity
from perinatal.vocabulary import outcome as outcome_of
from perinatal.vocabulary.inputs import build_record_schema, describe_inputs

_ANY_NUMBER = Quantity("", (-np.inf, np.inf), (-np.inf, np.inf))
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
    _compiled: CompiledScore = field(init=False, repr=False)

    def __post_init__(self) -> None:
        compiled = CompiledScore(self.score, self.options)
        object.__setattr__(self, "_compiled", compiled)
        object.__setattr__(self, "options", compiled.options)

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
        return self._compiled.method.answers

    @property
    def outcome(self) -> Outcome | None:
        """The declared outcome it estimates or ranks, where there is one."""
        return None if self.score.outcome is None else outcome_of(self.score.outcome)

    @property
    def moment(self) -> None:
        """A published score has no declared moment: see :attr:`timing`."""
        return None

    @property
    def timing(self) -> str:
        """When it is used and for whom, in words."""
        return self.score.timing

    @property
    def inputs(self) -> tuple[str, ...]:
        """Canonical names of the variables it reads under the options chosen."""
        return self._compiled.inputs

    @property
    def feature_names(self) -> tuple[str, ...]:
        """The same as :attr:`inputs`."""
        return self.inputs

    @property
    def words(self) -> tuple[str, ...]:
        """Its categories, or the bands of its number; empty where none are published."""
        return self._compiled.method.words

    @property
    def caution(self) -> str:
        """Where it comes from and what that means, in the words every output carries."""
        chosen = [f"{name} {word}" for name, word in self.options.items()]
        sentences = [
            f"{self.score.name}, as published ({self.score.citation}).",
            f"Derived for: {self.score.population.rstrip('.')}." if self.score.population else "",
            f"With {', '.join(chosen)}." if chosen else "",
            _NOT_A_PROBABILITY.get(self.answers, ""),
            "For research, not for clinical use as it stands; it has not been checked where you are.",
        ]
        return " ".join(filter(None, sentences))

    def to_frame(self) -> pd.DataFrame:
        """Its inputs, as :meth:`describe` gives them."""
        return self.describe()

    def to_dict(self) -> Json:
        """What it is, what it answers with and reads, and where it comes from, ready for JSON."""
        return {
            "id": self.id,
            "name": self.name,
            "answers": self.answers,
            "outcome": None if self.outcome is None else self.outcome.name,
            "timing": self.score.timing,
            "options": dict(self.options),
            "inputs": list(self.inputs),
            "citation": self.score.citation,
            "caution": self.caution,
        }

    def _repr_html_(self) -> str:
        target = "" if self.outcome is None else f" for {self.outcome.label}"
        text = f": {self.answers}{target}, {self.score.timing}"
        return join_html(html("p", html("b", self.name), text), table_html(self.describe()), html("p", self.caution))

    def with_options(self, **chosen: str) -> PublishedModel:
        """A new model with these options: ``model.with_options(society="isshp")``.

        Raises :class:`~perinatal.errors.UnknownName` for an option or a word that is not declared.

        Parameters
        ----------
        chosen : the options by name, each with one of its declared choices.
        """
        return PublishedModel(self.score, {**self.options, **chosen})

    def predict(
        self, table: Table, *, columns: ColumnMap | Mapping | None = None, units: Mapping[str, str] | None = None
    ) -> Prediction:
        """The answer of each row: a risk, points, a category or an index, as :attr:`answers` says.

        A row that lacks what the score needs has none; :attr:`~perinatal.Prediction.insufficient` names what is
        missing. A row for which it was not published has none either; :attr:`~perinatal.Prediction.refused` says why.

        Parameters
        ----------
        table, columns, units : as for :meth:`perinatal.RiskModel.predict`.

        Raises
        ------
        MissingVariables
            none of the inputs is there, or one seems to be there under another name.
        UnknownLevels
            a category holds words that are not declared.
        """
        conformed, signs = conform_for(table, self.inputs, columns=columns, units=units)
        answers = self._compiled.answer(conformed.frame, conformed.problems)
        return Prediction(
            self.id,
            self.score.outcome,
            None,
            conformed.frame.index,
            answers.numbers,
            self.inputs,
            answers.columns.unknown,
            (*conformed.problems, *answers.problems),
            self.caution,
            self.answers,
            answers.words,
            answers.details,
            answers.unanswered,
            timing=self.timing,
            danger_signs=signs,
        )

    def explain(
        self, table: Table, *, columns: ColumnMap | Mapping | None = None, units: Mapping[str, str] | None = None
    ) -> Explanation | Reasons:
        """What each answer is made of; takes what :meth:`predict` takes, and raises the same.

        A sum (risk, points) is an :class:`~perinatal.Explanation` whose parts are the publication's own terms or
        points; anything else is :class:`~perinatal.models.reasons.Reasons`, the sentences that hold.

        Parameters
        ----------
        table, columns, units : as for :meth:`predict`.
        """
        conformed, signs = conform_for(table, self.inputs, columns=columns, units=units)
        answers = self._compiled.answer(conformed.frame, conformed.problems)
        problems = (*conformed.problems, *answers.problems)
        index = conformed.frame.index
        method = self._compiled.method
        if isinstance(method, SumMethod):
            return self._build_explanation(method, answers, index, problems, signs)
        return self._build_reasons(method, answers, index, problems, signs)

    def describe(self) -> pd.DataFrame:
        """The inputs, one row each: label, unit, levels, possible and plausible range, moment at which it is known."""
        return describe_inputs(self.inputs)

    def json_schema(self) -> dict:
        """A JSON Schema (2020-12) of one record: types, units, ranges and levels of the inputs; none is required."""
        return build_record_schema(self.inputs, f"{self.name}, asked {self.timing}", self.caution)

    def card(self) -> str:
        """What it is, for whom, its numbers, their sources, and a worked example, in Markdown."""
        return build_score_page(self)

    def __repr__(self) -> str:
        return f"PublishedModel({self.id}: answers with {self.answers}, {len(self.inputs)} inputs)\n{self.caution}"

    def _build_reasons(
        self, method: DecisionMethod, answers: ScoreAnswers, index: pd.Index, problems: tuple, signs: DangerSigns
    ) -> Reasons:
        sentences = describe_answers(method, answers)
        answer = answers.words if answers.numbers is None else answers.numbers
        return Reasons(
            self.name,
            index,
            pd.Series(answer, index=index, name="answer"),
            sentences,
            self.inputs,
            answers.unanswered,
            problems,
            danger_signs=signs,
            status=_build_status(answers, index),
        )

    def _build_explanation(
        self, method: SumMethod, answers: ScoreAnswers, index: pd.Index, problems: tuple, signs: DangerSigns
    ) -> Explanation:
        columns = answers.columns
        matrix, values = np.full((2, columns.rows, len(method.lines)), np.nan)
        for i, line in enumerate(method.lines):
            matrix[:, i], values[:, i] = line.compute_part(columns)
        matrix[columns.unknown.all(axis=1)] = np.nan
        return Explanation(
            self.score.outcome or self.name,
            tuple(ScorePart(line.name, line.label, _get_line_kind(line)) for line in method.lines),
            index,
            matrix,
            method.base,
            np.where(answers.unanswered.rows, np.nan, method.compute_total(columns)),
            values,
            problems,
            method.scale,
            timing=self.timing,
            danger_signs=signs,
            status=_build_status(answers, index),
        )


def _build_status(answers: ScoreAnswers, index: pd.Index) -> pd.Series:
    nothing_known = np.asarray(answers.columns.unknown.all(axis=1))
    return pd.Series(find_status(nothing_known, answers.unanswered), index=index, name="status")


def _get_line_kind(line: TermLine | ItemLine | GridLine) -> Category | Flag | Quantity:
    if line.states:
        return Category(tuple(dict.fromkeys(line.states)))
    return Flag() if line.is_flag else _ANY_NUMBER
