"""A model's card in Markdown: made from the record of its run, saying what is known and what is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from perinatal.evaluate import Estimate
from perinatal.vocabulary import VARIABLES, Moment
from perinatal.vocabulary.disclosure import SMALLEST_CELL

if TYPE_CHECKING:
    from perinatal.models.risk_model import RiskModel


def build_card(model: RiskModel) -> str:
    """The card: purpose, moment, data and terms, performance (calibration first), inputs, choices, limits."""
    record = model.evaluation
    training = record.get("training", {})
    sections = [
        f"# {model.id}\n\nEstimates the risk of **{model.outcome.label}**, asked at **{model.moment.value}** "
        f"({model.moment.description}).",
        f"> {model.caution}",
        f"**Not shipped.** {record['kept_back']}" if record.get("kept_back") else "",
        _definition_section(model),
        _adoption_section(model, record.get("adoption", {})),
        _data_section(model, record, training),
        _performance_section(record.get("tests", ()), "" if model.adoption is None else ", before it was adopted"),
        _groups_section(record.get("tests", ())),
        _new_places_section(record.get("new_places")),
        _choice_section(training),
        _inputs_section(model, training),
        _limits_section(record.get("limits", ())),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _definition_section(model: RiskModel) -> str:
    target = model.outcome
    return (
        "## Outcome\n\n"
        f"{target.definition} Counted among {target.denominator}, until {target.horizon}. Source: {target.source}."
    )


def _data_section(model: RiskModel, record: Mapping, training: Mapping) -> str:
    lines = [f"Trained on {model.trained_on}.", f"Terms of the data: {model.terms}."]
    if training:
        lines.append(
            f"Used for training: {training['n']:,} rows with {training['events']:,} events "
            f"({training['events'] / training['n']:.2%}), in {training['groups']:,} groups by "
            f"{training['grouped_by']}."
        )
    if "further_cases" in record:
        lines.append(describe_further_cases(record["further_cases"]))
    flow = record.get("flow", ())
    if flow:
        lines.append("| rows | step |\n|---:|---|\n" + "\n".join(f"| {format_count(n)} | {step} |" for step, n in flow))
    return "## Data\n\n" + "\n\n".join(lines)


def _adoption_section(model: RiskModel, record: Mapping) -> str:
    adoption = model.adoption
    if adoption is None:
        return ""
    paragraphs = [
        f"{adoption.message} {adoption.why}",
        f"It came from `{adoption.parent.id}` (digest {adoption.parent_digest[:12]}), which lies in the directory "
        "`parent`: to go back is to use that one.",
    ]
    if record.get("compared"):
        rows = ["| step | log-loss on rows held out | worse than the model it came from |", "|---|---:|---:|"]
        rows += [
            f"| {row['rung']} | {row['loss']:.5f} | {row['worse_than_frozen']:+.5f} (error {row['error']:.5f}) |"
            for row in record["compared"]
        ]
        paragraphs.append("\n".join(rows))
    if record.get("before"):
        rows = ["| on the rows it was adopted on | before | after, on rows held out |", "|---|---:|---:|"]
        rows += [
            f"| {words} | {format_interval(record['before'][name], 3)} | {format_interval(record['after'][name], 3)} |"
            for name, words in BEFORE_AFTER.items()
        ]
        paragraphs.append("\n".join(rows))
    if record.get("notes"):
        paragraphs.append("\n".join(f"- {note}" for note in record["notes"]))
    return "## Adoption\n\n" + "\n\n".join(paragraphs)


BEFORE_AFTER: Mapping[str, str] = {
    "observed_over_expected": "observed / expected",
    "calibration_slope": "calibration slope",
    "auroc": "AUROC",
}
"""What is measured before and after an adoption, with its words."""


def _performance_section(tests: Iterable[Mapping], when: str = "") -> str:
    tests = list(tests)
    if not tests:
        return ""
    rows = [
        "| tested on | n | events | observed / expected | calibration slope | AUROC | Brier | inputs absent |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for test in tests:
        rows.append(
            f"| {test['name']} | {test['n']:,} | {test['events']:,} | "
            f"{format_interval(test['observed_over_expected'])} "
            f"| {format_interval(test['calibration_slope'])} | {format_interval(test['auroc'], 3)} | "
            f"{test['brier']:.4f} "
            f"| {len(test.get('inputs_absent', ()))} |"
        )
    notes = [_format_note(test) for test in tests if test.get("note") or test.get("inputs_absent")]
    first = tests[0]
    bins = ["| mean risk | observed | 95 % interval | n |", "|---:|---:|---:|---:|"]
    for row in first["calibration_table"]:
        if row["observed_share"] is None:
            observed = f"fewer than {SMALLEST_CELL} events | "
        else:
            observed = f"{row['observed_share']:.4f} | {row['low']:.4f} to {row['high']:.4f}"
        bins.append(f"| {row['mean_risk']:.4f} | {observed} | {int(row['n']):,} |")
    return (
        f"## Performance{when}\n\n95 % confidence intervals in brackets. Calibration is read before discrimination: an "
        "observed / expected ratio or a slope away from 1 means that risks do not mean what they say there.\n\n"
        + "\n".join(rows)
        + ("\n\n" + "\n".join(notes) if notes else "")
        + f"\n\nCalibration by groups of rising risk, {first['name']}:\n\n"
        + "\n".join(bins)
    )


def _format_note(test: Mapping) -> str:
    absent = test.get("inputs_absent", ())
    lacking = f" Not recorded there, so unknown in every row: {', '.join(absent)}." if absent else ""
    return f"- *{test['name']}*: {test.get('note', '')}{lacking}"


def _groups_section(tests: Iterable[Mapping]) -> str:
    """The first test by group, where the record holds it."""
    first_test = next((test for test in tests if test.get("validation", {}).get("groups")), None)
    if first_test is None:
        return ""
    groups = first_test["validation"]["groups"]
    rows = ["| | n | events | observed / expected | calibration slope | AUROC |", "|---|---:|---:|---:|---:|---:|"]
    for position, (grouping, group) in enumerate(zip(groups["grouping"], groups["group"], strict=True)):
        cells = [_format_group_count(groups, name, position) for name in ("n", "events")]
        cells += [
            _format_group_interval(groups, name, position, digits)
            for name, digits in (("observed_over_expected", 2), ("calibration_slope", 2), ("auroc", 3))
        ]
        rows.append(f"| {grouping}: {group} | {' | '.join(cells)} |")
    return (
        f"## Performance by group\n\n{first_test['name']}. A dash: fewer than {SMALLEST_CELL} rows, events or others, "
        "or a "
        "count from which one of those could be worked out. Decision curve, spread of the risks and inputs by outcome "
        "are on the model's page (`perinatal report`).\n\n" + "\n".join(rows)
    )


def _format_group_count(columns: Mapping, name: str, position: int) -> str:
    count = columns[name][position] if name in columns else None
    return "–" if count is None else f"{count:,}"


def _format_group_interval(columns: Mapping, name: str, position: int, digits: int) -> str:
    triple = [columns[f"{name}{end}"][position] if f"{name}{end}" in columns else None for end in ("", "_low", "_high")]
    return "–" if None in triple else format_interval(triple, digits)


def _new_places_section(record: Mapping | None) -> str:
    """What a place may expect that was not in the training, where the record tells."""
    if not record:
        return ""
    rows = ["| | over these places | a new place may expect |", "|---|---:|---:|"]
    for name, words in BEFORE_AFTER.items():
        measure = record["measures"][name]
        low, high = measure["new_place"]
        rows.append(f"| {words} | {format_interval(measure['summary'])} | {low:.2f} to {high:.2f} |")
    return (
        f"## New places\n\nBy {record['by']}: trained again with places left out ({record['places']:,}, "
        f"{record['left_out']}), and tested on the later rows of those left out: {record['n']:,} rows with "
        f"{record['events']:,} events in places where at least {record['least_expected_events']} were expected. "
        "Random-effects summary, and the 95 % prediction interval for one more place.\n\n" + "\n".join(rows)
    )


def _choice_section(training: Mapping) -> str:
    if not training:
        return ""
    rows = ["| scorer | setting | log-loss | AUROC | calibration slope | kept |", "|---|---|---:|---:|---:|---|"]
    for candidate in training["candidates"]:
        setting = ", ".join(f"{key} {candidate[key]:g}" for key in ("penalty", "depth", "rounds") if key in candidate)
        rows.append(
            f"| {candidate['scorer']} | {setting} | {candidate['log_loss']:.5f} | "
            f"{format_interval(candidate['auroc'], 3)} "
            f"| {format_interval(candidate['calibration_slope'])} | {'yes' if candidate['kept'] else ''} |"
        )
    return (
        f"## Choice of scorer\n\nOut of fold ({training['folds']} folds of whole groups, seed {training['seed']}). The "
        "simplest scorer within one standard error of the best log-loss is kept, then recalibrated "
        f"(intercept {training['recalibration'][0]:.3f}, slope {training['recalibration'][1]:.3f}).\n\n"
        + "\n".join(rows)
    )


def _inputs_section(model: RiskModel, training: Mapping) -> str:
    unknown = training.get("unknown_share", {})
    rows = ["| input | unit or levels | known at | unknown in training |", "|---|---|---|---:|"]
    for f in model.features:
        unit_or_levels = f.unit or ", ".join(getattr(f.kind, "levels", ("yes / no",)))
        latest_moment = max((VARIABLES[name].known_at for name in f.inputs), key=list(Moment).index).value
        name = f.name if f.derived is None else f"{f.name} (from {', '.join(f.inputs)})"
        share = format_share(unknown[f.name]) if f.name in unknown else ""
        rows.append(f"| {name} | {unit_or_levels} | {latest_moment} | {share} |")
    return "## Inputs\n\nAn unknown input is answered for as unknown, never filled in.\n\n" + "\n".join(rows)


def describe_further_cases(record: Mapping) -> str:
    """Which cases train beside the cohort's own, and how like them they are."""
    return (
        f"Further cases, who train and are never tested on: {record['n']:,} ({record['register']['title']}). Trees "
        "tell "
        f"them from the cohort's own with an AUROC of {format_interval(record['told_apart'], 3)}; 0.5 is chance. All "
        "cases "
        "count for less, so that their share stays the cohort's."
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
        "Intervals say nothing about other places.",
    )
    return "## Limits\n\n" + "\n".join(f"- {limit}" for limit in (*limits, *always))


def format_interval(triple: Iterable[float], digits: int = 2) -> str:
    """A value with its interval, as it is printed.

    >>> format_interval([0.97123, 0.9, 1.04])
    '0.97 (0.90–1.04)'
    """
    return Estimate(*triple).format(digits)
