"""Rules about rows: the same record twice, in two parts of a split, or many rows of one person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

import numpy as np

from perinatal.training.auditing.findings import Found, Severity, counted, listed, of_rows
from perinatal.training.auditing.material import Coded, Material

TELLING = 0.2  # a column in which two random rows agree more often than this cannot tell copies from coincidence
TELLING_COLUMNS = 12  # so many are asked, the most telling first
MANY_ROWS = 300_000  # above this, near copies are sought through the most telling columns only
CERTAIN_SHARE = 0.01  # copies of at least this share of the rows change every figure
FEWEST = 10
CHANCE_OF_COPIES = 0.5  # coincidence explains less than this share of equal pairs, or they are not called copies
CHANCE_OF_NEAR_COPIES = 0.1  # stricter: the column left out can no longer tell


class Hashes:
    """A number for each row that rows share exactly when they agree in every column; columns can be left out."""

    __slots__ = ("_keys", "columns", "total")

    def __init__(self, columns: Mapping[str, Coded], seed: int) -> None:
        random = np.random.default_rng(seed)
        self.columns = columns
        self._keys = {
            name: random.integers(0, 2**63, size=column.levels + 1, dtype=np.uint64) for name, column in columns.items()
        }
        rows = len(next(iter(columns.values())).codes) if columns else 0
        self.total = np.zeros(rows, dtype=np.uint64)
        for name in columns:
            self.total += self.of(name)

    def of(self, name: str) -> np.ndarray:
        """What one column adds to the number of each row."""
        return self._keys[name][self.columns[name].codes]

    def telling(self) -> list[str]:
        """The columns in which two random rows seldom agree, the most telling first."""
        agree = {name: column.same for name, column in self.columns.items()}
        return sorted((n for n in agree if agree[n] <= TELLING), key=agree.get)[:TELLING_COLUMNS]


def pairs(hashes: np.ndarray) -> float:
    """How many pairs of rows share a number."""
    counts = np.unique(hashes, return_counts=True)[1].astype(np.float64)
    return float(np.sum(counts * (counts - 1) / 2))


def distinct(hashes: np.ndarray) -> int:
    """How many different numbers there are."""
    ordered = np.sort(hashes)
    return int(np.count_nonzero(ordered[1:] != ordered[:-1])) + (len(ordered) > 0)


def comparable(material: Material) -> tuple[Hashes, np.ndarray]:
    """The rows that can be told apart, and their hashes: half of the telling columns, or more, are known there.

    Two empty records equal each other, and are not copies.
    """
    hashes = Hashes(material.facts, material.seed)
    telling = hashes.telling()
    unknown = np.zeros(material.rows, dtype=np.intp)
    for name in telling:
        unknown += material.facts[name].missing
    rows = np.flatnonzero(2 * unknown <= len(telling))
    return (hashes if len(rows) == material.rows else _taken(hashes, rows, material.seed)), rows


def chance_share(hashes: Hashes, base: np.ndarray, without: Iterable[str] = ()) -> float:
    """The share of the equal pairs that coincidence explains, between 0 and 1; 1 where no column can tell.

    Rows that agree in all columns but one would, were they different people, agree in that one as seldom as any two
    rows; copies always agree. The column that leaves most to coincidence is believed.
    """
    equal = pairs(base)
    shares = []
    for name in hashes.telling():
        if name in without:
            continue
        agree = hashes.columns[name].same
        nearly = pairs(base - hashes.of(name)) - equal
        shares.append(nearly * agree / (1 - agree) / max(equal, 1))
    return min(max(shares), 1.0) if shares else 1.0


def duplicates(material: Material) -> Iterator[Found]:
    """Rows that equal an earlier row in everything recorded."""
    hashes, rows = comparable(material)
    everywhere = len(rows) - distinct(hashes.total)
    for codes in material.groups.values():
        both = np.column_stack((np.unique(hashes.total, return_inverse=True)[1], codes[rows]))
        first = np.sort(np.unique(both, axis=0, return_index=True)[1])
        if len(first) < len(rows):
            hashes, rows = _taken(hashes, first, material.seed), rows[first]
    count = len(rows) - distinct(hashes.total)
    if not count:
        if everywhere:
            text = f"{of_rows(everywhere, material.rows)} equal an earlier row, always within one group."
            yield Found(Severity.LOOK, (), everywhere, text)
        elif len(rows) < material.rows:
            yield from _empty_repeats(material)
        return
    chance = chance_share(hashes, hashes.total)
    where = " of another group" if material.groups else ""
    text = f"{of_rows(count, material.rows)} equal an earlier row{where} in all {len(material.facts)} columns compared"
    if chance > CHANCE_OF_COPIES:
        text += "; so few and such coarse columns repeat by coincidence, as far as the other columns can tell."
        yield Found(Severity.LOOK, (), count, text)
    else:
        many = count >= CERTAIN_SHARE * material.rows
        severity = Severity.CERTAIN if many else Severity.LIKELY if count >= FEWEST else Severity.LOOK
        text += f"; coincidence explains no more than {max(chance, 0.01):.0%} of the equal pairs."
        yield Found(severity, (), count, text)


def _empty_repeats(material: Material) -> Iterator[Found]:
    """Equal rows none of which holds enough to be told from another."""
    count = material.rows - distinct(Hashes(material.facts, material.seed).total)
    if count:
        text = f"{of_rows(count, material.rows)} equal an earlier row, all of them too empty to call them copies."
        yield Found(Severity.LOOK, (), count, text)


def near_duplicates(material: Material) -> Iterator[Found]:
    """Rows that equal another in all but rounding, or in all but one column."""
    exact, _ = comparable(material)
    rounded = {name: _rounded(column) for name, column in exact.columns.items()}
    changed = [name for name in rounded if rounded[name].levels < exact.columns[name].levels]
    if changed:
        coarse = Hashes(rounded, material.seed)
        count = distinct(exact.total) - distinct(coarse.total)
        if count >= FEWEST and chance_share(coarse, coarse.total) <= CHANCE_OF_NEAR_COPIES:
            text = f"{of_rows(count, material.rows)} equal an earlier row once {listed(changed)} is rounded."
            yield Found(Severity.LIKELY, tuple(changed), count, text)
    yield from _all_but_one(material, exact)


def _all_but_one(material: Material, hashes: Hashes) -> Iterator[Found]:
    first = np.unique(hashes.total, return_index=True)[1]
    if len(hashes.columns) < 4 or len(first) < 2:
        return
    asked = list(hashes.columns) if material.rows <= MANY_ROWS else hashes.telling()
    found, worst = 0, None
    for name in asked:
        left = (hashes.total - hashes.of(name))[first]
        count = len(first) - distinct(left)
        if count > found:
            found, worst = count, name
    if worst is None or found < FEWEST:
        return
    # Exact copies are another rule's: here every distinct row counts once.
    fewer = _taken(hashes, first, material.seed)
    if chance_share(fewer, fewer.total - fewer.of(worst), (worst,)) > CHANCE_OF_NEAR_COPIES:
        return
    text = f"{of_rows(found, material.rows)} equal another row in everything but '{worst}'."
    severity = Severity.LIKELY if found >= CERTAIN_SHARE * material.rows else Severity.LOOK
    yield Found(severity, (worst,), found, text)


def _taken(hashes: Hashes, rows: np.ndarray, seed: int) -> Hashes:
    columns = {
        name: Coded(column.codes[rows], column.levels, column.numbers) for name, column in hashes.columns.items()
    }
    return Hashes(columns, seed)


def _rounded(column: Coded) -> Coded:
    """A column of fractions with one decimal less than it is written with; any other column as it is."""
    numbers = column.numbers
    if numbers is None or not column.levels or not np.isfinite(numbers).all():
        return column
    decimals = next((d for d in range(7) if np.allclose(numbers, np.round(numbers, d), rtol=0, atol=1e-9)), 7)
    if decimals == 0:
        return column
    fewer = decimals - 1 if decimals < 7 else 3
    coarse, place = np.unique(np.round(numbers, fewer), return_inverse=True)
    codes = np.append(place, -1)[column.codes]
    return Coded(codes, len(coarse), coarse)


def split_duplicates(material: Material) -> Iterator[Found]:
    """Rows whose copy lies in another part of the split that was given."""
    if material.split is None:
        return
    hashes, rows = comparable(material)
    place = np.unique(hashes.total, return_inverse=True)[1]
    count = _straddling_rows(place, material.split[rows])
    if not count:
        return
    chance = chance_share(hashes, hashes.total)
    text = f"{of_rows(count, material.rows)} have an exact copy in another, larger part of the split"
    if chance > CHANCE_OF_COPIES:
        yield Found(Severity.LOOK, (), count, f"{text}; coincidence may explain it, for the columns are coarse.")
    else:
        yield Found(Severity.CERTAIN, (), count, f"{text}.")


def _straddling_rows(place: np.ndarray, split: np.ndarray) -> int:
    """Rows outside the largest part that share their place with a row of another part."""
    known = split >= 0
    both = np.unique(np.column_stack((place[known], split[known])), axis=0)
    parts_of = np.bincount(both[:, 0], minlength=place.max() + 1)
    outside = known & (split != np.bincount(split[known]).argmax())
    return int((parts_of[place[outside]] > 1).sum())


def group_overlap(material: Material) -> Iterator[Found]:
    """Groups (a recording, a mother, a delivery) with many rows, and above all in more than one part of a split."""
    for guessed, groups in ((False, material.groups), (True, material.guessed_groups)):
        for heading, codes in groups.items():
            place = np.unique(codes, return_inverse=True)[1]
            number = int(place.max()) + 1
            if material.split is not None:
                count = _straddling_rows(place, material.split)
                if count:
                    text = (
                        f"{of_rows(count, material.rows)} share their '{heading}' with a row in another, larger part "
                        "of the split."
                    )
                    yield Found(Severity.LIKELY if guessed else Severity.CERTAIN, (heading,), count, text)
                continue
            shared = int((np.bincount(place)[place] > 1).sum())
            if not shared:
                continue
            seems = " seems to say which rows belong together" if guessed else " says which rows belong together"
            text = f"'{heading}'{seems}: {material.rows:,} rows, {counted(number)} different values."
            yield Found(Severity.LIKELY if guessed else Severity.LOOK, (heading,), shared, text)
