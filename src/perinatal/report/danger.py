"""Danger signs on a page and in a terminal: first, marked, and with the signs that could not be checked."""

from __future__ import annotations

import textwrap

from perinatal._html import Html, html
from perinatal.clinical.danger_signs import DANGER_SIGNS
from perinatal.frames.danger import DangerSigns, PresentSign
from perinatal.report.layout import upper_first
from perinatal.report.wording import format_list

MARK = "⚠"
ABOVE = "A danger sign comes before every number here: it needs care now, whatever the estimate."
MOST = (
    "Most have one, as is usual among people who came because they are ill: a sign means that care is due; it does not "
    "rank them."
)
NOT_ABSENT = "A sign that was not looked for is not absent."
FEW = 10  # rows; with fewer, the signs do not need to be put in proportion
LISTED = 12  # records named beside each sign
MOST_LISTED_ROWS = 2_000  # rows with a sign; beyond, the list of all is left to a table file


def danger_html(signs: DangerSigns, people: str = "rows") -> Html:
    """The block that opens a section: each sign with its rule, source and records; then what was looked for.

    Parameters
    ----------
    signs : of the rows of a table.
    people : what a row is, in the plural.
    """
    count, coverage = describe_danger_count(signs, people), describe_coverage(signs)
    if not signs.present_signs:
        return html("p", f"Danger signs: {count} {coverage}", class_="danger none")
    items = (
        html(
            "li",
            html("b", upper_first(entry.sign.label)),
            f" ({len(entry.positions):,}): {entry.criterion.message}. {_list_records(signs, entry)} ",
            html("span", entry.criterion.source, class_="source"),
        )
        for entry in signs.present_signs
    )
    return html(
        "div",
        html("p", html("b", f"{MARK} Danger signs: {count}"), " ", _describe_meaning(signs)),
        html("ul", items),
        _list_all(signs) if len(signs.rows) <= MOST_LISTED_ROWS else None,
        html("p", coverage, class_="small"),
        class_="danger",
        role="note",
    )


def _list_all(signs: DangerSigns) -> Html:
    by_row = signs.by_row
    items = (
        html("li", f"{signs.index[row]}: {'; '.join(entry.sign.label for entry in entries)}")
        for row, entries in by_row.items()
    )
    return html("details", html("summary", f"Every record with a danger sign ({len(by_row):,})"), html("ul", items))


def danger_text(signs: DangerSigns, people: str = "rows", width: int = 120) -> list[str]:
    """The same as lines of text, at most ``width`` wide."""
    if not signs.present_signs:
        return _wrap(f"Danger signs: {describe_danger_count(signs, people)} {describe_coverage(signs)}", width)
    lines = _wrap(f"{MARK} DANGER SIGNS: {describe_danger_count(signs, people)} {_describe_meaning(signs)}", width)
    for entry in signs.present_signs:
        text = f"{upper_first(entry.sign.label)} ({len(entry.positions):,}): {entry.criterion.message}. "
        text += _list_records(signs, entry)
        lines += textwrap.wrap(text, width, initial_indent=f"  {MARK} ", subsequent_indent="    ")
    return lines + textwrap.wrap(describe_coverage(signs), width, initial_indent="  ", subsequent_indent="  ")


def describe_danger_count(signs: DangerSigns, people: str = "rows") -> str:
    """How many rows have a danger sign, in a sentence."""
    total = f"{len(signs.index):,} {people}"
    if not signs.known:
        return f"None could be looked for among {total}: the table has no column about one."
    if not signs.present_signs:
        return f"None was found among {total}."
    return f"{len(signs.rows):,} of {total}."


def describe_coverage(signs: DangerSigns) -> str:
    """Which signs were looked for, and how many could not be because their columns are missing."""
    labels = [DANGER_SIGNS[name].label for name in signs.known]
    rest = len(DANGER_SIGNS) - len(labels)
    looked = f"Looked for: {format_list(labels, limit=len(labels))}. " if labels else ""
    return (
        f"{looked}{rest} more could not be, because their columns are missing. {NOT_ABSENT}" if rest else looked.strip()
    )


def _describe_meaning(signs: DangerSigns) -> str:
    """That signs come before an estimate; and, where most rows have one, that they do not rank."""
    many = len(signs.index) >= FEW and 2 * len(signs.rows) > len(signs.index)
    return f"{ABOVE} {MOST}" if many else ABOVE


def _list_records(signs: DangerSigns, entry: PresentSign) -> str:
    labels = [str(label) for label in signs.index[entry.positions[:LISTED]]]
    rest = len(entry.positions) - len(labels)
    word = "Record" if len(entry.positions) == 1 else "Records"
    return f"{word} {', '.join(labels)}" + (f" and {rest:,} more." if rest else ".")


def _wrap(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, subsequent_indent="  ")
