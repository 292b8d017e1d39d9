"""The leak audit: leaks, copies and odd columns that would make a model look better than it is, before training."""

from __future__ import annotations

from perinatal.training.auditing.findings import Audit, AuditFinding, Severity
from perinatal.training.auditing.page import rules_markdown
from perinatal.training.auditing.prevalence import PREVALENCE, PublishedRange
from perinatal.training.auditing.rules import RULES, AuditRule
from perinatal.training.auditing.running import audit

__all__ = [
    "PREVALENCE",
    "RULES",
    "Audit",
    "AuditFinding",
    "AuditRule",
    "PublishedRange",
    "Severity",
    "audit",
    "rules_markdown",
]
