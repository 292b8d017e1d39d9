"""The answers of a model with their reasons as plain text, for a terminal or a printer."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence

from perinatal.models import RiskModel
from perinatal.report.answer_report import (
    AnswerReport,
    describe_always_unknown,
    describe_estimand,
    describe_highest_risk,
    group_rows,
)
from perinatal.report.danger import MARK, danger_text
from perinatal.report.wording import (
    ANSWER_COLUMNS,
    LOWERED,
    MULTIPLIERS,
    NOT_CAUSES,
    RAISED,
    describe_problems,
    describe_reasons,
    format_list,
)

NARROWEST, WIDEST = 88, 140
_GAP = "  "


def answer_text(
    report: AnswerReport,
    *,
    width: int = 120,
    highest: int | None = None,
    typical: int | None = None,
    parts: int = 3,
    with_problems: bool = True,
) -> str:
    """The answers as text: what they mean, and for each row the answer and its reasons, danger signs first.

    Parameters
    ----------
    report : of a trained model or a published score.
    width : columns of the terminal; between 88 and 140 are used.
    highest, typical : how many rows of highest risk, and of the others; all rows when neither is given. Where the
        answers are no risks, the first ``highest + typical`` rows.
    parts : how many reasons each way.
    with_problems : whether the problems of the table are listed.
    """
    width = _limit_width(width)
    title = f"{report.heading}, {report.timing}: {report.title}"
    lines = [*textwrap.wrap(title, width), "=" * min(width, len(title))]
    lines += [*danger_text(report.prediction.danger_signs, report.people, width), ""]
    facts = [*describe_estimand(report), ("Caution", report.prediction.caution)]
    if report.note:
        facts.append(("This table", report.note))
    for heading, sentence in facts:
        lines += _wrap_hanging(f"{heading:<12}", sentence, width)
    for heading, rows in group_rows(report, highest, typical):
        lines += ["", heading, *_table(report, rows, parts, width)]
    sentences = [*filter(None, (describe_highest_risk(report), describe_always_unknown(report)))]
    if sentences:
        lines.append("")
        for sentence in sentences:
            lines += textwrap.wrap(sentence, width)
    problems = describe_problems(report.problems)
    if problems and with_problems:
        lines += ["", "Problems of the table:"]
        for sentence in problems:
            lines += _wrap_hanging("  - ", sentence, width)
    return "\n".join(lines) + "\n"


def reading_text(report: AnswerReport, width: int = 120) -> str:
    """How to read the reasons of the report, as text.

    Parameters
    ----------
    report : whose reasons are explained.
    width : columns of the terminal; between 88 and 140 are used.
    """
    trained = isinstance(report.model, RiskModel)
    text = f"{MULTIPLIERS} {NOT_CAUSES}" if trained else describe_reasons(report.explanation)
    return "\n".join(textwrap.wrap(text, _limit_width(width))) + "\n"


def _limit_width(width: int) -> int:
    return min(max(width, NARROWEST), WIDEST)


def _table(report: AnswerReport, rows: Sequence[int], parts: int, width: int) -> list[str]:
    trained = isinstance(report.model, RiskModel)
    reasons = ["what raised it", "what lowered it"] if trained else ["because"]
    headings = ["record", ANSWER_COLUMNS[report.prediction.answers].lower(), *reasons, "not recorded"]
    cells = [_cells(report, row, parts) for row in rows]
    signs = (word for row in cells for line in row[0][1:] for word in line.split())  # never broken within a word
    record = min(max([len("record"), *(len(row[0][0]) for row in cells), *map(len, signs)]), 16)
    answer = min(max([len(headings[1]), *(len(line) for row in cells for line in row[1])]), 30)
    left = width - record - answer - (len(headings) - 1) * len(_GAP)
    reason = left * 76 // 100 // len(reasons)
    widths = [record, answer, *[reason] * len(reasons), left - reason * len(reasons)]
    lines = [_join_columns(headings, widths), _GAP.join("-" * w for w in widths)]
    for row in cells:
        wrapped = [_wrap_cell(cell, w, cell in row[2:-1]) for cell, w in zip(row, widths, strict=True)]
        for number in range(max(len(cell) for cell in wrapped)):
            lines.append(_join_columns([cell[number] if number < len(cell) else "" for cell in wrapped], widths))
    return lines


def _cells(report: AnswerReport, row: int, parts: int) -> list[list[str]]:
    signs = report.prediction.danger_signs.describe_row(row)
    unknown = report.unknown_labels(row)
    reasons = report.reasons(row, parts)
    if isinstance(report.model, RiskModel):
        raised, lowered = reasons
        reasons = [[f"{RAISED} {reason}" for reason in raised], [f"{LOWERED} {reason}" for reason in lowered]]
    return [
        [report.record(row), *([f"{MARK} {signs}"] if signs else [])],
        [line for line in report.answer(row) if line],
        *(side or ["-"] for side in reasons),
        [format_list(unknown, limit=3) if unknown else "-"],
    ]


def _wrap_cell(lines: Iterable[str], width: int, hanging: bool) -> list[str]:
    return [part for line in lines for part in textwrap.wrap(line, width, subsequent_indent="  " if hanging else "")]


def _join_columns(texts: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(text.ljust(width) for text, width in zip(texts, widths, strict=True)).rstrip()


def _wrap_hanging(first: str, sentence: str, width: int) -> list[str]:
    return textwrap.wrap(sentence, width, initial_indent=first, subsequent_indent=" " * len(first))
