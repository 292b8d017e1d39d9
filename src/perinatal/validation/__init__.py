"""How a model does on a cohort: rows, missingness, calibration, discrimination, utility, groups; in one call."""

from __future__ import annotations

from perinatal.validation.result import ValidationResult
from perinatal.validation.validating import validate

__all__ = ["ValidationResult", "validate"]
