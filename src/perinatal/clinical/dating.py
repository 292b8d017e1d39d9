"""Gestational age: completed days in a frame, weeks+days (``31+4``) where it is printed."""

from __future__ import annotations

import re

DAYS_PER_WEEK = 7
_WEEKS = r"(?:w|wks?|weeks?|s|sa|sem|semaines|semanas)\.?"  # English; French (semaines d'aménorrhée), Portuguese
_DAYS = r"(?:d|days?|dias?|j|jours?)\.?"
_WRITTEN = re.compile(rf"\s*(\d{{1,2}})\s*(?:\+|{_WEEKS}\s*\+?)\s*([0-6])\s*(?:{_DAYS})?\s*", re.IGNORECASE)


def gestation_from_text(text: str) -> int | None:
    """Completed days from ``weeks+days``, or ``None`` where the text is not of that form.

    Parameters
    ----------
    text : such as ``32+4``, ``32 w 4 d``, ``32 SA + 4 j``.

    Examples
    --------
    >>> gestation_from_text("32+4"), gestation_from_text("32 w 4 d"), gestation_from_text("32 SA + 4 j")
    (228, 228, 228)
    >>> gestation_from_text("32+7") is None
    True
    """
    match = _WRITTEN.fullmatch(text)
    return int(match[1]) * DAYS_PER_WEEK + int(match[2]) if match else None


def gestation_to_text(days: float) -> str:
    """``weeks+days`` from completed days.

    Parameters
    ----------
    days : completed days; a part of a day is dropped.

    Examples
    --------
    >>> gestation_to_text(228)
    '32+4'
    """
    weeks, rest = divmod(int(days), DAYS_PER_WEEK)
    return f"{weeks}+{rest}"
