"""Bootstrap intervals for any measure, by rows or whole clusters; results do not depend on the number of jobs."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from joblib import Parallel, delayed
from numpy.typing import ArrayLike
from scipy.stats import norm
from threadpoolctl import threadpool_limits

from perinatal.errors import InputError, NotEnoughData
from perinatal.evaluate.inputs import Estimate, EvaluationRows, as_risk, check_arrays, check_level, check_same_length
from perinatal.evaluate.measures import Score, prepare_measure, takes_any_scale

_BLOCK = 50  # draws that share a stream of random numbers, for any number of jobs
_MOST_UNDEFINED = 0.1  # share of draws in which the measure may be undefined
_JACKKNIFE_UNITS = 500  # left out one by one up to here, in this many random groups above

Measure = str | Callable[[np.ndarray, np.ndarray, np.ndarray], float]
"""A name in ``MEASURES``, or a function of (observed, risk, weights); it must use the weights, which are the draws."""


def bootstrap(
    observed: ArrayLike,
    risk: ArrayLike,
    measure: Measure = "auroc",
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    times: int = 2000,
    method: str = "percentile",
    level: float = 0.95,
    seed: int = 0,
    jobs: int = 1,
    progress: bool = False,
) -> Estimate:
    """A measure with its bootstrap interval; 2,000 AUROCs of 100,000 rows take seconds.

    Rows are drawn with replacement, or whole ``clusters`` (mothers, hospitals) where rows of one are alike. A draw is
    a set of counts that multiply the weights, so that nothing is sorted twice. The same seed gives the same interval
    for any ``jobs``.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), 0 to 1 (any increasing scale for AUROC and average precision).
    measure : a name in :data:`MEASURES`, or a function of (observed, risk, weights) that returns a number.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    times : number of draws, at least 20.
    method : ``"percentile"``, or ``"bca"`` (bias-corrected and accelerated; better where estimates are skewed; with
        more than 500 rows or clusters the acceleration leaves out random groups of them, not each).
    level : of the confidence interval.
    seed : of the draws.
    jobs : threads, -1 for one per core.
    progress : whether to show a progress bar.

    Raises
    ------
    InputError : for another method, fewer than 20 times, several numbers, and as :func:`~perinatal.evaluate.auroc`.
    NotEnoughData : where more than a tenth of the draws leave the measure undefined (too few events).
    UnknownName : for a measure of another name.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> risk = rng.random(500)
    >>> print(bootstrap(rng.random(500) < risk, risk, "brier", times=200))
    0.163 (0.147–0.179)
    """
    rows = check_arrays(observed, risk, weights=weights, clusters=clusters, any_scale=takes_any_scale(measure))
    rows = _sort_by_risk(rows)
    score = prepare_measure(measure, rows.observed, rows.risk)
    return _estimate_with_interval(score, rows, times, method, level, seed, jobs, progress)


def bootstrap_difference(
    observed: ArrayLike,
    risk: ArrayLike,
    other: ArrayLike,
    measure: Measure = "auroc",
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    times: int = 2000,
    method: str = "percentile",
    level: float = 0.95,
    seed: int = 0,
    jobs: int = 1,
    progress: bool = False,
) -> Estimate:
    """A measure of ``risk`` minus that of ``other`` on the same rows, both evaluated on the same draws.

    Parameters, errors and draws as in :func:`bootstrap`.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), 0 to 1 (any increasing scale for AUROC and average precision).
    other : shape (n,), the risks it is compared with.
    measure : a name in :data:`MEASURES`, or a function of (observed, risk, weights) that returns a number.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    times : number of draws, at least 20.
    method : ``"percentile"`` or ``"bca"``, as in :func:`bootstrap`.
    level : of the confidence interval.
    seed : of the draws.
    jobs : threads, -1 for one per core.
    progress : whether to show a progress bar.

    Examples
    --------
    >>> import numpy as np
    >>> rng = np.random.default_rng(0)
    >>> risk = rng.random(500)
    >>> observed = rng.random(500) < risk
    >>> print(bootstrap_difference(observed, risk, np.full(500, 0.5), "brier", times=200))
    -0.087 (-0.106 to -0.066)
    """
    any_scale = takes_any_scale(measure)
    rows = check_arrays(observed, risk, weights=weights, clusters=clusters, any_scale=any_scale)
    other_risk = as_risk(other, any_scale=any_scale)
    check_same_length(rows.observed, other_risk, "other")
    first, second = (prepare_measure(measure, rows.observed, values) for values in (rows.risk, other_risk))

    def score(row_weights: np.ndarray) -> float:
        return first(row_weights) - second(row_weights)

    return _estimate_with_interval(score, rows, times, method, level, seed, jobs, progress)


def draw_scores(
    score: Score, rows: EvaluationRows, *, times: int, seed: int = 0, jobs: int = 1, progress: bool = False
) -> np.ndarray:
    """The score under ``times`` draws, of shape (times,) or (times, k)."""
    if times < 20:
        raise InputError(f"times must be at least 20 for an interval, and is {times}.")
    units = _count_units(rows)
    sizes = [_BLOCK] * (times // _BLOCK) + [times % _BLOCK] * (times % _BLOCK > 0)
    seeds = np.random.SeedSequence(seed).spawn(len(sizes))
    with threadpool_limits(1, user_api="blas"):  # many small products: BLAS threads would only slow them down
        work = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(
            delayed(_score_block)(score, rows, units, size, stream) for size, stream in zip(sizes, seeds, strict=True)
        )
        if progress:
            from tqdm import tqdm

            work = tqdm(work, total=len(sizes), unit_scale=_BLOCK, desc="bootstrap")
        return np.concatenate(list(work))


def percentile_interval(scores: np.ndarray, level: float) -> tuple[np.ndarray, np.ndarray]:
    """Percentiles of the defined draws along the first axis; ``NaN`` where over a tenth are undefined."""
    flat = scores.reshape(len(scores), -1)
    defined = np.isfinite(flat)
    bounds = np.full((2, flat.shape[1]), np.nan)
    for column in range(flat.shape[1]):
        if defined[:, column].mean() >= 1 - _MOST_UNDEFINED:
            column_scores = flat[defined[:, column], column]
            bounds[:, column] = np.quantile(column_scores, ((1 - level) / 2, (1 + level) / 2))
    low, high = bounds.reshape(2, *scores.shape[1:])
    return low, high


def _estimate_with_interval(
    score: Score, rows: EvaluationRows, times: int, method: str, level: float, seed: int, jobs: int, progress: bool
) -> Estimate:
    check_level(level)
    if method not in ("percentile", "bca"):
        raise InputError("method must be 'percentile' or 'bca'.")
    value = score(rows.row_weights)
    if np.ndim(value) != 0:
        raise InputError("The measure must return one number; it returns several.")
    scores = draw_scores(score, rows, times=times, seed=seed, jobs=jobs, progress=progress)
    defined = scores[np.isfinite(scores)]
    if not np.isfinite(value) or len(defined) < (1 - _MOST_UNDEFINED) * times:
        raise NotEnoughData(
            f"The measure is undefined in {times - len(defined)} of {times} draws: {len(rows.observed)} rows with "
            f"{int(rows.observed.sum())} events are too few for a bootstrap interval."
        )
    shares = np.array([(1 - level) / 2, (1 + level) / 2])
    if method == "bca":
        shares = _correct_shares(score, rows, float(value), defined, shares, seed)
    low, high = np.quantile(defined, shares)
    return Estimate(float(value), float(low), float(high))


def _correct_shares(
    score: Score, rows: EvaluationRows, value: float, scores: np.ndarray, shares: np.ndarray, seed: int
) -> np.ndarray:
    """The percentiles of the draws at the interval's ends, corrected for bias and skewness (Efron 1987)."""
    below = (np.mean(scores < value) + np.mean(scores <= value)) / 2
    if not 0 < below < 1:
        return shares
    bias = norm.ppf(below)
    jackknife = _jackknife_scores(score, rows, seed)
    deviations = jackknife.mean() - jackknife
    spread = np.sum(deviations**2)
    acceleration = 0.0 if spread == 0 else np.sum(deviations**3) / (6 * spread**1.5)
    shifted = bias + norm.ppf(shares)
    return norm.cdf(bias + shifted / (1 - acceleration * shifted))


