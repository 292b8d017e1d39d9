"""Pictures of result objects as matplotlib axes; matplotlib is imported only when something is drawn."""

from __future__ import annotations

from perinatal.plots.calibration_picture import calibration
from perinatal.plots.intervals_picture import monitoring, ranking
from perinatal.plots.parts_picture import parts
from perinatal.plots.validation_pictures import calibration_curve, decision_curve, forest, risk_distribution

__all__ = [
    "calibration",
    "calibration_curve",
    "decision_curve",
    "forest",
    "monitoring",
    "parts",
    "ranking",
    "risk_distribution",
]
