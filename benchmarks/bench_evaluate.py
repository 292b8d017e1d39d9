"""Bootstrapped AUROCs, against a loop over scikit-learn; the loop runs a few draws, and times are per draw."""

from __future__ import annotations

import time
from collections.abc import Iterator

import numpy as np
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from benchmarks import Row, best_seconds
from perinatal.evaluate import bootstrap, decision_curve

_ROWS = 100_000
_TIMES = 2_000
_LOOPED = 40  # draws of the scikit-learn loop; every draw costs the same, so a few are enough


def _made_up() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(0)
    risk = expit(rng.normal(-4, 1.2, _ROWS))
    return (rng.random(_ROWS) < risk).astype(int), risk


def _looped(observed: np.ndarray, risk: np.ndarray) -> float:
    """Seconds for one bootstrap draw, written in the usual way."""
    rng = np.random.default_rng(0)
    start = time.perf_counter()
    for _ in range(_LOOPED):
        sample = rng.integers(0, _ROWS, _ROWS)
        roc_auc_score(observed[sample], risk[sample])
    return (time.perf_counter() - start) / _LOOPED


def _benefits_looped(observed: np.ndarray, risk: np.ndarray) -> None:
    """A decision curve of 99 thresholds, written in the usual way."""
    for threshold in np.arange(1, 100) / 100:
        alert = risk >= threshold
        right, wrong = np.sum(alert & (observed == 1)), np.sum(alert & (observed == 0))
        _ = right / _ROWS - wrong / _ROWS * threshold / (1 - threshold)


def rows() -> Iterator[Row]:
    """AUROC in one thread and in one per core, with hospitals as clusters, and a decision curve."""
    observed, risk = _made_up()
    theirs = _looped(observed, risk)
    hospitals = np.arange(_ROWS) % 200
    for jobs, clusters, setup in (
        (1, None, "one thread"),
        (-1, None, "a thread per core"),
        (1, hospitals, "one thread, 200 hospitals as clusters"),
    ):
        start = time.perf_counter()
        bootstrap(observed, risk, "auroc", clusters=clusters, times=_TIMES, jobs=jobs)
        seconds = time.perf_counter() - start
        yield Row(
            f"AUROC of {_ROWS:,} rows, per bootstrap ({_TIMES:,} in {seconds:.1f} s, {setup}), "
            f"against scikit-learn in a loop ({_LOOPED} run; {_TIMES:,} would take {theirs * _TIMES:.0f} s)",
            1000 * seconds / _TIMES,
            1000 * theirs,
            "ms",
            "< 1/15 = 0.067",
        )
    yield Row(
        f"decision curve of {_ROWS:,} rows at 99 thresholds, against a loop over thresholds",
        1000 * best_seconds(lambda: decision_curve(observed, risk), repeat=5),
        1000 * best_seconds(lambda: _benefits_looped(observed, risk), repeat=3),
        "ms",
        "< 1",
    )
