"""A risk for each row of somebody's table, with all that was found wrong, odd or missing on the way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.special import expit

from perinatal.frames import Problem


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Risks of one outcome at one moment.

    Parameters
    ----------
    model : id of the model.
    outcome, moment : what is estimated, and when it is asked.
    index : the caller's index.
    log_odds : of the risk, after recalibration, ``float64``.
    features : what the model looks at.
    unknown : shape (rows, features): which of them were unknown.
    problems : what was found wrong, odd or missing in the table.
    caution : where the model was trained, and that it needs local adoption elsewhere.
    """

    model: str
    outcome: str
    moment: str
    index: pd.Index
    log_odds: np.ndarray
    features: tuple[str, ...]
    unknown: np.ndarray
    problems: tuple[Problem, ...]
    caution: str

    @property
    def risk(self) -> pd.Series:
        """Probability of the (bad) outcome, on the caller's index."""
        return pd.Series(expit(self.log_odds), index=self.index, name="risk")

    @property
    def missing(self) -> pd.Series:
        """Names of the features that were unknown, a tuple for each row, on the caller's index."""
        names = np.array(self.features, dtype=object)
        return pd.Series([tuple(names[row]) for row in self.unknown], index=self.index, name="missing", dtype=object)

    def to_frame(self) -> pd.DataFrame:
        """``risk, unknown_features, missing`` on the caller's index; ``missing`` names them, comma-separated."""
        return pd.DataFrame(
            {
                "risk": self.risk,
                "unknown_features": self.unknown.sum(axis=1),
                "missing": [", ".join(row) for row in self.missing],
            },
            index=self.index,
        )

    def __len__(self) -> int:
        return len(self.index)

    def __repr__(self) -> str:
        low, high = (f"{expit(edge):.4f}" for edge in (self.log_odds.min(), self.log_odds.max())) if len(self) else "--"
        return (
            f"Prediction({self.model}: {len(self)} rows, risk {low} to {high}, {len(self.problems)} problems)\n"
            f"{self.caution}"
        )
