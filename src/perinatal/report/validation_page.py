"""A validation as one HTML page that needs no network and no script, and prints whole."""

from __future__ import annotations

import math
from collections.abc import Sequence

import pandas as pd

from perinatal._html import Content, Html, html, join_html
from perinatal.evaluate import Estimate
from perinatal.models.card import format_count
from perinatal.report.checklist import SOURCE, ChecklistItem, validation_checklist
from perinatal.report.layout import (
    DASH,
    FOOT,
    build_facts,
    build_heading_row,
    build_list,
    build_note,
    build_page,
    build_section,
    build_table,
    build_warning,
    describe_grouping,
    upper_first,
)
from perinatal.report.validation_svg import (
    build_figure,
    calibration_with_band,
    column_ends,
    decision_svg,
    distribution_svg,
    interval_cell,
)
from perinatal.report.wording import describe_moment, describe_problems, format_percent
from perinatal.validation import ValidationResult
from perinatal.validation.result import MEASURES
from perinatal.validation.small_cells import suppress_small_steps
from perinatal.validation.tables import NOT_RECORDED
from perinatal.vocabulary import VARIABLES, Flag
from perinatal.vocabulary.kinds import UNIT_LABELS


def validation_page(result: ValidationResult, *, title: str | None = None) -> str:
    """One self-contained HTML page of a validation; everything that came from a table is escaped.

    Parameters
    ----------
    result : from :func:`perinatal.validate`.
    title : the page's heading; the outcome, the model and the cohort by default.
    """
    heading = title or f"{upper_first(result.outcome.label)}: the model {result.model} on {result.cohort}"
    body = [
        html("h1", heading),
        build_warning(result.caution),
        _question_section(result),
        *build_finding_sections(result),
        build_checklist_section(validation_checklist(result)),
        FOOT,
    ]
    return build_page(heading, body)


def build_finding_sections(result: ValidationResult, level: int = 2) -> list[Html]:
    """The sections of a validation, with headings of this level: performance, pictures, subgroups, people, missing."""
    return [
        _performance(result, level),
        _pictures(result, level),
        _actions(result, level),
        _groups(result, level),
        _table_one(result, level),
        _inputs(result, level),
    ]


def build_flow_table(flow: Sequence[tuple[str, int | None]]) -> Html:
    """From the rows read to the rows used, as a table; small counts are suppressed."""
    rows = [(step, format_count(rows)) for step, rows in suppress_small_steps(flow)]
    return build_table(["flow", "rows"], rows, html("b", "Flow of rows"), right=[1])


def build_checklist_section(items: Sequence[ChecklistItem]) -> Html:
    """TRIPOD+AI as a table; items without evidence are blank."""
    count = sum(bool(item.evidence) for item in items)
    heads = [html("th", words, scope="col") for words in ("Item", "What to report", "On record")]
    rows = [html("tr", [html("td", cell) for cell in (item.number, item.topic, item.evidence)]) for item in items]
    return build_section(
        "TRIPOD+AI checklist",
        html(
            "p",
            f"{count} of {len(items)} items are filled in from the record. The others are blank, to be written by the "
            f"authors of a report. Items in our words, after {SOURCE}.",
        ),
        html("table", html("thead", html("tr", heads)), html("tbody", rows)),
        class_="checklist",
    )


def _question_section(result: ValidationResult) -> Html:
    target = result.outcome
    counts = f"{result.n:,} rows, {result.events:,} with the outcome ({format_percent(result.prevalence)})"
    facts = [
        ("Estimated", f"the risk of {target.label}. {target.definition}"),
        ("Among", f"{target.denominator}; until {target.horizon}"),
        ("Timing", f"{describe_moment(result.moment)}, from what is known by then"),
        ("Trained on", result.trained_on),
        ("Evaluated on", f"{result.cohort}: {counts}"),
    ]
    return build_section("Model and cohort", build_facts(facts), build_flow_table(result.flow))


_READING = {
    "observed_over_expected": "observed events for each expected event; above 1, risks are too low here",
    "calibration_intercept": "0 if risks are right on average; on the log-odds, with the slope fixed at 1",
    "calibration_slope": "1 if the spread of the risks is right; below 1, they are too extreme",
    "ici": "in risk, over all people",
    "e50": "half of the people are nearer to the curve",
    "e90": "nine in ten are nearer",
    "auroc": "how often, of a person with and one without the outcome, the former had the higher risk; 0.5 is chance",
    "average_precision": "chance is the share with the outcome",
    "brier": "mean squared difference from the outcome; lower is better",
    "scaled_brier": "0: no better than giving everybody the same risk; 1: perfect",
}


