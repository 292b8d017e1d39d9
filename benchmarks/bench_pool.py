"""Pooling the files of a hundred hospitals, against the same computations on all their rows."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from scipy.special import expit

from benchmarks import Row, best_seconds
from perinatal.evaluate import auroc, calibration_curve
from perinatal.models.scorers import fit_recalibration
from perinatal.sites.pooling import SiteSummary, pool
from perinatal.sites.pooling.cells import build_cells

_SITES, _ROWS = 100, 10_000


def rows() -> Iterator[Row]:
    """``pool``, against recalibration, AUROC and calibration curve of the rows in one table."""
    draw = np.random.default_rng(0)
    log_odds = draw.normal(-3, 1.2, (_SITES, _ROWS)) + draw.normal(0, 0.3, (_SITES, 1))
    observed = draw.random(log_odds.shape) < expit(0.2 + 0.9 * log_odds)
    sites = [_summary(number, *both) for number, both in enumerate(zip(observed, log_odds, strict=True))]
    y, z = observed.ravel(), log_odds.ravel()

    def by_rows() -> None:
        fit_recalibration(y, z)
        auroc(y, expit(z))
        calibration_curve(y, expit(z))

    yield Row(
        f"pool {_SITES} sites of {_ROWS:,} rows, against their rows in one table",
        best_seconds(lambda: pool(sites), repeat=2),
        best_seconds(by_rows, repeat=1),
        "s",
        "< 1",
    )
    yield Row(
        f"count {_ROWS:,} log-odds in cells of ten, against np.histogram of them",
        best_seconds(lambda: build_cells(z[:_ROWS], 10)),
        best_seconds(lambda: np.histogram(z[:_ROWS], bins=800)),
        "s",
        "< 0.1 s",
    )
    size = max(len(site.to_json()) for site in sites)
    yield Row("the largest of their files, against the rows as two columns", size, 12.0 * _ROWS, "bytes", "< 50,000")


def _summary(number: int, observed: np.ndarray, log_odds: np.ndarray) -> SiteSummary:
    with_event, others = build_cells(log_odds[observed], 10), build_cells(log_odds[~observed], 10)
    header = ("preterm_birth-booking", "0" * 64, "preterm_birth", "booking")
    return SiteSummary(*header, f"site {number}", None, 10, len(observed), int(observed.sum()), with_event, others)
