"""Scores whose answer is a sum: equations, a normal time to an event, and points."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from scipy.special import expit, ndtr

from perinatal.errors import DeclarationError
from perinatal.scores.kinds import Band, Equation, GaussianSurvival, Grid, Item, Points, Term
from perinatal.scores.reading import Columns, Reader
from perinatal.vocabulary.rules.expressions import FLAG, Expression

Undecided = Iterator[tuple[Expression, np.ndarray]]
NOT_MEASURED = "not measured: counts 0"
NO_VALUE = "The score has no published value for this combination of inputs."


@dataclass(frozen=True, slots=True, eq=False)
class Worked:
    """What a method makes of columns, before anything is refused.

    Parameters
    ----------
    numbers : log-odds, points or the index; ``NaN`` where it cannot be worked out. ``None`` for a category.
    codes : places of the category or band among the words; -1 where there is none. ``None``: no words declared.
    details : further numbers by name.
    refused : rows that a printed table does not answer, by the sentence that says why.
    counted : rows in which an item was not measured and is published to count 0, by the item's label.
    """

    numbers: np.ndarray | None
    codes: np.ndarray | None = None
    details: Mapping[str, np.ndarray] = field(default_factory=dict)
    refused: Mapping[str, np.ndarray] = field(default_factory=dict)
    counted: Mapping[str, np.ndarray] = field(default_factory=dict)


class Bands:
    """The published bands of a number: the first that holds."""

    def __init__(self, bands: tuple[Band, ...], reader: Reader, answers: tuple[str, ...]) -> None:
        self.words = tuple(dict.fromkeys(band.name for band in bands))
        self.expressions = tuple(reader.expression(band.when, answers) for band in bands)
        self._codes = [self.words.index(band.name) for band in bands]
        expect_flags(self.expressions)

    def codes(self, columns: Columns, answers: Mapping[str, np.ndarray]) -> np.ndarray | None:
        """The place of each row's band among ``words``; -1 where none holds."""
        if not self.expressions:
            return None
        codes, _ = first_that_holds([e.of({**columns.values, **answers}, columns.rows) for e in self.expressions])
        return np.append(self._codes, -1)[codes]


def first_that_holds(held: list[np.ndarray]) -> tuple[np.ndarray, np.ndarray]:
    """The place of the first condition that holds in each row, else -1; and whether one before it is unknown."""
    rows = len(held[0])
    place, doubtful = np.full(rows, -1, dtype=np.intp), np.zeros(rows, dtype=bool)
    for at, condition in enumerate(held):
        still = place < 0
        doubtful |= still & np.isnan(condition)
        place[still & (condition == 1)] = at
    place[doubtful] = -1
    return place, doubtful


def expect_flags(expressions: tuple[Expression, ...]) -> None:
    """Refuse a number where a condition is expected, with :class:`~perinatal.errors.DeclarationError`."""
    for expression in expressions:
        if expression.meaning != FLAG:
            raise DeclarationError(f"'{expression.text}' is a number where a condition is expected.")


