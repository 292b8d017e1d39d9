"""Every rule of the audit, declared once: its name, what it finds, why that matters, what to do, how it is found."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from perinatal.training.auditing import column_rules, moment_rules, outcome_rules, row_rules
from perinatal.training.auditing.columns import AuditTable
from perinatal.training.auditing.findings import AuditFinding, RuleHit


@dataclass(frozen=True, slots=True)
class AuditRule:
    """One rule: ``check`` finds; ``why`` and ``remedy`` are told with every finding of it."""

    name: str
    title: str
    check: Callable[[AuditTable], Iterator[RuleHit]]
    why: str
    remedy: str

    @property
    def finds(self) -> str:
        """What the rule looks for: the first line of the docstring of ``check``."""
        return (self.check.__doc__ or self.title).splitlines()[0]

    def findings(self, table: AuditTable) -> Iterator[AuditFinding]:
        """What the rule finds in a table."""
        for hit in self.check(table):
            yield AuditFinding(
                self.name,
                hit.columns,
                hit.count,
                table.rows,
                hit.severity,
                hit.text,
                self.why,
                self.remedy,
            )


RULES = (
    AuditRule(
        "known_later",
        "Columns known only after the moment",
        moment_rules.find_known_later,
        "A model that uses them answers with hindsight and cannot be asked at that moment.",
        "Leave them out, or ask at a later moment.",
    ),
    AuditRule(
        "grows_with_pregnancy",
        "Counts that grow with the length of the pregnancy",
        moment_rules.find_growing_counts,
        "A short pregnancy has few visits and little weight gain: they tell its length, and preterm birth looks "
        "predictable when it is not (AUROC 0.78 instead of 0.70 in the US).",
        "Use what was counted up to the moment, such as the month of the first visit, or leave them out.",
    ),
    AuditRule(
        "near_outcome_column",
        "A single column that nearly is the outcome",
        outcome_rules.find_near_outcome_columns,
        "Nothing recorded before an outcome tells it so well: the column is the outcome under another name, or "
        "follows from it.",
        "Find out when and by whom it is filled in; leave it out unless that is before the moment.",
    ),
    AuditRule(
        "computed_label",
        "A label computed from its features",
        outcome_rules.find_computed_label,
        "A model then learns the definition, not a risk, and is right on every table that was labelled the same way.",
        "Leave out what the outcome is computed from, or choose an outcome that somebody observed.",
    ),
    AuditRule(
        "telling_weights",
        "Weights that depart from 1 only for events",
        outcome_rules.find_telling_weights,
        "Weights are made after the outcome is known, to stand for records that could not be linked.",
        "Never use a weight as a feature; weight the rows with it, if at all.",
    ),
    AuditRule(
        "missing_tells",
        "Missing cells that predict the outcome",
        outcome_rules.find_predictive_missing_cells,
        "Cells are often filled in, or left blank, because of what happened; where records are kept otherwise, the "
        "model is wrong.",
        "Ask why they are unknown; leave the column out where the reason is the outcome, and test the model where "
        "records are complete.",
    ),
    AuditRule(
        "duplicates",
        "The same record twice",
        row_rules.find_duplicates,
        "A copy on the other side of a split is a question whose answer was seen in training.",
        "Drop the copies, or give them one group and keep groups together.",
    ),
    AuditRule(
        "near_duplicates",
        "Nearly the same record twice",
        row_rules.find_near_duplicates,
        "Records that were corrected, rounded or made up from others tell of each other across a split.",
        "Find out how they came to be; keep one, or keep them together in one group.",
    ),
    AuditRule(
        "split_duplicates",
        "Copies on both sides of the split",
        row_rules.find_split_duplicates,
        "The test rows were seen in training: every figure on them is too good.",
        "Split again after dropping the copies, or by group.",
    ),
    AuditRule(
        "group_overlap",
        "One recording, mother or delivery on both sides of the split",
        row_rules.find_group_overlap,
        "Rows of one person resemble each other: a model recognises the person instead of estimating a risk.",
        "Keep whole groups on one side: pass the column as groups when you split and when you fit.",
    ),
    AuditRule(
        "mixed_codes",
        "Two systems of codes in one column",
        column_rules.find_mixed_codes,
        "Cells filled in from a neighbouring column carry somebody else's meaning, and may carry the outcome.",
        "Compare with the register's layout; set such rows aside, or map both systems of codes.",
    ),
    AuditRule(
        "odd_prevalence",
        "An outcome outside its usual range",
        column_rules.find_odd_prevalence,
        "The label may mean something else, the table may be enriched with cases, or the denominator may differ: "
        "risks would be off by as much.",
        "Compare the definition and the denominator; recalibrate where the model will be used.",
    ),
    AuditRule(
        "heaped_values",
        "Readings that pile up at round numbers",
        column_rules.find_heaped_values,
        "Rounded readings hide who is just above and just below a threshold, and rounding differs between places.",
        "Keep the readings as they are, expect less from thresholds, and compare places before pooling them.",
    ),
    AuditRule(
        "constant_columns",
        "Columns that never differ",
        column_rules.find_constant_columns,
        "They cannot help, and often mean that the field was never filled in.",
        "Leave them out, and never use one as an outcome.",
    ),
)
