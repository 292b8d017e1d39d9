"""Pictures of result objects as matplotlib axes; matplotlib is imported only when something is drawn."""

from __future__ import annotations

from perinatal.plots.calibration_picture import calibration
from perinatal.plots.parts_picture import parts

__all__ = ["calibration", "parts"]
