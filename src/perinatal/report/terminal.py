"""Risks and their reasons as plain text, for a terminal or a printer."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from perinatal.report.danger import MARK, danger_text
from perinatal.report.sections import (
    RiskReport,
    describe_always_unknown,
    describe_estimand,
    describe_highest_risk,
    describe_moment,
    highest_and_typical,
)
from perinatal.report.wording import (
    LOWERED,
    RAISED,
    Influence,
    describe_problems,
    format_frequency,
    format_list,
    format_percent,
    strongest_influences,
)

NARROWEST, WIDEST = 88, 140
_GAP = "  "
READING = (
    f"{RAISED} raised and {LOWERED} lowered the odds of the outcome, compared with where the model starts before it "
    "knows anything of a person. ×1.8 means the odds were multiplied by 1.8; ×0.45 means they were cut to 45 %. From "
    "that start, all the multipliers of a person together give the risk shown. They describe what goes along with the "
    "outcome, not what causes it: changing one need not change the outcome."
)


def risk_text(
    report: RiskReport,
    *,
    width: int = 120,
    highest: int | None = None,
    typical: int | None = None,
    parts: int = 3,
    with_problems: bool = True,
) -> str:
    """One section as text: who was asked about, when, and for each row shown the risk and its reasons.

    Parameters
    ----------
    shown : the section.
    width : columns of the terminal; between 88 and 140 are used.
    highest, typical : how many rows of highest risk, and of the others; all rows when neither is given.
    parts : how many reasons each way.
    found : whether to tell what was found in the table.
    """
    width = min(max(width, NARROWEST), WIDEST)
    target, model = report.model.outcome, report.model
    title = f"{target.label[:1].upper()}{target.label[1:]}, asked {describe_moment(model.moment)}: {report.title}"
    lines = [*textwrap.wrap(title, width), "=" * min(width, len(title))]
    lines += [*danger_text(report.prediction.danger_signs, report.people, width), ""]
    for heading, sentence in describe_estimand(report):
        lines += _wrap_hanging(f"{heading:<12}", sentence, width)
    lines += _wrap_hanging(f"{'Caution':<12}", report.prediction.caution, width)
    if report.note:
        lines += _wrap_hanging(f"{'This table':<12}", report.note, width)
    lines.append("")
    if highest is None and typical is None:
        first, others = report.sorted_rows.tolist(), []
    else:
        first, others = highest_and_typical(report.risk, highest or 0, typical or 0)
    groups = [(f"All {len(first):,} {report.people}" if len(first) == len(report.prediction) else None, first)]
    if groups[0][0] is None:
        groups = [(f"The {len(first)} of {len(report.prediction):,} {report.people} with the highest risk", first)]
    if others:
        groups.append((f"{len(others)} others, spread over the rest", others))
    for heading, rows in groups:
        if rows:
            lines += [heading, *_table([_cells(report, row, parts) for row in rows], width), ""]
    lines += textwrap.wrap(describe_highest_risk(report), width)
    if describe_always_unknown(report):
        lines += textwrap.wrap(describe_always_unknown(report), width)
    problems = describe_problems(report.problems)
    if problems and with_problems:
        lines += ["", "Found in the table:"]
        for sentence in problems:
            lines += _wrap_hanging("  - ", sentence, width)
    return "\n".join(lines) + "\n"


def reading_text(width: int = 120) -> str:
    """How to read what moved a risk, as text."""
    return "\n".join(textwrap.wrap(READING, min(max(width, NARROWEST), WIDEST))) + "\n"


def _cells(report: RiskReport, row: int, parts: int) -> list[list[str]]:
    risk = float(report.risk[row])
    raised, lowered = strongest_influences(report.explanation, row, parts)
    unknown = report.unknown_labels(row)
    return [
        [report.record(row), *_danger_lines(report, row)],
        [format_percent(risk), format_frequency(risk)],
        _influences(raised, RAISED),
        _influences(lowered, LOWERED),
        [format_list(unknown, limit=3) if unknown else "-"],
    ]


def _danger_lines(report: RiskReport, row: int) -> list[str]:
    signs = report.prediction.danger_signs.describe_row(row)
    return [f"{MARK} {signs}"] if signs else []


def _influences(influences: Sequence[Influence], sign: str) -> list[str]:
    return [f"{sign} {influence}" for influence in influences] or ["-"]


def _table(rows: Sequence[list[list[str]]], width: int) -> list[str]:
    headings = ["record", "risk", "what raised it", "what lowered it", "not recorded"]
    signs = (word for row in rows for line in row[0][1:] for word in line.split())  # never broken within a word
    record = min(max([len("record"), *(len(row[0][0]) for row in rows), *map(len, signs)]), 16)
    risk = max([len("risk"), *(len(line) for row in rows for line in row[1])])
    left = width - record - risk - 4 * len(_GAP)
    reason = left * 38 // 100
    widths = [record, risk, reason, reason, left - 2 * reason]
    lines = [
        _GAP.join(h.ljust(w) for h, w in zip(headings, widths, strict=True)).rstrip(),
        _GAP.join("-" * w for w in widths),
    ]
    for row in rows:
        wrapped = [
            [
                part
                for line in cell
                for part in textwrap.wrap(line, w, subsequent_indent="  " if column in (2, 3) else "")
            ]
            for column, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        for number in range(max(len(cell) for cell in wrapped)):
            line = [cell[number] if number < len(cell) else "" for cell in wrapped]
            lines.append(_GAP.join(text.ljust(w) for text, w in zip(line, widths, strict=True)).rstrip())
    return lines


def _wrap_hanging(first: str, sentence: str, width: int) -> list[str]:
    return textwrap.wrap(sentence, width, initial_indent=first, subsequent_indent=" " * len(first))
