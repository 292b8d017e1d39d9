"""What a score reads: its inputs, the quantities between, and the published treatment of odd and unknown values."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

import numpy as np
import pandas as pd

from perinatal.errors import DeclarationError, UnknownName
from perinatal.frames import Problem, Rule
from perinatal.frames.crosschecks import plain_numbers
from perinatal.frames.problems import VALUES_LOST
from perinatal.scores.kinds import Clip, PublishedScore
from perinatal.vocabulary import VARIABLES, Category, Flag, Identifier
from perinatal.vocabulary.rules.expressions import FLAG, NUMBER, Expression, Meaning, Words
from perinatal.vocabulary.rules.parsing import parsed


def chosen_options(score: PublishedScore, chosen: Mapping[str, str]) -> dict[str, str]:
    """The word of each option: the default where none is chosen; raises :class:`~perinatal.errors.UnknownName`."""
    declared = {option.name: option for option in score.options}
    for name, word in chosen.items():
        if name not in declared:
            known = f"Expected one of: {', '.join(declared)}." if declared else "It has none."
            raise UnknownName(f"'{score.id}' has no option {name!r}. {known}")
        if word not in declared[name].choices:
            raise UnknownName(
                f"The option '{name}' of '{score.id}' is one of {', '.join(declared[name].choices)}; got {word!r}."
            )
    return {name: chosen.get(name, option.default) for name, option in declared.items()}


class Reader:
    """Parses the expressions of one score under chosen options, and remembers nothing else."""

    def __init__(self, score: PublishedScore, options: Mapping[str, str]) -> None:
        self._options: dict[str, tuple[str, Words]] = {
            option.name: (options[option.name], option.choices) for option in score.options
        }
        self._meanings: dict[str, Meaning] = {
            name: _meaning(variable.kind)
            for name, variable in VARIABLES.items()
            if not isinstance(variable.kind, Identifier)
        }
        taken = [name for name in self._options if name in self._meanings]
        self.quantities: dict[str, Expression] = {}
        for name, text in score.quantities:
            if name in self._meanings or name in self._options:
                taken.append(name)
                break
            self.quantities[name] = self.expression(text)
            self._meanings[name] = self.quantities[name].meaning
        if taken:
            raise DeclarationError(f"'{score.id}' gives the name '{taken[0]}' twice, or it is a variable already.")

    def expression(self, text: str, answers: Iterable[str] = ()) -> Expression:
        """The expression, which may also use the names of ``answers`` as numbers."""
        return parsed(
            text, {**self._meanings, **dict.fromkeys(answers, NUMBER)} if answers else self._meanings, self._options
        )

    def words(self, name: str) -> Words:
        """The declared words of a category; raises :class:`~perinatal.errors.DeclarationError` for anything else."""
        meaning = self._meanings.get(name)
        if not isinstance(meaning, tuple):
            raise DeclarationError(f"'{name}' is not a category.")
        return meaning

    def inputs_of(self, names: Iterable[str]) -> tuple[str, ...]:
        """The variables behind some names: themselves, or what a quantity reads."""
        found: dict[str, None] = {}
        for name in names:
            if name in self.quantities:
                found |= dict.fromkeys(self.inputs_of(self.quantities[name].names))
            elif name in VARIABLES:
                found[name] = None
        return tuple(found)

    def quantities_of(self, names: Iterable[str]) -> set[str]:
        """The quantities that some names need, each other's included."""
        found: set[str] = set()
        for name in names:
            if name in self.quantities:
                found |= {name} | self.quantities_of(self.quantities[name].names)
        return found


@dataclass(frozen=True, slots=True, eq=False)
class Columns:
    """The columns of a frame as a score reads them.

    Parameters
    ----------
    rows : how many.
    values : inputs and quantities by name, ``float64``: flags 1 and 0, words by their place, unknown ``NaN``.
    unknown : shape (rows, inputs): what was unknown in the frame.
    problems : what was counted as a published value, or as a published bound.
    unusable : the rows in which a value was given but could not be used, by input; no others than those that have one.
    """

    rows: int
    values: dict[str, np.ndarray]
    unknown: np.ndarray
    problems: tuple[Problem, ...] = field(default=())
    unusable: Mapping[str, np.ndarray] = field(default_factory=dict)

    def only(self, rows: np.ndarray) -> Columns:
        """The same of some rows."""
        values, unusable = ({name: v[rows] for name, v in each.items()} for each in (self.values, self.unusable))
        return Columns(len(rows), values, self.unknown[rows], unusable=unusable)

    def any_unusable(self, names: Iterable[str]) -> np.ndarray:
        """Rows in which one of these inputs was given but could not be used, shape (rows,)."""
        found = np.zeros(self.rows, dtype=bool)
        for name in self.unusable.keys() & set(names):
            found |= self.unusable[name]
        return found


