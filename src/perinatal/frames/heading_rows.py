"""Which line of a file holds the headings: the first, or the first after title lines."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from perinatal.errors import InputError

SAMPLE = 60
_VALUE = re.compile(r"[\s'=\"<>+\-]*\d[\d\s.,:/+\-%]*")


def find_heading_row(records: Sequence[Sequence[str]], *, same_width: bool) -> int:
    """The position of the heading row among the first records of a file.

    Title lines have one cell, or fill fewer than half of the columns. The first record that is no title line is the
    heading row if it holds no number, as rows of values do; otherwise the first record is.

    Parameters
    ----------
    records : cells as text, empty where there is none.
    same_width : whether the heading row must have as many cells as most records (text), or records may be shorter
        (sheets, where empty cells at the end are not stored).

    >>> find_heading_row([["Births 2024"], ["no", "weight"], ["B1", "3000"]], same_width=True)
    1
    >>> find_heading_row([["no", "weight"], ["B1", "3000"]], same_width=True)
    0
    """
    widths = Counter(_width(record, same_width) for record in records if any(cell.strip() for cell in record))
    if not widths:
        return 0
    commonest = max(widths.values())
    modes = {width for width, count in widths.items() if count == commonest}
    usual = max(modes)
    for position, record in enumerate(records):
        filled = [cell for cell in record if cell.strip()]
        if _is_title(filled, _width(record, same_width), usual):
            continue
        fits = not same_width or len(record) in modes
        return position if fits and not any(_VALUE.fullmatch(cell) for cell in filled) else 0
    return 0


def _width(record: Sequence[str], same_width: bool) -> int:
    if same_width:
        return len(record)
    return max((position for position, cell in enumerate(record, 1) if cell.strip()), default=0)


def _is_title(filled: Sequence[str], width: int, usual: int) -> bool:
    if len(filled) <= 1:
        return not filled or usual >= 3 or (width == 1 and usual >= 2)
    return 2 * len(filled) < usual


def check_headings(headings: Sequence[str], name: str) -> None:
    """Refuse a heading that is there twice."""
    twice = [heading for heading, count in Counter(headings).items() if count > 1 and heading]
    if twice:
        raise InputError(f"{name} has the heading {twice[0]!r} twice. Rename one of the columns.")


def name_columns(headings: Sequence[str]) -> list[str]:
    """The headings, each empty one as pandas calls it.

    >>> name_columns(["", "weight"])
    ['Unnamed: 0', 'weight']
    """
    return [heading if heading.strip() else f"Unnamed: {position}" for position, heading in enumerate(headings)]
