"""Made-up inputs whose risks travel with a model, so that a computer that computes differently is found out."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from perinatal.features import Feature
from perinatal.vocabulary import Category, Count, Flag

MADE_UP_ROWS = 40


def known_inputs(features: Sequence[Feature]) -> np.ndarray:
    """Encoded rows: all unknown, all at the low, middle and high of the plausible, and random ones; no real person."""
    random = np.random.default_rng(20261122)
    rows = np.empty((MADE_UP_ROWS + 4, len(features)), dtype=np.float32)
    rows[0] = np.nan
    for place, f in enumerate(features):
        low, high = _range(f)
        rows[1:4, place] = low, (low + high) // 2, high
        drawn = random.uniform(low, high, MADE_UP_ROWS)
        rows[4:, place] = np.rint(drawn) if isinstance(f.kind, (Category, Flag, Count)) else drawn
        rows[4:, place][random.random(MADE_UP_ROWS) < 0.15] = np.nan
    return rows


def _range(f: Feature) -> tuple[float, float]:
    if isinstance(f.kind, Category):
        return 0, len(f.kind.levels) - 1
    if isinstance(f.kind, Flag):
        return 0, 1
    return f.kind.plausible
