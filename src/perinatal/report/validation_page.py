"""A validation as one HTML page that needs no network and no script: it prints, and it hides nothing."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from html import escape

import pandas as pd

from perinatal.models.card import format_count
from perinatal.report.checklist import SOURCE, ChecklistItem, validation_checklist
from perinatal.report.style import STYLE
from perinatal.report.validation_svg import (
    build_figure,
    calibration_with_band,
    column_ends,
    decision_picture,
    distribution_picture,
    interval_cell,
)
from perinatal.report.wording import UNIT_LABELS, describe_moment, describe_problems, format_percent
from perinatal.validation import ValidationResult
from perinatal.validation.result import MEASURES
from perinatal.validation.small_cells import suppress_small_steps
from perinatal.validation.tables import NOT_RECORDED
from perinatal.vocabulary import VARIABLES, Flag

DASH = "–"
FOOT = "<footer>Written by perinatal. It holds everything it shows; nothing is loaded from elsewhere.</footer>"
PAGE_STYLE = (
    STYLE
    + """
.pictures { display: grid; grid-template-columns: repeat(2, minmax(0, 1fr)); gap: 18px 26px; margin-top: 10px; }
figure { margin: 0; break-inside: avoid; } figcaption { margin-top: 4px; }
svg.picture { max-width: 100%; height: auto; display: block; }
svg .curve { stroke: #1c2328; stroke-width: 2.2; } svg .band { fill: #c9d2d9; opacity: 0.75; }
svg .all { stroke: #96400f; stroke-width: 1.8; stroke-dasharray: 7 4; }
svg .nobody { stroke: #56626b; stroke-width: 1.2; stroke-dasharray: 2 3; }
svg .with { fill: #33475b; } svg .without { fill: #dfe5e9; stroke: #66737d; stroke-width: 1; }
svg .label { font-size: 12px; fill: var(--ink); paint-order: stroke; stroke: #fff; stroke-width: 3px; }
svg .dot { fill: var(--risk); }
table.numbers { width: auto; margin-bottom: 4px; }
table.numbers th, table.numbers td { padding: 4px 18px 4px 0; }
table.numbers td.right, table.numbers th.right { text-align: right; font-variant-numeric: tabular-nums;
  white-space: nowrap; }
table.numbers tr.group td { font-weight: 600; padding-top: 12px; border-bottom: 2px solid var(--line); }
table.numbers td.cell { padding: 0 18px 0 0; vertical-align: middle; } svg.cell { display: block; }
table.numbers td { vertical-align: middle; } table.numbers td.sub { padding-left: 1.4em; min-width: 12em; }
h2 + p, h2 + .pictures { margin-top: 6px; }
table.numbers a { color: var(--lowered); text-underline-offset: 2px; }
td.none { color: var(--soft); font-style: italic; }
.wide { overflow-x: auto; }
section.checklist table { width: 100%; }
@media screen and (max-width: 760px) { .pictures { grid-template-columns: 1fr; }
  table.numbers td:last-child:not(.right):not(.cell):not([colspan]) { min-width: 15em; } }
@media print {
  .pictures { grid-template-columns: 1fr 1fr; } section, section:first-of-type { break-before: auto; }
  table.numbers, table.numbers th { font-size: 8pt; } svg.cell { width: 58px; height: auto; }
  table.numbers th, table.numbers td, table.numbers td.cell { padding: 2px 6px 2px 0; }
  table.numbers td.sub { padding-left: 1em; min-width: 7em; }
  h2, h3, caption { break-after: avoid; } .band, .with, .without { print-color-adjust: exact; }
  section.checklist { break-before: page; } .wide { overflow: visible; }
}
"""
)


def validation_page(result: ValidationResult, *, title: str | None = None) -> str:
    """One self-contained HTML page of a validation; everything that came from a table is escaped.

    Parameters
    ----------
    result : what :func:`perinatal.validate` gives. title : the page's heading; the outcome and cohort by default.
    """
    heading = title or f"{_upper(result.outcome.label)}: the model {result.model} on {result.cohort}"
    body = [
        f"<h1>{escape(heading)}</h1>",
        f'<p class="caution"><b>For research, not for clinical use as it stands.</b> {escape(result.caution)}</p>',
        _question_section(result),
        *build_finding_sections(result),
        build_checklist_section(validation_checklist(result)),
        FOOT,
    ]
    return build_page(heading, body)


def build_finding_sections(result: ValidationResult, level: int = 2) -> list[str]:
    """The sections of what a validation found, with headings of this level: numbers, pictures, groups, people."""
    makers = (_performance, _pictures, _actions, _groups, _table_one, _inputs)
    return [maker(result, level) for maker in makers]


def build_flow_table(result: ValidationResult) -> str:
    """From the rows read to the rows used, as a table."""
    rows = [build_row([step, format_count(rows)], [1]) for step, rows in suppress_small_steps(result.flow)]
    return build_table(["flow", "rows"], rows, "<b>Flow of rows</b>", [1])


def build_page(title: str, body: Iterable[str]) -> str:
    """A whole page around its parts."""
    return (
        '<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>{escape(title)}</title>\n<style>{PAGE_STYLE}</style>\n</head>\n<body>\n<main>\n"
        + "\n".join(part for part in body if part)
        + "\n</main>\n</body>\n</html>\n"
    )


def build_table(headings: Sequence[str], rows: Iterable[str], caption: str = "", right: Iterable[int] = ()) -> str:
    """A table of numbers from its headings and rows."""
    aligned = set(right)
    heads = "".join(
        f'<th scope="col"{_align_right(i in aligned)}>{escape(heading)}</th>' for i, heading in enumerate(headings)
    )
    caption_html = f"<caption>{caption}</caption>" if caption else ""
    return (
        f'<div class="wide"><table class="numbers">{caption_html}<thead><tr>{heads}</tr></thead><tbody>'
        + "".join(rows)
        + "</tbody></table></div>"
    )


def build_row(cells: Sequence[str], right: Iterable[int] = ()) -> str:
    """A row of a table; the cells are text, and escaped."""
    aligned = set(right)
    return (
        "<tr>"
        + "".join(f"<td{_align_right(i in aligned)}>{escape(cell)}</td>" for i, cell in enumerate(cells))
        + "</tr>"
    )


def build_checklist_section(items: Sequence[ChecklistItem]) -> str:
    """TRIPOD+AI as a table; what there is no evidence for is blank."""
    count = sum(bool(item.evidence) for item in items)
    rows = "".join(
        f"<tr><td>{escape(item.number)}</td><td>{escape(item.topic)}</td><td>{escape(item.evidence)}</td></tr>"
        for item in items
    )
    return (
        '<section class="checklist"><h2>TRIPOD+AI checklist</h2>'
        f"<p>{count} of {len(items)} items are filled from the record; where it holds no evidence, they are left blank "
        f"for people to write. Items in our words, after {escape(SOURCE)}.</p>"
        '<table><thead><tr><th scope="col">Item</th><th scope="col">What to report</th><th scope="col">On record</th>'
        f"</tr></thead><tbody>{rows}</tbody></table></section>"
    )


def _question_section(result: ValidationResult) -> str:
    facts = [
        ("Estimated", f"the risk of {result.outcome.label}. {result.outcome.definition}"),
        ("Among", f"{result.outcome.denominator}; until {result.outcome.horizon}"),
        ("Asked", f"{describe_moment(result.moment)}, from what is known by then"),
        ("Trained on", result.trained_on),
        (
            "Judged on",
            f"{result.cohort}: {result.n:,} rows, {result.events:,} with the outcome ({_format_share(result)})",
        ),
    ]
    items = "".join(f"<dt>{escape(word)}</dt><dd>{escape(sentence)}</dd>" for word, sentence in facts)
    return f'<section><h2>What was judged</h2><dl class="facts">{items}</dl>{build_flow_table(result)}</section>'


def _format_share(result: ValidationResult) -> str:
    return format_percent(result.prevalence)


_READING = {
    "observed_over_expected": "events seen for each event estimated; above 1, risks are too low here",
    "calibration_intercept": "0 where risks are right on the whole; on the log-odds, slope held at 1",
    "calibration_slope": "1 where risks are spread as they should be; below 1, they are too extreme",
    "ici": "in risk, over all people",
    "e50": "half of the people are nearer to the curve",
    "e90": "nine in ten are nearer",
    "auroc": "how often somebody with the outcome was given the higher risk; 0.5 is chance",
    "average_precision": "chance is the share with the outcome",
    "brier": "mean squared distance from what happened; lower is better",
    "scaled_brier": "0: no better than giving everybody the same risk; 1: certainty",
}


def _performance(result: ValidationResult, level: int) -> str:
    digits = {"ici": 4, "e50": 4, "e90": 4, "brier": 4}
    rows = []
    for name, words in MEASURES.items():
        value = result.performance[name].format(digits.get(name, 3))
        rows.append(build_row([_upper(words), value, _READING[name]], [1]))
    notes = "".join(f"<li>{escape(note)}</li>" for note in result.notes)
    grouping = (
        f"rows of one {result.grouped_by.removesuffix('_id')} are kept together"
        if result.grouped_by
        else "rows are taken as independent"
    )
    return (
        f"<section><h{level}>Performance</h{level}><p>Calibration first: a model that tells people apart but gives the "
        "wrong risks misleads each of them.</p>"
        + build_table(["measure", "value (95 % interval)", "how to read it"], rows, right=[1])
        + f'<p class="small">Intervals in closed form, or by {result.bootstraps:,} bootstraps; {escape(grouping)}. '
        "They say nothing about other places.</p>" + (f'<ul class="found">{notes}</ul>' if notes else "") + "</section>"
    )


def _pictures(result: ValidationResult, level: int) -> str:
    pictures = [
        build_figure(
            calibration_with_band(result),
            "Calibration. On the dashed line, risks mean what they say. Dots: groups of the people, with 95 % "
            "intervals; line and band: smooth curve. Both scales spread out small risks.",
        ),
        build_figure(
            decision_picture(result),
            "Decision curve. Net benefit counts people rightly called, less those called in vain at the rate of "
            "exchange that the threshold states. Where the model's line is highest, acting on it does best.",
        ),
        build_figure(
            distribution_picture(result),
            "Spread of the risks. The further the dark bars are to the right of the light ones, the better the model "
            "tells people apart. Bars of 1 to 9 people are left out.",
        ),
    ]
    return f'<section><h{level}>Pictures</h{level}><div class="pictures">{"".join(pictures)}</div></section>'


def _actions(result: ValidationResult, level: int) -> str:
    headings = ["alerts per 1,000", "sensitivity", "specificity", "PPV", "NPV"]
    right = range(1, 6)
    at_risk = [
        build_row([format_percent(row["threshold"]), *_action_cells(row)], right)
        for _, row in result.thresholds.iterrows()
    ]
    reached = [
        build_row([f"highest {100 * row['capacity']:g} %", *_action_cells(row)], right)
        for _, row in result.capacity.iterrows()
    ]
    return (
        f"<section><h{level}>What acting on the risks would mean</h{level}><p>Examples; none of them is a "
        "recommendation. A dash: fewer than ten people in a cell, or between this line and another one.</p>"
        + build_table(["risk from", *headings], at_risk, "<b>Calling people from a risk on</b>", right)
        + build_table(["people called", *headings], reached, "<b>Calling as many as there is room for</b>", right)
        + "</section>"
    )


def _action_cells(row: pd.Series) -> list[str]:
    alerts = row["alerts_per_1000"]
    cells = [DASH if math.isnan(alerts) else f"{alerts:.1f}"]
    for name in ("sensitivity", "specificity", "ppv", "npv"):
        cells.append(
            DASH
            if math.isnan(row[name])
            else f"{row[name]:.1%} ({100 * row[f'{name}_low']:.1f}{DASH}{100 * row[f'{name}_high']:.1f})"
        )
    return cells


def _groups(result: ValidationResult, level: int) -> str:
    groups = result.groups
    if groups.empty:
        return f"<section><h{level}>By group</h{level}><p>No column to group by.</p></section>"
    ends = {name: column_ends(groups, name, mark) for name, mark in (("observed_over_expected", 1.0), ("auroc", 0.5))}
    rows = []
    for grouping, part in groups.groupby(level=0, sort=False):
        rows.append(f'<tr class="group"><td colspan="8">{escape(_upper(str(grouping)))}</td></tr>')
        for (_, group), line in part.iterrows():
            rows.append(
                f'<tr><td class="sub">{escape(str(group))}</td><td class="right">{_format_count(line["n"])}</td>'
                f'<td class="right">{_format_count(line["events"])}</td>'
                f'<td class="right">{_format_measure(line, "observed_over_expected", 2)}</td>'
                f'<td class="cell">{_bar(line, "observed_over_expected", ends, 1.0)}</td>'
                f'<td class="right">{_format_measure(line, "calibration_slope", 2)}</td>'
                f'<td class="right">{_format_measure(line, "auroc", 3)}</td>'
                f'<td class="cell">{_bar(line, "auroc", ends, 0.5)}</td></tr>'
            )
    headings = ["group", "rows", "events", "observed / expected", "", "slope", "AUROC", ""]
    return (
        f"<section><h{level}>By group</h{level}><p>The same model in each group. An observed / expected ratio away "
        "from 1 means that its risks are wrong <em>for that group</em>, however well it orders people.</p>"
        + build_table(headings, rows, right=[1, 2, 3, 5, 6])
        + '<p class="small">95 % intervals in brackets and as lines; the dashed line is 1 for observed / expected '
        "(log scale) and 0.5 for AUROC. A dash: fewer than ten rows, events or others, or a count from which one of "
        "those could be worked out.</p></section>"
    )


def _format_measure(line: pd.Series, name: str, digits: int) -> str:
    if math.isnan(line[name]):
        return DASH
    return f"{line[name]:.{digits}f} ({line[f'{name}_low']:.{digits}f}{DASH}{line[f'{name}_high']:.{digits}f})"


def _bar(line: pd.Series, name: str, ends: dict[str, tuple[float, float]], mark: float) -> str:
    return interval_cell(
        line[name], line[f"{name}_low"], line[f"{name}_high"], ends[name], mark, name == "observed_over_expected"
    )


def _table_one(result: ValidationResult, level: int) -> str:
    rows = []
    table = result.table_one
    for name, part in table.groupby("input", sort=False):
        first = part.iloc[0]
        unit = UNIT_LABELS.get(first["unit"] or "", first["unit"] or "") if isinstance(first["unit"], str) else ""
        lines = [line for _, line in part.iterrows() if not _is_empty(line)]
        words = _upper(first["label"])
        if first["level"] == "":
            text = f"{words}{f' ({unit})' if unit else ''}: median (quartiles)"
            rows.append(
                build_row([text, _format_quartiles(first, "with"), _format_quartiles(first, "without")], [1, 2])
            )
            lines = lines[1:]
        elif len(part) == 1 and first["share_with"] == first["share_without"] == 1 and " or " in first["level"]:
            rows.append(build_row([words, DASH, DASH], [1, 2]))  # all levels together tell nothing
            lines = []
        elif first["level"] == "yes" and isinstance(VARIABLES[name].kind, Flag):
            rows.append(
                build_row(
                    [words, _format_count_and_share(first, "with"), _format_count_and_share(first, "without")], [1, 2]
                )
            )
            lines = [line for line in lines if line["level"] == NOT_RECORDED]
        else:
            rows.append(f'<tr><td colspan="3">{escape(words)}</td></tr>')
        rows += [
            f'<tr><td class="sub">{escape(line["level"])}</td>'
            f'<td class="right">{_format_count_and_share(line, "with")}</td>'
            f'<td class="right">{_format_count_and_share(line, "without")}</td></tr>'
            for line in lines
        ]
    headings = [
        "input",
        f"with the outcome ({result.events:,})",
        f"without ({result.n - result.events:,})",
    ]
    return (
        f"<section><h{level}>Who they were</h{level}>"
        + build_table(headings, rows, "<b>Table 1</b> Inputs by outcome: count (share), or median (quartiles).", [1, 2])
        + '<p class="small">Levels that few people have are counted together with another one. A dash: few people, or '
        "a count from which few could be worked out. What goes along with the outcome need not cause it.</p></section>"
    )


def _is_empty(line: pd.Series) -> bool:
    return line["n_with"] == 0 and line["n_without"] == 0


def _format_quartiles(line: pd.Series, who: str) -> str:
    if math.isnan(line[f"median_{who}"]):
        return DASH
    return f"{line[f'median_{who}']:,.4g} ({line[f'q1_{who}']:,.4g} to {line[f'q3_{who}']:,.4g})"


def _format_count_and_share(line: pd.Series, who: str) -> str:
    return DASH if math.isnan(line[f"n_{who}"]) else f"{line[f'n_{who}']:,.0f} ({line[f'share_{who}']:.1%})"


def _format_count(number: float) -> str:
    return DASH if math.isnan(number) else f"{number:,.0f}"


def _inputs(result: ValidationResult, level: int) -> str:
    absent = result.inputs[result.inputs["absent"]]
    rows = []
    for _, line in result.inputs[~result.inputs["absent"]].iterrows():
        if line["unknown"] != 0:
            share = "fewer than ten rows" if math.isnan(line["unknown"]) else f"{line['unknown_share']:.1%}"
            rows.append(build_row([_upper(line["label"]), share], [1]))
    known = len(result.inputs) - len(absent) - len(rows)
    text = f"{known} of {len(result.inputs)} inputs are known in every row."
    if len(absent):
        text += f" {len(absent)} are absent, so unknown in every row: {', '.join(absent['label'])}."
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in describe_problems(result.problems))
    return (
        f"<section><h{level}>What was unknown</h{level}><p>{escape(text)} An unknown input is answered for as unknown, "
        "never filled in.</p>"
        + (build_table(["input", "unknown"], rows, right=[1]) if rows else "")
        + (f'<h{level + 1}>What was found in the table</h{level + 1}><ul class="found">{items}</ul>' if items else "")
        + "</section>"
    )


def _align_right(right: bool) -> str:
    return ' class="right"' if right else ""


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
