"""A model's card in Markdown, made from its evidence: what it estimates, how it performs, and what it cannot do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from perinatal.evaluate import Estimate
from perinatal.models.evidence import (
    CohortTest,
    Columns,
    Evidence,
    FurtherCases,
    NewPlaces,
    PooledAdoption,
    SiteAdoption,
    TrainingRecord,
)
from perinatal.vocabulary.disclosure import SMALLEST_CELL

if TYPE_CHECKING:
    from perinatal.models.risk_model import RiskModel


def build_card(model: RiskModel) -> str:
    """The card: purpose, moment, data and terms, performance (calibration first), inputs, choices, limits."""
    evidence = model.evidence
    sections = [
        f"# {model.id}\n\nEstimates the risk of **{model.outcome.label}** at **{model.moment.value}** "
        f"({model.moment.description}).",
        f"> {model.caution}",
        f"**Not shipped.** {evidence.withheld_reason}" if evidence.withheld_reason else "",
        _definition_section(model),
        _adoption_section(model, evidence.adoption),
        _data_section(model, evidence),
        _performance_section(evidence.tests, "" if model.adoption is None else ", before it was adopted"),
        _groups_section(evidence.tests),
        _new_places_section(evidence.new_places),
        _choice_section(evidence.training),
        _inputs_section(model, evidence.training),
        _limits_section(evidence.limits),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _definition_section(model: RiskModel) -> str:
    target = model.outcome
    return (
        "## Outcome\n\n"
        f"{target.definition} Population: {target.denominator}. Horizon: {target.horizon}. Source: {target.source}."
    )


def _data_section(model: RiskModel, evidence: Evidence) -> str:
    lines = [f"Trained on {model.trained_on}.", f"Terms of the data: {model.terms}."]
    training = evidence.training
    if training is not None:
        lines.append(
            f"Training set: {training.n:,} rows with {training.events:,} events "
            f"({training.events / training.n:.2%}), in {training.groups:,} groups by {training.grouped_by}."
        )
    if evidence.further_cases is not None:
        lines.append(describe_further_cases(evidence.further_cases))
    if evidence.flow:
        steps = "\n".join(f"| {format_count(rows)} | {step} |" for step, rows in evidence.flow)
        lines.append(f"| rows | step |\n|---:|---|\n{steps}")
    return "## Data\n\n" + "\n\n".join(lines)


def _adoption_section(model: RiskModel, record: SiteAdoption | PooledAdoption | None) -> str:
    adoption = model.adoption
    if adoption is None:
        return ""
    paragraphs = [
        f"{adoption.message} {adoption.why}",
        f"The parent model `{adoption.parent.id}` (digest {adoption.parent_digest[:12]}) is in the directory `parent`. "
        "Use it to undo the adoption.",
    ]
    if isinstance(record, SiteAdoption):
        rows = ["| step | held-out log-loss | difference from the parent model |", "|---|---:|---:|"]
        rows += [
            f"| {rung.rung} | {rung.loss:.5f} | {rung.worse_than_frozen:+.5f} (SE {rung.error:.5f}) |"
            for rung in record.compared
        ]
        paragraphs.append("\n".join(rows))
        rows = ["| on the rows used for the adoption | before | after (held out) |", "|---|---:|---:|"]
        rows += [
            f"| {words} | {record.before[name].format()} | {record.after[name].format()} |"
            for name, words in BEFORE_AFTER.items()
            if name in record.before and name in record.after
        ]
        paragraphs.append("\n".join(rows))
        paragraphs += ["\n".join(f"- {note}" for note in record.notes)] if record.notes else []
    return "## Adoption\n\n" + "\n\n".join(paragraphs)


BEFORE_AFTER: Mapping[str, str] = {
    "observed_over_expected": "observed / expected",
    "calibration_slope": "calibration slope",
    "auroc": "AUROC",
}
"""What is measured before and after an adoption, with its words."""

TESTED_BEFORE_ADOPTION = "The tests on other data are of the model before its adoption."
"""What stands beside the tests that an adopted model inherits."""


def _performance_section(tests: Sequence[CohortTest], when: str = "") -> str:
    if not tests:
        return ""
    rows = [
        "| tested on | n | events | observed / expected | calibration slope | AUROC | Brier | inputs missing |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for test in tests:
        rows.append(
            f"| {test.name} | {test.n:,} | {test.events:,} | {test.observed_over_expected.format(2)} "
            f"| {test.calibration_slope.format(2)} | {test.auroc.format()} | {test.brier:.4f} "
            f"| {len(test.inputs_absent)} |"
        )
    notes = [_format_note(test) for test in tests if test.note or test.inputs_absent]
    bins = ["| mean risk | observed | 95 % interval | n |", "|---:|---:|---:|---:|"]
    for group in tests[0].calibration_table:
        if group.observed_share is None:
            observed = f"fewer than {SMALLEST_CELL} events | "
        else:
            observed = f"{group.observed_share:.4f} | {group.low:.4f} to {group.high:.4f}"
        bins.append(f"| {group.mean_risk:.4f} | {observed} | {int(group.n):,} |")
    return (
        f"## Performance{when}\n\n95 % confidence intervals in brackets. Read calibration before discrimination: an "
        "observed / expected ratio or a calibration slope away from 1 means poor calibration in that population.\n\n"
        + "\n".join(rows)
        + ("\n\n" + "\n".join(notes) if notes else "")
        + f"\n\nCalibration in groups of increasing risk, {tests[0].name}:\n\n"
        + "\n".join(bins)
    )


def _format_note(test: CohortTest) -> str:
    absent = ", ".join(test.inputs_absent)
    lacking = f" Not recorded there, so missing in every row: {absent}." if absent else ""
    return f"- *{test.name}*: {test.note}{lacking}"


def _groups_section(tests: Sequence[CohortTest]) -> str:
    """The first test that has results by group."""
    first_test = next((test for test in tests if test.validation is not None and test.validation.groups), None)
    if first_test is None or first_test.validation is None:
        return ""
    groups = first_test.validation.groups
    rows = ["| | n | events | observed / expected | calibration slope | AUROC |", "|---|---:|---:|---:|---:|---:|"]
    for position, (grouping, group) in enumerate(zip(groups["grouping"], groups["group"], strict=True)):
        cells = [_format_group_count(groups, name, position) for name in ("n", "events")]
        cells += [
            _format_group_interval(groups, name, position, digits)
            for name, digits in (("observed_over_expected", 2), ("calibration_slope", 2), ("auroc", 3))
        ]
        rows.append(f"| {grouping}: {group} | {' | '.join(cells)} |")
    return (
        f"## Performance by group\n\n{first_test.name}. A dash: fewer than {SMALLEST_CELL} rows, events or non-events, "
        "or a count that would reveal one of these. The decision curve, the distribution of the risks and the inputs "
        "by outcome are on the model's page (`perinatal report`).\n\n" + "\n".join(rows)
    )


def _format_group_count(columns: Columns, name: str, position: int) -> str:
    count = columns[name][position] if name in columns else None
    return "–" if count is None else f"{count:,}"


def _format_group_interval(columns: Columns, name: str, position: int, digits: int) -> str:
    ends = [columns[key][position] for end in ("", "_low", "_high") if (key := f"{name}{end}") in columns]
    numbers = [float(end) for end in ends if end is not None]
    return Estimate(*numbers).format(digits) if len(numbers) == 3 else "–"


def _new_places_section(record: NewPlaces | None) -> str:
    """Performance in places that were left out of the training."""
    if record is None:
        return ""
    rows = ["| | across these places | in a new place |", "|---|---:|---:|"]
    for name, words in BEFORE_AFTER.items():
        measure = record.measures[name]
        low, high = measure.new_place
        rows.append(f"| {words} | {measure.summary.format(2)} | {low:.2f} to {high:.2f} |")
    return (
        f"## New places\n\nBy {record.by}: the model was retrained without some of {record.places:,} places "
        f"({record.left_out}) and tested on the later rows of those places: {record.n:,} rows with {record.events:,} "
        f"events, in places with at least {record.least_expected_events} expected events. Random-effects summary, and "
        "95 % prediction interval for a new place.\n\n" + "\n".join(rows)
    )


def _choice_section(training: TrainingRecord | None) -> str:
    if training is None:
        return ""
    rows = ["| scorer | setting | log-loss | AUROC | calibration slope | selected |", "|---|---|---:|---:|---:|---|"]
    for candidate in training.candidates:
        settings = ", ".join(f"{name} {value:g}" for name, value in candidate.settings.items())
        rows.append(
            f"| {candidate.scorer} | {settings} | {candidate.log_loss:.5f} | {candidate.auroc.format()} "
            f"| {candidate.calibration_slope.format(2)} | {'yes' if candidate.selected else ''} |"
        )
    intercept, slope = training.recalibration
    return (
        f"## Choice of scorer\n\nOut of fold ({training.folds} folds of whole groups, seed {training.seed}). The "
        "simplest scorer within one standard error of the best log-loss is selected, then recalibrated "
        f"(intercept {intercept:.3f}, slope {slope:.3f}).\n\n" + "\n".join(rows)
    )


def _inputs_section(model: RiskModel, training: TrainingRecord | None) -> str:
    unknown = {} if training is None else training.unknown_share
    rows = ["| input | unit or levels | known at | missing in training |", "|---|---|---|---:|"]
    for f in model.features:
        unit_or_levels = f.unit or ", ".join(getattr(f.kind, "levels", ("yes / no",)))
        name = f.name if f.derived is None else f"{f.name} (from {', '.join(f.inputs)})"
        share = format_share(unknown[f.name]) if f.name in unknown else ""
        rows.append(f"| {name} | {unit_or_levels} | {f.moment.value} | {share} |")
    return "## Inputs\n\nA missing input is treated as missing; it is never imputed.\n\n" + "\n".join(rows)


def describe_further_cases(record: FurtherCases) -> str:
    """Which cases of another source were used for training, and how far they differ from the cohort's own."""
    return (
        f"Additional cases, for training only: {record.n:,} ({record.register.title}). Trees separate them from the "
        f"cohort's own cases with an AUROC of {record.separation.format()}; 0.5 is chance. All cases are weighted "
        "down, so that their share stays that of the cohort."
    )


def format_count(n: int | None) -> str:
    """A count of a record in words.

    >>> format_count(1200), format_count(None)
    ('1,200', 'under 10')
    """
    return f"under {SMALLEST_CELL}" if n is None else f"{n:,}"


def format_share(share: float | None) -> str:
    """A share of unknown rows in words.

    >>> format_share(0.0123), format_share(None)
    ('1.2%', 'under ten rows')
    """
    return "under ten rows" if share is None else f"{share:.1%}"


def _limits_section(limits: Iterable[str]) -> str:
    always = (
        "Not validated for clinical use. Associations, not causes: changing an input need not change the outcome.",
        "The intervals do not cover other places.",
    )
    return "## Limits\n\n" + "\n".join(f"- {limit}" for limit in (*limits, *always))