class Line:
    """A term: ``coefficient × expression``."""

    def __init__(self, coefficient: float, expression: Expression, label: str) -> None:
        self.name, self.label = expression.text, label or expression.text
        self.coefficient, self.expression = coefficient, expression
        self.expressions = (expression,)
        self.is_flag = expression.meaning == FLAG
        self.states: tuple[str, ...] = ()

    def part(self, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
        """The part of each row, and the value it comes from."""
        seen = self.expression.of(columns.values, columns.rows)
        return self.coefficient * seen + 0.0, seen  # + 0: a term of nothing is 0, not -0

    def undecided(self, columns: Columns) -> Undecided:
        """What leaves the part unknown, and where."""
        yield self.expression, np.ones(columns.rows, dtype=bool)


class _Sum:
    """Terms, with the constant ones as the base."""

    def __init__(self, terms: tuple[Term, ...], reader: Reader) -> None:
        self.base, lines = 0.0, []
        for term in terms:
            expression = reader.expression(term.expression)
            if expression.constant is None:
                lines.append(Line(term.coefficient, expression, term.label))
            else:
                self.base += term.coefficient * expression.constant
        self.lines = tuple(lines)
        self.expressions = tuple(line.expression for line in lines)
        texts = [line.name for line in lines]
        if len(set(texts)) < len(texts):
            raise DeclarationError(f"Two terms have one expression among: {'; '.join(texts)}.")

    def of(self, columns: Columns) -> np.ndarray:
        total = np.full(columns.rows, self.base)
        for line in self.lines:
            total += line.part(columns)[0]
        return total


class EquationMethod:
    """A probability: ``expit`` of the sum."""

    answers, scale = "risk", "log-odds"

    def __init__(self, method: Equation, reader: Reader) -> None:
        self._sum = _Sum(method.terms, reader)
        self.bands = Bands(method.bands, reader, ("risk", "log_odds"))
        self.base, self.lines, self.words = self._sum.base, self._sum.lines, self.bands.words
        self.expressions = (*self._sum.expressions, *self.bands.expressions)

    def work(self, columns: Columns) -> Worked:
        """Log-odds and bands."""
        log_odds = self._sum.of(columns)
        return Worked(log_odds, self.bands.codes(columns, {"risk": expit(log_odds), "log_odds": log_odds}))

    def total(self, columns: Columns) -> np.ndarray:
        """What base and parts add up to."""
        return self._sum.of(columns)

    def undecided(self, columns: Columns) -> Undecided:
        """What leaves the answer unknown, and where."""
        for line in self.lines:
            yield from line.undecided(columns)


class SurvivalMethod:
    """A probability that a normal time lies before a bound, given that it lies after another."""

    answers = "risk"

    def __init__(self, method: GaussianSurvival, reader: Reader) -> None:
        self._sum = _Sum(method.terms, reader)
        self._sd, self.scale = method.sd, method.unit
        self._before, self._after = reader.expression(method.before), reader.expression(method.after)
        self.bands = Bands(method.bands, reader, ("risk", "log_odds", "mean"))
        self.base, self.lines, self.words = self._sum.base, self._sum.lines, self.bands.words
        self.expressions = (*self._sum.expressions, self._before, self._after, *self.bands.expressions)

    def work(self, columns: Columns) -> Worked:
        """Log-odds of the risk, bands, and the mean."""
        mean = self._sum.of(columns)
        before, after = (e.of(columns.values, columns.rows) for e in (self._before, self._after))
        log_odds = _log_odds_between((after - mean) / self._sd, (before - mean) / self._sd)
        answers = {"risk": expit(log_odds), "log_odds": log_odds, "mean": mean}
        return Worked(log_odds, self.bands.codes(columns, answers), {"mean": mean})

    def total(self, columns: Columns) -> np.ndarray:
        """The mean, in its unit."""
        return self._sum.of(columns)

    def undecided(self, columns: Columns) -> Undecided:
        """What leaves the answer unknown, and where."""
        everywhere = np.ones(columns.rows, dtype=bool)
        for line in self.lines:
            yield from line.undecided(columns)
        yield self._before, everywhere
        yield self._after, everywhere


def _log_odds_between(after: np.ndarray, before: np.ndarray) -> np.ndarray:
    """Logit of P(Z < before | Z > after): log of [Φ(before) − Φ(after)] / [1 − Φ(before)]; ``NaN`` where impossible."""
    with np.errstate(all="ignore"):
        upper = ndtr(-after) - ndtr(-before)  # the same difference, exact where both are far to the right
        between = np.where(after > 0, upper, ndtr(before) - ndtr(after))
        found = np.log(between) - np.log(ndtr(-before))
    return np.where(np.isfinite(found), found, np.nan)


class ItemLine:
    """An item of a point score: the points of the first level that holds."""

    is_flag = False

    def __init__(self, item: Item, reader: Reader, *, zero_where_unknown: bool = False) -> None:
        self.name, self.label, self.zero_where_unknown = item.name, item.label, zero_where_unknown
        self.expressions = tuple(reader.expression(level.when) for level in item.levels)
        self._inputs = reader.inputs_of(name for expression in self.expressions for name in expression.names)
        self._points = np.array([*(level.points for level in item.levels), np.nan], dtype=np.float64)
        said = ["otherwise" if level.when.strip() == "True" else level.when for level in item.levels]
        self.states = (*said, NOT_MEASURED) if zero_where_unknown else tuple(said)
        expect_flags(self.expressions)

    def part(self, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
        """The points of each row, and the place of the level that gave them."""
        place, unknown = first_that_holds(self._held(columns))
        points, state = self._points[place], np.where(place < 0, np.nan, place)
        if self.zero_where_unknown:
            unmeasured = unknown & ~columns.any_unusable(self._inputs)
            points[unmeasured], state[unmeasured] = 0.0, len(self.states) - 1
        return points, state

    def counted(self, columns: Columns) -> np.ndarray:
        """Rows in which it was not measured, and is published to count 0."""
        unknown = first_that_holds(self._held(columns))[1]
        return unknown & ~columns.any_unusable(self._inputs) & self.zero_where_unknown

    def refused(self, columns: Columns) -> Mapping[str, np.ndarray]:
        """Nothing: whatever the levels do not answer is unknown."""
        return {}

    def undecided(self, columns: Columns) -> Undecided:
        """What leaves the points unknown, and where: unknown levels before the first that holds."""
        here = columns.any_unusable(self._inputs) if self.zero_where_unknown else np.ones(columns.rows, dtype=bool)
        for expression, where in unknown_before_the_first(self.expressions, self._held(columns)):
            yield expression, where & here

    def _held(self, columns: Columns) -> list[np.ndarray]:
        return [e.of(columns.values, columns.rows) for e in self.expressions]


def unknown_before_the_first(expressions: tuple[Expression, ...], held: list[np.ndarray]) -> Undecided:
    """The conditions that are unknown and stand before any that holds."""
    settled = np.zeros(len(held[0]), dtype=bool)
    for expression, condition in zip(expressions, held, strict=True):
        yield expression, ~settled
        settled |= condition == 1


class GridLine:
    """A printed table of points, one for each word: rows are ranges, columns are values."""

    is_flag, zero_where_unknown = False, False

    def __init__(self, grid: Grid, reader: Reader) -> None:
        self.name, self.label = grid.name, grid.label
        words = reader.words(grid.by)
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
        self._by, self._down, self._across = grid.by, reader.expression(grid.down), reader.expression(grid.across)
        by_known = reader.expression(f"{grid.by} == '{words[0]}'")
        self.expressions = (by_known, self._down, self._across)
        self.states = tuple(
            f"{word}, {_range(low, high)}, {column:g}"
            for word in words
            for low, high in self._rows
            for column in grid.columns
        )
        self._outside = f"{grid.label}: the published table has no cell for these values."
        self._torn = f"{grid.label}: the sources disagree about this cell of the table, so it is not answered."

    def part(self, columns: Columns) -> tuple[np.ndarray, np.ndarray]:
        """The points of each row, and the place of its cell."""
        place = self._places(columns)
        points = np.where(self._disputed, np.nan, self._cells).ravel()[place]
        points[place < 0] = np.nan
        return points, np.where(np.isnan(points), np.nan, place)

    def refused(self, columns: Columns) -> Mapping[str, np.ndarray]:
        """Rows outside the table, and on a disputed cell."""
        place = self._places(columns)
        known = ~np.isnan([e.of(columns.values, columns.rows) for e in self.expressions]).any(axis=0)
        torn = (place >= 0) & self._disputed.ravel()[place]
        empty = (place < 0) | np.isnan(self._cells.ravel()[place])
        return {self._torn: torn, self._outside: known & empty & ~torn}

    def undecided(self, columns: Columns) -> Undecided:
        """What leaves the points unknown, and where."""
        for expression in self.expressions:
            yield expression, np.ones(columns.rows, dtype=bool)

    def _places(self, columns: Columns) -> np.ndarray:
        """The place of each row's cell in the ravelled table; -1 where there is none."""
        down, across = (e.of(columns.values, columns.rows) for e in (self._down, self._across))
        word = columns.values[self._by]
        row, column = np.full((2, columns.rows), -1, dtype=np.intp)
        for at, (low, high) in enumerate(self._rows):
            row[(down >= low) & (down <= high)] = at
        for at, value in enumerate(self._columns):
            column[across == value] = at
        inside = (row >= 0) & (column >= 0) & ~np.isnan(word)
        first = np.where(inside, word, 0).astype(np.intp)
        return np.where(inside, (first * len(self._rows) + row) * len(self._columns) + column, -1)


def _range(low: float, high: float) -> str:
    if low == -np.inf:
        return f"up to {high:g}"
    return f"{low:g} and more" if high == np.inf else f"{low:g} to {high:g}"


class PointsMethod:
    """A sum of points."""

    answers, scale, base = "points", "points", 0.0

    def __init__(self, method: Points, reader: Reader) -> None:
        names = [item.name for item in method.items]
        strangers = {*method.unmeasured_as_zero, *(n for s in method.subtotals.values() for n in s)} - set(names)
        if strangers:
            raise DeclarationError(f"There is no item '{sorted(strangers)[0]}' among: {', '.join(names)}.")
        self.lines = tuple(
            ItemLine(item, reader, zero_where_unknown=item.name in method.unmeasured_as_zero)
            if isinstance(item, Item)
            else GridLine(item, reader)
            for item in method.items
        )
        if len(set(names)) < len(names):
            raise DeclarationError(f"Two items have one name among: {', '.join(names)}.")
        self._subtotals = {name: [names.index(item) for item in items] for name, items in method.subtotals.items()}
        self.bands = Bands(method.bands, reader, ("total", *method.subtotals, *names))
        self.words = self.bands.words
        self.expressions = (*(e for line in self.lines for e in line.expressions), *self.bands.expressions)

    def work(self, columns: Columns) -> Worked:
        """Points, bands, subtotals, and what the printed tables refuse."""
        parts = [line.part(columns)[0] for line in self.lines]
        total = np.sum(parts, axis=0)
        details = {name: np.sum([parts[at] for at in places], axis=0) for name, places in self._subtotals.items()}
        named = dict(zip((line.name for line in self.lines), parts, strict=True))
        refused: dict[str, np.ndarray] = {}
        for line in self.lines:
            refused |= line.refused(columns)
        counted = {line.label: line.counted(columns) for line in self.lines if line.zero_where_unknown}
        codes = self.bands.codes(columns, {**named, **details, "total": total})
        return Worked(total, codes, details, refused, counted)

    def total(self, columns: Columns) -> np.ndarray:
        """The points."""
        return np.sum([line.part(columns)[0] for line in self.lines], axis=0)

    def undecided(self, columns: Columns) -> Undecided:
        """What leaves the total unknown, and where."""
        for line in self.lines:
            yield from line.undecided(columns)
