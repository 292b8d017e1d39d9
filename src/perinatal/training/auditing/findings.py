"""The findings of an audit: each with its count and severity, why it matters, and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum

import pandas as pd

from perinatal._html import html
from perinatal._json import Json
from perinatal.errors import LeakError
from perinatal.vocabulary import Moment
from perinatal.vocabulary.disclosure import SMALLEST_CELL, suppress_small

MAX_PRINTED_HEADINGS = 6


class Severity(Enum):
    """How certain it is that a model trained on the table would look better than it is."""

    CERTAIN = "certain"
    LIKELY = "likely"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class RuleHit:
    """What one rule found: severity, columns, rows, and a sentence."""

    severity: Severity
    columns: tuple[str, ...]
    count: int
    text: str


@dataclass(frozen=True, slots=True)
class AuditFinding:
    """One finding of a leak audit.

    Parameters
    ----------
    rule : name of the rule (see :data:`perinatal.training.auditing.RULES`).
    columns : headings it concerns; empty where it concerns whole rows.
    count, total : rows it concerns, and rows of the table; a count under 10 is never printed.
    severity : certain (a model would look better than it is), likely, or note.
    text, why, remedy : what was found; why it matters; what to do.
    """

    rule: str
    columns: tuple[str, ...]
    count: int = field(repr=False)
    total: int
    severity: Severity
    text: str
    why: str = field(repr=False)
    remedy: str = field(repr=False)

    @property
    def message(self) -> str:
        """What was found, why it matters, and what to do; never text of a row."""
        return f"{self.text} {self.why} {self.remedy}"

    @property
    def rows(self) -> str:
        """The count as it may be printed."""
        return format_row_count(self.count)

    def __str__(self) -> str:
        return f"[{self.severity.value}] {self.rule}: {self.message}"


@dataclass(frozen=True, slots=True)
class Audit:
    """The findings of an audit, the certain ones first.

    Parameters
    ----------
    findings : the findings. outcome, moment : what is estimated, and when. rows : rows of the table.
    events : rows with the outcome. unknown : rows whose outcome is missing.
    """

    findings: tuple[AuditFinding, ...]
    outcome: str
    moment: Moment
    rows: int
    events: int
    unknown: int

    @property
    def certain_findings(self) -> tuple[AuditFinding, ...]:
        """The findings after which :func:`perinatal.fit` refuses the table."""
        return tuple(f for f in self.findings if f.severity is Severity.CERTAIN)

    def refuse(self) -> None:
        """Raise :class:`~perinatal.errors.LeakError` with every certain finding; nothing where there is none."""
        if self.certain_findings:
            lines = "\n".join(f"- {f.rule}: {f.message}" for f in self.certain_findings)
            many = (
                "1 certain finding"
                if len(self.certain_findings) == 1
                else f"{len(self.certain_findings)} certain findings"
            )
            raise LeakError(
                f"The leak audit has {many} for {self.outcome} at {self.moment.value}; a model trained on these rows "
                f"would look better than it is.\n{lines}"
            )

    def to_frame(self) -> pd.DataFrame:
        """One row per finding: ``severity, rule, columns, rows, of, message``; counts as they may be printed."""
        rows = [(f.severity.value, f.rule, ", ".join(f.columns), f.rows, f.total, f.message) for f in self.findings]
        return pd.DataFrame(rows, columns=["severity", "rule", "columns", "rows", "of", "message"])

    def to_dict(self) -> Json:
        """Everything that was found, ready for JSON; counts of one to nine rows are ``None``."""
        return {
            "outcome": self.outcome,
            "moment": self.moment.value,
            "rows": suppress_small(self.rows),
            "events": suppress_small(self.events),
            "unknown": suppress_small(self.unknown),
            "findings": [
                {
                    "severity": f.severity.value,
                    "rule": f.rule,
                    "columns": list(f.columns),
                    "rows": suppress_small(f.count),
                    "message": f.message,
                }
                for f in self.findings
            ],
        }

    def _headline(self) -> str:
        events = f"{format_row_count(self.events)} with {self.outcome}"
        unknown = f", {format_row_count(self.unknown)} unknown" if self.unknown else ""
        sums = [f"{sum(f.severity is s for f in self.findings)} {s.value}" for s in Severity]
        return f"Leak audit at {self.moment.value}: {self.rows:,} rows, {events}{unknown}. Findings: {', '.join(sums)}."

    def __repr__(self) -> str:
        return "\n".join([self._headline(), *(f"  {f}" for f in self.findings)])

    def _repr_html_(self) -> str:
        rows = [
            html(
                "tr",
                html("td", f.severity.value),
                html("td", f.rule),
                html("td", format_headings(f.columns)),
                html("td", f.rows),
                html("td", f.message, style="text-align:left"),
            )
            for f in self.findings
        ]
        head = html("tr", [html("th", title) for title in ("severity", "rule", "columns", "rows", "finding")])
        return html("p", self._headline()) + html("table", html("thead", head), html("tbody", rows))


def format_row_count(count: int) -> str:
    """A count of rows as it may be printed.

    >>> format_row_count(7), format_row_count(0), format_row_count(1234)
    ('fewer than 10', '0', '1,234')
    """
    return "fewer than 10" if 0 < count < SMALLEST_CELL else f"{count:,}"


def describe_row_count(count: int, total: int) -> str:
    """A count among the rows of a table that reveals neither a small count nor a small rest.

    >>> describe_row_count(357, 23357), describe_row_count(5, 600), describe_row_count(598, 600)
    ('357 of 23,357 rows', 'fewer than 10 of 600 rows', 'all but fewer than 10 of 600 rows')
    """
    if 0 < total - count < SMALLEST_CELL and total >= SMALLEST_CELL <= count:
        return f"all but fewer than 10 of {total:,} rows"
    return f"{format_row_count(count)} of {total:,} rows"


def format_headings(columns: Sequence[str], most: int = MAX_PRINTED_HEADINGS) -> str:
    """Headings for a sentence, the first few in quotation marks.

    >>> format_headings(["matchs", "recwt"], most=1)
    "'matchs' and 1 more"
    """
    text = ", ".join(f"'{c}'" for c in columns[:most])
    return f"{text} and {len(columns) - most} more" if len(columns) > most else text
