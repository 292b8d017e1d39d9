"""One set of risks against what was observed, as the numbers a card prints."""

from __future__ import annotations

import numpy as np

from perinatal.evaluate.calibration import (
    brier,
    calibration_intercept,
    calibration_slope,
    calibration_table,
    observed_over_expected,
)
from perinatal.evaluate.discrimination import auroc, average_precision


def performance(observed: np.ndarray, risk: np.ndarray) -> dict:
    """Calibration before discrimination, with 95 % intervals, as plain numbers ready for JSON.

    Intervals treat rows as independent; siblings are few in the registers used here.
    """
    observed = np.asarray(observed, dtype=np.float64)
    table = calibration_table(observed, risk)
    rounded = [
        {key: None if np.isnan(value) else round(float(value), 6) for key, value in row.items()}
        for row in table.to_dict("records")
    ]
    return {
        "n": len(observed),
        "events": int(observed.sum()),
        "prevalence": round(float(observed.mean()), 6),
        "observed_over_expected": _triple(observed_over_expected(observed, risk)),
        "calibration_intercept": _triple(calibration_intercept(observed, risk)),
        "calibration_slope": _triple(calibration_slope(observed, risk)),
        "auroc": _triple(auroc(observed, risk)),
        "average_precision": round(average_precision(observed, risk), 4),
        "brier": round(brier(observed, risk), 6),
        "calibration_table": rounded,
    }


def _triple(estimate: tuple[float, float, float]) -> list[float]:
    return [round(float(number), 4) for number in estimate]
