"""The performance of one set of risks, as printed on a model card."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from perinatal.evaluate.calibration import (
    brier,
    calibration_intercept,
    calibration_slope,
    calibration_table,
    observed_over_expected,
)
from perinatal.evaluate.discrimination import auroc, average_precision
from perinatal.evaluate.inputs import check_arrays


def performance(observed: ArrayLike, risk: ArrayLike, *, clusters: ArrayLike | None = None) -> dict:
    """Calibration and discrimination with 95 % intervals, as plain numbers ready for JSON.

    Intervals treat rows as independent, or ``clusters`` (siblings, hospitals) as sampled whole.

    Parameters
    ----------
    observed : shape (n,), 0 or 1, both present.
    risk : shape (n,), strictly between 0 and 1.
    clusters : shape (n,), labels of rows that are not independent, such as the mother or the hospital.

    Raises
    ------
    InputError : for a risk of 0 or 1, and as :func:`~perinatal.evaluate.auroc`.
    NotEnoughData : as :func:`~perinatal.evaluate.calibration_slope`.

    Examples
    --------
    >>> performance([0, 0, 1, 0, 1, 1], [0.1, 0.2, 0.3, 0.4, 0.6, 0.9])["brier"]
    0.145
    """
    observed, risk, _, _ = check_arrays(observed, risk)
    if clusters is not None and len(np.unique(clusters)) == len(observed):
        clusters = None
    table = calibration_table(observed, risk)
    rounded = [
        {key: None if np.isnan(value) else round(float(value), 6) for key, value in row.items()}
        for row in table.to_dict("records")
    ]
    return {
        "n": len(observed),
        "events": int(observed.sum()),
        "prevalence": round(float(observed.mean()), 6),
        "observed_over_expected": _round_estimate(observed_over_expected(observed, risk, clusters=clusters)),
        "calibration_intercept": _round_estimate(calibration_intercept(observed, risk, clusters=clusters)),
        "calibration_slope": _round_estimate(calibration_slope(observed, risk, clusters=clusters)),
        "auroc": _round_estimate(auroc(observed, risk, clusters=clusters)),
        "average_precision": round(average_precision(observed, risk), 4),
        "brier": round(brier(observed, risk), 6),
        "calibration_table": rounded,
    }


def _round_estimate(estimate: tuple[float, float, float]) -> list[float]:
    return [round(float(number), 4) for number in estimate]
