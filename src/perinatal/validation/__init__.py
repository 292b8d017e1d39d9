"""External validation of a model in one call, and comparison of models on the same rows."""

from __future__ import annotations

from perinatal.validation.comparing import compare
from perinatal.validation.comparison import ComparisonResult
from perinatal.validation.recording import build_cohort_test, build_record, restore_result
from perinatal.validation.result import ValidationResult
from perinatal.validation.validating import validate

__all__ = [
    "ComparisonResult",
    "ValidationResult",
    "build_cohort_test",
    "build_record",
    "compare",
    "restore_result",
    "validate",
]
