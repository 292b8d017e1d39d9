"""A published score as a model: the methods of a trained model, with a risk only where a probability was published."""

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
    """A published score that answers each row of a table. Immutable: :meth:`with_options` returns a new model.

    Parameters
    ----------
    score : the declaration, with every number, source and worked example.
    options : the choice for each option; options that are absent keep their default.
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
        """The name that :func:`perinatal.load_model` takes, such as ``minipiers``."""
        return self.score.id

    @property
    def name(self) -> str:
        """The name under which it was published."""
        return self.score.name

    @property
    def answers(self) -> str:
        """The kind of answer: ``"risk"``, ``"points"``, ``"category"`` or ``"index"``."""
        return self._compiled.method.answers

    @property
    def outcome(self) -> Outcome | None:
        """The declared outcome it estimates or ranks, or ``None``."""
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
        """Canonical names of the variables it reads under the chosen options."""
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
        """Its source, population and limits, as printed with every output."""
        chosen = [f"{name} {word}" for name, word in self.options.items()]
        sentences = [
            f"{self.score.name}, as published ({self.score.citation}).",
            f"Derived for: {self.score.population.rstrip('.')}." if self.score.population else "",
            f"With {', '.join(chosen)}." if chosen else "",
            _NOT_A_PROBABILITY.get(self.answers, ""),
            "For research, not for clinical use as it stands; it has not been validated at your site.",
        ]
        return " ".join(filter(None, sentences))

    def to_frame(self) -> pd.DataFrame:
        """The inputs, as returned by :meth:`describe`."""
        return self.describe()

    def to_dict(self) -> Json:
        """The name, kind of answer, options, inputs and source as plain values, ready for JSON."""
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

        Raises :class:`~perinatal.errors.UnknownName` for an option or a choice that is not declared.

        Parameters
        ----------
        chosen : the options by name, each with one of its declared choices.
        """
        return PublishedModel(self.score, {**self.options, **chosen})

    def predict(
        self, table: Table, *, columns: ColumnMap | Mapping | None = None, units: Mapping[str, str] | None = None
    ) -> Prediction:
        """The answer for each row: a risk, points, a category or an index, depending on :attr:`answers`.

        A row without a needed input has no answer; :attr:`~perinatal.Prediction.insufficient` names the missing inputs.
        A row to which the score does not apply has no answer; :attr:`~perinatal.Prediction.refused` gives the reason.

        Parameters
        ----------
        table, columns, units : as for :meth:`perinatal.RiskModel.predict`.

        Raises
        ------
        MissingVariables
            None of the inputs is present, or one seems to be present under another name.
        UnknownLevels
            A category contains words that are not declared.
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
        """The reasons for each answer; takes the arguments of :meth:`predict` and raises the same errors.

        For a risk or points, the result is an :class:`~perinatal.Explanation` whose parts are the published terms or
        items. For a category or an index, it is :class:`~perinatal.models.reasons.Reasons`: the rules, signs or formula
        that gave the answer.

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
        """One row per input: label, unit, levels, possible and plausible range, and the moment at which it is known."""
        return describe_inputs(self.inputs)

    def json_schema(self) -> dict:
        """A JSON Schema (2020-12) of one record: types, units, ranges and levels of the inputs; none is required."""
        return build_record_schema(self.inputs, f"{self.name}, used {self.timing}", self.caution)

    def card(self) -> str:
        """Its population, inputs, numbers, sources and a worked example, in Markdown."""
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
