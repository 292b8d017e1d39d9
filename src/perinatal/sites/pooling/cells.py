"""Log-odds of many people as counts on a fixed grid: what may leave a hospital, and what can be computed from it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from perinatal.errors import InputError, NotEnoughData

STEPS_PER_UNIT = 1000  # a bin of the grid is 1/1,000 of log-odds wide, one of its ends at 0
TICKS_PER_UNIT = 100_000  # means and spreads are whole ticks of 1/100,000 of log-odds
TICKS_PER_STEP = TICKS_PER_UNIT // STEPS_PER_UNIT
FURTHEST = 100 * STEPS_PER_UNIT  # no bin lies further from 0
MOST_BINS = 800  # that hold anybody; where there are more, bins are merged by two, four, eight …
_PAIRS_AT_ONCE = 2_000_000
_UNKNOWABLE_VARIANCE = 0.25  # of one placement: the most that a number between 0 and 1 can vary


class Cells(NamedTuple):
    """Counts of log-odds in stretches of the grid, rising and apart from each other; six whole numbers a cell.

    ``first`` and ``last`` are bins of the grid (both inside), ``n`` people, ``place`` how far their mean lies above
    the lower end of ``first``, ``spread`` their standard deviation and ``lean`` the cube root of their third central
    moment, all three in ticks. Each has shape (cells,).
    """

    first: np.ndarray
    last: np.ndarray
    n: np.ndarray
    mean_ticks: np.ndarray
    spread: np.ndarray
    lean: np.ndarray

    @property
    def total(self) -> int:
        """People in all cells."""
        return int(self.n.sum())

    @property
    def mean(self) -> np.ndarray:
        """Mean log-odds of each cell."""
        return self.first / STEPS_PER_UNIT + self.mean_ticks / TICKS_PER_UNIT

    @property
    def deviation(self) -> np.ndarray:
        """Standard deviation of the log-odds in each cell."""
        return self.spread / TICKS_PER_UNIT

    def points(self) -> tuple[np.ndarray, np.ndarray]:
        """Two log-odds for each cell, and how many of its people each stands for; all lower ones first.

        They have the cell's count, mean, deviation and third moment (Gauss's quadrature), and lie within it.
        """
        variance = self.spread.astype(np.float64) ** 2
        with np.errstate(divide="ignore", invalid="ignore"):
            skew = np.where(variance > 0, self.lean.astype(np.float64) ** 3 / variance, 0.0)
            apart = np.sqrt(skew**2 + 4 * variance)
            lower, upper = (skew - apart) / 2, (skew + apart) / 2
            share = np.where(apart > 0, -lower / apart, 0.5)
        log_odds = np.concatenate([lower, upper]) / TICKS_PER_UNIT + np.tile(self.mean, 2)
        return log_odds, np.concatenate([self.n * (1 - share), self.n * share])


def build_cells(log_odds: np.ndarray, smallest: int = 1) -> Cells:
    """Log-odds as cells of at least ``smallest`` people: neighbouring bins are joined where people are close together.

    The joining is the one with the least spread within cells, given that each holds enough.

    Parameters
    ----------
    log_odds : shape (n,), finite. smallest : 1 leaves every bin that holds anybody on its own.

    Raises
    ------
    InputError : a log-odds that is unknown or further from 0 than 100, or ``smallest`` below 1.
    NotEnoughData : fewer rows than ``smallest``.

    Examples
    --------
    >>> cells = build_cells(np.array([-2.01, -2.02, -1.0, 0.31, 0.33]), smallest=2)
    >>> cells.n.tolist(), cells.mean.round(3).tolist(), cells.deviation.round(3).tolist()
    ([3, 2], [-1.677, 0.32], [0.478, 0.01])
    """
    values = np.asarray(log_odds, dtype=np.float64)
    if smallest < 1:
        raise InputError(f"The smallest cell must be of 1 or more, and is {smallest}.")
    wrong = int((~(np.abs(values) < FURTHEST / STEPS_PER_UNIT)).sum())
    if wrong:
        raise InputError(f"Log-odds must lie within ±{FURTHEST // STEPS_PER_UNIT}; {wrong} of {len(values)} do not.")
    if len(values) < smallest and smallest > 1:
        raise NotEnoughData(f"{len(values)} rows are too few for a cell of at least {smallest}.")
    bin_of_row = np.floor(values * STEPS_PER_UNIT).astype(np.int64)
    width = 1
    bins, bin_index = np.unique(bin_of_row, return_inverse=True)
    while len(bins) > MOST_BINS:
        width *= 2
        bins, bin_index = np.unique(bin_of_row // width, return_inverse=True)
    cell_of_bin = (
        _assign_cells(np.bincount(bin_index), np.bincount(bin_index, values), smallest)
        if smallest > 1
        else np.arange(len(bins))
    )
    number = int(cell_of_bin[-1]) + 1 if len(bins) else 0
    cell = cell_of_bin[bin_index]
    starts = np.searchsorted(cell_of_bin, np.arange(number))
    ends = np.searchsorted(cell_of_bin, np.arange(number), side="right") - 1
    first, last = bins[starts] * width, bins[ends] * width + width - 1
    n = np.bincount(cell, minlength=number)
    above = values - (first / STEPS_PER_UNIT)[cell]
    mean = np.bincount(cell, above, minlength=number) / n
    variance = np.bincount(cell, (above - mean[cell]) ** 2, minlength=number) / n
    third = np.bincount(cell, (above - mean[cell]) ** 3, minlength=number) / n
    mean_ticks, spread = _to_ticks(mean), _to_ticks(np.sqrt(variance))
    low, high = third_moments(first, last, mean_ticks, spread)
    lean = np.trunc(np.cbrt(np.clip(third * float(TICKS_PER_UNIT) ** 3, low, high))).astype(np.int64)
    return Cells(first, last, n, mean_ticks, spread, lean)


def third_moments(
    first: np.ndarray, last: np.ndarray, mean_ticks: np.ndarray, spread: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The least and the greatest third moment, in cubed ticks, that people within a cell can have; half a tick is let.

    Those for which both points of :meth:`Cells.points` lie in the cell.
    """
    room_below, room_above = mean_ticks + 0.5, (last - first + 1) * float(TICKS_PER_STEP) - mean_ticks + 0.5
    variance = spread.astype(np.float64) ** 2
    return np.minimum(variance * (variance / room_below - room_below), 0), np.maximum(
        variance * (room_above - variance / room_above), 0
    )


