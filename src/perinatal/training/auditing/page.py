"""The page that explains every rule, made from the declarations."""

from __future__ import annotations

from perinatal.training.auditing.findings import Severity
from perinatal.training.auditing.prevalence import PREVALENCE, SARI_PREVALENCE
from perinatal.training.auditing.rules import RULES
from perinatal.vocabulary import OUTCOMES

COMMAND = "python scripts/make_reference.py"

_MEANING = {
    Severity.CERTAIN: "a model trained on this table would look better than it is; `perinatal.fit` refuses",
    Severity.LIKELY: "probably a leak; a person who knows the table must decide",
    Severity.NOTE: "not a leak in itself, but worth knowing when performance is interpreted",
}


def rules_markdown() -> str:
    """Every rule with why it matters and what to do, and the published ranges, as Markdown."""
    lines = [
        "# Leak audit",
        "",
        f"Made from the declarations in `src/perinatal/training/auditing/` by `{COMMAND}`; change them, not this page.",
        "",
        "```python",
        "import perinatal as pn",
        "",
        'audit = pn.audit(cohort, "preterm_birth", "booking")',
        "print(audit)  # every finding: what was found, why it matters, what to do",
        "audit.to_frame()  # the same as a table",
        "audit.refuse()  # LeakError where a finding is certain",
        "",
        'pn.audit(table, table["RiskLevel"].eq("high risk"), "booking")  # any table, any columns',
        'pn.audit(table, table["NSP"].eq(3), "labour", groups="FileName", split=parts)  # and a split of it',
        "```",
        "",
        "Counts under 10 are printed as *fewer than 10*, and no text of a row is ever printed.",
        "",
        "## Severity",
        "",
        *(f"- **{severity.value}**: {meaning}." for severity, meaning in _MEANING.items()),
        "",
        "Whether equal rows are copies is estimated from the rows themselves. Rows of different people that agree in "
        "every column but one agree in that one about as rarely as any two rows; copies always agree. Where "
        "coincidence explains more than half of the equal pairs, the finding is only a *note*.",
        "",
        "## Rules",
        "",
    ]
    for rule in RULES:
        lines += [
            f"### {rule.title} (`{rule.name}`)",
            "",
            f"Finds: {_lower_first(rule.finds)}",
            "",
            f"Why it matters: {_lower_first(rule.why)}",
            "",
            f"What to do: {_lower_first(rule.remedy)}",
            "",
        ]
    lines += [
        "## Published ranges",
        "",
        "| outcome | from | to | source |",
        "| --- | --- | --- | --- |",
    ]
    for ranges, population in ((PREVALENCE, ""), (SARI_PREVALENCE, ", after admission with respiratory infection")):
        lines += [
            f"| {OUTCOMES[name].label}{population} | {r.low:.2%} | {r.high:.2%} | {r.source} |"
            for name, r in ranges.items()
        ]
    return "\n".join(lines) + "\n"


def _lower_first(sentence: str) -> str:
    """A sentence that goes on after a colon."""
    return sentence[0].lower() + sentence[1:]