def columns_of(
    frame: pd.DataFrame,
    score: PublishedScore,
    inputs: tuple[str, ...],
    quantities: Mapping[str, Expression],
    found: Iterable[Problem] = (),
) -> Columns:
    """Read a canonical frame that holds ``inputs``; ``found`` is what its making found wrong."""
    rows = len(frame)
    values: dict[str, np.ndarray] = {}
    problems: list[Problem] = []
    unknown = np.zeros((rows, len(inputs)), dtype=bool)
    clips = {clip.quantity: clip for clip in score.clips}
    for place, name in enumerate(inputs):
        values[name] = plain_numbers(frame[name])
        unknown[:, place] = np.isnan(values[name])
    every = unknown.all(axis=1) if inputs else np.zeros(rows, dtype=bool)
    unusable = _unusable(found, inputs, unknown)
    for place, name in enumerate(inputs):
        if name in score.missing_counts_as:
            counted = np.flatnonzero(unknown[:, place] & ~every & ~unusable.get(name, every))
            if len(counted):
                values[name] = values[name].copy()
                values[name][counted] = _as_number(name, score.missing_counts_as[name])
                problems.append(_counted(score, name, counted, rows))
        if name in clips:
            values[name] = _bounded(values[name], clips[name], score, problems)
    for name, expression in quantities.items():
        values[name] = expression.of(values, rows)
        if name in clips:
            values[name] = _bounded(values[name], clips[name], score, problems)
    return Columns(rows, values, unknown, tuple(problems), unusable)


def _unusable(found: Iterable[Problem], inputs: tuple[str, ...], unknown: np.ndarray) -> dict[str, np.ndarray]:
    """By input, the rows whose value was given but could not be used; only what is unknown in the frame counts."""
    rows: dict[str, np.ndarray] = {}
    for problem in found:
        if problem.rule in VALUES_LOST and problem.variable in inputs:
            here = rows.setdefault(problem.variable, np.zeros(len(unknown), dtype=bool))
            here[problem.positions[problem.positions < len(unknown)]] = True
    return {name: here & unknown[:, inputs.index(name)] for name, here in rows.items()}


def _meaning(kind: object) -> Meaning:
    if isinstance(kind, Category):
        return kind.levels
    return FLAG if isinstance(kind, Flag) else NUMBER


def _as_number(name: str, value: float | bool | str) -> float:
    kind = VARIABLES[name].kind
    return float(kind.levels.index(value)) if isinstance(kind, Category) else float(value)


def _counted(score: PublishedScore, name: str, where: np.ndarray, rows: int) -> Problem:
    counted = score.missing_counts_as[name]
    said = {True: "yes", False: "no"}.get(counted, counted) if isinstance(counted, bool) else counted
    message = f"{name}: unknown in {_of(len(where), rows)}, and counted as {said} there, as {score.name} is published"
    return Problem(name, Rule.COUNTED_AS, len(where), rows, message, where)


def _bounded(values: np.ndarray, clip: Clip, score: PublishedScore, problems: list[Problem]) -> np.ndarray:
    with np.errstate(invalid="ignore"):
        outside = np.flatnonzero((values < clip.low) | (values > clip.high))
    if not len(outside):
        return values
    message = (
        f"{clip.quantity}: {_of(len(outside), len(values))} outside {clip.low:g} to {clip.high:g}; {score.name} counts "
        "the bound there, as published"
    )
    problems.append(Problem(clip.quantity, Rule.BOUNDED, len(outside), len(values), message, outside))
    return np.clip(values, clip.low, clip.high)


def _of(count: int, rows: int) -> str:
    return f"{count:,} of {rows:,} {'row' if rows == 1 else 'rows'}"
