"""What a scorer is: features in, log-odds and their additive parts out."""

from __future__ import annotations

from typing import Protocol

import numpy as np


class Scorer(Protocol):
    """From an encoded ``float32`` matrix (rows × features, unknown NaN) to log-odds and additive parts.

    ``log_odds(m)[i] == base + parts[i].sum()`` within 1e-6, and a row alone gives bit for bit what it gives in a
    batch. ``files`` is all there is to write; ``from_files`` reads it back.
    """

    @property
    def kind(self) -> str:
        """What it is, as a manifest says it."""
        ...

    def log_odds(self, matrix: np.ndarray) -> np.ndarray:
        """Log-odds of each row, ``float64``."""
        ...

    def parts(self, matrix: np.ndarray) -> tuple[np.ndarray, float]:
        """Additive parts (rows × features, ``float64``) and the base they are added to."""
        ...

    def files(self) -> dict[str, bytes]:
        """The scorer as named files."""
        ...
