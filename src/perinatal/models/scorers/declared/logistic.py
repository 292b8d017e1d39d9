"""Logistic regression with splines and missing indicators, stored as JSON: what boosted trees are compared with."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np

from perinatal.errors import CorruptModel
from perinatal.models.derived_features import Feature
from perinatal.models.scorers.protocol import Settings, TrainingRows
from perinatal.models.scorers.rows import map_chunks
from perinatal.vocabulary import Category, Flag

COEFFICIENTS_FILE = "coefficients.json"
KNOT_QUANTILES = (0.05, 0.275, 0.5, 0.725, 0.95)  # Harrell, Regression Modeling Strategies, table 2.3
PENALTIES = (0.01, 1.0)  # scikit-learn's C: smaller shrinks more


@dataclass(frozen=True, slots=True)
class LogisticTerm:
    """One feature's additive term on the log-odds.

    A number ``x`` gives ``slope·z + Σ cubic·max(z − knot, 0)³`` with ``z = (x − centre) / scale``: a restricted cubic
    spline (linear beyond the outer knots). A word or flag gives ``levels[code]``. Unknown gives ``unknown``. The mean
    of the term over the rows it was fitted on (hidden copies included) is ``mean``; an explanation shows the term less
    that.
    """

    name: str
    unknown: float
    mean: float
    levels: tuple[float, ...] = ()
    centre: float = 0.0
    scale: float = 1.0
    slope: float = 0.0
    knots: tuple[float, ...] = ()
    cubic: tuple[float, ...] = ()


class LogisticScorer:
    """Additive terms, evaluated column by column so that a row alone gives bit for bit what it gives in a batch."""

    kind: ClassVar[str] = "logistic"
    complexity: ClassVar[int] = 1
    file_names: ClassVar[tuple[str, ...]] = (COEFFICIENTS_FILE,)
    runtime: ClassVar[tuple[str, ...]] = ()
    candidates: ClassVar[tuple[tuple[Settings, ...], ...]] = (tuple({"penalty": penalty} for penalty in PENALTIES),)

    def __init__(self, intercept: float, terms: Sequence[LogisticTerm]) -> None:
        self.intercept = intercept
        self.terms = tuple(terms)
        self._base = intercept + sum(term.mean for term in self.terms)
        self._words = [j for j, term in enumerate(self.terms) if term.levels]
        self._numbers = [j for j, term in enumerate(self.terms) if not term.levels]
        max_levels = max((len(self.terms[j].levels) for j in self._words), default=0)
        # The last column is the unknown; a code indexes its level, -1 the unknown.
        self._table = np.zeros((len(self._words), max_levels + 1))
        for row, j in enumerate(self._words):
            term = self.terms[j]
            self._table[row, : len(term.levels)] = term.levels
            self._table[row, -1] = term.unknown
        numbers = [self.terms[j] for j in self._numbers]
        max_knots = max((len(term.knots) for term in numbers), default=0)
        self._centre = np.array([term.centre for term in numbers])
        self._scale = np.array([term.scale for term in numbers])
        self._slope = np.array([term.slope for term in numbers])
        self._unknown = np.array([term.unknown for term in numbers])
        self._knots = np.array([term.knots + (0.0,) * (max_knots - len(term.knots)) for term in numbers])
        self._cubic = np.array([term.cubic + (0.0,) * (max_knots - len(term.cubic)) for term in numbers])
        self._mean = np.array([term.mean for term in self.terms])
        self._row = np.arange(len(self._words))

    def log_odds(self, matrix: np.ndarray) -> np.ndarray:
        """Log-odds of each row, ``float64``."""
        return map_chunks(self._log_odds, matrix)

    def parts(self, matrix: np.ndarray) -> tuple[np.ndarray, float]:
        """Each term less its mean over the rows it was fitted on, and the base they are added to."""
        return map_chunks(self._compute_terms, matrix) - self._mean, self._base

    def files(self) -> dict[str, bytes]:
        """Intercept and terms as JSON."""
        fields = LogisticTerm.__dataclass_fields__
        terms = [{name: getattr(term, name) for name in fields} for term in self.terms]
        return {COEFFICIENTS_FILE: _encode_json({"intercept": self.intercept, "terms": terms})}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes], features: Sequence[Feature]) -> LogisticScorer:
        """The scorer that :meth:`files` wrote."""
        try:
            content = json.loads(files[COEFFICIENTS_FILE])
            terms = [_read_term(declared) for declared in content["terms"]]
            intercept = _read_number(content["intercept"])
        except (ValueError, TypeError, KeyError, RecursionError) as failure:
            raise CorruptModel(f"{COEFFICIENTS_FILE} does not hold an intercept and terms.") from failure
        if [term.name for term in terms] != [f.name for f in features]:
            raise CorruptModel(f"{COEFFICIENTS_FILE} has terms for other features than the manifest names.")
        for term, f in zip(terms, features, strict=True):
            expected = count_levels(f)
            if len(term.levels) != expected or len(term.knots) != len(term.cubic) or not term.scale > 0:
                raise CorruptModel(f"{COEFFICIENTS_FILE} does not fit the levels of '{f.name}'.")
        return cls(intercept, terms)

    @classmethod
    def train(cls, rows: TrainingRows, settings: Settings) -> LogisticScorer:
        """Fit the terms with this ``penalty``; directions are not used."""
        return train_logistic(
            rows.matrix, rows.observed, rows.features, penalty=settings["penalty"], weights=rows.weights
        )

    @classmethod
    def staged_log_odds(cls, rows: TrainingRows, settings: Settings, held_out: TrainingRows) -> np.ndarray:
        """Log-odds of held-out rows, as the only stage."""
        return cls.train(rows, settings).log_odds(held_out.matrix)[None, :]

    @classmethod
    def settings_at(cls, settings: Settings, stage: int) -> Settings:
        """The settings themselves."""
        return settings

    def _log_odds(self, matrix: np.ndarray) -> np.ndarray:
        terms = self._compute_terms(matrix)
        total = np.full(len(matrix), self.intercept)
        for column in range(terms.shape[1]):
            total += terms[:, column]
        return total

    def _compute_terms(self, matrix: np.ndarray) -> np.ndarray:
        terms = np.empty((len(matrix), len(self.terms)))
        if self._words:
            codes = matrix[:, self._words]
            known = ~np.isnan(codes)
            terms[:, self._words] = self._table[self._row, np.where(known, codes, -1).astype(np.intp)]
        if self._numbers:
            values = matrix[:, self._numbers].astype(np.float64)
            unknown = np.isnan(values)
            z = (np.where(unknown, self._centre, values) - self._centre) / self._scale
            part = self._slope * z
            for knot in range(self._knots.shape[1] if self._knots.size else 0):
                beyond = np.maximum(z - self._knots[:, knot], 0)
                part += self._cubic[:, knot] * (beyond * beyond * beyond)
            terms[:, self._numbers] = np.where(unknown, self._unknown, part)
        return terms


def _read_term(declared: Any) -> LogisticTerm:
    """A term read strictly; raises ``TypeError``, ``ValueError`` or ``KeyError`` for what none can hold."""
    if not isinstance(declared, dict) or set(declared) != set(LogisticTerm.__dataclass_fields__):
        raise TypeError("not a term")
    return LogisticTerm(
        name=declared["name"],
        unknown=_read_number(declared["unknown"]),
        mean=_read_number(declared["mean"]),
        levels=tuple(map(_read_number, declared["levels"])),
        centre=_read_number(declared["centre"]),
        scale=_read_number(declared["scale"]),
        slope=_read_number(declared["slope"]),
        knots=tuple(map(_read_number, declared["knots"])),
        cubic=tuple(map(_read_number, declared["cubic"])),
    )


def _read_number(value: Any) -> float:
    if type(value) not in (int, float) or not abs(value) <= sys.float_info.max:
        raise TypeError("not a finite number")
    return float(value)


def count_levels(f: Feature) -> int:
    """Levels a term has a coefficient for: words of a category, two for a flag, none for a number."""
    if isinstance(f.kind, Category):
        return len(f.kind.levels)
    return 2 if isinstance(f.kind, Flag) else 0


def train_logistic(
    matrix: np.ndarray,
    observed: np.ndarray,
    features: Sequence[Feature],
    *,
    penalty: float,
    weights: np.ndarray | None = None,
) -> LogisticScorer:
    """Fit the terms by penalised likelihood (scikit-learn, Newton-Cholesky) on standardised columns.

    Linear algebra runs on one thread: with another number of threads the last bits of the coefficients differ.
    """
    from threadpoolctl import threadpool_limits

    with threadpool_limits(1, user_api="blas"):
        return _fit_terms(matrix, observed, features, penalty, weights)


def _fit_terms(
    matrix: np.ndarray,
    observed: np.ndarray,
    features: Sequence[Feature],
    penalty: float,
    weights: np.ndarray | None,
) -> LogisticScorer:
    from sklearn.linear_model import LogisticRegression

    blocks, makers = [], []
    for j, f in enumerate(features):
        block, maker = _word_block(matrix[:, j], f) if count_levels(f) else _number_block(matrix[:, j], f)
        blocks.append(block)
        makers.append(maker)
    design = np.hstack(blocks)
    spread = design.std(axis=0)
    spread[spread == 0] = 1.0
    regression = LogisticRegression(C=penalty, solver="newton-cholesky", max_iter=100, tol=1e-6)
    regression.fit(design / spread, observed, sample_weight=weights)
    coefficients = regression.coef_[0] / spread
    terms, start = [], 0
    for j, (block, maker) in enumerate(zip(blocks, makers, strict=True)):
        block_coefficients = coefficients[start : start + block.shape[1]]
        start += block.shape[1]
        contribution = block @ block_coefficients
        mean = float(np.average(contribution, weights=weights))
        terms.append(maker(block_coefficients, mean, bool(np.isnan(matrix[:, j]).any())))
    return LogisticScorer(float(regression.intercept_[0]), terms)


def _word_block(column: np.ndarray, f: Feature) -> tuple[np.ndarray, _LogisticTermMaker]:
    unknown = np.isnan(column)
    codes = np.where(unknown, count_levels(f), column).astype(np.intp)
    width = count_levels(f) + 1
    block = np.zeros((len(column), width))
    block[np.arange(len(column)), codes] = 1.0
    return block, _LogisticTermMaker(f.name)


def _number_block(column: np.ndarray, f: Feature) -> tuple[np.ndarray, _LogisticTermMaker]:
    unknown = np.isnan(column)
    known = column[~unknown].astype(np.float64)
    centre = float(np.median(known)) if len(known) else 0.0
    scale = float(known.std()) if len(known) and known.std() > 0 else 1.0
    z = (np.where(unknown, centre, column.astype(np.float64)) - centre) / scale
    knots = np.unique(np.quantile((known - centre) / scale, KNOT_QUANTILES)) if len(known) else np.empty(0)
    columns = [z]
    if len(knots) >= 3:
        columns += [_spline_column(z, knots, j) for j in range(len(knots) - 2)]
    else:
        knots = np.empty(0)
    block = np.column_stack([np.where(unknown, 0.0, c) for c in columns] + [unknown.astype(np.float64)])
    return block, _LogisticTermMaker(f.name, centre, scale, tuple(float(k) for k in knots))


def _spline_column(z: np.ndarray, knots: np.ndarray, j: int) -> np.ndarray:
    return sum(c * np.maximum(z - k, 0) ** 3 for c, k in zip(_cubic_coefficients(knots, j), knots, strict=True))


def _cubic_coefficients(knots: np.ndarray, j: int) -> np.ndarray:
    """Coefficients on ``max(z − knot, 0)³`` of the ``j``-th restricted cubic spline column (Harrell 2.25)."""
    cubic = np.zeros(len(knots))
    last, before = knots[-1], knots[-2]
    cubic[j] = 1.0
    cubic[-2] -= (last - knots[j]) / (last - before)
    cubic[-1] += (before - knots[j]) / (last - before)
    return cubic / (last - knots[0]) ** 2


@dataclass(frozen=True, slots=True)
class _LogisticTermMaker:
    """Turns fitted coefficients of a block of design columns into a :class:`LogisticTerm`."""

    name: str
    centre: float | None = None
    scale: float = 1.0
    knots: tuple[float, ...] = ()

    def __call__(self, coefficients: np.ndarray, mean: float, seen_unknown: bool) -> LogisticTerm:
        # A feature never unknown in training has no coefficient for unknown: it then counts as the average.
        unknown = float(coefficients[-1]) if seen_unknown else mean
        if self.centre is None:
            return LogisticTerm(self.name, unknown, mean, levels=tuple(float(c) for c in coefficients[:-1]))
        cubic = np.zeros(len(self.knots))
        for j, coefficient in enumerate(coefficients[1:-1]):
            cubic += coefficient * _cubic_coefficients(np.array(self.knots), j)
        return LogisticTerm(
            self.name,
            unknown,
            mean,
            centre=self.centre,
            scale=self.scale,
            slope=float(coefficients[0]),
            knots=self.knots,
            cubic=tuple(float(c) for c in cubic),
        )


def _encode_json(content: object) -> bytes:
    return (json.dumps(content, indent=1, allow_nan=False) + "\n").encode()


SCORER = LogisticScorer
