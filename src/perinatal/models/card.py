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
        _data(model, record, training),
        _performance(record.get("tests", ())),
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
    flow = record.get("flow", ())
    if flow:
        lines.append("| rows | step |\n|---:|---|\n" + "\n".join(f"| {said_count(n)} | {step} |" for step, n in flow))
    return "## Data\n\n" + "\n\n".join(lines)


def _performance(tests: Iterable[Mapping]) -> str:
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
        "## Performance\n\n95 % confidence intervals in brackets. Calibration is read before discrimination: an "
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
