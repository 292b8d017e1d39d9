"""Gestational age: completed days inside, ``31+4`` (weeks+days) to the eye."""

from __future__ import annotations

import re

DAYS_PER_WEEK = 7
_WRITTEN = re.compile(r"\s*(\d{1,2})\s*\+\s*([0-6])\s*")


def gestation_from_text(text: str) -> int | None:
    """Completed days from ``weeks+days``, or ``None`` where the text is not of that form.

    >>> gestation_from_text("32+4"), gestation_from_text("32+7")
    (228, None)
    """
    match = _WRITTEN.fullmatch(text)
    return int(match[1]) * DAYS_PER_WEEK + int(match[2]) if match else None


def gestation_to_text(days: float) -> str:
    """``weeks+days`` from completed days.

    >>> gestation_to_text(228)
    '32+4'
    """
    weeks, rest = divmod(int(days), DAYS_PER_WEEK)
    return f"{weeks}+{rest}"
