"""A published score compiled for the chosen options, and its answers to the rows of a table."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from perinatal.errors import DeclarationError
from perinatal.frames import Problem, ProblemRule
from perinatal.models.unanswered import UnansweredRows, report_nothing_known
from perinatal.scores.adding import (
    NO_VALUE,
    EquationMethod,
    MethodResult,
    PointScoreMethod,
    SurvivalMethod,
    require_flags,
)
from perinatal.scores.deciding import ChartMethod, ChecklistMethod, DecisionRulesMethod, IndexMethod, TriggerMethod
from perinatal.scores.kinds import (
    Chart,
    Checklist,
    DecisionRules,
    Equation,
    GaussianSurvival,
    Index,
    PointScore,
    PublishedScore,
    Trigger,
)
from perinatal.scores.reading import Columns, Reader, read_columns, resolve_options
from perinatal.vocabulary.rules.expressions import Expression, find_unknown_inputs

SumMethod = EquationMethod | SurvivalMethod | PointScoreMethod
DecisionMethod = DecisionRulesMethod | ChecklistMethod | TriggerMethod | ChartMethod | IndexMethod

_METHODS = {
    Equation: EquationMethod,
    GaussianSurvival: SurvivalMethod,
    PointScore: PointScoreMethod,
    DecisionRules: DecisionRulesMethod,
    Checklist: ChecklistMethod,
    Trigger: TriggerMethod,
    Chart: ChartMethod,
    Index: IndexMethod,
}


@dataclass(frozen=True, slots=True, eq=False)
class ScoreAnswers:
    """The answers to the rows of a frame.

    Parameters
    ----------
    numbers, words, details : as in :class:`~perinatal.models.Prediction`.
    columns : the inputs and quantities that were read.
    unanswered : which rows have no answer, and why.
    problems : rows refused or insufficient, and values replaced by a published value or bound.
    """

    numbers: np.ndarray | None
    words: pd.Categorical | None
    details: Mapping[str, np.ndarray]
    columns: Columns
    unanswered: UnansweredRows
    problems: tuple[Problem, ...]


class CompiledScore:
    """A declared score whose expressions have been compiled.

    Parameters
    ----------
    score : the declaration.
    options : the choice for each option; options that are absent keep their default.

    Raises
    ------
    UnknownName : there is no such option, or no such choice.
    DeclarationError : an expression is invalid, or the score reads no variable.
    """

    def __init__(self, score: PublishedScore, options: Mapping[str, str]) -> None:
        self.score = score
        self.options = resolve_options(score, options)
        self._reader = Reader(score, self.options)
        self.method: SumMethod | DecisionMethod = _METHODS[type(score.method)](score.method, self._reader)
        self._ranges = tuple((self._reader.parse(r.condition), r.message) for r in score.ranges)
        require_flags(tuple(condition for condition, _ in self._ranges))
        read = [
            name for e in (*self.method.expressions, *(condition for condition, _ in self._ranges)) for name in e.names
        ]
        self.inputs: tuple[str, ...] = self._reader.resolve_inputs(read)
        if not self.inputs:
            raise DeclarationError(f"'{score.id}' reads no variable. A score needs at least one input.")
        needed = self._reader.resolve_quantities(read)
        self.quantities: dict[str, Expression] = {n: e for n, e in self._reader.quantities.items() if n in needed}
        expressions = (
            *self.method.expressions,
            *self.quantities.values(),
            *(condition for condition, _ in self._ranges),
        )
        self.optional = self._reader.resolve_inputs(name for e in expressions for name in e.optional)
        self._has_published_value = np.array([name in score.missing_counts_as for name in self.inputs])

    def answer(self, frame: pd.DataFrame, conform_problems: Iterable[Problem] = ()) -> ScoreAnswers:
        """Answer each row of a canonical frame that has the inputs.

        ``conform_problems`` are the problems reported by ``conform``. A value that was given but could not be used does
        not count as unmeasured.
        """
        columns = read_columns(frame, self.score, self.inputs, self.quantities, conform_problems)
        result = self.method.compute(columns)
        unanswered = self._find_unanswered(columns, result)
        unanswered_rows = unanswered.rows
        numbers = None if result.numbers is None else np.where(unanswered_rows, np.nan, result.numbers)
        words: pd.Categorical[Any] | None = None
        if result.codes is not None:
            codes = np.where(unanswered_rows, -1, result.codes)
            words = pd.Categorical.from_codes(codes.tolist(), categories=pd.Index(self.method.words))
        silent = np.asarray(columns.unknown.all(axis=1)) | unanswered.refused.any(axis=1)
        details = {name: np.where(silent, np.nan, numbers) for name, numbers in result.details.items()}
        problems = (
            *columns.problems,
            *self._report_unmeasured(result, silent),
            *self._report_omitted(columns, unanswered_rows),
            *self._report_unanswered(columns, unanswered),
            *report_nothing_known(self.score.id, np.asarray(columns.unknown.all(axis=1))),
        )
        return ScoreAnswers(numbers, words, details, columns, unanswered, problems)

    def _find_unanswered(self, columns: Columns, result: MethodResult) -> UnansweredRows:
        range_conditions = [
            (condition.evaluate(columns.values, columns.rows), message) for condition, message in self._ranges
        ]
        refused = {message: condition == 0 for condition, message in range_conditions} | dict(result.refused)
        open_ = np.isnan(result.numbers) if result.numbers is not None else np.asarray(result.codes) < 0
        all_unknown = np.asarray(columns.unknown.all(axis=1))
        needed = columns.unknown & ~self._has_published_value
        rows: np.ndarray = open_ | all_unknown
        for condition, _ in range_conditions:
            rows |= condition != 1
        if self.score.needs_every_input:
            rows |= needed.any(axis=1)
        lacking = np.zeros_like(columns.unknown)
        positions = np.flatnonzero(rows & columns.unknown.any(axis=1))
        if len(positions):
            lacking[positions] = self._find_lacking(columns.select_rows(positions))
            if self.score.needs_every_input:
                lacking[positions] |= needed[positions]
            lacking[all_unknown] = True
        refusals = np.column_stack(list(refused.values())) if refused else np.zeros((columns.rows, 0), dtype=bool)
        unexplained = rows & ~lacking.any(axis=1) & ~refusals.any(axis=1)
        if unexplained.any():
            refusals, refused = np.column_stack([refusals, unexplained]), {**refused, NO_VALUE: unexplained}
        return UnansweredRows(rows | refusals.any(axis=1), lacking, tuple(refused), refusals)

    def _find_lacking(self, columns: Columns) -> np.ndarray:
        """For rows without an answer, a mask of the inputs whose values are needed and unknown."""
        lacking = np.zeros_like(columns.unknown)
        everywhere = np.ones(columns.rows, dtype=bool)
        causes = [
            *self.method.iter_unknown_causes(columns),
            *((condition, everywhere) for condition, _ in self._ranges),
        ]
        for expression, where in causes:
            for name, rows in find_unknown_inputs(expression, columns.values, self.quantities, columns.rows).items():
                lacking[:, self.inputs.index(name)] |= rows & where
        return lacking

    def _report_unmeasured(self, result: MethodResult, silent: np.ndarray) -> Iterator[Problem]:
        for label, rows in result.unmeasured_rows.items():
            where = np.flatnonzero(rows & ~silent)
            if len(where):
                message = (
                    f"{label}: not measured in {len(where):,} of {len(rows):,} {'row' if len(rows) == 1 else 'rows'}; "
                    f"scored 0 points there, as published for {self.score.name}"
                )
                yield Problem(self.score.id, ProblemRule.COUNTED_AS, len(where), len(rows), message, where)

    def _report_omitted(self, columns: Columns, unanswered_rows: np.ndarray) -> Iterator[Problem]:
        """A problem for each optional input that is unknown in answered rows."""
        for name in self.optional:
            where = np.flatnonzero(columns.unknown[:, self.inputs.index(name)] & ~unanswered_rows)
            if len(where) and name not in self.score.missing_counts_as:
                rows = f"{columns.rows:,} {'row' if columns.rows == 1 else 'rows'}"
                message = (
                    f"{name}: unknown in {len(where):,} of {rows}; "
                    f"answered without it there, as published for {self.score.name}"
                )
                yield Problem(name, ProblemRule.COUNTED_AS, len(where), columns.rows, message, where)

    def _report_unanswered(self, columns: Columns, unanswered: UnansweredRows) -> tuple[Problem, ...]:
        problems = []
        total = columns.rows
        rows = f"{total:,} {'row' if total == 1 else 'rows'}"
        for i, name in enumerate(self.inputs):
            where = np.flatnonzero(unanswered.lacking[:, i])
            if len(where):
                message = f"{name}: unknown in {len(where):,} of {rows}, for which {self.score.name} needs it"
                problems.append(Problem(name, ProblemRule.NOT_ANSWERED, len(where), total, message, where))
        for i, sentence in enumerate(unanswered.sentences):
            where = np.flatnonzero(unanswered.refused[:, i])
            if len(where):
                message = f"{self.score.name}: {len(where):,} of {rows} not answered: {sentence.rstrip('.')}"
                problems.append(Problem(self.score.id, ProblemRule.NOT_ANSWERED, len(where), total, message, where))
        return tuple(problems)


def describe_answers(method: DecisionMethod, answers: ScoreAnswers) -> np.ndarray:
    """The reasons for each answer of a score that is not a sum: a tuple per row, empty where there is no answer."""
    sentences = method.describe(answers.columns)
    for row in np.flatnonzero(answers.unanswered.rows):
        sentences[row] = ()
    return sentences
