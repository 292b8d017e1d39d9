"""Maternal and neonatal risks you can take apart: registers in, trained models out, calibrated and explained.

Names are loaded when first used, so that ``import perinatal`` costs little more than ``import pandas``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

_HOME = {
    "adopt": "perinatal.adoption",
    "how_many_births": "perinatal.adoption",
    "monitor": "perinatal.adoption",
    "Audit": "perinatal.auditing",
    "audit": "perinatal.auditing",
    "Cohort": "perinatal.cohorts",
    "read_cohort": "perinatal.cohorts",
    "registers": "perinatal.cohorts",
    "growth": "perinatal.clinical.growth",  # the module itself
    "Column": "perinatal.frames",
    "ColumnMap": "perinatal.frames",
    "Conformed": "perinatal.frames",
    "Problem": "perinatal.frames",
    "conform": "perinatal.frames",
    "Explanation": "perinatal.explain",
    "FeatureBuilder": "perinatal.features",
    "Prediction": "perinatal.models",
    "PublishedModel": "perinatal.models",
    "RiskModel": "perinatal.models",
    "available_models": "perinatal.models",
    "fit": "perinatal.models",
    "load_model": "perinatal.models",
    "make_pipeline": "perinatal.models",
    "PooledSites": "perinatal.pooling",
    "SiteSummary": "perinatal.pooling",
    "pool": "perinatal.pooling",
    "read_summary": "perinatal.pooling",
    "summarise": "perinatal.pooling",
    "DangerSigns": "perinatal.signs",
    "danger_signs": "perinatal.signs",
    "load_sample": "perinatal.samples",
    "sample_columns": "perinatal.samples",
    "dictionary": "perinatal.interop",
    "ComparisonResult": "perinatal.validation",
    "ValidationResult": "perinatal.validation",
    "compare": "perinatal.validation",
    "validate": "perinatal.validation",
    "OUTCOMES": "perinatal.vocabulary",
    "VARIABLES": "perinatal.vocabulary",
    "Moment": "perinatal.vocabulary",
}

__all__ = ["__version__", *_HOME]

if TYPE_CHECKING:
    from perinatal.adoption import adopt, how_many_births, monitor
    from perinatal.auditing import Audit, audit
    from perinatal.clinical import growth
    from perinatal.cohorts import Cohort, read_cohort, registers
    from perinatal.explain import Explanation
    from perinatal.features import FeatureBuilder
    from perinatal.frames import Column, ColumnMap, Conformed, Problem, conform
    from perinatal.interop import dictionary
    from perinatal.models import Prediction, PublishedModel, RiskModel, available_models, fit, load_model, make_pipeline
    from perinatal.pooling import PooledSites, SiteSummary, pool, read_summary, summarise
    from perinatal.samples import load_sample, sample_columns
    from perinatal.signs import DangerSigns, danger_signs
    from perinatal.validation import ComparisonResult, ValidationResult, compare, validate
    from perinatal.vocabulary import OUTCOMES, VARIABLES, Moment


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("perinatal")
    if name not in _HOME:
        raise AttributeError(f"module 'perinatal' has no attribute {name!r}")
    home = importlib.import_module(_HOME[name])
    value = home if home.__name__.endswith(f".{name}") else getattr(home, name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
