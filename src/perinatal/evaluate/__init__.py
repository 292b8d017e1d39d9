"""How good risks are: calibration first, then discrimination; on any risks, not only our models'."""

from perinatal.evaluate.calibration import (
    brier,
    calibration_intercept,
    calibration_slope,
    calibration_table,
    observed_over_expected,
)
from perinatal.evaluate.discrimination import Estimate, auroc, average_precision
from perinatal.evaluate.summary import performance

__all__ = [
    "Estimate",
    "auroc",
    "average_precision",
    "brier",
    "calibration_intercept",
    "calibration_slope",
    "calibration_table",
    "observed_over_expected",
    "performance",
]
