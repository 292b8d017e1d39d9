"""A model's card in Markdown: made from the record of its run, saying what is known and what is not."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from perinatal.vocabulary import VARIABLES

if TYPE_CHECKING:
    from perinatal.models.risk_model import RiskModel

SMALLEST_CELL = 10


def card_of(model: RiskModel) -> str:
    """The card: purpose, moment, data and terms, performance (calibration first), inputs, choices, limits."""
    record = model.evaluation
    training = record.get("training", {})
    sections = [
        f"# {model.id}\n\nEstimates the risk of **{model.outcome.label}**, asked at **{model.moment.value}** "
        f"({model.moment.description}).",
        f"> {model.caution}",
        f"**Not shipped.** {record['kept_back']}" if record.get("kept_back") else "",
        _definition(model),
        _adoption(model, record.get("adoption", {})),
        _data(model, record, training),
        _performance(record.get("tests", ()), "" if model.adoption is None else ", before it was adopted"),
        _groups(record.get("tests", ())),
        _new_places(record.get("new_places")),
        _choice(training),
        _inputs(model, training),
        _limits(record.get("limits", ())),
    ]
    return "\n\n".join(section for section in sections if section) + "\n"


def _definition(model: RiskModel) -> str:
    target = model.outcome
    return (
        "## Outcome\n\n"
        f"{target.definition} Counted among {target.denominator}, until {target.horizon}. Source: {target.source}."
    )


def _data(model: RiskModel, record: Mapping, training: Mapping) -> str:
    lines = [f"Trained on {model.trained_on}.", f"Terms of the data: {model.terms}."]
    if training:
        lines.append(
            f"Used for training: {training['n']:,} rows with {training['events']:,} events "
            f"({training['events'] / training['n']:.2%}), in {training['groups']:,} groups by "
            f"{training['grouped_by']}."
        )
    if "further_cases" in record:
        lines.append(said_further(record["further_cases"]))
    flow = record.get("flow", ())
    if flow:
        lines.append("| rows | step |\n|---:|---|\n" + "\n".join(f"| {said_count(n)} | {step} |" for step, n in flow))
    return "## Data\n\n" + "\n\n".join(lines)


def _adoption(model: RiskModel, record: Mapping) -> str:
    adopted = model.adoption
    if adopted is None:
        return ""
    said = [
        f"{adopted.said} {adopted.why}",
        f"It came from `{adopted.parent.id}` (digest {adopted.parent_digest[:12]}), which lies in the directory "
        "`parent`: to go back is to use that one.",
    ]
    if record.get("compared"):
        rows = ["| step | log-loss on rows held out | worse than the model it came from |", "|---|---:|---:|"]
        rows += [
            f"| {row['rung']} | {row['loss']:.5f} | {row['worse_than_frozen']:+.5f} (error {row['error']:.5f}) |"
            for row in record["compared"]
        ]
        said.append("\n".join(rows))
    if record.get("before"):
        rows = ["| on the rows it was adopted on | before | after, on rows held out |", "|---|---:|---:|"]
        rows += [
            f"| {words} | {interval(record['before'][name], 3)} | {interval(record['after'][name], 3)} |"
            for name, words in BEFORE_AFTER.items()
        ]
        said.append("\n".join(rows))
    if record.get("notes"):
        said.append("\n".join(f"- {note}" for note in record["notes"]))
    return "## Adoption\n\n" + "\n\n".join(said)


BEFORE_AFTER: Mapping[str, str] = {
    "observed_over_expected": "observed / expected",
    "calibration_slope": "calibration slope",
    "auroc": "AUROC",
}
"""What is measured before and after an adoption, with its words."""


def _performance(tests: Iterable[Mapping], when: str = "") -> str:
    tests = list(tests)
    if not tests:
        return ""
    rows = [
        "| tested on | n | events | observed / expected | calibration slope | AUROC | Brier | inputs absent |",
        "|---|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for test in tests:
        rows.append(
            f"| {test['name']} | {test['n']:,} | {test['events']:,} | {interval(test['observed_over_expected'])} "
            f"| {interval(test['calibration_slope'])} | {interval(test['auroc'], 3)} | {test['brier']:.4f} "
            f"| {len(test.get('inputs_absent', ()))} |"
        )
    notes = [_note(test) for test in tests if test.get("note") or test.get("inputs_absent")]
    first = tests[0]
    bins = ["| mean risk | observed | 95 % interval | n |", "|---:|---:|---:|---:|"]
    for row in first["calibration_table"]:
        if row["observed_share"] is None:
            shown = f"fewer than {SMALLEST_CELL} events | "
        else:
            shown = f"{row['observed_share']:.4f} | {row['low']:.4f} to {row['high']:.4f}"
        bins.append(f"| {row['mean_risk']:.4f} | {shown} | {int(row['n']):,} |")
    return (
        f"## Performance{when}\n\n95 % confidence intervals in brackets. Calibration is read before discrimination: an "
        "observed / expected ratio or a slope away from 1 means that risks do not mean what they say there.\n\n"
        + "\n".join(rows)
        + ("\n\n" + "\n".join(notes) if notes else "")
        + f"\n\nCalibration by groups of rising risk, {first['name']}:\n\n"
        + "\n".join(bins)
    )


def _note(test: Mapping) -> str:
    absent = test.get("inputs_absent", ())
    lacking = f" Not recorded there, so unknown in every row: {', '.join(absent)}." if absent else ""
    return f"- *{test['name']}*: {test.get('note', '')}{lacking}"


def _groups(tests: Iterable[Mapping]) -> str:
    """The first test by group, where the record holds it."""
    found = next((test for test in tests if test.get("validation", {}).get("groups")), None)
    if found is None:
        return ""
    groups = found["validation"]["groups"]
    rows = ["| | n | events | observed / expected | calibration slope | AUROC |", "|---|---:|---:|---:|---:|---:|"]
    for at, (grouping, group) in enumerate(zip(groups["grouping"], groups["group"], strict=True)):
        cells = [_dash_or_count(groups, name, at) for name in ("n", "events")]
        cells += [
            _dash_or_interval(groups, name, at, digits)
            for name, digits in (("observed_over_expected", 2), ("calibration_slope", 2), ("auroc", 3))
        ]
        rows.append(f"| {grouping}: {group} | {' | '.join(cells)} |")
    return (
        f"## Performance by group\n\n{found['name']}. A dash: fewer than {SMALLEST_CELL} rows, events or others, or a "
        "count from which one of those could be worked out. Decision curve, spread of the risks and inputs by outcome "
        "are on the model's page (`perinatal report`).\n\n" + "\n".join(rows)
    )


def _dash_or_count(columns: Mapping, name: str, at: int) -> str:
    count = columns[name][at] if name in columns else None
    return "–" if count is None else f"{count:,}"


def _dash_or_interval(columns: Mapping, name: str, at: int, digits: int) -> str:
    triple = [columns[f"{name}{end}"][at] if f"{name}{end}" in columns else None for end in ("", "_low", "_high")]
    return "–" if None in triple else interval(triple, digits)


def _new_places(found: Mapping | None) -> str:
    """What a place may expect that was not in the training, where the record tells."""
    if not found:
        return ""
    rows = ["| | over these places | a new place may expect |", "|---|---:|---:|"]
    for name, words in BEFORE_AFTER.items():
        measure = found["measures"][name]
        low, high = measure["new_place"]
        rows.append(f"| {words} | {interval(measure['summary'])} | {low:.2f} to {high:.2f} |")
    return (
        f"## New places\n\nBy {found['by']}: trained again with places left out ({found['places']:,}, "
        f"{found['left_out']}), and tested on the later rows of those left out: {found['n']:,} rows with "
        f"{found['events']:,} events in places where at least {found['least_expected_events']} were expected. "
        "Random-effects summary, and the 95 % prediction interval for one more place.\n\n" + "\n".join(rows)
    )


def _choice(training: Mapping) -> str:
    if not training:
        return ""
    rows = ["| scorer | setting | log-loss | AUROC | calibration slope | kept |", "|---|---|---:|---:|---:|---|"]
    for candidate in training["candidates"]:
        setting = ", ".join(f"{key} {candidate[key]:g}" for key in ("penalty", "depth", "rounds") if key in candidate)
        rows.append(
            f"| {candidate['scorer']} | {setting} | {candidate['log_loss']:.5f} | {interval(candidate['auroc'], 3)} "
            f"| {interval(candidate['calibration_slope'])} | {'yes' if candidate['kept'] else ''} |"
        )
    return (
        f"## Choice of scorer\n\nOut of fold ({training['folds']} folds of whole groups, seed {training['seed']}). The "
        "simplest scorer within one standard error of the best log-loss is kept, then recalibrated "
        f"(intercept {training['recalibration'][0]:.3f}, slope {training['recalibration'][1]:.3f}).\n\n"
        + "\n".join(rows)
    )


def printable(count: int) -> int | None:
    """A count as it may be printed: ``None`` where it stands for one to nine people.

    >>> printable(0), printable(9), printable(10)
    (0, None, 10)
    """
    return None if 0 < count < SMALLEST_CELL else count


def _inputs(model: RiskModel, training: Mapping) -> str:
    unknown = training.get("unknown_share", {})
    rows = ["| input | unit or levels | known at | unknown in training |", "|---|---|---|---:|"]
    for f in model.features:
        what = f.unit or ", ".join(getattr(f.kind, "levels", ("yes / no",)))
        late = max((VARIABLES[name].known_at.value for name in f.inputs), key=_place_of)
        name = f.name if f.derived is None else f"{f.name} (from {', '.join(f.inputs)})"
        share = said_share(unknown[f.name]) if f.name in unknown else ""
        rows.append(f"| {name} | {what} | {late} | {share} |")
    return "## Inputs\n\nAn unknown input is answered for as unknown, never filled in.\n\n" + "\n".join(rows)


def said_further(found: Mapping) -> str:
    """Which cases train beside the cohort's own, and how like them they are."""
    return (
        f"Further cases, who train and are never tested on: {found['n']:,} ({found['register']['title']}). Trees tell "
        f"them from the cohort's own with an AUROC of {interval(found['told_apart'], 3)}; 0.5 is chance. All cases "
        "count for less, so that their share stays the cohort's."
    )


def said_count(n: int | None) -> str:
    """A count of a record in words.

    >>> said_count(1200), said_count(None)
    ('1,200', 'under 10')
    """
    return f"under {SMALLEST_CELL}" if n is None else f"{n:,}"


def said_share(share: float | None) -> str:
    """A share of unknown rows in words.

    >>> said_share(0.0123), said_share(None)
    ('1.2%', 'under ten rows')
    """
    return "under ten rows" if share is None else f"{share:.1%}"


def _place_of(moment: str) -> int:
    return ("booking", "third_trimester", "labour", "birth", "discharge", "sari_admission").index(moment)


def _limits(limits: Iterable[str]) -> str:
    always = (
        "Not validated for clinical use. Associations, not causes: changing an input need not change the outcome.",
        "Intervals say nothing about other places.",
    )
    return "## Limits\n\n" + "\n".join(f"- {limit}" for limit in (*limits, *always))


def interval(triple: Iterable[float], digits: int = 2) -> str:
    """A value with its interval, as it is printed.

    >>> interval([0.97123, 0.9, 1.04])
    '0.97 (0.90–1.04)'
    """
    value, low, high = triple
    return f"{value:.{digits}f} ({low:.{digits}f}–{high:.{digits}f})"
