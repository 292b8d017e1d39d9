"""Tables with any headings, units and spellings become canonical frames; every change is reported."""

from __future__ import annotations

from perinatal.frames.column_map import Column, ColumnMap
from perinatal.frames.conformed import Conformed, Table
from perinatal.frames.conforming import conform
from perinatal.frames.crosschecks import CROSS_CHECKS, CrossCheck
from perinatal.frames.door import CohortInput, as_cohort, conform_for
from perinatal.frames.problems import Problem, ProblemRule, problems_frame
from perinatal.frames.table_files import read_table
from perinatal.frames.units import convert

__all__ = [
    "CROSS_CHECKS",
    "CohortInput",
    "Column",
    "ColumnMap",
    "Conformed",
    "CrossCheck",
    "Problem",
    "ProblemRule",
    "Table",
    "as_cohort",
    "conform",
    "conform_for",
    "convert",
    "problems_frame",
    "read_table",
]