def _performance(result: ValidationResult, level: int) -> Html:
    digits = {"ici": 4, "e50": 4, "e90": 4, "brier": 4}
    rows = [
        (upper_first(words), result.performance[name].format(digits.get(name, 3)), _READING[name])
        for name, words in MEASURES.items()
    ]
    return build_section(
        "Performance",
        html(
            "p",
            "Calibration first: a model that discriminates well and gives the wrong risks is misleading.",
        ),
        build_table(["measure", "value (95 % interval)", "how to read it"], rows, right=[1]),
        build_note(
            f"Intervals in closed form, or from {result.bootstraps:,} bootstrap samples; "
            f"{describe_grouping(result.grouped_by)}. They say nothing about other places."
        ),
        build_list(result.notes),
        level=level,
    )


def _pictures(result: ValidationResult, level: int) -> Html:
    pictures = [
        build_figure(
            calibration_with_band(result.curve, result.calibration_table),
            "Calibration. On the dashed line, estimated and observed risk agree. Dots: groups of people, with 95 % "
            "intervals; line and band: smooth curve. Both scales spread out small risks.",
        ),
        build_figure(
            decision_svg(result),
            "Decision curve. Net benefit counts true positives, less false positives weighted by the odds of the "
            "threshold. Where the model's line is highest, acting on the model is best.",
        ),
        build_figure(
            distribution_svg(result),
            "Distribution of the risks. The further the dark bars are to the right of the light ones, the better the "
            "discrimination. Bars of 1 to 9 people are not drawn.",
        ),
    ]
    return build_section("Pictures", html("div", pictures, class_="pictures"), level=level)


def _actions(result: ValidationResult, level: int) -> Html:
    headings = ["alerts per 1,000", "sensitivity", "specificity", "PPV", "NPV"]
    right = range(1, 6)
    at_risk = [[format_percent(row["threshold"]), *_action_cells(row)] for _, row in result.thresholds.iterrows()]
    reached = [[f"highest {100 * row['capacity']:g} %", *_action_cells(row)] for _, row in result.capacity.iterrows()]
    return build_section(
        "Acting on the risks",
        html(
            "p",
            "Examples, not recommendations. A dash: fewer than ten people in a cell, or between this line and another.",
        ),
        build_table(["risk at least", *headings], at_risk, html("b", "Alerts above a threshold"), right=right),
        build_table(["alert for", *headings], reached, html("b", "Alerts for a fixed share of people"), right=right),
        level=level,
    )


def _action_cells(row: pd.Series) -> list[str]:
    alerts = row["alerts_per_1000"]
    cells = [DASH if math.isnan(alerts) else f"{alerts:.1f}"]
    for name in ("sensitivity", "specificity", "ppv", "npv"):
        share, low, high = (100 * row[f"{name}{end}"] for end in ("", "_low", "_high"))
        cells.append(DASH if math.isnan(share) else f"{share:.1f}% ({low:.1f}{DASH}{high:.1f})")
    return cells


def _groups(result: ValidationResult, level: int) -> Html:
    groups = result.groups
    if groups.empty:
        return build_section("Subgroups", html("p", "No column to group by."), level=level)
    ends = {name: column_ends(groups, name, mark) for name, mark in (("observed_over_expected", 1.0), ("auroc", 0.5))}
    rows: list[Sequence[Content] | Html] = []
    for grouping, part in groups.groupby(level=0, sort=False):
        rows.append(build_heading_row(upper_first(str(grouping)), 8))
        for group, (_, line) in zip(part.index.get_level_values(1), part.iterrows(), strict=True):
            ratio, slope, auroc = (
                _read_estimate(line, name) for name in ("observed_over_expected", "calibration_slope", "auroc")
            )
            rows.append(
                [
                    str(group),
                    _format_count(line["n"]),
                    _format_count(line["events"]),
                    ratio.format(2),
                    interval_cell(ratio, ends["observed_over_expected"], 1.0, log=True),
                    slope.format(2),
                    auroc.format(3),
                    interval_cell(auroc, ends["auroc"], 0.5),
                ]
            )
    headings = ["group", "rows", "events", "observed / expected", "", "slope", "AUROC", ""]
    return build_section(
        "Subgroups",
        html(
            "p",
            "The same model in each subgroup. An observed / expected ratio away from 1 means that its risks are wrong ",
            html("em", "for that group"),
            ", however well it ranks people.",
        ),
        build_table(headings, rows, right=[1, 2, 3, 5, 6], classes={0: "sub", 4: "cell", 7: "cell"}),
        build_note(
            "95 % intervals in brackets and as lines; the dashed line is 1 for observed / expected (log scale) and 0.5 "
            "for AUROC. A dash: fewer than ten rows, events or non-events, or a count from which one of these could be "
            "computed."
        ),
        level=level,
    )


