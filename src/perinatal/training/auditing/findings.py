"""What an audit found: each finding counted, weighed, and told with why it matters and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from html import escape

import pandas as pd

from perinatal.errors import LeakError

MIN_PRINTED_COUNT = 10  # smaller counts of rows are never printed: they may point at a person
MAX_PRINTED_HEADINGS = 6


class Severity(Enum):
    """How sure it is that training on the table as it stands would be dishonest."""

    CERTAIN = "certain"
    LIKELY = "likely"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class RuleHit:
    """What one rule found, before it is told: the columns, the rows, and the sentence that says what was seen."""

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
    severity : certain (training would be dishonest), likely, or look.
    found, why, remedy : what was seen; why it matters; what to do.
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
        """What was found, why it matters, and what to do; never free text of a row."""
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
    findings : the findings. outcome, moment : what was asked, and when. rows : rows of the table.
    events : rows with the outcome. unknown : rows whose outcome is not known.
    """

    findings: tuple[AuditFinding, ...]
    outcome: str
    moment: str
    rows: int
    events: int = field(repr=False)
    unknown: int = field(repr=False)

    @property
    def certain_findings(self) -> tuple[AuditFinding, ...]:
        """The findings that make training dishonest."""
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
                f"The leak audit has {many} for {self.outcome} asked at {self.moment}; a model trained on these rows "
                f"would look better than it is.\n{lines}"
            )

    def to_frame(self) -> pd.DataFrame:
        """One row per finding: ``severity, rule, columns, rows, of, message``; counts as they may be printed."""
        rows = [(f.severity.value, f.rule, ", ".join(f.columns), f.rows, f.total, f.message) for f in self.findings]
        return pd.DataFrame(rows, columns=["severity", "rule", "columns", "rows", "of", "message"])

    def _headline(self) -> str:
        events = f"{format_row_count(self.events)} with {self.outcome}"
        unknown = f", {format_row_count(self.unknown)} unknown" if self.unknown else ""
        sums = [f"{sum(f.severity is s for f in self.findings)} {s.value}" for s in Severity]
        return f"Leak audit at {self.moment}: {self.rows:,} rows, {events}{unknown}. Findings: {', '.join(sums)}."

    def __str__(self) -> str:
        return "\n".join([self._headline(), *(f"  {f}" for f in self.findings)])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{f.severity.value}</td><td>{escape(f.rule)}</td><td>{escape(format_headings(f.columns))}</td>"
            f"<td>{f.rows}</td><td style='text-align:left'>{escape(f.message)}</td></tr>"
            for f in self.findings
        )
        head = "<tr><th>severity</th><th>rule</th><th>columns</th><th>rows</th><th>finding</th></tr>"
        return f"<p>{escape(self._headline())}</p><table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def format_row_count(count: int) -> str:
    """A count of rows as it may be printed.

    >>> format_row_count(7), format_row_count(0), format_row_count(1234)
    ('fewer than 10', '0', '1,234')
    """
    return "fewer than 10" if 0 < count < MIN_PRINTED_COUNT else f"{count:,}"


def describe_row_count(count: int, total: int) -> str:
    """A count among the rows of a table, giving away neither a small count nor a small rest.

    >>> describe_row_count(357, 23357), describe_row_count(5, 600), describe_row_count(598, 600)
    ('357 of 23,357 rows', 'fewer than 10 of 600 rows', 'all but fewer than 10 of 600 rows')
    """
    if 0 < total - count < MIN_PRINTED_COUNT and total >= MIN_PRINTED_COUNT <= count:
        return f"all but fewer than 10 of {total:,} rows"
    return f"{format_row_count(count)} of {total:,} rows"


def format_headings(columns: Sequence[str], most: int = MAX_PRINTED_HEADINGS) -> str:
    """Headings for a sentence, the first few in quotation marks.

    >>> format_headings(["matchs", "recwt"], most=1)
    "'matchs' and 1 more"
    """
    text = ", ".join(f"'{c}'" for c in columns[:most])
    return f"{text} and {len(columns) - most} more" if len(columns) > most else text
