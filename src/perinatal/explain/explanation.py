"""A risk taken apart: what raised it, what lowered it, and by how much on the log-odds."""

from __future__ import annotations

import html
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import expit

from perinatal.errors import InputError
from perinatal.features import Feature
from perinatal.frames import Problem
from perinatal.vocabulary import Category, Flag, Kind

if TYPE_CHECKING:
    import shap

ROWS_SHOWN = 5
PARTS_SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Additive parts of the log-odds of the risk shown: ``base + parts.sum(axis=1) == log_odds`` within 1e-6.

    For boosted trees the parts are path-dependent TreeSHAP; for a logistic model, each term less its training mean.

    Parameters
    ----------
    outcome : canonical name of the outcome.
    features : the declared features, in the order of the columns of ``matrix``.
    index : the caller's index.
    matrix : parts, shape (rows, features).
    base : log-odds before any part.
    log_odds : of the risk shown, after recalibration.
    encoded : the features as the scorer saw them, shape (rows, features); see :attr:`values`.
    problems : what was found wrong, odd or missing in the table.
    """

    outcome: str
    features: tuple[Feature, ...]
    index: pd.Index
    matrix: np.ndarray
    base: float
    log_odds: np.ndarray
    encoded: np.ndarray
    problems: tuple[Problem, ...] = ()

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the features."""
        return tuple(f.name for f in self.features)

    @property
    def labels(self) -> tuple[str, ...]:
        """The features for a person, with units."""
        return tuple(f"{f.label} ({f.unit})" if f.unit not in (None, "count") else f.label for f in self.features)

    @property
    def parts(self) -> pd.DataFrame:
        """Parts as a DataFrame on the caller's index, one column a feature."""
        return pd.DataFrame(self.matrix, index=self.index, columns=list(self.names))

    @property
    def values(self) -> pd.DataFrame:
        """The features as the scorer saw them: numbers in canonical units, words, flags; on the caller's index."""
        return pd.DataFrame(
            {f.name: decoded(self.encoded[:, place], f.kind) for place, f in enumerate(self.features)},
            index=self.index,
        )

    @property
    def risk(self) -> pd.Series:
        """The risk shown, on the caller's index."""
        return pd.Series(expit(self.log_odds), index=self.index, name="risk")

    def strongest(self, count: int = 3) -> pd.DataFrame:
        """The ``count`` largest parts of each row, by size: ``rank, feature, label, value, part, odds_ratio``.

        The index is the caller's, repeated; ``odds_ratio`` is ``exp(part)``: above 1 raises the risk. Ties keep the
        order of the features.
        """
        if count < 1:
            raise InputError(f"strongest() needs a count of 1 or more, and got {count}.")
        count = min(count, len(self.features))
        order = np.argsort(-np.abs(self.matrix), axis=1, kind="stable")[:, :count]
        rows = np.repeat(np.arange(len(self.index)), count)
        chosen = order.ravel()
        part = self.matrix[rows, chosen]
        names, labels = np.array(self.names, dtype=object), np.array(self.labels, dtype=object)
        words = [decoded(self.encoded[:, place], f.kind).astype(object) for place, f in enumerate(self.features)]
        return pd.DataFrame(
            {
                "rank": np.tile(np.arange(1, count + 1), len(self.index)),
                "feature": names[chosen],
                "label": labels[chosen],
                "value": [words[j][i] for i, j in zip(rows, chosen, strict=True)],
                "part": part,
                "odds_ratio": np.exp(part),
            },
            index=self.index[rows] if len(rows) else self.index[:0],
        )

    def to_shap(self) -> shap.Explanation:
        """The same as a ``shap.Explanation``, for its waterfall, beeswarm and force plots (imports shap)."""
        import shap

        seen = [
            column if isinstance(f.kind, Flag) else np.asarray(decoded(column, f.kind), dtype=object)
            for f, column in zip(self.features, self.encoded.T, strict=True)
        ]
        return shap.Explanation(
            values=self.matrix,
            base_values=np.full(len(self.index), self.base),
            data=np.array(seen, dtype=object).T.reshape(self.matrix.shape),
            feature_names=list(self.labels),
        )

    def __repr__(self) -> str:
        return f"Explanation({self.outcome}: {len(self.index)} rows, {len(self.features)} features)"

    def _repr_html_(self) -> str:
        shown = min(ROWS_SHOWN, len(self.index))
        head = (
            f"<p><b>{html.escape(self.outcome)}</b>: {len(self.index)} rows; the strongest parts of the first {shown}. "
            "Odds ratios above 1 raise the risk.</p>"
        )
        rows, labels, values = [], self.labels, self.values.iloc[:shown]
        for row in range(shown):
            order = np.argsort(-np.abs(self.matrix[row]), kind="stable")[:PARTS_SHOWN]
            said = "; ".join(
                f"{html.escape(labels[j])} = {html.escape(shown_value(values.iloc[row, j]))} "
                f"(×{np.exp(self.matrix[row, j]):.2f})"
                for j in order
            )
            risk = expit(self.log_odds[row])
            rows.append(f"<tr><td>{html.escape(str(self.index[row]))}</td><td>{risk:.4f}</td><td>{said}</td></tr>")
        return head + "<table><tr><th>row</th><th>risk</th><th>strongest parts</th></tr>" + "".join(rows) + "</table>"


def shown_value(value: object) -> str:
    """A feature's value for a person: words as they are, numbers without needless digits, unknown as a word.

    >>> shown_value(1450.0), shown_value(float("nan")), shown_value(True), shown_value("breech")
    ('1450', 'unknown', 'yes', 'breech')
    """
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return "unknown"
    if isinstance(value, (bool, np.bool_)):
        return "yes" if value else "no"
    if isinstance(value, (float, int, np.integer, np.floating)):
        return f"{value:.6g}"
    return str(value).replace("_", " ")


def additive_error(explanation: Explanation) -> float:
    """The largest distance between base + parts and the log-odds of the risk shown."""
    if not len(explanation.index):
        return 0.0
    return float(np.abs(explanation.base + explanation.matrix.sum(axis=1) - explanation.log_odds).max())


def decoded(column: np.ndarray, kind: Kind) -> np.ndarray | pd.api.extensions.ExtensionArray:
    """An encoded feature back as numbers, words (categorical) or nullable booleans."""
    if isinstance(kind, Category):
        return pd.Categorical.from_codes(np.nan_to_num(column, nan=-1).astype(np.intp), dtype=kind.dtype)
    if isinstance(kind, Flag):
        return pd.arrays.BooleanArray(column == 1, np.isnan(column))
    return column.astype(np.float64)
