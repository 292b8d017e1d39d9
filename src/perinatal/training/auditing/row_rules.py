"""Rules about rows: the same record twice, in two parts of a split, or many rows of one person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from perinatal.training.auditing.columns import AuditTable, EncodedColumn
from perinatal.training.auditing.findings import (
    RuleHit,
    Severity,
    describe_row_count,
    format_headings,
    format_row_count,
)

MAX_AGREEMENT = 0.2  # columns in which two random rows agree more often cannot distinguish copies from coincidence
MAX_DISCRIMINATING_COLUMNS = 12  # used to recognise copies, the most discriminating first
MANY_ROWS = 300_000  # above this, near copies are searched in the most discriminating columns only
CERTAIN_SHARE = 0.01  # copies of at least this share of the rows change every figure
FEWEST = 10
CHANCE_OF_COPIES = 0.5  # equal pairs are copies where coincidence explains less than this share of them
CHANCE_OF_NEAR_COPIES = 0.1  # stricter, as one column less distinguishes the rows


class RowHashes:
    """A number for each row; rows share it exactly when they agree in every column. Columns can be left out."""

    __slots__ = ("_keys", "columns", "total")

    def __init__(self, columns: Mapping[str, EncodedColumn], seed: int) -> None:
        random = np.random.default_rng(seed)
        self.columns = columns
        self._keys = {
            name: random.integers(0, 2**63, size=column.levels + 1, dtype=np.uint64) for name, column in columns.items()
        }
        rows = len(next(iter(columns.values())).codes) if columns else 0
        self.total = np.zeros(rows, dtype=np.uint64)
        for name in columns:
            self.total += self.hash_column(name)

    def hash_column(self, name: str) -> np.ndarray:
        """What one column adds to the number of each row."""
        return self._keys[name][self.columns[name].codes]

    def discriminating_columns(self) -> list[str]:
        """The columns in which two random rows rarely agree, the most discriminating first."""
        agreement = {name: column.agreement for name, column in self.columns.items()}
        ranked = sorted((n for n in agreement if agreement[n] <= MAX_AGREEMENT), key=agreement.__getitem__)
        return ranked[:MAX_DISCRIMINATING_COLUMNS]


def count_equal_pairs(hashes: np.ndarray) -> float:
    """How many pairs of rows share a number."""
    counts = np.unique(hashes, return_counts=True)[1].astype(np.float64)
    return float(np.sum(counts * (counts - 1) / 2))


def count_distinct(hashes: np.ndarray) -> int:
    """How many different numbers there are."""
    ordered = np.sort(hashes)
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + (len(ordered) > 0)


def select_comparable_rows(table: AuditTable) -> tuple[RowHashes, np.ndarray]:
    """The hashes of the rows in which at least half of the discriminating columns are known, and the rows.

    Two empty records are equal without being copies.
    """
    hashes = RowHashes(table.facts, table.seed)
    discriminating = hashes.discriminating_columns()
    unknown = np.zeros(table.rows, dtype=np.intp)
    for name in discriminating:
        unknown += table.facts[name].missing
    rows = np.flatnonzero(2 * unknown <= len(discriminating))
    return (hashes if len(rows) == table.rows else _subset_hashes(hashes, rows, table.seed)), rows


def estimate_chance_share(hashes: RowHashes, base: np.ndarray, without: Iterable[str] = ()) -> float:
    """The share of the equal pairs that coincidence explains, between 0 and 1; 1 where no column discriminates.

    Rows of different people that agree in all columns but one agree in that one as rarely as any two rows; copies
    always agree. The largest share over the columns is returned.
    """
    equal_pairs = count_equal_pairs(base)
    shares = []
    for name in hashes.discriminating_columns():
        if name in without:
            continue
        agreement = hashes.columns[name].agreement
        near_pairs = count_equal_pairs(base - hashes.hash_column(name)) - equal_pairs
        shares.append(near_pairs * agreement / (1 - agreement) / max(equal_pairs, 1))
    return min(max(shares), 1.0) if shares else 1.0


def find_duplicates(table: AuditTable) -> Iterator[RuleHit]:
    """Rows that equal an earlier row in every column."""
    hashes, rows = select_comparable_rows(table)
    count_in_all_groups = len(rows) - count_distinct(hashes.total)
    for codes in table.groups.values():
        group_rows = np.column_stack((np.unique(hashes.total, return_inverse=True)[1], codes[rows]))
        first = np.sort(np.unique(group_rows, axis=0, return_index=True)[1])
        if len(first) < len(rows):
            hashes, rows = _subset_hashes(hashes, first, table.seed), rows[first]
    count = len(rows) - count_distinct(hashes.total)
    if not count:
        if count_in_all_groups:
            text = (
                f"{describe_row_count(count_in_all_groups, table.rows)} equal an earlier row, always within one group."
            )
            yield RuleHit(Severity.NOTE, (), count_in_all_groups, text)
        elif len(rows) < table.rows:
            yield from _find_empty_repeats(table)
        return
    chance = estimate_chance_share(hashes, hashes.total)
    where = " of another group" if table.groups else ""
    text = (
        f"{describe_row_count(count, table.rows)} equal an earlier row{where} in all {len(table.facts)} columns "
        "compared"
    )
    if chance > CHANCE_OF_COPIES:
        text += "; with so few and such coarse columns, coincidence may explain it."
        yield RuleHit(Severity.NOTE, (), count, text)
    else:
        is_large_share = count >= CERTAIN_SHARE * table.rows
        severity = Severity.CERTAIN if is_large_share else Severity.LIKELY if count >= FEWEST else Severity.NOTE
        text += f"; coincidence explains at most {max(chance, 0.01):.0%} of the equal pairs."
        yield RuleHit(severity, (), count, text)


def _find_empty_repeats(table: AuditTable) -> Iterator[RuleHit]:
    """Equal rows that are too empty to be distinguished."""
    count = table.rows - count_distinct(RowHashes(table.facts, table.seed).total)
    if count:
        text = (
            f"{describe_row_count(count, table.rows)} equal an earlier row, all of them too empty to be called copies."
        )
        yield RuleHit(Severity.NOTE, (), count, text)


def find_near_duplicates(table: AuditTable) -> Iterator[RuleHit]:
    """Rows that equal another after rounding, or in all but one column."""
    exact, _ = select_comparable_rows(table)
    rounded = {name: _round_column(column) for name, column in exact.columns.items()}
    changed = [name for name in rounded if rounded[name].levels < exact.columns[name].levels]
    if changed:
        coarse = RowHashes(rounded, table.seed)
        count = count_distinct(exact.total) - count_distinct(coarse.total)
        if count >= FEWEST and estimate_chance_share(coarse, coarse.total) <= CHANCE_OF_NEAR_COPIES:
            text = (
                f"{describe_row_count(count, table.rows)} equal an earlier row after rounding of "
                f"{format_headings(changed)}."
            )
            yield RuleHit(Severity.LIKELY, tuple(changed), count, text)
    yield from _find_one_column_duplicates(table, exact)


def _find_one_column_duplicates(table: AuditTable, hashes: RowHashes) -> Iterator[RuleHit]:
    first = np.unique(hashes.total, return_index=True)[1]
    if len(hashes.columns) < 4 or len(first) < 2:
        return
    candidates = list(hashes.columns) if table.rows <= MANY_ROWS else hashes.discriminating_columns()
    most, worst = 0, None
    for name in candidates:
        remaining = (hashes.total - hashes.hash_column(name))[first]
        count = len(first) - count_distinct(remaining)
        if count > most:
            most, worst = count, name
    if worst is None or most < FEWEST:
        return
    # Exact copies are reported by another rule: here every distinct row counts once.
    distinct_rows = _subset_hashes(hashes, first, table.seed)
    if (
        estimate_chance_share(distinct_rows, distinct_rows.total - distinct_rows.hash_column(worst), (worst,))
        > CHANCE_OF_NEAR_COPIES
    ):
        return
    text = f"{describe_row_count(most, table.rows)} equal another row in every column but '{worst}'."
    severity = Severity.LIKELY if most >= CERTAIN_SHARE * table.rows else Severity.NOTE
    yield RuleHit(severity, (worst,), most, text)


def _subset_hashes(hashes: RowHashes, rows: np.ndarray, seed: int) -> RowHashes:
    columns = {
        name: EncodedColumn(column.codes[rows], column.levels, column.numbers)
        for name, column in hashes.columns.items()
    }
    return RowHashes(columns, seed)


def _round_column(column: EncodedColumn) -> EncodedColumn:
    """A column of fractions with one decimal less than it was recorded with; any other column as it is."""
    numbers = column.numbers
    if numbers is None or not column.levels or not np.isfinite(numbers).all():
        return column
    decimals = next((d for d in range(7) if np.allclose(numbers, np.round(numbers, d), rtol=0, atol=1e-9)), 7)
    if decimals == 0:
        return column
    fewer = decimals - 1 if decimals < 7 else 3
    coarse, position = np.unique(np.round(numbers, fewer), return_inverse=True)
    codes = np.append(position, -1)[column.codes]
    return EncodedColumn(codes, len(coarse), coarse)


def find_split_duplicates(table: AuditTable) -> Iterator[RuleHit]:
    """Rows with a copy in another part of the split."""
    if table.split is None:
        return
    hashes, rows = select_comparable_rows(table)
    position = np.unique(hashes.total, return_inverse=True)[1]
    count = _count_straddling_rows(position, table.split[rows])
    if not count:
        return
    chance = estimate_chance_share(hashes, hashes.total)
    text = f"{describe_row_count(count, table.rows)} have an exact copy in another, larger part of the split"
    if chance > CHANCE_OF_COPIES:
        yield RuleHit(Severity.NOTE, (), count, f"{text}; coincidence may explain it, as the columns are coarse.")
    else:
        yield RuleHit(Severity.CERTAIN, (), count, f"{text}.")


def _count_straddling_rows(position: np.ndarray, split: np.ndarray) -> int:
    """Rows outside the largest part whose hash or group is shared with a row of another part."""
    known = split >= 0
    part_rows = np.unique(np.column_stack((position[known], split[known])), axis=0)
    part_counts = np.bincount(part_rows[:, 0], minlength=position.max() + 1)
    outside = known & (split != np.bincount(split[known]).argmax())
    return int((part_counts[position[outside]] > 1).sum())


def find_group_overlap(table: AuditTable) -> Iterator[RuleHit]:
    """Groups (a recording, a mother, a delivery) with many rows, and above all in more than one part of a split."""
    for guessed, groups in ((False, table.groups), (True, table.guessed_groups)):
        for heading, codes in groups.items():
            position = np.unique(codes, return_inverse=True)[1]
            number = int(position.max()) + 1
            if table.split is not None:
                count = _count_straddling_rows(position, table.split)
                if count:
                    text = (
                        f"{describe_row_count(count, table.rows)} share their '{heading}' with a row in another, "
                        "larger part of the split."
                    )
                    yield RuleHit(Severity.LIKELY if guessed else Severity.CERTAIN, (heading,), count, text)
                continue
            shared = int((np.bincount(position)[position] > 1).sum())
            if not shared:
                continue
            verb = "seems to identify" if guessed else "identifies"
            values = f"{table.rows:,} rows, {format_row_count(number)} different values"
            text = f"'{heading}' {verb} rows that belong together: {values}."
            yield RuleHit(Severity.LIKELY if guessed else Severity.NOTE, (heading,), shared, text)
