"""Computes scores that are sums: logistic equations, a normally distributed time to an event, and points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit, ndtr

from perinatal.errors import DeclarationError
from perinatal.scores.kinds import Band, Equation, EquationTerm, GaussianSurvival, Grid, PointScore, ScoreItem
from perinatal.scores.reading import Columns, Reader
from perinatal.vocabulary.rules.expressions import FLAG, Expression

UnknownCauses = Iterator[tuple[Expression, np.ndarray]]
NOT_MEASURED = "not measured: counts 0"
NO_VALUE = "The score has no published value for this combination of inputs."


@dataclass(frozen=True, slots=True, eq=False)
class MethodResult:
    """What a method computes from the columns, before rows outside the score's ranges are refused.

    Parameters
    ----------
    numbers : log-odds, points or the index; ``NaN`` where it cannot be computed. ``None`` for a category.
    codes : positions of the category or band among the words; -1 where there is none. ``None``: no words declared.
    details : further numbers by name.
    refused : masks of the rows for which a published table has no usable cell, by the message that says why.
    unmeasured_rows : masks of the rows in which an unmeasured item scores 0 as published, by the item's label.
    """

    numbers: np.ndarray | None
    codes: np.ndarray | None = None
    details: Mapping[str, np.ndarray] = field(default_factory=dict)
    refused: Mapping[str, np.ndarray] = field(default_factory=dict)
    unmeasured_rows: Mapping[str, np.ndarray] = field(default_factory=dict)


class Bands:
    """The published bands of a number; the first whose condition is true applies."""

    def __init__(self, bands: tuple[Band, ...], reader: Reader, answers: tuple[str, ...]) -> None:
        self.words = tuple(dict.fromkeys(band.name for band in bands))
        self.expressions = tuple(reader.parse(band.when, answers) for band in bands)
        self._codes = [self.words.index(band.name) for band in bands]
        require_flags(self.expressions)

    def band_codes(self, columns: Columns, answers: Mapping[str, np.ndarray]) -> np.ndarray | None:
        """The position of each row's band among ``words``; -1 where no band applies."""
        if not self.expressions:
            return None
        codes, _ = find_first_true(
            [expression.evaluate({**columns.values, **answers}, columns.rows) for expression in self.expressions]
        )
        return np.append(self._codes, -1)[codes]


