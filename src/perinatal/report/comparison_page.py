"""A comparison as one HTML page: everything that ranks an outcome, on the same rows, the best first."""

from __future__ import annotations

import math
from html import escape

import pandas as pd

from perinatal.report.validation_page import DASH, FOOT, build_page, build_row, build_table
from perinatal.report.validation_svg import column_ends, interval_cell
from perinatal.report.wording import describe_problems, format_percent
from perinatal.validation.comparison import ComparisonResult
from perinatal.validation.small_cells import suppress_small_steps

EVERYBODY = "call everybody"
_CALIBRATION = (("observed_over_expected", 2), ("calibration_slope", 2), ("ici", 3))
_KINDS = {"trained": "trained model", "published": "published score", "measurement": "single measurement"}


def comparison_page(result: ComparisonResult, *, title: str | None = None) -> str:
    """One self-contained HTML page of a comparison; everything that came from a table is escaped.

    Parameters
    ----------
    result : what :func:`perinatal.compare` gives. title : the page's heading; the outcome and cohort by default.
    """
    heading = title or f"{_upper(result.outcome.label)}: head to head on {result.cohort}"
    body = [
        f"<h1>{escape(heading)}</h1>",
        '<p class="caution"><b>For research, not for clinical use as it stands.</b> The order holds for these rows. A '
        "higher AUROC does not make risks right: look at observed / expected and the slope before any use. Danger "
        "signs come before every number.</p>",
        _question_section(result),
        _ranking(result),
        _benefit(result),
        _cuts(result),
        _excluded_section(result),
        _problem_section(result),
        _reading_guide(),
        FOOT,
    ]
    return build_page(heading, body)


def _question_section(result: ComparisonResult) -> str:
    facts = [
        ("Outcome", f"{result.outcome.label}. {result.outcome.definition}"),
        ("Among", f"{result.outcome.denominator}; until {result.outcome.horizon}"),
        (
            "Rows",
            f"{result.n:,} to which all have an answer, {result.events:,} with the outcome ({_format_share(result)})",
        ),
    ]
    items = "".join(f"<dt>{escape(word)}</dt><dd>{escape(sentence)}</dd>" for word, sentence in facts)
    rows = [build_row([step, _format_count(count)], [1]) for step, count in suppress_small_steps(result.flow)]
    return (
        f'<section><h2>What was compared</h2><dl class="facts">{items}</dl>'
        + build_table(["flow", "rows"], rows, "<b>Flow of rows</b>", [1])
        + "".join(f'<p class="small">{escape(note)}</p>' for note in result.notes)
        + "</section>"
    )


def _ranking(result: ComparisonResult) -> str:
    ends = column_ends(result.ranking, "auroc", 0.5)
    rows = []
    for rank, (name, line) in enumerate(result.ranking.iterrows(), 1):
        bar = interval_cell(line["auroc"], line["auroc_low"], line["auroc_high"], ends, 0.5, False)
        calibration = [_format_measure(result, name, m, d) for m, d in _CALIBRATION]
        rows.append(
            f'<tr><td class="right">{rank}</td><td class="sub">{_describe_contestant(name, line)}</td>'
            f'<td class="right">{_format_measure(result, name, "auroc", 3)}{_format_difference(result, name)}</td>'
            f'<td class="cell">{bar}</td>' + "".join(f'<td class="right">{cell}</td>' for cell in calibration) + "</tr>"
        )
    notes = "".join(
        f"<li><b>{escape(str(name))}</b>: {escape(note)}</li>"
        for name, line in result.ranking.iterrows()
        if (note := _describe_note(line))
    )
    grouping = (
        f"rows of one {result.grouped_by.removesuffix('_id')} are kept together"
        if result.grouped_by
        else "rows are taken as independent"
    )
    headings = ["", "", "AUROC", "", "observed / expected", "slope", "ICI"]
    return (
        "<section><h2>The ranking</h2><p>By AUROC, on the same rows. Calibration is given for probabilities of this "
        "outcome; a dash: points, categories, indices and measurements only rank.</p>"
        + build_table(headings, rows, right=[0, 2, 4, 5, 6])
        + f'<p class="small">95 % intervals; {escape(grouping)}. Under an AUROC, how far it is from the first, paired '
        "(DeLong). The dashed line is 0.5, chance. Answered: rows with an answer, before all had to have one.</p>"
        + (f'<ul class="found">{notes}</ul>' if notes else "")
        + "</section>"
    )


def _format_difference(result: ComparisonResult, name: object) -> str:
    """The difference to the first, on a line of its own."""
    value, low, high = result.estimate(str(name), "difference")
    if math.isnan(low):
        return ""
    return f'<br><span class="small">{value:+.3f} ({low:+.3f} to {high:+.3f})</span>'


def _describe_contestant(name: object, line: pd.Series) -> str:
    label = str(name) if line["kind"] == "trained" else _upper(str(line["name"]))
    small = f"{_KINDS[line['kind']]}, {line['answers']}, asked: {str(line['asked']).replace('_', ' ')}; "
    small += f"{_format_count(line['answered'])} answered"
    return f'<b>{escape(label)}</b><br><span class="small">{escape(small)}</span>'


