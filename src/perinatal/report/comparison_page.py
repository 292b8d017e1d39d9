"""A comparison as one HTML page: everything that ranks an outcome, on the same rows, the best first."""

from __future__ import annotations

import math

import pandas as pd

from perinatal._html import Content, Html, html, join_html
from perinatal.evaluate import Estimate
from perinatal.report.layout import (
    DASH,
    FOOT,
    build_facts,
    build_list,
    build_note,
    build_page,
    build_problem_section,
    build_section,
    build_table,
    build_warning,
    describe_grouping,
    upper_first,
)
from perinatal.report.validation_page import build_flow_table
from perinatal.report.validation_svg import column_ends, interval_cell
from perinatal.report.wording import format_percent
from perinatal.validation.comparison import ComparisonResult, describe_neighbours

EVERYBODY = "alert for everybody"
_CALIBRATION = (("observed_over_expected", 2), ("calibration_slope", 2), ("ici", 3))
_KINDS = {"trained": "trained model", "published": "published score", "measurement": "single measurement"}


def comparison_page(result: ComparisonResult, *, title: str | None = None) -> str:
    """One self-contained HTML page of a comparison; everything that came from a table is escaped.

    Parameters
    ----------
    result : from :func:`perinatal.compare`.
    title : the page's heading; the outcome and the cohort by default.
    """
    heading = title or f"{upper_first(result.outcome.label)}: models compared on {result.cohort}"
    body = [
        html("h1", heading),
        build_warning(
            "The ranking holds for these rows. A higher AUROC does not mean that the risks are right: check observed / "
            "expected and the slope before any use. Danger signs come before every number."
        ),
        _question_section(result),
        _ranking(result),
        _benefit(result),
        _cuts(result),
        _excluded_section(result),
        build_problem_section(result.problems),
        _reading_guide(),
        FOOT,
    ]
    return build_page(heading, body)


def _question_section(result: ComparisonResult) -> Html:
    target = result.outcome
    share = format_percent(result.prevalence)
    facts = [
        ("Outcome", f"{target.label}. {target.definition}"),
        ("Among", f"{target.denominator}; until {target.horizon}"),
        ("Rows", f"{result.n:,} for which all have an answer, {result.events:,} with the outcome ({share})"),
    ]
    notes = [build_note(note) for note in result.notes]
    if result.neighbours:
        notes.append(build_note(describe_neighbours(target, result.neighbours)))
    return build_section("Outcome and rows", build_facts(facts), build_flow_table(result.flow), notes)


def _ranking(result: ComparisonResult) -> Html:
    ends = column_ends(result.ranking, "auroc", 0.5)
    rows: list[list[Content]] = []
    notes = []
    for rank, (name, line) in enumerate(result.ranking.iterrows(), 1):
        auroc = result.estimate(str(name), "auroc")
        rows.append(
            [
                rank,
                _describe_contestant(str(name), line),
                join_html(auroc.format(3), _format_difference(result.estimate(str(name), "difference"))),
                interval_cell(auroc, ends, 0.5),
                *(result.estimate(str(name), measure).format(digits) for measure, digits in _CALIBRATION),
            ]
        )
        if note := _describe_note(line):
            notes.append(join_html(html("b", str(name)), f": {note}"))
    headings = ["", "", "AUROC", "", "observed / expected", "slope", "ICI"]
    return build_section(
        "Ranking",
        html(
            "p",
            "By AUROC, on the same rows. Calibration is given for probabilities of this outcome. A dash: points, "
            "categories, indices and measurements can only rank.",
        ),
        build_table(headings, rows, right=[0, 2, 4, 5, 6], classes={1: "sub", 3: "cell"}),
        build_note(
            f"95 % intervals; {describe_grouping(result.grouped_by)}. Below an AUROC: its difference from the first, "
            "paired (DeLong). The dashed line is 0.5, chance. Answered: rows with an answer, before all were required "
            "to have one."
        ),
        build_list(notes),
    )


def _format_difference(difference: Estimate) -> Html | None:
    """The difference from the first, on a line of its own."""
    value, low, high = difference
    if math.isnan(low):
        return None
    return join_html(html("br"), html("span", f"{value:+.3f} ({low:+.3f} to {high:+.3f})", class_="small"))


def _describe_contestant(name: str, line: pd.Series) -> Html:
    label = name if line["kind"] == "trained" else upper_first(str(line["name"]))
    small = f"{_KINDS[line['kind']]}, {line['answers']}, {str(line['timing']).replace('_', ' ')}; "
    small += f"{_format_answered(line['answered'])} answered"
    return join_html(html("b", label), html("br"), html("span", small, class_="small"))


