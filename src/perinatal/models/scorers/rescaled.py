"""A frozen scorer whose additive parts are each multiplied by a factor: adopted, and still taken apart exactly."""

from __future__ import annotations

import json
from collections.abc import Sequence

import numpy as np

from perinatal.errors import CorruptModel, InputError
from perinatal.models.derived_features import Feature
from perinatal.models.scorers.protocol import Scorer

FACTORS_FILE = "factors.json"
RESCALED = "-rescaled"  # after the kind of the scorer inside
LARGEST_FACTOR = 100.0


class RescaledScorer:
    """``base + Σ factor_j · part_j`` of the scorer inside, which is not changed; every factor is above 0.

    A factor of 0 or less would turn what raises the risk into what lowers it: that is another model, not this one.
    """

    def __init__(self, inner: Scorer, factors: Sequence[float]) -> None:
        self.inner, self.factors = inner, tuple(float(factor) for factor in factors)
        if not all(0 < factor <= LARGEST_FACTOR for factor in self.factors):
            raise InputError(f"Factors must lie above 0 and be at most {LARGEST_FACTOR:g}; some are not.")

    @property
    def kind(self) -> str:
        """The kind of the scorer inside, and that it is rescaled."""
        return f"{self.inner.kind}{RESCALED}"

    def log_odds(self, matrix: np.ndarray) -> np.ndarray:
        """Log-odds of each row, ``float64``."""
        parts, base = self.parts(matrix)
        total = np.full(len(matrix), base)
        for column in parts.T:  # column by column, so that a row alone gives bit for bit what it gives in a batch
            total += column
        return total

    def parts(self, matrix: np.ndarray) -> tuple[np.ndarray, float]:
        """The parts of the scorer inside, each times its factor, and its base."""
        parts, base = self.inner.parts(matrix)
        return parts * np.array(self.factors), base

    def files(self) -> dict[str, bytes]:
        """The files of the scorer inside, and the factors as JSON."""
        content = json.dumps({"factors": list(self.factors)}, indent=1, allow_nan=False) + "\n"
        return {**self.inner.files(), FACTORS_FILE: content.encode()}


def read_factors(raw: bytes, features: Sequence[Feature]) -> tuple[float, ...]:
    """The factors that :meth:`RescaledScorer.files` wrote; anything else is a :class:`CorruptModel`."""
    try:
        content = json.loads(raw)
    except (ValueError, RecursionError) as failure:
        raise CorruptModel(f"{FACTORS_FILE} cannot be read: it is damaged.") from failure
    factors = content.get("factors") if isinstance(content, dict) and len(content) == 1 else None
    if not isinstance(factors, list) or not all(type(f) is float and 0 < f <= LARGEST_FACTOR for f in factors):
        raise CorruptModel(f"{FACTORS_FILE} does not hold factors above 0.")
    if len(factors) != len(features):
        raise CorruptModel(f"{FACTORS_FILE} has {len(factors)} factors; expected one for each of {len(features)}.")
    return tuple(factors)