def _jackknife_scores(score: Score, rows: EvaluationRows, seed: int) -> np.ndarray:
    units = _count_units(rows)
    groups = np.arange(units)
    if units > _JACKKNIFE_UNITS:
        groups = np.random.default_rng(seed).permutation(units) % _JACKKNIFE_UNITS
    group = groups if rows.clusters is None else groups[rows.clusters]
    scores = [
        score(np.where(group == omitted, 0.0, rows.row_weights)) for omitted in range(min(units, _JACKKNIFE_UNITS))
    ]
    return np.array([number for number in scores if np.isfinite(number)])


def _sort_by_risk(rows: EvaluationRows) -> EvaluationRows:
    """The rows sorted by risk, so that measures based on ranks read memory sequentially."""
    order = np.argsort(rows.risk, kind="stable")
    return EvaluationRows(
        rows.observed[order],
        rows.risk[order],
        None if rows.weights is None else rows.weights[order],
        None if rows.clusters is None else rows.clusters[order],
    )


def _count_units(rows: EvaluationRows) -> int:
    return len(rows.observed) if rows.clusters is None else int(rows.clusters.max()) + 1


def _score_block(
    score: Score, rows: EvaluationRows, units: int, size: int, stream: np.random.SeedSequence
) -> np.ndarray:
    rng = np.random.default_rng(stream)
    return np.stack([score(_draw_weights(rows, units, rng)) for _ in range(size)])


def _draw_weights(rows: EvaluationRows, units: int, rng: np.random.Generator) -> np.ndarray:
    counts = np.bincount(rng.integers(0, units, units), minlength=units).astype(np.float64)
    if rows.clusters is not None:
        counts = counts[rows.clusters]
    return counts if rows.weights is None else counts * rows.weights