def find_first_true(conditions: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The position of the first true condition in each row, else -1; and whether a condition before it is unknown."""
    rows = len(conditions[0])
    position, unknown_before = np.full(rows, -1, dtype=np.intp), np.zeros(rows, dtype=bool)
    for i, condition in enumerate(conditions):
        open_ = position < 0
        unknown_before |= open_ & np.isnan(condition)
        position[open_ & (condition == 1)] = i
    position[unknown_before] = -1
    return position, unknown_before


def require_flags(expressions: tuple[Expression, ...]) -> None:
    """Raise :class:`~perinatal.errors.DeclarationError` for an expression that is a number and not a condition."""
    for expression in expressions:
        if expression.meaning != FLAG:
            raise DeclarationError(f"'{expression.text}' is a number where a condition is expected.")


class TermLine:
    """A term of a linear predictor: ``coefficient × expression``."""

    def __init__(self, coefficient: float, expression: Expression, label: str) -> None:
        self.name, self.label = expression.text, label or expression.text
        self.coefficient, self.expression = coefficient, expression
        self.expressions = (expression,)
        self.is_flag = expression.meaning == FLAG
        self.states: tuple[str, ...] = ()

    def compute_part(self, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
        """The term's contribution in each row, and the value of its expression."""
        value = self.expression.evaluate(columns.values, columns.rows)
        return self.coefficient * value + 0.0, value  # + 0.0 turns -0.0 into 0.0

    def iter_unknown_causes(self, columns: Columns) -> UnknownCauses:
        """The expressions that can make the contribution unknown, each with the rows in which it can."""
        yield self.expression, np.ones(columns.rows, dtype=bool)


class _LinearPredictor:
    """A sum of terms; constant terms form its base."""

    def __init__(self, terms: tuple[EquationTerm, ...], reader: Reader) -> None:
        self.base, lines = 0.0, []
        for term in terms:
            expression = reader.parse(term.expression)
            if expression.constant is None:
                lines.append(TermLine(term.coefficient, expression, term.label))
            else:
                self.base += term.coefficient * expression.constant
        self.lines = tuple(lines)
        self.expressions = tuple(line.expression for line in lines)
        texts = [line.name for line in lines]
        if len(set(texts)) < len(texts):
            raise DeclarationError(f"Two terms have the same expression: {'; '.join(texts)}.")

    def evaluate(self, columns: Columns) -> np.ndarray:
        total = np.full(columns.rows, self.base)
        for line in self.lines:
            total += line.compute_part(columns)[0]
        return total


class EquationMethod:
    """A probability: ``expit`` of the linear predictor."""

    answers, scale = "risk", "log-odds"

    def __init__(self, method: Equation, reader: Reader) -> None:
        self._sum = _LinearPredictor(method.terms, reader)
        self.bands = Bands(method.bands, reader, ("risk", "log_odds"))
        self.base, self.lines, self.words = self._sum.base, self._sum.lines, self.bands.words
        self.expressions = (*self._sum.expressions, *self.bands.expressions)

    def compute(self, columns: Columns) -> MethodResult:
        """The log-odds and the band of each row."""
        log_odds = self._sum.evaluate(columns)
        return MethodResult(log_odds, self.bands.band_codes(columns, {"risk": expit(log_odds), "log_odds": log_odds}))

    def compute_total(self, columns: Columns) -> np.ndarray:
        """The linear predictor: the base plus all contributions."""
        return self._sum.evaluate(columns)

    def iter_unknown_causes(self, columns: Columns) -> UnknownCauses:
        """The expressions that can make the answer unknown, each with the rows in which it can."""
        for line in self.lines:
            yield from line.iter_unknown_causes(columns)


class SurvivalMethod:
    """The probability that a normally distributed time is below one bound, given that it is above another."""

    answers = "risk"

    def __init__(self, method: GaussianSurvival, reader: Reader) -> None:
        self._sum = _LinearPredictor(method.terms, reader)
        self._sd, self.scale = method.sd, method.unit
        self._before, self._after = reader.parse(method.before), reader.parse(method.after)
        self.bands = Bands(method.bands, reader, ("risk", "log_odds", "mean"))
        self.base, self.lines, self.words = self._sum.base, self._sum.lines, self.bands.words
        self.expressions = (*self._sum.expressions, self._before, self._after, *self.bands.expressions)

    def compute(self, columns: Columns) -> MethodResult:
        """The log-odds of the risk, the band, and the mean time of each row."""
        mean = self._sum.evaluate(columns)
        before, after = (e.evaluate(columns.values, columns.rows) for e in (self._before, self._after))
        log_odds = _compute_log_odds_between((after - mean) / self._sd, (before - mean) / self._sd)
        answers = {"risk": expit(log_odds), "log_odds": log_odds, "mean": mean}
        return MethodResult(log_odds, self.bands.band_codes(columns, answers), {"mean": mean})

    def compute_total(self, columns: Columns) -> np.ndarray:
        """The mean time, in ``scale`` units."""
        return self._sum.evaluate(columns)

    def iter_unknown_causes(self, columns: Columns) -> UnknownCauses:
        """The expressions that can make the answer unknown, each with the rows in which it can."""
        everywhere = np.ones(columns.rows, dtype=bool)
        for line in self.lines:
            yield from line.iter_unknown_causes(columns)
        yield self._before, everywhere
        yield self._after, everywhere


def _compute_log_odds_between(after: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Logit of P(Z < before | Z > after): log of [Φ(before) − Φ(after)] / [1 − Φ(before)]; ``NaN`` where impossible."""
    with np.errstate(all="ignore"):
        upper = ndtr(-after) - ndtr(-before)  # the same difference, accurate in the right tail
        between = np.where(after > 0, upper, ndtr(before) - ndtr(after))
        log_odds = np.log(between) - np.log(ndtr(-before))
    return np.where(np.isfinite(log_odds), log_odds, np.nan)


class ItemLine:
    """An item of a point score: the points of the first level whose condition is true."""

    is_flag = False

    def __init__(self, item: ScoreItem, reader: Reader, *, zero_where_unknown: bool = False) -> None:
        self.name, self.label, self.zero_where_unknown = item.name, item.label, zero_where_unknown
        self.expressions = tuple(reader.parse(level.when) for level in item.levels)
        self._inputs = reader.resolve_inputs(name for expression in self.expressions for name in expression.names)
        self._points = np.array([*(level.points for level in item.levels), np.nan], dtype=np.float64)
        texts = ["otherwise" if level.when.strip() == "True" else level.when for level in item.levels]
        self.states = (*texts, NOT_MEASURED) if zero_where_unknown else tuple(texts)
        require_flags(self.expressions)

    def compute_part(self, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
        """The points of each row, and the position of the level that gave them."""
        position, unknown = find_first_true(self._evaluate_conditions(columns))
        points, state = self._points[position], np.where(position < 0, np.nan, position)
        if self.zero_where_unknown:
            unmeasured = unknown & ~columns.any_unusable(self._inputs)
            points[unmeasured], state[unmeasured] = 0.0, len(self.states) - 1
        return points, state

    def unmeasured_rows(self, columns: Columns) -> np.ndarray:
        """A mask of the rows in which the item was not measured and scores 0 as published."""
        unknown = find_first_true(self._evaluate_conditions(columns))[1]
        return unknown & ~columns.any_unusable(self._inputs) & self.zero_where_unknown

    def refused_rows(self, columns: Columns) -> Mapping[str, np.ndarray]:
        """Empty: where no level is true, the points are unknown and not refused."""
        return {}

    def iter_unknown_causes(self, columns: Columns) -> UnknownCauses:
        """The conditions that can make the points unknown, with their rows: those before the first true one."""
        unknown_matters = (
            columns.any_unusable(self._inputs) if self.zero_where_unknown else np.ones(columns.rows, dtype=bool)
        )
        for expression, where in iter_unknown_before_first_true(self.expressions, self._evaluate_conditions(columns)):
            yield expression, where & unknown_matters

    def _evaluate_conditions(self, columns: Columns) -> list[np.ndarray]:
        return [e.evaluate(columns.values, columns.rows) for e in self.expressions]


def iter_unknown_before_first_true(expressions: tuple[Expression, ...], conditions: list[np.ndarray]) -> UnknownCauses:
    """Each expression, with a mask of the rows in which no earlier condition is true."""
    decided = np.zeros(len(conditions[0]), dtype=bool)
    for expression, condition in zip(expressions, conditions, strict=True):
        yield expression, ~decided
        decided |= condition == 1


class GridLine:
    """A published table of points for each level of a category: rows are ranges, columns are values."""

    is_flag, zero_where_unknown = False, False

    def __init__(self, grid: Grid, reader: Reader) -> None:
        self.name, self.label = grid.name, grid.label
        words = reader.category_words(grid.by)
        shape = (len(words), len(grid.rows), len(grid.columns))
        self._cells = np.full(shape, np.nan)
        for word, table in grid.cells.items():
            for row, cells in enumerate(table):
                self._cells[words.index(word), row] = [np.nan if cell is None else cell for cell in cells]
        self._disputed = np.zeros(shape, dtype=bool)
        for word, row, column in grid.disputed:
            self._disputed[words.index(word), row, column] = True
        self._rows = [(-np.inf if a is None else a, np.inf if b is None else b) for a, b in grid.rows]
        self._columns = grid.columns
        self._by, self._down, self._across = grid.by, reader.parse(grid.down), reader.parse(grid.across)
        by_known = reader.parse(f"{grid.by} == '{words[0]}'")
        self.expressions = (by_known, self._down, self._across)
        self.states = tuple(
            f"{word}, {_format_range(low, high)}, {column:g}"
            for word in words
            for low, high in self._rows
            for column in grid.columns
        )
        self._outside_message = f"{grid.label}: the published table has no cell for these values."
        self._disputed_message = (
            f"{grid.label}: the sources disagree about this cell of the table, so no points are given."
        )

    def compute_part(self, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
        """The points of each row, and the position of its cell."""
        position = self._find_cells(columns)
        points = np.where(self._disputed, np.nan, self._cells).ravel()[position]
        points[position < 0] = np.nan
        return points, np.where(np.isnan(points), np.nan, position)

    def refused_rows(self, columns: Columns) -> Mapping[str, np.ndarray]:
        """Masks of the rows outside the table and of those in a disputed cell, by message."""
        position = self._find_cells(columns)
        known = ~np.isnan([e.evaluate(columns.values, columns.rows) for e in self.expressions]).any(axis=0)
        disputed = (position >= 0) & self._disputed.ravel()[position]
        empty = (position < 0) | np.isnan(self._cells.ravel()[position])
        return {self._disputed_message: disputed, self._outside_message: known & empty & ~disputed}

    def iter_unknown_causes(self, columns: Columns) -> UnknownCauses:
        """The expressions that can make the points unknown, each with the rows in which it can."""
        for expression in self.expressions:
            yield expression, np.ones(columns.rows, dtype=bool)

    def _find_cells(self, columns: Columns) -> np.ndarray:
        """The position of each row's cell in the flattened table; -1 where there is none."""
        down, across = (e.evaluate(columns.values, columns.rows) for e in (self._down, self._across))
        word = columns.values[self._by]
        row, column = np.full((2, columns.rows), -1, dtype=np.intp)
        for i, (low, high) in enumerate(self._rows):
            row[(down >= low) & (down <= high)] = i
        for i, value in enumerate(self._columns):
            column[across == value] = i
        inside = (row >= 0) & (column >= 0) & ~np.isnan(word)
        word_code = np.where(inside, word, 0).astype(np.intp)
        return np.where(inside, (word_code * len(self._rows) + row) * len(self._columns) + column, -1)


def _format_range(low: float, high: float) -> str:
    if low == -np.inf:
        return f"up to {high:g}"
    return f"{low:g} and more" if high == np.inf else f"{low:g} to {high:g}"


class PointScoreMethod:
    """A sum of points."""

    answers, scale, base = "points", "points", 0.0

    def __init__(self, method: PointScore, reader: Reader) -> None:
        names = [item.name for item in method.items]
        unknown_items = {*method.unmeasured_as_zero, *(n for s in method.subtotals.values() for n in s)} - set(names)
        if unknown_items:
            raise DeclarationError(f"There is no item '{sorted(unknown_items)[0]}' among: {', '.join(names)}.")
        self.lines = tuple(
            ItemLine(item, reader, zero_where_unknown=item.name in method.unmeasured_as_zero)
            if isinstance(item, ScoreItem)
            else GridLine(item, reader)
            for item in method.items
        )
        if len(set(names)) < len(names):
            raise DeclarationError(f"Two items have the same name: {', '.join(names)}.")
        self._subtotals = {name: [names.index(item) for item in items] for name, items in method.subtotals.items()}
        self.bands = Bands(method.bands, reader, ("total", *method.subtotals, *names))
        self.words = self.bands.words
        self.expressions = (*(e for line in self.lines for e in line.expressions), *self.bands.expressions)

    def compute(self, columns: Columns) -> MethodResult:
        """The points, band and subtotals of each row, and the rows that a published table refuses."""
        parts = [line.compute_part(columns)[0] for line in self.lines]
        total = np.sum(parts, axis=0)
        details = {name: np.sum([parts[i] for i in positions], axis=0) for name, positions in self._subtotals.items()}
        parts_by_name = dict(zip((line.name for line in self.lines), parts, strict=True))
        refused: dict[str, np.ndarray] = {}
        for line in self.lines:
            refused |= line.refused_rows(columns)
        counted = {
            line.label: line.unmeasured_rows(columns)
            for line in self.lines
            if isinstance(line, ItemLine) and line.zero_where_unknown
        }
        codes = self.bands.band_codes(columns, {**parts_by_name, **details, "total": total})
        return MethodResult(total, codes, details, refused, counted)

    def compute_total(self, columns: Columns) -> np.ndarray:
        """The total points of each row."""
        return np.sum([line.compute_part(columns)[0] for line in self.lines], axis=0)

    def iter_unknown_causes(self, columns: Columns) -> UnknownCauses:
        """The expressions that can make the total unknown, each with the rows in which it can."""
        for line in self.lines:
            yield from line.iter_unknown_causes(columns)
