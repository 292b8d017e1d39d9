"""Scores whose answer is no sum: ordered rules, checklists, triggers, charts, and an index."""

from __future__ import annotations

import numpy as np

from perinatal.errors import DeclarationError
from perinatal.models.unanswered import chosen_names
from perinatal.scores.adding import Bands, Undecided, Worked, expect_flags, first_that_holds, unknown_before_the_first
from perinatal.scores.kinds import Chart, Checklist, Index, Rules, Trigger
from perinatal.scores.reading import Columns, Reader
from perinatal.vocabulary.rules.expressions import Expression


class RulesMethod:
    """The first rule that holds decides; unknown rules before it leave it open unless they say the same."""

    answers = "category"

    def __init__(self, method: Rules, reader: Reader) -> None:
        self.words = method.categories
        self._said = tuple(rule.said for rule in method.rules)
        self.expressions = tuple(reader.expression(rule.when) for rule in method.rules)
        expect_flags(self.expressions)
        undeclared = [rule.category for rule in method.rules if rule.category not in self.words]
        if undeclared:
            raise DeclarationError(f"A rule gives '{undeclared[0]}', which is not among the categories.")
        self._codes = np.array([self.words.index(rule.category) for rule in method.rules])

    def work(self, columns: Columns) -> Worked:
        """The category of each row."""
        place = self._deciding(self._held(columns))
        return Worked(None, np.where(place < 0, -1, self._codes[place]))

    def said(self, columns: Columns) -> np.ndarray:
        """The sentence of the rule that decided, a tuple for each row; empty where none did."""
        place = self._deciding(self._held(columns))
        return chosen_names(self._said, place[:, None] == np.arange(len(self._said)))

    def undecided(self, columns: Columns) -> Undecided:
        """What leaves the answer open, and where."""
        yield from unknown_before_the_first(self.expressions, self._held(columns))

    def _held(self, columns: Columns) -> list[np.ndarray]:
        return [e.of(columns.values, columns.rows) for e in self.expressions]

    def _deciding(self, held: list[np.ndarray]) -> np.ndarray:
        """The place of the rule that decides, -1 where none does."""
        place, _ = first_that_holds([np.where(np.isnan(condition), 0.0, condition) for condition in held])
        reached = np.ones(len(place), dtype=bool)
        wanted = self._codes[place]
        open_ = place < 0
        for at, condition in enumerate(held):
            open_ |= reached & np.isnan(condition) & (self._codes[at] != wanted)
            reached &= condition != 1
        return np.where(open_, -1, place)