def _describe_note(line: pd.Series) -> str:
    absent = f"Columns absent, so missing in every row: {line['absent']}." if line["absent"] else ""
    return " ".join(filter(None, [line["note"], absent]))


def _benefit(result: ComparisonResult) -> Html:
    models = [
        str(name) for name in result.ranking.index if not math.isnan(result.ranking.loc[name, "calibration_slope"])
    ]
    if not models:
        return build_section(
            "Net benefit",
            html("p", "None of those compared gives a probability of this outcome, so none has a net benefit."),
        )
    displayed = result.benefit[result.benefit["id"].isin([*models, EVERYBODY])]
    levels = sorted(displayed["threshold"].unique())
    best = displayed.groupby("threshold")["net_benefit"].transform("max").clip(lower=0)  # calling nobody is 0
    lines = displayed.assign(best=displayed["net_benefit"] == best).set_index(["id", "threshold"])
    rows = [[name, *(_format_benefit(lines.loc[(name, level)]) for level in levels)] for name in [*models, EVERYBODY]]
    headings = ["acting from a risk of", *(format_percent(level) for level in levels)]
    return build_section(
        "Net benefit",
        html(
            "p",
            "True positives per 1,000 people, less false positives weighted by the odds of the threshold. Without "
            "any alert it is 0. The highest at each threshold is in bold, where it is above 0.",
        ),
        build_table(headings, rows, right=range(1, len(headings))),
        build_note(
            "95 % intervals. A dash: fewer than ten people in a cell. Thresholds are examples, not recommendations."
        ),
    )


def _format_benefit(line: pd.Series) -> Content:
    if math.isnan(line["net_benefit"]):
        return DASH
    text = f"{1000 * line['net_benefit']:.1f} ({1000 * line['low']:.1f} to {1000 * line['high']:.1f})"
    return html("b", text) if line["best"] else text


def _cuts(result: ComparisonResult) -> Html | None:
    if result.cuts.empty:
        return None
    rows = []
    for _, line in result.cuts.iterrows():
        cells = [str(line["id"]), str(line["cut"])]
        cells.append(DASH if math.isnan(line["alerts_per_1000"]) else f"{line['alerts_per_1000']:.1f}")
        for name in ("sensitivity", "specificity", "ppv"):
            value, low, high = (100 * line[f"{name}{end}"] for end in ("", "_low", "_high"))
            cells.append(DASH if math.isnan(value) else f"{value:.1f} % ({low:.1f}{DASH}{high:.1f})")
        rows.append(cells)
    headings = ["", "published cut", "alerts per 1,000", "sensitivity", "specificity", "PPV"]
    return build_section(
        "At published cuts",
        html("p", "What a publication calls a category or band, and everything worse."),
        build_table(headings, rows, right=range(2, 6)),
        build_note("95 % intervals. A dash: fewer than ten people in a cell, or between two cuts."),
    )


def _excluded_section(result: ComparisonResult) -> Html:
    others = result.left_out["reason"].str.startswith("is about ")
    rows = [(str(name), str(line["reason"])) for name, line in result.left_out[~others].iterrows()]
    details = None
    if others.any():
        items = build_list(f"{name}: {line['reason']}" for name, line in result.left_out[others].iterrows())
        summary = f"{int(others.sum())} models and scores for other outcomes, or for no declared outcome"
        details = html("details", html("summary", summary), items)
    return build_section(
        "Excluded, and why",
        build_table(["", "reason"], rows) if rows else html("p", "Everything for this outcome is in the ranking."),
        details,
    )


def _reading_guide() -> Html:
    words = (
        ("AUROC", ": how often a person with the outcome is ranked above one without; 0.5 is chance. "),
        ("Observed / expected", ": observed events for each expected event; above 1, risks are too low here. "),
        ("Slope", ": 1 where the spread of the risks is right; below 1, they are too extreme. "),
        ("ICI", ": mean distance from the calibration curve, in risk."),
    )
    return build_section(
        "How to read this page",
        html("p", [(html("b", word), meaning) for word, meaning in words]),
        html(
            "p",
            "A later moment knows more: compare a model used at birth with a measurement taken at birth, not with a "
            "model used at booking.",
        ),
        class_="reading",
    )


def _format_answered(rows: float) -> str:
    return "all but a few" if math.isnan(rows) else f"{rows:,.0f}"
