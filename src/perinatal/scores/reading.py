"""Reads the columns of a score: inputs, intermediate quantities, and published rules for missing and extreme values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from perinatal.errors import DeclarationError, UnknownName
from perinatal.frames import Problem, ProblemRule
from perinatal.frames.problems import VALUES_LOST
from perinatal.scores.kinds import Clip, PublishedScore
from perinatal.vocabulary import VARIABLES, Identifier
from perinatal.vocabulary.rules.columns import as_plain_numbers
from perinatal.vocabulary.rules.expressions import NUMBER, Expression, Meaning, Words
from perinatal.vocabulary.rules.parsing import parse_rule


def resolve_options(score: PublishedScore, chosen: Mapping[str, str]) -> dict[str, str]:
    """The choice for each option, by default its declared default; raises :class:`~perinatal.errors.UnknownName`."""
    declared = {option.name: option for option in score.options}
    for name, word in chosen.items():
        if name not in declared:
            known = f"Expected one of: {', '.join(declared)}." if declared else "It has no options."
            raise UnknownName(f"'{score.id}' has no option {name!r}. {known}")
        if word not in declared[name].choices:
            raise UnknownName(
                f"The option '{name}' of '{score.id}' is one of {', '.join(declared[name].choices)}; got {word!r}."
            )
    return {name: chosen.get(name, option.default) for name, option in declared.items()}


class Reader:
    """Parses the expressions of one score under the chosen options."""

    def __init__(self, score: PublishedScore, options: Mapping[str, str]) -> None:
        self._options: dict[str, tuple[str, Words]] = {
            option.name: (options[option.name], option.choices) for option in score.options
        }
        self._meanings: dict[str, Meaning] = {
            name: variable.meaning for name, variable in VARIABLES.items() if not isinstance(variable.kind, Identifier)
        }
        duplicates = [name for name in self._options if name in self._meanings]
        self.quantities: dict[str, Expression] = {}
        for name, text in score.quantities:
            if name in self._meanings or name in self._options:
                duplicates.append(name)
                break
            self.quantities[name] = self.parse(text)
            self._meanings[name] = self.quantities[name].meaning
        if duplicates:
            raise DeclarationError(
                f"'{score.id}' uses the name '{duplicates[0]}' twice, or a variable has this name. Rename it."
            )

    def parse(self, text: str, answers: Iterable[str] = ()) -> Expression:
        """The expression, which may also use the names of ``answers`` as numbers."""
        return parse_rule(
            text, {**self._meanings, **dict.fromkeys(answers, NUMBER)} if answers else self._meanings, self._options
        )

    def category_words(self, name: str) -> Words:
        """The declared words of a category; raises :class:`~perinatal.errors.DeclarationError` for anything else."""
        meaning = self._meanings.get(name)
        if not isinstance(meaning, tuple):
            raise DeclarationError(f"'{name}' is not a category.")
        return meaning

    def resolve_inputs(self, names: Iterable[str]) -> tuple[str, ...]:
        """The input variables among these names, and those that the quantities among them read."""
        inputs: dict[str, None] = {}
        for name in names:
            if name in self.quantities:
                inputs |= dict.fromkeys(self.resolve_inputs(self.quantities[name].names))
            elif name in VARIABLES:
                inputs[name] = None
        return tuple(inputs)

    def resolve_quantities(self, names: Iterable[str]) -> set[str]:
        """The quantities among these names, and those that they depend on."""
        quantities: set[str] = set()
        for name in names:
            if name in self.quantities:
                quantities |= {name} | self.resolve_quantities(self.quantities[name].names)
        return quantities


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The columns of a frame as a score reads them.

    Parameters
    ----------
    rows : the number of rows.
    values : inputs and quantities by name, ``float64``: flags 1 and 0, levels by position, unknown ``NaN``.
    unknown : shape (rows, inputs): whether the value is unknown in the frame.
    problems : values that were replaced by a published value or bound.
    unusable : a mask of the rows in which a value was given but could not be used, for each input that has such rows.
    """

    rows: int
    values: dict[str, np.ndarray]
    unknown: np.ndarray
    problems: tuple[Problem, ...] = field(default=())
    unusable: Mapping[str, np.ndarray] = field(default_factory=dict)

    def select_rows(self, rows: np.ndarray) -> Columns:
        """The columns restricted to these rows (positions)."""
        values, unusable = ({name: v[rows] for name, v in arrays.items()} for arrays in (self.values, self.unusable))
        return Columns(len(rows), values, self.unknown[rows], unusable=unusable)

    def any_unusable(self, names: Iterable[str]) -> np.ndarray:
        """Rows in which one of these inputs was given but could not be used, shape (rows,)."""
        mask = np.zeros(self.rows, dtype=bool)
        for name in self.unusable.keys() & set(names):
            mask |= self.unusable[name]
        return mask


