"""Computes scores that are not sums: ordered rules, checklists, triggers, charts and indices."""

from __future__ import annotations

import numpy as np

from perinatal.errors import DeclarationError
from perinatal.models.unanswered import names_by_row
from perinatal.scores.adding import (
    Bands,
    MethodResult,
    UnknownCauses,
    find_first_true,
    iter_unknown_before_first_true,
    require_flags,
)
from perinatal.scores.kinds import Chart, Checklist, DecisionRules, Index, Trigger
from perinatal.scores.reading import Columns, Reader
from perinatal.vocabulary.rules.expressions import Expression


class DecisionRulesMethod:
    """Ordered rules: the first true rule gives the category.

    A row has no answer where an earlier rule with another category is unknown.
    """

    answers = "category"

    def __init__(self, method: DecisionRules, reader: Reader) -> None:
        self.words = method.categories
        self._messages = tuple(rule.message for rule in method.rules)
        self.expressions = tuple(reader.parse(rule.when) for rule in method.rules)
        require_flags(self.expressions)
        undeclared = [rule.category for rule in method.rules if rule.category not in self.words]
        if undeclared:
            raise DeclarationError(
                f"A rule gives '{undeclared[0]}', which is not among the categories: {', '.join(self.words)}."
            )
        self._codes = np.array([self.words.index(rule.category) for rule in method.rules])

    def compute(self, columns: Columns) -> MethodResult:
        """The category of each row."""
        position = self._find_deciding_rule(self._evaluate_conditions(columns))
        return MethodResult(None, np.where(position < 0, -1, self._codes[position]))

    def describe(self, columns: Columns) -> np.ndarray:
        """The message of the rule that gave the category, a tuple per row; empty where no rule did."""
        position = self._find_deciding_rule(self._evaluate_conditions(columns))
        return names_by_row(self._messages, position[:, None] == np.arange(len(self._messages)))

    def iter_unknown_causes(self, columns: Columns) -> UnknownCauses:
        """The expressions that can leave a row without an answer, each with the rows in which it can."""
        yield from iter_unknown_before_first_true(self.expressions, self._evaluate_conditions(columns))

    def _evaluate_conditions(self, columns: Columns) -> list[np.ndarray]:
        return [e.evaluate(columns.values, columns.rows) for e in self.expressions]

    def _find_deciding_rule(self, conditions: list[np.ndarray]) -> np.ndarray:
        """The position of the rule that gives the category; -1 where no rule does."""
        position, _ = find_first_true([np.where(np.isnan(condition), 0.0, condition) for condition in conditions])
        reached = np.ones(len(position), dtype=bool)
        codes = self._codes[position]
        open_ = position < 0
        for i, condition in enumerate(conditions):
            open_ |= reached & np.isnan(condition) & (self._codes[i] != codes)
            reached &= condition != 1
        return np.where(open_, -1, position)


