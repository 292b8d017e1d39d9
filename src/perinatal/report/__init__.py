"""Risks and their reasons for people to read: one HTML page, or text for a terminal."""

from __future__ import annotations

from perinatal.report.adoption_page import adoption_page
from perinatal.report.comparison_page import comparison_page
from perinatal.report.evidence import ladder, ladder_markdown, transport, transport_markdown
from perinatal.report.model_page import catalogue_page, model_page
from perinatal.report.monitoring_page import monitoring_page
from perinatal.report.page import risk_page
from perinatal.report.pooling_page import pooling_page
from perinatal.report.sections import RiskReport, build_risk_report, highest_and_typical
from perinatal.report.terminal import reading_text, risk_text
from perinatal.report.validation_page import validation_page

__all__ = [
    "RiskReport",
    "adoption_page",
    "build_risk_report",
    "catalogue_page",
    "comparison_page",
    "highest_and_typical",
    "ladder",
    "ladder_markdown",
    "model_page",
    "monitoring_page",
    "pooling_page",
    "reading_text",
    "risk_page",
    "risk_text",
    "transport",
    "transport_markdown",
    "validation_page",
]
