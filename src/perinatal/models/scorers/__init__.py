"""From features to log-odds and additive parts: a table of the kinds of scorer; affine recalibration.

A kind is a module of :mod:`perinatal.models.scorers.declared` that holds its class as ``SCORER``: the files it is
written as, what it needs at run time, the settings to try, and how it is trained (see
:class:`~perinatal.models.scorers.protocol.ScorerKind`). Training, model directories and cards go through this table.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping, Sequence
from functools import cache
from types import MappingProxyType

from perinatal.errors import UnsupportedModel
from perinatal.models.derived_features import Feature
from perinatal.models.scorers import declared
from perinatal.models.scorers.protocol import Scorer, ScorerKind, Settings, TrainingRows
from perinatal.models.scorers.recalibration import Recalibration, fit_recalibration
from perinatal.models.scorers.rescaled import FACTORS_FILE, RESCALED, RescaledScorer, read_factors

__all__ = [
    "Recalibration",
    "RescaledScorer",
    "Scorer",
    "ScorerKind",
    "Settings",
    "TrainingRows",
    "fit_recalibration",
    "read_scorer",
    "scorer_files",
    "scorer_kinds",
    "scorer_names",
    "scorer_runtime",
]


@cache
def scorer_kinds() -> Mapping[str, type[ScorerKind]]:
    """Every kind of scorer by its name, the simplest first.

    >>> list(scorer_kinds())[:2]
    ['logistic', 'boosted']
    """
    names = [module.name for module in pkgutil.iter_modules(declared.__path__)]
    kinds = [importlib.import_module(f"{declared.__name__}.{name}").SCORER for name in names]
    return MappingProxyType({kind.kind: kind for kind in sorted(kinds, key=_complexity)})


def _complexity(kind: type[ScorerKind]) -> int:
    return kind.complexity


def scorer_names() -> tuple[str, ...]:
    """The names a manifest may hold: every kind, and each of them rescaled."""
    return (*scorer_kinds(), *(f"{name}{RESCALED}" for name in scorer_kinds()))


def scorer_files(name: str) -> tuple[str, ...]:
    """The files a scorer is written as.

    >>> scorer_files("logistic"), scorer_files("logistic-rescaled")
    (('coefficients.json',), ('coefficients.json', 'factors.json'))
    """
    files = _kind(name).file_names
    return (*files, FACTORS_FILE) if name.endswith(RESCALED) else files


def scorer_runtime(name: str) -> tuple[str, ...]:
    """The distributions that compute a scorer.

    >>> scorer_runtime("boosted-rescaled")
    ('xgboost',)
    """
    return _kind(name).runtime


def read_scorer(name: str, files: Mapping[str, bytes], features: Sequence[Feature]) -> Scorer:
    """The scorer of this name from its files."""
    scorer = _kind(name).from_files(files, features)
    return RescaledScorer(scorer, read_factors(files[FACTORS_FILE], features)) if name.endswith(RESCALED) else scorer


def _kind(name: str) -> type[ScorerKind]:
    if name not in scorer_names():
        raise UnsupportedModel(f"The model's scorer is not one that this version knows: {', '.join(scorer_names())}.")
    return scorer_kinds()[name.removesuffix(RESCALED)]
