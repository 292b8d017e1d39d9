"""Danger signs as a page and a terminal show them: first, marked, and with what could not be looked for."""

from __future__ import annotations

import textwrap
from html import escape

from perinatal.clinical.danger_signs import DANGER_SIGNS
from perinatal.frames.danger import DangerSigns, Found
from perinatal.report.wording import said_list

MARK = "⚠"
ABOVE = "They stand above every number here: care now, whatever the estimate."
MOST = (
    "Most here have one, as people have who came because they are ill: a sign says that care is due, and not who among "
    "them comes first."
)
NOT_ABSENT = "A sign that was not looked for is not absent."
FEW = 10  # rows; below, who has a sign is seen at a glance
LISTED = 12  # records named beside each sign
ALL_UP_TO = 2_000  # rows with a sign; beyond, the list of all is left to a table file


def danger_html(signs: DangerSigns, people: str = "rows") -> str:
    """The block that opens a section: each sign with its rule, source and records; then what was looked for."""
    if not signs.found:
        said = f"Danger signs: {said_danger(signs, people)} {said_coverage(signs)}"
        return f'<p class="danger none">{escape(said)}</p>\n'
    items = "".join(
        f"<li><b>{escape(_upper(each.sign.label))}</b> ({len(each.positions):,}): {escape(each.criterion.rule)}. "
        f"{escape(_records(signs, each))} "
        f'<span class="source">{escape(each.criterion.source)}</span></li>'
        for each in signs.found
    )
    by_row = signs.by_row if len(signs.rows) <= ALL_UP_TO else {}
    every = "".join(
        f"<li>{escape(str(signs.index[row]))}: {escape('; '.join(each.sign.label for each in found))}</li>"
        for row, found in by_row.items()
    )
    every = f"<details><summary>Every record with a danger sign ({len(by_row):,})</summary><ul>{every}</ul></details>"
    said = f"{MARK} Danger signs: {said_danger(signs, people)}"
    return (
        f'<div class="danger" role="note"><p><b>{escape(said)}</b> {escape(_meaning(signs))}</p>'
        f"<ul>{items}</ul>{every if by_row else ''}"
        f'<p class="small">{escape(said_coverage(signs))}</p></div>\n'
    )


def danger_text(signs: DangerSigns, people: str = "rows", width: int = 120) -> list[str]:
    """The same as lines of text."""
    if not signs.found:
        return _wrapped(f"Danger signs: {said_danger(signs, people)} {said_coverage(signs)}", width)
    lines = _wrapped(f"{MARK} DANGER SIGNS: {said_danger(signs, people)} {_meaning(signs)}", width)
    for each in signs.found:
        said = f"{_upper(each.sign.label)} ({len(each.positions):,}): {each.criterion.rule}. {_records(signs, each)}"
        lines += textwrap.wrap(said, width, initial_indent=f"  {MARK} ", subsequent_indent="    ")
    return lines + textwrap.wrap(said_coverage(signs), width, initial_indent="  ", subsequent_indent="  ")


def said_danger(signs: DangerSigns, people: str = "rows") -> str:
    """How many have a danger sign, in a sentence."""
    total = f"{len(signs.index):,} {people}"
    if not signs.known:
        return f"None could be looked for among {total}: the table has no column about one."
    if not signs.found:
        return f"None was found among {total}."
    return f"{len(signs.rows):,} of {total}."


def said_coverage(signs: DangerSigns) -> str:
    """What was looked for, and what could not be for want of a column."""
    asked = [DANGER_SIGNS[name].label for name in signs.known]
    rest = len(DANGER_SIGNS) - len(asked)
    looked = f"Looked for: {said_list(asked, shown=len(asked))}. " if asked else ""
    return f"{looked}{rest} more could not be, for want of a column. {NOT_ABSENT}" if rest else looked.strip()


def _meaning(signs: DangerSigns) -> str:
    """What signs are to an estimate; and, where most rows have one, that they do not rank."""
    many = len(signs.index) >= FEW and 2 * len(signs.rows) > len(signs.index)
    return f"{ABOVE} {MOST}" if many else ABOVE


def _records(signs: DangerSigns, each: Found) -> str:
    labels = [str(label) for label in signs.index[each.positions[:LISTED]]]
    rest = len(each.positions) - len(labels)
    word = "Record" if len(each.positions) == 1 else "Records"
    return f"{word} {', '.join(labels)}" + (f" and {rest:,} more." if rest else ".")


def _wrapped(said: str, width: int) -> list[str]:
    return textwrap.wrap(said, width, subsequent_indent="  ")


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
