"""Shares with their intervals."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import pandas as pd
from scipy.stats import norm

Column = TypeVar("Column", np.ndarray, pd.Series)


def wilson_interval(events: Column, n: Column, level: float = 0.95) -> tuple[Column, Column]:
    """Wilson's interval of ``events / n`` (R: ``prop.test(correct = FALSE)``); ``NaN`` where ``n`` is 0.

    Examples
    --------
    >>> low, high = wilson_interval(np.array([5.0]), np.array([10.0]))
    >>> low.round(3), high.round(3)
    (array([0.237]), array([0.763]))
    """
    z = norm.ppf((1 + level) / 2)
    with np.errstate(invalid="ignore", divide="ignore"):
        share = events / n
        centre = (share + z**2 / (2 * n)) / (1 + z**2 / n)
        half = z / (1 + z**2 / n) * np.sqrt(share * (1 - share) / n + z**2 / (4 * n**2))
    return centre - half, centre + half