def merge_cells(site_cells: Iterable[Cells]) -> Cells:
    """The cells of several sites as one: the same stretch of the grid becomes one cell, others stay beside it.

    The result's stretches may overlap; count, mean and deviation are those of all people, up to half a tick.

    >>> one = build_cells(np.array([0.0101, 0.0102]))
    >>> merge_cells([one, one]).n.tolist()
    [4]
    """
    columns = [np.concatenate(column) for column in zip(*site_cells, strict=True)]
    if not columns:
        return Cells(*(np.zeros(0, dtype=np.int64) for _ in Cells._fields))
    first, last, n, mean_ticks, spread, lean = columns
    stretches, cell = np.unique(np.column_stack([first, last]), axis=0, return_inverse=True)
    number = len(stretches)
    total = np.bincount(cell, n, minlength=number)
    mean = np.bincount(cell, n * mean_ticks, minlength=number) / total
    off, variance = mean_ticks - mean[cell], spread.astype(np.float64) ** 2
    squares = np.bincount(cell, n * (variance + off**2), minlength=number) / total
    cubes = np.bincount(cell, n * (lean.astype(np.float64) ** 3 + 3 * off * variance + off**3), minlength=number)
    first, last = stretches.T
    return Cells(first, last, total.astype(np.int64), mean, np.sqrt(squares), np.cbrt(cubes / total))


def separation(with_event: Cells, without: Cells) -> tuple[float, float]:
    """Area under the ROC curve and its standard error (DeLong's), from the cells of those with and without.

    People of cells that do not overlap are ranked by them; within overlapping ones, as if both were normal with the
    cells' means and deviations. The error leaves out the spread of ranks within a cell.

    >>> area, error = separation(build_cells(np.array([0.3, 0.9, 1.4])), build_cells(np.array([-1.0, 0.2, 0.95])))
    >>> round(area, 3)
    0.778
    """
    event_placements, other_placements = np.empty(len(with_event.n)), np.zeros(len(without.n))
    share = without.n / without.n.sum()
    rows = max(1, _PAIRS_AT_ONCE // max(1, len(share)))
    for start in range(0, len(event_placements), rows):
        chunk = slice(start, start + rows)
        chance = _exceedance_probability(Cells(*(column[chunk] for column in with_event)), without)
        event_placements[chunk] = chance @ share
        other_placements += with_event.n[chunk] @ chance
    other_placements /= with_event.n.sum()
    area = float(event_placements @ with_event.n / with_event.n.sum())
    variance = 0.0
    for cells, placements in ((with_event, event_placements), (without, other_placements)):
        people = cells.n.sum()
        spread = float(cells.n @ (placements - area) ** 2) / (people - 1) if people > 1 else _UNKNOWABLE_VARIANCE
        variance += spread / people
    return area, float(np.sqrt(variance))


def _exceedance_probability(one: Cells, other: Cells) -> np.ndarray:
    """For each pair of cells, the chance that somebody of ``one`` lies above somebody of ``other``; ties half."""
    gap = one.mean[:, np.newaxis] - other.mean
    wide = np.sqrt((one.deviation**2)[:, np.newaxis] + other.deviation**2)
    with np.errstate(divide="ignore", invalid="ignore"):
        chance = ndtr(gap / wide)
    # The same log-odds may be rounded to two neighbouring ticks, on either side of a half: they tie.
    chance = np.where(wide > 0, chance, (np.sign(gap) * (np.abs(gap) > 1.5 / TICKS_PER_UNIT) + 1) / 2)
    chance = np.where(one.first[:, np.newaxis] > other.last, 1.0, chance)
    return np.where(one.last[:, np.newaxis] < other.first, 0.0, chance)


def _assign_cells(counts: np.ndarray, sums: np.ndarray, smallest: int) -> np.ndarray:
    """The cell of each bin: of all ways to cut the bins, the one with the least sum of squares between bins in a cell.

    ``best[i]`` is the least for the first ``i`` bins; its last cell begins at ``begins[i]``.
    """
    n, total, squares = (np.concatenate([[0.0], np.cumsum(column)]) for column in (counts, sums, sums**2 / counts))
    best, begins = np.full(len(n), np.inf), np.zeros(len(n), dtype=np.intp)
    best[0] = 0.0
    for end in range(1, len(n)):
        start = slice(0, int(np.searchsorted(n, n[end] - smallest, side="right")))
        if start.stop:
            within = squares[end] - squares[start] - (total[end] - total[start]) ** 2 / (n[end] - n[start])
            losses = best[start] + within
            begins[end] = np.argmin(losses)
            best[end] = losses[begins[end]]
    edges = [len(counts)]
    while edges[-1]:
        edges.append(int(begins[edges[-1]]))
    return np.searchsorted(edges[-2::-1], np.arange(len(counts)), side="right")


def _to_ticks(values: np.ndarray) -> np.ndarray:
    return np.rint(values * TICKS_PER_UNIT).astype(np.int64)
