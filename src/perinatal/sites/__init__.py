"""Adoption of a model at a site, with safety checks, and monitoring there."""

from __future__ import annotations

from perinatal.models.adopted import Adoption, Rung
from perinatal.sites.adopting import Examination, adopt, examine
from perinatal.sites.applying import apply_update, restore_parent
from perinatal.sites.guard import Check, Limits
from perinatal.sites.learning import DevelopmentSite, learn_prior
from perinatal.sites.monitoring import Alarm, Monitoring, monitor
from perinatal.sites.options import AdoptionOptions
from perinatal.sites.rungs import NO_SHRINKAGE, Prior, Update, average_with_frozen, fit_rung, log_evidence
from perinatal.sites.sample_sizes import SampleSize, sample_size

__all__ = [
    "NO_SHRINKAGE",
    "Adoption",
    "AdoptionOptions",
    "Alarm",
    "Check",
    "DevelopmentSite",
    "Examination",
    "Limits",
    "Monitoring",
    "Prior",
    "Rung",
    "SampleSize",
    "Update",
    "adopt",
    "apply_update",
    "average_with_frozen",
    "examine",
    "fit_rung",
    "learn_prior",
    "log_evidence",
    "monitor",
    "restore_parent",
    "sample_size",
]
