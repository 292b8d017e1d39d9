"""A model made to fit the place where it is used, with a guard; and watched there."""

from __future__ import annotations

from perinatal.models.adopted import Adoption, Rung
from perinatal.sites.adopting import Examination, adopt, examine
from perinatal.sites.applying import apply_update, rolled_back
from perinatal.sites.guard import Check, Limits
from perinatal.sites.learning import Site, learn_prior
from perinatal.sites.monitoring import Alarm, Monitoring, monitor
from perinatal.sites.rungs import NO_SHRINKAGE, Prior, Update, average_with_frozen, fit_rung, log_evidence
from perinatal.sites.sample_size import Births, how_many_births

__all__ = [
    "NO_SHRINKAGE",
    "Adoption",
    "Alarm",
    "Births",
    "Check",
    "Examination",
    "Limits",
    "Monitoring",
    "Prior",
    "Rung",
    "Site",
    "Update",
    "adopt",
    "apply_update",
    "average_with_frozen",
    "examine",
    "fit_rung",
    "how_many_births",
    "learn_prior",
    "log_evidence",
    "monitor",
    "rolled_back",
]
