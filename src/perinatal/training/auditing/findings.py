"""What an audit found: each finding counted, weighed, and told with why it matters and what to do."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import Enum
from html import escape

import pandas as pd

from perinatal.errors import LeakError

FEWEST_TOLD = 10  # smaller counts of rows are never printed: they may point at a person
HEADINGS_TOLD = 6


class Severity(Enum):
    """How sure it is that training on the table as it stands would be dishonest."""

    CERTAIN = "certain"
    LIKELY = "likely"
    LOOK = "look"


@dataclass(frozen=True, slots=True)
class Found:
    """What one rule found, before it is told: the columns, the rows, and the sentence that says what was seen."""

    severity: Severity
    columns: tuple[str, ...]
    count: int
    text: str


@dataclass(frozen=True, slots=True)
class Finding:
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
    found: str
    why: str = field(repr=False)
    remedy: str = field(repr=False)

    @property
    def message(self) -> str:
        """What was found, why it matters, and what to do; never free text of a row."""
        return f"{self.found} {self.why} {self.remedy}"

    @property
    def rows(self) -> str:
        """The count as it may be printed."""
        return counted(self.count)

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

    findings: tuple[Finding, ...]
    outcome: str
    moment: str
    rows: int
    events: int = field(repr=False)
    unknown: int = field(repr=False)

    @property
    def certain(self) -> tuple[Finding, ...]:
        """The findings that make training dishonest."""
        return tuple(f for f in self.findings if f.severity is Severity.CERTAIN)

    def refuse(self) -> None:
        """Raise :class:`~perinatal.errors.LeakError` with every certain finding; nothing where there is none."""
        if self.certain:
            told = "\n".join(f"- {f.rule}: {f.message}" for f in self.certain)
            many = "1 certain finding" if len(self.certain) == 1 else f"{len(self.certain)} certain findings"
            raise LeakError(
                f"The leak audit has {many} for {self.outcome} asked at {self.moment}; a model trained on these rows "
                f"would look better than it is.\n{told}"
            )

    def to_frame(self) -> pd.DataFrame:
        """One row per finding: ``severity, rule, columns, rows, of, message``; counts as they may be printed."""
        told = [(f.severity.value, f.rule, ", ".join(f.columns), f.rows, f.total, f.message) for f in self.findings]
        return pd.DataFrame(told, columns=["severity", "rule", "columns", "rows", "of", "message"])

    def _headline(self) -> str:
        events = f"{counted(self.events)} with {self.outcome}"
        unknown = f", {counted(self.unknown)} unknown" if self.unknown else ""
        sums = [f"{sum(f.severity is s for f in self.findings)} {s.value}" for s in Severity]
        return f"Leak audit at {self.moment}: {self.rows:,} rows, {events}{unknown}. Findings: {', '.join(sums)}."

    def __str__(self) -> str:
        return "\n".join([self._headline(), *(f"  {f}" for f in self.findings)])

    def _repr_html_(self) -> str:
        rows = "".join(
            f"<tr><td>{f.severity.value}</td><td>{escape(f.rule)}</td><td>{escape(listed(f.columns))}</td>"
            f"<td>{f.rows}</td><td style='text-align:left'>{escape(f.message)}</td></tr>"
            for f in self.findings
        )
        head = "<tr><th>severity</th><th>rule</th><th>columns</th><th>rows</th><th>finding</th></tr>"
        return f"<p>{escape(self._headline())}</p><table><thead>{head}</thead><tbody>{rows}</tbody></table>"


def counted(count: int) -> str:
    """A count of rows as it may be printed.

    >>> counted(7), counted(0), counted(1234)
    ('fewer than 10', '0', '1,234')
    """
    return "fewer than 10" if 0 < count < FEWEST_TOLD else f"{count:,}"


def of_rows(count: int, total: int) -> str:
    """A count among the rows of a table, giving away neither a small count nor a small rest.

    >>> of_rows(357, 23357), of_rows(5, 600), of_rows(598, 600)
    ('357 of 23,357 rows', 'fewer than 10 of 600 rows', 'all but fewer than 10 of 600 rows')
    """
    if 0 < total - count < FEWEST_TOLD and total >= FEWEST_TOLD <= count:
        return f"all but fewer than 10 of {total:,} rows"
    return f"{counted(count)} of {total:,} rows"


def listed(columns: Sequence[str], most: int = HEADINGS_TOLD) -> str:
    """Headings for a sentence, the first few in quotation marks.

    >>> listed(["matchs", "recwt"], most=1)
    "'matchs' and 1 more"
    """
    shown = ", ".join(f"'{c}'" for c in columns[:most])
    return f"{shown} and {len(columns) - most} more" if len(columns) > most else shown
