"""Maternal and neonatal risks you can take apart: registers in, trained models out, calibrated and explained.

Names are loaded when first used, so that ``import perinatal`` costs little more than ``import pandas``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

_HOME = {
    "adopt": "perinatal.sites",
    "how_many_births": "perinatal.sites",
    "monitor": "perinatal.sites",
    "Audit": "perinatal.training.auditing",
    "audit": "perinatal.training.auditing",
    "Cohort": "perinatal.registers",
    "read_cohort": "perinatal.registers",
    "available_registers": "perinatal.registers",
    "growth": "perinatal.clinical.growth",  # the module itself
    "Column": "perinatal.frames",
    "ColumnMap": "perinatal.frames",
    "Conformed": "perinatal.frames",
    "Problem": "perinatal.frames",
    "conform": "perinatal.frames",
    "Explanation": "perinatal.models",
    "FeatureBuilder": "perinatal.models",
    "Prediction": "perinatal.models",
    "PublishedModel": "perinatal.scores",
    "RiskModel": "perinatal.models",
    "available_models": "perinatal.catalogue",
    "fit": "perinatal.training",
    "load_model": "perinatal.catalogue",
    "make_pipeline": "perinatal.training",
    "PooledSites": "perinatal.sites.pooling",
    "SiteSummary": "perinatal.sites.pooling",
    "pool": "perinatal.sites.pooling",
    "read_summary": "perinatal.sites.pooling",
    "summarise": "perinatal.sites.pooling",
    "DangerSigns": "perinatal.frames.danger",
    "danger_signs": "perinatal.frames.danger",
    "load_sample": "perinatal.samples",
    "sample_columns": "perinatal.samples",
    "dictionary": "perinatal.vocabulary.data_dictionary",
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
    from perinatal.catalogue import available_models, load_model
    from perinatal.clinical import growth
    from perinatal.frames import Column, ColumnMap, Conformed, Problem, conform
    from perinatal.frames.danger import DangerSigns, danger_signs
    from perinatal.models import Prediction, RiskModel
    from perinatal.models.explanation import Explanation
    from perinatal.models.feature_builder import FeatureBuilder
    from perinatal.registers import Cohort, available_registers, read_cohort
    from perinatal.samples import load_sample, sample_columns
    from perinatal.scores import PublishedModel
    from perinatal.sites import adopt, how_many_births, monitor
    from perinatal.sites.pooling import PooledSites, SiteSummary, pool, read_summary, summarise
    from perinatal.training import fit, make_pipeline
    from perinatal.training.auditing import Audit, audit
    from perinatal.validation import ComparisonResult, ValidationResult, compare, validate
    from perinatal.vocabulary import OUTCOMES, VARIABLES, Moment
    from perinatal.vocabulary.data_dictionary import dictionary


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
