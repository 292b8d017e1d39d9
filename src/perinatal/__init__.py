"""Risks in pregnancy and around birth: registers and tables in, calibrated and explained risks out.

=============  =======================================================================================================
tables         :func:`read_table`, :func:`read_cohort`, :func:`conform`, :func:`danger_signs`, :func:`dictionary`
models         :func:`available_models`, :func:`load_model`; then ``model.predict(table)``, ``model.explain(table)``
training       :func:`audit`, :func:`fit`, :func:`make_pipeline`
evaluation     :func:`validate`, :func:`compare`; measures of any risks in :mod:`perinatal.evaluate`
at a site      :func:`sample_size`, :func:`adopt`, :func:`monitor`; several sites: :func:`summarise`, :func:`pool`
=============  =======================================================================================================

Names are loaded when first used, so that ``import perinatal`` costs little more than ``import pandas``.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

_NAMES = {  # name -> the module that it comes from
    "adopt": "perinatal.sites",
    "audit": "perinatal.training.auditing",
    "available_models": "perinatal.catalogue",
    "available_registers": "perinatal.registers",
    "compare": "perinatal.validation",
    "conform": "perinatal.frames",
    "danger_signs": "perinatal.frames.door",
    "dictionary": "perinatal.vocabulary.data_dictionary",
    "fit": "perinatal.training",
    "load_model": "perinatal.catalogue",
    "load_sample": "perinatal.samples",
    "load_sample_map": "perinatal.samples",
    "make_pipeline": "perinatal.training",
    "monitor": "perinatal.sites",
    "pool": "perinatal.sites.pooling",
    "read_cohort": "perinatal.registers",
    "read_table": "perinatal.frames",
    "sample_size": "perinatal.sites",
    "summarise": "perinatal.sites.pooling",
    "validate": "perinatal.validation",
    "Cohort": "perinatal.registers",
    "ColumnMap": "perinatal.frames",
    "Conformed": "perinatal.frames",
    "Explanation": "perinatal.models",
    "Prediction": "perinatal.models",
    "PublishedModel": "perinatal.scores",
    "RiskModel": "perinatal.models",
}
_SUBMODULES = {
    "errors": "perinatal.errors",
    "evaluate": "perinatal.evaluate",
    "growth": "perinatal.clinical.growth",
    "plots": "perinatal.plots",
    "report": "perinatal.report",
    "scores": "perinatal.scores",
    "sites": "perinatal.sites",
    "training": "perinatal.training",
    "vocabulary": "perinatal.vocabulary",
}
_UNLISTED = {  # the types of results and the declarations: there when named, but not what one looks for first
    "AdoptionOptions": "perinatal.sites",
    "Audit": "perinatal.training.auditing",
    "Column": "perinatal.frames",
    "ComparisonResult": "perinatal.validation",
    "DangerSigns": "perinatal.frames.danger",
    "FeatureBuilder": "perinatal.models",
    "FitOptions": "perinatal.training",
    "Moment": "perinatal.vocabulary",
    "OUTCOMES": "perinatal.vocabulary",
    "PooledSites": "perinatal.sites.pooling",
    "Problem": "perinatal.frames",
    "SiteSummary": "perinatal.sites.pooling",
    "VARIABLES": "perinatal.vocabulary",
    "ValidationResult": "perinatal.validation",
}

__all__ = ["__version__", *_NAMES, *_SUBMODULES]

if TYPE_CHECKING:
    from perinatal import errors, evaluate, plots, report, scores, sites, training, vocabulary
    from perinatal.catalogue import available_models, load_model
    from perinatal.clinical import growth
    from perinatal.frames import Column, ColumnMap, Conformed, Problem, conform, read_table
    from perinatal.frames.danger import DangerSigns
    from perinatal.frames.door import danger_signs
    from perinatal.models import Explanation, FeatureBuilder, Prediction, RiskModel
    from perinatal.registers import Cohort, available_registers, read_cohort
    from perinatal.samples import load_sample, load_sample_map
    from perinatal.scores import PublishedModel
    from perinatal.sites import AdoptionOptions, adopt, monitor, sample_size
    from perinatal.sites.pooling import PooledSites, SiteSummary, pool, summarise
    from perinatal.training import FitOptions, fit, make_pipeline
    from perinatal.training.auditing import Audit, audit
    from perinatal.validation import ComparisonResult, ValidationResult, compare, validate
    from perinatal.vocabulary import OUTCOMES, VARIABLES, Moment
    from perinatal.vocabulary.data_dictionary import dictionary

    __version__: str


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("perinatal")
    if name in _SUBMODULES:
        value: object = importlib.import_module(_SUBMODULES[name])
    elif name in _NAMES or name in _UNLISTED:
        value = getattr(importlib.import_module(_NAMES.get(name) or _UNLISTED[name]), name)
    else:
        raise AttributeError(f"module 'perinatal' has no attribute {name!r}")
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted(__all__)
