"""What in a table would make a model look better than it is: leaks, copies and odd columns, found before training."""

from __future__ import annotations

from perinatal.auditing.asking import audit
from perinatal.auditing.findings import Audit, Finding, Severity
from perinatal.auditing.page import rules_markdown
from perinatal.auditing.prevalence import PREVALENCE, PublishedRange
from perinatal.auditing.rules import RULES, Rule

__all__ = [
    "PREVALENCE",
    "RULES",
    "Audit",
    "Finding",
    "PublishedRange",
    "Rule",
    "Severity",
    "audit",
    "rules_markdown",
]
