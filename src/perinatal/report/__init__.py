"""Answers, validations and models for people to read: HTML pages, and text for a terminal."""

from __future__ import annotations

from perinatal.report.adoption_page import adoption_page
from perinatal.report.answer_page import answer_page
from perinatal.report.answer_report import AnswerReport, build_answer_report, highest_and_typical
from perinatal.report.answer_text import answer_text, reading_text
from perinatal.report.comparison_page import comparison_page
from perinatal.report.evidence import ladder, ladder_markdown, transport, transport_markdown
from perinatal.report.model_page import catalogue_page, model_page
from perinatal.report.monitoring_page import monitoring_page
from perinatal.report.pooling_page import pooling_page
from perinatal.report.validation_page import validation_page

__all__ = [
    "AnswerReport",
    "adoption_page",
    "answer_page",
    "answer_text",
    "build_answer_report",
    "catalogue_page",
    "comparison_page",
    "highest_and_typical",
    "ladder",
    "ladder_markdown",
    "model_page",
    "monitoring_page",
    "pooling_page",
    "reading_text",
    "transport",
    "transport_markdown",
    "validation_page",
]
