"""Every rule of the audit, declared once: its name, what it finds, why that matters, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from perinatal.training.auditing import column_rules, moment_rules, outcome_rules, row_rules
from perinatal.training.auditing.columns import AuditTable
from perinatal.training.auditing.findings import AuditFinding, RuleHit


@dataclass(frozen=True, slots=True)
class AuditRule:
    """One rule: ``check`` yields its hits; ``why`` and ``remedy`` are part of every finding."""

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
        "A model that uses them has hindsight and cannot be used at that moment.",
        "Leave them out, or choose a later moment.",
    ),
    AuditRule(
        "grows_with_pregnancy",
        "Counts that grow with the length of the pregnancy",
        moment_rules.find_growing_counts,
        "A short pregnancy has few visits and little weight gain: they reveal its length, and preterm birth looks "
        "predictable when it is not (AUROC 0.78 instead of 0.70 in the US).",
        "Use counts up to the moment, such as the month of the first visit, or leave them out.",
    ),
    AuditRule(
        "near_outcome_column",
        "A single column that almost equals the outcome",
        outcome_rules.find_near_outcome_columns,
        "Nothing recorded before an outcome predicts it so well: the column is the outcome under another name, or "
        "follows from it.",
        "Find out when and by whom it is filled in; leave it out unless that is before the moment.",
    ),
    AuditRule(
        "computed_label",
        "A label computed from its features",
        outcome_rules.find_computed_label,
        "A model then learns the definition instead of a risk, and is right on every table labelled the same way.",
        "Leave out what the outcome is computed from, or choose an outcome that was observed.",
    ),
    AuditRule(
        "informative_weights",
        "Weights that differ from 1 only for events",
        outcome_rules.find_informative_weights,
        "Weights are computed after the outcome is known, to represent records that could not be linked.",
        "Never use a weight as a feature; pass it as weights= to fit, if at all.",
    ),
    AuditRule(
        "informative_missingness",
        "Missing cells that predict the outcome",
        outcome_rules.find_predictive_missing_cells,
        "Cells are often filled in, or left blank, because of the outcome; where records are made differently, the "
        "model is wrong.",
        "Find out why they are missing; leave the column out where the reason is the outcome, and test the model "
        "where records are complete.",
    ),
    AuditRule(
        "duplicates",
        "The same record twice",
        row_rules.find_duplicates,
        "A test row that has a copy among the training rows was seen in training.",
        "Drop the copies, or put them in one group (groups=).",
    ),
    AuditRule(
        "near_duplicates",
        "Nearly the same record twice",
        row_rules.find_near_duplicates,
        "Records that were corrected, rounded or derived from others leak across a split.",
        "Find out where they come from; drop all but one, or put them in one group.",
    ),
    AuditRule(
        "split_duplicates",
        "Copies on both sides of the split",
        row_rules.find_split_duplicates,
        "The test rows were seen in training: performance on them is too good.",
        "Split again after dropping the copies, or by group.",
    ),
    AuditRule(
        "group_overlap",
        "One recording, mother or delivery on both sides of the split",
        row_rules.find_group_overlap,
        "Rows of one person resemble each other: a model recognises the person instead of estimating a risk.",
        "Split by whole groups, and pass the column as groups= to fit.",
    ),
    AuditRule(
        "mixed_codes",
        "Two systems of codes in one column",
        column_rules.find_mixed_codes,
        "Cells filled in from a neighbouring column have another meaning, and may contain the outcome.",
        "Compare with the register's layout; exclude such rows, or map both systems of codes.",
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
        "Measurements that heap at round numbers",
        column_rules.find_heaped_values,
        "Rounding hides who is just above and just below a threshold, and differs between places.",
        "Use the measurements as they are, expect less from thresholds, and compare places before pooling them.",
    ),
    AuditRule(
        "constant_columns",
        "Constant columns",
        column_rules.find_constant_columns,
        "They carry no information, and often mean that the field was never filled in.",
        "Leave them out, and never use one as an outcome.",
    ),
)
