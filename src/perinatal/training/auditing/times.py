"""Rules about the moment: what is not known yet when the risk is asked."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.stats import rankdata

from perinatal.training.auditing.findings import Found, Severity, listed
from perinatal.training.auditing.material import Material
from perinatal.training.auditing.register_names import (
    GESTATION_AT_BIRTH,
    GROWING,
    RegisterName,
    register_names,
    registers_shown,
)
from perinatal.vocabulary import VARIABLES, Moment


def known_later(material: Material) -> Iterator[Found]:
    """Columns that are recorded after the moment, by the vocabulary or by what a register's heading means."""
    if material.target is not None and material.moment.sees(material.target.known_at):
        text = (
            f"{material.outcome} is settled by {material.target.known_at.value}, and so known when the risk is asked "
            f"at {material.moment.value}."
        )
        yield Found(Severity.CERTAIN, (), material.rows, text)
    late: dict[Moment, list[str]] = {}
    for heading in material.columns:
        declared = VARIABLES.get(heading)
        if declared is not None and heading not in GROWING and not material.moment.sees(declared.known_at):
            late.setdefault(declared.known_at, []).append(heading)
    for moment in Moment:
        if moment in late:
            columns = tuple(late[moment])
            text = f"{listed(columns)}: known at {moment.value} ({moment.description}), not at {material.moment.value}."
            yield Found(Severity.CERTAIN, columns, material.rows, text)
    yield from _by_heading(material)


def _by_heading(material: Material) -> Iterator[Found]:
    """Headings outside the vocabulary, grouped by what they mean in their register."""
    shown = registers_shown(material.headings)
    found: dict[RegisterName, list[str]] = {}
    for heading in material.columns:
        meanings = register_names(heading)
        if not meanings or heading in VARIABLES or heading.lower() in GROWING:
            continue
        declared = next((d for d in meanings if d.register in shown), meanings[0])
        if declared.known_at is None or not material.moment.sees(declared.known_at):
            found.setdefault(declared, []).append(heading)
    for declared, columns in found.items():
        sure = declared.register in shown and declared.sure
        text = f"{listed(columns)}: in {declared.register}, {declared.meaning}"
        when = "after the end of follow-up" if declared.known_at is None else f"at {declared.known_at.value}"
        text += f"; known {when}, not at {material.moment.value}." if declared.sure else "."
        if not sure and declared.sure:
            text += " The headings alone do not prove that this is that register."
        yield Found(Severity.CERTAIN if sure else Severity.LIKELY, tuple(columns), material.rows, text)


def grows_with_pregnancy(material: Material) -> Iterator[Found]:
    """Counts that grow with the length of the pregnancy, asked before it has ended."""
    if material.moment.sees(Moment.LABOUR):
        return
    columns = tuple(heading for heading in material.columns if heading.lower() in GROWING)
    if not columns:
        return
    text = f"{listed(columns)}: counted over the whole pregnancy, not up to {material.moment.value}"
    length = next((h for h in material.facts if h.lower() in GESTATION_AT_BIRTH), None)
    if length is not None and material.facts[length].numbers is not None:
        told = [
            f"{_correlation(material, heading, length):.2f} for '{heading}'"
            for heading in columns
            if material.columns[heading].numbers is not None
        ]
        if told:
            text += f" (rank correlation with '{length}': {', '.join(told)})"
    yield Found(Severity.CERTAIN, columns, material.rows, f"{text}.")


def _correlation(material: Material, first: str, second: str) -> float:
    """Spearman's correlation among rows where both are known and are not a register's code for unknown."""
    a, b = material.facts.get(first, material.columns[first]).values(), material.facts[second].values()
    known = ~np.isnan(a) & ~np.isnan(b) & ~np.isin(a, (99, 999, 9999)) & ~np.isin(b, (99, 999, 9999))
    if known.sum() < 3 or np.ptp(a[known]) == 0 or np.ptp(b[known]) == 0:
        return 0.0
    return float(np.corrcoef(rankdata(a[known]), rankdata(b[known]))[0, 1])
