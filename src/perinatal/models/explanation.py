"""An answer taken apart: what raised it, what lowered it, and by how much on the log-odds or in points."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from scipy.special import expit

from perinatal._html import html, join_html
from perinatal._json import Json, jsonable
from perinatal.errors import InputError, NotAProbability
from perinatal.frames import Problem
from perinatal.frames.danger import DangerSigns
from perinatal.models.derived_features import Feature
from perinatal.vocabulary import Category, Flag, Kind, Moment

if TYPE_CHECKING:
    import shap
    from matplotlib.axes import Axes

ROWS_DISPLAYED = 5
PARTS_DISPLAYED = 5


LOG_ODDS = "log-odds"


@dataclass(frozen=True, slots=True)
class ScorePart:
    """A line of a published score, where it is no feature: a term of its equation or an item of its points."""

    name: str
    label: str
    kind: Kind
    unit: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Explanation:
    """Additive parts of the answer shown: ``base + parts.sum(axis=1) == total`` within 1e-6.

    The total is the log-odds of the risk; of a published score it may be points or a mean in a unit, as ``scale``
    says. For boosted trees the parts are path-dependent TreeSHAP; for a logistic model, each term less its training
    mean; for a published score, its own terms (and its intercept is the base), or the points of its items.

    Parameters
    ----------
    outcome : canonical name of the outcome; of a published score, its name.
    features : what the columns of ``matrix`` are, in order.
    index : the caller's index.
    matrix : parts, shape (rows, features); ``NaN`` where a published score lacks what a part needs.
    base : the total before any part.
    total : of the answer shown: log-odds after recalibration, points, or a mean; ``NaN`` where there is no answer.
    encoded : the features as the scorer saw them, shape (rows, features); see :attr:`values`.
    problems : what was found wrong, odd or missing in the table.
    scale : what the parts are counted in.
    moment, timing : when it is estimated, and that in words; a published score has no declared moment.
    danger_signs : those of each row, which stand above the answer whatever moved it.
    status : ``answered``, or why the row has no answer, as :attr:`perinatal.Prediction.status` has it.
    """

    outcome: str
    features: tuple[Feature | ScorePart, ...]
    index: pd.Index
    matrix: np.ndarray
    base: float
    total: np.ndarray
    encoded: np.ndarray
    problems: tuple[Problem, ...] = ()
    scale: str = LOG_ODDS
    moment: Moment | None = field(default=None, kw_only=True)
    timing: str = field(kw_only=True)
    danger_signs: DangerSigns = field(kw_only=True)
    status: pd.Series = field(kw_only=True)

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
            {f.name: decode_values(self.encoded[:, position], f.kind) for position, f in enumerate(self.features)},
            index=self.index,
        )

    @property
    def log_odds(self) -> np.ndarray:
        """Log-odds of the risk shown; raises :class:`~perinatal.errors.NotAProbability` on another scale."""
        if self.scale != LOG_ODDS:
            raise NotAProbability(
                f"The parts of '{self.outcome}' add up to a total in {self.scale}, which is no log-odds. Use .total."
            )
        return self.total

    @property
    def risk(self) -> pd.Series:
        """The risk shown, on the caller's index; raises as :attr:`log_odds` does."""
        return pd.Series(expit(self.log_odds), index=self.index, name="risk")

    def strongest(self, count: int = 3) -> pd.DataFrame:
        """The ``count`` largest parts of each row, by size: ``rank, feature, label, value, part, odds_ratio``.

        The index is the caller's, repeated; ``odds_ratio`` is ``exp(part)``: above 1 raises the risk. It is there
        only where the parts are log-odds. Ties keep the order of the features; parts that are unknown come last.

        Parameters
        ----------
        count : how many parts of each row, at least 1.
        """
        if count < 1:
            raise InputError(f"strongest() needs a count of 1 or more, and got {count}.")
        count = min(count, len(self.features))
        order = np.argsort(-np.abs(self.matrix), axis=1, kind="stable")[:, :count]
        rows = np.repeat(np.arange(len(self.index)), count)
        columns_by_size = order.ravel()
        part = self.matrix[rows, columns_by_size]
        names, labels = np.array(self.names, dtype=object), np.array(self.labels, dtype=object)
        feature_values = [
            decode_values(self.encoded[:, position], f.kind).astype(object) for position, f in enumerate(self.features)
        ]
        columns = {
            "rank": np.tile(np.arange(1, count + 1), len(self.index)),
            "feature": names[columns_by_size],
            "label": labels[columns_by_size],
            "value": [feature_values[j][i] for i, j in zip(rows, columns_by_size, strict=True)],
            "part": part,
        }
        if self.scale == LOG_ODDS:
            columns["odds_ratio"] = np.exp(part)
        return pd.DataFrame(columns, index=self.index[rows] if len(rows) else self.index[:0])

    def to_frame(self) -> pd.DataFrame:
        """``base``, a column for the part of each feature, and their ``total``, on the caller's index."""
        return self.parts.assign(base=self.base, total=self.total)[["base", *self.names, "total"]]

    def to_dict(self) -> Json:
        """The outcome, the scale, the base, and for each row its total and parts, ready for JSON."""
        rows = [
            {
                "record": jsonable(label),
                "status": status,
                "total": jsonable(total),
                "parts": dict(zip(self.names, parts, strict=True)),
            }
            for label, status, total, parts in zip(
                self.index, self.status, self.total, jsonable(self.matrix), strict=True
            )
        ]
        return {
            "outcome": self.outcome,
            "scale": self.scale,
            "base": self.base,
            "rows": rows,
            "danger_signs": self.danger_signs.to_dict(),
            "problems": [str(problem) for problem in self.problems],
        }

    def plot(self, row: object = None, *, count: int = 8, ax: Axes | None = None) -> Axes:
        """The strongest parts of one row as bars, with matplotlib: see :func:`perinatal.plots.parts`.

        Parameters
        ----------
        row : label of the row, as in the caller's index; the first by default.
        count : parts drawn one by one.
        ax : where to draw; a new figure otherwise.
        """
        from perinatal.plots import parts

        return parts(self, self.index[0] if row is None else row, count=count, ax=ax)

    def to_shap(self) -> shap.Explanation:
        """The same as a ``shap.Explanation``, for its waterfall, beeswarm and force plots (imports shap)."""
        import shap

        feature_values = [
            column if isinstance(f.kind, Flag) else np.asarray(decode_values(column, f.kind), dtype=object)
            for f, column in zip(self.features, self.encoded.T, strict=True)
        ]
        return shap.Explanation(
            values=self.matrix,
            base_values=np.full(len(self.index), self.base),
            data=np.array(feature_values, dtype=object).T.reshape(self.matrix.shape),
            feature_names=list(self.labels),
        )

    def __repr__(self) -> str:
        scale = "" if self.scale == LOG_ODDS else f", in {self.scale}"
        notice = self.danger_signs.notice()
        text = f"Explanation({self.outcome}: {len(self.index)} rows, {len(self.features)} features{scale})"
        return f"{notice}\n{text}" if notice else text

    def _repr_html_(self) -> str:
        row_count = min(ROWS_DISPLAYED, len(self.index))
        in_odds = self.scale == LOG_ODDS
        published = bool(self.features) and isinstance(self.features[0], ScorePart)
        scale_note = "Odds ratios above 1 raise the risk."
        if published:
            scale_note = f"Published terms in {self.scale}, from zero; the base is {self.base:.4g}."
        notice = self.danger_signs.notice()
        rows, labels, values = [], self.labels, self.values.iloc[:row_count]
        for row in range(row_count):
            order = np.argsort(-np.abs(self.matrix[row]), kind="stable")[:PARTS_DISPLAYED]
            parts_text = "; ".join(
                f"{labels[j]} = {format_cell(values.iloc[row, j])} ({_format_part(self.matrix[row, j], not published)})"
                for j in order
            )
            total = self.total[row]
            answer = "no answer" if np.isnan(total) else f"{expit(total):.4f}" if in_odds else f"{total:.4g}"
            rows.append(html("tr", html("td", str(self.index[row])), html("td", answer), html("td", parts_text)))
        heads = [html("th", words) for words in ("row", "risk" if in_odds else self.scale, "strongest parts")]
        return join_html(
            html("p", html("b", notice)) if notice else None,
            html(
                "p",
                html("b", self.outcome),
                f": {len(self.index)} rows; the strongest parts of the first {row_count}. {scale_note}",
            ),
            html("table", html("tr", heads), rows),
        )


def _format_part(part: float, as_ratio: bool) -> str:
    if np.isnan(part):
        return "unknown"
    return f"×{np.exp(part):.2f}" if as_ratio else f"{part:+.4g}"


def format_cell(value: object) -> str:
    """A feature's value for a person: words as they are, numbers without needless digits, unknown as a word.

    >>> format_cell(1450.0), format_cell(float("nan")), format_cell(True), format_cell("breech")
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
    """The largest distance between base + parts and the total shown, over the rows that have one."""
    answered = ~np.isnan(explanation.total)
    if not answered.any():
        return 0.0
    sums = explanation.base + explanation.matrix[answered].sum(axis=1)
    return float(np.abs(sums - explanation.total[answered]).max())


def decode_values(column: np.ndarray, kind: Kind) -> np.ndarray | pd.api.extensions.ExtensionArray:
    """An encoded feature back as numbers, words (categorical) or nullable booleans."""
    if isinstance(kind, Category):
        return pd.Categorical.from_codes(np.nan_to_num(column, nan=-1).astype(np.intp), dtype=kind.dtype)
    if isinstance(kind, Flag):
        return pd.arrays.BooleanArray(column == 1, np.isnan(column))
    return column.astype(np.float64)
