"""Rules about single columns and the whole table: constants, rounded readings, mixed codes, odd prevalence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from perinatal.training.auditing.findings import Found, Severity, listed, of_rows
from perinatal.training.auditing.material import MOST_LEVELS, Coded, Material
from perinatal.training.auditing.prevalence import PREVALENCE, SARI_PREVALENCE
from perinatal.vocabulary import Moment

FEWEST_ROWS = 200
TIMES_EXPECTED = 3  # a last digit this many times more frequent than by chance is preferred
LEAST_HEAPED = 0.05
FAR = 3  # times beyond the published range


def constant_columns(material: Material) -> Iterator[Found]:
    """Columns that hold one value, or nothing."""
    columns = tuple(h for h, column in material.columns.items() if column.levels < 2 and not _flagged(column))
    if columns:
        yield Found(Severity.LOOK, columns, material.rows, f"{listed(columns)}: one value in every row, or none.")


def _flagged(column: Coded) -> bool:
    """Whether the gaps of a one-valued column may mean something, as in a box that is ticked or left blank."""
    return column.levels == 1 and bool(column.missing.any())


@dataclass(frozen=True, slots=True)
class Heaping:
    """A measured quantity, the headings it goes by (letters and digits), and the multiples people round it to."""

    headings: tuple[str, ...]
    multiples: tuple[int, ...]


HEAPED = (
    Heaping(("birthweightg", "birthweight", "dbwt", "brthwgt", "peso"), (500, 250, 100, 50)),
    Heaping(("systolicbpmmhg", "systolicbp", "sysbp", "sbp"), (10, 5)),
    Heaping(("diastolicbpmmhg", "diastolicbp", "diabp", "dbp"), (10, 5)),
    Heaping(("gestationalageatbirthdays", "gestationalageatbookingdays", "gestationalageatmeasurementdays"), (7,)),
    Heaping(("maternalheightcm", "heightcm"), (10, 5)),
    Heaping(("prepregnancyweightkg", "maternalweightkg", "weightkg"), (10, 5)),
    Heaping(("bloodlossml", "bloodloss"), (500, 250, 100, 50)),
)


def heaped_values(material: Material) -> Iterator[Found]:
    """Readings that pile up at round numbers."""
    for heading, column in material.columns.items():
        plain = "".join(c for c in heading.lower() if c.isalnum())
        multiples = next((h.multiples for h in HEAPED if plain in h.headings), ())
        if column.numbers is None or not multiples:
            continue
        known = int((~column.missing).sum())
        if known < FEWEST_ROWS or column.levels < 10:
            continue
        for multiple in multiples:
            round_ones = np.isclose(np.remainder(column.numbers, multiple), 0)
            count = int(column.counts[round_ones].sum())
            if max(LEAST_HEAPED, TIMES_EXPECTED / multiple) <= count / known < 1:
                text = (
                    f"'{heading}': {count / known:.0%} of the known values are multiples of {multiple}, where "
                    f"{1 / multiple:.1%} would be by chance."
                )
                yield Found(Severity.LOOK, (heading,), count, text)
                break


def mixed_codes(material: Material) -> Iterator[Found]:
    """Columns of letters that also hold digits (or the reverse), and numbers written in two ways."""
    together: dict[bytes, list[str]] = {}
    for heading, column in material.columns.items():
        foreign = _foreign(column)
        if foreign is not None:
            together.setdefault(np.packbits(foreign).tobytes(), []).append(heading)
    for mask, columns in together.items():
        count = int(np.unpackbits(np.frombuffer(mask, dtype=np.uint8)).sum())
        text = f"{listed(columns)}: letters and digits mixed, two systems of codes in one column, in "
        text += f"{of_rows(count, material.rows)}"
        text += ", the same rows in each: it looks as if these rows had slipped sideways." if len(columns) > 1 else "."
        yield Found(Severity.LIKELY if len(columns) > 1 else Severity.LOOK, tuple(columns), count, text)
    twice = tuple(
        heading
        for heading, column in material.columns.items()
        if column.texts is not None
        and column.numbers is not None
        and 2 <= column.levels <= MOST_LEVELS
        and len(np.unique(column.numbers)) < column.levels
    )
    if twice:
        text = f"{listed(twice)}: the same number is written in two ways, such as with and without a decimal point."
        yield Found(Severity.LOOK, twice, material.rows, text)


def _foreign(column: Coded) -> np.ndarray | None:
    """The rows of the rarer system of codes, where a column has short words in one and digits in the other."""
    if column.texts is None or column.numbers is not None or not column.is_category():
        return None
    digits = np.array([text.replace(".", "", 1).isdigit() for text in column.texts])
    words = np.array([text.isalpha() and len(text) <= 3 for text in column.texts])
    if not digits.any() or not words.any() or not (digits | words).all():
        return None
    rows = [int(column.counts[kind].sum()) for kind in (digits, words)]
    rarer = digits if rows[0] <= rows[1] else words
    return np.append(rarer, False)[column.codes]


def odd_prevalence(material: Material) -> Iterator[Found]:
    """An outcome more or less frequent than is usual for it."""
    if material.target is None:
        return
    known = int((material.events | material.others).sum())
    of_moment = SARI_PREVALENCE if material.moment is Moment.SARI_ADMISSION else PREVALENCE
    published = of_moment.get(material.target.name)
    if published is None or known < FEWEST_ROWS:
        return
    events = int(material.events.sum())
    share = events / known
    error = 1.96 * np.sqrt(max(share * (1 - share), 1 / known) / known)
    if published.low - error <= share <= published.high + error:
        return
    far = share > FAR * published.high or share < published.low / FAR
    side = "above" if share > published.high else "below"
    told = f"{share:.2%}" if events == 0 or events >= 10 else f"under {10 / known:.2%}"
    text = (
        f"{material.outcome} in {told} of the rows where it is known, {side} the published range of "
        f"{published.low:.2%} to {published.high:.2%} ({published.source})."
    )
    yield Found(Severity.LIKELY if far else Severity.LOOK, (), events, text)
