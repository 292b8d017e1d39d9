"""Any measure by its name, with an interval: in closed form where there is one, by bootstrap otherwise."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import ArrayLike

from perinatal.errors import InputError
from perinatal.evaluate.calibration import calibration_intercept, calibration_slope, observed_over_expected
from perinatal.evaluate.discrimination import auroc
from perinatal.evaluate.inputs import Estimate, EvaluationRows
from perinatal.evaluate.logistic import compute_log_odds
from perinatal.evaluate.measures import check_measure
from perinatal.evaluate.resampling import Measure, bootstrap

CLOSED_FORMS: Mapping[str, Callable[..., Estimate]] = {
    "auroc": auroc,
    "observed_over_expected": observed_over_expected,
    "calibration_intercept": calibration_intercept,
    "calibration_slope": calibration_slope,
}

_ON_LOG_ODDS = frozenset({"calibration_intercept", "calibration_slope", "ici", "log_loss"})


def estimate(
    observed: ArrayLike,
    risk: ArrayLike,
    measure: Measure = "auroc",
    *,
    weights: ArrayLike | None = None,
    clusters: ArrayLike | None = None,
    level: float = 0.95,
    times: int = 1000,
    seed: int = 0,
    jobs: int = 1,
) -> Estimate:
    """One measure with its confidence interval: in closed form where there is one, by bootstrap otherwise.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), 0 to 1 (any increasing scale for AUROC and average precision).
    measure : a name in :data:`CLOSED_FORMS` or :data:`MEASURES`, or a function as in :func:`bootstrap`.
    weights : shape (n,), sampling weights, at least 0.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.
    level : of the confidence interval.
    times : number of bootstrap draws, at least 20. seed : of the draws. jobs : threads, -1 for one per core. All three
        are used only by the bootstrap.

    Examples
    --------
    >>> round(estimate([0, 0, 1, 1, 0, 1], [0.1, 0.4, 0.35, 0.8, 0.2, 0.7], "auroc").value, 4)
    0.8889
    """
    check_measure(measure)
    if not callable(measure) and measure in CLOSED_FORMS:
        return CLOSED_FORMS[measure](observed, risk, weights=weights, clusters=clusters, level=level)
    return bootstrap(
        observed, risk, measure, weights=weights, clusters=clusters, level=level, times=times, seed=seed, jobs=jobs
    )


def check_measurable(measure: Measure, rows: EvaluationRows) -> None:
    """Raise at once for risks for which the measure is undefined in any subset of the rows."""
    check_measure(measure)
    if not callable(measure) and measure in _ON_LOG_ODDS:
        compute_log_odds(rows.risk)


def build_line(
    rows: EvaluationRows,
    part: np.ndarray,
    measure: Measure,
    *,
    smallest: int,
    level: float,
    times: int,
    seed: int,
    jobs: int,
) -> dict[str, object]:
    """``n, events, value, low, high, note`` of a subset of the rows; small cells are ``NaN``, with a note."""
    n, events = int(part.sum()), int(rows.observed[part].sum())
    blank = {"n": float(n) if n >= smallest or n == 0 else np.nan, "events": np.nan}
    blank |= dict.fromkeys(Estimate._fields, np.nan)
    if n == 0:
        return {**blank, "note": "no rows"}
    if min(n, events, n - events) < smallest:
        return {**blank, "note": f"fewer than {smallest} rows, events or others"}
    blank["events"] = float(events)
    try:
        result = estimate(
            rows.observed[part],
            rows.risk[part],
            measure,
            weights=None if rows.weights is None else rows.weights[part],
            clusters=None if rows.clusters is None else rows.clusters[part],
            level=level,
            times=times,
            seed=seed,
            jobs=jobs,
        )
    except InputError as reason:
        return {**blank, "note": str(reason)}
    return {**blank, **result._asdict(), "note": ""}