def read_columns(
    frame: pd.DataFrame,
    score: PublishedScore,
    inputs: tuple[str, ...],
    quantities: Mapping[str, Expression],
    conform_problems: Iterable[Problem] = (),
) -> Columns:
    """Read a canonical frame that has ``inputs``; ``conform_problems`` are the problems reported by ``conform``."""
    rows = len(frame)
    values: dict[str, np.ndarray] = {}
    problems: list[Problem] = []
    unknown = np.zeros((rows, len(inputs)), dtype=bool)
    clips = {clip.quantity: clip for clip in score.clips}
    for i, name in enumerate(inputs):
        values[name] = as_plain_numbers(frame[name])
        unknown[:, i] = np.isnan(values[name])
    all_unknown = unknown.all(axis=1) if inputs else np.zeros(rows, dtype=bool)
    unusable = _find_unusable(conform_problems, inputs, unknown)
    for i, name in enumerate(inputs):
        if name in score.missing_counts_as:
            positions = np.flatnonzero(unknown[:, i] & ~all_unknown & ~unusable.get(name, all_unknown))
            if len(positions):
                values[name] = values[name].copy()
                values[name][positions] = _convert_to_number(name, score.missing_counts_as[name])
                problems.append(_build_counted_problem(score, name, positions, rows))
        if name in clips:
            values[name] = _apply_bounds(values[name], clips[name], score, problems)
    for name, expression in quantities.items():
        values[name] = expression.evaluate(values, rows)
        if name in clips:
            values[name] = _apply_bounds(values[name], clips[name], score, problems)
    return Columns(rows, values, unknown, tuple(problems), unusable)


def _find_unusable(problems: Iterable[Problem], inputs: tuple[str, ...], unknown: np.ndarray) -> dict[str, np.ndarray]:
    """For each input, the rows whose value was given but could not be used and is therefore unknown."""
    rows: dict[str, np.ndarray] = {}
    for problem in problems:
        if problem.rule in VALUES_LOST and problem.variable in inputs:
            mask = rows.setdefault(problem.variable, np.zeros(len(unknown), dtype=bool))
            mask[problem.positions[problem.positions < len(unknown)]] = True
    return {name: mask & unknown[:, inputs.index(name)] for name, mask in rows.items()}


def _convert_to_number(name: str, value: float | bool | str) -> float:
    return float(VARIABLES[name].levels.index(value)) if isinstance(value, str) else float(value)


def _build_counted_problem(score: PublishedScore, name: str, where: np.ndarray, rows: int) -> Problem:
    value = score.missing_counts_as[name]
    text = {True: "yes", False: "no"}.get(value, value) if isinstance(value, bool) else value
    message = (
        f"{name}: unknown in {_format_rows(len(where), rows)}; counted as {text} there, as published for {score.name}"
    )
    return Problem(name, ProblemRule.COUNTED_AS, len(where), rows, message, where)


def _apply_bounds(values: np.ndarray, clip: Clip, score: PublishedScore, problems: list[Problem]) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        outside = np.flatnonzero((values < clip.low) | (values > clip.high))
    if not len(outside):
        return values
    message = (
        f"{clip.quantity}: {_format_rows(len(outside), len(values))} outside {clip.low:g} to {clip.high:g}; "
        f"set to the nearest bound there, as published for {score.name}"
    )
    problems.append(Problem(clip.quantity, ProblemRule.BOUNDED, len(outside), len(values), message, outside))
    return np.clip(values, clip.low, clip.high)


def _format_rows(count: int, rows: int) -> str:
    return f"{count:,} of {rows:,} {'row' if rows == 1 else 'rows'}"
