"""Danger signs as a page and a terminal show them: first, marked, and with what could not be looked for."""

from __future__ import annotations

import textwrap
from html import escape

from perinatal.clinical.danger_signs import DANGER_SIGNS
from perinatal.frames.danger import DangerSigns, PresentSign
from perinatal.report.wording import format_list

MARK = "⚠"
ABOVE = "They stand above every number here: care now, whatever the estimate."
MOST = (
    "Most here have one, as people have who came because they are ill: a sign says that care is due, and not who among "
    "them comes first."
)
NOT_ABSENT = "A sign that was not looked for is not absent."
FEW = 10  # rows; below, who has a sign is seen at a glance
LISTED = 12  # records named beside each sign
MOST_LISTED_ROWS = 2_000  # rows with a sign; beyond, the list of all is left to a table file


def danger_html(signs: DangerSigns, people: str = "rows") -> str:
    """The block that opens a section: each sign with its rule, source and records; then what was looked for."""
    if not signs.present_signs:
        text = f"Danger signs: {describe_danger_count(signs, people)} {describe_coverage(signs)}"
        return f'<p class="danger none">{escape(text)}</p>\n'
    items = "".join(
        f"<li><b>{escape(_upper(entry.sign.label))}</b> ({len(entry.positions):,}): {escape(entry.criterion.message)}. "
        f"{escape(_list_records(signs, entry))} "
        f'<span class="source">{escape(entry.criterion.source)}</span></li>'
        for entry in signs.present_signs
    )
    by_row = signs.by_row if len(signs.rows) <= MOST_LISTED_ROWS else {}
    every = "".join(
        f"<li>{escape(str(signs.index[row]))}: {escape('; '.join(entry.sign.label for entry in entries))}</li>"
        for row, entries in by_row.items()
    )
    every = f"<details><summary>Every record with a danger sign ({len(by_row):,})</summary><ul>{every}</ul></details>"
    text = f"{MARK} Danger signs: {describe_danger_count(signs, people)}"
    return (
        f'<div class="danger" role="note"><p><b>{escape(text)}</b> {escape(_describe_meaning(signs))}</p>'
        f"<ul>{items}</ul>{every if by_row else ''}"
        f'<p class="small">{escape(describe_coverage(signs))}</p></div>\n'
    )


def danger_text(signs: DangerSigns, people: str = "rows", width: int = 120) -> list[str]:
    """The same as lines of text."""
    if not signs.present_signs:
        return _wrap(f"Danger signs: {describe_danger_count(signs, people)} {describe_coverage(signs)}", width)
    lines = _wrap(f"{MARK} DANGER SIGNS: {describe_danger_count(signs, people)} {_describe_meaning(signs)}", width)
    for entry in signs.present_signs:
        text = f"{_upper(entry.sign.label)} ({len(entry.positions):,}): {entry.criterion.message}. "
        text += _list_records(signs, entry)
        lines += textwrap.wrap(text, width, initial_indent=f"  {MARK} ", subsequent_indent="    ")
    return lines + textwrap.wrap(describe_coverage(signs), width, initial_indent="  ", subsequent_indent="  ")


def describe_danger_count(signs: DangerSigns, people: str = "rows") -> str:
    """How many have a danger sign, in a sentence."""
    total = f"{len(signs.index):,} {people}"
    if not signs.known:
        return f"None could be looked for among {total}: the table has no column about one."
    if not signs.present_signs:
        return f"None was found among {total}."
    return f"{len(signs.rows):,} of {total}."


def describe_coverage(signs: DangerSigns) -> str:
    """What was looked for, and what could not be for want of a column."""
    labels = [DANGER_SIGNS[name].label for name in signs.known]
    rest = len(DANGER_SIGNS) - len(labels)
    looked = f"Looked for: {format_list(labels, limit=len(labels))}. " if labels else ""
    return f"{looked}{rest} more could not be, for want of a column. {NOT_ABSENT}" if rest else looked.strip()


def _describe_meaning(signs: DangerSigns) -> str:
    """What signs are to an estimate; and, where most rows have one, that they do not rank."""
    many = len(signs.index) >= FEW and 2 * len(signs.rows) > len(signs.index)
    return f"{ABOVE} {MOST}" if many else ABOVE


def _list_records(signs: DangerSigns, entry: PresentSign) -> str:
    labels = [str(label) for label in signs.index[entry.positions[:LISTED]]]
    rest = len(entry.positions) - len(labels)
    word = "Record" if len(entry.positions) == 1 else "Records"
    return f"{word} {', '.join(labels)}" + (f" and {rest:,} more." if rest else ".")


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent="  ")


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