class ChecklistMethod:
    """A list of signs: one that is present is enough for the positive category."""

    answers = "category"

    def __init__(self, method: Checklist, reader: Reader) -> None:
        self.words = (method.positive, method.negative)
        self._messages = tuple(sign.message for sign in method.signs)
        self._signs = tuple(reader.parse(sign.when) for sign in method.signs)
        self._condition = reader.parse(method.condition)
        self.expressions = (*self._signs, self._condition)
        require_flags(self.expressions)
        self._none_message = (f"None of the {len(self._signs)} signs is present.",)
        self._not_applicable_message = (f"Not applicable: the condition {method.condition} is not met.",)

    def compute(self, columns: Columns) -> MethodResult:
        """The category of each row."""
        condition, signs = self._evaluate_conditions(columns)
        any_present, any_unknown = (signs == 1).any(axis=0), np.isnan(signs).any(axis=0)
        positive, negative = (condition == 1) & any_present, (condition == 0) | (~any_present & ~any_unknown)
        return MethodResult(None, np.select([positive, negative], [0, 1], -1))

    def describe(self, columns: Columns) -> np.ndarray:
        """The messages of the signs that are present, a tuple per row."""
        condition, signs = self._evaluate_conditions(columns)
        present = (signs == 1) & (condition == 1)
        sentences = names_by_row(self._messages, present.T)
        codes = self.compute(columns).codes
        _fill_rows(sentences, (codes == 1) & (condition == 0), self._not_applicable_message)
        _fill_rows(sentences, (codes == 1) & (condition != 0), self._none_message)
        return sentences

    def iter_unknown_causes(self, columns: Columns) -> UnknownCauses:
        """The expressions that can leave a row without an answer: signs, unless one is present, and the condition."""
        _, signs = self._evaluate_conditions(columns)
        present = (signs == 1).any(axis=0)
        for expression in self._signs:
            yield expression, ~present
        yield self._condition, np.ones(columns.rows, dtype=bool)

    def _evaluate_conditions(self, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
        signs = np.array([e.evaluate(columns.values, columns.rows) for e in self._signs])
        return self._condition.evaluate(columns.values, columns.rows), signs


class TriggerMethod:
    """Counts of red and yellow signs; each group of signs counts once."""

    answers = "category"

    def __init__(self, method: Trigger, reader: Reader) -> None:
        self.words = (method.positive, method.negative)
        self._groups = tuple(tuple(reader.parse(sign.when) for sign in signs) for _, signs in method.groups)
        self._colours = [np.array([*(sign.colour for sign in signs), ""]) for _, signs in method.groups]
        all_signs = [sign for _, signs in method.groups for sign in signs]
        self._red_first = sorted(range(len(all_signs)), key=[sign.colour != "red" for sign in all_signs].__getitem__)
        self._messages = tuple(f"{all_signs[i].message} ({all_signs[i].colour})" for i in self._red_first)
        self._fires = reader.parse(method.fires, ("red", "yellow"))
        self.expressions = (*(e for group in self._groups for e in group), self._fires)
        require_flags(self.expressions)
        wrong = {sign.colour for _, signs in method.groups for sign in signs} - {"red", "yellow"}
        if wrong:
            raise DeclarationError(f"A sign of a trigger must be red or yellow; got '{sorted(wrong)[0]}'.")
        self._none_message = ("None of the signs is present.",)

    def compute(self, columns: Columns) -> MethodResult:
        """The category of each row, and its number of signs of each colour."""
        counts, possible = {}, {}
        for colour in ("red", "yellow"):
            counts[colour] = np.zeros(columns.rows)
            possible[colour] = np.zeros(columns.rows)
        for expressions, colours in zip(self._groups, self._colours, strict=True):
            conditions = [e.evaluate(columns.values, columns.rows) for e in expressions]
            position, _ = find_first_true(conditions)
            could_be = np.zeros((2, columns.rows), dtype=bool)
            reached = np.ones(columns.rows, dtype=bool)
            for condition, colour in zip(conditions, colours, strict=False):
                could_be[("red", "yellow").index(colour)] |= reached & (condition != 0)
                reached &= condition != 1
            for i, colour in enumerate(counts):
                counts[colour] += colours[position] == colour
                possible[colour] += could_be[i]
        least = self._fires.evaluate({**columns.values, **counts}, columns.rows)
        most = self._fires.evaluate({**columns.values, **possible}, columns.rows)
        return MethodResult(
            None, np.select([(least == 1) & (most == 1), (least == 0) & (most == 0)], [0, 1], -1), counts
        )

    def describe(self, columns: Columns) -> np.ndarray:
        """The messages of the signs that are counted, red ones first, a tuple per row."""
        present = np.zeros((len(self._messages), columns.rows), dtype=bool)
        start = 0
        for expressions in self._groups:
            position, _ = find_first_true([e.evaluate(columns.values, columns.rows) for e in expressions])
            for i in range(len(expressions)):
                present[start + i] = position == i
            start += len(expressions)
        sentences = names_by_row(self._messages, present[self._red_first].T)
        no_trigger = np.asarray(self.compute(columns).codes) == 1
        _fill_rows(sentences, ~present.any(axis=0) & no_trigger, self._none_message)
        return sentences

    def iter_unknown_causes(self, columns: Columns) -> UnknownCauses:
        """The expressions that can leave a row without an answer, each with the rows in which it can."""
        for expressions in self._groups:
            conditions = [e.evaluate(columns.values, columns.rows) for e in expressions]
            yield from iter_unknown_before_first_true(expressions, conditions)


class ChartMethod:
    """A measurement compared with lines; the first line that it is strictly above gives the category."""

    answers = "category"

    def __init__(self, method: Chart, reader: Reader) -> None:
        self.words = (*(name for name, _ in method.lines), method.negative)
        self._value, self._across = reader.parse(method.value), reader.parse(method.across)
        self.expressions = (self._value, self._across)
        self._knots = np.array(method.knots, dtype=np.float64)
        self._lines = {name: np.array(heights, dtype=np.float64) for name, heights in method.lines}
        self._outside_message = (
            f"The chart covers {method.across} from {self._knots[0]:g} to {self._knots[-1]:g}; this row is outside it."
        )

    def compute(self, columns: Columns) -> MethodResult:
        """The category of each row, and the value of each line at that row."""
        value, across, heights, outside = self._read(columns)
        codes = np.full(columns.rows, len(heights))
        for i, height in reversed(list(enumerate(heights.values()))):
            codes[value > height] = i
        codes[np.isnan(value) | np.isnan(across) | outside] = -1
        return MethodResult(None, codes, heights, {self._outside_message: outside})

    def describe(self, columns: Columns) -> np.ndarray:
        """The line that gives the category, with its value and the measurement, a tuple per row."""
        value, across, heights, _ = self._read(columns)
        sentences = np.empty(columns.rows, dtype=object)
        names = list(heights)
        for row, code in enumerate(np.asarray(self.compute(columns).codes)):
            sentences[row] = ()
            if code < 0:
                continue
            name = names[min(code, len(names) - 1)]
            side = "above" if code < len(names) else "not above"
            sentences[row] = (
                f"{self._value.text} of {value[row]:.6g} is {side} the line '{name}', which is at "
                f"{heights[name][row]:.6g} where {self._across.text} is {across[row]:.6g}",
            )
        return sentences

    def iter_unknown_causes(self, columns: Columns) -> UnknownCauses:
        """The expressions that can leave a row without an answer, each with the rows in which it can."""
        for expression in self.expressions:
            yield expression, np.ones(columns.rows, dtype=bool)

    def _read(self, columns: Columns) -> tuple[np.ndarray, np.ndarray, dict[str, np.ndarray], np.ndarray]:
        value, across = (e.evaluate(columns.values, columns.rows) for e in self.expressions)
        outside = (across < self._knots[0]) | (across > self._knots[-1])
        heights = {
            name: np.where(outside, np.nan, np.interp(across, self._knots, line)) for name, line in self._lines.items()
        }
        return value, across, heights, outside


class IndexMethod:
    """A number that is neither a probability nor points."""

    answers = "index"

    def __init__(self, method: Index, reader: Reader) -> None:
        self._formula, self._unit = reader.parse(method.formula), method.unit
        self.bands = Bands(method.bands, reader, ("value",))
        self.words = self.bands.words
        self.expressions: tuple[Expression, ...] = (self._formula, *self.bands.expressions)

    def compute(self, columns: Columns) -> MethodResult:
        """The index and the band of each row."""
        value = self._formula.evaluate(columns.values, columns.rows).copy()
        return MethodResult(value, self.bands.band_codes(columns, {"value": value}))

    def describe(self, columns: Columns) -> np.ndarray:
        """The formula with its result, a tuple per row."""
        unit = "" if self._unit in ("", "1") else f" {self._unit}"
        sentences = np.empty(columns.rows, dtype=object)
        for row, value in enumerate(self._formula.evaluate(columns.values, columns.rows)):
            sentences[row] = () if np.isnan(value) else (f"{self._formula.text} = {value:.4g}{unit}",)
        return sentences

    def iter_unknown_causes(self, columns: Columns) -> UnknownCauses:
        """The formula, which can make the answer unknown in any row."""
        yield self._formula, np.ones(columns.rows, dtype=bool)


def _fill_rows(cells: np.ndarray, rows: np.ndarray, sentences: tuple[str, ...]) -> None:
    for row in np.flatnonzero(rows):
        cells[row] = sentences
