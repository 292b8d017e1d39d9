"""Boosted trees: XGBoost with declared levels, native missing values and monotone directions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np

from perinatal.errors import CorruptModel
from perinatal.models.derived_features import Feature
from perinatal.models.scorers.protocol import Settings, TrainingRows
from perinatal.models.scorers.rows import map_chunks, worker_count
from perinatal.models.scorers.trees import TREES_FILE, check_trees, feature_types

if TYPE_CHECKING:
    import xgboost

# Rounding of single-precision sums; anything larger means that parts and log-odds come from different trees.
ROUNDING = 1e-3
LEARNING_RATE = 0.1
ROUNDS_PER_EVALUATION = 10
# Of a leaf, in expected events (p(1 - p), summed): a rare and deadly sign, such as an anomaly in 2 births of 1,000,
# must be able to have its own; reg_lambda restrains small leaves instead.
LEAST_CURVATURE = 0.5
PATIENCE = 50  # rounds without a better log-loss on the held-out rows
ROUNDS = 300


class BoostedScorer:
    """Trees on disk as XGBoost JSON, used with one thread per call and several calls at once for many rows.

    One thread per call, because a thread pool inside the library hangs in a forked child and costs more than it gives
    for a few rows. Parts are TreeSHAP, path-dependent, as ``shap.TreeExplainer`` gives them without a background.
    """

    kind: ClassVar[str] = "boosted"
    complexity: ClassVar[int] = 2
    file_names: ClassVar[tuple[str, ...]] = (TREES_FILE,)
    runtime: ClassVar[tuple[str, ...]] = ("xgboost",)
    candidates: ClassVar[tuple[tuple[Settings, ...], ...]] = tuple(
        ({"depth": depth, "rounds": ROUNDS},) for depth in (2, 3, 4)
    )
    __slots__ = ("_booster", "_types")

    def __init__(self, trees: bytes, features: Sequence[Feature]) -> None:
        import xgboost

        try:
            booster = _load_booster(trees)
        except xgboost.core.XGBoostError as failure:
            raise CorruptModel(f"{TREES_FILE} is not a model XGBoost can read.") from failure
        if booster.num_features() != len(features):
            raise CorruptModel(f"{TREES_FILE} has {booster.num_features()} features; expected {len(features)}.")
        self._booster = booster
        self._types = feature_types(features)

    def log_odds(self, matrix: np.ndarray) -> np.ndarray:
        """Log-odds of each row, ``float64``."""
        margins = map_chunks(self._margins, matrix)
        return margins.astype(np.float64)

    def parts(self, matrix: np.ndarray) -> tuple[np.ndarray, float]:
        """TreeSHAP parts and base; single-precision rounding (under 1e-3) is shared over the parts by their size."""
        if not len(matrix):
            return np.empty(matrix.shape), self._base()
        raw = map_chunks(self._contributions, matrix).astype(np.float64)
        parts, base = raw[:, :-1], float(raw[0, -1])
        remainder = self.log_odds(matrix) - (base + parts.sum(axis=1))
        if np.abs(remainder).max() > ROUNDING:
            raise CorruptModel(
                "The parts of an explanation do not add up to the log-odds: these trees were not made for this version "
                "of XGBoost."
            )
        sizes = np.abs(parts)
        total = sizes.sum(axis=1)
        flat = total == 0
        share = sizes / np.where(flat, 1, total)[:, None]
        share[flat] = 1 / parts.shape[1]
        return parts + share * remainder[:, None], base

    def files(self) -> dict[str, bytes]:
        """The trees, as XGBoost writes them in JSON."""
        return {TREES_FILE: bytes(self._booster.save_raw(raw_format="json"))}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes], features: Sequence[Feature]) -> BoostedScorer:
        """The scorer that :meth:`files` wrote; trees that XGBoost could not follow safely are refused first."""
        check_trees(files[TREES_FILE], features)
        return cls(files[TREES_FILE], features)

    @classmethod
    def train(cls, rows: TrainingRows, settings: Settings) -> BoostedScorer:
        """Grow ``rounds`` trees of ``depth`` levels."""
        return _train(rows, settings)[0]

    @classmethod
    def staged_log_odds(cls, rows: TrainingRows, settings: Settings, held_out: TrainingRows) -> np.ndarray:
        """Log-odds of held-out rows after every tenth round; see :func:`train_boosted`."""
        return _train(rows, settings, (held_out.matrix, held_out.observed, held_out.weights))[1]

    @classmethod
    def settings_at(cls, settings: Settings, stage: int) -> Settings:
        """The same depth, with the rounds of ``stage``."""
        return {"depth": settings["depth"], "rounds": ROUNDS_PER_EVALUATION * (stage + 1)}

    def __reduce__(self) -> tuple[Any, ...]:
        return _restore_scorer, (self.files()[TREES_FILE], tuple(self._types))

    def _margins(self, matrix: np.ndarray) -> np.ndarray:
        return self._booster.inplace_predict(matrix, predict_type="margin", validate_features=False)

    def _contributions(self, matrix: np.ndarray) -> np.ndarray:
        import xgboost

        rows = xgboost.DMatrix(matrix, nthread=1, feature_types=self._types)
        return self._booster.predict(rows, pred_contribs=True, validate_features=False)

    def _base(self) -> float:
        return float(self._contributions(np.full((1, len(self._types)), np.nan, dtype=np.float32))[0, -1])


def _load_booster(trees: bytes) -> xgboost.Booster:
    """A booster of one thread, read with one: XGBoost reads trees in parallel, which hangs in a forked child."""
    import xgboost

    with xgboost.config_context(nthread=1):
        booster = xgboost.Booster({"nthread": 1})
        booster.load_model(bytearray(trees))
    booster.set_param({"nthread": 1})
    return booster


def _restore_scorer(trees: bytes, types: tuple[str, ...]) -> BoostedScorer:
    scorer = BoostedScorer.__new__(BoostedScorer)
    scorer._booster, scorer._types = _load_booster(trees), list(types)
    return scorer


def tree_settings(
    features: Sequence[Feature], depth: int, directions: Mapping[str, int], seed: int, threads: int
) -> dict[str, object]:
    """The parameters of XGBoost, wherever trees are grown."""
    return {
        "objective": "binary:logistic",
        "tree_method": "hist",
        "max_depth": depth,
        "learning_rate": LEARNING_RATE,
        "min_child_weight": LEAST_CURVATURE,
        "reg_lambda": 5,
        "subsample": 0.8,
        "colsample_bytree": 0.5,
        "max_cat_to_onehot": 8,
        "monotone_constraints": tuple(directions.get(f.name, 0) for f in features),
        "seed": seed,
        "nthread": threads,
    }


def _train(
    rows: TrainingRows, settings: Settings, eval_set: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None
) -> tuple[BoostedScorer, np.ndarray]:
    return train_boosted(
        rows.matrix,
        rows.observed,
        rows.features,
        rounds=int(settings["rounds"]),
        depth=int(settings["depth"]),
        seed=rows.seed,
        directions=rows.directions,
        weights=rows.weights,
        eval_set=eval_set,
    )


def train_boosted(
    matrix: np.ndarray,
    observed: np.ndarray,
    features: Sequence[Feature],
    *,
    rounds: int,
    depth: int,
    seed: int,
    directions: Mapping[str, int] | None = None,
    weights: np.ndarray | None = None,
    eval_set: tuple[np.ndarray, np.ndarray, np.ndarray] | None = None,
) -> tuple[BoostedScorer, np.ndarray]:
    """Grow trees; also give the margins on the rows of ``eval_set`` after every tenth round, to choose their number.

    ``eval_set`` is a matrix, its outcomes and weights: growing ends when their log-loss has not improved for fifty
    rounds. The result does not depend on the number of threads: histograms are built with fixed bins and rows are
    sampled by ``seed`` alone.
    """
    import xgboost

    directions = directions or {}
    training_matrix = xgboost.DMatrix(matrix, observed, weight=weights, feature_types=feature_types(features))
    booster = xgboost.Booster(tree_settings(features, depth, directions, seed, worker_count()), cache=[training_matrix])
    margins, losses = [], []
    for round_number in range(1, rounds + 1):
        booster.update(training_matrix, round_number - 1)
        if eval_set is None or round_number % ROUNDS_PER_EVALUATION:
            continue
        margins.append(booster.inplace_predict(eval_set[0], predict_type="margin", validate_features=False))
        losses.append((eval_set[2] * np.logaddexp(0, np.where(eval_set[1] == 1, -1, 1) * margins[-1])).mean())
        if len(losses) - int(np.argmin(losses)) > PATIENCE // ROUNDS_PER_EVALUATION:
            break
    trees = bytes(booster.save_raw(raw_format="json"))
    return BoostedScorer(trees, features), np.array(margins, dtype=np.float64)


SCORER = BoostedScorer