def _read_estimate(line: pd.Series, name: str) -> Estimate:
    return Estimate(*(float(line[f"{name}{end}"]) for end in ("", "_low", "_high")))


def _table_one(result: ValidationResult, level: int) -> Html:
    rows: list[Sequence[Content] | Html] = []
    for name, part in result.table_one.groupby("input", sort=False):
        rows += _table_one_rows(str(name), part)
    headings = ["input", f"with the outcome ({result.events:,})", f"without ({result.n - result.events:,})"]
    caption = join_html(html("b", "Table 1"), " Inputs by outcome: count (share), or median (quartiles).")
    return build_section(
        "Characteristics",
        build_table(headings, rows, caption, right=[1, 2]),
        build_note(
            "Levels of few people are merged with another level. A dash: few people, or a count from which few could "
            "be computed. What is associated with the outcome need not cause it."
        ),
        level=level,
    )


def _table_one_rows(name: str, part: pd.DataFrame) -> list[Sequence[Content] | Html]:
    """The rows of one input: its levels, or its median and how many are missing."""
    first = part.iloc[0]
    label = upper_first(first["label"])
    lines = [line for _, line in part.iterrows() if line["n_with"] != 0 or line["n_without"] != 0]
    rows: list[Sequence[Content] | Html] = []
    if first["level"] == "":
        unit = UNIT_LABELS.get(first["unit"], first["unit"]) if isinstance(first["unit"], str) else ""
        text = f"{label}{f' ({unit})' if unit else ''}: median (quartiles)"
        rows.append([text, _format_quartiles(first, "with"), _format_quartiles(first, "without")])
        lines = lines[1:]
    elif len(part) == 1 and first["share_with"] == first["share_without"] == 1 and " or " in first["level"]:
        return [[label, DASH, DASH]]  # all levels together say nothing
    elif first["level"] == "yes" and isinstance(VARIABLES[name].kind, Flag):
        rows.append([label, _format_count_and_share(first, "with"), _format_count_and_share(first, "without")])
        lines = [line for line in lines if line["level"] == NOT_RECORDED]
    else:
        rows.append(html("tr", html("td", label, colspan=3)))
    return rows + [
        html(
            "tr",
            html("td", line["level"], class_="sub"),
            [html("td", _format_count_and_share(line, who), class_="right") for who in ("with", "without")],
        )
        for line in lines
    ]


def _format_quartiles(line: pd.Series, who: str) -> str:
    if math.isnan(line[f"median_{who}"]):
        return DASH
    return f"{line[f'median_{who}']:,.4g} ({line[f'q1_{who}']:,.4g} to {line[f'q3_{who}']:,.4g})"


def _format_count_and_share(line: pd.Series, who: str) -> str:
    return DASH if math.isnan(line[f"n_{who}"]) else f"{line[f'n_{who}']:,.0f} ({line[f'share_{who}']:.1%})"


def _format_count(number: float) -> str:
    return DASH if math.isnan(number) else f"{number:,.0f}"


def _inputs(result: ValidationResult, level: int) -> Html:
    absent = result.inputs[result.inputs["absent"]]
    rows = []
    for _, line in result.inputs[~result.inputs["absent"]].iterrows():
        if line["unknown"] != 0:
            share = "fewer than ten rows" if math.isnan(line["unknown"]) else f"{line['unknown_share']:.1%}"
            rows.append((upper_first(line["label"]), share))
    known = len(result.inputs) - len(absent) - len(rows)
    text = f"{known} of {len(result.inputs)} inputs are known in every row."
    if len(absent):
        text += f" {len(absent)} are absent, so missing in every row: {', '.join(absent['label'])}."
    problems = build_list(describe_problems(result.problems))
    return build_section(
        "Missing values",
        html("p", f"{text} A missing input is used as missing, never imputed."),
        build_table(["input", "missing"], rows, right=[1]) if rows else None,
        None if problems is None else [html(f"h{level + 1}", "Problems in the table"), problems],
        level=level,
    )
