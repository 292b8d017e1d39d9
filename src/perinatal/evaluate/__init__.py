"""Measures of predicted risks of any model: calibration, discrimination and utility, overall, by group, site and time.

Every measure takes ``observed`` (0 or 1) and ``risk``; most also take ``weights`` (sampling weights) and ``clusters``
(rows that are not independent: a mother, a hospital). ``calibration_table``, ``performance`` and the lowess smoother
take no weights. Intervals over fewer than about 30 clusters are too narrow.
"""

from perinatal.evaluate.calibration import (
    brier,
    calibration_intercept,
    calibration_slope,
    calibration_table,
    log_loss,
    observed_over_expected,
    scaled_brier,
)
from perinatal.evaluate.curves import CalibrationErrors, calibration_curve, calibration_errors
from perinatal.evaluate.discrimination import AurocComparison, auroc, average_precision, compare_auroc
from perinatal.evaluate.estimates import estimate
from perinatal.evaluate.groups import by_group, rolling
from perinatal.evaluate.inputs import Estimate
from perinatal.evaluate.measures import MEASURES
from perinatal.evaluate.resampling import bootstrap, bootstrap_difference
from perinatal.evaluate.sites import PooledEstimate, SiteEstimates, across_sites, leave_one_site_out, pool
from perinatal.evaluate.summary import performance
from perinatal.evaluate.thresholds import at_capacity, at_thresholds
from perinatal.evaluate.utility import decision_curve, net_benefit

__all__ = [
    "MEASURES",
    "AurocComparison",
    "CalibrationErrors",
    "Estimate",
    "PooledEstimate",
    "SiteEstimates",
    "across_sites",
    "at_capacity",
    "at_thresholds",
    "auroc",
    "average_precision",
    "bootstrap",
    "bootstrap_difference",
    "brier",
    "by_group",
    "calibration_curve",
    "calibration_errors",
    "calibration_intercept",
    "calibration_slope",
    "calibration_table",
    "compare_auroc",
    "decision_curve",
    "estimate",
    "leave_one_site_out",
    "log_loss",
    "net_benefit",
    "observed_over_expected",
    "performance",
    "pool",
    "rolling",
    "scaled_brier",
]
