"""Rules about the moment: what is not yet known when the risk is estimated."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import rankdata

from perinatal.training.auditing.columns import AuditTable
from perinatal.training.auditing.findings import RuleHit, Severity, format_headings
from perinatal.training.auditing.register_names import (
    GESTATION_AT_BIRTH,
    GROWING,
    RegisterName,
    match_register_names,
    recognise_registers,
)
from perinatal.vocabulary import VARIABLES, Moment


def find_known_later(table: AuditTable) -> Iterator[RuleHit]:
    """Columns that are recorded after the moment, by the vocabulary or by what a register's heading means."""
    if table.target is not None and table.moment.sees(table.target.known_at):
        text = (
            f"{table.outcome} is settled by {table.target.known_at.value}, and so already known at "
            f"{table.moment.value}."
        )
        yield RuleHit(Severity.CERTAIN, (), table.rows, text)
    late_headings: dict[Moment, list[str]] = {}
    for heading in table.columns:
        declared = VARIABLES.get(heading)
        if declared is not None and heading not in GROWING and not table.moment.sees(declared.known_at):
            late_headings.setdefault(declared.known_at, []).append(heading)
    for moment in Moment:
        if moment in late_headings:
            columns = tuple(late_headings[moment])
            text = (
                f"{format_headings(columns)}: known at {moment.value} ({moment.description}), not at "
                f"{table.moment.value}."
            )
            yield RuleHit(Severity.CERTAIN, columns, table.rows, text)
    yield from _find_by_heading(table)


def _find_by_heading(table: AuditTable) -> Iterator[RuleHit]:
    """Headings outside the vocabulary, grouped by what they mean in their register."""
    registers = recognise_registers(table.headings)
    headings_by_meaning: dict[RegisterName, list[str]] = {}
    for heading in table.columns:
        meanings = match_register_names(heading)
        if not meanings or heading in VARIABLES or heading.lower() in GROWING:
            continue
        declared = next((d for d in meanings if d.register in registers), meanings[0])
        if declared.known_at is None or not table.moment.sees(declared.known_at):
            headings_by_meaning.setdefault(declared, []).append(heading)
    for declared, columns in headings_by_meaning.items():
        is_sure = declared.register in registers and declared.sure
        text = f"{format_headings(columns)}: in {declared.register}, {declared.meaning}"
        when = "after the end of follow-up" if declared.known_at is None else f"at {declared.known_at.value}"
        text += f"; known {when}, not at {table.moment.value}." if declared.sure else "."
        if not is_sure and declared.sure:
            text += " The headings alone do not prove that the table is from that register."
        yield RuleHit(Severity.CERTAIN if is_sure else Severity.LIKELY, tuple(columns), table.rows, text)


def find_growing_counts(table: AuditTable) -> Iterator[RuleHit]:
    """Counts that grow with the length of the pregnancy, used before it has ended."""
    if table.moment.sees(Moment.LABOUR):
        return
    columns = tuple(heading for heading in table.columns if heading.lower() in GROWING)
    if not columns:
        return
    text = f"{format_headings(columns)}: counted over the whole pregnancy, not up to {table.moment.value}"
    length = next((h for h in table.facts if h.lower() in GESTATION_AT_BIRTH), None)
    if length is not None and table.facts[length].numbers is not None:
        correlations = [
            f"{_rank_correlation(table, heading, length):.2f} for '{heading}'"
            for heading in columns
            if table.columns[heading].numbers is not None
        ]
        if correlations:
            text += f" (rank correlation with '{length}': {', '.join(correlations)})"
    yield RuleHit(Severity.CERTAIN, columns, table.rows, f"{text}.")


def _rank_correlation(table: AuditTable, first: str, second: str) -> float:
    """Spearman's correlation over rows where both are known and neither is a register's code for unknown."""
    a, b = table.facts.get(first, table.columns[first]).values(), table.facts[second].values()
    known = ~np.isnan(a) & ~np.isnan(b) & ~np.isin(a, (99, 999, 9999)) & ~np.isin(b, (99, 999, 9999))
    if known.sum() < 3 or np.ptp(a[known]) == 0 or np.ptp(b[known]) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(a[known]), rankdata(b[known]))[0, 1])