class ChecklistMethod:
    """One sign that is present decides."""

    answers = "category"

    def __init__(self, method: Checklist, reader: Reader) -> None:
        self.words = (method.found, method.clear)
        self._said = tuple(sign.said for sign in method.signs)
        self._signs = tuple(reader.expression(sign.when) for sign in method.signs)
        self._condition = reader.expression(method.condition)
        self.expressions = (*self._signs, self._condition)
        expect_flags(self.expressions)
        self._none = (f"None of the {len(self._signs)} signs is present.",)
        self._not_asked = (f"Outside what is asked about: {method.condition} does not hold.",)

    def work(self, columns: Columns) -> Worked:
        """The category of each row."""
        condition, signs = self._held(columns)
        any_present, any_unknown = (signs == 1).any(axis=0), np.isnan(signs).any(axis=0)
        found, clear = (condition == 1) & any_present, (condition == 0) | (~any_present & ~any_unknown)
        return Worked(None, np.select([found, clear], [0, 1], -1))

    def said(self, columns: Columns) -> np.ndarray:
        """The signs that are present, a tuple for each row."""
        condition, signs = self._held(columns)
        present = (signs == 1) & (condition == 1)
        told = chosen_names(self._said, present.T)
        codes = self.work(columns).codes
        _fill(told, (codes == 1) & (condition == 0), self._not_asked)
        _fill(told, (codes == 1) & (condition != 0), self._none)
        return told

    def undecided(self, columns: Columns) -> Undecided:
        """What leaves the answer open, and where: unknown signs, unless one is present, and the condition."""
        _, signs = self._held(columns)
        present = (signs == 1).any(axis=0)
        for expression in self._signs:
            yield expression, ~present
        yield self._condition, np.ones(columns.rows, dtype=bool)

    def _held(self, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
        signs = np.array([e.of(columns.values, columns.rows) for e in self._signs])
        return self._condition.of(columns.values, columns.rows), signs


class TriggerMethod:
    """Coloured signs that are counted, once for each group."""

    answers = "category"

    def __init__(self, method: Trigger, reader: Reader) -> None:
        self.words = (method.found, method.clear)
        self._groups = tuple(tuple(reader.expression(sign.when) for sign in signs) for _, signs in method.groups)
        self._colours = [np.array([*(sign.colour for sign in signs), ""]) for _, signs in method.groups]
        every = [sign for _, signs in method.groups for sign in signs]
        self._red_first = sorted(range(len(every)), key=[sign.colour != "red" for sign in every].__getitem__)
        self._said = tuple(f"{every[at].said} ({every[at].colour})" for at in self._red_first)
        self._fires = reader.expression(method.fires, ("red", "yellow"))
        self.expressions = (*(e for group in self._groups for e in group), self._fires)
        expect_flags(self.expressions)
        wrong = {sign.colour for _, signs in method.groups for sign in signs} - {"red", "yellow"}
        if wrong:
            raise DeclarationError(f"A sign of a trigger is red or yellow, and not '{sorted(wrong)[0]}'.")
        self._none = ("None of the signs that count is present.",)

    def work(self, columns: Columns) -> Worked:
        """The category of each row, and how many signs of each colour were seen."""
        seen, possible = {}, {}
        for colour in ("red", "yellow"):
            seen[colour] = np.zeros(columns.rows)
            possible[colour] = np.zeros(columns.rows)
        for expressions, colours in zip(self._groups, self._colours, strict=True):
            held = [e.of(columns.values, columns.rows) for e in expressions]
            place, _ = first_that_holds(held)
            could_be = np.zeros((2, columns.rows), dtype=bool)
            reached = np.ones(columns.rows, dtype=bool)
            for condition, colour in zip(held, colours, strict=False):
                could_be[("red", "yellow").index(colour)] |= reached & (condition != 0)
                reached &= condition != 1
            for at, colour in enumerate(seen):
                seen[colour] += colours[place] == colour
                possible[colour] += could_be[at]
        least = self._fires.of({**columns.values, **seen}, columns.rows)
        most = self._fires.of({**columns.values, **possible}, columns.rows)
        return Worked(None, np.select([(least == 1) & (most == 1), (least == 0) & (most == 0)], [0, 1], -1), seen)

    def said(self, columns: Columns) -> np.ndarray:
        """The signs that count, red ones first, a tuple for each row."""
        present = np.zeros((len(self._said), columns.rows), dtype=bool)
        start = 0
        for expressions in self._groups:
            place, _ = first_that_holds([e.of(columns.values, columns.rows) for e in expressions])
            for at in range(len(expressions)):
                present[start + at] = place == at
            start += len(expressions)
        told = chosen_names(self._said, present[self._red_first].T)
        _fill(told, ~present.any(axis=0) & (self.work(columns).codes == 1), self._none)
        return told

    def undecided(self, columns: Columns) -> Undecided:
        """What leaves the answer open, and where."""
        for expressions in self._groups:
            held = [e.of(columns.values, columns.rows) for e in expressions]
            yield from unknown_before_the_first(expressions, held)


class ChartMethod:
    """A measurement against lines: the first whose line it is strictly above."""

    answers = "category"

    def __init__(self, method: Chart, reader: Reader) -> None:
        self.words = (*(name for name, _ in method.lines), method.clear)
        self._value, self._across = reader.expression(method.value), reader.expression(method.across)
        self.expressions = (self._value, self._across)
        self._knots = np.array(method.knots, dtype=np.float64)
        self._lines = {name: np.array(heights, dtype=np.float64) for name, heights in method.lines}
        self._outside = (
            f"The chart runs from {self._knots[0]:g} to {self._knots[-1]:g} ({method.across}); the row lies outside."
        )

    def work(self, columns: Columns) -> Worked:
        """The category of each row, and the height of each line there."""
        value, across, heights, outside = self._read(columns)
        codes = np.full(columns.rows, len(heights))
        for at, height in reversed(list(enumerate(heights.values()))):
            codes[value > height] = at
        codes[np.isnan(value) | np.isnan(across) | outside] = -1
        return Worked(None, codes, heights, {self._outside: outside})

    def said(self, columns: Columns) -> np.ndarray:
        """The line the value is above, with both numbers, a tuple for each row."""
        value, across, heights, _ = self._read(columns)
        told = np.empty(columns.rows, dtype=object)
        names = list(heights)
        for row, code in enumerate(self.work(columns).codes):
            told[row] = ()
            if code < 0:
                continue
            name = names[min(code, len(names) - 1)]
            side = "above" if code < len(names) else "not above"
            told[row] = (
                f"{self._value.text} of {value[row]:.6g} is {side} the line '{name}', which is at "
                f"{heights[name][row]:.6g} where {self._across.text} is {across[row]:.6g}",
            )
        return told

    def undecided(self, columns: Columns) -> Undecided:
        """What leaves the answer open, and where."""
        for expression in self.expressions:
            yield expression, np.ones(columns.rows, dtype=bool)

    def _read(self, columns: Columns) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray], np.ndarray]:
        value, across = (e.of(columns.values, columns.rows) for e in self.expressions)
        outside = (across < self._knots[0]) | (across > self._knots[-1])
        heights = {
            name: np.where(outside, np.nan, np.interp(across, self._knots, line)) for name, line in self._lines.items()
        }
        return value, across, heights, outside


class IndexMethod:
    """A number that is neither a probability nor points."""

    answers = "index"

    def __init__(self, method: Index, reader: Reader) -> None:
        self._formula, self._unit = reader.expression(method.formula), method.unit
        self.bands = Bands(method.bands, reader, ("value",))
        self.words = self.bands.words
        self.expressions: tuple[Expression, ...] = (self._formula, *self.bands.expressions)

    def work(self, columns: Columns) -> Worked:
        """The index and its bands."""
        value = self._formula.of(columns.values, columns.rows).copy()
        return Worked(value, self.bands.codes(columns, {"value": value}))

    def said(self, columns: Columns) -> np.ndarray:
        """The formula with its result, a tuple for each row."""
        unit = "" if self._unit in ("", "1") else f" {self._unit}"
        told = np.empty(columns.rows, dtype=object)
        for row, value in enumerate(self._formula.of(columns.values, columns.rows)):
            told[row] = () if np.isnan(value) else (f"{self._formula.text} = {value:.4g}{unit}",)
        return told

    def undecided(self, columns: Columns) -> Undecided:
        """What leaves the answer unknown, and where."""
        yield self._formula, np.ones(columns.rows, dtype=bool)


def _fill(told: np.ndarray, rows: np.ndarray, sentences: tuple[str, ...]) -> None:
    for row in np.flatnonzero(rows):
        told[row] = sentences
