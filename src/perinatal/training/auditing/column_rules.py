"""Rules about single columns and the whole table: constants, rounded readings, mixed codes, odd prevalence."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from perinatal.training.auditing.columns import MOST_LEVELS, AuditTable, EncodedColumn
from perinatal.training.auditing.findings import RuleHit, Severity, describe_row_count, format_headings
from perinatal.training.auditing.prevalence import PREVALENCE, SARI_PREVALENCE
from perinatal.vocabulary import Moment

FEWEST_ROWS = 200
TIMES_EXPECTED = 3  # a last digit this many times more frequent than by chance is preferred
LEAST_HEAPED = 0.05
FAR_FACTOR = 3  # times beyond the published range


def find_constant_columns(table: AuditTable) -> Iterator[RuleHit]:
    """Columns with a single value, or none."""
    columns = tuple(h for h, column in table.columns.items() if column.levels < 2 and not _has_meaningful_gaps(column))
    if columns:
        yield RuleHit(
            Severity.NOTE, columns, table.rows, f"{format_headings(columns)}: one value in every row, or none."
        )


def _has_meaningful_gaps(column: EncodedColumn) -> bool:
    """Whether the missing cells of a one-valued column may have a meaning, as with a tick box."""
    return column.levels == 1 and bool(column.missing.any())


@dataclass(frozen=True, slots=True)
class Heaping:
    """A measured quantity, the headings used for it (letters and digits), and the multiples people round it to."""

    headings: tuple[str, ...]
    multiples: tuple[int, ...]


HEAPINGS = (
    Heaping(("birthweightg", "birthweight", "dbwt", "brthwgt", "peso"), (500, 250, 100, 50)),
    Heaping(("systolicbpmmhg", "systolicbp", "sysbp", "sbp"), (10, 5)),
    Heaping(("diastolicbpmmhg", "diastolicbp", "diabp", "dbp"), (10, 5)),
    Heaping(("gestationalageatbirthdays", "gestationalageatbookingdays", "gestationalageatmeasurementdays"), (7,)),
    Heaping(("maternalheightcm", "heightcm"), (10, 5)),
    Heaping(("prepregnancyweightkg", "maternalweightkg", "weightkg"), (10, 5)),
    Heaping(("bloodlossml", "bloodloss"), (500, 250, 100, 50)),
)


def find_heaped_values(table: AuditTable) -> Iterator[RuleHit]:
    """Measurements that heap at round numbers."""
    for heading, column in table.columns.items():
        plain = "".join(c for c in heading.lower() if c.isalnum())
        multiples = next((h.multiples for h in HEAPINGS if plain in h.headings), ())
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
                yield RuleHit(Severity.NOTE, (heading,), count, text)
                break


def find_mixed_codes(table: AuditTable) -> Iterator[RuleHit]:
    """Columns that mix letters and digits, and numbers written in two ways."""
    headings_by_rows: dict[bytes, list[str]] = {}
    for heading, column in table.columns.items():
        foreign = _find_foreign_rows(column)
        if foreign is not None:
            headings_by_rows.setdefault(np.packbits(foreign).tobytes(), []).append(heading)
    for mask, columns in headings_by_rows.items():
        count = int(np.unpackbits(np.frombuffer(mask, dtype=np.uint8)).sum())
        text = f"{format_headings(columns)}: letters and digits mixed, two systems of codes in one column, in "
        text += f"{describe_row_count(count, table.rows)}"
        text += ", the same rows in each: these rows seem to be shifted by a column." if len(columns) > 1 else "."
        yield RuleHit(Severity.LIKELY if len(columns) > 1 else Severity.NOTE, tuple(columns), count, text)
    two_ways = tuple(
        heading
        for heading, column in table.columns.items()
        if column.texts is not None
        and column.numbers is not None
        and 2 <= column.levels <= MOST_LEVELS
        and len(np.unique(column.numbers)) < column.levels
    )
    if two_ways:
        text = (
            f"{format_headings(two_ways)}: the same number is written in two ways, such as with and without a decimal "
            "point."
        )
        yield RuleHit(Severity.NOTE, two_ways, table.rows, text)


def _find_foreign_rows(column: EncodedColumn) -> np.ndarray | None:
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


def find_odd_prevalence(table: AuditTable) -> Iterator[RuleHit]:
    """An outcome that is more or less frequent than published."""
    if table.target is None:
        return
    known = int((table.events | table.others).sum())
    published_ranges = SARI_PREVALENCE if table.moment is Moment.SARI_ADMISSION else PREVALENCE
    published = published_ranges.get(table.target.name)
    if published is None or known < FEWEST_ROWS:
        return
    events = int(table.events.sum())
    share = events / known
    error = 1.96 * np.sqrt(max(share * (1 - share), 1 / known) / known)
    if published.low - error <= share <= published.high + error:
        return
    is_far = share > FAR_FACTOR * published.high or share < published.low / FAR_FACTOR
    side = "above" if share > published.high else "below"
    share_text = f"{share:.2%}" if events == 0 or events >= 10 else f"under {10 / known:.2%}"
    text = (
        f"{table.outcome} in {share_text} of the rows where it is known, {side} the published range of "
        f"{published.low:.2%} to {published.high:.2%} ({published.source})."
    )
    yield RuleHit(Severity.LIKELY if is_far else Severity.NOTE, (), events, text)
