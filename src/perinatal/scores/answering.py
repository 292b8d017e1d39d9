"""One published score under chosen options, ready to answer: its method, its inputs, and what it refuses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from perinatal.errors import DeclarationError
from perinatal.frames import Problem, Rule
from perinatal.models.unanswered import Unanswered
from perinatal.scores.adding import NO_VALUE, EquationMethod, PointsMethod, SurvivalMethod, Worked, expect_flags
from perinatal.scores.deciding import ChartMethod, ChecklistMethod, IndexMethod, RulesMethod, TriggerMethod
from perinatal.scores.kinds import (
    Chart,
    Checklist,
    Equation,
    GaussianSurvival,
    Index,
    Points,
    PublishedScore,
    Rules,
    Trigger,
)
from perinatal.scores.reading import Columns, Reader, chosen_options, columns_of
from perinatal.vocabulary.rules.expressions import Expression, blame

Adding = EquationMethod | SurvivalMethod | PointsMethod
Deciding = RulesMethod | ChecklistMethod | TriggerMethod | ChartMethod | IndexMethod

_METHODS = {
    Equation: EquationMethod,
    GaussianSurvival: SurvivalMethod,
    Points: PointsMethod,
    Rules: RulesMethod,
    Checklist: ChecklistMethod,
    Trigger: TriggerMethod,
    Chart: ChartMethod,
    Index: IndexMethod,
}


@dataclass(frozen=True, slots=True, eq=False)
class Answered:
    """The answers to the rows of a frame.

    Parameters
    ----------
    numbers, words, details : as in :class:`~perinatal.models.Prediction`.
    columns : what was read.
    unanswered : which rows have no answer, and why.
    problems : what was refused, insufficient, counted as a published value or bounded.
    """

    numbers: np.ndarray | None
    words: pd.Categorical | None
    details: Mapping[str, np.ndarray]
    columns: Columns
    unanswered: Unanswered
    problems: tuple[Problem, ...]


class Answering:
    """A declared score, compiled.

    Parameters
    ----------
    score : the declaration.
    options : words chosen for its options; the others keep their default.

    Raises
    ------
    UnknownName : no such option, or no such choice.
    DeclarationError : its expressions do not fit together.
    """

    def __init__(self, score: PublishedScore, options: Mapping[str, str]) -> None:
        self.score = score
        self.options = chosen_options(score, options)
        self._reader = Reader(score, self.options)
        self.method: Adding | Deciding = _METHODS[type(score.method)](score.method, self._reader)
        self._ranges = tuple((self._reader.expression(r.holds), r.said) for r in score.ranges)
        expect_flags(tuple(holds for holds, _ in self._ranges))
        read = [name for e in (*self.method.expressions, *(holds for holds, _ in self._ranges)) for name in e.names]
        self.inputs: tuple[str, ...] = self._reader.inputs_of(read)
        if not self.inputs:
            raise DeclarationError(f"'{score.id}' reads nothing.")
        needed = self._reader.quantities_of(read)
        self.quantities: dict[str, Expression] = {n: e for n, e in self._reader.quantities.items() if n in needed}
        said = (*self.method.expressions, *self.quantities.values(), *(holds for holds, _ in self._ranges))
        self.optional = self._reader.inputs_of(name for e in said for name in e.optional)
        self._counts = np.array([name in score.missing_counts_as for name in self.inputs])

    def answer(self, frame: pd.DataFrame, found: Iterable[Problem] = ()) -> Answered:
        """Answer each row of a canonical frame that holds the inputs.

        ``found`` is what conforming found: a value that was given and could not be used is never *unmeasured*.
        """
        columns = columns_of(frame, self.score, self.inputs, self.quantities, found)
        worked = self.method.work(columns)
        unanswered = self._unanswered(columns, worked)
        without = unanswered.rows
        numbers = None if worked.numbers is None else np.where(without, np.nan, worked.numbers)
        words = None
        if worked.codes is not None:
            codes = np.where(without, -1, worked.codes)
            words = pd.Categorical.from_codes(codes, categories=list(self.method.words), ordered=False)
        silent = columns.unknown.all(axis=1) | unanswered.refused.any(axis=1)
        details = {name: np.where(silent, np.nan, numbers) for name, numbers in worked.details.items()}
        problems = (
            *columns.problems,
            *self._counted(worked, silent),
            *self._left_out(columns, without),
            *self._problems(columns, unanswered),
        )
        return Answered(numbers, words, details, columns, unanswered, problems)

    def said(self, answered: Answered) -> np.ndarray:
        """The sentences behind each answer of a score that is no sum, a tuple for each row; empty without answer."""
        told = self.method.said(answered.columns)
        for row in np.flatnonzero(answered.unanswered.rows):
            told[row] = ()
        return told

    def _unanswered(self, columns: Columns, worked: Worked) -> Unanswered:
        held = [(holds.of(columns.values, columns.rows), said) for holds, said in self._ranges]
        refused = {said: condition == 0 for condition, said in held} | dict(worked.refused)
        open_ = np.isnan(worked.numbers) if worked.numbers is not None else worked.codes < 0
        every, needed = columns.unknown.all(axis=1), columns.unknown & ~self._counts
        rows = open_ | every
        for condition, _ in held:
            rows |= condition != 1
        if self.score.needs_every_input:
            rows |= needed.any(axis=1)
        lacking = np.zeros_like(columns.unknown)
        some = np.flatnonzero(rows & columns.unknown.any(axis=1))
        if len(some):
            lacking[some] = self._blamed(columns.only(some))
            if self.score.needs_every_input:
                lacking[some] |= needed[some]
            lacking[every] = True
        told = np.column_stack(list(refused.values())) if refused else np.zeros((columns.rows, 0), dtype=bool)
        nameless = rows & ~lacking.any(axis=1) & ~told.any(axis=1)
        if nameless.any():
            told, refused = np.column_stack([told, nameless]), {**refused, NO_VALUE: nameless}
        return Unanswered(rows | told.any(axis=1), lacking, tuple(refused), told)

    def _blamed(self, columns: Columns) -> np.ndarray:
        """The inputs that leave rows open, of rows that are."""
        found = np.zeros_like(columns.unknown)
        everywhere = np.ones(columns.rows, dtype=bool)
        causes = [*self.method.undecided(columns), *((holds, everywhere) for holds, _ in self._ranges)]
        for expression, where in causes:
            for name, rows in blame(expression, columns.values, self.quantities, columns.rows).items():
                found[:, self.inputs.index(name)] |= rows & where
        return found

    def _counted(self, worked: Worked, silent: np.ndarray) -> Iterator[Problem]:
        for label, rows in worked.counted.items():
            where = np.flatnonzero(rows & ~silent)
            if len(where):
                message = (
                    f"{label}: not measured in {len(where):,} of {len(rows):,} {'row' if len(rows) == 1 else 'rows'}, "
                    f"and counted as 0 points there, as {self.score.name} is published"
                )
                yield Problem(self.score.id, Rule.COUNTED_AS, len(where), len(rows), message, where)

    def _left_out(self, columns: Columns, without: np.ndarray) -> Iterator[Problem]:
        """Inputs that the publication does without, unknown in rows that are answered."""
        for name in self.optional:
            where = np.flatnonzero(columns.unknown[:, self.inputs.index(name)] & ~without)
            if len(where) and name not in self.score.missing_counts_as:
                rows = f"{columns.rows:,} {'row' if columns.rows == 1 else 'rows'}"
                message = (
                    f"{name}: unknown in {len(where):,} of {rows}, and "
                    f"left out of the answer there, as {self.score.name} is published"
                )
                yield Problem(name, Rule.COUNTED_AS, len(where), columns.rows, message, where)

    def _problems(self, columns: Columns, unanswered: Unanswered) -> tuple[Problem, ...]:
        problems = []
        total = columns.rows
        rows = f"{total:,} {'row' if total == 1 else 'rows'}"
        for place, name in enumerate(self.inputs):
            where = np.flatnonzero(unanswered.lacking[:, place])
            if len(where):
                message = (
                    f"{name}: unknown in {len(where):,} of {rows}, which {self.score.name} cannot answer without it"
                )
                problems.append(Problem(name, Rule.NOT_ANSWERED, len(where), total, message, where))
        for place, said in enumerate(unanswered.sentences):
            where = np.flatnonzero(unanswered.refused[:, place])
            if len(where):
                message = f"{self.score.name}: {len(where):,} of {rows} not answered: {said.rstrip('.')}"
                problems.append(Problem(self.score.id, Rule.NOT_ANSWERED, len(where), total, message, where))
        return tuple(problems)
