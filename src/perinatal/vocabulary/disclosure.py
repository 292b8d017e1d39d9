"""The smallest count of people that is printed: one number and one rule for cards, pages, tables and files."""

from __future__ import annotations

SMALLEST_CELL = 10  # people or events; smaller counts are suppressed, as statistical offices do


def suppress_small(count: int | None) -> int | None:
    """A count as it may be printed: ``None`` where it stands for one to nine people, or is suppressed already.

    >>> suppress_small(0), suppress_small(9), suppress_small(10)
    (0, None, 10)
    """
    return None if count is None or 0 < count < SMALLEST_CELL else count