def _describe_note(line: pd.Series) -> str:
    absent = f"Columns absent, so unknown in every row: {line['absent']}." if line["absent"] else ""
    return " ".join(filter(None, [line["note"], absent]))


def _benefit(result: ComparisonResult) -> str:
    models = [name for name in result.ranking.index if not math.isnan(result.ranking.loc[name, "calibration_slope"])]
    displayed = result.benefit[result.benefit["id"].isin([*models, EVERYBODY])]
    if not models:
        return (
            "<section><h2>Net benefit</h2><p>None of those compared gives a probability of this outcome, so none has a "
            "net benefit.</p></section>"
        )
    levels = sorted(displayed["threshold"].unique())
    best = displayed.groupby("threshold")["net_benefit"].transform("max").clip(lower=0)  # calling nobody is 0
    lines = displayed.assign(best=displayed["net_benefit"] == best).set_index(["id", "threshold"])
    rows = []
    for name in [*models, EVERYBODY]:
        cells = [_format_benefit(lines.loc[(name, level)]) for level in levels]
        rows.append(f"<tr><td>{escape(name)}</td>" + "".join(f'<td class="right">{c}</td>' for c in cells) + "</tr>")
    headings = ["acting from a risk of", *(format_percent(level) for level in levels)]
    return (
        "<section><h2>Net benefit</h2><p>People rightly called per 1,000, less those called in vain at the rate of "
        "exchange that the threshold states. Calling nobody is 0. The highest at each threshold is in bold, where it "
        "is above 0.</p>"
        + build_table(headings, rows, right=range(1, len(headings)))
        + '<p class="small">95 % intervals. A dash: fewer than ten people in a cell. Thresholds are examples, no '
        "recommendation.</p></section>"
    )


def _format_benefit(line: pd.Series) -> str:
    if math.isnan(line["net_benefit"]):
        return DASH
    text = f"{1000 * line['net_benefit']:.1f} ({1000 * line['low']:.1f} to {1000 * line['high']:.1f})"
    return f"<b>{text}</b>" if line["best"] else text


def _cuts(result: ComparisonResult) -> str:
    if result.cuts.empty:
        return ""
    rows = []
    for _, line in result.cuts.iterrows():
        cells = [str(line["id"]), str(line["cut"])]
        cells.append(DASH if math.isnan(line["alerts_per_1000"]) else f"{line['alerts_per_1000']:.1f}")
        for name in ("sensitivity", "specificity", "ppv"):
            value, low, high = (100 * line[f"{name}{end}"] for end in ("", "_low", "_high"))
            cells.append(DASH if math.isnan(value) else f"{value:.1f} % ({low:.1f}{DASH}{high:.1f})")
        rows.append(build_row(cells, range(2, 6)))
    headings = ["", "published cut", "alerts per 1,000", "sensitivity", "specificity", "PPV"]
    return (
        "<section><h2>At published cuts</h2><p>What a publication calls a category or band, and everything worse.</p>"
        + build_table(headings, rows, right=range(2, 6))
        + '<p class="small">95 % intervals. A dash: fewer than ten people in a cell, or between two cuts.</p></section>'
    )


def _excluded_section(result: ComparisonResult) -> str:
    others = result.left_out["reason"].str.startswith("is about ")
    rows = [build_row([str(name), str(line["reason"])]) for name, line in result.left_out[~others].iterrows()]
    text = "" if rows else "<p>Everything that is for this outcome is in the ranking.</p>"
    if others.any():
        items = "".join(
            f"<li>{escape(str(name))}: {escape(line['reason'])}</li>"
            for name, line in result.left_out[others].iterrows()
        )
        text += (
            f"<details><summary>{int(others.sum())} models and scores for other outcomes, or for none that is declared"
            f'</summary><ul class="found">{items}</ul></details>'
        )
    return (
        "<section><h2>What could not be compared, and why</h2>"
        + (build_table(["", "reason"], rows) if rows else "")
        + text
        + "</section>"
    )


def _problem_section(result: ComparisonResult) -> str:
    items = "".join(f"<li>{escape(sentence)}</li>" for sentence in describe_problems(result.problems))
    return f'<section><h2>What was found in the table</h2><ul class="found">{items}</ul></section>' if items else ""


def _reading_guide() -> str:
    return (
        '<section class="reading"><h2>How to read this page</h2><p><b>AUROC</b>: how often somebody with the outcome '
        "is ranked above somebody without; 0.5 is chance. <b>Observed / expected</b>: events seen for each event "
        "estimated; above 1, risks are too low here. <b>Slope</b>: 1 where risks are spread as they should be; below "
        "1, too extreme. <b>ICI</b>: mean distance from the calibration curve, in risk.</p><p>What is asked later "
        "knows more: compare a model asked at birth with a measurement taken at birth, not with a model asked at "
        "booking.</p></section>"
    )


def _format_measure(result: ComparisonResult, name: object, measure: str, digits: int) -> str:
    return result.estimate(str(name), measure).format(digits)


def _format_share(result: ComparisonResult) -> str:
    return format_percent(result.prevalence)


def _format_count(rows: float | None) -> str:
    if rows is None:
        return "fewer than 10"
    return "all but a few" if math.isnan(rows) else f"{rows:,.0f}"


def _upper(words: str) -> str:
    return words[:1].upper() + words[1:]
